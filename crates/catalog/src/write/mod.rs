//! The SQL writer: the text of the statements that create, comment, grant and drop an object.
//!
//! Every function returns whole statements with their semicolon, laid out for a reader: columns of a
//! table aligned, one constraint a line, key words in upper case, and nothing said that PostgreSQL
//! takes as given. The order of statements is the business of the migration planner.

mod aggregate;
mod alter;
mod between;
mod cast;
mod collation;
mod column;
mod constraint;
mod event_trigger;
mod foreign;
mod index;
mod language;
mod operator;
mod policy;
mod privilege;
mod replication;
mod routine;
mod rule;
mod scan;
mod statistics;
mod table;
mod text;
mod text_search;
mod trigger;
mod types;
mod view;

use crate::{
    ArgumentMode, Catalog, Extension, Name, ObjectId, QualifiedName, RoutineKind, RoutineSignature,
    TypeKind,
};

pub use alter::{EnumPosition, IdentityChange};
pub use column::not_null_name;
pub use privilege::GrantTarget;
pub use scan::{Token, TokenKind, scan};
pub use table::Apart;
pub use text::{dollar_quote, type_name};

/// Lines longer than this are broken where SQL lets them be.
pub(crate) const WIDTH: usize = 100;

/// Writes SQL that a PostgreSQL of one major version understands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Writer {
    target: u32,
}

/// Why an object cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The target server is too old for a property of the object.
    #[error("{object}: {feature} needs PostgreSQL {since} or newer, and the target is {target}")]
    TooNew {
        /// The object.
        object: Box<ObjectId>,
        /// The property, in the manual's words.
        feature: &'static str,
        /// The first major version that has it.
        since: u32,
        /// The version that is written for.
        target: u32,
    },
    /// No server could take the object as it is.
    #[error("{object}: {problem}")]
    Impossible {
        /// The object.
        object: Box<ObjectId>,
        /// What is wrong with it.
        problem: String,
    },
}

impl Writer {
    /// A writer for a major version, as in 18.
    pub fn new(target: u32) -> Self {
        Self { target }
    }

    /// The major version that is written for.
    pub fn target(&self) -> u32 {
        self.target
    }

    /// Fails when the target lacks a feature.
    fn needs(
        &self,
        since: u32,
        feature: &'static str,
        object: impl FnOnce() -> ObjectId,
    ) -> Result<(), WriteError> {
        if self.target >= since {
            Ok(())
        } else {
            Err(WriteError::TooNew {
                object: Box::new(object()),
                feature,
                since,
                target: self.target,
            })
        }
    }

