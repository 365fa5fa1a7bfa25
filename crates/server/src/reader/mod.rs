//! The catalog reader: a live database as a [`Catalog`], in one snapshot.
//!
//! One query per kind of object, each a file of `queries/`, so that reading takes as many round trips
//! for ten thousand tables as for one. What the server has to look up or print for each object costs
//! most, so queries bring oids and arrays of them, and what they stand for is put in here: names,
//! columns of keys, comments, privileges. The search path is empty while reading, which makes the server
//! print every name outside pg_catalog with its schema.

mod aggregates;
mod class;
mod cluster;
mod code;
mod constraints;
mod dependencies;
mod foreign;
mod indexes;
mod names;
mod operator_class;
mod operators;
mod privileges;
mod relations;
mod replication;
mod routines;
mod rules;
mod sequences;
mod text;
mod text_search;
mod triggers;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName};
use postgres::types::{FromSql, ToSql, Type};
use postgres::{Client, IsolationLevel, Row, Transaction};

use crate::installation::OLDEST_MAJOR;
use class::Class;
use names::Names;

/// What to read, beside every object of the database that a catalog can hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Which roles to read.
    pub roles: RoleSelection,
    /// Objects that this role owns are read as having no owner: with the role that applied a schema,
    /// the owners nobody chose.
    pub implied_owner: Option<Name>,
}

/// Which roles to read. Roles belong to the cluster, not to the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum RoleSelection {
    /// Those that grants, policies, default privileges and ownership name, without PostgreSQL's own
    /// (`pg_…`) and superusers.
    #[default]
    Referenced,
    /// Those of the names that exist.
    Named(BTreeSet<Name>),
}

/// A catalog as read, and what the database has beyond it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reading {
    /// The schema.
    pub catalog: Catalog,
    /// What was met and cannot be held, in a fixed order.
    pub warnings: Vec<ReadWarning>,
}

/// Something a database has that a catalog cannot hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{object}: {message}")]
pub struct ReadWarning {
    /// The object, as in `table public.orders`.
    pub object: String,
    /// What is not held.
    pub message: String,
}

/// Why a database could not be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// The server is too old.
    #[error(
        "PostgreSQL {version} is too old to be read\n\
         hint: pgwright works with {OLDEST_MAJOR} and newer"
    )]
    TooOld {
        /// The server's version.
        version: String,
    },
    /// A query failed.
    #[error("reading {what}: {}", crate::script::describe(.source))]
    Query {
        /// What was being read.
        what: &'static str,
        /// What the server or the client library said.
        source: postgres::Error,
    },
    /// The server answered in a form that is not known, as a much newer one might.
    #[error(
        "{object}: `{text}` was not understood\nhint: is the server newer than pgwright knows?"
    )]
    Form {
        /// The object.
        object: String,
        /// What the server printed.
        text: String,
    },
}

