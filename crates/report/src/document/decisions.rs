//! Decisions with the alternatives not taken; open questions; what was assumed.

use pgwright_catalog::ObjectId;
use pgwright_design::words::count;
use pgwright_design::{Decision, Weight};

use super::{from_brief, named_all};
use crate::facts::Facts;
use crate::markdown::{Markdown, prose};

/// Decisions that a reader should know, the weightiest first.
pub fn weighty(page: &mut Markdown, facts: &Facts<'_>) {
    let decisions = &facts.subject.design.decisions;
    page.heading(2, "Decisions");
    let major = decisions.iter().filter(|d| d.weight == Weight::Major);
    let notable = decisions
        .iter()
        .filter(|d| d.weight == Weight::Notable && d.family != "indexes");
    let (major, notable): (Vec<_>, Vec<_>) = (major.collect(), notable.collect());
    if !major.is_empty() {
        page.paragraph("These shape the whole schema, or are costly to change later:");
        major.iter().for_each(|d| at_length(page, facts, d));
    }
    if !notable.is_empty() {
        if !major.is_empty() {
            page.paragraph("These shape single tables:");
        }
        notable.iter().for_each(|d| at_length(page, facts, d));
    }
}

fn at_length(page: &mut Markdown, facts: &Facts<'_>, decision: &Decision) {
    page.heading(3, &prose(&decision.title));
    page.paragraph(&format!(
        "**{}** {}",
        prose(&decision.choice),
        prose(&decision.rationale)
    ));
    if !decision.alternatives.is_empty() {
        page.paragraph("Not taken:");
        page.items(decision.alternatives.iter().map(|a| {
            format!(
                "*{}*: {}",
                prose(a.choice.trim_end_matches('.')),
                prose(&a.trade_off)
            )
        }));
    }
    let mut tail = Vec::new();
    if !decision.subjects.is_empty() && decision.subjects.len() <= 8 {
        tail.push(format!("Shapes {}", named_all(facts, &decision.subjects)));
    }
    if decision.source.span.is_some() || !decision.source.part.is_empty() {
        tail.push(from_brief(&decision.source));
    }
    if !tail.is_empty() {
        page.paragraph(&tail.join(" · "));
    }
}

/// Routine decisions, one line each.
pub fn routine(page: &mut Markdown, facts: &Facts<'_>) {
    let decisions = &facts.subject.design.decisions;
    page.heading(2, "Routine decisions");
    page.paragraph(
        "Nobody is likely to argue about these; they are here so that nothing is left unsaid.",
    );
    page.table(
        &["about", "chosen", "because", "instead of"],
        decisions
            .iter()
            .filter(|d| d.weight == Weight::Routine && !of_one_index(d))
            .map(|d| {
                let others: Vec<String> = d
                    .alternatives
                    .iter()
                    .map(|a| {
                        format!(
                            "*{}*: {}",
                            prose(a.choice.trim_end_matches('.')),
                            prose(&a.trade_off)
                        )
                    })
                    .collect();
                vec![
                    prose(&d.title),
                    prose(&d.choice),
                    prose(&d.rationale),
                    others.join(" "),
                ]
            }),
    );
}

/// A routine index has its reason in the table of indexes.
fn of_one_index(decision: &Decision) -> bool {
    decision.family == "indexes" && matches!(decision.subjects.as_slice(), [ObjectId::Index(..)])
}

/// What the brief leaves open, and what was taken for granted.
pub fn questions(page: &mut Markdown, facts: &Facts<'_>) {
    let questions = &facts.subject.design.questions;
    page.heading(2, "Open questions");
    if questions.is_empty() {
        page.paragraph("The brief leaves nothing open that would change the design.");
    } else {
        page.paragraph(
            "The brief leaves these open. Each has been answered with a default; under each stands what would \
             change with another answer.",
        );
    }
    for question in questions {
        page.heading(3, &prose(&question.ask));
        page.items([
            format!("Taken: {}", prose(&question.default)),
            format!("Why it matters: {}", prose(&question.matters)),
            format!("Otherwise: {}", prose(&question.otherwise)),
        ]);
    }
    assumptions(page, facts);
}

fn assumptions(page: &mut Markdown, facts: &Facts<'_>) {
    let brief = facts.subject.brief;
    page.heading(2, "Assumptions");
    let mut told = vec![
        format!(
            "The server is PostgreSQL {} or newer; nothing here needs a newer one.",
            brief.minimum_version
        ),
        format!(
            "Partitions and volumes count from {:04}-{:02}-{:02}, the date in the brief.",
            brief.as_of.year, brief.as_of.month, brief.as_of.day
        ),
        "Row counts look three years ahead, or at the steady state where rows are kept for a time only. Sizes \
         follow from types with average lengths of text, and from half of the optional values being there: they say \
         which table grows, and are no substitute for measuring."
            .to_owned(),
    ];
    let unsaid: Vec<String> = facts
        .tables
        .iter()
        .filter(|t| !t.minor() && t.rows.is_none())
        .filter_map(|t| t.entity.map(|e| pgwright_design::words::spoken(&e.name)))
        .collect();
    if !unsaid.is_empty() {
        told.push(format!(
            "The brief gives no volume for {}; {} taken to be small.",
            prose(&pgwright_design::words::list(&unsaid)),
            if unsaid.len() == 1 {
                "it is"
            } else {
                "they are"
            }
        ));
    }
    let shared = facts
        .tables
        .iter()
        .filter_map(|t| t.rows)
        .fold(0.0, f64::max);
    if shared < 1e6 && shared > 0.0 {
        told.push(format!(
            "No table passes {} rows, so nothing is partitioned or laid out for size.",
            count(shared)
        ));
    }
    told.extend(brief.notes.iter().map(|note| prose(note)));
    page.items(told);
}
