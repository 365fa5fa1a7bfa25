//! The account that a sandbox's server runs under: our own, or an unprivileged one when we are root,
//! because PostgreSQL refuses to run as root.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use super::SandboxError;

/// A user the server can run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// The account for this process: `None` when it is not root and the server simply runs as we do.
    pub(crate) fn needed() -> Result<Option<Account>, SandboxError> {
        if !rustix::process::geteuid().is_root() {
            return Ok(None);
        }
        let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
        ["postgres", "nobody"]
            .iter()
            .find_map(|name| Account::parse(&passwd, name))
            .map(Some)
            .ok_or(SandboxError::NoAccount)
    }

    fn parse(passwd: &str, name: &str) -> Option<Account> {
        passwd.lines().find_map(|line| {
            let mut fields = line.split(':');
            if fields.next()? != name {
                return None;
            }
            let mut numbers = fields.skip(1).map(str::parse::<u32>);
            let (uid, gid) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
            (uid != 0).then_some(Account { uid, gid })
        })
    }

    /// Makes `command` run under this account. The standard library drops the supplementary groups
    /// along with the user identity.
    pub(crate) fn drop_to(self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }

    /// Gives a file or directory to this account, links included.
    pub(crate) fn give(self, path: &Path) -> std::io::Result<()> {
        std::os::unix::fs::lchown(path, Some(self.uid), Some(self.gid))
    }

    /// Gives an open file to this account.
    pub(crate) fn give_file(self, file: &std::fs::File) -> std::io::Result<()> {
        std::os::unix::fs::fchown(file, Some(self.uid), Some(self.gid))
    }

    /// Whether this account may pass through every directory down to `path`.
    pub(crate) fn can_reach(self, path: &Path) -> bool {
        path.ancestors().all(|directory| {
            directory.as_os_str().is_empty()
                || std::fs::metadata(directory).is_ok_and(|metadata| {
                    let mode = metadata.permissions().mode();
                    let bit = match () {
                        () if metadata.uid() == self.uid => 0o100,
                        () if metadata.gid() == self.gid => 0o010,
                        () => 0o001,
                    };
                    mode & bit != 0
                })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_are_read_from_passwd_and_root_is_never_one() {
        let passwd =
            "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533:n:/:/bin/false\nbad:x:0:0::/:\n";
        assert_eq!(
            Account::parse(passwd, "nobody"),
            Some(Account {
                uid: 65534,
                gid: 65533
            })
        );
        assert_eq!(Account::parse(passwd, "postgres"), None);
        assert_eq!(Account::parse(passwd, "bad"), None);
    }
}
