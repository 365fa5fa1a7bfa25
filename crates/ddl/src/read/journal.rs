//! What a statement has changed so far, so that one that fails, or a transaction that is rolled back,
//! leaves nothing behind.

use std::collections::BTreeSet;

use pgwright_catalog::{
    AccessMethod, Aggregate, Cast, CastSignature, Collation, Conversion, DefaultPrivileges,
    EventTrigger, Extension, ForeignDataWrapper, ForeignServer, Language, MaterializedView, Name,
    ObjectId, Operator, OperatorClass, OperatorClassName, OperatorFamily, OperatorSignature,
    Privilege, Publication, QualifiedName, Role, Routine, RoutineSignature, Schema, Sequence,
    Statistics, Subscription, Table, TextSearchConfiguration, TextSearchDictionary,
    TextSearchParser, TextSearchTemplate, Transform, TransformSignature, Type, UserMapping,
    UserMappingName, View,
};

use super::place::{Made, made_of_table};
use super::state::{Held, Session, State};

/// The changes since a mark, newest last.
#[derive(Debug, Clone, Default)]
pub(super) struct Journal {
    entries: Vec<Entry>,
    /// Objects that the entries since the last mark hold already.
    saved: BTreeSet<ObjectId>,
    /// A transaction is open: entries are kept when a statement succeeds.
    pub(super) in_transaction: bool,
}

/// A place in the journal to go back to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mark(usize);

