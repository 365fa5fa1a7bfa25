//! Running a plan on a database: what is checked before, the run itself, and what is checked after.

mod checks;
pub mod compare;
pub mod duration;
mod interrupt;
mod journal;
mod monitor;
mod plan_file;
mod preflight;
mod report;
mod retry;
mod runner;
mod session;
mod settle;
mod units;
mod who;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use pgwright_server::script::describe;
use pgwright_server::{ConnectionSettings, Environment, ReadOptions, postgres, read_catalog};
use serde_json::Value;

use crate::commands::apply::{Apply, ApplyFormat};
use crate::exit::Failure;
use crate::terminal::{Terminal, output};

use checks::{Drift, lines};
use compare::{Aside, Difference, differences};
use interrupt::Interrupt;
use journal::{Journal, Progress};
use monitor::Monitor;
use plan_file::{Direction, PlanDirectory};
use report::{Outcome, Report, count};
use retry::Backoff;
use runner::{Limits, Runner, Stopped};
use session::Session;
use units::{Unit, units};

/// How long to wait for what a killed run left behind: its backend looks for its client twice a
/// second.
const LEFT_BEHIND: Duration = Duration::from_secs(5);

/// How many differences are shown; the JSON form has them all.
const SHOWN: usize = 40;

/// Runs the command.
pub fn run(arguments: &Apply, terminal: &Terminal) -> Result<(), Failure> {
    let direction = match (arguments.down, arguments.contract) {
        (true, _) => Direction::Down,
        (_, true) => Direction::Contract,
        _ => Direction::Up,
    };
    let directory = PlanDirectory::read(&arguments.plan)?;
    let mut report = Report::new(&directory.plan, direction);
    let mut application = Application {
        arguments,
        terminal,
        directory: &directory,
        direction,
        units: units(directory.plan.steps(direction)),
        limits: Limits {
            lock_timeout: arguments.lock_timeout,
            // Until the server says what it is.
            deadlock_timeout: Duration::from_secs(1),
            retries: arguments.retries,
            reconnect: arguments.reconnect,
        },
        interrupt: Interrupt::listen(),
    };
    let result = application.run(&mut report);
    if let Err(Failure::NotProven(text) | Failure::Usage(text) | Failure::NoServer(text)) = &result
    {
        report.message = Some(text.clone());
    }
    match arguments.format {
        ApplyFormat::Json => {
            let text = serde_json::to_string_pretty(&report)
                .map_err(|error| Failure::Usage(error.to_string()))?;
            output(&(text + "\n"))?;
        }
        ApplyFormat::Text if report.outcome == Outcome::DryRun => output(&report.text())?,
        ApplyFormat::Text => {}
    }
    result
}

/// One run of the command.
struct Application<'a> {
    arguments: &'a Apply,
    terminal: &'a Terminal,
    directory: &'a PlanDirectory,
    direction: Direction,
    units: Vec<Unit<'a>>,
    limits: Limits,
    interrupt: Interrupt,
}

