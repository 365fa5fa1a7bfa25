//! What data says about its schema: text to records, records to typed columns, and from the
//! dependencies between them to entities.
//!
//! - [`text`] finds the encoding and the delimiter of a file and cuts it into records; what is no
//!   record is set aside with its line.
//! - [`sheet`] holds a file that was read.
//! - [`types`] finds the narrowest PostgreSQL type that all values of a column have.
//!
//! Nothing here reads files, asks servers or looks at the clock.

mod brief;
pub mod entities;
pub mod evidence;
pub mod large;
mod links;
mod naming;
pub mod proposal;
mod shape;
pub mod sheet;
pub mod text;
pub mod types;

pub use brief::brief;
pub use proposal::{Profiled, Proposal, propose};
