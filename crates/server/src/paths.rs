//! The directories pgwright keeps things in: installed servers, initialised clusters, running
//! sandboxes.

use std::path::PathBuf;

/// Where `pgwright postgres install` puts servers: `PGWRIGHT_HOME`, else the user's data directory.
///
/// Root's home is closed to the unprivileged account that the server must run under, so root has
/// `/var/lib/pgwright` instead. `scripts/setup` gives the same answer.
///
/// `None` when neither the environment nor a home directory says where that is.
pub fn data_home() -> Option<PathBuf> {
    if let Some(home) = directory_variable("PGWRIGHT_HOME") {
        return Some(home);
    }
    #[cfg(unix)]
    if rustix::process::geteuid().is_root() {
        return Some(PathBuf::from("/var/lib/pgwright"));
    }
    if let Some(data) = directory_variable("XDG_DATA_HOME") {
        return Some(data.join("pgwright"));
    }
    if cfg!(windows) {
        return Some(directory_variable("LOCALAPPDATA")?.join("pgwright"));
    }
    Some(home()?.join(".local/share/pgwright"))
}

/// Where initialised clusters are kept between runs, best first; the first that can be written counts.
///
/// `PGWRIGHT_CACHE` goes before the user's cache directory. Root's own home is closed to the account
/// that the server runs under, so root uses the system's cache.
pub(crate) fn cache_homes(as_root: bool) -> Vec<PathBuf> {
    let mut homes = Vec::new();
    homes.extend(directory_variable("PGWRIGHT_CACHE"));
    if as_root {
        homes.push(PathBuf::from("/var/cache/pgwright"));
    } else {
        homes.extend(directory_variable("XDG_CACHE_HOME").map(|cache| cache.join("pgwright")));
        homes.extend(home().map(|home| home.join(".cache/pgwright")));
    }
    homes
}

/// The user's home directory.
pub(crate) fn home() -> Option<PathBuf> {
    directory_variable(if cfg!(windows) { "USERPROFILE" } else { "HOME" })
}

/// A directory named by the environment. The XDG base directory specification has relative paths
/// ignored.
fn directory_variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name)
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
}