    /// How SQL addresses an object in COMMENT, DROP and ALTER … OWNER: `TABLE crm.orders`,
    /// `TRIGGER touch ON crm.orders`. The catalog tells domains from types and procedures from
    /// functions.
    pub fn address(&self, catalog: &Catalog, object: &ObjectId) -> String {
        let on = |word: &str, table: &QualifiedName, name: &Name| {
            format!("{word} {} ON {}", name.quoted(), table.quoted())
        };
        match object {
            ObjectId::Role(n) => format!("ROLE {}", n.quoted()),
            ObjectId::Extension(n) => format!("EXTENSION {}", n.quoted()),
            ObjectId::Schema(n) => format!("SCHEMA {}", n.quoted()),
            ObjectId::Type(q) => {
                let domain = catalog
                    .types
                    .get(q)
                    .is_some_and(|t| matches!(t.kind, TypeKind::Domain { .. }));
                format!("{} {}", if domain { "DOMAIN" } else { "TYPE" }, q.quoted())
            }
            ObjectId::Sequence(q) => format!("SEQUENCE {}", q.quoted()),
            ObjectId::Table(q) => {
                let foreign = catalog.tables.get(q).is_some_and(|t| t.foreign.is_some());
                let word = if foreign { "FOREIGN TABLE" } else { "TABLE" };
                format!("{word} {}", q.quoted())
            }
            ObjectId::View(q) => format!("VIEW {}", q.quoted()),
            ObjectId::MaterializedView(q) => format!("MATERIALIZED VIEW {}", q.quoted()),
            ObjectId::Column(t, n) => format!("COLUMN {}.{}", t.quoted(), n.quoted()),
            ObjectId::Index(t, n) => {
                // An index lives in the schema of its table.
                format!("INDEX {}.{}", t.schema.quoted(), n.quoted())
            }
            ObjectId::Constraint(t, n) => on("CONSTRAINT", t, n),
            ObjectId::Trigger(t, n) => on("TRIGGER", t, n),
            ObjectId::Policy(t, n) => on("POLICY", t, n),
            ObjectId::Rule(t, n) => on("RULE", t, n),
            ObjectId::Language(n) => format!("LANGUAGE {}", n.quoted()),
            ObjectId::AccessMethod(n) => format!("ACCESS METHOD {}", n.quoted()),
            ObjectId::Aggregate(s) => self.aggregate_address(catalog, s),
            ObjectId::Operator(o) => format!("OPERATOR {}", o.quoted()),
            ObjectId::OperatorFamily(o) => format!("OPERATOR FAMILY {}", o.quoted()),
            ObjectId::OperatorClass(o) => format!("OPERATOR CLASS {}", o.quoted()),
            ObjectId::Cast(c) => format!("CAST {c}"),
            ObjectId::Transform(t) => format!("TRANSFORM {t}"),
            ObjectId::Collation(q) => format!("COLLATION {}", q.quoted()),
            ObjectId::Conversion(q) => format!("CONVERSION {}", q.quoted()),
            ObjectId::TextSearchParser(q) => format!("TEXT SEARCH PARSER {}", q.quoted()),
            ObjectId::TextSearchTemplate(q) => format!("TEXT SEARCH TEMPLATE {}", q.quoted()),
            ObjectId::TextSearchDictionary(q) => format!("TEXT SEARCH DICTIONARY {}", q.quoted()),
            ObjectId::TextSearchConfiguration(q) => {
                format!("TEXT SEARCH CONFIGURATION {}", q.quoted())
            }
            ObjectId::Statistics(q) => format!("STATISTICS {}", q.quoted()),
            ObjectId::ForeignDataWrapper(n) => format!("FOREIGN DATA WRAPPER {}", n.quoted()),
            ObjectId::ForeignServer(n) => format!("SERVER {}", n.quoted()),
            ObjectId::UserMapping(u) => format!("USER MAPPING {u}"),
            ObjectId::EventTrigger(n) => format!("EVENT TRIGGER {}", n.quoted()),
            ObjectId::Publication(n) => format!("PUBLICATION {}", n.quoted()),
            ObjectId::Subscription(n) => format!("SUBSCRIPTION {}", n.quoted()),
            ObjectId::Routine(s) => {
                let procedure = catalog
                    .routines
                    .get(s)
                    .is_some_and(|r| r.kind == RoutineKind::Procedure);
                let word = if procedure { "PROCEDURE" } else { "FUNCTION" };
                format!("{word} {}", self.signature(s))
            }
        }
    }

    /// A routine's name with its argument types, as GRANT, COMMENT and DROP take it.
    pub fn signature(&self, signature: &RoutineSignature) -> String {
        let types: Vec<_> = signature.arguments.iter().map(|a| type_name(a)).collect();
        format!("{}({})", signature.name.quoted(), types.join(", "))
    }

