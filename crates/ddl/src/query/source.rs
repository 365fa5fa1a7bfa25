//! The items of FROM and USING: relations, subqueries, functions and joins of them.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node};

use super::RewriteErrorKind;
use super::scope::{Column, Item};
use super::walk::{Resolved, Walk, renamed};
use crate::expr::strings;
use crate::parse;
use crate::quote;

impl Walk<'_> {
    pub(super) fn source(&mut self, node: &Node) {
        let Some(node) = node.node.as_ref() else {
            return;
        };
        match node {
            NodeEnum::RangeVar(range) => {
                let item = self.relation(range);
                self.add(item);
            }
            NodeEnum::RangeTableSample(sample) => {
                if let Some(relation) = sample.relation.as_deref() {
                    self.source(relation);
                }
                self.expressions(&sample.args);
                self.optional(sample.repeatable.as_deref());
            }
            NodeEnum::RangeSubselect(subselect) => {
                let Some(query) = subselect.subquery.as_deref().and_then(|q| q.node.as_ref())
                else {
                    return;
                };
                // Without LATERAL, the FROM list's other items are out of sight.
                let hidden = if subselect.lateral {
                    None
                } else {
                    self.scopes.pop()
                };
                let outputs = self.statement(query);
                self.scopes.extend(hidden);
                let alias = subselect.alias.as_ref();
                let name = alias.map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, renamed(outputs, alias)));
            }
            NodeEnum::RangeFunction(function) => {
                for call in &function.functions {
                    if let Some(NodeEnum::List(list)) = &call.node {
                        self.optional(list.items.first());
                    }
                }
                let name = function.alias.as_ref().map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, None));
            }
            NodeEnum::JoinExpr(join) => self.join(join),
            NodeEnum::RangeTableFunc(table) => {
                self.optional(table.docexpr.as_deref());
                self.optional(table.rowexpr.as_deref());
                let name = table.alias.as_ref().map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, None));
            }
            NodeEnum::JsonTable(table) => {
                let input = table.context_item.as_deref();
                self.optional(input.and_then(|item| item.raw_expr.as_deref()));
                self.expressions(&table.passing);
                let name = table.alias.as_ref().map(|alias| alias.aliasname.clone());
                self.add(Item::new(name, None));
            }
            _ => {}
        }
    }

    pub(super) fn add(&mut self, item: Item) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.items.push(item);
        }
    }

    fn join(&mut self, join: &protobuf::JoinExpr) {
        let start = self.scopes.last().map_or(0, |scope| scope.items.len());
        for side in [join.larg.as_deref(), join.rarg.as_deref()]
            .into_iter()
            .flatten()
        {
            self.source(side);
        }
        if join.is_natural && self.resolver.is_some() {
            let offset = self.last_offset;
            self.error(
                RewriteErrorKind::Unsupported,
                "NATURAL JOIN",
                offset,
                "NATURAL JOIN pairs columns by their names, which change".to_owned(),
                Some("write the condition after ON".to_owned()),
            );
        }
        let names = strings(&join.using_clause);
        if !names.is_empty() {
            self.using(&names, start);
        }
        if let Some(quals) = join.quals.as_deref() {
            // ON sees the two sides of the join, not the items before it.
            let before: Vec<Item> = match self.scopes.last_mut() {
                Some(scope) => scope.items.drain(..start).collect(),
                None => Vec::new(),
            };
            self.optional(Some(quals));
            if let Some(scope) = self.scopes.last_mut() {
                scope.items.splice(0..0, before);
            }
        }
        if let Some(alias) = &join.alias {
            let Some(scope) = self.scopes.last_mut() else {
                return;
            };
            let mut columns = Some(Vec::new());
            for item in scope.items.drain(start..).filter(|item| !item.merged) {
                match (&mut columns, item.columns) {
                    (Some(all), Some(own)) => all.extend(own),
                    (all, _) => *all = None,
                }
            }
            let item = Item::new(Some(alias.aliasname.clone()), renamed(columns, Some(alias)));
            scope.items.push(item);
        }
    }

    /// `USING (a, b)`: each name is a column of both sides.
    fn using(&mut self, names: &[String], start: usize) {
        let text = &self.query.text;
        let last_offset = self.last_offset;
        let place = self.using.iter_mut().find(|(offset, tokens, used)| {
            !*used
                && *offset > last_offset
                && tokens.len() == names.len()
                && tokens.iter().zip(names).all(|(token, name)| {
                    let written = parse::text_of(text, token);
                    let bare = written.trim_matches('"').replace("\"\"", "\"");
                    bare == *name || written.to_lowercase() == *name
                })
        });
        let Some((offset, tokens, used)) = place else {
            return;
        };
        *used = true;
        let (offset, tokens) = (*offset, tokens.clone());
        if self.resolver.is_none() {
            return;
        }
        let items: Vec<Item> = match self.scopes.last() {
            Some(scope) => scope.items[start..].to_vec(),
            None => return,
        };
        let mut merged = Vec::new();
        for (name, token) in names.iter().zip(&tokens) {
            let known: Vec<&Column> = items.iter().filter_map(|item| item.column(name)).collect();
            let open = items.iter().any(|item| item.columns.is_none());
            let Some(first) = known.first() else {
                if !open {
                    let place = token.start.max(0) as usize;
                    self.unknown_column(name, place, &items.iter().collect::<Vec<_>>());
                }
                continue;
            };
            if known.iter().any(|column| column.new != first.new) {
                let news: Vec<_> = known.iter().map(|column| column.new.as_str()).collect();
                self.error(
                    RewriteErrorKind::Unsupported,
                    name,
                    token.start.max(0) as usize,
                    format!(
                        "\"{name}\" becomes columns of different names: {}",
                        news.join(", ")
                    ),
                    Some("write the condition after ON".to_owned()),
                );
                continue;
            }
            if known.len() < 2 && !open {
                let message = format!("\"{name}\" is a column of one side of the join only");
                let kind = RewriteErrorKind::UnknownColumn;
                self.error(kind, name, token.start.max(0) as usize, message, None);
            }
            if first.new != *name {
                self.replace(token, quote::identifier(&first.new));
            }
            merged.push((*first).clone());
            let sides: Vec<Resolved> = items
                .iter()
                .filter_map(|item| {
                    let column = item.column(name)?.new.clone();
                    Some(Resolved {
                        relation: item.relation?,
                        column,
                    })
                })
                .collect();
            for pair in sides.windows(2) {
                self.joins.push((pair[0].clone(), pair[1].clone()));
            }
        }
        self.last_offset = self.last_offset.max(offset);
        let mut item = Item::new(None, Some(merged));
        item.merged = true;
        // A merged column stands for that of the left side.
        item.relation = None;
        self.add(item);
    }
}
