//! Wholes and parts that are accepted and rejected together.

use pgwright_brief::model::{Entity, RuleForm};
use pgwright_catalog::ConstraintKind;
use pgwright_ddl::expr::Expr;

use super::{Aggregate, Demand, aggregates};
use crate::candidates::Candidates;
use crate::draft::Draft;
use crate::families::copied_values;
use crate::families::value_rules::row_rules;
use crate::fixtures::{Fixtures, Row};
use crate::logic;
use crate::testing::{Case, Expected, RuleTest};
use crate::trial::insert_beside;
use crate::trigger_rules::{CHECK_VIOLATION, UNIQUE_VIOLATION};

/// A rule with what its tests need.
pub(super) struct Scene<'a> {
    pub(super) draft: &'a Draft<'a>,
    pub(super) fixtures: &'a Fixtures<'a>,
    pub(super) aggregate: &'a Aggregate<'a>,
}

impl<'a> Scene<'a> {
    fn candidates(&self, entity: &'a Entity) -> Candidates<'a> {
        let rules = row_rules(self.draft, entity).into_values().collect();
        Candidates::new(self.fixtures, entity, rules)
    }

    /// A whole under conditions; the rule's own condition holds or does not.
    pub(super) fn whole(&self, number: u32, applies: bool, more: &[Expr]) -> Option<Row> {
        let row = self.fixtures.row(&self.aggregate.whole.name, number);
        let mut conditions = more.to_vec();
        match self.aggregate.condition {
            Some(condition) if applies => conditions.push(condition.clone()),
            Some(condition) => conditions.push(logic::negation(condition)),
            None if applies => {}
            None => return None,
        }
        self.candidates(self.aggregate.whole)
            .with_conditions(&row, &conditions)
    }

    /// A part of `whole` that counts.
    pub(super) fn part(&self, number: u32, whole: &Row, more: &[Expr]) -> Option<Row> {
        let row = self.fixtures.row(&self.aggregate.part.name, number);
        let row = self
            .fixtures
            .with_reference(row, &self.aggregate.link.attribute, whole);
        let row = self.fixtures.in_tenant_of(row, whole);
        let mut conditions = more.to_vec();
        conditions.extend(self.aggregate.part_condition.cloned());
        self.candidates(self.aggregate.part)
            .with_conditions(&row, &conditions)
    }

    /// Statements that make the rule's condition hold for a whole.
    fn applied(&self, whole: &Row) -> Vec<String> {
        let Some(condition) = self.aggregate.condition else {
            return Vec::new();
        };
        self.candidates(self.aggregate.whole)
            .updates_to(whole, std::slice::from_ref(condition))
            .map(|(statements, _)| statements)
            .unwrap_or_default()
    }

    /// Whether parts are turned away once a whole is frozen, so that they must come first.
    pub(super) fn parts_freeze(&self) -> bool {
        self.aggregate.whole.rules.iter().any(|rule| {
            matches!(&rule.form, RuleForm::Frozen { parts, .. }
                if parts.contains(&self.aggregate.part.name))
        })
    }

    /// Whether a part may be removed at all.
    pub(super) fn parts_go(&self) -> bool {
        let part = self.aggregate.part;
        let frozen = part
            .rules
            .iter()
            .any(|rule| matches!(rule.form, RuleForm::Frozen { .. }));
        let numbered = part.attributes.iter().any(|a| a.gapless.is_some());
        !part.append_only
            && !frozen
            && !numbered
            && !self.parts_freeze()
            && !self.draft.plan(&part.name).restorable
            && !self.is_referenced(part)
    }

    /// Whether rows elsewhere may hold on to a part.
    fn is_referenced(&self, part: &Entity) -> bool {
        let table = &self.draft.plan(&part.name).table;
        self.draft.catalog.references_to(table).next().is_some()
    }

    /// The whole without the parts that fixtures bring along: those are what a test is about.
    pub(super) fn bare(&self, whole: &Row) -> Vec<String> {
        let part = self.fixtures.row(&self.aggregate.part.name, whole.number);
        let part = self
            .fixtures
            .with_reference(part, &self.aggregate.link.attribute, whole);
        let part = self.fixtures.in_tenant_of(part, whole);
        let insert_part = self.fixtures.insert_only(&part);
        let mut statements = insert_beside(self.fixtures, whole);
        if !statements.contains(&insert_part) {
            return statements;
        }
        let mut theirs = self.fixtures.needs(&[&part]);
        theirs.push(insert_part);
        theirs.extend(self.fixtures.corrected_sums(&part));
        let own = self.fixtures.insert_only(whole);
        let role = self.fixtures.role_statement(whole);
        statements.retain(|s| *s == own || Some(s) == role.as_ref() || !theirs.contains(s));
        statements
    }

    /// What parts are added up by: the attribute, or what it is computed from.
    fn amount(&self, of: &str) -> Expr {
        self.aggregate
            .part
            .attribute(of)
            .and_then(|a| a.computed.clone())
            .unwrap_or_else(|| Expr::column(of))
    }

    fn above_zero(&self, of: &str) -> Expr {
        Expr::binary(">", self.amount(of), Expr::Integer(0))
    }

    /// What a part is worth, as SQL.
    fn worth(&self, part: &Row) -> Option<String> {
        let (Demand::SumEquals { bound } | Demand::SumAtMost { bound }) = &self.aggregate.demand
        else {
            return None;
        };
        self.fixtures.worth(part, &self.amount(&bound.of))
    }

    /// A part of `whole` that is worth so much.
    pub(super) fn part_worth(
        &self,
        number: u32,
        whole: &Row,
        of: &str,
        value: &str,
    ) -> Option<Row> {
        let value_expression = pgwright_ddl::expr::parse_expression(value).ok()?;
        if value_expression.has_subquery() {
            let part = self.part(number, whole, &[])?;
            return Some(self.fixtures.with(part, of, value));
        }
        let condition = Expr::binary("=", self.amount(of), value_expression);
        self.part(number, whole, &[condition])
    }

    /// Whether other rules about the same parts would have a say in a test.
    pub(super) fn is_alone(&self) -> bool {
        aggregates(self.draft)
            .iter()
            .filter(|a| a.part.name == self.aggregate.part.name)
            .count()
            == 1
    }

    /// Whole, parts, and then what makes the rule apply to the whole.
    fn written(&self, whole: &Row, parts: &[&Row]) -> Vec<String> {
        let mut statements = self.bare(whole);
        statements.extend(parts.iter().map(|p| self.fixtures.insert_only(p)));
        statements.extend(self.applied(whole));
        statements
    }

    pub(super) fn rejected(&self) -> Expected {
        Expected::rejected(CHECK_VIOLATION, Some(&self.aggregate.rule.name))
    }

    /// Whether a unique key already keeps a whole to one part.
    fn has_unique_link(&self) -> bool {
        let table = self.draft.table(&self.aggregate.part.name);
        let within = |columns: &[pgwright_catalog::Name]| {
            columns
                .iter()
                .all(|c| self.aggregate.link.columns.contains(c))
        };
        let by_constraint = table.constraints.values().any(|c| match &c.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => within(&key.columns),
            _ => false,
        });
        by_constraint
            || table.indexes.values().any(|index| {
                let columns: Option<Vec<_>> = index
                    .elements
                    .iter()
                    .map(|e| crate::companion::element_column(e).cloned())
                    .collect();
                index.unique && columns.is_some_and(|c| within(&c))
            })
    }
}

