//! A sandbox's directory and the processes that live in it: claimed by a locked file, removed on drop,
//! on a signal, by a watchdog when we are killed, and at the latest by the next sandbox.
//!
//! Two locks tell the living from the dead without trusting process numbers, which are reused. The
//! *owner* file is locked by pgwright as long as the sandbox is wanted. The *log* file is locked by
//! the server: it is its standard error, and a lock belongs to the open file that all of its processes
//! share, so it falls when the last of them is gone, however they went.

use std::fs::{DirBuilder, File, OpenOptions, TryLockError};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

use super::SandboxError;
use super::account::Account;

/// The longest directory that leaves room for `/.s.PGSQL.5432` and its `.lock` in a socket address
/// (104 bytes on macOS, 108 on Linux).
const LONGEST_DIRECTORY: usize = 103 - "/s/.s.PGSQL.5432.lock".len();

/// Every sandbox of this process that has something to remove, for the signal handler.
static LIVE: Mutex<Vec<Arc<Scratch>>> = Mutex::new(Vec::new());

/// Waits for its standard input to end, which it does when pgwright is gone, and then removes what a
/// killed pgwright could not. Where /proc exists, the process is asked whether it is really ours.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM QUIT
cd "$1" || exit 0
read -r _
read -r pid < pid
ours() { [ ! -d /proc/self ] || [ "/proc/$pid/cwd" -ef . ] || [ "/proc/$pid/cwd" -ef data ]; }
if [ -n "$pid" ] && ours; then
    kill -QUIT "$pid" 2>/dev/null
    tries=0
    while [ $tries -lt 100 ] && kill -0 "$pid" 2>/dev/null; do tries=$((tries + 1)); sleep 0.05; done
fi
cd / && rm -rf "$1"
"#;

/// A directory for one sandbox, and whatever runs in it.
#[derive(Debug)]
pub(crate) struct Scratch {
    directory: PathBuf,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Locked as long as this sandbox is wanted; `None` once it has been removed.
    owner: Option<File>,
    child: Option<Child>,
    watchdog: Option<Child>,
}

impl Scratch {
    /// Removes what killed runs left, and claims a new directory.
    pub(crate) fn claim(account: Option<Account>) -> Result<Arc<Scratch>, SandboxError> {
        let bases = base_directories(account)?;
        let mut leftovers = Vec::new();
        let mut claimed = None;
        for (number, base) in bases.iter().enumerate() {
            let (found, new) = claim_under(base, number == 0)?;
            leftovers.extend(found);
            claimed = claimed.or(new);
        }
        leftovers
            .into_iter()
            .for_each(|(directory, owner)| bury(&directory, owner));
        let Some((directory, owner)) = claimed else {
            return Err(SandboxError::NoDirectory);
        };
        let state = State {
            owner: Some(owner),
            child: None,
            watchdog: None,
        };
        let scratch = Arc::new(Scratch {
            directory,
            state: Mutex::new(state),
        });
        lock(&LIVE).push(Arc::clone(&scratch));
        // The server gets two directories of its own; what we write beside them it cannot touch.
        for directory in [scratch.data(), scratch.socket()] {
            let made = DirBuilder::new().mode(0o700).create(&directory);
            let made =
                made.and_then(|()| account.map_or(Ok(()), |account| account.give(&directory)));
            if let Err(error) = made {
                scratch.remove();
                return Err(SandboxError::io("creating", &directory)(error));
            }
        }
        Ok(scratch)
    }

    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }

    /// The cluster's data directory, empty at first.
    pub(crate) fn data(&self) -> PathBuf {
        self.directory.join("data")
    }

    /// The directory of the server's socket.
    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.join("s")
    }

    /// Starts `command` in the directory, reading from `input`, its output going to the log.
    pub(crate) fn spawn(
        &self,
        mut command: Command,
        input: Stdio,
        account: Option<Account>,
    ) -> Result<(), SandboxError> {
        let log_path = self.directory.join("log");
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .read(true)
            .open(&log_path);
        let log = log.map_err(SandboxError::io("opening", &log_path))?;
        log.lock().map_err(SandboxError::io("locking", &log_path))?;
        let output = log
            .try_clone()
            .map_err(SandboxError::io("opening", &log_path))?;
        // A group of its own keeps the terminal's Ctrl-C away: stopping the server is our business.
        command
            .current_dir(&self.directory)
            .stdin(input)
            .stdout(output)
            .stderr(log);
        command.process_group(0);
        if let Some(account) = account {
            account.drop_to(&mut command);
        }
        // Held while starting, so that a signal either finds the process or prevents it.
        let mut state = lock(&self.state);
        if state.owner.is_none() {
            return Err(SandboxError::Interrupted);
        }
        if state.watchdog.is_none() {
            state.watchdog = self.spawn_watchdog();
        }
        let program = PathBuf::from(command.get_program());
        let child = command
            .spawn()
            .map_err(SandboxError::io("starting", &program))?;
        let pid_path = self.directory.join("pid");
        let written = std::fs::write(&pid_path, format!("{}\n", child.id()));
        state.child = Some(child);
        written.map_err(SandboxError::io("writing", &pid_path))
    }

    /// A sandbox without its watchdog is still removed by the next one, so failing here is no error.
    fn spawn_watchdog(&self) -> Option<Child> {
        Command::new("/bin/sh")
            .args(["-c", WATCHDOG, "pgwright-watchdog"])
            .arg(&self.directory)
            .current_dir("/")
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .ok()
    }

    /// Whether the process has ended, and how.
    pub(crate) fn ended(&self) -> Result<Option<ExitStatus>, SandboxError> {
        match lock(&self.state).child.as_mut() {
            None => Err(SandboxError::Interrupted),
            Some(child) => child
                .try_wait()
                .map_err(SandboxError::io("waiting for", &self.directory)),
        }
    }

    /// Waits for the process to end by itself, and answers whether it succeeded.
    pub(crate) fn finish(&self, limit: Duration) -> Result<bool, SandboxError> {
        let mut result = Ok(None);
        wait_until(limit, || {
            result = self.ended();
            !matches!(result, Ok(None))
        });
        Ok(result?.is_some_and(|status| status.success()))
    }

    /// The end of what the server wrote to its log, at most `limit` bytes.
    pub(crate) fn log_tail(&self, limit: u64) -> String {
        let tail = || -> std::io::Result<Vec<u8>> {
            let mut log = File::open(self.directory.join("log"))?;
            let length = log.metadata()?.len();
            log.seek(SeekFrom::Start(length.saturating_sub(limit)))?;
            let mut text = Vec::new();
            log.take(limit).read_to_end(&mut text)?;
            Ok(text)
        };
        String::from_utf8_lossy(&tail().unwrap_or_default())
            .trim()
            .to_owned()
    }

    /// Stops what runs and removes the directory. Doing it twice does nothing.
    pub(crate) fn remove(&self) {
        let mut state = lock(&self.state);
        // The watchdog first, so that it does not wake up to a directory half removed.
        if let Some(mut watchdog) = state.watchdog.take() {
            let _ = watchdog.kill();
            let _ = watchdog.wait();
        }
        if let Some(mut child) = state.child.take() {
            stop(&mut child);
        }
        if let Some(owner) = state.owner.take() {
            bury(&self.directory, owner);
        }
        drop(state);
        lock(&LIVE).retain(|scratch| scratch.directory != self.directory);
    }
}

