//! Changes of types, domains and sequences in place.

use super::super::Writer;
use super::super::text::type_name;
use super::column::sequence_changes;
use crate::{CompositeAttribute, Expression, Name, QualifiedName, Sequence, quote_literal};

/// Where a new label of an enumeration goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EnumPosition<'a> {
    /// Before a label that is there.
    Before(&'a str),
    /// After a label that is there.
    After(&'a str),
    /// Last.
    Last,
}

impl Writer {
    /// `ALTER TYPE … ADD VALUE`.
    pub fn add_enum_value(
        &self,
        name: &QualifiedName,
        label: &str,
        position: EnumPosition<'_>,
    ) -> String {
        let place = match position {
            EnumPosition::Before(other) => format!(" BEFORE {}", quote_literal(other)),
            EnumPosition::After(other) => format!(" AFTER {}", quote_literal(other)),
            EnumPosition::Last => String::new(),
        };
        format!(
            "ALTER TYPE {} ADD VALUE IF NOT EXISTS {}{place};",
            name.quoted(),
            quote_literal(label)
        )
    }

    /// `ALTER TYPE … RENAME VALUE`.
    pub fn rename_enum_value(&self, name: &QualifiedName, from: &str, to: &str) -> String {
        format!(
            "ALTER TYPE {} RENAME VALUE {} TO {};",
            name.quoted(),
            quote_literal(from),
            quote_literal(to)
        )
    }

    /// `ALTER DOMAIN … SET DEFAULT`, or DROP DEFAULT.
    pub fn domain_default(&self, name: &QualifiedName, default: Option<&Expression>) -> String {
        let what = match default {
            Some(expression) => format!("SET DEFAULT {}", expression.sql().trim()),
            None => "DROP DEFAULT".to_owned(),
        };
        format!("ALTER DOMAIN {} {what};", name.quoted())
    }

    /// `ALTER DOMAIN … SET NOT NULL` or DROP NOT NULL; with the name of the constraint where it has
    /// one of its own (PostgreSQL 17).
    pub fn domain_not_null(
        &self,
        domain: &QualifiedName,
        not_null: bool,
        name: Option<&Name>,
    ) -> String {
        let domain = domain.quoted();
        match name.filter(|_| self.target() >= 17 && not_null) {
            Some(name) => format!(
                "ALTER DOMAIN {domain} ADD CONSTRAINT {} NOT NULL;",
                name.quoted()
            ),
            None => {
                let word = if not_null { "SET" } else { "DROP" };
                format!("ALTER DOMAIN {domain} {word} NOT NULL;")
            }
        }
    }

    /// `ALTER DOMAIN … VALIDATE CONSTRAINT`.
    pub fn validate_domain_constraint(&self, domain: &QualifiedName, name: &Name) -> String {
        format!(
            "ALTER DOMAIN {} VALIDATE CONSTRAINT {};",
            domain.quoted(),
            name.quoted()
        )
    }

    /// `ALTER TYPE … ADD ATTRIBUTE`; with `cascade`, of typed tables too.
    pub fn add_attribute(
        &self,
        name: &QualifiedName,
        attribute: &CompositeAttribute,
        cascade: bool,
    ) -> String {
        format!(
            "ALTER TYPE {} ADD ATTRIBUTE {} {}{};",
            name.quoted(),
            attribute.name.quoted(),
            attribute_type(attribute),
            cascading(cascade)
        )
    }

    /// `ALTER TYPE … DROP ATTRIBUTE`.
    pub fn drop_attribute(&self, name: &QualifiedName, attribute: &Name, cascade: bool) -> String {
        format!(
            "ALTER TYPE {} DROP ATTRIBUTE {}{};",
            name.quoted(),
            attribute.quoted(),
            cascading(cascade)
        )
    }

    /// `ALTER TYPE … ALTER ATTRIBUTE … TYPE`.
    pub fn attribute_type(
        &self,
        name: &QualifiedName,
        attribute: &CompositeAttribute,
        cascade: bool,
    ) -> String {
        format!(
            "ALTER TYPE {} ALTER ATTRIBUTE {} TYPE {}{};",
            name.quoted(),
            attribute.name.quoted(),
            attribute_type(attribute),
            cascading(cascade)
        )
    }

    /// `ALTER SEQUENCE`: its type and options; nothing where both are alike.
    pub fn alter_sequence(
        &self,
        name: &QualifiedName,
        from: &Sequence,
        to: &Sequence,
    ) -> Option<String> {
        let mut parts = Vec::new();
        let type_of = |s: &Sequence| match s.data_type.as_str() {
            "" => "bigint".to_owned(),
            other => other.to_owned(),
        };
        if type_of(from) != type_of(to) {
            parts.push(format!("AS {}", type_of(to)));
        }
        parts.extend(sequence_changes(&from.options, &to.options));
        (!parts.is_empty())
            .then(|| format!("ALTER SEQUENCE {} {};", name.quoted(), parts.join(" ")))
    }
}

fn cascading(cascade: bool) -> &'static str {
    if cascade { " CASCADE" } else { "" }
}

fn attribute_type(attribute: &CompositeAttribute) -> String {
    let mut text = type_name(&attribute.data_type);
    if let Some(collation) = &attribute.collation {
        text.push_str(&format!(" COLLATE {}", collation.quoted()));
    }
    text
}
