//! Changes of columns in place.

use super::super::Writer;
use super::super::text::type_name;
use crate::{Column, Identity, Name, QualifiedName, SequenceOptions};

/// What becomes of the identity of a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IdentityChange<'a> {
    /// The column gets one.
    Add(&'a Identity),
    /// It stays one, with other options.
    Set {
        /// What it was.
        from: &'a Identity,
        /// What it shall be.
        to: &'a Identity,
    },
    /// The column is an ordinary one afterwards.
    Drop,
}

impl Writer {
    fn change_column(&self, table: &QualifiedName, column: &Name, what: &str) -> String {
        format!(
            "ALTER TABLE {} ALTER COLUMN {} {what};",
            table.quoted(),
            column.quoted()
        )
    }

    /// `ALTER TABLE … ALTER COLUMN … TYPE`, with the column's collation. Without `using` the server
    /// takes the assignment cast.
    pub fn column_type_change(
        &self,
        table: &QualifiedName,
        column: &Column,
        using: Option<&str>,
    ) -> String {
        let mut what = format!("TYPE {}", type_name(&column.data_type));
        if let Some(collation) = &column.collation {
            what.push_str(&format!(" COLLATE {}", collation.quoted()));
        }
        if let Some(using) = using {
            what.push_str(&format!(" USING {using}"));
        }
        self.change_column(table, &column.name, &what)
    }

    /// `… SET STORAGE`; nothing sets that of the type.
    pub fn column_storage(
        &self,
        table: &QualifiedName,
        column: &Name,
        storage: Option<&str>,
    ) -> String {
        let what = format!("SET STORAGE {}", storage.unwrap_or("DEFAULT"));
        self.change_column(table, column, &what)
    }

    /// `… SET COMPRESSION`; nothing sets that of the server.
    pub fn column_compression(
        &self,
        table: &QualifiedName,
        column: &Name,
        method: Option<&str>,
    ) -> String {
        let what = format!("SET COMPRESSION {}", method.unwrap_or("default"));
        self.change_column(table, column, &what)
    }

    /// `… SET STATISTICS`; nothing goes back to the server's setting.
    pub fn column_statistics(
        &self,
        table: &QualifiedName,
        column: &Name,
        target: Option<i32>,
    ) -> String {
        let what = format!("SET STATISTICS {}", target.unwrap_or(-1));
        self.change_column(table, column, &what)
    }

    /// `ALTER TABLE … ALTER COLUMN` as an address for [`Writer::options_change`] and
    /// [`Writer::foreign_options_change`].
    pub fn column_address(&self, table: &QualifiedName, column: &Name, foreign: bool) -> String {
        let word = if foreign { "FOREIGN TABLE" } else { "TABLE" };
        format!("{word} {} ALTER COLUMN {}", table.quoted(), column.quoted())
    }

    /// `… SET EXPRESSION AS` (PostgreSQL 17), or DROP EXPRESSION.
    pub fn column_expression(
        &self,
        table: &QualifiedName,
        column: &Name,
        expression: Option<&str>,
    ) -> String {
        let what = match expression {
            Some(expression) => format!("SET EXPRESSION AS ({})", expression.trim()),
            None => "DROP EXPRESSION".to_owned(),
        };
        self.change_column(table, column, &what)
    }

    /// `… ADD GENERATED`, `SET …` or `DROP IDENTITY`; nothing where both are alike.
    pub fn column_identity(
        &self,
        table: &QualifiedName,
        column: &Name,
        change: IdentityChange<'_>,
    ) -> Option<String> {
        let what = match change {
            IdentityChange::Add(identity) => {
                format!("ADD {}", super::super::column::identity_clause(identity))
            }
            IdentityChange::Drop => "DROP IDENTITY".to_owned(),
            IdentityChange::Set { from, to } => {
                let mut parts = Vec::new();
                if from.always != to.always {
                    let word = if to.always { "ALWAYS" } else { "BY DEFAULT" };
                    parts.push(format!("SET GENERATED {word}"));
                }
                let options = sequence_changes(&from.sequence, &to.sequence);
                parts.extend(options.into_iter().map(|o| format!("SET {o}")));
                parts.join(" ")
            }
        };
        (!what.is_empty()).then(|| self.change_column(table, column, &what))
    }

    /// `ALTER TABLE … ADD CONSTRAINT … NOT NULL` (PostgreSQL 18).
    pub fn add_not_null(
        &self,
        table: &QualifiedName,
        name: &Name,
        column: &Name,
        no_inherit: bool,
        not_valid: bool,
    ) -> String {
        let mut tail = String::new();
        if no_inherit {
            tail.push_str(" NO INHERIT");
        }
        if not_valid {
            tail.push_str(" NOT VALID");
        }
        format!(
            "ALTER TABLE {} ADD CONSTRAINT {} NOT NULL {}{tail};",
            table.quoted(),
            name.quoted(),
            column.quoted()
        )
    }

    /// A check that says NOT NULL of a column, not yet valid: once it is validated, SET NOT NULL
    /// needs not look at the rows.
    pub fn add_not_null_check(&self, table: &QualifiedName, name: &Name, column: &Name) -> String {
        format!(
            "ALTER TABLE {} ADD CONSTRAINT {} CHECK ({} IS NOT NULL) NOT VALID;",
            table.quoted(),
            name.quoted(),
            column.quoted()
        )
    }

    /// `ALTER TABLE … ALTER CONSTRAINT … INHERIT`, or NO INHERIT (PostgreSQL 18).
    pub fn not_null_inheritance(
        &self,
        table: &QualifiedName,
        name: &Name,
        no_inherit: bool,
    ) -> String {
        let word = if no_inherit { "NO INHERIT" } else { "INHERIT" };
        format!(
            "ALTER TABLE {} ALTER CONSTRAINT {} {word};",
            table.quoted(),
            name.quoted()
        )
    }
}

/// The options that lead from those of one sequence to those of another. What is not said is what
/// PostgreSQL takes, which has to be said where something else was before.
pub(in crate::write) fn sequence_changes(
    from: &SequenceOptions,
    to: &SequenceOptions,
) -> Vec<String> {
    let mut changes = Vec::new();
    let same = |a: Option<i64>, b: Option<i64>| a == b;
    if !same(from.increment, to.increment) {
        changes.push(format!("INCREMENT BY {}", to.increment.unwrap_or(1)));
    }
    let bound = |word: &str, value: Option<i64>| match value {
        Some(value) => format!("{word} {value}"),
        None => format!("NO {word}"),
    };
    if !same(from.minimum, to.minimum) {
        changes.push(bound("MINVALUE", to.minimum));
    }
    if !same(from.maximum, to.maximum) {
        changes.push(bound("MAXVALUE", to.maximum));
    }
    if !same(from.start, to.start) {
        let start = to.start.or(to.minimum).unwrap_or(1);
        changes.push(format!("START WITH {start}"));
    }
    if !same(from.cache, to.cache) {
        changes.push(format!("CACHE {}", to.cache.unwrap_or(1)));
    }
    if from.cycle != to.cycle {
        changes.push(if to.cycle { "CYCLE" } else { "NO CYCLE" }.to_owned());
    }
    changes
}
