//! goose: one file with both ways. Statements that goose could not tell apart are marked.

use super::{LayoutFiles, MigrationName, Part};
use crate::files::{comment, safety};
use crate::plan::Plan;
use crate::step::Step;

pub(super) struct Goose;

impl LayoutFiles for Goose {
    fn name(&self) -> &'static str {
        "goose"
    }

    fn files(&self, _: &Plan, parts: &[Part<'_>], name: &MigrationName) -> Vec<(String, String)> {
        let parts: Vec<_> = parts.iter().flat_map(alike).collect();
        parts
            .iter()
            .enumerate()
            .map(|(at, part)| {
                let name = name.part(at, parts.len());
                let head = if part.transactional {
                    ""
                } else {
                    "-- +goose NO TRANSACTION\n"
                };
                let up = statements(part.up, part.transactional);
                let down = statements(part.down, part.transactional);
                (
                    format!("{:05}_{}.sql", name.version, name.name),
                    format!("{head}-- +goose Up\n{up}\n-- +goose Down\n{down}"),
                )
            })
            .collect()
    }

    /// goose refuses to run a folder with an SQL file that has no version.
    fn contract(&self) -> &'static str {
        "contract.psql"
    }
}

/// Steps of both ways that go into one file.
struct Alike<'a> {
    up: &'a [&'a Step],
    down: &'a [&'a Step],
    transactional: bool,
}

/// goose has one mark for both ways of a file, so ways that differ in it get a file each: without a
/// transaction, a way of several steps could stop half way.
fn alike<'a>(part: &'a Part<'_>) -> Vec<Alike<'a>> {
    let file = |up, down, transactional| Alike {
        up,
        down,
        transactional,
    };
    let (up_in, down_in) = (part.up_transactional, part.down_transactional);
    match (part.up.is_empty(), part.down.is_empty()) {
        (true, _) => vec![file(&[], &part.down, down_in)],
        (_, true) => vec![file(&part.up, &[], up_in)],
        _ if up_in == down_in => vec![file(&part.up, &part.down, up_in)],
        _ => vec![file(&part.up, &[], up_in), file(&[], &part.down, down_in)],
    }
}

fn statements(steps: &[&Step], transactional: bool) -> String {
    let mut text = String::new();
    if transactional && !steps.is_empty() {
        text.push_str(safety(steps));
    }
    for step in steps {
        text.push('\n');
        if let Some(heading) = &step.heading {
            text.push_str(&comment(heading));
        }
        if is_plain(&step.sql) {
            text.push_str(&format!("{}\n", step.sql));
        } else {
            text.push_str(&format!(
                "-- +goose StatementBegin\n{}\n-- +goose StatementEnd\n",
                step.sql
            ));
        }
    }
    text
}

/// goose knows no quotes: to it a statement ends with the line whose last word, before what begins
/// with `--`, ends in a semicolon.
fn is_plain(statement: &str) -> bool {
    let inner = statement.trim_end().trim_end_matches(';');
    !inner.contains(';') && !inner.contains("--")
}

#[cfg(test)]
mod tests {
    use super::is_plain;

    #[test]
    fn what_goose_would_cut_wrongly_is_marked() {
        assert!(is_plain("CREATE TABLE t (\n    id integer\n);"));
        assert!(!is_plain("DO $$ BEGIN PERFORM 1; END $$;"));
        assert!(!is_plain("COMMENT ON TABLE t IS 'a --b';"));
    }
}
