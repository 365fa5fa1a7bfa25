//! The names of a query's relations while it is printed.
//!
//! Two relations of a query, or one of a query and one of the query around it, may go by the same
//! name; the server appends numbers until every name means one relation.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::Columns;
use crate::analyze::Undecided;
use crate::analyze::tree::{CommonTableExpr, Query, RangeTableEntry, RteKind};

/// The longest identifier, in bytes.
const LONGEST: usize = 63;

/// The name of a function, and of its arguments.
pub(super) type FunctionNames = (Arc<str>, Arc<[Option<Arc<str>>]>);

/// A query's relations and columns by the names they are printed with.
pub(super) struct Namespace<'a> {
    /// The relations.
    pub range_table: &'a [RangeTableEntry],
    /// Their names; none of a join without alias.
    pub names: Vec<Option<String>>,
    /// The names of their columns.
    pub columns: Vec<Columns>,
    /// The WITH queries.
    pub ctes: &'a [CommonTableExpr],
    /// The function whose body this is.
    pub function: Option<FunctionNames>,
    /// What `old` and `new` of RETURNING are called.
    pub returning: (&'a str, &'a str),
    /// Whether names merged by USING must differ in the whole query.
    pub unique_using: bool,
    /// Those names.
    pub using_names: Vec<String>,
}

impl<'a> Namespace<'a> {
    /// Relations without a query around: those that an expression may refer to.
    pub(super) fn of_relations(range_table: &'a [RangeTableEntry]) -> Result<Self, Undecided> {
        let mut namespace = Self::empty(range_table, &[]);
        namespace.name_relations(&[]);
        namespace.name_columns(&[])?;
        Ok(namespace)
    }

    /// A function's arguments.
    pub(super) fn of_function(name: &str, arguments: &[Option<Arc<str>>]) -> Self {
        Self {
            function: Some((name.into(), arguments.into())),
            ..Self::empty(&[], &[])
        }
    }

    /// The relations of a query inside others.
    pub(super) fn of_query(query: &'a Query, parents: &[Self]) -> Result<Self, Undecided> {
        let mut namespace = Self::empty(&query.range_table, &query.ctes);
        namespace.returning = (
            query.returning_old_alias.as_deref().unwrap_or("old"),
            query.returning_new_alias.as_deref().unwrap_or("new"),
        );
        namespace.name_relations(parents);
        namespace.name_columns(&query.from)?;
        Ok(namespace)
    }

    fn empty(range_table: &'a [RangeTableEntry], ctes: &'a [CommonTableExpr]) -> Self {
        Self {
            range_table,
            names: Vec::new(),
            columns: Vec::new(),
            ctes,
            function: None,
            returning: ("old", "new"),
            unique_using: false,
            using_names: Vec::new(),
        }
    }

    /// An entry of the range table, by number from 1.
    pub(super) fn entry(&self, rtindex: usize) -> Result<&'a RangeTableEntry, Undecided> {
        rtindex
            .checked_sub(1)
            .and_then(|place| self.range_table.get(place))
            .ok_or_else(missing_entry)
    }

    /// The name of an entry.
    pub(super) fn name(&self, rtindex: usize) -> Option<&str> {
        self.names.get(rtindex.checked_sub(1)?)?.as_deref()
    }

    /// The columns of an entry.
    pub(super) fn columns_of(&self, rtindex: usize) -> Result<&Columns, Undecided> {
        rtindex
            .checked_sub(1)
            .and_then(|place| self.columns.get(place))
            .ok_or_else(missing_entry)
    }

    fn name_relations(&mut self, parents: &[Self]) {
        // A name with the last number that was appended to it.
        let mut taken: BTreeMap<String, u32> = parents
            .iter()
            .flat_map(|parent| parent.names.iter().flatten())
            .map(|name| (name.clone(), 0))
            .collect();
        for entry in self.range_table {
            let wanted = match (&entry.alias, &entry.kind) {
                (Some(alias), _) => Some(alias.name.clone()),
                (None, RteKind::Relation(relation)) => Some(relation.name.to_string()),
                (None, RteKind::Join(_)) => None,
                (None, _) => Some(entry.eref.name.clone()),
            };
            self.names.push(wanted.map(|name| unique(name, &mut taken)));
        }
    }
}

/// The error of a number without an entry.
pub(super) fn missing_entry() -> Undecided {
    Undecided::new("a relation that is not in the query")
}

fn unique(name: String, taken: &mut BTreeMap<String, u32>) -> String {
    let Some(mut counter) = taken.get(&name).copied() else {
        taken.insert(name.clone(), 0);
        return name;
    };
    let free = loop {
        counter += 1;
        let candidate = numbered(&name, counter);
        if !taken.contains_key(&candidate) {
            break candidate;
        }
    };
    taken.insert(name, counter);
    taken.insert(free.clone(), 0);
    free
}

/// A name with a number appended, no longer than an identifier may be.
pub(super) fn numbered(name: &str, number: u32) -> String {
    let suffix = format!("_{number}");
    let mut length = name.len().min(LONGEST.saturating_sub(suffix.len()));
    while !name.is_char_boundary(length) {
        length -= 1;
    }
    format!("{}{suffix}", &name[..length])
}
