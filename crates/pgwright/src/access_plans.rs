//! The access patterns of a brief, priced on twins: at its volumes, and after the years that it is designed for.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;

use pgwright_brief::model::Brief;
use pgwright_catalog::write::Writer;
use pgwright_catalog::{Catalog, Index, IndexElement, Name, QualifiedName};
use pgwright_ddl::query::parse_query;
use pgwright_design::{Design, PLANNING_HORIZON_MONTHS};
use pgwright_planner::{Drawing, Node, Plan, Statistics, describe, draw, grow, shown_number};
use pgwright_report::{AccessPlans, BigScan, PatternPlans, PricedPlan};
use pgwright_server::twin::{Session, Twin};
use pgwright_tune::workload::{CatalogNames, Form, Workload, prepare};

use crate::exit::Failure;
use crate::terminal::Terminal;
use crate::twin::{self, Server, descriptions_of_brief, times_of_brief};
use crate::workload::{find_names, of_design, parameters};

/// Rows from which on reading a whole table is a finding.
const BIG: f64 = 100_000.0;
/// An index that does not bring the cost below this share of it mends nothing.
const WORTH: f64 = 0.5;

/// Prices the access patterns on the newest of the servers that prove.
pub fn price(
    brief: &Brief,
    design: &Design,
    major: u32,
    pg_bin: Option<&OsStr>,
    terminal: &Terminal,
) -> Result<AccessPlans, Failure> {
    let workload = of_design(design);
    if workload.statements.is_empty() {
        return Ok(AccessPlans::none("the brief names no access pattern"));
    }
    if times_of_brief(brief, design, 0.0).is_empty() {
        return Ok(AccessPlans::none("the brief says no volume"));
    }
    let server = Server {
        major: Some(major),
        pg_bin,
    };
    let patterns = design.access_queries.iter().map(|query| PatternPlans {
        name: query.name.clone(),
        pattern: query.pattern.clone(),
        sql: query.sql.clone(),
        ..PatternPlans::default()
    });
    let mut plans = AccessPlans {
        reason: None,
        server: Some(major),
        months: PLANNING_HORIZON_MONTHS,
        patterns: patterns.collect(),
    };
    let said = descriptions_of_brief(brief, design);
    for months in [0.0, PLANNING_HORIZON_MONTHS] {
        let targets = times_of_brief(brief, design, months);
        // What was there before has tables and types that the design does not name.
        let catalog = super::commands::design::wanted(design);
        let mut statistics = grow(&Statistics::default(), catalog, &targets).statistics;
        describe(&mut statistics, catalog, &said);
        let twin = twin::build(catalog, &statistics, server, terminal)?;
        let mut pricing = Pricing {
            catalog,
            statistics: &statistics,
            workload: workload.clone(),
            twin: &twin,
        };
        pricing.patterns(&mut plans.patterns, months > 0.0)?;
    }
    Ok(plans)
}

struct Pricing<'a> {
    catalog: &'a Catalog,
    statistics: &'a Statistics,
    workload: Workload,
    twin: &'a Twin,
}

