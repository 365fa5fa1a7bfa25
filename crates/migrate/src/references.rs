//! Which objects of a catalog a piece of SQL names.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{Token, TokenKind, scan};
use pgwright_catalog::{
    Catalog, Index, IndexKey, Name, ObjectId, QualifiedName, TypeKind, automatic_name,
};

/// Names that a text of SQL holds.
pub(crate) fn names_in(sql: &str) -> Vec<Name> {
    let tokens = scan(sql);
    tokens
        .iter()
        .filter_map(Token::name)
        .map(Name::new)
        .collect()
}

/// Columns that an index holds or may name.
pub(crate) fn columns_of_index(index: &Index) -> Vec<Name> {
    let mut columns = index.include.clone();
    for element in &index.elements {
        match &element.key {
            IndexKey::Column(column) => columns.push(column.clone()),
            IndexKey::Expression(expression) => columns.extend(names_in(expression.sql())),
        }
    }
    columns.extend(index.predicate.iter().flat_map(|p| names_in(p.sql())));
    columns
}

/// Objects by schema and name.
#[derive(Debug, Default)]
pub(crate) struct References {
    objects: BTreeMap<String, BTreeMap<String, Vec<ObjectId>>>,
}

impl References {
    pub fn new(catalog: &Catalog) -> Self {
        let mut references = Self::default();
        macro_rules! collect {
            ($($map:ident => $id:ident),*) => {
                $(for name in catalog.$map.keys() {
                    references.add(name, ObjectId::$id(name.clone()));
                })*
            };
        }
        collect!(types => Type, sequences => Sequence, tables => Table, views => View,
                 materialized_views => MaterializedView, collations => Collation,
                 text_search_parsers => TextSearchParser,
                 text_search_templates => TextSearchTemplate,
                 text_search_dictionaries => TextSearchDictionary,
                 text_search_configurations => TextSearchConfiguration);
        for signature in catalog.routines.keys() {
            references.add(&signature.name, ObjectId::Routine(signature.clone()));
        }
        for signature in catalog.aggregates.keys() {
            references.add(&signature.name, ObjectId::Aggregate(signature.clone()));
        }
        for signature in catalog.operators.keys() {
            references.add(&signature.name, ObjectId::Operator(signature.clone()));
        }
        for class in catalog.operator_classes.keys() {
            references.add(&class.name, ObjectId::OperatorClass(class.clone()));
        }
        for (name, definition) in &catalog.types {
            if let TypeKind::Range { multirange, .. } = &definition.kind {
                let other = multirange
                    .clone()
                    .unwrap_or_else(|| automatic_multirange(name));
                let other = QualifiedName::new(name.schema.clone(), other);
                references.add(&other, ObjectId::Type(name.clone()));
            }
        }
        references
    }

    fn add(&mut self, name: &QualifiedName, object: ObjectId) {
        self.objects
            .entry(name.schema.to_string())
            .or_default()
            .entry(name.name.to_string())
            .or_default()
            .push(object);
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
                && let Some(names) = token.name().and_then(|schema| self.objects.get(&schema))
                && let Some(name) = name.name().or_else(|| operator(&tokens[i + 2..]))
            {
                found.extend(names.get(&name).into_iter().flatten().cloned());
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

/// The name of an operator at the start of the tokens: `OPERATOR(app.@@@)`.
fn operator(tokens: &[Token<'_>]) -> Option<String> {
    let first = tokens.first()?;
    let mut name = String::new();
    for (i, token) in tokens.iter().enumerate() {
        let part_of_one = token.kind == TokenKind::Symbol
            && token.start == first.start + i
            && "+-*/<>=~!@#%^&|`?".contains(token.text);
        if !part_of_one {
            break;
        }
        name.push_str(token.text);
    }
    Some(name).filter(|n| !n.is_empty())
}

/// The multirange type that comes with a range type, when none is named.
pub(crate) fn automatic_multirange(range: &QualifiedName) -> Name {
    let name = range.name.as_str();
    match name.find("range") {
        Some(at) => Name::new(format!("{}multi{}", &name[..at], &name[at..])),
        None => automatic_name(name, None, "multirange"),
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
    use pgwright_catalog::Table;

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
