//! A step of a plan: one statement with what is known of its locks and dangers.

use pgwright_catalog::{Name, ObjectId, QualifiedName};
use serde::{Deserialize, Serialize};

/// One statement of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Step {
    /// The statement, with its semicolon.
    pub sql: String,
    /// The object it is about; the first one when it names several.
    pub object: ObjectId,
    /// What it does to the object.
    pub action: Action,
    /// The file of a package that holds it.
    pub group: FileGroup,
    /// How it goes together with other statements in a transaction.
    pub transaction: Transaction,
    /// What a reader should know before it: the purpose of the object.
    pub heading: Option<String>,
    /// Locks on tables that were there before.
    pub locks: Vec<Lock>,
    /// Named dangers.
    pub hazards: Vec<Hazard>,
    /// Number of the change. A change's steps stand together, and its inverse has the same number.
    pub change: usize,
    /// Tables that it writes anew.
    pub rewrites: Vec<QualifiedName>,
    /// Tables that it reads from end to end.
    pub scans: Vec<QualifiedName>,
    /// How long it takes by the sizes of the tables, in milliseconds, where they are known.
    pub estimate_ms: Option<u64>,
    /// How to go on after it was broken off, of what no transaction takes back.
    pub resume: Option<Resume>,
}

/// How to find out whether a statement outside of transactions was done, after it was broken off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", tag = "kind")]
pub enum Resume {
    /// The index is there and valid; one that is not valid is dropped first.
    CreateIndex {
        /// Its schema.
        schema: Name,
        /// Its name.
        name: Name,
    },
    /// The index is gone.
    DropIndex {
        /// Its schema.
        schema: Name,
        /// Its name.
        name: Name,
    },
    /// The partition is detached; one that is half detached is finalised.
    DetachPartition {
        /// The partition's schema.
        schema: Name,
        /// The partition's name.
        name: Name,
        /// The schema of the partitioned table.
        parent_schema: Name,
        /// The name of the partitioned table.
        parent: Name,
    },
    /// It can be run again.
    Repeatable,
}

/// What a step does to its object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// Creates it.
    Create,
    /// Changes it.
    Alter,
    /// Drops it.
    Drop,
}

/// How a step goes together with other statements in a transaction.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Transaction {
    /// Together with its neighbours.
    #[default]
    Shared,
    /// In a transaction of its own, so that no lock of an earlier step is held while it runs.
    Own,
    /// In no transaction at all: `CREATE INDEX CONCURRENTLY`.
    Outside,
}

/// A lock that a step takes on a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lock {
    /// The table.
    pub table: QualifiedName,
    /// The level.
    pub level: LockLevel,
}

/// PostgreSQL's table lock levels, weakest first (manual, chapter 13.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // The names are the manual's.
pub enum LockLevel {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

/// A named danger of a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Hazard {
    /// Rows or values are gone afterwards.
    LosesData,
    /// The table is written anew while nobody can read or write it.
    RewritesTable,
    /// Every row is read while writes wait.
    ScansTable,
    /// Writes wait while an index is built.
    BlocksWrites,
    /// Fails when rows that are there already do not fit.
    DependsOnRows,
    /// Takes rights away that a running application may use.
    RevokesPrivileges,
    /// A column is not there any more for who uses it. Its values are kept until the contract.
    DropsColumn,
    /// A table is not there any more for who uses it. Its rows are kept until the contract.
    DropsTable,
    /// A sequence is not there any more for who uses it. It is kept until the contract.
    DropsSequence,
    /// Has another name afterwards, by which who uses it must call it.
    RenamesObject,
    /// Takes for a rename what may be one thing gone and another come.
    AssumesRename,
    /// Fills rows that are there with values that the plan chose.
    ChangesRows,
    /// All rows are copied into a new table while writes wait.
    CopiesTable,
}

impl Hazard {
    /// Its name, by which it is allowed on a command line: `loses-data`.
    pub fn name(self) -> String {
        let name = serde_json::to_value(self).unwrap_or_default();
        name.as_str().unwrap_or_default().replace('_', "-")
    }
}

/// The files of a package, in the order in which they run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum FileGroup {
    /// Roles.
    Roles,
    /// Schemas and extensions.
    Extensions,
    /// Types, sequences and the functions that tables need.
    Types,
    /// Tables with keys and checks.
    Tables,
    /// Partitions.
    Partitions,
    /// Foreign keys.
    ForeignKeys,
    /// Indexes.
    Indexes,
    /// Functions, procedures and triggers.
    Functions,
    /// Views and materialized views.
    Views,
    /// Row-level security.
    Policies,
    /// Owners, privileges and default privileges.
    Privileges,
    /// Publications and subscriptions.
    Replication,
    /// Event triggers: last, so that they do not fire on what the plan itself does.
    EventTriggers,
}

impl FileGroup {
    /// Every group, in order.
    pub const ALL: [Self; 13] = [
        Self::Roles,
        Self::Extensions,
        Self::Types,
        Self::Tables,
        Self::Partitions,
        Self::ForeignKeys,
        Self::Indexes,
        Self::Functions,
        Self::Views,
        Self::Policies,
        Self::Privileges,
        Self::Replication,
        Self::EventTriggers,
    ];

    /// The file's name. Numbers stay the same whichever files a package has.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Roles => "00_roles.sql",
            Self::Extensions => "01_extensions.sql",
            Self::Types => "02_types.sql",
            Self::Tables => "03_tables.sql",
            Self::Partitions => "04_partitions.sql",
            Self::ForeignKeys => "05_foreign_keys.sql",
            Self::Indexes => "06_indexes.sql",
            Self::Functions => "07_functions.sql",
            Self::Views => "08_views.sql",
            Self::Policies => "09_policies.sql",
            Self::Privileges => "10_privileges.sql",
            Self::Replication => "11_replication.sql",
            Self::EventTriggers => "12_event_triggers.sql",
        }
    }

    /// What the file holds, for its first line.
    pub fn title(self) -> &'static str {
        match self {
            Self::Roles => "Roles: created when the cluster has none of that name, never altered.",
            Self::Extensions => "Schemas and extensions.",
            Self::Types => "Types, domains, sequences, and the functions that tables need.",
            Self::Tables => "Tables with their columns, keys, checks and exclusion constraints.",
            Self::Partitions => "Partitions.",
            Self::ForeignKeys => "Foreign keys, once every table is there.",
            Self::Indexes => "Indexes that no constraint brings.",
            Self::Functions => "Functions, procedures and triggers.",
            Self::Views => "Views and materialized views.",
            Self::Policies => "Row-level security: which rows each role sees and writes.",
            Self::Privileges => "Owners, privileges and default privileges.",
            Self::Replication => "Publications and subscriptions.",
            Self::EventTriggers => {
                "Event triggers: last, so that they do not fire on what is done here."
            }
        }
    }
}