/// Reads a database's schema in one repeatable-read, read-only transaction.
///
/// Objects of extensions and of the system are left out. What a catalog cannot hold is a warning.
pub fn read_catalog(client: &mut Client, options: &ReadOptions) -> Result<Reading, ReadError> {
    let failed = |source| ReadError::Query {
        what: "the server's version",
        source,
    };
    let mut transaction = client
        .build_transaction()
        .isolation_level(IsolationLevel::RepeatableRead)
        .read_only(true)
        .start()
        .map_err(failed)?;
    // What the server prints depends on these.
    transaction
        .batch_execute(
            "SET LOCAL search_path = '';
             SET LOCAL datestyle = 'ISO, MDY';
             SET LOCAL intervalstyle = 'postgres';
             SET LOCAL timezone = 'UTC';
             SET LOCAL extra_float_digits = 1;
             SET LOCAL quote_all_identifiers = off;
             SET LOCAL bytea_output = 'hex';
             SET LOCAL statement_timeout = 0;
             SET LOCAL jit = off",
        )
        .map_err(failed)?;
    let version: i32 = transaction
        .query_one("SELECT current_setting('server_version_num')::int", &[])
        .and_then(|row| row.try_get(0))
        .map_err(failed)?;
    let major = u32::try_from(version / 10_000).unwrap_or(0);
    if major < OLDEST_MAJOR {
        let version = format!("{major}.{}", version % 10_000);
        return Err(ReadError::TooOld { version });
    }
    let mut reader = Reader {
        transaction,
        major,
        options,
        catalog: Catalog::empty(),
        warnings: BTreeSet::new(),
        ids: BTreeMap::new(),
        names: Names::default(),
        left_out: BTreeSet::new(),
        comments: BTreeMap::new(),
        classes: operator_class::Classes::default(),
        relations: BTreeMap::new(),
        indexes: BTreeMap::new(),
        parents: BTreeMap::new(),
        inherited_not_null: BTreeSet::new(),
    };
    // Later parts look up what earlier ones have read.
    reader.read_names()?;
    reader.read_extensions()?;
    reader.read_schemas()?;
    reader.read_code()?;
    reader.read_operators()?;
    reader.read_parents()?;
    reader.read_relations()?;
    reader.read_types()?;
    reader.read_routines()?;
    reader.read_aggregates()?;
    reader.read_sequences()?;
    reader.read_indexes()?;
    reader.read_constraints()?;
    reader.read_statistics()?;
    reader.read_triggers()?;
    reader.read_rules()?;
    reader.read_policies()?;
    reader.read_text_search()?;
    reader.read_foreign()?;
    reader.read_replication()?;
    reader.read_grants()?;
    reader.read_default_privileges()?;
    reader.read_labels()?;
    reader.read_dependencies()?;
    reader.leave_out_inherited();
    reader.read_unheld()?;
    reader.forget_untouched_public();
    reader.read_roles()?;
    let Reader {
        transaction,
        catalog,
        warnings,
        ..
    } = reader;
    transaction.rollback().map_err(failed)?;
    Ok(Reading {
        catalog,
        warnings: warnings.into_iter().collect(),
    })
}

/// A reading in progress.
struct Reader<'a> {
    transaction: Transaction<'a>,
    major: u32,
    options: &'a ReadOptions,
    catalog: Catalog,
    warnings: BTreeSet<ReadWarning>,
    /// What each oid is. What is not held, such as an extension's, is not here.
    ids: BTreeMap<(Class, u32), ObjectId>,
    /// What oids stand for.
    names: Names,
    /// What comes with something else: members of extensions, functions of range types.
    left_out: BTreeSet<(u32, u32)>,
    /// Comments by system catalog, oid and part, each taken by what it is for.
    comments: BTreeMap<(u32, u32, i32), String>,
    classes: operator_class::Classes,
    /// Every table, view and composite type, those that are not held too.
    relations: BTreeMap<u32, relations::Relation>,
    /// Every index, those behind constraints too.
    indexes: BTreeMap<u32, indexes::IndexRow>,
    /// Parents of tables and indexes, in their order.
    parents: BTreeMap<u32, Vec<u32>>,
    /// Columns whose NOT NULL comes from a parent alone (PostgreSQL 18).
    inherited_not_null: BTreeSet<(QualifiedName, Name)>,
}

impl Reader<'_> {
    /// Runs a query of `queries/`, in one round trip.
    fn query(
        &mut self,
        what: &'static str,
        sql: &str,
        parameters: &[(&(dyn ToSql + Sync), Type)],
    ) -> Result<Vec<Record>, ReadError> {
        let sql = for_version(sql, self.major);
        let rows = self
            .transaction
            .query_typed(&sql, parameters)
            .map_err(|source| ReadError::Query { what, source })?;
        Ok(rows.into_iter().map(|row| Record { what, row }).collect())
    }

    fn warn(&mut self, object: &ObjectId, message: impl Into<String>) {
        let object = object.to_string();
        self.warnings.insert(ReadWarning {
            object,
            message: message.into(),
        });
    }

    fn id(&self, class: Class, oid: u32) -> Option<&ObjectId> {
        self.ids.get(&(class, oid))
    }

    /// The name of a table, view or the like by its oid, if it is held.
    fn relation(&self, oid: u32) -> Option<&QualifiedName> {
        match self.id(Class::Relation, oid)? {
            ObjectId::Table(name)
            | ObjectId::View(name)
            | ObjectId::MaterializedView(name)
            | ObjectId::Sequence(name) => Some(name),
            _ => None,
        }
    }

    /// The name of an object of a schema, unless it is the system's or comes with something else.
    fn own_name(&self, class: Class, row: &Record) -> Result<Option<QualifiedName>, ReadError> {
        let Some(schema) = self.names.own_schema(row.get("schema")?) else {
            return Ok(None);
        };
        Ok(match self.is_own(class, row.get("oid")?) {
            true => Some(QualifiedName::new(schema.clone(), row.name("name")?)),
            false => None,
        })
    }

    /// Neither the system's nor a part of something else.
    fn is_own(&self, class: Class, oid: u32) -> bool {
        oid >= FIRST_OWN && !self.left_out.contains(&(class.number(), oid))
    }

    /// An owner by its oid, unless it is the one nobody chose.
    fn owner(&self, role: u32) -> Option<Name> {
        let name = self.names.get(Class::Role, role)?;
        (Some(name) != self.options.implied_owner.as_ref()).then(|| name.clone())
    }

    /// The comment on an object.
    fn comment(&mut self, class: Class, oid: u32) -> Option<String> {
        self.comments.remove(&(class.number(), oid, 0))
    }

    /// The comment on a column.
    fn column_comment(&mut self, relation: u32, number: i16) -> Option<String> {
        let class = Class::Relation.number();
        self.comments.remove(&(class, relation, i32::from(number)))
    }
}

