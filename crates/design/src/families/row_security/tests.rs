//! Tests of row-level security: two tenants, and two of those who see only their own.

use pgwright_brief::model::Visibility;
use pgwright_catalog::{ConstraintKind, TriggerEvent, TriggerTiming, quote_literal};

use super::visibility;
use crate::companion;
use crate::draft::Draft;
use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, Expected, RuleTest};
use crate::words;

/// PostgreSQL's `insufficient_privilege`, also for a row that a policy refuses.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

fn case(says: String, statements: Vec<String>, expected: Expected) -> Case {
    Case {
        says,
        statements,
        expected,
    }
}

fn as_role(role: &str) -> String {
    format!(
        "SET LOCAL ROLE {}",
        pgwright_catalog::quote_identifier(role)
    )
}

fn set(setting: &str, value: &str) -> String {
    format!(
        "SELECT set_config({}, ({value})::text, true)",
        quote_literal(setting)
    )
}

/// One test for each entity whose rows belong to a tenant.
pub fn of_tenants(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let Some(policy) = &draft.brief.policies.tenancy else {
        return Vec::new();
    };
    let setting = draft.setting("tenant");
    let readwrite = companion::role(draft, "readwrite");
    let owner = companion::role(draft, "owner");
    let mut tests = Vec::new();
    for name in companion::designed_entities(draft) {
        let is_tenant = name == policy.tenant;
        if draft.plan(&name).tenant_column.is_none() && !is_tenant {
            continue;
        }
        let table = draft.plan(&name).table.quoted();
        let spoken = words::spoken(&name);
        let (one, two) = (fixtures.row(&name, 1), fixtures.row(&name, 2));
        let first = fixtures.key_value(&fixtures.row(&policy.tenant, 1));
        let select = |row: &Row| {
            format!(
                "SELECT {} FROM {table} WHERE {}",
                companion::own_key(draft.plan(&name)).0.quoted(),
                fixtures.key_condition(row)
            )
        };
        let mut cases = vec![
            case(
                format!("a session sees the {spoken} of its own tenant"),
                vec![
                    as_role(readwrite.as_str()),
                    set(&setting, &first),
                    select(&one),
                ],
                Expected::Returns(1),
            ),
            case(
                format!("it does not see the {spoken} of another"),
                vec![
                    as_role(readwrite.as_str()),
                    set(&setting, &first),
                    select(&two),
                ],
                Expected::Returns(0),
            ),
            case(
                "a session that names no tenant sees nothing".to_owned(),
                vec![
                    as_role(readwrite.as_str()),
                    set(&setting, "''"),
                    select(&one),
                ],
                Expected::Returns(0),
            ),
        ];
        if !is_tenant {
            cases.push(case(
                "the owner of the tables sees no other tenant's rows either".to_owned(),
                vec![as_role(owner.as_str()), set(&setting, &first), select(&two)],
                Expected::Returns(0),
            ));
        }
        let mut given = fixtures.insert(&[&one, &two]);
        let third = fixtures.row(&name, 3);
        if !is_tenant && inserts_plainly(draft, &name) {
            given.extend(fixtures.needs(&[&third]));
            for role in [&readwrite, &owner] {
                cases.push(case(
                    format!("{role} adds a row to another tenant"),
                    vec![
                        as_role(role.as_str()),
                        set(&setting, &first),
                        fixtures.insert_only(&third),
                    ],
                    Expected::rejected(INSUFFICIENT_PRIVILEGE, None),
                ));
            }
        }
        tests.push(RuleTest {
            rule: "tenancy".to_owned(),
            says: format!(
                "{} of one {} are invisible to another",
                words::capital(&words::spoken(draft.plan(&name).table.name.as_str())),
                words::spoken(&policy.tenant)
            ),
            given,
            cases,
        });
    }
    tests
}

/// No trigger and no exclusion speaks up before the policy does.
fn inserts_plainly(draft: &Draft<'_>, entity: &str) -> bool {
    let table = draft.table(entity);
    let before = table
        .triggers
        .values()
        .any(|t| t.timing == TriggerTiming::Before && t.events.contains(&TriggerEvent::Insert));
    let excluded = table
        .constraints
        .values()
        .any(|c| matches!(c.kind, ConstraintKind::Exclusion { .. }));
    !before && !excluded
}