    /// An aggregate as COMMENT, DROP and ALTER take it: `AGGREGATE s.a(*)`, `s.a(x ORDER BY y)`.
    fn aggregate_address(&self, catalog: &Catalog, signature: &RoutineSignature) -> String {
        let aggregate = catalog.aggregates.get(signature);
        let types: Vec<_> = match aggregate {
            // One VARIADIC "any" for both lists is told by that word.
            Some(aggregate) => (aggregate.arguments.iter())
                .map(|a| match a.mode {
                    ArgumentMode::Variadic => format!("VARIADIC {}", type_name(&a.data_type)),
                    _ => type_name(&a.data_type),
                })
                .collect(),
            None => signature.arguments.iter().map(|a| type_name(a)).collect(),
        };
        let direct = aggregate.and_then(|a| a.direct_arguments);
        let arguments = aggregate::argument_list(&types, direct);
        format!("AGGREGATE {}({arguments})", signature.name.quoted())
    }

    /// `COMMENT ON …`; no text takes the comment away.
    pub fn comment(&self, address: &str, text: Option<&str>) -> String {
        match text {
            None => format!("COMMENT ON {address} IS NULL;"),
            Some(text) => {
                let literal = crate::quote_literal(text);
                let head = format!("COMMENT ON {address} IS");
                let gap = if head.len() + literal.len() + 2 > WIDTH {
                    "\n    "
                } else {
                    " "
                };
                format!("{head}{gap}{literal};")
            }
        }
    }

    /// `SECURITY LABEL FOR provider ON …`; no label takes it away.
    pub fn security_label(&self, address: &str, provider: &Name, label: Option<&str>) -> String {
        let label = label.map_or("NULL".to_owned(), crate::quote_literal);
        format!(
            "SECURITY LABEL FOR {} ON {address} IS {label};",
            provider.quoted()
        )
    }

    /// `DROP …` of an object that stands alone. Columns and constraints go by
    /// [`Writer::drop_column`] and [`Writer::drop_constraint`].
    pub fn drop(&self, address: &str) -> String {
        format!("DROP {address};")
    }

    /// `DROP … CASCADE`, of a type and the functions that need it and that it needs itself.
    pub fn drop_cascade(&self, address: &str) -> String {
        format!("DROP {address} CASCADE;")
    }

    /// `ALTER … OWNER TO`.
    pub fn owner(&self, address: &str, owner: &Name) -> String {
        format!("ALTER {address} OWNER TO {};", owner.quoted())
    }

    /// `ALTER … OWNER TO CURRENT_USER`.
    pub fn own(&self, address: &str) -> String {
        format!("ALTER {address} OWNER TO CURRENT_USER;")
    }

    /// `CREATE SCHEMA`.
    pub fn create_schema(&self, name: &Name) -> String {
        format!("CREATE SCHEMA {};", name.quoted())
    }

    /// `CREATE SCHEMA IF NOT EXISTS`.
    pub fn create_schema_if_missing(&self, name: &Name) -> String {
        format!("CREATE SCHEMA IF NOT EXISTS {};", name.quoted())
    }

    /// Drops a schema that nothing is in.
    pub fn drop_schema_if_unused(&self, name: &Name) -> String {
        let literal = crate::quote_literal(&name.quoted());
        let unused = format!(
            "to_regnamespace({literal}) IS NOT NULL AND NOT EXISTS (SELECT FROM pg_depend \
             WHERE refclassid = 'pg_namespace'::regclass AND refobjid = to_regnamespace({literal}))"
        );
        let statement = self.drop(&format!("SCHEMA {}", name.quoted()));
        self.where_holds(&unused, &[statement], &[])
    }

    /// `CREATE EXTENSION`: an extension that is there already is left as it is, because a managed
    /// server may have installed it beforehand.
    pub fn create_extension(&self, name: &Name, extension: &Extension) -> String {
        let mut sql = format!("CREATE EXTENSION IF NOT EXISTS {}", name.quoted());
        if let Some(schema) = &extension.schema {
            sql.push_str(&format!(" WITH SCHEMA {}", schema.quoted()));
        }
        if let Some(version) = &extension.version {
            sql.push_str(&format!(" VERSION {}", crate::quote_literal(version)));
        }
        sql.push(';');
        sql
    }
}
