//! Recorded changes of chosen attributes.

use super::Family;

/// Recorded changes of chosen attributes.
#[derive(Debug)]
pub struct History;

impl Family for History {
    fn name(&self) -> &'static str {
        "history"
    }
}
