//! Columns of large tables that change their type.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::not_null_name;
use pgwright_catalog::{
    Catalog, Column, Constraint, ConstraintKind, ForeignKey, IndexKey, Name, NotNull, ObjectId,
    QualifiedName, Routine, RoutineSignature, Table, Trigger, TriggerEnabled, TriggerEvent,
    TriggerTiming,
};

use super::names::with_columns;
use super::{
    Beside, Changing, Look, index_names, is_large, key_index, new_name, old_name, renamed_part,
};
use crate::context::{Context, Opened};
use crate::conversion::{Conversion, conversion};
use crate::references::names_in;
use crate::replace::{is_retyped, names_type};

/// The trigger that keeps new columns up to date. The last of its kind fires last, so that it sees what
/// others made of the row.
pub(crate) const SYNC: &str = "zzz_pgwright_sync";

/// Adds the columns with their trigger, their keys, constraints and indexes.
pub(super) fn add(look: &Look<'_>, beside: &mut Beside) -> Changing {
    let mut changing = Changing::new();
    let large: Vec<_> = look
        .tables()
        .filter(|(name, ..)| is_large(name, look.options))
        .collect();
    if large.is_empty() {
        return changing;
    }
    let opened = Opened::default();
    let context = Context::new(look.from, look.to, look.options, &opened);
    let mut values: BTreeMap<&QualifiedName, Vec<(Name, String)>> = BTreeMap::new();
    for (name, before, after) in large {
        for column in &after.columns {
            let Some(old) = before.column(column.name.as_str()) else {
                continue;
            };
            if let Some(value) = converted(&context, look, name, old, column)
                && stands_apart(before, &column.name)
                && stands_apart(after, &column.name)
                && brings_its_type(look, &mut beside.catalog, &column.data_type)
            {
                (changing.entry(name.clone()).or_default()).insert(column.name.clone());
                (values.entry(name).or_default()).push((column.name.clone(), value));
            }
        }
    }
    for (name, values) in values {
        let (Some(before), Some(after)) = (look.from.tables.get(name), look.to.tables.get(name))
        else {
            continue;
        };
        for (column, value) in &values {
            let (Some(old), Some(new)) = (
                before.column(column.as_str()),
                after.column(column.as_str()),
            ) else {
                continue;
            };
            let twin = twin(old, new);
            (beside.fill).insert((name.clone(), twin.name.clone()), value.clone());
            // The name of a NOT NULL constraint is taken as long as the old column is there.
            if look.options.target >= 18 && old.not_null {
                let (before, built) = (not_null_name(name, old), not_null_name(name, &twin));
                let away = old_name(&before);
                (beside.renames).push(renamed_part(ObjectId::Constraint, name, before, away));
                if twin.not_null {
                    let after = not_null_name(name, new);
                    (beside.renames).push(renamed_part(ObjectId::Constraint, name, built, after));
                }
            }
            beside.change_places(ObjectId::Column, name, column);
            beside.notes.insert(format!(
                "{name}.{column}: the table is large, so that the column is built and filled beside the old \
                 one, which it replaces at the end; it comes last among the columns then"
            ));
            if let Some(table) = beside.catalog.tables.get_mut(name) {
                table.columns.push(twin);
            }
        }
        sync(&mut beside.catalog, name, &values);
    }
    for (name, columns) in &changing {
        parts(look, &changing, name, columns, beside);
    }
    foreign_keys(look, &changing, beside);
    changing
}

/// The value of a column in its new type, where the server would write the table anew for it.
fn converted(
    context: &Context<'_>,
    look: &Look<'_>,
    table: &QualifiedName,
    old: &Column,
    new: &Column,
) -> Option<String> {
    let computed = old.generated.is_some() || new.generated.is_some();
    if computed || !is_retyped(old, new) {
        return None;
    }
    if let Some(value) = look.options.using.get(&(table.clone(), new.name.clone())) {
        return Some(format!("({value})"));
    }
    let quoted = new.name.quoted();
    match conversion(context, &old.data_type, &new.data_type, false) {
        Conversion::Assignment {
            rewrites, in_utc, ..
        } => (rewrites && !in_utc).then_some(quoted),
        Conversion::Expression(value) | Conversion::Unsure(value) => {
            Some(value.replace('$', &quoted))
        }
    }
}

