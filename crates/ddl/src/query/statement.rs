//! The clauses of SELECT, each in its scope.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, SetOperation};

use super::output::{is_alias, result_name};
use super::scope::{self, Column, Found, Item, Scope};
use super::walk::{Walk, renamed};
use crate::expr::strings;
use crate::quote;
use crate::tree;

/// The result columns of a query; `None` when they are not known.
pub(super) type Outputs = Option<Vec<Column>>;

impl Walk<'_> {
    /// Walks a statement in a scope of its own.
    pub(super) fn statement(&mut self, node: &NodeEnum) -> Outputs {
        match node {
            NodeEnum::SelectStmt(select) => self.select(select),
            NodeEnum::InsertStmt(insert) => self.insert(insert),
            NodeEnum::UpdateStmt(update) => self.update(update),
            NodeEnum::DeleteStmt(delete) => self.delete(delete),
            _ => None,
        }
    }

    pub(super) fn select(&mut self, select: &protobuf::SelectStmt) -> Outputs {
        let outer_ctes = self.ctes.len();
        self.with(select.with_clause.as_ref());
        let outputs = if select.op() == SetOperation::SetopNone {
            self.simple_select(select)
        } else {
            let outputs = select.larg.as_deref().and_then(|left| self.select(left));
            if let Some(right) = select.rarg.as_deref() {
                self.select(right);
            }
            // Only the result columns are in scope here.
            let mut scope = Scope::default();
            scope.items.push(Item::new(None, outputs.clone()));
            self.scopes.push(scope);
            self.expressions(&select.sort_clause);
            self.optional(select.limit_count.as_deref());
            self.optional(select.limit_offset.as_deref());
            self.scopes.pop();
            outputs
        };
        self.ctes.truncate(outer_ctes);
        outputs
    }

    fn simple_select(&mut self, select: &protobuf::SelectStmt) -> Outputs {
        self.scopes.push(Scope::default());
        for item in &select.from_clause {
            self.source(item);
        }
        if !select.values_lists.is_empty() {
            self.expressions(&select.values_lists);
        }
        let outputs = if select.values_lists.is_empty() {
            self.targets(&select.target_list)
        } else {
            let width = match select
                .values_lists
                .first()
                .and_then(|list| list.node.as_ref())
            {
                Some(NodeEnum::List(list)) => list.items.len(),
                _ => 0,
            };
            Some(
                (1..=width)
                    .map(|number| Column::same(&format!("column{number}")))
                    .collect(),
            )
        };
        for item in &select.distinct_clause {
            self.ordering(item, &outputs, &select.target_list);
        }
        self.optional(select.where_clause.as_deref());
        for item in &select.group_clause {
            self.grouping(item, &select.target_list);
        }
        self.optional(select.having_clause.as_deref());
        self.expressions(&select.window_clause);
        for item in &select.sort_clause {
            self.ordering(item, &outputs, &select.target_list);
        }
        self.optional(select.limit_count.as_deref());
        self.optional(select.limit_offset.as_deref());
        for clause in &select.locking_clause {
            let Some(NodeEnum::LockingClause(clause)) = &clause.node else {
                continue;
            };
            for relation in &clause.locked_rels {
                let Some(NodeEnum::RangeVar(range)) = &relation.node else {
                    continue;
                };
                self.locked(range);
            }
        }
        self.scopes.pop();
        outputs
    }

    /// `FOR UPDATE OF name`: a visible name, not a relation.
    fn locked(&mut self, range: &protobuf::RangeVar) {
        let name = std::slice::from_ref(&range.relname);
        let Some(item) = scope::find_item(&self.scopes, name) else {
            return;
        };
        let qualifier = item.qualifier.clone();
        let query = self.query;
        let tokens = tree::name_tokens(&query.tokens, range.location.max(0) as usize, 1);
        if let Some(token) = tokens.first().filter(|_| item.columns.is_some())
            && quote::identifier(&range.relname) != qualifier
        {
            self.replace(token, qualifier);
        }
    }

    pub(super) fn with(&mut self, with: Option<&protobuf::WithClause>) {
        let Some(with) = with else { return };
        for cte in &with.ctes {
            let Some(NodeEnum::CommonTableExpr(cte)) = &cte.node else {
                continue;
            };
            let Some(node) = cte
                .ctequery
                .as_deref()
                .and_then(|query| query.node.as_ref())
            else {
                continue;
            };
            let names = protobuf::Alias {
                aliasname: cte.ctename.clone(),
                colnames: cte.aliascolnames.clone(),
            };
            let before = self.ctes.len();
            if with.recursive {
                let columns = self.recursive_outputs(node);
                self.ctes
                    .push((cte.ctename.clone(), renamed(columns, Some(&names))));
            }
            // A CTE sees the CTEs before it, and nothing of the query that it belongs to.
            let scopes = std::mem::take(&mut self.scopes);
            let outputs = self.statement(node);
            self.scopes = scopes;
            self.ctes.truncate(before);
            // SEARCH and CYCLE add columns.
            let extended = cte.search_clause.is_some() || cte.cycle_clause.is_some();
            let columns = if extended {
                None
            } else {
                renamed(outputs, Some(&names))
            };
            self.ctes.push((cte.ctename.clone(), columns));
        }
    }

    /// The columns of a recursive query are those of its first arm, which does not name the query
    /// itself: walked once for them alone.
    fn recursive_outputs(&mut self, node: &NodeEnum) -> Outputs {
        let NodeEnum::SelectStmt(select) = node else {
            return None;
        };
        let first = select.larg.as_deref()?;
        let mut rehearsal = Walk {
            query: self.query,
            resolver: self.resolver,
            relations: Vec::new(),
            columns: Vec::new(),
            edits: Vec::new(),
            errors: Vec::new(),
            resolved: Default::default(),
            joins: Vec::new(),
            scopes: Vec::new(),
            ctes: self.ctes.clone(),
            using: self.using.clone(),
            kept_names: self.kept_names.clone(),
            last_offset: self.last_offset,
        };
        rehearsal.select(first)
    }

    /// The SELECT list or RETURNING list.
    pub(super) fn targets(&mut self, targets: &[Node]) -> Outputs {
        let mut outputs = Some(Vec::new());
        let mut add = |columns: Outputs| match (&mut outputs, columns) {
            (Some(outputs), Some(columns)) => outputs.extend(columns),
            (outputs, _) => *outputs = None,
        };
        for target in targets {
            let Some(NodeEnum::ResTarget(target)) = &target.node else {
                continue;
            };
            let Some(value) = target.val.as_deref().and_then(|value| value.node.as_ref()) else {
                continue;
            };
            let NodeEnum::ColumnRef(reference) = value else {
                self.expression(value);
                let name = if target.name.is_empty() {
                    result_name(value)
                } else {
                    target.name.clone()
                };
                add(Some(vec![Column::same(&name)]));
                continue;
            };
            let path = strings(&reference.fields);
            let resolved = self.column(reference);
            if path.last().is_some_and(|name| name == "*") {
                add(self.star(&path[..path.len() - 1]));
                continue;
            }
            let written = path.last().cloned().unwrap_or_default();
            if !target.name.is_empty() {
                add(Some(vec![Column::same(&target.name)]));
                continue;
            }
            if resolved.is_some_and(|column| column.new != written) {
                let offset = reference.location.max(0) as usize;
                let query = self.query;
                let tokens = tree::name_tokens(&query.tokens, offset, path.len());
                if let Some(end) = tokens.last().map(|token| token.end.max(0) as usize) {
                    let alias = format!(" AS {}", quote::identifier(&written));
                    self.edits.push((end, end, alias));
                }
            }
            add(Some(vec![Column::same(&written)]));
        }
        outputs
    }

    /// What a star stands for.
    fn star(&self, qualifier: &[String]) -> Outputs {
        if !qualifier.is_empty() {
            return scope::find_item(&self.scopes, qualifier)?.columns.clone();
        }
        let scope = self.scopes.last()?;
        let mut columns: Vec<Column> = Vec::new();
        for item in scope.items.iter().filter(|item| item.merged) {
            columns.extend(item.columns.clone()?);
        }
        let merged = columns.clone();
        for item in scope
            .items
            .iter()
            .filter(|item| !item.merged && !item.qualified_only)
        {
            let own = item.columns.clone()?;
            columns.extend(own.into_iter().filter(|column| !merged.contains(column)));
        }
        Some(columns)
    }

    /// ORDER BY and DISTINCT ON: a bare name is a result column first.
    fn ordering(&mut self, item: &Node, outputs: &Outputs, targets: &[Node]) {
        let Some(node) = item.node.as_ref() else {
            return;
        };
        let inner = match node {
            NodeEnum::SortBy(sort) => sort.node.as_deref().and_then(|node| node.node.as_ref()),
            other => Some(other),
        };
        let Some(NodeEnum::ColumnRef(reference)) = inner else {
            return self.expression(node);
        };
        let path = strings(&reference.fields);
        let ([name], Some(outputs)) = (path.as_slice(), outputs) else {
            return self.expression(node);
        };
        let Some(output) = outputs.iter().find(|output| output.old == *name) else {
            return self.expression(node);
        };
        // An unaliased column, or one of a star, is also resolved, so that it is known what it is.
        if is_alias(name, targets) {
            return;
        }
        let output = output.clone();
        let edits = self.edits.len();
        let errors = self.errors.len();
        self.column(reference);
        self.edits.truncate(edits);
        self.errors.truncate(errors);
        if output.new != *name {
            let offset = reference.location.max(0) as usize;
            let query = self.query;
            if let Some(token) = tree::name_tokens(&query.tokens, offset, 1).first() {
                self.replace(token, quote::identifier(&output.new));
            }
        }
    }

    /// GROUP BY: a bare name is a column of the FROM list first, and a result column only then.
    fn grouping(&mut self, item: &Node, targets: &[Node]) {
        let Some(node) = item.node.as_ref() else {
            return;
        };
        if let NodeEnum::ColumnRef(reference) = node {
            let path = strings(&reference.fields);
            if let [name] = path.as_slice() {
                let innermost = self.scopes.last().cloned().unwrap_or_default();
                let here = [innermost];
                let found = scope::find(&here, name);
                if is_alias(name, targets) && !matches!(found, Found::Column { .. }) {
                    return;
                }
            }
        }
        self.expression(node);
    }
}
