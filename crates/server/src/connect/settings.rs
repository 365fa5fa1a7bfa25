//! From a connection string, a service and the environment to the settings of a connection.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::ChannelBinding;

use super::conninfo::{self, Parameters};
use super::tls::TlsFiles;
use super::{ConnectError, files, timeout};

/// The environment variables that stand for parameters (manual, "Environment Variables").
const VARIABLES: [(&str, &str); 21] = [
    ("PGHOST", "host"),
    ("PGHOSTADDR", "hostaddr"),
    ("PGPORT", "port"),
    ("PGDATABASE", "dbname"),
    ("PGUSER", "user"),
    ("PGPASSWORD", "password"),
    ("PGPASSFILE", "passfile"),
    ("PGREQUIREAUTH", "require_auth"),
    ("PGCHANNELBINDING", "channel_binding"),
    ("PGOPTIONS", "options"),
    ("PGAPPNAME", "application_name"),
    ("PGSSLMODE", "sslmode"),
    ("PGSSLNEGOTIATION", "sslnegotiation"),
    ("PGSSLCERT", "sslcert"),
    ("PGSSLKEY", "sslkey"),
    ("PGSSLROOTCERT", "sslrootcert"),
    ("PGSSLCRL", "sslcrl"),
    ("PGGSSENCMODE", "gssencmode"),
    ("PGCONNECT_TIMEOUT", "connect_timeout"),
    ("PGTARGETSESSIONATTRS", "target_session_attrs"),
    ("PGLOADBALANCEHOSTS", "load_balance_hosts"),
];

/// What of the process's surroundings a connection depends on.
#[derive(Clone, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    home: Option<PathBuf>,
    user: Option<String>,
    socket_directories: Vec<PathBuf>,
}

impl Environment {
    /// This process's.
    pub fn of_process() -> Environment {
        Environment {
            variables: std::env::vars_os()
                .filter_map(|(name, value)| {
                    Some((name.into_string().ok()?, value.into_string().ok()?))
                })
                .filter(|(name, _)| name.starts_with("PG"))
                .collect(),
            home: crate::paths::home(),
            user: user_name(),
            socket_directories: match cfg!(unix) {
                true => vec!["/var/run/postgresql".into(), "/tmp".into()],
                false => Vec::new(),
            },
        }
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.variables
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    pub(super) fn home(&self) -> Option<&Path> {
        self.home.as_deref()
    }
}

/// The name of the user that runs this process: libpq asks the system, not the environment.
fn user_name() -> Option<String> {
    #[cfg(unix)]
    {
        let uid = rustix::process::geteuid().as_raw().to_string();
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        let entry = passwd
            .lines()
            .map(|line| line.split(':').collect::<Vec<_>>());
        let own = entry
            .into_iter()
            .find(|fields| fields.get(2) == Some(&uid.as_str()));
        if let Some(name) = own.and_then(|fields| fields.first().map(|name| (*name).to_owned())) {
            return Some(name);
        }
    }
    ["USER", "LOGNAME", "USERNAME"]
        .iter()
        .find_map(|name| std::env::var(name).ok())
}

/// How a connection is to be encrypted (manual, "SSL Support").
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)] // libpq's own words.
pub enum SslMode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SessionAttributes {
    Any,
    ReadWrite,
    ReadOnly,
    Primary,
    Standby,
    PreferStandby,
}

impl SessionAttributes {
    pub(super) fn describe(self) -> &'static str {
        match self {
            SessionAttributes::Any => "any",
            SessionAttributes::ReadWrite => "read-write",
            SessionAttributes::ReadOnly => "read-only",
            SessionAttributes::Primary => "primary",
            SessionAttributes::Standby => "standby",
            SessionAttributes::PreferStandby => "prefer-standby",
        }
    }
}

/// One place to try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Host {
    /// A host name, or the directory of a Unix socket.
    pub(super) name: String,
    /// The address, when it is not to be looked up.
    pub(super) address: Option<IpAddr>,
    pub(super) port: u16,
}

impl Host {
    pub(super) fn is_unix(&self) -> bool {
        cfg!(unix) && self.name.starts_with(['/', '@'])
    }
}

/// Everything a connection needs, resolved. Neither `Debug` nor `Display` tells the password.
#[derive(Clone)]
pub struct ConnectionSettings {
    pub(super) hosts: Vec<Host>,
    pub(super) user: String,
    pub(super) dbname: String,
    password: Option<String>,
    passfile: Option<String>,
    socket_directories: Vec<PathBuf>,
    pub(super) application_name: String,
    pub(super) options: Option<String>,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) keepalives: bool,
    pub(super) keepalives_idle: Option<Duration>,
    pub(super) ssl_mode: SslMode,
    pub(super) direct_tls: bool,
    pub(super) tls: TlsFiles,
    pub(super) channel_binding: ChannelBinding,
    pub(super) attributes: SessionAttributes,
    warnings: Vec<String>,
}

