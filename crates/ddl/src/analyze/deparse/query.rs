//! SELECT: the order of its clauses, target lists, set operations, WITH and VALUES.

use std::sync::Arc;

use super::expression::malformed;
use super::layout::{LIST, STANDARD};
use super::namespace::Namespace;
use super::printer::{Printed, Printer, State};
use crate::analyze::Undecided;
use crate::analyze::tree::{
    Command, CommonTableExpr, Const, CteCycle, Expr, LockStrength, LockWait, Query,
    RangeTableEntry, RteKind, SetOperation, SetOperationKind, SetOperationNode, TargetEntry, Type,
};

impl<'a> Printer<'a> {
    /// A query inside what is printed so far. `result_names` override the names of its output columns,
    /// which matter when `names_visible`.
    pub(super) fn query(
        &mut self,
        query: &'a Query,
        result_names: Option<Arc<[Arc<str>]>>,
        names_visible: bool,
        level: i32,
    ) -> Printed {
        let namespace = Namespace::of_query(query, &self.namespaces)?;
        let var_prefix = !self.namespaces.is_empty() || query.range_table.len() != 1;
        let state = State {
            result_names: result_names.filter(|_| query.command == Command::Select),
            column_names_visible: names_visible,
            ..State::outside(self.state.indent, level, var_prefix)
        };
        let outer = std::mem::replace(&mut self.state, state);
        self.namespaces.push(namespace);
        let printed = match query.command {
            Command::Select => self.select(query),
            Command::Insert => self.insert(query),
            Command::Update => self.update(query),
            Command::Delete => self.delete(query),
            Command::Merge => self.merge(query),
            Command::Nothing => {
                self.put("NOTHING");
                Ok(())
            }
            Command::Utility => {
                self.keyword("", 0, STANDARD, 1);
                self.put(query.utility.as_deref().unwrap_or_default());
                Ok(())
            }
        };
        self.namespaces.pop();
        self.state = outer;
        printed
    }

    fn select(&mut self, query: &'a Query) -> Printed {
        self.with_clause(query)?;
        self.state.targets = &query.targets;
        self.state.windows = &query.windows;
        let by_number = match &query.set_operations {
            Some(operations) => {
                self.set_operation(operations)?;
                true
            }
            None => {
                self.plain_select(query)?;
                false
            }
        };
        if !query.order_by.is_empty() {
            self.clause(" ORDER BY ", 1);
            self.order_by(&query.order_by, &query.targets, by_number)?;
        }
        if let Some(offset) = &query.offset {
            self.clause(" OFFSET ", 0);
            self.expression(offset, false)?;
        }
        match &query.limit {
            Some(limit) if query.with_ties => {
                self.clause(" FETCH FIRST ", 0);
                self.wrapped(true, limit, false)?;
                self.put(" ROWS WITH TIES");
            }
            Some(Expr::Const(Const { value: None, .. })) => {
                self.clause(" LIMIT ", 0);
                self.put("ALL");
            }
            Some(limit) => {
                self.clause(" LIMIT ", 0);
                self.expression(limit, false)?;
            }
            None => {}
        }
        for mark in query.row_marks.iter().filter(|mark| !mark.pushed_down) {
            let word = match mark.strength {
                LockStrength::KeyShare => " FOR KEY SHARE",
                LockStrength::Share => " FOR SHARE",
                LockStrength::NoKeyUpdate => " FOR NO KEY UPDATE",
                LockStrength::Update => " FOR UPDATE",
            };
            self.clause(word, 0);
            self.put(" OF ");
            let name = self.namespace(0)?.name(mark.rtindex).map(str::to_owned);
            self.identifier(&name.ok_or_else(malformed)?);
            self.put(match mark.wait {
                LockWait::Block => "",
                LockWait::Skip => " SKIP LOCKED",
                LockWait::Error => " NOWAIT",
            });
        }
        Ok(())
    }

