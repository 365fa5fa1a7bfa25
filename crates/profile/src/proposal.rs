//! From sheets to a proposal: entities with attributes and references across all sheets, and the rows
//! that do not fit it.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_normalize::ColumnSet;
use pgwright_normalize::discovery::support;
use pgwright_normalize::table::NULL;

use crate::entities::{Draft, HeldBack, entities};
use crate::evidence::{Claim, Evidence, claim, is_strong};
use crate::links::{Link, links};
use crate::naming::{is_personal, words};
use crate::sheet::{SetAside, Sheet};
use crate::types::{Type, Typed};

/// A sheet with the types of its columns.
#[derive(Debug, Clone)]
pub struct Profiled {
    /// The sheet.
    pub sheet: Sheet,
    /// A type for each column.
    pub typed: Vec<Typed>,
}

/// An attribute of a proposed entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Attribute {
    /// Its name.
    pub name: String,
    /// The column of the sheet.
    pub column: usize,
    /// The type.
    pub of: Type,
    /// Whether rows of the entity lack it.
    pub optional: bool,
    /// Whether no two rows of the entity have the same.
    pub unique: bool,
    /// Whether it seems to be a fact about a person.
    pub personal: bool,
    /// Longer than a line.
    pub long: bool,
}

/// A reference of a proposed entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Reference {
    /// Its name.
    pub name: String,
    /// The entity it leads to, by position.
    pub entity: usize,
    /// The columns of this entity's sheet that hold the other's key, in that key's order.
    pub columns: Vec<usize>,
    /// Whether rows of the entity lack it.
    pub optional: bool,
}

/// A proposed entity.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Entity {
    /// Its name.
    pub name: String,
    /// The sheet it comes from.
    pub sheet: usize,
    /// The columns of the sheet that identify it; empty when nothing does.
    pub key: Vec<usize>,
    /// Its attributes, in the order of the columns.
    pub attributes: Vec<Attribute>,
    /// Its references.
    pub references: Vec<Reference>,
    /// Whether each row of the sheet is one.
    pub base: bool,
    /// How many there are in the sheet's sound rows.
    pub rows: usize,
}

/// A proposal.
#[derive(Debug, Clone, Default, PartialEq, serde::Serialize)]
pub struct Proposal {
    /// Entities; each stands after those of its own sheet that it refers to.
    pub entities: Vec<Entity>,
    /// The dependencies on which the entities stand.
    pub claims: Vec<Claim>,
    /// Dependencies that hold and were not used.
    pub held_back: Vec<HeldBack>,
    /// Columns that repeat another one of the same sheet: sheet, column, the other.
    pub copies: Vec<(usize, usize, usize)>,
    /// For each sheet, rows that do not fit and why, by row.
    #[serde(skip)]
    pub unfit: Vec<BTreeMap<usize, Vec<String>>>,
}

/// Proposes entities for sheets that belong together.
pub fn propose(sheets: &[Profiled], threads: usize) -> Proposal {
    let mut proposal = Proposal {
        unfit: vec![BTreeMap::new(); sheets.len()],
        ..Proposal::default()
    };
    let mut drafts: Vec<(usize, Draft)> = Vec::new();
    for (place, profiled) in sheets.iter().enumerate() {
        let (sheet, typed) = (&profiled.sheet, &profiled.typed);
        let evidence = Evidence::of(sheet, typed, threads);
        let (found, held_back) = entities(sheet, typed, &evidence);
        note_weak(sheet, &evidence, &mut proposal.held_back);
        proposal.held_back.extend(held_back);
        for draft in found.iter().filter(|d| !d.base) {
            for dependent in dependents(&found, draft) {
                let by_chance = evidence
                    .pairs()
                    .iter()
                    .find(|p| draft.key == [p.determinant] && p.dependent == dependent)
                    .map_or(0.0, |p| p.by_chance);
                proposal
                    .claims
                    .push(claim(sheet, &draft.key, dependent, by_chance));
            }
        }
        let copies = evidence.copies.iter().map(|(copy, of)| (place, *copy, *of));
        proposal.copies.extend(copies);
        let offset = drafts.len();
        drafts.extend(found.into_iter().map(|mut draft| {
            for reference in &mut draft.references {
                *reference += offset;
            }
            (place, draft)
        }));
    }
    distinct_names(&mut drafts);
    let links = links(sheets, &drafts);
    find_unfit(sheets, &drafts, &links, &mut proposal);
    for (place, (sheet, draft)) in drafts.iter().enumerate() {
        let links: Vec<&Link> = links.iter().filter(|l| l.from == place).collect();
        let unfit = &proposal.unfit[*sheet];
        let entity = finish(&sheets[*sheet], *sheet, draft, &drafts, &links, unfit);
        proposal.entities.push(entity);
    }
    proposal
}

