//! Rows beside referenced rows that the rule allows and forbids.

use std::collections::BTreeMap;

use pgwright_brief::model::{Bound, Entity, RuleForm};
use pgwright_ddl::expr::Expr;
use pgwright_ddl::solve::{Domains, satisfy};
use pgwright_ddl::value::{Assignment, Value};

use super::FAMILY;
use crate::candidates;
use crate::draft::Draft;
use crate::fixtures::{Fixtures, Row};
use crate::logic;
use crate::paths;
use crate::testing::{Case, Expected, RuleTest};
use crate::trial::{self, insert_beside};
use crate::trigger_rules::CHECK_VIOLATION;

/// Tests of every rule over referenced rows.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for entity in draft.created_entities() {
        for rule in &entity.rules {
            let RuleForm::WhenReferenced {
                condition,
                requirement,
            } = &rule.form
            else {
                continue;
            };
            if !draft
                .enforcements
                .iter()
                .any(|e| e.family == FAMILY && e.rule == rule.name)
            {
                continue;
            }
            let wanted = [
                (
                    vec![condition.clone(), requirement.clone()],
                    "the condition holds and so does what it requires",
                    true,
                ),
                (
                    vec![logic::negation(condition), logic::negation(requirement)],
                    "the condition does not hold, so nothing is required",
                    true,
                ),
                (
                    vec![condition.clone(), logic::negation(requirement)],
                    "the condition holds and what it requires does not",
                    false,
                ),
            ];
            let mut rows: Vec<(Row, &str, bool)> = Vec::new();
            for (number, (conditions, words, accepted)) in (1..).zip(wanted) {
                let row = fixtures.row(&entity.name, number);
                if let Some(row) = arranged(draft, fixtures, entity, row, &conditions) {
                    rows.push((row, words, accepted));
                }
            }
            let all: Vec<&Row> = rows.iter().map(|(row, _, _)| row).collect();
            tests.push(RuleTest {
                rule: rule.name.clone(),
                says: rule.says.clone(),
                given: fixtures.needs(&all),
                cases: rows
                    .iter()
                    .map(|(row, words, accepted)| Case {
                        says: (*words).to_owned(),
                        statements: insert_beside(fixtures, row),
                        expected: if *accepted {
                            Expected::Accepted
                        } else {
                            Expected::rejected(CHECK_VIOLATION, Some(&rule.name))
                        },
                    })
                    .collect(),
            });
        }
    }
    tests
}

/// A row with referenced rows in which the conditions hold.
fn arranged(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    row: Row,
    conditions: &[Expr],
) -> Option<Row> {
    // What is computed is changed through what it is computed from.
    let conditions: Vec<Expr> = conditions
        .iter()
        .map(|condition| {
            condition.map(&mut |part| match part {
                Expr::Column(path) => match path.as_slice() {
                    [attribute] => entity.attribute(attribute)?.computed.clone(),
                    _ => None,
                },
                _ => None,
            })
        })
        .collect();
    let conditions = conditions.as_slice();
    // The solver knows columns by one name: the path with dots.
    let mut domains = Domains::new();
    for path in conditions.iter().flat_map(Expr::columns) {
        let (attribute, references) = path.split_last()?;
        let holder = paths::target_entity(draft, &entity.name, references)?;
        let holder = draft.brief.entity(&holder)?;
        let found = Draft::stored_attributes(holder)
            .into_iter()
            .map(|(a, _)| a)
            .chain(holder.roles.iter().flat_map(|r| &r.attributes))
            .find(|a| &a.name == attribute)?;
        let mut domain = candidates::domain(&found.kind)?;
        domain.nullable = found.optional;
        let bound = |bound: &Option<Bound>, step: i128| {
            let bound = bound.as_ref()?;
            let value = bound.value.parse::<i128>().ok()?;
            Some(Value::Integer(if bound.inclusive {
                value
            } else {
                value + step
            }))
        };
        let least = bound(&found.minimum, 1).or(domain.minimum.clone());
        let most = bound(&found.maximum, -1).or(domain.maximum.clone());
        let domain = domain.between(least, most);
        domains.insert(path.join("."), domain);
    }
    let found = satisfy(conditions, &domains, &Assignment::new(), &Assignment::new())?;
    let mut tree: BTreeMap<Vec<String>, &Value> = BTreeMap::new();
    for (name, value) in &found {
        tree.insert(name.split('.').map(str::to_owned).collect(), value);
    }
    Some(with_values(fixtures, row, &tree))
}

/// The row and those it refers to, with values by path.
fn with_values(
    fixtures: &Fixtures<'_>,
    mut row: Row,
    values: &BTreeMap<Vec<String>, &Value>,
) -> Row {
    let mut deeper: BTreeMap<String, BTreeMap<Vec<String>, &Value>> = BTreeMap::new();
    for (path, value) in values {
        match path.as_slice() {
            [attribute] => match (fixtures.reference_row(&row, attribute), value) {
                // References with one value go to one row.
                (Some(usual), Value::Integer(number)) => {
                    let apart = u32::try_from(number.unsigned_abs() % 9).unwrap_or(0);
                    let target = fixtures.row_like(&usual, 41 + apart);
                    let target = trial::same_tenant(fixtures.draft, fixtures, target, &usual);
                    row = fixtures.with_reference(row, attribute, &target);
                }
                _ => row = fixtures.with(row, attribute, &value.to_sql_literal()),
            },
            [reference, rest @ ..] => {
                deeper
                    .entry(reference.clone())
                    .or_default()
                    .insert(rest.to_vec(), value);
            }
            [] => {}
        }
    }
    for (reference, values) in deeper {
        let target = with_values(fixtures, fixtures.referenced(&row, &reference), &values);
        row = fixtures.with_reference(row, &reference, &target);
    }
    row
}
