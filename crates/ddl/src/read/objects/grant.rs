//! GRANT and REVOKE of privileges on objects.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{DropBehavior, GrantStmt, GrantTargetType, ObjectType};
use pgwright_catalog::{Grant, Name, ObjectId, Privilege, RoutineKind};

use super::address::Address;
use super::nodes::{self, WrittenRole};
use super::{access, privileges};
use crate::read::failure::Failure;
use crate::read::state::State;

/// What is given or taken: ALL, or some; on whole objects, or on columns.
#[derive(Debug, Default)]
struct Wanted {
    all: bool,
    whole: BTreeSet<Privilege>,
    columns: Vec<(Option<Privilege>, Vec<Name>)>,
    /// Words of privileges that no catalog holds.
    other: bool,
}

/// GRANT and REVOKE.
pub(super) fn apply(state: &mut State, s: &GrantStmt) -> Result<(), Failure> {
    let wanted = wanted(s)?;
    if wanted.other {
        return Ok(());
    }
    let grantees = nodes::roles(&s.grantees);
    for id in targets(state, s)? {
        for grantee in &grantees {
            let granting = Granting {
                grantee,
                is_grant: s.is_grant,
                option: s.grant_option,
                cascade: s.behavior() == DropBehavior::DropCascade,
                as_table: s.objtype() == ObjectType::ObjectTable,
            };
            on_object(state, &id, &wanted, &granting)?;
        }
    }
    Ok(())
}

fn wanted(s: &GrantStmt) -> Result<Wanted, Failure> {
    let mut wanted = Wanted {
        all: s.privileges.is_empty(),
        ..Wanted::default()
    };
    for node in &s.privileges {
        let Some(NodeEnum::AccessPriv(access)) = node.node.as_ref() else {
            continue;
        };
        let columns: Vec<Name> = nodes::strings(&access.cols)
            .into_iter()
            .map(Name::from)
            .collect();
        let privilege = privileges::by_word(&access.priv_name);
        if access.priv_name.is_empty() {
            wanted.columns.push((None, columns));
            continue;
        }
        let Some(privilege) = privilege else {
            wanted.other = true;
            continue;
        };
        if columns.is_empty() {
            wanted.whole.insert(privilege);
        } else {
            wanted.columns.push((Some(privilege), columns));
        }
    }
    Ok(wanted)
}

/// The objects that a statement is about.
fn targets(state: &State, s: &GrantStmt) -> Result<Vec<ObjectId>, Failure> {
    if s.targtype() == GrantTargetType::AclTargetAllInSchema {
        let mut targets = Vec::new();
        for schema in nodes::strings(&s.objects) {
            let schema = state.existing_schema(schema)?;
            targets.extend(all_in(state, s.objtype(), &schema));
        }
        return Ok(targets);
    }
    let mut targets = Vec::new();
    for node in &s.objects {
        // Privileges of a table may be given on any relation, a sequence's only on sequences.
        let kind = match s.objtype() {
            ObjectType::ObjectTable => {
                let written = nodes::written_node(node);
                match state.relation_address(ObjectType::Undefined, &written)? {
                    Address::Held(ObjectId::Index(..)) => {
                        return Err(Failure::new(format!("\"{}\" is an index", written.name)));
                    }
                    Address::Held(id) => targets.push(id),
                    Address::NotHeld => {}
                }
                continue;
            }
            kind => kind,
        };
        targets.extend(state.address(kind, node)?.held());
    }
    Ok(targets)
}

