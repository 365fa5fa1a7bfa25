//! The catalog in progress, and what a server knows besides it.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{
    Catalog, Constraint, ConstraintKind, Index, Name, NotNull, ObjectId, QualifiedName, Table,
    TypeKind,
};

use super::ReadOptions;
use super::failure::Failure;
use super::journal::Journal;
use super::note::{Note, NoteKind};
use super::place::Places;
use super::text::transaction::Transaction;

/// The schema that temporary objects stand in while the text is read; it never reaches the result.
pub(super) const TEMPORARY_SCHEMA: &str = "pg_temp";

/// Everything that is known at one point of the text.
///
/// Tables of `catalog` are held *whole* here: with the columns, constraints, indexes and triggers that
/// a partition or child has from its parents, and with the real name of every NOT NULL constraint.
/// `finish` leaves out what the catalog's rules leave out.
#[derive(Debug, Clone, Default)]
pub(super) struct State {
    /// The catalog in progress. Before an object in it is changed, [`State::touch`] is called for it.
    pub(super) catalog: Catalog,
    /// Settings of the session.
    pub(super) session: Session,
    /// Schemas that exist, PostgreSQL's own among them.
    pub(super) schemas: BTreeSet<Name>,
    /// What the catalog does not say about a table.
    pub(super) held: BTreeMap<QualifiedName, Held>,
    /// Tables by the names of their indexes, those of constraints included.
    pub(super) index_tables: BTreeMap<QualifiedName, QualifiedName>,
    /// How many constraints of tables have a name, NOT NULL ones included.
    pub(super) constraint_names: BTreeMap<QualifiedName, usize>,
    /// Identity columns by the names of their sequences.
    pub(super) identity_sequences: BTreeMap<QualifiedName, (QualifiedName, Name)>,
    /// Children by inheritance and partitions, by parent, in the order they were made.
    pub(super) children: BTreeMap<QualifiedName, Vec<QualifiedName>>,
    /// The reverse of `catalog.dependencies`.
    pub(super) used_by: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    /// The session as it begins, which RESET goes back to.
    pub(super) initial: Session,
    /// The transaction that is open.
    pub(super) transaction: Option<Transaction>,
    /// What a statement that fails has done so far.
    pub(super) journal: Journal,
    /// Notes so far.
    pub(super) notes: RefCell<Vec<Note>>,
    /// Where the statement at hand stands.
    pub(super) place: Place,
    /// Whether it is kept where objects stand.
    pub(super) keep_places: bool,
    /// Where objects stand.
    pub(super) places: Places,
    /// The major version that is imitated.
    pub(super) target: u32,
    /// The role that runs the text, where it is known: what it owns is held as having no owner.
    pub(super) implied_owner: Option<Name>,
    /// Roles that were made superusers.
    pub(super) superusers: BTreeSet<Name>,
}

/// Settings that definitions depend on.
#[derive(Debug, Clone, Default)]
pub(super) struct Session {
    /// `search_path`, with `$user` as written.
    pub(super) search_path: Vec<Name>,
    /// The role that new objects belong to, when one was set.
    pub(super) role: Option<Name>,
    /// The role of SET SESSION AUTHORIZATION.
    pub(super) session_user: Option<Name>,
    /// `default_tablespace`.
    pub(super) default_tablespace: Option<Name>,
    /// `default_table_access_method`, when it is not `heap`.
    pub(super) default_table_access_method: Option<Name>,
    /// Other settings, by name in lower case.
    pub(super) settings: BTreeMap<String, String>,
}

/// A place in a text.
#[derive(Debug, Clone, Default)]
pub(super) struct Place {
    /// File, when the text has a name.
    pub(super) file: Option<String>,
    /// Line, from one.
    pub(super) line: usize,
    /// Column in characters, from one.
    pub(super) column: usize,
}

/// What the catalog does not say about a table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Held {
    /// Where its columns come from.
    pub(super) columns: BTreeMap<Name, Origin>,
    /// Where the NOT NULL of its columns comes from.
    pub(super) not_nulls: BTreeMap<Name, Origin>,
    /// Where its constraints come from.
    pub(super) constraints: BTreeMap<Name, Origin>,
    /// Triggers that it has from its partitioned parent.
    pub(super) inherited_triggers: BTreeSet<Name>,
    /// The names of the columns of its indexes, where it is partitioned.
    pub(super) index_columns: BTreeMap<Name, Vec<String>>,
}

/// Whether something was defined on the table itself, and how many parents give it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Origin {
    /// Defined on the table itself (`attislocal`, `conislocal`).
    pub(super) local: bool,
    /// How many parents give it (`attinhcount`, `coninhcount`).
    pub(super) parents: u32,
}

