//! The sandbox: a throwaway PostgreSQL cluster, started in a fraction of a second and gone afterwards.

mod account;
mod cluster;
mod scratch;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use postgres::{Client, NoTls};

use self::account::Account;
use self::cluster::Template;
use self::scratch::{Scratch, wait_until};
use crate::installation::Installation;

/// The port only names the socket file: nothing listens on the network unless settings ask for it.
const PORT: u16 = 5432;

/// How a sandbox is to be started.
#[derive(Debug, Clone)]
pub struct Options {
    /// Settings of `postgresql.conf` beyond, or instead of, the sandbox's own.
    pub settings: BTreeMap<String, String>,
    /// How long the server may take until it accepts connections.
    pub start_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            settings: BTreeMap::new(),
            start_timeout: Duration::from_secs(60),
        }
    }
}

impl Options {
    fn port(&self) -> Result<u16, SandboxError> {
        match self.settings.get("port") {
            None => Ok(PORT),
            Some(port) => port.parse().map_err(|_| SandboxError::BadSetting {
                name: "port".to_owned(),
            }),
        }
    }
}

/// Why a sandbox could not be had or used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SandboxError {
    /// We are root, PostgreSQL refuses to be, and there is no other account to start it under.
    #[error(
        "PostgreSQL does not run as root, and there is no account `postgres` or `nobody`\n\
         hint: run pgwright as an ordinary user, or add one: useradd --system postgres"
    )]
    NoAccount,
    /// The directory for sandboxes in the temporary directory belongs to somebody else.
    #[error(
        "{} is not a directory that only this user can write to\n\
         hint: remove it, or set TMPDIR to a directory of your own", .path.display()
    )]
    ForeignDirectory {
        /// The directory.
        path: PathBuf,
    },
    /// No directory for sandboxes is short enough for a socket and can be reached.
    #[error(
        "no directory for a sandbox: neither TMPDIR nor /tmp can be used\n\
         hint: set TMPDIR to a short path of your own"
    )]
    NoDirectory,
    /// No directory to keep initialised clusters in.
    #[error(
        "no directory to keep initialised clusters in (tried: {})\n\
         hint: set XDG_CACHE_HOME to a directory that you can write to",
        .tried.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ")
    )]
    NoCache {
        /// The directories tried.
        tried: Vec<PathBuf>,
    },
    /// A file or process could not be worked with.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was being done, as in "creating".
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A setting that `postgresql.conf` cannot hold.
    #[error("`{name}` is not the name of a setting, or its value holds a line break")]
    BadSetting {
        /// The name as given.
        name: String,
    },
    /// The cluster could not be initialised.
    #[error("initdb of {installation} failed:\n{output}")]
    Initdb {
        /// Which server.
        installation: String,
        /// What initdb printed.
        output: String,
    },
    /// The server ended instead of starting, or did not get ready in time.
    #[error("{installation} {problem}; the end of its log:\n{log}")]
    Start {
        /// Which server.
        installation: String,
        /// What happened.
        problem: &'static str,
        /// The end of the server's log.
        log: String,
    },
    /// A signal ended the sandbox.
    #[error("interrupted")]
    Interrupted,
    /// The server did not do what was asked.
    #[error("{action}: {}", crate::script::describe(.source))]
    Server {
        /// What was asked.
        action: String,
        /// Its answer.
        source: postgres::Error,
    },
}

impl SandboxError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> SandboxError {
        move |source| SandboxError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// A running throwaway server. Dropping it stops the server and removes every trace.
///
/// It listens on a Unix socket in a directory that only its own user can enter, and writes nothing
/// durably: a crash of the machine loses it, which is what it is for.
#[derive(Debug)]
pub struct Sandbox {
    installation: Installation,
    scratch: Arc<Scratch>,
    account: Option<Account>,
    port: u16,
}

impl Sandbox {
    /// Starts a server of this installation on a fresh cluster.
    ///
    /// Leftovers of runs that were killed are removed on the way.
    pub fn start(installation: &Installation, options: &Options) -> Result<Sandbox, SandboxError> {
        let configuration = configuration(installation, options)?;
        let account = Account::needed()?;
        let template = Template::prepare(installation, account)?;
        match Sandbox::start_from(&template, installation, account, &configuration, options) {
            Err(SandboxError::Start { .. })
                if template.from_cache && options.settings.is_empty() =>
            {
                template.discard();
                let template = Template::prepare(installation, account)?;
                Sandbox::start_from(&template, installation, account, &configuration, options)
            }
            result => result,
        }
    }

