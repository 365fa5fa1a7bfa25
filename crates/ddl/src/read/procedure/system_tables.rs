//! The system's catalogs as far as text about schemas asks them: rows made from the catalog in progress.

use pgwright_catalog::{Constraint, ConstraintKind, QualifiedName, RoutineKind, Table, TypeKind};

use super::evaluate::object;
use super::query::Row;
use super::value::{Class, Stop, Value};
use crate::read::state::{State, TEMPORARY_SCHEMA};

/// The rows of a table of the system.
pub(super) fn rows(state: &State, schema: &str, name: &str) -> Result<Vec<Row>, Stop> {
    let unknown = || Stop::unknown(format!("the rows of {name}"));
    match schema {
        "information_schema" => information_schema(state, name).ok_or_else(unknown),
        "pg_catalog" => pg_catalog(state, name).ok_or_else(unknown),
        "" if name.starts_with("pg_") => pg_catalog(state, name).ok_or_else(unknown),
        _ => Err(unknown()),
    }
}

fn row<const N: usize>(columns: [(&str, Value); N]) -> Row {
    columns
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
}

fn text(value: impl ToString) -> Value {
    Value::Text(value.to_string())
}

fn tables(state: &State) -> impl Iterator<Item = (&QualifiedName, &Table)> {
    let tables = state.catalog.tables.iter();
    tables.filter(|(name, _)| name.schema.as_str() != TEMPORARY_SCHEMA)
}

/// Relations of every kind: name, kind as pg_class has it, row security, and whether it is a partition.
fn relations(state: &State) -> Vec<(QualifiedName, &'static str, bool, bool)> {
    let catalog = &state.catalog;
    let mut found = Vec::new();
    for (name, table) in tables(state) {
        let kind = match table {
            Table {
                foreign: Some(_), ..
            } => "f",
            Table {
                partition_by: Some(_),
                ..
            } => "p",
            _ => "r",
        };
        let partition = table.partition_of.is_some();
        found.push((name.clone(), kind, table.row_security, partition));
    }
    let plain = |name: &QualifiedName, kind| (name.clone(), kind, false, false);
    found.extend(catalog.views.keys().map(|name| plain(name, "v")));
    found.extend(
        catalog
            .materialized_views
            .keys()
            .map(|name| plain(name, "m")),
    );
    found.extend(catalog.sequences.keys().map(|name| plain(name, "S")));
    found.extend(state.identity_sequences.keys().map(|name| plain(name, "S")));
    found.extend(state.index_tables.keys().map(|name| plain(name, "i")));
    found
}

/// Constraints with their tables, NOT NULL left out.
fn constraints(state: &State) -> impl Iterator<Item = (&QualifiedName, String, &Constraint)> {
    tables(state).flat_map(|(table, held)| {
        let constraints = held.constraints.iter();
        constraints.map(move |(name, constraint)| (table, name.to_string(), constraint))
    })
}

/// Names of indexes with their tables.
fn indexes(state: &State) -> impl Iterator<Item = (&QualifiedName, &QualifiedName)> {
    state.index_tables.iter()
}

fn schemas(state: &State) -> impl Iterator<Item = String> {
    let schemas = state.schemas.iter().map(ToString::to_string);
    schemas.filter(|schema| schema != TEMPORARY_SCHEMA)
}

