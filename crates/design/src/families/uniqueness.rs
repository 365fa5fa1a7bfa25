//! Unique attributes and combinations, among the rows that count.

use super::Family;

/// Unique attributes and combinations, among the rows that count.
#[derive(Debug)]
pub struct Uniqueness;

impl Family for Uniqueness {
    fn name(&self) -> &'static str {
        "uniqueness"
    }
}
