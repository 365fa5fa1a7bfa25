//! Moves between states that are accepted and rejected.

use pgwright_brief::model::{Attribute, Entity, RuleForm, States as Flow};
use pgwright_catalog::quote_literal;
use pgwright_ddl::expr::Expr;

use super::{constraint_name, flows, moves_from, rule_id};
use crate::candidates::Candidates;
use crate::draft::Draft;
use crate::families::value_rules::row_rules;
use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};
use crate::trial::insert_beside;
use crate::trigger_rules::{CHECK_VIOLATION, RESTRICT_VIOLATION};

struct Scene<'a> {
    draft: &'a Draft<'a>,
    fixtures: &'a Fixtures<'a>,
    entity: &'a Entity,
    attribute: &'a Attribute,
    flow: &'a Flow,
}

impl Scene<'_> {
    /// A row in a state, with whatever the rules want of rows in it.
    fn row_in(&self, number: u32, state: &str) -> Option<Row> {
        let rules = row_rules(self.draft, self.entity).into_values().collect();
        let candidates = Candidates::new(self.fixtures, self.entity, rules);
        let row = self.fixtures.row(&self.entity.name, number);
        candidates.with_conditions(&row, &[self.is(state)])
    }

    fn is(&self, state: &str) -> Expr {
        Expr::binary("=", Expr::column(&self.attribute.name), Expr::text(state))
    }

    /// The UPDATE that moves a row, with what the rules want of rows in the new state, and the
    /// rows that must then stand beside it.
    fn move_to(&self, row: &Row, state: &str) -> Vec<String> {
        let (needs, moving) = self.moving_to(row, state);
        needs.into_iter().chain(moving).collect()
    }

    /// The same, what the row comes to refer to apart.
    fn moving_to(&self, row: &Row, state: &str) -> (Vec<String>, Vec<String>) {
        let literal = quote_literal(state);
        let rules = row_rules(self.draft, self.entity).into_values().collect();
        let candidates = Candidates::new(self.fixtures, self.entity, rules);
        let moved = candidates.with_conditions(row, &[self.is(state)]);
        let update = moved
            .as_ref()
            .and_then(|moved| candidates.update(row, moved))
            .unwrap_or_else(|| {
                self.fixtures
                    .update(row, &[(&self.attribute.name, &literal)])
            });
        let before = insert_beside(self.fixtures, row);
        let beside = moved
            .as_ref()
            .map(|moved| insert_beside(self.fixtures, moved))
            .unwrap_or_default();
        let needs = moved
            .as_ref()
            .map(|moved| candidates.new_needs(row, moved))
            .unwrap_or_default();
        let own: Vec<String> = moved
            .iter()
            .map(|moved| self.fixtures.insert_only(moved))
            .collect();
        let moving = [update]
            .into_iter()
            .chain(
                beside
                    .into_iter()
                    .filter(|s| !own.contains(s) && !before.contains(s)),
            )
            .filter(|statement| !needs.contains(statement))
            .collect();
        (needs, moving)
    }
}

impl Scene<'_> {
    /// Whether a row stops changing once it is in a state, its state included.
    fn freezes_in(&self, row: &Row) -> bool {
        self.entity.rules.iter().any(|rule| match &rule.form {
            RuleForm::Frozen {
                condition, except, ..
            } => !except.contains(&self.attribute.name) && self.fixtures.holds(row, condition),
            _ => false,
        })
    }

    /// The statements after which a row is there in its state. One that is frozen in it gets there
    /// by moves, so that its parts can be added before.
    fn given(&self, row: &Row, state: &str) -> Vec<String> {
        if !self.freezes_in(row) {
            return self.fixtures.insert(&[row]);
        }
        let rules = row_rules(self.draft, self.entity).into_values().collect();
        let candidates = Candidates::new(self.fixtures, self.entity, rules);
        let start = self.fixtures.row(&self.entity.name, row.number);
        let mut statements = self.fixtures.insert(&[&start]);
        if let Some((moves, _)) = candidates.updates_to(&start, &[self.is(state)]) {
            statements.extend(moves);
        }
        statements
    }
}

fn scenes<'a>(draft: &'a Draft<'a>, fixtures: &'a Fixtures<'a>) -> Vec<Scene<'a>> {
    draft
        .created_entities()
        .flat_map(|entity| {
            flows(entity)
                .into_iter()
                .map(move |(attribute, flow)| Scene {
                    draft,
                    fixtures,
                    entity,
                    attribute,
                    flow,
                })
        })
        .filter(|s| s.draft.column(&s.entity.name, &s.attribute.name).is_some())
        .collect()
}