fn pg_catalog(state: &State, name: &str) -> Option<Vec<Row>> {
    let catalog = &state.catalog;
    let namespace = |schema: &str| object(state, Class::Schema, "", schema);
    let relation = |name: &QualifiedName| {
        object(
            state,
            Class::Relation,
            name.schema.as_str(),
            name.name.as_str(),
        )
    };
    Some(match name {
        "pg_class" => relations(state)
            .into_iter()
            .map(|(name, kind, row_security, partition)| {
                row([
                    ("oid", relation(&name)),
                    ("relname", text(&name.name)),
                    ("relnamespace", namespace(name.schema.as_str())),
                    ("relkind", text(kind)),
                    ("relrowsecurity", Value::Boolean(row_security)),
                    ("relispartition", Value::Boolean(partition)),
                ])
            })
            .collect(),
        "pg_namespace" => schemas(state)
            .map(|schema| row([("oid", namespace(&schema)), ("nspname", text(&schema))]))
            .collect(),
        "pg_tables" => tables(state)
            .filter(|(_, table)| table.foreign.is_none())
            .map(|(name, table)| {
                row([
                    ("schemaname", text(&name.schema)),
                    ("tablename", text(&name.name)),
                    ("rowsecurity", Value::Boolean(table.row_security)),
                    ("hasindexes", Value::Boolean(!table.indexes.is_empty())),
                ])
            })
            .collect(),
        "pg_views" => named(catalog.views.keys(), "schemaname", "viewname"),
        "pg_matviews" => named(
            catalog.materialized_views.keys(),
            "schemaname",
            "matviewname",
        ),
        "pg_sequences" => {
            let own = catalog.sequences.keys();
            named(
                own.chain(state.identity_sequences.keys()),
                "schemaname",
                "sequencename",
            )
        }
        "pg_indexes" => indexes(state)
            .map(|(index, table)| {
                row([
                    ("schemaname", text(&index.schema)),
                    ("tablename", text(&table.name)),
                    ("indexname", text(&index.name)),
                ])
            })
            .collect(),
        "pg_type" => types(state),
        "pg_enum" => catalog
            .types
            .iter()
            .filter_map(|(name, held)| match &held.kind {
                TypeKind::Enum(labels) => Some((name, labels)),
                _ => None,
            })
            .flat_map(|(name, labels)| labels.iter().zip(1i64..).map(move |label| (name, label)))
            .map(|(name, (label, at))| {
                row([
                    (
                        "enumtypid",
                        object(state, Class::Type, name.schema.as_str(), name.name.as_str()),
                    ),
                    ("enumlabel", text(label)),
                    ("enumsortorder", Value::Integer(at)),
                ])
            })
            .collect(),
        "pg_constraint" => constraints(state)
            .map(|(table, name, constraint)| {
                let referenced = match &constraint.kind {
                    ConstraintKind::ForeignKey(key) => relation(&key.references),
                    _ => Value::Integer(0),
                };
                row([
                    (
                        "oid",
                        object(state, Class::Constraint, &table.to_string(), &name),
                    ),
                    ("conname", text(&name)),
                    ("connamespace", namespace(table.schema.as_str())),
                    ("conrelid", relation(table)),
                    ("contype", text(constraint_letter(&constraint.kind))),
                    ("confrelid", referenced),
                    ("convalidated", Value::Boolean(constraint.validated)),
                ])
            })
            .collect(),
        "pg_attribute" => tables(state)
            .flat_map(|(table, held)| held.columns.iter().zip(1i64..).map(move |c| (table, c)))
            .map(|(table, (column, at))| {
                row([
                    ("attrelid", relation(table)),
                    ("attname", text(&column.name)),
                    ("attnum", Value::Integer(at)),
                    ("attnotnull", Value::Boolean(column.not_null)),
                    ("attisdropped", Value::Boolean(false)),
                    ("atthasdef", Value::Boolean(column.default.is_some())),
                ])
            })
            .collect(),
        "pg_proc" => catalog
            .routines
            .iter()
            .map(|(signature, routine)| {
                let (schema, name) = (signature.name.schema.as_str(), signature.name.name.as_str());
                let kind = match routine.kind {
                    RoutineKind::Function => "f",
                    RoutineKind::Procedure => "p",
                    RoutineKind::Window => "w",
                };
                row([
                    ("oid", object(state, Class::Routine, schema, name)),
                    ("proname", text(name)),
                    ("pronamespace", namespace(schema)),
                    ("prokind", text(kind)),
                ])
            })
            .collect(),
        "pg_trigger" => triggers(state)
            .map(|(table, trigger)| {
                row([
                    ("tgname", text(trigger)),
                    ("tgrelid", relation(table)),
                    ("tgisinternal", Value::Boolean(false)),
                ])
            })
            .collect(),
        "pg_policies" => policies(state)
            .map(|(table, policy)| {
                row([
                    ("schemaname", text(&table.schema)),
                    ("tablename", text(&table.name)),
                    ("policyname", text(policy)),
                ])
            })
            .collect(),
        "pg_policy" => policies(state)
            .map(|(table, policy)| row([("polname", text(policy)), ("polrelid", relation(table))]))
            .collect(),
        "pg_inherits" => tables(state)
            .flat_map(|(name, table)| {
                let parent = table.partition_of.iter().map(|partition| &partition.parent);
                parent
                    .chain(&table.inherits)
                    .map(move |parent| (name, parent))
            })
            .map(|(child, parent)| {
                row([
                    ("inhrelid", relation(child)),
                    ("inhparent", relation(parent)),
                ])
            })
            .collect(),
        "pg_extension" => {
            let own = catalog.extensions.keys().map(ToString::to_string);
            let mut names: Vec<String> = own.collect();
            if !names.iter().any(|name| name == "plpgsql") {
                names.push("plpgsql".to_owned());
            }
            names
                .into_iter()
                .map(|name| row([("extname", text(name))]))
                .collect()
        }
        "pg_roles" | "pg_authid" => single(catalog.roles.keys(), "rolname"),
        "pg_user" => single(catalog.roles.keys(), "usename"),
        "pg_group" => single(catalog.roles.keys(), "groname"),
        "pg_publication" => single(catalog.publications.keys(), "pubname"),
        "pg_subscription" => single(catalog.subscriptions.keys(), "subname"),
        "pg_event_trigger" => single(catalog.event_triggers.keys(), "evtname"),
        "pg_foreign_server" => single(catalog.foreign_servers.keys(), "srvname"),
        "pg_foreign_data_wrapper" => single(catalog.foreign_data_wrappers.keys(), "fdwname"),
        "pg_publication_tables" => catalog
            .publications
            .iter()
            .flat_map(|(name, publication)| {
                publication.tables.keys().map(move |table| (name, table))
            })
            .map(|(publication, table)| {
                row([
                    ("pubname", text(publication)),
                    ("schemaname", text(&table.schema)),
                    ("tablename", text(&table.name)),
                ])
            })
            .collect(),
        _ => return None,
    })
}

