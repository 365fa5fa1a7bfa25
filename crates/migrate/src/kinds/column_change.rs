//! Changes of columns that are there already.

use pgwright_catalog::write::{IdentityChange, not_null_name};
use pgwright_catalog::{
    Column, Generated, Identity, IndexKey, Name, ObjectId, QualifiedName, Table, TypeKind,
};

use super::fill;
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::conversion::{Conversion, conversion, same_order};
use crate::plan::PlanError;
use crate::question::Question;
use crate::references::names_in;
use crate::replace::is_retyped;
use crate::step::{FileGroup, Hazard, LockLevel, Transaction};

/// A column before and after.
#[derive(Clone, Copy)]
pub(super) struct Changed<'a> {
    pub table: &'a QualifiedName,
    pub definition: &'a Table,
    pub from: &'a Column,
    pub to: &'a Column,
    /// The column has its type, and what else a parent decides, from a parent.
    pub given: bool,
}

impl Changed<'_> {
    fn object(&self) -> ObjectId {
        ObjectId::Column(self.table.clone(), self.to.name.clone())
    }

    fn begin(&self, part: &str) -> Change {
        let object = self.object();
        let mut change = Change::alter(object.clone(), FileGroup::Tables, Rank::Column);
        change.sort.1 = format!("{} {} {part}", self.table, self.to.name);
        change.completes = Some(ObjectId::Table(self.table.clone()));
        change
    }

    fn locked(&self, sql: String, level: LockLevel) -> Statement {
        Statement::from(sql).lock(self.table, level)
    }

    fn exclusive(&self, sql: String) -> Statement {
        self.locked(sql, LockLevel::AccessExclusive)
    }
}

/// Plans every change of a column; what cannot be changed in place is given to the context.
pub(super) fn alter(
    context: &Context<'_>,
    changed: Changed<'_>,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    let (from, to) = (changed.from, changed.to);
    if !changed.given {
        if !generation(context, changed, out) {
            context.replace(changed.object());
            return Ok(());
        }
        value(context, changed, out);
        if from.not_null != to.not_null {
            if to.not_null {
                if to.identity.is_none() || from.identity.is_some() {
                    fill_nulls(context, changed, out);
                    set_not_null(context, changed.table, to, out);
                }
            } else {
                let mut change = changed.begin("5 not null");
                let drop = (context.writer).column_not_null(changed.table, &to.name, false);
                change.up.push(changed.exclusive(drop));
                out.push(change);
            }
        } else if to.not_null && context.options.target >= 18 {
            not_null_constraint(context, changed, out);
        }
    } else if from.default != to.default {
        default(context, changed, out);
    }
    settings(context, changed, out);
    Ok(())
}

/// The generation expression; false when the column has to be dropped and added again.
fn generation(context: &Context<'_>, changed: Changed<'_>, out: &mut Vec<Change>) -> bool {
    let expression = |g: &Generated| g.expression.clone();
    match (&changed.from.generated, &changed.to.generated) {
        (None, None) => true,
        (Some(a), Some(b)) if a == b => {
            // What it is computed from may take another type, which only a new column survives.
            !is_retyped(changed.from, changed.to)
        }
        (Some(a), Some(b)) => {
            // Of a column that is not stored no server sets it where the table, or one that inherits
            // from it, has checks; and a new one costs nothing.
            if a.stored != b.stored
                || !b.stored
                || context.options.target < 17
                || is_retyped(changed.from, changed.to)
            {
                return false;
            }
            let mut change = changed.begin("3 generated");
            context.need_text(&mut change, b.expression.sql());
            let sql = context.writer.column_expression(
                changed.table,
                &changed.to.name,
                Some(expression(b).sql()),
            );
            let statement = changed.exclusive(sql);
            change.up.push(match b.stored {
                true => statement.rewrite(changed.table),
                false => statement,
            });
            out.push(change);
            true
        }
        (Some(a), None) if a.stored => {
            let mut change = changed.begin("1 generated");
            let sql = context
                .writer
                .column_expression(changed.table, &changed.to.name, None);
            change.up.push(changed.exclusive(sql));
            out.push(change);
            true
        }
        _ => false,
    }
}

