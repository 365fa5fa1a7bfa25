//! Row-level security: tenants, and who sees which rows.

mod tenants;
mod tests;
mod visibility;

use super::Family;
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::RuleTest;

pub use tenants::refreshing_setting;
pub use visibility::{seen_by, who_role};

/// Row-level security: tenants, and who sees which rows.
#[derive(Debug)]
pub struct RowSecurity;

impl Family for RowSecurity {
    fn name(&self) -> &'static str {
        "row_security"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        tenants::build(draft);
        visibility::build(draft);
        secure_partitions(draft);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let mut all = tests::of_tenants(draft, fixtures);
        all.extend(tests::of_visibility(draft, fixtures));
        all
    }
}

/// Partitions have no policies of their own: with row security on, they are read through their
/// parent or not at all.
fn secure_partitions(draft: &mut Draft<'_>) {
    let secured: Vec<_> = draft
        .catalog
        .tables
        .iter()
        .filter(|(_, table)| {
            table
                .partition_of
                .as_ref()
                .and_then(|p| draft.catalog.tables.get(&p.parent))
                .is_some_and(|parent| parent.row_security)
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in secured {
        if let Some(table) = draft.catalog.tables.get_mut(&name) {
            table.row_security = true;
            table.force_row_security = true;
        }
    }
}
