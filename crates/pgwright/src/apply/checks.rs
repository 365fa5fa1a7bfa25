//! What is checked before a plan is begun.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;

use super::compare::{Aside, differences};
use super::journal::{self, Found, Journal, Progress};
use super::plan_file::Direction;
use super::report::{HazardReport, Outcome, Report};
use super::session::Session;
use super::units::Unit;
use super::{Application, duration, lost, preflight, shown};
use crate::exit::Failure;

impl Application<'_> {
    /// Hazards must be allowed by name.
    pub(super) fn check_hazards(&self, report: &mut Report) -> Result<(), Failure> {
        let normal = |name: &String| name.trim().replace('-', "_").to_ascii_lowercase();
        let allowed: BTreeSet<String> = self.arguments.allow.iter().map(normal).collect();
        let steps = self.directory.plan.steps(self.direction);
        for hazard in self.directory.plan.hazards(self.direction) {
            let holders = steps
                .iter()
                .enumerate()
                .filter(|(_, step)| step.hazards.iter().any(|other| other == hazard));
            report.hazards.push(HazardReport {
                hazard: hazard.to_owned(),
                allowed: allowed.contains("all") || allowed.contains(&normal(&hazard.to_owned())),
                steps: holders
                    .map(|(index, step)| format!("{}: {}", index + 1, step.title()))
                    .collect(),
            });
        }
        let refused: Vec<&HazardReport> = report.hazards.iter().filter(|h| !h.allowed).collect();
        if refused.is_empty() {
            report.check("every hazard is allowed by name", None);
            return Ok(());
        }
        let mut lines = Vec::new();
        for hazard in &refused {
            lines.push(format!("{}:", hazard.hazard.replace('_', "-")));
            match hazard.steps.is_empty() {
                true => lines.push("  the plan as a whole".to_owned()),
                false => lines.extend(hazard.steps.iter().map(|step| format!("  step {step}"))),
            }
        }
        // Those that were allowed have to be named again.
        let names: Vec<String> = report
            .hazards
            .iter()
            .map(|hazard| hazard.hazard.replace('_', "-"))
            .collect();
        let text = format!(
            "the plan has hazards that are not allowed\n{}\nhint: to run it nevertheless, pass --allow {}",
            lines.join("\n"),
            names.join(",")
        );
        self.refuse(report, "every hazard is allowed by name", text)
    }

    /// What the plan had to assume.
    pub(super) fn note_questions(&self, report: &mut Report) {
        for question in &self.directory.plan.questions {
            let part = |name: &str| question[name].as_str().unwrap_or_default();
            report.notes.push(format!(
                "the plan asks: {} It takes for granted: {}",
                part("question"),
                part("default")
            ));
        }
    }

    /// The server must be one that the statements are for.
    pub(super) fn check_server(&self, session: &Session) -> Result<(), Failure> {
        let target = self.directory.plan.target;
        if session.major < target {
            return Err(Failure::NotProven(format!(
                "the plan is for PostgreSQL {target}, and {} is {}\n\
                 hint: make it for this server: pgwright plan --pg {} …",
                session.database, session.version, session.major
            )));
        }
        if session.read_only {
            return Err(Failure::NotProven(format!(
                "{} cannot be written to: it is a standby, or read-only by default",
                session.database
            )));
        }
        Ok(())
    }

    /// What an earlier run left: `Some` when it was of this plan and is not through.
    pub(super) fn check_journal(
        &self,
        journal: &Journal,
        session: &mut Session,
        report: &mut Report,
    ) -> Result<Option<Progress>, Failure> {
        match journal.look(&mut session.client).map_err(lost)? {
            Found::Nothing => Ok(None),
            // Nothing came of it: the database is looked at as if it had not been.
            Found::Ours(progress) if progress.is_nothing() => Ok(None),
            Found::Ours(progress) => {
                report.resumed = true;
                let done = progress.units.values();
                let done = done.filter(|state| **state == journal::State::Done).count();
                self.terminal.say(format_args!(
                    "going on with a run that was begun before: {done} of {} units done",
                    self.units.len()
                ));
                Ok(Some(progress))
            }
            Found::Other(_) if self.arguments.abandon => Ok(None),
            Found::Other(other) => {
                let text = format!(
                    "another plan was begun in this database and is not through: {other}\n\
                     hint: apply that one to its end; or forget it with --abandon, and apply a plan \
                     that was made from the database as it is now"
                );
                self.refuse(report, "no other plan is half done", text)
                    .map(|()| None)
            }
        }
    }

    /// The database must be what the plan was made for.
    pub(super) fn check_drift(
        &self,
        session: &mut Session,
        report: &mut Report,
    ) -> Result<Drift, Failure> {
        const NAME: &str = "the database is what the plan was made for";
        let ends = self.ends();
        let live = self.live_catalog(session)?;
        let drift = differences(ends.before.0, &live, ends.before.1);
        if differences(ends.after.0, &live, ends.after.1).is_empty()
            && (!drift.is_empty() || self.units.is_empty() || self.direction == Direction::Contract)
        {
            if !self.arguments.dry_run {
                report.outcome = Outcome::Already;
            }
            report.check("the database is not yet as the plan ends", None);
            self.terminal.good(match self.direction {
                Direction::Up => "nothing to do: the database is what the plan leads to already",
                Direction::Down => "nothing to do: the database is what it was before the plan",
                Direction::Contract => "nothing to do: nothing is kept aside",
            });
            return Ok(Drift::Already);
        }
        if drift.is_empty() && self.direction == Direction::Down {
            self.note_what_is_gone(&live, report);
        }
        if drift.is_empty() {
            report.check(NAME, None);
            return Ok(Drift::None);
        }
        let text = format!(
            "the database is not what the plan was made for\n{}\n\
             hint: make the plan again from the database as it is, or pass --ignore-drift",
            shown(&drift)
        );
        report.differences = drift;
        if self.arguments.ignore_drift {
            self.terminal.say(format_args!(
                "warning: the database is not what the plan was made for; going on, as --ignore-drift asks\n{}",
                shown(&report.differences)
            ));
            return Ok(Drift::Ignored);
        }
        self.refuse(report, NAME, text).map(|()| Drift::Ignored)
    }

    /// The way back takes what was kept aside, which `--contract` drops.
    fn note_what_is_gone(&self, live: &Value, report: &mut Report) {
        let kept = !self.directory.plan.steps(Direction::Contract).is_empty();
        if kept && differences(&self.directory.to, live, Aside::Counted).is_empty() {
            let note =
                "what the plan kept aside is gone: the way back makes it anew, without its data";
            report.notes.push(note.to_owned());
        }
    }

    /// Nothing may hold the plan up; with `--wait`, it may for a while.
    pub(super) fn check_preflight(
        &self,
        session: &mut Session,
        units: &[&Unit<'_>],
        report: &mut Report,
    ) -> Result<(), Failure> {
        const NAME: &str = "nothing would hold the plan up";
        let end = Instant::now() + self.arguments.wait;
        let ours = [session.pid];
        let mut said = false;
        let found = loop {
            let found =
                preflight::blockers(&mut session.client, units, self.arguments.older_than, &ours)
                    .map_err(lost)?;
            if found.is_empty() || self.arguments.dry_run || Instant::now() >= end {
                break found;
            }
            if !said {
                said = true;
                self.terminal.say(format_args!(
                    "waiting up to {} for what would hold the plan up:\n{}",
                    duration::show(self.arguments.wait),
                    lines(found.iter())
                ));
            }
            if !self.interrupt.sleep(Duration::from_millis(250)) {
                report.outcome = Outcome::Interrupted;
                return Err(Failure::NotProven(
                    "stopped before anything was begun".to_owned(),
                ));
            }
        };
        report.notes.extend(preflight::notes(&mut session.client));
        if self.limits.lock_timeout <= session.deadlock_timeout {
            report.notes.push(format!(
                "an autovacuum gives way after deadlock_timeout, {}: a lock timeout of {} is over before",
                duration::show(session.deadlock_timeout),
                duration::show(self.limits.lock_timeout)
            ));
        }
        if found.is_empty() {
            report.check(NAME, None);
            return Ok(());
        }
        let hints: Vec<String> = found.iter().map(|blocker| blocker.hint()).collect();
        let text = format!(
            "the plan would be held up, and others would wait behind it\n{}\n\
             hint: wait for it with --wait 10min, or make an end of it:\n  {}",
            lines(found.iter()),
            hints.join("\n  ")
        );
        report.blockers = found;
        self.refuse(report, NAME, text)
    }

    /// Refuses to begin; a dry run only notes it.
    fn refuse(
        &self,
        report: &mut Report,
        check: &'static str,
        text: String,
    ) -> Result<(), Failure> {
        report.check(check, Some(text.clone()));
        match self.arguments.dry_run {
            true => Ok(()),
            false => Err(Failure::NotProven(text)),
        }
    }
}

/// What came of comparing the database with what the plan was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Drift {
    None,
    Ignored,
    Already,
}

/// A list, indented.
pub(super) fn lines(items: impl Iterator<Item = impl std::fmt::Display>) -> String {
    let lines: Vec<String> = items
        .map(|item| format!("  {}", item.to_string().replace('\n', "\n  ")))
        .collect();
    lines.join("\n")
}
