//! Functions and procedures.

use pgwright_catalog::write::scan;
use pgwright_catalog::{ObjectId, Routine, RoutineBody};

use super::{Kind, added, heading, kept};
use crate::change::{Change, Rank, Strength};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::references::search_path;
use crate::step::FileGroup;

pub(super) struct Routines;

impl Kind for Routines {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, routine) in added(&context.base.routines, &context.full.routines) {
            let object = ObjectId::Routine(signature.clone());
            let mut change = Change::create(object.clone(), FileGroup::Functions, Rank::Routine);
            context.need_schema(&mut change, &signature.name.schema)?;
            context.need_recorded(&mut change, &object);
            need(context, &mut change, routine);
            change.heading = heading(routine.comment.as_ref());
            let create = context.writer.create_routine(signature, routine, false)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, routine.comment.as_ref());
            change.down.push(context.drop(&object));
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (signature, from, to) in kept(&context.base.routines, &context.full.routines) {
            let object = || ObjectId::Routine(signature.clone());
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Functions, a, b, out);
            if definition(from) == definition(to) {
                continue;
            }
            // OR REPLACE keeps what depends on the routine, but neither its kind nor its result nor
            // its arguments may differ.
            unchanged(object, "kind", &from.kind, &to.kind)?;
            unchanged(object, "arguments", &from.arguments, &to.arguments)?;
            unchanged(object, "return type", &from.returns, &to.returns)?;
            let mut change = Change::alter(object(), FileGroup::Functions, Rank::Routine);
            context.need_recorded(&mut change, &object());
            need(context, &mut change, to);
            let replace = |r| context.writer.create_routine(signature, r, true);
            change.up.push(replace(to)?.into());
            change.down.push(replace(from)?.into());
            out.push(change);
        }
        Ok(())
    }
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
    for argument in &routine.arguments {
        context.need_text(change, &argument.data_type);
        if let Some(default) = &argument.default {
            context.need_text(change, default.sql());
        }
    }
    if let Some(returns) = &routine.returns {
        context.need_text(change, returns);
    }
    match &routine.body {
        RoutineBody::C(..) => {}
        RoutineBody::Sql(body) => context.need_text(change, body),
        RoutineBody::Text(body) => {
            let checked = match routine.language.as_str() {
                "sql" => body.as_str(),
                "plpgsql" => declarations(body),
                _ => "",
            };
            context.need_text(change, checked);
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
