//! Which PostgreSQL servers this machine has: their version, directory and where they were found.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The oldest major version that pgwright works with.
pub const OLDEST_MAJOR: u32 = 14;

/// The environment variable that stands in for `--pg-bin`.
pub const PG_BIN_VARIABLE: &str = "PGWRIGHT_PG_BIN";

/// Where an installation was found, in the order in which places are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// Named by `--pg-bin` or `PGWRIGHT_PG_BIN`.
    Named,
    /// Brought by `pgwright postgres install`.
    Installed,
    /// A distribution's package: `/usr/lib/postgresql/*/bin`, `/usr/pgsql-*/bin`.
    Distribution,
    /// What `pg_config --bindir` answers.
    PgConfig,
    /// A directory of `PATH`.
    Path,
    /// Homebrew.
    Homebrew,
    /// Postgres.app.
    PostgresApp,
    /// Windows' `Program Files`.
    ProgramFiles,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Source::Named => "--pg-bin",
            Source::Installed => "pgwright",
            Source::Distribution => "distribution",
            Source::PgConfig => "pg_config",
            Source::Path => "PATH",
            Source::Homebrew => "Homebrew",
            Source::PostgresApp => "Postgres.app",
            Source::ProgramFiles => "Program Files",
        })
    }
}

/// One set of PostgreSQL server binaries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The major version, as in 18.
    pub major: u32,
    /// The full version, as in `18.4` or `19beta1`.
    pub version: String,
    /// The directory that holds `postgres` and `initdb`.
    pub bin_dir: PathBuf,
    /// How it was found.
    pub source: Source,
}

impl Installation {
    /// Looks at one directory: `None` when it holds no server that runs.
    ///
    /// Debian's `pg_config` and `PATH` lead to wrappers and links, so the directory is resolved: one
    /// installation has one path.
    pub fn at(bin_dir: &Path, source: Source) -> Option<Installation> {
        let bin_dir = bin_dir.canonicalize().ok()?;
        let postgres = bin_dir.join(executable("postgres"));
        if !postgres.is_file() || !bin_dir.join(executable("initdb")).is_file() {
            return None;
        }
        let output = Command::new(&postgres)
            .arg("--version")
            .stdin(Stdio::null())
            .stderr(Stdio::null())
            .output()
            .ok()?;
        let (major, version) = parse_version(&String::from_utf8_lossy(&output.stdout))?;
        Some(Installation {
            major,
            version,
            bin_dir,
            source,
        })
    }

    /// Whether pgwright works with this major version.
    pub fn is_supported(&self) -> bool {
        self.major >= OLDEST_MAJOR
    }

    /// The path of one of its programs, as in `program("initdb")`.
    pub fn program(&self, name: &str) -> PathBuf {
        self.bin_dir.join(executable(name))
    }
}

impl fmt::Display for Installation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "PostgreSQL {} ({})",
            self.version,
            self.bin_dir.display()
        )
    }
}

/// Why the servers asked for are not to be had.
#[derive(Debug, thiserror::Error)]
pub enum DiscoverError {
    /// `--pg-bin` names a directory without a server.
    #[error(
        "{} (from {PG_BIN_VARIABLE} or --pg-bin) holds no PostgreSQL server\n\
         hint: name the directory that holds `postgres` and `initdb`", .path.display()
    )]
    NotAServer {
        /// The directory as it was given.
        path: PathBuf,
    },
    /// No server at all, or none of a supported version.
    #[error(
        "no PostgreSQL server found\n\
         hint: `pgwright postgres install 18` brings one, or name yours with --pg-bin"
    )]
    None,
    /// No server of the version asked for.
    #[error(
        "no PostgreSQL {major} server found (found: {found})\n\
         hint: `pgwright postgres install {major}` brings one, or name yours with --pg-bin"
    )]
    NoSuchMajor {
        /// The major version asked for.
        major: u32,
        /// The versions there are.
        found: String,
    },
}

