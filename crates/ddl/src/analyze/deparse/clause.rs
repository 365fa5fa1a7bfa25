//! GROUP BY, ORDER BY and windows: clauses that refer to entries of the target list.

use super::constant::ShowType;
use super::expression::malformed;
use super::printer::{Printed, Printer};
use crate::analyze::tree::{Expr, GroupingSet, Query, SortGroupClause, TargetEntry, WindowClause};

/// `FRAMEOPTION_*` of the server.
mod frame {
    pub(super) const NONDEFAULT: i32 = 0x1;
    pub(super) const RANGE: i32 = 0x2;
    pub(super) const ROWS: i32 = 0x4;
    pub(super) const GROUPS: i32 = 0x8;
    pub(super) const BETWEEN: i32 = 0x10;
    pub(super) const START_UNBOUNDED_PRECEDING: i32 = 0x20;
    pub(super) const END_UNBOUNDED_FOLLOWING: i32 = 0x100;
    pub(super) const START_CURRENT_ROW: i32 = 0x200;
    pub(super) const END_CURRENT_ROW: i32 = 0x400;
    pub(super) const START_OFFSET_PRECEDING: i32 = 0x800;
    pub(super) const END_OFFSET_PRECEDING: i32 = 0x1000;
    pub(super) const START_OFFSET_FOLLOWING: i32 = 0x2000;
    pub(super) const END_OFFSET_FOLLOWING: i32 = 0x4000;
    pub(super) const EXCLUDE_CURRENT_ROW: i32 = 0x8000;
    pub(super) const EXCLUDE_GROUP: i32 = 0x10000;
    pub(super) const EXCLUDE_TIES: i32 = 0x20000;
}

impl<'a> Printer<'a> {
    /// An entry of the target list as an item of ORDER BY, GROUP BY and their like: by number; or else
    /// so that it is not taken for a number, an output column or a grouping set.
    pub(super) fn sort_item(
        &mut self,
        target: u32,
        targets: &'a [TargetEntry],
        by_number: bool,
    ) -> Printed {
        let entry = targets
            .iter()
            .find(|entry| entry.sort_group_ref == target)
            .ok_or_else(malformed)?;
        if by_number {
            self.put(&entry.resno.to_string());
            return Ok(());
        }
        match &entry.expr {
            Expr::Const(constant) => {
                self.constant(constant, ShowType::Always);
                Ok(())
            }
            Expr::Var(var) => {
                let before = std::mem::replace(&mut self.state.var_in_order_by, true);
                let printed = self.variable(var, 0, false);
                self.state.var_in_order_by = before;
                printed.map(drop)
            }
            expr => {
                let wrap = matches!(
                    expr,
                    Expr::FuncExpr(_)
                        | Expr::Aggref(_)
                        | Expr::WindowFunc(_)
                        | Expr::JsonConstructor(_)
                );
                self.wrapped(wrap, expr, true)
            }
        }
    }

    /// The items of ORDER BY.
    pub(super) fn order_by(
        &mut self,
        items: &[SortGroupClause],
        targets: &'a [TargetEntry],
        by_number: bool,
    ) -> Printed {
        for (place, item) in items.iter().enumerate() {
            self.comma(place);
            self.sort_item(item.target, targets, by_number)?;
            let using = match &item.ordering {
                Some(operator) if !matches!(&*operator.name, "<" | ">") => Some(operator.clone()),
                _ => None,
            };
            match using {
                Some(operator) => {
                    self.put(" USING ");
                    self.operator(&operator);
                    self.put(if item.nulls_first {
                        " NULLS FIRST"
                    } else {
                        " NULLS LAST"
                    });
                }
                None => self.put(match (item.descending, item.nulls_first) {
                    (false, false) => "",
                    (false, true) => " NULLS FIRST",
                    (true, true) => " DESC",
                    (true, false) => " DESC NULLS LAST",
                }),
            }
        }
        Ok(())
    }

    /// GROUP BY.
    pub(super) fn group_by(&mut self, query: &'a Query) -> Printed {
        if query.group_by.is_empty() && query.grouping_sets.is_empty() {
            return Ok(());
        }
        self.clause(" GROUP BY ", 1);
        self.put(if query.group_distinct {
            "DISTINCT "
        } else {
            ""
        });
        let before = std::mem::replace(&mut self.state.in_group_by, true);
        if query.grouping_sets.is_empty() {
            for (place, item) in query.group_by.iter().enumerate() {
                self.comma(place);
                self.sort_item(item.target, &query.targets, false)?;
            }
        } else {
            for (place, set) in query.grouping_sets.iter().enumerate() {
                self.comma(place);
                self.grouping_set(set, &query.targets, true)?;
            }
        }
        self.state.in_group_by = before;
        Ok(())
    }

