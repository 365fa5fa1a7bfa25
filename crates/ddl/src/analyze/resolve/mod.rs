//! Which function or operator a name with arguments means.

mod candidates;
mod functions;
mod operators;

pub(crate) use functions::{Call, Found, FunctionResult, find_function, result_columns};
pub(crate) use operators::{
    binary_operator, comparison_operators, find_binary, ordering_strategy, scalar_array_operator,
    unary_operator,
};

use super::coerce::{CoercionContext, coerce_type};
use super::environment::Environment;
use super::error::Undecided;
use super::tree::{CoercionForm, Expr, NamedArg, Type};

/// Coerces arguments to the types that a function or operator declares.
pub(crate) fn coerce_arguments(
    env: &dyn Environment,
    arguments: Vec<Expr>,
    actual: &[Type],
    declared: &[Type],
) -> Result<Vec<Expr>, Undecided> {
    let coerce = |expr: Expr, target: &Type| {
        coerce_type(
            env,
            expr,
            target,
            -1,
            CoercionContext::Implicit,
            CoercionForm::ImplicitCast,
        )
    };
    arguments
        .into_iter()
        .zip(actual.iter().zip(declared))
        .map(|(argument, (actual, declared))| {
            if actual == declared {
                return Ok(argument);
            }
            match argument {
                Expr::NamedArg(named) => {
                    let NamedArg {
                        name,
                        argument,
                        place,
                    } = *named;
                    Ok(Expr::NamedArg(Box::new(NamedArg {
                        name,
                        argument: coerce(argument, declared)?,
                        place,
                    })))
                }
                argument => coerce(argument, declared),
            }
        })
        .collect()
}
