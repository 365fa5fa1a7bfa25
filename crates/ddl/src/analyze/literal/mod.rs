//! Literals: what a type's output function prints of the text that its input function read.

use std::sync::Arc;

use super::environment::Environment;
use super::error::Undecided;
use super::tree::Type;
use super::types::format_type;

mod number;

pub(crate) use number::{bits, integer, numeric};

/// The value of a literal as the type prints it; undecided where that is not sure.
pub(crate) fn input(
    _env: &dyn Environment,
    data_type: &Type,
    text: &str,
) -> Result<Arc<str>, Undecided> {
    match *data_type {
        Type::TEXT | Type::VARCHAR | Type::BPCHAR | Type::JSON | Type::UNKNOWN | Type::CSTRING => {
            Ok(text.into())
        }
        _ => Err(Undecided::new(format!(
            "the literal '{text}' of type {}",
            format_type(data_type, None)
        ))),
    }
}
