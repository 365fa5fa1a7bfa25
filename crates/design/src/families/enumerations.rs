//! Lists of values: enumerated type, check constraint or lookup table.

use super::Family;

/// Lists of values: enumerated type, check constraint or lookup table.
#[derive(Debug)]
pub struct Enumerations;

impl Family for Enumerations {
    fn name(&self) -> &'static str {
        "enumerations"
    }
}
