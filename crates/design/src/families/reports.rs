//! Reports as views or materialized views, by how fresh they must be.

use super::Family;

/// Reports as views or materialized views, by how fresh they must be.
#[derive(Debug)]
pub struct Reports;

impl Family for Reports {
    fn name(&self) -> &'static str {
        "reports"
    }
}
