//! Periods that must not overlap.

use super::Family;

/// Periods that must not overlap.
#[derive(Debug)]
pub struct Periods;

impl Family for Periods {
    fn name(&self) -> &'static str {
        "periods"
    }
}
