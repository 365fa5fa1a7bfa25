//! A session on a twin: asking for plans, and trying what-if changes, without a restart.

use std::collections::BTreeMap;

use pgwright_catalog::{QualifiedName, quote_identifier, quote_literal};
use pgwright_planner::growth::{distinct_together, drawn};
use pgwright_planner::{ColumnStatistics, Plan, Statistics};
use postgres::{Client, GenericClient, Transaction};
use serde_json::Value;

use super::fill::{self, Column};
use super::shape::{self, Asked, Size};
use super::{Twin, TwinError, forge, relations, sample};

/// How a statement's parameters (`$1` …) are taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Parameters<'a> {
    /// A generic plan, for values that are not known.
    Generic,
    /// A plan for these values, in text form; `None` is null.
    Values(&'a [Option<&'a str>]),
}

/// An index that was put onto the twin.
#[derive(Debug, Clone, PartialEq)]
pub struct WhatIfIndex {
    /// Its name.
    pub name: QualifiedName,
    /// Its number in the twin, for [`Session::hide`] and [`Session::show`].
    pub oid: u32,
    /// Entries.
    pub rows: f64,
    /// Pages of 8 kB that it would take; of all partitions, when its table is partitioned.
    pub pages: u64,
    /// Levels above the leaf pages, of a B-tree.
    pub height: u32,
    /// Its parts at the partitions, of an index on a partitioned table.
    pub parts: Vec<u32>,
}

impl WhatIfIndex {
    /// Bytes that it would take.
    pub fn bytes(&self) -> u64 {
        self.pages * 8192
    }
}

/// A session on a twin.
pub struct Session<'t> {
    twin: &'t Twin,
    client: Client,
}

impl std::fmt::Debug for Session<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session").finish_non_exhaustive()
    }
}

impl<'t> Session<'t> {
    pub(super) fn open(twin: &'t Twin) -> Result<Self, TwinError> {
        let mut client = twin.sandbox().connect(super::DATABASE)?;
        // What plans must not run: a function that reads a table while it is planned would read for hours.
        client
            .batch_execute("SET statement_timeout = '60s'")
            .map_err(TwinError::asking("opening a session"))?;
        Ok(Self { twin, client })
    }

    /// The plan of a statement. `SELECT`, `INSERT`, `UPDATE`, `DELETE`, `MERGE` and `VALUES` have one.
    ///
    /// Without parameters in it, `parameters` does not matter.
    ///
    /// # Errors
    /// [`TwinError::Query`] when the server does not plan it, with what it says.
    pub fn explain(&mut self, sql: &str, parameters: Parameters<'_>) -> Result<Plan, TwinError> {
        let sql = sql.trim().trim_end_matches(';');
        let query = |error: postgres::Error| query_error(&error);
        let text = format!("EXPLAIN (FORMAT JSON, VERBOSE) {sql}");
        // Preparing takes one statement only, so the text cannot smuggle in a second one.
        let plain = self.client.prepare(&text);
        if let Ok(statement) = &plain
            && statement.params().is_empty()
        {
            let row = self.client.query_one(statement, &[]).map_err(query)?;
            return read_plan(row.try_get::<_, Value>(0).map_err(query)?);
        }
        self.explain_prepared(sql, parameters)
    }

    /// A statement with parameters: prepared, because plain EXPLAIN knows generic plans from 16 on only.
    fn explain_prepared(
        &mut self,
        sql: &str,
        parameters: Parameters<'_>,
    ) -> Result<Plan, TwinError> {
        let query = |error: postgres::Error| query_error(&error);
        let prepare = self
            .client
            .prepare(&format!("PREPARE pgwright_statement AS {sql}"))
            .map_err(query)?;
        self.client.execute(&prepare, &[]).map_err(query)?;
        let planned = self.explain_execute(parameters);
        self.client
            .batch_execute("DEALLOCATE pgwright_statement; RESET plan_cache_mode")
            .map_err(query)?;
        planned
    }

