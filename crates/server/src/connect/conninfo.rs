//! Connection strings in both of libpq's forms, as parameters by keyword.

use std::collections::BTreeMap;

use super::ConnectError;

/// The keywords of libpq (manual, section "Parameter Key Words"), up to 18.
pub(super) const KEYWORDS: [&str; 50] = [
    "application_name",
    "channel_binding",
    "client_encoding",
    "connect_timeout",
    "dbname",
    "fallback_application_name",
    "gssdelegation",
    "gssencmode",
    "gsslib",
    "host",
    "hostaddr",
    "keepalives",
    "keepalives_count",
    "keepalives_idle",
    "keepalives_interval",
    "krbsrvname",
    "load_balance_hosts",
    "max_protocol_version",
    "min_protocol_version",
    "oauth_client_id",
    "oauth_client_secret",
    "oauth_issuer",
    "oauth_scope",
    "options",
    "passfile",
    "password",
    "port",
    "replication",
    "require_auth",
    "requirepeer",
    "scram_client_key",
    "scram_server_key",
    "service",
    "servicefile",
    "ssl_max_protocol_version",
    "ssl_min_protocol_version",
    "sslcert",
    "sslcertmode",
    "sslcompression",
    "sslcrl",
    "sslcrldir",
    "sslkey",
    "sslkeylogfile",
    "sslmode",
    "sslnegotiation",
    "sslpassword",
    "sslrootcert",
    "sslsni",
    "target_session_attrs",
    "user",
];

/// Parameters of a connection by keyword; what the map holds includes secrets.
pub(super) type Parameters = BTreeMap<String, String>;

/// Parses `postgres://…` or `host=… dbname=…`. An empty text has no parameters.
///
/// Errors never quote the text, which may hold a password.
pub(super) fn parse(text: &str) -> Result<Parameters, ConnectError> {
    let text = text.trim();
    match text
        .strip_prefix("postgres://")
        .or_else(|| text.strip_prefix("postgresql://"))
    {
        Some(rest) => parse_url(rest),
        None => parse_keywords(text),
    }
}

fn syntax(problem: impl Into<String>) -> ConnectError {
    ConnectError::Syntax {
        problem: problem.into(),
    }
}

pub(super) fn check_keyword(keyword: &str) -> Result<(), ConnectError> {
    if KEYWORDS.contains(&keyword) {
        return Ok(());
    }
    // Only what can be a keyword is repeated: an unquoted password with a space ends up here.
    let plain = keyword.len() <= 30 && keyword.chars().all(|c| c.is_ascii_lowercase() || c == '_');
    Err(syntax(if plain && !keyword.is_empty() {
        format!("unknown parameter `{keyword}`")
    } else {
        "unknown parameter; values with spaces must be quoted: password='two words'".to_owned()
    }))
}

/// `keyword = value` pairs; values may be quoted, backslashes escape.
fn parse_keywords(text: &str) -> Result<Parameters, ConnectError> {
    let mut parameters = Parameters::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_whitespace())
            .unwrap_or(rest.len());
        let keyword = &rest[..end];
        let after = rest[end..].trim_start();
        check_keyword(keyword)?;
        let Some(after) = after.strip_prefix('=') else {
            return Err(syntax(format!("`=` is missing after `{keyword}`")));
        };
        let (value, after) = value(after.trim_start())
            .ok_or_else(|| syntax(format!("the quoted value of `{keyword}` does not end")))?;
        parameters.insert(keyword.to_owned(), value);
        rest = after.trim_start();
    }
    Ok(parameters)
}

/// A value, quoted or up to the next blank, and what follows it.
fn value(text: &str) -> Option<(String, &str)> {
    let quoted = text.starts_with('\'');
    let mut value = String::new();
    let mut characters = text.char_indices().skip(usize::from(quoted));
    while let Some((at, character)) = characters.next() {
        match character {
            '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Some((value, &text[at + 1..])),
            _ if !quoted && character.is_whitespace() => return Some((value, &text[at..])),
            _ => value.push(character),
        }
    }
    (!quoted).then_some((value, ""))
}

