//! Partitions and children that change their parent: they are parted from it first and joined to the
//! other last, and in between they are tables of their own.

use std::collections::BTreeSet;

use pgwright_catalog::write::{Writer, scan};
use pgwright_catalog::{
    Catalog, Constraint, ConstraintKind, Name, ObjectId, PartitionBound, QualifiedName, Table,
};

use crate::change::{Change, Rank, Statement};
use crate::plan::{PlanError, PlanOptions};
use crate::simulate;
use crate::step::{FileGroup, Hazard, LockLevel, Transaction};

/// Both catalogs with the tables that change their parent parted from it; nothing for a side that has
/// none of these.
#[derive(Debug, Default)]
pub(crate) struct Parted {
    pub from: Option<Catalog>,
    pub to: Option<Catalog>,
    leave: Vec<Link>,
    enter: Vec<Link>,
    /// Partitions that are new, into which rows go that are there already.
    new: BTreeSet<QualifiedName>,
    /// Partitions that go, whose rows go to others.
    gone: BTreeSet<QualifiedName>,
}

/// A table and what it is to its parent.
#[derive(Debug, Clone)]
struct Link {
    child: QualifiedName,
    parent: QualifiedName,
    bound: Option<PartitionBound>,
    /// The parent is a composite type, of which the table is one.
    typed: bool,
    /// What every row meets that the bound lets in, where it can be said.
    check: Option<Constraint>,
    /// The parent has a partition for all other rows.
    beside_default: Option<QualifiedName>,
    /// The table is a partition of the parent on both sides, and the bound is another.
    moved_bound: bool,
    /// The columns, in their order.
    columns: Vec<Name>,
}

/// Parts tables of both catalogs from parents that they do not have in both.
pub(crate) fn part(
    from: &Catalog,
    to: &Catalog,
    options: &PlanOptions,
) -> Result<Parted, PlanError> {
    let mut parted = Parted::default();
    for (name, a) in &from.tables {
        let Some(b) = to.tables.get(name) else {
            continue;
        };
        let place = |t: &Table| {
            let of = t.partition_of.as_ref();
            (
                of.map(|of| (of.parent.clone(), of.bound.clone())),
                t.inherits.clone(),
                t.of_type.clone(),
            )
        };
        if place(a) == place(b) || remade(from, to, a, b) {
            continue;
        }
        let parent = |t: &Table| t.partition_of.as_ref().map(|of| of.parent.clone());
        let moved_bound = parent(a).is_some() && parent(a) == parent(b);
        for (side, catalog, table) in [(&mut parted.leave, from, a), (&mut parted.enter, to, b)] {
            let links = links(catalog, name, table);
            side.extend(links.into_iter().map(|link| Link {
                moved_bound,
                ..link
            }));
        }
    }
    parted.with_rows(from, to);
    let writer = Writer::new(options.target);
    let undo =
        |links: &[Link]| -> Vec<String> { links.iter().map(|link| leave(&writer, link)).collect() };
    for (links, catalog, side) in [
        (&parted.leave, from, &mut parted.from),
        (&parted.enter, to, &mut parted.to),
    ] {
        if links.is_empty() {
            continue;
        }
        *side = match simulate::after(catalog, &undo(links), options)? {
            Ok(after) => Some(after),
            Err(problem) => {
                let object = Box::new(ObjectId::Table(links[0].child.clone()));
                return Err(PlanError::Rename {
                    new: object.clone(),
                    old: object,
                    problem,
                });
            }
        };
    }
    Ok(parted)
}

/// True where a parent of both sides is made anew, with its partitions.
fn remade(from: &Catalog, to: &Catalog, a: &Table, b: &Table) -> bool {
    let parent = |t: &Table| t.partition_of.as_ref().map(|of| of.parent.clone());
    let (Some(p), Some(q)) = (parent(a), parent(b)) else {
        return false;
    };
    let key = |catalog: &Catalog| {
        let table = catalog.tables.get(&p);
        table.map(|t| t.partition_by.clone())
    };
    p == q && key(from) != key(to)
}

