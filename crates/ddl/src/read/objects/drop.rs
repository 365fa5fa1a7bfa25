//! DROP: what is named, what falls with it, and what stands in its way.

use std::collections::BTreeSet;

use pg_query::protobuf::{DropBehavior, DropStmt, ObjectType};
use pgwright_catalog::{Name, ObjectId, QualifiedName, TypeKind};

use super::address::Address;
use super::{dependants, nodes};
use crate::read::failure::Failure;
use crate::read::state::State;
use crate::read::table::{alter_column, part};

/// DROP of objects of one kind.
pub(in crate::read) fn apply(state: &mut State, s: &DropStmt) -> Result<(), Failure> {
    let cascade = s.behavior() == DropBehavior::DropCascade;
    let mut named = Vec::new();
    for node in &s.objects {
        match state.address(s.remove_type(), node) {
            Ok(Address::Held(id)) => named.push(id),
            Ok(Address::NotHeld) => forget(state, s.remove_type(), node),
            Err(_) if s.missing_ok => {}
            Err(failure) => return Err(failure),
        }
    }
    for id in &named {
        refuse(state, id)?;
    }
    state.drop_objects(&named, cascade)
}

/// An object that the catalog does not hold, such as a temporary one or `public` untouched.
fn forget(state: &mut State, kind: ObjectType, node: &pg_query::protobuf::Node) {
    if kind == ObjectType::ObjectSchema {
        let name = nodes::written_node(node).name;
        state.touch_schemas();
        state.schemas.remove(name.as_str());
    }
}

/// What may not be dropped by itself: parts that a constraint or parent keeps.
fn refuse(state: &State, id: &ObjectId) -> Result<(), Failure> {
    match id {
        ObjectId::Index(on, name) => {
            let backs = state.catalog.tables.get(on).is_some_and(|table| {
                table.constraints.contains_key(name) && !table.indexes.contains_key(name)
            });
            if backs {
                return Err(Failure::new(format!(
                    "cannot drop index {name} because constraint {name} on table {} requires it",
                    on.name
                ))
                .hint(format!(
                    "You can drop constraint {name} on table {} instead.",
                    on.name
                )));
            }
            Ok(())
        }
        ObjectId::Sequence(name) if state.identity_sequences.contains_key(name) => {
            Err(Failure::new(format!(
                "cannot drop sequence {} because its identity column requires it",
                name.name
            )))
        }
        _ => Ok(()),
    }
}

impl State {
    /// Drops objects with all that falls with them. Without CASCADE nothing else may need them.
    pub(in crate::read) fn drop_objects(
        &mut self,
        named: &[ObjectId],
        cascade: bool,
    ) -> Result<(), Failure> {
        let mut falling: BTreeSet<ObjectId> = named.iter().cloned().collect();
        let mut order: Vec<ObjectId> = named.to_vec();
        let mut blocked: Option<(ObjectId, ObjectId)> = None;
        let mut next = 0;
        // What falls by itself first: it does not stand in the way of what it belongs to.
        while let Some(id) = order.get(next).cloned() {
            next += 1;
            for part in dependants::parts(self, &id) {
                if falling.insert(part.clone()) {
                    order.push(part);
                }
            }
        }
        let mut next = 0;
        while let Some(id) = order.get(next).cloned() {
            next += 1;
            for user in dependants::users(self, &id) {
                if falling.contains(&user) || dependants::is_part_of(&user, &falling) {
                    continue;
                }
                if !cascade {
                    blocked.get_or_insert((user, id.clone()));
                    continue;
                }
                let mut fresh = vec![user];
                while let Some(one) = fresh.pop() {
                    if falling.insert(one.clone()) {
                        fresh.extend(dependants::parts(self, &one));
                        order.push(one);
                    }
                }
            }
        }
        if let Some((user, needed)) = blocked {
            return Err(Failure::new(format!(
                "cannot drop {needed} because other objects depend on it: {user}"
            ))
            .hint("Use DROP ... CASCADE to drop the dependent objects too."));
        }
        for id in order.iter().rev() {
            match id {
                ObjectId::Column(on, name) => {
                    self.remove_column(on, name, &falling)?;
                    self.forget_sayings(id);
                }
                _ => self.remove_object(id)?,
            }
        }
        Ok(())
    }

