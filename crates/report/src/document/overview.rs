//! What the system is, how to use the package, and the whole at a glance.

use pgwright_design::words::{capital, count, list, sentence, spoken};

use crate::facts::{Facts, TableRole, bytes};
use crate::markdown::{Markdown, anchor, code, prose};

/// Title to overview.
pub fn write(page: &mut Markdown, facts: &Facts<'_>) {
    let brief = facts.subject.brief;
    page.heading(1, &prose(&brief.title));
    if let Some(about) = &brief.about {
        page.paragraph(&prose(&sentence(about)));
    }
    page.paragraph(&numbers(facts));
    page.paragraph(&proof(facts));
    page.markdown_only(
        "This document explains the design to the people who will build on it. `report.html` says the \
         same with a diagram to move about in, and opens in any browser without a network.",
    );
    contents(page);
    package(page, facts);
    glance(page, facts);
}

fn contents(page: &mut Markdown) {
    let parts = [
        "Using this package",
        "The system at a glance",
        "Entities",
        "Business rules",
        "Decisions",
        "Indexes",
        "Access patterns",
        "Reports",
        "Who may do what",
        "Growth and bottlenecks",
        "Monitoring and maintenance",
        "What is proven",
        "Open questions",
        "Assumptions",
        "Routine decisions",
    ];
    let links: Vec<String> = parts
        .iter()
        .map(|p| format!("[{p}](#{})", anchor(p)))
        .collect();
    page.markdown_only(&links.join(" · "));
}

fn numbers(facts: &Facts<'_>) -> String {
    let design = facts.subject.design;
    let catalog = &design.catalog;
    let entities = facts
        .tables
        .iter()
        .filter(|t| t.role == TableRole::Entity)
        .count();
    let written = facts.rules.iter().filter(|r| r.written()).count();
    let rows: f64 = facts.tables.iter().filter_map(|t| t.rows).sum();
    let size: f64 = facts
        .tables
        .iter()
        .filter_map(|t| Some(t.size.total(t.rows?)))
        .sum();
    let views = catalog.views.len() + catalog.materialized_views.len();
    let mut parts = vec![many(facts.relationships.len(), "foreign key")];
    if views > 0 {
        parts.push(many(views, "view"));
    }
    let mut text = format!(
        "The design has {} for {} in the schema {}, with {}.",
        many(facts.tables.len(), "table"),
        many(entities, "entity"),
        code(facts.schema()),
        list(&parts),
    );
    let implied = facts.rules.len() - written;
    text.push_str(&match (written, implied) {
        (0, 0) => String::new(),
        (0, implied) => format!(
            " It keeps {} that follow from what the attributes and policies of the brief say.",
            many(implied, "rule")
        ),
        (written, 0) => format!(" It keeps {} of the brief.", many(written, "business rule")),
        (written, implied) => format!(
            " It keeps {} of the brief, and {implied} more that follow from what its attributes and policies say.",
            many(written, "business rule")
        ),
    });
    if rows > 0.0 {
        text.push_str(&format!(
            " At the volumes of the brief it will hold about {} rows, roughly {} with indexes.",
            count(rows),
            bytes(size)
        ));
    }
    text.push_str(&format!(
        " It runs on PostgreSQL {} and newer.",
        facts.subject.brief.minimum_version
    ));
    text
}

fn proof(facts: &Facts<'_>) -> String {
    let proof = facts.subject.proof;
    if !proof.proven && proof.servers.is_empty() {
        return "**Nothing of it has been proven on a server yet**: see [What is proven](#what-is-proven)."
            .to_owned();
    }
    let versions: Vec<&str> = proof.servers.iter().map(|s| s.version.as_str()).collect();
    if proof.proven {
        format!(
            "PostgreSQL {} ran all of it: the schema, its migrations there and back, and the tests of its rules \
             ([What is proven](#what-is-proven)).",
            list(&versions)
        )
    } else {
        "**The proof failed**: see [What is proven](#what-is-proven).".to_owned()
    }
}

