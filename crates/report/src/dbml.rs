//! `schema.dbml`: the tables for diagram tools that read DBML.

use std::fmt::Write as _;

use pgwright_catalog::{Catalog, ConstraintKind, IndexKey, Table, TypeKind};

use crate::{Document, Subject};

/// The document.
#[derive(Debug)]
pub struct Dbml;

impl Document for Dbml {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        vec![(
            "schema.dbml".to_owned(),
            render(&subject.brief.title, &subject.design.catalog),
        )]
    }
}

/// A catalog as DBML. Partitions are left out: they are their parent's storage.
pub fn render(title: &str, catalog: &Catalog) -> String {
    let mut text = format!(
        "Project {} {{\n  database_type: 'PostgreSQL'\n}}\n",
        quoted_name(title)
    );
    for (name, data_type) in &catalog.types {
        if let TypeKind::Enum(labels) = &data_type.kind {
            let _ = writeln!(text, "\nEnum {} {{", qualified(&name.schema, &name.name));
            for label in labels {
                let _ = writeln!(text, "  {}", quoted_name(label));
            }
            text.push_str("}\n");
        }
    }
    for (name, table) in catalog
        .tables
        .iter()
        .filter(|(_, t)| t.partition_of.is_none())
    {
        let _ = writeln!(text, "\nTable {} {{", qualified(&name.schema, &name.name));
        columns(&mut text, table);
        indexes(&mut text, table);
        let mut notes: Vec<String> = table.comment.iter().cloned().collect();
        if let Some(key) = &table.partition_by {
            notes.push(format!(
                "Partitioned by {} of {}.",
                key.strategy.to_lowercase(),
                key.elements.join(", ")
            ));
        }
        for (constraint, definition) in &table.constraints {
            if let ConstraintKind::Check(check) = &definition.kind {
                notes.push(format!("{constraint}: {}.", check.sql()));
            }
        }
        if !notes.is_empty() {
            let _ = writeln!(text, "\n  Note: {}", quoted_text(&notes.join(" ")));
        }
        text.push_str("}\n");
    }
    for (name, table) in catalog
        .tables
        .iter()
        .filter(|(_, t)| t.partition_of.is_none())
    {
        for (constraint, key) in table.foreign_keys() {
            let columns = |names: &[pgwright_catalog::Name]| {
                let list: Vec<String> = names.iter().map(|n| quoted_name(n.as_str())).collect();
                if list.len() == 1 {
                    list.concat()
                } else {
                    format!("({})", list.join(", "))
                }
            };
            // One row at most on this side when the columns hold a key of the table.
            let single = table.keys().any(|(_, k)| {
                !k.columns.is_empty() && k.columns.iter().all(|c| key.columns.contains(c))
            });
            let _ = writeln!(
                text,
                "\nRef {}: {}.{} {} {}.{}",
                quoted_name(constraint.as_str()),
                qualified(&name.schema, &name.name),
                columns(&key.columns),
                if single { "-" } else { ">" },
                qualified(&key.references.schema, &key.references.name),
                columns(&key.referenced_columns),
            );
        }
    }
    text
}

fn columns(text: &mut String, table: &Table) {
    let primary = table
        .primary_key()
        .map(|(_, key)| key.columns.clone())
        .unwrap_or_default();
    for column in &table.columns {
        let mut settings = Vec::new();
        if primary.len() == 1 && primary[0] == column.name {
            settings.push("pk".to_owned());
        }
        if column.identity.is_some() {
            settings.push("increment".to_owned());
        }
        if column.not_null {
            settings.push("not null".to_owned());
        }
        if let Some(default) = &column.default {
            settings.push(format!("default: `{}`", default.sql().replace('`', "'")));
        }
        if let Some(comment) = &column.comment {
            settings.push(format!("note: {}", quoted_text(comment)));
        }
        let settings = if settings.is_empty() {
            String::new()
        } else {
            format!(" [{}]", settings.join(", "))
        };
        let _ = writeln!(
            text,
            "  {} {}{settings}",
            quoted_name(column.name.as_str()),
            type_name(&column.data_type)
        );
    }
}

fn indexes(text: &mut String, table: &Table) {
    let mut lines = Vec::new();
    let list = |names: &[pgwright_catalog::Name]| {
        names
            .iter()
            .map(|n| quoted_name(n.as_str()))
            .collect::<Vec<_>>()
            .join(", ")
    };
    for (name, constraint) in &table.constraints {
        match &constraint.kind {
            ConstraintKind::PrimaryKey(key) if key.columns.len() > 1 => {
                lines.push(format!("({}) [pk]", list(&key.columns)));
            }
            ConstraintKind::Unique(key) => lines.push(format!(
                "({}) [unique, name: {}]",
                list(&key.columns),
                quoted_text(name.as_str())
            )),
            _ => {}
        }
    }
    for (name, index) in &table.indexes {
        let keys: Vec<String> = index
            .elements
            .iter()
            .map(|element| match &element.key {
                IndexKey::Column(column) => quoted_name(column.as_str()),
                IndexKey::Expression(sql) => format!("`{}`", sql.sql().replace('`', "'")),
            })
            .collect();
        let mut settings = vec![format!("name: {}", quoted_text(name.as_str()))];
        if index.unique {
            settings.push("unique".to_owned());
        }
        // DBML knows these two methods only, and no predicates; the note has what it cannot say.
        let mut notes = Vec::new();
        match index.method.as_str() {
            method @ ("btree" | "hash") => settings.push(format!("type: {method}")),
            method => notes.push(format!("using {method}")),
        }
        if let Some(predicate) = &index.predicate {
            notes.push(format!("only where {}", predicate.sql()));
        }
        if let Some(comment) = &index.comment {
            notes.push(comment.clone());
        }
        if !notes.is_empty() {
            settings.push(format!("note: {}", quoted_text(&notes.join("; "))));
        }
        lines.push(format!("({}) [{}]", keys.join(", "), settings.join(", ")));
    }
    if !lines.is_empty() {
        text.push_str("\n  indexes {\n");
        for line in lines {
            let _ = writeln!(text, "    {line}");
        }
        text.push_str("  }\n");
    }
}

fn qualified(schema: &pgwright_catalog::Name, name: &pgwright_catalog::Name) -> String {
    format!(
        "{}.{}",
        quoted_name(schema.as_str()),
        quoted_name(name.as_str())
    )
}

/// A type of one word stands as it is; anything else is quoted.
fn type_name(data_type: &str) -> String {
    let plain = data_type
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.');
    if plain {
        data_type.to_owned()
    } else {
        quoted_name(data_type)
    }
}

fn quoted_name(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "'"))
}

fn quoted_text(text: &str) -> String {
    format!(
        "'{}'",
        text.replace('\\', "\\\\")
            .replace('\'', "\\'")
            .replace('\n', " ")
    )
}
