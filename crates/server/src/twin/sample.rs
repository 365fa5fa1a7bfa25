//! Rows as statistics describe them, for what only a server can tell: the values of an expression, the
//! elements of what a GIN index takes apart.
//!
//! Each column gives values in the proportions of its statistics; columns are put together as if they were
//! independent, in an order that is always the same.

use pgwright_planner::{ColumnStatistics, TableStatistics};
use postgres::{GenericClient, Transaction};
use serde_json::{Value, json};

use super::TwinError;

/// How many rows are made.
const ROWS: usize = 600;
/// Strides that have no divisor in common with [`ROWS`], so that every one meets all rows.
const STRIDES: [usize; 6] = [1, 247, 371, 157, 491, 283];

fn failed() -> impl FnOnce(postgres::Error) -> TwinError {
    TwinError::asking("sampling an expression")
}

/// The values of a column in its proportions, as many as there are rows; none when its statistics hold none.
fn values_of(column: &ColumnStatistics) -> Option<Vec<Option<&str>>> {
    let rows = ROWS as f64;
    let mut values: Vec<Option<&str>> = Vec::new();
    let nulls = (f64::from(column.null_fraction) * rows).round() as usize;
    values.extend(std::iter::repeat_n(None, nulls.min(ROWS)));
    let listed = column
        .most_common_values
        .iter()
        .zip(&column.most_common_frequencies);
    let mut share = f64::from(column.null_fraction);
    for (value, frequency) in listed {
        share += f64::from(*frequency);
        let until = ((share * rows).round() as usize).min(ROWS);
        let missing = until.saturating_sub(values.len());
        values.extend(std::iter::repeat_n(Some(value.as_str()), missing));
    }
    let bounds = &column.histogram;
    let rest = ROWS - values.len();
    if bounds.is_empty() {
        let last = column.most_common_values.last()?;
        values.extend(std::iter::repeat_n(Some(last.as_str()), rest));
        return Some(values);
    }
    for number in 0..rest {
        values.push(Some(bounds[number * bounds.len() / rest].as_str()));
    }
    Some(values)
}

fn statistics_of<'a>(known: &'a TableStatistics, column: &str) -> Option<&'a ColumnStatistics> {
    let with_children = || known.columns_with_children.get(column);
    known.columns.get(column).or_else(with_children)
}

/// Makes the table `pg_temp.pgwright_sample` with columns of these names; false when statistics of one hold no
/// values.
fn fill(
    transaction: &mut Transaction<'_>,
    table: u32,
    columns: &[String],
    known: &TableStatistics,
) -> Result<bool, TwinError> {
    let mut lists = Vec::new();
    for name in columns {
        let Some(values) = statistics_of(known, name).and_then(values_of) else {
            return Ok(false);
        };
        lists.push(values);
    }
    let mut definitions = Vec::new();
    let mut selected = Vec::new();
    for (number, name) in columns.iter().enumerate() {
        let kind: String = transaction
            .query_one(
                "SELECT format_type(atttypid, -1) FROM pg_attribute WHERE attrelid = $1 AND attname = $2",
                &[&table, name],
            )
            .and_then(|row| row.try_get(0))
            .map_err(failed())?;
        let quoted = pgwright_catalog::quote_identifier(name);
        definitions.push(format!("{quoted} {kind}"));
        selected.push(format!("(v.value ->> {number})::{kind}"));
    }
    let rows: Vec<Value> = (0..ROWS)
        .map(|row| {
            let at = |column: usize| row * STRIDES[column % STRIDES.len()] % ROWS;
            let values = lists.iter().enumerate().map(|(n, list)| json!(list[at(n)]));
            Value::from(values.collect::<Vec<Value>>())
        })
        .collect();
    transaction
        .batch_execute(&format!(
            "CREATE TEMPORARY TABLE pgwright_sample ({}) ON COMMIT DROP",
            definitions.join(", ")
        ))
        .map_err(failed())?;
    transaction
        .execute(
            &format!(
                "INSERT INTO pg_temp.pgwright_sample SELECT {} FROM jsonb_array_elements($1::text::jsonb) AS v (value)",
                selected.join(", ")
            ),
            &[&Value::from(rows).to_string()],
        )
        .map_err(failed())?;
    Ok(true)
}

/// The columns that an index's expressions read.
fn columns_of(client: &mut impl GenericClient, index: u32) -> Result<Vec<String>, TwinError> {
    let rows = client
        .query(
            "SELECT DISTINCT a.attname::text FROM pg_depend d \
             JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid \
             WHERE d.classid = 'pg_class'::regclass AND d.objid = $1 AND d.objsubid = 0 \
               AND d.refclassid = 'pg_class'::regclass AND d.refobjsubid > 0 ORDER BY 1",
            &[&index],
        )
        .map_err(failed())?;
    rows.iter()
        .map(|row| row.try_get(0).map_err(failed()))
        .collect()
}

/// What a sample says of an expression.
pub(super) struct Sampled {
    pub statistics: ColumnStatistics,
    /// Whether it shows all values there are; else there are more than it shows.
    pub exhausted: bool,
}

