//! Privileges on objects: GRANT and REVOKE, one statement for all objects that are treated alike.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{GrantTarget, Writer};
use pgwright_catalog::{
    Catalog, Grant, Language, Name, ObjectId, PrivilegeTarget, RoutineKind, identity_sequence_name,
};

use super::Kind;
use super::materialized_view::readable;
use crate::change::{Change, Rank, Statement, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::{FileGroup, Hazard};

pub(super) struct Privileges;

/// An object that has privileges.
struct Holder<'a> {
    target: GrantTarget,
    object: ObjectId,
    /// Its name in GRANT.
    name: String,
    /// What everybody may do with it when it is new.
    initial: BTreeSet<Grant>,
    grants: &'a BTreeSet<Grant>,
}

fn holders<'a>(writer: &Writer, catalog: &'a Catalog) -> Vec<Holder<'a>> {
    let mut holders = Vec::new();
    let mut add = |target: GrantTarget, object, name, grants| {
        holders.push(Holder {
            target,
            object,
            name,
            initial: target.default_grants(),
            grants,
        });
    };
    macro_rules! collect {
        ($($map:ident, $target:ident, $id:ident);*) => {
            $(for (name, object) in &catalog.$map {
                let id = ObjectId::$id(name.clone());
                add(GrantTarget::$target, id, name.quoted(), &object.grants);
            })*
        };
    }
    collect!(schemas, Schema, Schema; types, Type, Type; sequences, Sequence, Sequence;
             tables, Table, Table; views, Table, View;
             materialized_views, Table, MaterializedView;
             foreign_data_wrappers, ForeignDataWrapper, ForeignDataWrapper;
             foreign_servers, ForeignServer, ForeignServer);
    for (signature, routine) in &catalog.routines {
        let target = match routine.kind {
            RoutineKind::Function | RoutineKind::Window => GrantTarget::Function,
            RoutineKind::Procedure => GrantTarget::Procedure,
        };
        let name = writer.signature(signature);
        let id = ObjectId::Routine(signature.clone());
        add(target, id, name, &routine.grants);
    }
    for (signature, aggregate) in &catalog.aggregates {
        let name = writer.signature(signature);
        let id = ObjectId::Aggregate(signature.clone());
        add(GrantTarget::Function, id, name, &aggregate.grants);
    }
    for (table, definition) in &catalog.tables {
        for column in &definition.columns {
            if let Some(identity) = &column.identity {
                let name = identity.name.clone();
                let name = name.unwrap_or_else(|| identity_sequence_name(table, &column.name));
                let id = ObjectId::Column(table.clone(), column.name.clone());
                add(GrantTarget::Sequence, id, name.quoted(), &identity.grants);
            }
        }
    }
    for (name, language) in &catalog.languages {
        holders.push(Holder {
            target: GrantTarget::Language,
            object: ObjectId::Language(name.clone()),
            name: name.quoted(),
            initial: Language::new(language.trusted, None).grants,
            grants: &language.grants,
        });
    }
    holders
}

/// What GRANT calls each object: the kind and the name.
pub(super) fn grant_names(
    writer: &Writer,
    catalog: &Catalog,
) -> BTreeMap<ObjectId, (GrantTarget, String)> {
    let holders = holders(writer, catalog).into_iter();
    holders.map(|h| (h.object, (h.target, h.name))).collect()
}

/// What tells the statements for privileges apart: kind of object, how many grants by others come
/// first, who grants, to whom, with grant option, and what.
type Bundle = (
    GrantTarget,
    usize,
    Option<Name>,
    Option<Name>,
    bool,
    BTreeSet<Grant>,
);

/// Objects with the same privileges of one grantee share a statement.
type Bundles = BTreeMap<Bundle, Vec<(ObjectId, String)>>;

fn bundle(bundles: &mut Bundles, holder: &Holder<'_>, grants: impl Iterator<Item = Grant>) {
    let mut by_grantee: BTreeMap<_, BTreeSet<Grant>> = BTreeMap::new();
    for grant in grants {
        let level = level(holder.grants, &grant);
        by_grantee
            .entry((
                level,
                grant.grantor.clone(),
                grant.grantee.clone(),
                grant.grantable,
            ))
            .or_default()
            .insert(grant);
    }
    for ((level, grantor, grantee, grantable), grants) in by_grantee {
        bundles
            .entry((holder.target, level, grantor, grantee, grantable, grants))
            .or_default()
            .push((holder.object.clone(), holder.name.clone()));
    }
}