impl Pricing<'_> {
    fn patterns(&mut self, patterns: &mut [PatternPlans], grown: bool) -> Result<(), Failure> {
        let mut session = self.twin.session().map_err(|e| broken(&e))?;
        find_names(&mut session, self.catalog)?;
        prepare(&mut self.workload, self.catalog, self.statistics);
        for (pattern, statement) in patterns.iter_mut().zip(&self.workload.statements) {
            let (form, plan) = match costliest(&mut session, &statement.text, &statement.forms) {
                Ok(Some(found)) => found,
                Ok(None) => continue,
                Err(error) => {
                    pattern.error = Some(error);
                    continue;
                }
            };
            let priced = self.priced(&plan);
            if !grown {
                pattern.now = Some(priced);
                continue;
            }
            pattern.without_indexes = self.without(&mut session, &statement.text, form, &plan)?;
            pattern.scans = self.scans(&mut session, &statement.text, form, &plan)?;
            pattern.grown = Some(priced);
        }
        Ok(())
    }

    /// The cost without the indexes that a plan uses; none when it uses none.
    fn without(
        &self,
        session: &mut Session<'_>,
        sql: &str,
        form: &Form,
        plan: &Plan,
    ) -> Result<Option<f64>, Failure> {
        let mut hidden = Vec::new();
        for index in plan.root.indexes() {
            for schema in self.schemas() {
                let name = QualifiedName::new(schema, index);
                hidden.extend(session.index(&name).map_err(|e| broken(&e))?);
            }
        }
        if hidden.is_empty() {
            return Ok(None);
        }
        session.hide(&hidden).map_err(|e| broken(&e))?;
        let plan = explain(session, sql, form);
        session.show(&hidden).map_err(|e| broken(&e))?;
        Ok(plan.ok().map(|plan| four_digits(plan.cost())))
    }

    fn priced(&self, plan: &Plan) -> PricedPlan {
        let indexes: BTreeSet<String> = plan
            .root
            .indexes()
            .into_iter()
            .map(|index| self.whole_index(index))
            .collect();
        let mut shown = plan.clone();
        self.whole_tables(&mut shown.root);
        PricedPlan {
            cost: four_digits(plan.cost()),
            rows: four_digits(plan.root.rows),
            indexes: indexes.into_iter().collect(),
            plan: draw(&shown, Drawing::default())
                .lines()
                .map(str::to_owned)
                .collect(),
        }
    }

    /// Names tables instead of their partitions: which of them a plan looks into may depend on the day it is, and
    /// the same brief gives the same record on any.
    fn whole_tables(&self, node: &mut Node) {
        let part = |node: &Node| {
            let name = QualifiedName::new(node.schema.as_deref()?, node.relation.as_deref()?);
            let whole = self.whole(name.clone());
            (whole != name).then_some(whole)
        };
        let parts: Vec<QualifiedName> = node.children.iter().filter_map(part).collect();
        if let Some(table) = parts.first().filter(|_| node.node_type.ends_with("Append")) {
            node.schema = Some(table.schema.to_string());
            node.relation = Some(table.name.to_string());
            node.children.clear();
            node.details
                .retain(|(label, _)| label != "Subplans Removed");
        }
        if let Some(table) = part(node) {
            node.relation = Some(table.name.to_string());
            node.alias = None;
        }
        if let Some(index) = &mut node.index {
            *index = self.whole_index(index);
        }
        for child in &mut node.children {
            self.whole_tables(child);
        }
    }

    /// The index of a table that one of its partition is a part of, by their names.
    fn whole_index(&self, index: &str) -> String {
        let parts = self.catalog.tables.iter().filter_map(|(name, table)| {
            table.partition_of.as_ref()?;
            let rest = index.strip_prefix(name.name.as_str())?.strip_prefix('_')?;
            Some((name, rest))
        });
        let longest = parts.max_by_key(|(name, _)| name.name.as_str().len());
        match longest {
            Some((name, rest)) => format!("{}_{rest}", self.whole(name.clone()).name),
            None => index.to_owned(),
        }
    }

    fn schemas(&self) -> BTreeSet<&str> {
        let tables = self.catalog.tables.keys();
        tables.map(|name| name.schema.as_str()).collect()
    }

    /// The big tables that a plan reads from end to end, with what would mend it.
    fn scans(
        &self,
        session: &mut Session<'_>,
        sql: &str,
        form: &Form,
        plan: &Plan,
    ) -> Result<Vec<BigScan>, Failure> {
        let mut tables: BTreeMap<QualifiedName, Option<String>> = BTreeMap::new();
        for node in plan.root.walk() {
            let (Some(schema), Some(relation)) = (&node.schema, &node.relation) else {
                continue;
            };
            if node.node_type == "Seq Scan" {
                let table = self.whole(QualifiedName::new(schema.as_str(), relation.as_str()));
                let filter = node.details.iter().find(|(label, _)| label == "Filter");
                let filter = filter.map(|(_, condition)| condition.clone());
                tables.entry(table).or_insert(filter);
            }
        }
        let mut found = Vec::new();
        for (table, filter) in tables {
            let rows = self.rows(&table);
            if rows >= BIG {
                found.push(BigScan {
                    mend: self.mend(session, (sql, form, plan), &table, filter)?,
                    table: table.name.to_string(),
                    rows,
                });
            }
        }
        Ok(found)
    }

    /// The table that a partition is a part of.
    fn whole(&self, name: QualifiedName) -> QualifiedName {
        let mut at = name;
        for _ in 0..16 {
            let part = self.catalog.tables.get(&at);
            match part.and_then(|t| t.partition_of.as_ref()) {
                Some(part) => at = part.parent.clone(),
                None => break,
            }
        }
        at
    }

    fn rows(&self, table: &QualifiedName) -> f64 {
        let known = self.statistics.tables.get(table);
        known.and_then(|t| t.rows).unwrap_or(0.0)
    }

    fn mend(
        &self,
        session: &mut Session<'_>,
        (sql, form, plan): (&str, &Form, &Plan),
        table: &QualifiedName,
        filter: Option<String>,
    ) -> Result<String, Failure> {
        let now = shown_number(plan.cost());
        let columns = self.restricted(sql, table);
        let by_itself = format!(
            "the question needs most of it at a cost of {now}; a summary that is kept, such as a materialized view, \
             would answer it without"
        );
        if columns.is_empty() {
            return Ok(match filter {
                Some(filter) => format!(
                    "no index can serve the condition `{filter}` (cost {now}); an index on the expression, or a \
                     column that holds it, could"
                ),
                None => by_itself,
            });
        }
        let names: Vec<String> = columns.iter().map(Name::quoted).collect();
        let index = Index {
            elements: columns.into_iter().map(IndexElement::column).collect(),
            ..Index::btree(Vec::<Name>::new())
        };
        let name = Name::new("pgwright_tried");
        let statement = Writer::new(self.twin.major().min(crate::source::NEWEST))
            .create_index(table, &name, &index, false)
            .map_err(|error| Failure::Usage(error.to_string()))?;
        let Ok(made) = session.create_index(table, &statement) else {
            return Ok(by_itself);
        };
        let mended = explain(session, sql, form);
        session.drop_index(&made.name).map_err(|e| broken(&e))?;
        Ok(match mended {
            Ok(mended) if mended.cost() < plan.cost() * WORTH => format!(
                "an index on {} would bring its cost from {now} to {}, and take {} MB",
                names.join(", "),
                shown_number(mended.cost()),
                shown_number((made.bytes() as f64 / 1e6).ceil())
            ),
            _ => by_itself,
        })
    }

    /// The columns of a table that a statement restricts: those compared for equality, then one of a range.
    fn restricted(&self, sql: &str, table: &QualifiedName) -> Vec<Name> {
        let names = CatalogNames::new(self.catalog);
        let Ok(query) = parse_query(sql) else {
            return Vec::new();
        };
        let predicates = query.predicates(&names);
        let of_table = predicates
            .relations
            .iter()
            .find(|relation| names.find(&relation.relation) == Some(table));
        let Some(found) = of_table else {
            return Vec::new();
        };
        let ranges = found.ranges.iter().take(1);
        found.equality.iter().chain(ranges).map(Name::new).collect()
    }
}

