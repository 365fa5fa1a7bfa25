//! The values that statements are planned with: those that logs have seen, or representative ones of the
//! statistics, and the generic plan beside them.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_ddl::query::{ParameterRole, ParameterUse, Query, parse_query};
use pgwright_ddl::statements::facts;
use pgwright_planner::{ColumnStatistics, Statistics, write_array};

use super::parameters::CatalogNames;
use super::{Form, Statement, Workload};

/// The share of calls that is planned generically. A server takes the generic plan of a prepared statement when it
/// is not costlier than those of the first five executions, and a client that sends texts never has one: which of
/// the two happens is not known, so each counts for half.
const GENERIC_SHARE: f64 = 0.5;
/// Rows after LIMIT, where nothing was measured: a page of results.
const LIMIT: f64 = 50.0;
/// Elements of an array that is compared with.
const ELEMENTS: usize = 3;

/// Which kind of values are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// The most common ones, and wide ranges.
    Common,
    /// Ones that few rows have, and narrow ranges.
    Rare,
}

/// Gives every statement the forms it is planned in. `statistics` are those of the twin that will plan.
///
/// A statement without parameters has one form, `as written`. Otherwise the values that a log has seen are taken;
/// where there are none, the statistics of the columns that the parameters are compared with give `common` ones
/// (the most common value; a quarter of a range) and `rare` ones (a value of the histogram; a hundredth of a
/// range). `generic` has half of the calls, but none where a parameter is the number of rows after LIMIT: a
/// server would not keep a plan that expects a tenth of the table. Where a parameter's value cannot be told, there
/// is the generic form alone.
pub fn prepare(workload: &mut Workload, catalog: &Catalog, statistics: &Statistics) {
    let names = CatalogNames::new(catalog);
    for statement in &mut workload.statements {
        statement.forms = forms(statement, &names, statistics);
    }
}

fn forms(statement: &Statement, names: &CatalogNames<'_>, statistics: &Statistics) -> Vec<Form> {
    let count = facts(&statement.text).map_or(0, |facts| facts.parameters as usize);
    if count == 0 {
        return vec![Form {
            values: Some(Vec::new()),
            label: "as written".to_owned(),
            share: 1.0,
        }];
    }
    let query = parse_query(&statement.text).ok();
    let uses = query
        .as_ref()
        .map(|query| query.parameter_uses(names))
        .unwrap_or_default();
    let limited = uses
        .iter()
        .any(|used| matches!(used.role, ParameterRole::Limit));
    let mut custom: Vec<Form> = statement
        .forms
        .iter()
        .filter(|form| form.label.starts_with("seen"))
        .filter(|form| form.values.as_ref().is_some_and(|v| v.len() == count))
        .cloned()
        .collect();
    // What is only written decides nothing that is planned.
    let decides = |used: &ParameterUse| !matches!(used.role, ParameterRole::Assigned { .. });
    if custom.is_empty()
        && uses.iter().any(decides)
        && let Some(query) = &query
    {
        let chooser = Chooser {
            statement,
            query,
            uses: &uses,
            names,
            statistics,
        };
        custom = chooser.forms(count);
    }
    let generic = match (custom.is_empty(), limited) {
        (true, _) => 1.0,
        (false, true) => 0.0,
        (false, false) => GENERIC_SHARE,
    };
    let all: f64 = custom.iter().map(|form| form.share).sum();
    for form in &mut custom {
        form.share *= (1.0 - generic) / all;
    }
    if generic > 0.0 {
        custom.push(Form {
            values: None,
            label: "generic".to_owned(),
            share: generic,
        });
    }
    custom
}

/// Chooses values for a statement's parameters.
struct Chooser<'a> {
    statement: &'a Statement,
    query: &'a Query,
    uses: &'a [ParameterUse],
    names: &'a CatalogNames<'a>,
    statistics: &'a Statistics,
}

