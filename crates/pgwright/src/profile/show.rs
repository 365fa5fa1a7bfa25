//! What a profile found, as JSON and as text.

use std::fmt::Write as _;

use pgwright_normalize::ColumnSet;
use pgwright_normalize::discovery::{Dependencies, Inclusions};
use pgwright_profile::proposal::{Profiled, Proposal, unfit_rows};
use pgwright_profile::types::{Type, Typed};
use serde::Serialize;

/// Version of the JSON form; raised when a field changes its meaning.
const JSON_FORMAT: u32 = 1;

/// The most exact dependencies that the text lists.
const LISTED: usize = 20;

/// What was found.
pub struct Found<'a> {
    pub sheets: &'a [Profiled],
    pub dependencies: &'a [Dependencies],
    pub inclusions: Option<&'a Inclusions>,
    pub proposal: Option<&'a Proposal>,
}

#[derive(Serialize)]
struct Document<'a> {
    format: u32,
    files: Vec<File<'a>>,
    inclusions: Vec<Inclusion<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<&'a Proposal>,
}

#[derive(Serialize)]
struct File<'a> {
    name: &'a str,
    encoding: String,
    delimiter: char,
    header: bool,
    rows: usize,
    columns: Vec<Column<'a>>,
    functional: Vec<Functional<'a>>,
    unique: Vec<Vec<&'a str>>,
    unsearched: Vec<String>,
    set_aside: Vec<pgwright_profile::sheet::SetAside>,
}

#[derive(Serialize)]
struct Column<'a> {
    name: &'a str,
    sql_type: String,
    #[serde(flatten)]
    typed: Option<&'a Typed>,
    distinct: usize,
    nulls: usize,
}

#[derive(Serialize)]
struct Functional<'a> {
    determinant: Vec<&'a str>,
    dependent: &'a str,
}

#[derive(Serialize)]
struct Inclusion<'a> {
    dependent: Place<'a>,
    referenced: Place<'a>,
    values: usize,
    missing: usize,
}

#[derive(Serialize)]
struct Place<'a> {
    file: &'a str,
    columns: Vec<&'a str>,
}

