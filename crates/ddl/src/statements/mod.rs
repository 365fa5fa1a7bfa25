//! Statements of applications, as files, logs and counters hold them: cut from a text with their comments, with
//! clients' placeholders turned into parameters, told apart by what they do, and recognised when only their
//! constants differ.

mod constants;
mod cut;
mod facts;
mod placeholders;

pub use constants::{Constant, Constants, constants};
pub use cut::{Cut, cut};
pub use facts::{Facts, StatementKind, facts};
pub use placeholders::{Converted, convert_placeholders};
