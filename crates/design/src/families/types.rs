//! Column types from meaning: what a name, an amount, a percentage or a period becomes.

use super::Family;

/// Column types from meaning: what a name, an amount, a percentage or a period becomes.
#[derive(Debug)]
pub struct Types;

impl Family for Types {
    fn name(&self) -> &'static str {
        "types"
    }
}
