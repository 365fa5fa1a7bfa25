//! Privileges: what each kind of object knows, what it begins with, and how they are given and taken.

use std::collections::BTreeSet;

use pgwright_catalog::{Grant, Name, ObjectId, Privilege, PrivilegeTarget};

use super::access;
use crate::read::failure::Failure;
use crate::read::state::State;

/// All privileges that an object of a kind has, the owner's by default.
pub(crate) fn all_of(id: &ObjectId) -> &'static [Privilege] {
    use Privilege as P;
    match id {
        ObjectId::Table(_) | ObjectId::View(_) | ObjectId::MaterializedView(_) => &[
            P::Select,
            P::Insert,
            P::Update,
            P::Delete,
            P::Truncate,
            P::References,
            P::Trigger,
            P::Maintain,
        ],
        // The sequence of an identity column.
        ObjectId::Sequence(_) | ObjectId::Column(..) => &[P::Usage, P::Select, P::Update],
        ObjectId::Schema(_) => &[P::Usage, P::Create],
        ObjectId::Routine(_) | ObjectId::Aggregate(_) => &[P::Execute],
        _ => &[P::Usage],
    }
}

/// The privileges that a column can have.
pub(crate) const OF_COLUMNS: [Privilege; 4] = [
    Privilege::Select,
    Privilege::Insert,
    Privilege::Update,
    Privilege::References,
];

/// The same for kinds of future objects.
pub(crate) fn all_of_target(target: PrivilegeTarget) -> &'static [Privilege] {
    use Privilege as P;
    match target {
        PrivilegeTarget::Tables => all_of(&ObjectId::Table(pgwright_catalog::QualifiedName::new(
            "", "",
        ))),
        PrivilegeTarget::Sequences => &[P::Usage, P::Select, P::Update],
        PrivilegeTarget::Routines => &[P::Execute],
        PrivilegeTarget::Types => &[P::Usage],
        PrivilegeTarget::Schemas => &[P::Usage, P::Create],
        PrivilegeTarget::LargeObjects => &[P::Select, P::Update],
    }
}

/// What PUBLIC has of a new object when nothing else is said.
pub(crate) fn of_public(target: PrivilegeTarget) -> Option<Privilege> {
    match target {
        PrivilegeTarget::Routines => Some(Privilege::Execute),
        PrivilegeTarget::Types => Some(Privilege::Usage),
        _ => None,
    }
}

/// The kind of default privileges that a new object falls under.
fn target_of(id: &ObjectId) -> Option<PrivilegeTarget> {
    Some(match id {
        ObjectId::Table(_) | ObjectId::View(_) | ObjectId::MaterializedView(_) => {
            PrivilegeTarget::Tables
        }
        ObjectId::Sequence(_) | ObjectId::Column(..) => PrivilegeTarget::Sequences,
        ObjectId::Routine(_) | ObjectId::Aggregate(_) => PrivilegeTarget::Routines,
        ObjectId::Type(_) => PrivilegeTarget::Types,
        ObjectId::Schema(_) => PrivilegeTarget::Schemas,
        _ => return None,
    })
}

/// A privilege by its word; `None` for those of databases, tablespaces and parameters.
pub(crate) fn by_word(word: &str) -> Option<Privilege> {
    Some(match word.to_ascii_lowercase().as_str() {
        "select" => Privilege::Select,
        "insert" => Privilege::Insert,
        "update" => Privilege::Update,
        "delete" => Privilege::Delete,
        "truncate" => Privilege::Truncate,
        "references" => Privilege::References,
        "trigger" => Privilege::Trigger,
        "maintain" => Privilege::Maintain,
        "usage" => Privilege::Usage,
        "create" => Privilege::Create,
        "execute" => Privilege::Execute,
        _ => return None,
    })
}

/// Gives one privilege; a grant option that is there already stays.
pub(crate) fn give(grants: &mut BTreeSet<Grant>, new: Grant) {
    let mut with_option = new.clone();
    with_option.grantable = true;
    if grants.contains(&with_option) {
        return;
    }
    if new.grantable {
        let mut without = new.clone();
        without.grantable = false;
        grants.remove(&without);
    }
    grants.insert(new);
}

/// Takes one privilege, or only its grant option, and with CASCADE what was given by it.
pub(crate) fn take(
    grants: &mut BTreeSet<Grant>,
    what: &Grant,
    only_option: bool,
    cascade: bool,
) -> Result<(), Failure> {
    let held = [true, false]
        .map(|grantable| Grant {
            grantable,
            ..what.clone()
        })
        .into_iter()
        .find(|held| grants.contains(held));
    let Some(held) = held else {
        return Ok(());
    };
    grants.remove(&held);
    if only_option {
        grants.insert(Grant {
            grantable: false,
            ..held.clone()
        });
    }
    if !held.grantable || held.grantee.is_none() {
        return Ok(());
    }
    let same = |other: &&Grant| other.privilege == held.privilege && other.column == held.column;
    let still = grants
        .iter()
        .filter(same)
        .any(|other| other.grantee == held.grantee && other.grantable);
    if still {
        return Ok(());
    }
    let given: Vec<Grant> = grants
        .iter()
        .filter(same)
        .filter(|other| other.grantor == held.grantee)
        .cloned()
        .collect();
    if !given.is_empty() && !cascade {
        return Err(
            Failure::new("dependent privileges exist").hint("Use CASCADE to revoke them too.")
        );
    }
    for other in given {
        take(grants, &other, false, cascade)?;
    }
    Ok(())
}

