//! How many objects a catalog holds, in the terms of the corpus's COUNTS.tsv: rows of the server's
//! catalogs, where a catalog says once what partitions and children have from their parents.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, ConstraintKind, Name, QualifiedName, TypeKind};
use serde_json::Value;

/// Column of COUNTS.tsv to number of objects.
pub fn counts(catalog: &Catalog) -> BTreeMap<&'static str, usize> {
    let tables = || catalog.tables.values();
    let keys: usize = tables()
        .flat_map(|table| table.constraints.values())
        .filter(|constraint| {
            matches!(
                constraint.kind,
                ConstraintKind::PrimaryKey(_)
                    | ConstraintKind::Unique(_)
                    | ConstraintKind::Exclusion { .. }
            )
        })
        .count();
    let exclusions = tables()
        .flat_map(|table| table.constraints.values())
        .filter(|constraint| matches!(constraint.kind, ConstraintKind::Exclusion { .. }))
        .count();
    let types = |wanted: fn(&TypeKind) -> bool| {
        let types = catalog.types.values();
        types.filter(|t| wanted(&t.kind)).count()
    };
    let indexes: usize = tables().map(|table| table.indexes.len()).sum::<usize>()
        + catalog
            .materialized_views
            .values()
            .map(|view| view.indexes.len())
            .sum::<usize>();
    // A range type brings two constructors for itself and three for its multirange type.
    let constructors = 5 * types(|kind| matches!(kind, TypeKind::Range { .. }));
    let identities = tables()
        .flat_map(|table| &table.columns)
        .filter(|column| column.identity.is_some())
        .count();
    // The comment that an extension brings for itself is not held.
    let own_comments = catalog
        .extensions
        .values()
        .filter(|extension| extension.comment.is_none())
        .count();
    BTreeMap::from([
        (
            "schemas",
            catalog
                .schemas
                .keys()
                .filter(|name| name.as_str() != "public")
                .count(),
        ),
        ("tables", tables().count()),
        ("columns", sum(catalog, |name| columns(catalog, name).len())),
        ("indexes", indexes + keys),
        ("fks", sum(catalog, |name| foreign_keys(catalog, name))),
        ("checks", sum(catalog, |name| checks(catalog, name).len())),
        ("excl", exclusions),
        ("views", catalog.views.len()),
        ("matv", catalog.materialized_views.len()),
        (
            "funcs",
            catalog.routines.len() + catalog.aggregates.len() + constructors,
        ),
        (
            "trigs",
            // Those that partitions have from their parents are not counted.
            tables().map(|table| table.triggers.len()).sum::<usize>() + view_triggers(catalog),
        ),
        (
            "parts",
            tables()
                .filter(|table| table.partition_of.is_some())
                .count(),
        ),
        (
            "parted",
            tables()
                .filter(|table| table.partition_by.is_some())
                .count(),
        ),
        ("enums", types(|kind| matches!(kind, TypeKind::Enum(_)))),
        (
            "domains",
            types(|kind| matches!(kind, TypeKind::Domain { .. })),
        ),
        ("policies", tables().map(|table| table.policies.len()).sum()),
        ("seqs", catalog.sequences.len() + identities),
        (
            "gencols",
            tables()
                .flat_map(|table| &table.columns)
                .filter(|c| c.generated.is_some())
                .count(),
        ),
        (
            "comments",
            comments(&serde_json::to_value(catalog).unwrap()) + own_comments,
        ),
        ("inherits", tables().map(|table| table.inherits.len()).sum()),
    ])
}

/// The counts that differ from what is known, as `indexes: 12 instead of 13`.
pub fn unlike(catalog: &Catalog, known: &BTreeMap<String, String>) -> Vec<String> {
    counts(catalog)
        .into_iter()
        .filter_map(|(kind, found)| {
            let expected: usize = known.get(kind)?.parse().ok()?;
            (expected != found).then(|| format!("{kind}: {found} instead of {expected}"))
        })
        .collect()
}

fn sum(catalog: &Catalog, of: impl Fn(&QualifiedName) -> usize) -> usize {
    catalog.tables.keys().map(of).sum()
}

/// What a table has its columns and checks from.
fn parents<'a>(catalog: &'a Catalog, table: &QualifiedName) -> Vec<&'a QualifiedName> {
    let Some(table) = catalog.tables.get(table) else {
        return Vec::new();
    };
    let partitioned = table
        .partition_of
        .as_ref()
        .map(|partition| &partition.parent);
    table.inherits.iter().chain(partitioned).collect()
}

fn columns<'a>(catalog: &'a Catalog, name: &QualifiedName) -> BTreeSet<&'a str> {
    let mut found: BTreeSet<&str> = parents(catalog, name)
        .into_iter()
        .flat_map(|parent| columns(catalog, parent))
        .collect();
    if let Some(table) = catalog.tables.get(name) {
        found.extend(table.columns.iter().map(|column| column.name.as_str()));
        let of_type = table
            .of_type
            .as_ref()
            .and_then(|name| catalog.types.get(name));
        if let Some(TypeKind::Composite(attributes)) = of_type.map(|t| &t.kind) {
            found.extend(attributes.iter().map(|attribute| attribute.name.as_str()));
        }
    }
    found
}

/// Checks with those of the parents that children have too.
fn checks<'a>(catalog: &'a Catalog, name: &QualifiedName) -> BTreeMap<&'a Name, bool> {
    let mut found: BTreeMap<&Name, bool> = parents(catalog, name)
        .into_iter()
        .flat_map(|parent| checks(catalog, parent))
        .filter(|(_, no_inherit)| !no_inherit)
        .collect();
    if let Some(table) = catalog.tables.get(name) {
        for (name, constraint) in &table.constraints {
            if matches!(constraint.kind, ConstraintKind::Check(_)) {
                found.insert(name, constraint.no_inherit);
            }
        }
    }
    found
}

/// The server has a row for every partition of the referencing table, and for every partition of the
/// referenced one.
fn foreign_keys(catalog: &Catalog, name: &QualifiedName) -> usize {
    let Some(table) = catalog.tables.get(name) else {
        return 0;
    };
    let rows = |references: &QualifiedName| {
        1 + partitions(catalog, name) + partitions(catalog, references)
    };
    table
        .foreign_keys()
        .map(|(_, key)| rows(&key.references))
        .sum()
}

fn view_triggers(catalog: &Catalog) -> usize {
    catalog.views.values().map(|view| view.triggers.len()).sum()
}

/// Partitions of a table and their partitions.
fn partitions(catalog: &Catalog, name: &QualifiedName) -> usize {
    catalog
        .partitions_of(name)
        .map(|(partition, _)| 1 + partitions(catalog, partition))
        .sum()
}

/// Comments of objects of every kind.
fn comments(value: &Value) -> usize {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(key, member)| {
                let is_comment = matches!(key.as_str(), "comment" | "index_comment");
                usize::from(is_comment && member.is_string()) + comments(member)
            })
            .sum(),
        Value::Array(elements) => elements.iter().map(comments).sum(),
        _ => 0,
    }
}
