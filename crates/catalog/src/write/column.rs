//! Columns of tables.

use super::foreign::foreign_options;
use super::text::{options, type_name};
use super::{WriteError, Writer};
use crate::{
    Column, Expression, Identity, Name, NotNull, ObjectId, Persistence, QualifiedName,
    SequenceOptions, Table, automatic_name, identity_sequence_name,
};

/// What CREATE TABLE says of one column, in the parts that are aligned.
pub(super) struct ColumnLine {
    pub name: String,
    pub data_type: String,
    pub not_null: &'static str,
    pub rest: String,
}

/// How a table comes by a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Origin<'a> {
    /// The table defines it.
    Own,
    /// A type or a parent defines it, and the table adds to it; the parent's column where known.
    Given(Option<&'a Column>),
}

impl Writer {
    /// The column as ADD COLUMN wants it: name, type and everything else on one line.
    pub fn column_clause(
        &self,
        table: &QualifiedName,
        column: &Column,
    ) -> Result<String, WriteError> {
        let line = self.column_line(table, column, true, Origin::Own)?;
        let parts = [
            line.name.as_str(),
            &line.data_type,
            line.not_null,
            &line.rest,
        ];
        let parts: Vec<_> = parts.into_iter().filter(|p| !p.is_empty()).collect();
        Ok(parts.join(" "))
    }

