//! From a workload and a planner's answers to what makes it cheaper. Deciding only: no I/O. Files are read and
//! twins asked at the edge.

pub mod workload;
