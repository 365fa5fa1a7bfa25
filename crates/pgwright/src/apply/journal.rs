//! The journal in the database: which units of which plan are done.
//!
//! A transaction's mark is made in that transaction, so that the two cannot part. What runs outside a
//! transaction is marked before and after; in between, the database itself is asked.

use std::collections::BTreeMap;

use pgwright_server::postgres::{self, Client, Statement};

const CREATE: &str = include_str!("sql/journal_create.sql");
const MARK: &str = include_str!("sql/journal_mark.sql");

/// Tells the schema that we made from one of that name that somebody else did.
const SCHEMA_COMMENT: &str = "Made by pgwright apply for its journal; it goes with it.";

/// The unit that stands for the run as a whole.
const WHOLE: i32 = 0;

/// How far a unit is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Begun; whether it has done its work is not known from here.
    Started,
    /// Begun, and it failed.
    Failed,
    /// Done.
    Done,
}

impl State {
    fn word(self) -> &'static str {
        match self {
            Self::Started => "started",
            Self::Failed => "failed",
            Self::Done => "done",
        }
    }
}

/// What a journal knows of a run.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Units that were begun.
    pub units: BTreeMap<usize, State>,
    /// Rows that batches have taken, by unit.
    pub rows: BTreeMap<usize, u64>,
}

impl Progress {
    /// True when nothing has come of the run: what it began was taken back.
    pub fn is_nothing(&self) -> bool {
        self.units.values().all(|state| *state == State::Failed)
            && self.rows.values().all(|rows| *rows == 0)
    }
}

/// What is in a database's journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// No run that is not through.
    Nothing,
    /// This plan, begun and not through.
    Ours(Progress),
    /// Another plan, or the other direction of this one; what it is, in words.
    Other(String),
}

/// One run's part of the journal.
#[derive(Debug, Clone)]
pub struct Journal {
    /// The plan's fingerprint.
    pub fingerprint: String,
    /// `up`, `down` or `contract`.
    pub direction: &'static str,
    /// The plan's name.
    pub plan: String,
}

/// What is written down about a unit.
#[derive(Debug, Clone, Copy)]
pub struct Mark<'a> {
    /// Its number.
    pub unit: usize,
    /// What it is about.
    pub what: &'a str,
    /// How far it is.
    pub state: State,
    /// Rows that a batch has taken.
    pub rows: u64,
    /// Why it failed.
    pub error: Option<&'a str>,
}

impl Journal {
    /// What the database's journal says. Another plan of which nothing has come is in nobody's way.
    pub fn look(&self, client: &mut Client) -> Result<Found, postgres::Error> {
        if !exists(client)? {
            return Ok(Found::Nothing);
        }
        let rows = client.query(
            "SELECT fingerprint, direction, what, to_char(started, 'YYYY-MM-DD HH24:MI:SS TZ') AS started
             FROM pgwright.journal AS whole
             WHERE unit = 0 AND state <> 'done'
               AND ((fingerprint, direction) = ($1, $2) OR EXISTS (
                   SELECT FROM pgwright.journal AS j
                   WHERE (j.fingerprint, j.direction) = (whole.fingerprint, whole.direction)
                     AND j.unit > 0 AND (j.state <> 'failed' OR j.row_count > 0)))
             ORDER BY started",
            &[&self.fingerprint, &self.direction],
        )?;
        let mut ours = false;
        for row in &rows {
            let (fingerprint, direction): (String, String) =
                (row.try_get("fingerprint")?, row.try_get("direction")?);
            if fingerprint == self.fingerprint && direction == self.direction {
                ours = true;
                continue;
            }
            let (what, started): (String, Option<String>) =
                (row.try_get("what")?, row.try_get("started")?);
            return Ok(Found::Other(format!(
                "`{what}` ({direction}, fingerprint {fingerprint}), begun {}",
                started.unwrap_or_default()
            )));
        }
        match ours {
            true => self.progress(client).map(Found::Ours),
            false => Ok(Found::Nothing),
        }
    }

    /// How far this run is.
    pub fn progress(&self, client: &mut Client) -> Result<Progress, postgres::Error> {
        let rows = client.query(
            "SELECT unit, state, row_count FROM pgwright.journal
             WHERE fingerprint = $1 AND direction = $2 AND unit > 0",
            &[&self.fingerprint, &self.direction],
        )?;
        let mut progress = Progress::default();
        for row in rows {
            let (unit, state, taken): (i32, String, i64) = (
                row.try_get("unit")?,
                row.try_get("state")?,
                row.try_get("row_count")?,
            );
            let Ok(unit) = usize::try_from(unit) else {
                continue;
            };
            let state = match state.as_str() {
                "done" => State::Done,
                "failed" => State::Failed,
                _ => State::Started,
            };
            progress.units.insert(unit, state);
            progress
                .rows
                .insert(unit, u64::try_from(taken).unwrap_or(0));
        }
        Ok(progress)
    }

