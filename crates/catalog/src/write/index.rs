//! Indexes.

use super::text::{condition, index_expression, names, options, parenthesised};
use super::{WIDTH, WriteError, Writer};
use crate::{Index, IndexElement, IndexKey, Name, ObjectId, QualifiedName};

impl Writer {
    /// `CREATE INDEX`, CONCURRENTLY where the table is in use.
    pub fn create_index(
        &self,
        table: &QualifiedName,
        name: &Name,
        index: &Index,
        concurrently: bool,
    ) -> Result<String, WriteError> {
        self.create_index_on(&table.quoted(), table, name, index, concurrently)
    }

    /// `CREATE INDEX … ON ONLY`: the index of a partitioned table without its parts.
    pub fn create_index_only(
        &self,
        table: &QualifiedName,
        name: &Name,
        index: &Index,
    ) -> Result<String, WriteError> {
        self.create_index_on(
            &format!("ONLY {}", table.quoted()),
            table,
            name,
            index,
            false,
        )
    }

    fn create_index_on(
        &self,
        address: &str,
        table: &QualifiedName,
        name: &Name,
        index: &Index,
        concurrently: bool,
    ) -> Result<String, WriteError> {
        let object = || ObjectId::Index(table.clone(), name.clone());
        if index.elements.is_empty() {
            return Err(WriteError::Impossible {
                object: Box::new(object()),
                problem: "an index needs at least one column or expression".to_owned(),
            });
        }
        let unique = if index.unique { "UNIQUE " } else { "" };
        let concurrently = if concurrently { "CONCURRENTLY " } else { "" };
        let head = format!("CREATE {unique}INDEX {concurrently}{}", name.quoted());

        let using = if index.method.as_str() == "btree" {
            String::new()
        } else {
            format!("USING {} ", index.method.quoted())
        };
        let elements: Vec<_> = index.elements.iter().map(element).collect();
        let on = format!("ON {address} {using}");
        let mut clauses = vec![parenthesised(&on, &elements, 4)];
        if !index.include.is_empty() {
            clauses.push(format!("INCLUDE ({})", names(&index.include)));
        }
        if index.nulls_not_distinct {
            self.needs(15, "NULLS NOT DISTINCT", object)?;
            clauses.push("NULLS NOT DISTINCT".to_owned());
        }
        if !index.options.is_empty() {
            clauses.push(format!("WITH {}", options(&index.options)));
        }
        if let Some(tablespace) = &index.tablespace {
            clauses.push(format!("TABLESPACE {}", tablespace.quoted()));
        }
        if let Some(predicate) = &index.predicate {
            let sql = super::between::restored(predicate.sql().trim());
            let line = format!("WHERE {sql}");
            clauses.push(if line.len() + 4 > WIDTH || line.contains('\n') {
                condition("WHERE", predicate.sql(), 4)
            } else {
                line
            });
        }

        let line = format!("{head} {};", clauses.join(" "));
        if line.len() <= WIDTH && !line.contains('\n') {
            Ok(line)
        } else {
            Ok(format!("{head}\n    {};", clauses.join("\n    ")))
        }
    }

    /// `ALTER INDEX … ATTACH PARTITION`, for indexes of the names in the schemas of their tables.
    pub fn attach_index(
        &self,
        (table, index): (&QualifiedName, &Name),
        (partition, part): (&QualifiedName, &Name),
    ) -> String {
        format!(
            "ALTER INDEX {}.{} ATTACH PARTITION {}.{};",
            table.schema.quoted(),
            index.quoted(),
            partition.schema.quoted(),
            part.quoted()
        )
    }

    /// `ALTER INDEX … ALTER COLUMN … SET STATISTICS` for each expression that has a target.
    pub fn index_statistics(
        &self,
        table: &QualifiedName,
        name: &Name,
        elements: &[IndexElement],
    ) -> Vec<String> {
        let targets = elements.iter().enumerate();
        targets
            .filter_map(|(at, element)| {
                Some(format!(
                    "ALTER INDEX {}.{} ALTER COLUMN {} SET STATISTICS {};",
                    table.schema.quoted(),
                    name.quoted(),
                    at + 1,
                    element.statistics?
                ))
            })
            .collect()
    }

    /// `ALTER INDEX … RENAME TO`.
    pub fn rename_index(&self, table: &QualifiedName, from: &Name, to: &Name) -> String {
        format!(
            "ALTER INDEX {}.{} RENAME TO {};",
            table.schema.quoted(),
            from.quoted(),
            to.quoted()
        )
    }

    /// `ALTER TABLE … CLUSTER ON`: which index CLUSTER orders the table by.
    pub fn cluster_on(&self, table: &QualifiedName, index: &Name) -> String {
        format!(
            "ALTER TABLE {} CLUSTER ON {};",
            table.quoted(),
            index.quoted()
        )
    }

    /// `ALTER TABLE … SET WITHOUT CLUSTER`.
    pub fn without_cluster(&self, table: &QualifiedName) -> String {
        format!("ALTER TABLE {} SET WITHOUT CLUSTER;", table.quoted())
    }

    /// `DROP INDEX`.
    pub fn drop_index(&self, table: &QualifiedName, name: &Name, concurrently: bool) -> String {
        let word = if concurrently { "CONCURRENTLY " } else { "" };
        format!(
            "DROP INDEX {word}{}.{};",
            table.schema.quoted(),
            name.quoted()
        )
    }
}

/// One key: column or expression, collation, operator class, order.
pub(super) fn element(element: &IndexElement) -> String {
    let mut sql = match &element.key {
        IndexKey::Column(name) => name.quoted(),
        IndexKey::Expression(expression) => index_expression(expression.sql()),
    };
    if let Some(collation) = &element.collation {
        sql.push_str(&format!(" COLLATE {collation}"));
    }
    if let Some(class) = &element.operator_class {
        sql.push_str(&format!(" {class}"));
    }
    // Descending keys have nulls first unless told otherwise, ascending ones last.
    match (element.descending, element.nulls_first) {
        (false, false) => {}
        (false, true) => sql.push_str(" NULLS FIRST"),
        (true, true) => sql.push_str(" DESC"),
        (true, false) => sql.push_str(" DESC NULLS LAST"),
    }
    sql
}
