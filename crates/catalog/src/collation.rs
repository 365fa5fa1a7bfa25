//! Collations and conversions between encodings.

use serde::Serialize;

use crate::{Name, QualifiedName};

/// A collation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Collation {
    /// PROVIDER: `libc`, `icu` or `builtin`.
    pub provider: String,
    /// LOCALE, or LC_COLLATE when LC_CTYPE is the same.
    pub locale: Option<String>,
    /// LC_CTYPE, when it is not `locale` (libc).
    pub ctype: Option<String>,
    /// DETERMINISTIC.
    pub deterministic: bool,
    /// RULES (ICU, PostgreSQL 16).
    pub rules: Option<String>,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON COLLATION`.
    pub comment: Option<String>,
}

/// A conversion between encodings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conversion {
    /// DEFAULT for its two encodings.
    pub default: bool,
    /// Encoding of what comes in.
    pub source: String,
    /// Encoding of what goes out.
    pub target: String,
    /// The function that converts.
    pub function: QualifiedName,
    /// Owner, when known or chosen.
    pub owner: Option<Name>,
    /// `COMMENT ON CONVERSION`.
    pub comment: Option<String>,
}
