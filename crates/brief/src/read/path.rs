//! Names of attributes, and paths of references that end in one.

use crate::model::{AttributeKind, Entity, Path, Reference, States, ValueType};
use crate::names::{listing, nearest, snake_case};
use crate::read::Reader;
use crate::read::fields::shortened;
use crate::text::Text;
use crate::vocabulary::{Column, ColumnSource, value_parts};

/// What a path ends in.
pub(crate) struct Target<'e> {
    /// The path without the entity's own name in front.
    pub(crate) path: Path,
    /// The last column.
    pub(crate) column: Column<'e>,
    /// The entity that has it.
    pub(crate) entity: &'e Entity,
}

impl Target<'_> {
    /// The entity and role whose rows the last column identifies.
    pub(crate) fn identifies(&self) -> Option<Reference> {
        match self.column.source {
            ColumnSource::Key => Some(Reference {
                entity: self.entity.name.clone(),
                role: None,
                hierarchy: false,
                single: false,
            }),
            _ => self.column.target.clone(),
        }
    }
}

/// Where a path ends to make sense.
pub(crate) struct Lost {
    /// The element that is not known.
    pub(crate) index: usize,
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
    /// The hint is what is meant, rather than a list of what there is.
    pub(crate) certain: bool,
}

/// The column of that name.
pub(crate) fn column<'e>(entity: &'e Entity, name: &str) -> Option<Column<'e>> {
    entity
        .columns()
        .into_iter()
        .find(|column| column.name == name)
}

/// Follows a path from an entity.
pub(crate) fn resolve<'e>(
    entities: &'e [Entity],
    entity: &'e Entity,
    path: &[String],
) -> Result<Target<'e>, Lost> {
    let mut path = path;
    // `opportunity.stage` inside a rule of opportunity.
    if path.len() > 1 && path[0] == entity.name && column(entity, &path[0]).is_none() {
        path = &path[1..];
    }
    let mut here = entity;
    for (index, name) in path.iter().enumerate() {
        let Some(found) = column(here, name) else {
            return Err(unknown(here, name, index));
        };
        if index + 1 == path.len() {
            return Ok(Target {
                path: path.to_vec(),
                column: found,
                entity: here,
            });
        }
        let next = found
            .target
            .as_ref()
            .and_then(|target| entities.iter().find(|entity| entity.name == target.entity));
        match next {
            Some(next) => here = next,
            None => {
                return Err(Lost {
                    index,
                    message: format!("`{name}` of `{}` is no reference to follow", here.name),
                    hint: Some(format!("`{}` cannot be asked of it", path[index + 1])),
                    certain: true,
                });
            }
        }
    }
    Err(Lost {
        index: 0,
        message: "a name is missing".to_owned(),
        hint: None,
        certain: true,
    })
}

fn unknown(entity: &Entity, name: &str, index: usize) -> Lost {
    let kind = entity
        .all_attributes()
        .find(|(a, _)| a.name == name)
        .map(|(a, _)| &a.kind);
    let mut certain = true;
    let (message, hint) = match kind {
        Some(AttributeKind::Either(targets)) => (
            format!("`{name}` refers to one of several entities"),
            Some(format!(
                "name the one that is meant: {}",
                listing(
                    targets
                        .iter()
                        .map(|t| t.role.as_ref().unwrap_or(&t.entity).as_str())
                )
            )),
        ),
        Some(AttributeKind::Many { .. }) => (
            format!("`{name}` of `{}` is many, not one value", entity.name),
            Some(format!(
                "its rows are in `{}_{name}`, for SQL to join",
                entity.name
            )),
        ),
        Some(AttributeKind::Value(value)) if !value_parts(value).is_empty() => (
            format!("`{name}` is several columns"),
            Some(format!(
                "name one: {}",
                value_parts(value)
                    .iter()
                    .map(|p| format!("{name}_{p}"))
                    .collect::<Vec<_>>()
                    .join(", ")
            )),
        ),
        _ => {
            let columns = entity.columns();
            let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
            let hint = match nearest(name, names.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None if name == entity.name => "its own key is `id`".to_owned(),
                None => {
                    certain = false;
                    format!("`{}` has {}", entity.name, listing(names))
                }
            };
            (
                format!("`{}` has no attribute `{}`", entity.name, shortened(name)),
                Some(hint),
            )
        }
    };
    Lost {
        index,
        message,
        hint,
        certain,
    }
}

