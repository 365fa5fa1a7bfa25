//! Renames that the catalogs suggest: what is gone from one and new in the other, and alike.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Catalog, Column, Constraint, Index, Name, ObjectId, QualifiedName, Sequence, Table, Type,
    TypeKind,
};

use super::{Found, Rename};

/// How alike two tables must be, of a hundred.
const ALIKE: usize = 70;

/// The names that are known to change so far.
#[derive(Default)]
struct Names {
    schemas: BTreeMap<Name, Name>,
    tables: BTreeMap<QualifiedName, QualifiedName>,
    types: BTreeMap<QualifiedName, QualifiedName>,
}

impl Names {
    fn new(found: &[Found]) -> Self {
        let mut names = Self::default();
        for found in found {
            names.learn(&found.rename);
        }
        names
    }

    fn learn(&mut self, rename: &Rename) {
        if let Rename::Object { old, new } = rename {
            match (old, new) {
                (ObjectId::Schema(a), ObjectId::Schema(b)) => {
                    self.schemas.insert(a.clone(), b.clone());
                }
                (ObjectId::Table(a), ObjectId::Table(b)) => {
                    self.tables.insert(a.clone(), b.clone());
                }
                (ObjectId::Type(a), ObjectId::Type(b)) => {
                    self.types.insert(a.clone(), b.clone());
                }
                _ => {}
            }
        }
    }

    /// A name on the left as it is on the right.
    fn of(&self, name: &QualifiedName) -> QualifiedName {
        if let Some(new) = self.tables.get(name).or(self.types.get(name)) {
            return new.clone();
        }
        match self.schemas.get(&name.schema) {
            Some(schema) => QualifiedName::new(schema.clone(), name.name.clone()),
            None => name.clone(),
        }
    }

    /// A data type on the left as it is on the right.
    fn of_type(&self, data_type: &str) -> String {
        let mut text = data_type.to_owned();
        for (a, b) in self.types.iter().chain(&self.tables) {
            text = text.replace(&a.quoted(), &b.quoted());
        }
        for (a, b) in &self.schemas {
            let (a, b) = (format!("{}.", a.quoted()), format!("{}.", b.quoted()));
            if text.starts_with(&a) {
                text = text.replacen(&a, &b, 1);
            }
        }
        text
    }
}

/// Renames of schemas, types, tables, sequences, columns and labels, and of what stands by itself.
pub(super) fn objects(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    schemas(from, to, found);
    types(from, to, found);
    tables(from, to, found);
    sequences(from, to, found);
    columns(from, to, found);
    labels(from, to, found);
    by_definition(from, to, found);
}

fn push(found: &mut Vec<Found>, old: ObjectId, new: ObjectId, assumed: bool) {
    let rename = Rename::Object { old, new };
    found.push(Found { rename, assumed });
}

/// True when an object is renamed already, or is the new name of one.
fn is_taken(found: &[Found], object: &ObjectId) -> bool {
    found.iter().any(|f| match &f.rename {
        Rename::Object { old, new } => old == object || new == object,
        Rename::Label { .. } => false,
    })
}

fn names_in(catalog: &Catalog, schema: &Name) -> BTreeSet<String> {
    let tables = catalog.tables.keys();
    let names = tables
        .chain(catalog.views.keys())
        .chain(catalog.types.keys());
    names
        .filter(|n| n.schema == *schema)
        .map(|n| n.name.to_string())
        .collect()
}

fn schemas(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let gone: Vec<_> = (from.schemas.keys())
        .filter(|n| !to.schemas.contains_key(*n) && n.as_str() != "public")
        .collect();
    let new: Vec<_> = (to.schemas.keys())
        .filter(|n| !from.schemas.contains_key(*n) && n.as_str() != "public")
        .collect();
    for old in gone {
        let inside = names_in(from, old);
        if inside.is_empty() || is_taken(found, &ObjectId::Schema(old.clone())) {
            continue;
        }
        let alike: Vec<_> = new
            .iter()
            .filter(|n| {
                let other = names_in(to, n);
                let both = inside.intersection(&other).count();
                both * 100 >= ALIKE * inside.len().max(other.len())
            })
            .filter(|n| !is_taken(found, &ObjectId::Schema((**n).clone())))
            .collect();
        if let [one] = alike.as_slice() {
            let new = ObjectId::Schema((**one).clone());
            push(found, ObjectId::Schema(old.clone()), new, true);
        }
    }
}

