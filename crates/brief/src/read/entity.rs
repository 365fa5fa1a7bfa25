//! Entities: their parts, roles, kinds and everything that is theirs alone.

use std::ops::Range;

use crate::keys::{ENTITY, EXISTING, KIND, PART_OF, ROLE};
use crate::model::{Entity, Existing, Kind, Kinds, PartOf, Role};
use crate::names::snake_case;
use crate::read::Reader;
use crate::read::attribute::{Attributes, attributes};
use crate::read::draft::Later;
use crate::read::fields::{Entry, Fields, entries, name_of, names_of, scalar, shortened};
use crate::read::kind::unquoted;
use crate::read::volume;
use crate::text::Text;
use crate::yaml::{Node, Value};

/// Where an attribute is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    Own(usize),
    Role(usize, usize),
    Kind(usize, usize),
}

/// What is left to read of an entity once all entities are known.
#[derive(Default)]
pub(crate) struct Pending<'a> {
    pub(crate) name: Range<usize>,
    pub(crate) later: Vec<(Slot, Vec<Later<'a>>)>,
    pub(crate) key: Vec<Text<'a>>,
    pub(crate) unique: Vec<Text<'a>>,
    pub(crate) rules: Option<&'a Node>,
    pub(crate) part_of: Option<Range<usize>>,
    /// The whole has exactly one of it.
    pub(crate) exactly_one: Option<String>,
}

/// Reads one entity.
pub(crate) fn read<'a>(
    reader: &mut Reader<'a>,
    entry: &Entry<'a>,
    index: usize,
) -> (Entity, Pending<'a>) {
    let range = entry.text.range();
    let mut entity = Entity {
        name: entry.name.clone(),
        plural: None,
        about: None,
        attributes: Vec::new(),
        part_of: None,
        roles: Vec::new(),
        roles_required: false,
        kinds: None,
        key: None,
        unique: Vec::new(),
        rules: Vec::new(),
        volume: None,
        append_only: false,
        actor: false,
        existing: None,
        span: reader.report.span(&range),
    };
    let mut pending = Pending {
        name: range.clone(),
        ..Pending::default()
    };
    let Some(fields) = Fields::read(&mut reader.report, entry.node, &range, &ENTITY) else {
        return (entity, pending);
    };
    entity.about = fields.words(&mut reader.report, "about");
    entity.plural = fields
        .words(&mut reader.report, "plural")
        .map(|plural| snake_case(&plural));
    if let Some((node, _)) = fields.get("has") {
        let read = attributes(reader, node, &entity.name);
        entity.attributes = keep(read, &mut pending, Slot::Own);
    }
    if let Some((node, keyed)) = fields.get("part_of") {
        entity.part_of = part_of(reader, node, &keyed, &mut pending);
        if entity.part_of.is_none() {
            reader.incomplete.insert(format!("part_of {}", entity.name));
        }
        pending.part_of = Some(node.range.clone());
    }
    if let Some((node, _)) = fields.get("roles") {
        entity.roles = roles(reader, node, &mut pending);
        entity.roles_required =
            !entity.roles.is_empty() && !fields.yes(&mut reader.report, "roles_optional");
    }
    if let Some((node, _)) = fields.get("kinds") {
        entity.kinds = kinds(reader, node, &mut pending);
    }
    pending.key = fields.names(&mut reader.report, "key");
    if let Some((node, _)) = fields.get("unique") {
        pending.unique = uniques(reader, node);
    }
    pending.rules = fields.get("rules").map(|(node, _)| node);
    if let Some((node, keyed)) = fields.get("volume") {
        entity.volume = Some(volume::read(reader, node, &keyed, index));
    }
    entity.append_only = fields.yes(&mut reader.report, "append_only");
    entity.actor = fields.yes(&mut reader.report, "actor");
    if let Some((node, keyed)) = fields.get("existing") {
        entity.existing = existing(reader, node, &keyed);
    }
    (entity, pending)
}

fn keep<'a>(
    read: Attributes<'a>,
    pending: &mut Pending<'a>,
    slot: impl Fn(usize) -> Slot,
) -> Vec<crate::model::Attribute> {
    let mut kept = Vec::with_capacity(read.len());
    for (index, (attribute, later)) in read.into_iter().enumerate() {
        if !later.is_empty() {
            pending.later.push((slot(index), later));
        }
        kept.push(attribute);
    }
    kept
}