impl ConnectionSettings {
    /// Resolves a connection string (a URL or keywords; empty is everything by default) as libpq does:
    /// what it says comes first, then the service, then the environment, then defaults.
    pub fn resolve(
        conninfo: &str,
        environment: &Environment,
    ) -> Result<ConnectionSettings, ConnectError> {
        let mut given = conninfo::parse(conninfo)?;
        let service = given.get("service").cloned();
        let service = service.or_else(|| environment.variable("PGSERVICE").map(str::to_owned));
        if let Some(name) = service {
            let file = given.get("servicefile").cloned();
            let more = files::service(&name, file.as_deref(), environment)?;
            more.into_iter().for_each(|(keyword, value)| {
                given.entry(keyword).or_insert(value);
            });
        }
        for (variable, keyword) in VARIABLES {
            if let Some(value) = environment.variable(variable) {
                given
                    .entry(keyword.to_owned())
                    .or_insert_with(|| value.to_owned());
            }
        }
        // An empty value means the default.
        given.retain(|_, value| !value.is_empty());
        from_parameters(given, environment)
    }

    /// What the user should hear of, such as a password file that is not used.
    pub fn warnings(&self) -> &[String] {
        &self.warnings
    }

    /// The name of the database.
    pub fn dbname(&self) -> &str {
        &self.dbname
    }

    pub(super) fn password_for(&self, host: &Host) -> Option<String> {
        if self.password.is_some() {
            return self.password.clone();
        }
        // A socket in a default directory is called localhost there.
        let usual = self
            .socket_directories
            .iter()
            .any(|directory| Path::new(&host.name) == directory);
        let name = if usual { "localhost" } else { &host.name };
        let port = host.port.to_string();
        files::password(
            self.passfile.as_deref()?,
            name,
            &port,
            &self.dbname,
            &self.user,
        )
    }

    pub(super) fn describe(&self, host: &Host) -> String {
        format!(
            "host={} port={} user={} dbname={}",
            host.name, host.port, self.user, self.dbname
        )
    }
}

impl fmt::Display for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = |each: &dyn Fn(&Host) -> String| {
            self.hosts.iter().map(each).collect::<Vec<_>>().join(",")
        };
        write!(
            f,
            "host={} port={} user={} dbname={} sslmode={}",
            list(&|host| host.name.clone()),
            list(&|host| host.port.to_string()),
            self.user,
            self.dbname,
            self.ssl_mode
        )
    }
}

impl fmt::Debug for ConnectionSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConnectionSettings({self})")
    }
}

impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The names only: PGPASSWORD is among them.
        f.debug_list().entries(self.variables.keys()).finish()
    }
}

fn parameter(keyword: &'static str, problem: impl Into<String>) -> ConnectError {
    ConnectError::Parameter {
        keyword,
        problem: problem.into(),
    }
}

fn number(given: &Parameters, keyword: &'static str) -> Result<Option<i64>, ConnectError> {
    match given.get(keyword) {
        None => Ok(None),
        Some(text) => match text.trim().parse() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(parameter(keyword, format!("`{text}` is not a number"))),
        },
    }
}

/// One of a few words.
fn word<T: Copy>(
    given: &Parameters,
    keyword: &'static str,
    default: T,
    words: &[(&str, T)],
) -> Result<T, ConnectError> {
    let Some(text) = given.get(keyword) else {
        return Ok(default);
    };
    match words.iter().find(|(word, _)| word == text) {
        Some((_, value)) => Ok(*value),
        None => {
            let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
            let words = words.join(", ");
            Err(parameter(
                keyword,
                format!("`{text}` is not one of {words}"),
            ))
        }
    }
}

