//! Tables and their columns.

use std::collections::BTreeSet;

use super::text::{options, type_name};
use super::{WriteError, Writer};
use crate::{
    Column, Constraint, ConstraintKind, Identity, Name, ObjectId, PartitionBound, Persistence,
    QualifiedName, SequenceOptions, Table,
};

/// Parts of a table that CREATE TABLE leaves to later statements: foreign keys, whose table may not
/// be there yet, and what would otherwise make two objects need each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Apart {
    /// Constraints.
    pub constraints: BTreeSet<Name>,
    /// Columns whose default comes later.
    pub defaults: BTreeSet<Name>,
}

/// What CREATE TABLE says of one column, in the parts that are aligned.
struct ColumnLine {
    name: String,
    data_type: String,
    not_null: &'static str,
    rest: String,
}

impl Writer {
    /// `CREATE TABLE`, with every constraint that is not left apart.
    pub fn create_table(
        &self,
        name: &QualifiedName,
        table: &Table,
        apart: &Apart,
    ) -> Result<String, WriteError> {
        let mut sql = match table.persistence {
            Persistence::Permanent => format!("CREATE TABLE {}", name.quoted()),
            Persistence::Unlogged => format!("CREATE UNLOGGED TABLE {}", name.quoted()),
        };
        if let Some(of) = &table.partition_of {
            sql.push_str(&format!("\n    PARTITION OF {}", of.parent.quoted()));
        }
        let lines = self.table_lines(name, table, apart)?;
        match (lines.is_empty(), &table.partition_of) {
            (true, Some(_)) => {}
            (true, None) => sql.push_str(" ()"),
            (false, None) => sql.push_str(&format!(" (\n    {}\n)", lines.join(",\n    "))),
            (false, Some(_)) => {
                sql.push_str(&format!(" (\n        {}\n    )", lines.join(",\n        ")))
            }
        }
        if let Some(of) = &table.partition_of {
            sql.push_str(&format!("\n    {}", partition_bound(&of.bound)));
        }
        if !table.inherits.is_empty() {
            let parents: Vec<_> = table.inherits.iter().map(QualifiedName::quoted).collect();
            sql.push_str(&format!("\nINHERITS ({})", parents.join(", ")));
        }
        if let Some(key) = &table.partition_by {
            let gap = if table.partition_of.is_some() {
                "\n    "
            } else {
                " "
            };
            let elements = key.elements.join(", ");
            sql.push_str(&format!("{gap}PARTITION BY {} ({elements})", key.strategy));
        }
        if !table.options.is_empty() {
            sql.push_str(&format!("\nWITH {}", options(&table.options)));
        }
        if let Some(tablespace) = &table.tablespace {
            sql.push_str(&format!("\nTABLESPACE {}", tablespace.quoted()));
        }
        sql.push(';');
        Ok(sql)
    }

    fn table_lines(
        &self,
        name: &QualifiedName,
        table: &Table,
        apart: &Apart,
    ) -> Result<Vec<String>, WriteError> {
        let partition = table.partition_of.is_some();
        let mut columns = Vec::new();
        for column in &table.columns {
            let with_default = !apart.defaults.contains(&column.name);
            columns.push(self.column_line(name, column, with_default, partition)?);
        }
        let name_width = width(columns.iter().map(|c| &c.name));
        // One very long type must not push everything to the right.
        let type_width = width(
            columns
                .iter()
                .filter(|c| !c.not_null.is_empty() || !c.rest.is_empty())
                .map(|c| &c.data_type)
                .filter(|t| t.chars().count() <= 36),
        );
        let flags = columns.iter().any(|c| !c.not_null.is_empty());
        let mut lines: Vec<_> = columns
            .iter()
            .map(|c| {
                // Defaults stand below each other; what is generated stands where NOT NULL would.
                let aligned = flags && c.rest.starts_with("DEFAULT") || !c.not_null.is_empty();
                let flag_width = if aligned { 8 } else { 0 };
                let gap = if aligned { " " } else { "" };
                format!(
                    "{:name_width$} {:type_width$} {:flag_width$}{gap}{}",
                    c.name, c.data_type, c.not_null, c.rest
                )
                .trim_end()
                .to_owned()
            })
            .collect();

        let mut constraints: Vec<_> = table
            .constraints
            .iter()
            .filter(|(n, _)| !apart.constraints.contains(*n))
            .collect();
        constraints.sort_by_key(|(n, c)| (constraint_rank(c), *n));
        let indent = if partition { 8 } else { 4 };
        for (constraint_name, constraint) in constraints {
            lines.push(self.constraint_clause(name, constraint_name, constraint, indent)?);
        }
        Ok(lines)
    }

