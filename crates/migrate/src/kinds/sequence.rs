//! Sequences that stand alone.

use pgwright_catalog::{ObjectId, Persistence, Sequence};

use super::{Kind, added, alter, altered, heading};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
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
        for (name, from, to) in altered(&context.base.sequences, &context.full.sequences) {
            let object = || ObjectId::Sequence(name.clone());
            let writer = &context.writer;
            let group = FileGroup::Types;
            let (up, down) = (
                writer.alter_sequence(name, from, to),
                writer.alter_sequence(name, to, from),
            );
            out.extend(alter(object(), group, Rank::Sequence, up, down));
            if from.unlogged != to.unlogged {
                let address = writer.address(context.full, &object());
                let say = |s: &Sequence| {
                    let persistence = match s.unlogged {
                        true => Persistence::Unlogged,
                        false => Persistence::Permanent,
                    };
                    writer.set_persistence(&address, persistence)
                };
                let rank = Rank::Sequence;
                out.extend(alter(object(), group, rank, [say(to)], [say(from)]));
            }
            if from.owned_by != to.owned_by {
                let own = |s: &Sequence| {
                    let column = s.owned_by.as_ref();
                    writer.sequence_owned_by(name, column.map(|(table, column)| (table, column)))
                };
                let group = FileGroup::Tables;
                let rank = Rank::SequenceOwner;
                let change = alter(object(), group, rank, [own(to)], [own(from)]);
                out.extend(change.map(|mut change| {
                    if let Some((table, _)) = &to.owned_by
                        && context.options.owners
                        && from.owned_by.is_none()
                    {
                        // Only a sequence of the table's owner can belong to a column.
                        let owner = context.base.tables.get(table);
                        let owner = owner.and_then(|t| t.owner.as_ref());
                        if owner != from.owner.as_ref() {
                            let address = writer.address(context.full, &object());
                            let set = match owner {
                                Some(owner) => writer.owner(&address, owner),
                                None => writer.own(&address),
                            };
                            change.up.insert(0, set.into());
                        }
                    }
                    if let Some((table, column)) = &to.owned_by {
                        change.need(ObjectId::Table(table.clone()), Strength::Must);
                        let column = ObjectId::Column(table.clone(), column.clone());
                        change.need(column, Strength::Must);
                    }
                    change
                }));
            }
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Types, a, b, out);
        }
        Ok(())
    }
}