/// Type, identity and default, which depend on each other.
fn value(context: &Context<'_>, changed: Changed<'_>, out: &mut Vec<Change>) {
    let (table, from, to) = (changed.table, changed.from, changed.to);
    let writer = &context.writer;
    let column = &to.name;
    let made_anew = context.replaced.names_type(&from.data_type);
    let collated_anew = from
        .collation
        .as_ref()
        .is_some_and(|c| (context.replaced.objects).contains(&ObjectId::Collation(c.clone())));
    let retyped = is_retyped(from, to) || made_anew.is_some() || collated_anew;
    let serial = context.conversions.get(&(table.clone(), column.clone()));
    let mut change = changed.begin("2 value");
    let default_goes = from.default.is_some() && (retyped || from.default != to.default);
    if default_goes {
        let drop = writer.column_default(table, column, None);
        change.up.push(changed.exclusive(drop));
    }
    if let (Some(_), None) = (&from.identity, &to.identity) {
        if let Some(old) = serial {
            // The position of the identity goes over to the sequence that takes its place.
            let sequence = &old.sequence;
            change.need(ObjectId::Sequence(sequence.clone()), Strength::Must);
            change
                .up
                .push(writer.copy_position(&old.aside, sequence).into());
        }
        let drop = writer.column_identity(table, column, IdentityChange::Drop);
        change.up.extend(drop.map(|s| changed.exclusive(s)));
    }
    if retyped {
        context.need_text(&mut change, &to.data_type);
        change.must_have(to.collation.iter().cloned().map(ObjectId::Collation));
        retype(context, changed, made_anew.is_some(), &mut change);
    }
    match (&from.identity, &to.identity) {
        (None, Some(identity)) => {
            if !from.not_null {
                let set = writer.column_not_null(table, column, true);
                change.up.push(
                    changed
                        .exclusive(set)
                        .scan(table)
                        .hazard(Hazard::DependsOnRows),
                );
            }
            if let Some(old) = serial.filter(|s| s.makes_room.is_none()) {
                let free = writer.sequence_owned_by(&old.sequence, None);
                change.up.push(free.into());
                let address = format!("SEQUENCE {}", old.sequence.quoted());
                change
                    .up
                    .push(writer.rename(&address, &old.aside.name).into());
            }
            let add = writer.column_identity(table, column, IdentityChange::Add(identity));
            change.up.extend(add.map(|s| changed.exclusive(s)));
            let name = identity_name(table, column, identity);
            match serial {
                Some(old) => {
                    change
                        .up
                        .push(writer.copy_position(&old.aside, &name).into());
                    // That of a column which was replaced goes with the column.
                    if old.makes_room.is_none() {
                        let drop = writer.drop(&format!("SEQUENCE {}", old.aside.quoted()));
                        change.up.push(drop.into());
                    }
                }
                None => change
                    .up
                    .push(writer.position_after(&name, table, column).into()),
            }
        }
        (Some(a), Some(b)) => {
            let set = IdentityChange::Set { from: a, to: b };
            let set = writer.column_identity(table, column, set);
            change.up.extend(set.map(|s| changed.exclusive(s)));
            let (before, after) = (
                identity_name(table, column, a),
                identity_name(table, column, b),
            );
            if before != after {
                let address = format!("SEQUENCE {}", before.quoted());
                change.up.push(writer.rename(&address, &after.name).into());
            }
            if a.persistence != b.persistence
                && let Some(persistence) = b.persistence
            {
                let address = format!("SEQUENCE {}", after.quoted());
                change
                    .up
                    .push(writer.set_persistence(&address, persistence).into());
            }
        }
        _ => {}
    }
    if let Some(default) = &to.default
        && (retyped || from.default != to.default)
    {
        context.need_text(&mut change, default.sql());
        let set = writer.column_default(table, column, Some(default.sql()));
        change.up.push(changed.exclusive(set));
    }
    if !change.up.is_empty() {
        let id = changed.object();
        context.need_recorded(&mut change, &id);
        if retyped {
            // What is computed from it waits for its type.
            change.provides.push(id);
        }
        out.push(change);
    }
}

