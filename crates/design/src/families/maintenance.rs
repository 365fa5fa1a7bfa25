//! Storage and vacuum settings of busy and large tables, and what to watch when the system runs.

use std::collections::BTreeMap;

use pgwright_brief::model::{AttributeKind, Entity};
use pgwright_catalog::{ObjectId, QualifiedName, quote_literal};

use super::Family;
use crate::companion;
use crate::decision::{Alternative, Decision, Monitor, Source, Weight};
use crate::draft::{Draft, SideTableKind};
use crate::words;

/// Rows from which the usual fifth of a table is too much to wait for before it is vacuumed.
const LARGE: f64 = 5e6;

/// Writes a second from which a table's pages are worth some free space.
const BUSY: f64 = 10.0;

/// Storage and vacuum settings of busy and large tables, and what to watch when the system runs.
#[derive(Debug)]
pub struct Maintenance;

impl Family for Maintenance {
    fn name(&self) -> &'static str {
        "maintenance"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        let mut set = Vec::new();
        for name in companion::designed_entities(draft) {
            let options = options_of(draft, &name);
            let plan = draft.plan(&name);
            // A partitioned table stores nothing; its partitions carry the settings.
            if options.is_empty() || plan.partition.is_some() {
                continue;
            }
            let table = plan.table.clone();
            apply(draft, &table, &options);
            set.push((name, table, options));
        }
        let counters: Vec<QualifiedName> = draft
            .side_tables
            .iter()
            .filter(|(_, side)| side.kind == SideTableKind::Counter)
            .map(|(table, _)| table.clone())
            .collect();
        for table in counters {
            let options = BTreeMap::from([("fillfactor".to_owned(), "50".to_owned())]);
            apply(draft, &table, &options);
        }
        for (name, table, options) in set {
            explain(draft, &name, table, &options);
        }
        watch(draft);
    }
}

fn apply(draft: &mut Draft<'_>, table: &QualifiedName, options: &BTreeMap<String, String>) {
    if let Some(found) = draft.catalog.tables.get_mut(table)
        && found.partition_by.is_none()
    {
        for (key, value) in options {
            found
                .options
                .entry(key.clone())
                .or_insert_with(|| value.clone());
        }
    }
}

/// Storage parameters of an entity's table, or of each of its partitions.
pub fn options_of(draft: &Draft<'_>, entity: &str) -> BTreeMap<String, String> {
    let mut options = BTreeMap::new();
    let Some(found) = draft.brief.entity(entity) else {
        return options;
    };
    let plan = draft.plan(entity);
    let rows = plan
        .expected_rows
        .or_else(|| found.volume.as_ref()?.rows)
        .unwrap_or_default();
    let mut set = |key: &str, value: &str| {
        options.insert(key.to_owned(), value.to_owned());
    };
    if rows >= LARGE && plan.partition.is_none() {
        set("autovacuum_analyze_scale_factor", "0.01");
        if found.append_only {
            set("autovacuum_vacuum_insert_scale_factor", "0.02");
        } else {
            set("autovacuum_vacuum_scale_factor", "0.02");
        }
    }
    if found.append_only {
        return options;
    }
    if keeps_totals(found) {
        // Every write of the rows summed updates one row here, again and again.
        set("fillfactor", "70");
        set("autovacuum_vacuum_scale_factor", "0.05");
    } else if busy(found) {
        set("fillfactor", "85");
    }
    options
}

fn keeps_totals(entity: &Entity) -> bool {
    entity.attributes.iter().any(|a| {
        a.running_total
            .as_ref()
            .is_some_and(|t| t.stale_minutes.is_none())
    })
}

fn busy(entity: &Entity) -> bool {
    let changes = entity
        .attributes
        .iter()
        .any(|a| matches!(a.kind, AttributeKind::States(_)))
        || !entity.append_only;
    let rate = entity
        .volume
        .as_ref()
        .and_then(|v| v.peak_per_second)
        .unwrap_or_default();
    changes && rate >= BUSY
}

fn explain(
    draft: &mut Draft<'_>,
    entity: &str,
    table: QualifiedName,
    options: &BTreeMap<String, String>,
) {
    let Some(found) = draft.brief.entity(entity) else {
        return;
    };
    let settings: Vec<String> = options.iter().map(|(k, v)| format!("{k} = {v}")).collect();
    let rows = draft
        .plan(entity)
        .expected_rows
        .or_else(|| found.volume.as_ref()?.rows);
    let mut rationale = String::new();
    if let (Some(rows), true) = (
        rows.filter(|r| *r >= LARGE),
        options.keys().any(|k| k.starts_with("autovacuum")),
    ) {
        rationale.push_str(&format!(
            "By default autovacuum waits until a fifth of a table has changed: of {} rows that is \
             {}, and vacuuming them then takes hours. Earlier and smaller is steadier, keeps the \
             visibility map fresh for index-only scans, and statistics close to the truth. ",
            words::count(rows),
            words::count(rows / 5.0)
        ));
    }
    if options.contains_key("fillfactor") {
        let why = if keeps_totals(found) {
            "The same rows are updated with every write of what they sum up"
        } else {
            "Rows are changed many times a second at peak"
        };
        rationale.push_str(&format!(
            "{why}. With some of each page left free, a new version of a row fits beside the old \
             one (HOT update): no index is touched, and the space is taken back without vacuum."
        ));
    }
    let span = found.volume.as_ref().map_or(found.span, |v| v.span);
    draft.decide(Decision {
        family: "maintenance",
        title: format!("Storage settings of {}", words::spoken(table.name.as_str())),
        subjects: vec![ObjectId::Table(table)],
        choice: format!("{}.", words::capital(&words::list(&settings))),
        rationale: rationale.trim().to_owned(),
        alternatives: vec![Alternative::new(
            "The server's defaults",
            "Right for tables of ordinary size and traffic, which is why the others keep them.",
        )],
        source: Source::at(format!("{entity}.volume"), span),
        weight: Weight::Routine,
    });
}

