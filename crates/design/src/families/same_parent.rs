//! Two paths that must end in the same row, kept by composite foreign keys.

use super::Family;

/// Two paths that must end in the same row, kept by composite foreign keys.
#[derive(Debug)]
pub struct SameParent;

impl Family for SameParent {
    fn name(&self) -> &'static str {
        "same_parent"
    }
}
