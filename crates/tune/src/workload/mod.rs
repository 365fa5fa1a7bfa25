//! A workload: statements with how often they run.
//!
//! [`read`] takes texts, whatever they are: SQL with comments, counters of pg_stat_statements as CSV, server logs
//! (csvlog, jsonlog, stderr, auto_explain's plans in them). [`prepare`] gives the statements the values that they
//! are planned with. Neither does I/O.

mod collect;
mod counters;
mod log;
mod parameters;
mod prepare;
mod rate;
mod source;
mod sql_file;

pub use counters::{Counter, read_counters};
pub use parameters::CatalogNames;
pub use prepare::prepare;
pub use rate::parse_rate;
pub use source::{Text, read};

/// Statements with how often they run, from whatever source.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Workload {
    /// The statements, in the order of their source.
    pub statements: Vec<Statement>,
    /// What could not be read, with its place and the reason. The rest is as good as without it.
    pub notes: Vec<String>,
}

/// One statement of a workload.
#[derive(Debug, Clone, PartialEq)]
pub struct Statement {
    /// What reports call it, unique in its workload: a label of its source, the stem of its file with its line, or
    /// what it does (`select orders`).
    pub name: String,
    /// Where it comes from, for messages: `orders.sql:12`.
    pub origin: String,
    /// One SQL statement, without its semicolon. Parameters are `$1` …, whatever its source had in their place.
    pub text: String,
    /// How often it runs in a day. Sources that do not tell a period count from their beginning to their end
    /// as one day; without any count, it is 1.
    pub calls: f64,
    /// How it is planned. Never empty once the workload is prepared.
    pub forms: Vec<Form>,
    /// What its source measured.
    pub measured: Option<Measured>,
}

/// One way in which a statement is planned.
#[derive(Debug, Clone, PartialEq)]
pub struct Form {
    /// Values of `$1` … in text form, `None` being null; without them, it is a generic plan.
    pub values: Option<Vec<Option<String>>>,
    /// What the values stand for: `common`, `rare`, `seen`, `generic`, `as written`.
    pub label: String,
    /// Its share of the calls. The shares of a statement add up to 1.
    pub share: f64,
}

/// What the source of a statement measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Measured {
    /// Milliseconds of an execution, on average.
    pub milliseconds: f64,
    /// Rows returned or changed by an execution, on average; 0 where the source does not tell.
    pub rows: f64,
}

impl Workload {
    /// Adds the statements and notes of another, under names that are still free.
    pub fn append(&mut self, other: Self) {
        for mut statement in other.statements {
            let taken = |name: &str| self.statements.iter().any(|s| s.name == name);
            statement.name = collect::free_name(&statement.name, &taken);
            self.statements.push(statement);
        }
        self.notes.extend(other.notes);
    }
}
