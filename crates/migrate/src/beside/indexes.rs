//! Indexes and keys of tables in use that change what they hold: the new one is built before the old
//! one goes, so that queries and uniqueness never lack it.

use pgwright_catalog::{Index, IndexElement, IndexKey, Name, ObjectId, QualifiedName};

use super::names::with_columns;
use super::{Beside, Changing, Look, key, key_index, new_name, old_name, renamed_part};
use crate::replace::is_retyped;

/// Adds the indexes and keys that change on tables of both catalogs, apart from those that change with
/// a column.
pub(super) fn add(look: &Look<'_>, changing: &Changing, beside: &mut Beside) {
    let none = |_: &Name| None;
    for (name, before, after) in look.tables() {
        for (index, definition) in &after.indexes {
            let old = before.indexes.get(index);
            let Some(old) = old.filter(|old| substance(old) != substance(definition)) else {
                continue;
            };
            if !is_built(beside, name, index) && !retypes(look, name, definition) {
                add_index(look, name, index, definition, &none, beside);
            }
            if !is_built(beside, name, index) && stays(look, name, old) {
                let away = renamed_part(ObjectId::Index, name, index.clone(), old_name(index));
                beside.renames.push(away);
            }
        }
        for (constraint, definition) in &after.constraints {
            let old = before.constraints.get(constraint);
            let changed = old.is_some_and(|old| {
                key(old).is_some()
                    && (old.kind != definition.kind
                        || old.deferrability != definition.deferrability)
            });
            let Some(index) = key_index(definition).filter(|_| changed) else {
                continue;
            };
            let free = !changing.contains_key(name) && !retypes(look, name, &index);
            if free && !is_built(beside, name, constraint) {
                add_key(look, name, constraint, &index, &none, beside);
            }
        }
    }
}

/// What of an index cannot be altered.
fn substance(index: &Index) -> Index {
    let mut index = index.clone();
    index.comment = None;
    index.options.clear();
    index.tablespace = None;
    for element in &mut index.elements {
        element.statistics = None;
    }
    index
}

fn is_built(beside: &Beside, table: &QualifiedName, name: &Name) -> bool {
    let table = beside.catalog.tables.get(table);
    table.is_some_and(|t| t.indexes.contains_key(&new_name(name)))
}

/// Whether the index holds a column that changes its type in place, or comes only later.
fn retypes(look: &Look<'_>, table: &QualifiedName, index: &Index) -> bool {
    let (Some(before), Some(after)) = (look.from.tables.get(table), look.to.tables.get(table))
    else {
        return true;
    };
    let later = |name: &Name| {
        after.column(name.as_str()).is_some_and(|new| {
            before
                .column(name.as_str())
                .is_none_or(|old| is_retyped(old, new) || old.generated != new.generated)
        })
    };
    super::index_names(index, &later)
}

/// Whether an index can stay, under another name, until the new one is there.
fn stays(look: &Look<'_>, table: &QualifiedName, index: &Index) -> bool {
    let (Some(before), Some(after)) = (look.from.tables.get(table), look.to.tables.get(table))
    else {
        return false;
    };
    let goes = |name: &Name| {
        before.column(name.as_str()).is_some_and(|old| {
            after
                .column(name.as_str())
                .is_none_or(|new| is_retyped(old, new) || old.generated != new.generated)
        })
    };
    let texts = index.elements.iter().filter_map(|e| match &e.key {
        IndexKey::Expression(e) => Some(e.sql()),
        IndexKey::Column(_) => None,
    });
    let mut texts = texts.chain(index.predicate.iter().map(|p| p.sql()));
    let classes = index.elements.iter().all(|e| e.operator_class.is_none());
    !super::index_names(index, &goes) && classes && texts.all(|t| look.needs_nothing(t))
}

/// Builds an index beside that of the same name.
pub(super) fn add_index(
    look: &Look<'_>,
    table: &QualifiedName,
    name: &Name,
    definition: &Index,
    new: &dyn Fn(&Name) -> Option<Name>,
    beside: &mut Beside,
) {
    let Some(twin) = twin(look, definition, new) else {
        return;
    };
    if let Some(table) = beside.catalog.tables.get_mut(table) {
        table.indexes.insert(new_name(name), twin);
    }
    beside.change_places(ObjectId::Index, table, name);
}

/// Builds the index of a key beside it; the key takes it over when it is defined anew.
pub(super) fn add_key(
    look: &Look<'_>,
    table: &QualifiedName,
    name: &Name,
    index: &Index,
    new: &dyn Fn(&Name) -> Option<Name>,
    beside: &mut Beside,
) {
    let Some(twin) = twin(look, index, new) else {
        return;
    };
    if let Some(table) = beside.catalog.tables.get_mut(table) {
        table.indexes.insert(new_name(name), twin);
    }
}

/// The index over columns that are called otherwise meanwhile; nothing where it names what is not there
/// yet.
fn twin(look: &Look<'_>, definition: &Index, new: &dyn Fn(&Name) -> Option<Name>) -> Option<Index> {
    let column = |name: &Name| new(name).unwrap_or_else(|| name.clone());
    let expression = |sql: &str| {
        let text = with_columns(sql, new);
        look.is_there(&text)
            .then_some(pgwright_catalog::Expression(text))
    };
    let mut elements = Vec::new();
    for element in &definition.elements {
        let texts = [&element.operator_class, &element.collation];
        if !texts
            .iter()
            .filter_map(|t| t.as_deref())
            .all(|t| look.is_there(t))
        {
            return None;
        }
        let key = match &element.key {
            IndexKey::Column(name) => IndexKey::Column(column(name)),
            IndexKey::Expression(e) => IndexKey::Expression(expression(e.sql())?),
        };
        elements.push(IndexElement {
            key,
            ..element.clone()
        });
    }
    let predicate = match &definition.predicate {
        Some(predicate) => Some(expression(predicate.sql())?),
        None => None,
    };
    Some(Index {
        elements,
        predicate,
        include: definition.include.iter().map(column).collect(),
        ..definition.clone()
    })
}

/// Whether an index holds a column that gave its name away: it goes with that column.
pub(crate) fn goes_with_column(index: &Index) -> bool {
    let old = |name: &Name| super::is_old(name);
    super::index_names(index, &old)
}
