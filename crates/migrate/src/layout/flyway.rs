//! Flyway: `V1__name.sql`, the undo `U1__name.sql`, and a script configuration where no transaction
//! may be open.

use super::{LayoutFiles, MigrationName, Part, guarded};
use crate::plan::Plan;

pub(super) struct Flyway;

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
                if !transactional {
                    files.push((
                        format!("{path}.conf"),
                        "executeInTransaction=false\n".to_owned(),
                    ));
                }
                files.push((path, guarded(steps, transactional)));
            }
        }
        files
    }
}
