//! References to one of several entities: a column for each, of which exactly one is filled.

use pgwright_brief::model::{AttributeKind, Reference};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, ForeignKey, Name, ObjectId, QualifiedName,
};

use super::{Family, relationships};
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::Fixtures;
use crate::layout::{self, Place, Stored};
use crate::testing::{Case, Expected, RuleTest};
use crate::{names, trial, words};

/// References to one of several entities.
#[derive(Debug)]
pub struct ExclusiveReferences;

impl Family for ExclusiveReferences {
    fn name(&self) -> &'static str {
        "exclusive_references"
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for stored in eithers(draft) {
            build(draft, &stored);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        eithers(draft)
            .iter()
            .filter_map(|stored| test(draft, fixtures, stored))
            .collect()
    }
}

fn eithers<'a>(draft: &Draft<'a>) -> Vec<Stored<'a>> {
    let mut all = Stored::of_brief(draft.brief);
    all.retain(|s| matches!(s.attribute.kind, AttributeKind::Either(_)));
    all
}

/// A choice: what it refers to, all its columns, and those that only it uses.
struct Choice {
    target: Reference,
    columns: Vec<Name>,
    own: Vec<Name>,
}

fn choices(draft: &Draft<'_>, stored: &Stored<'_>) -> Vec<Choice> {
    let Some(Columns::Either(choices)) = stored.columns(draft) else {
        return Vec::new();
    };
    let shared = |column: &Name| choices.iter().all(|(_, columns)| columns.contains(column));
    let tenant = draft.plan(&stored.entity.name).tenant_column.clone();
    choices
        .iter()
        .map(|(target, columns)| Choice {
            target: target.clone(),
            columns: columns.clone(),
            own: columns
                .iter()
                .filter(|c| Some(*c) != tenant.as_ref() && (choices.len() == 1 || !shared(c)))
                .cloned()
                .collect(),
        })
        .collect()
}

impl Choice {
    fn words(&self) -> String {
        words::spoken(self.target.role.as_ref().unwrap_or(&self.target.entity))
    }

    /// The column that says whether this is the choice.
    fn main(&self) -> Option<&Name> {
        self.own.first()
    }
}

fn check_name(table: &QualifiedName, stored: &Stored<'_>) -> Name {
    names::derived(table, &[&stored.attribute.name, "exactly_one"], "check")
}

fn build(draft: &mut Draft<'_>, stored: &Stored<'_>) {
    let choices = choices(draft, stored);
    let table = stored.table(draft);
    let called = words::spoken(&stored.attribute.name);
    for choice in &choices {
        let (target, key) = draft.target(&choice.target);
        let mut new = Vec::new();
        for (column, (_, data_type)) in choice.columns.iter().zip(&key) {
            if choice.own.contains(column) {
                new.push(
                    Column::new(column.clone(), data_type.clone()).comment(format!(
                        "The {} that the {} is about ({called}), when it is about one.",
                        choice.words(),
                        words::spoken(&stored.entity.name)
                    )),
                );
            }
        }
        layout::put(draft, stored, new);
        let mut foreign_key = ForeignKey::new(
            choice.columns.clone(),
            target,
            key.iter().map(|(column, _)| column.clone()),
        );
        foreign_key.on_update = relationships::on_update(draft, &choice.target);
        let name = relationships::foreign_key_name(&table, &choice.columns, &choice.own);
        let constraint = Constraint::new(ConstraintKind::ForeignKey(foreign_key)).comment(format!(
            "{} that {} refers to cannot be deleted.",
            words::capital(&words::a(&choice.words())),
            words::a(&stored.entity.name)
        ));
        if let Some(table) = draft.catalog.tables.get_mut(&table) {
            table.constraints.insert(name, constraint);
        }
    }
    let mains: Vec<String> = choices
        .iter()
        .filter_map(|c| c.main().map(Name::quoted))
        .collect();
    let optional = stored.attribute.optional;
    let counted = format!("num_nonnulls({})", mains.join(", "));
    let mut condition = match (stored.place, optional) {
        (_, true) => format!("{counted} <= 1"),
        // Of another kind it is none, as the check of the kind says.
        (Place::Kind(_), false) => {
            let kind = stored.entity.kinds.as_ref().map(|k| &k.attribute);
            let holders: Vec<String> = stored
                .entity
                .kinds
                .iter()
                .flat_map(|k| &k.kinds)
                .filter(|k| k.attributes.iter().any(|a| a.name == stored.attribute.name))
                .map(|k| pgwright_catalog::quote_literal(&k.name))
                .collect();
            let column = kind
                .and_then(|k| draft.column(&stored.entity.name, k))
                .map_or_else(String::new, |c| c.quoted());
            format!(
                "{counted} = CASE WHEN {column} IN ({}) THEN 1 ELSE 0 END",
                holders.join(", ")
            )
        }
        (_, false) => format!("{counted} = 1"),
    };
    // A choice of several columns is filled as a whole: MATCH SIMPLE does not look at a half.
    for choice in choices.iter().filter(|c| c.own.len() > 1) {
        let own: Vec<String> = choice.own.iter().map(Name::quoted).collect();
        condition.push_str(&format!(
            " AND num_nonnulls({}) IN (0, {})",
            own.join(", "),
            own.len()
        ));
    }
    let spoken: Vec<String> = choices.iter().map(|c| words::a(&c.words())).collect();
    let says = format!(
        "{} is about {}{} ({called}), never several.",
        words::capital(&words::a(&stored.entity.name)),
        words::choice(&spoken),
        if optional { ", or none" } else { "" },
    );
    let name = check_name(&table, stored);
    if let Some(table) = draft.catalog.tables.get_mut(&table) {
        table.constraints.insert(
            name.clone(),
            Constraint::check(condition).comment(says.clone()),
        );
    }
    draft.enforce(Enforcement {
        rule: stored.rule("exactly_one"),
        says,
        by: vec![ObjectId::Constraint(table.clone(), name)],
        how: "A check counts the references that are filled; a foreign key each watches over them."
            .to_owned(),
        family: "exclusive_references",
        source: Source::at(stored.part(), stored.attribute.span),
    });
    explain(draft, stored, &choices, &table);
}

