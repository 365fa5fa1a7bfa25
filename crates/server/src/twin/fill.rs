//! The counts in `pg_class` and the values in `pg_statistic`.

use std::collections::BTreeMap;

use pgwright_planner::{ColumnStatistics, Statistics, write_array};
use postgres::{Client, GenericClient};
use serde_json::{Value, json};

use super::TwinError;
use super::relations::Relation;
use super::shape::Size;

/// How many columns one statement fills in.
const BATCH: usize = 2000;

/// Gives tables and indexes their counts.
pub(super) fn relations(
    client: &mut impl GenericClient,
    sizes: &BTreeMap<u32, Size>,
) -> Result<(), TwinError> {
    let counts: Vec<Value> = sizes
        .iter()
        .map(|(oid, size)| {
            json!({
                "oid": oid, "rows": size.rows, "pages": size.counted_pages,
                "visible": size.all_visible,
            })
        })
        .collect();
    let sql = "UPDATE pg_class c SET reltuples = v.rows, relpages = v.pages, relallvisible = v.visible
               FROM jsonb_to_recordset($1::text::jsonb) AS v (oid oid, rows real, pages int, visible int)
               WHERE c.oid = v.oid";
    client
        .execute(sql, &[&Value::from(counts).to_string()])
        .map_err(TwinError::asking("filling pg_class"))?;
    Ok(())
}

/// The statistics of a column, as `queries/twin_columns.sql` takes them.
pub(super) struct Column<'a> {
    /// The table or index that the column or expression belongs to.
    pub relation: u32,
    /// Name of a column.
    pub name: Option<&'a str>,
    /// Number of a column.
    pub number: Option<i16>,
    /// What the row is kept under, when it is not the relation.
    pub key: Option<u32>,
    /// Its type, when it is not that of the relation's column.
    pub kind: Option<u32>,
    pub inherited: bool,
    pub statistics: &'a ColumnStatistics,
}

impl Column<'_> {
    fn json(&self) -> Value {
        let c = self.statistics;
        let values = |v: &[String]| (!v.is_empty()).then(|| write_array(v));
        let numbers = |v: &[f32]| (!v.is_empty()).then(|| v.to_vec());
        json!({
            "relation": self.relation,
            "name": self.name,
            "number": self.number,
            "key": self.key,
            "type": self.kind,
            "inherited": self.inherited,
            "nulls": c.null_fraction,
            "width": c.average_width,
            "distinct": c.distinct,
            "mcv": values(&c.most_common_values),
            "mcf": numbers(&c.most_common_frequencies),
            "histogram": values(&c.histogram),
            "correlation": c.correlation,
            "mce": values(&c.most_common_elements),
            "mcef": numbers(&c.most_common_element_frequencies),
            "counts": numbers(&c.element_count_histogram),
            "lengths": values(&c.range_length_histogram),
            "empty": c.range_empty_fraction.unwrap_or(0.0),
            "bounds": values(&c.range_bounds_histogram),
        })
    }
}

/// Makes the functions that the statements here call.
pub(super) fn prepare(client: &mut impl GenericClient) -> Result<(), TwinError> {
    client
        .batch_execute(include_str!("../queries/twin_types.sql"))
        .map_err(TwinError::asking("preparing statistics"))
}

/// Fills in statistics of columns, all or none.
pub(super) fn insert_all(
    client: &mut impl GenericClient,
    columns: &[Column<'_>],
) -> Result<(), TwinError> {
    let values: Vec<Value> = columns.iter().map(Column::json).collect();
    let sql = include_str!("../queries/twin_columns.sql");
    client
        .execute(sql, &[&Value::from(values).to_string()])
        .map_err(TwinError::asking("filling pg_statistic"))?;
    Ok(())
}

/// Fills in statistics of columns: many at once; where that fails, one by one, and what fails is noted.
pub(super) fn insert(
    client: &mut Client,
    columns: &[Column<'_>],
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    let failed = || TwinError::asking("filling pg_statistic");
    let sql = include_str!("../queries/twin_columns.sql");
    let statement = client.prepare(sql).map_err(failed())?;
    for batch in columns.chunks(BATCH) {
        let values: Vec<Value> = batch.iter().map(Column::json).collect();
        let all = Value::from(values.clone()).to_string();
        let Err(error) = client.execute(&statement, &[&all]) else {
            continue;
        };
        if client.is_closed() {
            return Err(failed()(error));
        }
        for (column, value) in batch.iter().zip(values) {
            let one = Value::from(vec![value]).to_string();
            if let Err(error) = client.execute(&statement, &[&one]) {
                if client.is_closed() {
                    return Err(failed()(error));
                }
                let what = column.name.map_or_else(
                    || format!("expression {}", column.number.unwrap_or(0)),
                    |name| format!("column {name}"),
                );
                notes.push(format!(
                    "statistics of {what} of relation {}: {}",
                    column.relation,
                    crate::script::describe(&error)
                ));
            }
        }
    }
    Ok(())
}

/// Fills in the statistics of all columns of tables, and of expressions of indexes.
pub(super) fn columns(
    client: &mut Client,
    relations: &BTreeMap<u32, Relation>,
    statistics: &Statistics,
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    let mut found = Vec::new();
    for (oid, relation) in relations {
        if let Some(table) = relation.table_in(statistics) {
            for (inherited, columns) in [
                (false, &table.columns),
                (true, &table.columns_with_children),
            ] {
                found.extend(columns.iter().map(|(name, statistics)| Column {
                    relation: *oid,
                    name: Some(name.as_str()),
                    number: None,
                    key: None,
                    kind: None,
                    inherited,
                    statistics,
                }));
            }
        }
        let Some(index) = relation.index_in(statistics) else {
            continue;
        };
        for (position, statistics) in &index.expressions {
            found.push(Column {
                relation: *oid,
                name: None,
                number: i16::try_from(*position).ok(),
                key: None,
                kind: expression_type(client, relation, *position)?,
                inherited: false,
                statistics,
            });
        }
    }
    insert(client, &found, notes)
}

/// The type of an index's expression: what the index keeps of it may be another.
fn expression_type(
    client: &mut Client,
    index: &Relation,
    position: u16,
) -> Result<Option<u32>, TwinError> {
    let Some((_, table)) = &index.table else {
        return Ok(None);
    };
    let failed = || TwinError::asking("reading an index's expression");
    let row = client
        .query_one(
            "SELECT pg_get_indexdef($1, $2::int, false)",
            &[&index.oid, &i32::from(position)],
        )
        .map_err(failed())?;
    let expression: Option<String> = row.try_get(0).map_err(failed())?;
    let Some(expression) = expression.filter(|e| !e.is_empty()) else {
        return Ok(None);
    };
    type_of(client, &expression, &table.quoted())
}

/// The type of an expression over a table's columns.
pub(super) fn type_of(
    client: &mut impl GenericClient,
    expression: &str,
    table: &str,
) -> Result<Option<u32>, TwinError> {
    type_in(client, expression, &format!("ONLY {table}"))
}

/// The type of an expression over the columns of what stands behind FROM.
pub(super) fn type_in(
    client: &mut impl GenericClient,
    expression: &str,
    from: &str,
) -> Result<Option<u32>, TwinError> {
    let sql = format!("SELECT ({expression}) FROM {from}");
    let statement = client
        .prepare(&sql)
        .map_err(TwinError::asking("finding an expression's type"))?;
    Ok(statement.columns().first().map(|c| c.type_().oid()))
}
