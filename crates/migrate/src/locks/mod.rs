//! What each form of a statement locks, writes anew and reads in full, as measured on real servers.
//!
//! The facts are rows of `statements.tsv`, for the tables of `fixture.sql`. `tests/locks.rs` measures them
//! again on every server found and fails where a server disagrees. Relations are named by the part that they
//! play, a [`TableRole`], so that a planner can put its own tables in.

mod level;
mod parse;
mod role;

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::OnceLock;

use crate::LockLevel;

pub use level::{Blocks, blocks};
pub use role::TableRole;

/// What is known of one form of a statement on some versions of PostgreSQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// The name of the form. On versions that differ it has one row each.
    pub id: &'static str,
    /// What the statement is about: the heading that the row stands under.
    pub subject: &'static str,
    /// The major versions that the facts hold for. On others the statement fails, or another row holds.
    pub versions: RangeInclusive<u32>,
    /// What has to be done to the fixture before the statement can run.
    pub setup: Option<&'static str>,
    /// The statement, as it runs against the fixture.
    pub statement: &'static str,
    /// Whether it cannot run in a transaction.
    pub outside_transaction: bool,
    /// The strongest lock that it takes on each relation that was there before, in the order of the roles.
    /// An index, or the sequence of an identity column, is named only where its lock is stronger than that
    /// on its table.
    pub locks: Vec<(TableRole, LockLevel)>,
    /// The relations whose rows get a new file.
    pub rewrites: Vec<TableRole>,
    /// Which indexes are built anew. Indexes that the statement itself creates do not count.
    pub rebuilds_indexes: Rebuilds,
    /// The relations that were there before and of which it reads every row.
    pub scans: Vec<TableRole>,
    /// Where the facts come from.
    pub evidence: Evidence,
    /// What the columns cannot say.
    pub note: Option<&'static str>,
}

/// Which indexes of the relations that a statement works on are built anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rebuilds {
    /// None.
    None,
    /// Those that the change concerns: that hold the column, or that the statement names.
    Some,
    /// All.
    All,
}

/// Where a fact comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Measured on servers, and measured again by the tests.
    Measured,
    /// Taken from this page or section of the manual.
    Manual(&'static str),
}

impl Facts {
    /// The strongest lock on the relations of a role.
    pub fn lock(&self, role: TableRole) -> Option<LockLevel> {
        let mut locks = self.locks.iter().filter(|(other, _)| *other == role);
        locks.next().map(|(_, level)| *level)
    }

    /// What has to wait while the statement runs, on the relation where most has to.
    pub fn blocks(&self) -> Blocks {
        let all = self.locks.iter().map(|(_, level)| blocks(*level));
        all.max().unwrap_or(Blocks::Nothing)
    }

    /// Whether it takes longer the more rows there are.
    pub fn grows_with_rows(&self) -> bool {
        !self.rewrites.is_empty()
            || !self.scans.is_empty()
            || self.rebuilds_indexes != Rebuilds::None
    }
}

/// What is known of a form of a statement on a major version of PostgreSQL.
///
/// `None` when there is no such form, or when that version does not know the statement.
///
/// ```
/// use pgwright_migrate::LockLevel;
/// use pgwright_migrate::locks::{TableRole, facts};
///
/// let add_fk = facts("add_fk_not_valid", 16).unwrap();
/// assert_eq!(add_fk.lock(TableRole::Referenced), Some(LockLevel::ShareRowExclusive));
/// assert!(!add_fk.grows_with_rows());
/// assert!(facts("add_notnull_constraint_notvalid", 17).is_none());
/// ```
pub fn facts(id: &str, major: u32) -> Option<&'static Facts> {
    let rows = table().by_id.get(id)?;
    rows.iter()
        .map(|row| &table().rows[*row])
        .find(|facts| facts.versions.contains(&major))
}

/// Every row, in the order of `statements.tsv`.
pub fn every_fact() -> &'static [Facts] {
    &table().rows
}

struct Table {
    rows: Vec<Facts>,
    by_id: BTreeMap<&'static str, Vec<usize>>,
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let rows = parse::rows(include_str!("statements.tsv"))
            .expect("a test holds that statements.tsv can be read");
        let mut by_id: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (number, facts) in rows.iter().enumerate() {
            by_id.entry(facts.id).or_default().push(number);
        }
        Table { rows, by_id }
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_consistent() {
        for (id, rows) in &table().by_id {
            let snake = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(id.chars().all(snake), "{id} is not in snake_case");
            for major in 14..=18 {
                let held = rows
                    .iter()
                    .filter(|row| table().rows[**row].versions.contains(&major));
                assert!(held.count() <= 1, "{id} has two rows for {major}");
            }
            let first = &table().rows[rows[0]];
            for row in rows {
                let facts = &table().rows[*row];
                assert_eq!(
                    facts.statement, first.statement,
                    "{id}: one id, one statement"
                );
                assert_eq!(facts.setup, first.setup, "{id}: one id, one setup");
            }
        }
        for facts in every_fact() {
            let id = facts.id;
            assert!(
                14 <= *facts.versions.start() && *facts.versions.end() <= 18,
                "{id}"
            );
            assert!(facts.versions.start() <= facts.versions.end(), "{id}");
            assert!(!facts.statement.ends_with(';'), "{id}");
            let mut roles: Vec<_> = facts.locks.iter().map(|(role, _)| *role).collect();
            assert!(
                roles.is_sorted(),
                "{id}: locks are not in the order of the roles"
            );
            roles.dedup();
            assert_eq!(
                roles.len(),
                facts.locks.len(),
                "{id}: two locks for one role"
            );
            for role in facts.rewrites.iter().chain(&facts.scans) {
                assert!(
                    facts.lock(*role).is_some(),
                    "{id}: {} without a lock",
                    role.name()
                );
            }
            for role in &facts.rewrites {
                let level = facts.lock(*role);
                assert_eq!(
                    level,
                    Some(LockLevel::AccessExclusive),
                    "{id}: a rewrite under a weak lock"
                );
            }
        }
    }

    #[test]
    fn versions_that_differ_have_rows_of_their_own() {
        assert!(facts("grant_select", 17).unwrap().locks.is_empty());
        let on_18 = facts("grant_select", 18).unwrap();
        assert_eq!(on_18.locks, [(TableRole::Target, LockLevel::AccessShare)]);
        assert!(facts("grant_select", 13).is_none());
        assert!(facts("no_such_form", 18).is_none());
    }
}
