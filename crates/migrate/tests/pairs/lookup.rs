//! What the model says of its objects: names as SQL needs them, columns of relations, who depends on whom.

use pgwright_catalog::quote_identifier;

use crate::expression;
use crate::model::*;
use crate::values::Ty;

impl Model {
    pub fn schema(&self, key: Key) -> String {
        let schema = self.schemas.get(&key);
        schema.map_or("public".to_owned(), |s| quote_identifier(&s.name))
    }

    pub fn qualified(&self, named: &Named) -> String {
        format!(
            "{}.{}",
            self.schema(named.schema),
            quote_identifier(&named.name)
        )
    }

    /// All columns of a table, those that it has from parents or a type included.
    pub fn columns(&self, key: Key) -> Vec<Column> {
        let Some(table) = self.tables.get(&key) else {
            return vec![];
        };
        let mut columns: Vec<Column> = match &table.kind {
            Kind::Plain | Kind::Foreign(_) => vec![],
            Kind::Partition { parent, .. } => self.columns(*parent),
            Kind::Child(parents) => parents.iter().flat_map(|p| self.columns(*p)).collect(),
            Kind::Typed(of) => match self.types.get(of).map(|t| &t.kind) {
                Some(TypeKind::Composite(attributes)) => {
                    let column = |a: &Attribute| Column::new(&a.name, a.ty.clone());
                    attributes.iter().map(column).collect()
                }
                _ => vec![],
            },
        };
        columns.extend(table.columns.iter().cloned());
        columns
    }

    /// Columns of a table or view, as expressions name them.
    pub fn relation(&self, key: Key) -> Vec<expression::Named> {
        if let Some(view) = self.views.get(&key) {
            return self.outputs(view);
        }
        let columns = self.columns(key).into_iter();
        columns
            .map(|c| expression::Named {
                name: c.name,
                ty: c.ty,
            })
            .collect()
    }

    pub fn outputs(&self, view: &View) -> Vec<expression::Named> {
        let first = self.relation(view.from);
        let second = view.join.as_ref().map(|j| self.relation(j.0));
        let mut outputs = vec![];
        for output in &view.outputs {
            let columns = if output.joined {
                second.as_ref()
            } else {
                Some(&first)
            };
            let Some((_, ty)) = columns.and_then(|c| output.expr.sql(c, "", self)) else {
                continue;
            };
            outputs.push(expression::Named {
                name: output.name.clone(),
                ty,
            });
        }
        match view.form {
            Form::Grouped | Form::Window => outputs.push(expression::Named {
                name: "total".into(),
                ty: Ty::Big,
            }),
            _ => {}
        }
        outputs
    }

    /// The table at the top of a tree of partitions.
    pub fn root(&self, key: Key) -> Key {
        match self.tables.get(&key).map(|t| &t.kind) {
            Some(Kind::Partition { parent, .. }) => self.root(*parent),
            _ => key,
        }
    }

    pub fn partitions(&self, key: Key) -> Vec<Key> {
        let tables = self.tables.iter();
        tables
            .filter(|(_, t)| matches!(&t.kind, Kind::Partition { parent, .. } if *parent == key))
            .map(|(key, _)| *key)
            .collect()
    }

    pub fn children(&self, key: Key) -> Vec<Key> {
        let tables = self.tables.iter();
        tables
            .filter(|(_, t)| matches!(&t.kind, Kind::Child(parents) if parents.contains(&key)))
            .map(|(key, _)| *key)
            .collect()
    }

    pub fn has_heirs(&self, key: Key) -> bool {
        !self.children(key).is_empty() || self.tables[&key].by.is_some()
    }

    /// The column decides into which partition a row goes, here or further up or down.
    pub fn is_partition_key(&self, key: Key, column: &str) -> bool {
        let root = self.root(key);
        let mut tables = self.tables.iter();
        tables.any(|(k, t)| {
            self.root(*k) == root && t.by.as_ref().is_some_and(|by| by.column == column)
        })
    }

    /// Foreign tables under a relation: their rows cannot be read.
    pub fn is_remote(&self, key: Key) -> bool {
        if let Some(view) = self.views.get(&key) {
            let join = view.join.as_ref().map(|j| j.0);
            return self.is_remote(view.from) || join.is_some_and(|j| self.is_remote(j));
        }
        let Some(table) = self.tables.get(&key) else {
            return false;
        };
        let below = self.children(key).into_iter().chain(self.partitions(key));
        matches!(table.kind, Kind::Foreign(_)) || below.into_iter().any(|k| self.is_remote(k))
    }

