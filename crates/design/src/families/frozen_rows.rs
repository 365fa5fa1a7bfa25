//! Rows that no longer change once a condition holds.

use super::Family;

/// Rows that no longer change once a condition holds.
#[derive(Debug)]
pub struct FrozenRows;

impl Family for FrozenRows {
    fn name(&self) -> &'static str {
        "frozen_rows"
    }
}
