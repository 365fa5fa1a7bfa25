//! Rules over the parts of a row: sums, exactly one, at least one.

use super::Family;

/// Rules over the parts of a row: sums, exactly one, at least one.
#[derive(Debug)]
pub struct AggregateRules;

impl Family for AggregateRules {
    fn name(&self) -> &'static str {
        "aggregate_rules"
    }
}
