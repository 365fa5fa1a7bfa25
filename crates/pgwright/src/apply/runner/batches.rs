//! A unit that is a loop: one statement, each time in a transaction, until it takes no row.

use std::time::Duration;

use pgwright_server::postgres::{self, SimpleQueryMessage};

use super::{Runner, Trouble, about, done};
use crate::apply::duration;
use crate::apply::journal::{Mark, State};
use crate::apply::monitor::OnInterrupt;
use crate::apply::units::Unit;

impl Runner<'_> {
    /// Batches until one takes no row.
    pub(super) fn batches(
        &mut self,
        unit: &Unit<'_>,
        batches: &mut Batches,
    ) -> Result<(), Trouble> {
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
        let limit = self.limits.of(unit);
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
}

/// How far a loop of batches is.
#[derive(Debug, Default)]
pub(super) struct Batches {
    /// Rows that earlier runs have taken.
    before: u64,
    pub(super) rows: u64,
    total: Option<u64>,
    counted: bool,
    pub(super) advanced: bool,
}

impl Batches {
    pub(super) fn new(before: u64) -> Self {
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
