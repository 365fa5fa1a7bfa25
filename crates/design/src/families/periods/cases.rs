//! Periods that are accepted and rejected beside another.

use pgwright_brief::model::{Entity, Rule, RuleForm};

use super::{Period, bounds_rule, constraint_names};
use crate::candidates::{self, Candidates};
use crate::draft::Draft;
use crate::families::value_rules::row_rules;
use crate::fixtures::{Fixtures, Row};
use crate::logic;
use crate::testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};
use crate::trial::insert_beside;
use crate::trigger_rules::{CHECK_VIOLATION, EXCLUSION_VIOLATION};

/// A rule with what its tests need.
struct Scene<'a> {
    draft: &'a Draft<'a>,
    fixtures: &'a Fixtures<'a>,
    entity: &'a Entity,
    rule: &'a Rule,
    period: Period,
    per: &'a [String],
    constraint: String,
}

fn scenes<'a>(draft: &'a Draft<'a>, fixtures: &'a Fixtures<'a>) -> Vec<Scene<'a>> {
    let mut scenes = Vec::new();
    for entity in draft.created_entities() {
        for rule in &entity.rules {
            let RuleForm::NoOverlap { period, per, .. } = &rule.form else {
                continue;
            };
            let constraints = constraint_names(draft, &rule.name);
            if let (Some(period), Some(constraint)) =
                (Period::of(draft, entity, period), constraints.first())
            {
                scenes.push(Scene {
                    draft,
                    fixtures,
                    entity,
                    rule,
                    period,
                    per,
                    constraint: constraint.clone(),
                });
            }
        }
    }
    scenes
}

impl Scene<'_> {
    /// Row `number`, of those that count.
    fn row(&self, number: u32) -> Row {
        let row = self.ended(self.fixtures.row(&self.entity.name, number));
        self.under_condition(row.clone(), true).unwrap_or(row)
    }

    /// The row with an end, where it may be open: periods of a known length are told apart.
    fn ended(&self, mut row: Row) -> Row {
        let Period::Pair {
            start,
            end,
            data_type,
            ..
        } = &self.period
        else {
            return row;
        };
        let is_open = self
            .fixtures
            .value(&row, end.as_str())
            .is_none_or(|v| v.eq_ignore_ascii_case("null"));
        if let Some(from) = self.fixtures.value(&row, start.as_str())
            && is_open
        {
            let step = match data_type.as_str() {
                t if t.starts_with("time") => "interval '1 hour'",
                _ => "1",
            };
            row.values
                .insert(end.to_string(), format!("({from})::{data_type} + {step}"));
        }
        row
    }

    /// The row with a value of its own for everything that rules look at.
    fn settled(&self, row: Row) -> Row {
        let rules: Vec<_> = row_rules(self.draft, self.entity).into_values().collect();
        Candidates::new(self.fixtures, self.entity, rules.clone())
            .with_conditions(&row, &rules)
            .unwrap_or(row)
    }

    fn under_condition(&self, row: Row, holds: bool) -> Option<Row> {
        let RuleForm::NoOverlap {
            condition: Some(condition),
            ..
        } = &self.rule.form
        else {
            return holds.then_some(row);
        };
        let rules = row_rules(self.draft, self.entity).into_values().collect();
        let candidates = Candidates::new(self.fixtures, self.entity, rules);
        let wanted = if holds {
            condition.clone()
        } else {
            logic::negation(condition)
        };
        candidates.with_conditions(&row, &[wanted])
    }

    /// The same row with everything that the rule compares taken from `other`.
    fn sharing(&self, mut row: Row, other: &Row) -> Row {
        for attribute in self.per {
            row = candidates::taking(self.fixtures, self.entity, row, attribute, other);
        }
        self.fixtures.in_tenant_of(row, other)
    }

    /// The same row over the period of `other`, or over one of the same length right after it.
    fn over(&self, mut row: Row, other: &Row, after: bool) -> Row {
        let value = |column: &str| {
            self.fixtures
                .value(other, column)
                .unwrap_or_else(|| "NULL".to_owned())
        };
        match &self.period {
            Period::Range(column) => {
                let table = self.draft.table(&self.entity.name);
                let data_type = table
                    .column(column.as_str())
                    .map_or("tstzrange", |c| c.data_type.as_str());
                let range = format!("({})::{data_type}", value(column.as_str()));
                let sql = if after {
                    format!(
                        "{data_type}(upper({range}), upper({range}) + (upper({range}) - lower({range})))"
                    )
                } else {
                    value(column.as_str())
                };
                row.values.insert(column.to_string(), sql);
            }
            Period::Pair {
                start,
                end,
                data_type,
                inclusive,
                ..
            } => {
                let (from, to) = (value(start.as_str()), value(end.as_str()));
                let typed = |sql: &str| format!("({sql})::{data_type}");
                let (from, to) = if after {
                    let day = if *inclusive { " + 1" } else { "" };
                    (
                        format!("{}{day}", typed(&to)),
                        format!("{} + ({} - {}){day}", typed(&to), typed(&to), typed(&from)),
                    )
                } else {
                    (from, to)
                };
                row.values.insert(start.to_string(), from);
                row.values.insert(end.to_string(), to);
            }
        }
        row
    }

    fn case(&self, says: &str, row: &Row, expected: Expected) -> Case {
        Case {
            says: says.to_owned(),
            statements: insert_beside(self.fixtures, row),
            expected,
        }
    }
}

