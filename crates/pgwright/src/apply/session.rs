//! The connection that runs a plan: its settings, and the lock that keeps two runs apart.

use std::time::{Duration, Instant};

use pgwright_server::postgres::{self, Client};
use pgwright_server::{ConnectError, ConnectionSettings};

use super::interrupt::Interrupt;
use super::who::Who;

/// The first number of the advisory lock: `pgwr` in ASCII. The second is the database's.
const LOCK_CLASS: i32 = 0x7067_7772;

/// What our sessions call themselves.
pub const APPLICATION: &str = "pgwright apply";

const LOCK_HOLDER: &str = include_str!("sql/lock_holder.sql");

/// Limits that a role or database may have set and that must not end a step halfway. The one on idle
/// transactions is ours: a run that hangs between two statements must not hold its locks for long.
/// A server that looks whether its client is still there ends what a killed run left behind.
const SETTINGS: [(&str, &str, i32); 7] = [
    // For what we read; units have their own.
    ("lock_timeout", "'30s'", 14),
    ("application_name", "'pgwright apply'", 14),
    ("statement_timeout", "0", 14),
    ("idle_session_timeout", "0", 14),
    ("transaction_timeout", "0", 17),
    ("idle_in_transaction_session_timeout", "'5s'", 14),
    ("default_transaction_isolation", "'read committed'", 14),
];

/// Why there is no session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No connection.
    #[error("{0}")]
    Connect(#[from] ConnectError),
    /// The server did not do what a session needs.
    #[error("setting up the session: {}", pgwright_server::script::describe(.0))]
    Server(#[from] postgres::Error),
}

/// A connection with its settings.
pub struct Session {
    /// The connection.
    pub client: Client,
    /// The process number of its backend.
    pub pid: i32,
    /// The server's major version.
    pub major: u32,
    /// The server's full version, as in `18.1`.
    pub version: String,
    /// The name of the database.
    pub database: String,
    /// After how long a waiting session looks for deadlocks.
    pub deadlock_timeout: Duration,
    /// True for a standby, or where every transaction is read-only.
    pub read_only: bool,
    lock_number: i32,
}

impl Session {
    /// Connects.
    pub fn open(settings: &ConnectionSettings) -> Result<Self, SessionError> {
        let mut client = settings.connect()?;
        let row = client.query_one(
            "SELECT pg_backend_pid() AS pid,
                    current_setting('server_version_num')::int / 10000 AS major,
                    split_part(current_setting('server_version'), ' ', 1) AS version,
                    current_database()::text AS database,
                    (SELECT setting::int FROM pg_settings WHERE name = 'deadlock_timeout') AS deadlock,
                    pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool AS read_only,
                    (SELECT (oid::int8 & 2147483647)::int FROM pg_database
                     WHERE datname = current_database()) AS number",
            &[],
        )?;
        let major: i32 = row.try_get("major")?;
        for (name, value, from) in SETTINGS {
            if major >= from {
                client.batch_execute(&format!("SET {name} = {value}"))?;
            }
        }
        // Not every platform can do this.
        let _ = client.batch_execute("SET client_connection_check_interval = '500ms'");
        let deadlock: i32 = row.try_get("deadlock")?;
        Ok(Self {
            client,
            pid: row.try_get("pid")?,
            major: u32::try_from(major).unwrap_or(0),
            version: row.try_get("version")?,
            database: row.try_get("database")?,
            deadlock_timeout: Duration::from_millis(u64::try_from(deadlock).unwrap_or(1000)),
            read_only: row.try_get("read_only")?,
            lock_number: row.try_get("number")?,
        })
    }

    /// Takes the lock that only one run has in a database, waiting a little for what a killed run
    /// left behind: its backend ends when it notices. `former` is our own backend of a connection
    /// that broke; it is told to end.
    ///
    /// Answers who holds the lock when it is not to be had.
    pub fn take_lock(
        &mut self,
        patience: Duration,
        former: Option<i32>,
        interrupt: &Interrupt,
    ) -> Result<Result<(), Vec<Who>>, postgres::Error> {
        let end = Instant::now() + patience;
        loop {
            let row = self.client.query_one(
                "SELECT pg_try_advisory_lock($1, $2)",
                &[&LOCK_CLASS, &self.lock_number],
            )?;
            if row.try_get(0)? {
                return Ok(Ok(()));
            }
            let holders = self.lock_holders()?;
            if let Some(former) = former
                && holders.iter().any(|who| who.pid == former)
            {
                let _ = self
                    .client
                    .execute("SELECT pg_terminate_backend($1)", &[&former]);
            }
            if Instant::now() >= end || !interrupt.sleep(Duration::from_millis(100)) {
                return Ok(Err(holders));
            }
        }
    }

    /// Who holds that lock.
    pub fn lock_holders(&mut self) -> Result<Vec<Who>, postgres::Error> {
        let (class, number) = (i64::from(LOCK_CLASS), i64::from(self.lock_number));
        let rows = self.client.query(LOCK_HOLDER, &[&class, &number])?;
        rows.iter().map(Who::from_row).collect()
    }
}
