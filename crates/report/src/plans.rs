//! What the access patterns cost on a twin at the declared volume: a part of the proof.

use serde::Serialize;

/// The plans of all access patterns.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct AccessPlans {
    /// Why nothing was priced, when nothing was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Major version of the server that planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<u32>,
    /// Months of growth after which they are priced again.
    pub months: f64,
    /// The patterns, in the brief's order.
    pub patterns: Vec<PatternPlans>,
}

/// The plans of a statement of an access pattern.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PatternPlans {
    /// The pattern; with a number where it is several statements.
    pub name: String,
    /// The pattern's own name.
    pub pattern: String,
    /// The statement.
    pub sql: String,
    /// Why it has no plan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// At the declared volume.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<PricedPlan>,
    /// At the end of the growth period.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grown: Option<PricedPlan>,
    /// Its cost then, were the indexes that it uses not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without_indexes: Option<f64>,
    /// Big tables that it reads from end to end then.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub scans: Vec<BigScan>,
}

/// A plan with what it costs. Costs are in the planner's unit, a sequentially read page, to four digits.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct PricedPlan {
    /// Cost.
    pub cost: f64,
    /// Rows that it expects to return.
    pub rows: f64,
    /// Indexes that it reads.
    pub indexes: Vec<String>,
    /// The plan, drawn as a tree.
    pub plan: Vec<String>,
}

/// A big table that is read from end to end.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct BigScan {
    /// The table.
    pub table: String,
    /// Its rows.
    pub rows: f64,
    /// What would mend it, or why nothing would.
    pub mend: String,
}

impl AccessPlans {
    /// A record that says why nothing was priced.
    pub fn none(reason: impl Into<String>) -> Self {
        Self {
            reason: Some(reason.into()),
            ..Self::default()
        }
    }
}
