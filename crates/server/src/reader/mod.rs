//! The catalog reader: a live database as a [`Catalog`], in one snapshot.
//!
//! One query per kind of object, each a file of `queries/`, so that reading takes as many round trips
//! for ten thousand tables as for one. The search path is empty while reading, which makes the server
//! print every name outside pg_catalog with its schema.

mod cluster;
mod constraints;
mod dependencies;
mod privileges;
mod relations;
mod routines;
mod text;
mod types;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, Name, ObjectId, QualifiedName};
use postgres::types::{FromSql, ToSql};
use postgres::{Client, IsolationLevel, Row, Transaction};

use crate::installation::OLDEST_MAJOR;

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
    };
    // Later parts look up what earlier ones have read.
    reader.read_extensions()?;
    reader.read_schemas()?;
    reader.read_types()?;
    reader.read_routines()?;
    reader.read_relations()?;
    reader.read_sequences()?;
    reader.read_constraints()?;
    reader.read_indexes()?;
    reader.read_triggers()?;
    reader.read_policies()?;
    reader.read_grants()?;
    reader.read_default_privileges()?;
    reader.leave_out_inherited_columns()?;
    reader.read_dependencies()?;
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

/// The system catalog that an oid belongs to; oids are unique only within one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    Extension,
    Schema,
    Type,
    Routine,
    Relation,
    Constraint,
    Trigger,
    Policy,
}

/// A reading in progress.
struct Reader<'a> {
    transaction: Transaction<'a>,
    major: u32,
    options: &'a ReadOptions,
    catalog: Catalog,
    warnings: BTreeSet<ReadWarning>,
    /// What each oid is. Relations that are not held, such as an extension's, are not here.
    ids: BTreeMap<(Class, u32), ObjectId>,
}

impl Reader<'_> {
    /// Runs a query of `queries/`.
    fn query(
        &mut self,
        what: &'static str,
        sql: &str,
        parameters: &[&(dyn ToSql + Sync)],
    ) -> Result<Vec<Record>, ReadError> {
        let sql = for_version(sql, self.major);
        let rows = self
            .transaction
            .query(&sql, parameters)
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

    /// An owner, unless it is the one nobody chose.
    fn owner(&self, name: Option<String>) -> Option<Name> {
        name.map(Name::from)
            .filter(|name| Some(name) != self.options.implied_owner.as_ref())
    }
}

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

    /// The columns `schema` and `name`.
    fn qualified_name(&self) -> Result<QualifiedName, ReadError> {
        Ok(QualifiedName::new(self.name("schema")?, self.name("name")?))
    }

    fn names(&self, column: &str) -> Result<Vec<Name>, ReadError> {
        let names: Option<Vec<String>> = self.get(column)?;
        Ok(names
            .unwrap_or_default()
            .into_iter()
            .map(Name::from)
            .collect())
    }

    /// An array of schema and name.
    fn pair(&self, column: &str) -> Result<Option<QualifiedName>, ReadError> {
        let pair: Option<Vec<Option<String>>> = self.get(column)?;
        Ok(match pair.as_deref() {
            Some([Some(schema), Some(name)]) => {
                Some(QualifiedName::new(schema.as_str(), name.as_str()))
            }
            _ => None,
        })
    }
}

/// Leaves out of a query the lines for other versions: `-- from 15` and `-- before 15` at the end of a
/// line say which servers it is for.
fn for_version(sql: &str, major: u32) -> String {
    let wanted = |line: &&str| match line.rsplit_once("-- ") {
        Some((_, remark)) => match remark.trim().split_once(' ') {
            Some(("from", version)) => version.parse().map_or(true, |v: u32| major >= v),
            Some(("before", version)) => version.parse().map_or(true, |v: u32| major < v),
            _ => true,
        },
        None => true,
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
    }
}
