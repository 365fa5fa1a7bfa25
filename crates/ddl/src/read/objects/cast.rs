//! Casts and transforms.

use std::collections::BTreeSet;

use pg_query::protobuf::{CoercionContext, CreateCastStmt, CreateTransformStmt, ObjectWithArgs};
use pgwright_catalog::{
    Cast, CastContext, CastMethod, CastSignature, Name, ObjectId, RoutineSignature, Transform,
    TransformSignature,
};

use super::nodes;
use crate::read::failure::Failure;
use crate::read::state::State;

/// The signature of a function that a cast or transform names.
fn function(state: &State, object: &ObjectWithArgs) -> Result<RoutineSignature, Failure> {
    let types = object
        .objargs
        .iter()
        .map(|node| state.node_type(node))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(state.signature_named(&nodes::written(&object.objname), &types))
}

/// CREATE CAST.
pub(super) fn create(state: &mut State, s: &CreateCastStmt) -> Result<(), Failure> {
    let (Some(source), Some(target)) = (&s.sourcetype, &s.targettype) else {
        return Err(Failure::new("a type name is missing"));
    };
    let signature = CastSignature {
        source: state.plain_type(source)?,
        target: state.plain_type(target)?,
    };
    if state.catalog.casts.contains_key(&signature) {
        return Err(Failure::new(format!(
            "cast from type {} to type {} already exists",
            signature.source, signature.target
        )));
    }
    let method = match &s.func {
        Some(object) => {
            let mut found = function(state, object)?;
            if object.args_unspecified {
                found.arguments = vec![signature.source.clone()];
            }
            CastMethod::Function(found)
        }
        None if s.inout => CastMethod::InOut,
        None => CastMethod::Binary,
    };
    let mut needed: BTreeSet<ObjectId> = [&signature.source, &signature.target]
        .into_iter()
        .filter_map(|text| state.type_object(text))
        .collect();
    if let CastMethod::Function(function) = &method
        && state.catalog.routines.contains_key(function)
    {
        needed.insert(ObjectId::Routine(function.clone()));
    }
    let id = ObjectId::Cast(signature.clone());
    state.touch(&id);
    let held = Cast {
        method,
        context: match s.context() {
            CoercionContext::CoercionImplicit => CastContext::Implicit,
            CoercionContext::CoercionAssignment => CastContext::Assignment,
            _ => CastContext::Explicit,
        },
        comment: None,
    };
    state.catalog.casts.insert(signature, held);
    state.set_uses(id, needed);
    Ok(())
}

/// CREATE TRANSFORM.
pub(super) fn create_transform(state: &mut State, s: &CreateTransformStmt) -> Result<(), Failure> {
    let Some(data_type) = &s.type_name else {
        return Err(Failure::new("a type name is missing"));
    };
    let signature = TransformSignature {
        data_type: state.plain_type(data_type)?,
        language: Name::new(s.lang.clone()),
    };
    let id = ObjectId::Transform(signature.clone());
    let before = state.catalog.transforms.get(&signature).cloned();
    if before.is_some() && !s.replace {
        return Err(Failure::new(format!(
            "transform for type {} language \"{}\" already exists",
            signature.data_type, signature.language
        )));
    }
    let of = |object: &Option<ObjectWithArgs>| {
        object
            .as_ref()
            .map(|object| function(state, object))
            .transpose()
    };
    let held = Transform {
        from_sql: of(&s.fromsql)?,
        to_sql: of(&s.tosql)?,
        comment: before.and_then(|before| before.comment),
    };
    let mut needed: BTreeSet<ObjectId> = state
        .type_object(&signature.data_type)
        .into_iter()
        .collect();
    for function in [&held.from_sql, &held.to_sql].into_iter().flatten() {
        if state.catalog.routines.contains_key(function) {
            needed.insert(ObjectId::Routine(function.clone()));
        }
    }
    if state.catalog.languages.contains_key(&signature.language) {
        needed.insert(ObjectId::Language(signature.language.clone()));
    }
    state.touch(&id);
    state.catalog.transforms.insert(signature, held);
    state.set_uses(id, needed);
    Ok(())
}
