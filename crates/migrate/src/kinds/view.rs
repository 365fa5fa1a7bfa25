//! Views.

use pgwright_catalog::{Expression, ObjectId, QualifiedName, View, ViewColumn};

use super::{Kind, added, alter, altered, heading};
use crate::change::{Change, Cover, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{Action, FileGroup};

pub(super) struct Views;

impl Kind for Views {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, view) in added(&context.base.views, &context.full.views) {
            let object = ObjectId::View(name.clone());
            let mut change = Change::create(object.clone(), FileGroup::Views, Rank::View);
            context.need_schema(&mut change, &name.schema)?;
            need_query(context, &mut change, &view.query);
            change.heading = heading(view.comment.as_ref());
            let outlined = context.opened.views.contains(name);
            let create = context.writer.create_view(name, view, outlined)?;
            change.up.push(create.into());
            context.comment(&mut change, &object, view.comment.as_ref());
            comment_columns(context, &mut change, name, &view.columns);
            if outlined {
                outline(context, &mut change, name, view, out)?;
            } else {
                change.down.push(context.drop(&object));
            }
            out.push(change);
            defaults(context, name, &[], &view.columns, out);
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (name, from, to) in altered(&context.base.views, &context.full.views) {
            let object = || ObjectId::View(name.clone());
            if from.query != to.query {
                if !replaceable(&from.columns, &to.columns) {
                    context.replace(object());
                    continue;
                }
                let mut change = Change::alter(object(), FileGroup::Views, Rank::View);
                change.completes = Some(object());
                need_query(context, &mut change, &to.query);
                let replace = |view| context.writer.create_view(name, view, true);
                change.up.push(replace(to)?.into());
                out.push(change);
            } else if from
                .columns
                .iter()
                .map(|c| (&c.name, &c.data_type))
                .ne(to.columns.iter().map(|c| (&c.name, &c.data_type)))
            {
                context.replace(object());
                continue;
            } else if from.options != to.options {
                let address = context.writer.address(context.full, &object());
                let set = |a, b| context.writer.options_change(&address, a, b);
                let (up, down) = (
                    set(&from.options, &to.options),
                    set(&to.options, &from.options),
                );
                out.extend(alter(object(), FileGroup::Views, Rank::View, up, down));
            }
            let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
            context.comment_change(object(), FileGroup::Views, a, b, out);
            column_comments(context, name, &from.columns, &to.columns, out);
            defaults(context, name, &from.columns, &to.columns, out);
        }
        Ok(())
    }
}

/// True when CREATE OR REPLACE VIEW can lead from some columns to others: those that are there keep
/// their names and types, and new ones come last.
fn replaceable(from: &[ViewColumn], to: &[ViewColumn]) -> bool {
    let known = |c: &ViewColumn| c.data_type.is_some();
    from.len() <= to.len()
        && !from.is_empty()
        && from
            .iter()
            .zip(to)
            .all(|(a, b)| known(a) && known(b) && a.name == b.name && a.data_type == b.data_type)
}

/// A view that is needed by what it needs itself: its columns come first, its query replaces them.
fn outline(
    context: &Context<'_>,
    change: &mut Change,
    name: &QualifiedName,
    view: &View,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let object = change.object.clone();
    let mut outline = Change::create(object.clone(), FileGroup::Views, Rank::View);
    context.need_schema(&mut outline, &name.schema)?;
    for column in &view.columns {
        context.need_text(
            &mut outline,
            column.data_type.as_deref().unwrap_or_default(),
        );
    }
    // The needs of the query are recorded for the view; here only the types count.
    for need in &mut outline.needs {
        need.strength = Strength::Must;
    }
    let create = |replace| context.writer.create_view_outline(name, view, replace);
    outline.up.push(create(false)?.into());
    outline.down.push(context.drop(&object));
    out.push(outline);
    change.action = Action::Alter;
    change.provides.clear();
    change.need(object.clone(), Strength::Must);
    change.completes = Some(object);
    change.down.push(create(true)?.into());
    Ok(())
}

/// Defaults of a view's columns, which may need what needs the view.
fn defaults(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &[ViewColumn],
    to: &[ViewColumn],
    out: &mut Vec<Change>,
) {
    let view = ObjectId::View(name.clone());
    for column in to {
        let before = from.iter().find(|c| c.name == column.name);
        let before = before.and_then(|c| c.default.as_ref());
        if before == column.default.as_ref() {
            continue;
        }
        let id = ObjectId::Column(name.clone(), column.name.clone());
        let mut change = Change::alter(id.clone(), FileGroup::Views, Rank::ViewDefault);
        change.need(view.clone(), Strength::Must);
        context.need_recorded(&mut change, &id);
        if let Some(default) = &column.default {
            context.need_text(&mut change, default.sql());
        }
        let say = |default: Option<&Expression>| {
            let default = default.map(Expression::sql);
            context.writer.column_default(name, &column.name, default)
        };
        change.up.push(say(column.default.as_ref()).into());
        change.down.push(say(before).into());
        change.covered_by = Some(Cover::With(view.clone()));
        out.push(change);
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
    if query.contains("GROUP BY") {
        // What is grouped by a key may show other columns of the table: the key must be there.
        for object in context.named(query) {
            if let ObjectId::Table(name) = object
                && let Some(table) = context.full.tables.get(&name)
                && let Some((key, _)) = table.primary_key()
            {
                let key = ObjectId::Constraint(name.clone(), key.clone());
                change.need(context.made_by(key), Strength::Use);
            }
        }
    }
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
