//! Partitions by time: which tables, how long, and how they come and go.

mod calendar;
mod decide;
mod expire;
mod maintain;

use super::Family;
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::RuleTest;

pub use expire::expiry_column;

/// Partitions by time: which tables, how long, and how they come and go.
#[derive(Debug)]
pub struct Partitioning;

impl Family for Partitioning {
    fn name(&self) -> &'static str {
        "partitioning"
    }

    fn decide(&self, draft: &mut Draft<'_>) {
        decide::decide(draft);
    }

    fn build(&self, draft: &mut Draft<'_>) {
        maintain::build_partitions(draft);
        maintain::add_procedures(draft);
        maintain::add_monitors(draft);
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        maintain::tests(draft, fixtures)
    }
}