fn single<'a>(names: impl Iterator<Item = &'a pgwright_catalog::Name>, column: &str) -> Vec<Row> {
    names.map(|name| row([(column, text(name))])).collect()
}

fn named<'a>(
    names: impl Iterator<Item = &'a QualifiedName>,
    schema: &str,
    column: &str,
) -> Vec<Row> {
    names
        .filter(|name| name.schema.as_str() != TEMPORARY_SCHEMA)
        .map(|name| row([(schema, text(&name.schema)), (column, text(&name.name))]))
        .collect()
}

fn types(state: &State) -> Vec<Row> {
    let mut found = Vec::new();
    let mut add = |name: &QualifiedName, kind: &str| {
        let (schema, plain) = (name.schema.as_str(), name.name.as_str());
        found.push(row([
            ("oid", object(state, Class::Type, schema, plain)),
            ("typname", text(plain)),
            ("typnamespace", object(state, Class::Schema, "", schema)),
            ("typtype", text(kind)),
        ]));
    };
    for (name, held) in &state.catalog.types {
        add(
            name,
            match &held.kind {
                TypeKind::Enum(_) => "e",
                TypeKind::Domain { .. } => "d",
                TypeKind::Composite(_) => "c",
                TypeKind::Range { .. } => "r",
                TypeKind::Base(_) => "b",
                TypeKind::Shell => "p",
            },
        );
    }
    // Every relation with columns has a type of its name.
    for (name, kind, ..) in relations(state) {
        if !matches!(kind, "S" | "i") {
            add(&name, "c");
        }
    }
    for name in crate::analyze::system::catalog().type_names() {
        add(&QualifiedName::new("pg_catalog", name), "b");
    }
    found
}

fn triggers(state: &State) -> impl Iterator<Item = (&QualifiedName, String)> {
    let views = state
        .catalog
        .views
        .iter()
        .map(|(name, view)| (name, &view.triggers));
    tables(state)
        .map(|(name, table)| (name, &table.triggers))
        .chain(views)
        .flat_map(|(name, triggers)| triggers.keys().map(move |t| (name, t.to_string())))
}

fn policies(state: &State) -> impl Iterator<Item = (&QualifiedName, String)> {
    tables(state).flat_map(|(name, table)| {
        table
            .policies
            .keys()
            .map(move |policy| (name, policy.to_string()))
    })
}

fn constraint_letter(kind: &ConstraintKind) -> &'static str {
    match kind {
        ConstraintKind::PrimaryKey(_) => "p",
        ConstraintKind::Unique(_) => "u",
        ConstraintKind::ForeignKey(_) => "f",
        ConstraintKind::Check(_) => "c",
        ConstraintKind::Exclusion { .. } => "x",
    }
}

