//! Functions and procedures.

use std::collections::BTreeMap;

use pgwright_catalog::write::scan;
use pgwright_catalog::{Argument, ObjectId, Routine, RoutineBody, RoutineSignature};

use super::types::own_functions;
use super::{Kind, added, altered, begin, heading};
use crate::change::{Change, Cover, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::references::search_path;
use crate::step::{Action, FileGroup};

pub(super) struct Routines;

impl Kind for Routines {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let types = functions_of_new_types(context);
        for (signature, routine) in added(&context.base.routines, &context.full.routines) {
            let object = ObjectId::Routine(signature.clone());
            let group = FileGroup::Functions;
            let mut change = begin(context, object.clone(), group, Rank::Routine)?;
            need(context, &mut change, routine);
            let check = !context.opened.unchecked.contains(signature);
            need_body(context, &mut change, routine, check);
            change.heading = heading(routine.comment.as_ref());
            let outlined = context.opened.routines.contains(signature);
            let create = context
                .writer
                .create_routine(signature, routine, outlined)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, routine.comment.as_ref());
            if let Some(own) = types.get(&object) {
                change.covered_by = Some(Cover::With(own.clone()));
            }
            if outlined {
                outline(context, &mut change, signature, routine, out)?;
            }
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, from, to) in altered(&context.base.routines, &context.full.routines) {
            let object = || ObjectId::Routine(signature.clone());
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Functions, a, b, out);
            if definition(from) == definition(to) {
                continue;
            }
            // OR REPLACE keeps what depends on the routine, but neither its kind nor its result nor
            // the names and modes of its arguments may differ, and no default may go.
            if from.kind != to.kind
                || from.returns != to.returns
                || !replaceable(&from.arguments, &to.arguments)
                || !replaceable(&to.arguments, &from.arguments)
            {
                context.replace(object());
                continue;
            }
            let mut change = Change::alter(object(), FileGroup::Functions, Rank::Routine);
            context.need_recorded(&mut change, &object());
            need(context, &mut change, to);
            need_body(context, &mut change, to, true);
            let replace = |r| context.writer.create_routine(signature, r, true);
            change.up.push(replace(to)?.into());
            change.down.push(replace(from)?.into());
            out.push(change);
        }
        Ok(())
    }
}

/// True when OR REPLACE can lead from some arguments to others.
fn replaceable(from: &[Argument], to: &[Argument]) -> bool {
    let shape = |arguments: &[Argument]| -> Vec<_> {
        arguments
            .iter()
            .map(|a| (a.mode, a.name.clone(), a.data_type.clone()))
            .collect()
    };
    let defaults = from.iter().zip(to);
    shape(from) == shape(to)
        && defaults
            .into_iter()
            .all(|(a, b)| a.default.is_none() || b.default.is_some())
}

/// What CREATE OR REPLACE says of a routine.
fn definition(routine: &Routine) -> Routine {
    Routine {
        owner: None,
        comment: None,
        grants: Default::default(),
        ..routine.clone()
    }
}

/// What must be there when the routine is created, and what when it is called.
///
/// The server checks a body in SQL when the function is created, and of a PL/pgSQL body the types of
/// the declared variables; other languages are looked at when they run.
fn need(context: &Context<'_>, change: &mut Change, routine: &Routine) {
    need_signature(context, change, routine);
    for argument in &routine.arguments {
        if let Some(default) = &argument.default {
            context.need_text(change, default.sql());
        }
    }
    for text in &routine.transforms {
        context.need_text(change, text);
    }
    if let Some(support) = &routine.support {
        context.need_function(change, support, &["internal"]);
    }
}

/// The types that a routine is declared with, and its language.
fn need_signature(context: &Context<'_>, change: &mut Change, routine: &Routine) {
    for argument in &routine.arguments {
        context.need_text(change, &argument.data_type);
    }
    if let Some(returns) = &routine.returns {
        context.need_text(change, returns);
    }
    let language = ObjectId::Language(routine.language.clone());
    change.need(language, Strength::Must);
}

/// A routine that is needed by what it needs itself: what it is called and returns comes first, its
/// body and defaults replace that.
fn outline(
    context: &Context<'_>,
    change: &mut Change,
    signature: &RoutineSignature,
    routine: &Routine,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let object = change.object.clone();
    let mut outline = Change::create(object.clone(), FileGroup::Functions, Rank::Routine);
    context.need_schema(&mut outline, &signature.name.schema)?;
    need_signature(context, &mut outline, routine);
    let create = |replace| (context.writer).create_routine_outline(signature, routine, replace);
    outline.up.push(create(false)?.into());
    outline.down.push(context.drop(&object));
    out.push(outline);
    change.action = Action::Alter;
    change.provides.clear();
    change.need(object.clone(), Strength::Must);
    change.completes = Some(object);
    change.down = vec![create(true)?.into()];
    Ok(())
}

/// The functions that new types are defined by, with the type that takes them along when it goes.
fn functions_of_new_types(context: &Context<'_>) -> BTreeMap<ObjectId, ObjectId> {
    let mut functions = BTreeMap::new();
    for (name, definition) in added(&context.base.types, &context.full.types) {
        for function in own_functions(context, &definition.kind) {
            functions.insert(function, ObjectId::Type(name.clone()));
        }
    }
    functions
}

/// What a body needs. Without `check` the server does not look at a text when the routine is created.
fn need_body(context: &Context<'_>, change: &mut Change, routine: &Routine, check: bool) {
    match &routine.body {
        RoutineBody::C(..) => {}
        RoutineBody::Sql(body) => context.need_text(change, body),
        RoutineBody::Text(body) => {
            let checked = match routine.language.as_str() {
                _ if !check => "",
                "sql" => body.as_str(),
                "plpgsql" => declarations(body),
                _ => "",
            };
            // The server does not record what a text names.
            context.need_text_as(change, checked, Strength::Must);
            context.need_text_as(change, body, Strength::Use);
            let path = search_path(routine.settings.get("search_path"));
            context.wish_unqualified(change, body, &path);
        }
    }
}

/// The part of a PL/pgSQL body before its first BEGIN.
fn declarations(body: &str) -> &str {
    let begin = scan(body).iter().find(|t| t.is("BEGIN")).map(|t| t.start);
    &body[..begin.unwrap_or(0)]
}
