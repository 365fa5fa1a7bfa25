//! Materialized views: answers that are asked for again and again, and are small beside what they are made of.

use pgwright_catalog::QualifiedName;

use super::{Facts, Proposal, said};
use crate::recommend::{Action, Change, Effect, words};

/// An answer from a view is at least so many times cheaper.
const CHEAPER: f64 = 100.0;
/// A query cheaper than this is no matter, in the planner's unit.
const DEAR: f64 = 10_000.0;

/// Proposes views of queries without parameters.
///
/// PostgreSQL never takes a view in a query's place by itself: the application asks the view. So these are for
/// people to decide, and no part of the migration.
pub(super) fn propose(facts: &Facts<'_>) -> Vec<Proposal> {
    let mut found = Vec::new();
    for priced in facts.advice.priced.iter().filter(|p| p.form == 0) {
        let (Some(statement), Some(reading)) = (
            facts.workload.statements.get(priced.statement),
            facts.advice.readings.get(priced.statement),
        ) else {
            continue;
        };
        let tokens = pgwright_catalog::write::scan(&statement.text);
        let open = tokens
            .iter()
            .any(|t| t.is_symbol("$") || t.is("now") || t.is("current_date"));
        let reads = tokens
            .first()
            .is_some_and(|t| t.is("select") || t.is("with"));
        if open || !reads || !reading.changes.is_empty() {
            continue;
        }
        let cost = priced.cost.1;
        let root = &priced.after.root;
        // A row takes its width and a header; rows are read one by one.
        let pages = (root.rows * (root.width as f64 + 28.0) / 8192.0)
            .ceil()
            .max(1.0);
        let read = pages + root.rows * 0.01;
        if cost < DEAR || cost / read < CHEAPER {
            continue;
        }
        let first = reading.accesses.iter().find_map(|a| a.table.clone());
        let table = first.unwrap_or_else(|| QualifiedName::new("public", "?"));
        let worth = match statement.calls > 1.0 {
            true => format!(
                "It is asked {} times a day; refreshed once a day, the rest of the calls cost next to nothing. It \
                 pays as long as it is refreshed less often than it is asked.",
                words::count(statement.calls)
            ),
            false => {
                "It pays where the answer is asked for more often than the data needs to be fresh."
                    .to_owned()
            }
        };
        let mut recommendation = said(
            Action::ConsiderView,
            &table,
            format!("{}_result", statement.name),
            format!("a materialized view of {}", statement.name),
            format!(
                "{} reads much and answers with {} rows of {} bytes. Kept in a materialized view, the answer costs \
                 {read:.0} to read instead of {cost:.0}; a refresh costs what the query does. {worth}",
                statement.name,
                words::count(root.rows),
                root.width
            ),
            Some(
                "The application has to ask the view, and sees the state of the last refresh. REFRESH … CONCURRENTLY \
                 needs a unique index on the view."
                    .to_owned(),
            ),
        );
        recommendation.bytes = (pages * 8192.0) as u64;
        recommendation.upkeep = cost;
        recommendation.statements = vec![Effect {
            statement: statement.name.clone(),
            calls: statement.calls,
            cost: Change {
                before: priced.cost.0,
                after: read,
            },
        }];
        found.push(Proposal {
            recommendation,
            change: None,
        });
    }
    found
}