/// ALL … IN SCHEMA.
fn all_in(state: &State, kind: ObjectType, schema: &Name) -> Vec<ObjectId> {
    let catalog = &state.catalog;
    match kind {
        ObjectType::ObjectTable => {
            let tables = catalog.tables.keys().filter(|n| n.schema == *schema);
            let views = catalog.views.keys().filter(|n| n.schema == *schema);
            let materialized = catalog
                .materialized_views
                .keys()
                .filter(|n| n.schema == *schema);
            tables
                .cloned()
                .map(ObjectId::Table)
                .chain(views.cloned().map(ObjectId::View))
                .chain(materialized.cloned().map(ObjectId::MaterializedView))
                .collect()
        }
        ObjectType::ObjectSequence => {
            let held = catalog.sequences.keys().filter(|n| n.schema == *schema);
            let identities = state
                .identity_sequences
                .keys()
                .filter(|n| n.schema == *schema);
            held.chain(identities)
                .cloned()
                .map(ObjectId::Sequence)
                .collect()
        }
        ObjectType::ObjectFunction | ObjectType::ObjectProcedure | ObjectType::ObjectRoutine => {
            let fits = |procedure: bool| match kind {
                ObjectType::ObjectFunction => !procedure,
                ObjectType::ObjectProcedure => procedure,
                _ => true,
            };
            let routines = catalog.routines.iter().filter(|(signature, routine)| {
                signature.name.schema == *schema && fits(routine.kind == RoutineKind::Procedure)
            });
            let aggregates = catalog
                .aggregates
                .keys()
                .filter(|signature| signature.name.schema == *schema && fits(false));
            routines
                .map(|(signature, _)| ObjectId::Routine(signature.clone()))
                .chain(aggregates.cloned().map(ObjectId::Aggregate))
                .collect()
        }
        _ => Vec::new(),
    }
}

struct Granting<'a> {
    grantee: &'a WrittenRole,
    is_grant: bool,
    option: bool,
    cascade: bool,
    /// `ON TABLE`, or without a word for the kind.
    as_table: bool,
}

fn on_object(
    state: &mut State,
    named: &ObjectId,
    wanted: &Wanted,
    granting: &Granting<'_>,
) -> Result<(), Failure> {
    // The sequence of an identity column is part of the column.
    let id = match named {
        ObjectId::Sequence(name) => match state.identity_sequences.get(name) {
            Some((table, column)) => ObjectId::Column(table.clone(), column.clone()),
            None => named.clone(),
        },
        _ => named.clone(),
    };
    let all = privileges::all_of(&id);
    let whole: Vec<Privilege> = if wanted.all {
        all.to_vec()
    } else {
        // A sequence named as a table would be is given what sequences have, the rest is passed over.
        let lenient = granting.as_table && matches!(named, ObjectId::Sequence(_));
        let wrong = wanted.whole.iter().find(|p| !all.contains(p));
        if let Some(wrong) = wrong.filter(|_| !lenient) {
            return Err(Failure::new(format!(
                "invalid privilege type {} for {}",
                format!("{wrong:?}").to_uppercase(),
                id.kind()
            )));
        }
        let known = wanted.whole.iter().filter(|p| all.contains(p));
        known.copied().collect()
    };
    let mut columns: Vec<(Privilege, Name)> = Vec::new();
    for (privilege, names) in &wanted.columns {
        for name in names {
            let column = match &id {
                ObjectId::Table(on) | ObjectId::View(on) | ObjectId::MaterializedView(on) => {
                    ObjectId::Column(on.clone(), name.clone())
                }
                _ => {
                    return Err(Failure::new(
                        "column privileges are only valid for relations",
                    ));
                }
            };
            if !access::exists(&state.catalog, &column) {
                return Err(Failure::new(format!(
                    "column \"{name}\" of relation \"{}\" does not exist",
                    id.name()
                )));
            }
            match privilege {
                Some(privilege) => columns.push((*privilege, name.clone())),
                None => columns.extend(privileges::OF_COLUMNS.map(|p| (p, name.clone()))),
            }
        }
    }
    change(state, &id, &whole, &columns, granting)
}

