//! Why each key is what it is.

use pgwright_brief::model::Entity;
use pgwright_catalog::ObjectId;

use super::{Strategy, strategy};
use crate::decision::{Alternative, Decision, Question, Source, Weight};
use crate::draft::Draft;
use crate::words;

pub(super) fn decisions(draft: &mut Draft<'_>) {
    let brief = draft.brief;
    let mut surrogates = Vec::new();
    for entity in &brief.entities {
        match strategy(brief, entity) {
            Strategy::Identity => surrogates.push(entity),
            Strategy::Uuid(_) => explain_uuid(draft, entity),
            Strategy::Code(attribute) => explain_code(draft, entity, &attribute),
            Strategy::Composite(attributes) => explain_composite(draft, entity, &attributes),
            Strategy::Existing => explain_existing(draft, entity),
        }
    }
    if !surrogates.is_empty() {
        explain_identity(draft, &surrogates);
    }
}

fn explain_identity(draft: &mut Draft<'_>, entities: &[&Entity]) {
    let spoken: Vec<String> = entities.iter().map(|e| words::spoken(&e.name)).collect();
    let largest = entities
        .iter()
        .filter_map(|e| Some((draft.plan(&e.name).expected_rows?, e)))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let size = match largest {
        Some((rows, entity)) if rows > 500e6 => format!(
            " The largest, {}, is planned at {} rows: an integer ends at 2.1 billion, and deleted \
             rows use numbers up too.",
            words::spoken(&entity.name),
            words::count(rows)
        ),
        Some((rows, entity)) => format!(
            " The largest, {}, is planned at {} rows, which an integer would hold today; the four \
             bytes saved per row do not pay for the rewrite and the outage of widening it once it \
             does not.",
            words::spoken(&entity.name),
            words::count(rows)
        ),
        None => String::new(),
    };
    let named: Vec<String> = entities
        .iter()
        .filter(|e| e.key.is_some())
        .map(|e| words::spoken(&e.name))
        .collect();
    let named = if named.is_empty() {
        String::new()
    } else {
        format!(
            " What the brief calls the key of {} is kept unique beside it: people see and correct \
             such values, and a key that other tables repeat should not change.",
            words::list(&named)
        )
    };
    let subjects = entities
        .iter()
        .map(|e| draft.table_object(&e.name))
        .collect();
    draft.decide(Decision {
        family: "keys",
        title: "Primary keys".to_owned(),
        subjects,
        choice: format!(
            "bigint GENERATED ALWAYS AS IDENTITY for {}.",
            words::list(&spoken)
        ),
        rationale: format!(
            "Eight bytes, in the order of insertion, made by the server: the smallest key that \
             never has to be widened, and new rows go to the right end of every index on it. \
             ALWAYS keeps an application from writing a number that the sequence will come to \
             later; a load that must keep old numbers says OVERRIDING SYSTEM VALUE.{size}{named}"
        ),
        alternatives: vec![
            Alternative::new(
                "UUID version 7",
                "Right when rows get their key outside the database, on a device without a \
                 connection or in another service. Twice the size, in this table, in every index \
                 and in every row that refers to it.",
            ),
            Alternative::new(
                "UUID version 4",
                "Random: each insertion touches another page of the index, so that the cache must \
                 hold all of it and the write-ahead log grows with whole pages.",
            ),
            Alternative::new(
                "integer or smallint",
                "Half the size, but changing a full one to bigint rewrites the table and \
                 everything that refers to it. Only for a list whose end is known.",
            ),
            Alternative::new(
                "serial",
                "The older spelling of the same; its sequence has privileges and an owner of its \
                 own to forget, and any INSERT may write the column.",
            ),
        ],
        source: Source::of("entities"),
        weight: Weight::Major,
    });
}

fn explain_uuid(draft: &mut Draft<'_>, entity: &Entity) {
    let eighteen = draft.brief.minimum_version >= 18;
    let default = if eighteen {
        "uuidv7()"
    } else {
        "a function that makes version 7 UUIDs, because uuidv7() comes with PostgreSQL 18"
    };
    draft.decide(Decision {
        family: "keys",
        title: format!("Primary key of {}", words::spoken(&entity.name)),
        subjects: vec![draft.table_object(&entity.name)],
        choice: format!("A uuid, by default made by {default}."),
        rationale: format!(
            "The brief identifies {} by a UUID, which can be made where the row comes from, before \
             the database has seen it. Where the database makes it, it is in time order: new rows \
             go to the right end of the index, as with a number.",
            words::a(&entity.name)
        ),
        alternatives: vec![
            Alternative::new(
                "gen_random_uuid()",
                "Needs no function of its own before PostgreSQL 18, but is random: every insertion \
                 touches another page of the index. Right when the time of making must not show.",
            ),
            Alternative::new(
                "bigint identity",
                "Half the size, but only the database can make it.",
            ),
        ],
        source: Source::at(format!("{}.key", entity.name), entity.span),
        weight: Weight::Notable,
    });
}

