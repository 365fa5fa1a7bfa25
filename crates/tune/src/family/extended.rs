//! Extended statistics, where the planner's rows are far from those that were measured.

use std::collections::BTreeSet;

use pgwright_catalog::{IndexKey, Name, QualifiedName, Statistics};

use super::{Facts, Proposal, said};
use crate::access::Key;
use crate::recommend::Action;

/// How many times too many or too few rows are worth statistics.
const OFF: f64 = 5.0;

/// Proposes statistics on columns that are asked for together, in statements whose rows are estimated wrong.
pub(super) fn propose(facts: &Facts<'_>) -> Vec<Proposal> {
    let mut made: BTreeSet<(QualifiedName, Vec<Name>)> = BTreeSet::new();
    let mut found = Vec::new();
    for priced in facts.advice.priced.iter().filter(|p| p.form == 0) {
        let statement = &facts.workload.statements[priced.statement];
        let reading = &facts.advice.readings[priced.statement];
        let Some(measured) = statement.measured else {
            continue;
        };
        let (expected, seen) = (priced.before.root.rows.max(1.0), measured.rows.max(1.0));
        let off = (expected / seen).max(seen / expected);
        if off < OFF || !reading.changes.is_empty() {
            continue;
        }
        for access in &reading.accesses {
            let Some(table) = &access.table else { continue };
            let columns: Vec<Name> = access
                .equal
                .iter()
                .chain(access.groups.iter().flatten())
                .filter_map(|key| match key {
                    Key::Column(name) => Some(name.clone()),
                    Key::Expression(..) => None,
                })
                .collect::<BTreeSet<_>>()
                .into_iter()
                .collect();
            let known = facts.catalog.statistics.values().any(|s| {
                let all = columns
                    .iter()
                    .all(|c| s.elements.contains(&IndexKey::Column(c.clone())));
                s.table == *table && all
            });
            if !(2..=8).contains(&columns.len())
                || known
                || !made.insert((table.clone(), columns.clone()))
            {
                continue;
            }
            let names: Vec<String> = columns.iter().map(Name::to_string).collect();
            let name = pgwright_catalog::automatic_name(
                table.name.as_str(),
                Some(&names.join("_")),
                "stat",
            );
            let recommendation = said(
                Action::CreateStatistics,
                table,
                name.to_string(),
                format!("{} ({})", table.name, names.join(", ")),
                format!(
                    "{} gives {seen:.0} rows on average, and the planner expects {expected:.0}: {off:.0} times off. It \
                     takes these columns for independent. Statistics on their combinations tell it otherwise, after \
                     the next ANALYZE.",
                    statement.name
                ),
                None,
            );
            let named = QualifiedName::new(table.schema.clone(), name);
            // The columns stand in the table's order.
            let order = facts.catalog.tables.get(table).map(|t| &t.columns);
            let elements: Vec<IndexKey> = order
                .into_iter()
                .flatten()
                .filter(|c| columns.contains(&c.name))
                .map(|c| IndexKey::Column(c.name.clone()))
                .collect();
            let table = table.clone();
            found.push(Proposal {
                recommendation,
                change: Some(Box::new(move |catalog| {
                    let statistics = Statistics {
                        table: table.clone(),
                        kinds: ["ndistinct", "dependencies", "mcv"]
                            .map(str::to_owned)
                            .into(),
                        elements: elements.clone(),
                        target: None,
                        owner: None,
                        comment: None,
                    };
                    catalog.statistics.insert(named.clone(), statistics);
                })),
            });
        }
    }
    found
}
