//! What facts of special forms do to a draft: roles and kinds take in what was said of them, one of several is
//! referred to, states demand attributes.

use super::attributes::{attribute_of, snake};
use super::clause::Item;
use super::draft::{Attribute, Entity, Kind, Part, Rule, Source};
use super::facts::{Event, Owner, Said};
use super::phrase::Phrase;
use super::resolve::Builder;

impl Builder<'_> {
    /// The entity of people that a word such as `owner` means.
    pub(super) fn person(&self, phrase: &Phrase) -> Option<String> {
        let role = matches!(
            phrase.head(),
            "owner"
                | "assignee"
                | "creator"
                | "approver"
                | "reviewer"
                | "organizer"
                | "responsible"
                | "handler"
                | "recorder"
        );
        if !role || self.entities.contains(phrase.head()) {
            return None;
        }
        ["user", "employee", "staff member", "sales person", "member"]
            .iter()
            .find(|p| self.entities.contains(p))
            .map(|p| (*p).to_owned())
    }

    pub(super) fn either(&mut self, owner: &str, name: &str, to: &[String], source: Source) {
        let Some((owner, _)) = self.entities.find(owner) else {
            return;
        };
        let found: Vec<String> = to
            .iter()
            .filter_map(|t| self.entities.find(t))
            .map(|(t, _)| t)
            .collect();
        let targets: Vec<String> = found.iter().map(|t| self.make(t)).collect();
        if targets.len() < 2 {
            return;
        }
        let entity = self.make(&owner);
        if let Some(entity) = self.draft.entity_mut(&entity) {
            entity.add(Attribute {
                name: name.to_owned(),
                kind: Kind::Either(targets),
                optional: false,
                modifiers: Vec::new(),
                source,
            });
        }
    }

    /// `many products, each with a quantity`: of the pair when products have facts of their own, else of the product.
    pub(super) fn has_each(&mut self, from: &str, to: &str, thing: &Item, source: Source) {
        let (Some((whole, _)), Some((part, _))) =
            (self.entities.find(from), self.entities.find(to))
        else {
            return;
        };
        let own = self.facts.iter().any(|f| {
            matches!(&f.said, Said::Has { owner: Owner::Named(name), .. } if self.entities.find(name).is_some_and(|(e, _)| e == part))
        });
        if own {
            let event = Event {
                base: "include".to_owned(),
                from: whole,
                to: part,
            };
            self.events.push((event, thing.clone(), source));
        } else {
            self.give(&part, thing, false, false, source);
        }
    }

    /// Roles and kinds that were spoken of as if they were entities.
    pub(super) fn fold(&mut self) {
        for (of, roles) in std::mem::take(&mut self.roles) {
            let Some((whole, _)) = self.entities.find(&of) else {
                continue;
            };
            let whole = self.make(&whole);
            for role in roles {
                let role = self
                    .entities
                    .find(&role)
                    .map_or_else(|| snake(std::slice::from_ref(&role)), |(e, _)| snake(&[e]));
                let part = self.take(&role);
                if let Some(entity) = self.draft.entity_mut(&whole)
                    && role != whole
                {
                    entity.roles.push(Part {
                        name: role,
                        attributes: part
                            .map(|e| e.attributes)
                            .unwrap_or_default()
                            .into_iter()
                            .filter(|a| a.source.sentence.is_some())
                            .collect(),
                    });
                    entity.attributes.retain(|a| {
                        !matches!(&a.kind, Kind::Many(t) if t == "role") && a.name != "role"
                    });
                }
            }
            if self
                .draft
                .entity("role")
                .is_some_and(|e| e.attributes.iter().all(|a| a.source.sentence.is_none()))
            {
                self.draft.entities.retain(|e| e.name != "role");
            }
        }
        // `a sample interaction`, where a sample is a kind of interaction.
        let wholes: Vec<(String, Vec<String>)> = self
            .draft
            .entities
            .iter()
            .filter(|e| !e.kinds.is_empty())
            .map(|e| {
                (
                    e.name.clone(),
                    e.kinds.iter().map(|k| k.name.clone()).collect(),
                )
            })
            .collect();
        for (whole, kinds) in wholes {
            for kind in kinds {
                let Some(part) =
                    self.take(&format!("{}_{whole}", snake(std::slice::from_ref(&kind))))
                else {
                    continue;
                };
                if let Some(entity) = self.draft.entity_mut(&whole)
                    && let Some(known) = entity.kinds.iter_mut().find(|k| k.name == kind)
                {
                    known.attributes.extend(
                        part.attributes
                            .into_iter()
                            .filter(|a| !matches!(&a.kind, Kind::Reference(t) if *t == whole)),
                    );
                }
            }
        }
    }

    fn take(&mut self, name: &str) -> Option<Entity> {
        let at = self.draft.entities.iter().position(|e| e.name == name)?;
        Some(self.draft.entities.remove(at))
    }

    /// Attributes that only some states demand: optional, with a rule.
    pub(super) fn demand(&mut self) {
        for (owner, state, things, source) in std::mem::take(&mut self.demands) {
            let Some((title, _)) = self.entities.find(&owner) else {
                continue;
            };
            let name = self.make(&title);
            let mut needed = Vec::new();
            for thing in &things {
                let mut attribute = attribute_of(thing, &title, source);
                attribute.optional = true;
                needed.push(format!("{} is not null", attribute.name));
                if let Some(entity) = self.draft.entity_mut(&name) {
                    entity.add(attribute);
                }
            }
            let Some(entity) = self.draft.entity_mut(&name) else {
                continue;
            };
            let condition = state_condition(entity, &state);
            if let Some(condition) = condition {
                entity.rules.push(Rule {
                    text: format!("when {condition} then {}", needed.join(" and ")),
                    source,
                });
            }
        }
    }
}

/// `closed` of an entity with states such as `closed won`.
pub(super) fn state_condition(entity: &Entity, state: &str) -> Option<String> {
    for attribute in &entity.attributes {
        let Kind::OneOf(values) = &attribute.kind else {
            continue;
        };
        let matching: Vec<&String> = values
            .iter()
            .filter(|v| v.as_str() == state || v.starts_with(&format!("{state} ")))
            .collect();
        match matching.as_slice() {
            [] => {}
            [one] => return Some(format!("{} is {one}", attribute.name)),
            many => {
                let listed: Vec<String> = many.iter().map(|v| format!("'{v}'")).collect();
                return Some(format!("{} in ({})", attribute.name, listed.join(", ")));
            }
        }
    }
    entity
        .attribute(&format!("{state}_at"))
        .or_else(|| entity.attribute(&format!("{state}_on")))
        .map(|a| format!("{} is not null", a.name))
}
