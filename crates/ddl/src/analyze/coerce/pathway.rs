//! Whether one type can become another, and by which means (`find_coercion_pathway`).

use std::sync::Arc;

use super::{CoercionContext, opaque_pair, polymorphic::check_consistency};
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::system::catalog;
use crate::analyze::tree::{Function, Type};
use crate::analyze::types::{
    base_type, category, element_type, format_type, is_composite, is_polymorphic, type_category,
};

/// The means of a coercion.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Pathway {
    /// Nothing to do but to change the type.
    Relabel,
    /// A function.
    Function(Arc<Function>),
    /// Text output and input.
    ViaIo,
    /// Element by element.
    Array,
}

/// The means to coerce one type to another, in a context; none when there is no way.
pub(crate) fn find_pathway(
    env: &dyn Environment,
    source: &Type,
    target: &Type,
    context: CoercionContext,
) -> Result<Option<Pathway>, Undecided> {
    let source = base_type(env, source);
    let target = base_type(env, target);
    if source == target {
        return Ok(Some(Pathway::Relabel));
    }
    if let Some((needed, pathway)) = cast_between(env, &source, &target) {
        return Ok((context >= needed).then_some(pathway));
    }
    if !matches!(target, Type::OIDVECTOR | Type::INT2VECTOR)
        && let (Some(from), Some(to)) = (element_type(&source), element_type(&target))
        && find_pathway(env, &from, &to, context)?.is_some()
    {
        return Ok(Some(Pathway::Array));
    }
    if opaque_pair(env, &source, &target) {
        // Whatever the cast is, one that was written prints the same.
        return if context == CoercionContext::Explicit {
            Ok(Some(Pathway::ViaIo))
        } else {
            Err(Undecided::new(format!(
                "casts between {} and {}",
                format_type(&source, None),
                format_type(&target, None)
            )))
        };
    }
    let via_io = (context >= CoercionContext::Assignment
        && type_category(env, &target) == category::STRING)
        || (context >= CoercionContext::Explicit
            && type_category(env, &source) == category::STRING);
    Ok(via_io.then_some(Pathway::ViaIo))
}

/// The entry of `pg_cast`: which context it needs, and its means.
fn cast_between(
    env: &dyn Environment,
    source: &Type,
    target: &Type,
) -> Option<(CoercionContext, Pathway)> {
    let (context, method, function) = match (source, target) {
        (Type::System(from), Type::System(to)) if catalog().cast(*from, *to).is_some() => {
            let cast = catalog().cast(*from, *to)?;
            let function = catalog().function_by_oid(cast.function).cloned();
            (cast.context, cast.method, function)
        }
        _ => {
            let cast = env.cast(source, target)?;
            (cast.context, cast.method, cast.function.clone())
        }
    };
    let context = match context {
        b'i' => CoercionContext::Implicit,
        b'a' => CoercionContext::Assignment,
        _ => CoercionContext::Explicit,
    };
    let pathway = match (method, function) {
        (b'f', Some(function)) => Pathway::Function(function),
        (b'i', _) => Pathway::ViaIo,
        _ => Pathway::Relabel,
    };
    Some((context, pathway))
}

/// Whether a value of one type can be coerced to another.
pub(crate) fn can_coerce(
    env: &dyn Environment,
    source: &Type,
    target: &Type,
    context: CoercionContext,
) -> Result<bool, Undecided> {
    can_coerce_all(
        env,
        std::slice::from_ref(source),
        std::slice::from_ref(target),
        context,
    )
}

/// Whether values of some types can be coerced to as many others; polymorphic ones must agree.
pub(crate) fn can_coerce_all(
    env: &dyn Environment,
    sources: &[Type],
    targets: &[Type],
    context: CoercionContext,
) -> Result<bool, Undecided> {
    let mut generic = false;
    // What is undecided matters only when nothing else refuses.
    let mut undecided = None;
    for (source, target) in sources.iter().zip(targets) {
        if source == target || *target == Type::ANY {
            continue;
        }
        if is_polymorphic(target) {
            generic = true;
            continue;
        }
        if *source == Type::UNKNOWN {
            continue;
        }
        match find_pathway(env, source, target, context) {
            Ok(Some(_)) => continue,
            Ok(None) => {}
            Err(error) => {
                undecided.get_or_insert(error);
                continue;
            }
        }
        let base = base_type(env, target);
        if *source == Type::RECORD && is_composite(env, &base) {
            continue;
        }
        if *target == Type::RECORD && is_composite(env, &base_type(env, source)) {
            continue;
        }
        if *target == Type::RECORD_ARRAY
            && element_type(source).is_some_and(|e| is_composite(env, &e))
        {
            continue;
        }
        if inherits_from(env, source, target) {
            continue;
        }
        return Ok(false);
    }
    if generic && !check_consistency(env, sources, targets)? {
        return Ok(false);
    }
    match undecided {
        Some(error) => Err(error),
        None => Ok(true),
    }
}

/// Whether the row type of a table is that of a descendant of another table.
pub(super) fn inherits_from(env: &dyn Environment, child: &Type, parent: &Type) -> bool {
    let (Type::User(child), Type::User(parent)) = (child, parent) else {
        return false;
    };
    let mut pending = vec![(child.schema.clone(), child.name.clone())];
    let mut seen = 0;
    while let Some((schema, name)) = pending.pop() {
        seen += 1;
        if seen > 1000 {
            return false;
        }
        let Some(relation) = env.relation(Some(&schema), &name) else {
            continue;
        };
        for (schema, name) in &relation.inherits {
            if *schema == parent.schema && *name == parent.name && !parent.array && !child.array {
                return true;
            }
            pending.push((schema.clone(), name.clone()));
        }
    }
    false
}
