//! Reading: the tree is interpreted by hand, so that every error is found at once and has its place.
//!
//! Names are collected first (`symbols`), then entities with their attributes are read, then what
//! refers to attributes is settled (`settle`), and last come rules, access patterns, reports and
//! policies, which may refer to anything.

mod access;
mod attribute;
mod bound;
mod check;
mod default;
mod draft;
mod entity;
mod expression;
pub(crate) mod fields;
mod kind;
mod modifier;
mod path;
mod policy;
mod prepared;
mod report;
mod rule;
mod sentence;
mod settle;
mod sql;
mod states;
mod symbols;
pub(crate) mod types;
mod volume;

use std::collections::BTreeSet;
use std::ops::Range;

use crate::Reading;
use crate::error::Report;
use crate::keys::{BRIEF, NAMING};
use crate::model::{Brief, Date, Entity, Naming, NamingGiven};
use crate::names::snake_case;
use crate::read::entity::Pending;
use crate::read::fields::{Fields, choice, shortened};
use crate::read::symbols::Symbols;
use crate::read::volume::Ratio;
use crate::text::Text;
use crate::yaml::{self, Node};

/// What is carried along while a brief is read.
pub(crate) struct Reader<'a> {
    pub(crate) report: Report<'a>,
    pub(crate) symbols: Symbols,
    pub(crate) ratios: Vec<Ratio>,
    /// Names of attributes that could not be read: what refers to them is not reported again.
    pub(crate) incomplete: BTreeSet<String>,
    /// Names of rules so far.
    pub(crate) rule_names: BTreeSet<String>,
}

impl<'a> Reader<'a> {
    /// The place of a name that was read before.
    pub(crate) fn place(&self, span: crate::model::Span) -> Range<usize> {
        self.report.lines.word_at(span)
    }

    /// Reports a name that is no entity or role.
    pub(crate) fn unknown_entity(&mut self, text: Text<'_>) {
        let known = self.symbols.all();
        let hint = crate::names::suggestion(&snake_case(text.as_str()), &known, "there are");
        let message = if text.is_empty() {
            "the name of an entity is missing".to_owned()
        } else {
            format!("there is no entity or role `{}`", shortened(text.as_str()))
        };
        self.report.push(text.range(), message, hint);
    }
}

/// Reads a brief.
pub(crate) fn read(text: &str) -> Reading {
    let mut report = Report::new(text);
    let root = match yaml::parse(text, &report.lines) {
        Ok(Some(root)) => root,
        Ok(None) => {
            report.error_hint(
                0..0,
                "the brief is empty",
                "begin with `brief: name` and `entities:`; examples/ shows whole ones",
            );
            return Reading {
                brief: None,
                errors: report.errors,
                warnings: report.warnings,
            };
        }
        Err(error) => {
            return Reading {
                brief: None,
                errors: vec![error],
                warnings: Vec::new(),
            };
        }
    };
    let mut reader = Reader {
        report,
        symbols: Symbols::default(),
        ratios: Vec::new(),
        incomplete: BTreeSet::new(),
        rule_names: BTreeSet::new(),
    };
    let brief = document(&mut reader, &root);
    let Report {
        mut errors,
        mut warnings,
        ..
    } = reader.report;
    errors.sort_by_key(|error| error.range.start);
    errors.dedup();
    warnings.sort_by_key(|warning| warning.range.start);
    Reading {
        brief: brief.filter(|_| errors.is_empty()),
        errors,
        warnings,
    }
}

fn document<'a>(reader: &mut Reader<'a>, root: &'a Node) -> Option<Brief> {
    let fields = Fields::read(
        &mut reader.report,
        root,
        &(root.range.start..root.range.start),
        &BRIEF,
    )?;
    let system = fields
        .text(&mut reader.report, "brief")
        .and_then(|text| fields::name_of(&mut reader.report, text))
        .unwrap_or_default();
    let title = fields.words(&mut reader.report, "title");
    let about = fields.words(&mut reader.report, "about");
    let minimum_version = minimum_version(reader, &fields);
    let as_of = as_of(reader, &fields);
    let naming = naming(reader, &fields, &system);
    let notes = notes(reader, &fields);

    let mut entities: Vec<Entity> = Vec::new();
    let mut pending: Vec<Pending<'a>> = Vec::new();
    if let Some((node, range)) = fields.get("entities") {
        let entries = symbols::entity_entries(&mut reader.report, node);
        if entries.is_empty() {
            reader
                .report
                .error_hint(range, "there are no entities", "name at least one");
        }
        reader.symbols = Symbols::collect(&mut reader.report, &entries);
        for (index, entry) in entries.iter().enumerate() {
            let (entity, rest) = entity::read(reader, entry, index);
            entities.push(entity);
            pending.push(rest);
        }
    } else if fields.has("entities") {
        reader.report.error_hint(
            root.range.clone(),
            "there are no entities",
            "name at least one",
        );
    }
    volume::settle(reader, &mut entities);
    settle::settle(reader, &mut entities, &pending);
    check::structure(reader, &entities, &pending);
    rule::read_all(reader, &mut entities, &pending);
    let access_patterns = access::read(reader, &fields, &entities);
    let reports = report::read(reader, &fields, &entities);
    let policies = policy::read(reader, &fields, &entities);
    Some(Brief {
        title: title.unwrap_or_else(|| system.replace('_', " ")),
        system,
        about,
        minimum_version,
        as_of,
        naming,
        entities,
        access_patterns,
        reports,
        policies,
        notes,
    })
}

