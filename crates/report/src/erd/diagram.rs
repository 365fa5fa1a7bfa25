//! What the diagram shows: boxes with rows, and lines with the ends that tell how many.

use std::collections::BTreeMap;

use pgwright_catalog::{Name, QualifiedName};

use super::layout::{Edge, Layout, Node, layout};
use super::text::width;
use crate::facts::{Facts, Relationship, TableFacts, TableRole, short_type};

/// Height of a box's head, and of one that has a second line.
pub const HEAD: f64 = 26.0;
/// Height of a row.
pub const ROW: f64 = 18.0;
/// Size of the text of a row.
pub const TEXT: f64 = 11.0;
/// Room left of the names, for the marks of keys.
pub const MARKS: f64 = 35.0;

/// The diagram with everything in its place.
#[derive(Debug)]
pub struct Diagram {
    /// Boxes.
    pub boxes: Vec<TableBox>,
    /// Lines.
    pub lines: Vec<Line>,
    /// Where they are.
    pub layout: Layout,
}

/// A table as a box.
#[derive(Debug)]
pub struct TableBox {
    /// Full name.
    pub name: String,
    /// Name as shown.
    pub title: String,
    /// A second line under it.
    pub subtitle: Option<String>,
    /// What it is for.
    pub purpose: String,
    /// Word for its role: `entity`, `junction`.
    pub role: &'static str,
    /// Rows.
    pub rows: Vec<Row>,
    /// Size.
    pub node: Node,
}

impl TableBox {
    /// Height of the head.
    pub fn head(&self) -> f64 {
        if self.subtitle.is_some() {
            HEAD + 13.0
        } else {
            HEAD
        }
    }

    /// Middle of a row, below the top of the box.
    fn row(&self, number: usize) -> f64 {
        self.head() + ROW * (number as f64 + 0.5)
    }
}

/// A row of a box.
#[derive(Debug)]
pub struct Row {
    /// `PK`, `FK`, `UK` or several.
    pub marks: String,
    /// Column, or a note in place of columns that are left out.
    pub name: String,
    /// Type as shown.
    pub data_type: String,
    /// NOT NULL.
    pub required: bool,
    /// Not a column: a note.
    pub note: bool,
}

/// How many, at one end of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Exactly one.
    One,
    /// None or one.
    ZeroOrOne,
    /// Any number.
    ZeroOrMany,
    /// At least one.
    OneOrMany,
    /// No foreign key: the line only says whose record it is.
    None,
}

impl Mark {
    /// The mark in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::One => "exactly one",
            Self::ZeroOrOne => "none or one",
            Self::ZeroOrMany => "any number",
            Self::OneOrMany => "at least one",
            Self::None => "",
        }
    }
}

/// A line between two boxes.
#[derive(Debug)]
pub struct Line {
    /// Constraint, when it is a foreign key.
    pub name: Option<String>,
    /// Full name of the table that refers.
    pub from: String,
    /// Full name of the table referred to.
    pub to: String,
    /// How many rows of the referring table there are for one row.
    pub many: Mark,
    /// How many rows one row refers to.
    pub one: Mark,
    /// In words.
    pub says: String,
}

impl Diagram {
    /// The diagram of a design.
    pub fn new(facts: &Facts<'_>) -> Self {
        let boxes: Vec<TableBox> = facts.tables.iter().map(|t| table_box(facts, t)).collect();
        let at: BTreeMap<&QualifiedName, usize> = facts
            .tables
            .iter()
            .enumerate()
            .map(|(at, t)| (t.name, at))
            .collect();
        let mut lines = Vec::new();
        let mut edges = Vec::new();
        for relationship in &facts.relationships {
            let (Some(&child), Some(&parent)) =
                (at.get(relationship.from), at.get(relationship.to))
            else {
                continue;
            };
            let line = line(relationship);
            edges.push(Edge {
                parent,
                parent_y: port(&boxes[parent], relationship.referenced_column())
                    // Ends that say different things do not lie on each other.
                    + if relationship.optional { 4.0 } else { -4.0 },
                child,
                child_y: port(&boxes[child], relationship.own_column()),
                class: u8::from(relationship.optional),
            });
            lines.push(line);
        }
        for (child, table) in facts.tables.iter().enumerate() {
            if let Some((parent, line)) = record_of(facts, table, &at) {
                let parent_box = &boxes[parent];
                edges.push(Edge {
                    parent,
                    parent_y: parent_box.node.height - 7.0,
                    child,
                    child_y: HEAD / 2.0,
                    class: 2,
                });
                lines.push(line);
            }
        }
        let nodes: Vec<Node> = boxes.iter().map(|b| b.node).collect();
        Self {
            layout: layout(&nodes, &edges),
            boxes,
            lines,
        }
    }
}

fn line(relationship: &Relationship<'_>) -> Line {
    Line {
        name: Some(relationship.name.to_string()),
        from: relationship.from.to_string(),
        to: relationship.to.to_string(),
        many: match (relationship.single, relationship.always) {
            (false, false) => Mark::ZeroOrMany,
            (false, true) => Mark::OneOrMany,
            (true, false) => Mark::ZeroOrOne,
            (true, true) => Mark::One,
        },
        one: if relationship.optional {
            Mark::ZeroOrOne
        } else {
            Mark::One
        },
        says: relationship.forward(),
    }
}