    fn start_from(
        template: &Template,
        installation: &Installation,
        account: Option<Account>,
        configuration: &str,
        options: &Options,
    ) -> Result<Sandbox, SandboxError> {
        let scratch = Scratch::claim(account)?;
        // From here on, returning early drops it and so cleans up.
        let sandbox = Sandbox {
            installation: installation.clone(),
            scratch,
            account,
            port: options.port()?,
        };
        let data = sandbox.data_dir();
        template.copy_to(&data, account)?;
        let file = data.join("postgresql.conf");
        let written = std::fs::write(&file, configuration).and_then(|()| match account {
            Some(account) => account.give(&file),
            None => Ok(()),
        });
        written.map_err(SandboxError::io("writing", &file))?;

        let mut server = Command::new(template.bin_dir.join("postgres"));
        clean_environment(&mut server);
        server
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(sandbox.socket_dir());
        sandbox.scratch.spawn(server, Stdio::null(), account)?;
        sandbox.wait_until_ready(options.start_timeout)?;
        Ok(sandbox)
    }

    /// The last line of `postmaster.pid` says `ready` once connections are accepted, so that no failed
    /// attempts are needed to find out.
    fn wait_until_ready(&self, timeout: Duration) -> Result<(), SandboxError> {
        let pid_file = self.data_dir().join("postmaster.pid");
        let mut ended = Ok(None);
        let ready = || {
            std::fs::read_to_string(&pid_file).is_ok_and(|text| {
                text.lines()
                    .nth(7)
                    .is_some_and(|line| line.trim() == "ready")
            })
        };
        let settled = wait_until(timeout, || {
            ended = self.scratch.ended();
            ready() || !matches!(ended, Ok(None))
        });
        let problem = match (settled, ended?) {
            (true, None) => return Ok(()),
            (true, Some(_)) => "did not start",
            (false, _) => "did not get ready in time",
        };
        let installation = self.installation.to_string();
        Err(SandboxError::Start {
            installation,
            problem,
            log: self.scratch.log_tail(4096),
        })
    }

    /// The installation whose server this is.
    pub fn installation(&self) -> &Installation {
        &self.installation
    }

    /// The server's full version, as in `18.4`.
    pub fn version(&self) -> &str {
        &self.installation.version
    }

    /// The server's major version, as in 18.
    pub fn major(&self) -> u32 {
        self.installation.major
    }

    /// The cluster's data directory.
    pub fn data_dir(&self) -> PathBuf {
        self.scratch.data()
    }

    /// The directory of the server's Unix socket, which is what libpq calls the host.
    pub fn socket_dir(&self) -> PathBuf {
        self.scratch.socket()
    }

    /// Makes a directory beside the data directory that the server can write to.
    pub(crate) fn make_directory(&self, name: &str) -> Result<PathBuf, SandboxError> {
        let path = self.scratch.directory().join(name);
        std::fs::create_dir(&path)
            .and_then(|()| self.give(&path))
            .map_err(SandboxError::io("creating", &path))?;
        Ok(path)
    }

    /// Gives a file to the account that the server runs under.
    pub(crate) fn give(&self, path: &Path) -> io::Result<()> {
        match self.account {
            Some(account) => account.give(path),
            None => Ok(()),
        }
    }

    /// Gives an open file to the account that the server runs under.
    pub(crate) fn give_file(&self, file: &std::fs::File) -> io::Result<()> {
        match self.account {
            Some(account) => account.give_file(file),
            None => Ok(()),
        }
    }

    /// The connection string of one of its databases, for libpq programs as well.
    pub fn conninfo(&self, database: &str) -> String {
        format!(
            "host={} port={} user=postgres dbname={}",
            crate::connect::quote_value(&self.socket_dir().to_string_lossy()),
            self.port,
            crate::connect::quote_value(database)
        )
    }