    pub(super) fn column_line(
        &self,
        table: &QualifiedName,
        column: &Column,
        with_default: bool,
        origin: Origin<'_>,
    ) -> Result<ColumnLine, WriteError> {
        let given = match origin {
            Origin::Own => None,
            Origin::Given(parent) => Some(parent),
        };
        let data_type = match given {
            None => self.column_type(column),
            Some(_) => "WITH OPTIONS".to_owned(),
        };
        let parent = given.flatten();
        let mut rest = Vec::new();
        let default = column.default.as_ref().filter(|_| with_default);
        if let Some(default) =
            default.filter(|d| parent.is_none_or(|p| p.default.as_ref() != Some(d)))
        {
            rest.push(format!("DEFAULT {}", default.sql().trim()));
        }
        let identity = column.identity.as_ref();
        if let Some(identity) = identity.filter(|_| parent.is_none_or(|p| p.identity.is_none())) {
            rest.push(identity_clause(identity));
        }
        let generated = column.generated.as_ref();
        if let Some(generated) =
            generated.filter(|g| parent.is_none_or(|p| p.generated.as_ref() != Some(g)))
        {
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
        let mut not_null = "";
        if column.not_null && parent.is_none_or(|p| !p.not_null || p.not_null_constraint.no_inherit)
        {
            let NotNull {
                name,
                not_valid,
                no_inherit,
                ..
            } = &column.not_null_constraint;
            let name = name.as_ref().filter(|_| self.target >= 18);
            let no_inherit = *no_inherit && self.target >= 18;
            if *not_valid && self.target >= 18 {
                // CREATE TABLE would take it for valid, as the table is empty.
            } else if name.is_some() || no_inherit {
                let head = name.map_or(String::new(), |n| format!("CONSTRAINT {} ", n.quoted()));
                let tail = if no_inherit { " NO INHERIT" } else { "" };
                rest.push(format!("{head}NOT NULL{tail}"));
            } else if identity.is_none() {
                // An identity column is NOT NULL by itself.
                not_null = "NOT NULL";
            }
        }
        Ok(ColumnLine {
            name: column.name.quoted(),
            data_type,
            not_null,
            rest: rest.join(" "),
        })
    }

    /// The type of a column with what the grammar wants right after it.
    fn column_type(&self, column: &Column) -> String {
        let mut data_type = type_name(&column.data_type);
        if let Some(storage) = column.storage.as_ref().filter(|_| self.target >= 16) {
            data_type.push_str(&format!(" STORAGE {storage}"));
        }
        if let Some(compression) = &column.compression {
            data_type.push_str(&format!(" COMPRESSION {compression}"));
        }
        if let Some(options) = foreign_options(&column.foreign_options, 8) {
            data_type.push_str(&format!(" {options}"));
        }
        if let Some(collation) = &column.collation {
            data_type.push_str(&format!(" COLLATE {}", collation.quoted()));
        }
        data_type
    }

    /// What neither CREATE TABLE nor ADD COLUMN can say of a column: statistics targets, attribute
    /// options, a NOT NULL that is not valid, whether an identity's sequence is logged, and storage
    /// before PostgreSQL 16.
    pub fn column_settings(&self, table: &QualifiedName, column: &Column) -> Vec<String> {
        let mut sql = Vec::new();
        if let Some(storage) = column.storage.as_ref().filter(|_| self.target < 16) {
            sql.push(self.alter_column(table, column, &format!("SET STORAGE {storage}")));
        }
        sql.extend(self.column_attributes(table, column));
        sql
    }

    fn column_attributes(&self, table: &QualifiedName, column: &Column) -> Vec<String> {
        let mut sql = Vec::new();
        if let Some(target) = column.statistics {
            sql.push(self.alter_column(table, column, &format!("SET STATISTICS {target}")));
        }
        if !column.options.is_empty() {
            let set = format!("SET {}", options(&column.options));
            sql.push(self.alter_column(table, column, &set));
        }
        let not_null = &column.not_null_constraint;
        if column.not_null && not_null.not_valid && self.target >= 18 {
            let name = (not_null.name.as_ref())
                .map_or(String::new(), |n| format!("CONSTRAINT {} ", n.quoted()));
            let tail = if not_null.no_inherit {
                " NO INHERIT"
            } else {
                ""
            };
            sql.push(format!(
                "ALTER TABLE {} ADD {name}NOT NULL {}{tail} NOT VALID;",
                table.quoted(),
                column.name.quoted()
            ));
        }
        if let Some(Identity {
            persistence: Some(persistence),
            name,
            ..
        }) = &column.identity
        {
            let word = match persistence {
                Persistence::Permanent => "LOGGED",
                Persistence::Unlogged => "UNLOGGED",
            };
            let name = name.clone();
            let name = name.unwrap_or_else(|| identity_sequence_name(table, &column.name));
            sql.push(format!("ALTER SEQUENCE {} SET {word};", name.quoted()));
        }
        sql
    }

    fn alter_column(&self, table: &QualifiedName, column: &Column, what: &str) -> String {
        format!(
            "ALTER TABLE {} ALTER COLUMN {} {what};",
            table.quoted(),
            column.name.quoted()
        )
    }

    /// What makes a column that a parent gives differ from the parent's, after CREATE TABLE. In
    /// `apart`, columns whose default comes later.
    pub(super) fn column_overrides(
        &self,
        table: &QualifiedName,
        definition: &Table,
        column: &Column,
        parent: &Column,
        apart: &std::collections::BTreeSet<Name>,
    ) -> Vec<String> {
        let mut sql = Vec::new();
        let only = |what: String| {
            format!(
                "ALTER TABLE ONLY {} ALTER COLUMN {} {what};",
                table.quoted(),
                column.name.quoted()
            )
        };
        // PARTITION OF and a type's columns take these in CREATE TABLE.
        let with_options = definition.partition_of.is_some();
        if column.default != parent.default {
            match &column.default {
                Some(default) if !with_options && !apart.contains(&column.name) => {
                    sql.push(only(format!("SET DEFAULT {}", default.sql().trim())));
                }
                None if parent.generated.is_none() => sql.push(only("DROP DEFAULT".to_owned())),
                _ => {}
            }
        }
        let inherits_not_null = parent.not_null && !parent.not_null_constraint.no_inherit;
        if self.target < 18 && !with_options && column.not_null && !inherits_not_null {
            sql.push(only("SET NOT NULL".to_owned()));
        }
        if column.storage != parent.storage {
            match &column.storage {
                Some(storage) => sql.push(only(format!("SET STORAGE {storage}"))),
                None if self.target >= 16 => sql.push(only("SET STORAGE DEFAULT".to_owned())),
                None => {}
            }
        }
        if column.compression != parent.compression {
            let method = column.compression.as_deref().unwrap_or("default");
            sql.push(only(format!("SET COMPRESSION {method}")));
        }
        if column.foreign_options != parent.foreign_options
            && definition.foreign.is_some()
            && let Some(options) = foreign_options(&column.foreign_options, 4)
        {
            sql.push(format!(
                "ALTER FOREIGN TABLE ONLY {} ALTER COLUMN {} {options};",
                table.quoted(),
                column.name.quoted()
            ));
        }
        sql.extend(self.column_attributes(table, column));
        sql
    }

    /// `CONSTRAINT name NOT NULL column` of a column that a parent by plain inheritance gives
    /// (PostgreSQL 18): what the child demands of its own accord.
    pub(super) fn own_not_null(&self, column: &Column) -> Option<String> {
        let NotNull {
            name,
            not_valid,
            no_inherit,
            ..
        } = &column.not_null_constraint;
        if self.target < 18 || !column.not_null || *not_valid {
            return None;
        }
        let name = (name.as_ref()).map_or(String::new(), |n| format!("CONSTRAINT {} ", n.quoted()));
        let tail = if *no_inherit { " NO INHERIT" } else { "" };
        Some(format!("{name}NOT NULL {}{tail}", column.name.quoted()))
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

    /// `ALTER TABLE … ALTER COLUMN … SET DEFAULT`, or DROP DEFAULT; of a view as well.
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

    /// `ALTER TABLE … ALTER COLUMN … SET NOT NULL`, or DROP NOT NULL.
    pub fn column_not_null(&self, table: &QualifiedName, column: &Name, not_null: bool) -> String {
        let word = if not_null { "SET" } else { "DROP" };
        format!(
            "ALTER TABLE {} ALTER COLUMN {} {word} NOT NULL;",
            table.quoted(),
            column.quoted()
        )
    }
}

/// The name of a column's NOT NULL constraint.
pub fn not_null_name(table: &QualifiedName, column: &Column) -> Name {
    let name = column.not_null_constraint.name.clone();
    name.unwrap_or_else(|| {
        let column = column.name.as_str();
        automatic_name(table.name.as_str(), Some(column), "not_null")
    })
}

/// True when two columns have the same expression for a value that is computed.
pub(super) fn same_generation(column: &Column, parent: &Column) -> bool {
    let expression = |c: &Column| -> Option<(Expression, bool)> {
        let generated = c.generated.as_ref()?;
        Some((generated.expression.clone(), generated.stored))
    };
    expression(column) == expression(parent)
}

pub(super) fn identity_clause(identity: &Identity) -> String {
    let kind = if identity.always {
        "ALWAYS"
    } else {
        "BY DEFAULT"
    };
    let mut options = sequence_options(&identity.sequence);
    if let Some(name) = &identity.name {
        options.insert(0, format!("SEQUENCE NAME {}", name.quoted()));
    }
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