fn links(catalog: &Catalog, name: &QualifiedName, table: &Table) -> Vec<Link> {
    let of = table.partition_of.iter().map(|of| Link {
        child: name.clone(),
        parent: of.parent.clone(),
        bound: Some(of.bound.clone()),
        typed: false,
        check: check(catalog, &of.parent, &of.bound),
        beside_default: default_of(catalog, &of.parent).cloned(),
        moved_bound: false,
        columns: names(catalog, name),
    });
    let bare = |parent: &QualifiedName, typed| Link {
        child: name.clone(),
        parent: parent.clone(),
        bound: None,
        typed,
        check: None,
        beside_default: None,
        moved_bound: false,
        columns: Vec::new(),
    };
    let inherits = table.inherits.iter().map(|parent| bare(parent, false));
    let types = table.of_type.iter().map(|of_type| bare(of_type, true));
    of.chain(inherits).chain(types).collect()
}

/// The partition for all rows that no other takes.
fn default_of<'a>(catalog: &'a Catalog, parent: &'a QualifiedName) -> Option<&'a QualifiedName> {
    let mut partitions = catalog.partitions_of(parent);
    let found = partitions.find(|(_, t)| {
        t.partition_of
            .as_ref()
            .is_some_and(|of| of.bound == PartitionBound::Default)
    });
    found.map(|(name, _)| name)
}

/// The columns of a table that can be given values.
fn names(catalog: &Catalog, table: &QualifiedName) -> Vec<Name> {
    let columns = catalog.columns_of(table).into_iter();
    columns
        .filter(|c| c.generated.is_none())
        .map(|c| c.name.clone())
        .collect()
}

/// The condition of a bound, where the key is one plain column.
fn check(catalog: &Catalog, parent: &QualifiedName, bound: &PartitionBound) -> Option<Constraint> {
    let key = catalog.tables.get(parent)?.partition_by.as_ref()?;
    let [element] = key.elements.as_slice() else {
        return None;
    };
    let tokens = scan(element);
    let [column] = tokens.as_slice() else {
        return None;
    };
    let column = Name::new(column.name()?).quoted();
    let condition = match bound {
        PartitionBound::Range { from, to } => {
            let ([low], [high]) = (from.as_slice(), to.as_slice()) else {
                return None;
            };
            let mut parts = vec![format!("{column} IS NOT NULL")];
            if low != "MINVALUE" {
                parts.push(format!("{column} >= {low}"));
            }
            if high != "MAXVALUE" {
                parts.push(format!("{column} < {high}"));
            }
            parts.join(" AND ")
        }
        PartitionBound::List(values) if !values.iter().any(|v| v == "NULL") => {
            format!(
                "{column} IS NOT NULL AND {column} IN ({})",
                values.join(", ")
            )
        }
        _ => return None,
    };
    Some(Constraint::check(condition))
}

fn leave(writer: &Writer, link: &Link) -> String {
    match &link.bound {
        Some(_) => writer.detach_partition(&link.parent, &link.child, false),
        None if link.typed => writer.of_type(&link.child, None),
        None => writer.no_inherit(&link.child, &link.parent),
    }
}

impl Parted {
    /// Partitions that one side has and the other lacks, where their rows are in partitions of both:
    /// beside a partition for all other rows, or one whose bound changes.
    fn with_rows(&mut self, from: &Catalog, to: &Catalog) {
        let moved: BTreeSet<_> = self
            .enter
            .iter()
            .filter(|link| link.moved_bound)
            .map(|link| link.parent.clone())
            .collect();
        let lacking = |here: &Catalog, there: &Catalog| -> Vec<Link> {
            let mut found = Vec::new();
            for (name, table) in &here.tables {
                let Some(of) = table.partition_of.as_ref() else {
                    continue;
                };
                let both = |c: &Catalog| c.tables.get(&of.parent).map(|t| t.partition_by.clone());
                let shared_default = default_of(here, &of.parent)
                    .is_some_and(|d| default_of(there, &of.parent) == Some(d));
                if there.tables.contains_key(name)
                    || both(here).is_none()
                    || both(here) != both(there)
                    || table.partition_by.is_some()
                    || check(here, &of.parent, &of.bound).is_none()
                    || !(shared_default || moved.contains(&of.parent))
                {
                    continue;
                }
                found.extend(links(here, name, table));
            }
            found
        };
        let new = lacking(to, from);
        let gone = lacking(from, to);
        self.new = new.iter().map(|l| l.child.clone()).collect();
        self.gone = gone.iter().map(|l| l.child.clone()).collect();
        self.enter.extend(new);
        self.leave.extend(gone);
    }

