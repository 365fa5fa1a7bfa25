//! The common type of several expressions: CASE, COALESCE, ARRAY, VALUES, UNION.

use super::{CoercionContext, can_coerce, coerce_type};
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::tree::{CoercionForm, Expr, Type};
use crate::analyze::types::{base_type, format_type, is_preferred, type_category};

/// The type that all expressions can become (`select_common_type`), `what` being the construct.
pub(crate) fn select_common_type(
    env: &dyn Environment,
    all: &[&Expr],
    what: &str,
) -> Result<Type, Undecided> {
    let types: Vec<Type> = all.iter().map(|e| e.data_type()).collect();
    select_common_type_of(env, &types)?.ok_or_else(|| {
        Undecided::new(format!(
            "{what} types {} cannot be matched",
            types
                .iter()
                .map(|t| format_type(t, None))
                .collect::<Vec<_>>()
                .join(", ")
        ))
    })
}

/// The same of types; none when they cannot be matched.
pub(crate) fn select_common_type_of(
    env: &dyn Environment,
    types: &[Type],
) -> Result<Option<Type>, Undecided> {
    let Some((first, rest)) = types.split_first() else {
        return Ok(None);
    };
    if *first != Type::UNKNOWN && rest.iter().all(|t| t == first) {
        return Ok(Some(first.clone()));
    }
    let mut chosen = base_type(env, first);
    for next in rest {
        let next = base_type(env, next);
        if next == Type::UNKNOWN || next == chosen {
            continue;
        }
        if chosen == Type::UNKNOWN {
            chosen = next;
        } else if type_category(env, &next) != type_category(env, &chosen) {
            return Ok(None);
        } else if !is_preferred(&chosen)
            && can_coerce(env, &chosen, &next, CoercionContext::Implicit)?
            && !can_coerce(env, &next, &chosen, CoercionContext::Implicit)?
        {
            chosen = next;
        }
    }
    if chosen == Type::UNKNOWN {
        chosen = Type::TEXT;
    }
    Ok(Some(chosen))
}

/// The modifier that all expressions share, -1 when they do not.
pub(crate) fn select_common_typmod(all: &[&Expr], common: &Type) -> i32 {
    let mut result = None;
    for expr in all {
        let typmod = expr.typmod();
        if expr.data_type() != *common || *result.get_or_insert(typmod) != typmod {
            return -1;
        }
    }
    result.unwrap_or(-1)
}

/// Coerces one of several expressions to their common type.
pub(crate) fn coerce_to_common(
    env: &dyn Environment,
    expr: Expr,
    common: &Type,
    what: &str,
) -> Result<Expr, Undecided> {
    let source = expr.data_type();
    if source == *common {
        return Ok(expr);
    }
    if !can_coerce(env, &source, common, CoercionContext::Implicit)? {
        return Err(Undecided::new(format!(
            "{what} could not convert type {} to {}",
            format_type(&source, None),
            format_type(common, None)
        )));
    }
    coerce_type(
        env,
        expr,
        common,
        -1,
        CoercionContext::Implicit,
        CoercionForm::ImplicitCast,
    )
}
