//! Changes of rows before and after they are frozen.

use pgwright_brief::model::{AttributeKind, Entity, Rule, RuleForm, ValueType};
use pgwright_ddl::expr::Expr;

use crate::candidates::Candidates;
use crate::draft::Draft;
use crate::families::copied_values;
use crate::families::value_rules::row_rules;
use crate::fixtures::{Fixtures, Row};
use crate::logic;
use crate::testing::{Case, Expected, RuleTest};
use crate::trial::insert_beside;
use crate::trigger_rules::{RESTRICT_VIOLATION, link};

/// Tests of every rule that freezes rows.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    draft
        .created_entities()
        .flat_map(|entity| entity.rules.iter().map(move |rule| (entity, rule)))
        .filter_map(|(entity, rule)| test(draft, fixtures, entity, rule))
        .collect()
}

fn test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    rule: &Rule,
) -> Option<RuleTest> {
    let RuleForm::Frozen {
        condition,
        except,
        parts,
    } = &rule.form
    else {
        return None;
    };
    let rules = row_rules(draft, entity).into_values().collect();
    let candidates = Candidates::new(fixtures, entity, rules);
    // A figure that must be the sum of parts is right while there are none only at zero.
    let mut open_conditions = vec![logic::negation(condition)];
    for sum in &entity.rules {
        if let RuleForm::SumEquals { attribute, .. } = &sum.form {
            open_conditions.push(Expr::binary("=", Expr::column(attribute), Expr::Integer(0)));
        }
    }
    let row = candidates.with_conditions(&fixtures.row(&entity.name, 1), &open_conditions)?;
    let (freezing, frozen) = candidates.updates_to(&row, std::slice::from_ref(condition))?;
    let rejected = || Expected::rejected(RESTRICT_VIOLATION, Some(&rule.name));
    let mut cases = Vec::new();

    // Parts come first: one is there when the whole is frozen, if rules let it be.
    let mut rows = vec![row.clone()];
    let mut part_rows: Vec<(Row, Row)> = Vec::new();
    for part in parts {
        let Some(link) = link(draft, part, &entity.name) else {
            continue;
        };
        let of_whole = |number| {
            let part_row = fixtures.row(part, number);
            let part_row = fixtures.with_reference(part_row, &link.attribute, &row);
            fixtures.in_tenant_of(part_row, &row)
        };
        part_rows.push((of_whole(11), of_whole(12)));
    }
    let mut statements = insert_beside(fixtures, &row);
    for (part, other) in &part_rows {
        rows.extend([part.clone(), other.clone()]);
        statements.extend(insert_beside(fixtures, part));
        statements.extend(fixtures.sums_in_advance(part));
    }
    cases.push(Case {
        says: "before: it is added and changed".to_owned(),
        statements: statements.into_iter().chain(freezing).collect(),
        expected: Expected::Accepted,
    });
    if let Some((attribute, sql)) = changeable(draft, fixtures, entity, &row, except, condition) {
        cases.push(Case {
            says: format!("after: changing {}", attribute.replace('_', " ")),
            statements: vec![fixtures.update(&frozen, &[(&attribute, &sql)])],
            expected: rejected(),
        });
    }
    for attribute in except {
        let Some(column) = draft.column(&entity.name, attribute) else {
            continue;
        };
        let sql = other_value(draft, fixtures, entity, &frozen, attribute)
            .unwrap_or_else(|| column.quoted());
        cases.push(Case {
            says: format!(
                "after: changing {}, which stays open",
                attribute.replace('_', " ")
            ),
            statements: vec![fixtures.update(&frozen, &[(attribute, &sql)])],
            expected: Expected::Accepted,
        });
    }
    cases.push(Case {
        says: "after: removing it".to_owned(),
        statements: vec![fixtures.delete(&frozen)],
        // A number that must leave no gap is as good a reason.
        expected: if numbered(draft, &entity.name) || draft.plan(&entity.name).restorable {
            Expected::rejected(RESTRICT_VIOLATION, None)
        } else {
            rejected()
        },
    });
    for (part, other) in &part_rows {
        let name = part.entity.replace('_', " ");
        cases.push(Case {
            says: format!("after: adding a {name}"),
            statements: vec![fixtures.insert_only(other)],
            expected: rejected(),
        });
        let append_only = draft
            .brief
            .entity(&part.entity)
            .is_some_and(|e| e.append_only);
        if !append_only {
            cases.push(Case {
                says: format!("after: removing a {name}"),
                statements: vec![fixtures.delete(part)],
                expected: if numbered(draft, &part.entity) {
                    Expected::rejected(RESTRICT_VIOLATION, None)
                } else {
                    rejected()
                },
            });
        }
    }
    let all: Vec<&Row> = rows.iter().collect();
    let given = fixtures.needs(&all);
    Some(RuleTest {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        given,
        cases,
    })
}

fn numbered(draft: &Draft<'_>, entity: &str) -> bool {
    draft
        .brief
        .entity(entity)
        .is_some_and(|e| e.attributes.iter().any(|a| a.gapless.is_some()))
}

/// An attribute that could be changed if the row were not frozen, with another value: text, which
/// few rules are about, before anything else; failing that, the attribute of the condition.
fn changeable(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    row: &Row,
    except: &[String],
    condition: &Expr,
) -> Option<(String, String)> {
    let plain = |wanted: &dyn Fn(&AttributeKind) -> bool| {
        entity
            .attributes
            .iter()
            .filter(|a| {
                !except.contains(&a.name)
                    && !copied_values::is_set_once(a)
                    && a.computed.is_none()
                    && a.gapless.is_none()
                    && a.running_total.is_none()
                    && !is_summed(entity, &a.name)
                    && wanted(&a.kind)
            })
            .find_map(|a| {
                let sql = other_value(draft, fixtures, entity, row, &a.name)?;
                Some((a.name.clone(), sql))
            })
    };
    let is_text = |kind: &AttributeKind| {
        matches!(
            kind,
            AttributeKind::Value(ValueType::Name | ValueType::Text | ValueType::LongText)
        )
    };
    let is_value = |kind: &AttributeKind| matches!(kind, AttributeKind::Value(_));
    plain(&is_text).or_else(|| plain(&is_value)).or_else(|| {
        let path = condition.columns().into_iter().next()?;
        let attribute = path.last()?.clone();
        let is_optional = entity.attribute(&attribute)?.optional;
        is_optional.then(|| (attribute, "NULL".to_owned()))
    })
}

/// Whether a rule makes an attribute the sum of parts.
fn is_summed(entity: &Entity, attribute: &str) -> bool {
    entity.rules.iter().any(|rule| {
        matches!(&rule.form, RuleForm::SumEquals { attribute: summed, .. } if summed == attribute)
    })
}

/// Another value than the row has.
fn other_value(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    entity: &Entity,
    row: &Row,
    attribute: &str,
) -> Option<String> {
    draft.column(&entity.name, attribute)?;
    let sql = fixtures.sample(&entity.name, attribute, 77);
    if Some(&sql) != fixtures.value(row, attribute).as_ref() && !sql.eq_ignore_ascii_case("null") {
        return Some(sql);
    }
    let current = fixtures.value(row, attribute)?;
    current
        .parse::<f64>()
        .is_ok()
        .then(|| format!("{current} + 1"))
}
