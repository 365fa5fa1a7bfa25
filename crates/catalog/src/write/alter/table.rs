//! Changes of tables, partitions, constraints, indexes and views in place.

use super::super::Writer;
use super::super::constraint::deferrability;
use crate::{Deferrability, Name, Persistence, QualifiedName, quote_literal};

impl Writer {
    /// `ALTER TABLE … SET LOGGED`, or UNLOGGED; of a sequence as well (PostgreSQL 15).
    pub fn set_persistence(&self, address: &str, persistence: Persistence) -> String {
        let word = match persistence {
            Persistence::Permanent => "LOGGED",
            Persistence::Unlogged => "UNLOGGED",
        };
        format!("ALTER {address} SET {word};")
    }

    /// `ALTER … SET TABLESPACE`; nothing is the database's own.
    pub fn set_tablespace(&self, address: &str, tablespace: Option<&Name>) -> String {
        let name = tablespace.map_or("pg_default".to_owned(), Name::quoted);
        format!("ALTER {address} SET TABLESPACE {name};")
    }

    /// `ALTER … SET ACCESS METHOD` (PostgreSQL 15); nothing is `heap`.
    pub fn set_access_method(&self, address: &str, method: Option<&Name>) -> String {
        let name = method.map_or("heap".to_owned(), Name::quoted);
        format!("ALTER {address} SET ACCESS METHOD {name};")
    }

    /// `ALTER TABLE … DETACH PARTITION`.
    pub fn detach_partition(
        &self,
        parent: &QualifiedName,
        partition: &QualifiedName,
        concurrently: bool,
    ) -> String {
        let tail = if concurrently { " CONCURRENTLY" } else { "" };
        format!(
            "ALTER TABLE {} DETACH PARTITION {}{tail};",
            parent.quoted(),
            partition.quoted()
        )
    }

    /// Names the part that a partition has of an index of its partitioned table, whatever it is called.
    pub fn rename_part_of_index(
        &self,
        (table, index): (&QualifiedName, &Name),
        partition: &QualifiedName,
        name: &Name,
    ) -> String {
        let index = QualifiedName::new(table.schema.clone(), index.clone());
        format!(
            "DO $plan$\nDECLARE\n    part regclass;\nBEGIN\n    \
             SELECT i.inhrelid INTO part\n    \
             FROM pg_inherits i\n    \
             JOIN pg_index x ON x.indexrelid = i.inhrelid\n    \
             JOIN pg_class c ON c.oid = i.inhrelid AND c.relname <> {0}\n    \
             WHERE i.inhparent = {1}::regclass AND x.indrelid = {2}::regclass;\n    \
             IF part IS NOT NULL THEN\n        \
             EXECUTE format('ALTER INDEX %s RENAME TO %I', part, {0});\n    \
             END IF;\nEND\n$plan$;",
            quote_literal(name.as_str()),
            quote_literal(&index.quoted()),
            quote_literal(&partition.quoted())
        )
    }

    /// `ALTER TABLE … NO INHERIT`.
    pub fn no_inherit(&self, child: &QualifiedName, parent: &QualifiedName) -> String {
        format!(
            "ALTER TABLE {} NO INHERIT {};",
            child.quoted(),
            parent.quoted()
        )
    }

    /// `ALTER TABLE … OF type`, or NOT OF.
    pub fn of_type(&self, table: &QualifiedName, of: Option<&QualifiedName>) -> String {
        let what = match of {
            Some(name) => format!("OF {}", name.quoted()),
            None => "NOT OF".to_owned(),
        };
        format!("ALTER TABLE {} {what};", table.quoted())
    }

    /// `ALTER TABLE … ALTER CONSTRAINT` of a foreign key: when it is checked.
    pub fn alter_constraint_deferrability(
        &self,
        table: &QualifiedName,
        name: &Name,
        to: Deferrability,
    ) -> String {
        let what = match to {
            Deferrability::NotDeferrable => " NOT DEFERRABLE",
            Deferrability::InitiallyImmediate => " DEFERRABLE INITIALLY IMMEDIATE",
            other => deferrability(other),
        };
        format!(
            "ALTER TABLE {} ALTER CONSTRAINT {}{what};",
            table.quoted(),
            name.quoted()
        )
    }

    /// `ALTER INDEX … ALTER COLUMN … SET STATISTICS`, of the element at a position from one; nothing
    /// goes back to the server's setting.
    pub fn index_element_statistics(
        &self,
        table: &QualifiedName,
        index: &Name,
        position: usize,
        target: Option<i32>,
    ) -> String {
        format!(
            "ALTER INDEX {}.{} ALTER COLUMN {position} SET STATISTICS {};",
            table.schema.quoted(),
            index.quoted(),
            target.unwrap_or(-1)
        )
    }

    /// `ALTER MATERIALIZED VIEW … SET WITHOUT CLUSTER`, or of a table.
    pub fn without_cluster_of(&self, address: &str) -> String {
        format!("ALTER {address} SET WITHOUT CLUSTER;")
    }

    /// `REFRESH MATERIALIZED VIEW`, WITH NO DATA where it shall be empty.
    pub fn refresh(&self, view: &QualifiedName, with_data: bool) -> String {
        let tail = if with_data { "" } else { " WITH NO DATA" };
        format!("REFRESH MATERIALIZED VIEW {}{tail};", view.quoted())
    }
}
