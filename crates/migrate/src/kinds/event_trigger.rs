//! Event triggers.

use pgwright_catalog::{ObjectId, TriggerEnabled};

use super::{Kind, added, alter, begin, kept, only_comment};
use crate::change::{Change, Rank};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct EventTriggers;

const GROUP: FileGroup = FileGroup::EventTriggers;

impl Kind for EventTriggers {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, trigger) in added(&context.base.event_triggers, &context.full.event_triggers) {
            let object = ObjectId::EventTrigger(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::EventTrigger)?;
            context.need_function(&mut change, &trigger.function, &[]);
            let create = context.writer.create_event_trigger(name, trigger);
            change.up.extend(create.into_iter().map(Into::into));
            context.comment(&mut change, &object, trigger.comment.as_ref());
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.event_triggers, &context.full.event_triggers) {
            let object = ObjectId::EventTrigger(name.clone());
            if from.enabled != to.enabled {
                let say = |state| context.writer.event_trigger_state(name, state);
                let (up, down) = ([say(to.enabled)], [say(from.enabled)]);
                out.extend(alter(object.clone(), GROUP, Rank::EventTrigger, up, down));
            }
            only_comment(context, object, GROUP, from, to, out, |t| {
                t.enabled = TriggerEnabled::Origin;
                t.owner = None;
                t.comment.take()
            });
        }
        Ok(())
    }
}
