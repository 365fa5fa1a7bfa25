//! Mutated texts: a few seconds in every run of the tests, as long as wanted with `scripts/fuzz`.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::mutation::{Numbers, text};
use super::{attempt, seeds, with_stack};

/// How long a run takes unless `PGWRIGHT_FUZZ_SECONDS` says so.
const SECONDS: u64 = 4;
/// The longest that one text may take in a debug build on a busy machine; they are of a few kilobytes.
const LONGEST: Duration = Duration::from_secs(20);
/// The most memory that the run may have taken, in kilobytes.
const MOST_MEMORY: u64 = 1 << 20;

#[test]
fn mutated_texts_are_read() {
    let number = |name: &str| {
        std::env::var(name)
            .ok()
            .and_then(|value| value.parse().ok())
    };
    let seconds = number("PGWRIGHT_FUZZ_SECONDS").unwrap_or(SECONDS);
    let seed = number("PGWRIGHT_FUZZ_SEED").unwrap_or(1);
    with_stack(move || run(Duration::from_secs(seconds), seed));
}

fn run(length: Duration, seed: u64) {
    let seeds = seeds::seeds();
    let mut numbers = Numbers::new(seed);
    let started = Instant::now();
    // Where the text at hand lies, in case it takes the whole process with it.
    let kept = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("fuzz-{seed}.sql"));
    let mut texts = 0usize;
    let mut notes = 0usize;
    let mut slowest = Duration::ZERO;
    // A panic is reported with its text, below.
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let mut failure = None;
    while started.elapsed() < length {
        let text = text(&mut numbers, &seeds);
        fs::write(&kept, &text).unwrap();
        let outcome = attempt(&[("text.sql".to_owned(), text)]);
        texts += 1;
        if outcome.took > slowest {
            slowest = outcome.took;
            fs::copy(&kept, kept.with_extension("slowest.sql")).unwrap();
        }
        match outcome.reading {
            Ok(reading) => notes += reading.notes.len(),
            Err(panic) => failure = Some(format!("a panic: {panic}")),
        }
        if outcome.took > LONGEST {
            failure = Some(format!("{:.1} s for one text", outcome.took.as_secs_f64()));
        }
        if failure.is_some() {
            break;
        }
    }
    std::panic::set_hook(hook);
    let memory = peak_memory();
    eprintln!(
        "{texts} texts, {notes} notes, slowest {:.2} s, peak memory {} MB, seed {seed}",
        slowest.as_secs_f64(),
        memory.unwrap_or(0) >> 10
    );
    if let Some(failure) = failure {
        panic!("{failure}; the text is in {}", kept.display());
    }
    let memory = memory.unwrap_or(0);
    assert!(memory < MOST_MEMORY, "{} MB of memory", memory >> 10);
    let _ = fs::remove_file(kept);
}

/// The most memory that this process has had, in kilobytes, where the system tells.
fn peak_memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Texts that once went wrong, or might.
#[test]
fn texts_at_the_limits_are_read() {
    with_stack(|| {
        for text in [
            "\0".to_owned(),
            "\u{feff}SELECT 1".to_owned(),
            "E'\\".to_owned(),
            "$é$ $é".to_owned(),
            ":'é':\"x".to_owned(),
            "\\\\\\".to_owned(),
            "\\set x :x\n:x;\\set x :x:x\n:x".to_owned(),
            "SELECT :{?".to_owned(),
            "/*/*".repeat(10_000),
            format!("{};", "(".repeat(100_000)),
            format!("SELECT {};", "a.".repeat(100_000)),
            format!("SELECT {};", "CASE WHEN ".repeat(60)),
            format!("SELECT 1 {};", " UNION SELECT 1".repeat(5_000)),
            format!("CREATE TABLE t ({});", "a int, ".repeat(20_000)),
            "CREATE TABLE t ();\n".repeat(20_000),
            format!("DO $$ {} $$;", "BEGIN ".repeat(50_000)),
            "BEGIN; ".repeat(50_000),
            "SAVEPOINT a; ".repeat(5_000),
            "\\if 1\n".repeat(50_000),
            "COPY t FROM stdin;\n".to_owned(),
        ] {
            let start: String = text.chars().take(20).collect();
            let outcome = attempt(&[("text.sql".to_owned(), text)]);
            if let Err(panic) = outcome.reading {
                panic!("{start}: {panic}");
            }
            assert!(outcome.took < LONGEST, "{start}: {:?}", outcome.took);
        }
    });
}
