//! What pg_stat_statements counted, read from a live server in a read-only transaction.

use pgwright_catalog::quote_identifier;
use postgres::{Client, IsolationLevel};

use crate::reader::ReadError;

/// What was counted of a statement.
#[derive(Debug, Clone, PartialEq)]
pub struct StatementCounter {
    /// Its text, with `$1` … in the places of constants.
    pub query: String,
    /// Executions in a day, at the pace since counting began.
    pub calls_per_day: f64,
    /// Milliseconds of one, on average.
    pub milliseconds: f64,
    /// Rows of one, on average.
    pub rows: f64,
}

/// Why there are no counters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CountersError {
    /// The database has no such extension.
    #[error(
        "this database counts no statements: pg_stat_statements is not installed\nhint: CREATE EXTENSION \
         pg_stat_statements, with shared_preload_libraries = 'pg_stat_statements'; or give a log of the server as \
         the workload"
    )]
    NotInstalled,
    /// The server says no.
    #[error(transparent)]
    Read(#[from] ReadError),
}

/// Less than this is no time to tell a pace from.
const SHORTEST_SECONDS: f64 = 60.0;

/// Reads the counters of the database that the client is connected to, the most frequent statements first.
///
/// # Errors
/// When the extension is missing, was not loaded at start, or may not be read.
pub fn read_statement_counters(
    client: &mut Client,
) -> Result<Vec<StatementCounter>, CountersError> {
    let failed = |source| ReadError::Query {
        what: "pg_stat_statements",
        source,
    };
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(failed)?;
    let schema: Option<String> = transaction
        .query_opt(
            "SELECT n.nspname::text FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace \
             WHERE e.extname = 'pg_stat_statements'",
            &[],
        )
        .map_err(failed)?
        .map(|row| row.try_get(0))
        .transpose()
        .map_err(failed)?;
    let schema = schema.ok_or(CountersError::NotInstalled)?;
    let sql = include_str!("queries/statement_counters.sql")
        .replace("{schema}", &quote_identifier(&schema));
    let mut counters = Vec::new();
    for row in transaction.query(&sql, &[]).map_err(failed)? {
        let calls: i64 = row.try_get(1).map_err(failed)?;
        let rows: i64 = row.try_get(2).map_err(failed)?;
        let seconds: Option<f64> = row.try_get(4).map_err(failed)?;
        let days = seconds
            .filter(|s| *s >= SHORTEST_SECONDS)
            .map(|s| s / 86_400.0);
        counters.push(StatementCounter {
            query: row.try_get(0).map_err(failed)?,
            calls_per_day: calls as f64 / days.unwrap_or(1.0),
            milliseconds: row
                .try_get::<_, Option<f64>>(3)
                .map_err(failed)?
                .unwrap_or(0.0),
            rows: rows as f64 / (calls.max(1)) as f64,
        });
    }
    Ok(counters)
}