    fn explain_execute(&mut self, parameters: Parameters<'_>) -> Result<Plan, TwinError> {
        let query = |error: postgres::Error| query_error(&error);
        let count: i32 = self
            .client
            .query_one(
                "SELECT cardinality(parameter_types) FROM pg_prepared_statements \
                 WHERE name = 'pgwright_statement'",
                &[],
            )
            .and_then(|row| row.try_get(0))
            .map_err(query)?;
        let count = usize::try_from(count).unwrap_or(0);
        let (mode, values) = match parameters {
            Parameters::Generic => ("force_generic_plan", vec!["NULL".to_owned(); count]),
            Parameters::Values(values) if values.len() == count => {
                let literal = |v: &Option<&str>| v.map_or("NULL".to_owned(), quote_literal);
                ("force_custom_plan", values.iter().map(literal).collect())
            }
            Parameters::Values(values) => {
                return Err(TwinError::Query {
                    message: format!(
                        "the statement has {count} parameters, and {} values are given",
                        values.len()
                    ),
                });
            }
        };
        let arguments = match values.is_empty() {
            true => String::new(),
            false => format!("({})", values.join(", ")),
        };
        self.client
            .batch_execute(&format!("SET plan_cache_mode = {mode}"))
            .map_err(query)?;
        let row = self
            .client
            .query_one(
                &format!("EXPLAIN (FORMAT JSON, VERBOSE) EXECUTE pgwright_statement{arguments}"),
                &[],
            )
            .map_err(query)?;
        read_plan(row.try_get::<_, Value>(0).map_err(query)?)
    }

    /// Runs a statement that changes what plans depend on and is no index: `SET`, `CREATE STATISTICS`, …
    ///
    /// # Errors
    /// When the server says no.
    pub fn execute(&mut self, sql: &str) -> Result<(), TwinError> {
        self.client
            .batch_execute(sql)
            .map_err(|error| query_error(&error))
    }

    /// Puts an index onto the twin that is not there in production: built on the empty table, then made as
    /// large and as deep as it would be. It stays until it is dropped.
    ///
    /// `statement` is its `CREATE INDEX`, without CONCURRENTLY; `table` what it is on. On a partitioned table
    /// every partition gets its part.
    ///
    /// # Errors
    /// When the server does not take the statement; the twin is then as it was.
    pub fn create_index(
        &mut self,
        table: &QualifiedName,
        statement: &str,
    ) -> Result<WhatIfIndex, TwinError> {
        let twin = self.twin;
        let mut transaction = self
            .client
            .transaction()
            .map_err(TwinError::asking("trying an index"))?;
        let made = create_index(&mut transaction, twin, table, statement)?;
        transaction
            .commit()
            .map_err(TwinError::asking("trying an index"))?;
        Ok(made)
    }

    /// Takes an index off the twin again, with its parts.
    ///
    /// # Errors
    /// When there is none of that name, or a constraint needs it: [`hide`](Self::hide) it then.
    pub fn drop_index(&mut self, name: &QualifiedName) -> Result<(), TwinError> {
        self.execute(&format!("DROP INDEX {}", name.quoted()))
    }

    /// Makes the planner not see indexes, those of constraints included; [`show`](Self::show) undoes it. Far
    /// cheaper than dropping: sets of indexes are compared by hiding the others.
    ///
    /// # Errors
    /// When the server went away.
    pub fn hide(&mut self, indexes: &[u32]) -> Result<(), TwinError> {
        set_visible(&mut self.client, indexes, false)
    }

    /// Makes the planner see hidden indexes again.
    ///
    /// # Errors
    /// When the server went away.
    pub fn show(&mut self, indexes: &[u32]) -> Result<(), TwinError> {
        set_visible(&mut self.client, indexes, true)
    }

    /// The number of an index in the twin, by name.
    ///
    /// # Errors
    /// When the server went away.
    pub fn index(&mut self, name: &QualifiedName) -> Result<Option<u32>, TwinError> {
        let rows = self
            .client
            .query(
                "SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace \
                 WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('i', 'I')",
                &[&name.schema.as_str(), &name.name.as_str()],
            )
            .map_err(TwinError::asking("finding an index"))?;
        match rows.first() {
            Some(row) => row
                .try_get(0)
                .map(Some)
                .map_err(TwinError::asking("finding an index")),
            None => Ok(None),
        }
    }
}

fn query_error(error: &postgres::Error) -> TwinError {
    TwinError::Query {
        message: crate::script::describe(error),
    }
}

fn read_plan(raw: Value) -> Result<Plan, TwinError> {
    Plan::parse(raw).map_err(|error| TwinError::Query {
        message: error.to_string(),
    })
}

fn set_visible(
    client: &mut impl GenericClient,
    indexes: &[u32],
    visible: bool,
) -> Result<(), TwinError> {
    client
        .execute(
            "UPDATE pg_index SET indisvalid = $2 WHERE indexrelid = ANY ($1) AND indisvalid <> $2",
            &[&indexes, &visible],
        )
        .map_err(TwinError::asking("hiding indexes"))?;
    Ok(())
}

