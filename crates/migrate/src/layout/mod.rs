//! Migration files in the layouts of the tools people use, one file for each layout.

mod dbmate;
mod flyway;
mod golang_migrate;
mod goose;
mod plain;
mod sqitch;
mod sqlx;

use std::str::FromStr;

use crate::bodies;
use crate::files::{body, safety, transaction};
use crate::plan::Plan;
use crate::step::{Step, Transaction};

/// A layout of migration files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Layout {
    /// `up.sql`, `down.sql` and `plan.json`, for psql.
    Plain,
    /// sqlx: `VERSION_name.up.sql`.
    Sqlx,
    /// Flyway: `V1__name.sql` and `U1__name.sql`.
    Flyway,
    /// dbmate: one file with `-- migrate:up` and `-- migrate:down`.
    Dbmate,
    /// golang-migrate: `VERSION_name.up.sql`.
    GolangMigrate,
    /// goose: one file with `-- +goose Up` and `-- +goose Down`.
    Goose,
    /// sqitch: `deploy/`, `revert/`, `verify/` and the plan.
    Sqitch,
}

impl Layout {
    /// Every layout.
    pub const ALL: [Self; 7] = [
        Self::Plain,
        Self::Sqlx,
        Self::Flyway,
        Self::Dbmate,
        Self::GolangMigrate,
        Self::Goose,
        Self::Sqitch,
    ];

    /// Its name on the command line.
    pub fn name(self) -> &'static str {
        self.files().name()
    }

    fn files(self) -> &'static dyn LayoutFiles {
        match self {
            Self::Plain => &plain::Plain,
            Self::Sqlx => &sqlx::Sqlx,
            Self::Flyway => &flyway::Flyway,
            Self::Dbmate => &dbmate::Dbmate,
            Self::GolangMigrate => &golang_migrate::GolangMigrate,
            Self::Goose => &goose::Goose,
            Self::Sqitch => &sqitch::Sqitch,
        }
    }
}

impl FromStr for Layout {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|l| l.name() == text)
            .ok_or_else(|| {
                let names: Vec<_> = Self::ALL.iter().map(|l| l.name()).collect();
                format!(
                    "no layout is called {text:?}; there are {}",
                    names.join(", ")
                )
            })
    }
}

/// What a migration is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MigrationName {
    /// Version, digits that sort: `20250101000000`, `1`. A migration in several parts counts on from
    /// it.
    pub version: u64,
    /// Words joined by underscores: `create_crm`.
    pub name: String,
    /// Project name, for layouts whose plan has one.
    pub project: String,
    /// When it was planned, as `2025-01-01T00:00:00Z`, for layouts that write it down.
    pub planned_at: String,
    /// Who planned it, as `Name <address>`, for layouts that write it down.
    pub planner: String,
}

impl MigrationName {
    /// A name with nothing but version and words.
    pub fn new(version: u64, name: impl Into<String>) -> Self {
        Self {
            version,
            name: name.into(),
            project: "schema".to_owned(),
            planned_at: "2000-01-01T00:00:00Z".to_owned(),
            planner: "pgwright <pgwright@localhost>".to_owned(),
        }
    }

    /// The name of a part of a migration in several parts.
    fn part(&self, at: usize, of: usize) -> Self {
        let name = if of == 1 {
            self.name.clone()
        } else {
            format!("{}_{}", self.name, at + 1)
        };
        Self {
            version: self.version + at as u64,
            name,
            ..self.clone()
        }
    }
}

/// A layout of migration files.
trait LayoutFiles {
    /// Name on the command line.
    fn name(&self) -> &'static str;

