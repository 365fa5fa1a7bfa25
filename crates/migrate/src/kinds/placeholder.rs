//! Values for rows that are there when a new column demands one and says none.

use pgwright_catalog::write::type_name;
use pgwright_catalog::{Column, QualifiedName, TypeKind, quote_literal};

use crate::context::Context;
use crate::question::Question;

/// The value that the plan takes for granted, with the question that it answers for now; nothing for
/// types of which no value is known.
pub(super) fn ask(context: &Context<'_>, table: &QualifiedName, column: &Column) -> Option<String> {
    let value = referenced(context, table, column)
        .or_else(|| of_type(context, &column.data_type))?;
    context.ask(Question {
        subject: pgwright_catalog::ObjectId::Column(table.clone(), column.name.clone()),
        question: format!(
            "Which value of {} do the rows get that are there already?",
            column.name
        ),
        default: format!("a stand-in, {value}"),
        why: "The new column demands a value and has no default, and nothing tells what is true of \
              the rows that are there."
            .to_owned(),
        answer: format!("--fill {table}.{}=EXPRESSION", column.name),
    });
    Some(value)
}

/// Of a foreign key, some row that is there.
fn referenced(context: &Context<'_>, table: &QualifiedName, column: &Column) -> Option<String> {
    let definition = context.full.tables.get(table)?;
    let key = definition
        .foreign_keys()
        .map(|(_, key)| key)
        .find(|key| key.columns == [column.name.clone()])?;
    let referenced = key.referenced_columns.first()?.quoted();
    Some(format!(
        "(SELECT min({referenced}) FROM {})",
        key.references.quoted()
    ))
}

fn of_type(context: &Context<'_>, data_type: &str) -> Option<String> {
    let name = type_name(data_type);
    if name.ends_with("[]") {
        return Some(format!("'{{}}'::{name}"));
    }
    let bare = name.split('(').next().unwrap_or_default().trim();
    let value = match bare {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "int"
        | "money" => "0",
        "boolean" => "false",
        "text" | "varchar" | "char" | "bpchar" | "character varying" | "character" | "bytea" => "''",
        "date" => "CURRENT_DATE",
        "timestamptz" | "timestamp" | "timestamp with time zone"
        | "timestamp without time zone" => "now()",
        "time" | "timetz" => "'00:00'",
        "interval" => "'0'",
        "uuid" => "gen_random_uuid()",
        "json" | "jsonb" => "'{}'",
        "inet" => "'0.0.0.0'",
        "int4range" | "int8range" | "numrange" | "tsrange" | "tstzrange" | "daterange" => "'empty'",
        _ => "",
    };
    if !value.is_empty() {
        return Some(value.to_owned());
    }
    let (_, definition) = context
        .full
        .types
        .iter()
        .find(|(known, _)| known.quoted() == name)?;
    match &definition.kind {
        TypeKind::Enum(labels) => {
            let label = labels.first()?;
            Some(format!("{}::{name}", quote_literal(label)))
        }
        TypeKind::Domain {
            default: Some(default),
            ..
        } => Some(default.sql().to_owned()),
        TypeKind::Domain { base, .. } => {
            of_type(context, base).map(|value| format!("{value}::{name}"))
        }
        _ => None,
    }
}
