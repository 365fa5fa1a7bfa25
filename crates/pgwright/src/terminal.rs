//! What goes to standard error: messages, progress, timings. Results go to standard output.

use std::fmt::Display;
use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use anstream::ColorChoice;
use indicatif::{ProgressBar, ProgressStyle};

use crate::cli::Color;

const BOLD: &str = "\x1b[1m";
const RED: &str = "\x1b[1;31m";
const GREEN: &str = "\x1b[32m";
const DIM: &str = "\x1b[2m";
const RESET: &str = "\x1b[0m";

/// Where messages go and how loud they are.
#[derive(Debug)]
pub struct Terminal {
    quiet: bool,
    verbose: bool,
    choice: ColorChoice,
}

impl Terminal {
    /// Messages as the arguments ask for them.
    pub fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        let choice = match color {
            // `anstream` knows NO_COLOR, CLICOLOR and whether this is a terminal.
            Color::Auto => ColorChoice::Auto,
            Color::Always => ColorChoice::Always,
            Color::Never => ColorChoice::Never,
        };
        Self {
            quiet,
            verbose,
            choice,
        }
    }

    fn line(&self, text: &str) {
        let mut stream = anstream::AutoStream::new(std::io::stderr(), self.choice);
        // Nothing can be done when standard error is gone.
        let _ = writeln!(stream, "{text}");
    }

    /// A message that is left out with `--quiet`.
    pub fn say(&self, text: impl Display) {
        if !self.quiet {
            self.line(&text.to_string());
        }
    }

    /// A line of a summary that went well.
    pub fn good(&self, text: impl Display) {
        self.say(format_args!("{GREEN}ok{RESET}    {text}"));
    }

    /// A line of a summary that went wrong; shown even with `--quiet`.
    pub fn bad(&self, text: impl Display) {
        self.line(&format!("{RED}fail{RESET}  {text}"));
    }

    /// A heading.
    pub fn heading(&self, text: impl Display) {
        self.say(format_args!("{BOLD}{text}{RESET}"));
    }

    /// An error that ends the command.
    pub fn error(&self, text: impl Display) {
        self.line(&format!("{RED}error{RESET}: {text}"));
    }

    /// Text that is already laid out, such as a rendered diagnostic.
    pub fn raw(&self, text: &str) {
        self.line(text);
    }

    /// Runs a phase: shows what is going on while it runs, and how long it took with `--verbose`.
    pub fn phase<T>(&self, what: &str, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let progress = self.progress(what);
        let result = work();
        progress.finish_and_clear();
        if self.verbose {
            let milliseconds = started.elapsed().as_millis();
            self.line(&format!("{DIM}{milliseconds:>6} ms  {what}{RESET}"));
        }
        result
    }

    /// A line of progress, shown on a terminal only.
    pub fn progress(&self, what: &str) -> ProgressBar {
        if self.quiet || !std::io::stderr().is_terminal() {
            return ProgressBar::hidden();
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) = ProgressStyle::with_template("{spinner} {msg}") {
            bar.set_style(style);
        }
        bar.set_message(what.to_owned());
        bar.enable_steady_tick(Duration::from_millis(100));
        bar
    }
}

/// Writes a result with colours to standard output: they are left out where nobody would see them.
pub fn coloured_output(text: &str) -> Result<(), crate::exit::Failure> {
    let plain = match anstream::AutoStream::choice(&std::io::stdout()) {
        ColorChoice::Never => Some(anstream::adapter::strip_str(text).to_string()),
        _ => None,
    };
    output(plain.as_deref().unwrap_or(text))
}

/// Writes a result to standard output.
pub fn output(text: &str) -> Result<(), crate::exit::Failure> {
    let mut stdout = std::io::stdout().lock();
    match stdout
        .write_all(text.as_bytes())
        .and_then(|()| stdout.flush())
    {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            Err(crate::exit::Failure::ClosedPipe)
        }
        Err(error) => Err(crate::exit::Failure::Usage(format!(
            "writing to standard output: {error}"
        ))),
    }
}