    /// Connects to one of its databases as superuser; `postgres` is always there.
    pub fn connect(&self, database: &str) -> Result<Client, SandboxError> {
        let mut config = postgres::Config::new();
        config
            .host_path(self.socket_dir())
            .port(self.port)
            .user("postgres")
            .dbname(database);
        config.application_name("pgwright");
        config
            .connect(NoTls)
            .map_err(|source| SandboxError::Server {
                action: format!("connecting to database \"{database}\" of the sandbox"),
                source,
            })
    }

    /// Creates an empty database.
    pub fn create_database(&self, name: &str) -> Result<(), SandboxError> {
        self.administer(
            "creating",
            name,
            &format!("CREATE DATABASE {}", quote_ident(name)),
        )
    }

    /// Drops a database, ending its connections.
    pub fn drop_database(&self, name: &str) -> Result<(), SandboxError> {
        self.administer(
            "dropping",
            name,
            &format!("DROP DATABASE {} WITH (FORCE)", quote_ident(name)),
        )
    }

    fn administer(&self, action: &str, name: &str, sql: &str) -> Result<(), SandboxError> {
        self.connect("postgres")?
            .batch_execute(sql)
            .map_err(|source| SandboxError::Server {
                action: format!("{action} database \"{name}\" in the sandbox"),
                source,
            })
    }

    /// The end of the server's log, for when something went wrong.
    pub fn log(&self) -> String {
        self.scratch.log_tail(64 * 1024)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.scratch.remove();
    }
}

/// Makes Ctrl-C, a closed terminal and a polite kill remove every sandbox before they end the process.
///
/// To be called once, early, by the program; a library has no business with signals.
pub fn install_signal_cleanup() -> io::Result<()> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
    let mut signals = signal_hook::iterator::Signals::new([SIGINT, SIGTERM, SIGHUP])?;
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for signal in signals.forever() {
                scratch::remove_all();
                // Ends the process by the signal itself, so that a calling shell sees what happened.
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        })?;
    Ok(())
}

/// The whole `postgresql.conf`: every value is ours, so that a sandbox behaves alike everywhere.
///
/// What the planner decides by stays at PostgreSQL's defaults.
fn configuration(installation: &Installation, options: &Options) -> Result<String, SandboxError> {
    let mut settings: BTreeMap<&str, &str> = BTreeMap::from([
        ("autovacuum", "off"),
        ("checkpoint_timeout", "1d"),
        ("client_min_messages", "notice"),
        ("cluster_name", "pgwright"),
        ("datestyle", "ISO, MDY"),
        ("default_text_search_config", "pg_catalog.english"),
        // Files of the cluster instead of /dev/shm, where a killed server would leave them.
        ("dynamic_shared_memory_type", "mmap"),
        ("fsync", "off"),
        ("full_page_writes", "off"),
        ("huge_pages", "off"),
        ("jit", "off"),
        ("lc_messages", "C"),
        ("lc_monetary", "C"),
        ("lc_numeric", "C"),
        ("lc_time", "C"),
        ("listen_addresses", ""),
        ("log_timezone", "UTC"),
        ("max_connections", "40"),
        // A large schema is applied in one transaction, each object of it locked.
        ("max_locks_per_transaction", "1024"),
        ("max_logical_replication_workers", "0"),
        ("max_wal_senders", "0"),
        // The cluster may lie in memory.
        ("max_wal_size", "256MB"),
        ("shared_buffers", "64MB"),
        ("synchronous_commit", "off"),
        ("timezone", "UTC"),
        ("wal_level", "minimal"),
    ]);
    if installation.major >= 18 {
        // No worker processes to start for input and output.
        settings.insert("io_method", "sync");
    }
    for (name, value) in &options.settings {
        let named = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.'));
        if !named || value.contains(['\n', '\r', '\0']) {
            return Err(SandboxError::BadSetting { name: name.clone() });
        }
        settings.insert(name, value);
    }
    let line = |(name, value): (&&str, &&str)| {
        let value = value.replace('\\', "\\\\").replace('\'', "''");
        format!("{name} = '{value}'\n")
    };
    Ok(settings.iter().map(line).collect())
}

/// Leaves the server only what it needs from our environment: no PG* variable of the user's, no locale.
fn clean_environment(command: &mut Command) {
    command.env_clear().env("LC_ALL", "C").env("TZ", "UTC");
    for name in [
        "PATH",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
    ] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
}

fn quote_ident(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