fn explain(draft: &mut Draft<'_>, stored: &Stored<'_>, choices: &[Choice], table: &QualifiedName) {
    let spoken: Vec<String> = choices.iter().map(Choice::words).collect();
    let rows = draft
        .plan(&stored.entity.name)
        .expected_rows
        .map(|rows| {
            format!(
                " An empty one takes a bit: over {} rows that is far less than the row of a \
                 supertype for each.",
                words::count(rows)
            )
        })
        .unwrap_or_default();
    let columns: Vec<String> = choices
        .iter()
        .filter_map(|c| c.main().map(|m| m.as_str().to_owned()))
        .collect();
    draft.decide(Decision {
        family: "exclusive_references",
        title: format!(
            "What {} is about ({})",
            words::a(&stored.entity.name),
            words::spoken(&stored.attribute.name)
        ),
        subjects: vec![ObjectId::Table(table.clone())],
        choice: format!(
            "A column for each ({}), and a check that {} is filled.",
            words::list(&columns),
            if stored.attribute.optional {
                "at most one"
            } else {
                "exactly one"
            }
        ),
        rationale: format!(
            "Each column has a foreign key of its own, so what it refers to exists and cannot be \
             deleted away, and a query for the {} joins one table.{rows} Indexes on them hold only \
             the rows where they are filled.",
            words::choice(&spoken)
        ),
        alternatives: vec![
            Alternative::new(
                "two columns, for the kind of thing and its key",
                "One index for all, but no foreign key can follow a column whose table depends on \
                 another: rows that refer to nothing are a matter of time.",
            ),
            Alternative::new(
                "a supertype that all of them extend",
                "One foreign key, and a new choice without a new column. Each of them then needs a \
                 row there first, and they must have something in common to say. Right from five or \
                 six choices on.",
            ),
            Alternative::new(
                "a junction table for each",
                "Right when a row may be about several at once; that it is about one would need a \
                 deferred trigger.",
            ),
        ],
        source: Source::at(stored.part(), stored.attribute.span),
        weight: Weight::Notable,
    });
}

fn test(draft: &Draft<'_>, fixtures: &Fixtures<'_>, stored: &Stored<'_>) -> Option<RuleTest> {
    if !matches!(stored.place, Place::Entity) {
        return None;
    }
    let rule = stored.rule("exactly_one");
    let enforcement = draft.enforcements.iter().find(|e| e.rule == rule)?;
    let choices = choices(draft, stored);
    let check = check_name(&stored.table(draft), stored);
    let mut given: Vec<String> = Vec::new();
    let mut accepted = Vec::new();
    let mut both = Vec::new();
    for (number, choice) in (1..).zip(&choices) {
        let target = match &choice.target.role {
            Some(role) => fixtures.row_in_role(&choice.target.entity, role, number),
            None => fixtures.row(&choice.target.entity, number),
        };
        let row = fixtures.with_reference(
            fixtures.row(&stored.entity.name, number),
            &stored.attribute.name,
            &target,
        );
        for statement in fixtures.needs(&[&row]) {
            if !given.contains(&statement) {
                given.push(statement);
            }
        }
        both.extend(choice.own.iter().filter_map(|column| {
            let value = fixtures.value(&row, column.as_str())?;
            Some((column.clone(), value))
        }));
        accepted.push(trial::accepted(
            fixtures,
            format!("about {}", words::a(&choice.words())),
            &row,
        ));
    }
    let mut none = fixtures.row(&stored.entity.name, 1);
    let mut several = fixtures.row(&stored.entity.name, 1);
    for choice in &choices {
        for column in &choice.own {
            none = fixtures.with(none, column.as_str(), "NULL");
        }
    }
    for (column, value) in &both {
        several = fixtures.with(several, column.as_str(), value);
    }
    let refuse = |says: &str, row| Case {
        says: says.to_owned(),
        statements: vec![fixtures.insert_only(row)],
        expected: Expected::rejected("23514", Some(check.as_str())),
    };
    let mut cases = vec![refuse("about several at once", &several)];
    if stored.attribute.optional {
        cases.push(trial::accepted(fixtures, "about none", &none));
    } else {
        cases.push(refuse("about none", &none));
        cases.extend(accepted);
    }
    Some(RuleTest {
        rule,
        says: enforcement.says.clone(),
        given,
        cases,
    })
}
