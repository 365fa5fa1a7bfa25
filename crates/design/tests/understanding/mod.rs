//! How well English requirements are understood: the tables designed for a text beside those of a reference.
//!
//! Names are compared without case, plural, punctuation and the entity's own name before an attribute. Surrogate
//! keys and the columns of auditing are left out on both sides. A foreign key counts as an edge to its table, and
//! as an attribute under that table's name whatever its columns are called.

pub mod cases;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pgwright_catalog::{Catalog, ConstraintKind};

/// A table, reduced to what is compared.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// Columns that refer to nothing.
    pub columns: Vec<String>,
    /// Tables referred to, once for each foreign key.
    pub edges: Vec<String>,
    /// Columns of the natural key.
    pub key: BTreeSet<String>,
}

pub type Tables = BTreeMap<String, Table>;

/// What a text means and what was made of it.
#[derive(Debug)]
pub struct Case {
    pub name: String,
    pub text: String,
    pub reference: Tables,
}

/// Matches, how many there should be, and how many there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Count {
    pub right: usize,
    pub wanted: usize,
    pub given: usize,
}

impl Count {
    pub fn f1(self) -> f64 {
        if self.wanted + self.given == 0 {
            return 1.0;
        }
        2.0 * share(self.right) / share(self.wanted + self.given)
    }

    fn add(&mut self, other: Count) {
        self.right += other.right;
        self.wanted += other.wanted;
        self.given += other.given;
    }
}

fn share(count: usize) -> f64 {
    f64::from(u32::try_from(count).unwrap_or(u32::MAX))
}

/// The score of a case, or of all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Score {
    pub tables: Count,
    pub columns: Count,
    pub keys: Count,
    pub edges: Count,
}

impl Score {
    pub fn add(&mut self, other: Score) {
        self.tables.add(other.tables);
        self.columns.add(other.columns);
        self.keys.add(other.keys);
        self.edges.add(other.edges);
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "tables {:.3}  columns {:.3}  keys {:.3}  edges {:.3}",
            self.tables.f1(),
            self.columns.f1(),
            self.keys.f1(),
            self.edges.f1()
        )
    }
}

/// The score of each case, and of all taken together.
pub fn scores(cases: &[Case]) -> (Vec<(String, Score)>, Score) {
    let mut all = Score::default();
    let mut each = Vec::new();
    for case in cases {
        let score = score(&case.reference, &designed(&case.text));
        all.add(score);
        each.push((case.name.clone(), score));
    }
    (each, all)
}

/// The tables that are designed for a text.
///
/// # Panics
/// When the brief made of the text does not read, which it always must.
pub fn designed(text: &str) -> Tables {
    let translation = pgwright_brief::english::translate(text, "judged");
    if translation.entities == 0 {
        return Tables::new();
    }
    let reading = pgwright_brief::read(&translation.yaml);
    assert!(
        reading.errors.is_empty(),
        "{:?}\n{}",
        reading.errors,
        translation.yaml
    );
    let Some(brief) = reading.brief else {
        return Tables::new();
    };
    reduced(&pgwright_design::design(&brief).catalog)
}

/// Columns that every table gets.
const AUDITING: &[&str] = &[
    "created_at",
    "updated_at",
    "created_by",
    "updated_by",
    "deleted_at",
    "deleted_by",
    "erased_at",
];

fn reduced(catalog: &Catalog) -> Tables {
    let mut tables = Tables::new();
    for (name, table) in catalog
        .tables
        .iter()
        .filter(|(_, t)| t.partition_of.is_none())
    {
        let called = normal(name.name.as_str());
        if called.ends_with("_history") || called.ends_with("_read") {
            continue;
        }
        let mut reduced = Table::default();
        let mut referring = BTreeSet::new();
        for constraint in table.constraints.values() {
            match &constraint.kind {
                ConstraintKind::ForeignKey(key) => {
                    referring.extend(key.columns.iter().map(|c| c.as_str().to_owned()));
                    reduced.edges.push(normal(key.references.name.as_str()));
                }
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    reduced
                        .key
                        .extend(key.columns.iter().map(|c| attribute(&called, c.as_str())));
                }
                _ => {}
            }
        }
        for column in &table.columns {
            let column = column.name.as_str();
            if referring.contains(column)
                || AUDITING.contains(&column)
                || is_surrogate(&called, column)
            {
                continue;
            }
            reduced.columns.push(column.to_owned());
        }
        tables.insert(called, reduced);
    }
    tables
}

