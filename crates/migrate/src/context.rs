//! What every kind of object is planned with: the two catalogs, the writer, and name look-up.

use std::borrow::Cow;
use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::{Apart, Writer, not_null_name};
use pgwright_catalog::{
    CastSignature, Catalog, ConstraintKind, Name, ObjectId, PartitionParts, QualifiedName,
    RoutineSignature, Schema, Table, Type,
};

use crate::beside::Adopted;
use crate::change::{Change, Rank, Statement, Strength};
use crate::plan::{PlanError, PlanOptions};
use crate::question::Question;
use crate::references::References;
use crate::replace::{Replaced, names_type};
use crate::serial::Conversions;
use crate::step::FileGroup;

static NOTHING_REPLACED: Replaced = Replaced {
    objects: BTreeSet::new(),
    defaults: BTreeSet::new(),
    domains: BTreeSet::new(),
};
static NO_CONVERSIONS: Conversions = Conversions::new();
static NOTHING_ADOPTED: Adopted = Adopted::new();

/// What is made in two steps because objects need each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Opened {
    /// Parts of tables that come after the table.
    pub tables: BTreeMap<QualifiedName, Apart>,
    /// Checks of domains that come after the domain.
    pub domain_checks: BTreeSet<(QualifiedName, Name)>,
    /// Routines whose body names what comes later: it is not looked at when they are made.
    pub unchecked: BTreeSet<RoutineSignature>,
    /// Views of which an outline comes first.
    pub views: BTreeSet<QualifiedName>,
    /// Routines of which an outline comes first.
    pub routines: BTreeSet<RoutineSignature>,
}

/// The two catalogs of a comparison and what is derived from them.
pub(crate) struct Context<'a> {
    /// What is there.
    pub base: &'a Catalog,
    /// What there shall be besides.
    pub full: &'a Catalog,
    pub writer: Writer,
    pub options: &'a PlanOptions,
    /// What must be made in two steps because of circular needs.
    pub opened: &'a Opened,
    /// Parts of indexes and keys that need no statement, in `full`.
    pub parts: PartitionParts,
    /// Names that NOT NULL constraints were given, with their schemas, in `full`: the automatic name of
    /// another one must not be taken for free.
    not_null_names: BTreeSet<(&'a Name, &'a Name)>,
    references: References,
    /// Names of NOT NULL constraints of what was there before, the automatic ones too.
    names_before: BTreeSet<(&'a Name, Name)>,
    /// What turned out to be different in a way that cannot be changed in place.
    replace: RefCell<BTreeSet<ObjectId>>,
    /// The whole of what was there, with what is made anew.
    pub before: &'a Catalog,
    /// What is made anew.
    pub replaced: &'a Replaced,
    /// Sequences that become those of identity columns, and the other way round.
    pub conversions: &'a Conversions,
    /// Indexes that keys take over which were built for them before.
    pub adopted: &'a Adopted,
    questions: RefCell<BTreeSet<Question>>,
    notes: RefCell<BTreeSet<String>>,
    altered: OnceCell<Vec<AlteredTable<'a>>>,
}

/// A table of both catalogs: its name, as it is and as it shall be.
pub(crate) type AlteredTable<'a> = (&'a QualifiedName, &'a Table, &'a Table);

impl<'a> Context<'a> {
    pub fn new(
        base: &'a Catalog,
        full: &'a Catalog,
        options: &'a PlanOptions,
        opened: &'a Opened,
    ) -> Self {
        Self {
            replace: RefCell::default(),
            names_before: BTreeSet::new(),
            before: base,
            replaced: &NOTHING_REPLACED,
            conversions: &NO_CONVERSIONS,
            adopted: &NOTHING_ADOPTED,
            questions: RefCell::default(),
            notes: RefCell::default(),
            altered: OnceCell::new(),
            base,
            full,
            writer: Writer::new(options.target),
            options,
            opened,
            parts: PartitionParts::new(full),
            not_null_names: given_not_null_names(full),
            references: References::new(full),
        }
    }