/// One test for each who and each entity that it sees through a reference to `me`.
pub fn of_visibility(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    draft
        .brief
        .policies
        .visibility
        .iter()
        .map(|rule| of_rule(draft, fixtures, rule))
        .collect()
}

fn of_rule(draft: &Draft<'_>, fixtures: &Fixtures<'_>, rule: &Visibility) -> RuleTest {
    let role = visibility::who_role(draft, rule);
    let setting = draft.setting(&visibility::me(draft, rule));
    let mut given = Vec::new();
    let mut cases = Vec::new();
    let mut rows: Vec<Row> = Vec::new();
    for entity in &rule.sees {
        let table = draft.plan(entity).table.quoted();
        let (one, two) = (fixtures.row(entity, 1), fixtures.row(entity, 2));
        let key = companion::own_key(draft.plan(entity)).0.quoted();
        let spoken = words::spoken(entity);
        let select = |row: &Row| {
            format!(
                "SELECT {key} FROM {table} WHERE {}",
                fixtures.key_condition(row)
            )
        };
        // Whose a row is can be told when it refers to `me` itself.
        if let Some(attribute) = reference_to_me(draft, rule, entity) {
            let mine = fixtures.referenced(&one, &attribute);
            let value = fixtures.key_value(&mine);
            cases.push(case(
                format!("without saying who it is, it sees no {spoken}"),
                vec![
                    as_role(role.as_str()),
                    set(&setting, "''"),
                    format!("SELECT {key} FROM {table}"),
                ],
                Expected::Returns(0),
            ));
            cases.push(case(
                format!("it sees its own {spoken}"),
                vec![as_role(role.as_str()), set(&setting, &value), select(&one)],
                Expected::Returns(1),
            ));
            cases.push(case(
                format!("it does not see the {spoken} of another"),
                vec![as_role(role.as_str()), set(&setting, &value), select(&two)],
                Expected::Returns(0),
            ));
        }
        cases.push(case(
            format!("it changes {}", words::a(entity)),
            vec![as_role(role.as_str()), format!("DELETE FROM {table}")],
            Expected::rejected(INSUFFICIENT_PRIVILEGE, None),
        ));
        rows.extend([one, two]);
    }
    let references: Vec<&Row> = rows.iter().collect();
    given.extend(fixtures.insert(&references));
    // Where rows belong to a tenant besides, both conditions hold.
    if let Some(first) = rows.first() {
        given.extend(companion::set_tenant(
            draft,
            &first.entity,
            &fixtures.key_condition(first),
        ));
    }
    if let Some(other) = companion::designed_entities(draft)
        .into_iter()
        .find(|name| !visibility::seen_by(draft, rule).contains(&draft.plan(name).table))
    {
        cases.push(case(
            format!("it reads {}", words::a(&other)),
            vec![
                as_role(role.as_str()),
                format!("SELECT FROM {}", draft.plan(&other).table.quoted()),
            ],
            Expected::rejected(INSUFFICIENT_PRIVILEGE, None),
        ));
    }
    RuleTest {
        rule: visibility::rule_id(rule),
        says: rule.says.clone(),
        given,
        cases,
    }
}

/// An attribute of the entity that refers to what `me` is, when the condition is about that alone.
fn reference_to_me(draft: &Draft<'_>, rule: &Visibility, entity: &str) -> Option<String> {
    use pgwright_brief::model::AttributeKind;
    let found = draft.brief.entity(entity)?;
    let compared = |name: &str| {
        let squeezed: String = rule
            .condition
            .chars()
            .filter(|c| !c.is_whitespace())
            .collect();
        squeezed == format!("{name}=me") || squeezed == format!("{entity}.{name}=me")
    };
    found
        .attributes
        .iter()
        .find(|a| {
            matches!(&a.kind, AttributeKind::Reference(r) if r.entity == rule.me.entity)
                && compared(&a.name)
        })
        .map(|a| a.name.clone())
        .or_else(|| {
            found
                .part_of
                .as_ref()
                .filter(|p| p.whole == rule.me.entity && compared(&p.name))
                .map(|p| p.name.clone())
        })
}