/// Whether nothing of the table names the column that cannot be built beside it.
fn stands_apart(table: &Table, column: &Name) -> bool {
    let names = |sql: &str| names_in(sql).contains(column);
    let computed = table.columns.iter().any(|other| {
        let expression = other.generated.as_ref().map(|g| g.expression.sql());
        expression.is_some_and(names)
    });
    let excluded = table.constraints.values().any(|c| match &c.kind {
        ConstraintKind::Exclusion {
            elements,
            predicate,
            include,
            ..
        } => {
            include.contains(column)
                || predicate.as_ref().is_some_and(|p| names(p.sql()))
                || elements.iter().any(|e| match &e.element.key {
                    IndexKey::Column(c) => c == column,
                    IndexKey::Expression(e) => names(e.sql()),
                })
        }
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
            key.without_overlaps && key.columns.contains(column)
        }
        ConstraintKind::ForeignKey(key) => key.period && key.columns.contains(column),
        ConstraintKind::Check(_) => false,
    });
    !computed && !excluded
}

/// Whether the type is there, or can be made before everything else.
fn brings_its_type(look: &Look<'_>, catalog: &mut Catalog, data_type: &str) -> bool {
    if look.names_extension_to_come(data_type) {
        return false;
    }
    let named = look.to.types.iter();
    for (name, definition) in named.filter(|(name, _)| names_type(data_type, name)) {
        match look.from.types.get(name) {
            Some(before) if before == definition => {}
            Some(_) => return false,
            None => {
                let id = ObjectId::Type(name.clone());
                let needs = look.to.dependencies.get(&id).into_iter().flatten();
                let ready = needs.into_iter().all(|needed| match needed {
                    ObjectId::Schema(_) | ObjectId::Role(_) => true,
                    other => look.from.contains(other),
                });
                let schema = name.schema.as_str() == "public"
                    || look.from.schemas.contains_key(&name.schema);
                if !ready || !schema {
                    return false;
                }
                catalog.types.insert(name.clone(), definition.clone());
            }
        }
    }
    true
}

/// The new column beside the old: without default, which is set when it takes the old one's place.
fn twin(old: &Column, new: &Column) -> Column {
    Column {
        collation: new.collation.clone(),
        not_null: old.not_null && new.not_null,
        not_null_constraint: NotNull::default(),
        storage: new.storage.clone(),
        compression: new.compression.clone(),
        ..Column::new(new_name(&new.name), new.data_type.clone())
    }
}

/// The trigger that sets the new columns of rows that are written meanwhile.
fn sync(catalog: &mut Catalog, table: &QualifiedName, values: &[(Name, String)]) {
    let expressions: Vec<&str> = values.iter().map(|(_, value)| value.as_str()).collect();
    let targets: Vec<String> = values
        .iter()
        .map(|(column, _)| format!("NEW.{}", new_name(column).quoted()))
        .collect();
    let body = format!(
        "#variable_conflict use_column\n\
         BEGIN\n    \
         SELECT {} INTO {} FROM (SELECT NEW.*) AS written;\n    \
         RETURN NEW;\n\
         END",
        expressions.join(", "),
        targets.join(", ")
    );
    let name = super::names::new_name(&Name::new(format!("sync_{}", table.name)));
    let function = QualifiedName::new(table.schema.clone(), name);
    let routine = Routine::trigger_function(body);
    let signature = RoutineSignature::new(function.clone(), [""; 0]);
    catalog.routines.insert(signature, routine);
    let events = [TriggerEvent::Insert, TriggerEvent::Update];
    let trigger = Trigger {
        enabled: TriggerEnabled::Always,
        ..Trigger::row(TriggerTiming::Before, events, function)
    };
    if let Some(table) = catalog.tables.get_mut(table) {
        table.triggers.insert(Name::new(SYNC), trigger);
    }
}

/// Indexes, keys and checks of both catalogs that name a column being built.
fn parts(
    look: &Look<'_>,
    changing: &Changing,
    name: &QualifiedName,
    columns: &BTreeSet<Name>,
    beside: &mut Beside,
) {
    let (Some(before), Some(after)) = (look.from.tables.get(name), look.to.tables.get(name)) else {
        return;
    };
    let changes = |column: &Name| columns.contains(column);
    let new = |column: &Name| beside_of(changing, name, column);
    for (index, definition) in &after.indexes {
        let there = before.indexes.contains_key(index);
        if there && index_names(definition, &changes) {
            super::indexes::add_index(look, name, index, definition, &new, beside);
        }
    }
    for (constraint, definition) in &after.constraints {
        if !before.constraints.contains_key(constraint) {
            continue;
        }
        match &definition.kind {
            ConstraintKind::Check(expression) if names_in(expression.sql()).iter().any(changes) => {
                let text = with_columns(expression.sql(), &new);
                if look.is_there(&text) && columns_are_there(look, name, &text, columns) {
                    let twin = Constraint {
                        kind: ConstraintKind::Check(pgwright_catalog::Expression(text)),
                        ..definition.clone()
                    };
                    add_constraint(name, constraint, twin, beside);
                }
            }
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key)
                if key.columns.iter().chain(&key.include).any(changes) =>
            {
                if let Some(index) = key_index(definition) {
                    super::indexes::add_key(look, name, constraint, &index, &new, beside);
                }
            }
            _ => {}
        }
    }
}

