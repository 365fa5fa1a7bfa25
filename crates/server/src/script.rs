//! Running an SQL script statement by statement, so that a failure names its statement and line.

use postgres::Client;
use postgres::error::{DbError, ErrorPosition};

/// A statement that the server refused, with everything it said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {message} (SQLSTATE {sqlstate}){}", self.remarks())]
pub struct ScriptError {
    /// The script's name.
    pub file: String,
    /// The line of the script on which the mistake lies, as far as the server told, else on which the
    /// statement begins; counted from 1.
    pub line: usize,
    /// The statement.
    pub statement: String,
    /// The five characters of the error code; `08000` when the connection broke.
    pub sqlstate: String,
    /// The server's message.
    pub message: String,
    /// The server's detail.
    pub detail: Option<String>,
    /// The server's hint.
    pub hint: Option<String>,
    /// Where inside functions it happened.
    pub context: Option<String>,
    /// The constraint that the server names.
    pub constraint: Option<String>,
}

impl ScriptError {
    fn new(file: &str, statement: &str, line: usize, error: &postgres::Error) -> ScriptError {
        let db = error.as_db_error();
        // The position counts characters from 1 and is in the text we sent.
        let before = match db.and_then(DbError::position) {
            Some(ErrorPosition::Original(position)) => {
                let before = usize::try_from(*position).unwrap_or(0).saturating_sub(1);
                statement
                    .chars()
                    .take(before)
                    .filter(|c| *c == '\n')
                    .count()
            }
            _ => 0,
        };
        ScriptError {
            file: file.to_owned(),
            line: line + before,
            statement: statement.to_owned(),
            sqlstate: db.map_or("08000", |db| db.code().code()).to_owned(),
            message: db.map_or_else(|| error.to_string(), |db| db.message().to_owned()),
            detail: db.and_then(DbError::detail).map(str::to_owned),
            hint: db.and_then(DbError::hint).map(str::to_owned),
            context: db.and_then(DbError::where_).map(str::to_owned),
            constraint: db.and_then(DbError::constraint).map(str::to_owned),
        }
    }

    fn remarks(&self) -> String {
        let remark = |name: &str, text: &Option<String>| {
            text.as_ref()
                .map_or_else(String::new, |text| format!("\n{name}: {text}"))
        };
        remark("detail", &self.detail)
            + &remark("context", &self.context)
            + &remark("hint", &self.hint)
    }
}

/// Runs statements one after the other, each as its own message: outside a transaction block each
/// commits by itself, and those that refuse to run in one, such as CREATE INDEX CONCURRENTLY, run.
///
/// `statements` are the script's statements with the line each begins on, counted from 1.
///
/// # Errors
/// The first statement that fails ends the script.
pub fn run_script(
    client: &mut Client,
    file: &str,
    statements: &[(&str, usize)],
) -> Result<(), Box<ScriptError>> {
    for (statement, line) in statements {
        client
            .batch_execute(statement)
            .map_err(|error| Box::new(ScriptError::new(file, statement, *line, &error)))?;
    }
    Ok(())
}

/// A server error in one paragraph: the message with its SQLSTATE, detail and hint. The client
/// library's own text says only "db error".
pub fn describe(error: &postgres::Error) -> String {
    match error.as_db_error() {
        Some(db) => {
            let mut text = format!("{} (SQLSTATE {})", db.message(), db.code().code());
            for (name, part) in [
                ("detail", db.detail()),
                ("context", db.where_()),
                ("hint", db.hint()),
            ] {
                if let Some(part) = part {
                    text.push_str(&format!("\n{name}: {part}"));
                }
            }
            text
        }
        None => match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        },
    }
}
