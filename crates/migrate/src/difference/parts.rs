//! Values of properties as a reader sees them.

use pgwright_catalog::write::{TokenKind, scan};
use pgwright_catalog::{DefaultPrivileges, Grant};
use serde::Serialize;
use serde_json::Value;

/// A value for people: a text as it is, anything else as JSON.
pub(super) fn value<T: Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(Value::String(text)) => text,
        Ok(value) => value.to_string(),
        Err(error) => error.to_string(),
    }
}

/// `SELECT (email) to crm_read`.
pub(super) fn grant(grant: &Grant) -> String {
    let mut text = grant.privilege.word().to_owned();
    if let Some(column) = &grant.column {
        text.push_str(&format!(" ({column})"));
    }
    let grantee = grant.grantee.as_ref().map_or("PUBLIC", |g| g.as_str());
    text.push_str(&format!(" to {grantee}"));
    if grant.grantable {
        text.push_str(" with grant option");
    }
    text
}

pub(super) fn default_privileges(defaults: &DefaultPrivileges) -> String {
    let verb = if defaults.revoked { "revoke" } else { "grant" };
    format!(
        "{verb} {} on {:?} of {}",
        grant(&defaults.grant),
        defaults.target,
        defaults.owner
    )
}

/// A setting's value without its spelling: `''` and `""` are both the empty list of schemas.
pub(super) fn setting(value: &str) -> String {
    let words = scan(value)
        .into_iter()
        .filter_map(|token| match token.kind {
            TokenKind::Text => token.literal(),
            TokenKind::QuotedName | TokenKind::Word => token.name(),
            TokenKind::Number => Some(token.text.to_owned()),
            TokenKind::Symbol => None,
        });
    words.collect::<Vec<_>>().join(", ")
}
