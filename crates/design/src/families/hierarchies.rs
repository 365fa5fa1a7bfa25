//! References to the same entity that form a tree.

use super::Family;

/// References to the same entity that form a tree.
#[derive(Debug)]
pub struct Hierarchies;

impl Family for Hierarchies {
    fn name(&self) -> &'static str {
        "hierarchies"
    }
}