fn package(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Using this package");
    page.paragraph(
        "For a new database, load the schema files in the order of their names; a superuser, or a role that may \
         create roles and extensions, does it once:",
    );
    page.block(
        "sh",
        &format!(
            "createdb {}\ncat schema/*.sql | psql -v ON_ERROR_STOP=1 -d {}",
            facts.subject.brief.system, facts.subject.brief.system
        ),
    );
    page.paragraph(
        "An application that has a migration tool takes `migrations/` instead: going up gives the same database, \
         going down leaves it as it was. `pgwright verify .` proves the package again, after an edit or on \
         another server version.",
    );
    let mut groups: Vec<_> = facts.subject.plan.up.iter().map(|s| s.group).collect();
    groups.sort();
    groups.dedup();
    let mut rows: Vec<Vec<String>> = groups
        .iter()
        .map(|g| {
            vec![
                code(&format!("schema/{}", g.file_name())),
                g.title().to_owned(),
            ]
        })
        .collect();
    for (path, what) in [
        ("migrations/", "The same as a migration, up and down."),
        (
            "tests/",
            "One script for each rule: rows it accepts and rows it rejects; run with psql.",
        ),
        (
            "tests/concurrent/",
            "Rules that two sessions could break together; `pgwright verify` runs them.",
        ),
        (
            "monitoring/",
            "What to watch, when to act, and what to run regularly.",
        ),
        (
            "report.html",
            "This document and the diagram as one page for a browser.",
        ),
        (
            "erd.svg, schema.dbml",
            "The diagram as a picture, and for tools that read DBML.",
        ),
        (
            "design.json, proof.json",
            "Everything for programs, and the record of the proof.",
        ),
    ] {
        if path != "tests/concurrent/" || !facts.subject.design.concurrent_tests.is_empty() {
            let names: Vec<String> = path.split(", ").map(code).collect();
            rows.push(vec![names.join(", "), what.to_owned()]);
        }
    }
    page.table(&["file", "what it holds"], rows);
}

fn glance(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "The system at a glance");
    page.markdown_only("![Entity-relationship diagram](erd.svg)");
    let mut rows = Vec::new();
    for table in facts.tables.iter().filter(|t| t.role == TableRole::Entity) {
        let Some(entity) = table.entity else { continue };
        let name = capital(&spoken(&entity.name));
        rows.push(vec![
            format!("[{}](#{})", prose(&name), anchor(&name)),
            code(&facts.short(table.name)),
            prose(&table.purpose),
            table.rows.map_or_else(|| "not said".to_owned(), count),
        ]);
    }
    page.table(&["entity", "table", "what it is", "rows expected"], rows);
    let roots: Vec<String> = facts
        .tables
        .iter()
        .filter(|t| t.role == TableRole::Entity)
        .filter_map(|t| t.entity)
        .filter(|e| e.part_of.is_none() && !refers(facts, &e.name))
        .map(crate::facts::plural)
        .collect();
    if !roots.is_empty() {
        page.paragraph(&format!(
            "{} stand on their own; everything else refers to them in the end.",
            capital(&prose(&list(&roots)))
        ));
    }
    let sentences: Vec<String> = facts
        .tables
        .iter()
        .filter(|t| t.role == TableRole::Entity)
        .filter_map(|t| {
            let told: Vec<String> = facts
                .references_from(t.name)
                .filter(|r| {
                    facts.table(r.to).is_some_and(|t| {
                        t.role == TableRole::Entity || matches!(t.role, TableRole::Role(_))
                    })
                })
                .map(|r| prose(&r.forward()))
                .collect();
            (!told.is_empty()).then(|| told.join(" "))
        })
        .collect();
    page.items(sentences);
    let side: Vec<String> = facts
        .tables
        .iter()
        .filter(|t| t.role != TableRole::Entity)
        .map(|t| {
            format!(
                "{} ({}): {}",
                code(&facts.short(t.name)),
                t.role.word(),
                prose(&t.purpose)
            )
        })
        .collect();
    if !side.is_empty() {
        page.paragraph("Beside the entities there are tables that serve them:");
        page.items(side);
    }
}

fn refers(facts: &Facts<'_>, entity: &str) -> bool {
    facts.entity_table(entity).is_some_and(|table| {
        facts.references_from(table.name).any(|r| {
            r.to != table.name
                && facts
                    .table(r.to)
                    .is_some_and(|t| t.role != TableRole::Lookup)
        })
    })
}

/// `1 table`, `14 tables`.
pub fn many(number: usize, what: &str) -> String {
    match (number, what) {
        (1, _) => format!("1 {what}"),
        // PostgreSQL's own plural.
        (_, "index") => format!("{number} indexes"),
        _ => {
            let plural = pgwright_design::names::plural(&what.replace(' ', "_"));
            format!("{number} {}", pgwright_design::words::spoken(&plural))
        }
    }
}
