//! Briefs of many trades, each designed and proven on the oldest and the newest server that it allows.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::thread;

fn pgwright(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_pgwright"))
        .args(arguments)
        .output()
        .unwrap()
}

fn briefs() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/briefs");
    let mut found: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "yaml"))
        .collect();
    found.sort();
    found
}

/// Major versions of the servers that can be started here, oldest first.
fn servers() -> Vec<u32> {
    let listed = String::from_utf8(pgwright(&["postgres", "list"]).stdout).unwrap();
    let mut found: Vec<u32> = listed
        .lines()
        .filter_map(|line| line.strip_prefix("PostgreSQL ")?.split('.').next())
        .filter_map(|major| major.parse().ok())
        .filter(|major| (14..=18).contains(major))
        .collect();
    found.sort_unstable();
    found.dedup();
    found
}

/// The oldest version that a brief allows.
fn minimum(brief: &Path) -> u32 {
    fs::read_to_string(brief)
        .unwrap()
        .lines()
        .find_map(|line| line.strip_prefix("postgresql:")?.trim().parse().ok())
        .unwrap_or(14)
}

/// What is wrong with the proof of a brief.
fn failure(brief: &Path, servers: &[u32]) -> Option<String> {
    let name = brief.file_stem().unwrap().to_str().unwrap();
    let least = minimum(brief);
    let allowed: Vec<u32> = servers.iter().copied().filter(|v| *v >= least).collect();
    let (Some(oldest), Some(newest)) = (allowed.first(), allowed.last()) else {
        eprintln!("skipped {name}: no server of version {least} or newer was found");
        return None;
    };
    let versions = if oldest == newest {
        oldest.to_string()
    } else {
        format!("{oldest},{newest}")
    };
    let folder = std::env::temp_dir().join(format!("pgwright-{name}-{}", std::process::id()));
    let _ = fs::remove_dir_all(&folder);
    let output = pgwright(&[
        "design",
        brief.to_str().unwrap(),
        "-o",
        folder.to_str().unwrap(),
        "--pg",
        &versions,
    ]);
    let _ = fs::remove_dir_all(&folder);
    let said = String::from_utf8_lossy(&output.stderr);
    (!output.status.success()).then(|| format!("{name} on {versions}:\n{said}"))
}

#[test]
fn briefs_of_every_trade_are_proven() {
    let servers = servers();
    if servers.is_empty() {
        eprintln!("skipped: no PostgreSQL server was found");
        return;
    }
    let briefs = briefs();
    assert!(briefs.len() >= 10);
    let half = briefs.len().div_ceil(2);
    let failures: Vec<String> = thread::scope(|scope| {
        let servers = &servers;
        let workers: Vec<_> = briefs
            .chunks(half)
            .map(|share| {
                scope.spawn(move || -> Vec<String> {
                    share.iter().filter_map(|b| failure(b, servers)).collect()
                })
            })
            .collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap())
            .collect()
    });
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
