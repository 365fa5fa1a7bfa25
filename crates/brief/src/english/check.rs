//! The draft against the reader of briefs: what it refuses becomes a note, so that the result is always valid.

use super::draft::{Draft, Line, Source};
use super::write::{self, Element, Written};

/// Rounds after which a part that is still refused takes its entity with it.
const ROUNDS: usize = 60;

/// Writes the draft, taking out what is refused until nothing is.
pub(super) fn settle(draft: &mut Draft, sentences: &[String]) -> Written {
    let mut written = write::write(draft, sentences);
    for round in 0..ROUNDS {
        let reading = crate::read(&written.yaml);
        if reading.errors.is_empty() {
            return written;
        }
        let mut refused: Vec<(Element, String)> = Vec::new();
        for error in &reading.errors {
            let line = error.span.line as usize;
            let holds = |p: &&write::Placed| p.line <= line && line < p.line + p.lines;
            let placed = written.placed.iter().rev().find(holds);
            let placed = placed.or_else(|| written.placed.iter().rev().find(|p| p.line <= line));
            if let Some(placed) = placed {
                let element = if round > ROUNDS / 2 {
                    whole(&placed.element)
                } else {
                    placed.element.clone()
                };
                if !refused.iter().any(|(e, _)| *e == element) {
                    refused.push((element, error.message.clone()));
                }
            }
        }
        if refused.is_empty() {
            break;
        }
        // From the last to the first, so that positions stay.
        refused.reverse();
        for (element, why) in refused {
            let placed = written.placed.iter().find(|p| p.element == element);
            let source = placed.map_or_else(Source::assumed, |p| p.source);
            let text = placed.map_or_else(String::new, |p| p.text.clone());
            take_out(draft, &element);
            if !matches!(element, Element::Note(_)) {
                let quoted = source
                    .sentence
                    .and_then(|s| sentences.get(s))
                    .cloned()
                    .unwrap_or_default();
                let note = format!("Not taken over: {text} ({why}). {quoted}");
                draft.notes.push(Line {
                    text: note.trim().to_owned(),
                    source,
                });
            }
        }
        written = write::write(draft, sentences);
    }
    written
}

/// What holds an element.
fn whole(element: &Element) -> Element {
    match element {
        Element::Attribute { entity, .. }
        | Element::Unique { entity, .. }
        | Element::Rule { entity, .. }
        | Element::PartOf(entity)
        | Element::Key(entity)
        | Element::Kinds(entity)
        | Element::Roles(entity)
        | Element::Volume(entity) => Element::Entity(entity.clone()),
        other => other.clone(),
    }
}

fn take_out(draft: &mut Draft, element: &Element) {
    match element {
        Element::Entity(name) => draft.entities.retain(|e| e.name != *name),
        Element::Attribute { entity, part, name } => {
            if let Some(entity) = draft.entity_mut(entity) {
                match part {
                    None => entity.attributes.retain(|a| a.name != *name),
                    Some(part) => {
                        for holder in entity
                            .roles
                            .iter_mut()
                            .chain(&mut entity.kinds)
                            .filter(|p| p.name == *part)
                        {
                            holder.attributes.retain(|a| a.name != *name);
                        }
                    }
                }
                entity.key.retain(|k| k != name);
            }
        }
        Element::PartOf(name) => {
            if let Some(entity) = draft.entity_mut(name) {
                entity.part_of = None;
            }
        }
        Element::Key(name) => {
            if let Some(entity) = draft.entity_mut(name) {
                entity.key.clear();
            }
        }
        Element::Kinds(name) => {
            if let Some(entity) = draft.entity_mut(name) {
                entity.kinds.clear();
            }
        }
        Element::Roles(name) => {
            if let Some(entity) = draft.entity_mut(name) {
                entity.roles.clear();
            }
        }
        Element::Volume(name) => {
            if let Some(entity) = draft.entity_mut(name) {
                entity.volume.clear();
            }
        }
        Element::Unique { entity, at } => {
            if let Some(entity) = draft.entity_mut(entity) {
                remove(&mut entity.unique, *at);
            }
        }
        Element::Rule { entity, at } => {
            if let Some(entity) = draft.entity_mut(entity) {
                remove(&mut entity.rules, *at);
            }
        }
        Element::Access(at) => remove(&mut draft.access, *at),
        Element::Report(at) => remove(&mut draft.reports, *at),
        Element::Note(at) => remove(&mut draft.notes, *at),
        Element::Policy { list, at } => match *list {
            "restorable" => remove(&mut draft.restorable, *at),
            "history" => remove(&mut draft.history, *at),
            "erasable" => remove(&mut draft.erasable, *at),
            "traced_reads" => remove(&mut draft.traced, *at),
            "visibility" => remove(&mut draft.visibility, *at),
            _ => draft.tenancy = None,
        },
    }
}

fn remove<T>(list: &mut Vec<T>, at: usize) {
    if at < list.len() {
        list.remove(at);
    }
}
