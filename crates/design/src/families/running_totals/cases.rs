//! Rows that are added up, and totals that must not go below a bound.

use pgwright_ddl::expr::{Expr, parse_expression};

use super::upkeep::constraint_name;
use super::{Total, bounds, refresh, totals};
use crate::candidates::{self, Candidates};
use crate::draft::Draft;
use crate::families::copied_values;
use crate::families::value_rules::row_rules;
use crate::fixtures::{Fixtures, Row};
use crate::testing::{Case, ConcurrentTest, Expected, RuleTest, SessionStep, StepExpected};
use crate::trial::insert_beside;
use crate::trigger_rules::{CHECK_VIOLATION, RESTRICT_VIOLATION};

struct Scene<'a> {
    draft: &'a Draft<'a>,
    fixtures: &'a Fixtures<'a>,
    total: &'a Total<'a>,
}

impl Scene<'_> {
    /// Row `number` of the source, in the same group as row 1, with an amount.
    fn row(&self, number: u32, amount: &str) -> Option<Row> {
        let source = self.total.source;
        let first = self.fixtures.row(&source.name, 1);
        let mut row = self.fixtures.row(&source.name, number);
        for attribute in &self.total.running.per {
            // A computed one is shared by sharing what it is computed from.
            let computed = source
                .attribute(attribute)
                .and_then(|a| a.computed.as_ref());
            let shared: Vec<String> = match computed {
                Some(expression) => expression
                    .columns()
                    .into_iter()
                    .filter_map(|path| path.into_iter().next_back())
                    .collect(),
                None => vec![attribute.clone()],
            };
            for attribute in shared {
                row = candidates::taking(self.fixtures, source, row, &attribute, &first);
            }
        }
        row = self.fixtures.in_tenant_of(row, &first);
        let rules = row_rules(self.draft, source).into_values().collect();
        let attribute = &self.total.running.attribute;
        // A computed amount is reached through what it is computed from.
        let left = source
            .attribute(attribute)
            .and_then(|a| a.computed.clone())
            .unwrap_or_else(|| Expr::column(attribute));
        let wanted = Expr::binary("=", left, parse_expression(amount).ok()?);
        Candidates::new(self.fixtures, source, rules).with_conditions(&row, &[wanted])
    }

    /// The condition that finds the total of row 1's group.
    fn group(&self, row: &Row) -> String {
        let conditions: Vec<String> = self
            .total
            .per
            .iter()
            .map(|(here, there)| {
                // What the database computes is looked up in the row itself.
                let value = self.fixtures.value(row, there.as_str()).unwrap_or_else(|| {
                    format!(
                        "(SELECT s.{} FROM {} AS s WHERE {})",
                        there.quoted(),
                        self.fixtures.table_of(row).quoted(),
                        self.fixtures.key_condition(row)
                    )
                });
                format!("{} IS NOT DISTINCT FROM {value}", here.quoted())
            })
            .collect();
        conditions.join(" AND ")
    }

    fn table(&self) -> String {
        self.draft.plan(&self.total.entity.name).table.quoted()
    }

    fn holds(&self, row: &Row, amount: &str) -> String {
        format!(
            "SELECT FROM {} WHERE {} AND {} = {amount}",
            self.table(),
            self.group(row),
            self.total.column.quoted()
        )
    }
}

fn case(says: &str, statements: Vec<String>, expected: Expected) -> Case {
    Case {
        says: says.to_owned(),
        statements,
        expected,
    }
}

/// Tests of every running total and its bounds.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    let mut tests = Vec::new();
    for total in &totals(draft) {
        let scene = Scene {
            draft,
            fixtures,
            total,
        };
        tests.extend(upkeep_test(&scene));
        for (rule, says, constraint, _) in bounds(draft, total) {
            tests.extend(bound_test(&scene, rule, says, constraint.as_str()));
        }
    }
    tests
}

