//! The parts that objects of all kinds have in common: comment, owner, privileges.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, Grant, Name, ObjectId, TypeKind};

/// Whether the catalog holds an object.
pub(crate) fn exists(catalog: &Catalog, id: &ObjectId) -> bool {
    match id {
        ObjectId::Role(name) => catalog.roles.contains_key(name),
        ObjectId::Extension(name) => catalog.extensions.contains_key(name),
        ObjectId::Schema(name) => catalog.schemas.contains_key(name),
        ObjectId::Type(name) => catalog.types.contains_key(name),
        ObjectId::Sequence(name) => catalog.sequences.contains_key(name),
        ObjectId::Table(name) => catalog.tables.contains_key(name),
        ObjectId::View(name) => catalog.views.contains_key(name),
        ObjectId::MaterializedView(name) => catalog.materialized_views.contains_key(name),
        ObjectId::Routine(signature) => catalog.routines.contains_key(signature),
        ObjectId::Aggregate(signature) => catalog.aggregates.contains_key(signature),
        ObjectId::Language(name) => catalog.languages.contains_key(name),
        ObjectId::AccessMethod(name) => catalog.access_methods.contains_key(name),
        ObjectId::Operator(signature) => catalog.operators.contains_key(signature),
        ObjectId::OperatorFamily(name) => catalog.operator_families.contains_key(name),
        ObjectId::OperatorClass(name) => catalog.operator_classes.contains_key(name),
        ObjectId::Cast(signature) => catalog.casts.contains_key(signature),
        ObjectId::Transform(signature) => catalog.transforms.contains_key(signature),
        ObjectId::Collation(name) => catalog.collations.contains_key(name),
        ObjectId::Conversion(name) => catalog.conversions.contains_key(name),
        ObjectId::TextSearchParser(name) => catalog.text_search_parsers.contains_key(name),
        ObjectId::TextSearchTemplate(name) => catalog.text_search_templates.contains_key(name),
        ObjectId::TextSearchDictionary(name) => catalog.text_search_dictionaries.contains_key(name),
        ObjectId::TextSearchConfiguration(name) => {
            catalog.text_search_configurations.contains_key(name)
        }
        ObjectId::Statistics(name) => catalog.statistics.contains_key(name),
        ObjectId::ForeignDataWrapper(name) => catalog.foreign_data_wrappers.contains_key(name),
        ObjectId::ForeignServer(name) => catalog.foreign_servers.contains_key(name),
        ObjectId::UserMapping(name) => catalog.user_mappings.contains_key(name),
        ObjectId::EventTrigger(name) => catalog.event_triggers.contains_key(name),
        ObjectId::Publication(name) => catalog.publications.contains_key(name),
        ObjectId::Subscription(name) => catalog.subscriptions.contains_key(name),
        ObjectId::Column(relation, name) => {
            let named = |columns: &[pgwright_catalog::ViewColumn]| {
                columns.iter().any(|column| column.name == *name)
            };
            catalog
                .tables
                .get(relation)
                .is_some_and(|table| table.column(name.as_str()).is_some())
                || catalog
                    .views
                    .get(relation)
                    .is_some_and(|view| named(&view.columns))
                || catalog
                    .materialized_views
                    .get(relation)
                    .is_some_and(|view| named(&view.columns))
                || matches!(
                    catalog.types.get(relation).map(|held| &held.kind),
                    Some(TypeKind::Composite(attributes))
                        if attributes.iter().any(|attribute| attribute.name == *name)
                )
        }
        ObjectId::Constraint(relation, name) => {
            catalog.tables.get(relation).is_some_and(|table| {
                table.constraints.contains_key(name)
                    || table.columns.iter().any(|column| {
                        column.not_null && column.not_null_constraint.name.as_ref() == Some(name)
                    })
            }) || matches!(
                catalog.types.get(relation).map(|held| &held.kind),
                Some(TypeKind::Domain { checks, .. }) if checks.contains_key(name)
            )
        }
        ObjectId::Index(relation, name) => {
            catalog
                .tables
                .get(relation)
                .is_some_and(|table| table.indexes.contains_key(name))
                || catalog
                    .materialized_views
                    .get(relation)
                    .is_some_and(|view| view.indexes.contains_key(name))
        }
        ObjectId::Trigger(relation, name) => {
            catalog
                .tables
                .get(relation)
                .is_some_and(|table| table.triggers.contains_key(name))
                || catalog
                    .views
                    .get(relation)
                    .is_some_and(|view| view.triggers.contains_key(name))
        }
        ObjectId::Policy(relation, name) => catalog
            .tables
            .get(relation)
            .is_some_and(|table| table.policies.contains_key(name)),
        ObjectId::Rule(relation, name) => {
            catalog
                .tables
                .get(relation)
                .is_some_and(|table| table.rules.contains_key(name))
                || catalog
                    .views
                    .get(relation)
                    .is_some_and(|view| view.rules.contains_key(name))
        }
    }
}

