//! Collations and conversions between encodings.

use super::text::parenthesised;
use super::{WriteError, Writer};
use crate::{Collation, Conversion, ObjectId, QualifiedName, quote_literal};

impl Writer {
    /// `CREATE COLLATION`.
    pub fn create_collation(
        &self,
        name: &QualifiedName,
        collation: &Collation,
    ) -> Result<String, WriteError> {
        let object = || ObjectId::Collation(name.clone());
        let mut parts = vec![format!("provider = {}", collation.provider)];
        if collation.provider == "builtin" {
            self.needs(17, "the builtin collation provider", object)?;
        }
        match (&collation.locale, &collation.ctype) {
            (Some(locale), None) => parts.push(format!("locale = {}", quote_literal(locale))),
            (locale, ctype) => {
                for (word, value) in [("lc_collate", locale), ("lc_ctype", ctype)] {
                    if let Some(value) = value {
                        parts.push(format!("{word} = {}", quote_literal(value)));
                    }
                }
            }
        }
        if !collation.deterministic {
            parts.push("deterministic = false".to_owned());
        }
        if let Some(rules) = &collation.rules {
            self.needs(16, "rules of a collation", object)?;
            parts.push(format!("rules = {}", quote_literal(rules)));
        }
        let head = format!("CREATE COLLATION {} ", name.quoted());
        Ok(parenthesised(&head, &parts, 0) + ";")
    }

    /// `CREATE CONVERSION`.
    pub fn create_conversion(&self, name: &QualifiedName, conversion: &Conversion) -> String {
        let default = if conversion.default { "DEFAULT " } else { "" };
        format!(
            "CREATE {default}CONVERSION {}\n    FOR {} TO {} FROM {};",
            name.quoted(),
            quote_literal(&conversion.source),
            quote_literal(&conversion.target),
            conversion.function.quoted()
        )
    }
}
