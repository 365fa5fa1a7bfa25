//! A few rows for every table of the old schema, so that a rehearsal has something to lose. What a
//! constraint refuses is tried with other values, and given up in the end: the rehearsal says how many
//! tables have rows.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::type_name;
use pgwright_catalog::{Catalog, Column, QualifiedName, Table, TypeKind, quote_literal};
use pgwright_server::postgres::{Client, Error};

/// Rows that are tried for each table.
const ROWS: usize = 3;
/// Sets of values that are tried for each row.
const TRIES: usize = 4;

/// Fills the tables; answers how many got rows, and how many rows there are.
pub fn fill(client: &mut Client, catalog: &Catalog) -> Result<(usize, u64), Error> {
    let (mut tables, mut rows) = (0, 0);
    client.batch_execute("BEGIN; SET LOCAL statement_timeout = '5s'")?;
    for name in in_order(catalog) {
        let Some(table) = catalog.tables.get(name) else {
            continue;
        };
        if table.foreign.is_some() || table.partition_by.is_some() {
            continue;
        }
        let mut here = 0;
        for row in 0..ROWS {
            for attempt in 0..TRIES {
                let sql = insert(catalog, name, table, row, attempt);
                client.batch_execute("SAVEPOINT row_of_its_own")?;
                match client.batch_execute(&sql) {
                    Ok(()) => {
                        client.batch_execute("RELEASE row_of_its_own")?;
                        here += 1;
                        break;
                    }
                    Err(error) if error.as_db_error().is_some() => {
                        client.batch_execute("ROLLBACK TO row_of_its_own")?;
                    }
                    Err(error) => return Err(error),
                }
            }
        }
        if here > 0 {
            tables += 1;
            rows += here;
        }
    }
    // Constraints that wait for the end may refuse all of it.
    if client.batch_execute("COMMIT").is_err() {
        client.batch_execute("ROLLBACK")?;
        return Ok((0, 0));
    }
    Ok((tables, rows))
}

/// Tables after those that they refer to, as far as that goes.
fn in_order(catalog: &Catalog) -> Vec<&QualifiedName> {
    let mut done = BTreeSet::new();
    let mut order = Vec::new();
    let mut left: Vec<_> = catalog.tables.keys().collect();
    while !left.is_empty() {
        let ready: Vec<_> = left
            .iter()
            .copied()
            .filter(|name| {
                let table = &catalog.tables[*name];
                table
                    .foreign_keys()
                    .all(|(_, key)| key.references == **name || done.contains(&key.references))
            })
            .collect();
        let next = if ready.is_empty() {
            vec![left[0]]
        } else {
            ready
        };
        done.extend(next.iter().map(|n| (*n).clone()));
        left.retain(|name| !next.contains(name));
        order.extend(next);
    }
    order
}

fn insert(
    catalog: &Catalog,
    name: &QualifiedName,
    table: &Table,
    row: usize,
    attempt: usize,
) -> String {
    let mut references: BTreeMap<&str, (&QualifiedName, &str)> = BTreeMap::new();
    for (_, key) in table.foreign_keys() {
        for (column, referenced) in key.columns.iter().zip(&key.referenced_columns) {
            references.insert(column.as_str(), (&key.references, referenced.as_str()));
        }
    }
    let mut names = Vec::new();
    let mut values = Vec::new();
    for column in catalog.columns_of(name) {
        if column.generated.is_some() || column.identity.as_ref().is_some_and(|i| i.always) {
            continue;
        }
        // Every other attempt leaves out what need not be said.
        let optional = !column.not_null || column.default.is_some();
        if (attempt % 2 == 1 || column.default.is_some()) && optional {
            continue;
        }
        let value = match references.get(column.name.as_str()) {
            Some((referenced, key)) => Some(format!(
                "(SELECT {key} FROM {} ORDER BY {key} OFFSET {row} LIMIT 1)",
                referenced.quoted(),
                key = pgwright_catalog::quote_identifier(key)
            )),
            None => value(catalog, column, &column.data_type, row, attempt),
        };
        if let Some(value) = value {
            names.push(column.name.quoted());
            values.push(value);
        }
    }
    if names.is_empty() {
        return format!("INSERT INTO {} DEFAULT VALUES", name.quoted());
    }
    format!(
        "INSERT INTO {} ({}) VALUES ({})",
        name.quoted(),
        names.join(", "),
        values.join(", ")
    )
}

fn value(
    catalog: &Catalog,
    column: &Column,
    data_type: &str,
    row: usize,
    attempt: usize,
) -> Option<String> {
    let name = type_name(data_type);
    let number = 1 + row + 10 * (attempt / 2);
    if name.ends_with("[]") {
        return Some(format!("'{{}}'::{name}"));
    }
    let bare = name.split('(').next().unwrap_or_default().trim();
    let text = match attempt / 2 {
        0 => format!("{} {number}", column.name),
        _ => format!("a{number}@b.example"),
    };
    let limit = name
        .split_once('(')
        .and_then(|(_, rest)| rest.trim_end_matches(')').parse::<usize>().ok());
    let value = match bare {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" | "money"
        | "oid" => number.to_string(),
        "boolean" => row.is_multiple_of(2).to_string(),
        "text" | "varchar" | "char" | "bpchar" | "character varying" | "character" | "name" => {
            let text: String = text.chars().take(limit.unwrap_or(200)).collect();
            quote_literal(&text)
        }
        "citext" => quote_literal(&text),
        "bytea" => format!("'\\x0{}'", number % 10),
        "date" => format!("DATE '2024-01-01' + {number}"),
        "timestamp"
        | "timestamptz"
        | "timestamp with time zone"
        | "timestamp without time zone" => {
            format!("TIMESTAMP '2024-01-01 00:00' + {number} * INTERVAL '1 day'")
        }
        "time" | "timetz" => format!("'0{}:00'", number % 10),
        "interval" => format!("INTERVAL '{number} hours'"),
        "uuid" => format!("'00000000-0000-0000-0000-{number:012}'"),
        "json" | "jsonb" => format!("'{{\"n\": {number}}}'"),
        "inet" | "cidr" => format!("'10.0.0.{}'", number % 250),
        "int4range" | "int8range" | "numrange" => format!("'[{number},{})'", number + 1),
        "daterange" => format!(
            "'[2024-01-{:02},2024-01-{:02})'",
            number % 27 + 1,
            number % 27 + 2
        ),
        "tstzrange" | "tsrange" => {
            format!(
                "'[2024-01-{:02},2024-01-{:02})'",
                number % 27 + 1,
                number % 27 + 2
            )
        }
        "tsvector" => format!("'{number}'"),
        "xml" => "'<a/>'".to_owned(),
        "point" => format!("'({number},{number})'"),
        _ => String::new(),
    };
    if !value.is_empty() {
        return Some(value);
    }
    let (_, definition) = catalog.types.iter().find(|(n, _)| n.quoted() == name)?;
    match &definition.kind {
        TypeKind::Enum(labels) => labels
            .get(row % labels.len().max(1))
            .map(|label| quote_literal(label)),
        TypeKind::Domain { base, .. } => self::value(catalog, column, base, row, attempt),
        TypeKind::Composite(attributes) => {
            let fields: Option<Vec<_>> = attributes
                .iter()
                .map(|a| self::value(catalog, column, &a.data_type, row, attempt))
                .collect();
            fields.map(|fields| format!("ROW({})", fields.join(", ")))
        }
        _ => None,
    }
}
