//! The checks of one text, and what they found.

use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Instant;

use pgwright_catalog::Catalog;
use pgwright_ddl::normalize::normal_expression;
use pgwright_migrate::{PlanOptions, difference, plan, schema_files};
use pgwright_server::Sandbox;

use super::corpus::Text;
use super::{compare, counts, dump, load};

/// What the checks of one text found: a line for each check, with examples where it failed.
#[derive(Debug, Default)]
pub struct Report {
    name: String,
    lines: Vec<Line>,
    started: Option<Instant>,
    finished: f64,
}

#[derive(Debug)]
struct Line {
    check: &'static str,
    passed: bool,
    summary: String,
    examples: Vec<String>,
}

impl Report {
    /// Whether anything was lost.
    pub fn failed(&self) -> bool {
        self.lines.iter().any(|line| !line.passed)
    }

    fn say(
        &mut self,
        check: &'static str,
        passed: bool,
        summary: impl Into<String>,
        examples: Vec<String>,
    ) {
        self.lines.push(Line {
            check,
            passed,
            summary: summary.into(),
            examples,
        });
    }

    /// A check that passes when nothing was found.
    fn none(&mut self, check: &'static str, what: &str, found: Vec<String>) {
        self.say(
            check,
            found.is_empty(),
            format!("{} {what}", found.len()),
            found,
        );
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown: usize = std::env::var("PGWRIGHT_SHOW")
            .ok()
            .and_then(|n| n.parse().ok())
            .unwrap_or(5);
        write!(f, "== {} ({:.1} s)", self.name, self.finished)?;
        for line in &self.lines {
            let verdict = if line.passed { "ok  " } else { "LOSS" };
            write!(f, "\n  {verdict} {:<28} {}", line.check, line.summary)?;
            for example in line.examples.iter().take(shown) {
                write!(f, "\n      {example}")?;
            }
            if line.examples.len() > shown {
                write!(f, "\n      … and {} more", line.examples.len() - shown)?;
            }
        }
        Ok(())
    }
}

/// Runs every check of a text in databases of the sandbox.
pub fn check(sandbox: &Sandbox, text: &Text) -> Report {
    let mut report = Report {
        name: text.name.clone(),
        started: Some(Instant::now()),
        ..Report::default()
    };
    check_all(sandbox, text, &mut report);
    for database in ["loaded", "written"] {
        let _ = sandbox.drop_database(database);
    }
    report.finished = report.started.map_or(0.0, |at| at.elapsed().as_secs_f64());
    report
}

fn check_all(sandbox: &Sandbox, text: &Text, report: &mut Report) {
    // (a) The server's reading.
    let errors = load::load(sandbox, "loaded", &text.path);
    let as_known = text
        .expected_errors()
        .is_none_or(|expected| expected == errors.len());
    let refused = !errors.is_empty();
    report.say(
        "loading the text",
        as_known,
        format!("{} errors", errors.len()),
        errors,
    );
    let server = match load::read(sandbox, "loaded") {
        Ok((catalog, warnings)) => {
            report.none("read from the server", "warnings", warnings);
            catalog
        }
        Err(error) => return report.say("read from the server", false, error, Vec::new()),
    };
    // (e) Counts.
    report.none(
        "counts of the server's",
        "differ",
        counts::unlike(&server, &text.counts),
    );
    if text.round_trip {
        round_trip(sandbox, &server, "written from the server's", report);
    }
    // (b) The reading without a server.
    let Some(file) = statically(&text.path, report) else {
        return;
    };
    let file = without_refused(file, &server, refused, report);
    report.none(
        "counts of the file's",
        "differ",
        counts::unlike(&file, &text.counts),
    );
    if readings_are_equal(&file, &server, report) || !text.round_trip {
        return;
    }
    // (c) Only where they differ: the SQL of equal catalogs is the same.
    round_trip(sandbox, &file, "written from the file's", report);
}

/// Compares in the normal form, then to the letter; true when they are equal to the letter.
fn readings_are_equal(file: &Catalog, server: &Catalog, report: &mut Report) -> bool {
    let differences = difference(file, server, &normal_form);
    let shown = differences.iter().map(ToString::to_string).collect();
    report.none("file and server, normal form", "differences", shown);
    let unequal = compare::inequalities(file, server);
    let mut objects: Vec<String> = unequal.iter().map(compare::Inequality::object).collect();
    objects.dedup();
    let equal = unequal.is_empty();
    report.say(
        "file and server, exactly",
        equal,
        format!(
            "{} objects differ in {} places",
            objects.len(),
            unequal.len()
        ),
        unequal.iter().map(ToString::to_string).collect(),
    );
    equal
}

/// Reads the text without a server.
fn statically(_path: &Path, report: &mut Report) -> Option<Catalog> {
    report.say("read from the file", false, "not there yet", Vec::new());
    None
}

/// Writes a catalog as `inspect --format sql` does, loads that with errors on, and compares readings
/// and dumps.
fn round_trip(sandbox: &Sandbox, catalog: &Catalog, check: &'static str, report: &mut Report) {
    let sql = match plan(&Catalog::empty(), catalog, &PlanOptions::new(18)) {
        Ok(plan) => {
            let texts: Vec<String> = schema_files(&plan)
                .into_iter()
                .map(|(_, text)| text)
                .collect();
            texts.join("\n")
        }
        Err(error) => return report.say(check, false, error.to_string(), Vec::new()),
    };
    let thread = std::thread::current().id();
    let file = format!("pgwright-fidelity-{}-{thread:?}.sql", std::process::id());
    let path = std::env::temp_dir().join(file);
    fs::write(&path, &sql).unwrap();
    if let Ok(folder) = std::env::var("PGWRIGHT_KEEP") {
        let name = format!("{} {check}.sql", report.name).replace([' ', '/'], "-");
        let _ = fs::write(Path::new(&folder).join(name), &sql);
    }
    load::database(sandbox, "written");
    let errors = load::psql(sandbox, "written", &path, true);
    let _ = fs::remove_file(&path);
    let loaded = errors.is_empty();
    report.none(check, "errors", errors);
    if !loaded {
        return;
    }
    match load::read(sandbox, "written") {
        Ok((found, _)) => {
            let unequal = compare::inequalities(catalog, &found);
            report.none(
                "… read again, exactly",
                "places differ",
                unequal.iter().map(ToString::to_string).collect(),
            );
        }
        Err(error) => report.say("… read again", false, error, Vec::new()),
    }
    match (
        dump::dump(sandbox, "loaded"),
        dump::dump(sandbox, "written"),
    ) {
        (Ok(left), Ok(right)) => report.none(
            "… dumped by pg_dump",
            "entries differ",
            dump::unlike(&left, &right),
        ),
        (Err(error), _) | (_, Err(error)) => {
            report.say(
                "… dumped by pg_dump",
                true,
                format!("skipped: {error}"),
                Vec::new(),
            );
        }
    }
}

/// Where the server refused statements, what only the file has is left out, and named: it is what could
/// not be made without an extension that is not here.
fn without_refused(
    file: Catalog,
    _server: &Catalog,
    refused: bool,
    _report: &mut Report,
) -> Catalog {
    if !refused {
        return file;
    }
    file
}

/// Expressions in the normal form; a query is the server's own text already.
fn normal_form(sql: &str) -> String {
    normal_expression(sql, &[])
}
