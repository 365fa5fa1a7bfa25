//! What belongs to an object and falls with it, and what needs it and stands in its way.

use std::collections::BTreeSet;

use pgwright_catalog::{Name, ObjectId, QualifiedName, TypeKind};

use super::type_text;
use crate::read::state::State;
use crate::read::table::part::users_of_constraint;

/// The relation that a part stands on.
pub(in crate::read) fn holder(id: &ObjectId) -> Option<&QualifiedName> {
    match id {
        ObjectId::Column(on, _)
        | ObjectId::Constraint(on, _)
        | ObjectId::Index(on, _)
        | ObjectId::Trigger(on, _)
        | ObjectId::Policy(on, _)
        | ObjectId::Rule(on, _) => Some(on),
        _ => None,
    }
}

/// Whether something stands on a relation that falls.
pub(in crate::read) fn is_part_of(id: &ObjectId, falling: &BTreeSet<ObjectId>) -> bool {
    holder(id).is_some_and(|on| {
        [
            ObjectId::Table(on.clone()),
            ObjectId::View(on.clone()),
            ObjectId::MaterializedView(on.clone()),
            ObjectId::Type(on.clone()),
        ]
        .iter()
        .any(|holder| falling.contains(holder))
    })
}

/// Objects of their own that fall with another without being asked about.
pub(in crate::read) fn parts(state: &State, id: &ObjectId) -> Vec<ObjectId> {
    let catalog = &state.catalog;
    let mut found = Vec::new();
    match id {
        ObjectId::Table(name) => {
            // Partitions fall with their parent, children by inheritance do not.
            for child in state.children.get(name).into_iter().flatten() {
                let partition = catalog
                    .tables
                    .get(child)
                    .is_some_and(|table| table.partition_of.is_some());
                if partition {
                    found.push(ObjectId::Table(child.clone()));
                }
            }
            for (sequence, held) in &catalog.sequences {
                if held
                    .owned_by
                    .as_ref()
                    .is_some_and(|(table, _)| table == name)
                {
                    found.push(ObjectId::Sequence(sequence.clone()));
                }
            }
            for (statistics, held) in &catalog.statistics {
                if held.table == *name {
                    found.push(ObjectId::Statistics(statistics.clone()));
                }
            }
        }
        ObjectId::Column(table, column) => {
            for (sequence, held) in &catalog.sequences {
                if held.owned_by.as_ref() == Some(&(table.clone(), column.clone())) {
                    found.push(ObjectId::Sequence(sequence.clone()));
                }
            }
        }
        _ => {}
    }
    found
}

/// What needs an object.
pub(in crate::read) fn users(state: &State, id: &ObjectId) -> BTreeSet<ObjectId> {
    let mut found: BTreeSet<ObjectId> = state
        .used_by
        .get(id)
        .into_iter()
        .flatten()
        .cloned()
        .collect();
    match id {
        ObjectId::Schema(name) => in_schema(state, name, &mut found),
        ObjectId::Extension(name) => of_extension(state, name, &mut found),
        ObjectId::Type(name) => of_type(state, name, &mut found),
        ObjectId::Table(name) => {
            of_type(state, name, &mut found);
            of_table(state, name, &mut found);
        }
        ObjectId::View(name) | ObjectId::MaterializedView(name) => {
            of_type(state, name, &mut found);
        }
        ObjectId::Routine(signature) => of_function(state, &signature.name, id, &mut found),
        ObjectId::ForeignServer(name) => {
            for (table, held) in &state.catalog.tables {
                if held
                    .foreign
                    .as_ref()
                    .is_some_and(|foreign| foreign.server == *name)
                {
                    found.insert(ObjectId::Table(table.clone()));
                }
            }
        }
        ObjectId::OperatorFamily(family) => {
            for (class, held) in &state.catalog.operator_classes {
                if held.family == family.name && class.method == family.method {
                    found.insert(ObjectId::OperatorClass(class.clone()));
                }
            }
        }
        ObjectId::Language(name) => {
            for (signature, routine) in &state.catalog.routines {
                if routine.language == *name {
                    found.insert(ObjectId::Routine(signature.clone()));
                }
            }
        }
        ObjectId::Collation(name) => of_collation(state, name, &mut found),
        ObjectId::Constraint(on, name) => found.extend(users_of_constraint(state, on, name)),
        _ => {}
    }
    found.remove(id);
    found
}

