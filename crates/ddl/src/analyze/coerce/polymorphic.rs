//! Polymorphic arguments: whether actual types agree, and what the result's type then is.

use super::CoercionContext;
use super::common::select_common_type_of;
use super::pathway::can_coerce;
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::tree::Type;
use crate::analyze::types::{
    array_type, base_element_type, base_type, element_type, is_enum, is_polymorphic,
    multirange_of_range, range_of_multirange, range_subtype,
};

/// What the polymorphic arguments of one call were bound to.
#[derive(Debug, Default)]
struct Bound {
    element: Option<Type>,
    array: Option<Type>,
    range: Option<Type>,
    multirange: Option<Type>,
    not_array: bool,
    enumeration: bool,
    family_2: bool,
    compatible: Vec<Type>,
    compatible_range: Option<Type>,
    compatible_multirange: Option<Type>,
    compatible_not_array: bool,
}

/// Sets a binding, or sees that it is the same.
fn bind(slot: &mut Option<Type>, actual: &Type) -> bool {
    match slot {
        Some(bound) => bound == actual,
        None => {
            *slot = Some(actual.clone());
            true
        }
    }
}

/// Goes through the arguments; none when they do not agree.
fn collect(env: &dyn Environment, actual: &[Type], declared: &[Type]) -> Option<Bound> {
    let mut bound = Bound::default();
    for (actual, declared) in actual.iter().zip(declared) {
        let unknown = *actual == Type::UNKNOWN;
        let agrees = match *declared {
            Type::ANYELEMENT | Type::ANYNONARRAY | Type::ANYENUM => {
                bound.not_array |= *declared == Type::ANYNONARRAY;
                bound.enumeration |= *declared == Type::ANYENUM;
                unknown || bind(&mut bound.element, actual)
            }
            Type::ANYARRAY => unknown || bind(&mut bound.array, &base_type(env, actual)),
            Type::ANYRANGE => unknown || bind(&mut bound.range, &base_type(env, actual)),
            Type::ANYMULTIRANGE => unknown || bind(&mut bound.multirange, &base_type(env, actual)),
            Type::ANYCOMPATIBLE | Type::ANYCOMPATIBLENONARRAY => {
                bound.family_2 = true;
                bound.compatible_not_array |= *declared == Type::ANYCOMPATIBLENONARRAY;
                if !unknown {
                    bound.compatible.push(actual.clone());
                }
                true
            }
            Type::ANYCOMPATIBLEARRAY => {
                bound.family_2 = true;
                if !unknown {
                    bound
                        .compatible
                        .push(element_type(&base_type(env, actual))?);
                }
                true
            }
            Type::ANYCOMPATIBLERANGE => {
                bound.family_2 = true;
                let base = base_type(env, actual);
                if !unknown {
                    bound.compatible.push(range_subtype(env, &base)?);
                }
                unknown || bind(&mut bound.compatible_range, &base)
            }
            Type::ANYCOMPATIBLEMULTIRANGE => {
                bound.family_2 = true;
                let base = base_type(env, actual);
                if !unknown {
                    let range = range_of_multirange(env, &base)?;
                    bound.compatible.push(range_subtype(env, &range)?);
                }
                unknown || bind(&mut bound.compatible_multirange, &base)
            }
            _ => true,
        };
        if !agrees {
            return None;
        }
    }
    derive(env, &mut bound).then_some(bound)
}

/// Arrays, ranges and multiranges tell what their elements are.
fn derive(env: &dyn Environment, bound: &mut Bound) -> bool {
    if let Some(array) = &bound.array
        && *array != Type::ANYARRAY
    {
        let Some(element) = element_type(array) else {
            return false;
        };
        if !bind(&mut bound.element, &element) {
            return false;
        }
    }
    if let Some(multirange) = &bound.multirange {
        let Some(range) = range_of_multirange(env, multirange) else {
            return false;
        };
        if !bind(&mut bound.range, &range) {
            return false;
        }
    }
    if let Some(range) = &bound.range {
        let Some(subtype) = range_subtype(env, range) else {
            return false;
        };
        if !bind(&mut bound.element, &subtype) {
            return false;
        }
        if bound.multirange.is_none() {
            bound.multirange = multirange_of_range(env, range);
        }
    }
    match &bound.element {
        Some(element) => {
            !(bound.not_array && base_element_type(env, element).is_some()
                || bound.enumeration && !is_enum(env, element))
        }
        None => true,
    }
}

