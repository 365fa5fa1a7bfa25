//! The relations of a twin, and where their files lie.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use pgwright_catalog::QualifiedName;
use pgwright_planner::{IndexStatistics, Statistics, TableStatistics};
use postgres::{GenericClient, Row};

use super::TwinError;

/// A table or index.
#[derive(Debug, Clone)]
pub(super) struct Relation {
    pub oid: u32,
    pub schema: String,
    pub name: String,
    /// `pg_class.relkind`.
    pub kind: char,
    /// The table, of an index, with its name.
    pub table: Option<(u32, QualifiedName)>,
    /// Access method.
    pub method: String,
    /// Its first file; empty where it has none.
    pub path: PathBuf,
    /// Columns of an index.
    pub columns: usize,
    /// Whether its first key descends.
    pub descending: bool,
}

impl Relation {
    pub(super) fn is_index(&self) -> bool {
        matches!(self.kind, 'i' | 'I')
    }

    pub(super) fn has_file(&self) -> bool {
        !self.path.as_os_str().is_empty()
    }

    pub(super) fn qualified(&self) -> QualifiedName {
        QualifiedName::new(self.schema.as_str(), self.name.as_str())
    }

    /// Its statistics, when it is a table.
    pub(super) fn table_in<'a>(&self, statistics: &'a Statistics) -> Option<&'a TableStatistics> {
        match self.is_index() {
            true => None,
            false => statistics.tables.get(&self.qualified()),
        }
    }

    /// Its statistics, when it is an index.
    pub(super) fn index_in<'a>(&self, statistics: &'a Statistics) -> Option<&'a IndexStatistics> {
        let (_, table) = self.table.as_ref()?;
        statistics
            .tables
            .get(table)?
            .indexes
            .get(self.name.as_str())
    }
}

/// Reads the relations, by oid.
pub(super) fn read(
    client: &mut impl GenericClient,
    data: &Path,
) -> Result<BTreeMap<u32, Relation>, TwinError> {
    read_rows(
        client,
        include_str!("../queries/twin_relations.sql"),
        &[],
        data,
    )
}

/// Reads one relation again.
pub(super) fn read_one(
    client: &mut impl GenericClient,
    oid: u32,
    data: &Path,
) -> Result<Option<Relation>, TwinError> {
    let sql = include_str!("../queries/twin_relations.sql").replace(
        "ORDER BY c.oid",
        "AND (c.oid = $1 OR c.oid = (SELECT indrelid FROM pg_index WHERE indexrelid = $1))",
    );
    Ok(read_rows(client, &sql, &[&oid], data)?.remove(&oid))
}

fn read_rows(
    client: &mut impl GenericClient,
    sql: &str,
    parameters: &[&(dyn postgres::types::ToSql + Sync)],
    data: &Path,
) -> Result<BTreeMap<u32, Relation>, TwinError> {
    let failed = || TwinError::asking("reading the twin's relations");
    let rows = client.query(sql, parameters).map_err(failed())?;
    let mut relations = BTreeMap::new();
    let mut tables: BTreeMap<u32, QualifiedName> = BTreeMap::new();
    for row in &rows {
        let table: Option<u32> = row.try_get(4).map_err(failed())?;
        if table.is_none() {
            let (schema, name): (String, String) = (
                row.try_get(1).map_err(failed())?,
                row.try_get(2).map_err(failed())?,
            );
            tables.insert(
                row.try_get(0).map_err(failed())?,
                QualifiedName::new(schema, name),
            );
        }
    }
    for row in &rows {
        let relation = relation(row, &tables, data).map_err(failed())?;
        relations.insert(relation.oid, relation);
    }
    Ok(relations)
}

fn relation(
    row: &Row,
    tables: &BTreeMap<u32, QualifiedName>,
    data: &Path,
) -> Result<Relation, postgres::Error> {
    let table: Option<u32> = row.try_get(4)?;
    let kind: String = row.try_get(3)?;
    let path: Option<String> = row.try_get(6)?;
    let number = |n: Option<i16>| n.and_then(|n| usize::try_from(n).ok()).unwrap_or(0);
    Ok(Relation {
        oid: row.try_get(0)?,
        schema: row.try_get(1)?,
        name: row.try_get(2)?,
        kind: kind.chars().next().unwrap_or('r'),
        table: table.and_then(|oid| Some((oid, tables.get(&oid)?.clone()))),
        method: row.try_get::<_, Option<String>>(5)?.unwrap_or_default(),
        path: path.map(|path| data.join(path)).unwrap_or_default(),
        columns: number(row.try_get(7)?),
        descending: row.try_get(9)?,
    })
}
