//! What is built beside what is in use, and then takes its place: columns of large tables that change
//! their type, large tables that become partitioned, indexes and keys that change what they hold.
//!
//! First the new stands beside the old under a name of its own: a column that a trigger keeps up to date
//! and that is filled some pages at a time, indexes built while the table is in use, constraints that are
//! validated afterwards. Then one short transaction changes the names and drops the old. Both are plans
//! like any other: from the left catalog to one that holds the new besides, and from there to the right
//! catalog, with renames.

mod columns;
mod indexes;
mod names;
mod tables;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::write::Writer;
use pgwright_catalog::{
    Catalog, Constraint, ConstraintKind, Index, Key, Name, ObjectId, QualifiedName, Table,
};

use crate::change::{Change, Rank, Statement};
use crate::in_use;
use crate::plan::{Plan, PlanError, PlanOptions, Rewrites, steps};
use crate::references::{References, columns_of_index, names_in};
use crate::rename::Rename;
use crate::step::{FileGroup, LockLevel, Transaction};

pub(crate) use columns::SYNC;
pub(crate) use indexes::goes_with_column;
pub(crate) use names::{is_new, is_old, new_name, old_name, real_name};
pub(crate) use tables::old_table;

/// A catalog that holds the new beside the old, and what leads on from there.
pub(crate) struct Beside {
    catalog: Catalog,
    fill: BTreeMap<(QualifiedName, Name), String>,
    renames: Vec<Rename>,
    copies: Vec<tables::Copy>,
    notes: BTreeSet<String>,
}

/// The plan between two catalogs in use, where something is built beside the old; nothing where
/// nothing is.
pub(crate) fn plan(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
) -> Result<Option<Plan>, PlanError> {
    let Some(beside) = find(from, to, options) else {
        return Ok(None);
    };
    let filled = beside.fill.keys().map(|(table, _)| table);
    let analyzed: BTreeSet<_> = filled
        .chain(beside.copies.iter().map(|copy| &copy.to))
        .cloned()
        .collect();
    let building = PlanOptions {
        renames: Vec::new(),
        find_renames: false,
        keep_aside: false,
        fill: beside.fill,
        using: BTreeMap::new(),
        ..options.clone()
    };
    let mut changing = options.clone();
    changing.renames.extend(beside.renames);
    let first = in_use::plan_forward(from, &beside.catalog, &building)?;
    let second = in_use::plan_forward(&beside.catalog, to, &changing)?;
    // The way back is that of the plan without: it starts where both end.
    let plain = in_use::plan(from, to, options)?;

    let mut up = first.up;
    let writer = Writer::new(options.target);
    let copies = beside.copies.iter().map(|copy| tables::copy(copy, &writer));
    // Without statistics of the new columns, and of the new indexes on expressions, queries would be
    // planned blindly from the change of names on.
    let analyses = analyzed.iter().map(|table| analysis(table, &writer));
    let between: Vec<_> = copies.chain(analyses).collect();
    let next = up.iter().map(|s| s.change + 1).max().unwrap_or(0);
    up.extend(steps(&between, next));
    let next = up.iter().map(|s| s.change + 1).max().unwrap_or(0);
    up.extend(second.up.into_iter().map(|mut step| {
        step.change += next;
        step
    }));
    let mut notes = second.notes;
    notes.extend(beside.notes);
    notes.sort();
    notes.dedup();
    Ok(Some(Plan {
        up,
        down: plain.down,
        contract: second.contract,
        questions: plain.questions,
        notes,
        target: options.target,
    }))
}

fn analysis(table: &QualifiedName, writer: &Writer) -> Change {
    let object = ObjectId::Table(table.clone());
    let mut change = Change::alter(object, FileGroup::Indexes, Rank::Statistics);
    let analyze = Statement::from(writer.analyze(table))
        .transaction(Transaction::Own)
        .lock(table, LockLevel::ShareUpdateExclusive);
    change.up.push(analyze);
    change
}

