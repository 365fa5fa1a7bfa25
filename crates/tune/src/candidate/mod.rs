//! Candidates: indexes that could serve what statements ask of a table.

mod build;
mod keys;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Catalog, ConstraintKind, Index, IndexElement, IndexKey, Name, QualifiedName, automatic_name,
};
use pgwright_planner::Statistics;
use serde::Serialize;

use crate::access::{Access, Key, Reading};

/// What kind of index a candidate is. Each can be left out of a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A B-tree on columns.
    Btree,
    /// A B-tree with an expression among its keys, or for patterns.
    Expression,
    /// A B-tree of some rows.
    Partial,
    /// For elements, words, keys of documents, parts of texts.
    Gin,
    /// For ranges and other overlapping things.
    Gist,
    /// A summary of pages.
    Brin,
    /// Hashes.
    Hash,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Btree,
        Self::Expression,
        Self::Partial,
        Self::Gin,
        Self::Gist,
        Self::Brin,
        Self::Hash,
    ];

    /// Its name, as arguments have it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Btree => "btree",
            Self::Expression => "expression",
            Self::Partial => "partial",
            Self::Gin => "gin",
            Self::Gist => "gist",
            Self::Brin => "brin",
            Self::Hash => "hash",
        }
    }
}

/// An index that could be.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its table.
    pub table: QualifiedName,
    /// The name that it would get.
    pub name: Name,
    /// The index.
    pub index: Index,
    /// Its kind.
    pub kind: Kind,
    /// The statements, by number, that it was thought of for.
    pub statements: BTreeSet<usize>,
}

impl Candidate {
    /// The columns that it reads: of keys, INCLUDE and predicate.
    pub fn columns(&self, of: &BTreeMap<String, BTreeSet<Name>>) -> BTreeSet<Name> {
        let mut found: BTreeSet<Name> = self.index.include.iter().cloned().collect();
        for element in &self.index.elements {
            match &element.key {
                IndexKey::Column(name) => {
                    found.insert(name.clone());
                }
                IndexKey::Expression(sql) => {
                    found.extend(of.get(sql.sql()).into_iter().flatten().cloned());
                }
            }
        }
        if let Some(predicate) = &self.index.predicate {
            found.extend(of.get(predicate.sql()).into_iter().flatten().cloned());
        }
        found
    }
}

/// An index as a person reads it: `orders (customer_id, placed_at DESC) INCLUDE (total) WHERE …`.
pub fn described(table: &QualifiedName, index: &Index) -> String {
    let element = |e: &IndexElement| {
        let mut text = match &e.key {
            IndexKey::Column(name) => name.quoted(),
            IndexKey::Expression(sql) => sql.sql().to_owned(),
        };
        if let Some(class) = &e.operator_class {
            text.push(' ');
            text.push_str(class);
        }
        if e.descending {
            text.push_str(" DESC");
        }
        if e.nulls_first != e.descending {
            text.push_str(if e.nulls_first {
                " NULLS FIRST"
            } else {
                " NULLS LAST"
            });
        }
        text
    };
    let elements: Vec<String> = index.elements.iter().map(element).collect();
    let schema = match table.schema.as_str() {
        "public" => String::new(),
        schema => format!("{schema}."),
    };
    let mut text = format!("{schema}{}", table.name);
    if index.method.as_str() != "btree" {
        text.push_str(&format!(" USING {}", index.method));
    }
    text.push_str(&format!(" ({})", elements.join(", ")));
    if !index.include.is_empty() {
        let names: Vec<String> = index.include.iter().map(Name::quoted).collect();
        text.push_str(&format!(" INCLUDE ({})", names.join(", ")));
    }
    if let Some(predicate) = &index.predicate {
        text.push_str(&format!(" WHERE {}", predicate.sql()));
    }
    text
}

/// Candidates for what statements ask, without what is there already; the more statements an index is for, the
/// earlier.
pub fn candidates(
    readings: &[Reading],
    catalog: &Catalog,
    statistics: &Statistics,
    kinds: &BTreeSet<Kind>,
) -> Vec<Candidate> {
    let mut found: BTreeMap<(QualifiedName, String), Candidate> = BTreeMap::new();
    for (number, reading) in readings.iter().enumerate() {
        for access in reading
            .accesses
            .iter()
            .flat_map(|a| std::iter::once(a).chain(&a.arms))
        {
            let Some(table) = &access.table else { continue };
            for (kind, index) in build::indexes(access, table, catalog, statistics) {
                if !kinds.contains(&kind) || is_there(&index, table, catalog) {
                    continue;
                }
                let key = (table.clone(), described(table, &index));
                found
                    .entry(key)
                    .or_insert_with(|| Candidate {
                        table: table.clone(),
                        name: Name::new(String::new()),
                        index,
                        kind,
                        statements: BTreeSet::new(),
                    })
                    .statements
                    .insert(number);
            }
        }
    }
    let mut candidates: Vec<Candidate> = found.into_values().collect();
    name(&mut candidates, catalog);
    candidates
}

