//! Rows that rules about values accept and reject.

use pgwright_brief::model::{Entity, Rule, RuleForm};
use pgwright_catalog::quote_literal;
use pgwright_ddl::expr::Expr;

use super::{check_name, range, range_rule, ranged, row_rules};
use crate::candidates::Candidates;
use crate::draft::Draft;
use crate::fixtures::{Fixtures, Row};
use crate::logic;
use crate::names;
use crate::testing::{Case, Expected, RuleTest};
use crate::trial::insert_beside;
use crate::trigger_rules::CHECK_VIOLATION;

/// Tests of every range and every rule about values.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    draft
        .created_entities()
        .flat_map(|entity| entity_tests(draft, fixtures, entity))
        .collect()
}

fn entity_tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &Entity) -> Vec<RuleTest> {
    let rules = row_rules(draft, entity);
    let candidates = Candidates::new(fixtures, entity, rules.values().cloned().collect());
    let mut tests = Vec::new();
    for enforcement in draft
        .enforcements
        .iter()
        .filter(|e| e.family == super::FAMILY)
    {
        let rule_id = enforcement.rule.as_str();
        let mut numbers = 0..;
        let mut next = || fixtures.row(&entity.name, numbers.next().unwrap_or(0) + 1);
        let (rows, constraint) = if let Some(rule) = entity.rules.iter().find(|r| r.name == rule_id)
        {
            let Some(expression) = rules.get(rule_id) else {
                continue;
            };
            let name = if logic::reads_clock(expression) {
                rule.name.clone()
            } else {
                constraint_of(draft, rule_id).unwrap_or_else(|| {
                    check_name(&draft.plan(&entity.name).table, rule).to_string()
                })
            };
            let rows = rule_rows(&candidates, &mut next, rule, expression);
            (rows, name)
        } else if let Some(test) = role_range_test(draft, fixtures, entity, rule_id) {
            tests.push(test);
            continue;
        } else if let Some((rows, name)) =
            range_rows(draft, fixtures, &candidates, &mut next, entity, rule_id)
        {
            (rows, name)
        } else {
            continue;
        };
        tests.push(test_of(
            fixtures,
            rule_id,
            &enforcement.says,
            rows,
            &constraint,
        ));
    }
    tests
}

/// Rows with what they show and whether they are accepted.
type Rows = Vec<(Row, String, bool)>;

fn test_of(
    fixtures: &Fixtures<'_>,
    rule: &str,
    says: &str,
    rows: Rows,
    constraint: &str,
) -> RuleTest {
    let all: Vec<&Row> = rows.iter().map(|(row, _, _)| row).collect();
    RuleTest {
        rule: rule.to_owned(),
        says: says.to_owned(),
        given: fixtures.needs(&all),
        cases: rows
            .iter()
            .map(|(row, words, accepted)| Case {
                says: words.clone(),
                statements: insert_beside(fixtures, row),
                expected: if *accepted {
                    Expected::Accepted
                } else {
                    Expected::rejected(CHECK_VIOLATION, Some(constraint))
                },
            })
            .collect(),
    }
}

fn rule_rows(
    candidates: &Candidates<'_>,
    next: &mut dyn FnMut() -> Row,
    rule: &Rule,
    expression: &Expr,
) -> Rows {
    let mut rows = Rows::new();
    let mut accept = |conditions: &[Expr], words: &str| {
        if let Some(row) = candidates.with_conditions(&next(), conditions) {
            rows.push((row, words.to_owned(), true));
        }
    };
    match &rule.form {
        RuleForm::When {
            condition,
            requirement,
        } => {
            accept(
                &[condition.clone(), requirement.clone()],
                "the condition holds and so does what it requires",
            );
            accept(
                &[logic::negation(condition), logic::negation(requirement)],
                "the condition does not hold, so nothing is required",
            );
        }
        _ => accept(
            std::slice::from_ref(expression),
            "values that the rule allows",
        ),
    }
    let broken = candidates.breaking(next, expression);
    rows.extend(broken.into_iter().map(|(row, words)| (row, words, false)));
    rows
}

