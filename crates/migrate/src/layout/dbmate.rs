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
                let option = if part.transactional {
                    ""
                } else {
                    " transaction:false"
                };
                let up = guarded(&part.up, part.transactional);
                let down = guarded(&part.down, part.transactional);
                (
                    format!("{}_{}.sql", name.version, name.name),
                    format!("-- migrate:up{option}\n{up}\n-- migrate:down{option}\n{down}"),
                )
            })
            .collect()
    }
}
