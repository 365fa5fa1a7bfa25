//! Which dependencies of a sheet mean something: what speaks for each, and what is held back.

use std::collections::BTreeSet;

use pgwright_normalize::ColumnSet;
use pgwright_normalize::discovery::{Pair, pairs, support};

use crate::naming::{grouped, same_prefix};
use crate::sheet::Sheet;
use crate::types::Typed;

/// The share of rows that may be exceptions to a dependency that means something.
pub const ERROR: f64 = 0.01;
/// So many exceptions must be expected by chance before their absence says anything.
const EVIDENCE: f64 = 8.0;
/// And so small a share of them may be there.
const SURPRISE: f64 = 0.02;
/// The most exceptions that a claim spells out.
const SHOWN: usize = 5;

/// What the pairs of a sheet's columns say.
#[derive(Debug, Clone)]
pub struct Evidence {
    /// Columns that repeat another one in all but a few rows, with that one.
    pub copies: Vec<(usize, usize)>,
    /// Columns that may determine others, and for each the columns that depend on it and mean it.
    pub determinants: Vec<usize>,
    accepted: BTreeSet<(usize, usize)>,
    pairs: Vec<Pair>,
}

/// A dependency, put in words for the reader.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Claim {
    /// The determining columns.
    pub determinant: Vec<String>,
    /// The dependent column.
    pub dependent: String,
    /// Rows that say something about it.
    pub rows: usize,
    /// Those of them that contradict it.
    pub exceptions: usize,
    /// Exceptions that chance would give, about.
    pub by_chance: f64,
    /// The whole in a sentence, with the first exceptions.
    pub sentence: String,
}

impl Evidence {
    /// Looks at every pair of columns.
    pub fn of(sheet: &Sheet, typed: &[Typed], threads: usize) -> Self {
        let copies = copies(sheet);
        let copy = |column: usize| copies.iter().any(|(c, _)| *c == column);
        let columns: Vec<usize> = (0..sheet.columns.len()).filter(|c| !copy(*c)).collect();
        let determinants: Vec<usize> = columns
            .iter()
            .copied()
            .filter(|c| typed[*c].of.identifies() && sheet.table.columns[*c].dictionary.len() > 1)
            .collect();
        let single: Vec<Vec<usize>> = determinants.iter().map(|c| vec![*c]).collect();
        let pairs: Vec<Pair> = pairs(&sheet.table, &single, &columns, ERROR, threads)
            .into_iter()
            .map(|pair| Pair {
                determinant: determinants[pair.determinant],
                ..pair
            })
            .collect();
        let strong: BTreeSet<(usize, usize)> = pairs
            .iter()
            .filter(|p| is_strong(p))
            .map(|p| (p.determinant, p.dependent))
            .collect();
        // A column that is nearly constant cannot speak for itself; its name can, beside a
        // determinant that others speak for.
        let by_name = pairs.iter().filter(|p| {
            let named =
                |column: &usize| same_prefix(&sheet.columns[*column], &sheet.columns[p.dependent]);
            let same = copies.iter().filter(|(_, of)| *of == p.determinant);
            p.by_chance < EVIDENCE
                && (named(&p.determinant) || same.map(|(copy, _)| copy).any(named))
                && strong
                    .iter()
                    .any(|(determinant, _)| *determinant == p.determinant)
        });
        let by_name: Vec<(usize, usize)> = by_name.map(|p| (p.determinant, p.dependent)).collect();
        let accepted = strong.into_iter().chain(by_name).collect();
        Self {
            copies,
            determinants,
            accepted,
            pairs,
        }
    }

    /// Whether one column determines another and that means something.
    pub fn determines(&self, determinant: usize, dependent: usize) -> bool {
        determinant == dependent || self.accepted.contains(&(determinant, dependent))
    }

    /// The pairs that hold, whether they mean something or not.
    pub fn pairs(&self) -> &[Pair] {
        &self.pairs
    }
}

/// Whether the data itself speaks for a dependency.
pub fn is_strong(pair: &Pair) -> bool {
    pair.by_chance >= EVIDENCE && pair.exceptions as f64 <= SURPRISE * pair.by_chance
}

/// Columns that have the text of an earlier one in all rows but a few.
fn copies(sheet: &Sheet) -> Vec<(usize, usize)> {
    let table = &sheet.table;
    let allowed = (ERROR * table.rows() as f64) as usize;
    let mut copies: Vec<(usize, usize)> = Vec::new();
    for column in 0..table.columns.len() {
        let here = &table.columns[column];
        let original = (0..column).find(|other| {
            let there = &table.columns[*other];
            let known = copies.iter().any(|(copy, _)| copy == other);
            // A few words in two columns may agree by chance.
            if known || here.dictionary.len() < 3 || there.dictionary.len() < 3 {
                return false;
            }
            let differ = (0..table.rows()).filter(|row| here.text(*row) != there.text(*row));
            differ.take(allowed + 1).count() <= allowed
        });
        if let Some(original) = original {
            copies.push((column, original));
        }
    }
    copies
}

/// A dependency in words, with its exceptions counted on the data.
pub fn claim(sheet: &Sheet, determinant: &[usize], dependent: usize, by_chance: f64) -> Claim {
    let set: ColumnSet = determinant.iter().copied().collect();
    let found = support(&sheet.table, &set, &ColumnSet::single(dependent));
    let names: Vec<String> = determinant
        .iter()
        .map(|c| sheet.columns[*c].clone())
        .collect();
    let cell = |column: usize, row: usize| match sheet.table.columns[column].text(row) {
        Some(text) => format!("“{}”", String::from_utf8_lossy(text)),
        None => "nothing".to_owned(),
    };
    let name = &sheet.columns[dependent];
    let mut sentence = format!(
        "{} → {name} holds in {} of {} rows ({} values, chance would leave some {} exceptions)",
        names.join(", "),
        grouped(found.rows - found.exceptions.len()),
        grouped(found.rows),
        grouped(found.values),
        grouped(by_chance.round() as usize),
    );
    let shown: Vec<String> = found
        .exceptions
        .iter()
        .take(SHOWN)
        .map(|e| {
            let usual = cell(dependent, e.usual);
            let line = sheet.lines.get(e.row).copied().unwrap_or_default();
            format!(
                "line {line} has {} where most have {usual}",
                cell(dependent, e.row)
            )
        })
        .collect();
    match found.exceptions.len() {
        0 => sentence.push_str(", without exception."),
        count => {
            let plural = if count == 1 { "" } else { "s" };
            let more = if count > SHOWN { "; …" } else { "." };
            sentence.push_str(&format!(
                "; {} exception{plural}: {}{more}",
                grouped(count),
                shown.join("; ")
            ));
        }
    }
    Claim {
        determinant: names,
        dependent: name.clone(),
        rows: found.rows,
        exceptions: found.exceptions.len(),
        by_chance,
        sentence,
    }
}
