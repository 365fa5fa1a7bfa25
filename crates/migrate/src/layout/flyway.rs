//! Flyway: `V1__name.sql`, the undo `U1__name.sql`, and script configurations where Flyway's defaults
//! do not fit.

use super::{LayoutFiles, MigrationName, Part, guarded};
use crate::plan::Plan;

pub(super) struct Flyway;

/// Flyway's own lock is a transaction that stays open, and what runs concurrently waits for all
/// transactions to end.
const LOCK: &str = "\
-- Run Flyway with flyway.postgresql.transactional.lock=false: this would wait for Flyway's own lock.
";

impl LayoutFiles for Flyway {
    fn name(&self) -> &'static str {
        "flyway"
    }

    fn files(&self, _: &Plan, parts: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let name = name.part(at, parts.len());
            for (word, steps, transactional) in part.ways() {
                let letter = if word == "up" { "V" } else { "U" };
                let path = format!("{letter}{}__{}.sql", name.version, name.name);
                let mut text = guarded(steps, transactional);
                let mut configuration = String::new();
                if !transactional {
                    configuration.push_str("executeInTransaction=false\n");
                }
                if text.contains("${") {
                    configuration.push_str("placeholderReplacement=false\n");
                }
                if steps.iter().any(|s| s.sql.contains("CONCURRENTLY")) {
                    text.insert_str(0, LOCK);
                }
                if !configuration.is_empty() {
                    files.push((format!("{path}.conf"), configuration));
                }
                files.push((path, text));
            }
        }
        files
    }

    /// Flyway looks into folders, and can be told to refuse scripts whose names are not its own.
    fn contract(&self) -> &'static str {
        "contract.psql"
    }
}