/// What a database must be before a run, and is after it.
struct Ends<'a> {
    before: (&'a Value, Aside),
    after: (&'a Value, Aside),
}

impl Application<'_> {
    fn ends(&self) -> Ends<'_> {
        let (from, to) = (&self.directory.from, &self.directory.to);
        match self.direction {
            Direction::Up => Ends {
                before: (from, Aside::Counted),
                after: (to, Aside::Passed),
            },
            Direction::Down => Ends {
                before: (to, Aside::Passed),
                after: (from, Aside::Counted),
            },
            Direction::Contract => Ends {
                before: (to, Aside::Passed),
                after: (to, Aside::Counted),
            },
        }
    }

    fn run(&mut self, report: &mut Report) -> Result<(), Failure> {
        let dry = self.arguments.dry_run;
        if dry {
            report.outcome = Outcome::DryRun;
        }
        self.check_hazards(report)?;
        self.note_questions(report);
        let settings = ConnectionSettings::resolve(&self.arguments.to, &Environment::of_process())
            .map_err(|error| Failure::Usage(error.to_string()))?;
        for warning in settings.warnings() {
            self.terminal.say(format_args!("warning: {warning}"));
        }
        let mut session =
            Session::open(&settings).map_err(|error| Failure::NoServer(error.to_string()))?;
        report.server = Some(session.version.clone());
        report.database = Some(session.database.clone());
        self.limits.deadlock_timeout = session.deadlock_timeout;
        self.check_server(&session)?;

        if dry {
            let holders = session.lock_holders().map_err(lost)?;
            let problem = holders.first().map(|who| format!("it is run by {who}"));
            report.check("no other apply runs in this database", problem);
        } else {
            let taken = session
                .take_lock(LEFT_BEHIND, None, &self.interrupt)
                .map_err(lost)?;
            if let Err(holders) = taken {
                return Err(Failure::NotProven(beside(&holders, &session.database)));
            }
        }
        let journal = Journal {
            fingerprint: self.directory.plan.fingerprint.clone(),
            direction: self.direction.word(),
            plan: self.directory.plan.name.clone(),
        };
        let progress = self.check_journal(&journal, &mut session, report)?;
        report.set_units(
            &self.units,
            progress.as_ref().unwrap_or(&Progress::default()),
            &BTreeMap::new(),
            &self.limits,
        );
        if progress.is_none() && self.check_drift(&mut session, report)? == Drift::Already {
            return Ok(());
        }
        let left: Vec<&Unit<'_>> = self
            .units
            .iter()
            .filter(|unit| {
                let known = progress.as_ref().and_then(|p| p.units.get(&unit.number));
                known != Some(&journal::State::Done)
            })
            .collect();
        self.check_preflight(&mut session, &left, report)?;
        if dry {
            return match report.checks.iter().all(|check| check.passed) {
                true => Ok(()),
                false => Err(Failure::NotProven(
                    "the plan would not be begun: see the checks that failed".to_owned(),
                )),
            };
        }
        for note in &report.notes {
            self.terminal.say(format_args!("note: {note}"));
        }
        self.execute(settings, session, journal, progress, report)
    }

    fn live_catalog(&self, session: &mut Session) -> Result<Value, Failure> {
        // Reading waits for a lock only where a view or a key is being changed right now.
        let reading = self
            .terminal
            .phase("reading the catalog", || {
                read_catalog(&mut session.client, &ReadOptions::default())
            })
            .map_err(|error| Failure::NoServer(error.to_string()))?;
        serde_json::to_value(&reading.catalog).map_err(|error| Failure::Usage(error.to_string()))
    }

    /// Runs the units, and checks what came of it.
    fn execute(
        &mut self,
        settings: ConnectionSettings,
        mut session: Session,
        journal: Journal,
        progress: Option<Progress>,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let before = match progress {
            Some(progress) => progress,
            None => {
                journal
                    .begin(&mut session.client)
                    .map_err(|error| begin_failed(&error))?;
                Progress::default()
            }
        };
        let begun = Instant::now();
        // Often enough to see who is waited for before the wait is given up.
        let tick = (self.limits.lock_timeout / 5)
            .clamp(Duration::from_millis(20), Duration::from_millis(200));
        let monitor = Monitor::start(
            settings.clone(),
            tick,
            self.interrupt.clone(),
            self.terminal,
        );
        let mut runner = Runner {
            session,
            monitor,
            settings,
            journal,
            units: &self.units,
            limits: self.limits.clone(),
            interrupt: self.interrupt.clone(),
            terminal: self.terminal,
            backoff: Backoff::new(),
        };
        let mut finished = BTreeMap::new();
        let result = match runner.replay_settings(&before) {
            Ok(()) => runner.run(before.clone(), &mut finished),
            Err(error) => Err(Stopped::Gone(describe(&error))),
        };
        report.set_units(&self.units, &before, &finished, &self.limits);
        let Runner {
            mut session,
            monitor,
            journal,
            ..
        } = runner;
        drop(monitor);
        match result {
            Ok(()) => {}
            Err(stopped) => {
                let nothing = matches!(
                    &stopped,
                    Stopped::Failed { .. } | Stopped::Interrupted { .. }
                ) && forgot_what_came_to_nothing(&mut session, &journal);
                return Err(self.stopped(stopped, &before, finished.len(), nothing, report));
            }
        }
        self.finish(&mut session, &journal, report)?;
        self.terminal.good(format_args!(
            "{} in {}: {}",
            count(self.directory.plan.steps(self.direction).len(), "step"),
            duration::show(begun.elapsed()),
            match self.direction {
                Direction::Up => "the database is what the plan leads to",
                Direction::Down => "the database is what it was before the plan",
                Direction::Contract => "what was kept aside is gone",
            }
        ));
        Ok(())
    }

    fn stopped(
        &self,
        stopped: Stopped,
        before: &Progress,
        finished: usize,
        nothing: bool,
        report: &mut Report,
    ) -> Failure {
        let states = before.units.values();
        let done = states.filter(|s| **s == journal::State::Done).count() + finished;
        let so_far = match nothing {
            true => "nothing was changed".to_owned(),
            false => format!("{done} of {} units done", self.units.len()),
        };
        let again = match nothing {
            true => "begins again",
            false => "goes on from here",
        };
        match stopped {
            Stopped::Interrupted { left } => {
                report.outcome = Outcome::Interrupted;
                let left = left.map_or_else(String::new, |left| format!("\n{left}"));
                Failure::NotProven(format!(
                    "stopped: {so_far}{left}\nhint: the same command {again}"
                ))
            }
            Stopped::Failed { unit, text } => {
                report.outcome = Outcome::Failed;
                Failure::NotProven(format!(
                    "unit {unit} failed: {text}\n{so_far}\n\
                     hint: mend what it complains about, and the same command {again}"
                ))
            }
            Stopped::Gone(text) => {
                report.outcome = Outcome::Gone;
                Failure::NoServer(format!("{text}\n{so_far}"))
            }
        }
    }

    /// Takes the journal away, and checks that the database is as the plan says.
    fn finish(
        &self,
        session: &mut Session,
        journal: &Journal,
        report: &mut Report,
    ) -> Result<(), Failure> {
        let mut backoff = Backoff::new();
        let mut attempt = 0;
        loop {
            let timeout = duration::milliseconds(self.limits.lock_timeout);
            let result = session
                .client
                .batch_execute(&format!("SET lock_timeout = {timeout}"))
                .and_then(|()| journal.finish(&mut session.client, self.arguments.keep_journal));
            match result {
                Ok(()) => break,
                // Somebody reads the journal.
                Err(error)
                    if retry::meaning(&error) == retry::Meaning::Again
                        && attempt < self.limits.retries =>
                {
                    attempt += 1;
                    if !self.interrupt.sleep(backoff.before(attempt)) {
                        report.outcome = Outcome::Interrupted;
                        return Err(Failure::NotProven(
                            "stopped: all units are done, the journal is still there\n\
                             hint: the same command takes it away"
                                .to_owned(),
                        ));
                    }
                }
                Err(error) => return Err(lost(error)),
            }
        }
        let ends = self.ends();
        let live = self.live_catalog(session)?;
        let found = differences(ends.after.0, &live, ends.after.1);
        let invalid = self.invalid_indexes(session)?;
        let mut problems = Vec::new();
        if !found.is_empty() {
            let text = "the plan is through, and the database is not what it leads to";
            problems.push(format!("{text}\n{}", shown(&found)));
        }
        for index in &invalid {
            problems.push(format!(
                "index {} of {} is INVALID",
                index.index, index.table
            ));
        }
        let problem = (!problems.is_empty()).then(|| problems.join("\n"));
        report.differences = found;
        report.check("the database is what the plan leads to", problem.clone());
        match problem {
            None => {
                report.outcome = Outcome::Applied;
                Ok(())
            }
            // What differed before and was to be ignored may differ still.
            Some(problem) if self.arguments.ignore_drift => {
                report.outcome = Outcome::Differs;
                self.terminal.say(format_args!("warning: {problem}"));
                Ok(())
            }
            Some(problem) => {
                report.outcome = Outcome::Differs;
                Err(Failure::NotProven(format!(
                    "{problem}\nhint: `pgwright plan` from the database as it is to what it should \
                     be shows what is missing"
                )))
            }
        }
    }

    fn invalid_indexes(
        &self,
        session: &mut Session,
    ) -> Result<Vec<preflight::InvalidIndex>, Failure> {
        let locks: Vec<BTreeMap<&str, _>> = self.units.iter().map(Unit::locks).collect();
        let names: BTreeSet<&str> = locks
            .iter()
            .flat_map(|locks| locks.keys().copied())
            .collect();
        let names: Vec<&str> = names.into_iter().collect();
        let client = &mut session.client;
        let tables = preflight::tables(client, &names).map_err(lost)?;
        let all = preflight::invalid_indexes(client, &tables).map_err(lost)?;
        Ok(all.into_iter().filter(|index| index.concerned).collect())
    }
}

