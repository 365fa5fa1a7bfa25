//! What a table is for, as far as its structure and name tell: what would be a fault in one table is
//! meant so in another.

use pgwright_catalog::{Catalog, Name, Persistence, QualifiedName, Table};

use crate::words::words;

/// What a table is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Rows that stand for things.
    Ordinary,
    /// Pairs of things that belong together.
    Join,
    /// Rows that are written once: logs, events, history.
    AppendOnly,
    /// Work that waits, and is deleted when it is done.
    Queue,
    /// Rows on their way from or to another system, copies made for a while.
    Staging,
    /// Copies and sums of what other tables hold, kept for reading.
    ReadModel,
    /// What a tool notes for itself: which migrations ran.
    Bookkeeping,
}

/// Tables of migration tools and frameworks.
const BOOKKEEPING: &[&str] = &[
    "schema_migrations",
    "ar_internal_metadata",
    "flyway_schema_history",
    "databasechangelog",
    "databasechangeloglock",
    "alembic_version",
    "django_migrations",
    "knex_migrations",
    "knex_migrations_lock",
    "_prisma_migrations",
    "goose_db_version",
    "gorp_migrations",
    "__diesel_schema_migrations",
    "_sqlx_migrations",
    "__efmigrationshistory",
    "spatial_ref_sys",
    "migrations",
    "typeorm_metadata",
    "phinxlog",
    "refinery_schema_history",
];

const APPEND_ONLY: &[&str] = &[
    "log",
    "logs",
    "event",
    "events",
    "history",
    "audit",
    "audits",
    "journal",
    "ledger",
    "metric",
    "metrics",
    "measurement",
    "measurements",
    "reading",
    "readings",
    "telemetry",
    "trace",
    "traces",
    "change",
    "changes",
    "read",
    "reads",
    "erasure",
    "erasures",
    "activity",
    "activities",
    "visit",
    "visits",
    "archive",
    "archived",
    "version",
    "versions",
    "revision",
    "revisions",
    "snapshot",
    "snapshots",
    "track",
    "ts",
    "kv",
];
const QUEUE: &[&str] = &[
    "queue", "queues", "job", "jobs", "outbox", "inbox", "task", "tasks", "pending",
];
const STAGING: &[&str] = &[
    "staging", "stage", "stg", "tmp", "temp", "import", "imports", "backup", "bak", "raw", "load",
    "unlogged", "old",
];
const READ_MODEL: &[&str] = &[
    "counter",
    "counters",
    "olap",
    "summary",
    "summaries",
    "rollup",
    "rollups",
    "cache",
    "caches",
    "cached",
    "projection",
    "projections",
    "aggregate",
    "aggregates",
    "statistics",
    "stats",
    "totals",
    "denormalized",
    "denormalised",
    "index",
    "facts",
    "fact",
    "dim",
    "daily",
    "hourly",
    "monthly",
];

impl Purpose {
    /// The purpose in words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ordinary => "table",
            Self::Join => "join table",
            Self::AppendOnly => "append-only table",
            Self::Queue => "queue table",
            Self::Staging => "staging table",
            Self::ReadModel => "read model",
            Self::Bookkeeping => "bookkeeping table",
        }
    }

    /// What a table seems to be for.
    pub(crate) fn of(name: &QualifiedName, table: &Table, catalog: &Catalog) -> Self {
        let own = name.name.as_str().to_lowercase();
        if BOOKKEEPING.contains(&own.as_str()) {
            return Self::Bookkeeping;
        }
        let words = words(name.name.as_str());
        let schema = crate::words::words(name.schema.as_str());
        let says = |list: &[&str], ends: bool| {
            let hit = |word: &String| list.contains(&word.as_str());
            let named = if ends {
                words.last().is_some_and(hit)
            } else {
                words.first().is_some_and(hit) || words.last().is_some_and(hit)
            };
            named || schema.iter().any(hit)
        };
        // What is unlogged and has no key is made again whenever it is wanted.
        let scratch = table.persistence == Persistence::Unlogged && table.keys().next().is_none();
        if scratch || says(STAGING, false) {
            Self::Staging
        } else if says(QUEUE, true) {
            Self::Queue
        } else if says(READ_MODEL, true) {
            Self::ReadModel
        } else if says(APPEND_ONLY, true) || is_record(table) {
            Self::AppendOnly
        } else if is_join(name, table, catalog) {
            Self::Join
        } else {
            Self::Ordinary
        }
    }
}

/// Rows that are only added: they say when something was done, or the table is set up for it.
fn is_record(table: &Table) -> bool {
    // A BRIN index is of use where rows stay in the order in which they came.
    let in_order = table
        .indexes
        .values()
        .any(|index| index.method.as_str() == "brin");
    let inserts = table
        .options
        .keys()
        .any(|option| option.starts_with("autovacuum_vacuum_insert"));
    if in_order || inserts {
        return true;
    }
    table.columns.iter().any(|column| {
        let done = matches!(
            column.name.as_str(),
            "erased_at" | "changed_at" | "recorded_at" | "logged_at" | "occurred_at"
        );
        done && column.not_null && column.default.is_some()
    })
}

/// Two foreign keys to different tables, and hardly anything else that is not a key or a time.
fn is_join(name: &QualifiedName, table: &Table, catalog: &Catalog) -> bool {
    let keys: Vec<&[Name]> = table
        .foreign_keys()
        .filter(|(_, key)| &key.references != name)
        .map(|(_, key)| key.columns.as_slice())
        .collect();
    if keys.len() != 2 || keys[0] == keys[1] {
        return false;
    }
    let referenced = |column: &Name| keys.iter().any(|columns| columns.contains(column));
    // A table of copies or of imports refers to two things as well: one that joins is named after them.
    let own = words(name.name.as_str()).join("_");
    let named = table
        .foreign_keys()
        .filter(|(_, key)| &key.references != name)
        .all(|(_, key)| {
            let thing = crate::words::singular_key(key.references.name.as_str());
            let last = crate::words::last_word(&thing);
            own.contains(&last)
        });
    let both_kinds = named && keys.iter().all(|columns| columns.len() <= 2);
    let others = catalog.columns_of(name).into_iter().filter(|column| {
        let surrogate = table
            .primary_key()
            .is_some_and(|(_, key)| key.columns == [column.name.clone()]);
        let time = column.data_type.starts_with("timestamp") || column.data_type == "date";
        !referenced(&column.name) && !surrogate && !time
    });
    both_kinds && others.count() == 0
}
