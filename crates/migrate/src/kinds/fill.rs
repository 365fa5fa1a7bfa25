//! Filling a column of rows that are there, some pages at a time while the table is in use.

use pgwright_catalog::{Name, ObjectId, QualifiedName};

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
    let condition = format!("{} IS NULL", column.quoted());
    let object = ObjectId::Column(table.clone(), column.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Tables, Rank::Fill);
    change.sort.1 = format!("{table} {column}");
    change.need(object, Strength::Must);
    change.need(ObjectId::Table(table.clone()), Strength::Use);
    context.need_text(&mut change, value);
    change.provides.push(done(table, column));
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
