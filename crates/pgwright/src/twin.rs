//! Twins of sources: a catalog and statistics, from wherever they come, on a server of the right version.

mod rows;
mod scale;
mod subject;
mod volumes;

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};

use pgwright_brief::read_sizes;
use pgwright_catalog::{Catalog, ConstraintKind, QualifiedName};
use pgwright_migrate::{PlanOptions, plan};
use pgwright_planner::{Statistics, describe, read_dump};
use pgwright_server::twin::{Script, Twin};
use pgwright_server::{StatisticsOptions, discover, read_statistics, select};

pub use rows::of_rows;
pub use scale::{Scale, parse_months, parse_rows, shown};
pub use subject::{Subject, Wanted};
pub use volumes::{descriptions_of_brief, times_of_brief};

use crate::commands::design::read_text;
use crate::exit::Failure;
use crate::source::NEWEST;
use crate::terminal::Terminal;

/// Which server a twin runs on.
#[derive(Debug, Clone, Copy, Default)]
pub struct Server<'a> {
    /// Major version; the newest found when none is asked for.
    pub major: Option<u32>,
    /// Directories that hold server programs.
    pub pg_bin: Option<&'a OsStr>,
}

/// Builds a twin, and says what it lacks.
pub fn build(
    catalog: &Catalog,
    statistics: &Statistics,
    server: Server<'_>,
    terminal: &Terminal,
) -> Result<Twin, Failure> {
    let no_server = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let found = discover(server.pg_bin).map_err(|e| no_server(&e))?;
    let wanted: Vec<u32> = server.major.into_iter().collect();
    let installations = select(&found, &wanted).map_err(|e| no_server(&e))?;
    let Some(installation) = installations.iter().max_by_key(|i| i.major) else {
        return Err(Failure::NoServer(
            "no PostgreSQL server found\nhint: pgwright postgres install 18".to_owned(),
        ));
    };
    let catalog = planned_by(catalog, statistics);
    let options = PlanOptions {
        check_bodies: false,
        owners: false,
        ..PlanOptions::new(installation.major.min(NEWEST))
    };
    let schema = terminal
        .phase("planning the schema", || {
            plan(&Catalog::empty(), &catalog, &options)
        })
        .map_err(|error| Failure::Usage(error.to_string()))?;
    let statements: Vec<(&str, usize)> = (1..)
        .zip(&schema.up)
        .map(|(n, step)| (step.sql.as_str(), n))
        .collect();
    let roles: Vec<_> = catalog.roles.keys().cloned().collect();
    let script = Script {
        name: "the schema, statement",
        roles: &roles,
        statements: &statements,
    };
    let twin = terminal
        .phase("building the twin", || {
            Twin::build(installation, script, statistics)
        })
        .map_err(|e| no_server(&e))?;
    Ok(twin)
}

/// Says what a twin lacks, the first of it.
pub fn show_notes(twin: &Twin, terminal: &Terminal) {
    const SHOWN: usize = 5;
    for note in twin.notes().iter().take(SHOWN) {
        let first = note.lines().next().unwrap_or_default();
        terminal.say(format_args!("note: twin: {first}"));
    }
    if let Some(more) = twin.notes().len().checked_sub(SHOWN).filter(|n| *n > 0) {
        terminal.say(format_args!("note: twin: and {more} more of that kind"));
    }
}

