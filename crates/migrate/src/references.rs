//! Which objects of a catalog a piece of SQL names.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{Token, TokenKind, scan};
use pgwright_catalog::{Catalog, ObjectId};

/// Objects by schema and name.
#[derive(Debug, Default)]
pub(crate) struct References {
    objects: BTreeMap<String, BTreeMap<String, Vec<ObjectId>>>,
}

impl References {
    pub fn new(catalog: &Catalog) -> Self {
        let mut references = Self::default();
        let qualified = (catalog.types.keys().map(|q| (q, ObjectId::Type(q.clone()))))
            .chain(
                catalog
                    .sequences
                    .keys()
                    .map(|q| (q, ObjectId::Sequence(q.clone()))),
            )
            .chain(
                catalog
                    .tables
                    .keys()
                    .map(|q| (q, ObjectId::Table(q.clone()))),
            )
            .chain(catalog.views.keys().map(|q| (q, ObjectId::View(q.clone()))))
            .chain(
                catalog
                    .materialized_views
                    .keys()
                    .map(|q| (q, ObjectId::MaterializedView(q.clone()))),
            )
            .chain(
                catalog
                    .routines
                    .keys()
                    .map(|s| (&s.name, ObjectId::Routine(s.clone()))),
            );
        for (name, object) in qualified {
            references
                .objects
                .entry(name.schema.to_string())
                .or_default()
                .entry(name.name.to_string())
                .or_default()
                .push(object);
        }
        references
    }

    fn find(&self, schema: &str, name: &str) -> &[ObjectId] {
        self.objects
            .get(schema)
            .and_then(|names| names.get(name))
            .map_or(&[], Vec::as_slice)
    }

    /// Objects that the text names with their schema, in text literals too: `nextval('crm.seq')`.
    pub fn qualified(&self, sql: &str) -> BTreeSet<ObjectId> {
        let mut found = BTreeSet::new();
        self.collect(&scan(sql), true, &mut found);
        found
    }

    fn collect(&self, tokens: &[Token<'_>], literals: bool, found: &mut BTreeSet<ObjectId>) {
        for (i, token) in tokens.iter().enumerate() {
            if token.kind == TokenKind::Text && literals {
                if let Some(text) = token.literal() {
                    self.collect(&scan(&text), false, found);
                }
            } else if let [dot, name, ..] = &tokens[i + 1..]
                && dot.is_symbol(".")
                && let (Some(schema), Some(name)) = (token.name(), name.name())
            {
                found.extend(self.find(&schema, &name).iter().cloned());
            }
        }
    }

    /// Objects that the text names without a schema, looked up on a search path.
    pub fn unqualified(&self, sql: &str, search_path: &[String]) -> BTreeSet<ObjectId> {
        let tokens = scan(sql);
        let mut found = BTreeSet::new();
        for token in &tokens {
            if let Some(name) = token.name() {
                for schema in search_path {
                    found.extend(self.find(schema, &name).iter().cloned());
                }
            }
        }
        found
    }
}

/// The schemas of a `search_path` setting; `public` when none is set.
pub(crate) fn search_path(setting: Option<&String>) -> Vec<String> {
    match setting {
        None => vec!["public".to_owned()],
        Some(value) => scan(value)
            .iter()
            .filter_map(|t| t.name().or_else(|| t.literal()))
            .filter(|schema| !schema.is_empty())
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use pgwright_catalog::{QualifiedName, Table};

    use super::*;

    #[test]
    fn names_are_found_quoted_or_not_and_inside_literals() {
        let mut catalog = Catalog::empty();
        for name in ["orders", "Odd Name", "order_seq"] {
            catalog
                .tables
                .insert(QualifiedName::new("crm", name), Table::default());
        }
        let references = References::new(&catalog);
        let found = references.qualified(
            "SELECT nextval('crm.order_seq'::regclass), 'crm' FROM CRM.Orders JOIN crm.\"Odd Name\" -- crm.x",
        );
        assert_eq!(found.len(), 3);
        assert!(references.qualified("orders.crm, crm . unknown").is_empty());
        assert_eq!(
            references
                .unqualified("FROM orders", &["crm".to_owned()])
                .len(),
            1
        );
    }

    #[test]
    fn search_path_reads_names_and_literals() {
        let path = |s: &str| search_path(Some(&s.to_owned()));
        assert_eq!(path("''"), Vec::<String>::new());
        assert_eq!(path("crm, \"Odd\", 'x'"), ["crm", "Odd", "x"]);
        assert_eq!(search_path(None), ["public"]);
    }
}
