//! Tables.

use std::collections::{BTreeMap, BTreeSet};

use super::column::{ColumnLine, Origin, same_generation};
use super::foreign::foreign_options;
use super::text::options;
use super::{WriteError, Writer};
use crate::{
    Catalog, Column, Constraint, ConstraintKind, Name, PartitionBound, Persistence, QualifiedName,
    ReplicaIdentity, Table,
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

impl Writer {
    /// `CREATE TABLE`, with every constraint that is not left apart, or `CREATE FOREIGN TABLE`. The
    /// catalog tells what the table has from its parents. A partition that is attached needs
    /// [`Writer::attach_partition`] afterwards.
    pub fn create_table(
        &self,
        catalog: &Catalog,
        name: &QualifiedName,
        table: &Table,
        apart: &Apart,
    ) -> Result<String, WriteError> {
        let kind = match (&table.foreign, table.persistence) {
            (Some(_), _) => "FOREIGN TABLE",
            (None, Persistence::Permanent) => "TABLE",
            (None, Persistence::Unlogged) => "UNLOGGED TABLE",
        };
        let mut sql = format!("CREATE {kind} {}", name.quoted());
        let partition_of = table.partition_of.as_ref().filter(|of| !of.attached);
        if let Some(of) = partition_of {
            sql.push_str(&format!("\n    PARTITION OF {}", of.parent.quoted()));
        }
        if let Some(of_type) = &table.of_type {
            sql.push_str(&format!(" OF {}", of_type.quoted()));
        }
        let lines = self.table_lines(catalog, name, table, apart)?;
        match (lines.is_empty(), partition_of) {
            (true, Some(_)) => {}
            (true, None) if table.of_type.is_some() => {}
            (true, None) => sql.push_str(" ()"),
            (false, None) => sql.push_str(&format!(" (\n    {}\n)", lines.join(",\n    "))),
            (false, Some(_)) => {
                sql.push_str(&format!(" (\n        {}\n    )", lines.join(",\n        ")))
            }
        }
        if let Some(of) = partition_of {
            sql.push_str(&format!("\n    {}", partition_bound(&of.bound)));
        }
        if !table.inherits.is_empty() && !catalog.inherits_later(table) {
            let parents: Vec<_> = table.inherits.iter().map(QualifiedName::quoted).collect();
            sql.push_str(&format!("\nINHERITS ({})", parents.join(", ")));
        }
        if let Some(key) = &table.partition_by {
            let gap = if partition_of.is_some() {
                "\n    "
            } else {
                " "
            };
            let elements = key.elements.join(", ");
            sql.push_str(&format!("{gap}PARTITION BY {} ({elements})", key.strategy));
        }
        if let Some(method) = &table.access_method {
            sql.push_str(&format!("\nUSING {}", method.quoted()));
        }
        if !table.options.is_empty() {
            sql.push_str(&format!("\nWITH {}", options(&table.options)));
        }
        if let Some(tablespace) = &table.tablespace {
            sql.push_str(&format!("\nTABLESPACE {}", tablespace.quoted()));
        }
        if let Some(foreign) = &table.foreign {
            sql.push_str(&format!("\nSERVER {}", foreign.server.quoted()));
            if let Some(options) = foreign_options(&foreign.options, 0) {
                sql.push_str(&format!("\n{options}"));
            }
        }
        sql.push(';');
        Ok(sql)
    }

    fn table_lines(
        &self,
        catalog: &Catalog,
        name: &QualifiedName,
        table: &Table,
        apart: &Apart,
    ) -> Result<Vec<String>, WriteError> {
        let partition = table.partition_of.as_ref().is_some_and(|of| !of.attached);
        let attached = table.partition_of.as_ref().is_some_and(|of| of.attached);
        let mut columns = Vec::new();
        let mut demands = Vec::new();
        for column in &table.columns {
            let with_default = !apart.defaults.contains(&column.name);
            let parent = catalog.inherited_column(table, &column.name);
            if let Some(parent) = parent.filter(|_| attached) {
                // The identity comes with the attachment, and would be in its way.
                let mut column = column.clone();
                if parent.identity.is_some() && column.identity.take().is_some() {
                    column.not_null = true;
                }
                columns.push(self.column_line(name, &column, with_default, Origin::Own)?);
                continue;
            }
            if partition || column.inherited {
                if !partition {
                    demands.extend(self.own_not_null(column));
                    // Naming the column would make it the table's own; only an expression of its own
                    // leaves no other way.
                    let own_generation = parent.is_none_or(|p| !same_generation(column, p));
                    if own_generation && column.generated.is_some() {
                        columns.push(self.column_line(name, column, with_default, Origin::Own)?);
                    }
                    continue;
                }
                let line = self.column_line(name, column, with_default, Origin::Given(parent))?;
                if parent.is_none() || !line.not_null.is_empty() || !line.rest.is_empty() {
                    columns.push(line);
                }
                continue;
            }
            let origin = match table.of_type {
                Some(_) => Origin::Given(None),
                None => Origin::Own,
            };
            columns.push(self.column_line(name, column, with_default, origin)?);
        }
        let mut lines = aligned(&columns);

        let inherited = if attached || catalog.inherits_later(table) {
            // A partition or child to be must have the checks of its parent already.
            let mut checks = catalog.inherited_checks(table);
            checks.retain(|name, _| !table.constraints.contains_key(*name));
            checks
        } else {
            BTreeMap::new()
        };
        let inherited = inherited
            .into_iter()
            .map(|(name, (_, check))| (name, check));
        let own = table.constraints.iter();
        let mut constraints: Vec<_> = own
            .filter(|(n, _)| !apart.constraints.contains(*n))
            .chain(inherited)
            .collect();
        constraints.sort_by_key(|(n, c)| (constraint_rank(c), *n));
        let indent = if partition { 8 } else { 4 };
        for (constraint_name, constraint) in constraints {
            lines.push(self.constraint_clause(name, constraint_name, constraint, indent)?);
        }
        lines.extend(demands);
        Ok(lines)
    }

    /// What CREATE TABLE cannot say of the table's columns.
    pub fn table_settings(
        &self,
        catalog: &Catalog,
        name: &QualifiedName,
        table: &Table,
        apart: &Apart,
    ) -> Vec<String> {
        let attached = table.partition_of.as_ref().is_some_and(|of| of.attached);
        let given = |column: &Column| column.inherited || table.partition_of.is_some() && !attached;
        let mut sql = Vec::new();
        for column in &table.columns {
            match catalog.inherited_column(table, &column.name) {
                Some(parent) if given(column) => {
                    let defaults = &apart.defaults;
                    sql.extend(self.column_overrides(name, table, column, parent, defaults));
                }
                _ if table.of_type.is_some() => {
                    let plain = Column::new(column.name.clone(), column.data_type.clone());
                    let plain = Column {
                        default: column.default.clone(),
                        not_null: column.not_null,
                        ..plain
                    };
                    let defaults = &apart.defaults;
                    sql.extend(self.column_overrides(name, table, column, &plain, defaults));
                }
                _ => sql.extend(self.column_settings(name, column)),
            }
        }
        sql
    }

    /// `ALTER TABLE … ATTACH PARTITION`.
    pub fn attach_partition(
        &self,
        parent: &QualifiedName,
        partition: &QualifiedName,
        bound: &PartitionBound,
    ) -> String {
        format!(
            "ALTER TABLE ONLY {}\n    ATTACH PARTITION {} {};",
            parent.quoted(),
            partition.quoted(),
            partition_bound(bound)
        )
    }

    /// `ALTER TABLE … INHERIT`, for each parent of a child that is made on its own.
    pub fn inherit(&self, child: &QualifiedName, parents: &[QualifiedName]) -> Vec<String> {
        let child = child.quoted();
        let parents = parents.iter();
        parents
            .map(|parent| format!("ALTER TABLE {child} INHERIT {};", parent.quoted()))
            .collect()
    }

    /// `ALTER TABLE … REPLICA IDENTITY`.
    pub fn replica_identity(&self, table: &QualifiedName, identity: &ReplicaIdentity) -> String {
        let what = match identity {
            ReplicaIdentity::Default => "DEFAULT".to_owned(),
            ReplicaIdentity::Full => "FULL".to_owned(),
            ReplicaIdentity::Nothing => "NOTHING".to_owned(),
            ReplicaIdentity::Index(index) => format!("USING INDEX {}", index.quoted()),
        };
        format!("ALTER TABLE {} REPLICA IDENTITY {what};", table.quoted())
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

/// Lines of columns with their types, NOT NULL and defaults below each other.
fn aligned(columns: &[ColumnLine]) -> Vec<String> {
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
    let lines = columns.iter().map(|c| {
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
    });
    lines.collect()
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

pub(super) fn partition_bound(bound: &PartitionBound) -> String {
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
