//! Walking a query with its scopes: collects the names, resolves them and notes the edits.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, Token as T};

use super::scope::{self, Column, Found, Item, Scope};
use super::{
    ColumnReference, Query, Relation, RelationReference, Resolver, RewriteError, RewriteErrorKind,
};
use crate::error::Position;
use crate::expr::strings;
use crate::parse;
use crate::quote;
use crate::tree;

/// A column reference that stands for a column of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Index of the relation reference.
    pub relation: usize,
    /// The column's own name.
    pub column: String,
}

pub(super) struct Walk<'a> {
    pub query: &'a Query,
    pub resolver: Option<&'a dyn Resolver>,
    pub relations: Vec<RelationReference>,
    pub columns: Vec<ColumnReference>,
    /// Start, end and replacement.
    pub edits: Vec<(usize, usize, String)>,
    pub errors: Vec<RewriteError>,
    /// What the column reference at an offset stands for.
    pub resolved: BTreeMap<usize, Resolved>,
    /// The pairs of columns that USING makes equal.
    pub joins: Vec<(Resolved, Resolved)>,
    pub(super) scopes: Vec<Scope>,
    pub(super) ctes: Vec<(String, Option<Vec<Column>>)>,
    /// The parenthesised name lists after USING, in the order of the text: offset, names, used.
    pub(super) using: Vec<(usize, Vec<parse::Token>, bool)>,
    /// Visible names that must be kept by an alias, because the new names would clash.
    pub(super) kept_names: BTreeSet<String>,
    /// The last place that a FROM item was seen at.
    pub(super) last_offset: usize,
}

impl<'a> Walk<'a> {
    /// Walks a query; without a resolver only names are collected.
    pub fn over(query: &'a Query, resolver: Option<&'a dyn Resolver>) -> Self {
        let mut walk = Walk {
            query,
            resolver,
            relations: Vec::new(),
            columns: Vec::new(),
            edits: Vec::new(),
            errors: Vec::new(),
            resolved: BTreeMap::new(),
            joins: Vec::new(),
            scopes: Vec::new(),
            ctes: Vec::new(),
            using: using_lists(&query.tokens),
            kept_names: BTreeSet::new(),
            last_offset: 0,
        };
        if let Some(resolver) = resolver {
            walk.kept_names = clashing_names(&query.relations, resolver);
        }
        walk.statement(&query.node);
        walk.columns.sort_by_key(|column| column.position);
        walk.columns.dedup();
        walk
    }

    pub(super) fn error(
        &mut self,
        kind: RewriteErrorKind,
        name: &str,
        offset: usize,
        message: String,
        hint: Option<String>,
    ) {
        if self.resolver.is_none() {
            return;
        }
        let position = Position::of(&self.query.text, offset);
        self.errors.push(RewriteError {
            kind,
            name: name.to_owned(),
            message,
            offset: position.offset,
            line: position.line,
            column: position.column,
            hint,
        });
    }

    pub(super) fn replace(&mut self, token: &parse::Token, replacement: String) {
        let (start, end) = (token.start.max(0) as usize, token.end.max(0) as usize);
        if self.query.text.get(start..end) != Some(replacement.as_str()) {
            self.edits.push((start, end, replacement));
        }
    }

    /// Walks an expression in the current scopes.
    pub(super) fn expression(&mut self, node: &NodeEnum) {
        match node {
            NodeEnum::ColumnRef(column) => {
                self.column(column);
            }
            NodeEnum::SelectStmt(select) => {
                self.select(select);
            }
            other => {
                for child in tree::children(other) {
                    self.expression(child);
                }
            }
        }
    }