/// How many grants come before one: a role grants what it was granted itself.
fn level(grants: &BTreeSet<Grant>, grant: &Grant) -> usize {
    let mut level = 0;
    let mut grantor = grant.grantor.as_ref();
    while let Some(role) = grantor {
        level += 1;
        // Who is granted a privilege by each other never happens, but is no reason to hang.
        if level > grants.len() {
            break;
        }
        let source = grants.iter().find(|g| {
            g.grantable
                && g.grantee.as_ref() == Some(role)
                && g.privilege == grant.privilege
                && (g.column.is_none() || g.column == grant.column)
        });
        grantor = source.and_then(|g| g.grantor.as_ref());
    }
    level
}

/// Whether a bundle is given or taken.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    Grant,
    Revoke,
}

fn changes(
    context: &Context<'_>,
    bundles: Bundles,
    way: Way,
    undo: bool,
    out: &mut Vec<Change>,
) -> Result<(), PlanError> {
    for ((target, level, grantor, grantee, _, grants), objects) in bundles {
        let Some((first, _)) = objects.first() else {
            continue;
        };
        let rank = match way {
            Way::Revoke => Rank::Revoke,
            Way::Grant => Rank::Grant,
        };
        let mut change = Change::alter(first.clone(), FileGroup::Privileges, rank);
        // Schemas first: without USAGE on them nothing else is of use. Then role by role.
        let order = match target {
            GrantTarget::Schema => 0,
            GrantTarget::Type => 1,
            GrantTarget::Sequence => 2,
            GrantTarget::Table => 3,
            GrantTarget::Function => 4,
            GrantTarget::Procedure => 5,
            GrantTarget::Language => 6,
            GrantTarget::ForeignDataWrapper => 7,
            GrantTarget::ForeignServer => 8,
        };
        let who = grantee.as_ref().map_or("", Name::as_str);
        change.sort.1 = format!("{order} {who} {}", first.name());
        if level > 0 {
            // After what the owners grant.
            change.sort.1 = format!("9 {level:05} {}", change.sort.1);
        }
        change.must_have(grantor.iter().map(|r| ObjectId::Role(r.clone())));
        change.must_have(objects.iter().map(|(object, _)| object.clone()));
        let there = objects.iter().map(|(object, _)| object);
        let there = there.filter(|object| context.base.contains(object));
        change.provides.extend(there.filter_map(readable));
        if let Some(role) = &grantee {
            change.need(ObjectId::Role(role.clone()), Strength::Must);
        }
        let mut grant = context.writer.grant(target, &objects, &grants)?;
        let mut revoke = context.writer.revoke(target, &objects, &grants)?;
        if let Some(grantor) = &grantor {
            grant = context.writer.as_role(grantor, grant);
            revoke = context.writer.as_role(grantor, revoke);
        }
        let revoke = revoke.into_iter().map(Statement::from);
        let live = objects
            .iter()
            .any(|(object, _)| context.base.contains(object));
        let revoke = revoke.map(|s| {
            if live {
                s.hazard(Hazard::RevokesPrivileges)
            } else {
                s
            }
        });
        let grant = grant.into_iter().map(Statement::from);
        match way {
            Way::Grant => {
                change.up.extend(grant);
                change.down.extend(revoke);
            }
            Way::Revoke => {
                change.up.extend(revoke);
                change.down.extend(grant);
            }
        }
        if !undo {
            change.down.clear();
        }
        out.push(change);
    }
    Ok(())
}