fn types(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let names = Names::new(found);
    let kind = |t: &Type| t.kind.clone();
    let gone: Vec<_> = (from.types.iter())
        .filter(|(n, _)| !to.types.contains_key(&names.of(n)))
        .collect();
    let before: BTreeSet<_> = from.types.keys().map(|n| names.of(n)).collect();
    let new: Vec<_> = (to.types.iter())
        .filter(|(n, _)| !before.contains(*n))
        .collect();
    for (old, definition) in gone {
        if matches!(definition.kind, TypeKind::Base(_) | TypeKind::Shell)
            || is_taken(found, &ObjectId::Type(old.clone()))
        {
            continue;
        }
        let alike: Vec<_> = new
            .iter()
            .filter(|(n, t)| {
                kind(t) == kind(definition) && !is_taken(found, &ObjectId::Type((*n).clone()))
            })
            .collect();
        if let [(name, _)] = alike.as_slice() {
            let new = ObjectId::Type((*name).clone());
            push(found, ObjectId::Type(old.clone()), new, false);
        }
    }
}

/// How alike two tables are, of a hundred.
fn likeness(names: &Names, a: &Table, b: &Table) -> usize {
    if a.partition_by.is_some() != b.partition_by.is_some()
        || a.foreign.is_some() != b.foreign.is_some()
        || a.columns.is_empty()
        || b.columns.is_empty()
    {
        return 0;
    }
    let of_left = |c: &Column| (c.name.to_string(), names.of_type(&c.data_type));
    let left: BTreeSet<_> = a.columns.iter().map(of_left).collect();
    let right: BTreeSet<_> = b
        .columns
        .iter()
        .map(|c| (c.name.to_string(), c.data_type.clone()))
        .collect();
    let both = left.intersection(&right).count();
    both * 100 / left.union(&right).count().max(1)
}

fn tables(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let names = Names::new(found);
    let whole = |t: &Table| t.partition_of.is_none();
    let gone: Vec<_> = (from.tables.iter())
        .filter(|(n, t)| whole(t) && !to.tables.contains_key(&names.of(n)))
        .filter(|(n, _)| !is_taken(found, &ObjectId::Table((*n).clone())))
        .collect();
    let before: BTreeSet<_> = from.tables.keys().map(|n| names.of(n)).collect();
    let new: Vec<_> = (to.tables.iter())
        .filter(|(n, t)| whole(t) && !before.contains(*n))
        .filter(|(n, _)| !is_taken(found, &ObjectId::Table((*n).clone())))
        .collect();
    let mut pairs: Vec<(usize, usize, usize)> = Vec::new();
    for (i, (old, a)) in gone.iter().enumerate() {
        for (j, (other, b)) in new.iter().enumerate() {
            let mut score = likeness(&names, a, b);
            if old.name == other.name && score >= ALIKE / 2 {
                // Moved to another schema.
                score += 100;
            }
            if score >= ALIKE {
                pairs.push((score, i, j));
            }
        }
    }
    pairs.sort_by_key(|(score, i, j)| (std::cmp::Reverse(*score), *i, *j));
    let (mut left, mut right) = (BTreeSet::new(), BTreeSet::new());
    for &(score, i, j) in &pairs {
        let rival = pairs
            .iter()
            .any(|&(s, a, b)| s == score && (a == i) != (b == j));
        if rival || left.contains(&i) || right.contains(&j) {
            continue;
        }
        left.insert(i);
        right.insert(j);
        let (old, new) = (gone[i].0.clone(), new[j].0.clone());
        push(found, ObjectId::Table(old), ObjectId::Table(new), true);
    }
}

fn sequences(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let names = Names::new(found);
    let bare = |s: &Sequence| (s.data_type.clone(), s.options.clone(), s.unlogged);
    let gone: Vec<_> = (from.sequences.iter())
        .filter(|(n, _)| !to.sequences.contains_key(&names.of(n)))
        .collect();
    let before: BTreeSet<_> = from.sequences.keys().map(|n| names.of(n)).collect();
    let new: Vec<_> = (to.sequences.iter())
        .filter(|(n, _)| !before.contains(*n))
        .collect();
    for (old, a) in gone {
        let owner = a.owned_by.as_ref().map(|(t, c)| (names.of(t), c.clone()));
        let alike: Vec<_> = new
            .iter()
            .filter(|(_, b)| match (&owner, &b.owned_by) {
                (Some((t, _)), Some((u, _))) => t == u && bare(a) == bare(b),
                (None, None) => bare(a) == bare(b),
                _ => false,
            })
            .filter(|(n, _)| !is_taken(found, &ObjectId::Sequence((*n).clone())))
            .collect();
        let exact = alike
            .iter()
            .find(|(_, b)| b.owned_by == owner && owner.is_some());
        let one = match (exact, alike.as_slice()) {
            (Some(exact), _) => exact,
            (None, [one]) => one,
            _ => continue,
        };
        // A sequence that goes to another schema goes there with the table that owns it.
        let place = names.of(old);
        if owner.is_some() && place.schema != one.0.schema {
            continue;
        }
        if is_taken(found, &ObjectId::Sequence(old.clone())) {
            continue;
        }
        let moved = match &a.owned_by {
            Some((table, _)) => {
                let table = names.of(table);
                QualifiedName::new(table.schema, old.name.clone())
            }
            None => place,
        };
        let (old, new) = (ObjectId::Sequence(moved), ObjectId::Sequence(one.0.clone()));
        push(found, old, new, owner.is_none());
    }
}

