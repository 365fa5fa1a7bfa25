//! A unit that is a transaction: its locks first, its statements, and its mark in the journal.

use std::time::{Duration, Instant};

use pgwright_server::postgres::Statement;

use super::reconnect::is_setting;
use super::{Runner, Trouble, about, done};
use crate::apply::duration;
use crate::apply::monitor::OnInterrupt;
use crate::apply::preflight::tables;
use crate::apply::units::Unit;
use pgwright_migrate::LockLevel;

/// How far a unit may go beyond its lock timeout with the locks it already holds.
const GRACE: Duration = Duration::from_millis(200);

/// How much of the time after which a waiting session looks for deadlocks we may wait ourselves while
/// we hold locks. Who looks first is the one whose statement fails, and that must not be the
/// application's.
const BEFORE_DEADLOCK: f64 = 0.8;

impl Runner<'_> {
    /// A transaction: the locks it needs, its statements, and its mark in the journal.
    pub(super) fn transaction(
        &mut self,
        unit: &Unit<'_>,
        first_table: Option<&str>,
    ) -> Result<(), Trouble> {
        let mark = self.journal.prepare(&mut self.session.client)?;
        let locks = self.locks_to_take(unit, first_table)?;
        let limit = self.limits.of(unit);
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
        let mut wanted = unit.locks();
        wanted.retain(|_, level| *level >= LockLevel::ShareUpdateExclusive);
        if wanted.is_empty() || (wanted.len() == 1 && unit.steps.len() == 1) {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = wanted.keys().copied().collect();
        let known = tables(&mut self.session.client, &names)?;
        let mut locks: Vec<(String, String, &'static str)> = wanted
            .into_iter()
            .filter_map(|(name, level)| {
                let table = known.get(name).filter(|table| table.can_be_locked)?;
                Some((name.to_owned(), table.quoted.clone(), level.name()))
            })
            .collect();
        locks.sort_by_key(|(name, ..)| Some(name.as_str()) != first_table);
        Ok(locks)
    }

    /// The limit for waiting while we hold locks.
    fn limit_with_locks(&self, limit: Duration) -> Duration {
        limit.min(self.limits.deadlock_timeout.mul_f64(BEFORE_DEADLOCK))
    }
}
