//! What an error means for a step, and how long to wait before it is tried again.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pgwright_server::postgres;

/// What an error means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Somebody was in the way: try again.
    Again,
    /// The connection or the server is gone: connect again and see what the journal says.
    Lost,
    /// Trying again would not help.
    Final,
}

/// What an error of the server or of the connection means.
pub fn meaning(error: &postgres::Error) -> Meaning {
    let Some(code) = error.code().map(postgres::error::SqlState::code) else {
        // Not from the server: the connection broke, or what came was not understood.
        return Meaning::Lost;
    };
    let message = error.as_db_error().map_or("", |db| db.message());
    match code {
        // Lock timeout, deadlock, serialization failure, cancelled by somebody.
        "55P03" | "40P01" | "40001" | "57014" => Meaning::Again,
        // Terminated, crashed, starting; idle in a transaction or a session for too long.
        "57P01" | "57P02" | "57P03" | "57P05" | "25P03" | "25P04" => Meaning::Lost,
        code if code.starts_with("08") => Meaning::Lost,
        // Two sessions changed one row of a system catalog. The error has no code of its own.
        "XX000" if message.starts_with("tuple concurrently") => Meaning::Again,
        // Out of memory, of disk or of connections for the moment.
        "53200" | "53300" => Meaning::Again,
        _ => Meaning::Final,
    }
}

/// True when the server says that what was to be made is there, or what was to be dropped is not.
pub fn is_done_already(error: &postgres::Error, action: &str) -> bool {
    let code = error.code().map_or("", postgres::error::SqlState::code);
    match action {
        "create" => matches!(code, "42P07" | "42710" | "42701" | "42P06" | "42723"),
        "drop" => matches!(code, "42704" | "42P01" | "42703" | "3F000" | "42883"),
        _ => false,
    }
}

/// Waits between attempts: twice as long each time, and never quite the same, so that two who are in
/// each other's way do not meet again.
#[derive(Debug)]
pub struct Backoff {
    state: u64,
}

const FIRST: Duration = Duration::from_millis(200);
const LONGEST: Duration = Duration::from_secs(10);

impl Backoff {
    /// Seeded by the clock and the process.
    pub fn new() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH);
        let nanoseconds = now.map_or(0, |now| u64::from(now.subsec_nanos()) ^ now.as_secs());
        Self {
            state: nanoseconds ^ (u64::from(std::process::id()) << 32),
        }
    }

    /// How long to wait before an attempt, counted from 1 for the first that is not the first.
    pub fn before(&mut self, attempt: u32) -> Duration {
        let doubled = FIRST.saturating_mul(1 << attempt.saturating_sub(1).min(16));
        let most = doubled.min(LONGEST);
        // Between half of it and all of it.
        let half = most / 2;
        let share = u32::try_from(self.next() >> 40).unwrap_or(0); // 24 bits
        half + half.mul_f64(f64::from(share) / f64::from(1u32 << 24))
    }

    /// SplitMix64.
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_vary_and_have_an_end() {
        let mut backoff = Backoff { state: 7 };
        let waits: Vec<Duration> = (1..=40).map(|n| backoff.before(n)).collect();
        assert!(waits[0] >= FIRST / 2 && waits[0] <= FIRST);
        assert!(waits[2] >= FIRST * 2 && waits[2] <= FIRST * 4);
        assert!(waits.iter().all(|wait| *wait <= LONGEST));
        assert!(waits[39] >= LONGEST / 2 && waits[38] != waits[39]);
    }
}