    fn plain_select(&mut self, query: &'a Query) -> Printed {
        self.enter_query();
        if let Some(rows) = self.plain_values(query) {
            return self.values(rows);
        }
        self.put(if query.is_return { "RETURN" } else { "SELECT" });
        if query.distinct_on {
            self.put(" DISTINCT ON (");
            for (place, item) in query.distinct.iter().enumerate() {
                self.comma(place);
                self.sort_item(item.target, &query.targets, false)?;
            }
            self.put(")");
        } else if !query.distinct.is_empty() {
            self.put(" DISTINCT");
        }
        self.target_list(&query.targets)?;
        self.print_from(query, " FROM ")?;
        if let Some(condition) = &query.where_ {
            self.clause(" WHERE ", 1);
            self.expression(condition, false)?;
        }
        self.group_by(query)?;
        if let Some(condition) = &query.having {
            self.clause(" HAVING ", 0);
            self.expression(condition, false)?;
        }
        self.window_clause(query)
    }

    /// The rows of a query that is nothing but VALUES. With other column names it is not.
    fn plain_values(&self, query: &'a Query) -> Option<&'a [Vec<Expr>]> {
        let mut found: Option<(&'a RangeTableEntry, &'a [Vec<Expr>])> = None;
        for entry in &query.range_table {
            match &entry.kind {
                RteKind::Values(rows) if entry.in_from && found.is_none() => {
                    found = Some((entry, rows));
                }
                RteKind::Relation(_) if !entry.in_from => {}
                _ => return None,
            }
        }
        let (entry, rows) = found?;
        let same_names = query.targets.len() == entry.eref.columns.len()
            && query
                .targets
                .iter()
                .zip(&entry.eref.columns)
                .enumerate()
                .all(|(place, (target, column))| {
                    !target.junk
                        && self
                            .output_name(place, target)
                            .is_some_and(|name| **name == **column)
                });
        same_names.then_some(rows)
    }

    fn output_name<'n>(&'n self, place: usize, target: &'n TargetEntry) -> Option<&'n Arc<str>> {
        let names = self.state.result_names.as_ref();
        names
            .and_then(|names| names.get(place))
            .or(target.name.as_ref())
    }

    /// VALUES.
    pub(super) fn values(&mut self, rows: &'a [Vec<Expr>]) -> Printed {
        self.put("VALUES ");
        for (place, row) in rows.iter().enumerate() {
            self.comma(place);
            self.put("(");
            for (place, value) in row.iter().enumerate() {
                self.put(if place > 0 { "," } else { "" });
                self.top_level(value, false)?;
            }
            self.put(")");
        }
        Ok(())
    }

    /// Output columns, one a line; AS where the name is not what the text alone would give.
    pub(super) fn target_list(&mut self, targets: &'a [TargetEntry]) -> Printed {
        let mut after_lines = false;
        for (place, target) in targets.iter().filter(|target| !target.junk).enumerate() {
            self.put(if place == 0 { " " } else { ", " });
            let text = self.apart(|printer| printer.target(place, target))?;
            if self.state.indent {
                if text.starts_with('\n') {
                    self.trim_spaces();
                } else if place > 0 && (!text.is_empty() || after_lines) {
                    self.keyword("", -STANDARD, STANDARD, LIST);
                }
                let own = text.strip_prefix('\n').unwrap_or(&text);
                after_lines = own.contains('\n');
            }
            self.put(&text);
        }
        Ok(())
    }

    fn target(&mut self, place: usize, target: &'a TargetEntry) -> Printed {
        let given = match &target.expr {
            Expr::Var(var) => self.variable(var, 0, true)?,
            expr => {
                self.expression(expr, true)?;
                (!self.state.column_names_visible).then(|| "?column?".to_owned())
            }
        };
        let name = self.output_name(place, target).cloned();
        if let Some(name) = name
            && given.as_deref() != Some(&*name)
        {
            self.put(" AS ");
            self.identifier(&name);
        }
        Ok(())
    }

    fn set_operation(&mut self, operation: &'a SetOperation) -> Printed {
        let node = match operation {
            SetOperation::Leaf(rtindex) => return self.set_leaf(*rtindex),
            SetOperation::Node(node) => node,
        };
        // A chain of one operation needs no parentheses; anything else has them, to flag the change.
        let wrap = matches!(&node.left, SetOperation::Node(left) if !same_operation(node, left));
        let step = if wrap { STANDARD } else { 0 };
        if wrap {
            self.put("(");
            self.keyword("", step, 0, 0);
        }
        self.set_operation(&node.left)?;
        if wrap {
            self.keyword(") ", -step, 0, 0);
        } else if self.state.indent {
            self.keyword("", -step, 0, 0);
        } else {
            self.put(" ");
        }
        self.put(match node.kind {
            SetOperationKind::Union => "UNION ",
            SetOperationKind::Intersect => "INTERSECT ",
            SetOperationKind::Except => "EXCEPT ",
        });
        self.put(if node.all { "ALL " } else { "" });
        let wrap = matches!(node.right, SetOperation::Node(_));
        let step = if wrap { STANDARD } else { 0 };
        self.put(if wrap { "(" } else { "" });
        self.keyword("", step, 0, 0);
        // Nobody sees the names of the right side's columns.
        let visible = std::mem::replace(&mut self.state.column_names_visible, false);
        let printed = self.set_operation(&node.right);
        self.state.column_names_visible = visible;
        printed?;
        self.shift(-step);
        if wrap {
            self.keyword(")", 0, 0, 0);
        }
        Ok(())
    }

    fn set_leaf(&mut self, rtindex: usize) -> Printed {
        let RteKind::Subquery(subquery) = &self.namespace(0)?.entry(rtindex)?.kind else {
            return Err(malformed());
        };
        let wrap = !subquery.ctes.is_empty()
            || !subquery.order_by.is_empty()
            || !subquery.row_marks.is_empty()
            || subquery.offset.is_some()
            || subquery.limit.is_some()
            || subquery.set_operations.is_some();
        self.put(if wrap { "(" } else { "" });
        let names = self.state.result_names.clone();
        let visible = self.state.column_names_visible;
        let level = self.state.level;
        self.query(subquery, names, visible, level)?;
        self.put(if wrap { ")" } else { "" });
        Ok(())
    }

    /// WITH.
    pub(super) fn with_clause(&mut self, query: &'a Query) -> Printed {
        if query.ctes.is_empty() {
            return Ok(());
        }
        self.enter_query();
        let mut word = if query.recursive {
            "WITH RECURSIVE "
        } else {
            "WITH "
        };
        for cte in &query.ctes {
            self.put(word);
            self.common_table(cte)?;
            word = ", ";
        }
        if self.state.indent {
            self.shift(-STANDARD);
            self.line();
        } else {
            self.put(" ");
        }
        Ok(())
    }

    fn common_table(&mut self, cte: &'a CommonTableExpr) -> Printed {
        self.identifier(&cte.name);
        if !cte.alias_columns.is_empty() {
            self.put("(");
            self.identifiers(&cte.alias_columns);
            self.put(")");
        }
        self.put(" AS ");
        self.put(match cte.materialized {
            None => "",
            Some(true) => "MATERIALIZED ",
            Some(false) => "NOT MATERIALIZED ",
        });
        self.put("(");
        if self.state.indent {
            self.line();
        }
        let query = cte.query.as_deref().ok_or_else(malformed)?;
        let level = self.state.level;
        self.query(query, None, true, level)?;
        if self.state.indent {
            self.line();
        }
        self.put(")");
        if let Some(search) = &cte.search {
            self.put(if search.breadth_first {
                " SEARCH BREADTH FIRST BY "
            } else {
                " SEARCH DEPTH FIRST BY "
            });
            self.identifiers(&search.columns);
            self.put(" SET ");
            self.identifier(&search.sequence_column);
        }
        match &cte.cycle {
            Some(cycle) => self.cycle(cycle),
            None => Ok(()),
        }
    }

    fn cycle(&mut self, cycle: &'a CteCycle) -> Printed {
        self.put(" CYCLE ");
        self.identifiers(&cycle.columns);
        self.put(" SET ");
        self.identifier(&cycle.mark_column);
        if !(is_boolean(&cycle.mark_value, "t") && is_boolean(&cycle.mark_default, "f")) {
            self.put(" TO ");
            self.expression(&cycle.mark_value, false)?;
            self.put(" DEFAULT ");
            self.expression(&cycle.mark_default, false)?;
        }
        self.put(" USING ");
        self.identifier(&cycle.path_column);
        Ok(())
    }
}

fn same_operation(one: &SetOperationNode, other: &SetOperationNode) -> bool {
    one.kind == other.kind && one.all == other.all
}

fn is_boolean(expr: &Expr, first: &str) -> bool {
    matches!(expr, Expr::Const(Const { data_type: Type::BOOL, value: Some(value), .. })
        if value.starts_with(first))
}

/// What is missing in a tree, as an error of a query.
pub(super) fn missing(what: &str) -> Undecided {
    Undecided::new(format!("a query without its {what}"))
}
