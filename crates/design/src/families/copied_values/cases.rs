//! Rows that take copies, and changes of what is set once.

use pgwright_brief::model::{Attribute, AttributeKind, Entity};

use super::{copied, copy_rule, fixed, fixed_constraint, fixed_rule, is_set_once};
use crate::draft::Draft;
use crate::fixtures::{Fixtures, Row};
use crate::paths;
use crate::testing::{Case, Expected, RuleTest};
use crate::trial::insert_beside;
use crate::trigger_rules::RESTRICT_VIOLATION;

/// Tests of every copied and every fixed attribute.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for entity in draft.created_entities() {
        for (attribute, path, _) in copied(draft, entity) {
            tests.extend(copy_test(draft, fixtures, entity, attribute, path));
        }
        for fixed in fixed(draft, entity) {
            if entity.append_only || fixed.role.is_some() {
                continue;
            }
            for (attribute, _) in &fixed.attributes {
                tests.extend(fixed_test(draft, fixtures, entity, attribute));
            }
        }
    }
    tests
}

fn says<'d>(draft: &'d Draft<'_>, rule: &str) -> Option<&'d str> {
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    Some(&enforcement.says)
}

fn copy_test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    attribute: &Attribute,
    path: &[String],
) -> Option<RuleTest> {
    let rule = copy_rule(entity, attribute);
    let says = says(draft, &rule)?.to_owned();
    let (last, references) = path.split_last()?;
    let source_entity = paths::target_entity(draft, &entity.name, references)?;
    // Attributes of roles are in another table than the fixture's row.
    draft.columns(&source_entity, last)?;
    let column = draft.column(&entity.name, &attribute.name)?.quoted();

    let row = fixtures.with(fixtures.row(&entity.name, 1), &attribute.name, "NULL");
    let source = references.iter().fold(row.clone(), |row, reference| {
        fixtures.referenced(&row, reference)
    });
    let value = fixtures.value(&source, last)?;
    if value.eq_ignore_ascii_case("null") {
        return None;
    }
    let given_row = fixtures.row(&entity.name, 2);
    let given_value = fixtures.sample(&entity.name, &attribute.name, 2);
    let given_row = fixtures.with(given_row, &attribute.name, &given_value);

    let holds = |row: &Row, value: &str| {
        format!(
            "SELECT FROM {} WHERE {} AND {column} = {value}",
            fixtures.table_of(row).quoted(),
            fixtures.key_condition(row)
        )
    };
    let mut statements = insert_beside(fixtures, &row);
    statements.push(holds(&row, &value));
    let mut given_statements = insert_beside(fixtures, &given_row);
    given_statements.push(holds(&given_row, &given_value));
    let mut cases = vec![
        Case {
            says: "no value is given: the source's is taken".to_owned(),
            statements,
            expected: Expected::Returns(1),
        },
        Case {
            says: "a value is given: it stays".to_owned(),
            statements: given_statements,
            expected: Expected::Returns(1),
        },
    ];
    if may_change(draft, &source_entity, last) {
        let other = fixtures.sample(&source_entity, last, 3);
        let changed = match is_number(draft, &source_entity, last) {
            true => format!("{value} + 1"),
            false => other,
        };
        cases.push(Case {
            says: "the source changes afterwards: the copy does not".to_owned(),
            statements: vec![
                fixtures.update(&source, &[(last.as_str(), changed.as_str())]),
                holds(&row, &value),
            ],
            expected: Expected::Returns(1),
        });
    }
    Some(RuleTest {
        rule,
        says,
        given: fixtures.needs(&[&row, &given_row]),
        cases,
    })
}

fn may_change(draft: &Draft<'_>, entity: &str, attribute: &str) -> bool {
    draft.brief.entity(entity).is_some_and(|e| {
        !e.append_only
            && e.existing.is_none()
            && e.attribute(attribute).is_some_and(|a| {
                !is_set_once(a)
                    && a.computed.is_none()
                    && a.running_total.is_none()
                    && a.maximum.is_none()
            })
    })
}

fn is_number(draft: &Draft<'_>, entity: &str, attribute: &str) -> bool {
    let data_type = draft.column(entity, attribute).and_then(|column| {
        draft
            .table(entity)
            .column(column.as_str())
            .map(|c| c.data_type.clone())
    });
    data_type.is_some_and(|t| {
        ["numeric", "bigint", "integer", "smallint"]
            .iter()
            .any(|n| t.starts_with(n))
    })
}

fn fixed_test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    attribute: &Attribute,
) -> Option<RuleTest> {
    let rule = fixed_rule(entity, attribute);
    let says = says(draft, &rule)?.to_owned();
    let constraint = fixed_constraint(&draft.plan(&entity.name).table, attribute);
    let rejected = Expected::rejected(RESTRICT_VIOLATION, Some(&constraint));
    let mut row = fixtures.row(&entity.name, 1);
    let mut given;
    let update;
    match &attribute.kind {
        AttributeKind::Reference(_) | AttributeKind::Either(_) => {
            let target = fixtures.referenced(&row, &attribute.name);
            let other = fixtures.referenced(&fixtures.row(&entity.name, 2), &attribute.name);
            row = fixtures.with_reference(row, &attribute.name, &target);
            given = fixtures.insert(&[&row]);
            for statement in fixtures.insert(&[&other]) {
                if !given.contains(&statement) {
                    given.push(statement);
                }
            }
            update = fixtures.update(&row, &[(&attribute.name, &fixtures.key_value(&other))]);
        }
        _ => {
            let is_set = fixtures
                .value(&row, &attribute.name)
                .is_some_and(|v| !v.eq_ignore_ascii_case("null"));
            if !is_set {
                let value = fixtures.sample(&entity.name, &attribute.name, 1);
                row = fixtures.with(row, &attribute.name, &value);
            }
            given = fixtures.insert(&[&row]);
            let set = fixtures.value(&row, &attribute.name)?;
            let other = fixtures.sample(&entity.name, &attribute.name, 2);
            // A value of which there are few may come out the same: clearing it changes it too.
            let other = if other == set {
                "NULL".to_owned()
            } else {
                other
            };
            update = fixtures.update(&row, &[(&attribute.name, &other)]);
        }
    }
    let unchanged = draft.column(&entity.name, &attribute.name)?.quoted();
    Some(RuleTest {
        rule,
        says,
        given,
        cases: vec![
            Case {
                says: "changing it".to_owned(),
                statements: vec![update],
                expected: rejected,
            },
            Case {
                says: "writing the same value again".to_owned(),
                statements: vec![fixtures.update(&row, &[(&attribute.name, &unchanged)])],
                expected: Expected::Accepted,
            },
        ],
    })
}