impl Origin {
    /// Defined on the table itself.
    pub(super) const LOCAL: Self = Self {
        local: true,
        parents: 0,
    };
    /// From one parent.
    pub(super) const INHERITED: Self = Self {
        local: false,
        parents: 1,
    };
}

/// Kinds of relations: what shares one namespace in a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RelationKind {
    /// A table, partitioned or not.
    Table,
    /// A foreign table.
    ForeignTable,
    /// A view.
    View,
    /// A materialized view.
    MaterializedView,
    /// A sequence, that of an identity column included.
    Sequence,
    /// An index, that of a constraint included.
    Index,
    /// A composite type.
    CompositeType,
}

impl State {
    /// An empty database, with the session that the options describe.
    pub(super) fn new(options: &ReadOptions) -> Self {
        let mut state = Self {
            target: options.target,
            keep_places: options.keep_places,
            implied_owner: options.implied_owner.clone(),
            ..Self::default()
        };
        super::objects::begin(&mut state);
        state.session.search_path = options.search_path.clone();
        state.initial = state.session.clone();
        for schema in [
            "public",
            "pg_catalog",
            "information_schema",
            "pg_toast",
            TEMPORARY_SCHEMA,
        ] {
            state.schemas.insert(Name::new(schema));
        }
        state
    }

    /// Notes something at the statement at hand.
    pub(super) fn note(
        &self,
        kind: NoteKind,
        message: impl Into<String>,
        hint: impl Into<Option<String>>,
    ) {
        self.notes.borrow_mut().push(Note {
            file: self.place.file.clone(),
            line: self.place.line,
            column: self.place.column,
            kind,
            message: message.into(),
            hint: hint.into(),
        });
    }

    /// What an object needs, so that it falls or follows with it. Replaces what was said before.
    pub(super) fn set_uses(&mut self, object: ObjectId, needed: BTreeSet<ObjectId>) {
        self.journal
            .save_uses(&object, self.catalog.dependencies.get(&object));
        self.replace_uses(object, needed);
    }

    /// [`State::set_uses`] without the journal.
    pub(super) fn replace_uses(&mut self, object: ObjectId, needed: BTreeSet<ObjectId>) {
        for old in self
            .catalog
            .dependencies
            .remove(&object)
            .into_iter()
            .flatten()
        {
            if let Some(users) = self.used_by.get_mut(&old) {
                users.remove(&object);
                if users.is_empty() {
                    self.used_by.remove(&old);
                }
            }
        }
        if needed.is_empty() {
            return;
        }
        for new in &needed {
            self.used_by
                .entry(new.clone())
                .or_default()
                .insert(object.clone());
        }
        self.catalog.dependencies.insert(object, needed);
    }

    /// A table to change. What it was is kept until the statement is done.
    pub(super) fn table_mut(&mut self, name: &QualifiedName) -> Result<&mut Table, Failure> {
        self.touch(&ObjectId::Table(name.clone()));
        self.catalog
            .tables
            .get_mut(name)
            .ok_or_else(|| Failure::missing("relation", name.name.as_str()))
    }

    /// A table, as it is.
    pub(super) fn table(&self, name: &QualifiedName) -> Result<&Table, Failure> {
        self.catalog
            .tables
            .get(name)
            .ok_or_else(|| Failure::missing("relation", name.name.as_str()))
    }

    /// What the catalog does not say about a table, to change. The table is touched.
    pub(super) fn held_mut(&mut self, name: &QualifiedName) -> &mut Held {
        self.touch(&ObjectId::Table(name.clone()));
        self.held.entry(name.clone()).or_default()
    }

    /// The role that new objects belong to.
    pub(super) fn new_owner(&self) -> Option<Name> {
        self.session.role.clone()
    }
}

impl State {
    /// Takes a table out, with the look-ups that are made from it.
    pub(super) fn forget_table(&mut self, name: &QualifiedName) {
        self.held.remove(name);
        let Some(table) = self.catalog.tables.remove(name) else {
            return;
        };
        for index in index_names(&table) {
            let index = QualifiedName::new(name.schema.clone(), index.clone());
            self.index_tables.remove(&index);
        }
        for constraint in constraint_names(&table) {
            let constraint = QualifiedName::new(name.schema.clone(), constraint.clone());
            uncount(&mut self.constraint_names, &constraint);
        }
        for sequence in sequence_names(name, &table) {
            self.identity_sequences.remove(&sequence.0);
        }
        for parent in parents(&table) {
            if let Some(children) = self.children.get_mut(parent) {
                children.retain(|child| child != name);
                if children.is_empty() {
                    self.children.remove(parent);
                }
            }
        }
    }

