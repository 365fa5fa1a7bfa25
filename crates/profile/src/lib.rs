//! What data says about its schema: text to records, records to typed columns, and from the
//! dependencies between them to entities.
//!
//! - [`text`] finds the encoding and the delimiter of a file and cuts it into records; what is no
//!   record is set aside with its line.
//! - [`types`] finds the narrowest PostgreSQL type that all values of a column have.
//!
//! Nothing here reads files, asks servers or looks at the clock.

mod shape;
pub mod text;
pub mod types;
