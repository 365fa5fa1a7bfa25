//! Ctrl-C: the first stops at the next safe point, the second cancels what runs, the third ends at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How many times the user has asked to stop.
#[derive(Debug, Clone, Default)]
pub struct Interrupt(Arc<AtomicUsize>);

impl Interrupt {
    /// Listens for SIGINT, SIGTERM and SIGHUP from now on.
    pub fn listen() -> Self {
        let interrupt = Self::default();
        #[cfg(unix)]
        interrupt.listen_to_signals();
        interrupt
    }

    #[cfg(unix)]
    fn listen_to_signals(&self) {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        let counter = Arc::clone(&self.0);
        // Without the handler a signal ends us at once, which the journal is made for.
        let Ok(mut signals) = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP]) else {
            return;
        };
        let _ = std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    if counter.fetch_add(1, Ordering::SeqCst) >= 2 {
                        let _ = signal_hook::low_level::emulate_default_handler(signal);
                    }
                }
            });
    }

    /// True when the user wants to stop at a safe point.
    pub fn is_asked(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }

    /// True when the user does not want to wait for a safe point either.
    pub fn is_urgent(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 1
    }

    /// Sleeps, but not past an interrupt. False when there was one.
    pub fn sleep(&self, duration: Duration) -> bool {
        let end = Instant::now() + duration;
        loop {
            if self.is_asked() {
                return false;
            }
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            std::thread::sleep(left.min(Duration::from_millis(50)));
        }
    }
}
