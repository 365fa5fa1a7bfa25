//! What a run did, or would do: the form of `--format json`, and the text of `--dry-run`.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use serde::Serialize;

use super::compare::Difference;
use super::duration;
use super::journal::{Progress, State};
use super::plan_file::{Direction, PlanFile};
use super::preflight::Blocker;
use super::runner::{Finished, Limits};
use super::units::{Kind, Unit};

/// Version of the JSON form; raised when a field changes its meaning. Its schema is
/// `schemas/apply.schema.json`.
const VERSION: u32 = 1;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Nothing was begun.
    Refused,
    /// The database was already as the plan ends.
    Already,
    /// The plan is through, and the database is as it says.
    Applied,
    /// The plan is through, and the database is not as it says.
    Differs,
    /// The user stopped it; the same command goes on.
    Interrupted,
    /// A unit failed; the same command goes on.
    Failed,
    /// The server went away; the same command goes on.
    Gone,
    /// Nothing was to be done but to show it.
    DryRun,
}

/// A check before or after the run.
#[derive(Debug, Clone, Serialize)]
pub struct Check {
    /// What was checked.
    pub name: &'static str,
    /// Whether it held.
    pub passed: bool,
    /// What was found when it did not.
    pub detail: Option<String>,
}

/// A hazard of the plan.
#[derive(Debug, Clone, Serialize)]
pub struct HazardReport {
    /// Its name.
    pub hazard: String,
    /// Whether it was allowed.
    pub allowed: bool,
    /// The steps that have it, as `3: alter table public.t`.
    pub steps: Vec<String>,
}

#[derive(Debug, Clone, Serialize)]
struct StepReport {
    number: usize,
    title: String,
    sql: String,
    hazards: Vec<String>,
    rewrites: Vec<String>,
    scans: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    batch: Option<String>,
}

#[derive(Debug, Clone, Serialize)]
struct UnitReport {
    number: usize,
    kind: &'static str,
    state: &'static str,
    locks: BTreeMap<String, &'static str>,
    lock_timeout_ms: u128,
    retries: u32,
    estimate_ms: Option<u128>,
    took_ms: Option<u128>,
    attempts: Option<u32>,
    rows: Option<u64>,
    steps: Vec<StepReport>,
}

/// What a run did, or would do.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    format: &'static str,
    version: u32,
    plan: String,
    fingerprint: String,
    direction: &'static str,
    /// The server's version, once connected.
    pub server: Option<String>,
    /// The database, once connected.
    pub database: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it went on with a run that was begun before.
    pub resumed: bool,
    /// What was checked.
    pub checks: Vec<Check>,
    /// The plan's hazards.
    pub hazards: Vec<HazardReport>,
    /// Where the database differs from what is expected.
    pub differences: Vec<Difference>,
    /// What would hold the plan up.
    pub blockers: Vec<Blocker>,
    /// What is worth knowing.
    pub notes: Vec<String>,
    units: Vec<UnitReport>,
    /// Why it ended as it did.
    pub message: Option<String>,
}

impl Report {
    /// Before anything is known but the plan.
    pub fn new(plan: &PlanFile, direction: Direction) -> Self {
        Self {
            format: "pgwright apply",
            version: VERSION,
            plan: plan.name.clone(),
            fingerprint: plan.fingerprint.clone(),
            direction: direction.word(),
            server: None,
            database: None,
            outcome: Outcome::Refused,
            resumed: false,
            checks: Vec::new(),
            hazards: Vec::new(),
            differences: Vec::new(),
            blockers: Vec::new(),
            notes: Vec::new(),
            units: Vec::new(),
            message: None,
        }
    }

    /// Records a check.
    pub fn check(&mut self, name: &'static str, problem: Option<String>) {
        self.checks.push(Check {
            name,
            passed: problem.is_none(),
            detail: problem,
        });
    }

