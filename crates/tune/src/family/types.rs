//! Types that make statements dear or wrong.

use pgwright_catalog::{Catalog, Column, Name, QualifiedName};

use super::{Facts, Proposal, said, touched};
use crate::access::Key;
use crate::recommend::Action;

/// Words that money goes by.
const MONEY: [&str; 9] = [
    "amount", "balance", "cost", "fee", "price", "salary", "subtotal", "tax", "total",
];

/// Proposes other types for columns of the workload's tables.
pub(super) fn propose(facts: &Facts<'_>) -> Vec<Proposal> {
    let mut found = Vec::new();
    for table in touched(facts) {
        let Some(held) = facts.catalog.tables.get(&table) else {
            continue;
        };
        for column in held.columns.iter().filter(|_| held.partition_of.is_none()) {
            if let Some((to, why, risk)) = better(&table, column, facts) {
                found.push(proposal(&table, column, to, why, risk, facts.types));
            }
        }
    }
    found
}

fn better(
    table: &QualifiedName,
    column: &Column,
    facts: &Facts<'_>,
) -> Option<(&'static str, String, String)> {
    let name = column.name.as_str();
    let words: Vec<&str> = name.split('_').collect();
    match column.data_type.as_str() {
        "double precision" | "real" if words.iter().any(|w| MONEY.contains(w)) => Some((
            "numeric(14,2)",
            format!("{name} holds money in a floating-point type: sums are off by fractions, and 0.1 + 0.2 is not 0.3."),
            "Values are rounded to two digits; say otherwise where a currency has more.".to_owned(),
        )),
        "json" if searched(table, &column.name, facts) => Some((
            "jsonb",
            format!(
                "Statements look into {name}, and json is a text that is parsed for every row they look at. jsonb is \
                 parsed once, when it is written, and can be searched by a GIN index."
            ),
            "jsonb keeps neither the order of keys nor doubled keys nor white space.".to_owned(),
        )),
        "timestamp without time zone" if of_events(table, &column.name, facts) => Some((
            "timestamp with time zone",
            format!(
                "{name} is set or compared to the present, which has a time zone, and keeps none: what is stored \
                 depends on the session's TimeZone."
            ),
            "What is stored is taken for the time zone of the session that runs the migration: set it to the one that \
             writers had."
                .to_owned(),
        )),
        _ => None,
    }
}

/// Whether statements look into a document.
fn searched(table: &QualifiedName, column: &Name, facts: &Facts<'_>) -> bool {
    let accesses = facts.advice.readings.iter().flat_map(|r| &r.accesses);
    accesses
        .filter(|a| a.table.as_ref() == Some(table))
        .any(|a| {
            let keys = a
                .equal
                .iter()
                .chain(&a.joined)
                .chain(&a.ranges)
                .chain(&a.prefixes);
            keys.chain(a.special.iter().map(|s| &s.key))
                .any(|key| match key {
                    Key::Expression(_, columns) => columns.contains(column),
                    Key::Column(_) => false,
                })
        })
}

/// Whether writes set a column to the present.
fn of_events(table: &QualifiedName, column: &Name, facts: &Facts<'_>) -> bool {
    let mut changes = facts.advice.readings.iter().flat_map(|r| &r.changes);
    let written = changes.any(|c| c.table == *table && c.latest.contains(column));
    let compared = facts
        .workload
        .statements
        .iter()
        .zip(&facts.advice.readings)
        .any(|(s, r)| {
            let ranged = r.accesses.iter().any(|a| {
                a.table.as_ref() == Some(table) && a.ranges.contains(&Key::Column(column.clone()))
            });
            ranged
                && pgwright_catalog::write::scan(&s.text)
                    .iter()
                    .any(|t| t.is("now"))
        });
    written || compared
}

fn proposal(
    table: &QualifiedName,
    column: &Column,
    to: &'static str,
    why: String,
    risk: String,
    taken: bool,
) -> Proposal {
    let recommendation = said(
        if taken {
            Action::ChangeType
        } else {
            Action::Consider
        },
        table,
        format!("{}.{}", table.name, column.name),
        format!(
            "{}.{}: {} instead of {}",
            table.name, column.name, to, column.data_type
        ),
        why,
        Some(risk),
    );
    let (table, column) = (table.clone(), column.name.clone());
    let change = move |catalog: &mut Catalog| {
        let held = catalog.tables.get_mut(&table);
        if let Some(column) = held.and_then(|t| t.column_mut(column.as_str())) {
            column.data_type = to.to_owned();
        }
    };
    Proposal {
        recommendation,
        change: taken.then_some(Box::new(change)),
    }
}
