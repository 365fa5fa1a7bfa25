//! Enumerations, domains, composite and range types, and sequences that stand alone.

use super::column::sequence_options;
use super::text::{condition, parenthesised, type_name};
use super::{WriteError, Writer};
use crate::{DomainCheck, Name, ObjectId, QualifiedName, Sequence, Type, TypeKind, quote_literal};

/// Parameters of a base type in the manual's order; others follow.
const BASE_ORDER: [&str; 7] = [
    "input",
    "output",
    "receive",
    "send",
    "typmod_in",
    "typmod_out",
    "analyze",
];

impl Writer {
    /// `CREATE TYPE` or `CREATE DOMAIN`. A domain's NOT VALID checks need a statement each.
    pub fn create_type(
        &self,
        name: &QualifiedName,
        definition: &Type,
    ) -> Result<Vec<String>, WriteError> {
        let quoted = name.quoted();
        Ok(match &definition.kind {
            TypeKind::Enum(labels) => {
                let labels: Vec<_> = labels.iter().map(|l| quote_literal(l)).collect();
                vec![parenthesised(&format!("CREATE TYPE {quoted} AS ENUM "), &labels, 0) + ";"]
            }
            TypeKind::Composite(attributes) => {
                let width = attributes
                    .iter()
                    .map(|a| a.name.quoted().chars().count())
                    .max();
                let lines: Vec<_> = attributes
                    .iter()
                    .map(|a| {
                        let mut line = format!(
                            "    {:width$} {}",
                            a.name.quoted(),
                            type_name(&a.data_type),
                            width = width.unwrap_or(0)
                        );
                        if let Some(collation) = &a.collation {
                            line.push_str(&format!(" COLLATE {}", collation.quoted()));
                        }
                        line
                    })
                    .collect();
                if lines.is_empty() {
                    vec![format!("CREATE TYPE {quoted} AS ();")]
                } else {
                    vec![format!(
                        "CREATE TYPE {quoted} AS (\n{}\n);",
                        lines.join(",\n")
                    )]
                }
            }
            TypeKind::Range {
                subtype,
                subtype_operator_class,
                collation,
                canonical,
                subtype_diff,
                multirange,
            } => {
                let mut parts = vec![format!("subtype = {}", type_name(subtype))];
                if let Some(class) = subtype_operator_class {
                    parts.push(format!("subtype_opclass = {class}"));
                }
                for (word, value) in [
                    ("collation", collation),
                    ("canonical", canonical),
                    ("subtype_diff", subtype_diff),
                ] {
                    if let Some(value) = value {
                        parts.push(format!("{word} = {}", value.quoted()));
                    }
                }
                if let Some(multirange) = multirange {
                    let name = QualifiedName::new(name.schema.clone(), multirange.clone());
                    parts.push(format!("multirange_type_name = {}", name.quoted()));
                }
                vec![parenthesised(&format!("CREATE TYPE {quoted} AS RANGE "), &parts, 0) + ";"]
            }
            TypeKind::Domain { .. } => self.create_domain(name, definition),
            TypeKind::Shell => vec![format!("CREATE TYPE {quoted};")],
            TypeKind::Base(parameters) => {
                let mut parameters: Vec<_> = parameters.iter().collect();
                // The functions first, as the manual has them.
                let place = |name: &str| BASE_ORDER.iter().position(|o| *o == name);
                parameters.sort_by_key(|(n, _)| (place(n).unwrap_or(BASE_ORDER.len()), *n));
                let parts: Vec<_> = parameters
                    .into_iter()
                    .map(|(name, value)| format!("{} = {value}", name.to_uppercase()))
                    .collect();
                vec![parenthesised(&format!("CREATE TYPE {quoted} "), &parts, 0) + ";"]
            }
        })
    }