fn range_rows(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    candidates: &Candidates<'_>,
    next: &mut dyn FnMut() -> Row,
    entity: &Entity,
    rule_id: &str,
) -> Option<(Rows, String)> {
    let (attribute, table, column, _) = ranged(draft, entity)
        .into_iter()
        .find(|(a, _, _, role)| role.is_none() && range_rule(&entity.name, &a.name) == rule_id)?;
    // An attribute of a kind is there only in rows of that kind.
    let of_kind = Draft::stored_attributes(entity)
        .into_iter()
        .find(|(a, _)| a.name == attribute.name)
        .and_then(|(_, kind)| kind);
    let mut next = || {
        let row = next();
        match (&entity.kinds, of_kind) {
            (Some(kinds), Some(kind)) => fixtures.with(row, &kinds.attribute, &quote_literal(kind)),
            _ => row,
        }
    };
    let (low, high) = (attribute.minimum.as_ref(), attribute.maximum.as_ref());
    let expression = range(&attribute.name, low, high)?;
    let mut rows = Rows::new();
    // Whether a bound can be reached may depend on rows that this one refers to.
    let looked_at = |expression: &Expr| {
        expression.columns().iter().any(|path| {
            path.as_slice() == [attribute.name.clone()]
                || matches!(path.as_slice(), [other] if entity.attribute(other)
                    .and_then(|a| a.computed.as_ref())
                    .is_some_and(|c| c.columns().contains(&vec![attribute.name.clone()])))
        })
    };
    let depends = entity.rules.iter().any(|rule| match &rule.form {
        RuleForm::WhenReferenced {
            condition,
            requirement,
        } => looked_at(condition) || looked_at(requirement),
        _ => false,
    });
    let bounds = low.into_iter().chain(high);
    for bound in bounds.filter(|b| b.inclusive && !depends) {
        let at_bound = Expr::binary(
            "=",
            Expr::column(&attribute.name),
            super::number_or_text(&bound.value),
        );
        if let Some(row) = candidates.with_conditions(&next(), &[at_bound]) {
            let words = format!("{} is {}", attribute.name.replace('_', " "), bound.value);
            rows.push((row, words, true));
        }
    }
    if rows.is_empty()
        && !(depends && attribute.default.is_some())
        && let Some(row) = candidates.with_conditions(&next(), std::slice::from_ref(&expression))
    {
        rows.push((row, "a value within the range".to_owned(), true));
    }
    let broken = candidates.breaking(&mut next, &expression);
    rows.extend(broken.into_iter().map(|(row, words)| (row, words, false)));
    let constraint = constraint_of(draft, rule_id)
        .unwrap_or_else(|| names::derived(&table, &[column.as_str()], "check").to_string());
    Some((rows, constraint))
}

/// The constraint that an enforcement names.
fn constraint_of(draft: &Draft<'_>, rule_id: &str) -> Option<String> {
    let enforcement = draft
        .enforcements
        .iter()
        .find(|e| e.family == super::FAMILY && e.rule == rule_id)?;
    enforcement.by.iter().find_map(|object| match object {
        pgwright_catalog::ObjectId::Constraint(_, name) => Some(name.to_string()),
        _ => None,
    })
}

/// The range of a role's attribute is tested by changing the role's row.
fn role_range_test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    rule_id: &str,
) -> Option<RuleTest> {
    let (attribute, table, column, role) = ranged(draft, entity)
        .into_iter()
        .find(|(a, _, _, role)| role.is_some() && range_rule(&entity.name, &a.name) == rule_id)?;
    let role = role?;
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule_id)?;
    let row = fixtures.row_in_role(&entity.name, &role, 1);
    let role_table = draft.plan(&entity.name).role_tables.get(&role)?;
    let plan_key = &draft.plan(&entity.name).key;
    let condition: Vec<String> = role_table
        .key
        .iter()
        .zip(plan_key)
        .map(|((own, _), (key, _))| {
            let value = fixtures.value(&row, key.as_str());
            format!(
                "{} = {}",
                own.quoted(),
                value.unwrap_or_else(|| "NULL".into())
            )
        })
        .collect();
    let update = |value: &str| {
        format!(
            "UPDATE {} SET {} = {value} WHERE {}",
            table.quoted(),
            column.quoted(),
            condition.join(" AND ")
        )
    };
    let constraint = constraint_of(draft, rule_id)?;
    let mut cases = Vec::new();
    for (bound, step) in [(&attribute.minimum, -1.0), (&attribute.maximum, 1.0)] {
        let Some(bound) = bound else { continue };
        let Ok(number) = bound.value.parse::<f64>() else {
            continue;
        };
        let words = attribute.name.replace('_', " ");
        if bound.inclusive {
            cases.push(Case {
                says: format!("{words} is {}", bound.value),
                statements: vec![update(&bound.value)],
                expected: Expected::Accepted,
            });
        }
        let outside = number + step;
        cases.push(Case {
            says: format!("{words} is {outside}"),
            statements: vec![update(&outside.to_string())],
            expected: Expected::rejected(CHECK_VIOLATION, Some(&constraint)),
        });
    }
    Some(RuleTest {
        rule: rule_id.to_owned(),
        says: enforcement.says.clone(),
        given: fixtures.insert(&[&row]),
        cases,
    })
}
