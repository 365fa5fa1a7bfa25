//! Units: what is done or not done as a whole, and what the journal counts.

use std::collections::BTreeMap;
use std::time::Duration;

use super::plan_file::{Resume, Step, Transaction};
use pgwright_migrate::LockLevel;
use pgwright_migrate::locks::{Blocks, blocks};

/// How many lock timeouts a statement may wait that makes neither reads nor writes wait behind it.
const PATIENCE: u32 = 60;

/// How a unit is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// In one transaction, with its mark in the journal.
    Transaction,
    /// One statement outside a transaction.
    Outside,
    /// One statement again and again, each time in a transaction.
    Batches,
}

/// Steps that are done or not done as a whole.
#[derive(Debug, Clone)]
pub struct Unit<'a> {
    /// Its number, from 1.
    pub number: usize,
    /// How it is run.
    pub kind: Kind,
    /// The number of its first step, from 1.
    pub first_step: usize,
    /// Its steps.
    pub steps: Vec<&'a Step>,
}

/// Cuts steps into units: neighbours that share a transaction are one.
pub fn units(steps: &[Step]) -> Vec<Unit<'_>> {
    let mut units: Vec<Unit<'_>> = Vec::new();
    let mut open = false;
    for (index, step) in steps.iter().enumerate() {
        let kind = match step.transaction {
            _ if step.batch.is_some() => Kind::Batches,
            Transaction::Outside => Kind::Outside,
            Transaction::Shared | Transaction::Own => Kind::Transaction,
        };
        let shares = kind == Kind::Transaction && step.transaction == Transaction::Shared;
        match units.last_mut() {
            Some(unit) if open && shares => unit.steps.push(step),
            _ => units.push(Unit {
                number: units.len() + 1,
                kind,
                first_step: index + 1,
                steps: vec![step],
            }),
        }
        open = shares;
    }
    units
}

impl Unit<'_> {
    /// One line that says what it is about.
    pub fn title(&self) -> String {
        match self.steps.as_slice() {
            [step] => step.title(),
            [first, .., last] => format!(
                "{} statements: {} … {}",
                self.steps.len(),
                first.title(),
                last.title()
            ),
            [] => String::new(),
        }
    }

    /// The strongest lock on each table.
    pub fn locks(&self) -> BTreeMap<&str, LockLevel> {
        let mut locks = BTreeMap::new();
        for lock in self.steps.iter().flat_map(|step| &step.locks) {
            let level = locks.entry(lock.table.as_str()).or_insert(lock.level);
            *level = (*level).max(lock.level);
        }
        locks
    }

    /// The locks of others that it waits for. A concurrent build also waits until every transaction
    /// that wrote to the table has ended, a concurrent drop or detach for all that read it.
    pub fn waits_for(&self) -> BTreeMap<&str, LockLevel> {
        let mut locks = self.locks();
        for step in &self.steps {
            let waits = match &step.resume {
                Some(Resume::CreateIndex { .. }) => LockLevel::Share,
                Some(Resume::DropIndex { .. } | Resume::DetachPartition { .. }) => {
                    LockLevel::AccessExclusive
                }
                _ => continue,
            };
            for lock in &step.locks {
                locks
                    .entry(lock.table.as_str())
                    .and_modify(|level| *level = (*level).max(waits));
            }
        }
        locks
    }

    /// True when nobody who reads or writes waits for it, however long it waits itself.
    pub fn is_gentle(&self) -> bool {
        let concurrent = matches!(
            self.steps.first().and_then(|step| step.resume.as_ref()),
            Some(Resume::CreateIndex { .. } | Resume::DropIndex { .. })
        );
        let locks = self.locks();
        (concurrent || !locks.is_empty())
            && locks
                .values()
                .all(|level| blocks(*level) == Blocks::Nothing)
            && !self.writes_rows()
    }

    /// True when it changes rows of tables that were there before: it holds those it has while it waits
    /// for others.
    pub fn writes_rows(&self) -> bool {
        let locks = self.steps.iter().flat_map(|step| &step.locks);
        self.kind == Kind::Batches
            || locks
                .into_iter()
                .any(|l| l.level == LockLevel::RowExclusive)
    }

    /// The lock timeout of an attempt. `deadlock_timeout` is that of the server: who holds rows gives
    /// way before anybody looks for deadlocks.
    pub fn lock_timeout(&self, chosen: Duration, deadlock_timeout: Duration) -> Duration {
        if self.writes_rows() {
            chosen.min(deadlock_timeout / 2)
        } else if self.is_gentle() {
            chosen * PATIENCE
        } else {
            chosen
        }
    }

    /// How long it is expected to take, when that is known of every step.
    pub fn estimate(&self) -> Option<Duration> {
        let milliseconds: Option<u64> = self.steps.iter().map(|step| step.estimate_ms).sum();
        milliseconds.map(Duration::from_millis)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn steps(json: serde_json::Value) -> Vec<Step> {
        serde_json::from_value(json).unwrap()
    }

    #[test]
    fn neighbours_that_share_a_transaction_are_one_unit() {
        let step = |transaction: &str| serde_json::json!({"sql": ";", "transaction": transaction});
        let mut json = vec![
            step("shared"),
            step("shared"),
            step("own"),
            step("own"),
            step("shared"),
            step("outside"),
            step("shared"),
            step("shared"),
        ];
        json[7]["batch"] = serde_json::json!({"statement": "UPDATE …"});
        let steps = steps(json.into());
        let found: Vec<(Kind, usize)> = units(&steps)
            .iter()
            .map(|unit| (unit.kind, unit.steps.len()))
            .collect();
        use Kind::{Batches, Outside, Transaction};
        let expected = [
            (Transaction, 2),
            (Transaction, 1),
            (Transaction, 1),
            (Transaction, 1),
            (Outside, 1),
            (Transaction, 1),
            (Batches, 1),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn only_what_blocks_nobody_may_wait_long() {
        let steps = steps(serde_json::json!([
            {"sql": ";", "transaction": "outside",
             "locks": [{"table": "public.t", "level": "share_update_exclusive"}],
             "resume": {"kind": "create_index", "schema": "public", "name": "i"}},
            {"sql": ";", "transaction": "own",
             "locks": [{"table": "public.t", "level": "share_row_exclusive"}]},
            {"sql": ";", "transaction": "own"},
            {"sql": "DO …;", "transaction": "outside", "resume": {"kind": "repeatable"},
             "locks": [{"table": "public.t", "level": "row_exclusive"}]}
        ]));
        let (chosen, deadlock) = (Duration::from_secs(2), Duration::from_secs(1));
        let milliseconds: Vec<u128> = units(&steps)
            .iter()
            .map(|unit| unit.lock_timeout(chosen, deadlock).as_millis())
            .collect();
        assert_eq!(milliseconds, [120_000, 2000, 2000, 500]);
    }
}
