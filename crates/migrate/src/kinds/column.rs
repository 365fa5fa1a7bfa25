//! Columns of tables that are there already.

use std::collections::BTreeMap;

use pgwright_catalog::write::{TokenKind, scan};
use pgwright_catalog::{Column, Identity, Name, NotNull, ObjectId, QualifiedName};

use super::table::comment_parts_of_column;
use super::{Kind, kept};
use crate::change::{Change, Rank, Statement};
use crate::context::{Context, unchanged};
use crate::plan::PlanError;
use crate::step::{FileGroup, Hazard, LockLevel};

pub(super) struct Columns;

impl Kind for Columns {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in kept(&context.base.tables, &context.full.tables) {
            for (position, column) in to.columns.iter().enumerate() {
                if from.column(column.name.as_str()).is_none() {
                    out.push(add(context, table, column, position)?);
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in kept(&context.base.tables, &context.full.tables) {
            let id = |column: &Name| ObjectId::Column(table.clone(), column.clone());
            let old: BTreeMap<_, _> = from.columns.iter().map(|c| (&c.name, c)).collect();
            // PostgreSQL appends columns: those that stay keep their order and come first.
            let stay = |columns: &[Column], other: &dyn Fn(&str) -> bool| -> Vec<Name> {
                let stay = columns.iter().filter(|c| other(c.name.as_str()));
                stay.map(|c| c.name.clone()).collect()
            };
            let before = stay(&from.columns, &|name| to.column(name).is_some());
            let after: Vec<_> = to
                .columns
                .iter()
                .take(before.len())
                .map(|c| &c.name)
                .collect();
            let object = || ObjectId::Table(table.clone());
            unchanged(
                object,
                "order of columns",
                &before.iter().collect::<Vec<_>>(),
                &after,
            )?;
            for b in &to.columns {
                let Some(a) = old.get(&b.name) else { continue };
                let object = || id(&b.name);
                unchanged(object, "type", &a.data_type, &b.data_type)?;
                unchanged(object, "NOT NULL", &a.not_null, &b.not_null)?;
                let demand = |c: &Column| NotNull {
                    comment: None,
                    ..c.not_null_constraint.clone()
                };
                unchanged(object, "NOT NULL constraint", &demand(a), &demand(b))?;
                unchanged(object, "default", &a.default, &b.default)?;
                let identity = |c: &Column| {
                    let identity = c.identity.clone();
                    identity.map(|identity| Identity {
                        comment: None,
                        grants: Default::default(),
                        ..identity
                    })
                };
                unchanged(object, "identity", &identity(a), &identity(b))?;
                unchanged(object, "attribute options", &a.options, &b.options)?;
                let (c, d) = (&a.foreign_options, &b.foreign_options);
                unchanged(object, "options", c, d)?;
                unchanged(object, "generation expression", &a.generated, &b.generated)?;
                unchanged(object, "collation", &a.collation, &b.collation)?;
                unchanged(object, "storage", &a.storage, &b.storage)?;
                unchanged(object, "compression", &a.compression, &b.compression)?;
                unchanged(object, "statistics target", &a.statistics, &b.statistics)?;
                let (a, c) = (a.comment.as_ref(), b.comment.as_ref());
                context.comment_change(id(&b.name), FileGroup::Tables, a, c, out);
            }
        }
        Ok(())
    }
}

fn add(
    context: &Context<'_>,
    table: &QualifiedName,
    column: &Column,
    position: usize,
) -> Result<Change, PlanError> {
    let id = ObjectId::Column(table.clone(), column.name.clone());
    let mut change = Change::create(id.clone(), FileGroup::Tables, Rank::Column);
    // Columns are appended, so their order in the table is the order of the statements.
    change.sort.1 = format!("{table} {position:05}");
    change.completes = Some(ObjectId::Table(table.clone()));
    context.need_recorded(&mut change, &id);
    context.need_text(&mut change, &column.data_type);
    if let Some(default) = &column.default {
        context.need_text(&mut change, default.sql());
    }
    if let Some(generated) = &column.generated {
        context.need_text(&mut change, generated.expression.sql());
    }
    let sql = context.writer.add_column(table, column)?;
    let mut statement = Statement::from(sql).lock(table, LockLevel::AccessExclusive);
    if rewrites(column) {
        statement = statement.hazard(Hazard::RewritesTable);
    }
    let filled =
        column.default.is_some() || column.identity.is_some() || column.generated.is_some();
    if column.not_null && !filled {
        statement = statement.hazard(Hazard::DependsOnRows);
    }
    change.up.push(statement);
    for sql in context.writer.column_settings(table, column) {
        change
            .up
            .push(Statement::from(sql).lock(table, LockLevel::ShareUpdateExclusive));
    }
    context.comment(&mut change, &id, column.comment.as_ref());
    comment_parts_of_column(context, &mut change, table, column);
    let drop = context.writer.drop_column(table, &column.name);
    change.down.push(
        Statement::from(drop)
            .lock(table, LockLevel::AccessExclusive)
            .hazard(Hazard::LosesData),
    );
    Ok(change)
}

/// True when ADD COLUMN writes every row: a value that is computed row by row. A constant or STABLE
/// default is computed once and kept in the catalog (since PostgreSQL 11).
fn rewrites(column: &Column) -> bool {
    const COMPUTED_ONCE: [&str; 9] = [
        "now",
        "current_timestamp",
        "current_date",
        "transaction_timestamp",
        "statement_timestamp",
        "current_setting",
        "make_interval",
        "to_tsvector",
        "coalesce",
    ];
    let stored = column.generated.as_ref().is_some_and(|g| g.stored);
    let calls = |sql: &str| {
        let tokens = scan(sql);
        tokens.windows(2).any(|pair| {
            pair[1].is_symbol("(")
                && matches!(pair[0].kind, TokenKind::Word | TokenKind::QuotedName)
                && !COMPUTED_ONCE.contains(&pair[0].text.to_lowercase().as_str())
        })
    };
    let computed = column.default.as_ref().is_some_and(|d| calls(d.sql()));
    column.identity.is_some() || stored || computed
}
