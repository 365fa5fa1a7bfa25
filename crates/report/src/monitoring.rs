//! `monitoring/`: a query for each thing to watch, with the threshold fitted to this design, and
//! what to run when.

use std::fmt::Write as _;

use pgwright_catalog::{ArgumentMode, Routine, RoutineKind, RoutineSignature};
use pgwright_design::words::{capital, sentence, spoken};

use crate::facts::Facts;
use crate::markdown::{Markdown, code, prose};
use crate::{Document, Subject};

/// The documents.
#[derive(Debug)]
pub struct Monitoring;

impl Document for Monitoring {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        let facts = Facts::new(subject);
        let mut page = Markdown::default();
        page.heading(1, &format!("Running {}", prose(&subject.brief.title)));
        let mut files = queries(&mut page, subject);
        tasks_section(&mut page, &facts);
        procedures(&mut page, &facts);
        settings(&mut page, &facts);
        files.insert(0, ("monitoring/README.md".to_owned(), page.finish()));
        files
    }
}

fn queries(page: &mut Markdown, subject: &Subject<'_>) -> Vec<(String, String)> {
    page.heading(2, "What to watch");
    page.paragraph(
        "Each query needs no parameters, and no more rights than `pg_monitor` and reading the schema. One that \
         gives no rows has nothing to say. Run them from whatever you watch servers with.",
    );
    let mut files = Vec::new();
    let mut rows = Vec::new();
    for (number, monitor) in subject.design.monitors.iter().enumerate() {
        let name = format!("{:02}_{}.sql", number + 1, monitor.name);
        rows.push(vec![
            format!("[{name}]({name})"),
            prose(&monitor.watches),
            prose(&monitor.threshold),
        ]);
        let mut text = String::new();
        let act = format!("When to act: {}", monitor.threshold);
        for line in wrapped(&monitor.watches).iter().chain(&wrapped(&act)) {
            let _ = writeln!(text, "-- {line}");
        }
        let _ = writeln!(text, "{};", monitor.sql.trim().trim_end_matches(';'));
        files.push((format!("monitoring/{name}"), text));
    }
    page.table(&["query", "watches", "when to act"], rows);
    files
}

/// Something to run regularly.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Task {
    /// How often: `Every night`.
    pub when: String,
    /// What it does.
    pub what: String,
    /// The statement.
    pub sql: Option<String>,
}

/// What this design needs to have run, and when.
pub fn tasks(facts: &Facts<'_>) -> Vec<Task> {
    let catalog = &facts.subject.design.catalog;
    let mut found = Vec::new();
    for (signature, routine) in &catalog.routines {
        let name = signature.name.name.as_str();
        let regular = name.starts_with("maintain_") || name.starts_with("purge_");
        if regular && callable(routine) && runs_without_arguments(routine) {
            found.push(Task {
                when: "Every night".to_owned(),
                what: what(name, routine),
                sql: Some(call(signature, routine)),
            });
        }
    }
    for view in catalog.materialized_views.keys() {
        let report = facts
            .subject
            .brief
            .reports
            .iter()
            .find(|r| r.name == view.name.as_str());
        let lag = report.and_then(|r| r.stale_minutes);
        let function = catalog.routines.iter().find(|(signature, routine)| {
            signature.name.name.as_str() == format!("refresh_{}", view.name)
                && callable(routine)
                && runs_without_arguments(routine)
        });
        let refresh = match function {
            Some((signature, routine)) => call(signature, routine),
            None => format!("REFRESH MATERIALIZED VIEW CONCURRENTLY {}", view.quoted()),
        };
        found.push(Task {
            when: lag.map_or_else(|| "As often as it is needed".to_owned(), schedule),
            what: match report {
                Some(report) => format!("Refreshes {}: {}", view.name, sentence(&report.says)),
                None => format!("Refreshes {}.", view.name),
            },
            sql: Some(refresh),
        });
    }
    for (signature, routine) in &catalog.routines {
        let name = signature.name.name.as_str();
        let view = name.strip_prefix("refresh_").is_some_and(|rest| {
            !catalog
                .materialized_views
                .keys()
                .any(|v| v.name.as_str() == rest)
        });
        if view && callable(routine) && runs_without_arguments(routine) {
            found.push(Task {
                when: "On schedule".to_owned(),
                what: what(name, routine),
                sql: Some(call(signature, routine)),
            });
        }
    }
    found
}

/// Twice as often as the age that readers accept, so that a late run is still in time.
pub fn schedule(minutes: u64) -> String {
    match minutes / 2 {
        0 | 1 => "Every minute".to_owned(),
        m if m >= 1440 => "Every night".to_owned(),
        m if m % 60 == 0 && m > 60 => format!("Every {} hours", m / 60),
        60 => "Every hour".to_owned(),
        m => format!("Every {m} minutes"),
    }
}

