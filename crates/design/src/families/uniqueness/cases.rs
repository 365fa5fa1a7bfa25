//! Tests of uniqueness: the same value again, in another scope, outside the condition.

use pgwright_brief::model::AttributeKind;
use pgwright_ddl::expr::Expr;

use super::{Demand, Part, Spec, registry, specs};
use crate::candidates::Candidates;
use crate::draft::{Columns, Draft};
use crate::families::{is_in_a_circle, value_rules};
use crate::fixtures::{Fixtures, Row};
use crate::layout::Place;
use crate::testing::{Case, Expected, RuleTest};
use crate::{trial, words};

pub(super) fn test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    demand: &Demand<'_>,
) -> Option<RuleTest> {
    if matches!(demand.place, Place::Role(_)) {
        return None;
    }
    let spec = specs(draft, demand).into_iter().next()?;
    let entity = &demand.entity.name;
    let (first, same) = pair(draft, fixtures, demand)?;
    let elsewhere = like(
        draft,
        fixtures,
        demand,
        base(fixtures, demand, 3),
        &filled(draft, fixtures, demand, base(fixtures, demand, 1)),
        true,
    );
    let elsewhere = counting(draft, fixtures, demand, elsewhere)?;
    let constraint = constraint(draft, demand, &spec)
        // Which of several indexes refuses depends on what the rows lack.
        .filter(|_| specs(draft, demand).len() == 1);
    let mut given = fixtures.needs(&[&first]);
    let apart = has_elsewhere(draft, demand);
    trial::add_needs(fixtures, &mut given, &same, &[&first]);
    if apart {
        trial::add_needs(fixtures, &mut given, &elsewhere, &[&first]);
    }
    let mut cases = vec![
        trial::accepted(
            fixtures,
            format!("the first {}", words::spoken(entity)),
            &first,
        ),
        Case {
            says: "a second one like it".to_owned(),
            statements: vec![fixtures.insert_only(&same)],
            expected: Expected::rejected("23505", constraint.as_deref()),
        },
    ];
    if let Some(Part::Lower(column)) = spec.parts.last()
        && let Some(value) = fixtures.value(&first, column.as_str())
    {
        let upper = fixtures.with(same.clone(), column.as_str(), &format!("upper({value})"));
        cases.push(Case {
            says: "the same in capitals".to_owned(),
            statements: vec![fixtures.insert_only(&upper)],
            expected: Expected::rejected("23505", constraint.as_deref()),
        });
    }
    if let Some(condition) = demand.condition {
        let rules = Candidates::new(fixtures, demand.entity, row_rules(draft, demand));
        let not = Expr::negate(condition.clone());
        let spare = like(
            draft,
            fixtures,
            demand,
            base(fixtures, demand, 2),
            &first,
            false,
        );
        if let Some(row) = rules.with_conditions(&spare, &[not]) {
            let row = settled(draft, fixtures, demand, row);
            trial::add_needs(fixtures, &mut given, &row, &[&first]);
            cases.push(trial::accepted(
                fixtures,
                "one like it that the rule is not about",
                &row,
            ));
        }
    }
    if apart {
        cases.push(trial::accepted(
            fixtures,
            "one like it elsewhere",
            &elsewhere,
        ));
    }
    if draft.plan(entity).restorable {
        let mut statements = vec![format!(
            "UPDATE {} SET deleted_at = now() WHERE {}",
            draft.plan(entity).table.quoted(),
            fixtures.key_condition(&first)
        )];
        let again = like(
            draft,
            fixtures,
            demand,
            base(fixtures, demand, 4),
            &first,
            false,
        );
        let again = match demand.condition {
            Some(condition) => {
                let again = Candidates::new(fixtures, demand.entity, row_rules(draft, demand))
                    .with_conditions(&again, std::slice::from_ref(condition))?;
                settled(draft, fixtures, demand, again)
            }
            None => again,
        };
        trial::add_needs(fixtures, &mut given, &again, &[&first]);
        statements.extend(trial::insert_beside(fixtures, &again));
        cases.push(Case {
            says: "one like it after the first has been deleted".to_owned(),
            statements,
            expected: Expected::Accepted,
        });
    }
    Some(RuleTest {
        rule: demand.rule.clone(),
        says: demand.says.clone(),
        given,
        cases,
    })
}

/// Two rows that the rule does not let stand beside each other.
pub(super) fn pair(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    demand: &Demand<'_>,
) -> Option<(Row, Row)> {
    let first = filled(draft, fixtures, demand, base(fixtures, demand, 1));
    let same = base(fixtures, demand, 2);
    let same = like(draft, fixtures, demand, same, &first, false);
    Some((
        counting(draft, fixtures, demand, first)?,
        counting(draft, fixtures, demand, same)?,
    ))
}

/// The row, so that the rule is about it.
fn counting(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    demand: &Demand<'_>,
    row: Row,
) -> Option<Row> {
    let Some(condition) = demand.condition else {
        return Some(row);
    };
    let rules = Candidates::new(fixtures, demand.entity, row_rules(draft, demand));
    let row = rules.with_conditions(&row, std::slice::from_ref(condition))?;
    Some(settled(draft, fixtures, demand, row))
}

