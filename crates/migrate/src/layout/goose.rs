//! goose: one file with both ways. Statements that hold semicolons are marked.

use super::{LayoutFiles, MigrationName, Part};
use crate::files::safety;
use crate::plan::Plan;
use crate::step::Step;

pub(super) struct Goose;

impl LayoutFiles for Goose {
    fn name(&self) -> &'static str {
        "goose"
    }

    fn files(&self, _: &Plan, parts: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        parts
            .iter()
            .enumerate()
            .map(|(at, part)| {
                let name = name.part(at, parts.len());
                // One mark for both ways.
                let transactional = part.up_transactional && part.down_transactional;
                let head = if transactional {
                    ""
                } else {
                    "-- +goose NO TRANSACTION\n"
                };
                let up = statements(&part.up, transactional);
                let down = statements(&part.down, transactional);
                (
                    format!("{:05}_{}.sql", name.version, name.name),
                    format!("{head}-- +goose Up\n{up}\n-- +goose Down\n{down}"),
                )
            })
            .collect()
    }
}

/// goose cuts at semicolons, unless it is told where a statement begins and ends.
fn statements(steps: &[&Step], transactional: bool) -> String {
    let mut text = String::new();
    if transactional {
        text.push_str(safety(steps));
    }
    for step in steps {
        text.push('\n');
        if let Some(heading) = &step.heading {
            text.push_str(&format!("-- {heading}\n"));
        }
        let inner = step.sql.trim_end().trim_end_matches(';');
        if inner.contains(';') {
            text.push_str(&format!(
                "-- +goose StatementBegin\n{}\n-- +goose StatementEnd\n",
                step.sql
            ));
        } else {
            text.push_str(&format!("{}\n", step.sql));
        }
    }
    text
}
