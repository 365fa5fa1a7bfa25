//! Values for rows that are there when a new column demands one and says none.

use pgwright_catalog::write::type_name;
use pgwright_catalog::{Column, QualifiedName, TypeKind, quote_literal};

use crate::context::Context;
use crate::question::Question;

/// The value that the plan takes for granted, with the question that it answers for now; nothing for
/// types of which no value is known.
pub(super) fn ask(context: &Context<'_>, table: &QualifiedName, column: &Column) -> Option<String> {
    let value = match references(context, table, column) {
        // Who knows what a check says of a stand-in.
        _ if is_checked(context, table, column) => None,
        Some(referenced) => referenced,
        None if is_unique(context, table, column) => unique(&column.data_type),
        None => of_type(context, &column.data_type),
    };
    let subject = pgwright_catalog::ObjectId::Column(table.clone(), column.name.clone());
    let Some(value) = value else {
        context.ask(Question {
            subject,
            question: format!(
                "Which value of {} do the rows get that are there already?",
                column.name
            ),
            default: "none: the column demands a value only where every row has one by then"
                .to_owned(),
            why: "The new column demands a value, and no stand-in is known that would be accepted."
                .to_owned(),
            answer: format!("--fill {table}.{}=EXPRESSION", column.name),
        });
        return None;
    };
    context.ask(Question {
        subject,
        question: format!(
            "Which value of {} do the rows get that are there already?",
            column.name
        ),
        default: format!("a stand-in, {value}"),
        why:
            "The new column demands a value and has no default, and nothing tells what is true of \
              the rows that are there."
                .to_owned(),
        answer: format!("--fill {table}.{}=EXPRESSION", column.name),
    });
    Some(value)
}

/// Of a foreign key, some row that is there; nothing within where there can be none.
fn references(
    context: &Context<'_>,
    table: &QualifiedName,
    column: &Column,
) -> Option<Option<String>> {
    let definition = context.full.tables.get(table)?;
    let key = definition
        .foreign_keys()
        .map(|(_, key)| key)
        .find(|key| key.columns.contains(&column.name))?;
    let (1, Some(referenced)) = (key.columns.len(), key.referenced_columns.first()) else {
        return Some(None);
    };
    if !context.base.tables.contains_key(&key.references) {
        // The table is new, and empty.
        return Some(None);
    }
    let referenced = referenced.quoted();
    Some(Some(format!(
        "(SELECT {referenced} FROM {} ORDER BY {referenced} LIMIT 1)",
        key.references.quoted()
    )))
}

/// True for a column that a check names.
fn is_checked(context: &Context<'_>, table: &QualifiedName, column: &Column) -> bool {
    let Some(definition) = context.full.tables.get(table) else {
        return false;
    };
    let own = definition.constraints.values();
    let inherited = context.full.inherited_checks(definition).into_values();
    own.chain(inherited.map(|(_, check)| check))
        .any(|constraint| match &constraint.kind {
            pgwright_catalog::ConstraintKind::Check(expression) => {
                pgwright_catalog::write::scan(expression.sql())
                    .iter()
                    .any(|t| t.name().as_deref() == Some(column.name.as_str()))
            }
            _ => false,
        })
}

/// True for a column that no two rows may have alike.
fn is_unique(context: &Context<'_>, table: &QualifiedName, column: &Column) -> bool {
    let Some(definition) = context.full.tables.get(table) else {
        return false;
    };
    let alone = |columns: &[pgwright_catalog::Name]| columns == [column.name.clone()];
    definition.keys().any(|(_, key)| alone(&key.columns))
        || definition.indexes.values().any(|index| {
            index.unique
                && index.elements.len() == 1
                && index.elements.iter().all(
                    |e| matches!(&e.key, pgwright_catalog::IndexKey::Column(c) if *c == column.name),
                )
        })
}

/// A value that is another for each row.
fn unique(data_type: &str) -> Option<String> {
    match type_name(data_type).as_str() {
        "uuid" => Some("gen_random_uuid()".to_owned()),
        "text" | "varchar" => Some("gen_random_uuid()::text".to_owned()),
        // By where the row lies.
        "integer" | "bigint" | "numeric" => {
            Some("(((ctid::text::point)[0] * 4096 + (ctid::text::point)[1])::bigint)".to_owned())
        }
        _ => None,
    }
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
        "text" | "varchar" | "char" | "bpchar" | "character varying" | "character" | "bytea" => {
            "''"
        }
        "date" => "CURRENT_DATE",
        "timestamptz"
        | "timestamp"
        | "timestamp with time zone"
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