    /// Takes one object out of the catalog, with what is said of it elsewhere.
    pub(in crate::read) fn remove_object(&mut self, id: &ObjectId) -> Result<(), Failure> {
        self.touch(id);
        match id {
            ObjectId::Role(name) => drop(self.catalog.roles.remove(name)),
            ObjectId::Extension(name) => drop(self.catalog.extensions.remove(name)),
            ObjectId::Schema(name) => {
                self.touch_schemas();
                self.schemas.remove(name);
                self.catalog.schemas.remove(name);
                self.touch_default_privileges();
                self.catalog
                    .default_privileges
                    .retain(|entry| entry.schema.as_ref() != Some(name));
            }
            ObjectId::Type(name) => drop(self.catalog.types.remove(name)),
            ObjectId::Sequence(name) => drop(self.catalog.sequences.remove(name)),
            ObjectId::Table(name) => self.remove_whole_table(name),
            ObjectId::View(name) => drop(self.catalog.views.remove(name)),
            ObjectId::MaterializedView(name) => self.remove_materialized_view(name),
            ObjectId::Routine(signature) => drop(self.catalog.routines.remove(signature)),
            ObjectId::Aggregate(signature) => drop(self.catalog.aggregates.remove(signature)),
            ObjectId::Language(name) => drop(self.catalog.languages.remove(name)),
            ObjectId::AccessMethod(name) => drop(self.catalog.access_methods.remove(name)),
            ObjectId::Operator(signature) => self.remove_operator(signature),
            ObjectId::OperatorFamily(name) => drop(self.catalog.operator_families.remove(name)),
            ObjectId::OperatorClass(name) => drop(self.catalog.operator_classes.remove(name)),
            ObjectId::Cast(signature) => drop(self.catalog.casts.remove(signature)),
            ObjectId::Transform(signature) => drop(self.catalog.transforms.remove(signature)),
            ObjectId::Collation(name) => drop(self.catalog.collations.remove(name)),
            ObjectId::Conversion(name) => drop(self.catalog.conversions.remove(name)),
            ObjectId::TextSearchParser(name) => drop(self.catalog.text_search_parsers.remove(name)),
            ObjectId::TextSearchTemplate(name) => {
                drop(self.catalog.text_search_templates.remove(name));
            }
            ObjectId::TextSearchDictionary(name) => {
                drop(self.catalog.text_search_dictionaries.remove(name));
            }
            ObjectId::TextSearchConfiguration(name) => {
                drop(self.catalog.text_search_configurations.remove(name));
            }
            ObjectId::Statistics(name) => drop(self.catalog.statistics.remove(name)),
            ObjectId::ForeignDataWrapper(name) => {
                drop(self.catalog.foreign_data_wrappers.remove(name));
            }
            ObjectId::ForeignServer(name) => drop(self.catalog.foreign_servers.remove(name)),
            ObjectId::UserMapping(name) => drop(self.catalog.user_mappings.remove(name)),
            ObjectId::EventTrigger(name) => drop(self.catalog.event_triggers.remove(name)),
            ObjectId::Publication(name) => drop(self.catalog.publications.remove(name)),
            ObjectId::Subscription(name) => drop(self.catalog.subscriptions.remove(name)),
            ObjectId::Column(..)
            | ObjectId::Constraint(..)
            | ObjectId::Index(..)
            | ObjectId::Trigger(..)
            | ObjectId::Policy(..)
            | ObjectId::Rule(..) => return self.remove_part(id),
        }
        self.forget_sayings(id);
        Ok(())
    }

    /// What is said of an object outside of it: labels, its owner's privileges, what it needs.
    fn forget_sayings(&mut self, id: &ObjectId) {
        if self.catalog.security_labels.contains_key(id) {
            self.touch_labels(id);
            self.catalog.security_labels.remove(id);
        }
        if self.catalog.owner_privileges.contains_key(id) {
            self.touch_owner_privileges(id);
            self.catalog.owner_privileges.remove(id);
        }
        if self.catalog.dependencies.contains_key(id) {
            self.set_uses(id.clone(), BTreeSet::new());
        }
    }

    fn remove_whole_table(&mut self, name: &QualifiedName) {
        self.remove_table(name);
        // Publications forget the table.
        let concerned: Vec<Name> = self
            .catalog
            .publications
            .iter()
            .filter(|(_, publication)| publication.tables.contains_key(name))
            .map(|(publication, _)| publication.clone())
            .collect();
        for publication in concerned {
            self.touch(&ObjectId::Publication(publication.clone()));
            if let Some(held) = self.catalog.publications.get_mut(&publication) {
                held.tables.remove(name);
            }
        }
        // What the table's parts needed.
        let parts: Vec<ObjectId> = self
            .catalog
            .dependencies
            .keys()
            .filter(|id| dependants::holder(id) == Some(name))
            .cloned()
            .collect();
        for part in parts {
            self.forget_sayings(&part);
        }
    }