/// Everything in a schema.
fn in_schema(state: &State, schema: &Name, found: &mut BTreeSet<ObjectId>) {
    let catalog = &state.catalog;
    macro_rules! of {
        ($($map:ident => $variant:ident;)*) => {$(
            found.extend(
                catalog
                    .$map
                    .keys()
                    .map(|name| ObjectId::$variant(name.clone()))
                    .filter(|id| id.schema() == Some(schema)),
            );
        )*};
    }
    of! {
        types => Type;
        sequences => Sequence;
        tables => Table;
        views => View;
        materialized_views => MaterializedView;
        routines => Routine;
        aggregates => Aggregate;
        operators => Operator;
        operator_families => OperatorFamily;
        operator_classes => OperatorClass;
        collations => Collation;
        conversions => Conversion;
        text_search_parsers => TextSearchParser;
        text_search_templates => TextSearchTemplate;
        text_search_dictionaries => TextSearchDictionary;
        text_search_configurations => TextSearchConfiguration;
        statistics => Statistics;
    }
    for (extension, held) in &catalog.extensions {
        if held.schema.as_ref() == Some(schema) {
            found.insert(ObjectId::Extension(extension.clone()));
        }
    }
}

/// What uses a type that an extension brings.
fn of_extension(state: &State, extension: &Name, found: &mut BTreeSet<ObjectId>) {
    let Some(known) = super::extension::known(extension.as_str()) else {
        return;
    };
    let Some(schema) = state
        .catalog
        .extensions
        .get(extension)
        .and_then(|held| held.schema.clone())
    else {
        return;
    };
    for (kind, name) in &known.members {
        match *kind {
            "type" => of_type(state, &QualifiedName::new(schema.clone(), *name), found),
            "wrapper" => {
                for (server, held) in &state.catalog.foreign_servers {
                    if held.wrapper.as_str() == *name {
                        found.insert(ObjectId::ForeignServer(server.clone()));
                    }
                }
            }
            "language" => {
                for (signature, routine) in &state.catalog.routines {
                    if routine.language.as_str() == *name {
                        found.insert(ObjectId::Routine(signature.clone()));
                    }
                }
            }
            _ => {}
        }
    }
    for other in state.catalog.extensions.keys() {
        let needs = super::extension::known(other.as_str())
            .is_some_and(|other| other.requires.contains(&extension.as_str()));
        if needs {
            found.insert(ObjectId::Extension(other.clone()));
        }
    }
}

