//! Functional, multivalued and inclusion dependencies: the theory of normal forms, and the discovery
//! of dependencies in data.
//!
//! - [`theory`] reasons about dependencies that are given: closure, covers, keys, normal forms,
//!   synthesis and decomposition.
//!
//! Nothing here reads files, asks servers or looks at the clock.

mod column_set;
pub mod theory;

pub use column_set::ColumnSet;