/// Whether an expression names no column that comes only later.
fn columns_are_there(
    look: &Look<'_>,
    table: &QualifiedName,
    sql: &str,
    changing: &BTreeSet<Name>,
) -> bool {
    let (Some(before), Some(after)) = (look.from.tables.get(table), look.to.tables.get(table))
    else {
        return false;
    };
    names_in(sql)
        .into_iter()
        .all(|word| match after.column(word.as_str()) {
            Some(column) => {
                changing.contains(&word)
                    || before
                        .column(word.as_str())
                        .is_some_and(|c| !is_retyped(c, column))
            }
            None => true,
        })
}

/// Foreign keys of both catalogs that hold or refer to a column being built.
fn foreign_keys(look: &Look<'_>, changing: &Changing, beside: &mut Beside) {
    for (holder, before) in &look.from.tables {
        let Some(after) = look.to.tables.get(holder) else {
            continue;
        };
        for (name, key) in after.foreign_keys() {
            let Some(definition) = after.constraints.get(name) else {
                continue;
            };
            let twin = ForeignKey {
                columns: renamed(changing, holder, &key.columns),
                referenced_columns: renamed(changing, &key.references, &key.referenced_columns),
                ..key.clone()
            };
            let same = before
                .constraints
                .get(name)
                .is_some_and(|c| c.kind == definition.kind && c.parent.is_none());
            // The other side must be there, with types that go together.
            let ready = |table: &QualifiedName, columns: &[Name]| {
                let sides = (look.from.tables.get(table), look.to.tables.get(table));
                let (Some(before), Some(after)) = sides else {
                    return false;
                };
                before.partition_by.is_none()
                    && !look.renamed.contains(table)
                    && columns.iter().all(|column| {
                        let (a, b) = (
                            before.column(column.as_str()),
                            after.column(column.as_str()),
                        );
                        let kept = matches!((a, b), (Some(a), Some(b)) if !is_retyped(a, b));
                        kept || changing.get(table).is_some_and(|c| c.contains(column))
                    })
            };
            if same
                && twin != *key
                && definition.enforced
                && ready(holder, &key.columns)
                && ready(&key.references, &key.referenced_columns)
                && has_key(&beside.catalog, &twin)
            {
                let twin = Constraint {
                    kind: ConstraintKind::ForeignKey(twin),
                    ..definition.clone()
                };
                add_constraint(holder, name, twin, beside);
            }
        }
    }
}

/// Whether some key or unique index holds the columns that a foreign key refers to.
fn has_key(catalog: &Catalog, key: &ForeignKey) -> bool {
    let wanted: BTreeSet<&Name> = key.referenced_columns.iter().collect();
    let Some(table) = catalog.tables.get(&key.references) else {
        return false;
    };
    let by_index = table
        .indexes
        .values()
        .filter(|i| i.unique && i.predicate.is_none());
    let mut by_index = by_index.map(|index| {
        let columns = index.elements.iter().map(|e| match &e.key {
            IndexKey::Column(column) => Some(column),
            IndexKey::Expression(_) => None,
        });
        columns.collect::<Option<BTreeSet<_>>>()
    });
    table
        .keys()
        .any(|(_, key)| key.columns.iter().collect::<BTreeSet<_>>() == wanted)
        || by_index.any(|columns| columns.as_ref() == Some(&wanted))
}

/// What a column is called meanwhile, where it is one that is being built.
fn beside_of(changing: &Changing, table: &QualifiedName, column: &Name) -> Option<Name> {
    let built = changing.get(table)?.contains(column);
    built.then(|| new_name(column))
}

fn renamed(changing: &Changing, table: &QualifiedName, columns: &[Name]) -> Vec<Name> {
    let new = |column: &Name| beside_of(changing, table, column);
    let columns = columns.iter();
    columns
        .map(|c| new(c).unwrap_or_else(|| c.clone()))
        .collect()
}

fn add_constraint(table: &QualifiedName, name: &Name, twin: Constraint, beside: &mut Beside) {
    if let Some(table) = beside.catalog.tables.get_mut(table) {
        let twin = Constraint {
            comment: None,
            ..twin
        };
        table.constraints.insert(new_name(name), twin);
    }
    beside.change_places(ObjectId::Constraint, table, name);
}
