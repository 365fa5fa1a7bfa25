//! Typed analysis: what a PostgreSQL 18 server makes of a text, found without a server.
//!
//! A server stores analysed trees, not text, and prints them back in its own form. A catalog that is
//! read from SQL text equals one read from a server only if the same is done here: names, types,
//! functions and operators are resolved by the server's rules into a [`tree`], which is then printed
//! the server's way. Whatever cannot be decided surely is [`Undecided`], and the caller keeps the text.

mod catalog;
pub(crate) mod coerce;
pub(crate) mod column_name;
mod ctes;
pub mod deparse;
mod dml;
mod entry;
mod environment;
mod error;
pub(crate) mod expression;
pub(crate) mod from;
pub(crate) mod grouping;
pub(crate) mod literal;
mod locking;
pub(crate) mod names;
mod printed;
pub(crate) mod query;
pub(crate) mod raw;
mod references;
mod rename;
pub(crate) mod resolve;
mod set_operations;
pub(crate) mod sort;
mod state;
mod statement;
pub(crate) mod system;
pub(crate) mod targets;
#[cfg(test)]
mod tests;
pub mod tree;
mod type_parts;
pub(crate) mod types;
pub(crate) mod walk;
mod windows;

pub use catalog::CatalogEnvironment;
pub use entry::{Analyzed, Place, bound, expression};
pub(crate) use entry::{bound_node, expression_node, parse_expression};
pub use environment::{Cast, Environment, Relation, TypeDescription, TypeDescriptionKind};
pub use error::Undecided;
pub use printed::{
    BodyArgument, printed_body, printed_body_node, printed_expression, printed_expression_node,
    printed_rule, printed_rule_node, printed_view, printed_view_node,
};
pub use references::{Qualified, References, references_of_expression, references_of_query};
pub use rename::{Rename, rename_in_expression, rename_in_query};
pub use state::{ExprKind, NamespaceColumn, NamespaceItem, ParseState};
pub(crate) use statement::{function_body, query_node, rule};
pub use statement::{name_output_columns, output_columns, output_names, prepared_query, query};
pub use types::{element_type, parse_type};
pub use walk::{Part, PartMut, expr_parts, expr_parts_mut, query_parts, query_parts_mut};
