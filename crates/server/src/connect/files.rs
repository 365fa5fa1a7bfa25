//! The password file and the service file.

use std::path::{Path, PathBuf};

use super::conninfo::{Parameters, check_keyword};
use super::{ConnectError, Environment};

/// The password for a connection out of the text of a password file (manual, "The Password File"):
/// `host:port:database:user:password` a line, `*` matching anything, `\` escaping.
pub(super) fn password(
    text: &str,
    host: &str,
    port: &str,
    database: &str,
    user: &str,
) -> Option<String> {
    let wanted = [host, port, database, user];
    text.lines()
        .filter(|line| !line.starts_with('#'))
        .find_map(|line| {
            let mut fields = Fields {
                rest: Some(line.trim_end_matches('\r')),
            };
            for wanted in wanted {
                let (field, escaped) = fields.take(true)?;
                let any = field == "*" && !escaped;
                if !any && field != wanted {
                    return None;
                }
            }
            fields.take(false).map(|(password, _)| password)
        })
}

struct Fields<'a> {
    rest: Option<&'a str>,
}

impl Fields<'_> {
    /// The next field with its escapes resolved, and whether it had any; the last takes colons as they
    /// are.
    fn take(&mut self, until_colon: bool) -> Option<(String, bool)> {
        let text = self.rest.take()?;
        let (mut field, mut escaped) = (String::new(), false);
        let mut characters = text.char_indices();
        while let Some((at, character)) = characters.next() {
            match character {
                '\\' => {
                    escaped = true;
                    field.extend(characters.next().map(|(_, character)| character));
                }
                ':' if until_colon => {
                    self.rest = Some(&text[at + 1..]);
                    return Some((field, escaped));
                }
                _ => field.push(character),
            }
        }
        (!until_colon).then_some((field, escaped))
    }
}

/// Reads the password file, unless others may read it, in which case it is not used and that is said.
pub(super) fn read_passfile(path: &Path) -> (Option<String>, Option<String>) {
    let Ok(metadata) = std::fs::metadata(path) else {
        return (None, None);
    };
    if !metadata.is_file() {
        return (None, None);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        if metadata.permissions().mode() & 0o077 != 0 {
            let warning = format!(
                "password file {} is not used: others may read it (hint: chmod 600)",
                path.display()
            );
            return (None, Some(warning));
        }
    }
    (std::fs::read_to_string(path).ok(), None)
}

/// The parameters of a service: from the user's file, else from the system's.
pub(super) fn service(
    name: &str,
    file: Option<&str>,
    environment: &Environment,
) -> Result<Parameters, ConnectError> {
    let named = file
        .or_else(|| environment.variable("PGSERVICEFILE"))
        .map(PathBuf::from);
    let explicit = named.is_some();
    let own = named.or_else(|| environment.home().map(|home| home.join(".pg_service.conf")));
    let system = environment
        .variable("PGSYSCONFDIR")
        .unwrap_or("/etc/postgresql-common");
    let system = Path::new(system).join("pg_service.conf");
    for (path, required) in own
        .into_iter()
        .map(|path| (path, explicit))
        .chain([(system, false)])
    {
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                if let Some(parameters) = service_in(&text, name, &path)? {
                    return Ok(parameters);
                }
            }
            Err(source) if required => return Err(ConnectError::File { path, source }),
            Err(_) => {}
        }
    }
    Err(ConnectError::NoService {
        name: name.to_owned(),
    })
}

fn service_in(text: &str, name: &str, path: &Path) -> Result<Option<Parameters>, ConnectError> {
    let mut parameters: Option<Parameters> = None;
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        let bad = |problem: String| ConnectError::ServiceFile {
            path: path.to_owned(),
            line: number + 1,
            problem,
        };
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(header) = line.strip_prefix('[') {
            if parameters.is_some() {
                break;
            }
            if header.strip_suffix(']') == Some(name) {
                parameters = Some(Parameters::new());
            }
            continue;
        }
        let Some(parameters) = parameters.as_mut() else {
            continue;
        };
        let Some((keyword, value)) = line.split_once('=') else {
            return Err(bad("`keyword=value` expected".to_owned()));
        };
        let keyword = keyword.trim_end();
        check_keyword(keyword).map_err(|error| bad(error.to_string()))?;
        if keyword == "service" || keyword == "servicefile" {
            return Err(bad("a service cannot name another".to_owned()));
        }
        // The first one counts.
        parameters
            .entry(keyword.to_owned())
            .or_insert_with(|| value.trim_start().to_owned());
    }
    Ok(parameters)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn the_first_matching_line_of_a_password_file_counts() {
        let text = "# comment\nother:5432:*:me:no\n*:5432:db:me:p\\:a\\\\ss:word\n*:*:*:*:any\n";
        let find = |host, port, user| password(text, host, port, "db", user);
        assert_eq!(find("here", "5432", "me").as_deref(), Some("p:a\\ss:word"));
        assert_eq!(find("other", "5432", "me").as_deref(), Some("no"));
        assert_eq!(find("here", "5433", "you").as_deref(), Some("any"));
        assert_eq!(password("a:b", "a", "b", "c", "d"), None);
    }

    #[test]
    fn services_are_read_and_mistakes_located() {
        let text = "[one]\nhost=a\n\n# x\n[two]\nhost = b\nport=1\nport=2\n[three]\n";
        let path = Path::new("services");
        let two = service_in(text, "two", path).unwrap().unwrap();
        assert_eq!(two.get("host").map(String::as_str), Some("b"));
        assert_eq!(two.get("port").map(String::as_str), Some("1"));
        assert!(service_in(text, "four", path).unwrap().is_none());
        let error = service_in("[a]\nnonsense\n", "a", path)
            .unwrap_err()
            .to_string();
        assert!(error.contains("services:2"), "{error}");
    }
}
