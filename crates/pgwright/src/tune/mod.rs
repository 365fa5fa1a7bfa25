//! Tuning: a twin that answers a search, workloads read from files, and what is delivered.

mod planner;
mod workload;

pub use planner::TwinPlanner;
pub use workload::read_workload;
