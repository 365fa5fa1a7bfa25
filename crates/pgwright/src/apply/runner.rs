//! Runs the units of a plan: each with bounded waits, tried again when somebody was in the way, and
//! gone on with after the connection or the server was lost.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use pgwright_server::ConnectionSettings;
use pgwright_server::postgres::{self, SimpleQueryMessage, Statement};
use pgwright_server::script::describe;

use super::duration;
use super::interrupt::Interrupt;
use super::journal::{Journal, Mark, Progress, State};
use super::monitor::{Monitor, OnInterrupt, Watch};
use super::plan_file::{Resume, Step};
use super::preflight::tables;
use super::retry::{Backoff, Meaning, is_done_already, meaning};
use super::session::Session;
use super::settle::{self, Settled};
use super::units::{Kind, Unit};
use super::who::Who;
use crate::terminal::Terminal;

/// How far a unit may go beyond its lock timeout with the locks it already holds.
const GRACE: Duration = Duration::from_millis(200);

/// How much of the time after which a waiting session looks for deadlocks we may wait ourselves while
/// we hold locks. Who looks first is the one whose statement fails, and that must not be the
/// application's.
const BEFORE_DEADLOCK: f64 = 0.8;

/// How the units are run.
#[derive(Debug, Clone)]
pub struct Limits {
    /// How long a statement may wait for a lock that others wait behind.
    pub lock_timeout: Duration,
    /// How often a unit is tried again.
    pub retries: u32,
    /// For how long to try to connect again.
    pub reconnect: Duration,
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
                text.push_str(
                    "\nhint: the same command goes on from here; `--retries` tries longer",
                );
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

    /// A transaction: the locks it needs, its statements, and its mark in the journal.
    fn transaction(&mut self, unit: &Unit<'_>, first_table: Option<&str>) -> Result<(), Trouble> {
        let mark = self.journal.prepare(&mut self.session.client)?;
        let locks = self.locks_to_take(unit, first_table)?;
        let limit = unit.lock_timeout(self.limits.lock_timeout);
        let deadline = (!unit.is_gentle()).then(|| Instant::now() + limit + GRACE / 2);
        self.watch(unit, deadline, OnInterrupt::CancelWaiting);
        let result = self.transaction_within(unit, &locks, limit, &mark);
        if matches!(&result, Err(trouble) if !matches!(trouble, Trouble::Lost(_))) {
            // The connection may be gone by now; the next statement tells.
            let _ = self.session.client.batch_execute("ROLLBACK");
        }
        result
    }

