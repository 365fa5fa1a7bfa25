//! Rows that are hidden rather than deleted, and can be restored.

use super::Family;

/// Rows that are hidden rather than deleted, and can be restored.
#[derive(Debug)]
pub struct RestorableDeletion;

impl Family for RestorableDeletion {
    fn name(&self) -> &'static str {
        "restorable_deletion"
    }
}
