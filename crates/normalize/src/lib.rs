//! Functional, multivalued and inclusion dependencies: the theory of normal forms, and the discovery
//! of dependencies in data.
//!
//! - [`theory`] reasons about dependencies that are given: closure, covers, keys, normal forms,
//!   synthesis and decomposition.
//! - [`table`] holds data in the form that discovery reads: every value a number.
//! - [`discovery`] finds the dependencies that hold in data.
//!
//! Nothing here reads files, asks servers or looks at the clock.

mod column_set;
pub mod discovery;
pub mod table;
pub mod theory;

pub use column_set::ColumnSet;
