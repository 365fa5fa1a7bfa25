//! What only shows when the whole brief is seen: cycles, contradictions, names that collide.

use std::collections::BTreeMap;

use crate::model::{AttributeKind, Entity};
use crate::names::plural;
use crate::read::Reader;
use crate::read::entity::Pending;
use crate::vocabulary::value_parts;

/// Checks entities against each other.
pub(crate) fn structure(reader: &mut Reader<'_>, entities: &[Entity], pending: &[Pending<'_>]) {
    cycles(reader, entities, pending);
    for (entity, rest) in entities.iter().zip(pending) {
        columns(reader, entity, rest);
        wholes(reader, entity);
        contradictions(reader, entity);
        inverses(reader, entities, entity);
        if entity.attributes.is_empty()
            && entity.part_of.is_none()
            && entity.kinds.is_none()
            && entity.roles.is_empty()
            && entity.existing.is_none()
            && !reader
                .report
                .errors
                .iter()
                .any(|error| error.range.start >= rest.name.start)
        {
            reader.report.error_hint(
                rest.name.clone(),
                format!("nothing is known of `{}`", entity.name),
                "give it attributes under `has:`",
            );
        }
    }
}

/// An entity is no part of itself, directly or through others.
fn cycles(reader: &mut Reader<'_>, entities: &[Entity], pending: &[Pending<'_>]) {
    let whole_of: BTreeMap<&str, &str> = entities
        .iter()
        .filter_map(|e| Some((e.name.as_str(), e.part_of.as_ref()?.whole.as_str())))
        .collect();
    for (entity, rest) in entities.iter().zip(pending) {
        let mut chain = vec![entity.name.as_str()];
        let mut here = entity.name.as_str();
        while let Some(whole) = whole_of.get(here) {
            chain.push(whole);
            if *whole == entity.name {
                // Once for the circle: at its first member in the brief.
                let first = entities.iter().find(|e| chain.contains(&e.name.as_str()));
                if first.is_some_and(|first| first.name == entity.name) {
                    let range = rest.part_of.clone().unwrap_or(rest.name.clone());
                    let message = if chain.len() == 2 {
                        format!("`{}` is a part of itself", entity.name)
                    } else {
                        format!("parts go in a circle: {}", chain.join(" is part of "))
                    };
                    reader.report.error_hint(
                        range,
                        message,
                        "make one of them a reference under `has:`; a tree within one entity is a \
                         reference with `hierarchy`",
                    );
                }
                break;
            }
            if chain.len() > entities.len() + 1 {
                break;
            }
            here = whole;
        }
    }
}

/// Attributes of an entity, its roles and its kinds are asked for by name, so each name stands once.
/// Two kinds may share one when it is the same in both.
fn columns(reader: &mut Reader<'_>, entity: &Entity, rest: &Pending<'_>) {
    let mut seen: BTreeMap<String, (String, Option<AttributeKind>)> = BTreeMap::new();
    seen.insert("id".to_owned(), ("its key".to_owned(), None));
    let mut add =
        |reader: &mut Reader<'_>, name: String, what: String, kind: Option<AttributeKind>, at| {
            if let Some((other, other_kind)) = seen.get(&name) {
                let same_in_kinds = kind.is_some()
                    && kind == *other_kind
                    && what.starts_with("its kind")
                    && other.starts_with("its kind");
                if !same_in_kinds {
                    reader.report.error_hint(
                        at,
                        format!(
                            "`{}` has two things called `{name}`: {other} and {what}",
                            entity.name
                        ),
                        "each name stands once in an entity, its roles and its kinds: rename one",
                    );
                }
                return;
            }
            seen.insert(name, (what, kind));
        };
    if let Some(part) = &entity.part_of {
        let at = rest.part_of.clone().unwrap_or(rest.name.clone());
        add(
            reader,
            part.name.clone(),
            "the whole it is part of".to_owned(),
            None,
            at,
        );
    }
    if let Some(kinds) = &entity.kinds {
        let what = "the attribute that tells its kind".to_owned();
        add(
            reader,
            kinds.attribute.clone(),
            what,
            None,
            rest.name.clone(),
        );
    }
    for (attribute, holder) in entity.all_attributes() {
        let whose = match holder {
            crate::vocabulary::Holder::Entity => "an attribute".to_owned(),
            crate::vocabulary::Holder::Role(role) => format!("its role `{role}`'s attribute"),
            crate::vocabulary::Holder::Kind(kind) => format!("its kind `{kind}`'s attribute"),
        };
        // The reference to the whole given again is reported by itself.
        let whole_again = entity.part_of.as_ref().is_some_and(|part| {
            part.name == attribute.name
                && matches!(&attribute.kind, AttributeKind::Reference(r) if r.entity == part.whole)
        });
        if whole_again {
            continue;
        }
        let at = reader.place(attribute.span);
        add(
            reader,
            attribute.name.clone(),
            whose,
            Some(attribute.kind.clone()),
            at.clone(),
        );
        if let AttributeKind::Value(value) = &attribute.kind {
            for part in value_parts(value).iter().filter(|part| **part != "amount") {
                let what = format!("the {part} of `{}`", attribute.name);
                add(
                    reader,
                    format!("{}_{part}", attribute.name),
                    what,
                    None,
                    at.clone(),
                );
            }
        }
    }
}

