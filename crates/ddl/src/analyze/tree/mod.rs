//! The analysed tree: expressions and queries after names, types, functions and operators are resolved.
//!
//! It is modelled on what a PostgreSQL server stores (`pg_node_tree`), with names in place of object
//! identifiers: types, functions and operators are shared values that carry their own description.

mod expression;
mod query;
mod result_type;
mod types;

pub use expression::*;
pub use query::*;
pub use types::*;
