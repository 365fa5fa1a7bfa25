//! Foreign-data wrappers, servers and user mappings.

use std::collections::BTreeMap;

use pgwright_catalog::ObjectId;

use super::{Kind, added, alter, begin, kept, only_comment};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

/// Wrappers, servers and user mappings.
pub(super) struct ForeignData;

const GROUP: FileGroup = FileGroup::Types;

impl Kind for ForeignData {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (context.base, context.full);
        for (name, wrapper) in added(&base.foreign_data_wrappers, &full.foreign_data_wrappers) {
            let object = ObjectId::ForeignDataWrapper(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::ForeignDataWrapper)?;
            if let Some(handler) = &wrapper.handler {
                context.need_function(&mut change, handler, &[]);
            }
            if let Some(validator) = &wrapper.validator {
                context.need_function(&mut change, validator, &["text[]", "oid"]);
            }
            let create = context.writer.create_foreign_data_wrapper(name, wrapper);
            change.up.push(create.into());
            context.comment(&mut change, &object, wrapper.comment.as_ref());
            out.push(change);
        }
        for (name, server) in added(&base.foreign_servers, &full.foreign_servers) {
            let object = ObjectId::ForeignServer(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::ForeignServer)?;
            let wrapper = ObjectId::ForeignDataWrapper(server.wrapper.clone());
            change.need(wrapper, Strength::Must);
            let create = context.writer.create_server(name, server);
            change.up.push(create.into());
            context.comment(&mut change, &object, server.comment.as_ref());
            out.push(change);
        }
        for (name, mapping) in added(&base.user_mappings, &full.user_mappings) {
            let object = ObjectId::UserMapping(name.clone());
            let mut change = begin(context, object, GROUP, Rank::UserMapping)?;
            let server = ObjectId::ForeignServer(name.server.clone());
            change.need(server, Strength::Must);
            change.must_have(name.user.iter().map(|u| ObjectId::Role(u.clone())));
            let create = context.writer.create_user_mapping(name, mapping);
            change.up.push(create.into());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (context.base, context.full);
        for (name, from, to) in kept(&base.foreign_data_wrappers, &full.foreign_data_wrappers) {
            let object = ObjectId::ForeignDataWrapper(name.clone());
            set_options(context, &object, &from.options, &to.options, out);
            only_comment(context, object, GROUP, from, to, out, |w| {
                w.options.clear();
                w.owner = None;
                w.grants.clear();
                w.comment.take()
            });
        }
        for (name, from, to) in kept(&base.foreign_servers, &full.foreign_servers) {
            let object = ObjectId::ForeignServer(name.clone());
            set_options(context, &object, &from.options, &to.options, out);
            only_comment(context, object, GROUP, from, to, out, |s| {
                s.options.clear();
                s.owner = None;
                s.grants.clear();
                s.comment.take()
            });
        }
        for (name, from, to) in kept(&base.user_mappings, &full.user_mappings) {
            let object = ObjectId::UserMapping(name.clone());
            set_options(context, &object, &from.options, &to.options, out);
        }
        Ok(())
    }
}

/// `ALTER … OPTIONS`.
fn set_options(
    context: &Context<'_>,
    object: &ObjectId,
    from: &BTreeMap<String, String>,
    to: &BTreeMap<String, String>,
    out: &mut Vec<Change>,
) {
    let address = context.writer.address(context.full, object);
    let set = |a, b| context.writer.foreign_options_change(&address, a, b);
    let (up, down) = (set(from, to), set(to, from));
    let rank = match object {
        ObjectId::ForeignDataWrapper(_) => Rank::ForeignDataWrapper,
        ObjectId::UserMapping(_) => Rank::UserMapping,
        _ => Rank::ForeignServer,
    };
    out.extend(alter(object.clone(), GROUP, rank, up, down));
}
