//! dbmate: one file with both ways.

use super::{LayoutFiles, MigrationName, Part, guarded};
use crate::plan::Plan;

pub(super) struct Dbmate;

impl LayoutFiles for Dbmate {
    fn name(&self) -> &'static str {
        "dbmate"
    }

    fn files(&self, _: &Plan, parts: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        parts
            .iter()
            .enumerate()
            .map(|(at, part)| {
                let name = name.part(at, parts.len());
                let ways = part.ways().map(|(word, steps, transactional)| {
                    let option = if transactional {
                        ""
                    } else {
                        " transaction:false"
                    };
                    let text = guarded(steps, transactional);
                    format!("-- migrate:{word}{option}\n{text}")
                });
                // dbmate sorts names as text: 10 would come before 9.
                (
                    format!("{:06}_{}.sql", name.version, name.name),
                    ways.join("\n"),
                )
            })
            .collect()
    }
}
