//! Rules about the values of one row: ranges, comparisons, conditions.

use super::Family;

/// Rules about the values of one row: ranges, comparisons, conditions.
#[derive(Debug)]
pub struct ValueRules;

impl Family for ValueRules {
    fn name(&self) -> &'static str {
        "value_rules"
    }
}
