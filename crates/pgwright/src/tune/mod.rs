//! Tuning: a twin that answers a search, workloads read from files, and what is delivered.

mod deliver;
mod planner;

pub use deliver::{Migration, json};
pub use planner::TwinPlanner;
