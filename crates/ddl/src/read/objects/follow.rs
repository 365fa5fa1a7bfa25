//! Names that change: the texts that speak of them are printed anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use pgwright_catalog::{
    Name, ObjectId, QualifiedName, RoutineBody, RoutineSignature, TypeKind, quote_literal,
};

use super::{function_body, type_text};
use crate::analyze::{
    CatalogEnvironment, Qualified, Rename, deparse, name_output_columns, output_names, query,
    rename_in_query,
};
use crate::read::failure::Failure;
use crate::read::state::State;

/// A name that changes.
#[derive(Debug, Clone)]
pub(in crate::read) enum Change {
    /// A relation.
    Relation(QualifiedName, QualifiedName),
    /// A column of a relation, or an attribute of a composite type.
    Column(QualifiedName, String, String),
    /// A type, or anything else that texts name with its schema.
    Name(QualifiedName, QualifiedName),
    /// A function.
    Function(RoutineSignature, RoutineSignature),
}

impl State {
    /// Prints the texts anew that speak of what changes. It is called before the change, so that the old
    /// texts can still be understood.
    pub(in crate::read) fn rename_in_texts(&mut self, change: &Change) {
        match change {
            Change::Relation(relation, _) | Change::Column(relation, ..) => {
                let readers = self.readers(relation);
                for reader in readers {
                    self.print_again(&reader, change);
                }
                if let Change::Relation(from, to) = change {
                    self.replace_in_texts(&from.quoted(), &to.quoted());
                }
            }
            Change::Name(from, to) => self.replace_in_texts(&from.quoted(), &to.quoted()),
            Change::Function(from, to) => {
                // Where a name is overloaded, the text alone does not tell which function is meant.
                let alone = self.routines_named(&from.name).len() == 1;
                let users = self
                    .used_by
                    .get(&ObjectId::Routine(from.clone()))
                    .cloned()
                    .unwrap_or_default();
                let old = format!("{}(", from.name.quoted());
                let new = format!("{}(", to.name.quoted());
                if alone {
                    self.replace_in_texts(&old, &new);
                } else {
                    for user in users {
                        self.replace_in_object(&user, &old, &new);
                    }
                }
            }
        }
    }

    /// The views and bodies that read a relation.
    fn readers(&self, relation: &QualifiedName) -> Vec<ObjectId> {
        [
            ObjectId::Table(relation.clone()),
            ObjectId::View(relation.clone()),
            ObjectId::MaterializedView(relation.clone()),
            ObjectId::Type(relation.clone()),
        ]
        .iter()
        .flat_map(|id| self.used_by.get(id).into_iter().flatten().cloned())
        .collect::<BTreeSet<_>>()
        .into_iter()
        .collect()
    }

    fn print_again(&mut self, reader: &ObjectId, change: &Change) {
        if let ObjectId::Routine(signature) = reader {
            self.print_body_again(signature, change);
            return;
        }
        let text = match reader {
            ObjectId::View(name) => self.catalog.views.get(name).map(|view| {
                let names = view
                    .columns
                    .iter()
                    .map(|c| c.name.as_str().to_owned())
                    .collect::<Vec<_>>();
                (view.query.clone(), names)
            }),
            ObjectId::MaterializedView(name) => {
                self.catalog.materialized_views.get(name).map(|view| {
                    let names = view
                        .columns
                        .iter()
                        .map(|c| c.name.as_str().to_owned())
                        .collect::<Vec<_>>();
                    (view.query.clone(), names)
                })
            }
            _ => None,
        };
        let Some((text, names)) = text else {
            return;
        };
        let Some(printed) = self.renamed_query(&text, &names, change) else {
            return;
        };
        self.touch(reader);
        match reader {
            ObjectId::View(name) => {
                if let Some(view) = self.catalog.views.get_mut(name) {
                    view.query = printed;
                }
            }
            ObjectId::MaterializedView(name) => {
                if let Some(view) = self.catalog.materialized_views.get_mut(name) {
                    view.query = printed;
                }
            }
            _ => {}
        }
        if let Change::Column(relation, old, new) = change {
            let mut needed = self
                .catalog
                .dependencies
                .get(reader)
                .cloned()
                .unwrap_or_default();
            let old = ObjectId::Column(relation.clone(), Name::new(old.as_str()));
            if needed.remove(&old) {
                needed.insert(ObjectId::Column(relation.clone(), Name::new(new.as_str())));
                self.set_uses(reader.clone(), needed);
            }
        }
    }