/// The first oid that the system does not use for itself (FirstNormalObjectId).
const FIRST_OWN: u32 = 16_384;

/// A row, whose columns are asked for by name.
struct Record {
    what: &'static str,
    row: Row,
}

impl Record {
    fn get<'a, T: FromSql<'a>>(&'a self, column: &str) -> Result<T, ReadError> {
        self.row.try_get(column).map_err(|source| ReadError::Query {
            what: self.what,
            source,
        })
    }

    fn text(&self, column: &str) -> Result<String, ReadError> {
        self.get(column)
    }

    fn name(&self, column: &str) -> Result<Name, ReadError> {
        Ok(Name::from(self.text(column)?))
    }

    fn names(&self, column: &str) -> Result<Vec<Name>, ReadError> {
        let names: Option<Vec<String>> = self.get(column)?;
        Ok(names
            .unwrap_or_default()
            .into_iter()
            .map(Name::from)
            .collect())
    }

    /// A column of the type `"char"`, as enable states and kinds have; NULL is a blank.
    fn code(&self, column: &str) -> Result<char, ReadError> {
        let code: Option<i8> = self.get(column)?;
        Ok(code.map_or(' ', |code| char::from(code.unsigned_abs())))
    }

    fn optional_name(&self, column: &str) -> Result<Option<Name>, ReadError> {
        Ok(self.get::<Option<String>>(column)?.map(Name::from))
    }

    /// A list of `name=value`, as reloptions and the like are stored.
    fn options(&self, column: &str) -> Result<BTreeMap<String, String>, ReadError> {
        Ok(text::options(self.get(column)?))
    }
}

/// Leaves out of a query the lines for other versions: `-- from 15`, `-- before 15` or `-- from 15
/// before 17` at the end of a line say which servers it is for.
fn for_version(sql: &str, major: u32) -> String {
    let wanted = |line: &&str| {
        let remark = line.rsplit_once("-- ").map_or("", |(_, remark)| remark);
        let words: Vec<&str> = remark.split_whitespace().collect();
        words.chunks(2).all(|pair| match pair {
            ["from", version] => version.parse().map_or(true, |v: u32| major >= v),
            ["before", version] => version.parse().map_or(true, |v: u32| major < v),
            _ => true,
        })
    };
    sql.lines().filter(wanted).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::for_version;

    #[test]
    fn lines_for_other_versions_are_left_out() {
        let sql = "SELECT a,\n  b, -- from 15\n  c -- before 15\n-- from here on\nFROM t";
        assert_eq!(
            for_version(sql, 15),
            "SELECT a,\n  b, -- from 15\n-- from here on\nFROM t"
        );
        assert_eq!(
            for_version(sql, 14),
            "SELECT a,\n  c -- before 15\n-- from here on\nFROM t"
        );
        let between = "x -- from 15 before 17";
        assert_eq!(for_version(between, 16), between);
        assert_eq!(for_version(between, 17), "");
        assert_eq!(for_version(between, 14), "");
    }
}
