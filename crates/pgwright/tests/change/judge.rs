//! What a plan must show before it passes.

use crate::case::Case;
use crate::database::Databases;
use crate::dump;
use crate::planner::{Plan, Planner, Source};
use crate::state;

/// What was found wrong with one case.
#[derive(Default)]
pub struct Report {
    complaints: Vec<(String, Vec<String>)>,
}

impl Report {
    pub fn failed(&self) -> bool {
        !self.complaints.is_empty()
    }

    /// The complaints, so many lines of each.
    pub fn shown(&self, most: usize) -> String {
        let mut text = String::new();
        for (what, lines) in &self.complaints {
            text.push_str(&format!("  - {what}\n"));
            for line in lines.iter().take(most) {
                text.push_str(&format!("      {line}\n"));
            }
            if lines.len() > most {
                text.push_str(&format!("      … and {} lines more\n", lines.len() - most));
            }
        }
        text
    }

    fn say(&mut self, what: &str, details: &str) {
        let lines = details.lines().map(str::to_owned).collect();
        self.complaints.push((what.to_owned(), lines));
    }

    /// Complains when something unlike was found.
    fn none(&mut self, what: &str, unlike: &[String]) {
        if !unlike.is_empty() {
            self.say(what, &unlike.join("\n"));
        }
    }

    /// Complains of an error.
    fn ok<T>(&mut self, what: &str, result: Result<T, String>) -> Option<T> {
        result.map_err(|error| self.say(what, &error)).ok()
    }
}

/// Loads both schemas; the query for the rows must be one that the new schema understands.
pub fn load_both(databases: &Databases, case: &Case, report: &mut Report) -> Option<()> {
    let a = databases.load("a", &case.file("a.sql"));
    let b = databases.load("b", &case.file("b.sql"));
    report.ok("a.sql does not load", a)?;
    report.ok("b.sql does not load", b)?;
    if case.rows.is_some() {
        let answer = databases.ask("b", &case.file("rows.sql"));
        report.ok("rows.sql does not run on the new schema", answer)?;
    }
    Some(())
}

/// Judges the plans between two databases, and between two files where they are other ones.
pub fn judge(databases: &Databases, case: &Case, planner: &dyn Planner, report: &mut Report) {
    if load_both(databases, case, report).is_none() {
        return;
    }
    let (from, to) = (Source::Database("a"), Source::Database("b"));
    let live = planner.plan(case, from, to, "live");
    let live = report.ok("no plan from databases", live);
    if let Some(live) = &live {
        judge_plan(databases, case, planner, live, "", report);
    }
    let (from, to) = (case.file("a.sql"), case.file("b.sql"));
    let files = planner.plan(case, Source::File(&from), Source::File(&to), "files");
    let Some(files) = report.ok("no plan from files", files) else {
        return;
    };
    if live.is_none_or(|live| !live.is_like(&files)) {
        judge_plan(databases, case, planner, &files, "from files: ", report);
    }
}

fn judge_plan(
    databases: &Databases,
    case: &Case,
    planner: &dyn Planner,
    plan: &Plan,
    whose: &str,
    report: &mut Report,
) {
    let mut own = Report::default();
    judge_text(case, plan, &mut own);
    judge_up(databases, case, planner, plan, &mut own);
    judge_down(databases, plan, &mut own);
    for (what, lines) in own.complaints {
        report.complaints.push((format!("{whose}{what}"), lines));
    }
}

/// The forms that up.sql takes, and what the plan asks.
fn judge_text(case: &Case, plan: &Plan, report: &mut Report) {
    let up = plan.statements("up.sql");
    for (has, pattern) in &case.forms {
        if pattern.is_match(&up) != *has {
            let verb = if *has { "lacks" } else { "has" };
            report.say(&format!("up.sql {verb} {pattern}"), &up);
        }
    }
    let questions = plan.questions();
    for pattern in &case.asks {
        if !pattern.is_match(&questions) {
            report.say(&format!("nothing is asked about {pattern}"), &questions);
        }
    }
}