/// A table without foreign keys that serves an entity hangs on its table by a line of its own.
fn record_of(
    facts: &Facts<'_>,
    table: &TableFacts<'_>,
    at: &BTreeMap<&QualifiedName, usize>,
) -> Option<(usize, Line)> {
    let serves = matches!(
        table.role,
        TableRole::History | TableRole::Log | TableRole::Registry | TableRole::Support
    );
    let entity = facts.entity_table(&table.entity?.name)?;
    let related = facts
        .references_from(table.name)
        .chain(facts.references_to(table.name))
        .next()
        .is_some();
    if !serves || related || entity.name == table.name {
        return None;
    }
    let line = Line {
        name: None,
        from: table.name.to_string(),
        to: entity.name.to_string(),
        many: Mark::None,
        one: Mark::None,
        says: format!(
            "{} is kept for {}, without a foreign key.",
            table.name, entity.name
        ),
    };
    Some((*at.get(entity.name)?, line))
}

/// Where a line meets the row of a column; the head, when the row is not shown.
fn port(table: &TableBox, column: Option<&Name>) -> f64 {
    column
        .and_then(|name| {
            table
                .rows
                .iter()
                .position(|r| !r.note && r.name == name.as_str())
        })
        .map_or(HEAD / 2.0, |row| table.row(row))
}

fn table_box(facts: &Facts<'_>, table: &TableFacts<'_>) -> TableBox {
    let keyed = Keyed::new(facts, table);
    let mut rows = Vec::new();
    let mut left_out = 0;
    let mut audit = 0;
    for column in &table.table.columns {
        let name = &column.name;
        let marks = keyed.marks(name);
        if marks.is_empty() && table.minor() && !shown_small(table) {
            left_out += 1;
        } else if marks.is_empty() && is_audit(name) {
            audit += 1;
        } else {
            rows.push(Row {
                marks,
                name: name.to_string(),
                data_type: short_type(facts.schema(), &column.data_type),
                required: column.not_null,
                note: false,
            });
        }
    }
    for (count, what) in [(left_out, "more"), (audit, "audit")] {
        if count > 0 {
            let columns = if count == 1 { "column" } else { "columns" };
            rows.push(Row {
                marks: String::new(),
                name: format!("+ {count} {what} {columns}"),
                data_type: String::new(),
                required: false,
                note: true,
            });
        }
    }
    let title = facts.short(table.name);
    let subtitle = table.table.partition_by.as_ref().map(|key| {
        format!(
            "{} partitions by {}",
            table.partitions,
            key.elements.join(", ")
        )
    });
    let widest = rows
        .iter()
        .map(|r| {
            let name = width(&r.name, TEXT) * if r.required { 1.06 } else { 1.0 };
            MARKS + name + 14.0 + width(&r.data_type, TEXT - 1.0) + 10.0
        })
        .fold(0.0, f64::max);
    let head = width(&title, TEXT + 2.0) * 1.08 + 30.0;
    let second = subtitle
        .as_deref()
        .map_or(0.0, |s| width(s, TEXT - 1.5) + 24.0);
    let mut found = TableBox {
        name: table.name.to_string(),
        title,
        subtitle,
        purpose: table.purpose.clone(),
        role: table.role.word(),
        rows,
        node: Node {
            width: widest.max(head).max(second).max(120.0).ceil(),
            height: 0.0,
        },
    };
    found.node.height = found.head() + ROW * found.rows.len() as f64 + 4.0;
    found
}

/// Small tables that are short anyway are shown whole.
fn shown_small(table: &TableFacts<'_>) -> bool {
    table.table.columns.len() <= 4 || matches!(table.role, TableRole::Role(_))
}

fn is_audit(name: &Name) -> bool {
    matches!(
        name.as_str(),
        "created_at" | "created_by" | "updated_at" | "updated_by"
    )
}

/// Which columns belong to which keys.
struct Keyed<'a> {
    primary: Vec<&'a Name>,
    foreign: Vec<&'a Name>,
    unique: Vec<&'a Name>,
}

impl<'a> Keyed<'a> {
    fn new(facts: &Facts<'a>, table: &TableFacts<'a>) -> Self {
        let primary = table
            .table
            .primary_key()
            .map(|(_, key)| key.columns.iter().collect())
            .unwrap_or_default();
        let foreign = facts
            .relationships
            .iter()
            .filter(|r| r.from == table.name)
            .flat_map(|r| &r.key.columns)
            .collect();
        let unique = table
            .table
            .constraints
            .values()
            .filter_map(|c| match &c.kind {
                pgwright_catalog::ConstraintKind::Unique(key) if key.columns.len() == 1 => {
                    key.columns.first()
                }
                _ => None,
            })
            .collect();
        Self {
            primary,
            foreign,
            unique,
        }
    }

    fn marks(&self, name: &Name) -> String {
        let mut marks = Vec::new();
        if self.primary.contains(&name) {
            marks.push("PK");
        }
        if self.foreign.contains(&name) {
            marks.push("FK");
        }
        if marks.is_empty() && self.unique.contains(&name) {
            marks.push("UK");
        }
        marks.join(" ")
    }
}