    fn transaction_within(
        &mut self,
        unit: &Unit<'_>,
        locks: &[(String, String, &'static str)],
        limit: Duration,
        mark: &Statement,
    ) -> Result<(), Trouble> {
        let held_limit = self.limit_with_locks(limit);
        let client = &mut self.session.client;
        client.batch_execute(&format!(
            "SET lock_timeout = {}; BEGIN",
            duration::milliseconds(limit)
        ))?;
        let mut first: Option<Instant> = None;
        // What is left of the time for which we may hold locks and wait for more.
        let left = |first: &Option<Instant>| match first {
            None => limit,
            Some(first) => held_limit
                .saturating_sub(first.elapsed())
                .max(GRACE.min(limit)),
        };
        for (name, quoted, level) in locks {
            let timeout = duration::milliseconds(left(&first));
            client
                .batch_execute(&format!(
                    "SET LOCAL lock_timeout = {timeout}; LOCK TABLE ONLY {quoted} IN {level} MODE"
                ))
                .map_err(|error| match Trouble::of(&error, "") {
                    Trouble::Again { why, .. } => Trouble::Again {
                        why: format!("{why}: {name}"),
                        table: Some(name.clone()),
                    },
                    other => other,
                })?;
            first.get_or_insert_with(Instant::now);
        }
        for (index, step) in unit.steps.iter().enumerate() {
            if first.is_some() {
                let timeout = duration::milliseconds(left(&first));
                client.batch_execute(&format!("SET LOCAL lock_timeout = {timeout}"))?;
            }
            client
                .batch_execute(&step.sql)
                .map_err(|error| Trouble::of(&error, &about(step, unit.first_step + index)))?;
            if !is_setting(step) {
                first.get_or_insert_with(Instant::now);
            }
        }
        let title = unit.title();
        self.journal
            .mark(client, mark, done(unit.number, &title, 0))?;
        client.batch_execute("COMMIT").map_err(|error| {
            // What was deferred fails here.
            Trouble::of(&error, "at the end of the transaction: ")
        })
    }

    /// The locks that a transaction of several locks takes before its first statement, strongest level
    /// at once, in order of names: neither does it then upgrade a lock that others hold too, nor
    /// hold some for long while it waits for others. The table that an earlier attempt waited for in
    /// vain comes first, because for the first one waits longest.
    fn locks_to_take(
        &mut self,
        unit: &Unit<'_>,
        first_table: Option<&str>,
    ) -> Result<Vec<(String, String, &'static str)>, Trouble> {
        use super::levels::Level;
        let mut wanted = unit.locks();
        wanted.retain(|_, level| *level >= Level::ShareUpdateExclusive);
        if wanted.is_empty() || (wanted.len() == 1 && unit.steps.len() == 1) {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = wanted.keys().copied().collect();
        let known = tables(&mut self.session.client, &names)?;
        let mut locks: Vec<(String, String, &'static str)> = wanted
            .into_iter()
            .filter_map(|(name, level)| {
                let table = known.get(name).filter(|table| table.can_be_locked)?;
                Some((name.to_owned(), table.quoted.clone(), level.sql()))
            })
            .collect();
        locks.sort_by_key(|(name, ..)| Some(name.as_str()) != first_table);
        Ok(locks)
    }

    /// The limit for waiting while we hold locks.
    fn limit_with_locks(&self, limit: Duration) -> Duration {
        limit.min(self.session.deadlock_timeout.mul_f64(BEFORE_DEADLOCK))
    }

    /// A statement outside a transaction, marked before and after.
    fn outside(&mut self, unit: &Unit<'_>, in_doubt: bool) -> Result<(), Trouble> {
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
        let limit = unit.lock_timeout(self.limits.lock_timeout);
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
        let limit = unit.lock_timeout(self.limits.lock_timeout);
        let client = &mut self.session.client;
        set_lock_timeout(client, limit)?;
        Ok(settle::settle(client, resume)?)
    }

    /// Leaves no INVALID index when a run ends within a build. Answers what had to be left.
    fn tidy_up(&mut self, unit: &Unit<'_>) -> Option<String> {
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

    /// Batches until one takes no row.
    fn batches(&mut self, unit: &Unit<'_>, batches: &mut Batches) -> Result<(), Trouble> {
        let Some((step, batch)) = unit
            .steps
            .first()
            .and_then(|step| Some((step, step.batch.as_ref()?)))
        else {
            return Ok(());
        };
        let mark = self.journal.prepare(&mut self.session.client)?;
        let title = unit.title();
        if !batches.counted {
            batches.counted = true;
            if let Some(total) = &batch.total {
                self.watch(unit, None, OnInterrupt::Cancel);
                // A number to show; the work does not depend on it.
                let row = self
                    .session
                    .client
                    .query_one(total.trim_end_matches(';'), &[]);
                let total = row.and_then(|row| row.try_get::<_, i64>(0)).ok();
                batches.total = total.and_then(|total| u64::try_from(total).ok());
            }
        }
        // A batch holds the rows it has while it waits for the next one.
        let limit = self
            .limits
            .lock_timeout
            .min(self.session.deadlock_timeout / 2);
        let pause = Duration::from_millis(batch.pause_ms);
        self.watch(unit, None, OnInterrupt::CancelWaiting);
        loop {
            self.monitor
                .label(&format!("{}: {}", self.label(unit), batches.shown()));
            let client = &mut self.session.client;
            let taken = one_batch(client, &batch.statement, limit, |client, rows| {
                let state = match rows {
                    0 => State::Done,
                    _ => State::Started,
                };
                let mark_of_batch = Mark {
                    state,
                    ..done(unit.number, &title, rows)
                };
                self.journal.mark(client, &mark, mark_of_batch)
            });
            let taken = match taken {
                Ok(taken) => taken,
                Err(error) => {
                    let trouble = Trouble::of(&error, &about(step, unit.first_step));
                    if !matches!(trouble, Trouble::Lost(_)) {
                        let _ = self.session.client.batch_execute("ROLLBACK");
                    }
                    return Err(trouble);
                }
            };
            if taken == 0 {
                return Ok(());
            }
            batches.rows += taken;
            batches.advanced = true;
            if !self.interrupt.sleep(pause) {
                return Err(Trouble::Interrupted);
            }
        }
    }

    /// Connects again, and asks the journal how far we really are: what the server acknowledged need
    /// not have survived its crash.
    fn reconnect(&mut self, why: &str) -> Result<Progress, Stopped> {
        self.monitor.unwatch();
        self.say(format_args!("the connection was lost: {why}"));
        let end = Instant::now() + self.limits.reconnect;
        let mut attempt = 0;
        loop {
            let problem = match self.reconnect_once(end) {
                Ok(Ok(progress)) => {
                    self.say(format_args!("connected again"));
                    return Ok(progress);
                }
                Ok(Err(stopped)) => return Err(stopped),
                Err(problem) => problem,
            };
            if Instant::now() >= end {
                return Err(Stopped::Gone(format!(
                    "the server does not come back: {problem}\n\
                     hint: the same command goes on from here once it does"
                )));
            }
            attempt += 1;
            let pause = self.backoff.before(attempt).min(Duration::from_secs(1));
            if !self.interrupt.sleep(pause) {
                return Err(Stopped::Interrupted { left: None });
            }
        }
    }

    fn reconnect_once(&mut self, end: Instant) -> Result<Result<Progress, Stopped>, String> {
        let text = |error: postgres::Error| describe(&error);
        let former = self.session.pid;
        self.session = Session::open(&self.settings).map_err(|error| error.to_string())?;
        let patience = end.saturating_duration_since(Instant::now());
        let taken = self
            .session
            .take_lock(patience, Some(former), &self.interrupt)
            .map_err(text)?;
        if let Err(holders) = taken {
            let names: Vec<String> = holders.iter().map(ToString::to_string).collect();
            return Ok(Err(Stopped::Gone(format!(
                "another `pgwright apply` has this database by now: {}",
                names.join("; ")
            ))));
        }
        let client = &mut self.session.client;
        let progress = match self.journal.look(client).map_err(text)? {
            super::journal::Found::Ours(progress) => progress,
            _ => {
                return Ok(Err(Stopped::Gone(
                    "the journal is not there any more: the server is not as it was, or the journal \
                     was unlogged and the server crashed"
                        .to_owned(),
                )));
            }
        };
        self.replay_settings(&progress).map_err(text)?;
        Ok(Ok(progress))
    }

    /// Settings that units before made for the rest of the session, which a new one does not have.
    pub fn replay_settings(&mut self, progress: &Progress) -> Result<(), postgres::Error> {
        let done = self
            .units
            .iter()
            .filter(|unit| progress.units.get(&unit.number) == Some(&State::Done));
        for step in done.flat_map(|unit| &unit.steps) {
            if is_setting(step) {
                self.session.client.batch_execute(&step.sql)?;
            }
        }
        Ok(())
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

/// How far a loop of batches is.
#[derive(Debug, Default)]
struct Batches {
    /// Rows that earlier runs have taken.
    before: u64,
    rows: u64,
    total: Option<u64>,
    counted: bool,
    advanced: bool,
}

impl Batches {
    fn new(before: u64) -> Self {
        Self {
            before,
            ..Self::default()
        }
    }

    fn shown(&self) -> String {
        match self.total {
            // The total was counted when this run began: what earlier runs took is not in it.
            Some(total) if total > 0 => {
                let part = self.rows.min(total) * 100 / total;
                format!("{} of {total} rows ({part} %)", self.rows)
            }
            _ => format!("{} rows", self.before + self.rows),
        }
    }
}

/// One batch with its mark in one transaction: how many rows it took.
fn one_batch(
    client: &mut postgres::Client,
    statement: &str,
    lock_timeout: Duration,
    mark: impl FnOnce(&mut postgres::Client, u64) -> Result<(), postgres::Error>,
) -> Result<u64, postgres::Error> {
    client.batch_execute(&format!(
        "SET lock_timeout = {}; BEGIN",
        duration::milliseconds(lock_timeout)
    ))?;
    let rows = client
        .simple_query(statement)?
        .iter()
        .rev()
        .find_map(|message| match message {
            SimpleQueryMessage::CommandComplete(rows) => Some(*rows),
            _ => None,
        })
        .unwrap_or(0);
    mark(client, rows)?;
    client.batch_execute("COMMIT")?;
    Ok(rows)
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

fn done<'a>(unit: usize, what: &'a str, rows: u64) -> Mark<'a> {
    Mark {
        unit,
        what,
        state: State::Done,
        rows,
        error: None,
    }
}

/// `SET name = value` that holds for the rest of the session.
fn is_setting(step: &Step) -> bool {
    let mut words = step.sql.split_whitespace();
    let set = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("SET"));
    let local = ["LOCAL", "TRANSACTION", "CONSTRAINTS"];
    set && words
        .next()
        .is_some_and(|word| !local.iter().any(|other| word.eq_ignore_ascii_case(other)))
}

/// What an error of a step begins with.
fn about(step: &Step, number: usize) -> String {
    let sql = step.sql.trim_end();
    format!("step {number}, {}:\n{sql}\n", step.title())
}
