//! Documents drawn from a design or a review: rule tests, Markdown, HTML, ERD, DBML, JSON.

pub mod dbml;
pub mod design_json;
pub mod document;
pub mod erd;
pub mod facts;
pub mod html;
mod markdown;
pub mod monitoring;
pub mod plans;
pub mod proof;
pub mod review;
pub mod rule_tests;

use pgwright_brief::model::Brief;
use pgwright_design::Design;
use pgwright_migrate::Plan;

pub use plans::{AccessPlans, BigScan, PatternPlans, PricedPlan};
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

/// A document of the package.
pub trait Document: Sync {
    /// Paths and texts of its files.
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)>;
}

/// Every document, in order.
pub fn documents() -> &'static [&'static dyn Document] {
    &[
        &document::DesignDocument,
        &design_json::DesignJson,
        &html::Report,
        &erd::Erd,
        &dbml::Dbml,
        &monitoring::Monitoring,
    ]
}

/// Paths and texts of all documents.
pub fn render(subject: &Subject<'_>) -> Vec<(String, String)> {
    documents().iter().flat_map(|d| d.render(subject)).collect()
}
