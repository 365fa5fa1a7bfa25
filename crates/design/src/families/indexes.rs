//! Indexes from access patterns, foreign keys and reports; none twice.

mod choose;
mod needs;

pub(crate) use needs::{element, equality_choices};

use pgwright_catalog::{IndexKey, Name, ObjectId, QualifiedName};

use super::Family;
use crate::decision::{Alternative, Decision, Monitor, Source, Weight};
use crate::draft::Draft;
use crate::words;
use choose::{Chosen, Served};

/// Indexes from access patterns, foreign keys and reports; none twice.
#[derive(Debug)]
pub struct Indexes;

impl Family for Indexes {
    fn name(&self) -> &'static str {
        "indexes"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let needs = needs::collect(draft);
        let mut served_by_keys = Vec::new();
        for (table, needs) in needs {
            let (chosen, served) = choose::choose(draft, &table, needs);
            for index in chosen {
                add(draft, &table, index);
            }
            served_by_keys.extend(served);
        }
        explain_served(draft, served_by_keys);
        watch(draft);
    }
}

fn add(draft: &mut Draft<'_>, table: &QualifiedName, chosen: Chosen) {
    let name = unused_name(draft, table, &chosen);
    let object = ObjectId::Index(table.clone(), name.clone());
    let columns: Vec<String> = chosen
        .index
        .elements
        .iter()
        .map(|e| match &e.key {
            IndexKey::Column(name) if e.descending => format!("{name} (descending)"),
            IndexKey::Column(name) => name.to_string(),
            IndexKey::Expression(expression) => expression.sql().to_owned(),
        })
        .collect();
    let mut index = chosen.index;
    index.comment = Some(words::sentence(&chosen.reasons.join("; ")));
    let kind = if index.method.as_str() == "btree" {
        "B-tree".to_owned()
    } else {
        index.method.as_str().to_uppercase()
    };
    let condition = index
        .predicate
        .as_ref()
        .map(|p| format!(", only rows where {}", p.sql()))
        .unwrap_or_default();
    let rows = rows_of(draft, table);
    let size = size_sentence(
        rows,
        columns.len(),
        index.method.as_str(),
        index.predicate.is_some(),
    );
    let subjects = vec![object];
    if let Some(found) = draft.catalog.tables.get_mut(table) {
        found.indexes.insert(name.clone(), index);
    }
    draft.decide(Decision {
        family: "indexes",
        title: format!("Index {name}"),
        subjects,
        choice: format!("{kind} on {}{condition}.", words::list(&columns)),
        rationale: format!(
            "{} {size}",
            chosen
                .reasons
                .iter()
                .chain(&chosen.details)
                .map(|r| words::sentence(r))
                .collect::<Vec<_>>()
                .join(" ")
        )
        .trim_end()
        .to_owned(),
        alternatives: chosen
            .alternatives
            .into_iter()
            .map(|(choice, trade_off)| Alternative::new(choice, trade_off))
            .collect(),
        source: chosen.source,
        weight: if chosen.asked {
            Weight::Notable
        } else {
            Weight::Routine
        },
    });
}

fn unused_name(draft: &Draft<'_>, table: &QualifiedName, chosen: &Chosen) -> Name {
    let taken = |name: &Name| {
        draft
            .catalog
            .tables
            .values()
            .any(|t| t.indexes.contains_key(name) || t.constraints.contains_key(name))
    };
    let mut name = chosen.name(table, "idx");
    let mut number = 2;
    while taken(&name) {
        name = chosen.name(table, &format!("idx{number}"));
        number += 1;
    }
    name
}

/// Rows that a table holds in the steady state, when the brief says.
fn rows_of(draft: &Draft<'_>, table: &QualifiedName) -> Option<f64> {
    draft
        .entities
        .iter()
        .find(|(_, plan)| plan.table == *table)
        .and_then(|(name, plan)| {
            plan.expected_rows
                .or_else(|| draft.brief.entity(name)?.volume.as_ref()?.rows)
        })
}

/// What an index takes, roughly: eight bytes of entry header and tuple pointer beside eight for each
/// column, pages nine tenths full.
fn size_sentence(rows: Option<f64>, columns: usize, method: &str, partial: bool) -> String {
    let Some(rows) = rows.filter(|_| !partial) else {
        return String::new();
    };
    let entry = match method {
        "btree" => 16.0 + 8.0 * columns as f64,
        "brin" => 0.01,
        _ => return String::new(),
    };
    let bytes = rows * entry / 0.9;
    if bytes < 50e6 {
        return String::new();
    }
    let size = if bytes >= 1e9 {
        format!("{:.1} GB", bytes / 1e9)
    } else {
        format!("{:.0} MB", bytes / 1e6)
    };
    format!(
        "At {} rows it takes about {size}, and every insert writes one entry more.",
        words::count(rows)
    )
}

/// One decision names what keys already serve, so that nobody adds an index for it.
fn explain_served(draft: &mut Draft<'_>, served: Vec<Served>) {
    if served.is_empty() {
        return;
    }
    let lines: Vec<String> = served
        .iter()
        .map(|s| format!("{} ({})", s.reason.trim_end_matches('.'), s.by))
        .collect();
    draft.decide(Decision {
        family: "indexes",
        title: "What keys already serve".to_owned(),
        subjects: served
            .iter()
            .map(|s| s.table.clone())
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .map(ObjectId::Table)
            .collect(),
        choice: "No index of its own where a primary key or unique rule begins with the columns."
            .to_owned(),
        rationale: format!(
            "A second index on the same leading columns would be written with every row and never \
             be chosen. Served already: {}.",
            lines.join("; ")
        ),
        alternatives: Vec::new(),
        source: Source::default(),
        weight: Weight::Routine,
    });
}

fn watch(draft: &mut Draft<'_>) {
    let schema = pgwright_catalog::quote_literal(draft.schema().as_str());
    let count: usize = draft.catalog.tables.values().map(|t| t.indexes.len()).sum();
    if count == 0 {
        return;
    }
    draft.monitors.push(Monitor {
        name: "unused_indexes".to_owned(),
        watches: "Indexes that no query has used: each costs a write with every row.".to_owned(),
        sql: format!(
            "SELECT s.relname AS table_name, s.indexrelname AS index_name,\n    \
                 pg_size_pretty(pg_relation_size(s.indexrelid)) AS size\n\
             FROM pg_stat_user_indexes AS s\n\
             JOIN pg_index AS i ON i.indexrelid = s.indexrelid\n\
             WHERE s.schemaname = {schema}\n    \
                 AND s.idx_scan = 0\n    \
                 AND NOT i.indisunique\n    \
                 AND NOT EXISTS (SELECT FROM pg_constraint AS c WHERE c.conindid = s.indexrelid)\n    \
                 AND pg_relation_size(s.indexrelid) > 10 * 1024 * 1024\n\
             ORDER BY pg_relation_size(s.indexrelid) DESC"
        ),
        threshold: format!(
            "Look at it after a full business cycle (a month with its closing), on every replica \
             that serves reads: of the {count} indexes, those that cover a foreign key stay, for \
             the day a referenced row is deleted; others may go."
        ),
    });
}
