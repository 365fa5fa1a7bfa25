//! References to exactly one of several entities.

use super::Family;

/// References to exactly one of several entities.
#[derive(Debug)]
pub struct ExclusiveReferences;

impl Family for ExclusiveReferences {
    fn name(&self) -> &'static str {
        "exclusive_references"
    }
}
