//! What the columns of a query are in the end: columns of tables, through joins, subqueries and WITH queries.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use pgwright_catalog::QualifiedName;
use pgwright_ddl::analyze::tree::{Expr, Query, RangeTableEntry, RelationKind, RteKind, Var};

use super::place::without_relabel;

/// How deep queries are followed into each other.
const DEEPEST: usize = 64;

/// The places of a statement: entries of range tables that are tables. Numbered as they are met.
#[derive(Default)]
struct Places<'q> {
    /// By the address of the entry, which tells two places of the same table apart.
    numbers: BTreeMap<usize, usize>,
    entries: Vec<&'q RangeTableEntry>,
}

/// A query with those around it, the innermost last.
#[derive(Clone)]
pub(super) struct Scope<'q> {
    levels: Vec<&'q Query>,
    places: Rc<RefCell<Places<'q>>>,
}

/// An output column of a query inside, in its scope.
pub(super) struct Output<'q> {
    /// What it is.
    pub expr: &'q Expr,
    /// Where that stands.
    pub scope: Scope<'q>,
}

/// The table that an entry is.
pub(super) fn table_of(entry: &RangeTableEntry) -> Option<QualifiedName> {
    match &entry.kind {
        RteKind::Relation(relation)
            if matches!(
                relation.kind,
                RelationKind::Table
                    | RelationKind::PartitionedTable
                    | RelationKind::MaterializedView
            ) && &*relation.schema != "pg_catalog" =>
        {
            Some(QualifiedName::new(&*relation.schema, &*relation.name))
        }
        _ => None,
    }
}

impl<'q> Scope<'q> {
    /// That of a whole statement.
    pub(super) fn of(query: &'q Query) -> Self {
        Self {
            levels: vec![query],
            places: Rc::default(),
        }
    }

    /// That of a query inside; none when it is nested too deep.
    pub(super) fn inside(&self, query: &'q Query) -> Option<Self> {
        if self.levels.len() >= DEEPEST {
            return None;
        }
        let mut levels = self.levels.clone();
        levels.push(query);
        Some(Self {
            levels,
            places: self.places.clone(),
        })
    }

    fn up(&self, levels: usize) -> Option<Self> {
        let kept = self.levels.len().checked_sub(levels)?;
        Some(Self {
            levels: self.levels.get(..kept)?.to_vec(),
            places: self.places.clone(),
        })
    }

    /// The innermost query.
    pub(super) fn query(&self) -> Option<&'q Query> {
        self.levels.last().copied()
    }

    /// The number of the place that an entry is.
    pub(super) fn place(&self, entry: &'q RangeTableEntry) -> Option<usize> {
        table_of(entry)?;
        let mut places = self.places.borrow_mut();
        let next = places.entries.len();
        let address = std::ptr::from_ref(entry) as usize;
        let number = *places.numbers.entry(address).or_insert(next);
        if number == next {
            places.entries.push(entry);
        }
        Some(number)
    }

    /// The entry of a place.
    pub(super) fn entry(&self, place: usize) -> Option<&'q RangeTableEntry> {
        self.places.borrow().entries.get(place).copied()
    }

    /// The entry that a Var is of, and the scope in which that stands.
    pub(super) fn entry_of(&self, var: &Var) -> Option<(&'q RangeTableEntry, Self)> {
        let scope = self.up(var.levels_up)?;
        let entry = scope.query()?.range_table.get(var.varno.checked_sub(1)?)?;
        Some((entry, scope))
    }

    /// What a Var of a join, a subquery or a WITH query is inside of it.
    pub(super) fn output(&self, var: &Var) -> Option<Output<'q>> {
        let (entry, scope) = self.entry_of(var)?;
        let place = usize::try_from(var.attno).ok()?.checked_sub(1)?;
        match &entry.kind {
            RteKind::Join(join) => Some(Output {
                expr: join.alias_vars.get(place)?,
                scope,
            }),
            RteKind::Subquery(inner) => scope.output_of(inner, place),
            RteKind::Cte(cte) => {
                let around = scope.up(cte.levels_up)?;
                let found = around.query()?.ctes.iter().find(|c| c.name == cte.name)?;
                match found.recursive {
                    true => None,
                    false => around.output_of(found.query.as_deref()?, place),
                }
            }
            _ => None,
        }
    }

    fn output_of(&self, inner: &'q Query, place: usize) -> Option<Output<'q>> {
        if inner.set_operations.is_some() {
            return None;
        }
        let target = inner.targets.iter().filter(|t| !t.junk).nth(place)?;
        Some(Output {
            expr: &target.expr,
            scope: self.inside(inner)?,
        })
    }

    /// The table's column that a Var is in the end.
    pub(super) fn resolve(&self, var: &Var) -> Option<(usize, &'q RangeTableEntry, i16)> {
        let (entry, scope) = self.entry_of(var)?;
        if let RteKind::Relation(_) = &entry.kind {
            return Some((scope.place(entry)?, entry, var.attno));
        }
        let output = self.output(var)?;
        match without_relabel(output.expr) {
            Expr::Var(inner) => output.scope.resolve(inner),
            Expr::Coalesce(merged) => match merged.arguments.first()? {
                Expr::Var(inner) => output.scope.resolve(inner),
                _ => None,
            },
            _ => None,
        }
    }
}