/// Lists every server found, newest major version first, and within one the places in the order of
/// [`Source`].
///
/// `pg_bin` is the value of `--pg-bin`; without it the environment variable `PGWRIGHT_PG_BIN` counts.
/// Both may hold several directories, separated as in `PATH`.
///
/// # Errors
/// A directory named explicitly that holds no server is an error; a place searched on the way is not.
pub fn discover(pg_bin: Option<&OsStr>) -> Result<Vec<Installation>, DiscoverError> {
    let named = pg_bin
        .map(OsString::from)
        .or_else(|| std::env::var_os(PG_BIN_VARIABLE));
    let mut found = Vec::new();
    for path in named
        .iter()
        .flat_map(|value| std::env::split_paths(value).collect::<Vec<_>>())
    {
        if path.as_os_str().is_empty() {
            continue;
        }
        match Installation::at(&path, Source::Named)
            .or_else(|| Installation::at(&path.join("bin"), Source::Named))
        {
            Some(installation) => found.push(installation),
            None => return Err(DiscoverError::NotAServer { path }),
        }
    }
    let mut seen: BTreeSet<PathBuf> = found.iter().map(|i| i.bin_dir.clone()).collect();
    for (path, source) in places() {
        let Ok(resolved) = path.canonicalize() else {
            continue;
        };
        if seen.insert(resolved) {
            found.extend(Installation::at(&path, source));
        }
    }
    // Stable: within one major version and source the order of the search stays.
    found.sort_by(|a, b| b.major.cmp(&a.major).then(a.source.cmp(&b.source)));
    Ok(found)
}

/// Picks the servers to work with from what [`discover`] listed: one for each major version asked for,
/// newest first.
///
/// When no version is asked for, those named with `--pg-bin` are taken, or, without any, one of each
/// supported version found.
pub fn select(found: &[Installation], majors: &[u32]) -> Result<Vec<Installation>, DiscoverError> {
    let mut chosen: Vec<Installation> = Vec::new();
    if majors.is_empty() {
        let named = found.iter().any(|i| i.source == Source::Named);
        for installation in found {
            let wanted = installation.is_supported()
                && (!named || installation.source == Source::Named)
                && chosen.iter().all(|i| i.major != installation.major);
            if wanted {
                chosen.push(installation.clone());
            }
        }
        if chosen.is_empty() {
            return Err(DiscoverError::None);
        }
        return Ok(chosen);
    }
    for &major in majors {
        match found.iter().find(|i| i.major == major) {
            Some(i) if chosen.iter().all(|c| c.major != major) => chosen.push(i.clone()),
            Some(_) => {}
            None if found.is_empty() => return Err(DiscoverError::None),
            None => {
                let found: BTreeSet<u32> = found.iter().map(|i| i.major).collect();
                let found: Vec<String> = found.iter().map(u32::to_string).collect();
                return Err(DiscoverError::NoSuchMajor {
                    major,
                    found: found.join(", "),
                });
            }
        }
    }
    chosen.sort_by_key(|i| std::cmp::Reverse(i.major));
    Ok(chosen)
}

/// Every directory that may hold a server, in the order in which they count.
fn places() -> Vec<(PathBuf, Source)> {
    let mut places = Vec::new();
    let mut add =
        |paths: Vec<PathBuf>, source| places.extend(paths.into_iter().map(|p| (p, source)));
    if let Some(home) = crate::paths::data_home() {
        add(
            subdirectories(&home.join("postgres"), "", "bin"),
            Source::Installed,
        );
    }
    add(
        subdirectories(Path::new("/usr/lib/postgresql"), "", "bin"),
        Source::Distribution,
    );
    add(
        subdirectories(Path::new("/usr"), "pgsql-", "bin"),
        Source::Distribution,
    );
    add(pg_config_bindir().into_iter().collect(), Source::PgConfig);
    if let Some(path) = std::env::var_os("PATH") {
        add(std::env::split_paths(&path).collect(), Source::Path);
    }
    for prefix in [
        "/opt/homebrew/opt",
        "/usr/local/opt",
        "/home/linuxbrew/.linuxbrew/opt",
    ] {
        add(
            subdirectories(Path::new(prefix), "postgresql", "bin"),
            Source::Homebrew,
        );
    }
    let app = Path::new("/Applications/Postgres.app/Contents/Versions");
    add(subdirectories(app, "", "bin"), Source::PostgresApp);
    if let Some(files) = std::env::var_os("ProgramFiles") {
        let files = PathBuf::from(files).join("PostgreSQL");
        add(subdirectories(&files, "", "bin"), Source::ProgramFiles);
    }
    places
}

