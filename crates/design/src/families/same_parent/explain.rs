//! What the design says of shared parents.

use pgwright_brief::model::{Entity, Path, Rule};
use pgwright_catalog::ObjectId;

use super::Made;
use crate::decision::{Alternative, Decision, Enforcement, Question, Source, Weight};
use crate::draft::Draft;
use crate::words;

pub(super) fn cannot(draft: &mut Draft<'_>, entity: &Entity, rule: &Rule) {
    draft.ask(Question {
        id: format!("{}.where", rule.name),
        ask: format!(
            "\"{}\" leads through a table that the design may not change, or through a reference to \
             one of several. Who keeps it?",
            rule.says
        ),
        default: "The application: the database does not check it.".to_owned(),
        matters: "Foreign keys can compare only what the tables on the way hold under a unique \
                  constraint."
            .to_owned(),
        otherwise: "With a unique constraint over the key and the other column in that table, \
                    foreign keys keep the rule."
            .to_owned(),
        source: Source::at(entity.name.clone(), rule.span),
    });
}

pub(super) fn record(
    draft: &mut Draft<'_>,
    entity: &Entity,
    rule: &Rule,
    left: &Path,
    right: &Path,
    kept: &str,
    made: Made,
) {
    let source = Source::at(format!("{}.rules", entity.name), rule.span);
    let how = if kept.starts_with('A') {
        format!("{kept}.")
    } else {
        format!(
            "{kept}: both ends are compared with the same value, by the database, for every writer \
             and with any number of writers at once."
        )
    };
    draft.enforce(Enforcement {
        rule: rule.name.clone(),
        says: rule.says.clone(),
        by: made.objects.clone(),
        how,
        family: "same_parent",
        source: source.clone(),
    });
    for unknown in &made.unknown {
        draft.ask(Question {
            id: format!("{}.unknown", rule.name),
            ask: format!("May {} refer to {unknown}?", words::a(&entity.name)),
            default: "No: what cannot be compared is refused.".to_owned(),
            matters: "A comparison with something unknown is neither true nor false.".to_owned(),
            otherwise: "The rule needs a trigger, which compares only what is known.".to_owned(),
            source: source.clone(),
        });
    }
    let columns: Vec<String> = made
        .carried
        .iter()
        .filter_map(|object| match object {
            ObjectId::Column(table, column) => Some(format!("{}.{column}", table.name)),
            _ => None,
        })
        .collect();
    let carried = if columns.is_empty() {
        String::new()
    } else {
        format!(
            " The column {} repeats what could be looked up; it cannot go wrong, because the \
             foreign keys compare it, and it follows by ON UPDATE CASCADE.",
            words::list(&columns)
        )
    };
    let targets: Vec<String> = made
        .targets
        .iter()
        .filter_map(|object| match object {
            ObjectId::Constraint(table, _) => {
                let rows = draft
                    .entities
                    .values()
                    .find(|p| p.table == *table)
                    .and_then(|p| p.expected_rows)
                    .map(|r| format!(" ({} rows)", words::count(r)))
                    .unwrap_or_default();
                Some(format!("{}{rows}", table.name))
            }
            _ => None,
        })
        .collect();
    let cost = if targets.is_empty() {
        String::new()
    } else {
        format!(
            " The price is one more unique index on {}: redundant as a rule, since the key alone is \
             unique, but a foreign key needs it to point at.",
            words::list(&targets)
        )
    };
    let mut subjects = made.objects;
    subjects.extend(made.carried);
    subjects.extend(made.targets);
    draft.decide(Decision {
        family: "same_parent",
        title: words::capital(rule.says.trim_end_matches('.')),
        subjects,
        choice: format!(
            "{kept} keep{} it: {} = {}.",
            if kept.starts_with('A') { "s" } else { "" },
            left.join("."),
            right.join(".")
        ),
        rationale: format!(
            "A constraint is checked for every write of either side, whoever writes and however many \
             at once; nothing needs to be locked by hand.{carried}{cost}"
        ),
        alternatives: vec![
            Alternative::new(
                "a trigger that looks",
                "No column and no index, but it must watch all the tables on the way, lock rows to \
                 be right with two writers, and is skipped by a load with triggers disabled.",
            ),
            Alternative::new(
                "the application",
                "Right until the first script, import or second service.",
            ),
        ],
        source,
        weight: Weight::Major,
    });
}