/// A run of which nothing has come leaves no journal either.
fn forgot_what_came_to_nothing(session: &mut Session, journal: &Journal) -> bool {
    let client = &mut session.client;
    let progress = journal.progress(client);
    progress.is_ok_and(|progress| progress.is_nothing()) && journal.finish(client, false).is_ok()
}

fn lost(error: postgres::Error) -> Failure {
    Failure::NoServer(describe(&error))
}

fn begin_failed(error: &postgres::Error) -> Failure {
    let text = format!("writing the journal: {}", describe(error));
    match retry::meaning(error) {
        retry::Meaning::Lost => Failure::NoServer(text),
        _ => Failure::NotProven(format!(
            "{text}\nhint: the role needs CREATE on the database, for schema pgwright"
        )),
    }
}

fn beside(holders: &[who::Who], database: &str) -> String {
    let mut text = format!("another `pgwright apply` is at work in {database}");
    for who in holders {
        text.push_str(&format!("\n  {who}"));
        if who.application != session::APPLICATION {
            text.push_str("\n  (it holds the same advisory lock)");
        }
    }
    text + "\nhint: let it end; it holds the lock until its connection is closed"
}

fn shown(differences: &[Difference]) -> String {
    let text = lines(differences.iter().take(SHOWN));
    match differences.len().saturating_sub(SHOWN) {
        0 => text,
        more => format!("{text}\n  … and {more} more"),
    }
}