/// The comment of an object, to change.
pub(crate) fn comment_mut<'a>(
    catalog: &'a mut Catalog,
    id: &ObjectId,
) -> Option<&'a mut Option<String>> {
    Some(match id {
        ObjectId::Role(name) => &mut catalog.roles.get_mut(name)?.comment,
        ObjectId::Extension(name) => &mut catalog.extensions.get_mut(name)?.comment,
        ObjectId::Schema(name) => &mut catalog.schemas.get_mut(name)?.comment,
        ObjectId::Type(name) => &mut catalog.types.get_mut(name)?.comment,
        ObjectId::Sequence(name) => &mut catalog.sequences.get_mut(name)?.comment,
        ObjectId::Table(name) => &mut catalog.tables.get_mut(name)?.comment,
        ObjectId::View(name) => &mut catalog.views.get_mut(name)?.comment,
        ObjectId::MaterializedView(name) => &mut catalog.materialized_views.get_mut(name)?.comment,
        ObjectId::Routine(signature) => &mut catalog.routines.get_mut(signature)?.comment,
        ObjectId::Aggregate(signature) => &mut catalog.aggregates.get_mut(signature)?.comment,
        ObjectId::Language(name) => &mut catalog.languages.get_mut(name)?.comment,
        ObjectId::AccessMethod(name) => &mut catalog.access_methods.get_mut(name)?.comment,
        ObjectId::Operator(signature) => &mut catalog.operators.get_mut(signature)?.comment,
        ObjectId::OperatorFamily(name) => &mut catalog.operator_families.get_mut(name)?.comment,
        ObjectId::OperatorClass(name) => &mut catalog.operator_classes.get_mut(name)?.comment,
        ObjectId::Cast(signature) => &mut catalog.casts.get_mut(signature)?.comment,
        ObjectId::Transform(signature) => &mut catalog.transforms.get_mut(signature)?.comment,
        ObjectId::Collation(name) => &mut catalog.collations.get_mut(name)?.comment,
        ObjectId::Conversion(name) => &mut catalog.conversions.get_mut(name)?.comment,
        ObjectId::TextSearchParser(name) => &mut catalog.text_search_parsers.get_mut(name)?.comment,
        ObjectId::TextSearchTemplate(name) => {
            &mut catalog.text_search_templates.get_mut(name)?.comment
        }
        ObjectId::TextSearchDictionary(name) => {
            &mut catalog.text_search_dictionaries.get_mut(name)?.comment
        }
        ObjectId::TextSearchConfiguration(name) => {
            &mut catalog.text_search_configurations.get_mut(name)?.comment
        }
        ObjectId::Statistics(name) => &mut catalog.statistics.get_mut(name)?.comment,
        ObjectId::ForeignDataWrapper(name) => {
            &mut catalog.foreign_data_wrappers.get_mut(name)?.comment
        }
        ObjectId::ForeignServer(name) => &mut catalog.foreign_servers.get_mut(name)?.comment,
        ObjectId::EventTrigger(name) => &mut catalog.event_triggers.get_mut(name)?.comment,
        ObjectId::Publication(name) => &mut catalog.publications.get_mut(name)?.comment,
        ObjectId::Subscription(name) => &mut catalog.subscriptions.get_mut(name)?.comment,
        ObjectId::UserMapping(_) => return None,
        ObjectId::Column(relation, name) => return column_comment_mut(catalog, relation, name),
        ObjectId::Constraint(relation, name) => {
            if let Some(table) = catalog.tables.get_mut(relation) {
                if let Some(constraint) = table.constraints.get_mut(name) {
                    return Some(&mut constraint.comment);
                }
                let column = table.columns.iter_mut().find(|column| {
                    column.not_null && column.not_null_constraint.name.as_ref() == Some(name)
                })?;
                return Some(&mut column.not_null_constraint.comment);
            }
            match &mut catalog.types.get_mut(relation)?.kind {
                TypeKind::Domain { checks, .. } => &mut checks.get_mut(name)?.comment,
                _ => return None,
            }
        }
        ObjectId::Index(relation, name) => {
            let indexes = match catalog.tables.get_mut(relation) {
                Some(table) => match table.constraints.get_mut(name) {
                    // The index behind a constraint.
                    Some(constraint) => return Some(&mut constraint.index_comment),
                    None => &mut table.indexes,
                },
                None => &mut catalog.materialized_views.get_mut(relation)?.indexes,
            };
            &mut indexes.get_mut(name)?.comment
        }
        ObjectId::Trigger(relation, name) => {
            let triggers = match catalog.tables.get_mut(relation) {
                Some(table) => &mut table.triggers,
                None => &mut catalog.views.get_mut(relation)?.triggers,
            };
            &mut triggers.get_mut(name)?.comment
        }
        ObjectId::Policy(relation, name) => {
            let table = catalog.tables.get_mut(relation)?;
            &mut table.policies.get_mut(name)?.comment
        }
        ObjectId::Rule(relation, name) => {
            let rules = match catalog.tables.get_mut(relation) {
                Some(table) => &mut table.rules,
                None => &mut catalog.views.get_mut(relation)?.rules,
            };
            &mut rules.get_mut(name)?.comment
        }
    })
}