    /// Makes the look-ups of a table that was put into the catalog.
    pub(super) fn remember_table(&mut self, name: &QualifiedName) {
        let Some(table) = self.catalog.tables.get(name) else {
            return;
        };
        for index in index_names(table) {
            let index = QualifiedName::new(name.schema.clone(), index.clone());
            self.index_tables.insert(index, name.clone());
        }
        for constraint in constraint_names(table) {
            let constraint = QualifiedName::new(name.schema.clone(), constraint.clone());
            *self.constraint_names.entry(constraint).or_default() += 1;
        }
        for (sequence, column) in sequence_names(name, table) {
            self.identity_sequences
                .insert(sequence, (name.clone(), column));
        }
        for parent in parents(table) {
            let children = self.children.entry(parent.clone()).or_default();
            if !children.contains(name) {
                children.push(name.clone());
            }
        }
    }

    /// Puts a table into the catalog that was not there, with its look-ups.
    pub(super) fn insert_table(&mut self, name: QualifiedName, table: Table, held: Held) {
        self.touch(&ObjectId::Table(name.clone()));
        self.catalog.tables.insert(name.clone(), table);
        self.held.insert(name.clone(), held);
        self.remember_table(&name);
    }

    /// Takes a table out of the catalog, with its look-ups.
    pub(super) fn remove_table(&mut self, name: &QualifiedName) {
        self.touch(&ObjectId::Table(name.clone()));
        self.forget_table(name);
    }
}

impl State {
    /// Whether a constraint in a schema has a name already, be it of a table or of a domain.
    pub(super) fn constraint_name_taken(&self, schema: &Name, name: &str) -> bool {
        let full = QualifiedName::new(schema.clone(), name);
        self.constraint_names.contains_key(&full)
            || self.catalog.types.iter().any(|(domain, held)| {
                domain.schema == *schema
                    && matches!(&held.kind, TypeKind::Domain { checks, not_null_name, .. }
                        if checks.contains_key(name)
                            || not_null_name.as_ref().is_some_and(|n| n.as_str() == name))
            })
    }

    /// Whether a constraint of that table has that name.
    pub(super) fn constraint_of_table(&self, table: &QualifiedName, name: &str) -> bool {
        self.catalog.tables.get(table).is_some_and(|table| {
            table.constraints.contains_key(name)
                || table.columns.iter().any(|column| {
                    column
                        .not_null_constraint
                        .name
                        .as_ref()
                        .is_some_and(|n| n.as_str() == name)
                })
        })
    }

    /// Adds a constraint to a table.
    pub(super) fn put_constraint(
        &mut self,
        on: &QualifiedName,
        name: Name,
        constraint: Constraint,
        origin: Origin,
    ) -> Result<(), Failure> {
        let full = QualifiedName::new(on.schema.clone(), name.clone());
        let is_index = has_index(&constraint);
        self.table_mut(on)?
            .constraints
            .insert(name.clone(), constraint);
        self.held_mut(on).constraints.insert(name, origin);
        *self.constraint_names.entry(full.clone()).or_default() += 1;
        if is_index {
            self.index_tables.insert(full, on.clone());
        }
        Ok(())
    }

    /// Takes a constraint away from a table.
    pub(super) fn take_constraint(
        &mut self,
        on: &QualifiedName,
        name: &str,
    ) -> Result<Option<(Constraint, Origin)>, Failure> {
        let Some((name, constraint)) = self.table_mut(on)?.constraints.remove_entry(name) else {
            return Ok(None);
        };
        let origin = self.held_mut(on).constraints.remove(&name);
        let full = QualifiedName::new(on.schema.clone(), name);
        uncount(&mut self.constraint_names, &full);
        if has_index(&constraint) {
            self.index_tables.remove(&full);
        }
        Ok(Some((constraint, origin.unwrap_or(Origin::LOCAL))))
    }

    /// Marks a column NOT NULL, by a constraint of that name.
    pub(super) fn put_not_null(
        &mut self,
        on: &QualifiedName,
        column: &str,
        not_null: NotNull,
        origin: Origin,
    ) -> Result<(), Failure> {
        let name = not_null.name.clone();
        let Some(held) = self.table_mut(on)?.column_mut(column) else {
            return Err(no_column(column, on));
        };
        held.not_null = true;
        held.not_null_constraint = not_null;
        let column = held.name.clone();
        self.held_mut(on).not_nulls.insert(column, origin);
        if let Some(name) = name {
            let full = QualifiedName::new(on.schema.clone(), name);
            *self.constraint_names.entry(full).or_default() += 1;
        }
        Ok(())
    }