/// `part_of` already is a required reference: another one to the same whole contradicts it.
fn wholes(reader: &mut Reader<'_>, entity: &Entity) {
    let Some(part) = &entity.part_of else { return };
    for attribute in &entity.attributes {
        let at = reader.place(attribute.span);
        match &attribute.kind {
            AttributeKind::Reference(reference)
                if reference.entity == part.whole
                    && reference.role.is_none()
                    && (attribute.optional || attribute.name == part.name) =>
            {
                let message = if attribute.optional {
                    format!(
                        "`{}` is part of `{}`, so its reference to it is not optional",
                        entity.name, part.whole
                    )
                } else {
                    format!("`part_of: {}` already is the reference to it", part.whole)
                };
                reader.report.error_hint(
                    at,
                    message,
                    "remove this reference, or remove `part_of` if it can do without the whole",
                );
            }
            AttributeKind::Many { to, .. } if to.entity == part.whole => {
                reader.report.error_hint(
                    at,
                    format!(
                        "`{}` is part of one `{}` and refers to many of them",
                        entity.name, part.whole
                    ),
                    "remove one of the two; a row is part of one whole",
                );
            }
            _ => {}
        }
    }
}

/// Facts about an entity that exclude each other.
fn contradictions(reader: &mut Reader<'_>, entity: &Entity) {
    if entity.append_only {
        for (attribute, _) in entity.all_attributes() {
            let at = reader.place(attribute.span);
            if let AttributeKind::States(states) = &attribute.kind
                && !states.transitions.is_empty()
            {
                reader.report.error_hint(
                    at,
                    format!(
                        "`{}` is append-only, so `{}` never moves",
                        entity.name, attribute.name
                    ),
                    "remove `append_only`, or make it `one of …`",
                );
            } else if attribute.running_total.is_some() {
                reader.report.error_hint(
                    at,
                    format!(
                        "`{}` is append-only, so no total in it is kept current",
                        entity.name
                    ),
                    "keep the total in another entity",
                );
            }
        }
    }
    let mut unique_references: BTreeMap<&str, &str> = BTreeMap::new();
    for attribute in &entity.attributes {
        // A many-to-many and a reference back under the same name is said twice.
        if let AttributeKind::Many { to, .. } = &attribute.kind {
            let target = to.role.as_deref().unwrap_or(&to.entity);
            if let Some(other) = unique_references.insert(target, &attribute.name) {
                let at = reader.place(attribute.span);
                reader.report.warn(
                    at,
                    format!(
                        "`{other}` and `{}` are both many `{target}`",
                        attribute.name
                    ),
                    "if they mean the same, remove one",
                );
            }
        }
    }
}

/// One relationship is said from one side only. `orders: many order` beside an order's `customer:
/// customer` says it twice, and says many-to-many where the other says one.
fn inverses(reader: &mut Reader<'_>, entities: &[Entity], entity: &Entity) {
    for attribute in &entity.attributes {
        let AttributeKind::Many { to, .. } = &attribute.kind else {
            continue;
        };
        let Some(other) = entities.iter().find(|other| other.name == to.entity) else {
            continue;
        };
        let target = to.role.as_deref().unwrap_or(&to.entity);
        // A name of its own, such as `favourites: many order`, is another relationship.
        let plain = attribute.name == target || attribute.name == plural(target);
        if !plain || other.name == entity.name {
            continue;
        }
        let at = reader.place(attribute.span);
        let back = |kind: &AttributeKind| match kind {
            AttributeKind::Reference(reference) => {
                (reference.entity == entity.name).then_some("one")
            }
            AttributeKind::Many { to, .. } => (to.entity == entity.name).then_some("many"),
            _ => None,
        };
        let part = other
            .part_of
            .as_ref()
            .filter(|part| part.whole == entity.name);
        let found = other
            .attributes
            .iter()
            .find_map(|a| Some((a.name.as_str(), back(&a.kind)?, a.span.line)))
            .or(part.map(|part| (part.name.as_str(), "one", part.span.line)));
        let Some((name, count, line)) = found else {
            continue;
        };
        let (first, second) = (&entity.name, &other.name);
        if count == "one" {
            reader.report.error_hint(
                at,
                format!(
                    "`{first}` has many `{second}` here, and each `{second}` has one `{name}` on line \
                     {line}"
                ),
                format!(
                    "one reference is enough: the `{second}` rows of a `{first}` are those that refer \
                     to it; remove `{}`, or give it a name that says what else it means",
                    attribute.name
                ),
            );
        } else if line < attribute.span.line {
            reader.report.error_hint(
                at,
                format!(
                    "`{second}` has many `{first}` on line {line}: this is the same, said twice"
                ),
                "keep it on one side, or give it a name that says what else it means",
            );
        }
    }
}