    /// The column as ADD COLUMN wants it: name, type and everything else on one line.
    pub fn column_clause(
        &self,
        table: &QualifiedName,
        column: &Column,
    ) -> Result<String, WriteError> {
        let line = self.column_line(table, column, true, false)?;
        let parts = [
            line.name.as_str(),
            &line.data_type,
            line.not_null,
            &line.rest,
        ];
        let parts: Vec<_> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        Ok(parts.join(" "))
    }

    fn column_line(
        &self,
        table: &QualifiedName,
        column: &Column,
        with_default: bool,
        partition: bool,
    ) -> Result<ColumnLine, WriteError> {
        let mut data_type = if partition {
            // A partition takes the type from its parent.
            "WITH OPTIONS".to_owned()
        } else {
            type_name(&column.data_type)
        };
        if !partition {
            if let Some(storage) = column.storage.as_ref().filter(|_| self.target >= 16) {
                data_type.push_str(&format!(" STORAGE {storage}"));
            }
            if let Some(compression) = &column.compression {
                data_type.push_str(&format!(" COMPRESSION {compression}"));
            }
            if let Some(collation) = &column.collation {
                data_type.push_str(&format!(" COLLATE {}", collation.quoted()));
            }
        }
        let mut rest = Vec::new();
        if let Some(default) = column.default.as_ref().filter(|_| with_default) {
            rest.push(format!("DEFAULT {}", default.sql().trim()));
        }
        if let Some(identity) = &column.identity {
            rest.push(identity_clause(identity));
        }
        if let Some(generated) = &column.generated {
            if !generated.stored {
                self.needs(18, "a VIRTUAL generated column", || {
                    ObjectId::Column(table.clone(), column.name.clone())
                })?;
            }
            let kind = if generated.stored {
                "STORED"
            } else {
                "VIRTUAL"
            };
            let expression = generated.expression.sql().trim();
            rest.push(format!("GENERATED ALWAYS AS ({expression}) {kind}"));
        }
        Ok(ColumnLine {
            name: column.name.quoted(),
            data_type,
            // An identity column is NOT NULL by itself.
            not_null: if column.not_null && column.identity.is_none() {
                "NOT NULL"
            } else {
                ""
            },
            rest: rest.join(" "),
        })
    }

    /// What neither CREATE TABLE nor ADD COLUMN can say of a column: statistics targets, and storage
    /// before PostgreSQL 16.
    pub fn column_settings(&self, table: &QualifiedName, column: &Column) -> Vec<String> {
        let alter = format!(
            "ALTER TABLE {} ALTER COLUMN {}",
            table.quoted(),
            column.name.quoted()
        );
        let mut sql = Vec::new();
        if let Some(storage) = column.storage.as_ref().filter(|_| self.target < 16) {
            sql.push(format!("{alter} SET STORAGE {storage};"));
        }
        if let Some(target) = column.statistics {
            sql.push(format!("{alter} SET STATISTICS {target};"));
        }
        sql
    }