/// Tests of every rule against overlap.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for scene in scenes(draft, fixtures) {
        let first = scene.row(1);
        let same = scene.over(scene.sharing(scene.row(2), &first), &first, false);
        let next = scene.over(scene.sharing(scene.row(3), &first), &first, true);
        let mut rows = vec![first.clone(), same.clone(), next.clone()];
        let rejected = Expected::rejected(EXCLUSION_VIOLATION, Some(&scene.constraint));
        let mut cases = vec![
            scene.case("a first period", &first, Expected::Accepted),
            scene.case("the same period again", &same, rejected),
            scene.case(
                "a period that begins as the first one ends",
                &next,
                Expected::Accepted,
            ),
        ];
        if !scene.per.is_empty() {
            let other = scene.over(scene.row(4), &first, false);
            cases.push(scene.case("the same period for another", &other, Expected::Accepted));
            rows.push(other);
        }
        if let RuleForm::NoOverlap {
            condition: Some(_), ..
        } = scene.rule.form
            && let Some(free) =
                scene.under_condition(scene.fixtures.row(&scene.entity.name, 5), false)
        {
            let free = scene.over(scene.sharing(free, &first), &first, false);
            cases.push(scene.case(
                "the same period in a row that does not count",
                &free,
                Expected::Accepted,
            ));
            rows.push(free);
        }
        let all: Vec<&Row> = rows.iter().collect();
        tests.push(RuleTest {
            rule: scene.rule.name.clone(),
            says: scene.rule.says.clone(),
            given: fixtures.needs(&all),
            cases,
        });
        tests.extend(bounds_test(&scene));
    }
    tests
}

/// The end before the start, or no time at all.
fn bounds_test(scene: &Scene<'_>) -> Option<RuleTest> {
    let rule = bounds_rule(scene.entity, &scene.period);
    let enforcement = scene
        .draft
        .enforcements
        .iter()
        .find(|e| e.family == super::FAMILY && e.rule == rule)?;
    let constraint = constraint_names(scene.draft, &enforcement.rule).pop()?;
    // Every value that another rule looks at is settled before this one is broken.
    let row = scene.settled(scene.row(1));
    let (says, broken) = match &scene.period {
        Period::Range(column) => {
            let mut broken = row.clone();
            broken.values.insert(column.to_string(), "'empty'".into());
            ("an empty period", broken)
        }
        Period::Pair { start, end, .. } => {
            let mut broken = row.clone();
            let from = scene.fixtures.value(&row, start.as_str())?;
            broken.values.insert(start.to_string(), from.clone());
            broken.values.insert(end.to_string(), from);
            ("an end that is the start", broken)
        }
    };
    Some(RuleTest {
        rule: enforcement.rule.clone(),
        says: enforcement.says.clone(),
        given: scene.fixtures.needs(&[&row]),
        cases: vec![
            scene.case(
                says,
                &broken,
                Expected::rejected(CHECK_VIOLATION, Some(&constraint)),
            ),
            scene.case("a start before the end", &row, Expected::Accepted),
        ],
    })
}

/// Two sessions take the same time.
pub fn concurrent_tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
    scenes(draft, fixtures)
        .iter()
        .map(|scene| {
            let first = scene.row(1);
            let second = scene.over(scene.sharing(scene.row(2), &first), &first, false);
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
            steps.push(step(
                2,
                fixtures.insert_only(&second),
                StepExpected::WaitsThenFails(EXCLUSION_VIOLATION.to_owned()),
            ));
            steps.push(step(1, "COMMIT".into(), StepExpected::Done));
            steps.push(step(2, "ROLLBACK".into(), StepExpected::Done));
            let table = fixtures.table_of(&first).quoted();
            ConcurrentTest {
                rule: scene.rule.name.clone(),
                says: format!(
                    "{} Two sessions insert the same period at once: the second waits for the \
                     first and then fails.",
                    scene.rule.says
                ),
                given: fixtures.needs(&[&first, &second]),
                steps,
                finally: format!(
                    "SELECT count(*) = 1 FROM {table} WHERE ({}) OR ({})",
                    fixtures.key_condition(&first),
                    fixtures.key_condition(&second)
                ),
            }
        })
        .collect()
}
