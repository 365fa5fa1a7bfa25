//! Tests of required values and of forms.

use pgwright_brief::model::{AttributeKind, Entity, ValueType};
use pgwright_catalog::Name;

use super::{column, domain_check, format, format_constraint, format_of, part_meaning, time_zone};
use super::{is_blank_check, value_columns};
use crate::draft::{Columns, Draft};
use crate::fixtures::{Fixtures, Row};
use crate::layout::{Place, Stored};
use crate::testing::{Case, Expected, RuleTest};
use crate::{trial, words};

/// Texts of an entity that must hold more than spaces, in its own table.
pub(super) fn texts(entity: &Entity) -> Vec<(Stored<'_>, &ValueType)> {
    Stored::of(entity)
        .into_iter()
        .filter(|s| matches!(s.place, Place::Entity) && s.attribute.computed.is_none())
        .filter_map(|s| match &s.attribute.kind {
            AttributeKind::Value(meaning)
                if format::of(meaning).is_some_and(|f| is_blank_check(&f)) =>
            {
                Some((s, meaning))
            }
            _ => None,
        })
        .collect()
}

pub(super) fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for entity in draft.created_entities() {
        tests.extend(required(draft, fixtures, entity));
        tests.extend(not_blank(draft, fixtures, entity));
    }
    for stored in Stored::of_brief(draft.brief) {
        if let AttributeKind::Value(meaning) = &stored.attribute.kind {
            tests.extend(formats(draft, fixtures, &stored, meaning));
            tests.extend(completeness(draft, fixtures, &stored));
        }
    }
    tests
}

fn required(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &Entity) -> Option<RuleTest> {
    let plan = draft.plan(&entity.name);
    let table = draft.table(&entity.name);
    let enforcement = draft
        .enforcements
        .iter()
        .find(|e| e.rule == format!("{}.required", entity.name))?;
    let row = fixtures.row(&entity.name, 1);
    let mut cases = Vec::new();
    for attribute in entity.attributes.iter().filter(|a| !a.optional) {
        if attribute.computed.is_some() {
            continue;
        }
        let columns = match plan.columns.get(&attribute.name) {
            Some(Columns::One(name)) => vec![name.clone()],
            Some(Columns::Several(parts)) => parts.iter().map(|(_, c)| c.clone()).collect(),
            Some(Columns::Reference { own, .. }) => own.clone(),
            _ => Vec::new(),
        };
        // A trigger that runs before the row is written may fill the value, or refuse it first.
        if !table.triggers.is_empty()
            && (attribute.copied_from.is_some()
                || attribute.gapless.is_some()
                || attribute.running_total.is_some()
                || matches!(attribute.kind, AttributeKind::States(_)))
        {
            continue;
        }
        for column in columns {
            let must = table
                .column(column.as_str())
                .is_some_and(|c| c.not_null && c.generated.is_none() && c.identity.is_none());
            if !must {
                continue;
            }
            cases.push(Case {
                says: format!("no {}", words::spoken(column.as_str())),
                statements: vec![fixtures.insert_only(&fixtures.with(
                    row.clone(),
                    column.as_str(),
                    "NULL",
                ))],
                expected: Expected::rejected("23502", None),
            });
        }
    }
    if cases.is_empty() {
        return None;
    }
    cases.push(trial::accepted(
        fixtures,
        format!("{} with all of it", words::a(&row.entity)),
        &row,
    ));
    Some(RuleTest {
        rule: enforcement.rule.clone(),
        says: enforcement.says.clone(),
        given: fixtures.needs(&[&row]),
        cases,
    })
}

fn not_blank(draft: &Draft<'_>, fixtures: &Fixtures<'_>, entity: &Entity) -> Option<RuleTest> {
    let texts = texts(entity);
    let enforcement = draft
        .enforcements
        .iter()
        .find(|e| e.rule == format!("{}.not_blank", entity.name))?;
    let row = fixtures.row(&entity.name, 1);
    let mut cases = Vec::new();
    for (stored, meaning) in &texts {
        let (Some(Columns::One(column)), Some(format)) =
            (stored.columns(draft), format::of(meaning))
        else {
            continue;
        };
        let constraint = format_constraint(&stored.table(draft), &column, &format);
        cases.push(Case {
            says: format!("spaces for {}", words::spoken(&stored.attribute.name)),
            statements: vec![fixtures.insert_only(&fixtures.with(
                row.clone(),
                column.as_str(),
                "'   '",
            ))],
            expected: Expected::rejected("23514", Some(constraint.as_str())),
        });
    }
    cases.push(trial::accepted(
        fixtures,
        format!("{} with all of it", words::a(&row.entity)),
        &row,
    ));
    Some(RuleTest {
        rule: enforcement.rule.clone(),
        says: enforcement.says.clone(),
        given: fixtures.needs(&[&row]),
        cases,
    })
}

