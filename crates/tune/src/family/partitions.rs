//! Partitioning by month, of tables whose rows come in the order of a time and are kept for so long.

use std::collections::BTreeSet;

use pgwright_catalog::{
    Catalog, Constraint, ConstraintKind, Key as Unique, Name, PartitionBound, PartitionKey,
    PartitionOf, QualifiedName, Table,
};

use pgwright_planner::{Statistics, TableStatistics};

use super::{Facts, Proposal, said};
use crate::access::Key;
use crate::recommend::{Action, Effect, words};

/// Months ahead that have a partition from the beginning.
const AHEAD: u32 = 3;
/// More months than this would be partitions of another size.
const MOST: u32 = 60;

/// The column of times that rows come in the order of: what writes set to the present, or its default.
pub(super) fn key(table: &QualifiedName, facts: &Facts<'_>) -> Option<Name> {
    let held = facts.catalog.tables.get(table)?;
    let latest: BTreeSet<Name> = facts
        .advice
        .readings
        .iter()
        .flat_map(|r| &r.changes)
        .filter(|c| c.table == *table && c.inserts)
        .flat_map(|c| c.latest.iter().cloned())
        .collect();
    let updated: BTreeSet<&Name> = facts
        .advice
        .readings
        .iter()
        .flat_map(|r| &r.changes)
        .filter(|c| c.table == *table)
        .flat_map(|c| &c.updates)
        .collect();
    let known = facts.statistics.tables.get(table);
    let mut times = held.columns.iter().filter(|c| {
        let time = c.data_type.starts_with("timestamp") || c.data_type == "date";
        let now = c
            .default
            .as_ref()
            .is_some_and(|d| d.sql().contains("now()"));
        let ordered = known
            .and_then(|t| t.columns.get(&c.name)?.correlation)
            .is_some_and(|c| c > 0.9);
        time && !updated.contains(&c.name) && (latest.contains(&c.name) || now || ordered)
    });
    times.next().map(|c| c.name.clone())
}

/// Proposes to partition what is kept for a number of months.
pub(super) fn propose(facts: &Facts<'_>) -> Vec<Proposal> {
    let mut found = Vec::new();
    for (table, months) in facts.keep {
        let Some(held) = facts.catalog.tables.get(table) else {
            continue;
        };
        let plain = held.partition_by.is_none() && held.partition_of.is_none();
        let referred = facts.catalog.references_to(table).next().is_some();
        let Some(column) = key(table, facts).filter(|_| plain && !referred && *months <= MOST)
        else {
            continue;
        };
        let rows = facts
            .statistics
            .tables
            .get(table)
            .and_then(|t| t.rows)
            .unwrap_or(0.0);
        let (with, without) = by_pruning(table, &column, facts);
        let mut rationale = format!(
            "Rows come in the order of {column} and only the last {months} months are needed. With a partition a \
             month, what is too old is given up by dropping a table, in an instant and without dead rows, where a \
             DELETE would go through {} rows, their indexes and the log.",
            words::count(rows / f64::from((*months).max(1)))
        );
        if !with.is_empty() {
            rationale.push_str(&format!(
                " {} by {column}: only partitions of that time are read.",
                listed(&with, "asks", "ask")
            ));
        }
        let risk = (!without.is_empty()).then(|| {
            format!(
                "{} not by {column}, and looks into each of the {} partitions: the cost after tells.",
                listed(&without, "asks", "ask"),
                months + AHEAD + 1
            )
        });
        let effects = facts.advice.readings.iter().zip(&facts.workload.statements);
        let statements = effects
            .filter(|(r, _)| r.accesses.iter().any(|a| a.table.as_ref() == Some(table)))
            .map(|(_, s)| Effect {
                statement: s.name.clone(),
                calls: s.calls,
                cost: Default::default(),
            });
        let mut recommendation = said(
            Action::Partition,
            table,
            table.name.to_string(),
            format!("{} by month of {column}, {months} months kept", table.name),
            rationale,
            risk,
        );
        recommendation.statements = statements.collect();
        let (table, column, months, month) = (table.clone(), column, *months, facts.month);
        found.push(Proposal {
            recommendation,
            change: Some(Box::new(move |catalog| {
                partition(catalog, &table, &column, months, month);
            })),
        });
    }
    found
}

/// Statements that read the table by the key, and those that do without.
fn by_pruning(
    table: &QualifiedName,
    column: &Name,
    facts: &Facts<'_>,
) -> (Vec<String>, Vec<String>) {
    let (mut with, mut without) = (Vec::new(), Vec::new());
    let key = Key::Column(column.clone());
    for (reading, statement) in facts.advice.readings.iter().zip(&facts.workload.statements) {
        for access in reading
            .accesses
            .iter()
            .filter(|a| a.table.as_ref() == Some(table))
        {
            let target = reading
                .changes
                .iter()
                .any(|c| c.table == *table && c.inserts);
            if access.equal.contains(&key) || access.ranges.contains(&key) {
                with.push(statement.name.clone());
            } else if !target {
                without.push(statement.name.clone());
            }
        }
    }
    (with, without)
}

