//! Comments on every object, from the brief's words.

use super::Family;

/// Comments on every object, from the brief's words.
#[derive(Debug)]
pub struct Comments;

impl Family for Comments {
    fn name(&self) -> &'static str {
        "comments"
    }
}
