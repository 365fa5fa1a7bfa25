//! An object under another name: what is held by its name, and what names it, follows.

use std::collections::BTreeSet;

use pgwright_catalog::{Name, ObjectId, QualifiedName, RoutineSignature};

use super::access;
use super::follow::Change;
use crate::read::failure::Failure;
use crate::read::state::State;

/// The same object with another last name.
pub(super) fn renamed(id: &ObjectId, new: &Name) -> Option<ObjectId> {
    let name = |old: &QualifiedName| QualifiedName::new(old.schema.clone(), new.clone());
    named(id, &name, Some(new))
}

/// The same object in another schema.
pub(super) fn in_schema(id: &ObjectId, schema: &Name) -> Option<ObjectId> {
    let name = |old: &QualifiedName| QualifiedName::new(schema.clone(), old.name.clone());
    named(id, &name, None)
}

fn named(
    id: &ObjectId,
    name: &dyn Fn(&QualifiedName) -> QualifiedName,
    plain: Option<&Name>,
) -> Option<ObjectId> {
    use ObjectId as I;
    let signature = |old: &RoutineSignature| RoutineSignature {
        name: name(&old.name),
        arguments: old.arguments.clone(),
    };
    let class = |old: &pgwright_catalog::OperatorClassName| pgwright_catalog::OperatorClassName {
        name: name(&old.name),
        method: old.method.clone(),
    };
    Some(match id {
        I::Type(q) => I::Type(name(q)),
        I::View(q) => I::View(name(q)),
        I::MaterializedView(q) => I::MaterializedView(name(q)),
        I::Sequence(q) => I::Sequence(name(q)),
        I::Routine(s) => I::Routine(signature(s)),
        I::Aggregate(s) => I::Aggregate(signature(s)),
        I::Operator(o) => I::Operator(pgwright_catalog::OperatorSignature {
            name: name(&o.name),
            left: o.left.clone(),
            right: o.right.clone(),
        }),
        I::OperatorFamily(c) => I::OperatorFamily(class(c)),
        I::OperatorClass(c) => I::OperatorClass(class(c)),
        I::Collation(q) => I::Collation(name(q)),
        I::Conversion(q) => I::Conversion(name(q)),
        I::TextSearchParser(q) => I::TextSearchParser(name(q)),
        I::TextSearchTemplate(q) => I::TextSearchTemplate(name(q)),
        I::TextSearchDictionary(q) => I::TextSearchDictionary(name(q)),
        I::TextSearchConfiguration(q) => I::TextSearchConfiguration(name(q)),
        I::Statistics(q) => I::Statistics(name(q)),
        I::Schema(_) => I::Schema(plain?.clone()),
        I::Language(_) => I::Language(plain?.clone()),
        I::ForeignDataWrapper(_) => I::ForeignDataWrapper(plain?.clone()),
        I::ForeignServer(_) => I::ForeignServer(plain?.clone()),
        I::EventTrigger(_) => I::EventTrigger(plain?.clone()),
        I::Publication(_) => I::Publication(plain?.clone()),
        I::Subscription(_) => I::Subscription(plain?.clone()),
        _ => return None,
    })
}

impl State {
    /// Gives an object another name, and lets everything that names it follow.
    pub(in crate::read) fn move_object(
        &mut self,
        old: &ObjectId,
        new: &ObjectId,
    ) -> Result<(), Failure> {
        if old == new {
            return Ok(());
        }
        self.check_free(new)?;
        if let (ObjectId::Schema(from), ObjectId::Schema(to)) = (old, new) {
            return self.rename_schema(from, to);
        }
        let change = match (old, new) {
            (ObjectId::View(from), ObjectId::View(to))
            | (ObjectId::MaterializedView(from), ObjectId::MaterializedView(to))
            | (ObjectId::Sequence(from), ObjectId::Sequence(to)) => {
                Some(Change::Relation(from.clone(), to.clone()))
            }
            (ObjectId::Type(from), ObjectId::Type(to))
            | (ObjectId::Collation(from), ObjectId::Collation(to)) => {
                Some(Change::Name(from.clone(), to.clone()))
            }
            (ObjectId::Routine(from), ObjectId::Routine(to))
            | (ObjectId::Aggregate(from), ObjectId::Aggregate(to)) => {
                Some(Change::Function(from.clone(), to.clone()))
            }
            _ => None,
        };
        if let Some(change) = &change {
            self.rename_in_texts(change);
        }
        self.move_entry(old, new);
        self.follow_in_structure(old, new);
        self.move_sayings(old, new);
        Ok(())
    }

