//! The objects around a text, from a catalog.

mod extensions;
mod relations;
mod routines;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::sync::Arc;

use pgwright_catalog::{self as model, Catalog, QualifiedName};

use super::environment::{Cast, Environment, Relation, TypeDescription, TypeDescriptionKind};
use super::tree::{Collation, Function, Operator, RteColumn, Type};
use super::types::parse_type_or_opaque;

type Key = (Arc<str>, Arc<str>);

/// How many types one type may need, one through the other.
const MAXIMUM_TYPES: usize = 64;

/// The objects of a [`Catalog`], seen through a search path.
///
/// What was looked up is kept, so that one environment should serve all texts that are read against
/// the same state of the catalog.
pub struct CatalogEnvironment<'c> {
    catalog: &'c Catalog,
    search_path: Vec<Arc<str>>,
    relations: RefCell<BTreeMap<Key, Option<Arc<Relation>>>>,
    types: RefCell<BTreeMap<Key, Option<Arc<TypeDescription>>>>,
    /// Types by the texts of the catalog.
    type_texts: RefCell<BTreeMap<String, (Type, i32)>>,
    functions: RefCell<BTreeMap<Key, Vec<Arc<Function>>>>,
    extensions: Vec<extensions::InstalledExtension>,
    /// How many types are being described, each for the sake of the one before.
    depth: Cell<usize>,
}

impl<'c> CatalogEnvironment<'c> {
    /// The objects of a catalog through a search path, which need not name `pg_catalog`.
    pub fn new<S: AsRef<str>>(catalog: &'c Catalog, search_path: &[S]) -> Self {
        Self {
            catalog,
            search_path: search_path.iter().map(|s| s.as_ref().into()).collect(),
            relations: RefCell::default(),
            types: RefCell::default(),
            type_texts: RefCell::default(),
            functions: RefCell::default(),
            extensions: extensions::installed(catalog),
            depth: Cell::new(0),
        }
    }

    /// A type of the catalog's texts; a name that nothing is known of is a type all the same.
    fn type_of(&self, text: &str) -> (Type, i32) {
        if let Some(found) = self.type_texts.borrow().get(text) {
            return found.clone();
        }
        let found = parse_type_or_opaque(self, text);
        self.type_texts
            .borrow_mut()
            .insert(text.to_owned(), found.clone());
        found
    }

    fn column(
        &self,
        name: &model::Name,
        data_type: &str,
        collation: Option<&QualifiedName>,
    ) -> RteColumn {
        let (data_type, typmod) = self.type_of(data_type);
        RteColumn {
            name: name.as_str().into(),
            data_type,
            typmod,
            collation: collation.map(collation_name),
        }
    }

    /// The schemas that a look-up goes through.
    fn schemas<'s>(&'s self, schema: Option<&'s str>) -> Vec<&'s str> {
        match schema {
            Some(schema) => vec![schema],
            None => self.search_path.iter().map(|s| &**s).collect(),
        }
    }

    fn describe(&self, schema: &str, name: &str) -> Option<TypeDescription> {
        // Types that are held by their names alone may turn out to need each other in a circle.
        self.depth.set(self.depth.get() + 1);
        let described = if self.depth.get() > MAXIMUM_TYPES {
            None
        } else {
            self.describe_one(schema, name)
        };
        self.depth.set(self.depth.get() - 1);
        described
    }

    fn describe_one(&self, schema: &str, name: &str) -> Option<TypeDescription> {
        let described = |kind| {
            Some(TypeDescription {
                schema: schema.into(),
                name: name.into(),
                kind,
            })
        };
        let key = QualifiedName::new(schema, name);
        let Some(found) = self.catalog.types.get(&key) else {
            if let Some(range) = self.range_of_multirange(schema, name) {
                return described(TypeDescriptionKind::Multirange { range });
            }
            if let Some(kind) = self.extension_type(schema, name) {
                return described(kind);
            }
            // The row of a sequence has a type as well, which nothing uses, and finding that of an
            // identity column would take a walk over all tables.
            let catalog = self.catalog;
            let has_rows = catalog.tables.contains_key(&key)
                || catalog.views.contains_key(&key)
                || catalog.materialized_views.contains_key(&key);
            let relation = has_rows.then(|| self.relation(Some(schema), name))??;
            return described(TypeDescriptionKind::Composite(relation.columns.clone()));
        };
        described(match &found.kind {
            model::TypeKind::Enum(labels) => {
                TypeDescriptionKind::Enum(labels.iter().map(|l| l.as_str().into()).collect())
            }
            model::TypeKind::Domain { base, .. } => {
                let (base, typmod) = self.type_of(base);
                TypeDescriptionKind::Domain { base, typmod }
            }
            model::TypeKind::Composite(attributes) => TypeDescriptionKind::Composite(
                attributes
                    .iter()
                    .map(|a| self.column(&a.name, &a.data_type, a.collation.as_ref()))
                    .collect(),
            ),
            model::TypeKind::Range {
                subtype,
                multirange,
                ..
            } => TypeDescriptionKind::Range {
                subtype: self.type_of(subtype).0,
                multirange: multirange
                    .as_ref()
                    .map_or_else(|| multirange_name(name), |m| m.as_str().into()),
            },
            model::TypeKind::Base(_) | model::TypeKind::Shell => TypeDescriptionKind::Unknown,
        })
    }

