//! Functions whose body lists the columns of a table by their place: PostgreSQL appends columns, and what is
//! kept aside stands among them, so that the rows such a function returns may not be those of the table.

use std::collections::BTreeMap;

use pgwright_catalog::write::scan;
use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, RoutineBody};

use crate::aside::aside_column;
use crate::change::Change;
use crate::plan::PlanError;
use crate::replace::names_type;
use crate::step::Action;
use crate::way::Way;

/// The columns of tables as they stand, those that are kept aside among them.
pub(crate) type Places = BTreeMap<QualifiedName, Vec<Name>>;

/// The columns of all tables.
pub(crate) fn places(catalog: &Catalog) -> Places {
    let tables = catalog.tables.keys();
    tables
        .map(|table| (table.clone(), names(catalog, table)))
        .collect()
}

fn names(catalog: &Catalog, table: &QualifiedName) -> Vec<Name> {
    let columns = catalog.columns_of(table).into_iter();
    columns.map(|c| c.name.clone()).collect()
}

/// Moves the columns as the changes of a way do.
pub(crate) fn follow(places: &mut Places, way: &Way, to: &Catalog) {
    let tables = way.changes.iter().filter(|c| c.action == Action::Create);
    for change in tables {
        if let ObjectId::Table(table) = &change.object {
            places.insert(table.clone(), names(to, table));
        }
    }
    for change in &way.drops {
        let ObjectId::Column(table, column) = &change.object else {
            continue;
        };
        let Some(columns) = places.get_mut(table) else {
            continue;
        };
        let aside = aside_column(column);
        let renamed = change.up.iter().any(|s| s.sql.contains(aside.as_str()));
        if change.action == Action::Drop {
            columns.retain(|c| c != column);
        } else if let Some(place) = columns.iter_mut().find(|c| *c == column && renamed) {
            *place = aside;
        }
    }
    for change in added(&way.changes) {
        if let ObjectId::Column(table, column) = &change.object
            && let Some(columns) = places.get_mut(table)
        {
            columns.retain(|c| c != column);
            columns.push(column.clone());
        }
    }
}

/// Columns that were kept are in their places again.
pub(crate) fn restore(places: &mut Places, way: &Way) {
    for (table, column) in way.kept.columns() {
        let aside = aside_column(&column.name);
        let columns = places.get_mut(table);
        if let Some(place) = columns.and_then(|c| c.iter_mut().find(|c| **c == aside)) {
            *place = column.name.clone();
        }
    }
}

fn added(changes: &[Change]) -> impl Iterator<Item = &Change> {
    changes.iter().filter(|c| c.action == Action::Create)
}

/// Refuses functions that a way makes and that list columns which stand otherwise.
///
/// # Errors
///
/// [`PlanError::Impossible`] for the first of them.
pub(crate) fn check(places: &Places, way: &Way, to: &Catalog) -> Result<(), PlanError> {
    for change in added(&way.changes) {
        let ObjectId::Routine(signature) = &change.object else {
            continue;
        };
        let Some(routine) = to.routines.get(signature) else {
            continue;
        };
        let (RoutineBody::Sql(body), Some(returns)) = (&routine.body, &routine.returns) else {
            continue;
        };
        let words: Vec<_> = scan(body).iter().filter_map(|t| t.name()).collect();
        let tables = to.tables.keys().filter(|table| names_type(returns, table));
        for table in tables {
            let wanted = names(to, table);
            let listed = wanted.iter().all(|c| words.contains(&c.to_string()));
            let found = places.get(table).unwrap_or(&wanted);
            if listed && *found != wanted {
                let list = |names: &[Name]| {
                    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
                    names.join(", ")
                };
                return Err(PlanError::Impossible {
                    object: Box::new(change.object.clone()),
                    problem: format!(
                        "it lists the columns of {table} by their place ({}), where they stand in another \
                         order ({})\nhint: let it return a type of its own, or the columns by name; columns \
                         that go stay aside in their places unless --no-keep is given",
                        list(&wanted),
                        list(found)
                    ),
                });
            }
        }
    }
    Ok(())
}
