//! Extended statistics objects.

use super::text::index_expression;
use super::{WIDTH, Writer};
use crate::{IndexKey, QualifiedName, Statistics};

impl Writer {
    /// `CREATE STATISTICS`, and its target when one was chosen.
    pub fn create_statistics(&self, name: &QualifiedName, statistics: &Statistics) -> Vec<String> {
        let kinds: Vec<_> = statistics.kinds.iter().map(String::as_str).collect();
        let kinds = if kinds.is_empty() {
            String::new()
        } else {
            format!(" ({})", kinds.join(", "))
        };
        let elements: Vec<_> = statistics
            .elements
            .iter()
            .map(|element| match element {
                IndexKey::Column(column) => column.quoted(),
                IndexKey::Expression(expression) => index_expression(expression.sql()),
            })
            .collect();
        let clauses = [
            format!("CREATE STATISTICS {}{kinds}", name.quoted()),
            format!("ON {}", elements.join(", ")),
            format!("FROM {}", statistics.table.quoted()),
        ];
        let line = format!("{};", clauses.join(" "));
        let create = if line.len() <= WIDTH {
            line
        } else {
            format!("{};", clauses.join("\n    "))
        };
        let mut sql = vec![create];
        sql.extend(statistics.target.map(|target| {
            format!(
                "ALTER STATISTICS {} SET STATISTICS {target};",
                name.quoted()
            )
        }));
        sql
    }
}
