//! Connections by libpq's conventions: connection strings, `PG*` variables, password and service
//! files, Unix sockets, the six sslmodes.

mod conninfo;
mod environment;
mod files;
mod hosts;
mod settings;
mod tls;

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use postgres::error::SqlState;
use postgres::{Client, NoTls};

pub use environment::Environment;
pub use settings::{ConnectionSettings, SslMode};

use hosts::Host;
use settings::SessionAttributes;

/// Why a connection could not be made. No variant holds a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// The connection string is malformed.
    #[error("connection string: {problem}")]
    Syntax {
        /// What is wrong with it.
        problem: String,
    },
    /// A parameter has a value that it cannot have, or asks for what is not supported.
    #[error("connection parameter {keyword}: {problem}")]
    Parameter {
        /// The parameter.
        keyword: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A service file is malformed.
    #[error("{}:{line}: {problem}", .path.display())]
    ServiceFile {
        /// The file.
        path: PathBuf,
        /// The line, counted from 1.
        line: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// No file defines the service.
    #[error(
        "service \"{name}\" is not defined\n\
         hint: define it as [{name}] in ~/.pg_service.conf, or set PGSERVICEFILE"
    )]
    NoService {
        /// The service.
        name: String,
    },
    /// A file that was named cannot be read.
    #[error("{}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A certificate or key cannot be used.
    #[error("TLS: {problem}")]
    Tls {
        /// What is wrong.
        problem: String,
    },
    /// The server's certificate is to be checked and there is nothing to check it by.
    #[error(
        "sslmode={mode} needs a root certificate\n\
         hint: put it at ~/.postgresql/root.crt, name it with sslrootcert, or set sslrootcert=system"
    )]
    NoRootCertificate {
        /// The mode asked for.
        mode: SslMode,
    },
    /// No server let us in; the last one's answer.
    #[error("connecting to {target}: {}", crate::script::describe(.source))]
    Refused {
        /// Host, port, user and database.
        target: String,
        /// What the server or the system said.
        source: postgres::Error,
    },
    /// Servers answered, and none is as target_session_attrs demands.
    #[error("no server is {wanted}, as target_session_attrs demands")]
    SessionAttributes {
        /// What was demanded.
        wanted: &'static str,
    },
}

/// Connects to where a connection string and this process's environment lead.
///
/// # Errors
/// See [`ConnectError`]; none tells a password.
pub fn connect(conninfo: &str) -> Result<Client, ConnectError> {
    ConnectionSettings::resolve(conninfo, &Environment::of_process())?.connect()
}

/// Quotes a value of a keyword/value connection string.
pub fn quote_value(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}

impl ConnectionSettings {
    /// Tries each host in turn, as libpq does.
    pub fn connect(&self) -> Result<Client, ConnectError> {
        let mut last = None;
        let mut second_choice = None;
        for host in &self.hosts {
            match self.connect_to(host) {
                Ok(mut client) => match self.has_wanted_attributes(&mut client, host)? {
                    true => return Ok(client),
                    false => second_choice = second_choice.or(Some(client)),
                },
                // A password that is wrong here will not do elsewhere either, but libpq tries on.
                Err(error) => last = Some(error),
            }
        }
        match (second_choice, last) {
            (Some(client), _) if self.attributes == SessionAttributes::PreferStandby => Ok(client),
            (Some(_), _) => Err(ConnectError::SessionAttributes {
                wanted: self.attributes.describe(),
            }),
            (None, Some(error)) => Err(error),
            (None, None) => Err(ConnectError::Syntax {
                problem: "no host".to_owned(),
            }),
        }
    }

