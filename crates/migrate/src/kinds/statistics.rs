//! Extended statistics objects.

use pgwright_catalog::{IndexKey, ObjectId};

use super::{Kind, added, alter, altered, begin, only_comment};
use crate::change::{Change, Cover, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct StatisticsObjects;

const GROUP: FileGroup = FileGroup::Indexes;

impl Kind for StatisticsObjects {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, statistics) in added(&context.base.statistics, &context.full.statistics) {
            let object = ObjectId::Statistics(name.clone());
            let mut change = begin(context, object.clone(), GROUP, Rank::Statistics)?;
            let table = ObjectId::Table(statistics.table.clone());
            change.need(table.clone(), Strength::Must);
            let view = ObjectId::MaterializedView(statistics.table.clone());
            change.need(view.clone(), Strength::Must);
            for element in &statistics.elements {
                match element {
                    IndexKey::Column(column) => change.need(
                        ObjectId::Column(statistics.table.clone(), column.clone()),
                        Strength::Must,
                    ),
                    IndexKey::Expression(e) => context.need_text(&mut change, e.sql()),
                }
            }
            let create = context.writer.create_statistics(name, statistics);
            change.up.extend(create.into_iter().map(Into::into));
            context.comment(&mut change, &object, statistics.comment.as_ref());
            change.covered_by = Some(Cover::WithAny(vec![table, view]));
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in altered(&context.base.statistics, &context.full.statistics) {
            let object = ObjectId::Statistics(name.clone());
            if from.target != to.target {
                let say = |target| context.writer.statistics_target(name, target);
                let (up, down) = ([say(to.target)], [say(from.target)]);
                out.extend(alter(object.clone(), GROUP, Rank::Statistics, up, down));
            }
            only_comment(context, object, GROUP, from, to, out, |s| {
                s.target = None;
                s.owner = None;
                s.comment.take()
            });
        }
        Ok(())
    }
}
