//! Findings as JSON: everything that is known of them, in a form with a version.

use pgwright_review::Finding;
use serde::Serialize;

use super::Shown;

/// Version of the form; raised when a field changes its meaning. Its schema is
/// `schemas/review.schema.json`.
const FORMAT: u32 = 1;

/// What `review --format json` prints.
#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Document<'a> {
    /// Version of this form.
    format: u32,
    /// What was reviewed, as it was named.
    source: &'a str,
    /// The major version of PostgreSQL that it was reviewed for.
    postgresql: u32,
    /// How many objects have a fault, by severity.
    count: Count,
    /// The findings, the gravest first.
    findings: &'a [Finding],
    /// How many faults a comment in the source accepts.
    ignored: usize,
    /// How many the baseline accepts.
    in_baseline: usize,
}

#[derive(Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
struct Count {
    error: usize,
    warning: usize,
    info: usize,
}

/// The findings as JSON.
pub fn json(shown: &Shown<'_>) -> String {
    use pgwright_review::Severity::{Error, Info, Warning};
    let review = shown.review;
    let document = Document {
        format: FORMAT,
        source: shown.source,
        postgresql: shown.version,
        count: Count {
            error: review.count(Error),
            warning: review.count(Warning),
            info: review.count(Info),
        },
        findings: &review.findings,
        ignored: review.ignored,
        in_baseline: review.in_baseline,
    };
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// The JSON Schema of what [`json`] writes.
#[cfg(feature = "schema")]
pub fn review_schema() -> serde_json::Value {
    schemars::schema_for!(Document<'static>).to_value()
}