/// Whether a column is the key that stands for no fact.
pub fn is_surrogate(table: &str, column: &str) -> bool {
    let column = normal(column);
    let last = table.rsplit('_').next().unwrap_or(table);
    column == "id" || column == format!("{table}_id") || column == format!("{last}_id")
}

/// A name without case, punctuation and plurals.
pub fn normal(name: &str) -> String {
    let mut spaced = String::new();
    let mut lower = false;
    for c in name.chars() {
        if c.is_uppercase() && lower {
            spaced.push(' ');
        }
        lower = c.is_lowercase();
        spaced.extend(c.to_lowercase());
    }
    let words = spaced
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty());
    words
        .map(|w| pluralizer::pluralize(w, 1, false))
        .collect::<Vec<_>>()
        .join("_")
}

/// A column's name without the table's before it.
fn attribute(table: &str, column: &str) -> String {
    let column = normal(column);
    let words: Vec<&str> = table.split('_').collect();
    for from in 0..words.len() {
        let prefix = format!("{}_", words[from..].join("_"));
        if let Some(rest) = column.strip_prefix(&prefix) {
            return rest.to_owned();
        }
    }
    column
}

/// Whether a table of the reference, by name, is one of those designed.
type Alike<'a> = &'a dyn Fn(&str, &Table, &str, &Table) -> bool;

/// Which table stands for which of the reference: by name, by what it joins, by the end of its name.
fn matched(reference: &Tables, given: &Tables) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut used: BTreeSet<String> = BTreeSet::new();
    for name in reference.keys().filter(|n| given.contains_key(*n)) {
        found.insert(name.clone(), name.clone());
        used.insert(name.clone());
    }
    let sorted = |table: &Table| {
        let mut edges = table.edges.clone();
        edges.sort();
        edges
    };
    let alike: [Alike<'_>; 2] = [
        &|_, wanted, _, table| wanted.edges.len() >= 2 && sorted(wanted) == sorted(table),
        &|name, _, other, _| {
            name.ends_with(&format!("_{other}")) || other.ends_with(&format!("_{name}"))
        },
    ];
    for is_alike in alike {
        for (name, wanted) in reference {
            if found.contains_key(name) {
                continue;
            }
            let other = given.iter().find(|(other, table)| {
                !used.contains(*other) && is_alike(name, wanted, other, table)
            });
            if let Some((other, _)) = other {
                found.insert(name.clone(), other.clone());
                used.insert(other.clone());
            }
        }
    }
    found
}

/// Compares what was designed with the reference.
pub fn score(reference: &Tables, given: &Tables) -> Score {
    let found = matched(reference, given);
    let back: BTreeMap<&str, &str> = found
        .iter()
        .map(|(r, g)| (g.as_str(), r.as_str()))
        .collect();
    let mut score = Score {
        tables: Count {
            right: found.len(),
            wanted: reference.len(),
            given: given.len(),
        },
        ..Score::default()
    };
    for table in given.values() {
        score.columns.given += table.columns.len() + table.edges.len();
        score.edges.given += table.edges.len();
    }
    for (name, wanted) in reference {
        score.columns.wanted += wanted.columns.len() + wanted.edges.len();
        score.edges.wanted += wanted.edges.len();
        score.keys.wanted += wanted.key.len();
        let Some((other, table)) = found.get(name).and_then(|o| given.get_key_value(o)) else {
            continue;
        };
        // Keys beyond those of the reference are no mistake: it names few of them.
        let kept = wanted.key.iter().filter(|k| table.key.contains(*k)).count();
        score.keys.right += kept;
        score.keys.given += wanted.key.len().min(table.key.len().max(kept));
        let mut edges: Vec<&str> = table
            .edges
            .iter()
            .map(|e| back.get(e.as_str()).copied().unwrap_or(e))
            .collect();
        for edge in &wanted.edges {
            if let Some(at) = edges.iter().position(|e| e == edge) {
                edges.remove(at);
                score.edges.right += 1;
                score.columns.right += 1;
            }
        }
        let mut columns: Vec<String> = table.columns.iter().map(|c| attribute(other, c)).collect();
        for column in wanted.columns.iter().map(|c| attribute(name, c)) {
            let same = columns.iter().position(|c| *c == column);
            let near = || {
                columns.iter().position(|c| {
                    c.ends_with(&format!("_{column}")) || column.ends_with(&format!("_{c}"))
                })
            };
            if let Some(at) = same.or_else(near) {
                columns.remove(at);
                score.columns.right += 1;
            }
        }
    }
    score
}
