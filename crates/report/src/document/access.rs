//! Indexes, access patterns and reports.

use pgwright_catalog::{ConstraintKind, ObjectId};
use pgwright_design::Weight;
use pgwright_design::words::{capital, count, sentence, spoken};

use super::entities::{demands, index_reason};
use super::named;
use super::overview::many;
use crate::facts::{Access, Facts, index_text};
use crate::markdown::{Markdown, code, prose};

/// The three chapters.
pub fn write(page: &mut Markdown, facts: &Facts<'_>) {
    indexes(page, facts);
    patterns(page, facts);
    reports(page, facts);
}

fn indexes(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Indexes");
    page.paragraph(
        "An index is paid for at every write, so each has to say what it is for. Those of keys and exclusion \
         constraints are there because of the rule; lookups use them as well where they fit.",
    );
    let mut rows = Vec::new();
    for table in &facts.tables {
        for (name, index) in &table.table.indexes {
            let object = ObjectId::Index(table.name.clone(), name.clone());
            rows.push(vec![
                code(&facts.short(table.name)),
                code(name.as_str()),
                code(&index_text(index)),
                index_reason(facts, &object),
            ]);
        }
    }
    for (view, materialized) in &facts.subject.design.catalog.materialized_views {
        for (name, index) in &materialized.indexes {
            let reason = index.comment.as_deref().map_or_else(
                || {
                    if index.unique {
                        "Lets the view be refreshed while it is read.".to_owned()
                    } else {
                        String::new()
                    }
                },
                prose,
            );
            rows.push(vec![
                code(&facts.short(view)),
                code(name.as_str()),
                code(&index_text(index)),
                reason,
            ]);
        }
    }
    let mut silent = 0;
    for table in &facts.tables {
        for (name, constraint) in &table.table.constraints {
            if matches!(
                constraint.kind,
                ConstraintKind::Check(_) | ConstraintKind::ForeignKey(_)
            ) {
                continue;
            }
            let object = ObjectId::Constraint(table.name.clone(), name.clone());
            let serves: Vec<String> = facts
                .access_of(&object)
                .map(|a| prose(&sentence(&a.pattern.says)))
                .collect();
            if serves.is_empty() {
                silent += 1;
            } else {
                rows.push(vec![
                    code(&facts.short(table.name)),
                    code(name.as_str()),
                    code(&demands(facts, constraint)),
                    serves.join(" "),
                ]);
            }
        }
    }
    page.table(&["table", "index", "over", "serves"], rows);
    if silent > 0 {
        page.paragraph(&format!(
            "Beside these, {} of keys and exclusion constraints {} what is listed with the tables above.",
            many(silent, "index"),
            if silent == 1 { "keeps" } else { "keep" }
        ));
    }
    alternatives(page, facts);
}

/// What was weighed when the indexes were chosen.
fn alternatives(page: &mut Markdown, facts: &Facts<'_>) {
    let chosen = facts
        .subject
        .design
        .decisions
        .iter()
        .filter(|d| d.family == "indexes" && d.weight != Weight::Routine);
    page.items(chosen.map(|d| {
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
        let others = if others.is_empty() {
            String::new()
        } else {
            format!(" Not taken: {}", others.join(" "))
        };
        format!(
            "**{}.** {} {}{others}",
            prose(&d.title),
            prose(&d.choice),
            prose(&d.rationale)
        )
    }));
}

fn patterns(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Access patterns");
    if facts.access.is_empty() {
        page.paragraph("The brief names none. Indexes follow from keys and references alone.");
        return;
    }
    page.table(
        &["what is looked up", "how often", "served by"],
        facts.access.iter().map(|access| {
            vec![
                prose(&sentence(&access.pattern.says)),
                access.pattern.per_second.map_or_else(
                    || "not said".to_owned(),
                    |rate| format!("{} a second", count(rate)),
                ),
                served(facts, access),
            ]
        }),
    );
    for access in &facts.access {
        if let pgwright_brief::model::AccessForm::Sql(sql) = &access.pattern.form {
            page.paragraph(&format!(
                "{} In the words of the brief:",
                prose(&pgwright_design::words::sentence(&access.pattern.says))
            ));
            page.block("sql", sql);
        }
    }
    super::plans::write(page, facts);
}

/// What serves an access pattern, or that nothing of its own does.
pub fn served(facts: &Facts<'_>, access: &Access<'_>) -> String {
    if access.by.is_empty() {
        return "no index of its own: the planner takes what keys and references offer".to_owned();
    }
    let told: Vec<String> = access
        .by
        .iter()
        .map(|s| format!("{}: {}", named(facts, &s.object), s.how))
        .collect();
    told.join("; ")
}

fn reports(page: &mut Markdown, facts: &Facts<'_>) {
    let brief = facts.subject.brief;
    let catalog = &facts.subject.design.catalog;
    page.heading(2, "Reports");
    if brief.reports.is_empty() {
        page.paragraph("The brief asks for none.");
        return;
    }
    let rows = brief.reports.iter().map(|report| {
        let view = catalog
            .views
            .keys()
            .find(|n| n.name.as_str() == report.name);
        let materialized = catalog
            .materialized_views
            .keys()
            .find(|n| n.name.as_str() == report.name);
        let (form, refresh) = match (view, materialized) {
            (_, Some(name)) => (
                format!("materialized view {}", code(&facts.short(name))),
                crate::monitoring::schedule(report.stale_minutes.unwrap_or(60)).to_lowercase(),
            ),
            (Some(name), None) => (
                format!("view {}", code(&facts.short(name))),
                "always current".to_owned(),
            ),
            (None, None) => ("not in the schema".to_owned(), String::new()),
        };
        vec![
            prose(&report.says),
            code(&report.name),
            form,
            report
                .stale_minutes
                .map_or_else(|| "live".to_owned(), |m| format!("{} old at most", lag(m))),
            refresh,
        ]
    });
    page.table(
        &["question", "report", "kept as", "may be", "refreshed"],
        rows,
    );
    let mut told = Vec::new();
    for report in &brief.reports {
        let wanted = format!("reports.{}", report.name);
        let decisions = &facts.subject.design.decisions;
        let about = decisions
            .iter()
            .filter(|d| d.source.part == wanted && d.family != "indexes");
        told.extend(about.map(|d| {
            let name = capital(&spoken(&report.name));
            format!(
                "**{}**: {} {}",
                prose(&name),
                prose(&d.choice),
                prose(&d.rationale)
            )
        }));
    }
    page.items(told);
}

/// Minutes as people say them.
pub fn lag(minutes: u64) -> String {
    match minutes {
        0..60 => format!("{minutes} minutes"),
        60 => "an hour".to_owned(),
        1440 => "a day".to_owned(),
        m if m % 1440 == 0 => format!("{} days", m / 1440),
        m if m % 60 == 0 => format!("{} hours", m / 60),
        m => format!("{m} minutes"),
    }
}
