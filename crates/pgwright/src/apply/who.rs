//! Another session as it is shown: who it is, since when, and what it does.

use std::fmt;
use std::time::Duration;

use pgwright_server::postgres::{self, Row};
use serde::Serialize;

use super::duration;

/// A session, or a prepared transaction.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Who {
    /// Process number of its backend; 0 for a prepared transaction.
    pub pid: i32,
    /// Its role.
    pub role: String,
    /// What it calls itself; for a prepared transaction, its name.
    pub application: String,
    /// The client's address; empty for a local one.
    pub address: String,
    /// As `pg_stat_activity` has it.
    pub state: String,
    /// Age of its transaction in seconds.
    pub age: f64,
    /// What it runs, or ran last. Left out where it might tell a password.
    pub query: String,
}

impl Who {
    /// From a row with these columns.
    pub fn from_row(row: &Row) -> Result<Self, postgres::Error> {
        Ok(Self {
            pid: row.try_get("pid")?,
            role: row.try_get("role")?,
            application: row.try_get("application")?,
            address: row.try_get("address")?,
            state: row.try_get("state")?,
            age: row.try_get("age")?,
            query: query_to_show(row.try_get("query")?),
        })
    }
}

/// One line of at most 100 characters, and nothing of a statement that names a password.
fn query_to_show(query: &str) -> String {
    const LONGEST: usize = 100;
    if query.to_ascii_lowercase().contains("password") {
        return "(a statement about a password)".to_owned();
    }
    let line = query.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= LONGEST {
        return line;
    }
    let cut: String = line.chars().take(LONGEST).collect();
    format!("{cut}…")
}

impl fmt::Display for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let age = duration::show(Duration::try_from_secs_f64(self.age).unwrap_or_default());
        if self.pid == 0 {
            return match self.application.as_str() {
                "" => f.write_str("a prepared transaction"),
                name => write!(
                    f,
                    "prepared transaction '{name}' of {}, {age} old",
                    self.role
                ),
            };
        }
        write!(f, "process {}", self.pid)?;
        let mut about = Vec::new();
        if !self.application.is_empty() {
            about.push(self.application.clone());
        }
        if !self.role.is_empty() {
            about.push(format!("role {}", self.role));
        }
        if !self.address.is_empty() {
            about.push(self.address.clone());
        }
        if !about.is_empty() {
            write!(f, " ({})", about.join(", "))?;
        }
        if !self.state.is_empty() {
            write!(f, ", {}", self.state)?;
        }
        write!(f, " since {age}")?;
        if !self.query.is_empty() {
            write!(f, ": {}", self.query)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown_and_statements_are_one_short_line() {
        let shown = query_to_show("ALTER ROLE me\n PASSWORD 'hush'");
        assert!(!shown.contains("hush"), "{shown}");
        assert_eq!(query_to_show("SELECT\n   1"), "SELECT 1");
        assert_eq!(query_to_show(&"x".repeat(500)).chars().count(), 101);
    }
}
