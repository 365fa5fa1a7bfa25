//! sqlx: reversible migrations, `VERSION_name.up.sql` and `VERSION_name.down.sql`.

use super::{LayoutFiles, MigrationName, Part, guarded};
use crate::plan::Plan;

pub(super) struct Sqlx;

impl LayoutFiles for Sqlx {
    fn name(&self) -> &'static str {
        "sqlx"
    }

    fn files(&self, _: &Plan, parts: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        let mut files = Vec::new();
        for (at, part) in parts.iter().enumerate() {
            let name = name.part(at, parts.len());
            for (word, steps, transactional) in part.ways() {
                // sqlx reads this on the first line only.
                let head = if transactional {
                    ""
                } else {
                    "-- no-transaction\n"
                };
                files.push((
                    format!("{}_{}.{word}.sql", name.version, name.name),
                    format!("{head}{}", guarded(steps, transactional)),
                ));
            }
        }
        files
    }
}
