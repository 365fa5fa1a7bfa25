//! A plan as the files of a package: one for each kind of thing, to be run in the order of names.

use std::fmt::Write as _;

use crate::bodies;
use crate::layout::{in_transaction, runs};
use crate::plan::Plan;
use crate::step::{FileGroup, Step, Transaction};

/// The files of a plan that only adds: name and text, in the order in which they run. Each file is one
/// transaction, but for what cannot share one with tables that are in use; files with nothing in them are left
/// out.
pub fn schema_files(plan: &Plan) -> Vec<(String, String)> {
    FileGroup::ALL
        .into_iter()
        .filter_map(|group| {
            let mut steps: Vec<_> = plan.up.iter().filter(|s| s.group == group).collect();
            // Each file may be run in a session of its own.
            if bodies::lacks_switch(&steps)
                && let Some(switch) = bodies::switch(&plan.up)
            {
                steps.insert(0, switch);
            }
            (!steps.is_empty()).then(|| (group.file_name().to_owned(), file(group, &steps)))
        })
        .collect()
}

/// The statements of a plan from an empty database as one script, without a transaction around them:
/// whoever runs it decides on that.
pub fn schema_script(plan: &Plan) -> String {
    let steps: Vec<_> = plan.up.iter().collect();
    body(&steps)
}

fn file(group: FileGroup, steps: &[&Step]) -> String {
    let mut text = String::new();
    let _ = writeln!(text, "-- {}", group.title());
    text.push_str("-- Run the files of this directory in the order of their names.\n\n");
    let runs = runs(steps.iter().copied());
    let runs: Vec<String> = runs
        .iter()
        .map(|(steps, shared)| in_transaction(steps, *shared))
        .collect();
    text.push_str(&runs.join("\n"));
    text
}

/// Statements in a transaction that gives up rather than wait long for a lock.
pub(crate) fn transaction(safety: &str, body: &str) -> String {
    format!("BEGIN;\n\n{safety}\n{body}\nCOMMIT;\n")
}

/// The time limits of a transaction. What reads whole tables may take its time: it blocks nobody.
pub(crate) fn safety(steps: &[&Step]) -> &'static str {
    match steps {
        [step] if step.transaction == Transaction::Own => "SET LOCAL lock_timeout = '5s';\n",
        _ => SAFETY,
    }
}

/// A migration that waits for a lock makes everybody behind it wait too.
pub(crate) const SAFETY: &str = "\
SET LOCAL lock_timeout = '5s';
SET LOCAL statement_timeout = '10min';
";

/// The statements, with the statements of one change together and empty lines between changes.
pub(crate) fn body(steps: &[&Step]) -> String {
    let mut text = String::new();
    let mut last: Option<&Step> = None;
    for step in steps {
        if last.is_some_and(|last| apart(last, step)) {
            text.push('\n');
        }
        if let Some(heading) = &step.heading {
            text.push_str(&comment(heading));
        }
        text.push_str(&step.sql);
        text.push('\n');
        last = Some(step);
    }
    text
}

/// Changes are set apart, but not one-line statements of one kind.
fn apart(last: &Step, step: &Step) -> bool {
    if last.change == step.change {
        return false;
    }
    let plain = |s: &Step| !s.sql.contains('\n') && s.heading.is_none();
    let verb = |s: &Step| -> String { s.sql.split(' ').take(verb_length(s)).collect() };
    !(plain(last) && plain(step) && verb(last) == verb(step))
}

/// How many words say what a statement does: `CREATE INDEX`, but `GRANT`.
fn verb_length(step: &Step) -> usize {
    match step.group {
        FileGroup::Privileges => 1,
        _ => 2,
    }
}

/// A heading as a comment of SQL, whatever lines it came in.
pub(crate) fn comment(heading: &str) -> String {
    let mut text = String::new();
    for line in wrapped(heading, 97) {
        let _ = writeln!(text, "-- {line}");
    }
    text
}

/// Words of a comment in lines of at most `width` characters.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}
