//! Tests of hiding and restoring.

use pgwright_brief::model::AttributeKind;

use super::function_name;
use crate::companion;
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::testing::{Case, Expected, RuleTest};
use crate::trigger_rules::{RESTRICT_VIOLATION, UNIQUE_VIOLATION};
use crate::{names, trial, words};

/// Deleting is refused; hiding and restoring do what they say, also when a value is taken.
pub fn test_of(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &str) -> RuleTest {
    let rule = format!("{entity}_restorable");
    let spoken = words::spoken(entity);
    let plan = draft.plan(entity);
    let row = fixtures.row(entity, 1);
    let condition = fixtures.key_condition(&row);
    let call = |verb: &str| {
        format!(
            "SELECT {} FROM {} AS t WHERE {condition}",
            companion::call_with_key(plan, &function_name(draft, verb, entity), "t"),
            plan.table.quoted()
        )
    };
    let live = format!(
        "SELECT FROM {} WHERE {condition}",
        plan.read_relation.quoted()
    );
    let case = |says: &str, statements: Vec<String>, expected: Expected| Case {
        says: says.to_owned(),
        statements,
        expected,
    };
    let mut cases = vec![
        case(
            &format!("deleting {}", words::a(entity)),
            vec![fixtures.delete(&row)],
            Expected::rejected(RESTRICT_VIOLATION, Some(&rule)),
        ),
        case(
            &format!("a hidden {spoken} is not among the live ones"),
            vec![call("hide"), live.clone()],
            Expected::Returns(0),
        ),
        case(
            &format!("hiding a {spoken} that is hidden already"),
            vec![call("hide")],
            Expected::rejected("P0002", None),
        ),
        case(
            &format!("a restored {spoken} is live again"),
            vec![call("restore"), live],
            Expected::Returns(1),
        ),
    ];
    let mut given = fixtures.insert(&[&row]);
    // Before PostgreSQL 15 the view shows what its owner sees, which is one tenant's rows.
    given.extend(companion::set_tenant(draft, entity, &condition));
    if let Some((attribute, index)) = unique_attribute(draft, entity) {
        let value = fixtures.sample(entity, &attribute, 1);
        let first = fixtures.with(fixtures.row(entity, 1), &attribute, &value);
        let second = trial::same_tenant(draft, fixtures, fixtures.row(entity, 2), &first);
        let second = fixtures.with(second, &attribute, &value);
        trial::add_needs(fixtures, &mut given, &second, &[&row]);
        let mut statements = vec![
            fixtures.update(&first, &[(&attribute, &value)]),
            call("hide"),
        ];
        statements.extend(trial::insert_beside(fixtures, &second));
        cases.push(case(
            &format!(
                "a new {spoken} takes the {} of a hidden one",
                words::spoken(&attribute)
            ),
            statements,
            Expected::Accepted,
        ));
        cases.push(case(
            "restoring the hidden one then",
            vec![call("restore")],
            Expected::rejected(UNIQUE_VIOLATION, index.as_deref()),
        ));
    }
    RuleTest {
        rule,
        says: format!(
            "{} are hidden and restored, never deleted",
            words::capital(&names::plural(&spoken))
        ),
        given,
        cases,
    }
}

/// An attribute that is unique by itself among live rows, with its index when there is one only.
fn unique_attribute(draft: &Draft<'_>, entity: &str) -> Option<(String, Option<String>)> {
    let found = draft.brief.entity(entity)?;
    let attribute = found.attributes.iter().find(|a| {
        a.unique.as_ref().is_some_and(Vec::is_empty)
            && matches!(a.kind, AttributeKind::Value(_))
            && matches!(draft.columns(entity, &a.name), Some(Columns::One(_)))
    })?;
    Some((attribute.name.clone(), None))
}