fn change(
    state: &mut State,
    id: &ObjectId,
    whole: &[Privilege],
    columns: &[(Privilege, Name)],
    granting: &Granting<'_>,
) -> Result<(), Failure> {
    let owner = state.owner_of(id);
    let current = state.session.role.clone();
    let grantee = match granting.grantee {
        WrittenRole::Named(role) => Some(role.clone()),
        WrittenRole::Session => state.session.session_user.clone(),
        WrittenRole::Current => current.clone(),
        WrittenRole::Public => None,
    };
    let public = *granting.grantee == WrittenRole::Public;
    if public && granting.option && granting.is_grant {
        return Err(Failure::new("grant options can only be granted to roles"));
    }
    let to_owner = !public && state.is_owner(owner.as_ref(), grantee.as_ref());
    if !to_owner && !public && grantee.is_none() {
        // The role that nobody named, of an object of another's: a superuser most likely.
        return Ok(());
    }
    let grantor = grantor(state, id, owner.as_ref(), current.as_ref());
    state.touch(id);
    if to_owner {
        owners_own(state, id, whole, granting);
    }
    let Some(grants) = access::grants_mut(&mut state.catalog, id) else {
        return Ok(());
    };
    let make = |privilege: Privilege, column: Option<Name>| Grant {
        grantee: grantee.clone(),
        privilege,
        column,
        grantable: granting.option && granting.is_grant,
        grantor: grantor.clone(),
    };
    let mut changed: Vec<Grant> = columns
        .iter()
        .map(|(privilege, column)| make(*privilege, Some(column.clone())))
        .collect();
    if !to_owner {
        changed.extend(whole.iter().map(|privilege| make(*privilege, None)));
        if !granting.is_grant {
            // What is taken from the whole table is taken from each column.
            let on_columns: Vec<Grant> = grants
                .iter()
                .filter(|held| {
                    held.column.is_some()
                        && held.grantee == grantee
                        && held.grantor == grantor
                        && whole.contains(&held.privilege)
                })
                .cloned()
                .collect();
            changed.extend(on_columns);
        }
    }
    if to_owner {
        // The owner's privileges on columns say nothing that the owner does not have.
        changed.clear();
    }
    for grant in changed {
        if granting.is_grant {
            privileges::give(grants, grant);
        } else {
            privileges::take(grants, &grant, granting.option, granting.cascade)?;
        }
    }
    Ok(())
}

/// The owner gives up privileges of its own, or takes them back.
fn owners_own(state: &mut State, id: &ObjectId, whole: &[Privilege], granting: &Granting<'_>) {
    if !granting.is_grant && granting.option {
        return;
    }
    state.touch_owner_privileges(id);
    let all: BTreeSet<Privilege> = privileges::all_of(id).iter().copied().collect();
    let mut held = state
        .catalog
        .owner_privileges
        .remove(id)
        .unwrap_or_else(|| all.clone());
    for privilege in whole {
        if granting.is_grant {
            held.insert(*privilege);
        } else {
            held.remove(privilege);
        }
    }
    if held != all {
        state.catalog.owner_privileges.insert(id.clone(), held);
    }
}

/// Who grants: the owner, unless the session's role is another that has grant options.
fn grantor(
    state: &State,
    id: &ObjectId,
    owner: Option<&Name>,
    current: Option<&Name>,
) -> Option<Name> {
    let current = current?;
    if state.is_owner(owner, Some(current)) || state.superusers.contains(current) {
        return None;
    }
    let member = owner.is_some_and(|owner| state.is_member(current, owner));
    if member {
        return None;
    }
    let grantable = state
        .grants_of(id)
        .into_iter()
        .flatten()
        .any(|grant| grant.grantable && grant.grantee.as_ref() == Some(current));
    grantable.then(|| current.clone())
}

impl State {
    /// The privileges on an object.
    pub(in crate::read) fn grants_of(&self, id: &ObjectId) -> Option<&BTreeSet<Grant>> {
        let catalog = &self.catalog;
        Some(match id {
            ObjectId::Schema(name) => &catalog.schemas.get(name)?.grants,
            ObjectId::Type(name) => &catalog.types.get(name)?.grants,
            ObjectId::Sequence(name) => &catalog.sequences.get(name)?.grants,
            ObjectId::Table(name) => &catalog.tables.get(name)?.grants,
            ObjectId::View(name) => &catalog.views.get(name)?.grants,
            ObjectId::MaterializedView(name) => &catalog.materialized_views.get(name)?.grants,
            ObjectId::Routine(signature) => &catalog.routines.get(signature)?.grants,
            ObjectId::Aggregate(signature) => &catalog.aggregates.get(signature)?.grants,
            ObjectId::Language(name) => &catalog.languages.get(name)?.grants,
            ObjectId::ForeignDataWrapper(name) => &catalog.foreign_data_wrappers.get(name)?.grants,
            ObjectId::ForeignServer(name) => &catalog.foreign_servers.get(name)?.grants,
            _ => return None,
        })
    }
}