fn from_parameters(
    given: Parameters,
    environment: &Environment,
) -> Result<ConnectionSettings, ConnectError> {
    refuse_unsupported(&given)?;
    let user = given.get("user").or(environment.user.as_ref()).cloned();
    let user = user.ok_or_else(|| parameter("user", "none is given and the system knows none"))?;
    let dbname = given.get("dbname").cloned().unwrap_or_else(|| user.clone());
    let hosts = hosts(&given, environment)?;
    let mut warnings = Vec::new();
    let password = given.get("password").cloned();
    let passfile = match (&password, given.get("passfile")) {
        (Some(_), _) => None,
        (None, Some(path)) => Some(PathBuf::from(path)),
        (None, None) => environment.home().map(|home| home.join(".pgpass")),
    };
    let passfile = passfile.and_then(|path| {
        let (text, warning) = files::read_passfile(&path);
        warnings.extend(warning);
        text
    });
    let system_roots = given
        .get("sslrootcert")
        .is_some_and(|path| path == "system");
    let ssl_mode = word(
        &given,
        "sslmode",
        if system_roots {
            SslMode::VerifyFull
        } else {
            SslMode::Prefer
        },
        &[
            ("disable", SslMode::Disable),
            ("allow", SslMode::Allow),
            ("prefer", SslMode::Prefer),
            ("require", SslMode::Require),
            ("verify-ca", SslMode::VerifyCa),
            ("verify-full", SslMode::VerifyFull),
        ],
    )?;
    if system_roots && ssl_mode != SslMode::VerifyFull {
        let problem = format!("`{ssl_mode}` is too weak for sslrootcert=system; use verify-full");
        return Err(parameter("sslmode", problem));
    }
    let direct_tls = word(
        &given,
        "sslnegotiation",
        false,
        &[("postgres", false), ("direct", true)],
    )?;
    if direct_tls && ssl_mode < SslMode::Require {
        return Err(parameter(
            "sslmode",
            "sslnegotiation=direct needs require or stronger",
        ));
    }
    Ok(ConnectionSettings {
        hosts,
        user,
        dbname,
        password,
        passfile,
        socket_directories: environment.socket_directories.clone(),
        application_name: given
            .get("application_name")
            .or_else(|| given.get("fallback_application_name"))
            .cloned()
            .unwrap_or_else(|| "pgwright".to_owned()),
        options: given.get("options").cloned(),
        connect_timeout: number(&given, "connect_timeout")?.and_then(timeout),
        keepalives: number(&given, "keepalives")? != Some(0),
        keepalives_idle: number(&given, "keepalives_idle")?
            .and_then(|seconds| u64::try_from(seconds).ok())
            .filter(|seconds| *seconds > 0)
            .map(Duration::from_secs),
        ssl_mode,
        direct_tls,
        tls: tls_files(&given, environment, system_roots)?,
        channel_binding: word(
            &given,
            "channel_binding",
            ChannelBinding::Prefer,
            &[
                ("disable", ChannelBinding::Disable),
                ("prefer", ChannelBinding::Prefer),
                ("require", ChannelBinding::Require),
            ],
        )?,
        attributes: word(
            &given,
            "target_session_attrs",
            SessionAttributes::Any,
            &[
                ("any", SessionAttributes::Any),
                ("read-write", SessionAttributes::ReadWrite),
                ("read-only", SessionAttributes::ReadOnly),
                ("primary", SessionAttributes::Primary),
                ("standby", SessionAttributes::Standby),
                ("prefer-standby", SessionAttributes::PreferStandby),
            ],
        )?,
        warnings,
    })
}

/// What would be less safe, or something else, if it were passed over in silence.
fn refuse_unsupported(given: &Parameters) -> Result<(), ConnectError> {
    for keyword in [
        "require_auth",
        "requirepeer",
        "replication",
        "sslcrl",
        "sslcrldir",
        "sslpassword",
    ] {
        if given.contains_key(keyword) {
            return Err(parameter(keyword, "is not supported"));
        }
    }
    if given
        .get("gssencmode")
        .is_some_and(|mode| mode == "require")
    {
        return Err(parameter(
            "gssencmode",
            "`require` is not supported; use TLS (sslmode=require)",
        ));
    }
    let encoding = given
        .get("client_encoding")
        .map(|e| e.to_ascii_lowercase().replace('-', ""));
    if encoding.is_some_and(|encoding| !matches!(encoding.as_str(), "utf8" | "unicode" | "auto")) {
        return Err(parameter("client_encoding", "is always UTF8"));
    }
    Ok(())
}

fn hosts(given: &Parameters, environment: &Environment) -> Result<Vec<Host>, ConnectError> {
    let list = |keyword: &str| -> Vec<String> {
        let text = given.get(keyword).map(String::as_str).unwrap_or_default();
        text.split(',').map(|part| part.trim().to_owned()).collect()
    };
    let (names, addresses, ports) = (list("host"), list("hostaddr"), list("port"));
    let count = names.len().max(addresses.len());
    if names.len() > 1 && addresses.len() > 1 && names.len() != addresses.len() {
        return Err(parameter("hostaddr", "has not as many parts as host"));
    }
    if ports.len() > 1 && ports.len() != count {
        return Err(parameter("port", "has not as many parts as host"));
    }
    (0..count)
        .map(|place| {
            let part = |list: &[String]| {
                let part = if list.len() == 1 {
                    list.first()
                } else {
                    list.get(place)
                };
                part.cloned().unwrap_or_default()
            };
            let port = match part(&ports).as_str() {
                "" => 5432,
                text => match text.parse() {
                    Ok(port) if port > 0 => port,
                    _ => return Err(parameter("port", format!("`{text}` is not a port number"))),
                },
            };
            let address: Option<IpAddr> = match part(&addresses).as_str() {
                "" => None,
                text => match text.parse() {
                    Ok(address) => Some(address),
                    Err(_) => {
                        return Err(parameter("hostaddr", format!("`{text}` is not an address")));
                    }
                },
            };
            let name = match (part(&names), address) {
                (name, _) if !name.is_empty() => name,
                (_, Some(address)) => address.to_string(),
                (_, None) => default_host(environment, port),
            };
            Ok(Host {
                name,
                address,
                port,
            })
        })
        .collect()
}

