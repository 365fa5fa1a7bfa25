//! The checks of one text, and what they found.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::Path;
use std::time::Instant;

use pgwright_catalog::{Catalog, Name};
use pgwright_ddl::normalize::normal_expression;
use pgwright_ddl::read::{NoteKind, ReadOptions, read};
use pgwright_migrate::{Arrangement, PlanOptions, difference, plan, schema_script};
use pgwright_server::Sandbox;

use super::compare::Inequality;
use super::corpus::Text;
use super::{compare, counts, dump, load};

/// What the checks of one text found: a line for each check, with examples where it failed.
#[derive(Debug, Default)]
pub struct Report {
    name: String,
    lines: Vec<Line>,
    /// Differences that the text declares as known, and those of them that showed.
    declared: BTreeSet<String>,
    met: BTreeSet<String>,
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
        let all = found.len();
        let found = self.undeclared(found);
        let mut summary = format!("{} {what}", found.len());
        if all > found.len() {
            summary += &format!("; {} declared", all - found.len());
        }
        self.say(check, found.is_empty(), summary, found);
    }

    /// Without the differences that the text declares.
    fn undeclared(&mut self, mut found: Vec<String>) -> Vec<String> {
        found.retain(|difference| {
            let known = self
                .declared
                .iter()
                .find(|known| difference.contains(*known));
            self.met.extend(known.cloned());
            known.is_none()
        });
        found
    }

    /// A difference that the text declares and that is not there is declared wrongly.
    fn all_met(&mut self) {
        let unmet: Vec<String> = self.declared.difference(&self.met).cloned().collect();
        if !self.declared.is_empty() {
            let summary = format!("{} did not show", unmet.len());
            self.say("declared differences", unmet.is_empty(), summary, unmet);
        }
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
        declared: text.declared(),
        started: Some(Instant::now()),
        ..Report::default()
    };
    check_all(sandbox, text, &mut report);
    report.all_met();
    for database in ["loaded", "written"] {
        let _ = sandbox.drop_database(database);
    }
    report.finished = report.started.map_or(0.0, |at| at.elapsed().as_secs_f64());
    report
}

/// What a database may have that a catalog does not hold, as docs/fidelity.md lists it.
const KNOWN: &[&str] = &[
    "of an extension",
    "an extension's",
    "of its objects are not held",
];

