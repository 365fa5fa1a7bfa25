//! Primary keys: how a row of each entity is identified, and the tables themselves.

use super::Family;

/// Primary keys: how a row of each entity is identified, and the tables themselves.
#[derive(Debug)]
pub struct Keys;

impl Family for Keys {
    fn name(&self) -> &'static str {
        "keys"
    }
}