/// The plan of a query that we make ourselves.
fn ask(client: &mut impl GenericClient, sql: &str) -> Result<Plan, TwinError> {
    let row = client
        .query_one(&format!("EXPLAIN (FORMAT JSON) {sql}"), &[])
        .map_err(TwinError::asking("estimating an index"))?;
    let raw: Value = row
        .try_get(0)
        .map_err(TwinError::asking("estimating an index"))?;
    read_plan(raw)
}

/// How many rows the planner expects of a query.
pub(super) fn rows_of(client: &mut impl GenericClient, sql: &str) -> Result<f64, TwinError> {
    Ok(ask(client, sql)?.root.rows)
}

fn create_index(
    transaction: &mut Transaction<'_>,
    twin: &Twin,
    table: &QualifiedName,
    statement: &str,
) -> Result<WhatIfIndex, TwinError> {
    let failed = || TwinError::asking("trying an index");
    let wrong = |problem: &str| TwinError::Index {
        statement: statement.to_owned(),
        problem: problem.to_owned(),
    };
    let name = table.quoted();
    // The table and its partitions, which are empty for as long as the index is built: it would read every
    // page of a table that seems to have millions.
    let rows = transaction
        .query(
            "SELECT c.oid, c.relfilenode, c.relpages, c.reltuples, c.relallvisible, c.relkind::text, c.relname::text
             FROM pg_class c
             WHERE c.oid = $1::text::regclass
                OR c.oid IN (SELECT relid FROM pg_partition_tree($1::text::regclass))",
            &[&name],
        )
        .map_err(failed())?;
    let mut tables = BTreeMap::new();
    for row in &rows {
        let kind: String = row.try_get(5).map_err(failed())?;
        let counts: (u32, i32, f32, i32) = (
            row.try_get(1).map_err(failed())?,
            row.try_get(2).map_err(failed())?,
            row.try_get(3).map_err(failed())?,
            row.try_get(4).map_err(failed())?,
        );
        tables.insert(row.try_get::<_, u32>(0).map_err(failed())?, (kind, counts));
    }
    let all: Vec<u32> = tables.keys().copied().collect();
    let with_files: Vec<u32> = tables
        .iter()
        .filter(|(_, (kind, _))| matches!(kind.as_str(), "r" | "m"))
        .map(|(oid, _)| *oid)
        .collect();
    let last: u32 = indexes_of(transaction, &all)?
        .into_iter()
        .max()
        .unwrap_or(0);
    transaction
        .execute(
            "UPDATE pg_class SET relfilenode = \
                 (SELECT relfilenode FROM pg_class WHERE oid = 'pgwright_workshop.empty'::regclass) \
             WHERE oid = ANY ($1)",
            &[&with_files],
        )
        .map_err(failed())?;
    let create = transaction
        .prepare(statement)
        .map_err(|error| query_error(&error))?;
    transaction
        .execute(&create, &[])
        .map_err(|error| query_error(&error))?;
    for (oid, (_, (file, pages, tuples, visible))) in &tables {
        transaction
            .execute(
                "UPDATE pg_class SET relfilenode = $2, relpages = $3, reltuples = $4, relallvisible = $5 \
                 WHERE oid = $1",
                &[oid, file, pages, tuples, visible],
            )
            .map_err(failed())?;
    }
    let made: Vec<u32> = indexes_of(transaction, &all)?
        .into_iter()
        .filter(|oid| *oid > last)
        .collect();
    if made.is_empty() {
        return Err(wrong("no index was made of the table"));
    }
    // While its size is estimated, nothing may read its pages.
    set_visible(transaction, &made, false)?;
    let mut sizes = BTreeMap::new();
    let mut whole = None;
    let mut parts = Vec::new();
    for oid in &made {
        let relation = relations::read_one(transaction, *oid, &twin.sandbox().data_dir())?
            .ok_or_else(|| wrong("it vanished"))?;
        let partitioned = relation.kind == 'I';
        // The first that was made is that of the table itself.
        if whole.is_none() {
            whole = Some((*oid, relation.qualified()));
        } else {
            parts.push(*oid);
        }
        if partitioned {
            continue;
        }
        let (size, asked) = estimate(transaction, twin, &relation)?;
        give_expressions(transaction, &relation, &asked)?;
        forge::move_out_of_memory(transaction, Some(*oid))?;
        sizes.insert(*oid, size);
    }
    fill::relations(transaction, &sizes)?;
    let mut last = (0.0, 0, 0);
    for (oid, size) in &sizes {
        if let Some(relation) = relations::read_one(transaction, *oid, &twin.sandbox().data_dir())?
        {
            forge::relation(twin.sandbox(), &relation, Some(size), None)?;
        }
        last = (
            last.0 + size.rows,
            last.1 + size.file_pages,
            size.height.max(last.2),
        );
    }
    set_visible(transaction, &made, true)?;
    let (oid, name) = whole.ok_or_else(|| wrong("it vanished"))?;
    Ok(WhatIfIndex {
        name,
        oid,
        rows: last.0,
        pages: last.1,
        height: last.2,
        parts,
    })
}