/// What the key of an entity determines: its other columns and the keys it refers to.
fn dependents(drafts: &[Draft], draft: &Draft) -> Vec<usize> {
    let references = draft.references.iter().flat_map(|r| drafts[*r].key.clone());
    let mut columns: Vec<usize> = draft.columns.iter().copied().chain(references).collect();
    columns.retain(|c| !draft.key.contains(c));
    columns.sort_unstable();
    columns.dedup();
    columns
}

/// Notes dependencies that hold without saying anything: determinants that hardly repeat are left
/// out, as they are keys.
fn note_weak(sheet: &Sheet, evidence: &Evidence, held_back: &mut Vec<HeldBack>) {
    for pair in evidence.pairs() {
        let key = pair.values * 100 >= pair.rows * 99;
        let constant = sheet.table.columns[pair.dependent].dictionary.len() < 2;
        if key
            || constant
            || is_strong(pair)
            || evidence.determines(pair.determinant, pair.dependent)
        {
            continue;
        }
        held_back.push(HeldBack {
            dependency: format!(
                "{} → {}",
                sheet.columns[pair.determinant], sheet.columns[pair.dependent]
            ),
            reason: format!(
                "{} exceptions; chance would leave some {:.0}, so that it says too little",
                pair.exceptions, pair.by_chance
            ),
        });
    }
}

fn distinct_names(drafts: &mut [(usize, Draft)]) {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    for (_, draft) in drafts {
        let mut number = 2;
        let base = draft.name.clone();
        while !taken.insert(draft.name.clone()) {
            draft.name = format!("{base}_{number}");
            number += 1;
        }
    }
}

// ---- rows that do not fit

fn find_unfit(
    sheets: &[Profiled],
    drafts: &[(usize, Draft)],
    links: &[Link],
    proposal: &mut Proposal,
) {
    for (place, profiled) in sheets.iter().enumerate() {
        let mut unfit = BTreeMap::new();
        misfits(profiled, &mut unfit);
        let here: Vec<Draft> = drafts.iter().map(|(_, d)| d.clone()).collect();
        for (_, draft) in drafts.iter().filter(|(sheet, _)| *sheet == place) {
            if draft.base {
                duplicates(&profiled.sheet, &draft.key, &mut unfit);
            } else {
                contradictions(
                    &profiled.sheet,
                    draft,
                    &dependents(&here, draft),
                    &mut unfit,
                );
            }
        }
        differing_copies(&profiled.sheet, place, &proposal.copies, &mut unfit);
        proposal.unfit[place] = unfit;
    }
    // A row that refers to a row that was set aside cannot stay either; that may go on.
    for _ in 0..=links.len() {
        let mut changed = false;
        for link in links {
            let (from, to) = (drafts[link.from].0, drafts[link.to].0);
            let sound = sound_keys(
                &sheets[to].sheet,
                &drafts[link.to].1.key,
                &proposal.unfit[to],
            );
            let sheet = &sheets[from].sheet;
            let name = &drafts[link.to].1.name;
            for row in 0..sheet.table.rows() {
                let Some(key) = tuple(sheet, &link.columns, row) else {
                    continue;
                };
                if !proposal.unfit[from].contains_key(&row) && !sound.contains(&key) {
                    let reason = format!("there is no {name} “{}”", shown(&key));
                    proposal.unfit[from].entry(row).or_default().push(reason);
                    changed = true;
                }
            }
        }
        if !changed {
            break;
        }
    }
}

type Unfit = BTreeMap<usize, Vec<String>>;

fn misfits(profiled: &Profiled, unfit: &mut Unfit) {
    for (column, typed) in profiled.typed.iter().enumerate() {
        if typed.misfits.is_empty() {
            continue;
        }
        let codes = &profiled.sheet.table.columns[column].codes;
        for (row, code) in codes.iter().enumerate() {
            if typed.misfits.binary_search(code).is_ok() {
                unfit.entry(row).or_default().push(format!(
                    "{} is {}, which is no {}",
                    profiled.sheet.columns[column],
                    cell(&profiled.sheet, column, row),
                    typed.of.word()
                ));
            }
        }
    }
}