    /// Refuses a name that is taken.
    fn check_free(&self, new: &ObjectId) -> Result<(), Failure> {
        let taken = match new {
            ObjectId::View(name) | ObjectId::MaterializedView(name) | ObjectId::Sequence(name) => {
                self.relation_kind(name).is_some() || self.catalog.types.contains_key(name)
            }
            ObjectId::Type(name) => {
                self.catalog.types.contains_key(name) || self.relation_kind(name).is_some()
            }
            ObjectId::Schema(name) => self.schemas.contains(name),
            ObjectId::Routine(signature) | ObjectId::Aggregate(signature) => {
                self.catalog.routines.contains_key(signature)
                    || self.catalog.aggregates.contains_key(signature)
            }
            other => access::exists(&self.catalog, other),
        };
        if taken {
            let name = match new {
                ObjectId::View(name)
                | ObjectId::MaterializedView(name)
                | ObjectId::Sequence(name)
                | ObjectId::Type(name) => name.name.as_str().to_owned(),
                other => other.name(),
            };
            let what = match new {
                ObjectId::View(_) | ObjectId::MaterializedView(_) | ObjectId::Sequence(_) => {
                    "relation"
                }
                ObjectId::Routine(_) | ObjectId::Aggregate(_) => "function",
                other => other.kind(),
            };
            return Err(Failure::exists(what, &name));
        }
        Ok(())
    }

    /// Moves the value from one key to the other.
    fn move_entry(&mut self, old: &ObjectId, new: &ObjectId) {
        self.touch(old);
        self.touch(new);
        macro_rules! of {
            ($($variant:ident => $map:ident;)*) => {
                match (old, new) {
                    $((ObjectId::$variant(from), ObjectId::$variant(to)) => {
                        if let Some(held) = self.catalog.$map.remove(from) {
                            self.catalog.$map.insert(to.clone(), held);
                        }
                    })*
                    _ => {}
                }
            };
        }
        of! {
            Type => types;
            View => views;
            MaterializedView => materialized_views;
            Sequence => sequences;
            Routine => routines;
            Aggregate => aggregates;
            Operator => operators;
            OperatorFamily => operator_families;
            OperatorClass => operator_classes;
            Collation => collations;
            Conversion => conversions;
            TextSearchParser => text_search_parsers;
            TextSearchTemplate => text_search_templates;
            TextSearchDictionary => text_search_dictionaries;
            TextSearchConfiguration => text_search_configurations;
            Statistics => statistics;
            Language => languages;
            ForeignDataWrapper => foreign_data_wrappers;
            ForeignServer => foreign_servers;
            EventTrigger => event_triggers;
            Publication => publications;
            Subscription => subscriptions;
        }
        if let (ObjectId::MaterializedView(from), ObjectId::MaterializedView(to)) = (old, new) {
            let indexes: Vec<Name> = self
                .catalog
                .materialized_views
                .get(to)
                .map(|view| view.indexes.keys().cloned().collect())
                .unwrap_or_default();
            for index in indexes {
                self.index_tables
                    .remove(&QualifiedName::new(from.schema.clone(), index.clone()));
                self.index_tables
                    .insert(QualifiedName::new(to.schema.clone(), index), to.clone());
            }
        }
    }

