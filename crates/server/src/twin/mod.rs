//! The twin: a sandbox whose planner sees a production database, without its data.
//!
//! A planner decides from the counts in `pg_class`, the values in `pg_statistic`, the sizes of files, and
//! what it reads from the first pages of indexes. A twin has the schema, on empty tables, and all four as
//! the statistics tell them: files are made long without taking any space, and the first pages of B-trees,
//! GIN and BRIN indexes are written by hand.
//!
//! Nothing of it needs a restart of the server, because none of the pages that are written has been read
//! into the server's memory: a B-tree is built past the shared buffers, and GIN and BRIN indexes move to
//! a file of their own after they were built.

mod database;
mod donor;
mod error;
mod extended;
mod extremes;
mod fill;
mod forge;
mod relations;
mod sample;
mod session;
mod shape;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Name, QualifiedName, quote_identifier};
use pgwright_planner::Statistics;
use postgres::Client;

use crate::installation::Installation;
use crate::sandbox::{Options, Sandbox};
use crate::script::run_script;

pub use error::TwinError;
pub use session::{Parameters, Session, WhatIfIndex};

use relations::Relation;

const DATABASE: &str = "twin";
/// The tablespace that indexes are built in which then move out of the shared buffers.
const WORKSHOP: &str = "pgwright_workshop";

/// The schema that a twin gets.
#[derive(Debug, Clone, Copy)]
pub struct Script<'a> {
    /// What messages call it.
    pub name: &'a str,
    /// Roles that its statements name.
    pub roles: &'a [Name],
    /// Statements, each with the line it begins on.
    pub statements: &'a [(&'a str, usize)],
}

/// A running server whose planner believes the statistics.
#[derive(Debug)]
pub struct Twin {
    sandbox: Sandbox,
    notes: Vec<String>,
    relations: BTreeMap<u32, Relation>,
    /// The database that it is to seem.
    statistics: Statistics,
}

impl Twin {
    /// Starts a server of this installation, runs the schema on it and makes its planner believe the
    /// statistics.
    ///
    /// What cannot be had is left out and noted: a statement that the server refuses, statistics of a column
    /// that is not there.
    ///
    /// # Errors
    /// When there is no server, or it breaks off.
    pub fn build(
        installation: &Installation,
        script: Script<'_>,
        statistics: &Statistics,
    ) -> Result<Twin, TwinError> {
        let mut options = Options::default();
        let mut set = |name: &str, value: &str| {
            options.settings.insert(name.to_owned(), value.to_owned());
        };
        // A file made in a transaction is not read again to be logged when it commits.
        set("wal_skip_threshold", "0");
        set("max_files_per_process", "4000");
        // One session makes the twin, in one transaction where the schema allows.
        set("max_locks_per_transaction", "4096");
        let sandbox = Sandbox::start(installation, &options)?;
        let mut notes = Vec::new();
        database::create(&sandbox, statistics, &mut notes)?;
        let mut client = sandbox.connect(DATABASE)?;
        run_schema(&mut client, script, &mut notes)?;
        client
            .batch_execute(
                "CREATE SCHEMA pgwright_workshop; CREATE TABLE pgwright_workshop.empty ()",
            )
            .map_err(TwinError::asking("preparing the schema"))?;
        let mut twin = Twin {
            sandbox,
            notes,
            relations: BTreeMap::new(),
            statistics: statistics.clone(),
        };
        twin.fill(&mut client)?;
        drop(client);
        Ok(twin)
    }