/// Up and contract give the new schema with the old rows; after that nothing is left to do, and the way
/// back still leads to the old schema.
fn judge_up(
    databases: &Databases,
    case: &Case,
    planner: &dyn Planner,
    plan: &Plan,
    report: &mut Report,
) -> Option<()> {
    databases.copy("up", "a");
    report.ok("up.sql fails", run(databases, plan, "up.sql", "up"))?;
    if let Some(contract) = plan.script("contract.sql") {
        report.ok("contract.sql fails", databases.run("up", &contract))?;
    }
    let found = report.ok("pg_dump", state::schema(databases, "up"))?;
    let wanted = report.ok("pg_dump", state::schema(databases, "b"))?;
    let mut unlike = dump::unlike(&found, &wanted);
    if !case.differs.is_empty() {
        unlike.retain(|entry| !may_differ(case, entry));
    }
    report.none("the schema (<) is not b.sql's (>)", &unlike);
    judge_rows(databases, case, report);
    if case.differs.is_empty() {
        let (from, to) = (Source::Database("up"), Source::Database("b"));
        let again = planner.plan(case, from, to, "again");
        let again = again.and_then(|plan| plan.steps_up());
        if let Some(steps) = report.ok("no second plan", again) {
            report.none("a second plan is not empty", &steps);
        }
    }
    let ran = run(databases, plan, "down.sql", "up");
    report.ok("down.sql fails after up.sql and contract.sql", ran)?;
    judge_schema_is_old(databases, "up", "after up, contract and down", report)
}

/// Runs a script of the plan; only a plan that has nothing to do needs none.
fn run(databases: &Databases, plan: &Plan, script: &str, short: &str) -> Result<(), String> {
    match plan.script(script) {
        Some(script) => databases.run(short, &script),
        None if plan.steps_up()?.is_empty() => Ok(()),
        None => Err("it is not there".to_owned()),
    }
}

/// Up and down give the old schema with all its rows.
fn judge_down(databases: &Databases, plan: &Plan, report: &mut Report) -> Option<()> {
    databases.copy("down", "a");
    // That this fails has been said.
    run(databases, plan, "up.sql", "down").ok()?;
    let ran = run(databases, plan, "down.sql", "down");
    report.ok("down.sql fails after up.sql", ran)?;
    judge_schema_is_old(databases, "down", "after up and down", report);
    let found = report.ok("rows", state::rows(databases, "down"))?;
    let wanted = report.ok("rows", state::rows(databases, "a"))?;
    let unlike = state::unlike_rows(&found, &wanted);
    report.none(
        "after up and down the rows (<) are not a.sql's (>)",
        &unlike,
    );
    Some(())
}

fn judge_schema_is_old(
    databases: &Databases,
    short: &str,
    when: &str,
    report: &mut Report,
) -> Option<()> {
    let found = report.ok("pg_dump", state::schema(databases, short))?;
    let wanted = report.ok("pg_dump", state::schema(databases, "a"))?;
    let unlike = dump::unlike(&found, &wanted);
    report.none(
        &format!("{when} the schema (<) is not a.sql's (>)"),
        &unlike,
    );
    Some(())
}

/// What the case asks of its rows; a case that asks nothing keeps as many rows in every table that
/// keeps its name.
fn judge_rows(databases: &Databases, case: &Case, report: &mut Report) -> Option<()> {
    if let Some(wanted) = &case.rows {
        let found = databases.ask("up", &case.file("rows.sql"));
        let found = report.ok("rows.sql fails", found)?;
        if found.trim_end() != wanted.trim_end() {
            let details = format!("found\n{}\nexpected\n{wanted}", found.trim_end());
            report.say("the rows are not as expected", &details);
        }
        return Some(());
    }
    let found = report.ok("rows", state::counts(databases, "up"))?;
    let wanted = report.ok("rows", state::counts(databases, "a"))?;
    for (table, count) in &wanted {
        if let Some(found) = found.get(table).filter(|found| *found != count) {
            report.say(&format!("{table} has {found} rows of {count}"), "");
        }
    }
    Some(())
}

/// Whether every line of an entry that differs is one that may.
fn may_differ(case: &Case, entry: &str) -> bool {
    let may = |line: &str| case.differs.iter().any(|pattern| pattern.is_match(line));
    let mut lines = entry.lines().skip(1).map(|line| line.trim_start());
    entry.lines().count() > 1 && lines.all(|line| may(&line[1..]))
}

/// A schema is planned to itself: nothing to do, whether it is read from a database or from a file.
pub fn judge_the_same(
    databases: &Databases,
    case: &Case,
    planner: &dyn Planner,
    report: &mut Report,
) {
    if load_both(databases, case, report).is_none() {
        return;
    }
    let plain = Case {
        arguments: Vec::new(),
        ..crate::case::read(case.name.clone(), case.folder.clone())
    };
    let file = case.file("b.sql");
    let pairs = [
        ("a to a, both databases", Source::Database("a")),
        ("b.sql to b.sql", Source::File(&file)),
    ];
    for (what, source) in pairs {
        let plan = planner.plan(&plain, source, source, "same");
        let steps = plan.and_then(|plan| plan.steps_up());
        if let Some(steps) = report.ok(what, steps) {
            report.none(&format!("{what} is not empty"), &steps);
        }
    }
}
