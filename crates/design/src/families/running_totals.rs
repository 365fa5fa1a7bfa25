//! Sums kept current as rows are written, and never below a bound.

use super::Family;

/// Sums kept current as rows are written, and never below a bound.
#[derive(Debug)]
pub struct RunningTotals;

impl Family for RunningTotals {
    fn name(&self) -> &'static str {
        "running_totals"
    }
}