    /// A catalog without the partitions that are new: on the way back they go when their rows are
    /// elsewhere.
    pub fn without_new(&self, catalog: &Catalog) -> Catalog {
        without(catalog, &self.new)
    }

    /// A catalog without the partitions that go: they do when their rows are elsewhere.
    pub fn without_gone(&self, catalog: &Catalog) -> Catalog {
        without(catalog, &self.gone)
    }

    /// The way forward begins with these.
    pub fn release(&self, options: &PlanOptions) -> Vec<Change> {
        released(&self.leave, options)
    }

    /// The way forward ends with these.
    pub fn join(&self, options: &PlanOptions) -> Vec<Change> {
        let mut changes = joined(&self.enter, &self.new, options);
        changes.extend(emptied(&self.leave, &self.gone, options));
        changes
    }

    /// The way back begins with these.
    pub fn release_back(&self, options: &PlanOptions) -> Vec<Change> {
        released(&self.enter, options)
    }

    /// The way back ends with these.
    pub fn join_back(&self, options: &PlanOptions) -> Vec<Change> {
        let mut changes = joined(&self.leave, &self.gone, options);
        changes.extend(emptied(&self.enter, &self.new, options));
        changes
    }
}

fn without(catalog: &Catalog, tables: &BTreeSet<QualifiedName>) -> Catalog {
    let mut rest = catalog.clone();
    for table in tables {
        rest.tables.remove(table);
        rest.dependencies.remove(&ObjectId::Table(table.clone()));
    }
    rest
}

/// The rows of partitions that go, into those that stay; then the partitions go.
fn emptied(links: &[Link], which: &BTreeSet<QualifiedName>, options: &PlanOptions) -> Vec<Change> {
    let writer = Writer::new(options.target);
    let links = links.iter().filter(|l| which.contains(&l.child));
    links
        .map(|link| {
            let mut change = begin(link);
            let columns: Vec<_> = (link.columns.iter())
                .map(|c| (c.clone(), c.quoted()))
                .collect();
            let copy = writer.copy_rows(&link.child, &link.parent, &columns);
            change.up.push(
                Statement::from(copy)
                    .lock(&link.parent, LockLevel::RowExclusive)
                    .scan(&link.child)
                    .hazard(Hazard::CopiesTable)
                    .hazard(Hazard::DependsOnRows),
            );
            let drop = writer.drop(&format!("TABLE {}", link.child.quoted()));
            change
                .up
                .push(Statement::from(drop).hazard(Hazard::DropsTable));
            change
        })
        .collect()
}

fn begin(link: &Link) -> Change {
    let object = ObjectId::Table(link.child.clone());
    Change::alter(object, FileGroup::Partitions, Rank::Table)
}

fn released(links: &[Link], options: &PlanOptions) -> Vec<Change> {
    let writer = Writer::new(options.target);
    let change = |link: &Link| {
        let mut change = begin(link);
        let mut statement =
            Statement::from(leave(&writer, link)).lock(&link.child, LockLevel::AccessExclusive);
        // The parent of a plain heir is only looked at.
        if link.bound.is_some() {
            statement = statement.lock(&link.parent, LockLevel::AccessExclusive);
        }
        change.up.push(statement);
        change
    };
    links.iter().map(change).collect()
}

/// Joins each table to its parent. A check that says what the bound says spares the look at the rows
/// while the table is locked.
fn joined(links: &[Link], new: &BTreeSet<QualifiedName>, options: &PlanOptions) -> Vec<Change> {
    let mut seen = BTreeSet::new();
    let mut links: Vec<_> = links
        .iter()
        .filter(|link| seen.insert((&link.child, &link.parent)))
        .collect();
    // What takes in rows of others is there before those are cut down.
    links.sort_by_key(|link| (link.moved_bound, !new.contains(&link.child)));
    links
        .iter()
        .map(|link| match (&link.bound, &link.check) {
            (Some(bound), Some(check)) if link.moved_bound => cut_down(link, bound, check, options),
            (Some(bound), Some(check)) if new.contains(&link.child) => {
                filled(link, bound, check, options)
            }
            _ => attached(link, options),
        })
        .collect()
}

