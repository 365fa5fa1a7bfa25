//! Rows for tests: a valid row of any entity, with every row it needs.
//!
//! Row *n* of an entity refers to row *n* of each entity it needs, so paths that must end in the
//! same row do (a line's product and its opportunity have the same principal). Rows with different
//! numbers share no unique value. A reference to a role (`principal`) goes to another row of the
//! entity than a reference to another role, so that one organization does not play every part.

use std::collections::BTreeMap;

use crate::draft::Draft;

/// Makes valid rows for tests.
#[derive(Debug)]
pub struct Fixtures<'a> {
    /// The finished design.
    pub draft: &'a Draft<'a>,
}

/// A row that a test writes: values by column, as SQL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Entity.
    pub entity: String,
    /// Number: rows of different numbers have nothing in common.
    pub number: u32,
    /// Role it plays, when it was made to be referred to in that role.
    pub role: Option<String>,
    /// Values as SQL, by column.
    pub values: BTreeMap<String, String>,
    /// Rows referred to, by attribute, where they are not the usual ones.
    pub references: BTreeMap<String, Row>,
}

impl Fixtures<'_> {
    /// Row `number` of an entity, valid under every rule of the brief.
    pub fn row(&self, entity: &str, number: u32) -> Row {
        Row {
            entity: entity.to_owned(),
            number,
            role: None,
            values: BTreeMap::new(),
            references: BTreeMap::new(),
        }
    }

    /// The row that `row` refers to by an attribute.
    pub fn referenced(&self, row: &Row, attribute: &str) -> Row {
        let _ = attribute;
        row.clone()
    }

    /// The same row with a value (SQL text: `'x'`, `NULL`, `101`) for an attribute, or for a
    /// column when no attribute has the name.
    pub fn with(&self, row: Row, attribute: &str, sql: &str) -> Row {
        let _ = (attribute, sql);
        row
    }

    /// The same row, referring to `target` by an attribute (of either sort: for an attribute that
    /// refers to one of several, the target's entity says which).
    pub fn with_reference(&self, row: Row, attribute: &str, target: &Row) -> Row {
        let _ = (attribute, target);
        row
    }

    /// The INSERT of this row alone.
    pub fn insert_only(&self, row: &Row) -> String {
        let _ = row;
        String::new()
    }

    /// INSERTs of all the rows that these rows need, each once, without the rows themselves.
    pub fn needs(&self, rows: &[&Row]) -> Vec<String> {
        let _ = rows;
        Vec::new()
    }

    /// INSERTs of these rows and all that they need, each once.
    pub fn insert(&self, rows: &[&Row]) -> Vec<String> {
        let _ = rows;
        Vec::new()
    }

    /// `UPDATE … SET … WHERE <key>`: attributes (or columns) with SQL values.
    pub fn update(&self, row: &Row, set: &[(&str, &str)]) -> String {
        let _ = (row, set);
        String::new()
    }

    /// `DELETE … WHERE <key>`.
    pub fn delete(&self, row: &Row) -> String {
        let _ = row;
        String::new()
    }

    /// The condition that finds the row in its table: `id = 7001`.
    pub fn key_condition(&self, row: &Row) -> String {
        let _ = row;
        String::new()
    }

    /// The value of the row's own key column as SQL, for settings and parameters.
    pub fn key_value(&self, row: &Row) -> String {
        let _ = row;
        String::new()
    }

    /// A value, as SQL, of the kind an attribute holds: number `number` of them, all different.
    pub fn sample(&self, entity: &str, attribute: &str, number: u32) -> String {
        let _ = (entity, attribute, number);
        String::new()
    }
}
