//! Which columns are visible where in a query.

/// A column of a relation in scope: the name in the user's query, and the name it gets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    pub old: String,
    pub new: String,
}

impl Column {
    pub fn same(name: &str) -> Self {
        Column {
            old: name.to_owned(),
            new: name.to_owned(),
        }
    }
}

/// A relation, subquery or function in a FROM list.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// The name in the user's query.
    pub name: Option<String>,
    /// The schema, where the name was written with one.
    pub schema: Option<String>,
    /// The name it gets, as SQL.
    pub qualifier: String,
    /// Its columns; `None` when they are not known.
    pub columns: Option<Vec<Column>>,
    /// Which relation reference of the query it is.
    pub relation: Option<usize>,
    /// Only to be reached by its name: `excluded`, and relations under a join's alias.
    pub qualified_only: bool,
    /// Only its columns without a qualifier are visible: the merged columns of JOIN … USING.
    pub merged: bool,
}

impl Item {
    pub fn new(name: Option<String>, columns: Option<Vec<Column>>) -> Self {
        Item {
            qualifier: name
                .as_deref()
                .map(crate::quote::identifier)
                .unwrap_or_default(),
            name,
            schema: None,
            columns,
            relation: None,
            qualified_only: false,
            merged: false,
        }
    }

    /// A column by the name the user wrote, which may be the column's own.
    pub fn column(&self, name: &str) -> Option<&Column> {
        let columns = self.columns.as_ref()?;
        columns
            .iter()
            .find(|column| column.old == name)
            .or_else(|| columns.iter().find(|column| column.new == name))
    }
}

/// The relations of one query level.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    pub items: Vec<Item>,
}

/// What an unqualified name stands for.
pub(super) enum Found<'a> {
    /// A column of an item at a level counted from the innermost.
    Column {
        item: &'a Item,
        column: &'a Column,
        scope: &'a Scope,
    },
    /// Several items have it.
    Ambiguous(Vec<String>),
    /// A whole row.
    Row(&'a Item),
    /// It may belong to something whose columns are not known.
    Undecided,
    /// Nothing has it.
    Nothing,
}

/// The columns that every table has.
pub(super) fn is_system_column(name: &str) -> bool {
    matches!(
        name,
        "ctid" | "xmin" | "xmax" | "cmin" | "cmax" | "tableoid"
    )
}

/// Looks an unqualified name up, from the innermost scope (the last) outwards.
pub(super) fn find<'a>(scopes: &'a [Scope], name: &str) -> Found<'a> {
    let mut undecided = is_system_column(name);
    for scope in scopes.iter().rev() {
        let merged = scope.items.iter().filter(|item| item.merged);
        let plain = scope
            .items
            .iter()
            .filter(|item| !item.merged && !item.qualified_only);
        let mut hits: Vec<(&Item, &Column)> = merged
            .filter_map(|item| Some((item, item.column(name)?)))
            .collect();
        if hits.is_empty() {
            hits = plain
                .filter_map(|item| Some((item, item.column(name)?)))
                .collect();
        }
        // An attribute's name goes before the column name of another.
        if hits.len() > 1 && hits.iter().any(|(_, column)| column.old == name) {
            hits.retain(|(_, column)| column.old == name);
        }
        match hits.as_slice() {
            [] => {}
            [(item, column)] => {
                return Found::Column {
                    item,
                    column,
                    scope,
                };
            }
            [(item, column), ..] if item.merged => {
                return Found::Column {
                    item,
                    column,
                    scope,
                };
            }
            several => {
                let names = several
                    .iter()
                    .filter_map(|(item, _)| item.name.clone())
                    .collect();
                return Found::Ambiguous(names);
            }
        }
        if let Some(item) = scope
            .items
            .iter()
            .find(|item| item.name.as_deref() == Some(name))
        {
            return Found::Row(item);
        }
        undecided |= scope
            .items
            .iter()
            .any(|item| item.columns.is_none() && !item.qualified_only);
    }
    if undecided {
        Found::Undecided
    } else {
        Found::Nothing
    }
}

/// Looks a qualifier up, from the innermost scope outwards.
pub(super) fn find_item<'a>(scopes: &'a [Scope], qualifier: &[String]) -> Option<&'a Item> {
    let (name, schema) = qualifier.split_last()?;
    scopes.iter().rev().find_map(|scope| {
        scope.items.iter().filter(|item| !item.merged).find(|item| {
            item.name.as_ref() == Some(name)
                && schema
                    .last()
                    .is_none_or(|schema| item.schema.as_ref() == Some(schema))
        })
    })
}

/// The candidate nearest to a name, if it is near enough to have been meant.
pub(super) fn nearest<'a>(
    name: &str,
    candidates: impl Iterator<Item = &'a str>,
) -> Option<&'a str> {
    let limit = (name.chars().count() / 3).max(1);
    candidates
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Edit distance, letter case ignored.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.to_lowercase().chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, a) in left.to_lowercase().chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = index + 1;
        for (place, b) in right.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[place + 1];
            row[place + 1] = replaced.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[right.len()]
}