fn indexes_of(client: &mut impl GenericClient, tables: &[u32]) -> Result<Vec<u32>, TwinError> {
    let failed = || TwinError::asking("trying an index");
    let rows = client
        .query(
            "SELECT indexrelid FROM pg_index WHERE indrelid = ANY ($1) ORDER BY 1",
            &[&tables],
        )
        .map_err(failed())?;
    rows.iter()
        .map(|row| row.try_get(0).map_err(failed()))
        .collect()
}

/// How large an index would be, asking the planner for what statistics of columns do not tell: rows that
/// meet a predicate, combinations of keys, values of expressions.
fn estimate(
    client: &mut impl GenericClient,
    twin: &Twin,
    relation: &relations::Relation,
) -> Result<(Size, Asked), TwinError> {
    let described = shape::describe(client, Some(relation.oid))?;
    let (Some(described), Some((table_oid, table))) = (described.first(), &relation.table) else {
        return Ok(Default::default());
    };
    let known = twin.statistics().tables.get(table);
    let counts = client
        .query_one(
            "SELECT reltuples, relpages FROM pg_class WHERE oid = $1",
            &[table_oid],
        )
        .map_err(TwinError::asking("estimating an index"))?;
    let tuples: f32 = counts
        .try_get(0)
        .map_err(TwinError::asking("estimating an index"))?;
    let pages: i32 = counts
        .try_get(1)
        .map_err(TwinError::asking("estimating an index"))?;
    let table_rows = f64::from(tuples.max(0.0));
    let from = match &described.predicate {
        Some(predicate) => format!("FROM ONLY {} WHERE {predicate}", table.quoted()),
        None => format!("FROM ONLY {}", table.quoted()),
    };
    let mut asked = Asked::default();
    if described.predicate.is_some() {
        asked.rows = Some(rows_of(client, &format!("SELECT 1 {from}"))?);
    }
    let rows = asked.rows.unwrap_or(table_rows);
    let plain: Vec<String> = described
        .columns
        .iter()
        .flatten()
        .map(|name| quote_identifier(name))
        .collect();
    let keys = described.keys.clone().unwrap_or(plain);
    asked.expressions = expressions(client, relation, described, twin.statistics())?;
    if relation.method == "btree" && !keys.is_empty() {
        asked.combinations = groups(client, &keys.join(", "), &from)?;
        let clamped = asked
            .combinations
            .is_some_and(|c| (c / (rows * 0.1) - 1.0).abs() < 0.01);
        if keys.len() > 1 && clamped {
            // The planner takes a tenth of the rows for the most that several columns give.
            asked.combinations = None;
        }
    }
    if let (Some(known), [Some(name)]) = (known, described.columns.as_slice())
        && let Some(column) = known.columns.get(name.as_str())
    {
        let together = distinct_together(column, table_rows, f64::from(pages));
        let all = together.or_else(|| column.distinct_among(table_rows));
        let of_key = described.predicate.as_ref().is_some_and(|predicate| {
            let tokens = pgwright_catalog::write::scan(predicate);
            tokens.iter().any(|t| t.name().as_deref() == Some(name))
        });
        asked.combinations = match (all, together) {
            // A predicate on the key keeps all rows of some values.
            (Some(all), _) if of_key => Some((all * rows / table_rows.max(1.0)).max(1.0)),
            (_, Some(all)) => Some(drawn(rows, all)),
            _ => asked.combinations,
        };
    }
    if let (Some(known), [key]) = (known, keys.as_slice())
        && relation.method == "gin"
    {
        let index = (relation.oid, *table_oid);
        asked.elements = sample::elements(client, index, (&described.class, key), known, rows)?;
    }
    let shape = described.shape(&relation.method, known, table_rows, &asked);
    let table_pages = f64::from(pages);
    let mut content = described.content(known, rows, table_pages);
    if let Some((elements, distinct)) = asked.elements {
        content.elements = elements;
        content.distinct_elements = distinct;
    }
    let mut size = shape::estimated(&shape, content);
    size.table_pages = u64::try_from(pages).unwrap_or(0);
    Ok((size, asked))
}

