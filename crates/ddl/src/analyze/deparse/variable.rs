//! Columns and parameters: when they are qualified, and with what.

use super::printer::{Printed, Printer};
use crate::analyze::Undecided;
use crate::analyze::tree::{Expr, Param, ParamKind, ReturningType, RteKind, Var};

impl<'a> Printer<'a> {
    /// A column. Gives the name printed; none for a whole row, which is printed as `name.*`, and with
    /// a cast where that would be expanded into columns (`top_level`).
    pub(super) fn variable(
        &mut self,
        var: &'a Var,
        levels_up: usize,
        top_level: bool,
    ) -> Result<Option<String>, Undecided> {
        let levels = var.levels_up + levels_up;
        let namespace = self.namespace(levels)?;
        let (rtindex, attno) = if var.varnosyn > 0 {
            (var.varnosyn, var.attnosyn)
        } else {
            (var.varno, var.attno)
        };
        let entry = namespace.entry(rtindex)?;
        // A join without alias has no name to qualify its columns with: print what they are made of.
        if let (RteKind::Join(join), None) = (&entry.kind, &entry.alias)
            && let Some(place) = usize::try_from(attno).ok().and_then(|n| n.checked_sub(1))
            && let Some(Expr::Var(inner)) = join.alias_vars.get(place)
        {
            return self.variable(inner, levels, top_level);
        }
        let relation = match var.returning {
            ReturningType::Default => namespace.name(rtindex),
            ReturningType::Old => Some(namespace.returning.0),
            ReturningType::New => Some(namespace.returning.1),
        }
        .map(str::to_owned);
        let name = match attno {
            0 => None,
            number if number < 0 => Some(system_column(number)?.to_owned()),
            number => {
                let columns = namespace.columns_of(rtindex)?;
                let place = usize::try_from(number).ok().and_then(|n| n.checked_sub(1));
                let name = place.and_then(|place| columns.names.get(place)?.clone());
                Some(name.ok_or_else(|| Undecided::new("a column that is not there any more"))?)
            }
        };
        let prefix = self.state.var_prefix
            || name.is_none()
            || var.returning != ReturningType::Default
            || name
                .as_deref()
                .is_some_and(|name| self.hidden_by_output(var, name));
        if prefix && let Some(relation) = relation {
            self.identifier(&relation);
            self.put(".");
        }
        match &name {
            Some(name) => self.identifier(name),
            None => {
                self.put("*");
                if top_level {
                    self.cast(&var.data_type, var.typmod);
                }
            }
        }
        Ok(name)
    }

    /// Whether ORDER BY would take a column's name for another output column of that name.
    fn hidden_by_output(&self, var: &Var, name: &str) -> bool {
        if !self.state.var_in_order_by || self.state.in_group_by {
            return false;
        }
        let outputs = self.state.targets.iter().filter(|target| !target.junk);
        outputs.enumerate().any(|(place, target)| {
            let output = self
                .state
                .result_names
                .as_ref()
                .and_then(|names| names.get(place))
                .or(target.name.as_ref());
            output.is_some_and(|output| **output == *name)
                && !matches!(&target.expr, Expr::Var(other) if same_column(var, other))
        })
    }

    /// A parameter: the argument's name in the body of a function, else `$n`.
    pub(super) fn parameter(&mut self, param: &Param) -> Printed {
        let function = self.namespaces.first().and_then(|n| n.function.clone());
        if param.kind == ParamKind::Extern
            && let Some((function, arguments)) = function
            && let Some(Some(name)) = usize::try_from(param.number)
                .ok()
                .and_then(|number| arguments.get(number.checked_sub(1)?))
        {
            if self.namespaces.iter().any(|n| !n.names.is_empty()) {
                self.identifier(&function);
                self.put(".");
            }
            self.identifier(name);
            return Ok(());
        }
        self.put(&format!("${}", param.number));
        Ok(())
    }
}

fn same_column(one: &Var, other: &Var) -> bool {
    one.varno == other.varno
        && one.attno == other.attno
        && one.levels_up == other.levels_up
        && one.returning == other.returning
}

/// The names of the columns that every table has.
fn system_column(number: i16) -> Result<&'static str, Undecided> {
    Ok(match number {
        -1 => "ctid",
        -2 => "xmin",
        -3 => "cmin",
        -4 => "xmax",
        -5 => "cmax",
        -6 => "tableoid",
        _ => return Err(Undecided::new("a system column that is not known")),
    })
}