/// Where a local server's socket lies depends on who built libpq: the first directory that has one
/// counts, else the first that exists.
fn default_host(environment: &Environment, port: u16) -> String {
    let directories = &environment.socket_directories;
    let socket = format!(".s.PGSQL.{port}");
    directories
        .iter()
        .find(|directory| directory.join(&socket).exists())
        .or_else(|| directories.iter().find(|directory| directory.is_dir()))
        .map_or_else(
            || "localhost".to_owned(),
            |directory| directory.to_string_lossy().into_owned(),
        )
}

fn tls_files(
    given: &Parameters,
    environment: &Environment,
    system_roots: bool,
) -> Result<TlsFiles, ConnectError> {
    // A file that is named must be there; one in its usual place may be.
    let file = |keyword: &'static str, usual: &str| -> Result<Option<PathBuf>, ConnectError> {
        match given.get(keyword).map(PathBuf::from) {
            Some(path) if path.is_file() => Ok(Some(path)),
            Some(path) => Err(parameter(
                keyword,
                format!("there is no file {}", path.display()),
            )),
            None => {
                let path = environment
                    .home()
                    .map(|home| home.join(".postgresql").join(usual));
                Ok(path.filter(|path| path.is_file()))
            }
        }
    };
    Ok(TlsFiles {
        roots: if system_roots {
            None
        } else {
            file("sslrootcert", "root.crt")?
        },
        system_roots,
        certificate: file("sslcert", "postgresql.crt")?,
        key: file("sslkey", "postgresql.key")?,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment {
            variables: variables
                .iter()
                .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
                .collect(),
            home: None,
            user: Some("me".to_owned()),
            socket_directories: Vec::new(),
        }
    }

    fn resolve(
        conninfo: &str,
        variables: &[(&str, &str)],
    ) -> Result<ConnectionSettings, ConnectError> {
        ConnectionSettings::resolve(conninfo, &environment(variables))
    }

    #[test]
    fn the_string_comes_before_the_environment_and_defaults_follow() {
        let variables = [
            ("PGHOST", "there"),
            ("PGPORT", "6000"),
            ("PGDATABASE", "d"),
            ("PGUSER", ""),
        ];
        let settings = resolve("host=here", &variables).unwrap();
        assert_eq!(
            settings.to_string(),
            "host=here port=6000 user=me dbname=d sslmode=prefer"
        );
        let settings = resolve("", &[]).unwrap();
        assert_eq!(
            settings.to_string(),
            "host=localhost port=5432 user=me dbname=me sslmode=prefer"
        );
    }

    #[test]
    fn several_hosts_have_their_own_ports() {
        let settings = resolve("postgres://a:1,b/x", &[]).unwrap();
        assert_eq!(
            settings.to_string(),
            "host=a,b port=1,5432 user=me dbname=x sslmode=prefer"
        );
        assert!(resolve("host=a,b,c port=1,2", &[]).is_err());
    }

    #[test]
    fn passwords_are_used_and_never_shown() {
        let settings = resolve("host=h password=hush", &[("PGPASSWORD", "other")]).unwrap();
        assert_eq!(
            settings.password_for(&settings.hosts[0]).as_deref(),
            Some("hush")
        );
        let shown = format!(
            "{settings} {settings:?} {:?}",
            environment(&[("PGPASSWORD", "hush")])
        );
        assert!(!shown.contains("hush"), "{shown}");
    }

    #[test]
    fn mistaken_and_unsupported_parameters_are_named() {
        for (conninfo, part) in [
            ("port=abc", "`abc` is not a port number"),
            ("sslmode=strict", "not one of disable, allow, prefer"),
            ("connect_timeout=soon", "not a number"),
            ("require_auth=scram-sha-256", "not supported"),
            ("gssencmode=require", "not supported"),
            ("client_encoding=latin1", "always UTF8"),
            ("sslrootcert=/nowhere/root.crt", "there is no file"),
            ("sslrootcert=system sslmode=require", "too weak"),
            ("sslnegotiation=direct", "needs require"),
            ("service=unknown", "is not defined"),
        ] {
            let error = resolve(conninfo, &[]).unwrap_err().to_string();
            assert!(error.contains(part), "{conninfo}: {error}");
        }
    }
}