    /// The server's wrapper looks at options, and knows none of tables.
    pub fn is_validated(&self, server: Key) -> bool {
        let wrapper = self.others.get(&server).and_then(|s| s.on);
        let wrapper = wrapper.and_then(|w| self.others.get(&w));
        wrapper.is_some_and(|w| w.choice("validator") == 1)
    }

    /// A materialized view without rows under a relation.
    pub fn is_unpopulated(&self, key: Key) -> bool {
        self.views.get(&key).is_some_and(|view| {
            let join = view.join.as_ref().map(|j| j.0);
            view.no_data
                || self.is_unpopulated(view.from)
                || join.is_some_and(|j| self.is_unpopulated(j))
        })
    }

    /// A view that somebody else owns, who may not read what it reads.
    pub fn has_owner(&self, key: Key) -> bool {
        self.views.get(&key).is_some_and(|view| {
            let join = view.join.as_ref().map(|j| j.0);
            !view.materialized
                && (view.named.owner.is_some()
                    || self.has_owner(view.from)
                    || join.is_some_and(|j| self.has_owner(j)))
        })
    }

    /// Foreign keys that point at a table.
    pub fn is_referenced(&self, key: Key) -> bool {
        let mut constraints = self.tables.values().flat_map(|t| &t.constraints);
        constraints
            .any(|c| matches!(&c.kind, ConstraintKind::Foreign { target, .. } if *target == key))
    }

    /// Rows of a table, for a partition those of its root.
    pub fn rows(&self, key: Key) -> usize {
        self.tables.get(&self.root(key)).map_or(0, |t| t.rows)
    }

    /// Whether some table has columns of a type, and rows in them.
    pub fn is_filled(&self, of: Key) -> bool {
        self.tables.keys().any(|key| {
            let columns = self.columns(*key);
            self.rows(*key) > 0 && columns.iter().any(|c| self.contains(&c.ty, of))
        })
    }

    /// Whether a type is, or is made of, another.
    pub fn contains(&self, ty: &Ty, of: Key) -> bool {
        let Some(key) = ty.user() else { return false };
        key == of
            || match self.types.get(&key).map(|t| &t.kind) {
                Some(TypeKind::Domain { base, .. }) => self.contains(base, of),
                Some(TypeKind::Composite(attributes)) => {
                    attributes.iter().any(|a| self.contains(&a.ty, of))
                }
                Some(TypeKind::Range { subtype, .. }) => self.contains(subtype, of),
                _ => false,
            }
    }

    /// The types that columns can have.
    pub fn all_types(&self) -> Vec<Ty> {
        let mut types = crate::values::BUILT_IN.to_vec();
        for (key, item) in &self.types {
            types.push(Ty::User(*key));
            types.push(Ty::User(*key));
            if matches!(item.kind, TypeKind::Enum { .. }) {
                types.push(Ty::Users(*key));
            }
        }
        types
    }

    pub fn is_not_null_domain(&self, ty: &Ty) -> bool {
        match ty {
            Ty::User(key) => match self.types.get(key).map(|t| &t.kind) {
                Some(TypeKind::Domain { base, not_null, .. }) => {
                    *not_null || self.is_not_null_domain(base)
                }
                _ => false,
            },
            _ => false,
        }
    }
}

impl Column {
    pub fn new(name: &str, ty: Ty) -> Self {
        Self {
            name: name.to_owned(),
            ty,
            not_null: false,
            not_null_name: None,
            nulls: false,
            fresh: false,
            retyped: false,
            source: Source::None,
            collate: false,
            storage: None,
            compression: None,
            statistics: None,
            n_distinct: None,
            comment: None,
            grants: std::collections::BTreeSet::new(),
            remote: None,
        }
    }

    pub fn is_generated(&self) -> bool {
        matches!(self.source, Source::Stored(_) | Source::Virtual(_))
    }

    pub fn is_virtual(&self) -> bool {
        matches!(self.source, Source::Virtual(_))
    }

    /// NOT NULL, whether said or implied.
    pub fn is_required(&self) -> bool {
        self.not_null || matches!(self.source, Source::Identity { .. } | Source::Serial)
    }
}
