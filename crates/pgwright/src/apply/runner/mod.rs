//! Runs the units of a plan: each with bounded waits, tried again when somebody was in the way, and
//! gone on with after the connection or the server was lost.

mod batches;
mod outside;
mod reconnect;
mod transaction;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pgwright_server::ConnectionSettings;
use pgwright_server::postgres;
use pgwright_server::script::describe;

use super::duration;
use super::interrupt::Interrupt;
use super::journal::{Journal, Mark, Progress, State};
use super::monitor::{Monitor, OnInterrupt, Watch};
use super::plan_file::Step;
use super::retry::{Backoff, Meaning, meaning};
use super::session::Session;
use super::units::{Kind, Unit};
use super::who::Who;
use crate::terminal::Terminal;

use batches::Batches;

/// How the units are run.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a statement may wait for a lock that others wait behind.
    pub lock_timeout: Duration,
    /// After how long the server's sessions look for deadlocks.
    pub deadlock_timeout: Duration,
    /// How often a unit is tried again.
    pub retries: u32,
    /// For how long to try to connect again.
    pub reconnect: Duration,
}

impl Limits {
    /// The lock timeout of a unit.
    pub fn of(&self, unit: &Unit<'_>) -> Duration {
        unit.lock_timeout(self.lock_timeout, self.deadlock_timeout)
    }
}

/// Why a run ended before its end. The journal knows how far it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stopped {
    /// The user asked for it.
    Interrupted {
        /// What had to be left as it is, if anything.
        left: Option<String>,
    },
    /// A unit failed.
    Failed {
        /// The unit.
        unit: usize,
        /// What happened, with the statement.
        text: String,
    },
    /// The server is gone, or another run has taken its place.
    Gone(String),
}

/// Why an attempt did not get through.
enum Trouble {
    Again { why: String, table: Option<String> },
    Lost(String),
    Final(String),
    Interrupted,
}

impl Trouble {
    fn of(error: &postgres::Error, what: &str) -> Self {
        let text = || format!("{what}{}", describe(error));
        match meaning(error) {
            Meaning::Again => Self::Again {
                why: describe(error)
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
                table: None,
            },
            Meaning::Lost => Self::Lost(describe(error)),
            Meaning::Final => Self::Final(text()),
        }
    }
}

/// An error outside any step.
impl From<postgres::Error> for Trouble {
    fn from(error: postgres::Error) -> Self {
        Self::of(&error, "")
    }
}

/// A unit that is through.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finished {
    /// How long it took, waits included.
    pub took: Duration,
    /// How many attempts it took.
    pub attempts: u32,
    /// Rows that batches have taken in this run.
    pub rows: u64,
}

/// What runs.
pub struct Runner<'a> {
    /// The connection.
    pub session: Session,
    /// What watches it.
    pub monitor: Monitor,
    /// Where it leads.
    pub settings: ConnectionSettings,
    /// The journal.
    pub journal: Journal,
    /// The units.
    pub units: &'a [Unit<'a>],
    /// How they are run.
    pub limits: Limits,
    /// Ctrl-C.
    pub interrupt: Interrupt,
    /// Where messages go.
    pub terminal: &'a Terminal,
    /// The waits between attempts.
    pub backoff: Backoff,
}

