//! What PostgreSQL's planner goes by, and what it answers, as plain values: [`Statistics`] with their
//! sizes, and [`Plan`]. Without any I/O; reading from servers and building twins is `crates/server`'s.

mod array;
mod name;
pub mod plan;
pub mod size;
pub mod statistics;

pub use array::{ArrayError, parse_array, write_array};
pub use name::{NameError, parse_qualified_name};
pub use plan::{Node, Plan, PlanError};
pub use statistics::{
    ColumnStatistics, CombinationStatistics, Database, Dependency, ExtendedStatistics, Extremes,
    FORMAT, GinPages, IndexStatistics, MostCommonCombination, Statistics, StatisticsError,
    TableStatistics,
};