impl Chooser<'_> {
    fn forms(&self, count: usize) -> Vec<Form> {
        let form = |kind: Kind, label: &str| {
            let values: Option<Vec<Option<String>>> = (1..=count)
                .map(|number| self.value(u32::try_from(number).ok()?, kind))
                .collect();
            values.map(|values| Form {
                values: Some(values),
                label: label.to_owned(),
                share: 1.0,
            })
        };
        let Some(common) = form(Kind::Common, "common") else {
            return Vec::new();
        };
        match form(Kind::Rare, "rare") {
            Some(rare) if rare.values != common.values => vec![common, rare],
            _ => vec![common],
        }
    }

    /// A value for a parameter, `Some(None)` being null; none where nothing tells it.
    fn value(&self, number: u32, kind: Kind) -> Option<Option<String>> {
        let mut assigned = false;
        for used in self.uses.iter().filter(|used| used.number == number) {
            match &used.role {
                ParameterRole::Limit => return Some(Some(self.limit())),
                ParameterRole::Offset => return Some(Some("0".to_owned())),
                ParameterRole::Assigned { relation, column } => {
                    assigned = true;
                    if let Some(found) = self.column(*relation, column)
                        && let Some(value) = equal(found, kind, 0)
                    {
                        return Some(Some(value));
                    }
                }
                ParameterRole::Compared {
                    relation,
                    column,
                    operator,
                    array,
                    part,
                    position,
                } => {
                    let Some(found) = self.column(*relation, column) else {
                        continue;
                    };
                    let value = match operator.as_str() {
                        "=" if *array => {
                            let mut elements: Vec<String> = (0..ELEMENTS)
                                .filter_map(|at| equal(found, kind, at))
                                .collect();
                            elements.sort();
                            elements.dedup();
                            (!elements.is_empty()).then(|| write_array(&elements))
                        }
                        "=" => equal(found, kind, *position),
                        "<" | "<=" => bound(found, kind, true, self.other_side(used)),
                        ">" | ">=" => bound(found, kind, false, self.other_side(used)),
                        "LIKE" | "ILIKE" => pattern(found, kind, *part),
                        "@>" | "&&" => element(found, kind).map(|e| write_array(&[e])),
                        _ => None,
                    };
                    if value.is_some() {
                        return Some(value);
                    }
                }
                ParameterRole::Other => return None,
            }
        }
        assigned.then_some(None)
    }

    /// Whether another parameter bounds the same column from the other side.
    fn other_side(&self, one: &ParameterUse) -> bool {
        let ParameterRole::Compared {
            relation,
            column,
            operator,
            ..
        } = &one.role
        else {
            return false;
        };
        self.uses.iter().any(|other| match &other.role {
            ParameterRole::Compared {
                relation: r,
                column: c,
                operator: o,
                ..
            } => {
                r == relation
                    && c == column
                    && matches!(
                        (operator.chars().next(), o.chars().next()),
                        (Some('<'), Some('>')) | (Some('>'), Some('<'))
                    )
            }
            _ => false,
        })
    }

    fn limit(&self) -> String {
        let measured = self.statement.measured.map(|m| m.rows.ceil());
        format!(
            "{:.0}",
            measured.filter(|rows| *rows > 0.0).unwrap_or(LIMIT)
        )
    }

    fn column(&self, relation: usize, column: &str) -> Option<&ColumnStatistics> {
        let written = &self.query.relations().get(relation)?.path;
        let name: &QualifiedName = self.names.find(written)?;
        let known = self.statistics.tables.get(name)?;
        let with_children = known.columns_with_children.get(column);
        with_children.or_else(|| known.columns.get(column))
    }
}

/// A value that rows are equal to; the `at`th of its kind.
fn equal(column: &ColumnStatistics, kind: Kind, at: usize) -> Option<String> {
    let (common, histogram) = (&column.most_common_values, &column.histogram);
    let in_histogram = || {
        let middle = histogram.len() / 2 + at;
        histogram.get(middle.min(histogram.len().saturating_sub(1)))
    };
    let chosen = match kind {
        Kind::Common => common.get(at).or_else(in_histogram),
        Kind::Rare => in_histogram().or_else(|| {
            let last = common.len().checked_sub(1 + at);
            last.and_then(|at| common.get(at))
        }),
    };
    chosen.or(common.first()).cloned()
}

/// A bound of a range: the upper one, or the lower one. A range closed on both sides lies at its end, where most
/// of what is asked for lies.
fn bound(column: &ColumnStatistics, kind: Kind, upper: bool, closed: bool) -> Option<String> {
    let values = match column.histogram.as_slice() {
        // Few values: all of them are common.
        [] => sorted(&column.most_common_values)?,
        histogram => histogram.to_vec(),
    };
    let quantile = match (kind, upper, closed) {
        (Kind::Common, false, _) => 0.75,
        (Kind::Common, true, true) => 1.0,
        (Kind::Common, true, false) => 0.25,
        (Kind::Rare, false, true) => 0.98,
        (Kind::Rare, false, false) => 0.99,
        (Kind::Rare, true, true) => 0.99,
        (Kind::Rare, true, false) => 0.01,
    };
    let last = values.len().checked_sub(1)?;
    let place = (last as f64 * quantile).round() as usize;
    // A short histogram must not make both bounds the same.
    let place = match (upper, closed) {
        (false, true) => place.min(last.saturating_sub(1)),
        _ => place,
    };
    values.get(place.min(last)).cloned()
}

/// Values in the order of numbers, where they are some, else of texts.
fn sorted(values: &[String]) -> Option<Vec<String>> {
    let mut values: Vec<(Option<f64>, &String)> =
        values.iter().map(|v| (v.parse().ok(), v)).collect();
    values.sort_by(|a, b| match (a.0, b.0) {
        (Some(a), Some(b)) => a.total_cmp(&b),
        _ => a.1.cmp(b.1),
    });
    let values: Vec<String> = values.into_iter().map(|(_, v)| v.clone()).collect();
    (!values.is_empty()).then_some(values)
}

/// A pattern, or the part of one, that a value of the column matches: a few letters of its middle, or its
/// beginning.
fn pattern(column: &ColumnStatistics, kind: Kind, part: bool) -> Option<String> {
    let value: Vec<char> = equal(column, kind, 0)?.chars().collect();
    let plain = |c: &&char| c.is_alphanumeric() || **c == ' ';
    Some(match part {
        true => value.iter().skip(1).filter(plain).take(4).collect(),
        false => {
            let beginning: String = value.iter().take_while(plain).take(3).collect();
            format!("{beginning}%")
        }
    })
}

/// An element that arrays hold.
fn element(column: &ColumnStatistics, kind: Kind) -> Option<String> {
    let frequencies = &column.most_common_element_frequencies;
    let mut found: BTreeMap<usize, f32> = BTreeMap::new();
    for (at, frequency) in frequencies
        .iter()
        .take(column.most_common_elements.len())
        .enumerate()
    {
        found.insert(at, *frequency);
    }
    let by_frequency = |a: &(&usize, &f32), b: &(&usize, &f32)| a.1.total_cmp(b.1);
    let (at, _) = match kind {
        Kind::Common => found.iter().max_by(by_frequency)?,
        Kind::Rare => found.iter().min_by(by_frequency)?,
    };
    column.most_common_elements.get(*at).cloned()
}