fn explain_code(draft: &mut Draft<'_>, entity: &Entity, attribute: &str) {
    let rows = draft
        .plan(&entity.name)
        .expected_rows
        .map(|rows| format!(" With {} rows, its index is small.", words::count(rows)))
        .unwrap_or_default();
    draft.decide(Decision {
        family: "keys",
        title: format!("Primary key of {}", words::spoken(&entity.name)),
        subjects: vec![draft.table_object(&entity.name)],
        choice: format!("Its {} itself.", words::spoken(attribute)),
        rationale: format!(
            "The brief says that the {} identifies {}. It is short and hardly ever changes, and a \
             row that refers to it shows it without a join. Should one be corrected after all, \
             ON UPDATE CASCADE carries the correction to every row that refers to it.{rows}",
            words::spoken(attribute),
            words::a(&entity.name)
        ),
        alternatives: vec![Alternative::new(
            "a number of its own, and the code unique beside it",
            "Right when codes are long, are reused, or change: then every reference would change \
             with them. Costs a join wherever the code is shown.",
        )],
        source: Source::at(format!("{}.key", entity.name), entity.span),
        weight: Weight::Notable,
    });
}

fn explain_composite(draft: &mut Draft<'_>, entity: &Entity, attributes: &[String]) {
    let parts: Vec<String> = attributes.iter().map(|a| words::spoken(a)).collect();
    let first = &parts[0];
    draft.decide(Decision {
        family: "keys",
        title: format!("Primary key of {}", words::spoken(&entity.name)),
        subjects: vec![draft.table_object(&entity.name)],
        choice: format!("{} together.", words::capital(&words::list(&parts))),
        rationale: format!(
            "{} is identified by what it relates, and nothing refers to it. Its key is then also \
             the rule that the combination occurs once, and the index behind it finds the rows of \
             {}: no further column and no further index.",
            words::capital(&words::a(&entity.name)),
            words::a(first)
        ),
        alternatives: vec![Alternative::new(
            "a number of its own, and the combination unique beside it",
            "Right as soon as other rows refer to it, or when the same combination may occur \
             again. Costs eight bytes a row and a second index that must be written and cached.",
        )],
        source: Source::at(format!("{}.key", entity.name), entity.span),
        weight: Weight::Notable,
    });
    draft.ask(Question {
        id: format!("{}.same_twice", entity.name),
        ask: format!(
            "Can the same {} occur in two {} rows?",
            words::list(&parts),
            words::spoken(&entity.name)
        ),
        default: "No: the brief calls the combination the key.".to_owned(),
        matters:
            "The key forbids it, and an application that wants it must add to the row that is \
                  there."
                .to_owned(),
        otherwise: "The table gets a key of its own, and the combination is not unique.".to_owned(),
        source: Source::at(format!("{}.key", entity.name), entity.span),
    });
}

fn explain_existing(draft: &mut Draft<'_>, entity: &Entity) {
    let plan = draft.plan(&entity.name);
    let table = plan.table.clone();
    let key = plan
        .key
        .iter()
        .map(|(column, data_type)| format!("{column} {data_type}"))
        .collect::<Vec<_>>();
    draft.decide(Decision {
        family: "keys",
        title: format!(
            "{} stays where it is",
            words::capital(&words::spoken(&entity.name))
        ),
        subjects: vec![ObjectId::Table(table.clone())],
        choice: format!("References lead to {table} ({}).", key.join(", ")),
        rationale: "The application has this table. The design refers to it by its key, of the \
                    key's own type, and changes nothing about its rows: what is already there keeps \
                    running, and the new tables can be taken away again without touching it."
            .to_owned(),
        alternatives: vec![Alternative::new(
            "a table of our own, with what we need to know",
            "Two tables for one thing drift apart. Right only when the other table belongs to \
             another database.",
        )],
        source: Source::at(entity.name.clone(), entity.span),
        weight: Weight::Notable,
    });
}
