//! States and the moves allowed between them.

use super::Family;

/// States and the moves allowed between them.
#[derive(Debug)]
pub struct States;

impl Family for States {
    fn name(&self) -> &'static str {
        "states"
    }
}
