//! Delimited text: encodings, dialects, records.

mod dialect;
mod encoding;
mod records;

pub use dialect::{Dialect, detect};
pub use encoding::{Decoder, Encoding};
pub use records::{Broken, Event, Reason, Record, Splitter};
