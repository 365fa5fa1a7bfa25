//! Rules about the parts of a whole together: sums and numbers of them.

mod cases;
mod checks;
mod concurrent;

use pgwright_brief::model::{Entity, Rule, RuleForm};
use pgwright_catalog::{Name, ObjectId};
use pgwright_ddl::expr::Expr;

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Source, Weight};
use crate::draft::Draft;
use crate::fixtures::Fixtures;
use crate::testing::{ConcurrentTest, RuleTest};
use crate::trigger_rules::{ISOLATION_LEVELS, Link, link, number_column};

const FAMILY: &str = "aggregate_rules";

/// Sums and numbers of parts.
#[derive(Debug)]
pub struct AggregateRules;

impl Family for AggregateRules {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for entity in draft.created_entities() {
            for rule in &entity.rules {
                if let Some(aggregate) = Aggregate::of(draft, entity, rule) {
                    build(draft, &aggregate);
                }
            }
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        concurrent::tests(draft, fixtures)
    }
}

/// A rule about parts of a whole.
#[derive(Debug)]
struct Aggregate<'e> {
    whole: &'e Entity,
    rule: &'e Rule,
    part: &'e Entity,
    link: Link,
    demand: Demand,
    /// On the whole: the rule is for rows where it holds.
    condition: Option<&'e Expr>,
    /// On the parts: only these count.
    part_condition: Option<&'e Expr>,
}

/// What is demanded of the parts.
#[derive(Debug)]
enum Demand {
    /// Their sum is what the whole says.
    SumEquals { bound: Bound },
    /// Their sum is at most what the whole says.
    SumAtMost { bound: Bound },
    /// There is exactly one.
    ExactlyOne,
    /// There is at least one.
    AtLeastOne,
}

/// The numbers that a sum is made of and compared with.
#[derive(Debug)]
struct Bound {
    attribute: String,
    column: Name,
    of: String,
    of_column: Name,
}

impl<'e> Aggregate<'e> {
    fn of<'d: 'e>(draft: &Draft<'d>, whole: &'e Entity, rule: &'e Rule) -> Option<Self> {
        let bound = |attribute: &String, part: &String, of: &String| {
            Some(Bound {
                attribute: attribute.clone(),
                column: number_column(draft, &whole.name, attribute)?,
                of: of.clone(),
                of_column: number_column(draft, part, of)?,
            })
        };
        let (part, demand, condition, part_condition) = match &rule.form {
            RuleForm::SumEquals {
                attribute,
                entity,
                of,
                condition,
            } => {
                let bound = bound(attribute, entity, of)?;
                (
                    entity,
                    Demand::SumEquals { bound },
                    condition.as_ref(),
                    None,
                )
            }
            RuleForm::SumAtMost {
                entity,
                of,
                attribute,
                condition,
            } => {
                let bound = bound(attribute, entity, of)?;
                (
                    entity,
                    Demand::SumAtMost { bound },
                    None,
                    condition.as_ref(),
                )
            }
            RuleForm::ExactlyOne { entity, condition } => {
                (entity, Demand::ExactlyOne, condition.as_ref(), None)
            }
            RuleForm::AtLeastOne { entity, condition } => {
                (entity, Demand::AtLeastOne, condition.as_ref(), None)
            }
            _ => return None,
        };
        let link = link(draft, part, &whole.name)?;
        let brief: &'d pgwright_brief::model::Brief = draft.brief;
        Some(Self {
            whole,
            rule,
            part: brief.entity(part)?,
            link,
            demand,
            condition,
            part_condition,
        })
    }

    /// Checked when the transaction ends: the whole and its parts are written one after another.
    fn is_deferred(&self) -> bool {
        !matches!(self.demand, Demand::SumAtMost { .. })
    }
}