/// What is made of a type, or of the row type of a relation.
fn of_type(state: &State, name: &QualifiedName, found: &mut BTreeSet<ObjectId>) {
    let catalog = &state.catalog;
    let quoted = name.quoted();
    // A text that does not even contain the name needs no closer look.
    let is =
        |text: &str| text.contains(&quoted) && type_text::user_type(text).as_ref() == Some(name);
    for (table, held) in &catalog.tables {
        for column in held.columns.iter().filter(|column| is(&column.data_type)) {
            found.insert(ObjectId::Column(table.clone(), column.name.clone()));
        }
        if held.of_type.as_ref() == Some(name) {
            found.insert(ObjectId::Table(table.clone()));
        }
    }
    for (other, held) in &catalog.types {
        match &held.kind {
            TypeKind::Domain { base, .. } if is(base) => {
                found.insert(ObjectId::Type(other.clone()));
            }
            TypeKind::Range { subtype, .. } if is(subtype) => {
                found.insert(ObjectId::Type(other.clone()));
            }
            TypeKind::Composite(attributes) => {
                for attribute in attributes.iter().filter(|a| is(&a.data_type)) {
                    found.insert(ObjectId::Column(other.clone(), attribute.name.clone()));
                }
            }
            _ => {}
        }
    }
    for (signature, routine) in &catalog.routines {
        if routine
            .arguments
            .iter()
            .any(|argument| is(&argument.data_type))
            || routine.returns.as_deref().is_some_and(is)
        {
            found.insert(ObjectId::Routine(signature.clone()));
        }
    }
    for (signature, aggregate) in &catalog.aggregates {
        if aggregate
            .arguments
            .iter()
            .any(|argument| is(&argument.data_type))
            || ["stype", "mstype"]
                .iter()
                .any(|key| aggregate.parameters.get(*key).is_some_and(|text| is(text)))
        {
            found.insert(ObjectId::Aggregate(signature.clone()));
        }
    }
    for signature in catalog.operators.keys() {
        if [&signature.left, &signature.right]
            .into_iter()
            .flatten()
            .any(|text| is(text))
        {
            found.insert(ObjectId::Operator(signature.clone()));
        }
    }
    for signature in catalog.casts.keys() {
        if is(&signature.source) || is(&signature.target) {
            found.insert(ObjectId::Cast(signature.clone()));
        }
    }
    for signature in catalog.transforms.keys() {
        if is(&signature.data_type) {
            found.insert(ObjectId::Transform(signature.clone()));
        }
    }
    for (class, held) in &catalog.operator_classes {
        if is(&held.data_type) {
            found.insert(ObjectId::OperatorClass(class.clone()));
        }
    }
}

/// Foreign keys that point at a table, and its children by inheritance.
fn of_table(state: &State, name: &QualifiedName, found: &mut BTreeSet<ObjectId>) {
    for (holder, constraint, _) in state.catalog.references_to(name) {
        if holder != name {
            found.insert(ObjectId::Constraint(holder.clone(), constraint.clone()));
        }
    }
    for child in state.children.get(name).into_iter().flatten() {
        found.insert(ObjectId::Table(child.clone()));
    }
    for (view, held) in &state.catalog.tables {
        for (trigger, held) in &held.triggers {
            if held.from.as_ref() == Some(name) {
                found.insert(ObjectId::Trigger(view.clone(), trigger.clone()));
            }
        }
    }
}

/// Triggers that call a function.
fn of_function(state: &State, name: &QualifiedName, id: &ObjectId, found: &mut BTreeSet<ObjectId>) {
    let ObjectId::Routine(signature) = id else {
        return;
    };
    if !signature.arguments.is_empty() {
        return;
    }
    for (table, held) in &state.catalog.tables {
        for (trigger, held) in &held.triggers {
            if held.function == *name {
                found.insert(ObjectId::Trigger(table.clone(), trigger.clone()));
            }
        }
    }
    for (view, held) in &state.catalog.views {
        for (trigger, held) in &held.triggers {
            if held.function == *name {
                found.insert(ObjectId::Trigger(view.clone(), trigger.clone()));
            }
        }
    }
    for (trigger, held) in &state.catalog.event_triggers {
        if held.function == *name {
            found.insert(ObjectId::EventTrigger(trigger.clone()));
        }
    }
}

fn of_collation(state: &State, name: &QualifiedName, found: &mut BTreeSet<ObjectId>) {
    for (table, held) in &state.catalog.tables {
        for column in &held.columns {
            if column.collation.as_ref() == Some(name) {
                found.insert(ObjectId::Column(table.clone(), column.name.clone()));
            }
        }
    }
    for (other, held) in &state.catalog.types {
        let uses = match &held.kind {
            TypeKind::Domain { collation, .. } | TypeKind::Range { collation, .. } => {
                collation.as_ref() == Some(name)
            }
            _ => false,
        };
        if uses {
            found.insert(ObjectId::Type(other.clone()));
        }
    }
}