/// The sequence of an identity.
pub(crate) fn identity_name(
    table: &QualifiedName,
    column: &Name,
    identity: &Identity,
) -> QualifiedName {
    let name = identity.name.clone();
    name.unwrap_or_else(|| pgwright_catalog::identity_sequence_name(table, column))
}

/// `ALTER COLUMN … TYPE`.
fn retype(context: &Context<'_>, changed: Changed<'_>, made_anew: bool, change: &mut Change) {
    let (table, from, to) = (changed.table, changed.from, changed.to);
    let chosen = context.options.using.get(&(table.clone(), to.name.clone()));
    let quoted = to.name.quoted();
    let kind = conversion(context, &from.data_type, &to.data_type, made_anew);
    let mut statements = Vec::new();
    let using = match (&kind, chosen) {
        (_, Some(expression)) => Some(format!("({expression})")),
        (Conversion::Assignment { .. }, None) => None,
        (Conversion::Expression(template), None) => Some(template.replace("$", &quoted)),
        (Conversion::Unsure(template), None) => {
            context.ask(Question {
                subject: changed.object(),
                question: format!(
                    "How does a value of {} become one of {}?",
                    from.data_type, to.data_type
                ),
                default: format!("by way of its text: {}", template.replace("$", &quoted)),
                why: "No cast leads from one type to the other, so that some rows may not convert."
                    .to_owned(),
                answer: format!("--using {table}.{}=EXPRESSION", to.name),
            });
            Some(template.replace("$", &quoted))
        }
    };
    if matches!(kind, Conversion::Assignment { in_utc: true, .. }) && chosen.is_none() {
        context.ask(Question {
            subject: changed.object(),
            question: "Which time zone are the values in that were kept without one?".to_owned(),
            default: "UTC, in which the table need not be written anew".to_owned(),
            why: "In another zone every value would stand for another moment.".to_owned(),
            answer: format!(
                "--using \"{table}.{0}={0} AT TIME ZONE 'Europe/Berlin'\"",
                to.name
            ),
        });
        statements.push(context.writer.in_utc().into());
    }
    let lost = lost_labels(context, &from.data_type);
    if !lost.is_empty() && chosen.is_none() {
        context.ask(Question {
            subject: changed.object(),
            question: format!(
                "What becomes of rows that have {}, which the type no longer knows?",
                lost.join(", ")
            ),
            default: "there are none: the migration fails where there are".to_owned(),
            why: "No label of the new type stands for them.".to_owned(),
            answer: format!(
                "--using \"{table}.{0}=CASE {0}::text WHEN '{1}' THEN 'NEW' ELSE {0}::text END::{2}\"",
                to.name, lost[0], to.data_type
            ),
        });
    }
    let foreign = changed.definition.foreign.is_some();
    // The rows of a foreign table are elsewhere.
    let using = using.filter(|_| !foreign);
    let sql = (context.writer).column_type_change(table, to, using.as_deref(), foreign);
    let mut statement = changed.exclusive(sql);
    let free = matches!(
        kind,
        Conversion::Assignment {
            rewrites: false,
            ..
        }
    ) && chosen.is_none();
    let (was, now) = (&changed.from, &changed.to);
    if free && (was.collation != now.collation || !same_order(&was.data_type, &now.data_type)) {
        // Indexes are built anew, and checks looked at.
        statement = statement.scan(table);
    }
    if !free {
        statement = statement.rewrite(table);
        if !matches!(kind, Conversion::Assignment { .. }) || kind.may_fail() {
            statement = statement.hazard(Hazard::DependsOnRows);
        }
    }
    statements.push(statement);
    // The server makes statistics objects on the column anew, without their targets.
    for (name, statistics) in &context.full.statistics {
        let on_column = statistics.elements.iter().any(|element| match element {
            IndexKey::Column(column) => *column == to.name,
            IndexKey::Expression(e) => names_in(e.sql()).contains(&to.name),
        });
        let stays = context.base.statistics.contains_key(name);
        if statistics.table == *table && on_column && stays && statistics.target.is_some() {
            let set = context.writer.statistics_target(name, statistics.target);
            statements.push(Statement::from(set));
        }
    }
    change.up.extend(statements);
}

