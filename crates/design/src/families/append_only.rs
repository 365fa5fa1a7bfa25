//! Tables whose rows are never changed or removed.

use super::Family;

/// Tables whose rows are never changed or removed.
#[derive(Debug)]
pub struct AppendOnly;

impl Family for AppendOnly {
    fn name(&self) -> &'static str {
        "append_only"
    }
}
