//! Numbers without gaps, correct under concurrent writers.

use super::Family;

/// Numbers without gaps, correct under concurrent writers.
#[derive(Debug)]
pub struct GaplessNumbers;

impl Family for GaplessNumbers {
    fn name(&self) -> &'static str {
        "gapless_numbers"
    }
}
