//! Publications and subscriptions.

use std::collections::BTreeMap;

use super::text::{names, options};
use super::{WriteError, Writer};
use crate::{Name, ObjectId, Publication, QualifiedName, Subscription, quote_literal};

impl Writer {
    /// `CREATE PUBLICATION`.
    pub fn create_publication(
        &self,
        name: &Name,
        publication: &Publication,
    ) -> Result<String, WriteError> {
        let object = || ObjectId::Publication(name.clone());
        let mut sql = format!("CREATE PUBLICATION {}", name.quoted());
        if publication.all_tables {
            sql.push_str(" FOR ALL TABLES");
        }
        for published in publication.tables.values() {
            if published.columns.is_some() {
                self.needs(15, "a column list of a publication", object)?;
            }
            if published.predicate.is_some() {
                self.needs(15, "a row filter of a publication", object)?;
            }
        }
        if !publication.schemas.is_empty() {
            self.needs(15, "a publication of the tables of a schema", object)?;
        }
        let lines = published(publication);
        if !lines.is_empty() {
            sql.push_str(&format!(" FOR\n    {}", lines.join(",\n    ")));
        }
        if !publication.options.is_empty() {
            let gap = if lines.is_empty() { " " } else { "\n    " };
            sql.push_str(&format!("{gap}WITH {}", options(&publication.options)));
        }
        sql.push(';');
        Ok(sql)
    }

    /// `CREATE SUBSCRIPTION` that does not connect and is not enabled: a copy of a schema must not
    /// start to take changes from the publisher. A comment says what is left to be done.
    pub fn create_subscription(&self, name: &Name, subscription: &Subscription) -> String {
        let mut with = BTreeMap::from([
            ("connect".to_owned(), "false".to_owned()),
            ("enabled".to_owned(), "false".to_owned()),
        ]);
        with.extend(subscription.options.clone());
        let with: Vec<_> = with
            .iter()
            .map(|(key, value)| {
                // NONE is a word here, not a slot of that name.
                if key == "slot_name" && value.eq_ignore_ascii_case("none") {
                    return format!("{key} = NONE");
                }
                let plain = value.chars().all(|c| c.is_ascii_lowercase());
                if plain && !value.is_empty() {
                    format!("{key} = {value}")
                } else {
                    format!("{key} = {}", quote_literal(value))
                }
            })
            .collect();
        let mut notes = String::new();
        if subscription.connection.is_none() {
            notes.push_str("-- How it connects could not be read, and is to be set.\n");
        }
        if subscription.enabled {
            notes.push_str(&format!(
                "-- It was enabled. To enable it, set its password and run\n\
                 -- ALTER SUBSCRIPTION {} ENABLE;\n",
                name.quoted()
            ));
        }
        format!(
            "{notes}CREATE SUBSCRIPTION {}\n    CONNECTION {}\n    PUBLICATION {}\n    WITH ({});",
            name.quoted(),
            quote_literal(subscription.connection.as_deref().unwrap_or("")),
            names(&subscription.publications),
            with.join(", ")
        )
    }

    /// What lets go of a subscription without asking the publisher: its slot there stays.
    pub fn drop_subscription(&self, name: &Name) -> Vec<String> {
        let name = name.quoted();
        vec![
            format!("ALTER SUBSCRIPTION {name} DISABLE;"),
            format!("ALTER SUBSCRIPTION {name} SET (slot_name = NONE);"),
            format!("DROP SUBSCRIPTION {name};"),
        ]
    }
}

/// What a publication publishes, as `FOR`, `SET` and `DROP` list it.
pub(super) fn published(publication: &Publication) -> Vec<String> {
    let mut lines = Vec::new();
    if !publication.tables.is_empty() {
        let tables: Vec<_> = publication
            .tables
            .iter()
            .map(|(table, published)| {
                // A table is published as itself: what inherits from it is listed as well.
                let mut text = format!("ONLY {}", QualifiedName::quoted(table));
                if let Some(columns) = &published.columns {
                    text.push_str(&format!(" ({})", names(columns)));
                }
                if let Some(predicate) = &published.predicate {
                    text.push_str(&format!(" WHERE ({})", predicate.sql().trim()));
                }
                text
            })
            .collect();
        lines.push(format!("TABLE {}", tables.join(",\n        ")));
    }
    if !publication.schemas.is_empty() {
        lines.push(format!("TABLES IN SCHEMA {}", names(&publication.schemas)));
    }
    lines
}
