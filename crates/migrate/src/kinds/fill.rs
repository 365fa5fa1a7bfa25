//! Filling a column of rows that are there, some pages at a time while the table is in use.

use pgwright_catalog::{Name, ObjectId, QualifiedName};

use crate::beside::{SYNC, is_new};
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::step::{FileGroup, Hazard, LockLevel, Resume, Transaction};

/// What stands for a column being filled: whoever demands values needs it.
pub(super) fn done(table: &QualifiedName, column: &Name) -> ObjectId {
    ObjectId::Constraint(table.clone(), Name::new(format!("{column} filled")))
}

/// Fills the column where it is null.
pub(super) fn rows(
    context: &Context<'_>,
    table: &QualifiedName,
    column: &Name,
    value: &str,
    out: &mut Vec<Change>,
) {
    let mut condition = format!("{} IS NULL", column.quoted());
    let mut filled = vec![column];
    if is_new(column) {
        // The trigger that keeps the new columns of a table up to date fills all of them when one is.
        filled = beside_with(context, table);
        if filled.first() != Some(&column) {
            return;
        }
        // Many may stay without, which would be looked at again and again.
        let conditions: Vec<String> = filled
            .iter()
            .filter_map(|column| {
                let value = context
                    .options
                    .fill
                    .get(&(table.clone(), (*column).clone()))?;
                Some(format!(
                    "{} IS NULL AND {value} IS NOT NULL",
                    column.quoted()
                ))
            })
            .collect();
        condition = match conditions.as_slice() {
            [one] => one.clone(),
            _ => format!("({})", conditions.join(" OR ")),
        };
    }
    let object = ObjectId::Column(table.clone(), column.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Tables, Rank::Fill);
    change.sort.1 = format!("{table} {column}");
    change.need(object, Strength::Must);
    for other in &filled {
        let other = ObjectId::Column(table.clone(), (*other).clone());
        change.need(other, Strength::Must);
    }
    change.need(ObjectId::Table(table.clone()), Strength::Use);
    context.need_text(&mut change, value);
    // Rows that are written meanwhile get their value from it.
    let trigger = ObjectId::Trigger(table.clone(), Name::new(SYNC));
    change.need(trigger, Strength::Must);
    let done = filled.iter().map(|column| done(table, column));
    change.provides.extend(done);
    for leaf in context.with_rows(table) {
        // Without triggers foreign keys are not looked after either.
        let in_key = context.base.tables.get(table).is_some_and(|t| {
            t.foreign_keys()
                .any(|(_, key)| key.columns.contains(column))
        });
        let sql = (context.writer).fill_column_in_batches(leaf, column, value, &condition, !in_key);
        let statement = Statement::from(sql)
            .transaction(Transaction::Outside)
            .lock(leaf, LockLevel::RowExclusive)
            .scan(leaf)
            .hazard(Hazard::ChangesRows)
            .resume(Resume::Repeatable);
        change.up.push(statement);
    }
    if !change.up.is_empty() {
        out.push(change);
    }
}

/// The columns of a table that are built beside others and filled, in the table's order.
fn beside_with<'a>(context: &Context<'a>, table: &QualifiedName) -> Vec<&'a Name> {
    let table_definition = context.full.tables.get(table).into_iter();
    let columns = table_definition.flat_map(|t| &t.columns).map(|c| &c.name);
    let fill = &context.options.fill;
    columns
        .filter(|c| is_new(c) && fill.contains_key(&(table.clone(), (*c).clone())))
        .collect()
}
