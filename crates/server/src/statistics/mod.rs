//! Statistics of a live database, in one snapshot: what a twin needs of it, and no rows.
//!
//! Everything comes from the system catalogs, with an ordinary user's privileges, but for two things:
//! the least and greatest key of B-trees, which the planner looks up itself while planning and which are
//! read the same way, from the ends of the index; and the first bytes of index files, for who may read the
//! server's files.

mod extremes;
mod metapage;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Name, QualifiedName};
use pgwright_planner::{
    ColumnStatistics, CombinationStatistics, Database, Dependency, ExtendedStatistics,
    IndexStatistics, MostCommonCombination, Statistics, TableStatistics, parse_array,
};
use postgres::{Client, IsolationLevel, Row, Transaction};

use crate::installation::OLDEST_MAJOR;
use crate::reader::ReadError;

/// What to read, beside what the system catalogs tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StatisticsOptions {
    /// Look up the least and greatest key of B-trees, as the planner does.
    pub extremes: bool,
}

impl Default for StatisticsOptions {
    fn default() -> Self {
        Self { extremes: true }
    }
}

/// Statistics as read, and what could not be.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticsReading {
    /// The statistics.
    pub statistics: Statistics,
    /// What the user may not see or the server does not have, in a fixed order.
    pub warnings: Vec<String>,
}

/// Reads what the planner knows of a database, in one repeatable-read, read-only transaction.
///
/// # Errors
/// When the server is too old, or says no. What only this user may not see is a warning.
pub fn read_statistics(
    client: &mut Client,
    options: StatisticsOptions,
) -> Result<StatisticsReading, ReadError> {
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
    let search_path: String = transaction
        .query_one("SELECT current_setting('search_path')", &[])
        .and_then(|row| row.try_get(0))
        .map_err(failed)?;
    // Before anything that decides how values are printed is set.
    let settings = rows(
        &mut transaction,
        "settings",
        include_str!("../queries/planner_settings.sql"),
    )?;
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
    let version = transaction
        .query_one(
            "SELECT current_setting('server_version_num')::int, current_setting('server_version'), \
                    current_setting('block_size')",
            &[],
        )
        .map_err(failed)?;
    let number: i32 = version.try_get(0).map_err(failed)?;
    let text: String = version.try_get(1).map_err(failed)?;
    let block_size: String = version.try_get(2).map_err(failed)?;
    if u32::try_from(number / 10_000).unwrap_or(0) < OLDEST_MAJOR {
        return Err(ReadError::TooOld { version: text });
    }
    let mut reader = Reader {
        transaction,
        number,
        statistics: Statistics {
            // "18.4 (Debian 18.4-1)": what follows tells who built it.
            server_version: text.split(' ').next().map(str::to_owned),
            ..Statistics::default()
        },
        warnings: BTreeSet::new(),
        tables: BTreeMap::new(),
        indexes: BTreeMap::new(),
    };
    if block_size != "8192" {
        reader.warnings.insert(format!(
            "its pages have {block_size} bytes, those of a twin 8192: costs will differ"
        ));
    }
    for row in &settings {
        let (name, value): (String, String) = (get(row, 0)?, get(row, 1)?);
        reader.statistics.settings.insert(name, value);
    }
    if reader.statistics.settings.contains_key("search_path") {
        reader
            .statistics
            .settings
            .insert("search_path".to_owned(), search_path);
    }
    reader.read_database()?;
    reader.read_relations()?;
    reader.read_columns()?;
    reader.read_ranges()?;
    reader.read_extended()?;
    reader.read_metapages()?;
    if options.extremes {
        reader.read_extremes()?;
    }
    reader.note_missing();
    let Reader {
        statistics,
        warnings,
        transaction,
        ..
    } = reader;
    transaction.rollback().map_err(failed)?;
    Ok(StatisticsReading {
        statistics,
        warnings: warnings.into_iter().collect(),
    })
}

struct Reader<'a> {
    transaction: Transaction<'a>,
    number: i32,
    statistics: Statistics,
    warnings: BTreeSet<String>,
    tables: BTreeMap<u32, QualifiedName>,
    indexes: BTreeMap<u32, (QualifiedName, Name)>,
}

