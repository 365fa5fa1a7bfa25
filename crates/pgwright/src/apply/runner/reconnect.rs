//! Going on after the connection or the server was lost.

use std::time::{Duration, Instant};

use pgwright_server::postgres;
use pgwright_server::script::describe;

use super::{Runner, Stopped};
use crate::apply::journal::{Found, Progress, State};
use crate::apply::plan_file::Step;
use crate::apply::session::Session;

impl Runner<'_> {
    /// Connects again, and asks the journal how far we really are: what the server acknowledged need
    /// not have survived its crash.
    pub(super) fn reconnect(&mut self, why: &str) -> Result<Progress, Stopped> {
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
            Found::Ours(progress) => progress,
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
}

/// `SET name = value` that holds for the rest of the session.
pub(super) fn is_setting(step: &Step) -> bool {
    let mut words = step.sql.split_whitespace();
    let set = words
        .next()
        .is_some_and(|word| word.eq_ignore_ascii_case("SET"));
    let local = ["LOCAL", "TRANSACTION", "CONSTRAINTS"];
    set && words
        .next()
        .is_some_and(|word| !local.iter().any(|other| word.eq_ignore_ascii_case(other)))
}
