//! sqitch: `sqitch.plan` with `deploy/`, `revert/` and `verify/` scripts.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use pgwright_catalog::{ObjectId, quote_literal};

use super::{LayoutFiles, MigrationName, Part, in_transaction};
use crate::plan::Plan;
use crate::step::{Action, Step};

pub(super) struct Sqitch;

impl LayoutFiles for Sqitch {
    fn name(&self) -> &'static str {
        "sqitch"
    }

    fn files(
        &self,
        migration: &Plan,
        parts: &[Part<'_>],
        name: &MigrationName,
    ) -> Vec<(String, String)> {
        let staying = staying(&migration.up);
        let mut plan = format!("%syntax-version=1.0.0\n%project={}\n\n", name.project);
        let mut files = vec![(
            "sqitch.conf".to_owned(),
            "[core]\n    engine = pg\n".to_owned(),
        )];
        let mut before: Option<String> = None;
        for (at, part) in parts.iter().enumerate() {
            let part_name = name.part(at, parts.len()).name;
            let needs = before.map(|b| format!(" [{b}]")).unwrap_or_default();
            let _ = writeln!(
                plan,
                "{part_name}{needs} {} {} # {}",
                name.planned_at,
                name.planner,
                part_name.replace('_', " ")
            );
            let path = |directory: &str| format!("{directory}/{part_name}.sql");
            let project = &name.project;
            let script = |word: &str, text: String| {
                format!(
                    "-- {word} {project}:{part_name} {}\n\n{text}",
                    word_preposition(word)
                )
            };
            let deploy = in_transaction(&part.up, part.up_transactional);
            let revert = in_transaction(&part.down, part.down_transactional);
            files.push((path("deploy"), script("Deploy", deploy)));
            files.push((path("revert"), script("Revert", revert)));
            files.push((path("verify"), script("Verify", verify(&part.up, &staying))));
            before = Some(part_name);
        }
        files.insert(1, ("sqitch.plan".to_owned(), plan));
        files
    }
}

fn word_preposition(word: &str) -> &'static str {
    match word {
        "Deploy" => "to pg",
        "Revert" => "from pg",
        _ => "on pg",
    }
}

/// What stays where a step of the plan creates it: `sqitch verify` runs when all is deployed.
fn staying(steps: &[Step]) -> BTreeSet<&ObjectId> {
    let moves = |sql: &str| sql.contains(" RENAME TO ") || sql.contains(" SET SCHEMA ");
    let mut there = BTreeSet::new();
    for step in steps {
        match step.action {
            Action::Create => {
                there.insert(&step.object);
            }
            Action::Alter if !moves(&step.sql) => {}
            Action::Alter | Action::Drop => {
                there.remove(&step.object);
            }
        }
    }
    there
}

/// Looks every created table, view and type up: the cast fails when it is missing.
fn verify(steps: &[&Step], staying: &BTreeSet<&ObjectId>) -> String {
    let mut text = "BEGIN;\n\n".to_owned();
    let mut any = false;
    let created = |s: &&&Step| s.action == Action::Create && staying.contains(&s.object);
    for step in steps.iter().filter(created) {
        let (name, kind) = match &step.object {
            ObjectId::Table(q) | ObjectId::View(q) | ObjectId::MaterializedView(q) => {
                (q.quoted(), "regclass")
            }
            ObjectId::Sequence(q) => (q.quoted(), "regclass"),
            ObjectId::Type(q) => (q.quoted(), "regtype"),
            ObjectId::Schema(n) => (n.quoted(), "regnamespace"),
            ObjectId::Routine(s) => (s.quoted(), "regprocedure"),
            _ => continue,
        };
        let line = format!("SELECT {}::{kind};\n", quote_literal(&name));
        // A created object's comments are steps too.
        if !text.ends_with(&line) {
            text.push_str(&line);
            any = true;
        }
    }
    if any {
        text.push('\n');
    }
    text.push_str("ROLLBACK;\n");
    text
}