/// Stops and removes every sandbox of this process.
pub(crate) fn remove_all() {
    // Copied out: remove() takes itself off the list.
    let live: Vec<Arc<Scratch>> = lock(&LIVE).clone();
    live.iter().for_each(|scratch| scratch.remove());
}

/// A panic in another thread must not keep us from cleaning up, and no state here is left half changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Immediate shutdown: nothing in a sandbox is worth a checkpoint, and the postmaster still takes its
/// processes and shared memory down with it, which it could not after SIGKILL.
fn stop(child: &mut Child) {
    let group = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(group), Ok(None)) = (group, child.try_wait()) {
        let _ = kill_process_group(group, Signal::QUIT);
        if !wait_until(Duration::from_secs(10), || {
            !matches!(child.try_wait(), Ok(None))
        }) {
            let _ = kill_process_group(group, Signal::KILL);
        }
    }
    let _ = child.wait();
}

/// Ends what is left of a sandbox whose owner file we hold, and removes its directory.
///
/// What cannot be ended or removed now stays for the next run to try again: it must not keep a
/// sandbox from starting.
fn bury(directory: &Path, owner: File) {
    let dead = || match OpenOptions::new().read(true).open(directory.join("log")) {
        Ok(log) => log.try_lock().is_ok(),
        Err(_) => true,
    };
    if !dead() {
        if let Some(pid) = process_in(directory) {
            let _ = kill_process_group(pid, Signal::QUIT);
            if !wait_until(Duration::from_secs(5), dead) {
                let _ = kill_process_group(pid, Signal::KILL);
            }
        }
        if !wait_until(Duration::from_secs(2), dead) {
            return;
        }
    }
    // A process that is just going may still make a file; the second pass takes it.
    if std::fs::remove_dir_all(directory).is_err() {
        let _ = std::fs::remove_dir_all(directory);
    }
    drop(owner);
}

/// The process that a leftover's pid file names, unless /proc shows it to be somebody else's by now.
fn process_in(directory: &Path) -> Option<Pid> {
    let text = std::fs::read_to_string(directory.join("pid")).ok()?;
    let pid = text.trim().parse().ok().and_then(Pid::from_raw)?;
    match std::fs::read_link(format!("/proc/{}/cwd", pid.as_raw_nonzero())) {
        Ok(cwd) => cwd.starts_with(directory).then_some(pid),
        Err(_) if Path::new("/proc/self").exists() => None,
        Err(_) => Some(pid),
    }
}

/// Polls, because no portable call waits for somebody else's process or for a lock with a limit.
pub(crate) fn wait_until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    let mut pause = Duration::from_millis(1);
    while !done() {
        if start.elapsed() > limit {
            return false;
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(4));
    }
    true
}

