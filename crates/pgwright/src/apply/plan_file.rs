//! What a plan's directory holds: `plan.json` with the steps, `from.json` and `to.json` with the catalogs.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::exit::Failure;
use pgwright_migrate::LockLevel;

/// The version of the format that this reads.
const VERSION: u32 = 1;

/// `plan.json`.
#[derive(Debug, Deserialize)]
pub struct PlanFile {
    format: String,
    version: u32,
    /// The plan's name.
    #[serde(default)]
    pub name: String,
    /// The oldest major version of PostgreSQL that the statements are for.
    pub target: u32,
    /// A hash over the statements: what a journal knows the plan by.
    pub fingerprint: String,
    /// Hazards of the plan as a whole.
    #[serde(default)]
    hazards: Vec<String>,
    /// What the plan had to assume.
    #[serde(default)]
    pub questions: Vec<Value>,
    up: Vec<Step>,
    #[serde(default)]
    down: Vec<Step>,
    #[serde(default)]
    contract: Vec<Step>,
}

/// One statement, or a loop of one.
#[derive(Debug, Deserialize)]
pub struct Step {
    /// The statement, with its semicolon.
    pub sql: String,
    /// The object it is about, as in `table public.orders`.
    #[serde(default)]
    pub object: String,
    /// `create`, `alter` or `drop`.
    #[serde(default)]
    pub action: String,
    /// How it goes together with its neighbours.
    pub transaction: Transaction,
    /// Locks on tables that were there before.
    #[serde(default)]
    pub locks: Vec<Lock>,
    /// Named dangers.
    #[serde(default)]
    pub hazards: Vec<String>,
    /// Tables that are written anew.
    #[serde(default)]
    pub rewrites: Vec<String>,
    /// Tables of which every row is read.
    #[serde(default)]
    pub scans: Vec<String>,
    /// How long it is expected to take.
    #[serde(default)]
    pub estimate_ms: Option<u64>,
    /// How to find out whether it has run, for what no transaction holds together.
    #[serde(default)]
    pub resume: Option<Resume>,
    /// The loop, when it is one.
    #[serde(default)]
    pub batch: Option<Batch>,
}

impl Step {
    /// `create index public.i`, for one line of output.
    pub fn title(&self) -> String {
        match (self.action.as_str(), self.object.as_str()) {
            ("", "") => self
                .sql
                .lines()
                .next()
                .unwrap_or_default()
                .chars()
                .take(80)
                .collect(),
            (action, object) if self.batch.is_some() => format!("backfill ({action} {object})"),
            (action, object) => format!("{action} {object}"),
        }
    }
}

/// How a step goes together with other statements in a transaction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Transaction {
    /// Together with its neighbours.
    Shared,
    /// In a transaction of its own.
    Own,
    /// In no transaction at all.
    Outside,
}

/// A lock on a table that was there before.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Lock {
    /// The table, as `schema.name`.
    pub table: String,
    /// The level.
    pub level: LockLevel,
}

/// How to find out whether a statement outside a transaction has done its work.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Resume {
    /// Done when a valid index of that name exists; one that is INVALID is dropped and built again.
    CreateIndex {
        /// Schema of the index.
        schema: String,
        /// Name of the index.
        name: String,
    },
    /// Done when there is no index of that name.
    DropIndex {
        /// Schema of the index.
        schema: String,
        /// Name of the index.
        name: String,
    },
    /// Done when it is no partition any more; one that is pending is finalized.
    DetachPartition {
        /// Schema of the partition.
        schema: String,
        /// Name of the partition.
        name: String,
        /// Schema of the partitioned table.
        parent_schema: String,
        /// Name of the partitioned table.
        parent: String,
    },
    /// Running it twice does no harm.
    Repeatable,
}

/// A statement that is run until it affects no row.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Batch {
    /// The table.
    #[serde(default)]
    pub table: String,
    /// One batch. It reports how many rows it took.
    pub statement: String,
    /// Pause between two batches.
    #[serde(default)]
    pub pause_ms: u64,
    /// A query for how many rows there are to do.
    #[serde(default)]
    pub total: Option<String>,
}

/// Which way a plan is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// From FROM to TO.
    Up,
    /// Back.
    Down,
    /// Drops for good what was kept aside.
    Contract,
}

impl Direction {
    /// The word for it, in the journal too.
    pub fn word(self) -> &'static str {
        match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Contract => "contract",
        }
    }
}

impl PlanFile {
    /// The steps of a direction.
    pub fn steps(&self, direction: Direction) -> &[Step] {
        match direction {
            Direction::Up => &self.up,
            Direction::Down => &self.down,
            Direction::Contract => &self.contract,
        }
    }

    /// Hazards of a direction by name. What the plan as a whole has and no step, such as a likely
    /// rename, is one of the way up.
    pub fn hazards(&self, direction: Direction) -> BTreeSet<&str> {
        let of = |steps: &'static str| -> &[Step] {
            match steps {
                "up" => &self.up,
                "down" => &self.down,
                _ => &self.contract,
            }
        };
        let mut found: BTreeSet<&str> = self
            .steps(direction)
            .iter()
            .flat_map(|step| &step.hazards)
            .map(String::as_str)
            .collect();
        if direction == Direction::Up {
            let elsewhere: BTreeSet<&str> = ["down", "contract"]
                .into_iter()
                .flat_map(of)
                .flat_map(|step| &step.hazards)
                .map(String::as_str)
                .collect();
            let whole = self.hazards.iter().map(String::as_str);
            found.extend(whole.filter(|hazard| !elsewhere.contains(hazard)));
        }
        found
    }
}

/// A plan with both of its catalogs.
#[derive(Debug)]
pub struct PlanDirectory {
    /// The steps.
    pub plan: PlanFile,
    /// The catalog that the plan begins with.
    pub from: Value,
    /// The catalog that it ends with.
    pub to: Value,
}

impl PlanDirectory {
    /// Reads a directory that `pgwright plan` wrote.
    pub fn read(directory: &Path) -> Result<Self, Failure> {
        let plan: PlanFile = read_json(directory, "plan.json")?;
        let path = directory.join("plan.json");
        if plan.format != "pgwright plan" {
            return Err(Failure::Usage(format!(
                "{}: `format` is `{}`, not `pgwright plan`",
                path.display(),
                plan.format
            )));
        }
        if plan.version != VERSION {
            return Err(Failure::Usage(format!(
                "{}: version {} of the format; this pgwright reads version {VERSION}\n\
                 hint: make the plan again with `pgwright plan`",
                path.display(),
                plan.version
            )));
        }
        Ok(Self {
            plan,
            from: read_json(directory, "from.json")?,
            to: read_json(directory, "to.json")?,
        })
    }
}

fn read_json<T: DeserializeOwned>(directory: &Path, name: &str) -> Result<T, Failure> {
    let path = directory.join(name);
    let text = fs::read_to_string(&path).map_err(|error| {
        Failure::Usage(format!(
            "{}: {error}\nhint: name the directory that `pgwright plan … -o DIR` wrote",
            path.display()
        ))
    })?;
    // serde_json tells line and column.
    serde_json::from_str(&text)
        .map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}
