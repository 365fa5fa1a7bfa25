//! Sequences that stand alone.

use pgwright_catalog::{ObjectId, Sequence};

use super::{Kind, added, heading, kept};
use crate::change::{Change, Rank, Strength};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::{FileGroup, Hazard};

pub(super) struct Sequences;

impl Kind for Sequences {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, sequence) in added(&context.base.sequences, &context.full.sequences) {
            let object = ObjectId::Sequence(name.clone());
            let mut change = Change::create(object.clone(), FileGroup::Types, Rank::Sequence);
            context.need_schema(&mut change, &name.schema)?;
            change.heading = heading(sequence.comment.as_ref());
            change
                .up
                .push(context.writer.create_sequence(name, sequence)?.into());
            context.comment(&mut change, &object, sequence.comment.as_ref());
            change
                .down
                .push(context.drop(&object).hazard(Hazard::LosesData));
            out.push(change);
            if let Some((table, column)) = &sequence.owned_by {
                // The column comes later, and takes the sequence along when it is dropped: the
                // inverse first sets it free.
                let mut change =
                    Change::alter(object.clone(), FileGroup::Tables, Rank::SequenceOwner);
                change.need(object, Strength::Must);
                change.need(ObjectId::Table(table.clone()), Strength::Must);
                let writer = &context.writer;
                change
                    .up
                    .push(writer.sequence_owned_by(name, Some((table, column))).into());
                change
                    .down
                    .push(writer.sequence_owned_by(name, None).into());
                out.push(change);
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.sequences, &context.full.sequences) {
            let object = || ObjectId::Sequence(name.clone());
            let properties = |s: &Sequence| (s.data_type.clone(), s.options.clone(), s.unlogged);
            unchanged(object, "options", &properties(from), &properties(to))?;
            unchanged(object, "owning column", &from.owned_by, &to.owned_by)?;
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Types, a, b, out);
        }
        Ok(())
    }
}