/// `parent/<prefix>*/below`, in the order of names, highest first.
fn subdirectories(parent: &Path, prefix: &str, below: &str) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(parent) else {
        return Vec::new();
    };
    let mut names: Vec<OsString> = entries.filter_map(|e| Some(e.ok()?.file_name())).collect();
    names.retain(|name| {
        name.to_str()
            .is_some_and(|name| name.starts_with(prefix) && !name.starts_with('.'))
    });
    names.sort();
    names
        .into_iter()
        .rev()
        .map(|name| parent.join(name).join(below))
        .collect()
}

fn pg_config_bindir() -> Option<PathBuf> {
    let output = Command::new("pg_config")
        .arg("--bindir")
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .output();
    let output = String::from_utf8(output.ok()?.stdout).ok()?;
    let path = output.trim();
    (!path.is_empty()).then(|| PathBuf::from(path))
}

/// `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)` → `(15, "15.13")`.
fn parse_version(output: &str) -> Option<(u32, String)> {
    let version = output
        .split_once("(PostgreSQL) ")?
        .1
        .split_whitespace()
        .next()?;
    let digits: String = version.chars().take_while(char::is_ascii_digit).collect();
    Some((digits.parse().ok()?, version.to_owned()))
}

fn executable(name: &str) -> String {
    format!("{name}{}", std::env::consts::EXE_SUFFIX)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn installation(major: u32, source: Source) -> Installation {
        let bin_dir = PathBuf::from(format!("/pg/{major}/{source}"));
        Installation {
            major,
            version: format!("{major}.1"),
            bin_dir,
            source,
        }
    }

    #[test]
    fn versions_are_read_from_what_postgres_prints() {
        let parse = |text| parse_version(text).unwrap();
        assert_eq!(
            parse("postgres (PostgreSQL) 18.4\n"),
            (18, "18.4".to_owned())
        );
        assert_eq!(
            parse("postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)\n"),
            (15, "15.13".to_owned())
        );
        assert_eq!(
            parse("postgres (PostgreSQL) 19beta2\n"),
            (19, "19beta2".to_owned())
        );
        assert_eq!(parse_version("something else 1.2"), None);
    }

    #[test]
    fn without_a_version_asked_for_one_of_each_supported_version_is_taken() {
        let found = [
            installation(18, Source::Installed),
            installation(18, Source::Distribution),
            installation(15, Source::Distribution),
            installation(12, Source::Path),
        ];
        let chosen = select(&found, &[]).unwrap();
        assert_eq!(chosen, [found[0].clone(), found[2].clone()]);
    }

    #[test]
    fn servers_named_explicitly_are_the_only_ones_unless_a_version_is_asked_for() {
        let found = [
            installation(18, Source::Installed),
            installation(16, Source::Named),
        ];
        assert_eq!(select(&found, &[]).unwrap(), [found[1].clone()]);
        assert_eq!(select(&found, &[16, 18]).unwrap(), found);
    }

    #[test]
    fn a_missing_version_is_named_with_what_there_is() {
        let found = [
            installation(18, Source::Installed),
            installation(15, Source::Distribution),
        ];
        let error = select(&found, &[17]).unwrap_err().to_string();
        assert!(
            error.contains("no PostgreSQL 17 server found (found: 15, 18)"),
            "{error}"
        );
        assert!(matches!(select(&[], &[]), Err(DiscoverError::None)));
    }

    #[test]
    fn a_named_directory_without_a_server_is_an_error() {
        let error = discover(Some(OsStr::new("/nowhere/at/all")))
            .unwrap_err()
            .to_string();
        assert!(error.contains("/nowhere/at/all"), "{error}");
    }
}
