//! The statements of a migration that move or fill in rows.

use super::super::{Writer, type_name};
use crate::{Name, QualifiedName, quote_literal};

impl Writer {
    /// A block that updates a table some pages at a time, each in a transaction of its own, until no
    /// row meets the condition. It can be stopped at any point and run again. With `quiet`, triggers of
    /// users do not fire where the role may see to that.
    pub fn fill_column_in_batches(
        &self,
        table: &QualifiedName,
        column: &Name,
        value: &str,
        condition: &str,
        quiet: bool,
    ) -> String {
        let literal = quote_literal(&table.quoted());
        let (table, column) = (table.quoted(), column.quoted());
        // Triggers of users are for what users do; who may not pass them by has them run.
        let quietly = match quiet {
            true => {
                "        BEGIN\n            \
                 PERFORM set_config('session_replication_role', 'replica', true);\n        \
                 EXCEPTION WHEN insufficient_privilege THEN\n            \
                 NULL;\n        \
                 END;\n"
            }
            false => "",
        };
        format!(
            "DO $batches$\n\
             DECLARE\n    \
                 -- Pages of a batch: some thousand rows.\n    \
                 step CONSTANT bigint := 64;\n    \
                 page bigint := 0;\n    \
                 pages bigint;\n    \
                 changed bigint;\n    \
                 in_pass bigint := 0;\n\
             BEGIN\n    \
                 LOOP\n        \
                     pages := pg_relation_size({literal}) / current_setting('block_size')::bigint;\n        \
                     -- A row that a policy hides must not be passed over.\n        \
                     PERFORM set_config('row_security', 'off', true);\n        \
                     IF page > pages THEN\n            \
                         EXIT WHEN in_pass = 0\n                \
                             OR NOT EXISTS (SELECT FROM ONLY {table} WHERE {condition});\n            \
                         page := 0;\n            \
                         in_pass := 0;\n        \
                     END IF;\n\
             {quietly}        \
                     BEGIN\n            \
                         UPDATE ONLY {table} SET {column} = {value}\n            \
                         WHERE ctid >= format('(%s,0)', page)::tid\n              \
                           AND ctid < format('(%s,0)', page + step)::tid\n              \
                           AND {condition};\n            \
                         GET DIAGNOSTICS changed = ROW_COUNT;\n        \
                     EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n            \
                         -- Somebody holds a row of the batch: the same pages again.\n            \
                         changed := NULL;\n        \
                     END;\n        \
                     PERFORM set_config('application_name',\n            \
                         format('pgwright: %s of %s pages', page, pages), true);\n        \
                     COMMIT;\n        \
                     IF changed IS NULL THEN\n            \
                         PERFORM pg_sleep(0.1);\n            \
                         CONTINUE;\n        \
                     END IF;\n        \
                     in_pass := in_pass + changed;\n        \
                     page := page + step;\n        \
                     PERFORM pg_sleep(0.002);\n    \
                 END LOOP;\n\
             END\n\
             $batches$;"
        )
    }

    /// Copies the rows of a table in use into another that triggers keep up to date meanwhile: some pages
    /// at a time, each in a transaction of its own. A row that is there already is left alone, so that it
    /// can be repeated. Rows are locked while they are copied, so that nobody changes one in between.
    pub fn copy_rows_in_batches(
        &self,
        from: &QualifiedName,
        to: &QualifiedName,
        columns: &[Name],
    ) -> String {
        let literal = quote_literal(&from.quoted());
        let columns: Vec<_> = columns.iter().map(Name::quoted).collect();
        let (from, to, columns) = (from.quoted(), to.quoted(), columns.join(", "));
        format!(
            "DO $batches$\n\
             DECLARE\n    \
                 -- Pages of a batch: some thousand rows.\n    \
                 step CONSTANT bigint := 64;\n    \
                 page bigint := 0;\n    \
                 -- What comes later is written by the triggers.\n    \
                 pages CONSTANT bigint :=\n        \
                     pg_relation_size({literal}) / current_setting('block_size')::bigint;\n    \
                 copied boolean;\n\
             BEGIN\n    \
                 WHILE page <= pages LOOP\n        \
                     -- A row that a policy hides must not be passed over.\n        \
                     PERFORM set_config('row_security', 'off', true);\n        \
                     BEGIN\n            \
                         INSERT INTO {to} ({columns})\n            \
                         SELECT {columns} FROM ONLY {from}\n            \
                         WHERE ctid >= format('(%s,0)', page)::tid\n              \
                           AND ctid < format('(%s,0)', page + step)::tid\n            \
                         FOR SHARE\n            \
                         ON CONFLICT DO NOTHING;\n            \
                         copied := true;\n        \
                     EXCEPTION WHEN lock_not_available OR deadlock_detected THEN\n            \
                         -- Somebody holds a row of the batch: the same pages again.\n            \
                         copied := false;\n        \
                     END;\n        \
                     PERFORM set_config('application_name',\n            \
                         format('pgwright: %s of %s pages', page, pages), true);\n        \
                     COMMIT;\n        \
                     IF NOT copied THEN\n            \
                         PERFORM pg_sleep(0.1);\n            \
                         CONTINUE;\n        \
                     END IF;\n        \
                     page := page + step;\n        \
                     PERFORM pg_sleep(0.002);\n    \
                 END LOOP;\n\
             END\n\
             $batches$;"
        )
    }

    /// `ANALYZE` of a table.
    pub fn analyze(&self, table: &QualifiedName) -> String {
        format!("ANALYZE {};", table.quoted())
    }