fn find(from: &Catalog, to: &Catalog, options: &PlanOptions) -> Option<Beside> {
    let mut beside = Beside {
        catalog: from.clone(),
        fill: BTreeMap::new(),
        renames: Vec::new(),
        copies: Vec::new(),
        notes: BTreeSet::new(),
    };
    let look = Look::new(from, to, options);
    tables::add(&look, &mut beside);
    let changing = columns::add(&look, &mut beside);
    indexes::add(&look, &changing, &mut beside);
    (!beside.renames.is_empty() || beside.catalog != *from).then_some(beside)
}

/// Columns that are built beside others, by table.
type Changing = BTreeMap<QualifiedName, BTreeSet<Name>>;

/// Both catalogs, and what of them can be built beside.
struct Look<'a> {
    from: &'a Catalog,
    to: &'a Catalog,
    options: &'a PlanOptions,
    /// Most plans build nothing beside, and look nothing up.
    named: OnceCell<References>,
    named_before: OnceCell<References>,
    /// Tables that others inherit from.
    parents: BTreeSet<&'a QualifiedName>,
    /// Tables that renames that are known touch.
    renamed: BTreeSet<QualifiedName>,
    /// Schemas to which extensions come that were not there before.
    extended: BTreeSet<&'a Name>,
}

impl<'a> Look<'a> {
    fn new(from: &'a Catalog, to: &'a Catalog, options: &'a PlanOptions) -> Self {
        let tables = from.tables.values().chain(to.tables.values());
        let mut renamed = BTreeSet::new();
        for rename in &options.renames {
            if let Rename::Object { old, new } = rename {
                for object in [old, new] {
                    renamed.extend(table_of(object).cloned());
                }
            }
        }
        Self {
            from,
            to,
            options,
            named: OnceCell::new(),
            named_before: OnceCell::new(),
            parents: tables.flat_map(Table::parents).collect(),
            renamed,
            extended: (to.extensions.iter())
                .filter(|(name, extension)| {
                    let before = from.extensions.get(*name);
                    before.is_none_or(|b| b.schema != extension.schema)
                })
                .filter_map(|(_, extension)| extension.schema.as_ref())
                .collect(),
        }
    }

    /// Whether a text may name something of an extension that comes only later.
    fn names_extension_to_come(&self, sql: &str) -> bool {
        names_in(sql)
            .iter()
            .any(|name| self.extended.contains(name))
    }

    /// Tables of both catalogs that stand alone: neither partitioned nor part of another.
    fn tables(&self) -> impl Iterator<Item = (&'a QualifiedName, &'a Table, &'a Table)> {
        let (from, to) = (self.from, self.to);
        let both = to
            .tables
            .iter()
            .filter_map(move |(name, after)| Some((name, from.tables.get(name)?, after)));
        both.filter(|(name, before, after)| {
            [before, after].iter().all(|t| is_plain(t))
                && before != after
                && before.access_method == after.access_method
                && !self.parents.contains(name)
                && !self.renamed.contains(*name)
        })
    }

    /// Whether an expression names nothing of the left catalog that may go.
    fn needs_nothing(&self, sql: &str) -> bool {
        let named = self.named_before.get_or_init(|| References::new(self.from));
        named.qualified(sql).is_empty()
    }

    /// Whether what an expression names is there already, as it shall be.
    fn is_there(&self, sql: &str) -> bool {
        if self.names_extension_to_come(sql) {
            return false;
        }
        let named = self.named.get_or_init(|| References::new(self.to));
        named.qualified(sql).iter().all(|object| match object {
            ObjectId::Routine(s) => self.from.routines.get(s) == self.to.routines.get(s),
            ObjectId::Type(n) => self.from.types.get(n) == self.to.types.get(n),
            ObjectId::Collation(n) => self.from.collations.get(n) == self.to.collations.get(n),
            ObjectId::TextSearchConfiguration(n) => {
                self.from.text_search_configurations.get(n)
                    == self.to.text_search_configurations.get(n)
            }
            ObjectId::OperatorClass(n) => {
                self.from.operator_classes.get(n) == self.to.operator_classes.get(n)
            }
            _ => false,
        })
    }
}