    pub(super) fn expressions(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.optional(Some(node));
        }
    }

    pub(super) fn optional(&mut self, node: Option<&Node>) {
        if let Some(node) = node.and_then(|node| node.node.as_ref()) {
            self.expression(node);
        }
    }

    /// Resolves a column reference and notes its edits. Gives the column it stands for.
    pub(super) fn column(&mut self, reference: &protobuf::ColumnRef) -> Option<Column> {
        let offset = reference.location.max(0) as usize;
        let path = strings(&reference.fields);
        let (name, qualifier) = path.split_last()?;
        self.columns.push(ColumnReference {
            qualifier: qualifier.to_vec(),
            name: name.clone(),
            position: Position::of(&self.query.text, offset),
            scope: self.scopes.len().saturating_sub(1),
        });
        self.resolver?;
        let query = self.query;
        let tokens = tree::name_tokens(&query.tokens, offset, path.len());
        let last = **tokens.last()?;
        if qualifier.is_empty() {
            if name == "*" {
                return None;
            }
            return self.unqualified(name, offset, &last);
        }
        let Some(item) = scope::find_item(&self.scopes, qualifier).cloned() else {
            let written = qualifier.join(".");
            let visible: Vec<String> = self
                .scopes
                .iter()
                .flat_map(|scope| scope.items.iter().filter_map(|item| item.name.clone()))
                .collect();
            let hint = match scope::nearest(&written, visible.iter().map(String::as_str)) {
                Some(near) => Some(format!("did you mean {near}?")),
                None => Some(format!("the query has {}", list(&visible))),
            };
            let message = format!("no relation or alias \"{written}\" in this part of the query");
            self.error(
                RewriteErrorKind::UnknownRelation,
                &written,
                offset,
                message,
                hint,
            );
            return None;
        };
        if let Some(first) = tokens.first().filter(|_| item.columns.is_some()) {
            let before_last = tokens[tokens.len() - 2];
            let (start, end) = (first.start.max(0) as usize, before_last.end.max(0) as usize);
            let unchanged = item.name.as_deref().map(quote::identifier).as_ref()
                == Some(&item.qualifier)
                && qualifier.len() == 1;
            if !unchanged {
                self.edits.push((start, end, item.qualifier.clone()));
            }
        }
        if name == "*" {
            return None;
        }
        let Some(column) = item.column(name).cloned() else {
            if item.columns.is_some() && !scope::is_system_column(name) {
                self.unknown_column(name, last.start.max(0) as usize, &[&item]);
            }
            return None;
        };
        if let Some(relation) = item.relation {
            self.resolved.insert(
                offset,
                Resolved {
                    relation,
                    column: column.new.clone(),
                },
            );
        }
        if column.new != *name {
            self.replace(&last, quote::identifier(&column.new));
        }
        Some(column)
    }

    fn unqualified(&mut self, name: &str, offset: usize, token: &parse::Token) -> Option<Column> {
        match scope::find(&self.scopes, name) {
            Found::Column {
                item,
                column,
                scope,
            } => {
                let (item, column) = (item.clone(), column.clone());
                let clashes = !item.merged
                    && column.new != name
                    && scope
                        .items
                        .iter()
                        .filter(|other| !other.merged && !other.qualified_only)
                        .any(|other| {
                            other.name != item.name
                                && other.columns.iter().flatten().any(|c| c.new == column.new)
                        });
                if let Some(relation) = item.relation {
                    self.resolved.insert(
                        offset,
                        Resolved {
                            relation,
                            column: column.new.clone(),
                        },
                    );
                }
                if clashes {
                    let new = format!("{}.{}", item.qualifier, quote::identifier(&column.new));
                    self.replace(token, new);
                } else if column.new != name {
                    self.replace(token, quote::identifier(&column.new));
                }
                Some(column)
            }
            Found::Row(item) => {
                let (old, new) = (item.name.clone(), item.qualifier.clone());
                if old.as_deref().map(quote::identifier).as_ref() != Some(&new) {
                    self.replace(token, new);
                }
                None
            }
            Found::Ambiguous(names) => {
                let hint = names.first().map(|first| format!("write {first}.{name}"));
                let message = format!("column \"{name}\" is ambiguous: {} have it", list(&names));
                self.error(RewriteErrorKind::Ambiguous, name, offset, message, hint);
                None
            }
            Found::Undecided => None,
            Found::Nothing => {
                let items: Vec<Item> = self
                    .scopes
                    .iter()
                    .flat_map(|scope| scope.items.iter().cloned())
                    .collect();
                self.unknown_column(name, offset, &items.iter().collect::<Vec<_>>());
                None
            }
        }
    }

    pub(super) fn unknown_column(&mut self, name: &str, offset: usize, items: &[&Item]) {
        let known: Vec<&str> = items
            .iter()
            .flat_map(|item| item.columns.iter().flatten())
            .map(|column| column.old.as_str())
            .collect();
        let hint = match scope::nearest(name, known.iter().copied()) {
            Some(near) => Some(format!("did you mean {near}?")),
            None if known.is_empty() => None,
            None => {
                let mut names: Vec<String> = known.iter().map(|name| (*name).to_owned()).collect();
                names.dedup();
                Some(format!("there are {}", list(&names)))
            }
        };
        let owner = match items {
            [item] => item
                .name
                .as_ref()
                .map(|owner| format!(" in {owner}"))
                .unwrap_or_default(),
            _ => String::new(),
        };
        let message = format!("no column \"{name}\"{owner}");
        self.error(RewriteErrorKind::UnknownColumn, name, offset, message, hint);
    }

    /// Resolves a relation name; notes its edits and gives the scope item.
    pub(super) fn relation(&mut self, range: &protobuf::RangeVar) -> Item {
        let offset = range.location.max(0) as usize;
        self.last_offset = self.last_offset.max(offset);
        let alias = range.alias.as_ref().map(|alias| alias.aliasname.clone());
        let visible = alias.clone().unwrap_or_else(|| range.relname.clone());
        if range.schemaname.is_empty() {
            let cte = self
                .ctes
                .iter()
                .rev()
                .find(|(name, _)| *name == range.relname);
            if let Some((_, columns)) = cte {
                let columns = renamed(columns.clone(), range.alias.as_ref());
                return Item::new(Some(visible), columns);
            }
        }
        let mut path = Vec::new();
        for part in [&range.catalogname, &range.schemaname, &range.relname] {
            if !part.is_empty() {
                path.push(part.clone());
            }
        }
        self.relations.push(RelationReference {
            path: path.clone(),
            alias: alias.clone(),
            position: Position::of(&self.query.text, offset),
        });
        let mut item = Item::new(Some(visible.clone()), None);
        item.schema = Some(range.schemaname.clone()).filter(|schema| !schema.is_empty());
        let Some(resolver) = self.resolver else {
            return item;
        };
        let Some(relation) = resolver.relation(&path) else {
            let written = path.join(".");
            let names = resolver.relation_names();
            let hint = scope::nearest(&written, names.iter().map(String::as_str))
                .map(|near| format!("did you mean {near}?"))
                .or_else(|| (!names.is_empty()).then(|| format!("there are {}", list(&names))));
            let message = format!("no relation \"{written}\"");
            self.error(
                RewriteErrorKind::UnknownRelation,
                &written,
                offset,
                message,
                hint,
            );
            return item;
        };
        let has_column_aliases = range.alias.as_ref().is_some_and(|a| !a.colnames.is_empty());
        if has_column_aliases {
            self.error(
                RewriteErrorKind::Unsupported,
                &visible,
                offset,
                "column aliases after a relation's name go by the order of its columns".to_owned(),
                Some("leave them out and name the columns where they are used".to_owned()),
            );
        }
        item.relation = Some(self.relations.len() - 1);
        item.columns = Some(columns_of(&relation));
        let mut sql = relation
            .schema
            .as_ref()
            .map(|schema| quote::identifier(schema) + ".")
            .unwrap_or_default();
        sql.push_str(&quote::identifier(&relation.name));
        if alias.is_none() {
            if self.kept_names.contains(&visible) {
                sql.push_str(" AS ");
                sql.push_str(&quote::identifier(&visible));
            } else {
                item.qualifier = quote::identifier(&relation.name);
            }
        }
        let query = self.query;
        let tokens = tree::name_tokens(&query.tokens, offset, path.len());
        if let (Some(first), Some(last)) = (tokens.first(), tokens.last()) {
            let (start, end) = (first.start.max(0) as usize, last.end.max(0) as usize);
            if query.text.get(start..end) != Some(sql.as_str()) {
                self.edits.push((start, end, sql));
            }
        }
        item
    }
}

