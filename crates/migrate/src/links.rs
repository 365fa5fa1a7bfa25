//! Partitions and children that change their parent: they are parted from it first and joined to the
//! other last, and in between they are tables of their own.

use std::collections::BTreeSet;

use pgwright_catalog::write::{Writer, scan};
use pgwright_catalog::{
    Catalog, Constraint, Name, ObjectId, PartitionBound, QualifiedName, Table,
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
}

/// A table and what it is to its parent.
#[derive(Debug, Clone)]
struct Link {
    child: QualifiedName,
    parent: QualifiedName,
    bound: Option<PartitionBound>,
    /// What every row meets that the bound lets in, where it can be said.
    check: Option<Constraint>,
    /// The parent has a partition for all other rows.
    beside_default: bool,
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
            (of.map(|of| (of.parent.clone(), of.bound.clone())), t.inherits.clone())
        };
        if place(a) == place(b) || remade(from, to, a, b) {
            continue;
        }
        parted.leave.extend(links(from, name, a));
        parted.enter.extend(links(to, name, b));
    }
    let writer = Writer::new(options.target);
    let undo = |links: &[Link]| -> Vec<String> {
        links.iter().map(|link| leave(&writer, link)).collect()
    };
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
        check: check(catalog, &of.parent, &of.bound),
        beside_default: catalog.partitions_of(&of.parent).any(|(_, t)| {
            t.partition_of
                .as_ref()
                .is_some_and(|of| of.bound == PartitionBound::Default)
        }),
    });
    let inherits = table.inherits.iter().map(|parent| Link {
        child: name.clone(),
        parent: parent.clone(),
        bound: None,
        check: None,
        beside_default: false,
    });
    of.chain(inherits).collect()
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
            format!("{column} IS NOT NULL AND {column} IN ({})", values.join(", "))
        }
        _ => return None,
    };
    Some(Constraint::check(condition))
}

fn leave(writer: &Writer, link: &Link) -> String {
    match &link.bound {
        Some(_) => writer.detach_partition(&link.parent, &link.child, false),
        None => writer.no_inherit(&link.child, &link.parent),
    }
}

impl Parted {
    /// The way forward begins with these.
    pub fn release(&self, options: &PlanOptions) -> Vec<Change> {
        released(&self.leave, options)
    }

    /// The way forward ends with these.
    pub fn join(&self, options: &PlanOptions) -> Vec<Change> {
        joined(&self.enter, options)
    }

    /// The way back begins with these.
    pub fn release_back(&self, options: &PlanOptions) -> Vec<Change> {
        released(&self.enter, options)
    }

    /// The way back ends with these.
    pub fn join_back(&self, options: &PlanOptions) -> Vec<Change> {
        joined(&self.leave, options)
    }
}

fn begin(link: &Link) -> Change {
    let object = ObjectId::Table(link.child.clone());
    Change::alter(object, FileGroup::Partitions, Rank::Table)
}

fn released(links: &[Link], options: &PlanOptions) -> Vec<Change> {
    let writer = Writer::new(options.target);
    let change = |link: &Link| {
        let mut change = begin(link);
        change.up.push(
            Statement::from(leave(&writer, link))
                .lock(&link.child, LockLevel::AccessExclusive)
                .lock(&link.parent, LockLevel::AccessExclusive),
        );
        change
    };
    links.iter().map(change).collect()
}

/// Joins each table to its parent. A check that says what the bound says spares the look at the rows
/// while the table is locked.
fn joined(links: &[Link], options: &PlanOptions) -> Vec<Change> {
    let writer = Writer::new(options.target);
    let bound_check = Name::new("pgwright_bound");
    let change = |link: &Link| {
        let child = &link.child;
        let mut change = begin(link);
        let attach = match &link.bound {
            Some(bound) => writer.attach_partition(&link.parent, child, bound),
            None => writer
                .inherit(child, std::slice::from_ref(&link.parent))
                .join("\n"),
        };
        let check = link.check.as_ref();
        let added = check.and_then(|check| {
            writer
                .add_constraint(child, &bound_check, check, true)
                .ok()
        });
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
        if link.bound.is_some() && (added.is_none() || link.beside_default) {
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
    };
    let mut seen = BTreeSet::new();
    links
        .iter()
        .filter(|link| seen.insert((&link.child, &link.parent)))
        .map(change)
        .collect()
}
