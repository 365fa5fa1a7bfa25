//! Two sessions that write parts of one whole at once.

use super::cases::{Scene, bounded_whole, is};
use super::{Demand, aggregates};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::{ConcurrentTest, SessionStep, StepExpected};
use crate::trigger_rules::{CHECK_VIOLATION, NOT_SUPPORTED, equal};

/// Concurrent tests of the rules that have one.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
    aggregates(draft)
        .iter()
        .filter_map(|aggregate| {
            let scene = Scene {
                draft,
                fixtures,
                aggregate,
            };
            match aggregate.demand {
                Demand::SumAtMost { .. } => sum_at_most(&scene),
                Demand::AtLeastOne
                    if scene.parts_go() && scene.is_alone() && aggregate.condition.is_none() =>
                {
                    last_two(&scene)
                }
                Demand::SumEquals { .. } if scene.is_alone() && aggregate.condition.is_none() => {
                    sum_equals(&scene)
                }
                _ => None,
            }
        })
        .collect()
}

fn step(session: u8, sql: impl Into<String>, expected: StepExpected) -> SessionStep {
    SessionStep {
        session,
        sql: sql.into(),
        expected,
    }
}

fn waits_then_fails() -> StepExpected {
    StepExpected::WaitsThenFails(CHECK_VIOLATION.to_owned())
}

/// Each session writes a part that alone reaches the bound.
fn sum_at_most(scene: &Scene<'_>) -> Option<ConcurrentTest> {
    let Demand::SumAtMost { bound } = &scene.aggregate.demand else {
        return None;
    };
    let fixtures = scene.fixtures;
    let (whole, value) = bounded_whole(scene, 1)?;
    let first = scene.part_worth(1, &whole, &bound.of, &value)?;
    let second = scene.part_worth(2, &whole, &bound.of, &value)?;
    let part_table = &scene.draft.plan(&scene.aggregate.part.name).table;
    let whole_table = &scene.draft.plan(&scene.aggregate.whole.name).table;
    Some(ConcurrentTest {
        rule: scene.aggregate.rule.name.clone(),
        says: format!(
            "{} Two sessions write at once what only one of them may: the second waits, is judged \
             with the first one's row and fails. REPEATABLE READ, which would not see that row, is \
             turned down.",
            scene.aggregate.rule.says
        ),
        given: fixtures.needs(&[&first, &second]),
        steps: vec![
            step(1, "BEGIN", StepExpected::Done),
            step(1, fixtures.insert_only(&first), StepExpected::Done),
            step(2, "BEGIN", StepExpected::Done),
            step(2, fixtures.insert_only(&second), waits_then_fails()),
            step(1, "COMMIT", StepExpected::Done),
            step(2, "ROLLBACK", StepExpected::Done),
            step(
                2,
                "BEGIN ISOLATION LEVEL REPEATABLE READ",
                StepExpected::Done,
            ),
            step(
                2,
                fixtures.insert_only(&second),
                StepExpected::Fails(NOT_SUPPORTED.to_owned()),
            ),
            step(2, "ROLLBACK", StepExpected::Done),
        ],
        finally: format!(
            "SELECT sum(p.{}) <= max(w.{}) FROM {} AS p JOIN {} AS w ON {}",
            bound.of_column.quoted(),
            bound.column.quoted(),
            part_table.quoted(),
            whole_table.quoted(),
            equal(
                "w",
                &scene.aggregate.link.key,
                "p",
                &scene.aggregate.link.columns
            )
        ),
    })
}

/// Each session removes one of the last two parts.
fn last_two(scene: &Scene<'_>) -> Option<ConcurrentTest> {
    let fixtures = scene.fixtures;
    let whole = scene.whole(1, true, &[])?;
    let first = scene.part(1, &whole, &[])?;
    let second = scene.part(2, &whole, &[])?;
    let part_table = fixtures.table_of(&first).quoted();
    let mut given = fixtures.needs(&[&whole, &first, &second]);
    given.extend(scene.bare(&whole));
    given.push(fixtures.insert_only(&first));
    given.push(fixtures.insert_only(&second));
    Some(ConcurrentTest {
        rule: scene.aggregate.rule.name.clone(),
        says: format!(
            "{} Two sessions remove the last two at once: the second waits for the first and its \
             transaction fails.",
            scene.aggregate.rule.says
        ),
        given,
        steps: vec![
            step(1, "BEGIN", StepExpected::Done),
            step(1, fixtures.delete(&first), StepExpected::Done),
            step(2, "BEGIN", StepExpected::Done),
            step(2, fixtures.delete(&second), StepExpected::Done),
            step(1, "SET CONSTRAINTS ALL IMMEDIATE", StepExpected::Done),
            step(2, "COMMIT", waits_then_fails()),
            step(1, "COMMIT", StepExpected::Done),
        ],
        finally: format!("SELECT count(*) = 1 FROM {part_table}"),
    })
}

/// Each session adds a part; only the first one keeps the whole's figure right.
fn sum_equals(scene: &Scene<'_>) -> Option<ConcurrentTest> {
    let Demand::SumEquals { bound } = &scene.aggregate.demand else {
        return None;
    };
    // The lock of a frozen whole's parts would make the second session wait elsewhere.
    if scene.parts_freeze() {
        return None;
    }
    let fixtures = scene.fixtures;
    let whole = scene.whole(1, true, &[is(&bound.attribute, "0")?])?;
    let first = scene.part(1, &whole, &[is(&bound.of, "1")?])?;
    let second = scene.part(2, &whole, &[is(&bound.of, "1")?])?;
    let after = scene.whole(1, true, &[is(&bound.attribute, "1")?])?;
    let set: Vec<(&str, &str)> = after
        .values
        .iter()
        .filter(|(column, sql)| fixtures.value(&whole, column).as_ref() != Some(sql))
        .map(|(column, sql)| (column.as_str(), sql.as_str()))
        .collect();
    let part_table = fixtures.table_of(&first).quoted();
    let mut given = fixtures.needs(&[&whole, &first, &second]);
    given.extend(scene.bare(&whole));
    Some(ConcurrentTest {
        rule: scene.aggregate.rule.name.clone(),
        says: format!(
            "{} Two sessions add a part at once, and only the first corrects the figure: the \
             second waits at its end and fails.",
            scene.aggregate.rule.says
        ),
        given,
        steps: vec![
            step(1, "BEGIN", StepExpected::Done),
            step(1, fixtures.update(&whole, &set), StepExpected::Done),
            step(1, fixtures.insert_only(&first), StepExpected::Done),
            step(2, "BEGIN", StepExpected::Done),
            step(2, fixtures.insert_only(&second), StepExpected::Done),
            step(2, "COMMIT", waits_then_fails()),
            step(1, "COMMIT", StepExpected::Done),
        ],
        finally: format!("SELECT count(*) = 1 FROM {part_table}"),
    })
}
