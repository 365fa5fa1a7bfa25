//! Values of properties as a reader sees them.

use std::fmt::Debug;

use pgwright_catalog::write::{TokenKind, scan};
use pgwright_catalog::{DefaultPrivileges, Grant};

/// A value for people: text without Rust's decoration where there is some.
pub(super) fn value<T: Debug>(value: &T) -> String {
    let text = format!("{value:?}");
    // Names print as `Name("x")`.
    text.replace("Name(\"", "(\"")
        .replace("Expression(\"", "(\"")
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