fn check_all(sandbox: &Sandbox, text: &Text, report: &mut Report) {
    // (a) The server's reading.
    let errors = load::load(sandbox, "loaded", &text.path);
    let as_known = text
        .expected_errors()
        .is_none_or(|expected| expected == errors.len());
    report.say(
        "loading the text",
        as_known,
        format!("{} errors", errors.len()),
        errors.clone(),
    );
    let server = match load::read(sandbox, "loaded") {
        Ok((catalog, warnings)) => {
            let known = |warning: &String| KNOWN.iter().any(|known| warning.contains(known));
            let (known, warnings): (Vec<_>, Vec<_>) = warnings.into_iter().partition(known);
            let what = format!("warnings, and {} known ones", known.len());
            report.none("read from the server", &what, warnings);
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
        round_trip(sandbox, &server, true, report);
    }
    if text.round_trip {
        dump_is_read(sandbox, &server, report);
    }
    // (b) The reading without a server.
    let Some(file) = statically(&text.path, &errors, report) else {
        return;
    };
    // What the server refused for want of an extension, or of data, only it can know.
    let only_server = |error: &String| {
        error.contains("is not available") || error.contains("violates foreign key constraint")
    };
    let beyond = errors.iter().any(only_server);
    if !beyond {
        let unlike = counts::unlike(&file, &text.counts);
        report.none("counts of the file's", "differ", unlike);
    }
    let equal = readings_are_equal(&file, &server, beyond, report);
    if equal || !text.round_trip || beyond {
        return;
    }
    // (c) Only where they differ: the SQL of equal catalogs is the same.
    round_trip(sandbox, &file, false, report);
}

/// Properties that are SQL text, by their names in JSON.
const TEXTS: &[&str] = &[
    "query",
    "default",
    "expression",
    "check",
    "predicate",
    "when",
    "using",
    "with_check",
    "sql",
    "text",
    "condition",
    "key",
    "actions",
    "from",
    "to",
    "list",
    "expressions",
];

/// Compares in the normal form, then to the letter; true when they are equal to the letter.
fn readings_are_equal(file: &Catalog, server: &Catalog, beyond: bool, report: &mut Report) -> bool {
    let mut unequal = compare::inequalities(file, server);
    if beyond {
        unequal = beyond_refused(unequal, report);
    }
    let differences = if unequal.is_empty() {
        Vec::new()
    } else {
        difference(file, server, &normal_form)
    };
    let shown: Vec<String> = differences
        .iter()
        .filter(|difference| !beyond || difference.right.is_some())
        .map(ToString::to_string)
        .collect();
    let differs = !report.undeclared(shown.clone()).is_empty();
    report.none("file and server, normal form", "differences", shown);
    let lost = unequal
        .iter()
        .filter(|u| is_loss(u))
        .map(ToString::to_string);
    let lost = report.undeclared(lost.collect());
    let mut objects: Vec<String> = unequal.iter().map(Inequality::object).collect();
    objects.dedup();
    let equal = unequal.is_empty();
    report.say(
        "file and server, exactly",
        !differs && lost.is_empty(),
        format!(
            "{} objects differ in {} places",
            objects.len(),
            unequal.len()
        ),
        unequal.iter().map(ToString::to_string).collect(),
    );
    equal
}

/// Whether more than the text of an expression differs: that is what the normal form is for, and anything
/// else is a loss that the comparison by it did not see.
fn is_loss(unequal: &Inequality) -> bool {
    let property = unequal.path.last().map(String::as_str).unwrap_or_default();
    unequal.left.is_none() || unequal.right.is_none() || !TEXTS.contains(&property)
}

/// Reads the text without a server. What it notes is shown, except what the server refused as well:
/// every error of the server must be among the notes.
fn statically(path: &Path, errors: &[String], report: &mut Report) -> Option<Catalog> {
    let text = match fs::read(path) {
        Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
        Err(error) => {
            report.say("read from the file", false, error.to_string(), Vec::new());
            return None;
        }
    };
    let started = Instant::now();
    let options = ReadOptions {
        implied_owner: Some(Name::new(load::LOADER)),
        ..ReadOptions::default()
    };
    let mut reading = read(&text, &options);
    // Superusers are the cluster's own, and a server's reading leaves them out.
    for superuser in ["postgres", load::LOADER] {
        reading.catalog.roles.remove(superuser);
    }
    let seconds = started.elapsed().as_secs_f64();
    let kinds = |kind: NoteKind| reading.notes.iter().filter(|n| n.kind == kind).count();
    let refused = kinds(NoteKind::Failed) + kinds(NoteKind::SyntaxError);
    let notes: Vec<String> = reading.notes.iter().map(ToString::to_string).collect();
    report.say(
        "read from the file",
        refused <= errors.len(),
        format!(
            "{seconds:.2} s; refused {refused} (the server {}), not understood {}, undecided {}",
            errors.len(),
            kinds(NoteKind::NotUnderstood),
            kinds(NoteKind::Undecided)
        ),
        notes,
    );
    Some(reading.catalog)
}

/// Reads what pg_dump says of the loaded database without a server: it is the same schema, except for
/// roles, which belong to the cluster. Where a dump does not bring back what it was made from, the
/// schema that a server makes of it counts.
fn dump_is_read(sandbox: &Sandbox, server: &Catalog, report: &mut Report) {
    let Ok(text) = dump::text(sandbox, "loaded") else {
        return;
    };
    let options = ReadOptions {
        implied_owner: Some(Name::new(load::LOADER)),
        ..ReadOptions::default()
    };
    let mut reading = read(&text, &options);
    reading.catalog.roles.clear();
    let unlike = |server: &Catalog| {
        let mut server = server.clone();
        server.roles.clear();
        compare::inequalities(&reading.catalog, &server)
    };
    let mut unequal = unlike(server);
    if !unequal.is_empty() {
        load::database(sandbox, "written");
        with_file(&text, |path| load::psql(sandbox, "written", path, false));
        match load::read(sandbox, "written") {
            Ok((restored, _)) => unequal = unlike(&restored),
            Err(error) => return report.say("read from its dump", false, error, Vec::new()),
        }
    }
    let notes = reading
        .notes
        .iter()
        .filter(|note| note.kind != NoteKind::Ignored);
    let found = unequal.iter().map(ToString::to_string);
    let found = found.chain(notes.map(ToString::to_string)).collect();
    report.none("read from its dump", "places differ or are noted", found);
}

/// Calls with the path of a file that holds the text.
fn with_file<T>(text: &str, call: impl FnOnce(&Path) -> T) -> T {
    let thread = std::thread::current().id();
    let file = format!("pgwright-fidelity-{}-{thread:?}.sql", std::process::id());
    let path = std::env::temp_dir().join(file);
    fs::write(&path, text).unwrap();
    let result = call(&path);
    let _ = fs::remove_file(&path);
    result
}

/// Writes a catalog as `inspect --format sql` does, loads that with errors on, and compares readings
/// and dumps.
fn round_trip(sandbox: &Sandbox, catalog: &Catalog, from_server: bool, report: &mut Report) {
    let check = if from_server {
        "written from the server's"
    } else {
        "written from the file's"
    };
    let options = PlanOptions {
        check_bodies: false,
        arrangement: Arrangement::ByObject,
        ..PlanOptions::new(18)
    };
    let sql = match plan(&Catalog::empty(), catalog, &options) {
        Ok(plan) => schema_script(&plan),
        Err(error) => return report.say(check, false, error.to_string(), Vec::new()),
    };
    if let Ok(folder) = std::env::var("PGWRIGHT_KEEP") {
        let name = format!("{} {check}.sql", report.name).replace([' ', '/'], "-");
        let _ = fs::write(Path::new(&folder).join(name), &sql);
    }
    load::database(sandbox, "written");
    let errors = with_file(&sql, |path| load::psql(sandbox, "written", path, true));
    let loaded = errors.is_empty();
    report.none(check, "errors", errors);
    if !loaded {
        return;
    }
    match load::read(sandbox, "written") {
        Ok((found, _)) => {
            // What the file spells in its own way the server has in its own.
            let counts = |unequal: &Inequality| from_server || is_loss(unequal);
            let unequal = compare::inequalities(catalog, &found);
            let unequal = unequal.iter().filter(|unequal| counts(unequal));
            report.none(
                "… read again, exactly",
                "places differ",
                unequal.map(ToString::to_string).collect(),
            );
        }
        Err(error) => report.say("… read again", false, error, Vec::new()),
    }
    match (
        dump::dump(sandbox, "loaded"),
        dump::dump(sandbox, "written"),
    ) {
        (Ok(left), Ok(right)) => {
            let unlike = dump::unlike(&left, &right);
            let within = |entry: &String| dump::is_within_extension(entry, catalog);
            let (known, unlike): (Vec<_>, Vec<_>) = unlike.into_iter().partition(within);
            let what = format!("entries differ, and {} known ones", known.len());
            report.none("… dumped by pg_dump", &what, unlike);
        }
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

/// Where the server refused statements for want of an extension, what only the file has is left out of
/// the comparison, and named: whole objects, and members of objects that both have.
fn beyond_refused(unequal: Vec<Inequality>, report: &mut Report) -> Vec<Inequality> {
    let (only_file, unequal): (Vec<Inequality>, Vec<Inequality>) = unequal
        .into_iter()
        .partition(|inequality| inequality.right.is_none() && inequality.path.len() >= 2);
    if !only_file.is_empty() {
        let names: Vec<String> = only_file.iter().map(|only| only.path.join(" / ")).collect();
        let summary = format!("{} in the file only", names.len());
        report.say("refused by the server", true, summary, names);
    }
    unequal
}

/// Expressions in the normal form; a query is the server's own text already.
fn normal_form(sql: &str) -> String {
    normal_expression(sql, &[])
}