    /// The table with a name for each NOT NULL constraint whose automatic name another table's constraint
    /// has too, which happens to copies by LIKE: whichever table comes later would get another name.
    pub fn with_names<'t>(&self, name: &QualifiedName, table: &'t Table) -> Cow<'t, Table> {
        let mut named = Cow::Borrowed(table);
        for (at, column) in table.columns.iter().enumerate() {
            if !column.not_null || column.not_null_constraint.name.is_some() {
                continue;
            }
            let automatic = not_null_name(name, column);
            let taken = self.not_null_names.contains(&(&name.schema, &automatic))
                || self
                    .names_before
                    .contains(&(&name.schema, automatic.clone()));
            if taken && let Some(column) = named.to_mut().columns.get_mut(at) {
                column.not_null_constraint.name = Some(automatic);
            }
        }
        named
    }

    /// An object of both catalogs that cannot become the other in place: it is dropped and made anew.
    pub fn replace(&self, object: ObjectId) {
        self.replace.borrow_mut().insert(object);
    }

    /// Tables of both catalogs that may have to change: those that differ, and all where types or
    /// collations are made anew. Most tables of a large schema stay as they are.
    pub fn altered_tables(&self) -> &[AlteredTable<'a>] {
        self.altered.get_or_init(|| {
            let reaches_columns =
                |object: &ObjectId| matches!(object, ObjectId::Type(_) | ObjectId::Collation(_));
            let any = self.replaced.objects.iter().any(reaches_columns);
            let (base, full) = (self.base, self.full);
            let both = full.tables.iter().filter_map(|(name, to)| {
                let from = base.tables.get(name)?;
                (any || from != to).then_some((name, from, to))
            });
            both.collect()
        })
    }

    /// Notes an object to be made anew where something differs that cannot be changed in place. True
    /// when it does.
    pub fn replace_unless_equal<T: PartialEq + ?Sized>(
        &self,
        object: impl FnOnce() -> ObjectId,
        from: &T,
        to: &T,
    ) -> bool {
        let differs = from != to;
        if differs {
            self.replace(object());
        }
        differs
    }

    /// The same in the midst of a change: what was there as a whole, what is made anew of it, and what
    /// goes over.
    pub fn amid(
        mut self,
        before: &'a Catalog,
        replaced: &'a Replaced,
        conversions: &'a Conversions,
    ) -> Self {
        self.before = before;
        self.replaced = replaced;
        self.conversions = conversions;
        if self.options.target >= 18 {
            let tables = before.tables.iter();
            self.names_before = tables
                .flat_map(|(name, t)| {
                    let columns = t.columns.iter().filter(|c| c.not_null);
                    columns.map(move |c| (&name.schema, not_null_name(name, c)))
                })
                .collect();
        }
        for (name, table) in &self.full.tables {
            let Some(before) = self.base.tables.get(name) else {
                continue;
            };
            if table.partition_by.is_none() {
                continue;
            }
            for (index, definition) in &table.indexes {
                if !before.indexes.contains_key(index) && definition.parent.is_none() {
                    let id = ObjectId::Index(name.clone(), index.clone());
                    self.parts.split_apart(self.full, &id);
                }
            }
            for (constraint, definition) in &table.constraints {
                let key = matches!(
                    definition.kind,
                    ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_)
                );
                if key
                    && !before.constraints.contains_key(constraint)
                    && definition.parent.is_none()
                {
                    let id = ObjectId::Constraint(name.clone(), constraint.clone());
                    self.parts.split_apart(self.full, &id);
                }
            }
        }
        self
    }

    /// Asks what the catalogs do not tell.
    pub fn ask(&self, question: Question) {
        self.questions.borrow_mut().insert(question);
    }

    /// Tells what is not planned, or worth knowing.
    pub fn note(&self, note: String) {
        self.notes.borrow_mut().insert(note);
    }

    /// Questions and notes so far.
    pub fn take_remarks(&self) -> (BTreeSet<Question>, BTreeSet<String>) {
        (self.questions.take(), self.notes.take())
    }

    /// The tables that hold the rows of a table: itself, its partitions' partitions, its children.
    pub fn with_rows(&self, table: &QualifiedName) -> Vec<&'a QualifiedName> {
        let mut found = Vec::new();
        let mut open: Vec<_> = self.full.tables.keys().filter(|n| *n == table).collect();
        let mut seen = BTreeSet::new();
        while let Some(name) = open.pop() {
            if !seen.insert(name) {
                continue;
            }
            let definition = &self.full.tables[name];
            if definition.partition_by.is_none()
                && definition.foreign.is_none()
                && self.base.tables.contains_key(name)
            {
                found.push(name);
            }
            let children = self.full.tables.iter();
            open.extend(
                children
                    .filter(|(_, t)| t.parents().any(|p| p == name))
                    .map(|(n, _)| n),
            );
        }
        found.sort();
        found
    }

    /// True for a table that others inherit from, partitions too.
    pub fn has_heirs(&self, table: &QualifiedName) -> bool {
        let tables = self.full.tables.values();
        tables.into_iter().any(|t| t.parents().any(|p| p == table))
    }

    /// The parents of a table, and theirs.
    pub fn ancestors(&self, table: &'a Table) -> Vec<&'a QualifiedName> {
        let mut found: Vec<&QualifiedName> = table.parents().collect();
        let mut at = 0;
        while let Some(parent) = found.get(at).and_then(|p| self.full.tables.get(*p)) {
            at += 1;
            for further in parent.parents() {
                if !found.contains(&further) {
                    found.push(further);
                }
            }
        }
        found
    }

    /// Partitions and children of a table and of these, those of lower levels first.
    pub fn all_heirs(&self, table: &QualifiedName) -> Vec<&'a QualifiedName> {
        let mut found: Vec<&QualifiedName> = Vec::new();
        let mut open = vec![table];
        while let Some(parent) = open.pop() {
            for (name, child) in &self.full.tables {
                let known = self.base.tables.contains_key(name);
                if known && child.parents().any(|p| p == parent) && !found.contains(&name) {
                    found.push(name);
                    open.push(name);
                }
            }
        }
        found.reverse();
        found
    }

    /// Children by plain inheritance, and theirs.
    pub fn heirs(&self, table: &QualifiedName) -> Vec<&'a QualifiedName> {
        let mut found: Vec<&QualifiedName> = Vec::new();
        let mut open = vec![table];
        while let Some(parent) = open.pop() {
            for (name, child) in &self.full.tables {
                if child.inherits.contains(parent) && !found.contains(&name) {
                    found.push(name);
                    open.push(name);
                }
            }
        }
        found
    }

    /// True unless the table is known to be empty.
    pub fn has_rows(&self, table: &QualifiedName) -> bool {
        let sizes = &self.options.sizes;
        self.with_rows(table).iter().any(|t| {
            sizes
                .get(*t)
                .is_none_or(|size| size.rows > 0 || size.bytes > 0)
        })
    }

    /// Tables with a column of a type, before the change.
    pub fn users_of_type(&self, name: &QualifiedName) -> Vec<(&'a QualifiedName, &'a Name)> {
        let tables = self.before.tables.iter();
        tables
            .flat_map(|(table, t)| t.columns.iter().map(move |c| (table, c)))
            .filter(|(_, c)| names_type(&c.data_type, name))
            .map(|(table, c)| (table, &c.name))
            .collect()
    }

    /// True for a table whose generated columns can become plain ones where they are: no server drops the
    /// expression where children have children (see `ATPrepDropExpression`).
    pub fn keeps_generated_values(&self, table: &QualifiedName) -> bool {
        let children = |parent: &QualifiedName| {
            let tables = self.base.tables.iter();
            let of_parent = tables.filter(|(_, t)| t.parents().any(|p| p == parent));
            of_parent.map(|(name, _)| name).collect::<Vec<_>>()
        };
        let deep = |child: &QualifiedName| !children(child).is_empty();
        !children(table).into_iter().any(deep)
    }

    /// What a column was computed from that was not stored, or cannot stay where it is, and shall be a value of its own.
    pub fn virtual_value(&self, table: &QualifiedName, column: &Name) -> Option<String> {
        let now = self.full.tables.get(table)?.column(column.as_str())?;
        let before = self.before.tables.get(table)?.column(column.as_str())?;
        let generated = before.generated.as_ref()?;
        if generated.stored && self.keeps_generated_values(table) {
            return None;
        }
        now.generated
            .is_none()
            .then(|| format!("({})", generated.expression.sql()))
    }

    /// Types of both sides.
    pub fn types(&self) -> impl Iterator<Item = (&'a QualifiedName, &'a Type)> {
        self.full.types.iter().chain(&self.before.types)
    }

    /// Casts of both sides.
    pub fn casts(&self) -> impl Iterator<Item = &'a CastSignature> {
        self.full.casts.keys().chain(self.before.casts.keys())
    }

    /// What cannot be changed in place, as far as it was found.
    pub fn take_replaced(&self) -> BTreeSet<ObjectId> {
        self.replace.take()
    }

    /// True for a table that is in use while the plan runs.
    pub fn live(&self, table: &QualifiedName) -> bool {
        self.base.tables.contains_key(table)
    }

    /// The object needs its schema; a schema that nobody creates is an error.
    pub fn need_schema(&self, change: &mut Change, schema: &Name) -> Result<(), PlanError> {
        let known = schema.as_str() == "public"
            || schema.as_str() == "pg_catalog"
            || self.full.schemas.contains_key(schema);
        if !known {
            return Err(PlanError::Missing {
                object: Box::new(change.object.clone()),
                needed: Box::new(ObjectId::Schema(schema.clone())),
            });
        }
        change.need(ObjectId::Schema(schema.clone()), Strength::Must);
        Ok(())
    }

    /// The objects that an expression or type names must be there first.
    pub fn need_text(&self, change: &mut Change, sql: &str) {
        let strength = if self.full.dependencies.contains_key(&change.object) {
            Strength::Guess
        } else {
            Strength::Must
        };
        self.need_text_as(change, sql, strength);
    }

    /// A function that is named without the types of its arguments must be there first: that of the
    /// types where one fits, else every one of the name.
    pub fn need_function(&self, change: &mut Change, name: &QualifiedName, arguments: &[&str]) {
        let first = RoutineSignature::new(name.clone(), Vec::<String>::new());
        let named = self.full.routines.range(first..);
        let named: Vec<_> = named
            .map(|(signature, _)| signature)
            .take_while(|s| s.name == *name)
            .collect();
        let exact = named.iter().find(|s| s.arguments == arguments);
        let needed = match exact {
            Some(exact) => std::slice::from_ref(exact),
            None => named.as_slice(),
        };
        change.must_have(needed.iter().map(|s| ObjectId::Routine((*s).clone())));
    }

    /// Objects that a text names with their schema.
    pub fn named(&self, sql: &str) -> BTreeSet<ObjectId> {
        self.references.qualified(sql)
    }

    pub fn need_text_as(&self, change: &mut Change, sql: &str, strength: Strength) {
        for object in self.references.qualified(sql) {
            change.need(object, strength);
        }
    }

    /// Objects that a text names without their schema are wished for, not demanded: a word may also
    /// be a column or a variable.
    pub fn wish_unqualified(&self, change: &mut Change, sql: &str, search_path: &[String]) {
        for object in self.references.unqualified(sql, search_path) {
            change.need(object, Strength::Use);
        }
    }

    /// What the catalog itself records of an object's needs. False when it records nothing.
    pub fn need_recorded(&self, change: &mut Change, object: &ObjectId) -> bool {
        match self.full.dependencies.get(object) {
            Some(needed) => {
                change.must_have(needed.iter().filter(|n| *n != object).cloned());
                true
            }
            None => false,
        }
    }

    /// The index or key whose statement makes this one: the parent's, for a part that needs none.
    pub fn made_by(&self, mut id: ObjectId) -> ObjectId {
        while self.parts.is_implied(&id) {
            let Some(parent) = self.parent_of_part(&id) else {
                break;
            };
            id = parent;
        }
        id
    }

    /// The index or key of the partitioned table that this one is part of.
    pub fn parent_of_part(&self, id: &ObjectId) -> Option<ObjectId> {
        let (ObjectId::Index(table, name) | ObjectId::Constraint(table, name)) = id else {
            return None;
        };
        let definition = self.full.tables.get(table)?;
        let parent = definition.partition_of.as_ref()?.parent.clone();
        match id {
            ObjectId::Index(..) => {
                let of = definition.indexes.get(name)?.parent.clone()?;
                Some(ObjectId::Index(parent, of))
            }
            _ => {
                let of = definition.constraints.get(name)?.parent.clone()?;
                Some(ObjectId::Constraint(parent, of))
            }
        }
    }

    /// `COMMENT ON` a new object, when it has a comment.
    pub fn comment(&self, change: &mut Change, object: &ObjectId, text: Option<&String>) {
        if let Some(text) = text {
            let address = self.writer.address(self.full, object);
            change
                .up
                .push(self.writer.comment(&address, Some(text)).into());
        }
    }

    /// The change of a comment on an object that stays.
    pub fn comment_change(
        &self,
        object: ObjectId,
        group: FileGroup,
        from: Option<&String>,
        to: Option<&String>,
        out: &mut Vec<Change>,
    ) {
        let address = self.writer.address(self.full, &object);
        self.comment_change_at(&address, object, group, from, to, out);
    }

    /// The change of a comment on a part of an object that has an address of its own.
    pub fn comment_change_at(
        &self,
        address: &str,
        object: ObjectId,
        group: FileGroup,
        from: Option<&String>,
        to: Option<&String>,
        out: &mut Vec<Change>,
    ) {
        if from == to {
            return;
        }
        let mut change = Change::alter(object, group, Rank::Comment);
        let say = |text: Option<&String>| {
            let text = text.map(String::as_str);
            Statement::from(self.writer.comment(address, text))
        };
        change.up.push(say(to));
        change.down.push(say(from));
        out.push(change);
    }

    /// `DROP` of an object that stands alone.
    pub fn drop(&self, object: &ObjectId) -> Statement {
        self.writer
            .drop(&self.writer.address(self.full, object))
            .into()
    }

    /// The state of `public` in a new database: PostgreSQL 15 took CREATE away from everybody.
    pub fn new_public(&self) -> Schema {
        use pgwright_catalog::{Grant, Privilege};
        let mut schema = Schema::default();
        schema.grants.insert(Grant::to_public(Privilege::Usage));
        if self.options.target < 15 {
            schema.grants.insert(Grant::to_public(Privilege::Create));
        }
        schema
    }
}

fn given_not_null_names(catalog: &Catalog) -> BTreeSet<(&Name, &Name)> {
    let tables = catalog.tables.iter();
    let columns = tables.flat_map(|(name, table)| table.columns.iter().map(move |c| (name, c)));
    columns
        .filter_map(|(name, column)| {
            let given = column.not_null_constraint.name.as_ref()?;
            Some((&name.schema, given))
        })
        .collect()
}