impl Runner<'_> {
    /// Runs what the journal does not have as done. Answers what was done, by unit.
    pub fn run(
        &mut self,
        mut progress: Progress,
        finished: &mut BTreeMap<usize, Finished>,
    ) -> Result<(), Stopped> {
        let units = self.units;
        let is_done = |progress: &Progress, unit: &Unit<'_>| {
            progress.units.get(&unit.number) == Some(&State::Done)
        };
        while let Some(unit) = units.iter().find(|unit| !is_done(&progress, unit)) {
            let begun = Instant::now();
            match self.unit(unit, &progress) {
                Ok((attempts, rows)) => {
                    progress.units.insert(unit.number, State::Done);
                    let took = begun.elapsed();
                    let entry = Finished {
                        took,
                        attempts,
                        rows,
                    };
                    finished.insert(unit.number, entry);
                    self.say_finished(unit, entry);
                }
                Err(Trouble::Lost(why)) => progress = self.reconnect(&why)?,
                Err(Trouble::Interrupted) => {
                    return Err(Stopped::Interrupted {
                        left: self.tidy_up(unit),
                    });
                }
                Err(Trouble::Final(text) | Trouble::Again { why: text, .. }) => {
                    let left = self.tidy_up(unit);
                    let text = match left {
                        Some(left) => format!("{text}\n{left}"),
                        None => text,
                    };
                    self.note_failure(unit, &text);
                    let unit = unit.number;
                    return Err(Stopped::Failed { unit, text });
                }
            }
        }
        Ok(())
    }

    /// One unit, with as many attempts as it may have.
    fn unit(&mut self, unit: &Unit<'_>, progress: &Progress) -> Result<(u32, u64), Trouble> {
        let mut in_doubt = progress.units.contains_key(&unit.number);
        let before = progress.rows.get(&unit.number).copied().unwrap_or(0);
        let mut total_rows = 0;
        let mut first_table = None;
        let mut attempt = 0;
        let mut batches = None;
        loop {
            if self.interrupt.is_asked() {
                return Err(Trouble::Interrupted);
            }
            let result = match unit.kind {
                Kind::Transaction => self.transaction(unit, first_table.as_deref()).map(|()| 0),
                Kind::Outside => self.outside(unit, in_doubt).map(|()| 0),
                Kind::Batches => {
                    let batches = batches.get_or_insert_with(|| Batches::new(before));
                    let result = self.batches(unit, batches);
                    if std::mem::take(&mut batches.advanced) {
                        // Each batch has its own attempts.
                        attempt = 0;
                    }
                    total_rows = batches.rows;
                    result.map(|()| batches.rows)
                }
            };
            let blockers = self.monitor.unwatch();
            in_doubt = true;
            let (why, table) = match result {
                Ok(rows) => return Ok((attempt + 1, rows)),
                Err(Trouble::Again { why, table }) => (why, table),
                Err(other) => return Err(other),
            };
            if self.interrupt.is_asked() {
                return Err(Trouble::Interrupted);
            }
            if attempt >= self.limits.retries {
                let mut text = format!(
                    "{}: gave up after {} attempts: {why}",
                    unit.title(),
                    attempt + 1
                );
                for who in &blockers {
                    text.push_str(&format!("\nit waited for {who}"));
                }
                if total_rows > 0 {
                    text.push_str(&format!("\n{total_rows} rows are done"));
                }
                text.push_str("\nhint: `--retries` tries longer");
                return Err(Trouble::Final(text));
            }
            first_table = table.or(first_table);
            attempt += 1;
            let pause = self.backoff.before(attempt);
            self.say_again(unit, &why, &blockers, attempt, pause);
            if !self.interrupt.sleep(pause) {
                return Err(Trouble::Interrupted);
            }
        }
    }

    /// Writes down why a unit failed. The failure itself is shown anyway.
    fn note_failure(&mut self, unit: &Unit<'_>, text: &str) {
        let title = unit.title();
        let mark = Mark {
            unit: unit.number,
            what: &title,
            state: State::Failed,
            rows: 0,
            error: Some(text),
        };
        let client = &mut self.session.client;
        if let Ok(statement) = self.journal.prepare(client) {
            let _ = self.journal.mark(client, &statement, mark);
        }
    }

    fn watch(&self, unit: &Unit<'_>, deadline: Option<Instant>, on_interrupt: OnInterrupt) {
        self.monitor.watch(Watch {
            pid: self.session.pid,
            label: self.label(unit),
            deadline,
            on_interrupt,
        });
    }

    fn label(&self, unit: &Unit<'_>) -> String {
        format!("{}/{} {}", unit.number, self.units.len(), unit.title())
    }

    fn say(&self, text: std::fmt::Arguments<'_>) {
        self.monitor.aside(|| self.terminal.say(text));
    }

    fn say_finished(&self, unit: &Unit<'_>, finished: Finished) {
        let rows = match unit.kind {
            Kind::Batches => format!(", {} rows", finished.rows),
            _ => String::new(),
        };
        let attempts = match finished.attempts {
            1 => String::new(),
            n => format!(", {n} attempts"),
        };
        let took = duration::show(finished.took);
        let label = self.label(unit);
        self.monitor.aside(|| {
            self.terminal
                .good(format_args!("{label} ({took}{rows}{attempts})"));
        });
    }

    fn say_again(
        &self,
        unit: &Unit<'_>,
        why: &str,
        blockers: &[Who],
        attempt: u32,
        pause: Duration,
    ) {
        let mut text = format!("wait  {}: {why}", self.label(unit));
        for who in blockers {
            text.push_str(&format!("\n      it waited for {who}"));
        }
        text.push_str(&format!(
            "\n      trying again in {} ({attempt} of {})",
            duration::show(pause),
            self.limits.retries
        ));
        self.say(format_args!("{text}"));
    }
}

fn done<'a>(unit: usize, what: &'a str, rows: u64) -> Mark<'a> {
    Mark {
        unit,
        what,
        state: State::Done,
        rows,
        error: None,
    }
}

/// What an error of a step begins with.
fn about(step: &Step, number: usize) -> String {
    let sql = step.sql.trim_end();
    format!("step {number}, {}:\n{sql}\n", step.title())
}