fn information_schema(state: &State, name: &str) -> Option<Vec<Row>> {
    let catalog = &state.catalog;
    Some(match name {
        "schemata" => schemas(state)
            .map(|schema| row([("schema_name", text(schema))]))
            .collect(),
        "tables" => {
            let tables = tables(state).map(|(name, table)| match table.foreign {
                Some(_) => (name, "FOREIGN"),
                None => (name, "BASE TABLE"),
            });
            let views = catalog.views.keys().map(|name| (name, "VIEW"));
            tables
                .chain(views)
                .map(|(name, kind)| {
                    row([
                        ("table_schema", text(&name.schema)),
                        ("table_name", text(&name.name)),
                        ("table_type", text(kind)),
                    ])
                })
                .collect()
        }
        "views" => named(catalog.views.keys(), "table_schema", "table_name"),
        "sequences" => {
            let own = catalog.sequences.keys();
            named(
                own.chain(state.identity_sequences.keys()),
                "sequence_schema",
                "sequence_name",
            )
        }
        "routines" => catalog
            .routines
            .iter()
            .map(|(signature, routine)| {
                let kind = match routine.kind {
                    RoutineKind::Procedure => "PROCEDURE",
                    _ => "FUNCTION",
                };
                row([
                    ("routine_schema", text(&signature.name.schema)),
                    ("routine_name", text(&signature.name.name)),
                    ("specific_schema", text(&signature.name.schema)),
                    ("routine_type", text(kind)),
                ])
            })
            .collect(),
        "columns" => columns(state),
        "table_constraints" => constraints(state)
            .map(|(table, name, constraint)| {
                let kind = match &constraint.kind {
                    ConstraintKind::PrimaryKey(_) => "PRIMARY KEY",
                    ConstraintKind::Unique(_) => "UNIQUE",
                    ConstraintKind::ForeignKey(_) => "FOREIGN KEY",
                    ConstraintKind::Check(_) => "CHECK",
                    // It does not know them.
                    ConstraintKind::Exclusion { .. } => "",
                };
                row([
                    ("constraint_schema", text(&table.schema)),
                    ("constraint_name", text(name)),
                    ("table_schema", text(&table.schema)),
                    ("table_name", text(&table.name)),
                    ("constraint_type", text(kind)),
                ])
            })
            .filter(|row| !row.contains(&("constraint_type".to_owned(), text(""))))
            .collect(),
        "triggers" => triggers(state)
            .map(|(table, trigger)| {
                row([
                    ("trigger_schema", text(&table.schema)),
                    ("trigger_name", text(trigger)),
                    ("event_object_schema", text(&table.schema)),
                    ("event_object_table", text(&table.name)),
                ])
            })
            .collect(),
        _ => return None,
    })
}

fn columns(state: &State) -> Vec<Row> {
    let mut found = Vec::new();
    for (table, held) in tables(state) {
        for (column, at) in held.columns.iter().zip(1i64..) {
            let nullable = if column.not_null { "NO" } else { "YES" };
            // What stands in parentheses behind a type is in columns of its own.
            let data_type = match column.data_type.strip_suffix("[]") {
                Some(_) => "ARRAY".to_owned(),
                None if column.data_type.contains('.') => "USER-DEFINED".to_owned(),
                None => match (column.data_type.find('('), column.data_type.find(')')) {
                    (Some(open), Some(close)) if open < close => {
                        let before = column.data_type.get(..open).unwrap_or_default();
                        let after = column.data_type.get(close + 1..).unwrap_or_default();
                        format!("{before}{after}")
                    }
                    _ => column.data_type.clone(),
                },
            };
            let default = column
                .default
                .as_ref()
                .map(|default| default.sql().to_owned());
            let is_identity = if column.identity.is_some() {
                "YES"
            } else {
                "NO"
            };
            let is_generated = if column.generated.is_some() {
                "ALWAYS"
            } else {
                "NEVER"
            };
            found.push(row([
                ("table_schema", text(&table.schema)),
                ("table_name", text(&table.name)),
                ("column_name", text(&column.name)),
                ("ordinal_position", Value::Integer(at)),
                ("data_type", Value::Text(data_type)),
                ("is_nullable", text(nullable)),
                ("column_default", Value::optional(default)),
                ("is_identity", text(is_identity)),
                ("is_generated", text(is_generated)),
            ]));
        }
    }
    for (view, held) in &state.catalog.views {
        for (column, at) in held.columns.iter().zip(1i64..) {
            found.push(row([
                ("table_schema", text(&view.schema)),
                ("table_name", text(&view.name)),
                ("column_name", text(&column.name)),
                ("ordinal_position", Value::Integer(at)),
            ]));
        }
    }
    found
}
