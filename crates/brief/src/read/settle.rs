//! What modifiers and keys refer to, once all attributes are known.

use std::ops::Range;

use crate::model::{Attribute, AttributeKind, Entity, RunningTotal, Unique};
use crate::names::snake_case;
use crate::read::Reader;
use crate::read::draft::Later;
use crate::read::entity::{Pending, Slot};
use crate::read::expression::{self, Scope};
use crate::read::path;
use crate::text::Text;
use crate::{number, vocabulary::ColumnSource};

/// Settles keys, uniques and modifiers of all entities.
pub(crate) fn settle<'a>(
    reader: &mut Reader<'a>,
    entities: &mut [Entity],
    pending: &[Pending<'a>],
) {
    for (index, rest) in pending.iter().enumerate() {
        for (slot, later) in &rest.later {
            for one in later {
                modifier(reader, entities, index, *slot, one);
            }
        }
        let entity = &entities[index];
        let mut key = Vec::new();
        for text in &rest.key {
            if let Some(name) = key_part(reader, entity, *text) {
                key.push(name);
            }
        }
        let unique: Vec<Unique> = rest
            .unique
            .iter()
            .filter_map(|text| unique(reader, entities, index, *text))
            .collect();
        if let Some(entity) = entities.get_mut(index) {
            entity.key = (!key.is_empty()).then_some(key);
            entity.unique = unique;
        }
    }
}

fn key_part(reader: &mut Reader<'_>, entity: &Entity, text: Text<'_>) -> Option<String> {
    let name = path::attribute(reader, entity, text)?;
    let found = path::column(entity, &name)?;
    match found.source {
        ColumnSource::Attribute(attribute, holder) => {
            if holder != crate::vocabulary::Holder::Entity {
                reader.report.error_hint(
                    text.range(),
                    format!("`{name}` is not known of every `{}`", entity.name),
                    "a key is made of attributes that every row has",
                );
                return None;
            }
            if attribute.optional {
                reader.report.error_hint(
                    text.range(),
                    format!("`{name}` is optional and part of the key"),
                    "a key is always known: remove `optional`, or leave it out of the key",
                );
                return None;
            }
        }
        ColumnSource::Alternative(..) | ColumnSource::Key => {
            reader.report.error_hint(
                text.range(),
                format!("`{name}` cannot be part of the key"),
                "a key is made of attributes and references that every row has",
            );
            return None;
        }
        _ => {}
    }
    Some(name)
}

fn unique<'a>(
    reader: &mut Reader<'a>,
    entities: &[Entity],
    index: usize,
    text: Text<'a>,
) -> Option<Unique> {
    let entity = entities.get(index)?;
    let (names, condition) = match text.around_any(&["where", "when"]) {
        Some((names, condition)) => {
            let scope = Scope::row(entities, entity);
            (
                names,
                Some(expression::condition(reader, condition, &scope)),
            )
        }
        None => (text, None),
    };
    let attributes = path::attributes(reader, entity, names)?;
    let condition = match condition {
        Some(condition) => Some(condition?),
        None => None,
    };
    Some(Unique {
        attributes,
        condition,
        span: reader.report.span(&text.range()),
    })
}

fn slot(entity: &mut Entity, slot: Slot) -> Option<&mut Attribute> {
    match slot {
        Slot::Own(index) => entity.attributes.get_mut(index),
        Slot::Role(role, index) => entity.roles.get_mut(role)?.attributes.get_mut(index),
        Slot::Kind(kind, index) => entity
            .kinds
            .as_mut()?
            .kinds
            .get_mut(kind)?
            .attributes
            .get_mut(index),
    }
}

fn modifier<'a>(
    reader: &mut Reader<'a>,
    entities: &mut [Entity],
    index: usize,
    place: Slot,
    later: &Later<'a>,
) {
    let Some(entity) = entities.get(index) else {
        return;
    };
    match later {
        Later::UniquePer(per) => {
            let per = names(reader, entity, per);
            if let Some(attribute) = entities.get_mut(index).and_then(|e| slot(e, place)) {
                attribute.unique = Some(per);
            }
        }
        Later::GaplessPer(per) => {
            let per = names(reader, entity, per);
            if let Some(attribute) = entities.get_mut(index).and_then(|e| slot(e, place)) {
                attribute.gapless = Some(per);
            }
        }
        Later::CopiedFrom(text) => {
            let found = copied(reader, entities, entity, *text);
            if let Some(attribute) = entities.get_mut(index).and_then(|e| slot(e, place)) {
                attribute.copied_from = found;
            }
        }
        Later::RunningTotal { of, per, lag } => {
            let found = running_total(reader, entities, entity, *of, per, *lag);
            if let Some(attribute) = entities.get_mut(index).and_then(|e| slot(e, place)) {
                attribute.running_total = found;
            }
        }
        Later::Computed(text) => {
            let scope = Scope::row(entities, entity);
            let found = expression::read(reader, *text, &scope);
            if let Some(attribute) = entities.get_mut(index).and_then(|e| slot(e, place)) {
                let itself = found.as_ref().is_some_and(|expression| {
                    expression
                        .columns()
                        .iter()
                        .any(|path| path.last() == Some(&attribute.name))
                });
                if itself {
                    reader.report.error_hint(
                        text.range(),
                        format!("`{}` is computed from itself", attribute.name),
                        "name other attributes of the row",
                    );
                }
                attribute.computed = found;
            }
        }
        Later::Hierarchy(range) => {
            let name = entity.name.clone();
            if let Some(attribute) = entities.get_mut(index).and_then(|e| slot(e, place))
                && let AttributeKind::Reference(reference) = &attribute.kind
                && reference.entity != name
            {
                reader.report.error_hint(
                    range.clone(),
                    format!(
                        "`{}` refers to `{}`, not to `{name}` itself",
                        attribute.name, reference.entity
                    ),
                    "a hierarchy is among rows of one entity: remove `hierarchy`",
                );
            }
        }
    }
}