/// A row of the attribute's place: of its kind, or of its role.
fn row_of(fixtures: &Fixtures<'_>, stored: &Stored<'_>) -> Option<Row> {
    let row = fixtures.row(&stored.entity.name, 1);
    match stored.place {
        Place::Entity => Some(row),
        Place::Kind(kind) => {
            let attribute = &stored.entity.kinds.as_ref()?.attribute;
            Some(fixtures.with(row, attribute, &pgwright_catalog::quote_literal(&kind.name)))
        }
        // The row of a role's table is written with the entity's: see the family of roles.
        Place::Role(_) => None,
    }
}

fn formats(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    stored: &Stored<'_>,
    meaning: &ValueType,
) -> Vec<RuleTest> {
    let Some(columns) = stored.columns(draft) else {
        return Vec::new();
    };
    let mut tests = Vec::new();
    for (part, column) in value_columns(&columns) {
        let Some(format) = format_of(meaning, part) else {
            continue;
        };
        if is_blank_check(&format) || stored.attribute.computed.is_some() {
            continue;
        }
        let Some(row) = row_of(fixtures, stored) else {
            continue;
        };
        // A part alone would leave the others missing, which another rule refuses.
        let row = match part {
            Some(_) => filled(fixtures, row, &columns),
            None => row,
        };
        let what = part.map_or_else(
            || format.what.to_owned(),
            |p| format!("{p}_{}", format.what),
        );
        let rule = stored.rule(&what);
        let Some(enforcement) = draft.enforcements.iter().find(|e| e.rule == rule) else {
            continue;
        };
        let constraint = constraint_of(draft, stored, meaning, part, column, &format);
        let mut cases: Vec<Case> = format
            .refused
            .iter()
            // What bounds of the attribute's own refuse is tested with them.
            .filter(|(_, sql)| {
                meaning != &ValueType::Percentage
                    || if sql.starts_with('-') {
                        stored.attribute.minimum.is_none()
                    } else {
                        stored.attribute.maximum.is_none()
                    }
            })
            .map(|(says, sql)| {
                let constraint = if *sql == "'Mars/Olympus'" {
                    time_zone::trigger_name(column)
                } else if meaning == &ValueType::TimeZone {
                    return Case {
                        says: format!("{}: {says}", words::spoken(column.as_str())),
                        statements: vec![fixtures.insert_only(&fixtures.with(
                            row.clone(),
                            column.as_str(),
                            sql,
                        ))],
                        // Trigger or check: whichever is first.
                        expected: Expected::rejected("23514", None),
                    };
                } else {
                    constraint.clone()
                };
                Case {
                    says: format!("{}: {says}", words::spoken(column.as_str())),
                    statements: vec![fixtures.insert_only(&fixtures.with(
                        row.clone(),
                        column.as_str(),
                        sql,
                    ))],
                    expected: Expected::rejected("23514", Some(constraint.as_str())),
                }
            })
            .collect();
        cases.push(trial::accepted(
            fixtures,
            format!("{} with all of it", words::a(&row.entity)),
            &row,
        ));
        tests.push(RuleTest {
            rule,
            says: enforcement.says.clone(),
            given: fixtures.needs(&[&row]),
            cases,
        });
    }
    tests
}

fn constraint_of(
    draft: &Draft<'_>,
    stored: &Stored<'_>,
    meaning: &ValueType,
    part: Option<&str>,
    column: &Name,
    format: &format::Format,
) -> Name {
    match part_meaning(meaning, part).and_then(|m| column::domain(draft, &m)) {
        Some(domain) => domain_check(&domain),
        None => format_constraint(&stored.table(draft), column, format),
    }
}

/// The row with every part of a value that takes several columns.
fn filled(fixtures: &Fixtures<'_>, row: Row, columns: &Columns) -> Row {
    let mut row = row;
    for (part, column) in value_columns(columns) {
        let sample = match part {
            Some("street") => "'1 Main Street'",
            Some("postal_code") => "'10115'",
            Some("city") => "'Berlin'",
            Some("region") => "'Berlin'",
            Some("country") => "'DE'",
            Some("currency") => "'EUR'",
            Some("amount") => "10.00",
            Some("latitude") => "52.5",
            Some("longitude") => "13.4",
            _ => continue,
        };
        row = fixtures.with(row, column.as_str(), sample);
    }
    row
}

fn completeness(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    stored: &Stored<'_>,
) -> Option<RuleTest> {
    let rule = stored.rule("complete");
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let columns = stored.columns(draft)?;
    let row = filled(fixtures, row_of(fixtures, stored)?, &columns);
    let Columns::Several(parts) = &columns else {
        return None;
    };
    let (_, last) = parts.last()?;
    let constraint = crate::names::derived(
        &stored.table(draft),
        &[&stored.attribute.name, "complete"],
        "check",
    );
    let without = fixtures.with(row.clone(), last.as_str(), "NULL");
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given: fixtures.needs(&[&row]),
        cases: vec![
            Case {
                says: format!("no {}", words::spoken(last.as_str())),
                statements: vec![fixtures.insert_only(&without)],
                expected: Expected::rejected("23514", Some(constraint.as_str())),
            },
            trial::accepted(
                fixtures,
                format!("{} with all of it", words::a(&row.entity)),
                &row,
            ),
        ],
    })
}
