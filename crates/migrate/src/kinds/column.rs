//! Columns of tables that are there already.

use std::collections::BTreeMap;

use pgwright_catalog::write::{TokenKind, not_null_name, scan};
use pgwright_catalog::{Column, Name, NotNull, ObjectId, QualifiedName, Table, TypeKind};

use super::column_change::{self, Changed};
use super::table::comment_parts_of_column;
use super::{Kind, fill, placeholder};
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{FileGroup, Hazard, LockLevel};

pub(super) struct Columns;

impl Kind for Columns {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in context.altered_tables().iter().copied() {
            for (position, column) in to.columns.iter().enumerate() {
                // A column that the parent gives is only changed.
                let given = column.inherited
                    || to.partition_of.is_some()
                    || to.of_type.is_some()
                    || context.full.inherited_column(to, &column.name).is_some();
                if from.column(column.name.as_str()).is_none() && !given {
                    add(context, table, column, position, out)?;
                }
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        for (table, from, to) in context.altered_tables().iter().copied() {
            order_of_columns(context, table, from, to);
            for column in &to.columns {
                let parent = context.full.inherited_column(to, &column.name);
                let given = parent.is_some()
                    && (to.partition_of.is_some() || column.inherited || !to.inherits.is_empty());
                let before = from.column(column.name.as_str()).cloned();
                // What a child says of a column that it had from its parent, it says anew.
                let before = before.or_else(|| {
                    let inherited = context.base.inherited_column(from, &column.name)?;
                    given.then(|| as_given(inherited))
                });
                // So it does of one that its parent gets now.
                let new = parent.filter(|_| before.is_none() && given);
                let before = before.or_else(|| new.map(as_given));
                let of_type = || Column::new(column.name.clone(), column.data_type.clone());
                let before = before.or_else(|| to.of_type.as_ref().map(|_| of_type()));
                let Some(before) = before else { continue };
                let changed = Changed {
                    table,
                    definition: to,
                    from: &before,
                    to: column,
                    given,
                };
                let first = out.len();
                column_change::alter(context, changed, out)?;
                if new.is_some() {
                    for change in out.iter_mut().skip(first) {
                        for parent in context.ancestors(to) {
                            let given = ObjectId::Column(parent.clone(), column.name.clone());
                            change.need(given, Strength::Must);
                        }
                    }
                }
            }
            if to.parents().next().is_some() || to.of_type.is_some() {
                no_longer_said(context, table, from, to, out)?;
            }
        }
        Ok(())
    }
}

/// A column as a child has it that says nothing of it.
fn as_given(column: &Column) -> Column {
    Column {
        statistics: None,
        options: BTreeMap::new(),
        comment: None,
        not_null_constraint: NotNull::default(),
        inherited: true,
        ..column.clone()
    }
}

/// What a child said of a column that it has from its parent, and says no longer.
fn no_longer_said(
    context: &Context<'_>,
    table: &QualifiedName,
    from: &Table,
    to: &Table,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    for before in &from.columns {
        if to.column(before.name.as_str()).is_some() {
            continue;
        }
        let of_type = || {
            let of = to.of_type.as_ref()?;
            let kind = context.full.types.get(of).map(|t| &t.kind);
            let Some(TypeKind::Composite(attributes)) = kind else {
                return None;
            };
            let attribute = attributes.iter().find(|a| a.name == before.name)?;
            Some(Column::new(
                before.name.clone(),
                attribute.data_type.clone(),
            ))
        };
        let given = context.full.inherited_column(to, &before.name);
        let Some(after) = given.map(as_given).or_else(of_type) else {
            continue;
        };
        let typed = to.of_type.is_some();
        let changed = Changed {
            table,
            definition: to,
            from: before,
            to: &after,
            given: !typed,
        };
        column_change::alter(context, changed, out)?;
    }
    Ok(())
}

/// PostgreSQL appends columns: another order is told, not brought about.
fn order_of_columns(context: &Context<'_>, table: &QualifiedName, from: &Table, to: &Table) {
    let new = |c: &&Column| from.column(c.name.as_str()).is_none();
    let stay: Vec<_> = from
        .columns
        .iter()
        .filter(|c| to.column(c.name.as_str()).is_some())
        .map(|c| &c.name)
        .collect();
    let after = to.columns.iter().filter(new).map(|c| &c.name);
    let order: Vec<_> = stay.into_iter().chain(after).collect();
    if order.iter().copied().ne(to.columns.iter().map(|c| &c.name)) {
        let names: Vec<_> = order.iter().map(|n| n.to_string()).collect();
        context.note(format!(
            "{table}: its columns will be in the order {}, as new ones come last",
            names.join(", ")
        ));
    }
}

fn add(
    context: &Context<'_>,
    table: &QualifiedName,
    column: &Column,
    position: usize,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let id = ObjectId::Column(table.clone(), column.name.clone());
    let mut change = Change::create(id.clone(), FileGroup::Tables, Rank::Column);
    // Columns are appended, so their order in the table is the order of the statements.
    change.sort.1 = format!("{table} {position:05}");
    change.completes = Some(ObjectId::Table(table.clone()));
    context.need_recorded(&mut change, &id);
    context.need_text(&mut change, &column.data_type);
    change.must_have(column.collation.iter().cloned().map(ObjectId::Collation));
    if let Some(default) = &column.default {
        context.need_text(&mut change, default.sql());
    }
    if let Some(generated) = &column.generated {
        context.need_text(&mut change, generated.expression.sql());
        // The columns it is computed from may be new.
        let names: Vec<_> = scan(generated.expression.sql())
            .iter()
            .filter_map(|t| t.name())
            .collect();
        let others = context.full.tables.get(table).into_iter();
        let others = others.flat_map(|t| &t.columns);
        for other in others.filter(|o| names.contains(&o.name.to_string()) && o.name != column.name)
        {
            change.need(
                ObjectId::Column(table.clone(), other.name.clone()),
                Strength::Must,
            );
        }
    }
    // What would write every row, or demand a value of them, is done apart while the table is in use.
    let default = column.default.as_ref().map(|d| d.sql().to_owned());
    let computed = default.clone().filter(|d| calls(d));
    let chosen = context
        .options
        .fill
        .get(&(table.clone(), column.name.clone()));
    let lacks = column.not_null
        && default.is_none()
        && column.identity.is_none()
        && column.generated.is_none();
    let mut plain = column.clone();
    let mut value = computed.clone().or(chosen.cloned());
    if lacks && value.is_none() && context.has_rows(table) {
        value = placeholder::ask(context, table, column);
    }
    // Nobody can say what the rows get: they stay without a value.
    let open = lacks && value.is_none() && context.has_rows(table);
    if open {
        plain.not_null = false;
        plain.not_null_constraint = NotNull::default();
    }
    let apart = value.is_some() && column.generated.is_none() && column.identity.is_none();
    let filled_from = context.virtual_value(table, &column.name);
    if apart {
        plain.default = None;
        plain.not_null = false;
        plain.not_null_constraint = NotNull::default();
    }
    let alone = Table {
        columns: vec![plain],
        ..Table::default()
    };
    let mut plain = context.with_names(table, &alone).columns[0].clone();
    // Said with the column, each partition or child would name the constraint by itself.
    let named_apart = plain.not_null
        && plain.identity.is_none()
        && context.options.target >= 18
        && context.has_heirs(table);
    if named_apart {
        plain.not_null = false;
    }
    let sql = context.writer.add_column(table, &plain)?;
    let mut statement = Statement::from(sql).lock(table, LockLevel::AccessExclusive);
    if rewrites(&plain) {
        statement = statement.rewrite(table);
    }
    let filled = plain.default.is_some() || plain.identity.is_some() || plain.generated.is_some();
    if plain.not_null && !filled {
        statement = statement.hazard(Hazard::DependsOnRows);
    }
    change.up.push(statement);
    if let Some(default) = default.as_ref().filter(|_| apart) {
        let set = context
            .writer
            .column_default(table, &column.name, Some(default));
        change
            .up
            .push(Statement::from(set).lock(table, LockLevel::AccessExclusive));
    }
    for sql in context.writer.column_settings(table, &plain) {
        let sql = context.writer.only(sql);
        change
            .up
            .push(Statement::from(sql).lock(table, LockLevel::ShareUpdateExclusive));
    }
    context.comment(&mut change, &id, column.comment.as_ref());
    if apart {
        if let Some(identity) = &mut plain.identity {
            identity.comment = None;
        }
    } else {
        comment_parts_of_column(context, &mut change, table, column);
    }
    if named_apart {
        for heir in context.all_heirs(table) {
            // One that has the column already, as a table that joins later, has its own constraint.
            let before = context.base.tables.get(heir);
            if before.is_some_and(|t| t.column(column.name.as_str()).is_some()) {
                continue;
            }
            // Without a name of its own it goes by that of the parent's, as one that is inherited.
            let own = context.full.tables[heir].column(column.name.as_str());
            let own = own.and_then(|c| c.not_null_constraint.name.clone());
            let name = own.unwrap_or_else(|| not_null_name(table, column));
            let add = (context.writer).add_not_null(heir, &name, &column.name, false, true);
            change
                .up
                .push(Statement::from(add).lock(heir, LockLevel::AccessExclusive));
        }
    }
    let drop = context.writer.drop_column(table, &column.name);
    change.down.push(
        Statement::from(drop)
            .lock(table, LockLevel::AccessExclusive)
            .hazard(Hazard::LosesData),
    );
    out.push(change);
    if named_apart {
        column_change::set_not_null(context, table, column, out);
    }
    if open {
        column_change::set_not_null_where_filled(context, table, column, out);
    }
    if let Some(expression) = filled_from {
        fill::rows(context, table, &column.name, &expression, out);
    }
    if apart {
        if let Some(value) = value {
            fill::rows(context, table, &column.name, &value, out);
        }
        if column.not_null {
            column_change::set_not_null(context, table, column, out);
            let mut change = Change::alter(id.clone(), FileGroup::Tables, Rank::Comment);
            change.sort.1 = format!("{table} {} not null", column.name);
            change.need(
                ObjectId::Constraint(
                    table.clone(),
                    Name::new(format!("{} not null", column.name)),
                ),
                Strength::Must,
            );
            comment_parts_of_column(context, &mut change, table, column);
            if !change.up.is_empty() {
                out.push(change);
            }
        }
    }
    Ok(())
}

/// True when ADD COLUMN writes every row: a value that is computed row by row. A constant or STABLE
/// default is computed once and kept in the catalog (since PostgreSQL 11).
fn rewrites(column: &Column) -> bool {
    let stored = column.generated.as_ref().is_some_and(|g| g.stored);
    let computed = column.default.as_ref().is_some_and(|d| calls(d.sql()));
    column.identity.is_some() || stored || computed
}

/// True when an expression calls a function whose value need not be the same for every row.
fn calls(sql: &str) -> bool {
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
    // `numeric(10,2)` and the like are types.
    const TYPES: [&str; 9] = [
        "numeric",
        "varchar",
        "character",
        "varying",
        "bit",
        "timestamp",
        "time",
        "interval",
        "char",
    ];
    let tokens = scan(sql);
    tokens.windows(2).any(|pair| {
        let word = pair[0].text.to_lowercase();
        pair[1].is_symbol("(")
            && matches!(pair[0].kind, TokenKind::Word | TokenKind::QuotedName)
            && !COMPUTED_ONCE.contains(&word.as_str())
            && !TYPES.contains(&word.as_str())
    })
}