/// The part of a catalog that plans depend on. What only acts when rows change, and who may do what, is left
/// out, and so are places that a sandbox does not have.
fn planned_by(catalog: &Catalog, statistics: &Statistics) -> Catalog {
    let mut kept = catalog.clone();
    // By default the planner goes by conditions on rows only among a parent's children.
    let excludes = statistics.settings.get("constraint_exclusion");
    let parents: BTreeSet<QualifiedName> = catalog
        .tables
        .values()
        .flat_map(|table| {
            table
                .inherits
                .iter()
                .chain(table.partition_of.as_ref().map(|p| &p.parent))
        })
        .cloned()
        .collect();
    kept.event_triggers.clear();
    kept.publications.clear();
    kept.subscriptions.clear();
    kept.default_privileges.clear();
    for (name, table) in &mut kept.tables {
        let alone = table.inherits.is_empty()
            && table.partition_of.is_none()
            && table.partition_by.is_none()
            && !parents.contains(name);
        if alone && excludes.is_none_or(|setting| setting != "on") {
            table
                .constraints
                .retain(|_, constraint| !matches!(constraint.kind, ConstraintKind::Check(_)));
        }
        table.triggers.clear();
        table.inherited_trigger_states.clear();
        table.policies.clear();
        table.row_security = false;
        table.force_row_security = false;
        table.grants.clear();
        table.comment = None;
        table.tablespace = None;
        for column in &mut table.columns {
            column.comment = None;
        }
        for constraint in table.constraints.values_mut() {
            constraint.comment = None;
            match &mut constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    key.tablespace = None;
                }
                ConstraintKind::Exclusion { tablespace, .. } => *tablespace = None,
                ConstraintKind::ForeignKey(_) | ConstraintKind::Check(_) => {}
            }
        }
        for index in table.indexes.values_mut() {
            index.tablespace = None;
            index.comment = None;
        }
    }
    for view in kept.materialized_views.values_mut() {
        view.tablespace = None;
        view.grants.clear();
        view.comment = None;
        // A view that was never refreshed is none the planner takes rows of.
        view.unpopulated = true;
        for index in view.indexes.values_mut() {
            index.tablespace = None;
            index.comment = None;
        }
    }
    for view in kept.views.values_mut() {
        view.grants.clear();
        view.comment = None;
    }
    for routine in kept.routines.values_mut() {
        routine.comment = None;
    }
    kept
}

/// Statistics of a live server.
pub fn of_server(
    address: &str,
    options: StatisticsOptions,
    terminal: &Terminal,
) -> Result<Statistics, Failure> {
    let failed = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let mut client = pgwright_server::connect(address).map_err(|e| failed(&e))?;
    let read = terminal
        .phase("reading the statistics", || {
            read_statistics(&mut client, options)
        })
        .map_err(|e| failed(&e))?;
    for warning in &read.warnings {
        terminal.say(format_args!("warning: {warning}"));
    }
    Ok(read.statistics)
}

/// Statistics of files, those of a later one before those of an earlier; none without any file.
pub fn of_files(
    paths: &[PathBuf],
    catalog: &Catalog,
    terminal: &Terminal,
) -> Result<Option<Statistics>, Failure> {
    let mut whole: Option<Statistics> = None;
    for path in paths {
        let read = of_file(path, catalog, terminal)?;
        whole = Some(match whole {
            Some(mut known) => {
                known.settings.extend(read.settings);
                known.tables.extend(read.tables);
                known
            }
            None => read,
        });
    }
    Ok(whole)
}

/// Statistics of a file: what `pgwright stats` wrote, `pg_dump --statistics-only`, or a note in words, of which what
/// is not understood is shown.
pub fn of_file(path: &Path, catalog: &Catalog, terminal: &Terminal) -> Result<Statistics, Failure> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_lowercase());
    if matches!(extension.as_deref(), Some("csv" | "tsv")) {
        return of_rows(path, catalog, terminal);
    }
    let text = read_text(path)?;
    let wrong =
        |error: &dyn std::fmt::Display| Failure::Usage(format!("{}: {error}", path.display()));
    if text.trim_start().starts_with('{') {
        return Statistics::from_json(&text).map_err(|e| wrong(&e));
    }
    let sql = path.extension().is_some_and(|e| e == "sql");
    if sql || text.contains("pg_restore_relation_stats") {
        return read_dump(&text, catalog).map_err(|e| wrong(&e));
    }
    let sizes = read_sizes(&text, catalog, &today());
    let file = path.display().to_string();
    for error in &sizes.not_understood {
        terminal.say(format_args!("warning: {}", error.render(&text, &file)));
    }
    if sizes.tables.is_empty() {
        return Err(wrong(
            &"nothing is said of a table\nhint: `orders 80,000,000 rows (status: open 2 %)`, a file of `pgwright stats`, \
              or of pg_dump --statistics-only",
        ));
    }
    let mut statistics = Statistics::default();
    describe(&mut statistics, catalog, &sizes.tables);
    Ok(statistics)
}

/// The day it is: what a note means by today, and what `now()` in a query is to a server as well.
fn today() -> String {
    let seconds = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    let seconds = i64::try_from(seconds).unwrap_or(0);
    match jiff::Timestamp::from_second(seconds) {
        Ok(now) => now.to_string().chars().take(10).collect(),
        Err(_) => String::new(),
    }
}