/// One attribute or reference of an entity, by its name, or by the entity it refers to when only one
/// reference does.
pub(crate) fn attribute(
    reader: &mut Reader<'_>,
    entity: &Entity,
    text: Text<'_>,
) -> Option<String> {
    let name = snake_case(text.as_str());
    if column(entity, &name).is_some() {
        return Some(name);
    }
    // `of user` where the reference is called owner.
    if let Some(wanted) = reader.symbols.reference(text.as_str()) {
        let mut referring = entity.columns();
        referring.retain(|column| {
            column
                .target
                .as_ref()
                .is_some_and(|target| target.entity == wanted.entity && target.role == wanted.role)
        });
        if let [one] = referring.as_slice() {
            return Some(one.name.clone());
        }
        if referring.len() > 1 {
            reader.report.error_hint(
                text.range(),
                format!(
                    "`{}` refers to `{}` more than once",
                    entity.name,
                    text.as_str()
                ),
                format!(
                    "name the reference: {}",
                    listing(referring.iter().map(|c| c.name.as_str()))
                ),
            );
            return None;
        }
    }
    if text.is_empty() {
        reader.report.error_hint(
            text.range(),
            "the name of an attribute is missing",
            "name one",
        );
        return None;
    }
    if !reader.incomplete.contains(&name) {
        let lost = unknown(entity, &name, 0);
        reader.report.push(text.range(), lost.message, lost.hint);
    }
    None
}

/// Several attributes: `tenant, meter`, `tenant + meter`, `tenant and meter`.
pub(crate) fn attributes(
    reader: &mut Reader<'_>,
    entity: &Entity,
    text: Text<'_>,
) -> Option<Vec<String>> {
    let mut found = Vec::new();
    let mut complete = true;
    for part in listed(text) {
        match attribute(reader, entity, part) {
            Some(name) if found.contains(&name) => {
                reader.report.error_hint(
                    part.range(),
                    format!("`{name}` is named twice"),
                    "remove one",
                );
                complete = false;
            }
            Some(name) => found.push(name),
            None => complete = false,
        }
    }
    complete.then_some(found)
}

/// The parts of a list written with commas, plus signs or `and`.
pub(crate) fn listed(text: Text<'_>) -> Vec<Text<'_>> {
    let mut parts = Vec::new();
    for part in text.split(&[',', '+']) {
        let mut part = part.after("and").unwrap_or(part);
        while let Some((before, after)) = part.around("and") {
            parts.push(before);
            part = after;
        }
        parts.push(part);
    }
    parts
}

/// A dotted path such as `opportunity.principal`, when the text is one and nothing else.
pub(crate) fn dotted(text: Text<'_>) -> Option<Path> {
    let parts: Vec<String> = text
        .as_str()
        .split('.')
        .map(|part| part.trim().to_lowercase())
        .collect();
    let name = |part: &String| {
        !part.is_empty()
            && part.chars().all(|c| c.is_alphanumeric() || c == '_')
            && part.starts_with(|c: char| c.is_alphabetic() || c == '_')
    };
    parts.iter().all(name).then_some(parts)
}

/// The fixed values of a column, when it has such.
pub(crate) enum Values<'e> {
    None,
    List(&'e [String]),
    Kinds(Vec<&'e str>),
    States(&'e States),
}

impl<'e> Values<'e> {
    pub(crate) fn of(column: &Column<'e>) -> Self {
        match column.source {
            ColumnSource::Kind(kinds) => {
                Values::Kinds(kinds.kinds.iter().map(|kind| kind.name.as_str()).collect())
            }
            ColumnSource::Attribute(attribute, _) => match &attribute.kind {
                AttributeKind::OneOf(values) => Values::List(values),
                AttributeKind::States(states) => Values::States(states),
                _ => Values::None,
            },
            _ => Values::None,
        }
    }

    /// The values, in order; empty when any value may stand.
    pub(crate) fn list(&self) -> Vec<&'e str> {
        match self {
            Values::None => Vec::new(),
            Values::List(values) => values.iter().map(String::as_str).collect(),
            Values::Kinds(kinds) => kinds.clone(),
            Values::States(states) => states.states.iter().map(String::as_str).collect(),
        }
    }

    /// Groups and their members.
    pub(crate) fn groups(&self) -> &'e [(String, Vec<String>)] {
        match self {
            Values::States(states) => &states.groups,
            _ => &[],
        }
    }
}

/// The type of a column's values, when they are values.
pub(crate) fn value_type<'e>(column: &Column<'e>) -> Option<&'e ValueType> {
    let (ColumnSource::Attribute(attribute, _) | ColumnSource::Part(attribute, "amount", _)) =
        column.source
    else {
        return None;
    };
    match &attribute.kind {
        AttributeKind::Value(value) => Some(value),
        _ => None,
    }
}

/// Whether values of the column can be added up.
pub(crate) fn is_number(column: &Column<'_>) -> bool {
    matches!(
        value_type(column),
        Some(
            ValueType::Integer { .. }
                | ValueType::Quantity { .. }
                | ValueType::Decimal { .. }
                | ValueType::Money { .. }
                | ValueType::Percentage
        )
    )
}
