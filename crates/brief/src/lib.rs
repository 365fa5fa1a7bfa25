//! The brief: what a system must do, read from YAML with every error located.

pub mod model;
