//! A unit that no transaction holds together: one statement, marked before and after.

use std::time::Duration;

use pgwright_server::postgres;

use super::{Runner, Trouble, about, done};
use crate::apply::duration;
use crate::apply::journal::{Mark, State};
use crate::apply::monitor::OnInterrupt;
use crate::apply::plan_file::Resume;
use crate::apply::retry::is_done_already;
use crate::apply::settle::{self, Settled};
use crate::apply::units::{Kind, Unit};

impl Runner<'_> {
    /// A statement outside a transaction, marked before and after.
    pub(super) fn outside(&mut self, unit: &Unit<'_>, in_doubt: bool) -> Result<(), Trouble> {
        let Some(step) = unit.steps.first() else {
            return Ok(());
        };
        let mark = self.journal.prepare(&mut self.session.client)?;
        let title = unit.title();
        if in_doubt
            && let Some(resume) = &step.resume
            && self.settle(unit, resume)? == Settled::Done
        {
            let client = &mut self.session.client;
            return Ok(self
                .journal
                .mark(client, &mark, done(unit.number, &title, 0))?);
        }
        let started = Mark {
            unit: unit.number,
            what: &title,
            state: State::Started,
            rows: 0,
            error: None,
        };
        self.journal
            .mark(&mut self.session.client, &mark, started)?;
        let limit = self.limits.of(unit);
        let on_interrupt = match step.resume {
            Some(Resume::CreateIndex { .. }) => OnInterrupt::Cancel,
            Some(Resume::DropIndex { .. } | Resume::DetachPartition { .. }) => OnInterrupt::Finish,
            _ => OnInterrupt::CancelWaiting,
        };
        self.watch(unit, None, on_interrupt);
        let client = &mut self.session.client;
        set_lock_timeout(client, limit)?;
        let result = client.batch_execute(&step.sql);
        if let Err(error) = result {
            let in_doubt = in_doubt && step.resume.is_none();
            if !(in_doubt && is_done_already(&error, &step.action)) {
                return Err(Trouble::of(&error, &about(step, unit.first_step)));
            }
        }
        Ok(self
            .journal
            .mark(client, &mark, done(unit.number, &title, 0))?)
    }

    /// Finds out whether a statement in doubt has done its work, and takes away what it left.
    fn settle(&mut self, unit: &Unit<'_>, resume: &Resume) -> Result<Settled, Trouble> {
        self.watch(unit, None, OnInterrupt::Finish);
        let limit = self.limits.of(unit);
        let client = &mut self.session.client;
        set_lock_timeout(client, limit)?;
        Ok(settle::settle(client, resume)?)
    }

    /// Leaves no INVALID index when a run ends within a build. Answers what had to be left.
    pub(super) fn tidy_up(&mut self, unit: &Unit<'_>) -> Option<String> {
        let resume = unit.steps.first()?.resume.as_ref()?;
        if unit.kind != Kind::Outside || *resume == Resume::Repeatable {
            return None;
        }
        let mut why = String::new();
        for attempt in 1..=3 {
            match self.settle(unit, resume) {
                Ok(_) => {
                    self.monitor.unwatch();
                    return settle::left(&mut self.session.client, resume);
                }
                Err(
                    Trouble::Again { why: text, .. } | Trouble::Final(text) | Trouble::Lost(text),
                ) => {
                    why = text;
                }
                Err(Trouble::Interrupted) => {}
            }
            self.monitor.unwatch();
            if self.interrupt.is_urgent() {
                break;
            }
            std::thread::sleep(self.backoff.before(attempt));
        }
        let left = settle::left(&mut self.session.client, resume)
            .unwrap_or_else(|| "what it left behind is not known".to_owned());
        Some(format!("{left} ({why})"))
    }
}

fn set_lock_timeout(
    client: &mut postgres::Client,
    timeout: Duration,
) -> Result<(), postgres::Error> {
    client.batch_execute(&format!(
        "SET lock_timeout = {}",
        duration::milliseconds(timeout)
    ))
}
