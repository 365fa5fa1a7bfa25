//! Sandboxes start, hold what they promise and leave nothing, however they end.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::servers;
use pgwright_server::{Options, Sandbox, SandboxError, install_signal_cleanup};

/// Tells the child of a test what to do; see [`child`].
const TASK: &str = "PGWRIGHT_TEST_TASK";
const REPORT: &str = "PGWRIGHT_TEST_REPORT";

fn start() -> Option<Sandbox> {
    let servers = servers();
    Some(Sandbox::start(servers.first()?, &Options::default()).unwrap())
}

fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < Duration::from_secs(20),
            "{what}: not in time"
        );
        std::thread::sleep(Duration::from_millis(10));
    }
}

/// The processes whose working directory lies in a sandbox: its server's, and the watchdog.
fn processes_in(directory: &Path) -> Vec<i32> {
    let processes = std::fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(Result::ok);
    processes
        .filter(|entry| {
            std::fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(directory))
        })
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn directory_of(sandbox: &Sandbox) -> PathBuf {
    sandbox.data_dir().parent().unwrap().to_owned()
}

#[test]
fn every_server_starts_quickly_answers_and_leaves_nothing() {
    for server in servers() {
        drop(Sandbox::start(&server, &Options::default()).unwrap());
        let start = Instant::now();
        let sandbox = Sandbox::start(&server, &Options::default()).unwrap();
        let took = start.elapsed();
        eprintln!("{server}: started in {took:.0?}");
        assert!(took < Duration::from_secs(5), "{server}: {took:?}");
        let directory = directory_of(&sandbox);

        let mut client = sandbox.connect("postgres").unwrap();
        let mut show = |name: &str| -> String {
            client
                .query_one(&format!("SHOW {name}"), &[])
                .unwrap()
                .get(0)
        };
        assert!(show("server_version").starts_with(sandbox.version()));
        assert_eq!(show("listen_addresses"), "");
        assert_eq!(show("fsync"), "off");
        assert_eq!(show("data_checksums"), "off");
        assert_eq!(show("server_encoding"), "UTF8");
        assert_eq!(show("autovacuum"), "off");
        assert_eq!(show("TimeZone"), "UTC");
        let upper: String = client.query_one("SELECT upper('äß')", &[]).unwrap().get(0);
        assert!(upper.starts_with('Ä'), "{upper}");

        sandbox.create_database("Two Words").unwrap();
        sandbox
            .connect("Two Words")
            .unwrap()
            .batch_execute("CREATE TABLE t ()")
            .unwrap();
        sandbox
            .conninfo("Two Words")
            .parse::<pgwright_server::postgres::Config>()
            .unwrap();
        let _held_open = sandbox.connect("Two Words").unwrap();
        sandbox.drop_database("Two Words").unwrap();
        let error = sandbox.drop_database("Two Words").unwrap_err().to_string();
        assert!(
            error.contains("does not exist") && error.contains("3D000"),
            "{error}"
        );

        drop(sandbox);
        assert!(!directory.exists());
        assert!(processes_in(&directory).is_empty());
    }
}

#[test]
fn many_start_at_once() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let directories: Vec<PathBuf> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let server = &server;
                scope.spawn(move || {
                    let sandbox = Sandbox::start(server, &Options::default()).unwrap();
                    let mut client = sandbox.connect("postgres").unwrap();
                    client
                        .batch_execute(&format!("CREATE TABLE t AS SELECT {number} AS n"))
                        .unwrap();
                    let n: i32 = client.query_one("SELECT n FROM t", &[]).unwrap().get(0);
                    assert_eq!(n, number);
                    directory_of(&sandbox)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .collect()
    });
    assert!(directories.iter().all(|directory| !directory.exists()));
}

#[test]
fn a_panic_leaves_nothing() {
    let Some(sandbox) = start() else { return };
    let directory = directory_of(&sandbox);
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(move || {
        let _sandbox = sandbox;
        panic!("on purpose");
    }));
    assert!(result.is_err());
    assert!(!directory.exists());
}

