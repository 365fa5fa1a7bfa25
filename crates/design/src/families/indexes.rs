//! Indexes from access patterns and foreign keys, each with its reason, none twice.

use super::Family;

/// Indexes from access patterns and foreign keys, each with its reason, none twice.
#[derive(Debug)]
pub struct Indexes;

impl Family for Indexes {
    fn name(&self) -> &'static str {
        "indexes"
    }
}