/// Runs something in a savepoint that is rolled back whatever comes of it: an expression may fail on the sample's
/// rows, and what it would say is then not known.
fn aside<T>(
    client: &mut impl GenericClient,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<Option<T>, TwinError>,
) -> Result<Option<T>, TwinError> {
    let mut savepoint = client.transaction().map_err(failed())?;
    let found = work(&mut savepoint);
    savepoint.rollback().map_err(failed())?;
    match found {
        Ok(found) => Ok(found),
        Err(TwinError::Server { source, .. }) if source.as_db_error().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The statistics of an index's expression, from those of the columns it reads; none when they hold no values.
pub(super) fn expression(
    client: &mut impl GenericClient,
    (index, table): (u32, u32),
    expression: &str,
    known: &TableStatistics,
) -> Result<Option<Sampled>, TwinError> {
    let columns = columns_of(client, index)?;
    // Asked before anything is begun: where nothing is known of a thousand tables, that is most of them.
    let tells = |name: &String| statistics_of(known, name).is_some_and(|s| values_of(s).is_some());
    if columns.is_empty() || !columns.iter().all(tells) {
        return Ok(None);
    }
    aside(client, |transaction| {
        if !fill(transaction, table, &columns, known)? {
            return Ok(None);
        }
        let rows = transaction
            .query(
                &format!(
                    "SELECT e.value::text, count(*), avg(pg_column_size(e.value))::float8 \
                     FROM (SELECT {expression} AS value FROM pg_temp.pgwright_sample) AS e \
                     GROUP BY e.value ORDER BY e.value"
                ),
                &[],
            )
            .map_err(failed())?;
        let mut groups: Vec<(String, f64)> = Vec::new();
        let (mut nulls, mut bytes) = (0.0, 0.0);
        for row in &rows {
            let value: Option<String> = row.try_get(0).map_err(failed())?;
            let count: i64 = row.try_get(1).map_err(failed())?;
            let size: Option<f64> = row.try_get(2).map_err(failed())?;
            match value {
                Some(value) => {
                    bytes += size.unwrap_or(0.0) * count as f64;
                    groups.push((value, count as f64));
                }
                None => nulls += count as f64,
            }
        }
        if groups.is_empty() {
            return Ok(None);
        }
        let kind = super::fill::type_in(transaction, expression, "pg_temp.pgwright_sample")?;
        let long_header = varies(transaction, kind)?;
        let inputs: f64 = transaction
            .query_one(
                "SELECT count(DISTINCT s.*)::float8 FROM pg_temp.pgwright_sample AS s",
                &[],
            )
            .and_then(|row| row.try_get(0))
            .map_err(failed())?;
        Ok(Some(summary(&groups, nulls, bytes, (inputs, long_header))))
    })
}

/// Whether values have a header, which is four bytes in memory and one in a tuple.
fn varies(transaction: &mut Transaction<'_>, kind: Option<u32>) -> Result<bool, TwinError> {
    transaction
        .query_one(
            "SELECT coalesce((SELECT typlen = -1 FROM pg_type WHERE oid = $1), false)",
            &[&kind],
        )
        .and_then(|row| row.try_get(0))
        .map_err(failed())
}

/// Statistics of groups of equal values, in their order, that came of so many different rows.
fn summary(
    groups: &[(String, f64)],
    nulls: f64,
    bytes: f64,
    (inputs, long_header): (f64, bool),
) -> Sampled {
    let present: f64 = groups.iter().map(|(_, count)| count).sum();
    let total = present + nulls;
    let average = bytes / present;
    let width = if long_header && average < 126.0 + 3.0 {
        average - 3.0
    } else {
        average
    };
    // Where the expression makes one value of many, those that came are all there are.
    let exhausted = groups.len() as f64 <= inputs / 4.0;
    let often = (3.0 * present / groups.len() as f64).max(3.0);
    let mut common: Vec<&(String, f64)> = groups
        .iter()
        .filter(|(_, count)| exhausted || *count >= often)
        .collect();
    common.sort_by(|a, b| b.1.total_cmp(&a.1));
    common.truncate(100);
    let rest: Vec<&str> = groups
        .iter()
        .filter(|group| !common.contains(group))
        .flat_map(|(value, count)| std::iter::repeat_n(value.as_str(), *count as usize))
        .collect();
    let mut histogram: Vec<String> = Vec::new();
    if rest.len() > 2 {
        let parts = 100.min(rest.len() - 1);
        let bounds = (0..=parts).map(|n| rest[n * (rest.len() - 1) / parts].to_owned());
        histogram = bounds.collect();
        histogram.dedup();
    }
    Sampled {
        statistics: ColumnStatistics {
            null_fraction: (nulls / total) as f32,
            average_width: width.round() as i32,
            distinct: groups.len() as f32,
            most_common_values: common.iter().map(|(value, _)| value.clone()).collect(),
            most_common_frequencies: common.iter().map(|(_, n)| (n / total) as f32).collect(),
            histogram,
            ..ColumnStatistics::default()
        },
        exhausted,
    }
}

/// How many elements a GIN index finds in a row, and how many different ones there are in all; none where that
/// is not known.
pub(super) fn elements(
    client: &mut impl GenericClient,
    (index, table): (u32, u32),
    (class, key): (&str, &str),
    known: &TableStatistics,
    rows: f64,
) -> Result<Option<(f64, f64)>, TwinError> {
    let taken_apart = match class {
        "tsvector_ops" => "SELECT unnest(tsvector_to_array(s.value))".to_owned(),
        "array_ops" => "SELECT unnest(s.value)::text".to_owned(),
        "jsonb_path_ops" => {
            "SELECT j::text FROM jsonb_path_query(s.value, 'strict $.**') AS j \
             WHERE jsonb_typeof(j) NOT IN ('object', 'array')"
                .to_owned()
        }
        "jsonb_ops" => "SELECT j::text FROM jsonb_path_query(s.value, 'strict $.**') AS j \
             WHERE jsonb_typeof(j) NOT IN ('object', 'array') \
             UNION ALL SELECT k FROM jsonb_path_query(s.value, 'strict $.**') AS j, jsonb_object_keys(j) AS k \
             WHERE jsonb_typeof(j) = 'object'"
            .to_owned(),
        "gin_trgm_ops" => {
            let schema = client
                .query(
                    "SELECT n.nspname::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace \
                     WHERE p.proname = 'show_trgm'",
                    &[],
                )
                .map_err(failed())?;
            let Some(schema) = schema.first() else {
                return Ok(None);
            };
            let schema: String = schema.try_get(0).map_err(failed())?;
            let schema = pgwright_catalog::quote_identifier(&schema);
            format!("SELECT unnest({schema}.show_trgm(s.value))")
        }
        _ => return Ok(None),
    };
    let columns = columns_of(client, index)?;
    if columns.is_empty() {
        return Ok(None);
    }
    aside(client, |transaction| {
        if !fill(transaction, table, &columns, known)? {
            return Ok(None);
        }
        let row = transaction
            .query_one(
                &format!(
                    "SELECT sum(c.n)::float8, count(*)::float8, \
                            count(*) FILTER (WHERE c.n = 1)::float8, count(*) FILTER (WHERE c.n = 2)::float8
                     FROM (SELECT e.element, count(*) AS n
                           FROM (SELECT DISTINCT {key} AS value FROM pg_temp.pgwright_sample) AS s
                           CROSS JOIN LATERAL ({taken_apart}) AS e (element)
                           WHERE s.value IS NOT NULL GROUP BY e.element) AS c"
                ),
                &[],
            )
            .map_err(failed())?;
        let sampled: f64 = transaction
            .query_one(
                &format!("SELECT count(DISTINCT {key})::float8 FROM pg_temp.pgwright_sample"),
                &[],
            )
            .and_then(|row| row.try_get(0))
            .map_err(failed())?;
        let number = |at: usize| row.try_get::<_, Option<f64>>(at).map_err(failed());
        let (Some(total), Some(distinct), Some(once), Some(twice)) =
            (number(0)?, number(1)?, number(2)?, number(3)?)
        else {
            return Ok(None);
        };
        let each = total / sampled.max(1.0);
        Ok(Some((
            each,
            all_elements(distinct, once, twice, each * rows, total),
        )))
    })
}

/// How many different elements there are among `all`, of which a sample of `sampled` shows `distinct`, `once`
/// and `twice` of them once and twice.
fn all_elements(distinct: f64, once: f64, twice: f64, all: f64, sampled: f64) -> f64 {
    // Chao: at least so many are there that the sample has not met.
    let least = distinct + once * once / (2.0 * twice.max(1.0));
    if once < distinct * 0.5 {
        return least.min(all);
    }
    // Most were met once: new ones go on coming, ever more rarely.
    let growth = (all / sampled.max(1.0)).max(1.0);
    let share = once / sampled.max(1.0);
    least
        .max(distinct * growth.powf(share.clamp(0.5, 1.0)))
        .min(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_in_their_proportions() {
        let column = ColumnStatistics {
            null_fraction: 0.25,
            most_common_values: vec!["a".to_owned()],
            most_common_frequencies: vec![0.5],
            histogram: vec!["b".to_owned(), "c".to_owned()],
            ..ColumnStatistics::default()
        };
        let values = values_of(&column).unwrap_or_default();
        let count = |wanted: Option<&str>| values.iter().filter(|v| **v == wanted).count();
        assert_eq!(
            [None, Some("a"), Some("b"), Some("c")].map(count),
            [150, 300, 75, 75]
        );
    }

    #[test]
    fn few_values_are_all_there_are() {
        let groups: Vec<(String, f64)> = (0..7).map(|n| (n.to_string(), 85.0)).collect();
        let sampled = summary(&groups, 5.0, 595.0 * 8.0, (100.0, true));
        assert!(sampled.exhausted);
        assert_eq!(sampled.statistics.distinct, 7.0);
        assert_eq!(sampled.statistics.average_width, 5);
        assert_eq!(sampled.statistics.most_common_values.len(), 7);
    }
}
