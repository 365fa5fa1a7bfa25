//! The catalog as it should be.

use pgwright_catalog::{Catalog, Index, Name, ObjectId};

use crate::advise::Advice;
use crate::family::Proposal;

/// The catalog with what is recommended, and without what is dispensable.
pub fn to_be(catalog: &Catalog, advice: &Advice, proposals: &[Proposal]) -> Catalog {
    let mut to_be = catalog.clone();
    for (number, item) in advice.items.iter().enumerate() {
        let new = item.kind.is_some() && advice.chosen.contains(number);
        let gone = advice.dropped.contains_key(&number);
        if !new && !gone {
            continue;
        }
        let table = to_be.tables.get_mut(&item.table).map(|t| &mut t.indexes);
        let view = to_be
            .materialized_views
            .get_mut(&item.table)
            .map(|v| &mut v.indexes);
        let Some(indexes) = table.or(view) else {
            continue;
        };
        if gone {
            indexes.remove(&item.name);
            continue;
        }
        indexes.insert(item.name.clone(), item.index.clone());
        for extension in extensions(&item.index) {
            let name = Name::new(extension);
            to_be.extensions.entry(name.clone()).or_default();
            to_be.depends(
                ObjectId::Index(item.table.clone(), item.name.clone()),
                ObjectId::Extension(name),
            );
        }
    }
    for change in proposals.iter().filter_map(|p| p.change.as_ref()) {
        change(&mut to_be);
    }
    to_be
}

/// The extensions that an index needs.
fn extensions(index: &Index) -> Vec<&'static str> {
    let class = |wanted: &str| {
        index
            .elements
            .iter()
            .any(|e| e.operator_class.as_deref() == Some(wanted))
    };
    match class("gin_trgm_ops") {
        true => vec!["pg_trgm"],
        false => Vec::new(),
    }
}
