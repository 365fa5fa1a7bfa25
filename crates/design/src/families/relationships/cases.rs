//! Tests of references: a row that is not there, another tenant's row, and what deletion does.

use pgwright_brief::model::{AttributeKind, RuleForm, ValueType};
use pgwright_catalog::{ConstraintKind, ReferentialAction, TriggerEvent, TriggerTiming};

use super::{Link, links};
use crate::draft::Draft;
use crate::fixtures::{Fixtures, Row};
use crate::layout::Place;
use crate::testing::{Case, Expected, RuleTest};
use crate::{trial, words};

pub(super) fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for link in links(draft.brief) {
        if matches!(link.stored.map(|s| s.place), Some(Place::Role(_))) {
            continue;
        }
        tests.extend(exists(draft, fixtures, &link));
        tests.extend(single(draft, fixtures, &link));
    }
    tests
}

/// A row that holds the reference, filled.
fn holder(draft: &Draft<'_>, fixtures: &Fixtures<'_>, link: &Link<'_>) -> Row {
    let mut row = fixtures.row(&link.entity.name, 1);
    if let Some(stored) = &link.stored
        && let Place::Kind(kind) = stored.place
        && let Some(kinds) = &link.entity.kinds
    {
        row = fixtures.with(
            row,
            &kinds.attribute,
            &pgwright_catalog::quote_literal(&kind.name),
        );
    }
    let target = match &link.target.role {
        Some(role) => fixtures.row_in_role(&link.target.entity, role, 1),
        None => fixtures.row(&link.target.entity, 1),
    };
    // A row that refers to its own entity refers to another row of it; and so does one that its
    // target needs.
    let circular = || {
        let alone = fixtures.insert_only(&row);
        fixtures.needs(&[&target]).contains(&alone)
    };
    if link.target.entity == link.entity.name || circular() {
        let other = match &link.target.role {
            Some(role) => fixtures.row_in_role(&link.target.entity, role, 2),
            None => fixtures.row(&link.target.entity, 2),
        };
        let other = trial::same_tenant(draft, fixtures, other, &row);
        return fixtures.with_reference(row, link.name, &other);
    }
    fixtures.with_reference(row, link.name, &target)
}

/// A key that no row has, of the form that the target's key has.
fn missing_key(draft: &Draft<'_>, link: &Link<'_>, data_type: &str) -> &'static str {
    let target = draft.brief.entity(&link.target.entity);
    let code = target.and_then(|e| match e.key.as_deref() {
        Some([only]) => match &e.attribute(only)?.kind {
            AttributeKind::Value(meaning) => Some(meaning),
            _ => None,
        },
        _ => None,
    });
    match (code, data_type) {
        (Some(ValueType::Country), _) => return "'ZZ'",
        (Some(ValueType::Language), _) => return "'zz'",
        _ => {}
    }
    match data_type {
        "uuid" => "'ffffffff-ffff-7fff-bfff-ffffffffffff'",
        "bigint" | "integer" | "smallint" | "numeric" => "-1",
        "date" => "'1900-01-01'",
        "timestamp with time zone" => "'1900-01-01 00:00+00'",
        _ => "'ZZZ'",
    }
}

fn exists(draft: &Draft<'_>, fixtures: &Fixtures<'_>, link: &Link<'_>) -> Option<RuleTest> {
    let rule = format!("{}_exists", link.part());
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let (columns, own) = link.columns(draft)?;
    let column = own.last().or(columns.last())?;
    let table = link.table(draft);
    let data_type = draft
        .catalog
        .tables
        .get(&table)?
        .column(column.as_str())?
        .data_type
        .clone();
    let row = holder(draft, fixtures, link);
    let constraint = link.constraint(draft)?;
    let existing = draft
        .brief
        .entity(&link.target.entity)
        .is_some_and(|e| e.existing.is_some());
    let mut missing = fixtures.with(
        row.clone(),
        column.as_str(),
        missing_key(draft, link, &data_type),
    );
    // What is taken from the missing row would be missing too, and be noticed first.
    for attribute in &link.entity.attributes {
        if attribute
            .copied_from
            .as_ref()
            .and_then(|p| p.first())
            .map(String::as_str)
            == Some(link.name)
        {
            let sample = fixtures.sample(&link.entity.name, &attribute.name, 1);
            missing = fixtures.with(missing, &attribute.name, &sample);
        }
    }
    // Other foreign keys, policies and triggers may look at the same column first.
    let alone = draft
        .catalog
        .tables
        .get(&table)?
        .foreign_keys()
        .filter(|(_, key)| key.columns.contains(column))
        .count()
        == 1
        && !draft
            .catalog
            .tables
            .get(&table)?
            .triggers
            .values()
            .any(|t| t.timing == TriggerTiming::Before && t.events.contains(&TriggerEvent::Insert));
    let named = alone.then_some(constraint.as_str());
    let mut given = fixtures.needs(&[&row]);
    let mut cases = vec![Case {
        says: format!("{} that is not there", link.target_words()),
        statements: vec![fixtures.insert_only(&missing)],
        expected: Expected::rejected("23503", named),
    }];
    let tenants = draft.plan(&link.entity.name).tenant_column.is_some()
        && draft.plan(&link.target.entity).tenant_column.is_some()
        && !own.is_empty();
    if tenants && link.target.role.is_none() && !is_in_same_path(link) {
        let foreign = fixtures.row(&link.target.entity, 3);
        for statement in fixtures.insert(&[&foreign]) {
            if !given.contains(&statement) {
                given.push(statement);
            }
        }
        let across = fixtures.with(row.clone(), column.as_str(), &fixtures.key_value(&foreign));
        cases.push(Case {
            says: format!("{} of another tenant", link.target_words()),
            statements: vec![fixtures.insert_only(&across)],
            expected: Expected::rejected("23503", named),
        });
    }
    cases.push(trial::accepted(
        fixtures,
        format!("{} that is there", link.target_words()),
        &row,
    ));
    if !existing && let Some(case) = deletion(draft, fixtures, link, &row) {
        cases.push(case);
    }
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given,
        cases,
    })
}

