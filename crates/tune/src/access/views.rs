//! Views are read as what they are: the query in their place.

use pgwright_catalog::{Catalog, QualifiedName};
use pgwright_ddl::analyze::tree::{Query, RelationKind, RteKind};
use pgwright_ddl::analyze::{CatalogEnvironment, PartMut, prepared_query, query_parts_mut};

/// Views on views deeper than this are left as they are.
const DEEPEST: usize = 16;

/// Puts the queries of views in their places.
pub(super) fn put_in(query: &mut Query, catalog: &Catalog, environment: &CatalogEnvironment<'_>) {
    within(query, catalog, environment, DEEPEST);
}

fn within(
    query: &mut Query,
    catalog: &Catalog,
    environment: &CatalogEnvironment<'_>,
    depth: usize,
) {
    let Some(depth) = depth.checked_sub(1) else {
        return;
    };
    for entry in &mut query.range_table {
        let RteKind::Relation(relation) = &entry.kind else {
            continue;
        };
        if relation.kind != RelationKind::View || !entry.in_from {
            continue;
        }
        let name = QualifiedName::new(&*relation.schema, &*relation.name);
        let view = catalog.views.get(&name);
        if let Some(mut inner) = view.and_then(|v| prepared_query(&v.query, environment).ok()) {
            within(&mut inner, catalog, environment, depth);
            entry.kind = RteKind::Subquery(Box::new(inner));
        }
    }
    query_parts_mut(query, &mut |part| parts(part, catalog, environment, depth));
}

fn parts(part: PartMut<'_>, catalog: &Catalog, environment: &CatalogEnvironment<'_>, depth: usize) {
    match part {
        PartMut::Query(query) => within(query, catalog, environment, depth),
        PartMut::Expr(expr) => {
            pgwright_ddl::analyze::expr_parts_mut(expr, &mut |part| {
                parts(part, catalog, environment, depth);
            });
        }
    }
}