/// Every argument has a default, so that a schedule need not say more than the name.
fn runs_without_arguments(routine: &Routine) -> bool {
    let inputs = routine
        .arguments
        .iter()
        .filter(|a| matches!(a.mode, ArgumentMode::In));
    inputs.into_iter().all(|a| a.default.is_some())
}

fn callable(routine: &Routine) -> bool {
    routine.returns.as_deref() != Some("trigger")
}

fn what(name: &str, routine: &Routine) -> String {
    match &routine.comment {
        Some(comment) => sentence(comment),
        None => sentence(&spoken(name)),
    }
}

fn call(signature: &RoutineSignature, routine: &Routine) -> String {
    let arguments: Vec<String> = routine
        .arguments
        .iter()
        .filter(|a| matches!(a.mode, ArgumentMode::In) && a.default.is_none())
        .filter_map(|a| a.name.as_ref().map(|n| format!(":{n}")))
        .collect();
    let verb = match routine.kind {
        RoutineKind::Function | RoutineKind::Window => "SELECT",
        RoutineKind::Procedure => "CALL",
    };
    format!(
        "{verb} {}({})",
        signature.name.quoted(),
        arguments.join(", ")
    )
}

fn tasks_section(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "What to run regularly");
    let tasks = tasks(facts);
    if tasks.is_empty() {
        page.paragraph(
            "Nothing beyond what PostgreSQL does by itself: autovacuum, and your backups.",
        );
        return;
    }
    page.paragraph(
        "From cron, pg_cron or whatever schedules jobs with you; a run that fails must be noticed the same day.",
    );
    page.table(
        &["when", "what", "statement"],
        tasks.into_iter().map(|t| {
            vec![
                t.when,
                prose(&t.what),
                t.sql.as_deref().map(code).unwrap_or_default(),
            ]
        }),
    );
}

/// What somebody does on request: hide, restore, erase.
fn procedures(page: &mut Markdown, facts: &Facts<'_>) {
    let on_request = [
        "erase_",
        "restore_",
        "hide_",
        "export_",
        "recompute_",
        "rebuild_",
    ];
    let mut rows = Vec::new();
    for (signature, routine) in &facts.subject.design.catalog.routines {
        let name = signature.name.name.as_str();
        if callable(routine) && on_request.iter().any(|p| name.starts_with(p)) {
            rows.push(vec![
                prose(&capital(&spoken(name))),
                prose(&what(name, routine)),
                code(&call(signature, routine)),
            ]);
        }
    }
    if rows.is_empty() {
        return;
    }
    page.heading(2, "What is done on request");
    page.table(&["to", "what happens", "statement"], rows);
    if !facts.subject.brief.policies.erasable.is_empty() {
        page.paragraph(
            "A backup still holds what was erased since it was taken: after a restore, run the erasures again that are \
             on record since then, before anyone is let in.",
        );
    }
}

/// Settings of tables that differ from the server's.
fn settings(page: &mut Markdown, facts: &Facts<'_>) {
    page.heading(2, "Settings of tables");
    let mut rows = Vec::new();
    for table in &facts.tables {
        let of_partition = facts
            .subject
            .design
            .catalog
            .partitions_of(table.name)
            .find(|(_, t)| !t.options.is_empty())
            .map(|(_, t)| &t.options);
        let options = if table.table.options.is_empty() {
            of_partition
        } else {
            Some(&table.table.options)
        };
        if let Some(options) = options {
            let told: Vec<String> = options
                .iter()
                .map(|(name, value)| code(&format!("{name} = {value}")))
                .collect();
            let whose = if table.table.options.is_empty() {
                " (each partition)"
            } else {
                ""
            };
            rows.push(vec![
                format!("{}{whose}", code(&facts.short(table.name))),
                told.join(", "),
            ]);
        }
    }
    if rows.is_empty() {
        page.paragraph(
            "The server's own autovacuum settings hold for every table of this design. They wait until a fifth of a \
             table has changed; the list shows what that means for the largest.",
        );
    }
    page.table(&["table", "settings"], rows);
    let large: Vec<String> = facts
        .tables
        .iter()
        .filter(|t| t.partitions == 0 && t.table.options.is_empty())
        .filter_map(|t| Some((t, t.rows.filter(|rows| *rows >= 5e6)?)))
        .map(|(t, rows)| {
            format!(
                "{}: {} changed rows before a vacuum. When its dead rows grow past that, set {} on it.",
                code(&facts.short(t.name)),
                pgwright_design::words::count(rows / 5.0),
                code("autovacuum_vacuum_scale_factor = 0.02")
            )
        })
        .collect();
    page.items(large);
}

/// Words in lines of at most 96 characters.
fn wrapped(words: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in words.split_whitespace() {
        let last = lines.len() - 1;
        if !lines[last].is_empty() && lines[last].len() + word.len() + 1 > 96 {
            lines.push(word.to_owned());
        } else {
            if !lines[last].is_empty() {
                lines[last].push(' ');
            }
            lines[last].push_str(word);
        }
    }
    lines
}