    /// The standard SQL body of a routine, printed anew.
    fn print_body_again(&mut self, signature: &RoutineSignature, change: &Change) {
        let printed = self.catalog.routines.get(signature).and_then(|routine| {
            let RoutineBody::Sql(text) = &routine.body else {
                return None;
            };
            function_body::renamed(self, &signature.name, routine, text, &rename(change)?)
        });
        let Some(printed) = printed else {
            return;
        };
        self.touch(&ObjectId::Routine(signature.clone()));
        if let Some(routine) = self.catalog.routines.get_mut(signature) {
            routine.body = RoutineBody::Sql(printed);
        }
    }

    /// The text of a stored query after a change.
    fn renamed_query(&self, text: &str, names: &[String], change: &Change) -> Option<String> {
        let none: [&str; 0] = [];
        let environment = CatalogEnvironment::new(&self.catalog, &none);
        let mut query = query(text, &environment).ok()?;
        name_output_columns(&mut query, names);
        if let Some(rename) = rename(change) {
            rename_in_query(&mut query, &rename);
        }
        let text = deparse::deparse_query(&query, Some(&output_names(&query))).ok()?;
        Some(text.trim().to_owned())
    }

    /// A view's own text after one of its columns has been renamed: it says the name where it differs from
    /// that of what it selects.
    pub(super) fn name_own_columns(&mut self, name: &QualifiedName) {
        let change = Change::Column(QualifiedName::new("", ""), String::new(), String::new());
        let id = if self.catalog.views.contains_key(name) {
            ObjectId::View(name.clone())
        } else {
            ObjectId::MaterializedView(name.clone())
        };
        self.print_again(&id, &change);
    }

    /// Replaces a qualified name in every text that may hold it.
    fn replace_in_texts(&mut self, old: &str, new: &str) {
        for id in self.holders_of_texts() {
            self.replace_in_object(&id, old, new);
        }
    }

    fn holders_of_texts(&self) -> Vec<ObjectId> {
        let catalog = &self.catalog;
        let tables = catalog.tables.keys().cloned().map(ObjectId::Table);
        let views = catalog.views.keys().cloned().map(ObjectId::View);
        let materialized = catalog
            .materialized_views
            .keys()
            .cloned()
            .map(ObjectId::MaterializedView);
        let types = catalog.types.keys().cloned().map(ObjectId::Type);
        let routines = catalog.routines.keys().cloned().map(ObjectId::Routine);
        tables
            .chain(views)
            .chain(materialized)
            .chain(types)
            .chain(routines)
            .collect()
    }

    fn replace_in_object(&mut self, id: &ObjectId, old: &str, new: &str) {
        let id = match id {
            ObjectId::Column(on, _)
            | ObjectId::Constraint(on, _)
            | ObjectId::Index(on, _)
            | ObjectId::Trigger(on, _)
            | ObjectId::Policy(on, _)
            | ObjectId::Rule(on, _) => {
                if self.catalog.tables.contains_key(on) {
                    ObjectId::Table(on.clone())
                } else {
                    ObjectId::View(on.clone())
                }
            }
            other => other.clone(),
        };
        // Most texts say nothing of it: look before the object is kept and changed.
        let mut found = false;
        let mut probe = self.catalog_part(&id);
        each_text(&mut probe, &id, &mut |text| found |= text.contains(old));
        if !found {
            return;
        }
        self.touch(&id);
        each_text(&mut self.catalog, &id, &mut |text| {
            if text.contains(old) {
                *text = replace_name(text, old, new);
            }
        });
    }

    /// A catalog with one object alone.
    fn catalog_part(&self, id: &ObjectId) -> pgwright_catalog::Catalog {
        let mut part = pgwright_catalog::Catalog::empty();
        macro_rules! copy {
            ($map:ident, $name:expr) => {
                if let Some(held) = self.catalog.$map.get($name) {
                    part.$map.insert($name.clone(), held.clone());
                }
            };
        }
        match id {
            ObjectId::Table(name) => copy!(tables, name),
            ObjectId::View(name) => copy!(views, name),
            ObjectId::MaterializedView(name) => copy!(materialized_views, name),
            ObjectId::Type(name) => copy!(types, name),
            ObjectId::Routine(signature) => copy!(routines, signature),
            _ => {}
        }
        part
    }

