//! What would hold a plan up: looked at before it begins, because whoever waits for a lock makes others
//! wait behind it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use pgwright_server::postgres::{self, Client};
use serde::Serialize;

use super::plan_file::Resume;
use super::units::Unit;
use super::who::Who;

const TABLES: &str = include_str!("sql/tables.sql");
const HOLDERS: &str = include_str!("sql/holders.sql");
const INVALID_INDEXES: &str = include_str!("sql/invalid_indexes.sql");
const NOTES: &str = include_str!("sql/notes.sql");

/// A table that a plan names, as the database knows it.
#[derive(Debug, Clone)]
pub struct Table {
    /// Its number.
    pub oid: u32,
    /// Its name for SQL.
    pub quoted: String,
    /// True for what `LOCK TABLE` can lock without locking more, and we may lock.
    pub can_be_locked: bool,
}

/// Looks tables up by their names in a plan. Those that are not there (yet) are left out.
pub fn tables(
    client: &mut Client,
    names: &[&str],
) -> Result<BTreeMap<String, Table>, postgres::Error> {
    if names.is_empty() {
        return Ok(BTreeMap::new());
    }
    let rows = client.query(TABLES, &[&names])?;
    rows.iter()
        .map(|row| {
            let is_table: bool = row.try_get("is_table")?;
            let table = Table {
                oid: row.try_get("oid")?,
                quoted: row.try_get("quoted")?,
                can_be_locked: is_table && row.try_get("may_lock")?,
            };
            Ok((row.try_get("name")?, table))
        })
        .collect()
}

/// Something that would hold a plan up.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Blocker {
    /// A transaction that has been open for long.
    Session {
        /// Whose.
        who: Who,
        /// Its locks that are in the way; empty when only its age is.
        locks: String,
    },
    /// A dump.
    Dump {
        /// Whose.
        who: Who,
        /// Its locks that are in the way.
        locks: String,
    },
    /// A prepared transaction.
    Prepared {
        /// Which.
        who: Who,
        /// Its locks that are in the way.
        locks: String,
    },
    /// An autovacuum that prevents wraparound, and so gives way to nobody.
    Autovacuum {
        /// Which.
        who: Who,
        /// Its locks that are in the way.
        locks: String,
    },
    /// An index that a failed build left behind.
    InvalidIndex {
        /// The index.
        index: String,
        /// Its table.
        table: String,
    },
}

impl Blocker {
    /// What can be done about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Session { who, .. } | Self::Dump { who, .. } => {
                format!("SELECT pg_terminate_backend({}) ends it", who.pid)
            }
            Self::Prepared { who, .. } => format!(
                "COMMIT PREPARED or ROLLBACK PREPARED '{}' ends it",
                who.application
            ),
            Self::Autovacuum { .. } => "let it end: it must".to_owned(),
            Self::InvalidIndex { index, .. } => {
                format!("DROP INDEX CONCURRENTLY {index}, or REINDEX INDEX CONCURRENTLY {index}")
            }
        }
    }
}

impl fmt::Display for Blocker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let with = |f: &mut fmt::Formatter<'_>, what: &str, who: &Who, locks: &str| {
            write!(f, "{what}{who}")?;
            match locks {
                "" => f.write_str("\n  its snapshot holds up concurrent builds in this database"),
                locks => write!(f, "\n  it holds {locks}"),
            }
        };
        match self {
            Self::Session { who, locks } => with(f, "an old transaction: ", who, locks),
            Self::Dump { who, locks } => with(f, "a dump: ", who, locks),
            Self::Prepared { who, locks } => with(f, "", who, locks),
            Self::Autovacuum { who, locks } => {
                with(f, "an autovacuum to prevent wraparound: ", who, locks)
            }
            Self::InvalidIndex { index, table } => {
                write!(
                    f,
                    "index {index} of {table} is INVALID: a build of it failed"
                )
            }
        }
    }
}

/// Everything that would hold these units up now. Our own sessions are in nobody's way.
pub fn blockers(
    client: &mut Client,
    units: &[&Unit<'_>],
    older_than: Duration,
    ours: &[i32],
) -> Result<Vec<Blocker>, postgres::Error> {
    let mut waits: BTreeMap<&str, BTreeSet<&'static str>> = BTreeMap::new();
    let mut own_indexes = BTreeSet::new();
    let mut concurrent = false;
    for unit in units {
        for (table, level) in unit.waits_for() {
            let modes = level.conflicting_modes();
            waits.entry(table).or_default().extend(modes);
        }
        for step in &unit.steps {
            match &step.resume {
                Some(Resume::CreateIndex { schema, name } | Resume::DropIndex { schema, name }) => {
                    concurrent = true;
                    own_indexes.insert((schema.clone(), name.clone()));
                }
                Some(Resume::DetachPartition { .. }) => concurrent = true,
                _ => {}
            }
        }
    }
    let names: Vec<&str> = waits.keys().copied().collect();
    let tables = tables(client, &names)?;
    let pairs: Vec<(u32, &str)> = tables
        .iter()
        .flat_map(|(name, table)| {
            let modes = waits.get(name.as_str()).into_iter().flatten();
            modes.map(|mode| (table.oid, *mode))
        })
        .collect();
    let (oids, modes): (Vec<u32>, Vec<&str>) = pairs.into_iter().unzip();
    let age = older_than.as_secs_f64();
    let mut found = Vec::new();
    for row in client.query(HOLDERS, &[&oids, &modes, &ours, &age, &concurrent])? {
        let (who, locks, kind): (Who, String, String) = (
            Who::from_row(&row)?,
            row.try_get("locks")?,
            row.try_get("kind")?,
        );
        found.push(match kind.as_str() {
            "dump" => Blocker::Dump { who, locks },
            "prepared" => Blocker::Prepared { who, locks },
            "autovacuum" => Blocker::Autovacuum { who, locks },
            _ => Blocker::Session { who, locks },
        });
    }
    for index in invalid_indexes(client, &tables)? {
        // What an earlier run of this plan left behind is cleaned up by the step itself.
        if index.concerned && !own_indexes.contains(&(index.schema, index.name)) {
            let (index, table) = (index.index, index.table);
            found.push(Blocker::InvalidIndex { index, table });
        }
    }
    Ok(found)
}

/// An index that a failed build left behind.
#[derive(Debug, Clone)]
pub struct InvalidIndex {
    /// Schema and name, for SQL.
    pub index: String,
    schema: String,
    name: String,
    /// Its table, for SQL.
    pub table: String,
    /// Whether the table is one of the plan's.
    pub concerned: bool,
}

/// The INVALID indexes of the database.
pub fn invalid_indexes(
    client: &mut Client,
    tables: &BTreeMap<String, Table>,
) -> Result<Vec<InvalidIndex>, postgres::Error> {
    let oids: Vec<u32> = tables.values().map(|table| table.oid).collect();
    let rows = client.query(INVALID_INDEXES, &[&oids])?;
    rows.iter()
        .map(|row| {
            Ok(InvalidIndex {
                index: row.try_get("index")?,
                schema: row.try_get("schema")?,
                name: row.try_get("name")?,
                table: row.try_get("table")?,
                concerned: row.try_get("concerned")?,
            })
        })
        .collect()
}

/// What is worth knowing and holds nothing up. Nothing is known of what this role may not see.
pub fn notes(client: &mut Client) -> Vec<String> {
    let rows = client.query(NOTES, &[]).unwrap_or_default();
    rows.iter()
        .filter_map(|row| row.try_get("note").ok())
        .collect()
}