/// Equality of an attribute with an SQL value.
pub(super) fn is(attribute: &str, sql: &str) -> Option<Expr> {
    let value = pgwright_ddl::expr::parse_expression(sql).ok()?;
    Some(Expr::binary("=", Expr::column(attribute), value))
}

/// Tests of every rule about parts.
pub fn tests(draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
    aggregates(draft)
        .iter()
        .filter_map(|aggregate| {
            let scene = Scene {
                draft,
                fixtures,
                aggregate,
            };
            let (rows, cases) = match aggregate.demand {
                Demand::SumEquals { .. } => sum_equals(&scene)?,
                Demand::SumAtMost { .. } => sum_at_most(&scene)?,
                Demand::ExactlyOne | Demand::AtLeastOne => numbers(&scene)?,
            };
            let all: Vec<&Row> = rows.iter().collect();
            // Wholes are written by the cases, not before them: as rows given they are left out.
            let given = fixtures.needs(&all);
            Some(RuleTest {
                rule: aggregate.rule.name.clone(),
                says: aggregate.rule.says.clone(),
                given,
                cases,
            })
        })
        .collect()
}

type Found = (Vec<Row>, Vec<Case>);

fn case(says: &str, statements: Vec<String>, expected: Expected) -> Case {
    Case {
        says: says.to_owned(),
        statements,
        expected,
    }
}

