//! The names a brief declares, known before anything that refers to them is read.

use crate::error::Report;
use crate::model::Reference;
use crate::names::{self, snake_case};
use crate::read::fields::{Entry, entries, scalar};
use crate::read::types::is_main_name;
use crate::text::Text;
use crate::yaml::{Node, Value};

/// Entities and roles by name.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    /// Name, and its plural as given or by rule.
    entities: Vec<(String, String)>,
    /// Role, its plural, and the index of its entity.
    roles: Vec<(String, String, usize)>,
}

impl Symbols {
    /// Collects the names of the entities and their roles; wrong ones are reported here, once.
    pub(crate) fn collect(report: &mut Report<'_>, entities: &[Entry<'_>]) -> Self {
        let mut symbols = Symbols::default();
        for entry in entities {
            let mut plural = None;
            if let Value::Map(fields) = &entry.node.value {
                for (key, value) in fields {
                    if scalar(key).is_some_and(|k| snake_case(k.as_str()) == "plural") {
                        plural = scalar(value).map(|p| snake_case(p.as_str()));
                    }
                }
            }
            if is_main_name(&entry.name) {
                report.warn(
                    entry.text.range(),
                    format!("`{}` is the name of a type as well", entry.text.as_str()),
                    format!(
                        "as the type of an attribute it now means this entity; another name avoids \
                         surprises, for instance `{}_entry`",
                        entry.name
                    ),
                );
            }
            let plural = plural.unwrap_or_else(|| names::plural(&entry.name));
            symbols.entities.push((entry.name.clone(), plural));
        }
        for (index, entry) in entities.iter().enumerate() {
            for role in role_names(entry.node) {
                let name = snake_case(role.as_str());
                if symbols.entity_index(&name).is_some() {
                    report.error_hint(
                        role.range(),
                        format!("the role `{name}` has the name of an entity"),
                        "a reference could mean either: rename one of them",
                    );
                } else if let Some((_, _, first)) = symbols.roles.iter().find(|(r, ..)| *r == name)
                {
                    if *first != index {
                        report.error_hint(
                            role.range(),
                            format!(
                                "`{}` has a role `{name}` as well",
                                symbols.entities[*first].0
                            ),
                            "roles are referred to by name, so each name stands once in a brief",
                        );
                    }
                } else if !name.is_empty() {
                    symbols
                        .roles
                        .push((name.clone(), names::plural(&name), index));
                }
            }
        }
        symbols
    }

    fn entity_index(&self, name: &str) -> Option<usize> {
        self.entities.iter().position(|(entity, _)| entity == name)
    }

    /// The entity or role of that name; its plural is understood too.
    pub(crate) fn reference(&self, name: &str) -> Option<Reference> {
        let name = snake_case(name);
        let plain = |entity: usize, role: Option<&str>| Reference {
            entity: self.entities[entity].0.clone(),
            role: role.map(str::to_owned),
            hierarchy: false,
            single: false,
        };
        if let Some(index) = self.entity_index(&name) {
            return Some(plain(index, None));
        }
        if let Some((role, _, index)) = self.roles.iter().find(|(role, ..)| *role == name) {
            return Some(plain(*index, Some(role)));
        }
        if let Some(index) = self.entities.iter().position(|(_, plural)| *plural == name) {
            return Some(plain(index, None));
        }
        let (role, _, index) = self.roles.iter().find(|(_, plural, _)| *plural == name)?;
        Some(plain(*index, Some(role)))
    }

    /// The entity of that name, not a role.
    pub(crate) fn entity(&self, name: &str) -> Option<String> {
        self.reference(name)
            .filter(|found| found.role.is_none())
            .map(|found| found.entity)
    }

    /// Names of entities and roles.
    pub(crate) fn all(&self) -> Vec<&str> {
        let entities = self.entities.iter().map(|(name, _)| name.as_str());
        entities
            .chain(self.roles.iter().map(|(name, ..)| name.as_str()))
            .collect()
    }
}

/// The names under an entity's `roles`, without judging them.
fn role_names(entity: &Node) -> Vec<Text<'_>> {
    let Value::Map(fields) = &entity.value else {
        return Vec::new();
    };
    let roles = fields
        .iter()
        .find(|(key, _)| scalar(key).is_some_and(|k| k.as_str() == "roles"));
    match roles.map(|(_, node)| &node.value) {
        Some(Value::Scalar(scalar)) => Text::of(scalar).split(&['|', ',']),
        Some(Value::List(items)) => items.iter().filter_map(scalar).collect(),
        Some(Value::Map(entries)) => entries.iter().filter_map(|(key, _)| scalar(key)).collect(),
        _ => Vec::new(),
    }
}

/// The entities of a brief's tree.
pub(crate) fn entity_entries<'a>(report: &mut Report<'_>, node: &'a Node) -> Vec<Entry<'a>> {
    entries(report, node, "entities")
}