fn columns_of(relation: &Relation) -> Vec<Column> {
    let pair = |(old, new): &(String, String)| Column {
        old: old.clone(),
        new: new.clone(),
    };
    relation.columns.iter().map(pair).collect()
}

/// Columns under the names that an alias gives them.
pub(super) fn renamed(
    columns: Option<Vec<Column>>,
    alias: Option<&protobuf::Alias>,
) -> Option<Vec<Column>> {
    let names = alias
        .map(|alias| strings(&alias.colnames))
        .unwrap_or_default();
    let mut columns = columns?;
    for (column, name) in columns.iter_mut().zip(&names) {
        *column = Column::same(name);
    }
    Some(columns)
}

/// A list of names for a message.
fn list(names: &[String]) -> String {
    match names {
        [] => "none".to_owned(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The lists `USING (a, b)`, which the parse tree gives no place for.
fn using_lists(tokens: &[parse::Token]) -> Vec<(usize, Vec<parse::Token>, bool)> {
    let mut found = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        let opened = tokens
            .get(index + 1)
            .is_some_and(|next| next.token() == T::Ascii40);
        if token.token() != T::Using || !opened {
            continue;
        }
        let inside: Vec<_> = tokens[index + 2..]
            .iter()
            .take_while(|t| t.token() != T::Ascii41)
            .collect();
        let names: Vec<_> = inside.iter().step_by(2).map(|token| **token).collect();
        if inside
            .iter()
            .skip(1)
            .step_by(2)
            .all(|comma| comma.token() == T::Ascii44)
        {
            found.push((token.start.max(0) as usize, names, false));
        }
    }
    found
}

/// The visible names whose relation, without an alias, would get a name that another one has.
fn clashing_names(relations: &[RelationReference], resolver: &dyn Resolver) -> BTreeSet<String> {
    let mut olds: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for reference in relations {
        let new = match (&reference.alias, resolver.relation(&reference.path)) {
            (None, Some(relation)) => relation.name,
            _ => reference.visible_name().to_owned(),
        };
        olds.entry(new)
            .or_default()
            .insert(reference.visible_name());
    }
    olds.into_values()
        .filter(|names| names.len() > 1)
        .flat_map(|names| names.into_iter().map(str::to_owned))
        .collect()
}
