//! golang-migrate: `VERSION_name.up.sql` and `.down.sql`. It opens no transaction of its own.

use super::{LayoutFiles, MigrationName, Part, in_transaction};
use crate::plan::Plan;

pub(super) struct GolangMigrate;

impl LayoutFiles for GolangMigrate {
    fn name(&self) -> &'static str {
        "golang-migrate"
    }

    fn files(&self, _: &Plan, parts: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let name = name.part(at, parts.len());
            for (word, steps, transactional) in part.ways() {
                files.push((
                    format!("{:06}_{}.{word}.sql", name.version, name.name),
                    in_transaction(steps, transactional),
                ));
            }
        }
        files
    }
}