    /// What is said of an object elsewhere: its privileges, labels, and what needs it.
    pub(in crate::read) fn move_sayings(&mut self, old: &ObjectId, new: &ObjectId) {
        if let Some(held) = self.catalog.owner_privileges.get(old).cloned() {
            self.touch_owner_privileges(old);
            self.touch_owner_privileges(new);
            self.catalog.owner_privileges.remove(old);
            self.catalog.owner_privileges.insert(new.clone(), held);
        }
        if let Some(held) = self.catalog.security_labels.get(old).cloned() {
            self.touch_labels(old);
            self.touch_labels(new);
            self.catalog.security_labels.remove(old);
            self.catalog.security_labels.insert(new.clone(), held);
        }
        let needed = self.catalog.dependencies.get(old).cloned();
        if let Some(needed) = needed {
            self.set_uses(old.clone(), BTreeSet::new());
            self.set_uses(new.clone(), needed);
        }
        let users = self.used_by.get(old).cloned().unwrap_or_default();
        for user in users {
            let mut needed = self
                .catalog
                .dependencies
                .get(&user)
                .cloned()
                .unwrap_or_default();
            needed.remove(old);
            needed.insert(new.clone());
            self.set_uses(user, needed);
        }
    }

    /// What names an object in a field of its own.
    fn follow_in_structure(&mut self, old: &ObjectId, new: &ObjectId) {
        match (old, new) {
            (ObjectId::Type(from), ObjectId::Type(to))
            | (ObjectId::View(from), ObjectId::View(to))
            | (ObjectId::MaterializedView(from), ObjectId::MaterializedView(to)) => {
                self.retype(from, to);
            }
            (ObjectId::Routine(from), ObjectId::Routine(to)) => {
                self.recall(&from.name, &to.name, from);
            }
            (ObjectId::ForeignServer(from), ObjectId::ForeignServer(to)) => {
                self.rename_server(from, to);
            }
            (ObjectId::ForeignDataWrapper(from), ObjectId::ForeignDataWrapper(to)) => {
                let servers: Vec<Name> = self.catalog.foreign_servers.keys().cloned().collect();
                for server in servers {
                    self.touch(&ObjectId::ForeignServer(server.clone()));
                    if let Some(held) = self.catalog.foreign_servers.get_mut(&server)
                        && held.wrapper == *from
                    {
                        held.wrapper = to.clone();
                    }
                }
            }
            (ObjectId::OperatorFamily(from), ObjectId::OperatorFamily(to)) => {
                let classes: Vec<_> = self.catalog.operator_classes.keys().cloned().collect();
                for class in classes {
                    self.touch(&ObjectId::OperatorClass(class.clone()));
                    if let Some(held) = self.catalog.operator_classes.get_mut(&class)
                        && held.family == from.name
                        && class.method == from.method
                    {
                        held.family = to.name.clone();
                    }
                }
            }
            (ObjectId::TextSearchDictionary(from), ObjectId::TextSearchDictionary(to)) => {
                let names: Vec<_> = self
                    .catalog
                    .text_search_configurations
                    .keys()
                    .cloned()
                    .collect();
                for name in names {
                    self.touch(&ObjectId::TextSearchConfiguration(name.clone()));
                    let held = self.catalog.text_search_configurations.get_mut(&name);
                    let mapped = held.into_iter().flat_map(|held| held.mappings.values_mut());
                    for dictionary in mapped.flatten().filter(|d| *d == from) {
                        *dictionary = to.clone();
                    }
                }
            }
            _ => {}
        }
    }

    fn rename_server(&mut self, from: &Name, to: &Name) {
        let mappings: Vec<_> = self
            .catalog
            .user_mappings
            .keys()
            .filter(|mapping| mapping.server == *from)
            .cloned()
            .collect();
        for mapping in mappings {
            let moved = pgwright_catalog::UserMappingName {
                user: mapping.user.clone(),
                server: to.clone(),
            };
            self.touch(&ObjectId::UserMapping(mapping.clone()));
            self.touch(&ObjectId::UserMapping(moved.clone()));
            if let Some(held) = self.catalog.user_mappings.remove(&mapping) {
                self.catalog.user_mappings.insert(moved, held);
            }
        }
        let tables: Vec<QualifiedName> = self
            .catalog
            .tables
            .iter()
            .filter(|(_, table)| table.foreign.as_ref().is_some_and(|f| f.server == *from))
            .map(|(name, _)| name.clone())
            .collect();
        for table in tables {
            if let Ok(table) = self.table_mut(&table)
                && let Some(foreign) = &mut table.foreign
            {
                foreign.server = to.clone();
            }
        }
    }
}
