//! Statements as they are read, for whoever judges what they do to the schema that is there.

mod action;
mod convert;

use pgwright_catalog::{Catalog, Name, QualifiedName};

use super::place::Place;
use super::state::{RelationKind, State};

pub use action::{
    Action, Command, ConstraintForm, NewColumn, NewConstraint, ObjectForm, Written, WrittenName,
};

/// Sees every statement before it takes effect.
pub trait Observer {
    /// A statement that is about to run.
    fn observe(&mut self, statement: &Observed<'_>);
}

/// A statement that is about to run, with the schema before it. Tables of the schema are held whole: with
/// what partitions and children have from their parents.
pub struct Observed<'a> {
    /// What it does.
    pub action: &'a Action,
    /// Its text.
    pub text: &'a str,
    /// Where it stands.
    pub place: Place,
    /// The text has opened a transaction with BEGIN.
    pub in_transaction: bool,
    state: &'a State,
}

impl std::fmt::Debug for Observed<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Observed")
            .field("action", self.action)
            .field("place", &self.place)
            .finish_non_exhaustive()
    }
}

impl<'a> Observed<'a> {
    /// The schema before it.
    pub fn catalog(&self) -> &'a Catalog {
        &self.state.catalog
    }

    /// The table, view or materialized view of a name, as the search path finds it.
    pub fn relation(&self, name: &WrittenName) -> Option<QualifiedName> {
        let (found, kind) = self
            .state
            .find_relation(name.schema.as_deref(), &name.name)?;
        let relation = matches!(
            kind,
            RelationKind::Table
                | RelationKind::ForeignTable
                | RelationKind::View
                | RelationKind::MaterializedView
        );
        relation.then_some(found)
    }

    /// Whether a relation of whatever kind has the name.
    pub fn is_there(&self, name: &WrittenName) -> bool {
        let found = self.state.find_relation(name.schema.as_deref(), &name.name);
        found.is_some()
    }

    /// The table of an index, that of a constraint included, with the index's name.
    pub fn index(&self, name: &WrittenName) -> Option<(QualifiedName, Name)> {
        let (found, kind) = self
            .state
            .find_relation(name.schema.as_deref(), &name.name)?;
        if kind != RelationKind::Index {
            return None;
        }
        let table = self.state.index_tables.get(&found).cloned().or_else(|| {
            let mut views = self.state.catalog.materialized_views.iter();
            let of_view = views.find(|(view, v)| {
                view.schema == found.schema && v.indexes.contains_key(&found.name)
            });
            of_view.map(|(view, _)| view.clone())
        })?;
        Some((table, found.name))
    }

    /// A name that is not there yet, or of what is not known, in the schema that it would be looked for first.
    pub fn presumed(&self, name: &WrittenName) -> QualifiedName {
        let schema = name.schema.clone().map(Name::new).or_else(|| {
            let mut visible = self.state.visible_schemas().into_iter();
            visible.next()
        });
        QualifiedName::new(
            schema.unwrap_or_else(|| Name::new("public")),
            name.name.clone(),
        )
    }

    /// The value of a setting, in lower case.
    pub fn setting(&self, name: &str) -> Option<&'a str> {
        self.state.session.settings.get(name).map(String::as_str)
    }

    /// Whether a schema of that name is there.
    pub fn has_schema(&self, name: &str) -> bool {
        self.state.schemas.contains(name)
    }
}

impl State {
    /// Shows a statement to an observer.
    pub(super) fn observed(
        &self,
        node: &pg_query::NodeEnum,
        text: &str,
        observer: &mut dyn Observer,
    ) {
        // What is looked at here is looked at again when it runs, and noted then.
        let noted = self.notes.borrow().len();
        let action = convert::action(node, self);
        self.notes.borrow_mut().truncate(noted);
        observer.observe(&Observed {
            action: &action,
            text,
            place: self.statement_place(),
            in_transaction: self.transaction.is_some(),
            state: self,
        });
    }
}
