//! What is known of tables while a plan runs, under whichever name they have by then.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Catalog, Constraint, ForeignKey, Name, PartitionBound, QualifiedName, Table,
};

use crate::{aside, beside};

/// The tables of both ends of a plan.
pub(super) struct Known<'a> {
    before: &'a Catalog,
    after: &'a Catalog,
    children: BTreeMap<&'a QualifiedName, BTreeSet<&'a QualifiedName>>,
    /// Tables with foreign keys to a table.
    referencing: BTreeMap<&'a QualifiedName, BTreeSet<&'a QualifiedName>>,
    /// Tables by the schema and name of an index or constraint; few plans ask.
    of_index: OnceCell<BTreeMap<(&'a Name, &'a Name), &'a QualifiedName>>,
}

impl<'a> Known<'a> {
    pub fn new(before: &'a Catalog, after: &'a Catalog) -> Self {
        let mut known = Known {
            before,
            after,
            children: BTreeMap::new(),
            referencing: BTreeMap::new(),
            of_index: OnceCell::new(),
        };
        for (name, table) in before.tables.iter().chain(&after.tables) {
            for parent in table.parents() {
                known.children.entry(parent).or_default().insert(name);
            }
            for (_, key) in table.foreign_keys() {
                let tables = known.referencing.entry(&key.references).or_default();
                tables.insert(name);
            }
        }
        known
    }

    /// What a table is called in a catalog.
    fn origin(&self, name: &QualifiedName) -> QualifiedName {
        if let Some(schema) = name.schema.as_str().strip_prefix(aside::ASIDE) {
            return QualifiedName::new(Name::new(schema), name.name.clone());
        }
        match beside::real_name(&name.name) {
            Some(real) => QualifiedName::new(name.schema.clone(), real),
            None => name.clone(),
        }
    }

    /// The table at both ends, the beginning first.
    fn tables(&self, name: &QualifiedName) -> impl Iterator<Item = &'a Table> + use<'a> {
        let origin = self.origin(name);
        let found = |catalog: &'a Catalog, name: &QualifiedName| catalog.tables.get(name);
        let own = [found(self.before, name), found(self.after, name)];
        let of_origin = [found(self.before, &origin), found(self.after, &origin)];
        own.into_iter().chain(of_origin).flatten()
    }

    /// Whether it was there before the plan began, under this or another name.
    pub fn was_there(&self, name: &QualifiedName) -> bool {
        let is = |name: &QualifiedName| {
            self.before.tables.contains_key(name)
                || self.before.materialized_views.contains_key(name)
        };
        // What is kept aside was.
        is(name) || name.schema.as_str().starts_with(aside::ASIDE) || is(&self.origin(name))
    }

    /// The default partition of a partitioned table.
    pub fn default_partition(&self, name: &QualifiedName) -> Option<QualifiedName> {
        let is_default = |child: &QualifiedName| {
            self.tables(child).any(|table| {
                let of = table.partition_of.as_ref();
                of.is_some_and(|of| of.parent == *name && of.bound == PartitionBound::Default)
            })
        };
        let mut children = self.children.get(name)?.iter();
        children
            .find(|child| is_default(child))
            .map(|child| (*child).clone())
    }

