//! Two sessions at once add rows that cannot stand beside each other.

use pgwright_brief::model::RuleForm;

use super::{Demand, cases};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::layout::Place;
use crate::testing::{ConcurrentTest, SessionStep, StepExpected};
use crate::{trial, words};

/// A test for a rule that allows at most one of something, or that counts rows once across
/// partitions. Plain unique values are left to PostgreSQL's own tests: they are its constraints.
pub(super) fn test(
    draft: &Draft<'_>,
    fixtures: &Fixtures<'_>,
    demand: &Demand<'_>,
) -> Option<ConcurrentTest> {
    let written = demand
        .entity
        .rules
        .iter()
        .any(|r| r.name == demand.rule && matches!(r.form, RuleForm::AtMostOne { .. }));
    let partitioned = draft.plan(&demand.entity.name).partition.is_some();
    if (!written && !partitioned) || matches!(demand.place, Place::Role(_)) {
        return None;
    }
    let (first, second) = cases::pair(draft, fixtures, demand)?;
    let mut given = fixtures.needs(&[&first]);
    trial::add_needs(fixtures, &mut given, &second, &[&first]);
    let step = |session, sql: String, expected| SessionStep {
        session,
        sql,
        expected,
    };
    let mut steps = vec![step(1, "BEGIN".to_owned(), StepExpected::Done)];
    for sql in trial::insert_beside(fixtures, &first) {
        steps.push(step(1, sql, StepExpected::Done));
    }
    steps.extend([
        step(2, "BEGIN".to_owned(), StepExpected::Done),
        step(
            2,
            fixtures.insert_only(&second),
            StepExpected::WaitsThenFails("23505".to_owned()),
        ),
        step(1, "COMMIT".to_owned(), StepExpected::Done),
        step(2, "ROLLBACK".to_owned(), StepExpected::Done),
    ]);
    let found = |row| format!("({})", fixtures.key_condition(row));
    Some(ConcurrentTest {
        rule: demand.rule.clone(),
        says: format!(
            "{} Two sessions add {} at once: the second waits for the first and then fails.",
            demand.says.trim(),
            words::a(&demand.entity.name)
        ),
        given,
        steps,
        finally: format!(
            "SELECT count(*) = 1 FROM {} WHERE {} OR {}",
            draft.plan(&demand.entity.name).table.quoted(),
            found(&first),
            found(&second)
        ),
    })
}