    /// Takes the NOT NULL of a column away.
    pub(super) fn take_not_null(
        &mut self,
        on: &QualifiedName,
        column: &str,
    ) -> Result<Option<(NotNull, Origin)>, Failure> {
        let Some(held) = self.table_mut(on)?.column_mut(column) else {
            return Err(no_column(column, on));
        };
        if !held.not_null {
            return Ok(None);
        }
        held.not_null = false;
        let not_null = std::mem::take(&mut held.not_null_constraint);
        let origin = self.held_mut(on).not_nulls.remove(column);
        if let Some(name) = &not_null.name {
            let full = QualifiedName::new(on.schema.clone(), name.clone());
            uncount(&mut self.constraint_names, &full);
        }
        Ok(Some((not_null, origin.unwrap_or(Origin::LOCAL))))
    }

    /// The indexes of a table or materialized view, to change; the holder is touched.
    pub(super) fn indexes_mut(
        &mut self,
        on: &QualifiedName,
    ) -> Result<&mut BTreeMap<Name, Index>, Failure> {
        if self.catalog.tables.contains_key(on) {
            return Ok(&mut self.table_mut(on)?.indexes);
        }
        self.touch(&ObjectId::MaterializedView(on.clone()));
        match self.catalog.materialized_views.get_mut(on) {
            Some(view) => Ok(&mut view.indexes),
            None => Err(Failure::missing("relation", on.name.as_str())),
        }
    }

    /// Adds an index that backs no constraint.
    pub(super) fn put_index(
        &mut self,
        on: &QualifiedName,
        name: Name,
        index: Index,
    ) -> Result<(), Failure> {
        self.indexes_mut(on)?.insert(name.clone(), index);
        let full = QualifiedName::new(on.schema.clone(), name);
        self.index_tables.insert(full, on.clone());
        Ok(())
    }

    /// Takes away an index that backs no constraint.
    pub(super) fn take_index(
        &mut self,
        on: &QualifiedName,
        name: &str,
    ) -> Result<Option<Index>, Failure> {
        let index = self.indexes_mut(on)?.remove(name);
        if index.is_some() {
            self.index_tables
                .remove(&QualifiedName::new(on.schema.clone(), name));
        }
        Ok(index)
    }
}

/// `column "c" of relation "t" does not exist`.
pub(super) fn no_column(column: &str, of: &QualifiedName) -> Failure {
    Failure::new(format!(
        "column \"{column}\" of relation \"{}\" does not exist",
        of.name
    ))
}

/// Whether an index backs a constraint.
pub(super) fn has_index(constraint: &Constraint) -> bool {
    matches!(
        constraint.kind,
        ConstraintKind::PrimaryKey(_)
            | ConstraintKind::Unique(_)
            | ConstraintKind::Exclusion { .. }
    )
}

/// Names of the indexes of a table, those of constraints included.
fn index_names(table: &Table) -> impl Iterator<Item = &Name> {
    let constraints = table
        .constraints
        .iter()
        .filter(|(_, constraint)| has_index(constraint));
    table
        .indexes
        .keys()
        .chain(constraints.map(|(name, _)| name))
}

/// Names of the constraints of a table, NOT NULL ones included.
fn constraint_names(table: &Table) -> impl Iterator<Item = &Name> {
    let not_nulls = table
        .columns
        .iter()
        .filter_map(|column| column.not_null_constraint.name.as_ref());
    table.constraints.keys().chain(not_nulls)
}

fn uncount(names: &mut BTreeMap<QualifiedName, usize>, name: &QualifiedName) {
    if let Some(count) = names.get_mut(name) {
        *count -= 1;
        if *count == 0 {
            names.remove(name);
        }
    }
}

/// Sequences of the identity columns of a table.
fn sequence_names<'a>(
    on: &'a QualifiedName,
    table: &'a Table,
) -> impl Iterator<Item = (QualifiedName, Name)> + 'a {
    table.columns.iter().filter_map(move |column| {
        let identity = column.identity.as_ref()?;
        let name = identity.name.clone().unwrap_or_else(|| {
            let usual = format!("{}_{}_seq", on.name, column.name);
            QualifiedName::new(on.schema.clone(), usual)
        });
        Some((name, column.name.clone()))
    })
}

/// The parents of a table, by inheritance or as a partition.
fn parents(table: &Table) -> impl Iterator<Item = &QualifiedName> {
    table.inherits.iter().chain(
        table
            .partition_of
            .as_ref()
            .map(|partition| &partition.parent),
    )
}