fn part_of<'a>(
    reader: &mut Reader<'a>,
    node: &'a Node,
    keyed: &Range<usize>,
    pending: &mut Pending<'a>,
) -> Option<PartOf> {
    let mut single = false;
    let mut name = None;
    let text = match &node.value {
        Value::Scalar(scalar) => Text::of(scalar),
        _ => {
            let fields = Fields::read(&mut reader.report, node, keyed, &PART_OF)?;
            single = fields.yes(&mut reader.report, "single");
            name = fields
                .text(&mut reader.report, "name")
                .and_then(|text| name_of(&mut reader.report, text));
            fields.text(&mut reader.report, "whole")?
        }
    };
    let mut whole = text;
    let mut exactly = false;
    let counts = [
        ("exactly one of", true),
        ("at most one of", false),
        ("one of", true),
        ("single", false),
    ];
    for (words, exact) in counts {
        if let Some(rest) = text.after(words) {
            (whole, single, exactly) = (rest, true, exact);
            break;
        }
    }
    for words in ["a", "an", "the", "many of"] {
        if let Some(rest) = whole.after(words)
            && reader.symbols.entity(whole.as_str()).is_none()
        {
            whole = rest;
        }
    }
    let Some(reference) = reader.symbols.reference(whole.as_str()) else {
        reader.unknown_entity(whole);
        return None;
    };
    if let Some(role) = &reference.role {
        reader.report.error_hint(
            whole.range(),
            format!(
                "`{role}` is a role of `{}`, and a whole is an entity",
                reference.entity
            ),
            format!(
                "write `part_of: {}`, or a reference to `{role}` under `has`",
                reference.entity
            ),
        );
        return None;
    }
    if exactly {
        pending.exactly_one = Some(reference.entity.clone());
    }
    Some(PartOf {
        name: name.unwrap_or_else(|| reference.entity.clone()),
        whole: reference.entity,
        single,
        span: reader.report.span(&node.range),
    })
}

fn roles<'a>(reader: &mut Reader<'a>, node: &'a Node, pending: &mut Pending<'a>) -> Vec<Role> {
    let mut roles: Vec<Role> = Vec::new();
    let names: Vec<Text<'a>> = match &node.value {
        Value::Map(_) => {
            for entry in entries(&mut reader.report, node, "roles") {
                let index = roles.len();
                let (about, attributes) =
                    described(reader, &entry, &ROLE, &entry.name, pending, |a| {
                        Slot::Role(index, a)
                    });
                let span = reader.report.span(&entry.text.range());
                roles.push(Role {
                    name: entry.name,
                    about,
                    attributes,
                    span,
                });
            }
            return roles;
        }
        Value::Scalar(scalar) => Text::of(scalar).split(&['|', ',']),
        _ => names_of(&mut reader.report, node, "roles"),
    };
    for text in names {
        let Some(name) = name_of(&mut reader.report, text) else {
            continue;
        };
        if roles.iter().any(|role| role.name == name) {
            twice(reader, text, "role");
            continue;
        }
        let span = reader.report.span(&text.range());
        roles.push(Role {
            name,
            about: None,
            attributes: Vec::new(),
            span,
        });
    }
    roles
}

fn twice(reader: &mut Reader<'_>, text: Text<'_>, what: &str) {
    reader.report.error_hint(
        text.range(),
        format!("the {what} `{}` is given twice", text.as_str()),
        "remove one of them",
    );
}

/// `name:`, `name: what it means`, or `name: {about, has}`.
fn described<'a>(
    reader: &mut Reader<'a>,
    entry: &Entry<'a>,
    section: &'static crate::keys::Section,
    name: &str,
    pending: &mut Pending<'a>,
    slot: impl Fn(usize) -> Slot,
) -> (Option<String>, Vec<crate::model::Attribute>) {
    match &entry.node.value {
        Value::Null => (None, Vec::new()),
        Value::Scalar(scalar) => (Some(Text::of(scalar).as_str().to_owned()), Vec::new()),
        _ => {
            let range = entry.text.range();
            let fields = Fields::read(&mut reader.report, entry.node, &range, section);
            let Some(fields) = fields else {
                return (None, Vec::new());
            };
            let about = fields.words(&mut reader.report, "about");
            let read = match fields.get("has") {
                Some((node, _)) => attributes(reader, node, name),
                None => Vec::new(),
            };
            (about, keep(read, pending, slot))
        }
    }
}

