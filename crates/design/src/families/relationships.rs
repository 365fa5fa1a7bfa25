//! References: one-to-many, one-to-one, many-to-many, whole and part, and what deletion does.

use super::Family;

/// References: one-to-many, one-to-one, many-to-many, whole and part, and what deletion does.
#[derive(Debug)]
pub struct Relationships;

impl Family for Relationships {
    fn name(&self) -> &'static str {
        "relationships"
    }
}
