//! The search: change few columns of the start row, in every combination of candidate values, until
//! all requirements hold.

use std::collections::BTreeMap;

use jiff::civil::{DateTime, date};

use super::{Domains, candidates};
use crate::eval::evaluate;
use crate::expr::Expr;
use crate::value::{Assignment, Value};

/// How many rows one search may evaluate.
const BUDGET: usize = 40_000;
/// How many requirements may be repaired one after another.
const MAXIMUM_DEPTH: usize = 5;
/// How many columns of one requirement may change at once.
const MAXIMUM_CHANGES: usize = 3;

/// What an expression must be.
#[derive(Debug, Clone)]
pub(super) enum Requirement {
    True(Expr),
    False(Expr),
    NotFalse(Expr),
}

impl Requirement {
    fn expr(&self) -> &Expr {
        match self {
            Requirement::True(expr) | Requirement::False(expr) | Requirement::NotFalse(expr) => {
                expr
            }
        }
    }
}

/// A requirement with what is asked of it again and again.
struct Prepared<'a> {
    requirement: &'a Requirement,
    columns: Vec<String>,
    on_time: bool,
}

pub(super) struct Search<'a> {
    requirements: Vec<Prepared<'a>>,
    candidates: BTreeMap<String, Vec<Value>>,
    start: &'a Assignment,
    budget: usize,
}

impl<'a> Search<'a> {
    /// A search from `start` that may change the columns of `free`.
    pub(super) fn new(
        requirements: &'a [Requirement],
        free: &Domains,
        start: &'a Assignment,
    ) -> Self {
        let exprs: Vec<_> = requirements.iter().map(Requirement::expr).collect();
        let candidates = free
            .iter()
            .map(|(name, domain)| {
                (
                    name.clone(),
                    candidates::for_column(name, domain, &exprs, start),
                )
            })
            .collect();
        let requirements = requirements
            .iter()
            .map(|requirement| Prepared {
                requirement,
                columns: columns_in_order(requirement.expr()),
                on_time: depends_on_time(requirement.expr()),
            })
            .collect();
        Search {
            requirements,
            candidates,
            start,
            budget: BUDGET,
        }
    }

    /// The first row found.
    pub(super) fn run(mut self) -> Option<Assignment> {
        let start = self.start.clone();
        if self.failing(&start).is_none() {
            return Some(start);
        }
        (1..=MAXIMUM_DEPTH).find_map(|depth| self.repair(&start, depth))
    }

    /// The first requirement that a row does not meet.
    fn failing(&mut self, row: &Assignment) -> Option<usize> {
        self.budget = self.budget.saturating_sub(1);
        let unmet = |prepared: &Prepared<'_>| !is_met(prepared, row, self.start);
        self.requirements.iter().position(unmet)
    }

    /// Changes the columns of the first unmet requirement so that it is met, and goes on with the next,
    /// at most `depth` times.
    fn repair(&mut self, row: &Assignment, depth: usize) -> Option<Assignment> {
        let failing = self.failing(row)?;
        let columns: Vec<String> = self.requirements[failing]
            .columns
            .iter()
            .filter(|column| self.candidates.contains_key(*column))
            .cloned()
            .collect();
        for changes in 1..=MAXIMUM_CHANGES.min(columns.len()) {
            for chosen in combinations(columns.len(), changes) {
                let names: Vec<_> = chosen.iter().map(|index| columns[*index].clone()).collect();
                let mut changed = row.clone();
                if let Some(found) = self.assign(&mut changed, row, &names, failing, depth) {
                    return Some(found);
                }
                if self.budget == 0 {
                    return None;
                }
            }
        }
        None
    }

    /// Tries every value for the named columns that differs from the row's.
    fn assign(
        &mut self,
        changed: &mut Assignment,
        row: &Assignment,
        names: &[String],
        failing: usize,
        depth: usize,
    ) -> Option<Assignment> {
        let Some((name, rest)) = names.split_first() else {
            if !is_met(&self.requirements[failing], changed, self.start) {
                self.budget = self.budget.saturating_sub(1);
                return None;
            }
            if self.failing(changed).is_none() {
                return Some(changed.clone());
            }
            return if depth > 1 {
                self.repair(&changed.clone(), depth - 1)
            } else {
                None
            };
        };
        let values = self.candidates.get(name).cloned().unwrap_or_default();
        for value in values {
            if self.budget == 0 {
                return None;
            }
            if row.get(name) == Some(&value) {
                continue;
            }
            changed.insert(name.clone(), value);
            if let Some(found) = self.assign(changed, row, rest, failing, depth) {
                return Some(found);
            }
        }
        if let Some(value) = row.get(name) {
            changed.insert(name.clone(), value.clone());
        }
        None
    }
}

/// Whether a row meets a requirement, whenever it is used.
fn is_met(prepared: &Prepared<'_>, row: &Assignment, start: &Assignment) -> bool {
    let clocks: &[Option<DateTime>] = if prepared.on_time {
        &[
            Some(date(2025, 1, 1).at(0, 0, 0, 0)),
            Some(date(2900, 1, 1).at(0, 0, 0, 0)),
        ]
    } else {
        &[None]
    };
    clocks.iter().all(|now| {
        match (
            prepared.requirement,
            evaluate(prepared.requirement.expr(), row, *now),
        ) {
            (Requirement::True(_), Ok(value)) => value == Value::Bool(true),
            (Requirement::False(_), Ok(value)) => value == Value::Bool(false),
            (Requirement::NotFalse(_), Ok(value)) => value != Value::Bool(false),
            // What cannot be evaluated was met by the row that the search started from.
            (Requirement::NotFalse(_), Err(_)) => prepared
                .columns
                .iter()
                .all(|column| row.get(column) == start.get(column)),
            (_, Err(_)) => false,
        }
    })
}

/// The columns of an expression in the order of its text.
fn columns_in_order(expr: &Expr) -> Vec<String> {
    let mut columns = Vec::new();
    expr.visit(&mut |part| match part {
        Expr::Column(path) => {
            let name = path.join(".");
            if !columns.contains(&name) {
                columns.push(name);
            }
        }
        Expr::Other { .. } => {
            for path in part.columns() {
                columns.push(path.join("."));
            }
        }
        _ => {}
    });
    columns
}

fn depends_on_time(expr: &Expr) -> bool {
    let mut found = false;
    expr.visit(&mut |part| {
        found |= match part {
            Expr::SqlValue(name) => name.starts_with("CURRENT_") || name.starts_with("LOCAL"),
            Expr::Function { name, args } => {
                args.is_empty()
                    && name
                        .last()
                        .is_some_and(|name| name.ends_with("now") || name.ends_with("_timestamp"))
            }
            _ => false,
        };
    });
    found
}

/// All ways to choose `count` of `0..length`, in lexical order.
fn combinations(length: usize, count: usize) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut chosen: Vec<usize> = (0..count).collect();
    loop {
        found.push(chosen.clone());
        let Some(place) = (0..count)
            .rev()
            .find(|place| chosen[*place] + count < length + place)
        else {
            return found;
        };
        chosen[place] += 1;
        for later in place + 1..count {
            chosen[later] = chosen[later - 1] + 1;
        }
    }
}
