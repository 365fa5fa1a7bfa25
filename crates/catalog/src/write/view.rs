//! Views and materialized views.

use super::text::{options, type_name};
use super::{WriteError, Writer};
use crate::{MaterializedView, ObjectId, QualifiedName, View, ViewColumn};

impl Writer {
    /// `CREATE VIEW`; with `replace`, OR REPLACE.
    pub fn create_view(
        &self,
        name: &QualifiedName,
        view: &View,
        replace: bool,
    ) -> Result<String, WriteError> {
        if view.options.contains_key("security_invoker") {
            self.needs(15, "security_invoker", || ObjectId::View(name.clone()))?;
        }
        let replace = if replace { "OR REPLACE " } else { "" };
        let with = if view.options.is_empty() {
            String::new()
        } else {
            format!(" WITH {}", options(&view.options))
        };
        let query = query(&view.query);
        Ok(format!(
            "CREATE {replace}VIEW {}{with} AS\n{query};",
            name.quoted()
        ))
    }

    /// `CREATE MATERIALIZED VIEW`, filled at once so that it can be read.
    pub fn create_materialized_view(
        &self,
        name: &QualifiedName,
        view: &MaterializedView,
    ) -> Result<String, WriteError> {
        let mut with = String::new();
        if let Some(method) = &view.access_method {
            with.push_str(&format!(" USING {}", method.quoted()));
        }
        if !view.options.is_empty() {
            with.push_str(&format!(" WITH {}", options(&view.options)));
        }
        if let Some(tablespace) = &view.tablespace {
            with.push_str(&format!(" TABLESPACE {}", tablespace.quoted()));
        }
        let query = query(&view.query);
        let no_data = if view.unpopulated {
            "\nWITH NO DATA"
        } else {
            ""
        };
        Ok(format!(
            "CREATE MATERIALIZED VIEW {}{with} AS\n{query}{no_data};",
            name.quoted()
        ))
    }

    /// `CREATE VIEW` with the columns of a view and no rows: what others can name before the view
    /// itself can be made. Every column's type must be known.
    pub fn create_view_outline(
        &self,
        name: &QualifiedName,
        view: &View,
        replace: bool,
    ) -> Result<String, WriteError> {
        let mut columns = Vec::new();
        for column in &view.columns {
            let Some(data_type) = &column.data_type else {
                return Err(WriteError::Impossible {
                    object: Box::new(ObjectId::View(name.clone())),
                    problem: "it is needed by what it needs itself, and its types are not known"
                        .to_owned(),
                });
            };
            let column = column.name.quoted();
            columns.push(format!("    NULL::{} AS {column}", type_name(data_type)));
        }
        let replace = if replace { "OR REPLACE " } else { "" };
        Ok(format!(
            "CREATE {replace}VIEW {} AS\nSELECT\n{};",
            name.quoted(),
            columns.join(",\n")
        ))
    }

    /// What CREATE MATERIALIZED VIEW cannot say of its columns.
    pub fn view_column_settings(&self, view: &QualifiedName, column: &ViewColumn) -> Vec<String> {
        let alter = format!(
            "ALTER MATERIALIZED VIEW {} ALTER COLUMN {}",
            view.quoted(),
            column.name.quoted()
        );
        let mut sql = Vec::new();
        if let Some(storage) = &column.storage {
            sql.push(format!("{alter} SET STORAGE {storage};"));
        }
        if let Some(compression) = &column.compression {
            sql.push(format!("{alter} SET COMPRESSION {compression};"));
        }
        if let Some(target) = column.statistics {
            sql.push(format!("{alter} SET STATISTICS {target};"));
        }
        sql
    }
}

fn query(query: &str) -> String {
    // `pg_get_viewdef` indents the first line by one space.
    super::between::restored(query.trim().trim_end_matches(';').trim_end())
}
