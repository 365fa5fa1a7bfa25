//! A function under another name: whatever calls it by a field of its own follows.

use std::collections::BTreeSet;

use pgwright_catalog::{
    CastMethod, Name, ObjectId, OperatorClassMember, QualifiedName, RoutineSignature, TypeKind,
};

use crate::read::state::State;

impl State {
    /// Tells triggers and event triggers, casts, and parts of other objects.
    pub(super) fn recall(
        &mut self,
        from: &QualifiedName,
        to: &QualifiedName,
        signature: &RoutineSignature,
    ) {
        // Functions of triggers take no arguments; others of the name may.
        if signature.arguments.is_empty() {
            self.recall_in_triggers(from, to);
        }
        let users = self
            .used_by
            .get(&ObjectId::Routine(signature.clone()))
            .cloned()
            .unwrap_or_default();
        for user in users {
            self.touch(&user);
            self.recall_in(&user, from, to, signature);
        }
    }

    fn recall_in_triggers(&mut self, from: &QualifiedName, to: &QualifiedName) {
        let tables: Vec<QualifiedName> = self
            .catalog
            .tables
            .iter()
            .filter(|(_, table)| table.triggers.values().any(|t| t.function == *from))
            .map(|(name, _)| name.clone())
            .collect();
        for table in tables {
            if let Ok(table) = self.table_mut(&table) {
                for trigger in table.triggers.values_mut().filter(|t| t.function == *from) {
                    trigger.function = to.clone();
                }
            }
        }
        let views: Vec<QualifiedName> = self
            .catalog
            .views
            .iter()
            .filter(|(_, view)| view.triggers.values().any(|t| t.function == *from))
            .map(|(name, _)| name.clone())
            .collect();
        for view in views {
            self.touch(&ObjectId::View(view.clone()));
            let held = self.catalog.views.get_mut(&view);
            let triggers = held.into_iter().flat_map(|held| held.triggers.values_mut());
            for trigger in triggers.filter(|t| t.function == *from) {
                trigger.function = to.clone();
            }
        }
        let triggers: Vec<Name> = self.catalog.event_triggers.keys().cloned().collect();
        for trigger in triggers {
            self.touch(&ObjectId::EventTrigger(trigger.clone()));
            if let Some(held) = self.catalog.event_triggers.get_mut(&trigger)
                && held.function == *from
            {
                held.function = to.clone();
            }
        }
    }

    /// Tells one object that uses the function.
    fn recall_in(
        &mut self,
        user: &ObjectId,
        from: &QualifiedName,
        to: &QualifiedName,
        signature: &RoutineSignature,
    ) {
        let named = |function: &mut QualifiedName| {
            if function == from {
                *function = to.clone();
            }
        };
        let called = |function: &mut RoutineSignature| {
            if function == signature {
                function.name = to.clone();
            }
        };
        let written = |text: &mut String| {
            if *text == from.quoted() {
                *text = to.quoted();
            }
        };
        let catalog = &mut self.catalog;
        match user {
            ObjectId::Operator(name) => {
                if let Some(held) = catalog.operators.get_mut(name) {
                    let functions = [&mut held.function, &mut held.restrict, &mut held.join];
                    functions.into_iter().flatten().for_each(named);
                }
            }
            ObjectId::OperatorClass(name) => {
                if let Some(held) = catalog.operator_classes.get_mut(name) {
                    held.members = members(&held.members, called);
                }
            }
            ObjectId::OperatorFamily(name) => {
                if let Some(held) = catalog.operator_families.get_mut(name) {
                    held.members = members(&held.members, called);
                }
            }
            ObjectId::Cast(name) => {
                if let Some(held) = catalog.casts.get_mut(name)
                    && let CastMethod::Function(function) = &mut held.method
                {
                    called(function);
                }
            }
            ObjectId::Transform(name) => {
                if let Some(held) = catalog.transforms.get_mut(name) {
                    let functions = [&mut held.from_sql, &mut held.to_sql];
                    functions.into_iter().flatten().for_each(called);
                }
            }
            ObjectId::Conversion(name) => {
                let held = catalog.conversions.get_mut(name);
                held.into_iter().for_each(|held| named(&mut held.function));
            }
            ObjectId::Language(name) => {
                if let Some(held) = catalog.languages.get_mut(name) {
                    let functions = [&mut held.handler, &mut held.inline, &mut held.validator];
                    functions.into_iter().flatten().for_each(named);
                }
            }
            ObjectId::AccessMethod(name) => {
                let held = catalog.access_methods.get_mut(name);
                held.into_iter().for_each(|held| named(&mut held.handler));
            }
            ObjectId::ForeignDataWrapper(name) => {
                if let Some(held) = catalog.foreign_data_wrappers.get_mut(name) {
                    let functions = [&mut held.handler, &mut held.validator];
                    functions.into_iter().flatten().for_each(named);
                }
            }
            ObjectId::TextSearchParser(name) => {
                let held = catalog.text_search_parsers.get_mut(name);
                let functions = held
                    .into_iter()
                    .flat_map(|held| held.functions.values_mut());
                functions.for_each(named);
            }
            ObjectId::TextSearchTemplate(name) => {
                let held = catalog.text_search_templates.get_mut(name);
                let functions = held
                    .into_iter()
                    .flat_map(|held| held.functions.values_mut());
                functions.for_each(named);
            }
            ObjectId::Type(name) => match catalog.types.get_mut(name).map(|held| &mut held.kind) {
                Some(TypeKind::Range {
                    canonical,
                    subtype_diff,
                    ..
                }) => {
                    let functions = [canonical, subtype_diff];
                    functions.into_iter().flatten().for_each(named);
                }
                Some(TypeKind::Base(parameters)) => parameters.values_mut().for_each(written),
                _ => {}
            },
            ObjectId::Aggregate(name) => {
                if let Some(held) = catalog.aggregates.get_mut(name) {
                    let parameters = held.parameters.iter_mut();
                    let functions = parameters.filter(|(key, _)| key.ends_with("func"));
                    functions.for_each(|(_, value)| written(value));
                }
            }
            _ => {}
        }
    }
}

/// The members of an operator class or family with their functions told.
fn members(
    held: &BTreeSet<OperatorClassMember>,
    called: impl Fn(&mut RoutineSignature),
) -> BTreeSet<OperatorClassMember> {
    let told = held.iter().cloned().map(|mut member| {
        if let OperatorClassMember::Function { function, .. } = &mut member {
            called(function);
        }
        member
    });
    told.collect()
}
