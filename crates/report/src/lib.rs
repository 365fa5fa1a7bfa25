//! Documents drawn from a design: rule tests, Markdown, HTML, ERD, DBML, JSON.

pub mod proof;
pub mod rule_tests;

use pgwright_brief::model::Brief;
use pgwright_design::Design;
use pgwright_migrate::Plan;

pub use proof::{Check, Proof, ServerProof, TestResult};

/// What documents are drawn from.
#[derive(Debug, Clone, Copy)]
pub struct Subject<'a> {
    /// The requirements.
    pub brief: &'a Brief,
    /// The design.
    pub design: &'a Design,
    /// The migration from nothing (or from what exists) to the design.
    pub plan: &'a Plan,
    /// What was proven.
    pub proof: &'a Proof,
}