    fn create_domain(&self, name: &QualifiedName, definition: &Type) -> Vec<String> {
        let TypeKind::Domain {
            base,
            collation,
            default,
            not_null,
            not_null_name,
            checks,
        } = &definition.kind
        else {
            return Vec::new();
        };
        let mut sql = format!("CREATE DOMAIN {} AS {}", name.quoted(), type_name(base));
        if let Some(collation) = collation {
            sql.push_str(&format!(" COLLATE {}", collation.quoted()));
        }
        if let Some(default) = default {
            sql.push_str(&format!("\n    DEFAULT {}", default.sql().trim()));
        }
        if *not_null {
            // PostgreSQL 17 keeps the name.
            let name = not_null_name.as_ref().filter(|_| self.target >= 17);
            let head = name.map_or(String::new(), |n| format!("CONSTRAINT {} ", n.quoted()));
            sql.push_str(&format!("\n    {head}NOT NULL"));
        }
        for (check, definition) in checks.iter().filter(|(_, c)| c.validated) {
            let expression = &definition.expression;
            let head = format!("CONSTRAINT {} CHECK", check.quoted());
            sql.push_str(&format!("\n    {}", condition(&head, expression.sql(), 4)));
        }
        sql.push(';');
        let mut statements = vec![sql];
        for (check, definition) in checks.iter().filter(|(_, c)| !c.validated) {
            let expression = &definition.expression;
            let head = format!("ADD CONSTRAINT {} CHECK", check.quoted());
            statements.push(format!(
                "ALTER DOMAIN {}\n    {} NOT VALID;",
                name.quoted(),
                condition(&head, expression.sql(), 4)
            ));
        }
        statements
    }

    /// `ALTER DOMAIN … ADD CONSTRAINT` of a check.
    pub fn add_domain_check(
        &self,
        domain: &QualifiedName,
        name: &Name,
        check: &DomainCheck,
    ) -> String {
        let head = format!("ADD CONSTRAINT {} CHECK", name.quoted());
        let not_valid = if check.validated { "" } else { " NOT VALID" };
        format!(
            "ALTER DOMAIN {}\n    {}{not_valid};",
            domain.quoted(),
            condition(&head, check.expression.sql(), 4)
        )
    }

    /// `ALTER DOMAIN … DROP CONSTRAINT`.
    pub fn drop_domain_constraint(&self, domain: &QualifiedName, name: &Name) -> String {
        format!(
            "ALTER DOMAIN {} DROP CONSTRAINT {};",
            domain.quoted(),
            name.quoted()
        )
    }

    /// `CREATE TYPE name`: a name that functions can be declared with before the type is defined.
    pub fn create_shell_type(&self, name: &QualifiedName) -> String {
        format!("CREATE TYPE {};", name.quoted())
    }

    /// `CREATE SEQUENCE`, without OWNED BY: the column may not be there yet.
    pub fn create_sequence(
        &self,
        name: &QualifiedName,
        sequence: &Sequence,
    ) -> Result<String, WriteError> {
        let unlogged = if sequence.unlogged {
            self.needs(15, "an unlogged sequence", || {
                ObjectId::Sequence(name.clone())
            })?;
            "UNLOGGED "
        } else {
            ""
        };
        let mut sql = format!("CREATE {unlogged}SEQUENCE {}", name.quoted());
        if !sequence.data_type.is_empty() && sequence.data_type != "bigint" {
            sql.push_str(&format!(" AS {}", sequence.data_type));
        }
        for option in sequence_options(&sequence.options) {
            sql.push_str(&format!("\n    {option}"));
        }
        sql.push(';');
        Ok(sql)
    }

    /// `ALTER SEQUENCE … OWNED BY`.
    pub fn sequence_owned_by(
        &self,
        name: &QualifiedName,
        column: Option<(&QualifiedName, &Name)>,
    ) -> String {
        let owner = match column {
            Some((table, column)) => format!("{}.{}", table.quoted(), column.quoted()),
            None => "NONE".to_owned(),
        };
        format!("ALTER SEQUENCE {} OWNED BY {owner};", name.quoted())
    }
}
