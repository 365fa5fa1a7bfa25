//! From a workload and a planner's answers to what makes it cheaper. Deciding only: no I/O. Files are read and
//! twins asked at the edge.

pub mod access;
pub mod advise;
pub mod ask;
pub mod candidate;
mod drops;
pub mod family;
pub mod patterns;
pub mod recommend;
pub mod search;
pub mod set;
pub mod size;
pub mod upkeep;
pub mod workload;