/// A row can be made in another scope: not where rows need each other in a circle, and not where
/// the scope is a list entry that may be missing.
fn has_elsewhere(draft: &Draft<'_>, demand: &Demand<'_>) -> bool {
    !demand.scope.is_empty()
        && !is_in_a_circle(draft.brief, &demand.entity.name)
        && !demand.scope.iter().any(|name| {
            demand
                .entity
                .attribute(name)
                .is_some_and(|a| a.optional && a.kind == AttributeKind::Lookup)
        })
}

fn base(fixtures: &Fixtures<'_>, demand: &Demand<'_>, number: u32) -> Row {
    let row = fixtures.row(&demand.entity.name, number);
    match (demand.place, &demand.entity.kinds) {
        (Place::Kind(kind), Some(kinds)) => fixtures.with(
            row,
            &kinds.attribute,
            &pgwright_catalog::quote_literal(&kind.name),
        ),
        _ => row,
    }
}

/// Rules over single rows that the entity's rows must keep as well.
fn row_rules(draft: &Draft<'_>, demand: &Demand<'_>) -> Vec<Expr> {
    value_rules::row_rules(draft, demand.entity)
        .into_values()
        .collect()
}

/// The row with every compared value there, optional ones too.
fn filled(draft: &Draft<'_>, fixtures: &Fixtures<'_>, demand: &Demand<'_>, row: Row) -> Row {
    let mut row = row;
    for name in demand.attributes() {
        let Some(attribute) = demand.entity.attribute(name) else {
            continue;
        };
        if !attribute.optional {
            continue;
        }
        match &attribute.kind {
            AttributeKind::Reference(target) => {
                // A row that refers to its own entity refers to another row of it.
                let other = if target.entity == demand.entity.name {
                    let other = fixtures.row(&target.entity, 5);
                    trial::same_tenant(draft, fixtures, other, &row)
                } else {
                    fixtures.referenced(&row, name)
                };
                row = fixtures.with_reference(row, name, &other);
            }
            AttributeKind::Value(_) | AttributeKind::OneOf(_) => {
                let sample = fixtures.sample(&demand.entity.name, name, row.number);
                row = fixtures.with(row, name, &sample);
            }
            _ => {}
        }
    }
    row
}

/// `row` with the values that `first` has for what is unique; with its scope, unless `elsewhere`.
fn like(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    demand: &Demand<'_>,
    row: Row,
    first: &Row,
    elsewhere: bool,
) -> Row {
    let mut row = row;
    for name in demand.attributes() {
        let in_scope = demand.scope.contains(name);
        if in_scope && elsewhere {
            // Rows of different numbers have the same choice, unless they are told to differ.
            let chosen = demand.entity.attribute(name).is_some_and(|a| {
                matches!(a.kind, AttributeKind::OneOf(_) | AttributeKind::Value(_))
            });
            if chosen && fixtures.value(&row, name) == fixtures.value(first, name) {
                let other = fixtures.sample(&demand.entity.name, name, 2);
                row = fixtures.with(row, name, &other);
            }
            continue;
        }
        match draft.columns(&demand.entity.name, name) {
            Some(Columns::Reference { .. } | Columns::Either(_)) => {
                let target = fixtures.referenced(first, name);
                row = fixtures.with_reference(row, name, &target);
            }
            Some(columns) => {
                for column in columns.all() {
                    if let Some(value) = fixtures.value(first, column.as_str()) {
                        row = fixtures.with(row, column.as_str(), &value);
                    }
                }
            }
            None => {}
        }
    }
    // Rows of one tenant are compared with each other.
    if elsewhere && !demand.scope.is_empty() {
        row
    } else {
        trial::same_tenant(draft, fixtures, row, first)
    }
}

/// A value that a condition has put into a reference becomes a reference to a row.
fn settled(draft: &Draft<'_>, fixtures: &Fixtures<'_>, demand: &Demand<'_>, row: Row) -> Row {
    let mut row = row;
    for attribute in &demand.entity.attributes {
        let Some(Columns::Reference { own, target, .. }) =
            draft.columns(&demand.entity.name, &attribute.name)
        else {
            continue;
        };
        let Some(column) = own.last() else {
            continue;
        };
        let is_tenant = draft.plan(&demand.entity.name).tenant_column.as_ref() == Some(column);
        let set = row.values.get(column.as_str()).is_some_and(|v| v != "NULL") && !is_tenant;
        if set && !demand.attributes().any(|a| *a == attribute.name) {
            row.values.remove(column.as_str());
            let other = match &target.role {
                Some(role) => fixtures.row_in_role(&target.entity, role, row.number),
                None => fixtures.row(&target.entity, row.number),
            };
            row = fixtures.with_reference(row, &attribute.name, &other);
        }
    }
    row
}

/// What the error names as the constraint; `None` when that depends on the value.
fn constraint(draft: &Draft<'_>, demand: &Demand<'_>, spec: &Spec) -> Option<String> {
    let table = draft.catalog.tables.get(&spec.table)?;
    if table.constraints.contains_key(&spec.name) || table.indexes.contains_key(&spec.name) {
        return Some(spec.name.as_str().to_owned());
    }
    let columns: Vec<_> = spec.parts.iter().map(|p| p.column().clone()).collect();
    if let Some(key) = super::same_key(draft, &spec.table, &columns) {
        return Some(key.as_str().to_owned());
    }
    let registry = registry::name(draft, demand.entity, spec);
    let table = draft.catalog.tables.get(&registry)?;
    // The error of a registry in pieces names the piece's key, which the hash decides.
    table
        .partition_by
        .is_none()
        .then(|| registry::key_name(&registry).as_str().to_owned())
}