/// `[user[:password]@][host[:port][,…]][/dbname][?keyword=value&…]`.
fn parse_url(rest: &str) -> Result<Parameters, ConnectError> {
    let mut parameters = Parameters::new();
    let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
    // The password may hold a slash or an at sign only when encoded, as libpq has it for the slash; an
    // at sign is taken from the right, because people forget.
    let (authority, database) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (Some(credentials), hosts),
        None => (None, authority),
    };
    if let Some(credentials) = credentials {
        let (user, password) = credentials.split_once(':').unwrap_or((credentials, ""));
        insert(&mut parameters, "user", user)?;
        insert(&mut parameters, "password", password)?;
    }
    let (mut names, mut ports) = (Vec::new(), Vec::new());
    for part in hosts.split(',') {
        let (name, port) = match part.strip_prefix('[') {
            Some(literal) => {
                let (address, after) = literal
                    .split_once(']')
                    .ok_or_else(|| syntax("`]` is missing after an IPv6 address"))?;
                (address, after.strip_prefix(':').unwrap_or(""))
            }
            None => part.split_once(':').unwrap_or((part, "")),
        };
        names.push(decode(name, "host")?);
        ports.push(port.to_owned());
    }
    if names.iter().any(|name| !name.is_empty()) {
        parameters.insert("host".to_owned(), names.join(","));
    }
    if ports.iter().any(|port| !port.is_empty()) {
        parameters.insert("port".to_owned(), ports.join(","));
    }
    insert(&mut parameters, "dbname", database)?;
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (keyword, value) = pair
            .split_once('=')
            .ok_or_else(|| syntax("a parameter behind `?` has no value"))?;
        // JDBC's spelling, which libpq takes too.
        if (keyword, value) == ("ssl", "true") {
            parameters.insert("sslmode".to_owned(), "require".to_owned());
            continue;
        }
        check_keyword(keyword)?;
        parameters.insert(keyword.to_owned(), decode(value, keyword)?);
    }
    Ok(parameters)
}

fn insert(parameters: &mut Parameters, keyword: &str, text: &str) -> Result<(), ConnectError> {
    if !text.is_empty() {
        parameters.insert(keyword.to_owned(), decode(text, keyword)?);
    }
    Ok(())
}

/// Decodes `%41`.
fn decode(text: &str, keyword: &str) -> Result<String, ConnectError> {
    let bad = || {
        syntax(format!(
            "`%` in the {keyword} is not followed by two hexadecimal digits"
        ))
    };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = after.split_at_checked(2).ok_or_else(bad)?;
        let digit = |byte: u8| char::from(byte).to_digit(16);
        let (high, low) = digit(digits[0]).zip(digit(digits[1])).ok_or_else(bad)?;
        bytes.push(u8::try_from(high * 16 + low).map_err(|_| bad())?);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| syntax(format!("the {keyword} is not UTF-8")))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn parsed(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap().into_iter().collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn keyword_strings() {
        assert_eq!(
            parsed(r"host = localhost  port=5433 password='it\'s a \\ secret' dbname=a\ b"),
            pairs(&[
                ("dbname", "a b"),
                ("host", "localhost"),
                ("password", r"it's a \ secret"),
                ("port", "5433"),
            ])
        );
        assert_eq!(parsed(""), pairs(&[]));
        assert_eq!(parsed("password=''"), pairs(&[("password", "")]));
    }

    #[test]
    fn urls() {
        assert_eq!(
            parsed(
                "postgres://me:p%40ss@db.example:5433/my%20db?sslmode=verify-full&connect_timeout=3"
            ),
            pairs(&[
                ("connect_timeout", "3"),
                ("dbname", "my db"),
                ("host", "db.example"),
                ("password", "p@ss"),
                ("port", "5433"),
                ("sslmode", "verify-full"),
                ("user", "me"),
            ])
        );
        assert_eq!(
            parsed("postgresql://[::1]:6543,other/x"),
            pairs(&[("dbname", "x"), ("host", "::1,other"), ("port", "6543,")])
        );
        assert_eq!(
            parsed("postgres://%2Fvar%2Frun/db?ssl=true"),
            pairs(&[
                ("dbname", "db"),
                ("host", "/var/run"),
                ("sslmode", "require")
            ])
        );
        assert_eq!(
            parsed("postgres:///db?host=/tmp&user=x"),
            pairs(&[("dbname", "db"), ("host", "/tmp"), ("user", "x")])
        );
        assert_eq!(parsed("postgres://"), pairs(&[]));
    }

    #[test]
    fn errors_say_what_is_wrong_and_never_the_password() {
        for (text, part) in [
            ("host=a nonsense=1", "unknown parameter `nonsense`"),
            ("password=hush Secret-9", "must be quoted"),
            ("password='hush", "does not end"),
            ("postgres://a:hush%zz@b/", "`%` in the password"),
            ("postgres://a:hush@b/?nonsense=1", "unknown parameter"),
            ("postgres://a:hush@[::1/", "`]` is missing"),
            ("dbname", "`=` is missing"),
        ] {
            let error = parse(text).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
            assert!(
                !error.contains("hush") && !error.contains("Secret-9"),
                "{error}"
            );
        }
    }
}