fn condition(check: &Constraint) -> &str {
    match &check.kind {
        ConstraintKind::Check(expression) => expression.sql(),
        _ => "true",
    }
}

/// A new partition that takes the rows that the default partition has of it.
fn filled(
    link: &Link,
    bound: &PartitionBound,
    check: &Constraint,
    options: &PlanOptions,
) -> Change {
    let writer = Writer::new(options.target);
    let mut change = begin(link);
    if let Some(default) = &link.beside_default {
        let sql = writer.move_rows(default, &link.child, &link.columns, condition(check));
        change.up.push(
            Statement::from(sql)
                .lock(default, LockLevel::RowExclusive)
                .scan(default)
                .hazard(Hazard::CopiesTable),
        );
    }
    let attach = writer.attach_partition(&link.parent, &link.child, bound);
    change.up.push(
        Statement::from(attach)
            .lock(&link.child, LockLevel::AccessExclusive)
            .lock(&link.parent, LockLevel::ShareUpdateExclusive)
            .scan(&link.child),
    );
    change
}

/// A partition of another bound: rows that are past it go to the others.
fn cut_down(
    link: &Link,
    bound: &PartitionBound,
    check: &Constraint,
    options: &PlanOptions,
) -> Change {
    let writer = Writer::new(options.target);
    let mut change = begin(link);
    let outside = format!("({}) IS NOT TRUE", condition(check));
    let sql = writer.move_rows(&link.child, &link.parent, &link.columns, &outside);
    change.up.push(
        Statement::from(sql)
            .lock(&link.child, LockLevel::RowExclusive)
            .scan(&link.child)
            .hazard(Hazard::CopiesTable)
            .hazard(Hazard::DependsOnRows),
    );
    let attach = writer.attach_partition(&link.parent, &link.child, bound);
    change.up.push(
        Statement::from(attach)
            .lock(&link.child, LockLevel::AccessExclusive)
            .lock(&link.parent, LockLevel::ShareUpdateExclusive)
            .scan(&link.child)
            .hazard(Hazard::ScansTable),
    );
    change
}

fn attached(link: &Link, options: &PlanOptions) -> Change {
    let writer = Writer::new(options.target);
    let bound_check = Name::new("pgwright_bound");
    let child = &link.child;
    let mut change = begin(link);
    let attach = match &link.bound {
        Some(bound) => writer.attach_partition(&link.parent, child, bound),
        None if link.typed => writer.of_type(child, Some(&link.parent)),
        None => writer
            .inherit(child, std::slice::from_ref(&link.parent))
            .join("\n"),
    };
    let check = link.check.as_ref();
    let added =
        check.and_then(|check| writer.add_constraint(child, &bound_check, check, true).ok());
    if let Some(add) = &added {
        change.up.push(
            Statement::from(add.clone())
                .lock(child, LockLevel::AccessExclusive)
                .transaction(Transaction::Own),
        );
        let validate = writer.validate_constraint(child, &bound_check);
        change.up.push(
            Statement::from(validate)
                .lock(child, LockLevel::ShareUpdateExclusive)
                .scan(child)
                .hazard(Hazard::DependsOnRows)
                .transaction(Transaction::Own),
        );
    }
    let mut attach = Statement::from(attach)
        .lock(child, LockLevel::AccessExclusive)
        .lock(&link.parent, LockLevel::ShareUpdateExclusive);
    if link.bound.is_some() && (added.is_none() || link.beside_default.is_some()) {
        attach = attach
            .scan(child)
            .hazard(Hazard::ScansTable)
            .hazard(Hazard::DependsOnRows);
    }
    if added.is_some() {
        attach = attach.transaction(Transaction::Own);
    }
    change.up.push(attach);
    if added.is_some() {
        let drop = writer.drop_constraint(child, &bound_check);
        change
            .up
            .push(Statement::from(drop).lock(child, LockLevel::AccessExclusive));
    }
    change
}
