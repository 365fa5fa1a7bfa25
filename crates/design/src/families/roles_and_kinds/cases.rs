//! Tests of roles and kinds.

use pgwright_brief::model::{AttributeKind, Entity, Kind, Kinds};
use pgwright_catalog::{Name, QualifiedName, quote_literal};

use super::{holders, kind_attributes, kind_check, kind_columns, kind_names, role_rule};
use crate::draft::{Columns, Draft};
use crate::families::enumerations;
use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};
use crate::{trial, words};

pub(super) fn role_tests(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
) -> Vec<RuleTest> {
    let rule = format!("{}.plays_a_role", entity.name);
    let Some(enforcement) = draft.enforcements.iter().find(|e| e.rule == rule) else {
        return Vec::new();
    };
    let row = fixtures.row(&entity.name, 1);
    let constraint = role_rule(entity);
    let plan = draft.plan(&entity.name);
    let Some(table) = row.role.as_ref().and_then(|r| plan.role_tables.get(r)) else {
        return Vec::new();
    };
    vec![RuleTest {
        rule,
        says: enforcement.says.clone(),
        given: fixtures.needs(&[&row]),
        cases: vec![
            Case {
                says: "no role".to_owned(),
                statements: vec![fixtures.insert_only(&row)],
                expected: Expected::rejected("23514", Some(constraint.as_str())),
            },
            trial::accepted(fixtures, "one role", &row),
            Case {
                says: "the last role taken away".to_owned(),
                statements: vec![format!(
                    "DELETE FROM {} WHERE {}",
                    table.table.quoted(),
                    role_condition(fixtures, &row, &table.key)
                )],
                expected: Expected::rejected("23514", Some(constraint.as_str())),
            },
        ],
    }]
}

fn role_condition(fixtures: &Fixtures<'_>, row: &Row, key: &[(Name, String)]) -> String {
    let (last, _) = match key.last() {
        Some(last) => last,
        None => return "false".to_owned(),
    };
    format!("{} = {}", last.quoted(), fixtures.key_value(row))
}

pub(super) fn kind_tests(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    kinds: &Kinds,
) -> Option<RuleTest> {
    let rule = format!("{}.{}", entity.name, kinds.attribute);
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let plan = draft.plan(&entity.name);
    let Columns::One(column) = plan.columns.get(&kinds.attribute)? else {
        return None;
    };
    let is = |kind: &Kind, number| {
        fixtures.with(
            fixtures.row(&entity.name, number),
            column.as_str(),
            &quote_literal(&kind.name),
        )
    };
    let first = kinds.kinds.first()?;
    let enumerated = enumerations::is_enum(&kind_names(kinds));
    let mut rows = vec![is(first, 1)];
    let mut cases = vec![
        Case {
            says: "a kind that is not in the list".to_owned(),
            statements: vec![fixtures.insert_only(&fixtures.with(
                is(first, 1),
                column.as_str(),
                "'no such kind'",
            ))],
            expected: Expected::rejected(if enumerated { "22P02" } else { "23514" }, None),
        },
        Case {
            says: "no kind".to_owned(),
            statements: vec![fixtures.insert_only(&fixtures.with(
                is(first, 1),
                column.as_str(),
                "NULL",
            ))],
            expected: Expected::rejected("23502", None),
        },
    ];
    for stored in kind_attributes(entity) {
        if !matches!(
            stored.attribute.kind,
            AttributeKind::Value(_) | AttributeKind::OneOf(_) | AttributeKind::States(_)
        ) {
            continue;
        }
        let holders = holders(kinds, &stored);
        // Of several columns the others would be missed, or be one too many, first.
        let columns = kind_columns(draft, &stored);
        let [(name, required)] = columns.as_slice() else {
            continue;
        };
        let constraint = kind_check(&plan.table, name);
        // What is left out is filled in where there is a default.
        let filled = stored.attribute.default.is_some();
        if *required
            && !filled
            && let Some(holder) = holders.first()
        {
            let row = is(holder, 1);
            cases.push(Case {
                says: format!(
                    "{} without {}",
                    words::a(&holder.name),
                    words::a(&stored.attribute.name)
                ),
                statements: vec![fixtures.insert_only(&fixtures.with(
                    row.clone(),
                    name.as_str(),
                    "NULL",
                ))],
                expected: Expected::rejected("23514", Some(constraint.as_str())),
            });
            rows.push(row);
        }
        let stranger = kinds
            .kinds
            .iter()
            .find(|k| !holders.iter().any(|h| h.name == k.name));
        if let Some(stranger) = stranger {
            let sample = fixtures.sample(&entity.name, &stored.attribute.name, 1);
            cases.push(Case {
                says: format!(
                    "{} with {}",
                    words::a(&stranger.name),
                    words::a(&stored.attribute.name)
                ),
                statements: vec![fixtures.insert_only(&fixtures.with(
                    is(stranger, 1),
                    name.as_str(),
                    &sample,
                ))],
                expected: Expected::rejected("23514", Some(constraint.as_str())),
            });
        }
    }
    for (number, kind) in (1..).zip(&kinds.kinds) {
        let row = is(kind, number);
        cases.push(trial::accepted(fixtures, words::a(&kind.name), &row));
        rows.push(row);
    }
    let mut given: Vec<String> = Vec::new();
    for row in &rows {
        for statement in fixtures.needs(&[row]) {
            if !given.contains(&statement) {
                given.push(statement);
            }
        }
    }
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given,
        cases,
    })
}