fn kinds<'a>(reader: &mut Reader<'a>, node: &'a Node, pending: &mut Pending<'a>) -> Option<Kinds> {
    let mut attribute = "kind".to_owned();
    let mut kinds: Vec<Kind> = Vec::new();
    let names: Vec<Text<'a>> = match &node.value {
        Value::Map(_) => {
            for entry in entries(&mut reader.report, node, "kinds") {
                if entry.name == "attribute" {
                    if let Some(name) =
                        scalar(entry.node).and_then(|text| name_of(&mut reader.report, text))
                    {
                        attribute = name;
                    }
                    continue;
                }
                let index = kinds.len();
                let name = unquoted(entry.text.as_str());
                let (about, attributes) = described(reader, &entry, &KIND, &name, pending, |a| {
                    Slot::Kind(index, a)
                });
                let span = reader.report.span(&entry.text.range());
                kinds.push(Kind {
                    name,
                    about,
                    attributes,
                    span,
                });
            }
            Vec::new()
        }
        Value::Scalar(scalar) => Text::of(scalar).split(&['|', ',']),
        _ => names_of(&mut reader.report, node, "kinds"),
    };
    for text in names {
        let name = unquoted(text.as_str());
        if kinds.iter().any(|kind| kind.name == name) {
            twice(reader, text, "kind");
        } else if !name.is_empty() {
            let span = reader.report.span(&text.range());
            kinds.push(Kind {
                name,
                about: None,
                attributes: Vec::new(),
                span,
            });
        }
    }
    if kinds.len() < 2 {
        reader.report.error_hint(
            node.range.clone(),
            "kinds need at least two",
            "write `kinds: call | email`, or each as a key with `has:` of its own",
        );
        if kinds.is_empty() {
            return None;
        }
    }
    Some(Kinds {
        attribute,
        kinds,
        span: reader.report.span(&node.range),
    })
}

/// A text is one combination; so is each text of a list.
fn uniques<'a>(reader: &mut Reader<'a>, node: &'a Node) -> Vec<Text<'a>> {
    match &node.value {
        Value::Scalar(scalar) => vec![Text::of(scalar)],
        Value::List(items) => {
            let texts: Vec<Text<'a>> = items.iter().filter_map(scalar).collect();
            let single =
                |text: &Text<'_>| text.split(&[',']).len() == 1 && text.around("where").is_none();
            if texts.len() > 1 && texts.iter().all(single) {
                let names: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
                reader.report.error_hint(
                    node.range.clone(),
                    "is this one combination, or is each unique by itself?",
                    format!(
                        "write `unique: {}` for the combination, or the modifier `unique` after each",
                        names.join(", ")
                    ),
                );
                return Vec::new();
            }
            texts
        }
        _ => names_of(&mut reader.report, node, "unique"),
    }
}

/// `shop.products (product_uuid uuid)`.
fn existing<'a>(reader: &mut Reader<'a>, node: &'a Node, keyed: &Range<usize>) -> Option<Existing> {
    let wrong = |reader: &mut Reader<'a>, range: Range<usize>, what: &str| {
        reader.report.error_hint(
            range,
            format!("`{}` does not name a table and its key", shortened(what)),
            "write `shop.products (product_uuid uuid)`: schema.table, then key column and type",
        );
        None
    };
    let (table, key) = match &node.value {
        Value::Scalar(scalar) => {
            let text = Text::of(scalar);
            let whole = text.as_str();
            let parts = whole.find('(').filter(|_| whole.ends_with(')'));
            let Some(open) = parts else {
                return wrong(reader, text.range(), whole);
            };
            (
                text.until(open).trim(),
                text.slice(open + 1..whole.len() - 1).trim(),
            )
        }
        _ => {
            let fields = Fields::read(&mut reader.report, node, keyed, &EXISTING)?;
            let table = fields.text(&mut reader.report, "table")?;
            (table, fields.text(&mut reader.report, "key")?)
        }
    };
    let path: Vec<String> = table.as_str().split('.').map(identifier).collect();
    let (column, key_type) = key.first_word();
    if path.len() > 2 || path.iter().any(String::is_empty) {
        return wrong(reader, table.range(), table.as_str());
    }
    if column.is_empty() || key_type.is_empty() {
        return wrong(reader, key.range(), key.as_str());
    }
    Some(Existing {
        table: path,
        key_column: identifier(column.as_str()),
        key_type: key_type.as_str().to_owned(),
        span: reader.report.span(&node.range),
    })
}

/// An SQL identifier as PostgreSQL stores it: quoted as it is, else in lower case.
fn identifier(text: &str) -> String {
    let text = text.trim();
    match text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(quoted) => quoted.replace("\"\"", "\""),
        None => text.to_lowercase(),
    }
}
