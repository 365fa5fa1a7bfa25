//! From a connection string, a service and the environment to the settings of a connection.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use postgres::config::ChannelBinding;

use super::conninfo::{self, Parameters};
use super::environment::{Environment, VARIABLES};
use super::hosts::{Host, hosts};
use super::tls::TlsFiles;
use super::{ConnectError, files, timeout};

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

pub(super) fn parameter(keyword: &'static str, problem: impl Into<String>) -> ConnectError {
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

    fn resolve(
        conninfo: &str,
        variables: &[(&str, &str)],
    ) -> Result<ConnectionSettings, ConnectError> {
        ConnectionSettings::resolve(conninfo, &Environment::for_test(variables))
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
            Environment::for_test(&[("PGPASSWORD", "hush")])
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