    /// Tables of a composite type.
    pub fn of_type(&self, name: &QualifiedName) -> Vec<&'a QualifiedName> {
        let tables = self.before.tables.iter();
        let of_type = tables.filter(|(_, table)| table.of_type.as_ref() == Some(name));
        of_type.map(|(table, _)| table).collect()
    }

    /// The tables that a publication has at either end.
    pub fn published(&self, name: &Name) -> BTreeSet<&'a QualifiedName> {
        let catalogs = [self.before, self.after].into_iter();
        let publications = catalogs.filter_map(|catalog| catalog.publications.get(name));
        publications.flat_map(|p| p.tables.keys()).collect()
    }

    pub fn is_table(&self, name: &QualifiedName) -> bool {
        self.tables(name).next().is_some()
    }

    pub fn is_partitioned(&self, name: &QualifiedName) -> bool {
        self.tables(name)
            .next()
            .is_some_and(|t| t.partition_by.is_some())
    }

    pub fn is_foreign(&self, name: &QualifiedName) -> bool {
        self.tables(name)
            .next()
            .is_some_and(|t| t.foreign.is_some())
    }

    /// The table, and all that is below it. What is below a table that is kept aside is there too.
    pub fn tree(&self, name: &QualifiedName) -> Vec<QualifiedName> {
        let origin = self.origin(name);
        let mut found = vec![name.clone()];
        let mut open = vec![name, &origin];
        let mut seen: BTreeSet<&QualifiedName> = BTreeSet::new();
        while let Some(parent) = open.pop() {
            for child in self.children.get(parent).into_iter().flatten() {
                if seen.insert(child) {
                    open.push(child);
                    found.push(self.beside(name, &origin, child));
                }
            }
        }
        found
    }

    /// The tables that it is part or heir of.
    pub fn parents(&self, name: &QualifiedName) -> BTreeSet<QualifiedName> {
        let origin = self.origin(name);
        let parents = self.tables(name).flat_map(Table::parents);
        parents
            .map(|parent| self.beside(name, &origin, parent))
            .collect()
    }

    /// What another table is called when the first of a family is called otherwise than in its catalog.
    fn beside(
        &self,
        name: &QualifiedName,
        origin: &QualifiedName,
        other: &QualifiedName,
    ) -> QualifiedName {
        if name.schema != origin.schema {
            return aside::aside_name(other);
        }
        other.clone()
    }

    /// A constraint of a table, at whichever end has one of this name.
    pub fn constraint(&self, table: &QualifiedName, name: &Name) -> Option<&'a Constraint> {
        let real = beside::real_name(name);
        let names = [Some(name), real.as_ref()];
        let mut tables = self.tables(table);
        tables.find_map(|t| names.iter().flatten().find_map(|n| t.constraints.get(*n)))
    }

    /// The foreign keys of a table.
    pub fn foreign_keys(&self, table: &QualifiedName) -> Vec<&'a ForeignKey> {
        self.tables(table)
            .flat_map(|t| t.foreign_keys().map(|(_, key)| key))
            .collect()
    }

    /// The foreign keys that refer to a table, each with the table that has it.
    pub fn referencing(&self, table: &QualifiedName) -> Vec<(&'a QualifiedName, &'a ForeignKey)> {
        let origin = self.origin(table);
        let tables = [table, &origin]
            .into_iter()
            .filter_map(|t| self.referencing.get(t));
        let tables: BTreeSet<&QualifiedName> = tables.flatten().copied().collect();
        let keys = |name: &'a QualifiedName| {
            let keys = self.foreign_keys(name).into_iter();
            keys.filter(|key| key.references == *table || key.references == origin)
                .map(move |key| (name, key))
                .collect::<Vec<_>>()
        };
        tables.into_iter().flat_map(keys).collect()
    }

    /// The table that has an index, by the index's schema and name.
    pub fn of_index(&self, schema: &Name, index: &Name) -> Option<&'a QualifiedName> {
        let of_index = self.of_index.get_or_init(|| {
            let mut of_index = BTreeMap::new();
            // Where both have it, the beginning is right.
            for catalog in [self.after, self.before] {
                for (name, table) in &catalog.tables {
                    let keys = table.constraints.keys().chain(table.indexes.keys());
                    of_index.extend(keys.map(|key| ((&name.schema, key), name)));
                }
                for (name, view) in &catalog.materialized_views {
                    of_index.extend(view.indexes.keys().map(|key| ((&name.schema, key), name)));
                }
            }
            of_index
        });
        of_index.get(&(schema, index)).copied()
    }

    /// The query of a materialized view.
    pub fn query_of(&self, view: &QualifiedName) -> Option<&'a str> {
        let mut catalogs = [self.before, self.after].into_iter();
        let found = catalogs.find_map(|catalog| catalog.materialized_views.get(view));
        found.map(|view| view.query.as_str())
    }

    /// The table of a statistics object.
    pub fn of_statistics(&self, name: &QualifiedName) -> Option<&'a QualifiedName> {
        let mut catalogs = [self.before, self.after].into_iter();
        catalogs
            .find_map(|c| c.statistics.get(name))
            .map(|s| &s.table)
    }

    /// Tables with columns of a type.
    pub fn with_columns_of(&self, name: &QualifiedName) -> BTreeSet<&'a QualifiedName> {
        let tables = self.before.tables.iter();
        let of_type = |table: &Table| {
            let mut columns = table.columns.iter();
            columns.any(|column| crate::replace::names_type(&column.data_type, name))
        };
        tables
            .filter(|(_, table)| of_type(table))
            .map(|(name, _)| name)
            .collect()
    }
}
