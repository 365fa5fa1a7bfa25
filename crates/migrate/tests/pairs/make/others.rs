//! Makers of the objects that need little of others.

use super::named;
use crate::model::*;
use crate::other::{Other, OtherKind};
use crate::random::Random;

pub fn other(model: &mut Model, random: &mut Random, kind: OtherKind) -> bool {
    let there = model.others.values().filter(|o| o.kind == kind).count();
    if there >= kind.most() {
        return false;
    }
    let mut candidates: Vec<Key> = match kind {
        OtherKind::Server | OtherKind::UserMapping | OtherKind::Configuration => {
            let others = model.others.keys();
            others
                .copied()
                .filter(|k| Other::fits(kind, *k, model))
                .collect()
        }
        OtherKind::Cast => {
            let types = model.types.iter();
            let enums = types.filter(|(_, t)| matches!(t.kind, TypeKind::Enum { .. }));
            let cast = |on: &Key| {
                model
                    .others
                    .values()
                    .any(|o| o.kind == kind && o.on == Some(*on))
            };
            enums.map(|(k, _)| *k).filter(|k| !cast(k)).collect()
        }
        OtherKind::EventTrigger => {
            let functions = model.functions.iter();
            let functions = functions.filter(|(_, f)| f.shape == Shape::EventTrigger);
            functions.map(|(k, _)| *k).collect()
        }
        OtherKind::Statistics | OtherKind::Publication => {
            let tables = model.tables.keys();
            tables
                .copied()
                .filter(|k| Other::fits(kind, *k, model))
                .collect()
        }
        _ => vec![],
    };
    let needs = match kind {
        OtherKind::Server => Some(OtherKind::Wrapper),
        OtherKind::UserMapping => Some(OtherKind::Server),
        _ => None,
    };
    if let Some(needs) = needs
        && candidates.is_empty()
    {
        other(model, random, needs);
        let others = model.others.keys();
        candidates = others
            .copied()
            .filter(|k| Other::fits(kind, *k, model))
            .collect();
    }
    if kind == OtherKind::EventTrigger && candidates.is_empty() {
        super::function(model, random, 7);
        return other(model, random, kind);
    }
    let on = random.pick(&candidates);
    let optional = matches!(kind, OtherKind::Configuration) && random.chance(60);
    let on = if optional { None } else { on };
    let required = matches!(
        kind,
        OtherKind::Server
            | OtherKind::UserMapping
            | OtherKind::Cast
            | OtherKind::EventTrigger
            | OtherKind::Statistics
    );
    if required && on.is_none() {
        return false;
    }
    let privileges: Vec<_> = kind.privilege().into_iter().collect();
    let mut named = named(model, random, "o", &privileges);
    let Some(name) = Other::new_name(kind, on, model) else {
        return false;
    };
    named.name = name;
    if !kind.has_owner() {
        named.owner = None;
    }
    if !kind.has_comment() {
        named.comment = None;
    }
    let choices = kind
        .properties()
        .iter()
        .map(|(_, number)| random.number(*number));
    let mut other = Other {
        named,
        kind,
        choices: choices.collect(),
        on,
        columns: vec![],
    };
    other.columns = other_columns(model, random, kind, on);
    if kind == OtherKind::Statistics && other.columns.len() < 2 {
        return false;
    }
    let key = model.key();
    model.others.insert(key, other);
    true
}

/// Columns that a statistics object or publication names.
pub fn other_columns(
    model: &Model,
    random: &mut Random,
    kind: OtherKind,
    on: Option<Key>,
) -> Vec<String> {
    if !matches!(kind, OtherKind::Statistics | OtherKind::Publication) {
        return vec![];
    }
    let columns = on.map(|on| model.columns(on)).unwrap_or_default();
    let mut columns: Vec<String> = columns
        .into_iter()
        .filter(|c| !c.is_generated() && c.ty.is_ordered(model) && c.ty.user().is_none())
        .map(|c| c.name)
        .collect();
    random.shuffle(&mut columns);
    columns.truncate(2);
    columns
}
