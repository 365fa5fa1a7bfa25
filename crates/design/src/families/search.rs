//! Search by part of a text and by words.

use super::Family;

/// Search by part of a text and by words.
#[derive(Debug)]
pub struct Search;

impl Family for Search {
    fn name(&self) -> &'static str {
        "search"
    }
}