/// Two sessions that each take away one of the last two roles.
pub(super) fn last_roles(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
) -> Option<ConcurrentTest> {
    let rule = format!("{}.plays_a_role", entity.name);
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let plan = draft.plan(&entity.name);
    let bare: Vec<_> = entity
        .roles
        .iter()
        .filter(|r| r.attributes.iter().all(|a| a.optional))
        .filter_map(|r| plan.role_tables.get(&r.name).map(|t| (r, t)))
        .collect();
    let [(first, one), (_, other), ..] = bare.as_slice() else {
        return None;
    };
    let row = fixtures.row_in_role(&entity.name, &first.name, 1);
    let mut given = fixtures.insert(&[&row]);
    // The second role has the key of the first.
    let list = |key: &[(Name, String)]| {
        key.iter()
            .map(|(column, _)| column.quoted())
            .collect::<Vec<_>>()
            .join(", ")
    };
    given.push(format!(
        "INSERT INTO {} ({}) SELECT {} FROM {}",
        other.table.quoted(),
        list(&other.key),
        list(&one.key),
        one.table.quoted()
    ));
    let step = |session, sql: String, expected| SessionStep {
        session,
        sql,
        expected,
    };
    let delete = |table: &QualifiedName| format!("DELETE FROM {}", table.quoted());
    let count = |table: &QualifiedName| format!("(SELECT count(*) FROM {})", table.quoted());
    Some(ConcurrentTest {
        rule,
        says: format!(
            "{} Two sessions each take away one of the last two roles.",
            enforcement.says
        ),
        given,
        steps: vec![
            step(1, "BEGIN".to_owned(), StepExpected::Done),
            step(2, "BEGIN".to_owned(), StepExpected::Done),
            step(1, delete(&one.table), StepExpected::Done),
            step(2, delete(&other.table), StepExpected::Done),
            step(
                1,
                "SET CONSTRAINTS ALL IMMEDIATE".to_owned(),
                StepExpected::Done,
            ),
            step(
                2,
                "COMMIT".to_owned(),
                StepExpected::WaitsThenFails("23514".to_owned()),
            ),
            step(1, "COMMIT".to_owned(), StepExpected::Done),
        ],
        finally: format!("SELECT {} + {} = 1", count(&one.table), count(&other.table)),
    })
}
