//! What `pgwright explain --format json` prints.

use serde::Serialize;

use crate::plan::Node;

/// Version of the form; raised when a field changes its meaning. Its schema is
/// `schemas/explain.schema.json`.
pub const EXPLAIN_FORMAT: u32 = 1;

/// Plans of queries, each at every size or of every catalog asked for.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainDocument {
    /// Version of this form: [`EXPLAIN_FORMAT`].
    pub format: u32,
    /// Major version of the server that planned.
    pub server: u32,
    /// The queries, in their order.
    pub queries: Vec<ExplainedQuery>,
}

/// A query with its plans.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedQuery {
    /// Where it stands: a file and line, or `query 1`.
    pub name: String,
    /// Its text.
    pub sql: String,
    /// Its plans, in the order of sizes or catalogs.
    pub plans: Vec<ExplainedPlan>,
    /// Where the plan becomes another one.
    pub flips: Vec<Flip>,
    /// Why there is no plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What it is of a workload, when it comes from one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<WorkloadPart>,
}

/// A statement of a workload, in one of the forms that it is planned in.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WorkloadPart {
    /// What the workload calls the statement.
    pub statement: String,
    /// Where it comes from.
    pub origin: String,
    /// What its values stand for: `common`, `rare`, `seen`, `generic`, `as written`.
    pub form: String,
    /// The values of `$1` …; none for a generic plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<Option<String>>>,
    /// How often it runs in this form, in a day.
    pub calls_per_day: f64,
}

/// A plan, at a size or of a catalog.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ExplainedPlan {
    /// The size or the catalog.
    pub scenario: String,
    /// Cost of the plan, in the planner's unit.
    pub cost: f64,
    /// The plan.
    pub plan: Node,
}

/// Two neighbouring sizes, or catalogs, that have different plans.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Flip {
    /// The first.
    pub from: String,
    /// The second.
    pub to: String,
    /// The size between them from which on the plan is another one, where it was looked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// What is different.
    pub differences: Vec<String>,
}
