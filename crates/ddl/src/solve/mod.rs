//! Rows that satisfy or violate conditions, found by trying values drawn from the conditions' own
//! constants.
//!
//! The search is bounded and deterministic; it prefers rows that differ little from the ones given.
//! What it returns has been evaluated, so a row it gives is right; that it gives none proves nothing.

mod candidates;
mod goal;
mod sample;
mod search;

use std::collections::BTreeMap;

use crate::expr::Expr;
use crate::value::{Assignment, Value};

use search::{Requirement, Search};

/// What values a column may take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// The type.
    pub kind: Kind,
    /// Whether null is allowed.
    pub nullable: bool,
    /// The least value that the type or a constraint outside the search allows.
    pub minimum: Option<Value>,
    /// The greatest one.
    pub maximum: Option<Value>,
}

impl Domain {
    /// A domain without bounds, which takes no null.
    pub fn new(kind: Kind) -> Self {
        Domain {
            kind,
            nullable: false,
            minimum: None,
            maximum: None,
        }
    }

    /// The same domain with null.
    pub fn nullable(mut self) -> Self {
        self.nullable = true;
        self
    }

    /// The same domain between two values.
    pub fn between(mut self, minimum: Option<Value>, maximum: Option<Value>) -> Self {
        self.minimum = minimum;
        self.maximum = maximum;
        self
    }
}

/// The type of a column, as far as the search tells types apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// boolean
    Bool,
    /// smallint, integer, bigint
    Integer,
    /// numeric
    Decimal {
        /// Digits after the point; the step between neighbours.
        scale: u32,
    },
    /// text and its relatives
    Text {
        /// The length in characters, where bounded.
        max_length: Option<usize>,
    },
    /// An enumerated type. A column whose CHECK lists its values is `Text`, if that CHECK is to be
    /// violated.
    OneOf(Vec<String>),
    /// date
    Date,
    /// time
    Time,
    /// timestamp with or without time zone
    Timestamp,
    /// interval
    Interval,
}

/// The domain of each column, by the name used in expressions and rows.
pub type Domains = BTreeMap<String, Domain>;

/// A row over all columns of `domains` that makes every expression TRUE.
///
/// Columns in `fixed` keep their value; the others start from `defaults`, else from null where they
/// are nullable, else from the plainest value of their domain, and change only where they must.
/// A condition on the current time counts as true when it is so both in 2025 and in 2900.
///
/// ```
/// use pgwright_ddl::{expr::parse_expression, value::{Assignment, Value}};
/// use pgwright_ddl::solve::{Domain, Domains, Kind, satisfy, violate};
/// let domains = Domains::from([("quantity".to_owned(), Domain::new(Kind::Integer))]);
/// let rule = parse_expression("quantity BETWEEN 1 AND 99")?;
/// let none = Assignment::new();
/// let row = satisfy(&[rule.clone()], &domains, &none, &none).ok_or("none found")?;
/// assert_eq!(row["quantity"], Value::Integer(1));
/// let rejected: Vec<_> = violate(&rule, &[], &domains, &row);
/// assert_eq!(rejected[0]["quantity"], Value::Integer(0));
/// assert_eq!(rejected[1]["quantity"], Value::Integer(100));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn satisfy(
    exprs: &[Expr],
    domains: &Domains,
    fixed: &Assignment,
    defaults: &Assignment,
) -> Option<Assignment> {
    satisfy_among(exprs, &[], domains, fixed, defaults)
}

/// The same, with none of `others` FALSE, as CHECK constraints ask: what is unknown passes. One of
/// them that cannot be evaluated holds the columns it names still.
pub fn satisfy_among(
    exprs: &[Expr],
    others: &[Expr],
    domains: &Domains,
    fixed: &Assignment,
    defaults: &Assignment,
) -> Option<Assignment> {
    let mut start = Assignment::new();
    for (name, domain) in domains {
        let value = fixed
            .get(name)
            .or_else(|| defaults.get(name))
            .cloned()
            .unwrap_or_else(|| candidates::plain_value(domain));
        start.insert(name.clone(), value);
    }
    for (name, value) in fixed {
        start.insert(name.clone(), value.clone());
    }
    let requirements: Vec<_> = exprs
        .iter()
        .cloned()
        .map(Requirement::True)
        .chain(others.iter().cloned().map(Requirement::NotFalse))
        .collect();
    let mut free = domains.clone();
    free.retain(|name, _| !fixed.contains_key(name));
    Search::new(&requirements, &free, &start).run()
}

/// Rows that make `expr` FALSE and none of `others` FALSE: one for each way of breaking it (each end
/// of a range, each part of a conjunction, each branch of a CASE), each as near to `base` as was found.
///
/// `base` is a whole row, as [`satisfy`] gives; columns without a domain keep their value. An
/// expression among `others` that cannot be evaluated holds the columns it names still.
pub fn violate(
    expr: &Expr,
    others: &[Expr],
    domains: &Domains,
    base: &Assignment,
) -> Vec<Assignment> {
    let mut rows = Vec::new();
    for goal in goal::ways_to_be_false(expr) {
        let requirements: Vec<_> = goal
            .into_iter()
            .map(Requirement::True)
            .chain([Requirement::False(expr.clone())])
            .chain(others.iter().cloned().map(Requirement::NotFalse))
            .collect();
        if let Some(row) = Search::new(&requirements, domains, base).run()
            && !rows.contains(&row)
        {
            rows.push(row);
        }
    }
    rows
}

#[cfg(test)]
mod tests;