    /// Writes down that the run begins, and forgets others that are not through.
    pub fn begin(&self, client: &mut Client) -> Result<(), postgres::Error> {
        let mut transaction = client.transaction()?;
        let row = transaction.query_one(
            "SELECT to_regnamespace('pgwright') IS NOT NULL,
                    to_regclass('pgwright.journal') IS NOT NULL,
                    EXISTS (SELECT FROM pg_publication WHERE puballtables)",
            &[],
        )?;
        let (schema, table, replicated): (bool, bool, bool) =
            (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        if !schema {
            transaction.batch_execute(&format!(
                "CREATE SCHEMA pgwright; COMMENT ON SCHEMA pgwright IS '{SCHEMA_COMMENT}'"
            ))?;
        }
        if !table {
            // A subscriber of all tables has no such table, and its replication would stop.
            let create = match replicated {
                true => CREATE.replace("CREATE TABLE", "CREATE UNLOGGED TABLE"),
                false => CREATE.to_owned(),
            };
            transaction.batch_execute(&create)?;
        }
        transaction.execute(
            "DELETE FROM pgwright.journal AS j USING pgwright.journal AS whole
             WHERE whole.unit = 0 AND whole.state <> 'done'
               AND (whole.fingerprint, whole.direction) = (j.fingerprint, j.direction)",
            &[],
        )?;
        transaction.execute(
            "DELETE FROM pgwright.journal WHERE fingerprint = $1 AND direction = $2",
            &[&self.fingerprint, &self.direction],
        )?;
        transaction.execute(
            MARK,
            &[
                &self.fingerprint,
                &self.direction,
                &WHOLE,
                &self.plan,
                &State::Started.word(),
                &0i64,
                &None::<&str>,
            ],
        )?;
        transaction.commit()
    }

    /// What [`Journal::mark`] runs, prepared while no lock is held.
    pub fn prepare(&self, client: &mut Client) -> Result<Statement, postgres::Error> {
        client.prepare(MARK)
    }

    /// Marks a unit, in the transaction that is open if there is one.
    pub fn mark(
        &self,
        client: &mut Client,
        statement: &Statement,
        mark: Mark<'_>,
    ) -> Result<(), postgres::Error> {
        let unit = i32::try_from(mark.unit).unwrap_or(i32::MAX);
        let rows = i64::try_from(mark.rows).unwrap_or(i64::MAX);
        client.execute(
            statement,
            &[
                &self.fingerprint,
                &self.direction,
                &unit,
                &mark.what,
                &mark.state.word(),
                &rows,
                &mark.error,
            ],
        )?;
        Ok(())
    }

    /// The run is through: takes the journal away, or with `keep` only says so in it.
    pub fn finish(&self, client: &mut Client, keep: bool) -> Result<(), postgres::Error> {
        if !exists(client)? {
            return Ok(());
        }
        let mut transaction = client.transaction()?;
        // Where commits are not waited for, this one is, and with it all that came before: a crash
        // takes nothing back of what is reported as done.
        transaction.execute(
            "SELECT set_config('synchronous_commit', 'local', true)
             WHERE current_setting('synchronous_commit') = 'off'",
            &[],
        )?;
        if keep {
            transaction.execute(
                "UPDATE pgwright.journal SET state = 'done', finished = clock_timestamp()
                 WHERE fingerprint = $1 AND direction = $2 AND unit = 0",
                &[&self.fingerprint, &self.direction],
            )?;
            return transaction.commit();
        }
        transaction.execute(
            "DELETE FROM pgwright.journal WHERE fingerprint = $1 AND direction = $2",
            &[&self.fingerprint, &self.direction],
        )?;
        // What an earlier run was told to keep stays, and so does a schema that others use.
        let row = transaction.query_one("SELECT EXISTS (SELECT FROM pgwright.journal)", &[])?;
        if row.try_get(0)? {
            return transaction.commit();
        }
        transaction.batch_execute("DROP TABLE pgwright.journal")?;
        let row = transaction.query_one(
            "SELECT obj_description(n.oid, 'pg_namespace') = $1 AND NOT EXISTS (
                 SELECT FROM pg_depend AS d
                 WHERE d.refclassid = 'pg_namespace'::regclass AND d.refobjid = n.oid)
             FROM pg_namespace AS n WHERE n.nspname = 'pgwright'",
            &[&SCHEMA_COMMENT],
        )?;
        if row.try_get::<_, Option<bool>>(0)? == Some(true) {
            transaction.batch_execute("DROP SCHEMA pgwright")?;
        }
        transaction.commit()
    }
}

fn exists(client: &mut Client) -> Result<bool, postgres::Error> {
    let row = client.query_one("SELECT to_regclass('pgwright.journal') IS NOT NULL", &[])?;
    row.try_get(0)
}
