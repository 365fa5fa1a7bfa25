//! When a row was made and last changed, and by whom.

use super::Family;

/// When a row was made and last changed, and by whom.
#[derive(Debug)]
pub struct AuditColumns;

impl Family for AuditColumns {
    fn name(&self) -> &'static str {
        "audit_columns"
    }
}