    fn fill(&mut self, client: &mut Client) -> Result<(), TwinError> {
        let data = self.sandbox.data_dir();
        forge::move_out_of_memory(client, None)?;
        self.relations = relations::read(client, &data)?;
        let tables = shape::tables(client, &self.relations, &self.statistics)?;
        fill::relations(client, &tables)?;
        for (oid, size) in &tables {
            if let Some(table) = self.relations.get(oid) {
                forge::relation(&self.sandbox, table, Some(size), None)?;
            }
        }
        fill::prepare(client)?;
        fill::columns(client, &self.relations, &self.statistics, &mut self.notes)?;
        extended::fill(client, &self.relations, &self.statistics, &mut self.notes)?;
        // Estimating asks the planner, which must not read pages that are about to change.
        let ask = |client: &mut Client, sql: &str| {
            client
                .batch_execute(sql)
                .map_err(TwinError::asking("hiding indexes"))
        };
        ask(
            client,
            "CREATE TEMPORARY TABLE pgwright_valid AS
                 SELECT indexrelid FROM pg_index WHERE indisvalid AND indexrelid >= 16384;
             UPDATE pg_index SET indisvalid = false WHERE indexrelid >= 16384",
        )?;
        self.sample_expressions(client)?;
        let indexes = shape::indexes(client, &self.relations, &tables, &self.statistics)?;
        ask(
            client,
            "UPDATE pg_index i SET indisvalid = true FROM pg_temp.pgwright_valid v
                 WHERE i.indexrelid = v.indexrelid;
             DROP TABLE pg_temp.pgwright_valid",
        )?;
        fill::relations(client, &indexes)?;
        let keys = extremes::keys(
            client,
            &self.relations,
            &self.statistics,
            &data,
            &mut self.notes,
        )?;
        let mut visible = BTreeSet::new();
        for (oid, size) in &indexes {
            if let Some(index) = self.relations.get(oid) {
                forge::relation(&self.sandbox, index, Some(size), keys.get(oid))?;
                visible.extend(
                    keys.get(oid)
                        .and(index.table.as_ref())
                        .map(|(table, _)| *table),
                );
            }
        }
        for table in visible {
            if let Some(table) = self.relations.get(&table) {
                forge::mark_visible(&self.sandbox, table)?;
            }
        }
        database::settings(client, &self.statistics, &mut self.notes)?;
        Ok(())
    }

    /// Gives expressions of indexes statistics where none are known and the server has them: those that were not
    /// to be seen, and those of indexes that are not there yet.
    fn sample_expressions(&mut self, client: &mut Client) -> Result<(), TwinError> {
        for described in shape::describe(client, None)? {
            let Some(relation) = self.relations.get(&described.oid) else {
                continue;
            };
            let known = relation.index_in(&self.statistics);
            if known.is_some_and(|index| !index.unseen_expressions) {
                continue;
            }
            let found = session::expressions(client, relation, &described, &self.statistics)?;
            let columns = session::as_columns(relation.oid, &found);
            fill::insert(client, &columns, &mut self.notes)?;
            let (Some((_, table)), false) = (&relation.table, found.is_empty()) else {
                continue;
            };
            let table = self.statistics.tables.get_mut(table);
            if let Some(index) = table.and_then(|t| t.indexes.get_mut(relation.name.as_str())) {
                index.expressions = found;
            }
        }
        Ok(())
    }

    /// What the twin lacks of what it was to be.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The statistics that its planner believes.
    pub fn statistics(&self) -> &Statistics {
        &self.statistics
    }

    /// The server's major version.
    pub fn major(&self) -> u32 {
        self.sandbox.major()
    }

    /// The connection string of its database. What is run there must only plan, never execute: the tables
    /// are long and hold nothing.
    pub fn conninfo(&self) -> String {
        self.sandbox.conninfo(DATABASE)
    }

    /// Opens a session, to ask for plans and to try what-if changes. One session at a time may change.
    ///
    /// # Errors
    /// When the server went away.
    pub fn session(&self) -> Result<Session<'_>, TwinError> {
        Session::open(self)
    }

    /// The size that an index, or a table, seems to have, in pages.
    pub fn pages(&self, name: &QualifiedName) -> Option<u64> {
        let relation = self
            .relations
            .values()
            .find(|r| r.schema == name.schema.as_str() && r.name == name.name.as_str())?;
        forge::pages(&relation.path)
    }

    fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }
}

/// Runs the schema: at once where it can be, else statement by statement.
fn run_schema(
    client: &mut Client,
    script: Script<'_>,
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    for role in script.roles {
        // One that is there already is as good.
        let _ = client.batch_execute(&format!("CREATE ROLE {}", quote_identifier(role.as_str())));
    }
    let ask = |client: &mut Client, sql: &str| {
        client
            .batch_execute(sql)
            .map_err(TwinError::asking("preparing the schema"))
    };
    // Bodies are of no interest to the planner until they are called.
    ask(client, "SET check_function_bodies = off")?;
    let whole: String = script
        .statements
        .iter()
        .map(|(text, _)| format!("{};\n", text.trim_end().trim_end_matches(';')))
        .collect();
    if client.batch_execute(&whole).is_ok() {
        return ask(client, "RESET ALL");
    }
    for (text, line) in script.statements {
        if let Err(error) = run_script(client, script.name, &[(text, *line)]) {
            if client.is_closed() {
                return Err(TwinError::WentAway {
                    log: error.to_string(),
                });
            }
            notes.push(format!("left out: {error}"));
            // A statement may have opened a transaction that is broken now.
            let _ = client.batch_execute("ROLLBACK");
        }
    }
    ask(client, "RESET ALL")
}
