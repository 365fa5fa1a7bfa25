//! Rows that are numbered, and what would leave a gap.

use pgwright_ddl::expr::Expr;

use super::{Numbered, all_numbered};
use crate::candidates::{self, Candidates};
use crate::draft::Draft;
use crate::families::value_rules::row_rules;
use crate::fixtures::{Fixtures, Row};
use crate::logic;
use crate::testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};
use crate::trial::insert_beside;
use crate::trigger_rules::RESTRICT_VIOLATION;
use crate::words;

struct Scene<'a> {
    draft: &'a Draft<'a>,
    fixtures: &'a Fixtures<'a>,
    numbered: &'a Numbered<'a>,
}

impl Scene<'_> {
    fn with_conditions(&self, row: &Row, conditions: &[Expr]) -> Option<Row> {
        // The number itself is given by the database: rules about it are not ours to solve.
        let number = &self.numbered.attribute.name;
        let rules = row_rules(self.draft, self.numbered.entity)
            .into_values()
            .filter(|rule| !rule.columns().contains(&vec![number.clone()]))
            .collect();
        let mut row = Candidates::new(self.fixtures, self.numbered.entity, rules)
            .with_conditions(row, conditions)?;
        row.values.remove(self.numbered.column.as_str());
        Some(row)
    }

    /// Row `number` in the scope of row 1, of those that get a number at once.
    fn row(&self, number: u32) -> Option<Row> {
        let entity = self.numbered.entity;
        let first = self.fixtures.row(&entity.name, 1);
        let mut row = self.fixtures.row(&entity.name, number);
        for attribute in self.numbered.attribute.gapless.iter().flatten() {
            row = candidates::taking(self.fixtures, entity, row, attribute, &first);
        }
        row = self.fixtures.in_tenant_of(row, &first);
        let conditions: Vec<Expr> = self.numbered.when.cloned().into_iter().collect();
        self.with_conditions(&row, &conditions)
    }

    fn number_of(&self, row: &Row, number: u32) -> String {
        format!(
            "SELECT FROM {} WHERE {} AND {} = {number}",
            self.fixtures.table_of(row).quoted(),
            self.fixtures.key_condition(row),
            self.numbered.column.quoted()
        )
    }

    /// The rows' numbers in order, as a condition.
    fn numbers_are(&self, rows: &[&Row], numbers: &str) -> String {
        let keys: Vec<String> = rows
            .iter()
            .map(|r| format!("({})", self.fixtures.key_condition(r)))
            .collect();
        let number = self.numbered.column.quoted();
        format!(
            "SELECT array_agg({number}::integer ORDER BY {number}) = ARRAY[{numbers}] FROM {} WHERE {}",
            self.fixtures.table_of(rows[0]).quoted(),
            keys.join(" OR ")
        )
    }
}

/// Tests of every numbered attribute.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    all_numbered(draft)
        .iter()
        .filter_map(|numbered| {
            test(&Scene {
                draft,
                fixtures,
                numbered,
            })
        })
        .collect()
}