/// The free memory below which clusters do not go into memory.
#[cfg(target_os = "linux")]
const ENOUGH_MEMORY: u64 = 1 << 30;

/// The directories under which this user's sandboxes lie: new ones in the first, left over in all.
///
/// A cluster is hundreds of files, which a memory file system makes many times faster than a busy
/// disk. A TMPDIR that is set goes before.
fn base_directories(account: Option<Account>) -> Result<Vec<PathBuf>, SandboxError> {
    let uid = rustix::process::geteuid().as_raw();
    let name = format!("pgwright-{uid}");
    let mut bases = Vec::new();
    if std::env::var_os("TMPDIR").is_some() {
        bases.extend(std::env::temp_dir().canonicalize());
    }
    #[cfg(target_os = "linux")]
    {
        let memory = PathBuf::from("/dev/shm");
        let free = rustix::fs::statvfs(&memory).map(|fs| fs.f_bavail.saturating_mul(fs.f_frsize));
        if free.is_ok_and(|free| free >= ENOUGH_MEMORY) {
            bases.push(memory);
        } else if memory.join(&name).is_dir() {
            // Too full now, but it held sandboxes.
            bases.extend([PathBuf::from("/tmp"), memory]);
        }
    }
    bases.push(PathBuf::from("/tmp"));
    // The socket's path, and the account's way to it.
    bases.retain(|base| {
        base.as_os_str().len() + name.len() + "//1234567-123".len() <= LONGEST_DIRECTORY
            && account.is_none_or(|account| account.can_reach(base))
    });
    let mut usable: Vec<PathBuf> = Vec::new();
    let mut refused = None;
    for base in bases {
        let base = base.join(&name);
        if usable.contains(&base) {
            continue;
        }
        match own_directory(&base, uid, account) {
            Ok(()) => usable.push(base),
            Err(error) => refused = refused.or(Some(error)),
        }
    }
    match (usable.is_empty(), refused) {
        (true, Some(error)) => Err(error),
        (true, None) => Err(SandboxError::NoDirectory),
        (false, _) => Ok(usable),
    }
}

/// Makes a directory of this user's own in one that is everybody's.
pub(super) fn own_directory(
    base: &Path,
    uid: u32,
    account: Option<Account>,
) -> Result<(), SandboxError> {
    // The account must pass through, and nobody may list.
    let mode = if account.is_some() { 0o711 } else { 0o700 };
    match DirBuilder::new().mode(mode).create(base) {
        Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => {
            return Err(SandboxError::io("creating", base)(error));
        }
        _ => {}
    }
    // The parent is everybody's: a directory of this name that is not ours is somebody's trap.
    let metadata = std::fs::symlink_metadata(base).map_err(SandboxError::io("reading", base))?;
    if !metadata.is_dir() || metadata.uid() != uid || metadata.mode() & 0o022 != 0 {
        return Err(SandboxError::ForeignDirectory {
            path: base.to_owned(),
        });
    }
    Ok(())
}

/// A sandbox's directory and the locked file that says whose it is.
type Claim = (PathBuf, File);

/// Claims every ownerless directory below `base` and, if wanted, a new one, under one lock so that no
/// directory is seen between its creation and its owner's lock.
fn claim_under(base: &Path, new: bool) -> Result<(Vec<Claim>, Option<Claim>), SandboxError> {
    let gate_path = base.join("lock");
    let gate = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&gate_path);
    let gate = gate.map_err(SandboxError::io("opening", &gate_path))?;
    gate.lock()
        .map_err(SandboxError::io("locking", &gate_path))?;

    let mut leftovers = Vec::new();
    let entries = std::fs::read_dir(base).map_err(SandboxError::io("reading", base))?;
    for directory in entries.filter_map(|entry| Some(entry.ok()?.path())) {
        if !directory.is_dir() {
            continue;
        }
        let owner_path = directory.join("owner");
        let owner = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .open(&owner_path);
        let Ok(owner) = owner else { continue };
        match owner.try_lock() {
            Ok(()) => leftovers.push((directory, owner)),
            Err(TryLockError::WouldBlock | TryLockError::Error(_)) => {}
        }
    }
    leftovers.sort_by(|a, b| a.0.cmp(&b.0));

    if !new {
        return Ok((leftovers, None));
    }
    // The number makes the name readable; that it is free makes it ours.
    let pid = std::process::id();
    let mut number = 0_u32;
    let directory = loop {
        let directory = base.join(format!("{pid}-{number}"));
        match DirBuilder::new().mode(0o711).create(&directory) {
            Ok(()) => break directory,
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
            Err(error) => return Err(SandboxError::io("creating", &directory)(error)),
        }
    };
    let owner_path = directory.join("owner");
    let owner = File::create(&owner_path).map_err(SandboxError::io("creating", &owner_path))?;
    owner
        .lock()
        .map_err(SandboxError::io("locking", &owner_path))?;
    Ok((leftovers, Some((directory, owner))))
}