    /// A label of an enumeration in the constants of texts.
    pub(super) fn rename_label(
        &mut self,
        id: &ObjectId,
        old: &str,
        new: &str,
    ) -> Result<(), Failure> {
        if let ObjectId::Type(name) = id {
            let constant = |label: &str| format!("{}::{}", quote_literal(label), name.quoted());
            self.replace_in_texts(&constant(old), &constant(new));
        }
        Ok(())
    }

    /// A type under another name: columns, arguments and all else that has a type.
    pub(in crate::read) fn retype(&mut self, from: &QualifiedName, to: &QualifiedName) {
        let (old, new) = (from.quoted(), to.quoted());
        let change = |text: &mut String| {
            if type_text::user_type(text).as_ref() == Some(from) {
                *text = text.replacen(&old, &new, 1);
            }
        };
        let names: Vec<QualifiedName> = self
            .catalog
            .tables
            .iter()
            .filter(|(_, table)| {
                table.of_type.as_ref() == Some(from)
                    || table
                        .columns
                        .iter()
                        .any(|column| column.data_type.contains(&old))
            })
            .map(|(name, _)| name.clone())
            .collect();
        for name in names {
            if let Ok(table) = self.table_mut(&name) {
                table
                    .columns
                    .iter_mut()
                    .for_each(|column| change(&mut column.data_type));
                if table.of_type.as_ref() == Some(from) {
                    table.of_type = Some(to.clone());
                }
            }
        }
        for name in self.catalog.types.keys().cloned().collect::<Vec<_>>() {
            self.touch(&ObjectId::Type(name.clone()));
            match self.catalog.types.get_mut(&name).map(|held| &mut held.kind) {
                Some(TypeKind::Domain { base, .. }) => change(base),
                Some(TypeKind::Range { subtype, .. }) => change(subtype),
                Some(TypeKind::Composite(attributes)) => {
                    attributes.iter_mut().for_each(|a| change(&mut a.data_type));
                }
                _ => {}
            }
        }
        for name in self.catalog.views.keys().cloned().collect::<Vec<_>>() {
            for column in self.view_columns_mut(&name).into_iter().flatten() {
                column.data_type.iter_mut().for_each(change);
            }
        }
        for name in self
            .catalog
            .materialized_views
            .keys()
            .cloned()
            .collect::<Vec<_>>()
        {
            for column in self.view_columns_mut(&name).into_iter().flatten() {
                column.data_type.iter_mut().for_each(change);
            }
        }
        self.retype_signatures(&change);
    }

    /// Routines and aggregates are held by the types of their arguments.
    fn retype_signatures(&mut self, change: &dyn Fn(&mut String)) {
        for signature in self.catalog.routines.keys().cloned().collect::<Vec<_>>() {
            let Some(mut routine) = self.catalog.routines.get(&signature).cloned() else {
                continue;
            };
            routine
                .arguments
                .iter_mut()
                .for_each(|a| change(&mut a.data_type));
            routine.returns.iter_mut().for_each(change);
            let renamed = routine.signature(signature.name.clone());
            if self.catalog.routines.get(&signature) == Some(&routine) {
                continue;
            }
            let (old, new) = (
                ObjectId::Routine(signature.clone()),
                ObjectId::Routine(renamed.clone()),
            );
            self.touch(&old);
            self.touch(&new);
            self.catalog.routines.remove(&signature);
            self.catalog.routines.insert(renamed, routine);
            if old != new {
                self.move_sayings(&old, &new);
            }
        }
        for signature in self.catalog.aggregates.keys().cloned().collect::<Vec<_>>() {
            let Some(mut aggregate) = self.catalog.aggregates.get(&signature).cloned() else {
                continue;
            };
            aggregate
                .arguments
                .iter_mut()
                .for_each(|a| change(&mut a.data_type));
            for key in ["stype", "mstype"] {
                aggregate
                    .parameters
                    .get_mut(key)
                    .into_iter()
                    .for_each(change);
            }
            if self.catalog.aggregates.get(&signature) == Some(&aggregate) {
                continue;
            }
            let renamed = RoutineSignature::new(
                signature.name.clone(),
                aggregate.arguments.iter().map(|a| a.data_type.clone()),
            );
            let (old, new) = (
                ObjectId::Aggregate(signature.clone()),
                ObjectId::Aggregate(renamed.clone()),
            );
            self.touch(&old);
            self.touch(&new);
            self.catalog.aggregates.remove(&signature);
            self.catalog.aggregates.insert(renamed, aggregate);
            if old != new {
                self.move_sayings(&old, &new);
            }
        }
    }