    fn remove_materialized_view(&mut self, name: &QualifiedName) {
        if let Some(view) = self.catalog.materialized_views.remove(name) {
            for index in view.indexes.keys() {
                self.index_tables
                    .remove(&QualifiedName::new(name.schema.clone(), index.clone()));
            }
        }
    }

    /// An operator that falls is no longer the commutator or negator of others.
    fn remove_operator(&mut self, signature: &pgwright_catalog::OperatorSignature) {
        self.catalog.operators.remove(signature);
        let own = format!(
            "OPERATOR({}.{})",
            signature.name.schema.quoted(),
            signature.name.name
        );
        let same = |other: &pgwright_catalog::OperatorSignature| {
            (other.left == signature.left && other.right == signature.right)
                || (other.left == signature.right && other.right == signature.left)
        };
        let concerned: Vec<_> = self
            .catalog
            .operators
            .iter()
            .filter(|(other, held)| {
                same(other)
                    && (held.commutator.as_ref() == Some(&own)
                        || held.negator.as_ref() == Some(&own))
            })
            .map(|(other, _)| other.clone())
            .collect();
        for other in concerned {
            self.touch(&ObjectId::Operator(other.clone()));
            if let Some(held) = self.catalog.operators.get_mut(&other) {
                held.commutator = held.commutator.take().filter(|text| *text != own);
                held.negator = held.negator.take().filter(|text| *text != own);
            }
        }
    }

    /// Takes a part of a relation or type away.
    fn remove_part(&mut self, id: &ObjectId) -> Result<(), Failure> {
        let on_relation = dependants::holder(id).is_some_and(|on| {
            self.catalog.tables.contains_key(on)
                || self.catalog.views.contains_key(on)
                || self.catalog.materialized_views.contains_key(on)
        });
        if on_relation && !matches!(id, ObjectId::Column(..)) {
            part::remove(self, id)?;
            self.forget_sayings(id);
            return Ok(());
        }
        match id {
            ObjectId::Column(on, name) => {
                self.remove_column(on, name, &BTreeSet::from([id.clone()]))?;
            }
            ObjectId::Constraint(on, name) => {
                if let Some(TypeKind::Domain { checks, .. }) =
                    self.catalog.types.get_mut(on).map(|held| &mut held.kind)
                {
                    checks.remove(name);
                }
            }
            _ => {}
        }
        self.forget_sayings(id);
        Ok(())
    }

    /// Takes a column away that falls with its type, or its default that falls with what it calls.
    fn remove_column(
        &mut self,
        on: &QualifiedName,
        name: &Name,
        falling: &BTreeSet<ObjectId>,
    ) -> Result<(), Failure> {
        self.touch(&ObjectId::Column(on.clone(), name.clone()));
        if let Some(TypeKind::Composite(attributes)) =
            self.catalog.types.get_mut(on).map(|held| &mut held.kind)
        {
            attributes.retain(|attribute| attribute.name != *name);
            return Ok(());
        }
        let Some(column) = self
            .catalog
            .tables
            .get(on)
            .and_then(|table| table.column(name.as_str()))
        else {
            return Ok(());
        };
        let type_falls = self.type_falls(&column.data_type, falling);
        if !type_falls && column.generated.is_none() {
            if let Some(column) = self.table_mut(on)?.column_mut(name.as_str()) {
                column.default = None;
            }
            return Ok(());
        }
        alter_column::drop_with_dependants(self, vec![(on.clone(), name.clone())], true)
    }

    /// Whether the type of a text falls: itself, the relation whose row type it is, or the extension that
    /// brings it.
    fn type_falls(&self, text: &str, falling: &BTreeSet<ObjectId>) -> bool {
        if let Some(id) = self.type_object(text) {
            return falling.contains(&id);
        }
        let Some(name) = super::type_text::user_type(text) else {
            return false;
        };
        falling.iter().any(|id| match id {
            ObjectId::Extension(extension) => super::extension::known(extension.as_str())
                .is_some_and(|known| known.members.contains(&("type", name.name.as_str()))),
            _ => false,
        })
    }
}
