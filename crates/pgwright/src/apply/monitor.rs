//! A second connection that watches the first: who it waits for, how far a build is, and when what it
//! runs is to be cancelled.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::ProgressBar;
use pgwright_server::ConnectionSettings;
use pgwright_server::postgres::{self, Client};

use super::interrupt::Interrupt;
use super::session::Session;
use super::who::Who;
use crate::terminal::Terminal;

const WATCH: &str = include_str!("sql/watch.sql");
const BLOCKERS: &str = include_str!("sql/blockers.sql");

/// What a first Ctrl-C does to the statement that runs. A second one cancels any.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OnInterrupt {
    /// Cancels it: what it leaves behind is cleaned up.
    Cancel,
    /// Cancels it while it waits for a lock, and lets it end otherwise.
    CancelWaiting,
    /// Lets it end: what it leaves when cancelled only it can clean up.
    Finish,
}

/// What is watched.
#[derive(Debug, Clone)]
pub struct Watch {
    /// The backend.
    pub pid: i32,
    /// What is shown on a terminal.
    pub label: String,
    /// When a statement that still waits for a lock is cancelled: each lock of many has a timeout of
    /// its own, and this is the one for all of them.
    pub deadline: Option<Instant>,
    /// What Ctrl-C does.
    pub on_interrupt: OnInterrupt,
}

#[derive(Default)]
struct Shared {
    watch: Option<Watch>,
    blockers: Vec<Who>,
}

/// The watching thread. Dropping it ends it.
pub struct Monitor {
    shared: Arc<Mutex<Shared>>,
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
    bar: ProgressBar,
}

impl Monitor {
    /// Starts watching, every `tick`.
    pub fn start(
        settings: ConnectionSettings,
        tick: Duration,
        interrupt: Interrupt,
        terminal: &Terminal,
    ) -> Self {
        let shared = Arc::new(Mutex::new(Shared::default()));
        let bar = terminal.progress("");
        let (stop, stopped) = channel();
        let watcher = Watcher {
            settings,
            shared: Arc::clone(&shared),
            interrupt,
            bar: bar.clone(),
            client: None,
            cancelled: None,
        };
        let thread = std::thread::Builder::new()
            .name("monitor".to_owned())
            .spawn(move || {
                let mut watcher = watcher;
                while let Err(RecvTimeoutError::Timeout) = stopped.recv_timeout(tick) {
                    watcher.tick();
                }
            })
            .ok();
        Self {
            shared,
            stop: Some(stop),
            thread,
            bar,
        }
    }

    /// Watches a statement.
    pub fn watch(&self, watch: Watch) {
        self.bar.set_message(watch.label.clone());
        let mut shared = lock(&self.shared);
        shared.blockers.clear();
        shared.watch = Some(watch);
    }

    /// Changes what is shown.
    pub fn label(&self, label: &str) {
        self.bar.set_message(label.to_owned());
        if let Some(watch) = lock(&self.shared).watch.as_mut() {
            label.clone_into(&mut watch.label);
        }
    }

    /// Watches nothing any more, and answers who was waited for.
    pub fn unwatch(&self) -> Vec<Who> {
        let mut shared = lock(&self.shared);
        shared.watch = None;
        std::mem::take(&mut shared.blockers)
    }

    /// Prints without tearing the progress line.
    pub fn aside(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.bar.finish_and_clear();
    }
}

struct Watcher {
    settings: ConnectionSettings,
    shared: Arc<Mutex<Shared>>,
    interrupt: Interrupt,
    bar: ProgressBar,
    client: Option<Client>,
    /// When a cancel was last sent.
    cancelled: Option<Instant>,
}

impl Watcher {
    fn tick(&mut self) {
        let Some(watch) = lock(&self.shared).watch.clone() else {
            return;
        };
        if self.client.is_none() {
            match Session::open(&self.settings) {
                Ok(session) => self.client = Some(session.client),
                // Nothing depends on watching; the server may be back at the next tick.
                Err(_) => return,
            }
        }
        if self.look(&watch).is_err() {
            self.client = None;
        }
    }

    fn look(&mut self, watch: &Watch) -> Result<(), postgres::Error> {
        let Some(client) = self.client.as_mut() else {
            return Ok(());
        };
        let Some(row) = client.query_opt(WATCH, &[&watch.pid])? else {
            return Ok(());
        };
        let waits: bool = row.try_get("waits")?;
        let mut label = watch.label.clone();
        if let Some(text) = row.try_get::<_, Option<String>>("tells")? {
            label.push_str(&format!(": {text}"));
        }
        if let Some(phase) = row.try_get::<_, Option<String>>("phase")? {
            label.push_str(&format!(": {phase}"));
            if let Some(part) = row.try_get::<_, Option<f64>>("part")? {
                label.push_str(&format!(" {:.0} %", part * 100.0));
            }
        }
        if waits {
            let rows = client.query(BLOCKERS, &[&watch.pid])?;
            let blockers: Vec<Who> = rows.iter().map(Who::from_row).collect::<Result<_, _>>()?;
            if let Some(first) = blockers.first() {
                label.push_str(&format!(", waiting for {first}"));
                let mut shared = lock(&self.shared);
                if shared.watch.as_ref().is_some_and(|w| w.pid == watch.pid) {
                    shared.blockers = blockers;
                }
            }
        }
        self.bar.set_message(label);
        let late = waits && watch.deadline.is_some_and(|end| Instant::now() >= end);
        let stopped = self.interrupt.is_asked()
            && match watch.on_interrupt {
                OnInterrupt::Cancel => true,
                OnInterrupt::CancelWaiting => waits,
                OnInterrupt::Finish => false,
            };
        if (late || stopped || self.interrupt.is_urgent()) && row.try_get("active")? {
            self.cancel(watch)?;
        }
        Ok(())
    }

    /// Cancels what is still watched. One that comes too late hits the next statement, which is then
    /// tried again like after any cancel.
    fn cancel(&mut self, watch: &Watch) -> Result<(), postgres::Error> {
        let again = Duration::from_millis(500);
        if self.cancelled.is_some_and(|at| at.elapsed() < again) {
            return Ok(());
        }
        let watched = lock(&self.shared).watch.is_some();
        if let Some(client) = self.client.as_mut()
            && watched
        {
            client.execute("SELECT pg_cancel_backend($1)", &[&watch.pid])?;
            self.cancelled = Some(Instant::now());
        }
        Ok(())
    }
}

/// No state here is left half changed by a panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
