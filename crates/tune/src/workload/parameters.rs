//! Names in statements, by a catalog.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, QualifiedName, Table};
use pgwright_ddl::query::{Relation, Resolver};

/// Resolves names as written in statements by the tables and views of a catalog: those of the schema `public`
/// first, and without a schema whatever has that name alone.
#[derive(Debug)]
pub struct CatalogNames<'a> {
    catalog: &'a Catalog,
    /// Relations by their names alone, where these are theirs alone.
    alone: BTreeMap<&'a str, Option<&'a QualifiedName>>,
}

impl<'a> CatalogNames<'a> {
    /// The names of a catalog.
    pub fn new(catalog: &'a Catalog) -> Self {
        let mut alone: BTreeMap<&str, Option<&QualifiedName>> = BTreeMap::new();
        let names = catalog
            .tables
            .keys()
            .chain(catalog.materialized_views.keys())
            .chain(catalog.views.keys());
        for name in names {
            let known = alone.entry(name.name.as_str());
            known
                .and_modify(|other| {
                    // Two schemas have it: PostgreSQL would look into the one called public.
                    let public = |n: &&QualifiedName| n.schema.as_str() == "public";
                    *other = other.filter(public).or(Some(name).filter(public));
                })
                .or_insert(Some(name));
        }
        Self { catalog, alone }
    }

    /// The relation behind a name as it is written.
    pub fn find(&self, path: &[String]) -> Option<&'a QualifiedName> {
        match path {
            [name] => self.alone.get(name.as_str()).copied().flatten(),
            [.., schema, name] => {
                let name = QualifiedName::new(schema.as_str(), name.as_str());
                let tables = self.catalog.tables.get_key_value(&name).map(|(k, _)| k);
                let views = self.catalog.views.get_key_value(&name).map(|(k, _)| k);
                let materialized = self.catalog.materialized_views.get_key_value(&name);
                tables.or(views).or(materialized.map(|(k, _)| k))
            }
            [] => None,
        }
    }

    /// The columns of a table, those of its parents first.
    fn columns(&self, table: &'a Table, depth: usize) -> Vec<&'a str> {
        let mut found: Vec<&str> = Vec::new();
        let parents = table
            .partition_of
            .iter()
            .map(|p| &p.parent)
            .chain(&table.inherits);
        for parent in parents.filter(|_| depth > 0) {
            if let Some(parent) = self.catalog.tables.get(parent) {
                found.extend(self.columns(parent, depth - 1));
            }
        }
        for column in &table.columns {
            if !found.contains(&column.name.as_str()) {
                found.push(column.name.as_str());
            }
        }
        found
    }
}

/// How deep tables may inherit.
const DEEPEST: usize = 16;

impl Resolver for CatalogNames<'_> {
    fn relation(&self, path: &[String]) -> Option<Relation> {
        let name = self.find(path)?;
        let of_view = |columns: &'_ [pgwright_catalog::ViewColumn]| -> Vec<String> {
            columns.iter().map(|c| c.name.to_string()).collect()
        };
        let columns: Vec<String> = if let Some(table) = self.catalog.tables.get(name) {
            let columns = self.columns(table, DEEPEST).into_iter();
            columns.map(str::to_owned).collect()
        } else if let Some(view) = self.catalog.materialized_views.get(name) {
            of_view(&view.columns)
        } else {
            of_view(&self.catalog.views.get(name)?.columns)
        };
        Some(Relation {
            schema: None,
            name: name.name.to_string(),
            columns: columns.into_iter().map(|c| (c.clone(), c)).collect(),
        })
    }
}
