//! The brief: what a system must do, read from YAML with every error located.
//!
//! [`read`] gives the [`model::Brief`], or every error at once. [`vocabulary()`] says how SQL sees a
//! brief. Nothing here does I/O, and no text makes it panic.

pub mod english;
mod error;
mod keys;
pub mod model;
mod names;
mod number;
mod read;
mod schema;
mod sizes;
mod text;
pub mod vocabulary;
mod yaml;

pub use error::BriefError;
pub use schema::{json_schema, json_schema_text};
pub use sizes::{Sizes, read_sizes};
pub use vocabulary::vocabulary;

/// What came of reading a brief.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The brief, when there are no errors.
    pub brief: Option<model::Brief>,
    /// Everything that is wrong, in the order of the text.
    pub errors: Vec<BriefError>,
    /// What is doubtful, in the order of the text.
    pub warnings: Vec<BriefError>,
}

/// Reads how often something happens, as times a second: `5/s`, `900,000 per day`, `every night`.
pub fn read_frequency(text: &str) -> Option<f64> {
    number::frequency(text::Text::of(&yaml::Scalar::verbatim(text)))
}

/// Reads a brief written in YAML.
///
/// ```
/// let reading = pgwright_brief::read("brief: shop\nentities:\n  order:\n    has:\n      placed_at: instant\n");
/// assert!(reading.errors.is_empty());
/// assert_eq!(reading.brief.map(|brief| brief.system).as_deref(), Some("shop"));
/// ```
pub fn read(text: &str) -> Reading {
    read::read(text)
}