fn contradictions(sheet: &Sheet, draft: &Draft, dependents: &[usize], unfit: &mut Unfit) {
    let key: ColumnSet = draft.key.iter().copied().collect();
    let names: Vec<&str> = draft.key.iter().map(|c| &sheet.columns[*c][..]).collect();
    for dependent in dependents {
        let found = support(&sheet.table, &key, &ColumnSet::single(*dependent));
        for exception in found.exceptions {
            unfit.entry(exception.row).or_default().push(format!(
                "{} is {} where most rows with the same {} have {}",
                sheet.columns[*dependent],
                cell(sheet, *dependent, exception.row),
                names.join(" and "),
                cell(sheet, *dependent, exception.usual),
            ));
        }
        // Without the key there is no row that could hold the rest.
        let values = &sheet.table.columns[*dependent].codes;
        for (row, value) in values.iter().enumerate() {
            if *value != NULL && tuple(sheet, &draft.key, row).is_none() {
                unfit.entry(row).or_default().push(format!(
                    "{} is {} and {} is missing",
                    sheet.columns[*dependent],
                    cell(sheet, *dependent, row),
                    names.join(" or "),
                ));
            }
        }
    }
}

fn duplicates(sheet: &Sheet, key: &[usize], unfit: &mut Unfit) {
    if key.is_empty() {
        return;
    }
    let names: Vec<&str> = key.iter().map(|c| &sheet.columns[*c][..]).collect();
    let mut first: BTreeMap<Vec<u32>, usize> = BTreeMap::new();
    for row in 0..sheet.table.rows() {
        // A row that does not fit anyway must not make a sound one the second of its kind.
        if unfit.contains_key(&row) {
            continue;
        }
        let codes: Vec<u32> = key
            .iter()
            .map(|c| sheet.table.columns[*c].codes[row])
            .collect();
        if codes.contains(&NULL) {
            let reason = format!("{} is missing", names.join(" or "));
            unfit.entry(row).or_default().push(reason);
            continue;
        }
        match first.get(&codes) {
            Some(earlier) => unfit.entry(row).or_default().push(format!(
                "the same {} as in line {}",
                names.join(" and "),
                sheet.lines[*earlier]
            )),
            None => {
                first.insert(codes, row);
            }
        }
    }
}

fn differing_copies(
    sheet: &Sheet,
    place: usize,
    copies: &[(usize, usize, usize)],
    unfit: &mut Unfit,
) {
    for (_, copy, of) in copies.iter().filter(|(sheet, _, _)| *sheet == place) {
        for row in 0..sheet.table.rows() {
            if sheet.table.columns[*copy].text(row) != sheet.table.columns[*of].text(row) {
                unfit.entry(row).or_default().push(format!(
                    "{} is {} and {} is {}, elsewhere they are the same",
                    sheet.columns[*copy],
                    cell(sheet, *copy, row),
                    sheet.columns[*of],
                    cell(sheet, *of, row),
                ));
            }
        }
    }
}

fn cell(sheet: &Sheet, column: usize, row: usize) -> String {
    match sheet.table.columns[column].text(row) {
        Some(text) => format!("“{}”", String::from_utf8_lossy(text)),
        None => "missing".to_owned(),
    }
}

/// The texts of some columns of a row; `None` when one is null.
pub fn tuple<'a>(sheet: &'a Sheet, columns: &[usize], row: usize) -> Option<Vec<&'a [u8]>> {
    columns
        .iter()
        .map(|c| sheet.table.columns[*c].text(row))
        .collect()
}

fn shown(key: &[&[u8]]) -> String {
    let texts: Vec<_> = key
        .iter()
        .map(|text| String::from_utf8_lossy(text))
        .collect();
    texts.join(", ")
}

fn sound_keys<'a>(sheet: &'a Sheet, key: &[usize], unfit: &Unfit) -> BTreeSet<Vec<&'a [u8]>> {
    (0..sheet.table.rows())
        .filter(|row| !unfit.contains_key(row))
        .filter_map(|row| tuple(sheet, key, row))
        .collect()
}