/// Every such rule of a design.
fn aggregates<'e>(draft: &Draft<'e>) -> Vec<Aggregate<'e>> {
    draft
        .created_entities()
        .flat_map(|entity| entity.rules.iter().map(move |rule| (entity, rule)))
        .filter_map(|(entity, rule)| Aggregate::of(draft, entity, rule))
        .collect()
}

fn build(draft: &mut Draft<'_>, aggregate: &Aggregate<'_>) {
    let by = checks::build(draft, aggregate);
    let rule = aggregate.rule;
    let source = Source::at(
        format!("{}.rules.{}", aggregate.whole.name, rule.name),
        rule.span,
    );
    let whole = aggregate.whole.name.replace('_', " ");
    let part = aggregate.part.name.replace('_', " ");
    let when = if aggregate.is_deferred() {
        "when the transaction ends, so that both can be written one after the other"
    } else {
        "as soon as a row is written"
    };
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: by.clone(),
        how: format!(
            "Constraint triggers on {whole} and {part} test it {when}. The test locks the row of \
             {whole} first: of two sessions that write parts of the same one, the second waits and \
             is judged with the first one's rows. {ISOLATION_LEVELS}"
        ),
        family: FAMILY,
        source: source.clone(),
    });
    decide(draft, aggregate, by, source);
}

fn decide(
    draft: &mut Draft<'_>,
    aggregate: &Aggregate<'_>,
    subjects: Vec<ObjectId>,
    source: Source,
) {
    let whole = aggregate.whole.name.replace('_', " ");
    let part = aggregate.part.name.replace('_', " ");
    let timing = if aggregate.is_deferred() {
        "It is deferred to the end of the transaction, because between the statements of one \
         transaction the rule cannot hold."
    } else {
        "It is tested at once: a row too many fails where it is written. SET CONSTRAINTS can \
         postpone it for a bulk load."
    };
    let mut alternatives = vec![
        Alternative::new(
            "SERIALIZABLE transactions for every writer",
            "The server would find the conflict by itself, but only when every program uses that \
             level, and all must then be ready to retry.",
        ),
        Alternative::new(
            "Lock with FOR UPDATE",
            "It would also stop foreign key checks, which take FOR KEY SHARE on the same row before \
             this test runs: two sessions could wait for each other. FOR NO KEY UPDATE does not.",
        ),
    ];
    match aggregate.demand {
        Demand::SumEquals { .. } => alternatives.insert(
            0,
            Alternative::new(
                "Do not store the sum; compute it in a view",
                "Nothing could disagree then. Right unless the stored figure is itself a fact that \
                 was issued, printed or signed.",
            ),
        ),
        Demand::SumAtMost { .. } => alternatives.insert(
            0,
            Alternative::new(
                "Keep the sum in a column with a CHECK",
                "Saves adding up the parts each time; worth it when a whole has thousands of them.",
            ),
        ),
        Demand::ExactlyOne | Demand::AtLeastOne => alternatives.insert(
            0,
            Alternative::new(
                "A NOT NULL reference from the whole to its first part",
                "Declarative, with a circle of two deferred foreign keys, and it cannot be limited \
                 to rows in a certain state.",
            ),
        ),
    }
    draft.decide(Decision {
        family: FAMILY,
        title: format!("“{}”", aggregate.rule.says.trim_end_matches('.')),
        subjects,
        choice: format!(
            "Constraint triggers on {whole} and on {part} that lock the {whole} and look at all of \
             its parts."
        ),
        rationale: format!(
            "The rule is about several rows at once, so no CHECK can keep it, and it can be broken \
             from either side. {timing} The lock on the one row of {whole} is what makes it hold \
             under concurrent writers: without it, two sessions could each be right by themselves \
             and wrong together. Writers of different rows of {whole} do not meet; a transaction \
             that writes to several should do so in key order, or it may meet another one in a \
             deadlock, of which the server ends one. This holds at READ COMMITTED, the default. \
             {ISOLATION_LEVELS}"
        ),
        alternatives,
        source,
        weight: Weight::Notable,
    });
}
