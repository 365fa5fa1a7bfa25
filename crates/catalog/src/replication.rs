//! Logical replication: publications and subscriptions.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use crate::{Expression, Name, QualifiedName, is_secret_option};

/// A publication.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Publication {
    /// FOR ALL TABLES.
    pub all_tables: bool,
    /// FOR TABLES IN SCHEMA (PostgreSQL 15).
    pub schemas: BTreeSet<Name>,
    /// FOR TABLE.
    pub tables: BTreeMap<QualifiedName, PublishedTable>,
    /// `publish`, `publish_via_partition_root`, `publish_generated_columns`, where not the default, as
    /// bare text: `insert, update` (in that order: insert, update, delete, truncate), `true`, `stored`.
    pub options: BTreeMap<String, String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON PUBLICATION`.
    pub comment: Option<String>,
}

/// What of a table is published.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct PublishedTable {
    /// Columns, when not all (PostgreSQL 15).
    pub columns: Option<Vec<Name>>,
    /// WHERE, without the outer parentheses (PostgreSQL 15).
    pub predicate: Option<Expression>,
}

/// A subscription.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subscription {
    /// CONNECTION as [`connection_without_secrets`] leaves it; `None` when it could not be read.
    pub connection: Option<String>,
    /// The publications.
    pub publications: BTreeSet<Name>,
    /// Options where not the default: `slot_name` (default is the subscription's own name; `NONE`),
    /// `binary`, `streaming` (`on`, `off`, `parallel`), `synchronous_commit`, `two_phase`,
    /// `disable_on_error`, `password_required`, `run_as_owner`, `origin`, `failover`, as bare text.
    pub options: BTreeMap<String, String>,
    /// It is enabled.
    pub enabled: bool,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON SUBSCRIPTION`.
    pub comment: Option<String>,
}

/// A connection string of a subscription without what is secret in it, the rest as it was written.
///
/// Both of libpq's forms are understood; a text that is neither is left out whole.
pub fn connection_without_secrets(connection: &str) -> Option<String> {
    let text = connection.trim();
    for scheme in ["postgres://", "postgresql://"] {
        if let Some(rest) = text.strip_prefix(scheme) {
            return Some(format!("{scheme}{}", address_without_secrets(rest)));
        }
    }
    let mut kept = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let (parameter, after) = parameter(rest)?;
        let keyword = parameter.split('=').next().unwrap_or_default().trim();
        if !is_secret_option(keyword) {
            kept.push(parameter.trim());
        }
        rest = after.trim_start();
    }
    Some(kept.join(" "))
}

/// `user:password@host/name?password=x` without the passwords.
fn address_without_secrets(text: &str) -> String {
    let (address, query) = match text.split_once('?') {
        Some((address, query)) => (address, Some(query)),
        None => (text, None),
    };
    let place = address.find('/').unwrap_or(address.len());
    let mut clean = match address[..place].rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split(':').next().unwrap_or_default();
            format!("{user}@{host}{}", &address[place..])
        }
        None => address.to_owned(),
    };
    let public = |part: &&str| !is_secret_option(part.split('=').next().unwrap_or_default());
    let parts: Vec<&str> = query
        .iter()
        .flat_map(|query| query.split('&'))
        .filter(public)
        .collect();
    if !parts.is_empty() {
        clean.push('?');
        clean.push_str(&parts.join("&"));
    }
    clean
}

/// The first `keyword = value` and what follows; values may be quoted, backslashes escape.
fn parameter(text: &str) -> Option<(&str, &str)> {
    let equals = text.find('=')?;
    let value = equals + 1 + (text[equals + 1..].len() - text[equals + 1..].trim_start().len());
    let quoted = text[value..].starts_with('\'');
    let mut escaped = false;
    for (at, character) in text[value..].char_indices().skip(usize::from(quoted)) {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' if quoted => return Some(text.split_at(value + at + 1)),
            _ if !quoted && character.is_whitespace() => return Some(text.split_at(value + at)),
            _ => {}
        }
    }
    (!quoted).then_some((text, ""))
}

#[cfg(test)]
mod tests {
    use super::connection_without_secrets;

    #[test]
    fn passwords_are_left_out_of_both_forms() {
        for (written, clean) in [
            ("host=a password=b dbname=c", Some("host=a dbname=c")),
            (r"password = 'it\'s b' host = a", Some("host = a")),
            ("host=a sslpassword=''", Some("host=a")),
            ("", Some("")),
            (
                "postgres://u:p@h:1/d?sslmode=require&password=x",
                Some("postgres://u@h:1/d?sslmode=require"),
            ),
            ("postgresql://h/d", Some("postgresql://h/d")),
            ("host='a password=b", None),
            ("nonsense", None),
        ] {
            assert_eq!(connection_without_secrets(written).as_deref(), clean);
        }
    }
}
