//! Decision families: one file each. A new family is a file here and a line in [`all`].

mod aggregate_rules;
mod append_only;
mod audit_columns;
mod comments;
mod copied_values;
mod enumerations;
mod exclusive_references;
mod existing;
mod frozen_rows;
mod gapless_numbers;
mod hierarchies;
mod history;
pub(crate) mod indexes;
mod keys;
mod maintenance;
mod partitioning;
mod periods;
mod personal_data;
mod referenced_rules;
mod relationships;
mod reports;
mod restorable_deletion;
mod roles_and_kinds;
mod roles_and_privileges;
mod row_security;
mod running_totals;
mod same_parent;
pub(crate) mod search;
mod states;
mod tenancy;
mod traced_reads;
mod types;
mod uniqueness;
mod value_rules;

pub(crate) use running_totals::{refreshed_tables, total_row};

pub(crate) use relationships::is_in_a_circle;

use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::{ConcurrentTest, RuleTest};

/// A family of design decisions.
///
/// All families *decide* first, in registry order, then all *build*, then all give *tests*.
/// A family that has nothing to say in a phase keeps the default, which does nothing.
pub trait Family: Sync {
    /// Its name, as decisions carry it: the file's name.
    fn name(&self) -> &'static str;

    /// Decides what other families must know before tables are built: keys, tenancy, partitions.
    fn decide(&self, draft: &mut Draft<'_>) {
        let _ = draft;
    }

    /// Adds to the catalog, with decisions, questions and the enforcement of rules.
    fn build(&self, draft: &mut Draft<'_>) {
        let _ = draft;
    }

    /// Tests for the rules this family enforces. The catalog is complete.
    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        let _ = (draft, fixtures);
        Vec::new()
    }

    /// Tests with two sessions at once.
    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        let _ = (draft, fixtures);
        Vec::new()
    }
}

/// Every family, in the order they work.
pub fn all() -> &'static [&'static dyn Family] {
    &[
        &keys::Keys,
        &existing::Existing,
        &tenancy::Tenancy,
        &types::Types,
        &enumerations::Enumerations,
        &relationships::Relationships,
        &roles_and_kinds::RolesAndKinds,
        &exclusive_references::ExclusiveReferences,
        &hierarchies::Hierarchies,
        &same_parent::SameParent,
        &uniqueness::Uniqueness,
        &periods::Periods,
        &states::States,
        &value_rules::ValueRules,
        &referenced_rules::ReferencedRules,
        &copied_values::CopiedValues,
        &append_only::AppendOnly,
        &running_totals::RunningTotals,
        &gapless_numbers::GaplessNumbers,
        &aggregate_rules::AggregateRules,
        &frozen_rows::FrozenRows,
        &audit_columns::AuditColumns,
        &history::History,
        &partitioning::Partitioning,
        &search::Search,
        &restorable_deletion::RestorableDeletion,
        &personal_data::PersonalData,
        &traced_reads::TracedReads,
        &indexes::Indexes,
        &reports::Reports,
        &maintenance::Maintenance,
        &row_security::RowSecurity,
        &roles_and_privileges::RolesAndPrivileges,
        &comments::Comments,
    ]
}
