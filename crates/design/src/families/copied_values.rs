//! Values copied from a referenced row and kept as they were.

use super::Family;

/// Values copied from a referenced row and kept as they were.
#[derive(Debug)]
pub struct CopiedValues;

impl Family for CopiedValues {
    fn name(&self) -> &'static str {
        "copied_values"
    }
}
