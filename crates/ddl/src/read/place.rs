//! Where in a text each object was made, for whoever has something to say about it.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::NodeEnum;
use pg_query::protobuf::{ColumnDef, ConstrType, Constraint as RawConstraint, Node};
use pgwright_catalog::{Constraint, ConstraintKind, Name, ObjectId, QualifiedName, Table};

use super::state::State;
use crate::error::Position;

/// Where the definition of an object stands.
///
/// Of what a statement makes besides (the index of a key, the parts of partitions, what a DO block
/// runs) it is where the statement begins.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// File, when the text has a name.
    pub file: Option<String>,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
    /// The first line of the statement that holds it.
    pub first_line: usize,
    /// The last line of that statement.
    pub last_line: usize,
}

/// What is collected while a text is read.
#[derive(Debug, Clone, Default)]
pub(super) struct Places {
    /// The text of the statement at hand, when its places are those of the file.
    pub(super) source: Option<String>,
    /// How many line ends the statement at hand has.
    pub(super) line_ends: usize,
    /// Where objects were made.
    pub(super) found: BTreeMap<ObjectId, Place>,
}

impl State {
    /// Notes where the objects stand that a statement has made: those that the journal did not know
    /// before, and definitions that were replaced.
    pub(super) fn place_made(&mut self, made: Vec<Made>, node: &NodeEnum) {
        if made.is_empty() {
            return;
        }
        let replaces = matches!(
            node,
            NodeEnum::CreateFunctionStmt(_) | NodeEnum::ViewStmt(_)
        );
        let marks = Marks::of(node);
        for Made { object, new } in made {
            if !new && !replaces {
                continue;
            }
            let offset = self.offset(&object, &marks);
            let place = self.place_at(offset);
            self.places.found.insert(object, place);
        }
    }

    /// Where the definition of an object begins in its statement.
    fn offset(&self, object: &ObjectId, marks: &Marks) -> Option<usize> {
        match object {
            ObjectId::Column(_, name) => marks.columns.get(name.as_str()).copied(),
            ObjectId::Constraint(on, name) => {
                marks.constraints.get(name.as_str()).copied().or_else(|| {
                    // A constraint without a name of its own stands with its column.
                    let constraint = self.catalog.tables.get(on)?.constraints.get(name)?;
                    let column = single_column(constraint)?;
                    marks.columns.get(column.as_str()).copied()
                })
            }
            _ => None,
        }
    }

    /// Where the statement at hand stands.
    pub(super) fn statement_place(&self) -> Place {
        self.place_at(None)
    }

    fn place_at(&self, offset: Option<usize>) -> Place {
        let first_line = self.place.line;
        let (mut line, mut column) = (first_line, self.place.column);
        if let (Some(offset), Some(source)) = (offset, &self.places.source) {
            let inside = Position::of(source, offset);
            line += inside.line - 1;
            column = match inside.line {
                1 => column + inside.column - 1,
                _ => inside.column,
            };
        }
        Place {
            file: self.place.file.clone(),
            line,
            column,
            first_line,
            last_line: first_line + self.places.line_ends,
        }
    }
}

/// An object that a statement has made, or defined again.
#[derive(Debug, Clone)]
pub(super) struct Made {
    /// Which.
    pub(super) object: ObjectId,
    /// It was not there before.
    pub(super) new: bool,
}

/// What of a table was not there before.
pub(super) fn made_of_table(
    name: &QualifiedName,
    before: Option<&Table>,
    after: &Table,
    made: &mut Vec<Made>,
) {
    let mut new = |object| made.push(Made { object, new: true });
    if before.is_none() {
        new(ObjectId::Table(name.clone()));
    }
    let known: BTreeSet<&Name> = before
        .into_iter()
        .flat_map(|table| table.columns.iter().map(|column| &column.name))
        .collect();
    for column in after.columns.iter().filter(|c| !known.contains(&c.name)) {
        new(ObjectId::Column(name.clone(), column.name.clone()));
    }
    macro_rules! parts {
        ($($field:ident => $variant:ident),*) => {$(
            for part in after.$field.keys() {
                if !before.is_some_and(|table| table.$field.contains_key(part)) {
                    new(ObjectId::$variant(name.clone(), part.clone()));
                }
            }
        )*};
    }
    parts!(constraints => Constraint, indexes => Index, triggers => Trigger, policies => Policy,
        rules => Rule);
}