    /// Records what became of the units.
    pub fn set_units(
        &mut self,
        units: &[Unit<'_>],
        before: &Progress,
        finished: &BTreeMap<usize, Finished>,
        limits: &Limits,
    ) {
        self.units = units
            .iter()
            .map(|unit| unit_report(unit, before, finished.get(&unit.number), limits))
            .collect();
    }

    /// The text of `--dry-run`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let steps: usize = self.units.iter().map(|unit| unit.steps.len()).sum();
        let _ = writeln!(
            text,
            "plan {} ({}, fingerprint {}): {} in {}",
            self.plan,
            self.direction,
            self.fingerprint,
            count(steps, "step"),
            count(self.units.len(), "unit")
        );
        if let (Some(database), Some(server)) = (&self.database, &self.server) {
            let _ = writeln!(text, "database {database}, PostgreSQL {server}");
        }
        if self.resumed {
            text.push_str("begun before: this run would go on with it\n");
        }
        text.push('\n');
        for check in &self.checks {
            let word = if check.passed { "ok  " } else { "fail" };
            let _ = writeln!(text, "{word}  {}", check.name);
            for line in check.detail.iter().flat_map(|detail| detail.lines()) {
                let _ = writeln!(text, "      {line}");
            }
        }
        for note in &self.notes {
            let _ = writeln!(text, "note  {note}");
        }
        for unit in &self.units {
            text.push('\n');
            unit.write(self.units.len(), &mut text);
        }
        text
    }
}

impl UnitReport {
    fn write(&self, of: usize, text: &mut String) {
        let what = match (self.kind, self.steps.len()) {
            ("transaction", 1) => "one statement in a transaction".to_owned(),
            ("transaction", n) => format!("{n} statements in one transaction"),
            ("outside", _) => "one statement, outside a transaction".to_owned(),
            _ => "batches, each in a transaction, until one takes no row".to_owned(),
        };
        let _ = write!(text, "unit {} of {of}: {what}", self.number);
        if let Some(estimate) = self.estimate_ms {
            let estimate = Duration::from_millis(u64::try_from(estimate).unwrap_or(u64::MAX));
            let _ = write!(text, ", about {}", duration::show(estimate));
        }
        if self.state == "done" {
            text.push_str(" (done already)");
        }
        text.push('\n');
        for (table, level) in &self.locks {
            let _ = writeln!(text, "  lock on {table}: {level}");
        }
        let timeout =
            Duration::from_millis(u64::try_from(self.lock_timeout_ms).unwrap_or(u64::MAX));
        let _ = writeln!(
            text,
            "  waits {} at most, {} retries",
            duration::show(timeout),
            self.retries
        );
        for step in &self.steps {
            let _ = writeln!(text, "  step {}: {}", step.number, step.title);
            let mut list = |what: &str, names: &[String]| {
                if !names.is_empty() {
                    let _ = writeln!(text, "    {what}: {}", names.join(", "));
                }
            };
            list("hazards", &step.hazards);
            list("rewrites", &step.rewrites);
            list("scans", &step.scans);
            for line in step.batch.as_ref().unwrap_or(&step.sql).trim_end().lines() {
                let _ = writeln!(text, "      {line}");
            }
        }
    }
}

fn unit_report(
    unit: &Unit<'_>,
    before: &Progress,
    finished: Option<&Finished>,
    limits: &Limits,
) -> UnitReport {
    let state = match before.units.get(&unit.number) {
        _ if finished.is_some() => "done",
        Some(State::Done) => "done",
        Some(State::Started) => "started",
        Some(State::Failed) => "failed",
        None => "open",
    };
    let steps = unit
        .steps
        .iter()
        .enumerate()
        .map(|(index, step)| StepReport {
            number: unit.first_step + index,
            title: step.title(),
            sql: step.sql.clone(),
            hazards: step.hazards.clone(),
            rewrites: step.rewrites.clone(),
            scans: step.scans.clone(),
            batch: step.batch.as_ref().map(|batch| batch.statement.clone()),
        });
    UnitReport {
        number: unit.number,
        kind: match unit.kind {
            Kind::Transaction => "transaction",
            Kind::Outside => "outside",
            Kind::Batches => "batches",
        },
        state,
        locks: unit
            .locks()
            .into_iter()
            .map(|(table, level)| (table.to_owned(), level.name()))
            .collect(),
        lock_timeout_ms: limits.of(unit).as_millis(),
        retries: limits.retries,
        estimate_ms: unit.estimate().map(|estimate| estimate.as_millis()),
        took_ms: finished.map(|finished| finished.took.as_millis()),
        attempts: finished.map(|finished| finished.attempts),
        rows: finished
            .filter(|_| unit.kind == Kind::Batches)
            .map(|finished| finished.rows),
        steps: steps.collect(),
    }
}

/// `1 step`, `2 steps`.
pub fn count(number: usize, what: &str) -> String {
    match number {
        1 => format!("1 {what}"),
        n => format!("{n} {what}s"),
    }
}