macro_rules! entries {
    ($($(#[$cfg:meta])* $variant:ident, $map:ident, $key:ty, $value:ty;)*) => {
        /// What was before a change.
        #[derive(Debug, Clone)]
        enum Entry {
            Table(QualifiedName, Box<Option<(Table, Held)>>),
            Uses(ObjectId, Option<BTreeSet<ObjectId>>),
            DefaultPrivileges(BTreeSet<DefaultPrivileges>),
            OwnerPrivileges(ObjectId, Option<BTreeSet<Privilege>>),
            Label(ObjectId, Option<std::collections::BTreeMap<Name, String>>),
            Schemas(BTreeSet<Name>),
            Session(Box<Session>),
            $($variant($key, Box<Option<$value>>),)*
        }

        impl State {
            /// Keeps what an object is, before it is made, changed or removed. What stands on a
            /// relation (column, constraint, index, trigger, policy, rule) is kept with it.
            pub(super) fn touch(&mut self, object: &ObjectId) {
                if self.journal.saved.contains(object) {
                    return;
                }
                let entry = match object {
                    ObjectId::Table(name) => Entry::Table(name.clone(), Box::new(self.catalog.tables.get(name).map(
                        |table| (table.clone(), self.held.get(name).cloned().unwrap_or_default())))),
                    $(ObjectId::$variant(name) => Entry::$variant(
                        name.clone(), Box::new(self.catalog.$map.get(name).cloned())),)*
                    ObjectId::Column(on, _)
                    | ObjectId::Constraint(on, _)
                    | ObjectId::Index(on, _)
                    | ObjectId::Trigger(on, _)
                    | ObjectId::Policy(on, _)
                    | ObjectId::Rule(on, _) => {
                        let holder = if self.catalog.views.contains_key(on) {
                            ObjectId::View(on.clone())
                        } else if self.catalog.materialized_views.contains_key(on) {
                            ObjectId::MaterializedView(on.clone())
                        } else if self.catalog.types.contains_key(on) {
                            ObjectId::Type(on.clone())
                        } else {
                            ObjectId::Table(on.clone())
                        };
                        return self.touch(&holder);
                    }
                };
                self.journal.saved.insert(object.clone());
                self.journal.entries.push(entry);
            }

            /// What has been made, or defined again, since a mark.
            pub(super) fn made_since(&self, mark: Mark) -> Vec<Made> {
                let mut made = Vec::new();
                for entry in self.journal.entries.iter().skip(mark.0) {
                    match entry {
                        Entry::Table(name, before) => {
                            if let Some(after) = self.catalog.tables.get(name) {
                                let before = before.as_ref().as_ref().map(|(table, _)| table);
                                made_of_table(name, before, after, &mut made);
                            }
                        }
                        $(Entry::$variant(name, before) if self.catalog.$map.contains_key(name) => {
                            let object = ObjectId::$variant(name.clone());
                            made.push(Made { object, new: before.is_none() });
                        })*
                        _ => {}
                    }
                    if let Entry::MaterializedView(name, before) = entry
                        && let Some(after) = self.catalog.materialized_views.get(name)
                    {
                        let known = before.as_ref().as_ref().map(|view| &view.indexes);
                        for index in after.indexes.keys() {
                            if !known.is_some_and(|known| known.contains_key(index)) {
                                let object = ObjectId::Index(name.clone(), index.clone());
                                made.push(Made { object, new: true });
                            }
                        }
                    }
                }
                made
            }

            fn restore(&mut self, entry: Entry) {
                match entry {
                    Entry::Table(name, before) => self.replace_table(name, *before),
                    Entry::Uses(object, before) => self.replace_uses(object, before.unwrap_or_default()),
                    Entry::DefaultPrivileges(before) => self.catalog.default_privileges = before,
                    Entry::OwnerPrivileges(object, before) => match before {
                        Some(before) => { self.catalog.owner_privileges.insert(object, before); }
                        None => { self.catalog.owner_privileges.remove(&object); }
                    },
                    Entry::Label(object, before) => match before {
                        Some(before) => { self.catalog.security_labels.insert(object, before); }
                        None => { self.catalog.security_labels.remove(&object); }
                    },
                    Entry::Schemas(before) => self.schemas = before,
                    Entry::Session(before) => self.session = *before,
                    $(Entry::$variant(name, before) => match *before {
                        Some(before) => { self.catalog.$map.insert(name, before); }
                        None => { self.catalog.$map.remove(&name); }
                    },)*
                }
            }
        }
    };
}

entries! {
    Role, roles, Name, Role;
    Extension, extensions, Name, Extension;
    Schema, schemas, Name, Schema;
    Language, languages, Name, Language;
    AccessMethod, access_methods, Name, AccessMethod;
    Type, types, QualifiedName, Type;
    Sequence, sequences, QualifiedName, Sequence;
    View, views, QualifiedName, View;
    MaterializedView, materialized_views, QualifiedName, MaterializedView;
    Routine, routines, RoutineSignature, Routine;
    Aggregate, aggregates, RoutineSignature, Aggregate;
    Operator, operators, OperatorSignature, Operator;
    OperatorFamily, operator_families, OperatorClassName, OperatorFamily;
    OperatorClass, operator_classes, OperatorClassName, OperatorClass;
    Cast, casts, CastSignature, Cast;
    Transform, transforms, TransformSignature, Transform;
    Collation, collations, QualifiedName, Collation;
    Conversion, conversions, QualifiedName, Conversion;
    TextSearchParser, text_search_parsers, QualifiedName, TextSearchParser;
    TextSearchTemplate, text_search_templates, QualifiedName, TextSearchTemplate;
    TextSearchDictionary, text_search_dictionaries, QualifiedName, TextSearchDictionary;
    TextSearchConfiguration, text_search_configurations, QualifiedName, TextSearchConfiguration;
    Statistics, statistics, QualifiedName, Statistics;
    ForeignDataWrapper, foreign_data_wrappers, Name, ForeignDataWrapper;
    ForeignServer, foreign_servers, Name, ForeignServer;
    UserMapping, user_mappings, UserMappingName, UserMapping;
    EventTrigger, event_triggers, Name, EventTrigger;
    Publication, publications, Name, Publication;
    Subscription, subscriptions, Name, Subscription;
}

impl Journal {
    /// The place now.
    pub(super) fn mark(&mut self) -> Mark {
        // What an earlier statement saved must be saved again for the next one.
        self.saved.clear();
        Mark(self.entries.len())
    }

    /// Ends a statement that succeeded: outside a transaction nothing is to be taken back any more.
    pub(super) fn keep(&mut self) {
        self.saved.clear();
        if !self.in_transaction {
            self.entries.clear();
        }
    }

    /// Keeps what an object used.
    pub(super) fn save_uses(&mut self, object: &ObjectId, uses: Option<&BTreeSet<ObjectId>>) {
        self.entries
            .push(Entry::Uses(object.clone(), uses.cloned()));
    }
}

impl State {
    /// Takes back everything since a mark.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        self.journal.saved.clear();
        while self.journal.entries.len() > mark.0 {
            if let Some(entry) = self.journal.entries.pop() {
                self.restore(entry);
            }
        }
    }

    /// Keeps the default privileges, before they are changed.
    pub(super) fn touch_default_privileges(&mut self) {
        let before = self.catalog.default_privileges.clone();
        self.journal.entries.push(Entry::DefaultPrivileges(before));
    }

    /// Keeps the privileges that the owner of an object has, before they are changed.
    pub(super) fn touch_owner_privileges(&mut self, object: &ObjectId) {
        let before = self.catalog.owner_privileges.get(object).cloned();
        let entry = Entry::OwnerPrivileges(object.clone(), before);
        self.journal.entries.push(entry);
    }

    /// Keeps the security labels of an object, before they are changed.
    pub(super) fn touch_labels(&mut self, object: &ObjectId) {
        let before = self.catalog.security_labels.get(object).cloned();
        self.journal
            .entries
            .push(Entry::Label(object.clone(), before));
    }

    /// Keeps which schemas there are, before one is made or removed.
    pub(super) fn touch_schemas(&mut self) {
        let before = self.schemas.clone();
        self.journal.entries.push(Entry::Schemas(before));
    }

    /// Keeps the settings of the session, before they are changed.
    pub(super) fn touch_session(&mut self) {
        let before = Box::new(self.session.clone());
        self.journal.entries.push(Entry::Session(before));
    }
}

impl State {
    /// Puts back what a table was, with the look-ups that are made from it.
    fn replace_table(&mut self, name: QualifiedName, before: Option<(Table, Held)>) {
        self.forget_table(&name);
        if let Some((table, held)) = before {
            self.catalog.tables.insert(name.clone(), table);
            self.held.insert(name.clone(), held);
            self.remember_table(&name);
        }
    }
}