fn is_in_same_path(link: &Link<'_>) -> bool {
    link.entity.rules.iter().any(|rule| {
        matches!(&rule.form, RuleForm::SamePath { left, right }
            if left.first().is_some_and(|n| n == link.name)
                || right.first().is_some_and(|n| n == link.name))
    })
}

/// Nothing but the foreign keys watches over the deletion of this entity's rows.
fn is_plainly_deletable(draft: &Draft<'_>, entity: &str) -> bool {
    draft.brief.entity(entity).is_some_and(|e| {
        !e.append_only
            && !draft.plan(entity).restorable
            && !e
                .rules
                .iter()
                .any(|r| matches!(r.form, RuleForm::Frozen { .. }))
            && !draft
                .table(entity)
                .triggers
                .values()
                .any(|t| t.events.contains(&TriggerEvent::Delete))
    })
}

fn deletion(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    link: &Link<'_>,
    row: &Row,
) -> Option<Case> {
    let target = fixtures.referenced(row, link.name);
    let constraint = link.constraint(draft)?;
    let table = draft.catalog.tables.get(&link.table(draft))?;
    let ConstraintKind::ForeignKey(key) = &table.constraints.get(&constraint)?.kind else {
        return None;
    };
    if !is_plainly_deletable(draft, &link.target.entity)
        || !is_plainly_deletable(draft, &link.entity.name)
    {
        return None;
    }
    match &key.on_delete {
        ReferentialAction::NoAction | ReferentialAction::Restrict => Some(Case {
            says: format!("deleting {} that is referred to", link.target_words()),
            statements: vec![fixtures.delete(&target)],
            expected: Expected::rejected("23503", None),
        }),
        // What else refers to the whole decides whether it can go: the part alone may be all.
        ReferentialAction::Cascade
            if draft
                .catalog
                .references_to(&draft.plan(&link.target.entity).table)
                .count()
                == 1 =>
        {
            Some(Case {
                says: format!(
                    "deleting {} deletes its {}",
                    link.target_words(),
                    words::spoken(&link.entity.name)
                ),
                statements: vec![
                    fixtures.delete(&target),
                    format!(
                        "SELECT FROM {} WHERE {}",
                        draft.plan(&link.entity.name).table.quoted(),
                        fixtures.key_condition(row)
                    ),
                ],
                expected: Expected::Returns(0),
            })
        }
        _ => None,
    }
}

fn single(draft: &Draft<'_>, fixtures: &Fixtures<'_>, link: &Link<'_>) -> Option<RuleTest> {
    let rule = format!("{}_single", link.part());
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let one = holder(draft, fixtures, link);
    let target = fixtures.referenced(&one, link.name);
    // Row 2 may be what both refer to.
    let other = fixtures.with_reference(fixtures.row(&link.entity.name, 3), link.name, &target);
    let other = trial::same_tenant(draft, fixtures, other, &one);
    let given = fixtures.needs(&[&one, &other]);
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given,
        cases: vec![
            trial::accepted(fixtures, "one", &one),
            Case {
                says: "a second one".to_owned(),
                statements: vec![fixtures.insert_only(&other)],
                expected: Expected::rejected("23505", None),
            },
        ],
    })
}