impl Kind for Privileges {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let (mut revoked, mut granted) = (Bundles::new(), Bundles::new());
        let (mut taken_from_public, mut given_in_public) = (Bundles::new(), Bundles::new());
        let mut given_on_stand_ins = Bundles::new();
        let owners = super::owner::owners(context.full);
        for holder in holders(&context.writer, context.full) {
            if context.base.contains(&holder.object) {
                continue;
            }
            let public = matches!(&holder.object, ObjectId::Schema(n) if n.as_str() == "public");
            if public {
                // The schema stays when everything else is dropped.
                let before = context.new_public().grants;
                let lost = before.difference(holder.grants).cloned();
                bundle(&mut taken_from_public, &holder, lost);
                let got = holder.grants.difference(&before).cloned();
                bundle(&mut given_in_public, &holder, got);
            } else if context.full.stand_ins.contains(&holder.object) {
                // What the application has stays, and nothing of its own privileges is touched.
                let new = holder.grants.iter().cloned();
                bundle(&mut given_on_stand_ins, &holder, new);
            } else {
                let (sure, mut possible) = initial(context.base, &holder);
                // What was granted to a role joins its own privileges when it becomes the owner.
                let owner = owners
                    .get(&holder.object)
                    .filter(|_| context.options.owners);
                possible.retain(|grant| {
                    grant.grantee.is_none() || grant.grantee.as_ref() != owner.copied()
                });
                bundle(
                    &mut revoked,
                    &holder,
                    possible.difference(holder.grants).cloned(),
                );
                bundle(
                    &mut granted,
                    &holder,
                    holder.grants.difference(&sure).cloned(),
                );
            }
        }
        changes(context, revoked, Way::Revoke, false, out)?;
        changes(context, granted, Way::Grant, false, out)?;
        changes(context, taken_from_public, Way::Revoke, true, out)?;
        changes(context, given_in_public, Way::Grant, true, out)?;
        changes(context, given_on_stand_ins, Way::Grant, true, out)
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        let before = grants(context, context.base);
        let mut granted = Bundles::new();
        for holder in holders(&context.writer, context.full) {
            if let Some(before) = before.get(&holder.object) {
                // REVOKE on a whole table takes the privileges on its columns along.
                let along = |grant: &&Grant| {
                    grant.column.is_some()
                        && before.contains(*grant)
                        && before.difference(holder.grants).any(|lost| {
                            lost.column.is_none()
                                && lost.privilege == grant.privilege
                                && lost.grantee == grant.grantee
                                && lost.grantor == grant.grantor
                        })
                };
                let again = holder.grants.iter().filter(along);
                let new = holder.grants.difference(before).chain(again).cloned();
                bundle(&mut granted, &holder, new);
            }
        }
        changes(context, granted, Way::Grant, true, out)
    }
}

/// The privileges that a new object surely has, and those that it may have: default privileges of the
/// database hold for some owners, and who runs the plan is not known.
fn initial(base: &Catalog, holder: &Holder<'_>) -> (BTreeSet<Grant>, BTreeSet<Grant>) {
    let mut sure = holder.initial.clone();
    let mut possible = sure.clone();
    let target = match holder.target {
        GrantTarget::Table => PrivilegeTarget::Tables,
        GrantTarget::Sequence => PrivilegeTarget::Sequences,
        GrantTarget::Function | GrantTarget::Procedure => PrivilegeTarget::Routines,
        GrantTarget::Type => PrivilegeTarget::Types,
        GrantTarget::Schema => PrivilegeTarget::Schemas,
        GrantTarget::Language | GrantTarget::ForeignDataWrapper | GrantTarget::ForeignServer => {
            return (sure, possible);
        }
    };
    let schema = holder.object.schema();
    for defaults in &base.default_privileges {
        let here = defaults.schema.is_none() || defaults.schema.as_ref() == schema;
        if defaults.target != target || !here {
            continue;
        }
        if defaults.revoked {
            sure.remove(&defaults.grant);
        } else {
            possible.insert(defaults.grant.clone());
        }
    }
    (sure, possible)
}

fn grants<'a>(
    context: &Context<'_>,
    catalog: &'a Catalog,
) -> BTreeMap<ObjectId, &'a BTreeSet<Grant>> {
    let holders = holders(&context.writer, catalog).into_iter();
    holders.map(|h| (h.object, h.grants)).collect()
}

/// What objects of both catalogs lose.
pub(super) fn revocations(context: &Context<'_>) -> Result<Vec<Change>, PlanError> {
    let before = grants(context, context.base);
    let mut revoked = Bundles::new();
    for holder in holders(&context.writer, context.full) {
        if let Some(before) = before.get(&holder.object) {
            bundle(
                &mut revoked,
                &holder,
                before.difference(holder.grants).cloned(),
            );
        }
    }
    let mut out = Vec::new();
    changes(context, revoked, Way::Revoke, true, &mut out)?;
    Ok(out)
}
