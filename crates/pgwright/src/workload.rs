//! `--workload W`: the statements of an application, from files, servers and briefs.

use std::fs;
use std::path::{Path, PathBuf};

use pgwright_catalog::{Catalog, quote_identifier};
use pgwright_design::{AccessQuery, Design};
use pgwright_server::twin::{Parameters, Session};
use pgwright_tune::access::search_path;
use pgwright_tune::workload::{Counter, Statement, Text, Workload, read, read_counters};

use crate::commands::design::{read_brief, read_text};
use crate::exit::Failure;
use crate::source::Source;
use crate::terminal::Terminal;

/// How many of a workload's notes are shown.
const SHOWN: usize = 20;

/// Reads what is given as `--workload`: SQL files, exports of pg_stat_statements and logs, or folders of them;
/// a server, whose pg_stat_statements is read; a brief, for its access patterns. What was passed over or could
/// not be read is said, and is an error only when nothing is left.
pub fn read_workload(sources: &[String], terminal: &Terminal) -> Result<Workload, Failure> {
    let mut workload = Workload::default();
    let mut files: Vec<(String, String)> = Vec::new();
    for source in sources {
        let path = Path::new(source);
        if source == "-" {
            files.push(("standard input".to_owned(), read_text(path)?));
        } else if path.is_dir() {
            let mut found = Vec::new();
            files_of(path, &mut found)?;
            found.sort();
            for file in found {
                files.push((file.display().to_string(), text_of(&file)?));
            }
        } else if !path.exists() && looks_like_a_file(source) {
            return Err(Failure::Usage(format!(
                "--workload: {source}: there is no such file"
            )));
        } else {
            match Source::parse(source)? {
                Source::Server(address) => workload.append(of_server(&address)?),
                Source::Brief(path) => workload.append(of_brief(&path, terminal)?),
                Source::Script(_) | Source::Directory(_) | Source::Empty => {
                    files.push((source.clone(), text_of(path)?));
                }
            }
        }
    }
    let texts: Vec<Text<'_>> = files
        .iter()
        .map(|(name, text)| Text { name, text })
        .collect();
    workload.append(terminal.phase("reading the workload", || read(&texts)));
    for note in workload.notes.iter().take(SHOWN) {
        terminal.say(format_args!("note: workload: {note}"));
    }
    if let Some(more) = workload.notes.len().checked_sub(SHOWN).filter(|n| *n > 0) {
        terminal.say(format_args!("note: workload: and {more} more of that kind"));
    }
    if workload.statements.is_empty() {
        return Err(Failure::Usage(
            "the workload holds no statement that has a plan\nhint: SQL files (with `-- calls: 5/s` before a \
             statement), exports of pg_stat_statements as CSV with a header, logs of a server, postgres://…, or a brief"
                .to_owned(),
        ));
    }
    Ok(workload)
}

fn looks_like_a_file(text: &str) -> bool {
    !text.contains('=') && !text.contains("://")
}

fn files_of(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let failed =
        |error: std::io::Error| Failure::Usage(format!("reading {}: {error}", folder.display()));
    for entry in fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let hidden = path
            .file_name()
            .is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
        let wanted = matches!(
            extension.as_deref(),
            Some("sql" | "csv" | "json" | "jsonl" | "log")
        );
        if path.is_dir() && !hidden {
            files_of(&path, found)?;
        } else if wanted && !hidden {
            found.push(path);
        }
    }
    Ok(())
}

/// A log may hold bytes of any encoding.
fn text_of(path: &Path) -> Result<String, Failure> {
    let bytes = fs::read(path)
        .map_err(|error| Failure::Usage(format!("reading {}: {error}", path.display())))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn of_server(address: &str) -> Result<Workload, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let mut client = pgwright_server::connect(address).map_err(|e| failed(&e))?;
    let counters = pgwright_server::read_statement_counters(&mut client).map_err(|e| failed(&e))?;
    let counters: Vec<Counter> = counters
        .into_iter()
        .map(|counter| Counter {
            query: counter.query,
            calls: counter.calls_per_day,
            milliseconds: counter.milliseconds,
            rows: counter.rows,
        })
        .collect();
    Ok(read_counters("pg_stat_statements", &counters))
}

fn of_brief(path: &Path, terminal: &Terminal) -> Result<Workload, Failure> {
    let brief = read_brief(path, &read_text(path)?, terminal)?;
    let design = pgwright_design::design(&brief);
    Ok(of_design(&design))
}

/// The access patterns of a brief, over the tables designed for it. A pattern without a frequency runs once a day.
pub fn of_design(design: &Design) -> Workload {
    let statement = |query: &AccessQuery| Statement {
        name: query.name.clone(),
        origin: format!("access pattern {}", query.pattern),
        text: query.sql.clone(),
        calls: query.per_second.map_or(1.0, |rate| rate * 86_400.0),
        forms: Vec::new(),
        measured: None,
    };
    Workload {
        statements: design.access_queries.iter().map(statement).collect(),
        notes: Vec::new(),
    }
}

/// A session in which names without a schema are found in whatever schema has them: what an application sets as
/// its search path is not known.
pub fn find_names(session: &mut Session<'_>, catalog: &Catalog) -> Result<(), Failure> {
    let path = search_path(catalog).into_iter();
    let quoted: Vec<String> = path.map(quote_identifier).collect();
    session
        .execute(&format!("SET search_path = {}", quoted.join(", ")))
        .map_err(|error| Failure::NoServer(error.to_string()))
}

/// How a statement with these values is planned.
pub fn parameters<'a>(values: &'a Option<Vec<Option<&'a str>>>) -> Parameters<'a> {
    match values {
        Some(values) => Parameters::Values(values),
        None => Parameters::Generic,
    }
}
