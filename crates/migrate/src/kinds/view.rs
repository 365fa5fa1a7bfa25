//! Views.

use pgwright_catalog::{ObjectId, QualifiedName, ViewColumn};

use super::{Kind, added, heading, kept};
use crate::change::{Change, Rank, Strength};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Views;

impl Kind for Views {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, view) in added(&context.base.views, &context.full.views) {
            let object = ObjectId::View(name.clone());
            let mut change = Change::create(object.clone(), FileGroup::Views, Rank::View);
            context.need_schema(&mut change, &name.schema)?;
            need_query(context, &mut change, &view.query);
            change.heading = heading(view.comment.as_ref());
            change
                .up
                .push(context.writer.create_view(name, view, false)?.into());
            context.comment(&mut change, &object, view.comment.as_ref());
            comment_columns(context, &mut change, name, &view.columns);
            change.down.push(context.drop(&object));
            out.push(change);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in kept(&context.base.views, &context.full.views) {
            let object = || ObjectId::View(name.clone());
            unchanged(object, "query", &from.query, &to.query)?;
            unchanged(object, "options", &from.options, &to.options)?;
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Views, a, b, out);
            column_comments(context, name, &from.columns, &to.columns, out);
        }
        Ok(())
    }
}

/// What a query needs: what the catalog records, and else what its text names.
pub(super) fn need_query(context: &Context<'_>, change: &mut Change, query: &str) {
    let object = change.object.clone();
    let recorded = context.need_recorded(change, &object);
    let strength = if recorded {
        Strength::Use
    } else {
        Strength::Must
    };
    context.need_text_as(change, query, strength);
}

pub(super) fn comment_columns(
    context: &Context<'_>,
    change: &mut Change,
    name: &QualifiedName,
    columns: &[ViewColumn],
) {
    for column in columns {
        let id = ObjectId::Column(name.clone(), column.name.clone());
        context.comment(change, &id, column.comment.as_ref());
    }
}

pub(super) fn column_comments(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &[ViewColumn],
    to: &[ViewColumn],
    out: &mut Vec<Change>,
) {
    for to in to {
        let from = from.iter().find(|c| c.name == to.name);
        let from = from.and_then(|c| c.comment.as_ref());
        let id = ObjectId::Column(name.clone(), to.name.clone());
        context.comment_change(id, FileGroup::Views, from, to.comment.as_ref(), out);
    }
}
