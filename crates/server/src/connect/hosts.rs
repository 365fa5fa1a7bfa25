//! The places to try, out of the lists that host, hostaddr and port may be.

use std::net::IpAddr;

use super::ConnectError;
use super::conninfo::Parameters;
use super::environment::Environment;
use super::settings::parameter;

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

pub(super) fn hosts(
    given: &Parameters,
    environment: &Environment,
) -> Result<Vec<Host>, ConnectError> {
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