fn names(reader: &mut Reader<'_>, entity: &Entity, texts: &[Text<'_>]) -> Vec<String> {
    texts
        .iter()
        .filter_map(|text| path::attribute(reader, entity, *text))
        .collect()
}

fn copied<'a>(
    reader: &mut Reader<'a>,
    entities: &[Entity],
    entity: &Entity,
    text: Text<'a>,
) -> Option<Vec<String>> {
    let path = path::dotted(text).filter(|path| path.len() >= 2);
    let Some(path) = path else {
        reader.report.error_hint(
            text.range(),
            format!("`{}` is no path to copy from", text.as_str()),
            "name a reference and its attribute: `copied from product.list_price`",
        );
        return None;
    };
    match path::resolve(entities, entity, &path) {
        Ok(target) => Some(target.path),
        Err(lost) => {
            if !path.iter().any(|name| reader.incomplete.contains(name)) {
                reader
                    .report
                    .push(element(text, lost.index), lost.message, lost.hint);
            }
            None
        }
    }
}

/// The place of one element of a dotted path.
pub(crate) fn element(text: Text<'_>, index: usize) -> Range<usize> {
    let mut start = 0;
    for (position, part) in text.as_str().split('.').enumerate() {
        if position == index {
            return text.slice(start..start + part.len()).trim().range();
        }
        start += part.len() + 1;
    }
    text.range()
}

/// `movement.quantity per product, warehouse`.
fn running_total<'a>(
    reader: &mut Reader<'a>,
    entities: &[Entity],
    entity: &Entity,
    of: Text<'a>,
    per: &[Text<'a>],
    lag: Option<Text<'a>>,
) -> Option<RunningTotal> {
    let (source, attribute) = summed(reader, entities, of)?;
    if per.is_empty() {
        reader.report.error_hint(
            of.range(),
            "a running total is kept per something",
            format!("write `running total of {} per product`", of.as_str()),
        );
        return None;
    }
    let mut shared = Vec::new();
    for text in per {
        let Some(name) = path::attribute(reader, entity, *text) else {
            continue;
        };
        if path::column(source, &name).is_none() {
            if !reader.incomplete.contains(&name) {
                reader.report.error_hint(
                    text.range(),
                    format!("`{}` has no attribute `{name}` to match by", source.name),
                    format!(
                        "`{}` and `{}` need the same attribute under the same name",
                        entity.name, source.name
                    ),
                );
            }
            continue;
        }
        shared.push(name);
    }
    let stale_minutes = match lag {
        None => None,
        Some(text) => super::report::freshness(reader, text),
    };
    let complete = shared.len() == per.len();
    complete.then(|| RunningTotal {
        entity: source.name.clone(),
        attribute,
        per: shared,
        stale_minutes,
    })
}

/// `movement.quantity`: an entity and an attribute of it that is a number.
pub(crate) fn summed<'e>(
    reader: &mut Reader<'_>,
    entities: &'e [Entity],
    of: Text<'_>,
) -> Option<(&'e Entity, String)> {
    let Some((name, rest)) = of.as_str().split_once('.') else {
        reader.report.error_hint(
            of.range(),
            format!("`{}` does not say what is added up", of.as_str()),
            "name an entity and its attribute: `movement.quantity`",
        );
        return None;
    };
    let entity_text = of.until(name.len()).trim();
    let Some(source) = reader
        .symbols
        .entity(entity_text.as_str())
        .and_then(|name| entities.iter().find(|entity| entity.name == name))
    else {
        reader.unknown_entity(entity_text);
        return None;
    };
    let text = of.from(of.as_str().len() - rest.len()).trim();
    let attribute = path::attribute(reader, source, text)?;
    let column = path::column(source, &attribute)?;
    if !path::is_number(&column) && !reader.incomplete.contains(&attribute) {
        reader.report.error_hint(
            text.range(),
            format!("`{attribute}` of `{}` is no number to add up", source.name),
            "name a quantity, an integer or money",
        );
        return None;
    }
    Some((source, snake_case(&attribute)))
}

/// Minutes of a length of time.
pub(crate) fn minutes(text: Text<'_>) -> Option<u64> {
    let seconds = number::length_of_time(text)?;
    (0.0..1e12)
        .contains(&seconds)
        .then(|| (seconds / 60.0).ceil() as u64)
}