    /// The range type whose multirange type has a name.
    fn range_of_multirange(&self, schema: &str, name: &str) -> Option<Type> {
        let first = QualifiedName::new(schema, "");
        let of_schema = self
            .catalog
            .types
            .range(first..)
            .take_while(|(key, _)| key.schema.as_str() == schema);
        for (key, t) in of_schema {
            if let model::TypeKind::Range { multirange, .. } = &t.kind {
                let found = match multirange {
                    Some(given) => given.as_str() == name,
                    None => *multirange_name(key.name.as_str()) == *name,
                };
                if found {
                    return Some(Type::user(schema, key.name.as_str()));
                }
            }
        }
        None
    }
}

/// The name that a multirange type gets when none is given.
fn multirange_name(range: &str) -> Arc<str> {
    match range.rfind("range") {
        Some(place) => {
            let (before, after) = range.split_at(place);
            format!("{before}multi{after}").into()
        }
        None => format!("{range}_multirange").into(),
    }
}

fn collation_name(name: &QualifiedName) -> Collation {
    Collation {
        schema: name.schema.as_str().into(),
        name: name.name.as_str().into(),
    }
}

impl Environment for CatalogEnvironment<'_> {
    fn search_path(&self) -> &[Arc<str>] {
        &self.search_path
    }

    fn relation(&self, schema: Option<&str>, name: &str) -> Option<Arc<Relation>> {
        self.schemas(schema).into_iter().find_map(|schema| {
            let key = (Arc::from(schema), Arc::from(name));
            if let Some(found) = self.relations.borrow().get(&key) {
                return found.clone();
            }
            let found = self.read_relation(schema, name).map(Arc::new);
            self.relations.borrow_mut().insert(key, found.clone());
            found
        })
    }

    fn user_type(&self, schema: Option<&str>, name: &str) -> Option<Arc<TypeDescription>> {
        self.schemas(schema).into_iter().find_map(|schema| {
            let key = (Arc::from(schema), Arc::from(name));
            if let Some(found) = self.types.borrow().get(&key) {
                return found.clone();
            }
            let found = self.describe(schema, name).map(Arc::new);
            self.types.borrow_mut().insert(key, found.clone());
            found
        })
    }

    fn functions(&self, schema: Option<&str>, name: &str) -> Vec<Arc<Function>> {
        let mut all = Vec::new();
        for schema in self.schemas(schema) {
            let key = (Arc::from(schema), Arc::from(name));
            if let Some(found) = self.functions.borrow().get(&key) {
                all.extend(found.iter().cloned());
                continue;
            }
            let found = self.read_functions(schema, name);
            all.extend(found.iter().cloned());
            self.functions.borrow_mut().insert(key, found);
        }
        all
    }

    fn operators(&self, schema: Option<&str>, name: &str) -> Vec<Arc<Operator>> {
        self.schemas(schema)
            .into_iter()
            .flat_map(|schema| {
                let mut all = self.read_operators(schema, name);
                all.extend(self.extension_operators(schema, name));
                all
            })
            .collect()
    }

    fn cast(&self, source: &Type, target: &Type) -> Option<Arc<Cast>> {
        self.read_cast(source, target)
            .or_else(|| self.extension_cast(source, target))
            .map(Arc::new)
    }

    fn collation(&self, schema: Option<&str>, name: &str) -> Option<Collation> {
        self.schemas(schema).into_iter().find_map(|schema| {
            let key = QualifiedName::new(schema, name);
            self.catalog
                .collations
                .contains_key(&key)
                .then(|| collation_name(&key))
        })
    }
}