/// The version a brief means when it names none: the oldest that the design knows.
const DEFAULT_VERSION: u32 = 14;

fn minimum_version(reader: &mut Reader<'_>, fields: &Fields<'_>) -> u32 {
    let Some(text) = fields.text(&mut reader.report, "postgresql") else {
        return DEFAULT_VERSION;
    };
    let plain = text.plain();
    let digits = plain.trim_end_matches('+').trim_end_matches(" or newer");
    match digits.trim().parse::<u32>() {
        Ok(version) if (14..=18).contains(&version) => version,
        _ => {
            reader.report.error_hint(
                text.range(),
                format!(
                    "PostgreSQL `{}` is not a version this can design for",
                    shortened(text.as_str())
                ),
                "write the oldest major version to run on, from 14 to 18",
            );
            DEFAULT_VERSION
        }
    }
}

fn as_of(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Date {
    let default = Date {
        year: 2026,
        month: 1,
        day: 1,
    };
    let Some(text) = fields.text(&mut reader.report, "as_of") else {
        return default;
    };
    match bound::parse_date(text.as_str()) {
        Some(date) if (1970..=2200).contains(&date.year) => date,
        _ => {
            reader.report.error_hint(
                text.range(),
                format!("`{}` is not a date of our time", shortened(text.as_str())),
                "write it as 2026-01-31",
            );
            default
        }
    }
}

fn naming(reader: &mut Reader<'_>, fields: &Fields<'_>, system: &str) -> Naming {
    let mut naming = Naming {
        schema: system.to_owned(),
        plural_tables: true,
        prefixed_keys: true,
        given: NamingGiven::default(),
    };
    let Some((node, range)) = fields.get("naming") else {
        return naming;
    };
    let Some(fields) = Fields::read(&mut reader.report, node, &range, &NAMING) else {
        return naming;
    };
    if let Some(text) = fields.text(&mut reader.report, "schema")
        && let Some(name) = fields::name_of(&mut reader.report, text)
    {
        if name.starts_with("pg_") || name == "information_schema" {
            reader.report.error_hint(
                text.range(),
                format!("the schema name `{name}` is PostgreSQL's own"),
                "choose another",
            );
        }
        naming.schema = name;
        naming.given.schema = true;
    }
    if let Some(text) = fields.text(&mut reader.report, "tables") {
        naming.given.tables = true;
        naming.plural_tables =
            choice(&mut reader.report, text, &["plural", "singular"]) != Some("singular");
    }
    if let Some(text) = fields.text(&mut reader.report, "keys") {
        naming.given.keys = true;
        naming.prefixed_keys = choice(&mut reader.report, text, &["prefixed", "id"]) != Some("id");
    }
    naming
}

fn notes(reader: &mut Reader<'_>, fields: &Fields<'_>) -> Vec<String> {
    let Some((node, _)) = fields.get("notes") else {
        return Vec::new();
    };
    match &node.value {
        yaml::Value::Scalar(scalar) => vec![Text::of(scalar).as_str().to_owned()],
        _ => fields::names_of(&mut reader.report, node, "notes")
            .into_iter()
            .map(|text| text.as_str().to_owned())
            .collect(),
    }
}

/// A name that no other rule has.
pub(crate) fn unique_rule_name(reader: &mut Reader<'_>, wanted: &str) -> String {
    let mut name = wanted.to_owned();
    let mut number = 2;
    while !reader.rule_names.insert(name.clone()) {
        name = format!("{wanted}_{number}");
        number += 1;
    }
    name
}

/// A place and nothing in it.
pub(crate) fn point(range: &Range<usize>) -> Range<usize> {
    range.start..range.start
}
