//! How uniqueness is kept, and what unknown and deleted rows count for.

use pgwright_catalog::{ConstraintKind, ObjectId};

use super::{Demand, Part, is_primary, specs};
use crate::decision::{Alternative, Decision, Question, Source, Weight};
use crate::draft::Draft;
use crate::words;

pub(super) fn decisions(draft: &mut Draft<'_>, demands: &[Demand<'_>]) {
    let mut plain = Vec::new();
    let mut partial = Vec::new();
    let mut folded = Vec::new();
    let mut grouped = Vec::new();
    for demand in demands.iter().filter(|d| !is_primary(draft, d)) {
        for spec in specs(draft, demand) {
            let Some(table) = draft.catalog.tables.get(&spec.table) else {
                continue;
            };
            let constraint = table.constraints.get(&spec.name);
            if let Some(constraint) = constraint
                && let ConstraintKind::Unique(key) = &constraint.kind
            {
                plain.push((
                    demand,
                    ObjectId::Constraint(spec.table.clone(), spec.name.clone()),
                ));
                if key.nulls_not_distinct {
                    grouped.push(demand);
                }
            } else if let Some(index) = table.indexes.get(&spec.name) {
                let object = ObjectId::Index(spec.table.clone(), spec.name.clone());
                if spec.parts.iter().any(|p| matches!(p, Part::Lower(_))) {
                    folded.push((demand, object.clone()));
                }
                if index.predicate.is_some() {
                    partial.push((demand, object));
                }
            }
        }
    }
    if let Some((first, _)) = plain.first() {
        draft.decide(Decision {
            family: "uniqueness",
            title: "What is unique".to_owned(),
            subjects: plain.iter().map(|(_, o)| o.clone()).collect(),
            choice: format!("Unique constraints: {}", words::list_some(&says(&plain), 6)),
            rationale:
                "The index behind each also finds rows by these columns, so what is asked by \
                        them needs no other. A check in the application cannot replace it: two \
                        requests at once would both find the value free."
                    .to_owned(),
            alternatives: vec![Alternative::new(
                "a look before each insertion",
                "Fails exactly when two writers come at once.",
            )],
            source: Source::at(first.part(), first.span),
            weight: Weight::Routine,
        });
    }
    if let Some((first, _)) = partial.first() {
        let restorable = draft
            .brief
            .entities
            .iter()
            .any(|e| draft.plan(&e.name).restorable);
        let deleted = if restorable {
            " A row that is hidden does not hold on to its values: they can be used again at once. \
             Restoring it is then refused until one of the two gives way, which is the moment when \
             a person should decide."
        } else {
            ""
        };
        draft.decide(Decision {
            family: "uniqueness",
            title: "What is unique among some rows only".to_owned(),
            subjects: partial.iter().map(|(_, o)| o.clone()).collect(),
            choice: format!(
                "Partial unique indexes: {}",
                words::list_some(&says(&partial), 6)
            ),
            rationale: format!(
                "The index holds only the rows that the rule is about, so the others are free, and \
                 it is smaller for it.{deleted}"
            ),
            alternatives: vec![
                Alternative::new(
                    "a unique constraint over the columns and deleted_at",
                    "Two rows that are not deleted both have NULL there, and NULLs do not clash: it \
                     forbids nothing.",
                ),
                Alternative::new(
                    "a trigger that looks",
                    "Needs a lock to be right with two writers at once; an index is that lock.",
                ),
            ],
            source: Source::at(first.part(), first.span),
            weight: Weight::Notable,
        });
    }
    if let Some((first, _)) = folded.first() {
        draft.decide(Decision {
            family: "uniqueness",
            title: "E-mail addresses differ by more than case".to_owned(),
            subjects: folded.iter().map(|(_, o)| o.clone()).collect(),
            choice: "Unique indexes on lower(…).".to_owned(),
            rationale:
                "Ann@example.com and ann@example.com are one mailbox. A search for an address \
                        must say lower(email) = lower($1), and is then answered by this index."
                    .to_owned(),
            alternatives: vec![Alternative::new(
                "unique as written",
                "One person signs up twice and wonders where the data is.",
            )],
            source: Source::at(first.part(), first.span),
            weight: Weight::Routine,
        });
    }
    for demand in grouped {
        let spoken: Vec<String> = demand.attributes().map(|a| words::spoken(a)).collect();
        draft.ask(Question {
            id: format!("{}_without", demand.rule),
            ask: format!(
                "May two {} that lack one of {} be alike in the rest?",
                words::spoken(&crate::names::plural(&demand.entity.name)),
                words::list(&spoken)
            ),
            default: "No: rows without a value form one group (NULLS NOT DISTINCT).".to_owned(),
            matters:
                "SQL by default takes two unknown values for different, so that a combination \
                      with a gap would never clash."
                    .to_owned(),
            otherwise: "The constraint is a plain one, and rows with a gap are not compared."
                .to_owned(),
            source: Source::at(demand.part(), demand.span),
        });
    }
}

fn says(entries: &[(&Demand<'_>, ObjectId)]) -> Vec<String> {
    entries
        .iter()
        .map(|(d, _)| d.says.trim_end_matches('.').to_owned())
        .collect()
}
