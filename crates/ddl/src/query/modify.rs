//! INSERT, UPDATE and DELETE: the columns that are written to, conflict targets and RETURNING.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, Token as T};

use super::RewriteErrorKind;
use super::scope::{Item, Scope};
use super::statement::Outputs;
use super::walk::Walk;
use crate::parse;
use crate::quote;
use crate::tree;

impl Walk<'_> {
    pub(super) fn insert(&mut self, insert: &protobuf::InsertStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(insert.with_clause.as_ref());
        let target = insert.relation.as_ref().map(|range| self.relation(range));
        let target = target.unwrap_or_else(|| Item::new(None, None));
        if insert.cols.is_empty() && insert.select_stmt.is_some() {
            let offset = insert
                .relation
                .as_ref()
                .map_or(0, |range| range.location.max(0) as usize);
            self.error(
                RewriteErrorKind::Unsupported,
                "INSERT",
                offset,
                "values without column names go by the order of the table's columns".to_owned(),
                Some("name the columns in parentheses after the relation".to_owned()),
            );
        }
        self.target_names(&insert.cols, &target);
        if let Some(source) = insert
            .select_stmt
            .as_deref()
            .and_then(|node| node.node.as_ref())
        {
            self.statement(source);
        }
        let mut scope = Scope::default();
        scope.items.push(target.clone());
        self.scopes.push(scope);
        if let Some(conflict) = insert.on_conflict_clause.as_deref() {
            if let Some(infer) = conflict.infer.as_deref() {
                self.conflict_target(infer, &target);
            }
            let mut excluded = target.clone();
            excluded.name = Some("excluded".to_owned());
            excluded.qualifier = "excluded".to_owned();
            excluded.schema = None;
            excluded.qualified_only = true;
            self.add(excluded);
            self.assignments(&conflict.target_list, &target);
            self.optional(conflict.where_clause.as_deref());
            if let Some(scope) = self.scopes.last_mut() {
                scope.items.pop();
            }
        }
        let outputs = self.returning(insert.returning_clause.as_ref());
        self.scopes.pop();
        self.ctes.truncate(outer_ctes);
        outputs
    }

    /// The columns of `ON CONFLICT (a, lower(b))`; the parse tree has no place for plain names.
    fn conflict_target(&mut self, infer: &protobuf::InferClause, target: &Item) {
        let offset = infer.location.max(0) as usize;
        let query = self.query;
        let mut tokens = query
            .tokens
            .iter()
            .skip_while(|token| (token.start.max(0) as usize) < offset);
        let mut depth = 0;
        let mut expect_name = false;
        let mut elements = infer.index_elems.iter();
        for token in tokens.by_ref() {
            match token.token() {
                T::Ascii40 => {
                    depth += 1;
                    expect_name = depth == 1;
                    if depth == 1 {
                        continue;
                    }
                }
                T::Ascii41 => depth -= 1,
                T::Ascii44 if depth == 1 => {
                    expect_name = true;
                    continue;
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            if !expect_name {
                continue;
            }
            expect_name = false;
            let Some(NodeEnum::IndexElem(element)) = elements.next().and_then(|e| e.node.as_ref())
            else {
                break;
            };
            if element.name.is_empty() {
                self.optional(element.expr.as_deref());
            } else {
                self.target_name(&element.name, token, target);
            }
        }
        self.optional(infer.where_clause.as_deref());
    }

    pub(super) fn update(&mut self, update: &protobuf::UpdateStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(update.with_clause.as_ref());
        let target = update.relation.as_ref().map(|range| self.relation(range));
        let target = target.unwrap_or_else(|| Item::new(None, None));
        let mut scope = Scope::default();
        scope.items.push(target.clone());
        self.scopes.push(scope);
        for item in &update.from_clause {
            self.source(item);
        }
        self.assignments(&update.target_list, &target);
        self.optional(update.where_clause.as_deref());
        let outputs = self.returning(update.returning_clause.as_ref());
        self.scopes.pop();
        self.ctes.truncate(outer_ctes);
        outputs
    }

    pub(super) fn delete(&mut self, delete: &protobuf::DeleteStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(delete.with_clause.as_ref());
        let target = delete.relation.as_ref().map(|range| self.relation(range));
        let mut scope = Scope::default();
        scope.items.extend(target);
        self.scopes.push(scope);
        for item in &delete.using_clause {
            self.source(item);
        }
        self.optional(delete.where_clause.as_deref());
        let outputs = self.returning(delete.returning_clause.as_ref());
        self.scopes.pop();
        self.ctes.truncate(outer_ctes);
        outputs
    }

    fn returning(&mut self, clause: Option<&protobuf::ReturningClause>) -> Outputs {
        let Some(clause) = clause else {
            return Some(Vec::new());
        };
        // RETURNING may name the row before and after, from PostgreSQL 18 on.
        let target = self
            .scopes
            .last()
            .and_then(|scope| scope.items.first())
            .cloned();
        let kept = self.scopes.last().map_or(0, |scope| scope.items.len());
        let mut names = vec!["old".to_owned(), "new".to_owned()];
        for option in &clause.options {
            if let Some(NodeEnum::ReturningOption(option)) = &option.node {
                names.push(option.value.clone());
            }
        }
        for name in names {
            let Some(mut item) = target.clone() else {
                continue;
            };
            item.qualifier = quote::identifier(&name);
            item.name = Some(name);
            item.schema = None;
            item.qualified_only = true;
            self.add(item);
        }
        let outputs = self.targets(&clause.exprs);
        if let Some(scope) = self.scopes.last_mut() {
            scope.items.truncate(kept);
        }
        outputs
    }

    /// `SET a = …, (b, c) = …`
    fn assignments(&mut self, targets: &[Node], target: &Item) {
        self.target_names(targets, target);
        for assignment in targets {
            let Some(NodeEnum::ResTarget(assignment)) = &assignment.node else {
                continue;
            };
            match assignment
                .val
                .as_deref()
                .and_then(|value| value.node.as_ref())
            {
                // The row that several targets share hangs on each of them; one walk is enough.
                Some(NodeEnum::MultiAssignRef(reference)) if reference.colno > 1 => {}
                Some(value) => self.expression(value),
                None => {}
            }
        }
    }

    /// The names of the columns that are written to.
    fn target_names(&mut self, targets: &[Node], target: &Item) {
        let query = self.query;
        for column in targets {
            let Some(NodeEnum::ResTarget(column)) = &column.node else {
                continue;
            };
            let offset = column.location.max(0) as usize;
            if let Some(token) = tree::name_tokens(&query.tokens, offset, 1).first() {
                self.target_name(&column.name, token, target);
            }
        }
    }

    fn target_name(&mut self, name: &str, token: &parse::Token, target: &Item) {
        if self.resolver.is_none() || target.columns.is_none() {
            return;
        }
        match target.column(name).cloned() {
            Some(column) if column.new != name => {
                self.replace(token, quote::identifier(&column.new));
            }
            Some(_) => {}
            None => self.unknown_column(name, token.start.max(0) as usize, &[target]),
        }
    }
}