/// Labels that an enumeration had and has no longer.
fn lost_labels(context: &Context<'_>, data_type: &str) -> Vec<String> {
    let Some(name) = context.replaced.names_type(data_type) else {
        return Vec::new();
    };
    let labels =
        |catalog: &pgwright_catalog::Catalog| match catalog.types.get(name).map(|t| &t.kind) {
            Some(TypeKind::Enum(labels)) => labels.clone(),
            _ => Vec::new(),
        };
    let after = labels(context.full);
    let mut before = labels(context.before);
    before.retain(|label| !after.contains(label));
    before
}

/// The default of a column that a parent gives.
fn default(context: &Context<'_>, changed: Changed<'_>, out: &mut Vec<Change>) {
    let mut change = changed.begin("4 default");
    // After that of the parent, which reaches its children.
    change.sort.1.insert(0, '~');
    if let Some(default) = &changed.to.default {
        context.need_text(&mut change, default.sql());
    }
    let default = changed.to.default.as_ref().map(|d| d.sql());
    let set = context
        .writer
        .column_default(changed.table, &changed.to.name, default);
    change.up.push(changed.exclusive(set));
    out.push(change);
}

/// Rows without a value get the default, before NOT NULL is demanded.
fn fill_nulls(context: &Context<'_>, changed: Changed<'_>, out: &mut Vec<Change>) {
    let (table, to) = (changed.table, changed.to);
    let given = context.options.fill.get(&(table.clone(), to.name.clone()));
    let default = to.default.as_ref().map(|d| d.sql().to_owned());
    let Some(value) = given.cloned().or(default) else {
        return;
    };
    if value.trim_start().to_ascii_uppercase().starts_with("NULL") {
        return;
    }
    if given.is_none() {
        context.ask(Question {
            subject: changed.object(),
            question: "What do rows get that have no value in a column that now demands one?"
                .to_owned(),
            default: format!("the column's default, {value}"),
            why: "Rows without a value would make the migration fail.".to_owned(),
            answer: format!("--fill {table}.{}=EXPRESSION", to.name),
        });
    }
    fill::rows(context, table, &to.name, &value, out);
}