fn listed(names: &[String], one: &str, many: &str) -> String {
    match names {
        [only] => format!("{only} {one}"),
        _ => format!("{} {many}", names.join(", ")),
    }
}

/// A month so many later.
fn later((year, month): (i32, u32), months: i32) -> (i32, u32) {
    let number = year * 12 + i32::try_from(month).unwrap_or(1) - 1 + months;
    (
        number.div_euclid(12),
        u32::try_from(number.rem_euclid(12)).unwrap_or(0) + 1,
    )
}

fn partition(
    catalog: &mut Catalog,
    name: &QualifiedName,
    column: &Name,
    months: u32,
    month: (i32, u32),
) {
    let Some(table) = catalog.tables.get_mut(name) else {
        return;
    };
    table.partition_by = Some(PartitionKey {
        strategy: "RANGE".to_owned(),
        elements: vec![column.quoted()],
    });
    // A key of a partitioned table holds the partition key.
    for Constraint { kind, .. } in table.constraints.values_mut() {
        if let ConstraintKind::PrimaryKey(Unique { columns, .. })
        | ConstraintKind::Unique(Unique { columns, .. }) = kind
            && !columns.contains(column)
        {
            columns.push(column.clone());
        }
    }
    let held = table
        .primary_key()
        .is_some_and(|(_, key)| key.columns.contains(column));
    if held && let Some(column) = table.column_mut(column.as_str()) {
        column.not_null = true;
    }
    let zoned = table
        .column(column.as_str())
        .is_some_and(|c| c.data_type.contains("with time zone"));
    let bound = |(year, month): (i32, u32)| match zoned {
        true => format!("'{year:04}-{month:02}-01 00:00:00+00'"),
        false => format!("'{year:04}-{month:02}-01'"),
    };
    let kept = i32::try_from(months).unwrap_or(i32::MAX);
    let ahead = i32::try_from(AHEAD).unwrap_or(0);
    for step in -kept..=ahead {
        let from = later(month, step);
        let label = format!("{}_p{:04}_{:02}", name.name, from.0, from.1);
        let range = PartitionBound::Range {
            from: vec![bound(from)],
            to: vec![bound(later(from, 1))],
        };
        add(catalog, name, &label, range);
    }
    add(
        catalog,
        name,
        &format!("{}_default", name.name),
        PartitionBound::Default,
    );
}

fn add(catalog: &mut Catalog, parent: &QualifiedName, name: &str, bound: PartitionBound) {
    let partition = Table {
        partition_of: Some(PartitionOf {
            parent: parent.clone(),
            bound,
            attached: false,
        }),
        ..Table::default()
    };
    let name = QualifiedName::new(parent.schema.clone(), name);
    catalog.tables.insert(name, partition);
}

/// The statistics of tables that were divided: the rows of months that are over lie in their partitions, evenly, and
/// none in those to come.
pub fn divided(statistics: &Statistics, before: &Catalog, after: &Catalog) -> Statistics {
    let mut divided = statistics.clone();
    for (name, table) in &after.tables {
        let plain = before
            .tables
            .get(name)
            .is_some_and(|t| t.partition_by.is_none());
        let Some(known) = statistics.tables.get(name) else {
            continue;
        };
        if table.partition_by.is_none() || !plain {
            continue;
        }
        let parts: Vec<&QualifiedName> = after.partitions_of(name).map(|(name, _)| name).collect();
        let to_come = usize::try_from(AHEAD).unwrap_or(0) + 1;
        let past = parts.len().saturating_sub(to_come + 1).max(1);
        for (at, part) in parts.into_iter().enumerate() {
            let share = if at < past { 1.0 / past as f64 } else { 0.0 };
            let pages = |pages: u64| (pages as f64 * share).ceil() as u64;
            let own = TableStatistics {
                rows: known.rows.map(|rows| rows * share),
                pages: pages(known.pages),
                all_visible: pages(known.all_visible),
                file_pages: known.file_pages.map(pages),
                columns: known.columns.clone(),
                ..TableStatistics::default()
            };
            divided.tables.insert(part.clone(), own);
        }
        let whole = TableStatistics {
            rows: known.rows,
            columns_with_children: known.columns.clone(),
            ..TableStatistics::default()
        };
        divided.tables.insert(name.clone(), whole);
    }
    divided
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_go_on_over_years() {
        assert_eq!(later((2026, 12), 1), (2027, 1));
        assert_eq!(later((2026, 1), -13), (2024, 12));
    }
}
