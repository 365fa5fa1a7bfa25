//! Connections by libpq's conventions.

/// Quotes a value of a keyword/value connection string.
pub fn quote_value(value: &str) -> String {
    format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'"))
}
