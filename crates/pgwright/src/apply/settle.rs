//! Statements outside transactions that were begun: whether they have done their work, and what half of
//! it has to go.

use pgwright_catalog::QualifiedName;
use pgwright_server::postgres::{self, Client};

use super::plan_file::Resume;

/// Whether a statement has done its work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It has, or what was missing has been done.
    Done,
    /// It has not, and nothing of it is left.
    Open,
}

/// Finds out whether a statement has done its work, and takes away or completes what it left half
/// done.
pub fn settle(client: &mut Client, resume: &Resume) -> Result<Settled, postgres::Error> {
    match resume {
        Resume::Repeatable => Ok(Settled::Open),
        Resume::CreateIndex { schema, name } => match index_is_valid(client, schema, name)? {
            Some(true) => Ok(Settled::Done),
            None => Ok(Settled::Open),
            Some(false) => {
                let index = quoted(schema, name);
                client.batch_execute(&format!("DROP INDEX CONCURRENTLY IF EXISTS {index}"))?;
                Ok(Settled::Open)
            }
        },
        Resume::DropIndex { schema, name } => Ok(match index_is_valid(client, schema, name)? {
            None => Settled::Done,
            Some(_) => Settled::Open,
        }),
        Resume::DetachPartition {
            schema,
            name,
            parent_schema,
            parent,
        } => match detach_is_pending(client, resume)? {
            None => Ok(Settled::Done),
            Some(false) => Ok(Settled::Open),
            Some(true) => {
                let (table, partition) = (quoted(parent_schema, parent), quoted(schema, name));
                client.batch_execute(&format!(
                    "ALTER TABLE {table} DETACH PARTITION {partition} FINALIZE"
                ))?;
                Ok(Settled::Done)
            }
        },
    }
}

/// What is half done, in words; `None` when nothing is, or when the server does not answer.
pub fn left(client: &mut Client, resume: &Resume) -> Option<String> {
    match resume {
        Resume::CreateIndex { schema, name } | Resume::DropIndex { schema, name } => {
            let valid = index_is_valid(client, schema, name).ok()?;
            (valid == Some(false)).then(|| {
                let index = quoted(schema, name);
                format!(
                    "index {index} is left INVALID: the same command cleans it up, or DROP INDEX \
                     CONCURRENTLY {index}"
                )
            })
        }
        Resume::DetachPartition { schema, name, .. } => {
            let pending = detach_is_pending(client, resume).ok()?;
            (pending == Some(true)).then(|| {
                format!(
                    "partition {} is left half detached: the same command completes it",
                    quoted(schema, name)
                )
            })
        }
        Resume::Repeatable => None,
    }
}

/// Whether an index is valid; `None` when there is none of that name.
fn index_is_valid(
    client: &mut Client,
    schema: &str,
    name: &str,
) -> Result<Option<bool>, postgres::Error> {
    let row = client.query_opt(
        "SELECT i.indisvalid AND i.indisready AND i.indislive
         FROM pg_index AS i
         JOIN pg_class AS c ON c.oid = i.indexrelid
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
         WHERE n.nspname = $1 AND c.relname = $2",
        &[&schema, &name],
    )?;
    row.map(|row| row.try_get(0)).transpose()
}

/// Whether detaching a partition has begun; `None` when it is none.
fn detach_is_pending(
    client: &mut Client,
    resume: &Resume,
) -> Result<Option<bool>, postgres::Error> {
    let Resume::DetachPartition {
        schema,
        name,
        parent_schema,
        parent,
    } = resume
    else {
        return Ok(None);
    };
    let row = client.query_opt(
        "SELECT h.inhdetachpending
         FROM pg_inherits AS h
         JOIN pg_class AS c ON c.oid = h.inhrelid
         JOIN pg_namespace AS n ON n.oid = c.relnamespace
         JOIN pg_class AS p ON p.oid = h.inhparent
         JOIN pg_namespace AS pn ON pn.oid = p.relnamespace
         WHERE (n.nspname, c.relname, pn.nspname, p.relname) = ($1, $2, $3, $4)",
        &[schema, name, parent_schema, parent],
    )?;
    row.map(|row| row.try_get(0)).transpose()
}

fn quoted(schema: &str, name: &str) -> String {
    QualifiedName::new(schema, name).quoted()
}
