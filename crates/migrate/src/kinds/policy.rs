//! Row-level security: its switches and its policies.

use pgwright_catalog::{Name, ObjectId, Policy, QualifiedName, Table};

use super::{Kind, added, alter, altered};
use crate::change::{Change, Cover, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{FileGroup, LockLevel};

pub(super) struct Policies;

impl Kind for Policies {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, definition) in added(&context.base.tables, &context.full.tables) {
            switch(context, table, &Table::default(), definition, out);
        }
        for (table, definition) in &context.full.tables {
            let base = context.base.tables.get(table);
            for (name, policy) in &definition.policies {
                if !base.is_some_and(|b| b.policies.contains_key(name)) {
                    out.push(add(context, table, name, policy));
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in context.altered_tables().iter().copied() {
            switch(context, table, from, to, out);
            for (name, from, to) in altered(&from.policies, &to.policies) {
                let object = || ObjectId::Policy(table.clone(), name.clone());
                let without_comment = |p: &Policy| Policy {
                    comment: None,
                    ..p.clone()
                };
                let (a, b) = (without_comment(from), without_comment(to));
                if a != b {
                    // ALTER POLICY neither adds an expression nor takes one away.
                    let shape = |p: &Policy| {
                        (
                            p.command,
                            p.permissive,
                            p.using.is_some(),
                            p.with_check.is_some(),
                        )
                    };
                    if context.replace_unless_equal(object, &shape(&a), &shape(&b)) {
                        continue;
                    }
                    let say = |p: &Policy| {
                        Statement::from(context.writer.alter_policy(table, name, p))
                            .lock(table, LockLevel::AccessExclusive)
                    };
                    let (group, rank) = (FileGroup::Policies, Rank::Security);
                    let change = alter(object(), group, rank, [say(&b)], [say(&a)]);
                    out.extend(change.map(|mut change| {
                        need(context, &mut change, to);
                        change.completes = Some(object());
                        change
                    }));
                }
                let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
                context.comment_change(object(), FileGroup::Policies, a, b, out);
            }
        }
        Ok(())
    }
}

/// `ENABLE` and `FORCE ROW LEVEL SECURITY`, when they differ.
fn switch(
    context: &Context<'_>,
    name: &QualifiedName,
    from: &Table,
    to: &Table,
    out: &mut Vec<Change>,
) {
    let object = ObjectId::Table(name.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Policies, Rank::Security);
    let writer = &context.writer;
    let mut say = |up: String, down: String| {
        let lock = |sql: String| {
            let statement = Statement::from(sql);
            if context.live(name) {
                statement.lock(name, LockLevel::AccessExclusive)
            } else {
                statement
            }
        };
        change.up.push(lock(up));
        change.down.insert(0, lock(down));
    };
    if from.row_security != to.row_security {
        say(
            writer.row_security(name, to.row_security),
            writer.row_security(name, from.row_security),
        );
    }
    if from.force_row_security != to.force_row_security {
        say(
            writer.force_row_security(name, to.force_row_security),
            writer.force_row_security(name, from.force_row_security),
        );
    }
    if !change.up.is_empty() {
        // Before the table's policies, whose names begin with the table's.
        change.need(object.clone(), Strength::Must);
        change.covered_by = Some(Cover::With(object));
        out.push(change);
    }
}

fn add(context: &Context<'_>, table: &QualifiedName, name: &Name, policy: &Policy) -> Change {
    let object = ObjectId::Policy(table.clone(), name.clone());
    let mut change = Change::create(object.clone(), FileGroup::Policies, Rank::Security);
    change.need(ObjectId::Table(table.clone()), Strength::Must);
    need(context, &mut change, policy);
    let lock = |sql: String| {
        let statement = Statement::from(sql);
        if context.live(table) {
            statement.lock(table, LockLevel::AccessExclusive)
        } else {
            statement
        }
    };
    change
        .up
        .push(lock(context.writer.create_policy(table, name, policy)));
    context.comment(&mut change, &object, policy.comment.as_ref());
    let address = context.writer.address(context.full, &object);
    change.down.push(lock(context.writer.drop(&address)));
    change
}

/// The roles and the objects that a policy names.
fn need(context: &Context<'_>, change: &mut Change, policy: &Policy) {
    change.must_have(policy.roles.iter().map(|r| ObjectId::Role(r.clone())));
    let object = change.object.clone();
    context.need_recorded(change, &object);
    for expression in [&policy.using, &policy.with_check].into_iter().flatten() {
        context.need_text(change, expression.sql());
    }
}
