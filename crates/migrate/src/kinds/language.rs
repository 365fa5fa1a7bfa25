//! Procedural languages and access methods.

use pgwright_catalog::ObjectId;

use super::{Kind, added, begin, kept, only_comment};
use crate::change::{Change, Rank};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Procedural languages.
pub(super) struct Languages;
/// Access methods.
pub(super) struct AccessMethods;

const GROUP: FileGroup = FileGroup::Types;

impl Kind for Languages {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, language) in added(&context.base.languages, &context.full.languages) {
            let object = ObjectId::Language(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Language)?;
            for (function, arguments) in [
                (&language.handler, &[][..]),
                (&language.inline, &["internal"][..]),
                (&language.validator, &["oid"][..]),
            ] {
                if let Some(function) = function {
                    context.need_function(&mut change, function, arguments);
                }
            }
            let create = context.writer.create_language(name, language);
            change.up.push(create.into());
            context.comment(&mut change, &object, language.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.languages, &context.full.languages) {
            let object = ObjectId::Language(name.clone());
            only_comment(context, object, GROUP, from, to, out, |l| {
                l.owner = None;
                l.grants.clear();
                l.comment.take()
            });
        }
        Ok(())
    }
}

impl Kind for AccessMethods {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, method) in added(&context.base.access_methods, &context.full.access_methods) {
            let object = ObjectId::AccessMethod(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::AccessMethod)?;
            context.need_function(&mut change, &method.handler, &["internal"]);
            let create = context.writer.create_access_method(name, method);
            change.up.push(create.into());
            context.comment(&mut change, &object, method.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.access_methods, &context.full.access_methods) {
            let object = ObjectId::AccessMethod(name.clone());
            only_comment(context, object, GROUP, from, to, out, |m| m.comment.take());
        }
        Ok(())
    }
}
