//! What is wrong with a PostgreSQL schema or with a migration, why, and what to do about it.
//!
//! A [`Rule`] looks at a [`Context`], a catalog with what is known besides, and adds to a report. What all
//! rules say together becomes a [`Review`]: findings that are grouped, ranked, and without what was
//! accepted, in the text itself or in a [`Baseline`]. A finding's fix is a [`Change`] of the catalog; SQL
//! is made of it by whoever plans the way from the one catalog to the other.
//!
//! Nothing here does I/O, and the same input gives the same findings.

mod baseline;
mod context;
mod document;
mod expression;
mod finding;
mod fix;
mod migration;
mod purpose;
mod rule;
mod rules;
mod run;
mod settings;
mod suppress;
mod words;

pub use baseline::{Baseline, BaselineError};
pub use context::{Context, TableView};
pub use document::{rule_page, rules_index};
pub use finding::{Certainty, Finding, Occurrence, Place, Review, Severity};
pub use fix::{Change, Fix, apply};
pub use migration::{Linter, Migration, SESSION, StatementContext, Target};
pub use purpose::Purpose;
pub use rule::{Check, Evidence, Group, Report, Rule};
pub use rules::{find, rules};
pub use run::{Input, review};
pub use settings::{Override, Settings};
pub use suppress::{Suppression, suppressions};
