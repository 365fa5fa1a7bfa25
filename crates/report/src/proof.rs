//! The proof: the record of what real servers accepted.

use serde::Serialize;

use crate::plans::AccessPlans;

/// What was proven, on which servers. No times and no paths, so that the same brief and the same
/// servers give the same record.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Proof {
    /// Everything that was tried held, on at least one server.
    pub proven: bool,
    /// Why nothing was proven, when nothing was.
    pub reason: Option<String>,
    /// One record per server version, newest first.
    pub servers: Vec<ServerProof>,
    /// What the access patterns cost at the declared volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plans: Option<AccessPlans>,
}

/// What one server accepted.
#[derive(Debug, Clone, Default, Serialize)]
pub struct ServerProof {
    /// Version as the server tells it: `18.4`.
    pub version: String,
    /// All checks passed, and no test showed a fault.
    pub passed: bool,
    /// Checks in the order they ran.
    pub checks: Vec<Check>,
    /// Tests of business rules.
    pub tests: Vec<TestResult>,
}

/// One check of the schema.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was checked: `migrations/up.sql applies`.
    pub name: String,
    /// It held.
    pub passed: bool,
    /// What was found when it did not: the statement, the server's words, the differences.
    pub detail: Option<String>,
}

/// One test of a business rule.
#[derive(Debug, Clone, Serialize)]
pub struct TestResult {
    /// File in the package.
    pub file: String,
    /// It passed.
    pub passed: bool,
    /// It neither passed nor showed a fault: its rows broke another rule, so it says nothing about
    /// its own.
    pub inconclusive: bool,
    /// What went wrong when it did not pass.
    pub detail: Option<String>,
}

impl TestResult {
    /// It showed a fault.
    pub fn failed(&self) -> bool {
        !self.passed && !self.inconclusive
    }
}

impl Proof {
    /// A record that says why nothing was proven.
    pub fn none(reason: impl Into<String>) -> Self {
        Self {
            proven: false,
            reason: Some(reason.into()),
            servers: Vec::new(),
            plans: None,
        }
    }

    /// A record of servers: proven when there is one and all passed.
    pub fn of(servers: Vec<ServerProof>) -> Self {
        Self {
            proven: !servers.is_empty() && servers.iter().all(|s| s.passed),
            reason: None,
            servers,
            plans: None,
        }
    }
}
