//! Views and materialized views.

use super::text::options;
use super::{WriteError, Writer};
use crate::{MaterializedView, ObjectId, QualifiedName, View};

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
        if !view.options.is_empty() {
            with.push_str(&format!(" WITH {}", options(&view.options)));
        }
        if let Some(tablespace) = &view.tablespace {
            with.push_str(&format!(" TABLESPACE {}", tablespace.quoted()));
        }
        let query = query(&view.query);
        Ok(format!(
            "CREATE MATERIALIZED VIEW {}{with} AS\n{query};",
            name.quoted()
        ))
    }
}

fn query(query: &str) -> &str {
    // `pg_get_viewdef` indents the first line by one space.
    query.trim().trim_end_matches(';').trim_end()
}