    /// `INSERT INTO … SELECT` of columns that both tables have; values of identity columns are kept. With
    /// `only`, rows of children stay where they are.
    pub fn copy_rows(
        &self,
        from: &QualifiedName,
        to: &QualifiedName,
        columns: &[(Name, String)],
        only: bool,
    ) -> String {
        let names: Vec<_> = columns.iter().map(|(n, _)| n.quoted()).collect();
        let values: Vec<_> = columns.iter().map(|(_, v)| v.clone()).collect();
        format!(
            "INSERT INTO {} ({})\n    OVERRIDING SYSTEM VALUE\n    SELECT {}\n    FROM {}{};",
            to.quoted(),
            names.join(", "),
            values.join(", "),
            if only { "ONLY " } else { "" },
            from.quoted()
        )
    }

    /// Has the transaction fail, rather than pass rows over, where a policy hides some.
    pub fn row_security_off(&self) -> String {
        "SET LOCAL row_security = off;".to_owned()
    }

    /// Takes the rows that meet a condition out of one table and puts them into another.
    pub fn move_rows(
        &self,
        from: &QualifiedName,
        to: &QualifiedName,
        columns: &[Name],
        condition: &str,
    ) -> String {
        let names: Vec<_> = columns.iter().map(Name::quoted).collect();
        let names = names.join(", ");
        format!(
            "WITH moved AS (\n    DELETE FROM ONLY {} WHERE {condition} RETURNING {names}\n)\n\
             INSERT INTO {} ({names})\n    OVERRIDING SYSTEM VALUE\n    SELECT {names} FROM moved;",
            from.quoted(),
            to.quoted()
        )
    }

    /// `UPDATE … SET` of a column to the values of another, which are of a type or become so; with `nulls`, to
    /// those that it lacks as well.
    pub fn take_values(
        &self,
        table: &QualifiedName,
        column: &Name,
        other: &Name,
        data_type: Option<&str>,
        nulls: bool,
    ) -> String {
        let (column, other) = (column.quoted(), other.quoted());
        let cast = data_type.map(|t| format!("::{}", type_name(t)));
        let cast = cast.unwrap_or_default();
        let or = match nulls {
            true => format!(" OR {column} IS NOT NULL"),
            false => String::new(),
        };
        format!(
            "UPDATE {} SET {column} = {other}{cast} WHERE {other} IS NOT NULL{or};",
            table.quoted()
        )
    }

    /// Sets a sequence to where another one stands.
    pub fn copy_position(&self, from: &QualifiedName, to: &QualifiedName) -> String {
        format!(
            "SELECT setval({}, last_value, is_called) FROM {};",
            quote_literal(&to.quoted()),
            from.quoted()
        )
    }

    /// Sets a sequence to where another one stands, unless it is further already; a statement of PL/pgSQL.
    pub fn take_position(
        &self,
        from: &QualifiedName,
        to: &QualifiedName,
        descends: bool,
    ) -> String {
        let further = if descends { "<" } else { ">" };
        format!(
            "PERFORM setval({}, kept.last_value, kept.is_called) FROM {} AS kept, {} AS own\n    \
             WHERE kept.last_value {further} own.last_value OR NOT own.is_called;",
            quote_literal(&to.quoted()),
            from.quoted(),
            to.quoted()
        )
    }

    /// Sets a sequence past the values of a column, where the table has rows.
    pub fn position_after(
        &self,
        sequence: &QualifiedName,
        table: &QualifiedName,
        column: &Name,
    ) -> String {
        format!(
            "SELECT setval({}, max({column})) FROM {} HAVING max({column}) IS NOT NULL;",
            quote_literal(&sequence.quoted()),
            table.quoted(),
            column = column.quoted()
        )
    }

    /// `DO` block that runs a statement where a column has a value in every row, and warns where not.
    pub fn where_no_nulls(&self, table: &QualifiedName, column: &Name, statement: &str) -> String {
        let (table, column) = (table.quoted(), column.quoted());
        let message = quote_literal(&format!(
            "{table}.{column} stays without NOT NULL: some rows have no value"
        ));
        format!(
            "DO $plan$\nBEGIN\n    IF EXISTS (SELECT FROM {table} WHERE {column} IS NULL) THEN\n        \
             RAISE WARNING USING MESSAGE = {message};\n    ELSE\n        {statement}\n    \
             END IF;\nEND\n$plan$;"
        )
    }

    /// VALIDATE CONSTRAINT of a foreign key where every row has what it references; otherwise a warning, and
    /// the key stays NOT VALID.
    pub fn validate_where_rows_hold(&self, table: &QualifiedName, key: &Name) -> String {
        let message = quote_literal(&format!(
            "foreign key {key} of {table} is left NOT VALID: rows reference others that are gone"
        ));
        let validate = self.validate_constraint(table, key);
        format!(
            "DO $plan$\nBEGIN\n    {validate}\nEXCEPTION WHEN foreign_key_violation THEN\n    \
             RAISE WARNING USING MESSAGE = {message};\nEND\n$plan$;"
        )
    }

    /// `DO` block that runs statements where something holds, and others where it does not.
    pub fn where_holds(&self, condition: &str, then: &[String], otherwise: &[String]) -> String {
        // Not indented: a literal of several lines must stay as it is.
        let lines = |statements: &[String]| -> String {
            statements.iter().map(|s| format!("{s}\n")).collect()
        };
        let mut sql = format!("DO $plan$\nBEGIN\n    IF {condition} THEN\n{}", lines(then));
        if !otherwise.is_empty() {
            sql.push_str(&format!("    ELSE\n{}", lines(otherwise)));
        }
        sql.push_str("    END IF;\nEND\n$plan$;");
        sql
    }

    /// `SET LOCAL TimeZone`: times without a zone are taken to be in UTC.
    pub fn in_utc(&self) -> String {
        "SET LOCAL TimeZone = 'UTC';".to_owned()
    }
}
