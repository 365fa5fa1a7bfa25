//! SQL text to statements, expressions and catalogs; the only crate that touches pg_query.
//!
//! - [`split`] cuts a text into statements;
//! - [`expr`] reads and writes scalar expressions as a small tree of our own;
//! - [`eval`] evaluates them over a row of [`value`]s; [`solve`] finds rows that satisfy or
//!   violate them;
//! - [`analyze`] resolves names and types as a server does, into the tree that a server would store,
//!   and prints it as a server would;
//! - [`read`] reads a whole script into the catalog that a server given the script would hold;
//! - [`query`] resolves the names in users' queries, and says which conditions an index could serve;
//! - [`statements`] cuts and recognises the statements that applications send;
//! - [`normalize`] gives one text to what is written and to what a server prints of it;
//! - [`quote`] quotes identifiers and literals.
//!
//! Nothing here does I/O, and no text makes it panic: size, nesting and the number of operators are
//! bounded, and what is past a bound is refused with a [`SyntaxError`].

pub mod analyze;
mod error;
pub mod eval;
pub mod expr;
pub mod normalize;
mod parse;
pub mod query;
pub mod quote;
pub mod read;
pub mod solve;
mod split;
pub mod statements;
mod tree;
pub mod value;

pub use error::{Position, SyntaxError};
pub use parse::{MAXIMUM_NESTING, MAXIMUM_OPERATORS, MAXIMUM_STATEMENT, MAXIMUM_TEXT};
pub use split::{Statement, split};
