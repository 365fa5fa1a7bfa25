//! What a review found, in the forms that people and tools read. One file per form.

mod github;
mod json;
mod markdown;
mod sarif;
mod text;

use std::collections::BTreeMap;

use pgwright_review::Review;

pub use github::github;
pub use json::json;
#[cfg(feature = "schema")]
pub use json::review_schema;
pub use markdown::markdown;
pub use sarif::sarif;
pub use text::text;

/// What is shown.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The findings.
    pub review: &'a Review,
    /// What was reviewed, as it was named.
    pub source: &'a str,
    /// The major version that it was reviewed for.
    pub version: u32,
    /// Texts by the names that places have.
    pub texts: &'a BTreeMap<String, String>,
    /// Every object is shown, not the first few of each finding.
    pub all: bool,
}

/// Counts in words: `2 errors, 1 warning and 3 notes`.
fn summary(review: &Review) -> String {
    use pgwright_review::Severity::{Error, Info, Warning};
    let part = |severity, one: &str, more: &str| {
        let number = review.count(severity);
        format!("{number} {}", if number == 1 { one } else { more })
    };
    format!(
        "{}, {} and {}",
        part(Error, "error", "errors"),
        part(Warning, "warning", "warnings"),
        part(Info, "note", "notes")
    )
}