    /// Path and text of each file.
    fn files(&self, plan: &Plan, parts: &[Part<'_>], name: &MigrationName)
    -> Vec<(String, String)>;

    /// Path of the contract: one that the tool does not take for a migration.
    fn contract(&self) -> &'static str {
        "contract.sql"
    }
}

/// Path and text of the files of a plan in a layout. The contract, where there is one, is a script for
/// psql whatever the layout: when it is run is for people to say.
pub fn migration_files(plan: &Plan, layout: Layout, name: &MigrationName) -> Vec<(String, String)> {
    let layout = layout.files();
    let mut files = layout.files(plan, &parts(plan), name);
    if !plan.contract.is_empty() {
        let texts: Vec<_> = runs(&plan.contract)
            .iter()
            .map(|(steps, transactional)| in_transaction(steps, *transactional))
            .collect();
        let title =
            "-- Drops for good what the migration has kept aside. There is no way back from this.";
        let text = format!("{title}\n\n{}", texts.join("\n"));
        files.push((layout.contract().to_owned(), text));
    }
    files
}

/// Steps that go into one file: one transaction, or one statement outside of any.
struct Part<'a> {
    up: Vec<&'a Step>,
    down: Vec<&'a Step>,
    /// False for a statement that no transaction may hold.
    up_transactional: bool,
    /// The same of the way back.
    down_transactional: bool,
}

impl<'a> Part<'a> {
    /// Both ways: `up` or `down`, its steps, and whether a transaction may hold them.
    fn ways(&self) -> [(&'static str, &[&'a Step], bool); 2] {
        [
            ("up", &self.up, self.up_transactional),
            ("down", &self.down, self.down_transactional),
        ]
    }
}

/// Cuts a plan where a transaction must end. The parts are run in order, and taken back in the other:
/// the last run of the way back stands with the first part.
fn parts(plan: &Plan) -> Vec<Part<'_>> {
    let mut up = runs(&plan.up);
    let mut down = runs(&plan.down);
    down.reverse();
    let length = up.len().max(down.len());
    // What has no inverse in its place is taken back by the parts before it.
    let nothing = || (Vec::new(), true);
    up.resize_with(length, nothing);
    down.resize_with(length, nothing);
    let parts = up.into_iter().zip(down);
    let mut parts: Vec<Part<'_>> = parts
        .map(|((up, up_in), (down, down_in))| Part {
            up,
            down,
            up_transactional: up_in,
            down_transactional: down_in,
        })
        .collect();
    for part in &mut parts {
        // Each part may be run in a session of its own.
        for (steps, all) in [(&mut part.up, &plan.up), (&mut part.down, &plan.down)] {
            if bodies::lacks_switch(steps)
                && let Some(switch) = bodies::switch(all)
            {
                steps.insert(0, switch);
            }
        }
    }
    parts
}

/// Steps that run together, and whether in a transaction.
type Run<'a> = (Vec<&'a Step>, bool);

/// Neighbours that share a transaction, what has one of its own, and what has none.
pub(crate) fn runs<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<Run<'a>> {
    let mut runs: Vec<Run<'a>> = Vec::new();
    let mut open = false;
    for step in steps {
        match step.transaction {
            Transaction::Shared => {
                match runs.last_mut().filter(|_| open) {
                    Some((run, _)) => run.push(step),
                    None => runs.push((vec![step], true)),
                }
                open = true;
            }
            Transaction::Own => {
                runs.push((vec![step], true));
                open = false;
            }
            Transaction::Outside => {
                runs.push((vec![step], false));
                open = false;
            }
        }
    }
    runs
}

/// For tools that want a file where there is nothing to be done.
const NOTHING: &str = "-- Nothing to be done here: a neighbouring part does it.\n";

/// The statements with time limits, for tools that open the transaction themselves.
fn guarded(steps: &[&Step], transactional: bool) -> String {
    match (steps.is_empty(), transactional) {
        (true, _) => NOTHING.to_owned(),
        (false, true) => format!("{}\n{}", safety(steps), body(steps)),
        (false, false) => body(steps),
    }
}

/// The statements with their own BEGIN and COMMIT.
pub(crate) fn in_transaction(steps: &[&Step], transactional: bool) -> String {
    match (steps.is_empty(), transactional) {
        (true, _) => NOTHING.to_owned(),
        (false, true) => transaction(safety(steps), &body(steps)),
        (false, false) => body(steps),
    }
}
