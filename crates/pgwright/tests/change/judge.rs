//! What a plan must show before it passes.

use crate::case::Case;
use crate::database::Databases;
use crate::dump;
use crate::locks;
use crate::planner::{Plan, Planner, Source};
use crate::state::{self, Entries};

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

    pub fn say(&mut self, what: &str, details: &str) {
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
    pub fn ok<T>(&mut self, what: &str, result: Result<T, String>) -> Option<T> {
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
    let judging = Judging::new(databases, case, planner);
    let Some(judging) = report.ok("the old and the new", judging) else {
        return;
    };
    let (from, to) = (Source::Database("a"), Source::Database("b"));
    let live = planner.plan(case, from, to, "live");
    let live = report.ok("no plan from databases", live);
    if let Some(live) = &live {
        judging.judge(live, "", report);
        locks::judge(databases, live, report);
    }
    let (from, to) = (case.file("a.sql"), case.file("b.sql"));
    let files = planner.plan(case, Source::File(&from), Source::File(&to), "files");
    let Some(files) = report.ok("no plan from files", files) else {
        return;
    };
    if live.is_none_or(|live| !live.is_like(&files)) {
        judging.judge(&files, "from files: ", report);
    }
}

/// A case whose two schemas are loaded, and what they hold.
struct Judging<'a> {
    databases: &'a Databases<'a>,
    case: &'a Case,
    planner: &'a dyn Planner,
    old: Entries,
    new: Entries,
    rows: Vec<String>,
}

impl<'a> Judging<'a> {
    fn new(
        databases: &'a Databases<'a>,
        case: &'a Case,
        planner: &'a dyn Planner,
    ) -> Result<Self, String> {
        Ok(Judging {
            databases,
            case,
            planner,
            old: state::schema(databases, "a")?,
            new: state::schema(databases, "b")?,
            rows: state::rows(databases, "a")?,
        })
    }

    fn judge(&self, plan: &Plan, whose: &str, report: &mut Report) {
        let mut own = Report::default();
        self.judge_text(plan, &mut own);
        self.judge_up(plan, &mut own);
        self.judge_down(plan, &mut own);
        for (what, lines) in own.complaints {
            report.complaints.push((format!("{whose}{what}"), lines));
        }
    }

    /// The forms that up.sql takes, and what the plan asks.
    fn judge_text(&self, plan: &Plan, report: &mut Report) {
        let up = plan.statements("up.sql");
        for (has, pattern) in &self.case.forms {
            if pattern.is_match(&up) != *has {
                let verb = if *has { "lacks" } else { "has" };
                report.say(&format!("up.sql {verb} {pattern}"), &up);
            }
        }
        let questions = plan.questions();
        for pattern in &self.case.asks {
            if !pattern.is_match(&questions) {
                report.say(&format!("nothing is asked about {pattern}"), &questions);
            }
        }
    }

    /// Up and contract give the new schema with the old rows; after that nothing is left to do, and the
    /// way back still leads to the old schema.
    fn judge_up(&self, plan: &Plan, report: &mut Report) -> Option<()> {
        self.databases.copy("up", "a");
        report.ok("up.sql fails", self.run(plan, "up.sql", "up"))?;
        if let Some(contract) = plan.script("contract.sql") {
            let ran = self.databases.run("up", &contract);
            report.ok("contract.sql fails", ran)?;
        }
        let found = report.ok("pg_dump", state::schema(self.databases, "up"))?;
        let mut unlike = dump::unlike(&found, &self.new);
        unlike.retain(|entry| !self.may_differ(entry));
        report.none("the schema (<) is not b.sql's (>)", &unlike);
        self.judge_rows(report);
        if self.case.differs.is_empty() && !self.case.once {
            let (from, to) = (Source::Database("up"), Source::Database("b"));
            let again = self.planner.plan(self.case, from, to, "again");
            let again = again.and_then(|plan| plan.steps_up());
            if let Some(steps) = report.ok("no second plan", again) {
                report.none("a second plan is not empty", &steps);
            }
        }
        if self.case.contract_is_final {
            return Some(());
        }
        let ran = self.run(plan, "down.sql", "up");
        report.ok("down.sql fails after up.sql and contract.sql", ran)?;
        self.judge_schema_is_old("up", "after up, contract and down", report)
    }

    /// Up and down give the old schema with all its rows.
    fn judge_down(&self, plan: &Plan, report: &mut Report) -> Option<()> {
        self.databases.copy("down", "a");
        // That this fails has been said.
        self.run(plan, "up.sql", "down").ok()?;
        let ran = self.run(plan, "down.sql", "down");
        report.ok("down.sql fails after up.sql", ran)?;
        self.judge_schema_is_old("down", "after up and down", report);
        let found = report.ok("rows", state::rows(self.databases, "down"))?;
        let unlike = state::unlike_rows(&found, &self.rows);
        let what = "after up and down the rows (<) are not a.sql's (>)";
        report.none(what, &unlike);
        Some(())
    }

    /// Runs a script of the plan; only a plan that has nothing to do needs none.
    fn run(&self, plan: &Plan, script: &str, short: &str) -> Result<(), String> {
        match plan.script(script) {
            Some(script) => self.databases.run(short, &script),
            None if plan.steps_up()?.is_empty() => Ok(()),
            None => Err("it is not there".to_owned()),
        }
    }

    fn judge_schema_is_old(&self, short: &str, when: &str, report: &mut Report) -> Option<()> {
        let found = report.ok("pg_dump", state::schema(self.databases, short))?;
        let what = format!("{when} the schema (<) is not a.sql's (>)");
        report.none(&what, &dump::unlike(&found, &self.old));
        Some(())
    }

    /// What the case asks of its rows; a case that asks nothing keeps as many rows in every table that
    /// keeps its name.
    fn judge_rows(&self, report: &mut Report) -> Option<()> {
        if let Some(wanted) = &self.case.rows {
            let found = self.databases.ask("up", &self.case.file("rows.sql"));
            let found = report.ok("rows.sql fails", found)?;
            if found.trim_end() != wanted.trim_end() {
                let details = format!("found\n{}\nexpected\n{wanted}", found.trim_end());
                report.say("the rows are not as expected", &details);
            }
            return Some(());
        }
        let found = report.ok("rows", state::counts(self.databases, "up"))?;
        let wanted = report.ok("rows", state::counts(self.databases, "a"))?;
        for (table, count) in &wanted {
            if let Some(found) = found.get(table).filter(|found| *found != count) {
                report.say(&format!("{table} has {found} rows of {count}"), "");
            }
        }
        Some(())
    }

    /// Whether an object, or every line of it that differs, is one that may.
    fn may_differ(&self, entry: &str) -> bool {
        let may = |line: &str| {
            self.case
                .differs
                .iter()
                .any(|pattern| pattern.is_match(line))
        };
        let mut lines = entry.lines();
        let heading = lines.next().unwrap_or_default();
        may(heading) || (entry.contains('\n') && lines.all(|line| may(&line.trim_start()[1..])))
    }
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
