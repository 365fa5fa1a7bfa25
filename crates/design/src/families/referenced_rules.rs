//! Conditions that look at referenced rows when a row is written.

use super::Family;

/// Conditions that look at referenced rows when a row is written.
#[derive(Debug)]
pub struct ReferencedRules;

impl Family for ReferencedRules {
    fn name(&self) -> &'static str {
        "referenced_rules"
    }
}