    fn grouping_set(
        &mut self,
        set: &GroupingSet,
        targets: &'a [TargetEntry],
        omit_parentheses: bool,
    ) -> Printed {
        let (word, sets) = match set {
            GroupingSet::Empty => {
                self.put("()");
                return Ok(());
            }
            GroupingSet::Simple(items) => {
                let wrap = !omit_parentheses || items.len() != 1;
                self.put(if wrap { "(" } else { "" });
                for (place, item) in items.iter().enumerate() {
                    self.comma(place);
                    self.sort_item(*item, targets, false)?;
                }
                self.put(if wrap { ")" } else { "" });
                return Ok(());
            }
            GroupingSet::Rollup(sets) => ("ROLLUP(", sets),
            GroupingSet::Cube(sets) => ("CUBE(", sets),
            GroupingSet::Sets(sets) => ("GROUPING SETS (", sets),
        };
        let omit = !matches!(set, GroupingSet::Sets(_));
        self.put(word);
        for (place, set) in sets.iter().enumerate() {
            self.comma(place);
            self.grouping_set(set, targets, omit)?;
        }
        self.put(")");
        Ok(())
    }

    /// WINDOW: the windows that have a name.
    pub(super) fn window_clause(&mut self, query: &'a Query) -> Printed {
        let mut first = true;
        for window in &query.windows {
            let Some(name) = &window.name else { continue };
            if first {
                self.clause(" WINDOW ", 1);
            } else {
                self.put(", ");
            }
            first = false;
            self.identifier(name);
            self.put(" AS ");
            self.window(window, &query.targets)?;
        }
        Ok(())
    }

    /// What stands in the parentheses of OVER.
    pub(super) fn window(
        &mut self,
        window: &'a WindowClause,
        targets: &'a [TargetEntry],
    ) -> Printed {
        let mut parts = Vec::new();
        if let Some(name) = &window.refname {
            parts.push(self.apart(|printer| {
                printer.identifier(name);
                Ok(())
            })?);
        } else if !window.partition_by.is_empty() {
            parts.push(self.apart(|printer| {
                printer.put("PARTITION BY ");
                for (place, item) in window.partition_by.iter().enumerate() {
                    printer.comma(place);
                    printer.sort_item(item.target, targets, false)?;
                }
                Ok(())
            })?);
        }
        if !window.order_by.is_empty() && !window.copied_order {
            parts.push(self.apart(|printer| {
                printer.put("ORDER BY ");
                printer.order_by(&window.order_by, targets, false)
            })?);
        }
        if window.frame_options & frame::NONDEFAULT != 0 {
            parts.push(self.apart(|printer| printer.frame(window))?);
        }
        self.put("(");
        self.put(&parts.join(" "));
        self.put(")");
        Ok(())
    }

    fn frame(&mut self, window: &'a WindowClause) -> Printed {
        let has = |option: i32| window.frame_options & option != 0;
        for (option, word) in [
            (frame::RANGE, "RANGE "),
            (frame::ROWS, "ROWS "),
            (frame::GROUPS, "GROUPS "),
            (frame::BETWEEN, "BETWEEN "),
            (frame::START_UNBOUNDED_PRECEDING, "UNBOUNDED PRECEDING "),
            (frame::START_CURRENT_ROW, "CURRENT ROW "),
        ] {
            if has(option) {
                self.put(word);
            }
        }
        if let Some(offset) = &window.start_offset {
            self.expression(offset, false)?;
            if has(frame::START_OFFSET_PRECEDING) {
                self.put(" PRECEDING ");
            } else if has(frame::START_OFFSET_FOLLOWING) {
                self.put(" FOLLOWING ");
            }
        }
        if has(frame::BETWEEN) {
            self.put("AND ");
            if has(frame::END_UNBOUNDED_FOLLOWING) {
                self.put("UNBOUNDED FOLLOWING ");
            } else if has(frame::END_CURRENT_ROW) {
                self.put("CURRENT ROW ");
            } else if let Some(offset) = &window.end_offset {
                self.expression(offset, false)?;
                if has(frame::END_OFFSET_PRECEDING) {
                    self.put(" PRECEDING ");
                } else if has(frame::END_OFFSET_FOLLOWING) {
                    self.put(" FOLLOWING ");
                }
            }
        }
        if has(frame::EXCLUDE_CURRENT_ROW) {
            self.put("EXCLUDE CURRENT ROW ");
        } else if has(frame::EXCLUDE_GROUP) {
            self.put("EXCLUDE GROUP ");
        } else if has(frame::EXCLUDE_TIES) {
            self.put("EXCLUDE TIES ");
        }
        self.trim_spaces();
        Ok(())
    }
}
