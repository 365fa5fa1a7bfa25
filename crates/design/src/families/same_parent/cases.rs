//! Tests of shared parents: a reference that goes astray.

use pgwright_brief::model::{AttributeKind, Entity, Path, Rule};

use super::hop;
use crate::draft::Draft;
use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, Expected, RuleTest};
use crate::{trial, words};

pub(super) fn test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    rule: &Rule,
    left: &Path,
    right: &Path,
) -> Option<RuleTest> {
    let enforcement = draft
        .enforcements
        .iter()
        .find(|e| e.rule == rule.name && e.family == "same_parent")?;
    let row = with_path(draft, fixtures, entity, left, fixtures.row(&entity.name, 1));
    let row = with_path(draft, fixtures, entity, right, row);
    let sqlstate = if left.len() == 1 && right.len() == 1 {
        "23514"
    } else {
        "23503"
    };
    let mut given = fixtures.needs(&[&row]);
    let mut cases = Vec::new();
    for path in [left, right] {
        let Some(name) = path.first() else {
            continue;
        };
        let here = fixtures.referenced(&row, name);
        let target = Row {
            role: here.role.clone(),
            ..fixtures.row(&here.entity, 4)
        };
        // Only the reference's own column: everything else stays as the rule wants it.
        let Some(column) = hop(draft, &entity.name, name).and_then(|h| h.own.last().cloned())
        else {
            continue;
        };
        let mut astray = fixtures.with(row.clone(), column.as_str(), &fixtures.key_value(&target));
        let before = fixtures.insert(&[&target]);
        for statement in before {
            if !given.contains(&statement) {
                given.push(statement);
            }
        }
        // The columns that repeat a path say what the row's other references lead to.
        for (_, columns) in &draft.plan(&entity.name).carried {
            for column in columns {
                if let Some(value) = fixtures.value(&row, column.as_str()) {
                    astray = fixtures.with(astray, column.as_str(), &value);
                }
            }
        }
        // In a partitioned or tenant's table other columns of the reference would change too.
        if let Some(tenant) = &draft.plan(&entity.name).tenant_column
            && let Some(value) = fixtures.value(&row, tenant.as_str())
        {
            astray = fixtures.with(astray, tenant.as_str(), &value);
        }
        let astray = fixtures.insert_only(&astray);
        // Where the path is the tenant's, the row cannot differ in it alone.
        if astray == fixtures.insert_only(&row) {
            continue;
        }
        cases.push(Case {
            says: format!("another {}", words::spoken(name)),
            statements: vec![astray],
            expected: Expected::rejected(sqlstate, None),
        });
    }
    cases.push(trial::accepted(fixtures, "both the same", &row));
    Some(RuleTest {
        rule: rule.name.clone(),
        says: enforcement.says.clone(),
        given,
        cases,
    })
}

/// The row with the first reference of the path there, if it may be empty.
fn with_path(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    path: &Path,
    row: Row,
) -> Row {
    let _ = draft;
    let Some(name) = path.first() else {
        return row;
    };
    let optional = entity
        .attribute(name)
        .is_some_and(|a| a.optional && matches!(a.kind, AttributeKind::Reference(_)));
    if optional {
        let target = fixtures.referenced(&row, name);
        fixtures.with_reference(row, name, &target)
    } else {
        row
    }
}
