//! Why references are kept as they are, and what deletion does.

use pgwright_catalog::{ConstraintKind, Deferrability, ObjectId, ReferentialAction};

use super::{Link, links};
use crate::decision::{Alternative, Decision, Source, Weight};
use crate::draft::Draft;
use crate::words;

pub(super) fn decisions(draft: &mut Draft<'_>) {
    let links = links(draft.brief);
    let mut cascading = Vec::new();
    let mut emptied = Vec::new();
    let mut refused = Vec::new();
    let mut circular = Vec::new();
    for link in &links {
        let Some(name) = link.constraint(draft) else {
            continue;
        };
        let table = link.table(draft);
        let Some(constraint) = draft
            .catalog
            .tables
            .get(&table)
            .and_then(|t| t.constraints.get(&name))
        else {
            continue;
        };
        let ConstraintKind::ForeignKey(key) = &constraint.kind else {
            continue;
        };
        let entry = (link, ObjectId::Constraint(table.clone(), name.clone()));
        match key.on_delete {
            ReferentialAction::Cascade => cascading.push(entry.clone()),
            ReferentialAction::SetNull(_) => emptied.push(entry.clone()),
            _ => refused.push(entry.clone()),
        }
        if constraint.deferrability == Deferrability::InitiallyDeferred {
            circular.push(entry);
        }
    }
    wholes(draft, &cascading);
    plain(draft, &refused);
    optional(draft, &emptied);
    circles(draft, &circular);
    single(draft, &links);
}

type Entry<'l, 'b> = (&'l Link<'b>, ObjectId);

fn parts(entries: &[Entry<'_, '_>]) -> Vec<String> {
    entries.iter().map(|(link, _)| link.part()).collect()
}

fn subjects(entries: &[Entry<'_, '_>]) -> Vec<ObjectId> {
    entries.iter().map(|(_, object)| object.clone()).collect()
}

fn wholes(draft: &mut Draft<'_>, entries: &[Entry<'_, '_>]) {
    let Some((first, _)) = entries.first() else {
        return;
    };
    let pairs: Vec<String> = entries
        .iter()
        .map(|(link, _)| {
            format!(
                "{} with its {}",
                words::a(&link.entity.name),
                words::spoken(&link.target.entity)
            )
        })
        .collect();
    draft.decide(Decision {
        family: "relationships",
        title: "Parts live and die with their whole".to_owned(),
        subjects: subjects(entries),
        choice: format!("ON DELETE CASCADE: {}.", words::list(&pairs)),
        rationale: "A part means nothing without its whole, so deleting the whole deletes the \
                    parts, in one statement and in one transaction. An index on the reference keeps \
                    that from reading the whole table."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "refuse, and let the application delete the parts first",
            "Right where deleting a whole with its parts by accident would be worse than an error; \
             every program that deletes must then know all the kinds of parts.",
        )],
        source: Source::at(first.part(), first.span),
        weight: Weight::Notable,
    });
}

fn plain(draft: &mut Draft<'_>, entries: &[Entry<'_, '_>]) {
    let Some((first, _)) = entries.first() else {
        return;
    };
    let restorable = draft.entities.values().any(|plan| plan.restorable);
    let hidden = if restorable {
        " Rows that are hidden rather than deleted stay, and references to them stay right."
    } else {
        ""
    };
    draft.decide(Decision {
        family: "relationships",
        title: "What is referred to is not deleted".to_owned(),
        subjects: subjects(entries),
        choice: format!(
            "Foreign keys with NO ACTION for {}.",
            words::list_some(&parts(entries), 6)
        ),
        rationale: format!(
            "These are facts about rows that stand for themselves: deleting what they refer to \
             would change them behind their backs, so it is refused. NO ACTION looks when the \
             statement ends, RESTRICT at each row: with NO ACTION, a deletion that cascades along \
             two ways to the same rows still succeeds.{hidden}"
        ),
        alternatives: vec![
            Alternative::new(
                "ON DELETE CASCADE",
                "Right for parts. Here one DELETE would take rows along that nobody had in mind.",
            ),
            Alternative::new(
                "no foreign key",
                "Spares a look-up per written row, and every report must then cope with references \
                 that lead nowhere.",
            ),
        ],
        source: Source::at(first.part(), first.span),
        weight: Weight::Routine,
    });
}

fn optional(draft: &mut Draft<'_>, entries: &[Entry<'_, '_>]) {
    let Some((first, _)) = entries.first() else {
        return;
    };
    draft.decide(Decision {
        family: "relationships",
        title: "Optional references are emptied".to_owned(),
        subjects: subjects(entries),
        choice: format!("ON DELETE SET NULL for {}.", words::list(&parts(entries))),
        rationale: "The brief allows rows without one, no rule speaks of it, and its rows are really \
                    deleted: the row stays and no longer refers to anything. Where a tenant's column \
                    is part of the reference, only the reference's own column is emptied."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "refuse the deletion",
            "Keeps the fact, at the price that somebody must look for the rows and decide.",
        )],
        source: Source::at(first.part(), first.span),
        weight: Weight::Routine,
    });
}

fn circles(draft: &mut Draft<'_>, entries: &[Entry<'_, '_>]) {
    let Some((first, _)) = entries.first() else {
        return;
    };
    draft.decide(Decision {
        family: "relationships",
        title: "References that lead in a circle".to_owned(),
        subjects: subjects(entries),
        choice: format!(
            "DEFERRABLE INITIALLY DEFERRED for {}.",
            words::list(&parts(entries))
        ),
        rationale: "Each of these rows needs the other, so neither can be written first. Their \
                    foreign keys are checked when the transaction ends: both rows are written in one \
                    transaction, in any order."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "make one of the references optional",
            "Then rows can be written one by one, and a row without its reference must mean \
             something to every reader.",
        )],
        source: Source::at(first.part(), first.span),
        weight: Weight::Notable,
    });
}

fn single(draft: &mut Draft<'_>, links: &[Link<'_>]) {
    let held: Vec<&Link<'_>> = links.iter().filter(|l| l.target.single).collect();
    let Some(first) = held.first() else {
        return;
    };
    let parts: Vec<String> = held.iter().map(|l| l.part()).collect();
    let subjects = held
        .iter()
        .map(|l| ObjectId::Table(l.table(draft)))
        .collect();
    draft.decide(Decision {
        family: "relationships",
        title: "One to one".to_owned(),
        subjects,
        choice: format!("A unique reference for {}.", words::list(&parts)),
        rationale: "The foreign key says that there is one at most on the other side, its uniqueness \
                    that there is one at most on this. The rows keep tables of their own, because \
                    they are written at different times and the second may never come."
            .to_owned(),
        alternatives: vec![
            Alternative::new(
                "one table with all columns",
                "One row to read, but the second half would be empty for a time, and may be read or \
                 written by others.",
            ),
            Alternative::new(
                "the other row's key as primary key",
                "Saves a column and an index. Right when nothing else refers to the row and it never \
                 becomes one of several.",
            ),
        ],
        source: Source::at(first.part(), first.span),
        weight: Weight::Routine,
    });
}