impl Found<'_> {
    /// As JSON.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        let files = self
            .sheets
            .iter()
            .enumerate()
            .map(|(place, profiled)| self.file(place, profiled));
        let inclusions = self
            .inclusions
            .iter()
            .flat_map(|i| &i.found)
            .map(|i| Inclusion {
                dependent: self.place(&i.dependent),
                referenced: self.place(&i.referenced),
                values: i.values,
                missing: i.missing,
            });
        let document = Document {
            format: JSON_FORMAT,
            files: files.collect(),
            inclusions: inclusions.collect(),
            proposal: self.proposal,
        };
        serde_json::to_string_pretty(&document).map(|text| text + "\n")
    }

    fn file<'b>(&'b self, place: usize, profiled: &'b Profiled) -> File<'b> {
        let sheet = &profiled.sheet;
        let names = |set: &ColumnSet| set.iter().map(|c| &sheet.columns[c][..]).collect();
        let found = self.dependencies.get(place);
        let mut set_aside = sheet.set_aside.clone();
        if let Some(unfit) = self.proposal.and_then(|p| p.unfit.get(place)) {
            set_aside.extend(unfit_rows(sheet, unfit));
            set_aside.sort_by_key(|a| a.line);
        }
        File {
            name: &sheet.name,
            encoding: sheet.encoding.to_string(),
            delimiter: char::from(sheet.dialect.delimiter),
            header: sheet.dialect.header,
            rows: sheet.table.rows(),
            columns: (0..sheet.columns.len())
                .map(|column| Column {
                    name: &sheet.columns[column],
                    sql_type: profiled
                        .typed
                        .get(column)
                        .map_or_else(|| "text".into(), |t| t.of.sql()),
                    typed: profiled.typed.get(column),
                    distinct: sheet.table.columns[column].dictionary.len(),
                    nulls: sheet.table.columns[column].nulls,
                })
                .collect(),
            functional: found.map_or_else(Vec::new, |found| {
                let each = found.functional.iter();
                each.map(|d| Functional {
                    determinant: names(&d.determinant),
                    dependent: &sheet.columns[d.dependent],
                })
                .collect()
            }),
            unique: found.map_or_else(Vec::new, |found| found.unique.iter().map(names).collect()),
            unsearched: found
                .map_or_else(Vec::new, |found| found.unsearched.sentences(&sheet.columns)),
            set_aside,
        }
    }

    fn place(&self, place: &pgwright_normalize::discovery::Place) -> Place<'_> {
        let sheet = &self.sheets[place.table].sheet;
        Place {
            file: &sheet.name,
            columns: place
                .columns
                .iter()
                .map(|c| &sheet.columns[*c][..])
                .collect(),
        }
    }

    /// As text for a reader.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for (place, profiled) in self.sheets.iter().enumerate() {
            self.file_text(&mut text, place, profiled);
        }
        if let Some(proposal) = self.proposal {
            self.proposal_text(&mut text, proposal);
        }
        text
    }

    fn file_text(&self, text: &mut String, place: usize, profiled: &Profiled) {
        // Writing to a String cannot fail.
        let sheet = &profiled.sheet;
        let delimiter = match sheet.dialect.delimiter {
            b'\t' => "tab".to_owned(),
            other => format!("`{}`", char::from(other)),
        };
        let _ = writeln!(
            text,
            "{}: {} rows, {} columns; {}, delimiter {delimiter}{}",
            sheet.name,
            sheet.table.rows(),
            sheet.columns.len(),
            sheet.encoding,
            if sheet.dialect.header {
                ""
            } else {
                ", no header"
            },
        );
        let width = sheet
            .columns
            .iter()
            .map(|c| c.chars().count())
            .max()
            .unwrap_or(0);
        for (column, typed) in profiled.typed.iter().enumerate() {
            let data = &sheet.table.columns[column];
            let _ = writeln!(
                text,
                "  {:width$}  {:14} {:>9} values  {}{}",
                sheet.columns[column],
                typed.of.sql(),
                data.dictionary.len(),
                if data.nulls > 0 {
                    format!("{} missing  ", data.nulls)
                } else {
                    String::new()
                },
                remark(typed),
            );
        }
        if !sheet.set_aside.is_empty() {
            let _ = writeln!(text, "  {} lines are no rows:", sheet.set_aside.len());
            for aside in sheet.set_aside.iter().take(LISTED) {
                let _ = writeln!(text, "    line {}: {}", aside.line, aside.reason);
            }
        }
        if let Some(found) = self.dependencies.get(place) {
            let names = |set: &ColumnSet| -> String {
                let names: Vec<&str> = set.iter().map(|c| &sheet.columns[c][..]).collect();
                names.join(", ")
            };
            let _ = writeln!(
                text,
                "  {} minimal functional dependencies and {} unique combinations hold in every row",
                found.functional.len(),
                found.unique.len()
            );
            for unique in found.unique.iter().take(LISTED / 4) {
                let _ = writeln!(text, "    unique: {}", names(unique));
            }
            for sentence in found.unsearched.sentences(&sheet.columns) {
                let _ = writeln!(text, "  {sentence}");
            }
        }
        text.push('\n');
    }

    fn proposal_text(&self, text: &mut String, proposal: &Proposal) {
        let _ = writeln!(text, "Proposed entities");
        for entity in &proposal.entities {
            let sheet = &self.sheets[entity.sheet].sheet;
            let key: Vec<&str> = entity.key.iter().map(|c| &sheet.columns[*c][..]).collect();
            let known = if key.is_empty() {
                "nothing identifies them".into()
            } else {
                format!("by {}", key.join(", "))
            };
            let _ = writeln!(text, "  {} ({} rows, {known})", entity.name, entity.rows);
            let attributes: Vec<&str> = entity.attributes.iter().map(|a| &a.name[..]).collect();
            if !attributes.is_empty() {
                let _ = writeln!(text, "    {}", attributes.join(", "));
            }
            for reference in &entity.references {
                let target = &proposal.entities[reference.entity].name;
                let _ = writeln!(
                    text,
                    "    → {target}{}",
                    if reference.optional {
                        " (optional)"
                    } else {
                        ""
                    }
                );
            }
        }
        let _ = writeln!(text, "\nThey stand on");
        for claim in &proposal.claims {
            let _ = writeln!(text, "  {}", claim.sentence);
        }
        if !proposal.held_back.is_empty() {
            let _ = writeln!(text, "\nHeld back");
            for held in proposal.held_back.iter().take(LISTED) {
                let _ = writeln!(text, "  {}: {}", held.dependency, held.reason);
            }
            if proposal.held_back.len() > LISTED {
                let _ = writeln!(text, "  … and {} more", proposal.held_back.len() - LISTED);
            }
        }
        let count: usize = proposal
            .unfit
            .iter()
            .map(std::collections::BTreeMap::len)
            .sum();
        if count > 0 {
            let _ = writeln!(text, "\n{count} rows do not fit and are set aside");
            for (place, unfit) in proposal.unfit.iter().enumerate() {
                for row in unfit_rows(&self.sheets[place].sheet, unfit)
                    .iter()
                    .take(LISTED)
                {
                    let _ = writeln!(
                        text,
                        "  {} line {}: {}",
                        self.sheets[place].sheet.name, row.line, row.reason
                    );
                }
            }
        }
    }
}

/// What else is worth knowing of a column.
fn remark(typed: &Typed) -> String {
    let mut said = Vec::new();
    match &typed.of {
        Type::Text { form } => {
            if let Ok(serde_json::Value::String(form)) = serde_json::to_value(form)
                && form != "any"
            {
                said.push(form.replace('_', " "));
            }
        }
        Type::Money { currency, .. } => said.push(format!("amounts in {currency}")),
        _ => {}
    }
    if !typed.words.is_empty() {
        said.push(typed.words.join(" | "));
    } else if let Some((low, high)) = &typed.range {
        let cut = |text: &str| -> String { text.chars().take(24).collect() };
        said.push(format!("{} … {}", cut(low), cut(high)));
    }
    if !typed.misfits.is_empty() {
        said.push(format!("{} values do not fit", typed.misfits.len()));
    }
    said.join("; ")
}