/// Every allowed move once; for each state, one move that is not allowed.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    scenes(draft, fixtures)
        .iter()
        .filter_map(|scene| {
            let column = draft.column(&scene.entity.name, &scene.attribute.name)?;
            let constraint = constraint_name(draft, scene.entity, &column);
            let enforcement = draft
                .enforcements
                .iter()
                .find(|e| e.rule == rule_id(scene.entity, scene.attribute))?;
            let mut given: Vec<String> = Vec::new();
            let mut add = |row: &Row, state: &str| {
                for statement in scene.given(row, state) {
                    if !given.contains(&statement) {
                        given.push(statement);
                    }
                }
            };
            let mut cases = Vec::new();
            let mut number = 0;
            for state in &scene.flow.states {
                for to in moves_from(scene.flow, state) {
                    number += 1;
                    let Some(row) = scene.row_in(number, state) else {
                        continue;
                    };
                    if scene.freezes_in(&row) {
                        continue;
                    }
                    cases.push(Case {
                        says: format!("from “{state}” to “{to}”"),
                        statements: scene.move_to(&row, to),
                        expected: Expected::Accepted,
                    });
                    add(&row, state);
                }
                let refused = scene.flow.states.iter().find(|to| {
                    *to != state && !moves_from(scene.flow, state).contains(&to.as_str())
                });
                let Some(to) = refused else { continue };
                number += 1;
                let Some(row) = scene.row_in(number, state) else {
                    continue;
                };
                cases.push(Case {
                    says: format!("from “{state}” to “{to}”, which is no allowed move"),
                    statements: scene.move_to(&row, to),
                    expected: if scene.freezes_in(&row) {
                        Expected::rejected(RESTRICT_VIOLATION, None)
                    } else {
                        Expected::rejected(CHECK_VIOLATION, Some(&constraint))
                    },
                });
                add(&row, state);
            }
            Some(RuleTest {
                rule: enforcement.rule.clone(),
                says: enforcement.says.clone(),
                given,
                cases,
            })
        })
        .collect()
}

/// Two sessions leave the same state for places between which there is no way.
pub fn concurrent_tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
    let mut tests = Vec::new();
    for scene in scenes(draft, fixtures) {
        let fork = scene.flow.states.iter().find_map(|state| {
            let next = moves_from(scene.flow, state);
            next.iter().find_map(|one| {
                // A state in which other rows must stand beside this one is another story.
                let row = scene.row_in(1, state)?;
                if scene.moving_to(&row, one).1.len() > 1 {
                    return None;
                }
                let after = moves_from(scene.flow, one);
                next.iter()
                    .find(|two| *two != one && !after.contains(two))
                    .map(|two| (state.clone(), (*one).to_owned(), (*two).to_owned()))
            })
        });
        let Some((state, one, two)) = fork else {
            continue;
        };
        let Some(row) = scene.row_in(1, &state) else {
            continue;
        };
        let (first_needs, first) = scene.moving_to(&row, &one);
        let (second_needs, second) = scene.moving_to(&row, &two);
        let mut given = fixtures.insert(&[&row]);
        for statement in first_needs.into_iter().chain(second_needs) {
            if !given.contains(&statement) {
                given.push(statement);
            }
        }
        // Where the first session freezes the row, that is what the second meets.
        let is_frozen = scene
            .row_in(1, &one)
            .is_some_and(|moved| scene.freezes_in(&moved));
        let refusal = if is_frozen {
            RESTRICT_VIOLATION
        } else {
            CHECK_VIOLATION
        };
        let step = |session, sql: &str, expected| SessionStep {
            session,
            sql: sql.to_owned(),
            expected,
        };
        let column = draft
            .column(&scene.entity.name, &scene.attribute.name)
            .map_or_else(String::new, |c| c.quoted());
        tests.push(ConcurrentTest {
            rule: rule_id(scene.entity, scene.attribute),
            says: format!(
                "Two sessions move the same row from “{state}”: one to “{one}”, and the other to \
                 “{two}”, where there is no way from “{one}”. The second waits and fails."
            ),
            given,
            steps: vec![
                step(1, "BEGIN", StepExpected::Done),
                step(1, &first[0], StepExpected::Done),
                step(2, "BEGIN", StepExpected::Done),
                step(
                    2,
                    &second[0],
                    StepExpected::WaitsThenFails(refusal.to_owned()),
                ),
                step(1, "COMMIT", StepExpected::Done),
                step(2, "ROLLBACK", StepExpected::Done),
            ],
            finally: format!(
                "SELECT {column} = {} FROM {} WHERE {}",
                quote_literal(&one),
                fixtures.table_of(&row).quoted(),
                fixtures.key_condition(&row)
            ),
        });
    }
    tests
}
