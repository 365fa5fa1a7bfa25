//! Objects of extensions that a catalog names.

use std::sync::Arc;

use pgwright_catalog::Catalog;

use super::CatalogEnvironment;
use crate::analyze::environment::{Cast, TypeDescriptionKind};
use crate::analyze::system::extensions::{ExtensionObjects, extension, type_reference};
use crate::analyze::tree::{Function, Operator, Type};

/// An extension of the catalog, in the schema that holds its objects.
pub(super) struct InstalledExtension {
    pub(super) schema: Arc<str>,
    objects: &'static ExtensionObjects,
}

/// The extensions of a catalog that are known, with those that they bring along.
pub(super) fn installed(catalog: &Catalog) -> Vec<InstalledExtension> {
    let mut all = Vec::new();
    for (name, entry) in &catalog.extensions {
        let schema: Arc<str> = match &entry.schema {
            Some(schema) => schema.as_str().into(),
            None => "public".into(),
        };
        let mut names = vec![name.as_str()];
        // CREATE EXTENSION … CASCADE need not name what is required.
        if name.as_str() == "earthdistance" && !catalog.extensions.contains_key("cube") {
            names.push("cube");
        }
        for name in names {
            if let Some(objects) = extension(name) {
                all.push(InstalledExtension {
                    schema: schema.clone(),
                    objects,
                });
            }
        }
    }
    all
}

impl CatalogEnvironment<'_> {
    /// The schema of a type of an extension.
    fn schema_of_extension_type(&self, name: &str) -> Arc<str> {
        self.extensions
            .iter()
            .find(|e| e.objects.types.iter().any(|t| t.name == name))
            .map_or_else(|| Arc::from("public"), |e| e.schema.clone())
    }

    pub(super) fn extension_type(&self, schema: &str, name: &str) -> Option<TypeDescriptionKind> {
        let found = self
            .extensions
            .iter()
            .filter(|e| *e.schema == *schema)
            .flat_map(|e| &e.objects.types)
            .find(|t| t.name == name)?;
        Some(match found.base {
            Some(base) => TypeDescriptionKind::Domain {
                base: self.extension_reference(base),
                typmod: -1,
            },
            None => TypeDescriptionKind::Base {
                category: found.category,
            },
        })
    }

    fn extension_reference(&self, text: &str) -> Type {
        type_reference(text, &|name| self.schema_of_extension_type(name))
    }

    pub(super) fn extension_functions(&self, schema: &str, name: &str) -> Vec<Arc<Function>> {
        let schema_of = |name: &str| self.schema_of_extension_type(name);
        self.extensions
            .iter()
            .filter(|e| *e.schema == *schema)
            .flat_map(|e| e.objects.functions(schema, name, &schema_of))
            .collect()
    }

    pub(super) fn extension_operators(&self, schema: &str, name: &str) -> Vec<Arc<Operator>> {
        let schema_of = |name: &str| self.schema_of_extension_type(name);
        self.extensions
            .iter()
            .filter(|e| *e.schema == *schema)
            .flat_map(|e| e.objects.operators(schema, name, &schema_of))
            .collect()
    }

    pub(super) fn extension_cast(&self, source: &Type, target: &Type) -> Option<Cast> {
        let (extension, cast) = self
            .extensions
            .iter()
            .flat_map(|e| e.objects.casts.iter().map(move |c| (e, c)))
            .find(|(_, c)| {
                self.extension_reference(c.source) == *source
                    && self.extension_reference(c.target) == *target
            })?;
        let function = if cast.function.is_empty() {
            None
        } else {
            self.extension_functions(&extension.schema, cast.function)
                .into_iter()
                .find(|f| f.arguments.first() == Some(source))
        };
        Some(Cast {
            context: cast.context,
            method: cast.method,
            function,
        })
    }
}
