//! Tests of business rules, as data: what is written, and what must be accepted or rejected.

use serde::Serialize;

/// A test of one rule in one session. It runs inside a transaction that is rolled back.
#[derive(Debug, Clone, Serialize)]
pub struct RuleTest {
    /// Name of the rule (see [`crate::Enforcement::rule`]).
    pub rule: String,
    /// The rule in words.
    pub says: String,
    /// Statements that set the scene; each must succeed.
    pub given: Vec<String>,
    /// The cases, in order. An accepted case's rows stay for the next; a rejected case leaves
    /// nothing behind.
    pub cases: Vec<Case>,
}

/// One case of a test.
#[derive(Debug, Clone, Serialize)]
pub struct Case {
    /// What is tried, in words: `a probability of 101`.
    pub says: String,
    /// The statements tried, without closing semicolons. Deferred constraints are checked after
    /// the last one.
    pub statements: Vec<String>,
    /// What must happen.
    pub expected: Expected,
}

/// What must happen to a case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Expected {
    /// All statements succeed.
    Accepted,
    /// One of the statements (or the check of deferred constraints) fails so.
    Rejected {
        /// SQLSTATE: `23514`.
        sqlstate: String,
        /// Constraint named in the error, when the error names one.
        constraint: Option<String>,
    },
    /// The last statement, a query, returns so many rows.
    Returns(u64),
}

impl Expected {
    /// Rejected with an SQLSTATE, by a named constraint.
    pub fn rejected(sqlstate: &str, constraint: Option<&str>) -> Self {
        Self::Rejected {
            sqlstate: sqlstate.to_owned(),
            constraint: constraint.map(str::to_owned),
        }
    }
}

/// A test with two sessions at once, on a database of its own; statements are committed.
#[derive(Debug, Clone, Serialize)]
pub struct ConcurrentTest {
    /// Name of the rule.
    pub rule: String,
    /// The rule in words, and what the two sessions do.
    pub says: String,
    /// Statements that set the scene, committed first.
    pub given: Vec<String>,
    /// What the sessions do, in this order. A step that must wait for the other session is begun
    /// and the next step follows; its result is awaited later.
    pub steps: Vec<SessionStep>,
    /// A query that must return one row with one true value at the end.
    pub finally: String,
}

/// A step of one session.
#[derive(Debug, Clone, Serialize)]
pub struct SessionStep {
    /// 1 or 2.
    pub session: u8,
    /// The statement (`BEGIN`, `INSERT …`, `COMMIT`).
    pub sql: String,
    /// What must happen.
    pub expected: StepExpected,
}

/// What must happen to a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum StepExpected {
    /// It succeeds without waiting for the other session.
    Done,
    /// It waits until the other session ends its transaction, and then succeeds.
    WaitsThenDone,
    /// It waits until the other session ends its transaction, and then fails with this SQLSTATE.
    WaitsThenFails(String),
    /// It fails at once with this SQLSTATE.
    Fails(String),
}