fn broken(error: &dyn std::fmt::Display) -> Failure {
    Failure::NoServer(error.to_string())
}

fn explain(session: &mut Session<'_>, sql: &str, form: &Form) -> Result<Plan, String> {
    let values: Option<Vec<Option<&str>>> = form
        .values
        .as_ref()
        .map(|values| values.iter().map(Option::as_deref).collect());
    session
        .explain(sql, parameters(&values))
        .map_err(|error| error.to_string())
}

/// The form of a statement that costs most, with its plan.
fn costliest<'f>(
    session: &mut Session<'_>,
    sql: &str,
    forms: &'f [Form],
) -> Result<Option<(&'f Form, Plan)>, String> {
    let mut worst: Option<(&Form, Plan)> = None;
    for form in forms {
        let plan = explain(session, sql, form)?;
        if worst
            .as_ref()
            .is_none_or(|(_, known)| plan.cost() > known.cost())
        {
            worst = Some((form, plan));
        }
    }
    Ok(worst)
}

/// The number to four digits: what is behind them differs from one build of a server to the next.
fn four_digits(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let places = 3 - value.abs().log10().floor() as i32;
    let text = format!("{:.*}", places.max(0) as usize, {
        let scale = 10f64.powi(places);
        (value * scale).round() / scale
    });
    text.parse().unwrap_or(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn four_digits_are_kept() {
        for (value, kept) in [
            (0.0, 0.0),
            (12.3456, 12.35),
            (8.436_7, 8.437),
            (123_456.0, 123_500.0),
        ] {
            assert_eq!(four_digits(value), kept);
        }
    }
}