/// Tables above this size are in use for seconds while they are written anew, bytes.
const LARGE: u64 = 64 << 20;

/// Whether a table is not to be written anew while nobody else can use it.
fn is_large(table: &QualifiedName, options: &PlanOptions) -> bool {
    match options.rewrites {
        Rewrites::InPlace => false,
        Rewrites::Online => true,
        Rewrites::BySize => options.sizes.get(table).is_some_and(|s| s.bytes >= LARGE),
    }
}

fn is_plain(table: &Table) -> bool {
    table.partition_by.is_none()
        && table.parents().next().is_none()
        && table.of_type.is_none()
        && table.foreign.is_none()
}

fn table_of(object: &ObjectId) -> Option<&QualifiedName> {
    match object {
        ObjectId::Table(table)
        | ObjectId::Column(table, _)
        | ObjectId::Constraint(table, _)
        | ObjectId::Index(table, _) => Some(table),
        _ => None,
    }
}

/// The key of a primary key or unique constraint.
fn key(constraint: &Constraint) -> Option<&Key> {
    match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(key),
        _ => None,
    }
}

/// Keys that take over an index which was built beside them: the index by table and constraint.
pub(crate) type Adopted = BTreeMap<(QualifiedName, Name), Name>;

/// Finds the indexes that were built for keys of `to`, and takes them out of `from`: they do not go, but
/// become the keys'.
pub(crate) fn adopt(from: &mut Catalog, to: &Catalog) -> Adopted {
    let mut adopted = Adopted::new();
    for (name, table) in &mut from.tables {
        if !table.indexes.keys().any(is_new) {
            continue;
        }
        let Some(after) = to.tables.get(name) else {
            continue;
        };
        for (constraint, definition) in &after.constraints {
            let built = new_name(constraint);
            let wanted = key_index(definition);
            if wanted.is_some() && table.indexes.get(&built) == wanted.as_ref() {
                table.indexes.remove(&built);
                adopted.insert((name.clone(), constraint.clone()), built);
            }
        }
    }
    adopted
}

/// The index behind a key, as far as PostgreSQL can take over one that was built before.
pub(crate) fn key_index(constraint: &Constraint) -> Option<Index> {
    let key = key(constraint).filter(|key| !key.without_overlaps)?;
    let mut index = Index::btree(key.columns.iter().cloned());
    index.unique = true;
    index.nulls_not_distinct = key.nulls_not_distinct;
    index.include.clone_from(&key.include);
    index.options.clone_from(&key.options);
    index.tablespace.clone_from(&key.tablespace);
    Some(index)
}

/// Whether an index holds or names a column.
pub(crate) fn index_names(index: &Index, names: &dyn Fn(&Name) -> bool) -> bool {
    columns_of_index(index).iter().any(names)
}

/// A rename of something that stands on a table.
fn renamed_part(
    of: impl Fn(QualifiedName, Name) -> ObjectId,
    table: &QualifiedName,
    old: Name,
    new: Name,
) -> Rename {
    Rename::Object {
        old: of(table.clone(), old),
        new: of(table.clone(), new),
    }
}

impl Beside {
    /// The new takes the name of the old, which gets another.
    fn change_places(
        &mut self,
        of: impl Fn(QualifiedName, Name) -> ObjectId,
        table: &QualifiedName,
        name: &Name,
    ) {
        let away = renamed_part(&of, table, name.clone(), old_name(name));
        let there = renamed_part(&of, table, new_name(name), name.clone());
        self.renames.extend([away, there]);
    }
}