/// NOT NULL without a long lock: a constraint that holds for new rows, then a look at the others while
/// they can be written.
pub(super) fn set_not_null(
    context: &Context<'_>,
    table: &QualifiedName,
    column: &Column,
    out: &mut Vec<Change>,
) {
    let writer = &context.writer;
    let object = ObjectId::Column(table.clone(), column.name.clone());
    let name = not_null_name(table, column);
    let no_inherit = column.not_null_constraint.no_inherit;
    let begin = |rank, part: &str| {
        let mut change = Change::alter(object.clone(), FileGroup::Tables, rank);
        change.sort.1 = format!("{table} {} {part}", column.name);
        change.need(object.clone(), Strength::Must);
        change.need(ObjectId::Table(table.clone()), Strength::Use);
        change
    };
    let marker = |part: &str| {
        ObjectId::Constraint(table.clone(), Name::new(format!("{} {part}", column.name)))
    };
    let exclusive = |sql: String| Statement::from(sql).lock(table, LockLevel::AccessExclusive);
    let validate = |name: &Name| {
        Statement::from(writer.validate_constraint(table, name))
            .transaction(Transaction::Own)
            .lock(table, LockLevel::ShareUpdateExclusive)
            .scan(table)
            .hazard(Hazard::DependsOnRows)
    };
    let filled = fill::done(table, &column.name);
    if context.options.target >= 18 {
        let mut add = begin(Rank::Column, "5 not null");
        // Until the rows have values, changing one of them must not be refused.
        add.need(filled.clone(), Strength::Must);
        add.provides.push(marker("not null"));
        let sql = writer.add_not_null(table, &name, &column.name, no_inherit, true);
        add.up.push(exclusive(sql));
        out.push(add);
        if !column.not_null_constraint.not_valid {
            let mut change = begin(Rank::Validation, "6 not null");
            change.need(marker("not null"), Strength::Must);
            change.need(filled, Strength::Must);
            change.completes = Some(object.clone());
            change.up.push(validate(&name));
            out.push(change);
        }
        return;
    }
    let check = Name::new(format!("{}_{}_not_null_check", table.name, column.name));
    let mut add = begin(Rank::Column, "5 not null");
    add.need(filled.clone(), Strength::Must);
    add.provides.push(marker("not null"));
    let sql = writer.add_not_null_check(table, &check, &column.name);
    add.up.push(exclusive(sql));
    out.push(add);
    let mut change = begin(Rank::Validation, "6 not null");
    change.need(marker("not null"), Strength::Must);
    change.need(filled, Strength::Must);
    change.completes = Some(object.clone());
    change.up.push(validate(&check));
    // The validated check spares it the look at the rows.
    let set = writer.column_not_null(table, &column.name, true);
    change.up.push(exclusive(set).transaction(Transaction::Own));
    let drop = writer.drop_constraint(table, &check);
    change.up.push(exclusive(drop));
    out.push(change);
}

/// NOT NULL where every row has a value, as in an empty table; a warning where one has none.
pub(super) fn set_not_null_where_filled(
    context: &Context<'_>,
    table: &QualifiedName,
    column: &Column,
    out: &mut Vec<Change>,
) {
    let writer = &context.writer;
    let object = ObjectId::Column(table.clone(), column.name.clone());
    let mut change = Change::alter(object.clone(), FileGroup::Tables, Rank::Validation);
    change.sort.1 = format!("{table} {} 6 not null", column.name);
    change.need(object.clone(), Strength::Must);
    change.completes = Some(object);
    let demand = if context.options.target >= 18 {
        let name = not_null_name(table, column);
        let no_inherit = column.not_null_constraint.no_inherit;
        writer.add_not_null(table, &name, &column.name, no_inherit, false)
    } else {
        writer.column_not_null(table, &column.name, true)
    };
    let sql = writer.where_no_nulls(table, &column.name, &demand);
    change.up.push(
        Statement::from(sql)
            .transaction(Transaction::Own)
            .lock(table, LockLevel::AccessExclusive)
            .scan(table),
    );
    out.push(change);
}

