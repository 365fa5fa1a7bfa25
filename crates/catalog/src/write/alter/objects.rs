//! Changes in place of objects that stand beside tables: extensions, policies, text search,
//! publications, statistics, event triggers, operators.

use std::collections::BTreeMap;

use super::super::Writer;
use super::super::text::{condition, names, options};
use crate::{
    Name, Operator, OperatorSignature, Policy, Publication, QualifiedName, Subscription,
    TextSearchConfiguration, TriggerEnabled, quote_identifier, quote_literal,
};

impl Writer {
    /// `ALTER EXTENSION … UPDATE TO`.
    pub fn update_extension(&self, name: &Name, version: &str) -> String {
        format!(
            "ALTER EXTENSION {} UPDATE TO {};",
            name.quoted(),
            quote_literal(version)
        )
    }

    /// Gives an extension the comment that it comes with.
    pub fn usual_extension_comment(&self, name: &Name) -> String {
        format!(
            "DO $plan$\nBEGIN\n    EXECUTE format('COMMENT ON EXTENSION %I IS %L', {name},\n        \
             (SELECT comment FROM pg_available_extensions WHERE name = {name}));\nEND\n$plan$;",
            name = quote_literal(name.as_str())
        )
    }

    /// `ALTER POLICY`: its roles and expressions. What a policy has cannot be taken away from it.
    pub fn alter_policy(&self, table: &QualifiedName, name: &Name, to: &Policy) -> String {
        let mut sql = format!("ALTER POLICY {} ON {}", name.quoted(), table.quoted());
        let roles = if to.roles.is_empty() {
            "PUBLIC".to_owned()
        } else {
            names(&to.roles)
        };
        sql.push_str(&format!("\n    TO {roles}"));
        if let Some(using) = &to.using {
            sql.push_str(&format!("\n    {}", condition("USING", using.sql(), 4)));
        }
        if let Some(check) = &to.with_check {
            sql.push_str(&format!(
                "\n    {}",
                condition("WITH CHECK", check.sql(), 4)
            ));
        }
        sql.push(';');
        sql
    }

    /// `ALTER TEXT SEARCH DICTIONARY`: options that lead from one state to another.
    pub fn alter_dictionary(
        &self,
        name: &QualifiedName,
        from: &BTreeMap<String, String>,
        to: &BTreeMap<String, String>,
    ) -> Option<String> {
        let mut parts = Vec::new();
        for (option, value) in to {
            if from.get(option) != Some(value) {
                parts.push(format!("{} = {value}", quote_identifier(option)));
            }
        }
        for option in from.keys().filter(|o| !to.contains_key(*o)) {
            parts.push(quote_identifier(option));
        }
        (!parts.is_empty()).then(|| {
            format!(
                "ALTER TEXT SEARCH DICTIONARY {} ({});",
                name.quoted(),
                parts.join(", ")
            )
        })
    }

    /// `ALTER TEXT SEARCH CONFIGURATION`: mappings that lead from one configuration to another of the
    /// same parser.
    pub fn alter_text_search_configuration(
        &self,
        name: &QualifiedName,
        from: &TextSearchConfiguration,
        to: &TextSearchConfiguration,
    ) -> Vec<String> {
        let head = format!("ALTER TEXT SEARCH CONFIGURATION {}", name.quoted());
        let mut sql = Vec::new();
        for (token, dictionaries) in &to.mappings {
            let word = match from.mappings.get(token) {
                Some(old) if old == dictionaries => continue,
                Some(_) => "ALTER",
                None => "ADD",
            };
            let list: Vec<_> = dictionaries.iter().map(QualifiedName::quoted).collect();
            let (token, list) = (token.quoted(), list.join(", "));
            sql.push(format!("{head} {word} MAPPING FOR {token} WITH {list};"));
        }
        for token in from
            .mappings
            .keys()
            .filter(|t| !to.mappings.contains_key(*t))
        {
            sql.push(format!("{head} DROP MAPPING FOR {};", token.quoted()));
        }
        sql
    }

    /// `ALTER PUBLICATION`: what leads from one publication to another, which both publish tables or
    /// schemas, not everything.
    pub fn alter_publication(
        &self,
        name: &Name,
        from: &Publication,
        to: &Publication,
    ) -> Vec<String> {
        let head = format!("ALTER PUBLICATION {}", name.quoted());
        let mut sql = Vec::new();
        if (&from.tables, &from.schemas) != (&to.tables, &to.schemas) {
            let objects = super::super::replication::published(to);
            if objects.is_empty() {
                let objects = super::super::replication::published(from);
                sql.push(format!("{head} DROP\n    {};", objects.join(",\n    ")));
            } else {
                sql.push(format!("{head} SET\n    {};", objects.join(",\n    ")));
            }
        }
        if from.options != to.options {
            let mut with = to.options.clone();
            for option in from.options.keys().filter(|o| !to.options.contains_key(*o)) {
                let usual = match option.as_str() {
                    "publish" => "insert, update, delete, truncate",
                    "publish_generated_columns" => "none",
                    _ => "false",
                };
                with.insert(option.clone(), usual.to_owned());
            }
            sql.push(format!("{head} SET {};", options(&with)));
        }
        sql
    }

    /// `ALTER SUBSCRIPTION`: where it connects to and what it subscribes to.
    pub fn alter_subscription(
        &self,
        name: &Name,
        from: &Subscription,
        to: &Subscription,
    ) -> Vec<String> {
        let head = format!("ALTER SUBSCRIPTION {}", name.quoted());
        let mut sql = Vec::new();
        if from.connection != to.connection
            && let Some(connection) = &to.connection
        {
            sql.push(format!("{head} CONNECTION {};", quote_literal(connection)));
        }
        if from.publications != to.publications {
            sql.push(format!(
                "{head} SET PUBLICATION {} WITH (refresh = false);",
                names(&to.publications)
            ));
        }
        sql
    }

    /// `ALTER STATISTICS … SET STATISTICS`; nothing goes back to the server's setting.
    pub fn statistics_target(&self, name: &QualifiedName, target: Option<i32>) -> String {
        format!(
            "ALTER STATISTICS {} SET STATISTICS {};",
            name.quoted(),
            target.unwrap_or(-1)
        )
    }

    /// `ALTER EVENT TRIGGER … ENABLE`, or DISABLE.
    pub fn event_trigger_state(&self, name: &Name, state: TriggerEnabled) -> String {
        let word = match state {
            TriggerEnabled::Origin => "ENABLE",
            TriggerEnabled::Always => "ENABLE ALWAYS",
            TriggerEnabled::Replica => "ENABLE REPLICA",
            TriggerEnabled::Disabled => "DISABLE",
        };
        format!("ALTER EVENT TRIGGER {} {word};", name.quoted())
    }

    /// `ALTER OPERATOR … SET (RESTRICT, JOIN)`.
    pub fn operator_estimators(&self, signature: &OperatorSignature, to: &Operator) -> String {
        let name =
            |f: &Option<QualifiedName>| f.as_ref().map_or("NONE".to_owned(), QualifiedName::quoted);
        format!(
            "ALTER OPERATOR {} SET (RESTRICT = {}, JOIN = {});",
            signature.quoted(),
            name(&to.restrict),
            name(&to.join)
        )
    }
}