    /// ALTER SCHEMA … RENAME TO: everything in it moves along.
    pub(super) fn rename_schema(&mut self, from: &Name, to: &Name) -> Result<(), Failure> {
        self.touch_schemas();
        self.touch(&ObjectId::Schema(from.clone()));
        self.touch(&ObjectId::Schema(to.clone()));
        self.schemas.insert(to.clone());
        let inside = super::dependants::users(self, &ObjectId::Schema(from.clone()));
        for id in inside {
            if let ObjectId::Extension(name) = &id {
                self.touch(&id);
                if let Some(held) = self.catalog.extensions.get_mut(name) {
                    held.schema = Some(to.clone());
                }
                continue;
            }
            // A routine may have moved already, with the type of an argument.
            if !super::access::exists(&self.catalog, &id) {
                continue;
            }
            match super::moved::in_schema(&id, to) {
                Some(moved) => self.move_object(&id, &moved)?,
                None => {
                    return Err(Failure::not_understood(
                        "a schema with tables in it is renamed",
                    ));
                }
            }
        }
        if let Some(held) = self.catalog.schemas.remove(from) {
            self.catalog.schemas.insert(to.clone(), held);
        }
        self.schemas.remove(from);
        self.move_sayings(
            &ObjectId::Schema(from.clone()),
            &ObjectId::Schema(to.clone()),
        );
        self.touch_default_privileges();
        let entries = std::mem::take(&mut self.catalog.default_privileges);
        self.catalog.default_privileges = entries
            .into_iter()
            .map(|mut entry| {
                if entry.schema.as_ref() == Some(from) {
                    entry.schema = Some(to.clone());
                }
                entry
            })
            .collect();
        Ok(())
    }
}

/// The change as the analysis knows it.
fn rename(change: &Change) -> Option<Rename> {
    let pair = |name: &QualifiedName| -> Qualified {
        (
            Arc::from(name.schema.as_str()),
            Arc::from(name.name.as_str()),
        )
    };
    match change {
        Change::Relation(from, to) => Some(Rename::Relation {
            from: pair(from),
            to: pair(to),
        }),
        Change::Column(relation, from, to) => Some(Rename::Column {
            relation: pair(relation),
            from: Arc::from(from.as_str()),
            to: Arc::from(to.as_str()),
        }),
        Change::Name(from, to) => Some(Rename::Type {
            from: pair(from),
            to: pair(to),
        }),
        Change::Function(..) => None,
    }
}

/// Gives every text with expressions of an object to `f`.
fn each_text(
    catalog: &mut pgwright_catalog::Catalog,
    id: &ObjectId,
    f: &mut dyn FnMut(&mut String),
) {
    match id {
        ObjectId::View(name) => {
            if let Some(view) = catalog.views.get_mut(name) {
                f(&mut view.query);
                for column in &mut view.columns {
                    column.default.iter_mut().for_each(|e| f(&mut e.0));
                }
                for trigger in view.triggers.values_mut() {
                    trigger.when.iter_mut().for_each(|e| f(&mut e.0));
                }
                for rule in view.rules.values_mut() {
                    rule.condition.iter_mut().for_each(|e| f(&mut e.0));
                    rule.actions.iter_mut().for_each(&mut *f);
                }
            }
        }
        ObjectId::MaterializedView(name) => {
            if let Some(view) = catalog.materialized_views.get_mut(name) {
                f(&mut view.query);
                view.indexes
                    .values_mut()
                    .for_each(|index| index_texts(index, f));
            }
        }
        ObjectId::Routine(signature) => {
            if let Some(routine) = catalog.routines.get_mut(signature) {
                if let RoutineBody::Sql(text) = &mut routine.body {
                    f(text);
                }
                for argument in &mut routine.arguments {
                    argument.default.iter_mut().for_each(|e| f(&mut e.0));
                }
            }
        }
        ObjectId::Type(name) => {
            if let Some(TypeKind::Domain {
                default, checks, ..
            }) = catalog.types.get_mut(name).map(|held| &mut held.kind)
            {
                default.iter_mut().for_each(|e| f(&mut e.0));
                checks
                    .values_mut()
                    .for_each(|check| f(&mut check.expression.0));
            }
        }
        ObjectId::Table(name) => {
            if let Some(table) = catalog.tables.get_mut(name) {
                table_texts(table, f);
            }
        }
        _ => {}
    }
}

