//! Owners, for every kind of object that has one.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, Name, ObjectId};

use super::Kind;
use super::materialized_view::readable;
use crate::change::{Change, Rank, Strength};
use crate::context::Context;
use crate::plan::PlanError;
use crate::step::FileGroup;

pub(super) struct Owners;

/// The chosen owner of each object. Schemas come first: an owner must be allowed to create there.
pub(super) fn owners(catalog: &Catalog) -> BTreeMap<ObjectId, &Name> {
    let mut owners = BTreeMap::new();
    macro_rules! collect {
        ($($map:ident => $id:ident),*) => {
            $(for (name, object) in &catalog.$map {
                if let Some(owner) = &object.owner {
                    owners.insert(ObjectId::$id(name.clone()), owner);
                }
            })*
        };
    }
    collect!(schemas => Schema, types => Type, tables => Table, views => View,
             materialized_views => MaterializedView, routines => Routine,
             aggregates => Aggregate, operators => Operator,
             operator_families => OperatorFamily, operator_classes => OperatorClass,
             collations => Collation, conversions => Conversion, languages => Language,
             text_search_dictionaries => TextSearchDictionary,
             text_search_configurations => TextSearchConfiguration, statistics => Statistics,
             foreign_data_wrappers => ForeignDataWrapper, foreign_servers => ForeignServer,
             publications => Publication, subscriptions => Subscription,
             event_triggers => EventTrigger);
    for (name, sequence) in &catalog.sequences {
        // A sequence that a column owns has the owner of its table.
        if let (Some(owner), None) = (&sequence.owner, &sequence.owned_by) {
            owners.insert(ObjectId::Sequence(name.clone()), owner);
        }
    }
    owners
}

fn change(context: &Context<'_>, object: &ObjectId, owner: &Name, before: Option<&Name>) -> Change {
    let mut change = Change::alter(object.clone(), FileGroup::Privileges, Rank::Owner);
    // Object kinds in the order of their names' kinds: schemas before what they hold.
    let first = matches!(object, ObjectId::Schema(_));
    change.sort.1 = format!("{} {} {}", u8::from(!first), object.kind(), object.name());
    change.need(object.clone(), Strength::Must);
    change.need(ObjectId::Role(owner.clone()), Strength::Must);
    let there = context.base.contains(object);
    change.provides.extend(readable(object).filter(|_| there));
    let address = context.writer.address(context.full, object);
    change.up.push(context.writer.owner(&address, owner).into());
    if let Some(before) = before {
        change
            .down
            .push(context.writer.owner(&address, before).into());
    }
    change
}

impl Kind for Owners {
    fn additions(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        if !context.options.owners {
            return Ok(());
        }
        for (object, owner) in owners(context.full) {
            let public = matches!(&object, ObjectId::Schema(n) if n.as_str() == "public");
            let standard = Name::new("pg_database_owner");
            if public && !context.base.schemas.contains_key("public") {
                // The schema was there before, and since PostgreSQL 15 it is the database owner's.
                if *owner != standard && context.options.target >= 15 {
                    out.push(change(context, &object, owner, Some(&standard)));
                }
            } else if !context.base.contains(&object) {
                out.push(change(context, &object, owner, None));
            }
        }
        Ok(())
    }

    fn alterations(&self, context: &Context<'_>, out: &mut Vec<Change>) -> Result<(), PlanError> {
        if !context.options.owners {
            return Ok(());
        }
        let before = owners(context.base);
        if context.options.unsaid_owners_are_own {
            let after = owners(context.full);
            for object in before.keys().filter(|o| !after.contains_key(*o)) {
                if context.full.contains(object) {
                    let mut change =
                        Change::alter(object.clone(), FileGroup::Privileges, Rank::Owner);
                    change.need(object.clone(), Strength::Must);
                    change.provides.extend(readable(object));
                    let address = context.writer.address(context.full, object);
                    change.up.push(context.writer.own(&address).into());
                    out.push(change);
                }
            }
        }
        for (object, owner) in owners(context.full) {
            match before.get(&object) {
                Some(from) if *from != owner => {
                    out.push(change(context, &object, owner, Some(from)));
                }
                None if context.base.contains(&object) => {
                    out.push(change(context, &object, owner, None));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