fn column_comment_mut<'a>(
    catalog: &'a mut Catalog,
    relation: &pgwright_catalog::QualifiedName,
    name: &Name,
) -> Option<&'a mut Option<String>> {
    if let Some(table) = catalog.tables.get_mut(relation) {
        return Some(&mut table.column_mut(name.as_str())?.comment);
    }
    if let Some(held) = catalog.types.get_mut(relation) {
        let TypeKind::Composite(attributes) = &mut held.kind else {
            return None;
        };
        let attribute = attributes.iter_mut().find(|a| a.name == *name)?;
        return Some(&mut attribute.comment);
    }
    let columns = match catalog.views.get_mut(relation) {
        Some(view) => &mut view.columns,
        None => &mut catalog.materialized_views.get_mut(relation)?.columns,
    };
    let column = columns.iter_mut().find(|column| column.name == *name)?;
    Some(&mut column.comment)
}

/// The owner of an object, to change. What has none of its own, such as a column, gives nothing.
pub(crate) fn owner_mut<'a>(
    catalog: &'a mut Catalog,
    id: &ObjectId,
) -> Option<&'a mut Option<Name>> {
    Some(match id {
        ObjectId::Schema(name) => &mut catalog.schemas.get_mut(name)?.owner,
        ObjectId::Type(name) => &mut catalog.types.get_mut(name)?.owner,
        ObjectId::Sequence(name) => &mut catalog.sequences.get_mut(name)?.owner,
        ObjectId::Table(name) => &mut catalog.tables.get_mut(name)?.owner,
        ObjectId::View(name) => &mut catalog.views.get_mut(name)?.owner,
        ObjectId::MaterializedView(name) => &mut catalog.materialized_views.get_mut(name)?.owner,
        ObjectId::Routine(signature) => &mut catalog.routines.get_mut(signature)?.owner,
        ObjectId::Aggregate(signature) => &mut catalog.aggregates.get_mut(signature)?.owner,
        ObjectId::Language(name) => &mut catalog.languages.get_mut(name)?.owner,
        ObjectId::Operator(signature) => &mut catalog.operators.get_mut(signature)?.owner,
        ObjectId::OperatorFamily(name) => &mut catalog.operator_families.get_mut(name)?.owner,
        ObjectId::OperatorClass(name) => &mut catalog.operator_classes.get_mut(name)?.owner,
        ObjectId::Collation(name) => &mut catalog.collations.get_mut(name)?.owner,
        ObjectId::Conversion(name) => &mut catalog.conversions.get_mut(name)?.owner,
        ObjectId::TextSearchDictionary(name) => {
            &mut catalog.text_search_dictionaries.get_mut(name)?.owner
        }
        ObjectId::TextSearchConfiguration(name) => {
            &mut catalog.text_search_configurations.get_mut(name)?.owner
        }
        ObjectId::Statistics(name) => &mut catalog.statistics.get_mut(name)?.owner,
        ObjectId::ForeignDataWrapper(name) => {
            &mut catalog.foreign_data_wrappers.get_mut(name)?.owner
        }
        ObjectId::ForeignServer(name) => &mut catalog.foreign_servers.get_mut(name)?.owner,
        ObjectId::EventTrigger(name) => &mut catalog.event_triggers.get_mut(name)?.owner,
        ObjectId::Publication(name) => &mut catalog.publications.get_mut(name)?.owner,
        ObjectId::Subscription(name) => &mut catalog.subscriptions.get_mut(name)?.owner,
        _ => return None,
    })
}

/// The privileges on an object, to change.
pub(crate) fn grants_mut<'a>(
    catalog: &'a mut Catalog,
    id: &ObjectId,
) -> Option<&'a mut BTreeSet<Grant>> {
    Some(match id {
        ObjectId::Schema(name) => &mut catalog.schemas.get_mut(name)?.grants,
        ObjectId::Type(name) => &mut catalog.types.get_mut(name)?.grants,
        ObjectId::Sequence(name) => &mut catalog.sequences.get_mut(name)?.grants,
        ObjectId::Table(name) => &mut catalog.tables.get_mut(name)?.grants,
        ObjectId::View(name) => &mut catalog.views.get_mut(name)?.grants,
        ObjectId::MaterializedView(name) => &mut catalog.materialized_views.get_mut(name)?.grants,
        ObjectId::Routine(signature) => &mut catalog.routines.get_mut(signature)?.grants,
        ObjectId::Aggregate(signature) => &mut catalog.aggregates.get_mut(signature)?.grants,
        ObjectId::Language(name) => &mut catalog.languages.get_mut(name)?.grants,
        ObjectId::ForeignDataWrapper(name) => {
            &mut catalog.foreign_data_wrappers.get_mut(name)?.grants
        }
        ObjectId::ForeignServer(name) => &mut catalog.foreign_servers.get_mut(name)?.grants,
        // The sequence of an identity column.
        ObjectId::Column(table, column) => {
            let column = catalog.tables.get_mut(table)?.column_mut(column.as_str())?;
            &mut column.identity.as_mut()?.grants
        }
        _ => return None,
    })
}