fn table_texts(table: &mut pgwright_catalog::Table, f: &mut dyn FnMut(&mut String)) {
    for column in &mut table.columns {
        column.default.iter_mut().for_each(|e| f(&mut e.0));
        column
            .generated
            .iter_mut()
            .for_each(|g| f(&mut g.expression.0));
    }
    for constraint in table.constraints.values_mut() {
        match &mut constraint.kind {
            pgwright_catalog::ConstraintKind::Check(expression) => f(&mut expression.0),
            pgwright_catalog::ConstraintKind::Exclusion {
                predicate,
                elements,
                ..
            } => {
                predicate.iter_mut().for_each(|e| f(&mut e.0));
                for element in elements {
                    element_text(&mut element.element, f);
                }
            }
            _ => {}
        }
    }
    table
        .indexes
        .values_mut()
        .for_each(|index| index_texts(index, f));
    for trigger in table.triggers.values_mut() {
        trigger.when.iter_mut().for_each(|e| f(&mut e.0));
    }
    for policy in table.policies.values_mut() {
        policy.using.iter_mut().for_each(|e| f(&mut e.0));
        policy.with_check.iter_mut().for_each(|e| f(&mut e.0));
    }
    for rule in table.rules.values_mut() {
        rule.condition.iter_mut().for_each(|e| f(&mut e.0));
        rule.actions.iter_mut().for_each(&mut *f);
    }
    if let Some(key) = &mut table.partition_by {
        key.elements.iter_mut().for_each(&mut *f);
    }
}

fn index_texts(index: &mut pgwright_catalog::Index, f: &mut dyn FnMut(&mut String)) {
    index
        .elements
        .iter_mut()
        .for_each(|element| element_text(element, f));
    index.predicate.iter_mut().for_each(|e| f(&mut e.0));
}

fn element_text(element: &mut pgwright_catalog::IndexElement, f: &mut dyn FnMut(&mut String)) {
    if let pgwright_catalog::IndexKey::Expression(expression) = &mut element.key {
        f(&mut expression.0);
    }
}

/// Replaces a name where it stands alone: not as part of a longer one, and not inside a literal unless the
/// name fills it, as in `'s.t'::regclass`.
fn replace_name(text: &str, old: &str, new: &str) -> String {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '$' || c == '"' || c == '.';
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(old) {
        let (before, found) = rest.split_at(at);
        let after = found.get(old.len()..).unwrap_or_default();
        result.push_str(before);
        let begins = !result.ends_with(|c: char| word(c)) || old.starts_with('\'');
        let ends = old.ends_with('(') || !after.starts_with(|c: char| word(c) && c != '.');
        result.push_str(if begins && ends { new } else { old });
        rest = after;
    }
    result.push_str(rest);
    result
}

#[cfg(test)]
mod tests {
    use super::replace_name;

    #[test]
    fn names_are_replaced_where_they_stand_alone() {
        assert_eq!(
            replace_name("'a'::s.t + s.tt", "s.t", "s.u"),
            "'a'::s.u + s.tt"
        );
        assert_eq!(
            replace_name("nextval('s.q'::regclass)", "s.q", "s.r"),
            "nextval('s.r'::regclass)"
        );
        assert_eq!(
            replace_name("s.f(1) + x.s.f(2)", "s.f(", "s.g("),
            "s.g(1) + x.s.f(2)"
        );
    }
}