fn sum_equals(scene: &Scene<'_>) -> Option<Found> {
    let Demand::SumEquals { bound } = &scene.aggregate.demand else {
        return None;
    };
    let conditional = scene.aggregate.condition.is_some();
    let applies = !conditional;
    // What a part is worth does not depend on its whole's figure, and decides what that must be.
    let pair = |number: u32, applies: bool, operator: &str| {
        let unfinished = scene.whole(number, applies, &[])?;
        let worth =
            scene.worth(&scene.part(number, &unfinished, &[scene.above_zero(&bound.of)])?)?;
        let figure = Expr::binary(
            operator,
            Expr::column(&bound.attribute),
            pgwright_ddl::expr::parse_expression(&worth).ok()?,
        );
        let whole = scene.whole(number, applies, &[figure])?;
        let part = scene.part(number, &whole, &[scene.above_zero(&bound.of)])?;
        Some((whole, part))
    };
    let (right, part) = pair(1, applies, "=")?;
    let (wrong, wrong_part) = pair(2, applies, "<>")?;
    let mut rows = vec![
        right.clone(),
        part.clone(),
        wrong.clone(),
        wrong_part.clone(),
    ];
    let mut cases = vec![
        case(
            "the figure is the sum of the parts",
            scene.written(&right, &[&part]),
            Expected::Accepted,
        ),
        case(
            "the figure is not the sum of the parts",
            scene.written(&wrong, &[&wrong_part]),
            scene.rejected(),
        ),
    ];
    if !scene.parts_freeze() {
        let more = scene.part(3, &right, &[scene.above_zero(&bound.of)])?;
        cases.push(case(
            "another part, and the figure stays",
            vec![scene.fixtures.insert_only(&more)],
            scene.rejected(),
        ));
        rows.push(more);
    }
    if conditional && let Some((unfinished, part)) = pair(4, false, "<>") {
        let mut statements = scene.bare(&unfinished);
        statements.push(scene.fixtures.insert_only(&part));
        cases.push(case(
            "a figure that is not right yet, where the rule does not apply yet",
            statements,
            Expected::Accepted,
        ));
        rows.extend([unfinished, part]);
    }
    Some((rows, cases))
}

fn sum_at_most(scene: &Scene<'_>) -> Option<Found> {
    let Demand::SumAtMost { bound } = &scene.aggregate.demand else {
        return None;
    };
    let (whole, value) = bounded_whole(scene, 1)?;
    let all = scene.part_worth(1, &whole, &bound.of, &value)?;
    let more = scene.part(
        2,
        &whole,
        &[Expr::binary(">", Expr::column(&bound.of), Expr::Integer(0))],
    )?;
    let mut statements = scene.bare(&whole);
    statements.push(scene.fixtures.insert_only(&all));
    let mut cases = vec![
        case("parts that reach the bound", statements, Expected::Accepted),
        case(
            "one more part",
            vec![scene.fixtures.insert_only(&more)],
            scene.rejected(),
        ),
    ];
    let lowered = Expr::binary(
        "<",
        Expr::column(&bound.attribute),
        pgwright_ddl::expr::parse_expression(&value).ok()?,
    );
    let is_fixed = scene
        .aggregate
        .whole
        .attribute(&bound.attribute)
        .is_some_and(|a| {
            copied_values::is_set_once(a) || a.running_total.is_some() || a.computed.is_some()
        });
    let is_kept = scene.aggregate.whole.append_only
        || scene.aggregate.whole.rules.iter().any(|rule| {
            matches!(
                rule.form,
                RuleForm::Frozen { .. } | RuleForm::SumEquals { .. }
            )
        });
    if !is_fixed
        && !is_kept
        && let Some((statements, _)) = scene
            .candidates(scene.aggregate.whole)
            .updates_to(&whole, &[lowered])
    {
        cases.push(case(
            "a bound that is lowered under what is there",
            statements,
            scene.rejected(),
        ));
    }
    Some((vec![whole, all, more], cases))
}