#[test]
fn a_server_that_does_not_start_tells_why_and_leaves_nothing() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let start = |name: &str, value: &str| {
        let settings = [(name.to_owned(), value.to_owned())].into();
        Sandbox::start(
            &server,
            &Options {
                settings,
                ..Options::default()
            },
        )
        .unwrap_err()
    };
    let error = start("shared_buffers", "plenty");
    assert!(matches!(error, SandboxError::Start { .. }));
    assert!(error.to_string().contains("shared_buffers"), "{error}");
    assert!(matches!(
        start("work_mem", "1MB\nfsync = on"),
        SandboxError::BadSetting { .. }
    ));
    assert!(matches!(start("a b", "1"), SandboxError::BadSetting { .. }));
}

#[test]
fn settings_reach_the_server() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let settings = [("work_mem", "7MB"), ("cluster_name", r"it's a \ name")];
    let settings = settings
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into();
    let sandbox = Sandbox::start(
        &server,
        &Options {
            settings,
            ..Options::default()
        },
    )
    .unwrap();
    let mut client = sandbox.connect("postgres").unwrap();
    let mut show = |name: &str| -> String {
        client
            .query_one(&format!("SHOW {name}"), &[])
            .unwrap()
            .get(0)
    };
    assert_eq!(show("work_mem"), "7MB");
    assert_eq!(show("cluster_name"), r"it's a \ name");
}

/// Not a test of its own: what the tests below start as another process.
#[test]
#[ignore = "started by other tests"]
fn child() {
    let Ok(task) = std::env::var(TASK) else {
        return;
    };
    let report = std::env::var_os(REPORT).unwrap();
    install_signal_cleanup().unwrap();
    match task.as_str() {
        "hold" => {
            let sandbox = start().unwrap();
            std::fs::write(report, directory_of(&sandbox).to_str().unwrap()).unwrap();
            std::thread::sleep(Duration::from_secs(60));
        }
        "cold" => {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| start().unwrap().connect("postgres").unwrap());
                }
            });
            std::fs::write(report, "done").unwrap();
        }
        _ => unreachable!("{task}"),
    }
}

