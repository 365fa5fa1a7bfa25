//! Materialized views and their indexes.

use std::collections::BTreeSet;

use pgwright_catalog::{MaterializedView, Name, ObjectId, Privilege, QualifiedName, ViewColumn};

use super::index::{Build, add, alter};
use super::view::{column_comments, comment_columns, need_query};
use super::{Kind, added, heading, kept};
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
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
            if !view.unpopulated {
                // Whoever makes it may read what it names; a view in it reads as its owner.
                let views = reads(context, &object).into_iter();
                let views = views.filter(|o| matches!(o, ObjectId::View(_)));
                let through = views.flat_map(|view| {
                    let mut read = reads(context, &view);
                    read.insert(view);
                    read
                });
                need_readable(&mut change, &through.collect());
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
            let columns = |v: &MaterializedView| -> Vec<_> {
                let columns = v.columns.iter();
                columns
                    .map(|c| (c.name.clone(), c.data_type.clone()))
                    .collect()
            };
            if from.query != to.query || columns(from) != columns(to) {
                context.replace(object());
                continue;
            }
            let writer = &context.writer;
            let address = writer.address(context.full, &object());
            let (mut up, mut down) = (
                writer.options_change(&address, &from.options, &to.options),
                writer.options_change(&address, &to.options, &from.options),
            );
            if from.tablespace != to.tablespace {
                up.push(writer.set_tablespace(&address, to.tablespace.as_ref()));
                down.push(writer.set_tablespace(&address, from.tablespace.as_ref()));
            }
            if from.access_method != to.access_method {
                up.push(writer.set_access_method(&address, to.access_method.as_ref()));
                down.push(writer.set_access_method(&address, from.access_method.as_ref()));
            }
            if from.unpopulated != to.unpopulated {
                out.push(refresh(context, name, to));
            }
            for (a, b) in from.columns.iter().zip(&to.columns) {
                if a.statistics != b.statistics {
                    let set =
                        |c: &ViewColumn| writer.column_statistics(name, &c.name, c.statistics);
                    up.push(set(b));
                    down.push(set(a));
                }
                if a.storage != b.storage {
                    let set =
                        |c: &ViewColumn| writer.column_storage(name, &c.name, c.storage.as_deref());
                    up.push(set(b));
                    down.push(set(a));
                }
                if a.compression != b.compression {
                    let set = |c: &ViewColumn| {
                        writer.column_compression(name, &c.name, c.compression.as_deref())
                    };
                    up.push(set(b));
                    down.push(set(a));
                }
            }
            if from.clustered_on != to.clustered_on
                && let Some(on) = &to.clustered_on
                && from.indexes.contains_key(on)
            {
                up.push(writer.cluster_on(name, on));
                match from
                    .clustered_on
                    .as_ref()
                    .filter(|o| to.indexes.contains_key(*o))
                {
                    Some(before) => down.push(writer.cluster_on(name, before)),
                    None => down.push(writer.without_cluster_of(&address)),
                }
            } else if from.clustered_on.is_some() && to.clustered_on.is_none() {
                up.push(writer.without_cluster_of(&address));
                if let Some(before) = from
                    .clustered_on
                    .as_ref()
                    .filter(|o| to.indexes.contains_key(*o))
                {
                    down.push(writer.cluster_on(name, before));
                }
            }
            let (group, rank) = (FileGroup::Views, Rank::MaterializedView);
            out.extend(super::alter(object(), group, rank, up, down));
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

/// What stands for the owner and the privileges of a relation that stays: what runs queries needs them.
pub(super) fn readable(object: &ObjectId) -> Option<ObjectId> {
    let (ObjectId::Table(name) | ObjectId::View(name) | ObjectId::MaterializedView(name)) = object
    else {
        return None;
    };
    Some(ObjectId::Constraint(name.clone(), Name::new("is readable")))
}

fn need_readable(change: &mut Change, read: &BTreeSet<ObjectId>) {
    for object in read.iter().filter_map(readable) {
        change.need(object, Strength::Guess);
    }
}

/// The relations that a view reads, by way of other views too.
fn reads(context: &Context<'_>, view: &ObjectId) -> BTreeSet<ObjectId> {
    let mut read = BTreeSet::new();
    let mut open = vec![view];
    while let Some(object) = open.pop() {
        let needed = context.full.dependencies.get(object).into_iter().flatten();
        for needed in needed.filter(|o| readable(o).is_some()) {
            if read.insert(needed.clone()) && matches!(needed, ObjectId::View(_)) {
                open.push(needed);
            }
        }
    }
    read
}

/// `REFRESH`, with rows or without. The server reads as the owner, who need not be allowed to: it may have
/// been filled by somebody else before it was given away.
fn refresh(context: &Context<'_>, name: &QualifiedName, to: &MaterializedView) -> Change {
    let object = ObjectId::MaterializedView(name.clone());
    let rank = Rank::MaterializedView;
    let mut change = Change::alter(object.clone(), FileGroup::Views, rank);
    change.sort.1.push_str(" rows");
    change.need(object.clone(), Strength::Must);
    change.completes = Some(object.clone());
    let writer = &context.writer;
    let refresh = writer.refresh(name, !to.unpopulated);
    if to.unpopulated {
        change.up.push(refresh.into());
        return change;
    }
    let mut read = reads(context, &object);
    let owner = to.owner.as_ref().filter(|_| context.options.owners);
    let stranger = owner.filter(|owner| read.iter().any(|o| !may_read(context, owner, o)));
    read.insert(object.clone());
    need_readable(&mut change, &read);
    let address = writer.address(context.full, &object);
    let lend = stranger.map(|_| writer.own(&address));
    let give_back = stranger.map(|owner| writer.owner(&address, owner));
    let statements = lend.into_iter().chain([refresh]).chain(give_back);
    change.up.extend(statements.map(Into::into));
    change
}

/// True where the catalog says that a role may read some of a relation.
fn may_read(context: &Context<'_>, role: &Name, object: &ObjectId) -> bool {
    let catalog = context.full;
    let (owner, grants) = match object {
        ObjectId::Table(name) => match catalog.tables.get(name) {
            Some(table) => (&table.owner, &table.grants),
            None => return true,
        },
        ObjectId::View(name) => match catalog.views.get(name) {
            Some(view) => (&view.owner, &view.grants),
            None => return true,
        },
        ObjectId::MaterializedView(name) => match catalog.materialized_views.get(name) {
            Some(view) => (&view.owner, &view.grants),
            None => return true,
        },
        _ => return true,
    };
    let member = |other: &Name| {
        let roles = catalog.roles.get(role);
        other == role || roles.is_some_and(|r| r.member_of.contains(other))
    };
    owner.as_ref().is_some_and(member)
        || grants.iter().any(|grant| {
            grant.privilege == Privilege::Select && grant.grantee.as_ref().is_none_or(member)
        })
}