/// What the NOT NULL constraint says beyond that, which PostgreSQL keeps since 18.
fn not_null_constraint(context: &Context<'_>, changed: Changed<'_>, out: &mut Vec<Change>) {
    let (a, b) = (
        &changed.from.not_null_constraint,
        &changed.to.not_null_constraint,
    );
    let writer = &context.writer;
    let table = changed.table;
    let (before, after) = (
        not_null_name(table, changed.from),
        not_null_name(table, changed.to),
    );
    let mut change = changed.begin("5 not null");
    if a.not_valid || !b.not_valid {
        if before != after {
            let address = format!("TABLE {}", table.quoted());
            let rename = writer.rename_part(&address, "CONSTRAINT", &before, &after);
            change.up.push(changed.exclusive(rename));
        }
        if a.no_inherit != b.no_inherit {
            let say = writer.not_null_inheritance(table, &after, b.no_inherit);
            change.up.push(changed.exclusive(say));
            if b.no_inherit {
                // Children keep what they had by inheritance as their own.
                for child in context.heirs(table) {
                    let column = &changed.to.name;
                    let own = context.full.tables[child].column(column.as_str());
                    if !own.is_some_and(|c| c.not_null) {
                        let drop = writer.column_not_null(child, column, false);
                        let level = LockLevel::AccessExclusive;
                        change.up.push(Statement::from(drop).lock(child, level));
                    }
                }
            }
        }
        if a.not_valid && !b.not_valid {
            let validate = writer.validate_constraint(table, &after);
            let statement = changed.locked(validate, LockLevel::ShareUpdateExclusive);
            let statement = statement.scan(table).hazard(Hazard::DependsOnRows);
            change.up.push(statement.transaction(Transaction::Own));
        }
    } else {
        // It holds for new rows only from now on.
        let drop = writer.drop_constraint(table, &before);
        change.up.push(changed.exclusive(drop));
        let column = &changed.to.name;
        let add = writer.add_not_null(table, &after, column, b.no_inherit, true);
        change.up.push(changed.exclusive(add));
    }
    if !change.up.is_empty() {
        out.push(change);
    }
}

/// Storage, compression, statistics and the like.
fn settings(context: &Context<'_>, changed: Changed<'_>, out: &mut Vec<Change>) {
    let (table, from, to) = (changed.table, changed.from, changed.to);
    let (writer, column) = (&context.writer, &to.name);
    let mut change = changed.begin("7 settings");
    if changed.given {
        // After those of the parent, which reach its children.
        change.sort.1.insert(0, '~');
    }
    let retyped = is_retyped(from, to);
    if from.storage != to.storage || (retyped && to.storage.is_some()) {
        let set = writer.column_storage(table, column, to.storage.as_deref());
        change.up.push(changed.exclusive(set));
    }
    if from.compression != to.compression || (retyped && to.compression.is_some()) {
        let set = writer.column_compression(table, column, to.compression.as_deref());
        change.up.push(changed.exclusive(set));
    }
    if from.statistics != to.statistics {
        let set = writer.only(writer.column_statistics(table, column, to.statistics));
        let statement = changed.locked(set, LockLevel::ShareUpdateExclusive);
        change.up.push(statement);
    }
    let foreign = changed.definition.foreign.is_some();
    let address = writer.column_address(table, column, false);
    for set in writer.options_change(&address, &from.options, &to.options) {
        let set = writer.only(set);
        let statement = changed.locked(set, LockLevel::ShareUpdateExclusive);
        change.up.push(statement);
    }
    let address = writer.column_address(table, column, foreign);
    let set = writer.foreign_options_change(&address, &from.foreign_options, &to.foreign_options);
    change.up.extend(set.map(|s| changed.exclusive(s)));
    if !change.up.is_empty() {
        out.push(change);
    }
    let object = changed.object();
    let (a, b) = (from.comment.as_ref(), to.comment.as_ref());
    context.comment_change(object, FileGroup::Tables, a, b, out);
    let (a, b) = (&from.not_null_constraint, &to.not_null_constraint);
    if to.not_null && context.options.target >= 18 && a.comment != b.comment {
        let id = ObjectId::Constraint(table.clone(), not_null_name(table, to));
        let (a, b) = (a.comment.as_ref(), b.comment.as_ref());
        let mut comments = Vec::new();
        context.comment_change(id, FileGroup::Tables, a, b, &mut comments);
        for mut comment in comments {
            comment.need(changed.object(), Strength::Must);
            out.push(comment);
        }
    }
    if let Some(identity) = &to.identity {
        let before = from.identity.as_ref().and_then(|i| i.comment.as_ref());
        let id = ObjectId::Sequence(identity_name(table, column, identity));
        let after = identity.comment.as_ref();
        context.comment_change(id, FileGroup::Tables, before, after, out);
    }
}