/// The column that a constraint is about, when it is one.
fn single_column(constraint: &Constraint) -> Option<&Name> {
    let columns = match &constraint.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => &key.columns,
        ConstraintKind::ForeignKey(key) => &key.columns,
        ConstraintKind::Check(_) | ConstraintKind::Exclusion { .. } => return None,
    };
    match columns.as_slice() {
        [column] => Some(column),
        _ => None,
    }
}

/// Byte offsets of the definitions inside a statement.
#[derive(Debug, Default)]
struct Marks {
    columns: BTreeMap<String, usize>,
    constraints: BTreeMap<String, usize>,
}

impl Marks {
    fn of(node: &NodeEnum) -> Self {
        let mut marks = Self::default();
        match node {
            NodeEnum::CreateStmt(statement) => {
                statement.table_elts.iter().for_each(|e| marks.element(e));
            }
            NodeEnum::AlterTableStmt(statement) => {
                for command in &statement.cmds {
                    if let Some(NodeEnum::AlterTableCmd(command)) = &command.node
                        && let Some(definition) = &command.def
                    {
                        marks.element(definition);
                    }
                }
            }
            _ => {}
        }
        marks
    }

    fn element(&mut self, node: &Node) {
        match &node.node {
            Some(NodeEnum::ColumnDef(column)) => self.column(column),
            Some(NodeEnum::Constraint(constraint)) => self.constraint(constraint),
            _ => {}
        }
    }

    fn column(&mut self, column: &ColumnDef) {
        if let Ok(offset) = usize::try_from(column.location)
            && !column.colname.is_empty()
        {
            self.columns.insert(column.colname.clone(), offset);
        }
        for constraint in &column.constraints {
            self.element(constraint);
        }
    }

    fn constraint(&mut self, constraint: &RawConstraint) {
        // A check of a column is no constraint of the column's name.
        let named = !constraint.conname.is_empty()
            && constraint.contype() != ConstrType::ConstrAttrDeferrable;
        if named && let Ok(offset) = usize::try_from(constraint.location) {
            self.constraints.insert(constraint.conname.clone(), offset);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use pgwright_catalog::{ObjectId, QualifiedName};

    use crate::read::{ReadOptions, read};

    #[test]
    fn objects_know_where_they_stand() {
        let text = "CREATE TABLE t (\n  id bigint PRIMARY KEY,\n  a int REFERENCES t,\n  CONSTRAINT c CHECK (a > 0)\n);\n\
            ALTER TABLE t ADD COLUMN b int,\n  ADD COLUMN d int;\nCREATE INDEX i ON t (b);\n\
            BEGIN; CREATE TABLE gone (a int); ROLLBACK;\n\
            CREATE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 1';\n\
            CREATE OR REPLACE FUNCTION f() RETURNS int LANGUAGE sql AS 'SELECT 2';\n";
        let options = ReadOptions {
            keep_places: true,
            ..ReadOptions::default()
        };
        let reading = read(text, &options);
        assert!(reading.notes.is_empty(), "{:?}", reading.notes);
        let t = QualifiedName::new("public", "t");
        let at = |object: ObjectId| {
            let place = &reading.places[&object];
            (place.line, place.column, place.first_line, place.last_line)
        };
        assert_eq!(at(ObjectId::Table(t.clone())), (1, 1, 1, 5));
        assert_eq!(at(ObjectId::Column(t.clone(), "a".into())), (3, 3, 1, 5));
        let key = ObjectId::Constraint(t.clone(), "t_a_fkey".into());
        assert_eq!(at(key), (3, 3, 1, 5));
        assert_eq!(
            at(ObjectId::Constraint(t.clone(), "c".into())),
            (4, 3, 1, 5)
        );
        assert_eq!(at(ObjectId::Column(t.clone(), "b".into())), (6, 26, 6, 7));
        assert_eq!(at(ObjectId::Column(t.clone(), "d".into())), (7, 14, 6, 7));
        assert_eq!(at(ObjectId::Index(t, "i".into())), (8, 1, 8, 8));
        let gone = ObjectId::Table(QualifiedName::new("public", "gone"));
        assert!(!reading.places.contains_key(&gone));
        let routine = reading.catalog.routines.keys().next().unwrap();
        assert_eq!(at(ObjectId::Routine(routine.clone())), (11, 1, 11, 11));
    }
}