/// The columns that expressions and predicates of indexes read, by their SQL.
pub fn columns_of_expressions(readings: &[Reading]) -> BTreeMap<String, BTreeSet<Name>> {
    let mut found = BTreeMap::new();
    let mut key = |key: &Key| {
        if let Key::Expression(sql, columns) = key {
            found.insert(sql.clone(), columns.clone());
        }
    };
    let accesses = readings.iter().flat_map(|r| &r.accesses);
    let accesses: Vec<&Access> = accesses
        .flat_map(|a| std::iter::once(a).chain(&a.arms))
        .collect();
    for access in &accesses {
        let sets = [
            &access.equal,
            &access.joined,
            &access.ranges,
            &access.prefixes,
            &access.nulls,
        ];
        sets.into_iter().flatten().for_each(&mut key);
        access.special.iter().map(|s| &s.key).for_each(&mut key);
        access
            .orders
            .iter()
            .flatten()
            .map(|s| &s.key)
            .for_each(&mut key);
        access.groups.iter().flatten().for_each(&mut key);
    }
    for access in accesses {
        let constants: Vec<_> = access.constants.iter().filter(|c| c.values).collect();
        for constant in &constants {
            found.insert(constant.predicate.clone(), constant.columns.clone());
        }
        if constants.len() > 1 {
            let columns = constants.iter().flat_map(|c| c.columns.iter().cloned());
            found.insert(build::all_of(&constants), columns.collect());
        }
    }
    found
}

fn is_there(index: &Index, table: &QualifiedName, catalog: &Catalog) -> bool {
    let of_view = catalog.materialized_views.get(table).map(|v| &v.indexes);
    let of_table = catalog.tables.get(table).map(|t| &t.indexes);
    let same = |other: &Index| {
        other.method == index.method
            && other.elements == index.elements
            && other.include == index.include
            && other.predicate == index.predicate
            && !other.only
    };
    if of_table
        .into_iter()
        .chain(of_view)
        .flatten()
        .any(|(_, i)| same(i))
    {
        return true;
    }
    let plain: Option<Vec<&str>> = index
        .elements
        .iter()
        .map(|e| match &e.key {
            IndexKey::Column(name) if !e.descending && e.operator_class.is_none() => {
                Some(name.as_str())
            }
            _ => None,
        })
        .collect();
    let bare = index.include.is_empty() && index.predicate.is_none();
    let (Some(plain), true, "btree") = (plain, bare, index.method.as_str()) else {
        return false;
    };
    let constraints = catalog.tables.get(table).map(|t| &t.constraints);
    constraints
        .into_iter()
        .flatten()
        .any(|(_, c)| match &c.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => key
                .columns
                .iter()
                .map(Name::as_str)
                .eq(plain.iter().copied()),
            _ => false,
        })
}

/// Gives every candidate a name of its own, such as PostgreSQL would give it.
fn name(candidates: &mut [Candidate], catalog: &Catalog) {
    let mut taken: BTreeSet<(Name, Name)> = BTreeSet::new();
    for (table, held) in &catalog.tables {
        taken.insert((table.schema.clone(), table.name.clone()));
        for name in held.indexes.keys().chain(held.constraints.keys()) {
            taken.insert((table.schema.clone(), name.clone()));
        }
    }
    for view in catalog
        .materialized_views
        .keys()
        .chain(catalog.views.keys())
    {
        taken.insert((view.schema.clone(), view.name.clone()));
    }
    for candidate in candidates {
        let parts: Vec<String> = candidate
            .index
            .elements
            .iter()
            .map(|e| match &e.key {
                IndexKey::Column(name) => name.to_string(),
                IndexKey::Expression(sql) => keys::word_of(sql.sql()),
            })
            .collect();
        let mut label = match candidate.index.method.as_str() {
            "btree" => "idx".to_owned(),
            method => format!("{method}_idx"),
        };
        if candidate.index.predicate.is_some() {
            label = format!("part_{label}");
        }
        let table = candidate.table.name.as_str();
        let columns = parts.join("_");
        let mut number = 0;
        loop {
            let label = match number {
                0 => label.clone(),
                n => format!("{label}{n}"),
            };
            let name = automatic_name(table, Some(&columns), &label);
            if taken.insert((candidate.table.schema.clone(), name.clone())) {
                candidate.name = name;
                break;
            }
            number += 1;
        }
    }
}