impl State {
    /// The owner of an object.
    pub(in crate::read) fn owner_of(&self, id: &ObjectId) -> Option<Name> {
        let catalog = &self.catalog;
        match id {
            ObjectId::Schema(name) => catalog.schemas.get(name)?.owner.clone(),
            ObjectId::Type(name) => catalog.types.get(name)?.owner.clone(),
            ObjectId::Sequence(name) => catalog.sequences.get(name)?.owner.clone(),
            ObjectId::Table(name) | ObjectId::Column(name, _) => {
                catalog.tables.get(name)?.owner.clone()
            }
            ObjectId::View(name) => catalog.views.get(name)?.owner.clone(),
            ObjectId::MaterializedView(name) => catalog.materialized_views.get(name)?.owner.clone(),
            ObjectId::Routine(signature) => catalog.routines.get(signature)?.owner.clone(),
            ObjectId::Aggregate(signature) => catalog.aggregates.get(signature)?.owner.clone(),
            ObjectId::Language(name) => catalog.languages.get(name)?.owner.clone(),
            ObjectId::ForeignDataWrapper(name) => {
                catalog.foreign_data_wrappers.get(name)?.owner.clone()
            }
            ObjectId::ForeignServer(name) => catalog.foreign_servers.get(name)?.owner.clone(),
            _ => None,
        }
    }

    /// Whether a role, `None` for the one that nobody named, is this owner.
    pub(in crate::read) fn is_owner(&self, owner: Option<&Name>, role: Option<&Name>) -> bool {
        let implied = self.implied_owner.as_ref();
        owner.or(implied) == role.or(implied)
    }

    /// Whether an entry of default privileges is for what an owner makes. The role that runs the text, where
    /// nobody names it, stands in entries by the name that superusers usually have.
    fn makes_for(&self, owner: Option<&Name>, entry: &Name) -> bool {
        match owner.or(self.implied_owner.as_ref()) {
            Some(owner) => owner == entry,
            None => entry.as_str() == super::default_privileges::USUAL_SUPERUSER,
        }
    }

    /// Gives a new object the privileges that the default privileges of its owner say.
    pub(in crate::read) fn set_initial_privileges(&mut self, id: &ObjectId) {
        let Some(target) = target_of(id) else {
            return;
        };
        let owner = self.owner_of(id);
        let schema = id.schema().cloned();
        let (grants, owners) = self.initial_privileges(target, schema.as_ref(), owner.as_ref());
        if let Some(held) = access::grants_mut(&mut self.catalog, id) {
            *held = grants;
        }
        if owners.len() < all_of(id).len() {
            self.touch_owner_privileges(id);
            self.catalog.owner_privileges.insert(id.clone(), owners);
        }
    }

    /// What a new object begins with: the grants, and what its owner has.
    fn initial_privileges(
        &self,
        target: PrivilegeTarget,
        schema: Option<&Name>,
        owner: Option<&Name>,
    ) -> (BTreeSet<Grant>, BTreeSet<Privilege>) {
        let mut grants: BTreeSet<Grant> = of_public(target)
            .map(Grant::to_public)
            .into_iter()
            .collect();
        let mut owners: BTreeSet<Privilege> = all_of_target(target).iter().copied().collect();
        let entries = self.catalog.default_privileges.iter().filter(|entry| {
            entry.target == target
                && self.makes_for(owner, &entry.owner)
                && (entry.schema.is_none() || entry.schema.as_ref() == schema)
        });
        for entry in entries {
            let to_owner =
                entry.grant.grantee.is_some() && self.is_owner(owner, entry.grant.grantee.as_ref());
            match (entry.revoked, to_owner) {
                (true, true) => {
                    owners.remove(&entry.grant.privilege);
                }
                (true, false) => {
                    grants.remove(&entry.grant);
                }
                (false, true) => {
                    owners.insert(entry.grant.privilege);
                }
                (false, false) => give(&mut grants, entry.grant.clone()),
            }
        }
        (grants, owners)
    }

    /// Gives an object another owner. The new owner's privileges become the owner's own.
    pub(in crate::read) fn set_owner(&mut self, id: &ObjectId, new: Option<Name>) {
        let new = new.filter(|name| Some(name) != self.implied_owner.as_ref());
        self.touch(id);
        let Some(owner) = access::owner_mut(&mut self.catalog, id) else {
            return;
        };
        *owner = new.clone();
        let Some(new) = new.or_else(|| self.implied_owner.clone()) else {
            return;
        };
        let mut regained = BTreeSet::new();
        if let Some(grants) = access::grants_mut(&mut self.catalog, id) {
            let before = std::mem::take(grants);
            for mut grant in before {
                if grant.grantee.as_ref() == Some(&new) {
                    if grant.column.is_none() {
                        regained.insert(grant.privilege);
                    }
                    continue;
                }
                if grant.grantor.as_ref() == Some(&new) {
                    grant.grantor = None;
                }
                give(grants, grant);
            }
        }
        if self.catalog.owner_privileges.contains_key(id) {
            self.touch_owner_privileges(id);
            if let Some(held) = self.catalog.owner_privileges.get_mut(id) {
                held.extend(regained);
                if held.len() == all_of(id).len() {
                    self.catalog.owner_privileges.remove(id);
                }
            }
        }
    }
}