/// Words of a name.
fn words(name: &Name) -> BTreeSet<String> {
    name.as_str()
        .split('_')
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// True when two names have a word in common, or one holds the other.
fn akin(a: &Name, b: &Name) -> bool {
    let (x, y) = (a.as_str(), b.as_str());
    x.len() >= 3 && y.contains(x)
        || y.len() >= 3 && x.contains(y)
        || words(a).intersection(&words(b)).next().is_some()
}

fn columns(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let names = Names::new(found);
    let known: Vec<ObjectId> = found
        .iter()
        .flat_map(|f| match &f.rename {
            Rename::Object { old, new } => vec![old.clone(), new.clone()],
            Rename::Label { .. } => Vec::new(),
        })
        .collect();
    for (name, a) in &from.tables {
        let now = names.of(name);
        let Some(b) = to.tables.get(&now) else {
            continue;
        };
        // Columns of partitions and children are their parents'.
        if a.parents().next().is_some() || b.parents().next().is_some() {
            continue;
        }
        if a.of_type != b.of_type {
            continue;
        }
        let id = |c: &Column| ObjectId::Column(now.clone(), c.name.clone());
        let gone: Vec<(usize, &Column)> = (a.columns.iter().enumerate())
            .filter(|(_, c)| b.column(c.name.as_str()).is_none() && c.generated.is_none())
            .filter(|(_, c)| {
                !known.contains(&ObjectId::Column(name.clone(), c.name.clone()))
                    && !known.contains(&id(c))
            })
            .collect();
        let new: Vec<(usize, &Column)> = (b.columns.iter().enumerate())
            .filter(|(_, c)| a.column(c.name.as_str()).is_none() && c.generated.is_none())
            .filter(|(_, c)| !known.contains(&id(c)))
            .collect();
        for (at, old) in &gone {
            let alike = |c: &Column| {
                names.of_type(&old.data_type) == c.data_type
                    && old.identity.is_some() == c.identity.is_some()
                    && old.default.is_some() == c.default.is_some()
            };
            let candidates: Vec<_> = new.iter().filter(|(_, c)| alike(c)).collect();
            let rivals = gone
                .iter()
                .filter(|(_, c)| names.of_type(&c.data_type) == names.of_type(&old.data_type))
                .count();
            // One that comes to demand a value is rather a new one.
            let likely = |c: &Column| old.not_null == c.not_null || akin(&old.name, &c.name);
            let placed = candidates
                .iter()
                .find(|(position, c)| position == at && likely(c));
            let chosen = match (placed, candidates.as_slice()) {
                (Some(placed), _) => Some(placed),
                (None, [one]) if rivals == 1 && akin(&old.name, &one.1.name) => Some(one),
                _ => None,
            };
            if let Some((_, column)) = chosen {
                let new = id(column);
                if is_taken(found, &new) {
                    continue;
                }
                let old = ObjectId::Column(now.clone(), old.name.clone());
                push(found, old, new, true);
            }
        }
    }
}

fn labels(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let names = Names::new(found);
    for (name, a) in &from.types {
        let now = names.of(name);
        let (TypeKind::Enum(a), Some(TypeKind::Enum(b))) =
            (&a.kind, to.types.get(&now).map(|t| &t.kind))
        else {
            continue;
        };
        if a.len() != b.len() {
            continue;
        }
        for (old, new) in a.iter().zip(b) {
            let known = found.iter().any(|f| {
                matches!(&f.rename, Rename::Label { data_type, old: o, new: n }
                    if *data_type == now && (o == old || n == new))
            });
            if old != new && !b.contains(old) && !a.contains(new) && !known {
                found.push(Found {
                    rename: Rename::Label {
                        data_type: now.clone(),
                        old: old.clone(),
                        new: new.clone(),
                    },
                    assumed: true,
                });
            }
        }
    }
}

/// Functions, views and the like that are the same under another name: nothing is lost either way.
fn by_definition(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let names = Names::new(found);
    for (old, a) in &from.views {
        if to.views.contains_key(&names.of(old)) {
            continue;
        }
        let mut same = to.views.iter().filter(|(n, b)| {
            !from.views.contains_key(*n) && b.query == a.query && b.options == a.options
        });
        if let (Some((new, _)), None) = (same.next(), same.next())
            && !is_taken(found, &ObjectId::View(old.clone()))
            && new.schema == names.of(old).schema
        {
            push(
                found,
                ObjectId::View(old.clone()),
                ObjectId::View(new.clone()),
                false,
            );
        }
    }
    for (old, a) in &from.materialized_views {
        if to.materialized_views.contains_key(&names.of(old)) {
            continue;
        }
        let mut same = to
            .materialized_views
            .iter()
            .filter(|(n, b)| !from.materialized_views.contains_key(*n) && b.query == a.query);
        if let (Some((new, _)), None) = (same.next(), same.next())
            && !is_taken(found, &ObjectId::MaterializedView(old.clone()))
            && new.schema == names.of(old).schema
        {
            let new = ObjectId::MaterializedView(new.clone());
            push(found, ObjectId::MaterializedView(old.clone()), new, false);
        }
    }
    for (old, a) in &from.routines {
        if names.schemas.contains_key(&old.name.schema) || to.routines.contains_key(old) {
            continue;
        }
        let same = |b: &pgwright_catalog::Routine| {
            (&b.body, &b.kind, &b.returns, &b.language, &b.arguments)
                == (&a.body, &a.kind, &a.returns, &a.language, &a.arguments)
        };
        let mut alike = to
            .routines
            .iter()
            .filter(|(s, b)| !from.routines.contains_key(*s) && same(b));
        if let (Some((new, _)), None) = (alike.next(), alike.next())
            && !is_taken(found, &ObjectId::Routine(old.clone()))
            && new.name.schema == old.name.schema
        {
            let new = ObjectId::Routine(new.clone());
            push(found, ObjectId::Routine(old.clone()), new, false);
        }
    }
}

/// Renames of what stands on tables, in catalogs in which the tables have one name: indexes,
/// constraints, triggers and policies that are alike but for the name.
pub(super) fn parts(from: &Catalog, to: &Catalog, found: &mut Vec<Found>) {
    let mut taken: BTreeSet<ObjectId> = BTreeSet::new();
    for found in found.iter() {
        if let Rename::Object { old, new } = &found.rename {
            taken.insert(old.clone());
            taken.insert(new.clone());
        }
    }
    for (table, a) in &from.tables {
        let Some(b) = to.tables.get(table) else {
            continue;
        };
        let index = |i: &Index| Index {
            comment: None,
            ..i.clone()
        };
        alike(&a.indexes, &b.indexes, &index, |old, new| {
            let id = |n: &Name| ObjectId::Index(table.clone(), n.clone());
            take(found, &mut taken, id(old), id(new));
        });
        let constraint = |c: &Constraint| Constraint {
            comment: None,
            index_comment: None,
            ..c.clone()
        };
        alike(&a.constraints, &b.constraints, &constraint, |old, new| {
            let id = |n: &Name| ObjectId::Constraint(table.clone(), n.clone());
            take(found, &mut taken, id(old), id(new));
        });
        alike(&a.triggers, &b.triggers, &Clone::clone, |old, new| {
            let id = |n: &Name| ObjectId::Trigger(table.clone(), n.clone());
            take(found, &mut taken, id(old), id(new));
        });
        alike(&a.policies, &b.policies, &Clone::clone, |old, new| {
            let id = |n: &Name| ObjectId::Policy(table.clone(), n.clone());
            take(found, &mut taken, id(old), id(new));
        });
    }
    for (view, a) in &from.materialized_views {
        if let Some(b) = to.materialized_views.get(view) {
            let index = |i: &Index| Index {
                comment: None,
                ..i.clone()
            };
            alike(&a.indexes, &b.indexes, &index, |old, new| {
                let id = |n: &Name| ObjectId::Index(view.clone(), n.clone());
                take(found, &mut taken, id(old), id(new));
            });
        }
    }
}

fn take(found: &mut Vec<Found>, taken: &mut BTreeSet<ObjectId>, old: ObjectId, new: ObjectId) {
    if !taken.contains(&old) && !taken.contains(&new) {
        taken.insert(old.clone());
        taken.insert(new.clone());
        push(found, old, new, false);
    }
}

/// Pairs what is gone with what is new and the same, in the order of names.
fn alike<V: PartialEq>(
    from: &BTreeMap<Name, V>,
    to: &BTreeMap<Name, V>,
    bare: &dyn Fn(&V) -> V,
    mut pair: impl FnMut(&Name, &Name),
) {
    let gone: Vec<_> = from.iter().filter(|(n, _)| !to.contains_key(*n)).collect();
    if gone.is_empty() {
        return;
    }
    let mut new: Vec<_> = to.iter().filter(|(n, _)| !from.contains_key(*n)).collect();
    for (old, a) in gone {
        let a = bare(a);
        if let Some(at) = new.iter().position(|(_, b)| bare(b) == a) {
            let (name, _) = new.remove(at);
            pair(old, name);
        }
    }
}
