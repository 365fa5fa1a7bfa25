//! Materialized views and their indexes.

use pgwright_catalog::ObjectId;

use super::index::{Build, add, alter};
use super::view::{column_comments, comment_columns, need_query};
use super::{Kind, added, heading, kept};
use crate::change::{Change, Rank};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct MaterializedViews;

impl Kind for MaterializedViews {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.materialized_views,
            &context.full.materialized_views,
        );
        for (name, view) in added(base, full) {
            let object = ObjectId::MaterializedView(name.clone());
            let rank = Rank::MaterializedView;
            let mut change = Change::create(object.clone(), FileGroup::Views, rank);
            context.need_schema(&mut change, &name.schema)?;
            need_query(context, &mut change, &view.query);
            change.heading = heading(view.comment.as_ref());
            let create = context.writer.create_materialized_view(name, view)?;
            change.up.push(create.into());
            for column in &view.columns {
                let settings = context.writer.view_column_settings(name, column);
                change.up.extend(settings.into_iter().map(Into::into));
            }
            let method = view.access_method.iter().cloned();
            change.must_have(method.map(ObjectId::AccessMethod));
            context.comment(&mut change, &object, view.comment.as_ref());
            comment_columns(context, &mut change, name, &view.columns);
            change.down.push(context.drop(&object));
            out.push(change);
        }
        for (name, view) in full {
            let on = ObjectId::MaterializedView(name.clone());
            let from = base.get(name);
            let build = if from.is_some() {
                Build::Concurrently
            } else {
                Build::New
            };
            for (index_name, index) in &view.indexes {
                if !from.is_some_and(|f| f.indexes.contains_key(index_name)) {
                    out.push(add(context, &on, name, index_name, index, build)?);
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (base, full) = (
            &context.base.materialized_views,
            &context.full.materialized_views,
        );
        for (name, from, to) in kept(base, full) {
            let object = || ObjectId::MaterializedView(name.clone());
            unchanged(object, "query", &from.query, &to.query)?;
            unchanged(object, "storage parameters", &from.options, &to.options)?;
            unchanged(object, "tablespace", &from.tablespace, &to.tablespace)?;
            for (index, from, to) in kept(&from.indexes, &to.indexes) {
                alter(context, name, index, from, to, out)?;
            }
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Views, a, b, out);
            column_comments(context, name, &from.columns, &to.columns, out);
        }
        Ok(())
    }
}