/// Statistics of an index's expressions, by position from 1: of the values that a sample gives, and where the
/// columns' statistics hold none, of what the planner takes for granted.
pub(super) fn expressions(
    client: &mut impl GenericClient,
    relation: &relations::Relation,
    described: &shape::Described,
    statistics: &Statistics,
) -> Result<BTreeMap<u16, ColumnStatistics>, TwinError> {
    let mut found = BTreeMap::new();
    let (Some(keys), Some((table_oid, table))) = (&described.keys, &relation.table) else {
        return Ok(found);
    };
    let known = statistics
        .tables
        .get(table)
        .filter(|t| !t.columns.is_empty());
    let Some(known) = known else {
        return Ok(found);
    };
    let from = match &described.predicate {
        Some(predicate) => format!("FROM ONLY {} WHERE {predicate}", table.quoted()),
        None => format!("FROM ONLY {}", table.quoted()),
    };
    let rows = rows_of(client, &format!("SELECT 1 {from}"))?;
    for (at, key) in keys.iter().enumerate() {
        if described.columns.get(at).is_some_and(Option::is_some) {
            continue;
        }
        let position = u16::try_from(at + 1).unwrap_or(u16::MAX);
        let expected = groups(client, key, &from)?.unwrap_or(0.0);
        let sampled = sample::expression(client, (relation.oid, *table_oid), key, known)?;
        let mut expression = match sampled {
            Some(sampled) if sampled.exhausted => sampled.statistics,
            // More than the sample shows: as many as the planner takes of the columns.
            Some(sampled) => ColumnStatistics {
                distinct: as_analyze_has_it(expected, rows),
                ..sampled.statistics
            },
            None => ColumnStatistics {
                average_width: i32::try_from(
                    ask(client, &format!("SELECT {key} {from}"))?.root.width,
                )
                .unwrap_or(32),
                distinct: as_analyze_has_it(expected, rows),
                ..ColumnStatistics::default()
            },
        };
        if relation.method == "gin" {
            // What the planner makes of an element goes by elements, not by values.
            expression.most_common_values.clear();
            expression.most_common_frequencies.clear();
            expression.histogram.clear();
        }
        found.insert(position, expression);
    }
    Ok(found)
}

/// Statistics of an index's expressions, to be filled in.
pub(super) fn as_columns(
    index: u32,
    expressions: &BTreeMap<u16, ColumnStatistics>,
) -> Vec<Column<'_>> {
    expressions
        .iter()
        .map(|(position, statistics)| Column {
            relation: index,
            name: None,
            number: i16::try_from(*position).ok(),
            key: None,
            kind: None,
            inherited: false,
            statistics,
        })
        .collect()
}

/// A number of distinct values as statistics hold it: a fraction of the rows where there are many.
fn as_analyze_has_it(distinct: f64, rows: f64) -> f32 {
    match distinct > rows * 0.1 {
        true => -(distinct / rows.max(1.0)) as f32,
        false => distinct as f32,
    }
}

/// How many combinations of values the planner expects; none for what cannot be grouped.
fn groups(
    client: &mut impl GenericClient,
    keys: &str,
    from: &str,
) -> Result<Option<f64>, TwinError> {
    let sql = format!("SELECT {keys} {from} GROUP BY {keys}");
    let mut savepoint = client
        .transaction()
        .map_err(TwinError::asking("estimating an index"))?;
    match ask(&mut savepoint, &sql) {
        Ok(plan) => {
            savepoint
                .commit()
                .map_err(TwinError::asking("estimating an index"))?;
            Ok(Some(plan.root.rows))
        }
        Err(_) => Ok(None),
    }
}

/// Gives the expressions of an index the statistics that ANALYZE would, as far as they can be told.
fn give_expressions(
    transaction: &mut Transaction<'_>,
    index: &relations::Relation,
    asked: &Asked,
) -> Result<(), TwinError> {
    if asked.expressions.is_empty() {
        return Ok(());
    }
    let columns = as_columns(index.oid, &asked.expressions);
    fill::prepare(transaction)?;
    fill::insert_all(transaction, &columns)
}
