//! Pieces of rule tests that many families need.

use pgwright_brief::model::AttributeKind;

use crate::draft::{Columns, Draft};
use crate::families::is_in_a_circle;
use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, Expected};

/// The INSERTs of a row and of what must stand beside it (its role, its parts), when all that it
/// needs is there already.
pub fn insert_beside(fixtures: &Fixtures<'_>, row: &Row) -> Vec<String> {
    let needed = fixtures.needs(&[row]);
    let mut all = fixtures.insert(&[row]);
    // A figure that is corrected again after this row reads the same as the first time.
    all.retain(|statement| statement.starts_with("UPDATE ") || !needed.contains(statement));
    all
}

/// A row that must be accepted.
pub fn accepted(fixtures: &Fixtures<'_>, says: impl Into<String>, row: &Row) -> Case {
    Case {
        says: says.into(),
        statements: insert_beside(fixtures, row),
        expected: Expected::Accepted,
    }
}

/// `row` as another row of the tenant that `first` belongs to: rows of different numbers belong to
/// different tenants, and so does all that they refer to. Rows that need each other in a circle
/// share what they refer to as well. Without either it stays as it is.
pub fn same_tenant(draft: &Draft<'_>, fixtures: &Fixtures<'_>, row: Row, first: &Row) -> Row {
    let (Some(entity), Some(plan)) = (
        draft.brief.entity(&row.entity),
        draft.entities.get(&row.entity),
    ) else {
        return row;
    };
    let tenant = plan.tenant_column.as_ref();
    let circle = is_in_a_circle(draft.brief, &row.entity);
    let mut row = row;
    let whole = entity.part_of.iter().map(|p| &p.name);
    let references = entity
        .attributes
        .iter()
        .filter(|a| matches!(a.kind, AttributeKind::Reference(_)))
        .map(|a| &a.name);
    for name in whole.chain(references) {
        let Some(Columns::Reference { columns, .. }) = plan.columns.get(name) else {
            continue;
        };
        let filled = columns.iter().all(|c| {
            fixtures
                .value(first, c.as_str())
                .is_some_and(|v| v != "NULL")
        });
        let shared = tenant.is_some_and(|tenant| columns.contains(tenant)) || circle;
        if shared && filled && !row.references.contains_key(name) {
            let target = fixtures.referenced(first, name);
            row = fixtures.with_reference(row, name, &target);
        }
    }
    let Some(tenant) = tenant else {
        return row;
    };
    match fixtures.value(first, tenant.as_str()) {
        Some(value) => fixtures.with(row, tenant.as_str(), &value),
        None => row,
    }
}

/// Adds the INSERTs of what a row needs to those that are there already, but not the rows that the
/// test itself writes.
pub fn add_needs(fixtures: &Fixtures<'_>, given: &mut Vec<String>, row: &Row, written: &[&Row]) {
    // Named together, the written rows stand in for the usual ones of their numbers.
    let rows: Vec<&Row> = std::iter::once(row)
        .chain(written.iter().copied())
        .collect();
    for statement in fixtures.needs(&rows) {
        if !given.contains(&statement) {
            given.push(statement);
        }
    }
}
