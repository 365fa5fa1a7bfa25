//! The static reader holds whatever text it is given: no panic, no crash, bounded time and memory.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod fuzz;
mod mutation;
mod regression_suite;
mod seeds;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use pgwright_ddl::read::{Include, Included, ReadOptions, Reading, read_including};

/// What one reading of a text came to.
pub struct Outcome {
    /// The reading, or what it panicked with.
    pub reading: Result<Reading, String>,
    /// How long it took.
    pub took: Duration,
}

/// Reads texts as one session would, and catches a panic.
pub fn attempt(texts: &[(String, String)]) -> Outcome {
    let options = ReadOptions {
        keep_statements: true,
        ..ReadOptions::default()
    };
    let started = Instant::now();
    let mut load = |_: &Include<'_>| -> Result<Included, String> { Err("not here".to_owned()) };
    let result = catch_unwind(AssertUnwindSafe(|| {
        read_including(texts, &options, &mut load)
    }));
    let reading = result.map_err(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
            .unwrap_or_else(|| "a panic".to_owned())
    });
    Outcome {
        reading,
        took: started.elapsed(),
    }
}

/// Runs a test where the stack is as deep as the main thread's usually is: what is bounded there is bounded
/// for users.
pub fn with_stack(test: impl FnOnce() + Send + 'static) {
    let thread = std::thread::Builder::new().stack_size(8 << 20).spawn(test);
    if let Err(panic) = thread.unwrap().join() {
        std::panic::resume_unwind(panic);
    }
}