    fn connect_to(&self, host: &Host) -> Result<Client, ConnectError> {
        use postgres::config::SslMode as Transport;
        let unix = host.is_unix();
        // Whether to try encrypted, plain, or one and then the other.
        let attempts: &[Transport] = match self.ssl_mode {
            _ if unix => &[Transport::Disable],
            SslMode::Disable => &[Transport::Disable],
            SslMode::Allow => &[Transport::Disable, Transport::Require],
            SslMode::Prefer => &[Transport::Prefer, Transport::Disable],
            _ => &[Transport::Require],
        };
        let mut result = None;
        for transport in attempts {
            let attempt = self.attempt(host, *transport)?;
            // Only pg_hba.conf's refusal of this kind of transport makes the other worth trying.
            let refused = matches!(&attempt, Err(error)
                if error.code() == Some(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION));
            result = Some(attempt);
            if !refused {
                break;
            }
        }
        let target = self.describe(host);
        match result {
            Some(Ok(client)) => Ok(client),
            Some(Err(source)) => Err(ConnectError::Refused { target, source }),
            None => Err(ConnectError::Syntax {
                problem: "no transport".to_owned(),
            }),
        }
    }

    fn attempt(
        &self,
        host: &Host,
        transport: postgres::config::SslMode,
    ) -> Result<Result<Client, postgres::Error>, ConnectError> {
        let mut config = self.config(host);
        config.ssl_mode(transport);
        if transport == postgres::config::SslMode::Disable {
            return Ok(config.connect(NoTls));
        }
        Ok(config.connect(tls::connector(self.ssl_mode, &self.tls)?))
    }

    fn config(&self, host: &Host) -> postgres::Config {
        let mut config = postgres::Config::new();
        config.user(&self.user).dbname(&self.dbname).port(host.port);
        config.application_name(&self.application_name);
        #[cfg(unix)]
        if host.is_unix() {
            config.host_path(&host.name);
        }
        if !host.is_unix() {
            config.host(&host.name);
            host.address.into_iter().for_each(|address| {
                config.hostaddr(address);
            });
        }
        if let Some(password) = self.password_for(host) {
            config.password(password);
        }
        if let Some(options) = &self.options {
            config.options(options);
        }
        if let Some(timeout) = self.connect_timeout {
            config.connect_timeout(timeout);
        }
        if self.direct_tls {
            config.ssl_negotiation(postgres::config::SslNegotiation::Direct);
        }
        config.channel_binding(self.channel_binding);
        config.keepalives(self.keepalives);
        if let Some(idle) = self.keepalives_idle {
            config.keepalives_idle(idle);
        }
        config
    }

    fn has_wanted_attributes(
        &self,
        client: &mut Client,
        host: &Host,
    ) -> Result<bool, ConnectError> {
        let sql = match self.attributes {
            SessionAttributes::Any => return Ok(true),
            SessionAttributes::ReadWrite => {
                "SELECT NOT pg_is_in_recovery() \
                 AND current_setting('default_transaction_read_only') = 'off'"
            }
            SessionAttributes::ReadOnly => {
                "SELECT pg_is_in_recovery() \
                 OR current_setting('default_transaction_read_only') = 'on'"
            }
            SessionAttributes::Primary => "SELECT NOT pg_is_in_recovery()",
            SessionAttributes::Standby | SessionAttributes::PreferStandby => {
                "SELECT pg_is_in_recovery()"
            }
        };
        client
            .query_one(sql, &[])
            .and_then(|row| row.try_get(0))
            .map_err(|source| ConnectError::Refused {
                target: self.describe(host),
                source,
            })
    }
}

impl fmt::Display for SslMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SslMode::Disable => "disable",
            SslMode::Allow => "allow",
            SslMode::Prefer => "prefer",
            SslMode::Require => "require",
            SslMode::VerifyCa => "verify-ca",
            SslMode::VerifyFull => "verify-full",
        })
    }
}

/// libpq's zero is no limit, and it raises one second to two.
fn timeout(seconds: i64) -> Option<Duration> {
    u64::try_from(seconds)
        .ok()
        .filter(|s| *s > 0)
        .map(|s| Duration::from_secs(s.max(2)))
}
