//! What a script came to: it held, it showed a fault, or its own rows kept it from telling.

use std::fmt;

use pgwright_server::postgres::Client;
use pgwright_server::{ScriptError, run_script};

/// Why a test did not pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unmet {
    /// The design does not do what it says.
    Failed(String),
    /// A row of the test broke another rule than the one it is about.
    Inconclusive(String),
}

impl From<String> for Unmet {
    fn from(text: String) -> Self {
        Self::Failed(text)
    }
}

/// Why a script ended early.
#[derive(Debug)]
pub enum Ended {
    /// The text is not SQL.
    Unreadable(String),
    /// The server refused a statement.
    Refused(Box<ScriptError>),
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreadable(text) => f.write_str(text),
            Self::Refused(error) => {
                let statement: String = error.statement.chars().take(2000).collect();
                let cut = if statement.len() < error.statement.len() {
                    " …"
                } else {
                    ""
                };
                write!(f, "{error}\n{statement}{cut}")
            }
        }
    }
}

/// Runs a script, statement by statement.
pub fn run(client: &mut Client, path: &str, text: &str) -> Result<(), Ended> {
    let statements = pgwright_ddl::split(text).map_err(|error| {
        Ended::Unreadable(format!(
            "{path}:{}:{}: {}",
            error.line, error.column, error.message
        ))
    })?;
    let pairs: Vec<(&str, usize)> = statements
        .iter()
        .map(|s| (s.text.as_str(), s.line))
        .collect();
    run_script(client, path, &pairs).map_err(Ended::Refused)
}

/// Runs a test.
pub fn of_script(client: &mut Client, path: &str, text: &str) -> Result<(), Unmet> {
    run(client, path, text).map_err(|ended| {
        let shown = ended.to_string();
        match ended {
            Ended::Refused(error) if says_nothing(&error, text) => Unmet::Inconclusive(shown),
            _ => Unmet::Failed(shown),
        }
    })
}

/// True when the error tells of another rule than the test is about: a row meant to be accepted,
/// or to set the scene, breaks a constraint that no case of the test expects; or a row meant to be
/// rejected was, by another constraint.
fn says_nothing(error: &ScriptError, test: &str) -> bool {
    if error.sqlstate == "P0001" {
        return error.message.starts_with("rejected for another reason");
    }
    if !is_of_a_rule(&error.sqlstate) {
        return false;
    }
    let expected = match &error.constraint {
        Some(name) => test.contains(&format!("'{}');", name.replace('\'', "''"))),
        None => false,
    };
    !expected
}

/// Violated constraints, and the states that triggers of a design raise.
pub fn is_of_a_rule(sqlstate: &str) -> bool {
    sqlstate.starts_with("23") || sqlstate == "55000"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(sqlstate: &str, message: &str, constraint: Option<&str>) -> ScriptError {
        ScriptError {
            file: "t.sql".to_owned(),
            line: 1,
            statement: String::new(),
            sqlstate: sqlstate.to_owned(),
            message: message.to_owned(),
            detail: None,
            hint: None,
            context: None,
            constraint: constraint.map(str::to_owned),
        }
    }

    #[test]
    fn only_another_rule_excuses_a_test() {
        let test = "SELECT pg_temp.must_reject('x', ARRAY['y'], '23514', 'a_check');";
        for (error, excused) in [
            (error("23514", "", Some("b_check")), true),
            (error("23514", "", Some("a_check")), false),
            (error("P0001", "rejected for another reason: x", None), true),
            (
                error("P0001", "must be rejected, and was accepted: x", None),
                false,
            ),
            (
                error("P0001", "must return 1 rows, and returned 0: x", None),
                false,
            ),
            (error("42501", "permission denied", None), false),
            (error("42703", "no such column", None), false),
        ] {
            assert_eq!(says_nothing(&error, test), excused, "{error}");
        }
    }
}
