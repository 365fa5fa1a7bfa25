//! Reading publications and subscriptions.

use std::collections::BTreeMap;

use pgwright_catalog::{
    ObjectId, Publication, PublishedTable, Subscription, connection_without_secrets,
};

use super::constraints::expression;
use super::{Class, ReadError, Reader, Record};

impl Reader<'_> {
    pub(super) fn read_replication(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/publications.sql");
        for row in self.query("publications", query, &[])? {
            let oid = row.get("oid")?;
            if !self.is_own(Class::Publication, oid) {
                continue;
            }
            let schemas: Vec<u32> = row.get("schemas")?;
            let schema = |schema: &u32| self.names.get(Class::Schema, *schema).cloned();
            let publication = Publication {
                all_tables: row.get("all_tables")?,
                schemas: schemas.iter().filter_map(schema).collect(),
                tables: BTreeMap::new(),
                options: publication_options(&row)?,
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Publication, oid),
            };
            let name = row.name("name")?;
            let id = ObjectId::Publication(name.clone());
            self.ids.insert((Class::Publication, oid), id);
            self.catalog.publications.insert(name, publication);
        }
        self.read_published_tables()?;
        self.read_subscriptions()
    }

    fn read_published_tables(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/published_tables.sql");
        for row in self.query("tables of publications", query, &[])? {
            let relation: u32 = row.get("relation")?;
            let Some(of) = self
                .id(Class::Publication, row.get("publication")?)
                .cloned()
            else {
                continue;
            };
            let Some(ObjectId::Table(table)) = self.id(Class::Relation, relation).cloned() else {
                self.warn(&of, "one of its tables is not held: it is an extension's");
                continue;
            };
            let columns: Option<Vec<i16>> = row.get("columns")?;
            let predicate: Option<String> = row.get("predicate")?;
            let relation = self.relations.get(&relation);
            let published = PublishedTable {
                columns: columns.zip(relation).map(|(mut columns, relation)| {
                    columns.sort_unstable();
                    relation.columns(&columns)
                }),
                predicate: predicate.map(|sql| expression(&sql)),
            };
            if let ObjectId::Publication(name) = &of
                && let Some(publication) = self.catalog.publications.get_mut(name)
            {
                publication.tables.insert(table, published);
            }
        }
        Ok(())
    }

    fn read_subscriptions(&mut self) -> Result<(), ReadError> {
        let query = include_str!("../queries/subscriptions.sql");
        let rows = self.query("subscriptions", query, &[])?;
        let mut connections = BTreeMap::new();
        if let Some(row) = rows.first()
            && row.get("is_readable")?
        {
            let query = include_str!("../queries/subscription_connections.sql");
            for row in self.query("connections of subscriptions", query, &[])? {
                let connection = connection_without_secrets(&row.text("connection")?);
                connections.insert(row.get::<u32>("oid")?, connection);
            }
        }
        for row in rows {
            let oid: u32 = row.get("oid")?;
            if !self.is_own(Class::Subscription, oid) {
                continue;
            }
            let name = row.name("name")?;
            let id = ObjectId::Subscription(name.clone());
            let connection = connections.remove(&oid).flatten();
            if connection.is_none() {
                self.warn(
                    &id,
                    "its connection is not held: only a superuser may read it",
                );
            }
            let publications: Vec<String> = row.get("publications")?;
            let subscription = Subscription {
                connection,
                publications: publications.into_iter().map(Into::into).collect(),
                options: self.subscription_options(&row)?,
                enabled: row.get("enabled")?,
                owner: self.owner(row.get("owner")?),
                comment: self.comment(Class::Subscription, oid),
            };
            self.ids.insert((Class::Subscription, oid), id);
            self.catalog.subscriptions.insert(name, subscription);
        }
        Ok(())
    }

    /// Those that have not the server's own default.
    fn subscription_options(&self, row: &Record) -> Result<BTreeMap<String, String>, ReadError> {
        let mut options = BTreeMap::new();
        let mut say = |name: &str, value: String, usual: &str| {
            if value != usual {
                options.insert(name.to_owned(), value);
            }
        };
        let slot: Option<String> = row.get("slot_name")?;
        say(
            "slot_name",
            slot.unwrap_or_else(|| "NONE".to_owned()),
            &row.text("name")?,
        );
        say("synchronous_commit", row.text("synchronous_commit")?, "off");
        say("origin", row.text("origin")?, "any");
        for (option, column, usual) in [
            ("binary", "is_binary", "false"),
            ("two_phase", "two_phase", "false"),
            ("disable_on_error", "disable_on_error", "false"),
            ("password_required", "password_required", "true"),
            ("run_as_owner", "run_as_owner", "false"),
            ("failover", "failover", "false"),
        ] {
            say(option, row.get::<bool>(column)?.to_string(), usual);
        }
        let streaming = match row.text("streaming")?.as_str() {
            "p" => "parallel",
            "t" | "true" => "on",
            _ => "off",
        };
        let usual = if self.major >= 18 { "parallel" } else { "off" };
        say("streaming", streaming.to_owned(), usual);
        Ok(options)
    }
}

/// Those that have not their default.
fn publication_options(row: &Record) -> Result<BTreeMap<String, String>, ReadError> {
    let mut options = BTreeMap::new();
    let mut published = Vec::new();
    for (column, word) in [
        ("inserts", "insert"),
        ("updates", "update"),
        ("deletes", "delete"),
        ("truncates", "truncate"),
    ] {
        if row.get(column)? {
            published.push(word);
        }
    }
    if published.len() < 4 {
        options.insert("publish".to_owned(), published.join(", "));
    }
    if row.get("via_root")? {
        options.insert("publish_via_partition_root".to_owned(), "true".to_owned());
    }
    if row.get("generated_columns")? {
        options.insert("publish_generated_columns".to_owned(), "stored".to_owned());
    }
    Ok(options)
}
