//! The least and greatest key of B-trees, read from their ends as the planner does while planning.

use std::collections::BTreeMap;

use pgwright_catalog::QualifiedName;
use pgwright_planner::{Extremes, Plan};
use postgres::Transaction;

use super::{Reader, get};
use crate::reader::ReadError;

/// How many keys one query looks up.
const BATCH: usize = 50;

impl Reader<'_> {
    /// Never reads a table: with nothing but index scans to choose from, both ends cost a descent each.
    /// What takes longer all the same, as when an end holds many dead entries, is given up.
    pub(super) fn read_extremes(&mut self) -> Result<(), ReadError> {
        let sql = include_str!("../queries/planner_keys.sql");
        let mut keys: BTreeMap<(QualifiedName, String), Vec<u32>> = BTreeMap::new();
        for row in &self.query("keys of indexes", sql)? {
            let table = QualifiedName::new(get::<String>(row, 1)?, get::<String>(row, 2)?);
            keys.entry((table, get(row, 3)?))
                .or_default()
                .push(get(row, 0)?);
        }
        let failed = |source| ReadError::Query {
            what: "the ends of indexes",
            source,
        };
        self.transaction
            .batch_execute(
                "SET LOCAL statement_timeout = '5s';
                 SET LOCAL enable_seqscan = off;
                 SET LOCAL enable_bitmapscan = off;
                 SET LOCAL enable_sort = off;
                 SET LOCAL max_parallel_workers_per_gather = 0",
            )
            .map_err(failed)?;
        let keys: Vec<_> = keys.into_iter().collect();
        for batch in keys.chunks(BATCH) {
            if !self.look_up(batch)? {
                for key in batch {
                    if !self.look_up(std::slice::from_ref(key))? {
                        let ((table, key), _) = key;
                        self.warnings.insert(format!(
                            "{}: the least and greatest {key} could not be looked up",
                            table.quoted()
                        ));
                    }
                }
            }
        }
        self.transaction
            .batch_execute("SET LOCAL statement_timeout = 0")
            .map_err(failed)
    }

    /// Looks up keys in one query; false when the server did not answer it.
    fn look_up(&mut self, keys: &[((QualifiedName, String), Vec<u32>)]) -> Result<bool, ReadError> {
        let query: Vec<String> = keys
            .iter()
            .enumerate()
            .map(|(number, ((table, key), _))| {
                let end = |direction: &str| {
                    format!(
                        "(SELECT k.key::text FROM (SELECT {key} AS key FROM ONLY {} WHERE {key} IS NOT NULL \
                         ORDER BY 1 {direction} LIMIT 1) AS k)",
                        table.quoted()
                    )
                };
                format!("SELECT {number}, {}, {}", end("ASC"), end("DESC"))
            })
            .collect();
        let failed = |source| ReadError::Query {
            what: "the ends of indexes",
            source,
        };
        let mut savepoint = self.transaction.savepoint("keys").map_err(failed)?;
        let query = query.join(" UNION ALL ");
        let answer = match reads_indexes_only(&mut savepoint, &query) {
            Ok(true) => savepoint.query(&query, &[]),
            Ok(false) => {
                savepoint.rollback().map_err(failed)?;
                return Ok(false);
            }
            Err(error) => Err(error),
        };
        let rows = match answer {
            Ok(rows) => {
                savepoint.commit().map_err(failed)?;
                rows
            }
            Err(error) if error.as_db_error().is_some() => {
                savepoint.rollback().map_err(failed)?;
                return Ok(false);
            }
            Err(error) => return Err(failed(error)),
        };
        for row in &rows {
            let number: i32 = get(row, 0)?;
            let ends: (Option<String>, Option<String>) = (get(row, 1)?, get(row, 2)?);
            let (Some(least), Some(greatest)) = ends else {
                continue;
            };
            let indexes = usize::try_from(number).ok().and_then(|n| keys.get(n));
            for index in indexes.map(|(_, indexes)| indexes).into_iter().flatten() {
                let Some((table, name)) = self.indexes.get(index) else {
                    continue;
                };
                let table = self.statistics.tables.get_mut(table);
                if let Some(index) = table.and_then(|t| t.indexes.get_mut(name.as_str())) {
                    index.extremes = Some(Extremes {
                        least: least.clone(),
                        greatest: greatest.clone(),
                    });
                }
            }
        }
        Ok(true)
    }
}

/// Whether a query would read nothing but indexes: an expression may not be recognised as an index's.
fn reads_indexes_only(
    transaction: &mut Transaction<'_>,
    query: &str,
) -> Result<bool, postgres::Error> {
    let row = transaction.query_one(&format!("EXPLAIN (FORMAT JSON) {query}"), &[])?;
    let plan = Plan::parse(row.try_get(0)?);
    Ok(plan.is_ok_and(|plan| {
        let nodes = plan.root.walk();
        nodes
            .iter()
            .all(|node| !node.node_type.ends_with("Seq Scan"))
    }))
}
