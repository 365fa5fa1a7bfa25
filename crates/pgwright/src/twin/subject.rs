//! A schema with what is known of its size: from a source, a file of statistics, and the sizes asked for.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::PathBuf;

use pgwright_brief::model::Brief;
use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_design::Design;
use pgwright_planner::{Statistics, Target, assume::assume, describe, grow, pace};
use pgwright_server::StatisticsOptions;

use super::{descriptions_of_brief, of_files, of_server, times_of_brief};
use crate::commands::brief::read_requirements;
use crate::commands::design::read_brief;
use crate::exit::Failure;
use crate::source::{Reading, Source};
use crate::terminal::Terminal;

/// How a subject is read.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Files of statistics.
    pub stats: &'a [PathBuf],
    /// Major version that SQL text is read for.
    pub pg: Option<u32>,
    /// Directories that hold server programs.
    pub pg_bin: Option<&'a OsStr>,
}

/// A schema with what is known of its size.
pub struct Subject {
    /// The schema.
    pub catalog: Catalog,
    /// What is known of it.
    pub statistics: Statistics,
    /// Major version of the server that it was read from.
    pub major: Option<u32>,
    /// The brief, and what was designed for it.
    pub brief: Option<(Brief, Design)>,
}

impl Subject {
    /// Reads a source with its statistics.
    pub fn read(text: &str, wanted: Wanted<'_>, terminal: &Terminal) -> Result<Self, Failure> {
        let of_stats = |catalog: &Catalog| of_files(wanted.stats, catalog, terminal);
        let source = Source::parse(text)?;
        if let Source::Brief(path) = &source {
            let brief = read_brief(path, &read_requirements(path, terminal)?, terminal)?;
            let design = pgwright_design::design(&brief);
            return Ok(Self {
                catalog: design.catalog.clone(),
                statistics: of_stats(&design.catalog)?.unwrap_or_default(),
                major: None,
                brief: Some((brief, design)),
            });
        }
        let reading = Reading {
            target: wanted.pg,
            pg_bin: wanted.pg_bin,
            ..Reading::default()
        };
        let read = source.read(reading, terminal)?;
        if read.errors > 0 {
            terminal.say(format_args!(
                "warning: {text}: {} statements were not read, and plans are made without them",
                read.errors
            ));
        }
        let statistics = match (of_stats(&read.catalog)?, &source) {
            (Some(statistics), _) => statistics,
            (None, Source::Server(address)) => {
                of_server(address, StatisticsOptions::default(), terminal)?
            }
            (None, _) => Statistics::default(),
        };
        Ok(Self {
            catalog: read.catalog,
            statistics,
            major: read.major,
            brief: None,
        })
    }

    /// The sizes that a brief's volumes give, or the pace at which tables have grown, after so many months.
    pub fn targets(
        &self,
        after: Option<f64>,
        terminal: &Terminal,
    ) -> BTreeMap<QualifiedName, Target> {
        match (&self.brief, after) {
            (Some((brief, design)), after) => times_of_brief(brief, design, after.unwrap_or(0.0)),
            (None, Some(months)) => {
                let targets = pace(&self.statistics, &self.catalog, months);
                if targets.is_empty() {
                    terminal.say("warning: no table tells how fast it grows: none has a column of times that follows its rows");
                }
                targets
            }
            (None, None) => BTreeMap::new(),
        }
    }

    /// Whether any table is known to have rows.
    pub fn is_sized(&self) -> bool {
        let mut tables = self.statistics.tables.values();
        tables.any(|t| t.rows.is_some_and(|r| r > 0.0))
    }

    /// The statistics at those sizes, with what follows from the schema where nothing is known; and what was
    /// assumed.
    pub fn statistics_at(
        &self,
        targets: &BTreeMap<QualifiedName, Target>,
    ) -> (Statistics, Vec<String>) {
        let grown = grow(&self.statistics, &self.catalog, targets);
        let mut statistics = grown.statistics;
        match &self.brief {
            Some((brief, design)) => {
                let said = descriptions_of_brief(brief, design);
                describe(&mut statistics, &self.catalog, &said);
            }
            None => assume(&mut statistics, &self.catalog),
        }
        (statistics, grown.notes)
    }
}