/// A whole with a bound above zero, and the bound.
pub(super) fn bounded_whole(scene: &Scene<'_>, number: u32) -> Option<(Row, String)> {
    let Demand::SumAtMost { bound } = &scene.aggregate.demand else {
        return None;
    };
    let above_zero = Expr::binary(">", Expr::column(&bound.attribute), Expr::Integer(0));
    let whole = scene.whole(number, true, &[above_zero])?;
    let is_summed = scene.aggregate.whole.rules.iter().any(|rule| {
        matches!(&rule.form, RuleForm::SumEquals { attribute, .. } if *attribute == bound.attribute)
    });
    // A bound that is itself a sum of other parts is known only once those are there.
    let value = if is_summed {
        format!(
            "(SELECT w.{} FROM {} AS w WHERE {})",
            bound.column.quoted(),
            scene.fixtures.table_of(&whole).quoted(),
            scene.fixtures.key_condition(&whole)
        )
    } else {
        scene.fixtures.value(&whole, &bound.attribute)?
    };
    Some((whole, value))
}

fn numbers(scene: &Scene<'_>) -> Option<Found> {
    let exactly = matches!(scene.aggregate.demand, Demand::ExactlyOne);
    let conditional = scene.aggregate.condition.is_some();
    // Parts that freeze with their whole come before it is frozen.
    let applies = !conditional || !scene.parts_freeze();
    let whole = scene.whole(1, applies, &[])?;
    let part = scene.part(1, &whole, &[])?;
    let bare = scene.whole(2, applies, &[])?;
    let written = |whole: &Row, parts: &[&Row]| {
        let mut statements = scene.bare(whole);
        for part in parts {
            statements.push(scene.fixtures.insert_only(part));
            statements.extend(scene.fixtures.corrected_sums(part));
        }
        if !applies {
            statements.extend(scene.applied(whole));
        }
        statements
    };
    let part_name = scene.aggregate.part.name.replace('_', " ");
    let mut rows = vec![whole.clone(), part.clone(), bare.clone()];
    let mut cases = vec![
        case(
            &format!("one {part_name}"),
            written(&whole, &[&part]),
            Expected::Accepted,
        ),
        case(
            &format!("no {part_name}"),
            written(&bare, &[]),
            scene.rejected(),
        ),
    ];
    if conditional && let Some(free) = scene.whole(3, false, &[]) {
        cases.push(case(
            &format!("no {part_name}, where the rule does not apply"),
            scene.bare(&free),
            Expected::Accepted,
        ));
        rows.push(free);
    }
    if !scene.parts_freeze() {
        let second = scene.part(4, &whole, &[])?;
        let expected = if !exactly {
            Expected::Accepted
        } else if scene.has_unique_link() {
            Expected::rejected(UNIQUE_VIOLATION, None)
        } else {
            scene.rejected()
        };
        cases.push(case(
            &format!("a second {part_name}"),
            [scene.fixtures.insert_only(&second)]
                .into_iter()
                .chain(scene.fixtures.corrected_sums(&second))
                .collect(),
            expected,
        ));
        rows.push(second.clone());
        if scene.parts_go() && scene.is_alone() {
            let mut statements = vec![scene.fixtures.delete(&part)];
            if !exactly {
                statements.push(scene.fixtures.delete(&second));
            }
            cases.push(case(
                &format!("removing the last {part_name}"),
                statements,
                scene.rejected(),
            ));
        }
    }
    Some((rows, cases))
}