fn monitor(draft: &mut Draft<'_>, name: &str, watches: &str, sql: String, threshold: String) {
    draft.monitors.push(Monitor {
        name: name.to_owned(),
        watches: watches.to_owned(),
        sql,
        threshold,
    });
}

fn watch(draft: &mut Draft<'_>) {
    let schema = quote_literal(draft.schema().as_str());
    let largest = draft
        .brief
        .entities
        .iter()
        .filter_map(|e| Some((draft.entities.get(&e.name)?.expected_rows?, e.name.clone())))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let dead = match &largest {
        Some((rows, name)) => format!(
            "More than a tenth dead in a table of over 10,000 rows, for longer than an hour: \
             autovacuum does not keep up, or an old transaction or replication slot holds it \
             back. The largest table will be that of {}, with about {} rows.",
            words::spoken(&crate::names::plural(name)),
            words::count(*rows)
        ),
        None => "More than a tenth dead in a table of over 10,000 rows, for longer than an hour: \
                 autovacuum does not keep up, or an old transaction or replication slot holds it \
                 back."
            .to_owned(),
    };
    monitor(
        draft,
        "dead_rows",
        "Rows that no one sees any more and vacuum has not yet taken back.",
        format!(
            "SELECT relname AS table_name, n_live_tup AS live, n_dead_tup AS dead,\n    \
                 round(100.0 * n_dead_tup / greatest(n_live_tup + n_dead_tup, 1), 1) AS dead_percent,\n    \
                 last_autovacuum\n\
             FROM pg_stat_user_tables\n\
             WHERE schemaname = {schema}\n    \
                 AND n_live_tup + n_dead_tup > 10000\n    \
                 AND n_dead_tup > 0.1 * (n_live_tup + n_dead_tup)\n\
             ORDER BY n_dead_tup DESC"
        ),
        dead,
    );
    monitor(
        draft,
        "long_transactions",
        "Transactions that stay open: they keep vacuum from taking back anything newer, and locks \
         that others wait for.",
        "SELECT pid, usename, application_name, state, now() - xact_start AS age, left(query, 80) AS query\n\
         FROM pg_stat_activity\n\
         WHERE xact_start < now() - interval '5 minutes'\n    \
             AND pid <> pg_backend_pid()\n\
         ORDER BY xact_start"
            .to_owned(),
        "Act on a session that is idle in a transaction for five minutes (set \
         idle_in_transaction_session_timeout for the application's role); a report may run longer \
         on a replica."
            .to_owned(),
    );
    monitor(
        draft,
        "waiting_for_locks",
        "Sessions that wait for another's lock, and for whom.",
        "SELECT waiting.pid, now() - waiting.state_change AS waits_since,\n    \
             pg_blocking_pids(waiting.pid) AS waits_for, left(waiting.query, 80) AS query\n\
         FROM pg_stat_activity AS waiting\n\
         WHERE cardinality(pg_blocking_pids(waiting.pid)) > 0\n\
         ORDER BY waiting.state_change"
            .to_owned(),
        "Act when a session waits for more than a few seconds: what it waits for is named beside \
         it."
        .to_owned(),
    );
    monitor(
        draft,
        "transaction_id_age",
        "How far each table is from the age at which PostgreSQL must freeze it, and in the end \
         refuses to write.",
        format!(
            "SELECT c.relname AS table_name, age(c.relfrozenxid) AS age\n\
             FROM pg_class AS c\n\
             JOIN pg_namespace AS n ON n.oid = c.relnamespace\n\
             WHERE n.nspname = {schema}\n    \
                 AND c.relkind IN ('r', 'm')\n    \
                 AND age(c.relfrozenxid) > 500000000\n\
             ORDER BY age(c.relfrozenxid) DESC"
        ),
        "Act on any row: half a billion transactions without a freeze means that vacuum fails or \
         is held back."
            .to_owned(),
    );
    let small = draft
        .catalog
        .tables
        .values()
        .flat_map(|t| &t.columns)
        .any(|c| c.identity.is_some());
    if small {
        monitor(
            draft,
            "exhausted_numbers",
            "Sequences behind identity columns, and how much of their range is used.",
            format!(
                "SELECT sequencename AS sequence, last_value,\n    \
                     round(100.0 * last_value / max_value, 1) AS used_percent\n\
                 FROM pg_sequences\n\
                 WHERE schemaname = {schema}\n    \
                     AND last_value > 0.5 * max_value\n\
                 ORDER BY used_percent DESC"
            ),
            "Act on any row, long before the end: a bigint lasts for ever, an integer ends at 2.1 \
             billion."
                .to_owned(),
        );
    }
}