fn test(scene: &Scene<'_>) -> Option<RuleTest> {
    let numbered = scene.numbered;
    let enforcement = scene
        .draft
        .enforcements
        .iter()
        .find(|e| e.rule == numbered.rule())?;
    let constraint = numbered.constraint(scene.draft);
    let rejected = || Expected::rejected(RESTRICT_VIOLATION, Some(&constraint));
    let fixtures = scene.fixtures;
    let (first, second) = (scene.row(1)?, scene.row(2)?);
    let mut third = scene.row(3)?;
    third
        .values
        .insert(numbered.column.to_string(), "77".to_owned());
    let case = |says: &str, statements: Vec<String>, expected| Case {
        says: says.to_owned(),
        statements,
        expected,
    };
    let numbered_insert = |row: &Row, number: u32| {
        let mut statements = insert_beside(fixtures, row);
        statements.push(scene.number_of(row, number));
        statements
    };
    let mut rows = vec![first.clone(), second.clone(), third.clone()];
    let mut cases = vec![
        case(
            "the first row gets number 1",
            numbered_insert(&first, 1),
            Expected::Returns(1),
        ),
        case(
            "the second row gets number 2",
            numbered_insert(&second, 2),
            Expected::Returns(1),
        ),
        case(
            "a number that is chosen",
            vec![fixtures.insert_only(&third)],
            rejected(),
        ),
    ];
    if let Some(when) = numbered.when
        && let Some(mut unfinished) = scene.with_conditions(
            &fixtures.row(&numbered.entity.name, 4),
            &[logic::negation(when)],
        )
    {
        unfinished.values.remove(numbered.column.as_str());
        let mut statements = insert_beside(fixtures, &unfinished);
        statements.push(format!(
            "SELECT FROM {} WHERE {} AND {} IS NULL",
            fixtures.table_of(&unfinished).quoted(),
            fixtures.key_condition(&unfinished),
            numbered.column.quoted()
        ));
        cases.push(case(
            "a row that does not get its number yet",
            statements,
            Expected::Returns(1),
        ));
        rows.push(unfinished);
    }
    // Other rules may refuse the change first: then no constraint of ours is named.
    let refused_first = numbered.entity.append_only
        || numbered.when.is_some()
        || numbered.attribute.fixed
        || fixtures.draft.plan(&numbered.entity.name).restorable
        || numbered
            .entity
            .rules
            .iter()
            .any(|r| matches!(r.form, pgwright_brief::model::RuleForm::Frozen { .. }));
    let kept = || {
        if refused_first {
            Expected::rejected(RESTRICT_VIOLATION, None)
        } else {
            rejected()
        }
    };
    cases.push(case(
        "changing a number",
        vec![fixtures.update(&second, &[(&numbered.attribute.name, "9")])],
        kept(),
    ));
    cases.push(case(
        "removing a numbered row",
        vec![fixtures.delete(&second)],
        kept(),
    ));
    let all: Vec<&Row> = rows.iter().collect();
    Some(RuleTest {
        rule: numbered.rule(),
        says: enforcement.says.clone(),
        given: fixtures.needs(&all),
        cases,
    })
}

/// Two sessions number rows of the same scope; the first commits, or rolls back.
pub fn concurrent_tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
    let mut tests = Vec::new();
    for numbered in &all_numbered(draft) {
        let scene = Scene {
            draft,
            fixtures,
            numbered,
        };
        let (Some(first), Some(second)) = (scene.row(1), scene.row(2)) else {
            continue;
        };
        let one = words::a(&numbered.entity.name);
        for commits in [true, false] {
            let step = |session, sql: String, expected| SessionStep {
                session,
                sql,
                expected,
            };
            let mut steps = vec![step(1, "BEGIN".into(), StepExpected::Done)];
            for sql in insert_beside(fixtures, &first) {
                steps.push(step(1, sql, StepExpected::Done));
            }
            steps.push(step(2, "BEGIN".into(), StepExpected::Done));
            let mut own = insert_beside(fixtures, &second).into_iter();
            if let Some(insert) = own.next() {
                steps.push(step(2, insert, StepExpected::WaitsThenDone));
            }
            let end = if commits { "COMMIT" } else { "ROLLBACK" };
            steps.push(step(1, end.into(), StepExpected::Done));
            for sql in own {
                steps.push(step(2, sql, StepExpected::Done));
            }
            steps.push(step(2, "COMMIT".into(), StepExpected::Done));
            let (says, numbers, rows): (String, &str, Vec<&Row>) = if commits {
                (
                    format!(
                        "Two sessions add {one} at once: the second waits and gets the next number."
                    ),
                    "1, 2",
                    vec![&first, &second],
                )
            } else {
                (
                    format!(
                        "Two sessions add {one} at once and the first rolls back: the second gets \
                         the number that is free again."
                    ),
                    "1",
                    vec![&second],
                )
            };
            tests.push(ConcurrentTest {
                rule: numbered.rule(),
                says,
                given: fixtures.needs(&[&first, &second]),
                steps,
                finally: scene.numbers_are(&rows, numbers),
            });
        }
    }
    tests
}
