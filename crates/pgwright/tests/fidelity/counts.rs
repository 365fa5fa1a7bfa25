//! How many objects a catalog holds, in the terms of the corpus's COUNTS.tsv.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, ConstraintKind, TypeKind};

/// Column of COUNTS.tsv to number of objects.
pub fn counts(catalog: &Catalog) -> BTreeMap<&'static str, usize> {
    let tables = || catalog.tables.values();
    let constraints = |wanted: fn(&ConstraintKind) -> bool| -> usize {
        tables()
            .flat_map(|table| table.constraints.values())
            .filter(|constraint| wanted(&constraint.kind))
            .count()
    };
    let types =
        |wanted: fn(&TypeKind) -> bool| catalog.types.values().filter(|t| wanted(&t.kind)).count();
    let backed = constraints(|kind| {
        matches!(
            kind,
            ConstraintKind::PrimaryKey(_)
                | ConstraintKind::Unique(_)
                | ConstraintKind::Exclusion { .. }
        )
    });
    let indexes: usize = tables().map(|table| table.indexes.len()).sum::<usize>()
        + catalog
            .materialized_views
            .values()
            .map(|view| view.indexes.len())
            .sum::<usize>();
    BTreeMap::from([
        ("tables", tables().count()),
        ("columns", tables().map(|table| table.columns.len()).sum()),
        ("indexes", indexes + backed),
        (
            "fks",
            constraints(|kind| matches!(kind, ConstraintKind::ForeignKey(_))),
        ),
        (
            "checks",
            constraints(|kind| matches!(kind, ConstraintKind::Check(_))),
        ),
        (
            "excl",
            constraints(|kind| matches!(kind, ConstraintKind::Exclusion { .. })),
        ),
        ("views", catalog.views.len()),
        ("matv", catalog.materialized_views.len()),
        ("funcs", catalog.routines.len() + catalog.aggregates.len()),
        (
            "trigs",
            tables().map(|table| table.triggers.len()).sum::<usize>()
                + catalog
                    .views
                    .values()
                    .map(|view| view.triggers.len())
                    .sum::<usize>(),
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
        (
            "seqs",
            catalog.sequences.len()
                + tables()
                    .flat_map(|t| &t.columns)
                    .filter(|c| c.identity.is_some())
                    .count(),
        ),
        (
            "gencols",
            tables()
                .flat_map(|table| &table.columns)
                .filter(|c| c.generated.is_some())
                .count(),
        ),
        ("inherits", tables().map(|table| table.inherits.len()).sum()),
        ("schemas", catalog.schemas.len()),
    ])
}

/// The counts that differ from what is known, as `indexes 12 instead of 13`.
pub fn unlike(catalog: &Catalog, known: &BTreeMap<String, String>) -> Vec<String> {
    counts(catalog)
        .into_iter()
        .filter_map(|(kind, found)| {
            let expected: usize = known.get(kind)?.parse().ok()?;
            (expected != found).then(|| format!("{kind} {found} instead of {expected}"))
        })
        .collect()
}