    /// `ALTER TABLE … ADD COLUMN`.
    pub fn add_column(&self, table: &QualifiedName, column: &Column) -> Result<String, WriteError> {
        let clause = self.column_clause(table, column)?;
        Ok(format!(
            "ALTER TABLE {} ADD COLUMN {clause};",
            table.quoted()
        ))
    }

    /// `ALTER TABLE … DROP COLUMN`.
    pub fn drop_column(&self, table: &QualifiedName, column: &Name) -> String {
        format!(
            "ALTER TABLE {} DROP COLUMN {};",
            table.quoted(),
            column.quoted()
        )
    }

    /// `ALTER TABLE … ALTER COLUMN … SET DEFAULT`, or DROP DEFAULT.
    pub fn column_default(
        &self,
        table: &QualifiedName,
        column: &Name,
        default: Option<&str>,
    ) -> String {
        let what = match default {
            Some(expression) => format!("SET DEFAULT {}", expression.trim()),
            None => "DROP DEFAULT".to_owned(),
        };
        format!(
            "ALTER TABLE {} ALTER COLUMN {} {what};",
            table.quoted(),
            column.quoted()
        )
    }

    /// `ALTER TABLE … ENABLE ROW LEVEL SECURITY`, or DISABLE.
    pub fn row_security(&self, table: &QualifiedName, enabled: bool) -> String {
        let word = if enabled { "ENABLE" } else { "DISABLE" };
        format!("ALTER TABLE {} {word} ROW LEVEL SECURITY;", table.quoted())
    }

    /// `ALTER TABLE … FORCE ROW LEVEL SECURITY`, or NO FORCE.
    pub fn force_row_security(&self, table: &QualifiedName, forced: bool) -> String {
        let word = if forced { "FORCE" } else { "NO FORCE" };
        format!("ALTER TABLE {} {word} ROW LEVEL SECURITY;", table.quoted())
    }
}

fn width<'a>(texts: impl Iterator<Item = &'a String>) -> usize {
    texts.map(|t| t.chars().count()).max().unwrap_or(0)
}

/// Keys first, then what is demanded of rows, then references.
fn constraint_rank(constraint: &Constraint) -> u8 {
    match constraint.kind {
        ConstraintKind::PrimaryKey(_) => 0,
        ConstraintKind::Unique(_) => 1,
        ConstraintKind::Exclusion { .. } => 2,
        ConstraintKind::Check(_) => 3,
        ConstraintKind::ForeignKey(_) => 4,
    }
}

fn identity_clause(identity: &Identity) -> String {
    let kind = if identity.always {
        "ALWAYS"
    } else {
        "BY DEFAULT"
    };
    let options = sequence_options(&identity.sequence);
    if options.is_empty() {
        format!("GENERATED {kind} AS IDENTITY")
    } else {
        format!("GENERATED {kind} AS IDENTITY ({})", options.join(" "))
    }
}

/// Options of a sequence, in the manual's order.
pub(super) fn sequence_options(options: &SequenceOptions) -> Vec<String> {
    let mut words: Vec<_> = [
        ("INCREMENT BY", options.increment),
        ("MINVALUE", options.minimum),
        ("MAXVALUE", options.maximum),
        ("START WITH", options.start),
        ("CACHE", options.cache),
    ]
    .into_iter()
    .filter_map(|(word, value)| value.map(|v| format!("{word} {v}")))
    .collect();
    if options.cycle {
        words.push("CYCLE".to_owned());
    }
    words
}

fn partition_bound(bound: &PartitionBound) -> String {
    match bound {
        PartitionBound::Range { from, to } => {
            format!(
                "FOR VALUES FROM ({}) TO ({})",
                from.join(", "),
                to.join(", ")
            )
        }
        PartitionBound::List(values) => format!("FOR VALUES IN ({})", values.join(", ")),
        PartitionBound::Hash { modulus, remainder } => {
            format!("FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})")
        }
        PartitionBound::Default => "DEFAULT".to_owned(),
    }
}