/// The rows of a sheet that were set aside for not fitting, with their lines.
pub fn unfit_rows(sheet: &Sheet, unfit: &Unfit) -> Vec<SetAside> {
    unfit
        .iter()
        .map(|(row, reasons)| {
            let cells: Vec<String> = sheet
                .table
                .columns
                .iter()
                .map(|c| String::from_utf8_lossy(c.text(*row).unwrap_or_default()).into_owned())
                .collect();
            SetAside {
                line: sheet.lines[*row],
                reason: reasons.join("; "),
                text: cells.join(&char::from(sheet.dialect.delimiter).to_string()),
            }
        })
        .collect()
}

// ---- attributes and references

fn finish(
    profiled: &Profiled,
    place: usize,
    draft: &Draft,
    drafts: &[(usize, Draft)],
    links: &[&Link],
    unfit: &Unfit,
) -> Entity {
    let sheet = &profiled.sheet;
    // The first sound row of each entity stands for it.
    let mut seen: BTreeSet<Vec<&[u8]>> = BTreeSet::new();
    let rows: Vec<usize> = (0..sheet.table.rows())
        .filter(|row| !unfit.contains_key(row))
        .filter(|row| {
            draft.base || tuple(sheet, &draft.key, *row).is_some_and(|key| seen.insert(key))
        })
        .collect();
    let missing = |columns: &[usize]| rows.iter().any(|row| tuple(sheet, columns, *row).is_none());
    let mut taken: Vec<String> = Vec::new();
    let mut references = Vec::new();
    let inside = draft
        .references
        .iter()
        .map(|to| (*to, drafts[*to].1.key.clone()));
    let across = links.iter().map(|link| (link.to, link.columns.clone()));
    for (entity, columns) in inside.chain(across) {
        let name = free(&drafts[entity].1.name, &taken);
        taken.push(name.clone());
        references.push(Reference {
            name,
            entity,
            optional: missing(&columns),
            columns,
        });
    }
    let linked = |column: &usize| links.iter().any(|link| link.columns.contains(column));
    let mut attributes = Vec::new();
    for column in draft.columns.iter().filter(|c| !linked(c)) {
        let typed = &profiled.typed[*column];
        let name = free(
            &attribute_name(&draft.name, &sheet.columns[*column]),
            &taken,
        );
        taken.push(name.clone());
        let mut values = BTreeSet::new();
        let repeated = rows.iter().any(|row| {
            let text = sheet.table.columns[*column].text(*row);
            text.is_some_and(|text| !values.insert(text))
        });
        let is_key = draft.key == [*column];
        attributes.push(Attribute {
            name,
            column: *column,
            of: typed.of.clone(),
            optional: missing(&[*column]) || rows.is_empty(),
            // Beside the key, only what identifies by its nature is taken for unique.
            unique: is_key
                || (!repeated && !draft.key.is_empty() && is_code(&sheet.columns[*column], typed)),
            personal: is_personal(&sheet.columns[*column]),
            long: typed.longest > 200,
        });
    }
    Entity {
        name: draft.name.clone(),
        sheet: place,
        key: draft.key.clone(),
        attributes,
        references,
        base: draft.base,
        rows: rows.len(),
    }
}

fn is_code(name: &str, typed: &Typed) -> bool {
    crate::naming::hint(name) == crate::naming::Hint::Code && typed.of.identifies()
}

/// The name of an attribute: without the entity's own name or a schema's short prefix before it, and
/// not one that the design gives to its own columns.
fn attribute_name(entity: &str, column: &str) -> String {
    let entity = words(entity);
    let mut name = words(column);
    if name.len() > entity.len() && name.starts_with(&entity) {
        name.drain(..entity.len());
    } else if name.len() > 1 && name[0].len() <= 2 {
        name.remove(0);
    }
    if let Some(last) = name.last_mut()
        && *last == "id"
    {
        *last = "source_id";
    }
    let name = name.join("_");
    match &name[..] {
        "created_at" | "updated_at" | "deleted_at" => format!("source_{name}"),
        name if name.starts_with(char::is_alphabetic) => name.to_owned(),
        name => format!("n_{name}"),
    }
}

fn free(name: &str, taken: &[String]) -> String {
    let numbered = (2..).map(|n| format!("{name}_{n}"));
    std::iter::once(name.to_owned())
        .chain(numbered)
        .find(|name| !taken.contains(name))
        .unwrap_or_default()
}