/// The common type of the `anycompatible` family: none when there is none, `text` when all are unknown.
fn common(env: &dyn Environment, bound: &Bound) -> Result<Option<Type>, Undecided> {
    if bound.compatible.is_empty() {
        return Ok(Some(Type::TEXT));
    }
    let Some(common) = select_common_type_of(env, &bound.compatible)? else {
        return Ok(None);
    };
    for actual in &bound.compatible {
        if !can_coerce(env, actual, &common, CoercionContext::Implicit)? {
            return Ok(None);
        }
    }
    if bound.compatible_not_array && base_element_type(env, &common).is_some() {
        return Ok(None);
    }
    if let Some(range) = &bound.compatible_range
        && range_subtype(env, range).as_ref() != Some(&common)
    {
        return Ok(None);
    }
    Ok(Some(common))
}

/// Whether the actual types agree with polymorphic declared ones (`check_generic_type_consistency`).
pub(crate) fn check_consistency(
    env: &dyn Environment,
    actual: &[Type],
    declared: &[Type],
) -> Result<bool, Undecided> {
    let Some(bound) = collect(env, actual, declared) else {
        return Ok(false);
    };
    Ok(!bound.family_2 || common(env, &bound)?.is_some())
}

/// Makes declared types concrete where an argument must be coerced to them, and gives the type of the
/// result (`enforce_generic_type_consistency`).
pub(crate) fn enforce_consistency(
    env: &dyn Environment,
    actual: &[Type],
    declared: &mut [Type],
    result: &Type,
) -> Result<Type, Undecided> {
    if !is_polymorphic(result) && !declared.iter().any(is_polymorphic) {
        return Ok(result.clone());
    }
    let undecided = || Undecided::new("the polymorphic types of a call");
    let bound = collect(env, actual, declared).ok_or_else(undecided)?;
    let compatible = if bound.family_2 {
        Some(common(env, &bound)?.ok_or_else(undecided)?)
    } else {
        None
    };
    let resolve = |declared: &Type| -> Result<Type, Undecided> {
        match *declared {
            Type::ANYELEMENT | Type::ANYNONARRAY | Type::ANYENUM => bound.element.clone(),
            Type::ANYARRAY => bound
                .array
                .clone()
                .or_else(|| array_type(bound.element.as_ref()?)),
            Type::ANYRANGE => bound.range.clone(),
            Type::ANYMULTIRANGE => bound.multirange.clone(),
            Type::ANYCOMPATIBLE | Type::ANYCOMPATIBLENONARRAY => compatible.clone(),
            Type::ANYCOMPATIBLEARRAY => compatible.as_ref().and_then(array_type),
            Type::ANYCOMPATIBLERANGE => bound.compatible_range.clone(),
            Type::ANYCOMPATIBLEMULTIRANGE => bound
                .compatible_multirange
                .clone()
                .or_else(|| multirange_of_range(env, bound.compatible_range.as_ref()?)),
            _ => Some(declared.clone()),
        }
        .ok_or_else(undecided)
    };
    for (actual, declared) in actual.iter().zip(declared.iter_mut()) {
        let family_2 = crate::analyze::types::is_polymorphic_family_2(declared);
        // The first family takes values as they are: only literals need to know.
        if family_2 || (*actual == Type::UNKNOWN && is_polymorphic(declared)) {
            *declared = resolve(declared)?;
        }
    }
    resolve(result)
}
