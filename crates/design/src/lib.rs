//! From a brief to a catalog, decisions, questions and tests; one file per decision family.
//!
//! Pure: no files, no servers, no clock. The same brief always gives the same design.

pub mod access;
mod candidates;
pub mod companion;
pub mod decision;
pub mod draft;
pub mod families;
pub mod fixtures;
pub mod layout;
mod logic;
pub mod names;
mod paths;
mod presence;
pub mod relations;
pub mod testing;
mod trial;
mod trigger_rules;
pub mod words;

use std::collections::BTreeMap;

use pgwright_brief::model::Brief;
use pgwright_catalog::{Catalog, QualifiedName};

pub use access::AccessQuery;
pub use companion::{Companion, Holds};
pub use decision::{Alternative, Decision, Enforcement, Monitor, Question, Source, Weight};
pub use draft::{Columns, Draft, EntityPlan, SideTable, SideTableKind};
pub use testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};

/// A finished design.
#[derive(Debug)]
pub struct Design {
    /// The schema.
    pub catalog: Catalog,
    /// What became of each entity.
    pub entities: BTreeMap<String, EntityPlan>,
    /// Decisions, in the order they were taken.
    pub decisions: Vec<Decision>,
    /// Open questions with the defaults taken.
    pub questions: Vec<Question>,
    /// How each business rule is kept.
    pub enforcements: Vec<Enforcement>,
    /// What to watch when it runs.
    pub monitors: Vec<Monitor>,
    /// Tables that stand for no entity, by name.
    pub side_tables: BTreeMap<QualifiedName, SideTable>,
    /// Tables that only the design's own functions write: histories and logs.
    pub companions: BTreeMap<QualifiedName, Companion>,
    /// Tests of the rules.
    pub tests: Vec<RuleTest>,
    /// Tests with two sessions at once.
    pub concurrent_tests: Vec<ConcurrentTest>,
    /// The statements that its access patterns ask for.
    pub access_queries: Vec<AccessQuery>,
}

/// Designs a schema for a brief.
pub fn design(brief: &Brief) -> Design {
    let mut draft = Draft::new(brief);
    for family in families::all() {
        family.decide(&mut draft);
    }
    for family in families::all() {
        family.build(&mut draft);
    }
    let access_queries = access::queries(&mut draft);
    let fixtures = fixtures::Fixtures::new(&draft);
    let tests = families::all()
        .iter()
        .flat_map(|f| f.tests(&draft, &fixtures))
        .collect();
    let concurrent_tests = families::all()
        .iter()
        .flat_map(|f| f.concurrent_tests(&draft, &fixtures))
        .collect();
    Design {
        catalog: draft.catalog,
        entities: draft.entities,
        decisions: draft.decisions,
        questions: draft.questions,
        enforcements: draft.enforcements,
        monitors: draft.monitors,
        side_tables: draft.side_tables,
        companions: draft.companions,
        tests,
        concurrent_tests,
        access_queries,
    }
}
