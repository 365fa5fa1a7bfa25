//! What is recommended beside indexes: each family looks at the same facts and proposes changes of the catalog.

mod constraints;
mod extended;
mod partitions;
mod types;
mod views;

pub use partitions::divided;

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_planner::Statistics;

use crate::advise::Advice;
use crate::recommend::{Action, Recommendation};
use crate::workload::Workload;

/// The facts.
pub struct Facts<'a> {
    /// The schema as it is.
    pub catalog: &'a Catalog,
    /// What is known of its size.
    pub statistics: &'a Statistics,
    /// What is asked of it.
    pub workload: &'a Workload,
    /// What the search found.
    pub advice: &'a Advice,
    /// How many months rows of a table are kept, or read.
    pub keep: &'a BTreeMap<QualifiedName, u32>,
    /// The present month: year, and month from 1.
    pub month: (i32, u32),
    /// Whether columns may change their types.
    pub types: bool,
}

/// What a proposal does to a catalog.
pub type Change = Box<dyn Fn(&mut Catalog)>;

/// A change proposed.
pub struct Proposal {
    /// What is said of it.
    pub recommendation: Recommendation,
    /// What it does to the catalog; nothing where it is for people to do.
    pub change: Option<Change>,
}

/// What all families propose.
pub fn proposals(facts: &Facts<'_>) -> Vec<Proposal> {
    let mut found = partitions::propose(facts);
    found.extend(views::propose(facts));
    found.extend(extended::propose(facts));
    found.extend(constraints::propose(facts));
    found.extend(types::propose(facts));
    found
}

/// A recommendation without numbers.
fn said(
    action: Action,
    table: &QualifiedName,
    name: String,
    definition: String,
    rationale: String,
    risk: Option<String>,
) -> Recommendation {
    Recommendation {
        action,
        table: table.quoted(),
        name,
        definition,
        kind: None,
        bytes: 0,
        counted_bytes: 0,
        upkeep: 0.0,
        build_seconds: None,
        rationale,
        risk,
        statements: Vec::new(),
        ddl: Vec::new(),
    }
}

/// The tables that statements read or write.
fn touched(facts: &Facts<'_>) -> std::collections::BTreeSet<QualifiedName> {
    let mut found = std::collections::BTreeSet::new();
    for reading in &facts.advice.readings {
        found.extend(reading.accesses.iter().filter_map(|a| a.table.clone()));
        found.extend(reading.changes.iter().map(|c| c.table.clone()));
    }
    found
}