fn rows(
    transaction: &mut Transaction<'_>,
    what: &'static str,
    sql: &str,
) -> Result<Vec<Row>, ReadError> {
    transaction
        .query(sql, &[])
        .map_err(|source| ReadError::Query { what, source })
}

fn get<'a, T: postgres::types::FromSql<'a>>(row: &'a Row, column: usize) -> Result<T, ReadError> {
    row.try_get(column).map_err(|source| ReadError::Query {
        what: "statistics",
        source,
    })
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Elements of an array of the type `anyarray`, which the server printed.
fn values(text: Option<&str>) -> Result<Vec<String>, ReadError> {
    let Some(text) = text else {
        return Ok(Vec::new());
    };
    let elements = parse_array(text).map_err(|error| ReadError::Form {
        object: "statistics".to_owned(),
        text: error.text,
    })?;
    Ok(elements.into_iter().flatten().collect())
}

impl Reader<'_> {
    fn query(&mut self, what: &'static str, sql: &str) -> Result<Vec<Row>, ReadError> {
        rows(&mut self.transaction, what, sql)
    }

    /// Whether a condition on the user's privileges holds.
    fn may(&mut self, condition: &str) -> Result<bool, ReadError> {
        let rows = self.query("privileges", &format!("SELECT {condition}"))?;
        match rows.first() {
            Some(row) => get(row, 0),
            None => Ok(false),
        }
    }

    fn read_database(&mut self) -> Result<(), ReadError> {
        let sql = include_str!("../queries/planner_database.sql");
        let rows = self.query("the database", sql)?;
        let Some(row) = rows.first() else {
            return Ok(());
        };
        let provider: Option<String> = get(row, 1)?;
        self.statistics.database = Database {
            encoding: get(row, 0)?,
            provider: Some(
                match provider.as_deref() {
                    Some("i") => "icu",
                    Some("b") => "builtin",
                    _ => "libc",
                }
                .to_owned(),
            ),
            locale: get(row, 2)?,
            collate: get(row, 3)?,
            ctype: get(row, 4)?,
        };
        Ok(())
    }

    fn read_relations(&mut self) -> Result<(), ReadError> {
        let sql = include_str!("../queries/planner_relations.sql");
        let rows = self.query("relations", sql)?;
        let known = |rows: f32| (rows >= 0.0).then_some(f64::from(rows));
        for row in &rows {
            let kind: String = get(row, 3)?;
            if matches!(kind.as_str(), "i" | "I") {
                continue;
            }
            let (schema, name): (String, String) = (get(row, 1)?, get(row, 2)?);
            let name = QualifiedName::new(schema, name);
            self.tables.insert(get(row, 0)?, name.clone());
            let table = TableStatistics {
                rows: known(get(row, 4)?),
                pages: count(get::<i32>(row, 5)?.into()),
                all_visible: count(get::<i32>(row, 6)?.into()),
                file_pages: get::<Option<i64>>(row, 7)?.map(count),
                ..TableStatistics::default()
            };
            self.statistics.tables.insert(name, table);
        }
        for row in &rows {
            let Some(table) = get::<Option<u32>>(row, 8)? else {
                continue;
            };
            let Some(table) = self.tables.get(&table) else {
                continue;
            };
            let name = Name::new(get::<String>(row, 2)?);
            let index = IndexStatistics {
                rows: known(get(row, 4)?),
                pages: count(get::<i32>(row, 5)?.into()),
                file_pages: get::<Option<i64>>(row, 7)?.map(count),
                unseen_expressions: get::<Option<bool>>(row, 10)?.unwrap_or(false),
                ..IndexStatistics::default()
            };
            self.indexes
                .insert(get(row, 0)?, (table.clone(), name.clone()));
            if let Some(table) = self.statistics.tables.get_mut(table) {
                table.indexes.insert(name, index);
            }
        }
        Ok(())
    }

    /// Where the statistics of a column of a relation are kept: of a table, or of an index's expression.
    fn column_mut(
        &mut self,
        relation: u32,
        column: String,
        number: i16,
        inherited: bool,
    ) -> Option<&mut ColumnStatistics> {
        if let Some((table, index)) = self.indexes.get(&relation) {
            let table = self.statistics.tables.get_mut(table)?;
            let index = table.indexes.get_mut(index.as_str())?;
            let position = u16::try_from(number).ok()?;
            return Some(index.expressions.entry(position).or_default());
        }
        let table = self.tables.get(&relation)?;
        let table = self.statistics.tables.get_mut(table)?;
        let columns = match inherited {
            true => &mut table.columns_with_children,
            false => &mut table.columns,
        };
        Some(columns.entry(Name::new(column)).or_default())
    }

    fn read_columns(&mut self) -> Result<(), ReadError> {
        let sql = include_str!("../queries/planner_columns.sql");
        for row in &self.query("column statistics", sql)? {
            let read = ColumnStatistics {
                null_fraction: get(row, 4)?,
                average_width: get(row, 5)?,
                distinct: get(row, 6)?,
                most_common_values: values(get(row, 7)?)?,
                most_common_frequencies: get::<Option<Vec<f32>>>(row, 8)?.unwrap_or_default(),
                histogram: values(get(row, 9)?)?,
                correlation: get(row, 10)?,
                most_common_elements: values(get(row, 11)?)?,
                most_common_element_frequencies: get::<Option<Vec<f32>>>(row, 12)?
                    .unwrap_or_default(),
                element_count_histogram: get::<Option<Vec<f32>>>(row, 13)?.unwrap_or_default(),
                ..ColumnStatistics::default()
            };
            let column = self.column_mut(get(row, 0)?, get(row, 1)?, get(row, 2)?, get(row, 3)?);
            if let Some(column) = column {
                *column = read;
            }
        }
        Ok(())
    }

    /// Statistics of ranges: from pg_statistic where the user may read it, else from the view where it has
    /// them.
    fn read_ranges(&mut self) -> Result<(), ReadError> {
        let direct = self.may("has_table_privilege('pg_catalog.pg_statistic', 'SELECT')")?;
        let rows = match direct {
            true => self.query(
                "statistics of ranges",
                include_str!("../queries/planner_ranges.sql"),
            )?,
            false if self.number >= 170_000 => self.query(
                "statistics of ranges",
                include_str!("../queries/planner_ranges_view.sql"),
            )?,
            false => Vec::new(),
        };
        for row in &rows {
            let kind: i16 = get(row, 4)?;
            let numbers: Option<Vec<f32>> = get(row, 5)?;
            let bounds = values(get(row, 6)?)?;
            let column = self.column_mut(get(row, 0)?, get(row, 1)?, get(row, 2)?, get(row, 3)?);
            let Some(column) = column else { continue };
            if kind == 6 {
                column.range_length_histogram = bounds;
                column.range_empty_fraction = numbers.and_then(|n| n.first().copied());
            } else {
                column.range_bounds_histogram = bounds;
            }
        }
        Ok(())
    }

    fn read_extended(&mut self) -> Result<(), ReadError> {
        let sql = include_str!("../queries/planner_extended.sql");
        for row in &self.query("extended statistics", sql)? {
            let columns: Vec<String> = get::<Option<_>>(row, 3)?.unwrap_or_default();
            let numbers: Vec<i16> = get(row, 4)?;
            let named = |number: i64| match number {
                n if n < 0 => n.to_string(),
                n => (numbers.iter().position(|k| i64::from(*k) == n))
                    .and_then(|at| columns.get(at).cloned())
                    .unwrap_or_else(|| n.to_string()),
            };
            let mut read = ExtendedStatistics {
                with_children: get(row, 5)?,
                ..ExtendedStatistics::default()
            };
            let distinct: Option<String> = get(row, 6)?;
            for (columns, distinct) in pairs(distinct.as_deref()) {
                read.distinct.push(CombinationStatistics {
                    columns: numbers_in(&columns).map(&named).collect(),
                    distinct,
                });
            }
            let dependencies: Option<String> = get(row, 7)?;
            for (columns, degree) in pairs(dependencies.as_deref()) {
                let Some((from, to)) = columns.split_once("=>") else {
                    continue;
                };
                read.dependencies.push(Dependency {
                    from: numbers_in(from).map(&named).collect(),
                    to: numbers_in(to).map(&named).collect(),
                    degree,
                });
            }
            if let Some(combinations) = get::<Option<String>>(row, 8)? {
                let parsed: Vec<Vec<Option<String>>> = serde_json::from_str(&combinations)
                    .map_err(|_| ReadError::Form {
                        object: "extended statistics".to_owned(),
                        text: combinations.chars().take(80).collect(),
                    })?;
                let frequencies: Vec<f64> = get(row, 9)?;
                let base: Vec<f64> = get(row, 10)?;
                let counted = parsed.into_iter().zip(frequencies.into_iter().zip(base));
                read.most_common = counted
                    .map(
                        |(values, (frequency, base_frequency))| MostCommonCombination {
                            values,
                            frequency,
                            base_frequency,
                        },
                    )
                    .collect();
            }
            let name = QualifiedName::new(get::<String>(row, 1)?, get::<String>(row, 2)?);
            if let Some(table) = self.tables.get(&get(row, 0)?)
                && let Some(table) = self.statistics.tables.get_mut(table)
            {
                table.extended.insert(name, read);
            }
        }
        let sql = include_str!("../queries/planner_extended_expressions.sql");
        for row in &self.query("extended statistics", sql)? {
            let name = QualifiedName::new(get::<String>(row, 0)?, get::<String>(row, 1)?);
            let expression = ColumnStatistics {
                null_fraction: get::<Option<_>>(row, 3)?.unwrap_or_default(),
                average_width: get::<Option<_>>(row, 4)?.unwrap_or_default(),
                distinct: get::<Option<_>>(row, 5)?.unwrap_or_default(),
                most_common_values: values(get(row, 6)?)?,
                most_common_frequencies: get::<Option<Vec<f32>>>(row, 7)?.unwrap_or_default(),
                histogram: values(get(row, 8)?)?,
                correlation: get(row, 9)?,
                ..ColumnStatistics::default()
            };
            let Some(table) = self.tables.get(&get(row, 10)?) else {
                continue;
            };
            let with_children: bool = get(row, 2)?;
            if let Some(table) = self.statistics.tables.get_mut(table) {
                let extended = table.extended.entry(name).or_default();
                extended.with_children = with_children;
                extended.expressions.push(expression);
            }
        }
        Ok(())
    }

    /// Says which tables have rows and no statistics of columns: never analyzed, or not this user's to see.
    fn note_missing(&mut self) {
        let blind: Vec<String> = self
            .statistics
            .tables
            .iter()
            .filter(|(_, t)| {
                t.rows.is_some_and(|rows| rows > 0.0)
                    && t.columns.is_empty()
                    && t.columns_with_children.is_empty()
            })
            .map(|(name, _)| name.quoted())
            .collect();
        let never = |t: &TableStatistics| t.rows.is_none() && t.file_pages.is_some_and(|p| p > 0);
        let unknown: Vec<String> = self
            .statistics
            .tables
            .iter()
            .filter(|(_, t)| never(t))
            .map(|(name, _)| name.quoted())
            .collect();
        let indexes = self.statistics.tables.values().flat_map(|t| &t.indexes);
        let unseen: Vec<String> = indexes
            .filter(|(_, index)| index.unseen_expressions)
            .map(|(name, _)| name.quoted())
            .collect();
        for (names, what) in [
            (
                unseen,
                "statistics of its expressions are its owner's to see; they are made up from those of columns",
            ),
            (
                blind,
                "column statistics are not to be seen: ANALYZE has not run, or this user may not read the table",
            ),
            (
                unknown,
                "neither VACUUM nor ANALYZE has ever counted its rows",
            ),
        ] {
            let shown: Vec<&str> = names.iter().take(5).map(String::as_str).collect();
            let more = match names.len().saturating_sub(shown.len()) {
                0 => String::new(),
                n => format!(" and {n} more"),
            };
            if !shown.is_empty() {
                self.warnings
                    .insert(format!("{}{more}: {what}", shown.join(", ")));
            }
        }
    }
}

/// The pairs of `{"1, 2": 5, "1 => 2": 0.5}`, the form of numbers of combinations and of dependencies.
fn pairs(text: Option<&str>) -> Vec<(String, f64)> {
    let parsed = text.and_then(|text| serde_json::from_str(text).ok());
    let map: serde_json::Map<String, serde_json::Value> = parsed.unwrap_or_default();
    map.into_iter()
        .filter_map(|(key, value)| Some((key, value.as_f64()?)))
        .collect()
}

fn numbers_in(text: &str) -> impl Iterator<Item = i64> {
    text.split(',').filter_map(|part| part.trim().parse().ok())
}