fn upkeep_test(scene: &Scene<'_>) -> Option<RuleTest> {
    let total = scene.total;
    let enforcement = scene
        .draft
        .enforcements
        .iter()
        .find(|e| e.rule == total.rule())?;
    let first = scene.row(1, "10")?;
    let second = scene.row(2, "3")?;
    let refreshed = if total.is_live() {
        None
    } else {
        let name = refresh::function_name(scene.draft, total).quoted();
        let takes_day = scene.draft.catalog.routines.iter().any(|(signature, r)| {
            signature.name == refresh::function_name(scene.draft, total) && !r.arguments.is_empty()
        });
        Some(if takes_day {
            format!("SELECT {name}('1900-01-01')")
        } else {
            format!("SELECT {name}()")
        })
    };
    let mut statements = insert_beside(scene.fixtures, &first);
    statements.extend(insert_beside(scene.fixtures, &second));
    statements.extend(refreshed.clone());
    statements.push(scene.holds(&first, "13"));
    let mut cases = vec![case(
        "two rows are added: the total is their sum",
        statements,
        Expected::Returns(1),
    )];
    if !total.source.append_only && scene.draft.plan(&total.source.name).partition.is_none() {
        let is_plain = total
            .source
            .attribute(&total.running.attribute)
            .is_some_and(|a| a.computed.is_none() && !copied_values::is_set_once(a));
        if is_plain && total.is_live() {
            let set = [(total.running.attribute.as_str(), "4")];
            cases.push(case(
                "one of them changes: so does the total",
                vec![
                    scene.fixtures.update(&second, &set),
                    scene.holds(&first, "14"),
                ],
                Expected::Returns(1),
            ));
        }
    }
    let table = &scene.draft.plan(&total.entity.name).table;
    let constraint = constraint_name(table, &total.column);
    cases.push(case(
        "writing the total by hand",
        vec![format!(
            "UPDATE {} SET {} = 1000 WHERE {}",
            scene.table(),
            total.column.quoted(),
            scene.group(&first)
        )],
        Expected::rejected(RESTRICT_VIOLATION, Some(&constraint)),
    ));
    let given = scene.fixtures.needs(&[&first, &second]);
    Some(RuleTest {
        rule: enforcement.rule.clone(),
        says: enforcement.says.clone(),
        given,
        cases,
    })
}

fn bound_test(scene: &Scene<'_>, rule: String, says: String, constraint: &str) -> Option<RuleTest> {
    if !scene.total.is_live() {
        return None;
    }
    let first = scene.row(1, "10")?;
    let taken = scene.row(2, "-10")?;
    let more = scene.row(3, "-1")?;
    let given = scene.fixtures.needs(&[&first, &taken, &more]);
    Some(RuleTest {
        rule,
        says,
        given,
        cases: vec![
            case(
                "ten are added",
                insert_beside(scene.fixtures, &first),
                Expected::Accepted,
            ),
            case(
                "all ten are taken",
                insert_beside(scene.fixtures, &taken),
                Expected::Accepted,
            ),
            case(
                "one more is taken",
                insert_beside(scene.fixtures, &more),
                Expected::rejected(CHECK_VIOLATION, Some(constraint)),
            ),
        ],
    })
}

/// Two sessions take the last.
pub fn concurrent_tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
    let mut tests = Vec::new();
    for total in &totals(draft) {
        let scene = Scene {
            draft,
            fixtures,
            total,
        };
        for (rule, says, _, _) in bounds(draft, total) {
            tests.extend(last_one(&scene, rule, &says));
        }
    }
    tests
}

fn last_one(scene: &Scene<'_>, rule: String, says: &str) -> Option<ConcurrentTest> {
    if !scene.total.is_live() {
        return None;
    }
    let fixtures = scene.fixtures;
    let first = scene.row(1, "10")?;
    let one = scene.row(2, "-10")?;
    let other = scene.row(3, "-10")?;
    let mut given = fixtures.needs(&[&first, &one, &other]);
    given.extend(insert_beside(fixtures, &first));
    let step = |session, sql: String, expected| SessionStep {
        session,
        sql,
        expected,
    };
    Some(ConcurrentTest {
        rule,
        says: format!(
            "{says} Two sessions take the last ten at once: the second waits for the first and then \
             fails."
        ),
        given,
        steps: vec![
            step(1, "BEGIN".into(), StepExpected::Done),
            step(1, fixtures.insert_only(&one), StepExpected::Done),
            step(2, "BEGIN".into(), StepExpected::Done),
            step(
                2,
                fixtures.insert_only(&other),
                StepExpected::WaitsThenFails(CHECK_VIOLATION.to_owned()),
            ),
            step(1, "COMMIT".into(), StepExpected::Done),
            step(2, "ROLLBACK".into(), StepExpected::Done),
        ],
        finally: format!(
            "SELECT {} = 0 FROM {} WHERE {}",
            scene.total.column.quoted(),
            scene.table(),
            scene.group(&first)
        ),
    })
}
