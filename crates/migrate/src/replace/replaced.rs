//! What is made anew, and a catalog without it.

use std::collections::BTreeSet;

use pgwright_catalog::write::scan;
use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName, TypeKind};

/// Objects of both catalogs that are dropped and made anew.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Replaced {
    /// The objects. A column is one that is dropped and added again.
    pub objects: BTreeSet<ObjectId>,
    /// Columns whose default is dropped and set again.
    pub defaults: BTreeSet<(QualifiedName, Name)>,
    /// Domains whose default and checks are dropped and set again.
    pub domains: BTreeSet<QualifiedName>,
}

impl Replaced {
    /// True when a type that is made anew is named by a data type.
    pub fn names_type(&self, data_type: &str) -> Option<&QualifiedName> {
        let types = self.objects.iter().filter_map(|o| match o {
            ObjectId::Type(name) => Some(name),
            _ => None,
        });
        types.into_iter().find(|name| names_type(data_type, name))
    }

    /// A catalog without what is made anew.
    pub fn taken_from(&self, catalog: &Catalog) -> Catalog {
        let mut rest = catalog.clone();
        for object in &self.objects {
            take(&mut rest, object);
        }
        for (table, column) in &self.defaults {
            let column = rest
                .tables
                .get_mut(table)
                .and_then(|t| t.column_mut(column.as_str()));
            if let Some(column) = column {
                column.default = None;
            }
        }
        for name in &self.domains {
            if let Some(TypeKind::Domain {
                default, checks, ..
            }) = rest.types.get_mut(name).map(|t| &mut t.kind)
            {
                *default = None;
                checks.clear();
            }
        }
        rest
    }
}

/// True when a data type is, or is an array of, a type of that name.
pub(crate) fn names_type(data_type: &str, name: &QualifiedName) -> bool {
    let tokens = scan(data_type);
    tokens.windows(3).any(|part| {
        part[1].is_symbol(".")
            && part[0].name().as_deref() == Some(name.schema.as_str())
            && part[2].name().as_deref() == Some(name.name.as_str())
    })
}

fn take(catalog: &mut Catalog, object: &ObjectId) {
    let of = |object: &ObjectId, other: &ObjectId| match (object, other) {
        (ObjectId::Table(t), ObjectId::Column(u, _)) => t == u,
        (a, b) => a == b,
    };
    catalog
        .owner_privileges
        .retain(|other, _| !of(object, other));
    catalog
        .security_labels
        .retain(|other, _| !of(object, other));
    match object {
        ObjectId::Extension(n) => drop(catalog.extensions.remove(n)),
        ObjectId::Type(n) => drop(catalog.types.remove(n)),
        ObjectId::Sequence(n) => drop(catalog.sequences.remove(n)),
        ObjectId::Table(n) => {
            catalog.tables.remove(n);
            for sequence in catalog.sequences.values_mut() {
                if sequence.owned_by.as_ref().is_some_and(|(t, _)| t == n) {
                    sequence.owned_by = None;
                }
            }
        }
        ObjectId::View(n) => drop(catalog.views.remove(n)),
        ObjectId::MaterializedView(n) => drop(catalog.materialized_views.remove(n)),
        ObjectId::Routine(s) => drop(catalog.routines.remove(s)),
        ObjectId::Language(n) => drop(catalog.languages.remove(n)),
        ObjectId::AccessMethod(n) => drop(catalog.access_methods.remove(n)),
        ObjectId::Aggregate(s) => drop(catalog.aggregates.remove(s)),
        ObjectId::Operator(s) => drop(catalog.operators.remove(s)),
        ObjectId::OperatorFamily(n) => drop(catalog.operator_families.remove(n)),
        ObjectId::OperatorClass(n) => drop(catalog.operator_classes.remove(n)),
        ObjectId::Cast(s) => drop(catalog.casts.remove(s)),
        ObjectId::Transform(s) => drop(catalog.transforms.remove(s)),
        ObjectId::Collation(n) => drop(catalog.collations.remove(n)),
        ObjectId::Conversion(n) => drop(catalog.conversions.remove(n)),
        ObjectId::TextSearchParser(n) => drop(catalog.text_search_parsers.remove(n)),
        ObjectId::TextSearchTemplate(n) => drop(catalog.text_search_templates.remove(n)),
        ObjectId::TextSearchDictionary(n) => drop(catalog.text_search_dictionaries.remove(n)),
        ObjectId::TextSearchConfiguration(n) => drop(catalog.text_search_configurations.remove(n)),
        ObjectId::Statistics(n) => drop(catalog.statistics.remove(n)),
        ObjectId::ForeignDataWrapper(n) => drop(catalog.foreign_data_wrappers.remove(n)),
        ObjectId::ForeignServer(n) => drop(catalog.foreign_servers.remove(n)),
        ObjectId::UserMapping(n) => drop(catalog.user_mappings.remove(n)),
        ObjectId::EventTrigger(n) => drop(catalog.event_triggers.remove(n)),
        ObjectId::Publication(n) => drop(catalog.publications.remove(n)),
        ObjectId::Subscription(n) => drop(catalog.subscriptions.remove(n)),
        // Schemas and roles are changed in place.
        ObjectId::Role(_) | ObjectId::Schema(_) => {}
        ObjectId::Column(t, n) => {
            for table in with_heirs_of_column(catalog, t, n) {
                if let Some(table) = catalog.tables.get_mut(&table) {
                    table.columns.retain(|c| c.name != *n);
                    table.grants.retain(|g| g.column.as_ref() != Some(n));
                }
            }
        }
        ObjectId::Constraint(t, n) => {
            if let Some(table) = catalog.tables.get_mut(t) {
                table.constraints.remove(n);
            }
        }
        ObjectId::Policy(t, n) => {
            if let Some(table) = catalog.tables.get_mut(t) {
                table.policies.remove(n);
            }
        }
        ObjectId::Index(t, n) => {
            if let Some(table) = catalog.tables.get_mut(t) {
                table.indexes.remove(n);
            }
            if let Some(view) = catalog.materialized_views.get_mut(t) {
                view.indexes.remove(n);
            }
        }
        ObjectId::Trigger(t, n) => {
            if let Some(table) = catalog.tables.get_mut(t) {
                table.triggers.remove(n);
            }
            if let Some(view) = catalog.views.get_mut(t) {
                view.triggers.remove(n);
            }
        }
        ObjectId::Rule(t, n) => {
            if let Some(table) = catalog.tables.get_mut(t) {
                table.rules.remove(n);
            }
            if let Some(view) = catalog.views.get_mut(t) {
                view.rules.remove(n);
            }
        }
    }
}

/// The table and those that have the column from it alone.
fn with_heirs_of_column(
    catalog: &Catalog,
    table: &QualifiedName,
    column: &Name,
) -> Vec<QualifiedName> {
    let mut found = vec![table.clone()];
    let mut at = 0;
    while let Some(parent) = found.get(at).cloned() {
        at += 1;
        for (name, heir) in &catalog.tables {
            let mut parents = heir.parents();
            let own = || heir.column(column.as_str()).is_some_and(|c| !c.inherited);
            let of_parent = heir.partition_of.is_some() || heir.inherits.len() == 1 && !own();
            if parents.any(|p| *p == parent) && of_parent && !found.contains(name) {
                found.push(name.clone());
            }
        }
    }
    found
}
