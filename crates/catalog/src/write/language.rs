//! Procedural languages and access methods.

use super::Writer;
use crate::{AccessMethod, Language, Name};

impl Writer {
    /// `CREATE LANGUAGE`.
    pub fn create_language(&self, name: &Name, language: &Language) -> String {
        let trusted = if language.trusted { "TRUSTED " } else { "" };
        let mut sql = format!("CREATE {trusted}LANGUAGE {}", name.quoted());
        for (word, function) in [
            ("HANDLER", &language.handler),
            ("INLINE", &language.inline),
            ("VALIDATOR", &language.validator),
        ] {
            if let Some(function) = function {
                sql.push_str(&format!("\n    {word} {}", function.quoted()));
            }
        }
        sql.push(';');
        sql
    }

    /// `CREATE ACCESS METHOD`.
    pub fn create_access_method(&self, name: &Name, method: &AccessMethod) -> String {
        let kind = if method.for_tables { "TABLE" } else { "INDEX" };
        format!(
            "CREATE ACCESS METHOD {} TYPE {kind} HANDLER {};",
            name.quoted(),
            method.handler.quoted()
        )
    }
}
