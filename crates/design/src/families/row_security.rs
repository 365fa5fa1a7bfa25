//! Row-level security: tenants and visibility rules.

use super::Family;

/// Row-level security: tenants and visibility rules.
#[derive(Debug)]
pub struct RowSecurity;

impl Family for RowSecurity {
    fn name(&self) -> &'static str {
        "row_security"
    }
}
