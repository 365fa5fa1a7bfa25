//! What PostgreSQL's planner goes by, and what it answers, as plain values: [`Statistics`] with their
//! sizes, and [`Plan`]. Without any I/O; reading from servers and building twins is `crates/server`'s.

mod array;
pub mod assume;
mod difference;
mod document;
mod draw;
mod dump;
pub mod growth;
mod name;
pub mod plan;
mod redact;
pub mod size;
pub mod statistics;

pub use array::{ArrayError, parse_array, write_array};
pub use difference::differences;
pub use document::{
    EXPLAIN_FORMAT, ExplainDocument, ExplainedPlan, ExplainedQuery, Flip, WorkloadPart,
};
pub use draw::{Drawing, draw, draw_beside, shown_number};
pub use dump::{DumpError, read_dump};
pub use growth::{Grown, Target, grow, pace};
pub use name::{NameError, parse_qualified_name};
pub use plan::{Node, Plan, PlanError};
pub use redact::redact;
pub use statistics::{
    ColumnStatistics, CombinationStatistics, Database, Dependency, ExtendedStatistics, Extremes,
    FORMAT, GinPages, IndexStatistics, MostCommonCombination, Statistics, StatisticsError,
    TableStatistics,
};