/// A directory that goes when dropped, open to every account.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str) -> Scratch {
        use std::os::unix::fs::PermissionsExt;
        let path =
            PathBuf::from("/tmp").join(format!("pgwright-test-{}-{name}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o777)).unwrap();
        Scratch(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn child_command(task: &str, scratch: &Scratch) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "child",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TASK, task)
        .env(REPORT, scratch.0.join("report"))
        .current_dir("/")
        .stdout(Stdio::null());
    command
}

/// A child that holds a sandbox, and the sandbox's directory.
fn holder(scratch: &Scratch) -> (Child, PathBuf) {
    let child = child_command("hold", scratch).spawn().unwrap();
    let report = scratch.0.join("report");
    let mut directory = String::new();
    eventually("the child's report", || {
        directory = std::fs::read_to_string(&report).unwrap_or_default();
        !directory.is_empty()
    });
    (child, PathBuf::from(directory))
}

fn kill(signal: &str, pid: i32) {
    assert!(
        Command::new("kill")
            .args([signal, &pid.to_string()])
            .status()
            .unwrap()
            .success()
    );
}

#[test]
fn signals_remove_the_sandbox_and_end_the_process() {
    if servers().is_empty() {
        return;
    }
    for (signal, number) in [("-INT", 2), ("-TERM", 15), ("-HUP", 1)] {
        let scratch = Scratch::new(&format!("signal{number}"));
        let (mut child, directory) = holder(&scratch);
        assert!(directory.exists());
        kill(signal, i32::try_from(child.id()).unwrap());
        let status = child.wait().unwrap();
        assert_eq!(status.signal(), Some(number), "{status}");
        assert!(!directory.exists());
        assert!(processes_in(&directory).is_empty());
    }
}

#[test]
fn a_killed_process_is_cleaned_up_after_by_the_watchdog() {
    if servers().is_empty() {
        return;
    }
    let scratch = Scratch::new("watchdog");
    let (mut child, directory) = holder(&scratch);
    child.kill().unwrap();
    child.wait().unwrap();
    eventually("the watchdog", || {
        !directory.exists() && processes_in(&directory).is_empty()
    });
}

#[test]
#[cfg(target_os = "linux")]
fn leftovers_are_removed_by_the_next_start_and_the_living_are_left_alone() {
    if servers().is_empty() {
        return;
    }
    let scratch = Scratch::new("leftover");
    let other = Scratch::new("living");
    let (mut child, directory) = holder(&scratch);
    let (mut living, lives) = holder(&other);
    // Neither pgwright nor its watchdog gets to do anything.
    let watchdog = processes_in(&directory).into_iter().find(|pid| {
        std::fs::read(format!("/proc/{pid}/cmdline"))
            .is_ok_and(|line| String::from_utf8_lossy(&line).contains("pgwright-watchdog"))
    });
    kill("-KILL", watchdog.unwrap());
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(directory.exists() && !processes_in(&directory).is_empty());

    let sandbox = start().unwrap();
    assert!(!directory.exists());
    assert!(processes_in(&directory).is_empty());
    assert!(lives.exists() && !processes_in(&lives).is_empty());
    drop(sandbox);
    kill("-TERM", i32::try_from(living.id()).unwrap());
    living.wait().unwrap();
}

#[test]
fn without_a_cached_cluster_many_at_once_make_one() {
    if servers().is_empty() {
        return;
    }
    let scratch = Scratch::new("cold");
    let cache = scratch.0.join("cache");
    let status = child_command("cold", &scratch)
        .env("PGWRIGHT_CACHE", &cache)
        .status()
        .unwrap();
    assert!(status.success());
    assert!(scratch.0.join("report").exists());
    let clusters = std::fs::read_dir(cache.join("clusters")).unwrap();
    let clusters: Vec<_> = clusters
        .map(|c| c.unwrap())
        .filter(|c| c.path().is_dir())
        .collect();
    assert_eq!(clusters.len(), 1, "{clusters:?}");
}

#[test]
fn a_server_out_of_the_accounts_reach_is_started_from_a_copy() {
    use std::os::unix::fs::PermissionsExt;
    // Those that are one directory with bin, lib and share, and all they need.
    let own = servers().into_iter().find(|server| {
        !server.bin_dir.starts_with("/usr") && !server.bin_dir.ends_with("pginstall/bin")
    });
    let Some(server) = own.filter(|_| rustix::process::geteuid().is_root()) else {
        return eprintln!("skipped: needs root and a server that can be moved");
    };
    let scratch = Scratch::new("reach");
    let closed = scratch.0.join("closed");
    std::fs::create_dir(&closed).unwrap();
    let prefix = server.bin_dir.parent().unwrap();
    let copied = Command::new("cp")
        .arg("-a")
        .arg(prefix)
        .arg(closed.join("pg"))
        .status();
    assert!(copied.unwrap().success());
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    let mut child = child_command("cold", &scratch);
    child.env("PGWRIGHT_CACHE", scratch.0.join("cache"));
    child.env("PGWRIGHT_PG_BIN", closed.join("pg/bin"));
    assert!(child.status().unwrap().success());
    assert!(scratch.0.join("report").exists());
}

#[test]
fn an_ordinary_user_starts_sandboxes_as_well() {
    if servers().is_empty() || !rustix::process::geteuid().is_root() {
        return eprintln!("skipped: needs root to become somebody else, and a server");
    }
    let scratch = Scratch::new("user");
    let mut child = child_command("cold", &scratch);
    child
        .uid(65534)
        .gid(65534)
        .env("HOME", &scratch.0)
        .env("XDG_CACHE_HOME", scratch.0.join("xdg"));
    match child.status() {
        Ok(status) => assert!(status.success()),
        // The test binary may lie where nobody may go.
        Err(error) => return eprintln!("skipped: {error}"),
    }
    assert!(scratch.0.join("xdg/pgwright/clusters").is_dir());
}
