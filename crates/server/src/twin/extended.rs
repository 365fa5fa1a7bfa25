//! The data of extended statistics objects. PostgreSQL takes none of it as text: numbers of combinations and
//! dependencies are written in the binary form that the server keeps, and lists of common combinations
//! are made by it from rows that hold them, with the frequencies put in afterwards.
//!
//! Source of the forms: `src/backend/statistics/{mvdistinct,dependencies,mcv}.c`.

use std::collections::BTreeMap;

use pgwright_catalog::QualifiedName;
use pgwright_planner::{ExtendedStatistics, MostCommonCombination, Statistics};
use postgres::{Client, Row};
use serde_json::json;

use super::TwinError;
use super::fill::{self, Column};
use super::relations::Relation;

const DISTINCT_MAGIC: u32 = 0xA352_BFA4;
const DEPENDENCIES_MAGIC: u32 = 0xB454_9A2C;

fn failed() -> impl FnOnce(postgres::Error) -> TwinError {
    TwinError::asking("filling extended statistics")
}

/// A statistics object of the twin.
struct Object {
    oid: u32,
    table: QualifiedName,
    /// Columns with their numbers, in order.
    columns: Vec<(String, i16)>,
    expressions: Vec<String>,
}

/// Fills in what is known of the objects that the twin has.
pub(super) fn fill(
    client: &mut Client,
    relations: &BTreeMap<u32, Relation>,
    statistics: &Statistics,
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    let wanted = statistics.tables.values().flat_map(|t| &t.extended);
    let wanted: BTreeMap<&QualifiedName, &ExtendedStatistics> = wanted.collect();
    if wanted.is_empty() {
        return Ok(());
    }
    for name in ["pg_ndistinct", "pg_dependencies", "pg_mcv_list"] {
        client
            .batch_execute(&format!("CREATE CAST (bytea AS {name}) WITHOUT FUNCTION"))
            .map_err(failed())?;
    }
    for (name, object) in objects(client, relations)? {
        let Some(known) = wanted.get(&name) else {
            continue;
        };
        if let Err(error) = fill_object(client, &object, known, notes) {
            if client.is_closed() {
                return Err(error);
            }
            let _ = client.batch_execute("ROLLBACK");
            notes.push(format!("statistics object {}: {error}", name.quoted()));
        }
    }
    for name in ["pg_ndistinct", "pg_dependencies", "pg_mcv_list"] {
        client
            .batch_execute(&format!("DROP CAST (bytea AS {name})"))
            .map_err(failed())?;
    }
    Ok(())
}

fn objects(
    client: &mut Client,
    relations: &BTreeMap<u32, Relation>,
) -> Result<BTreeMap<QualifiedName, Object>, TwinError> {
    let rows = client
        .query(
            "SELECT s.oid, n.nspname::text, s.stxname::text, s.stxrelid, k.names, s.stxkeys::int2[],
                    pg_get_statisticsobjdef_expressions(s.oid)
             FROM pg_statistic_ext s
             JOIN pg_namespace n ON n.oid = s.stxnamespace
             CROSS JOIN LATERAL (
                 SELECT array_agg(a.attname::text ORDER BY u.ord) AS names
                 FROM unnest(s.stxkeys::int2[]) WITH ORDINALITY AS u (num, ord)
                 JOIN pg_attribute a ON a.attrelid = s.stxrelid AND a.attnum = u.num) AS k
             ORDER BY s.oid",
            &[],
        )
        .map_err(failed())?;
    let mut found = BTreeMap::new();
    for row in &rows {
        let read = |row: &Row| -> Result<_, postgres::Error> {
            let name =
                QualifiedName::new(row.try_get::<_, String>(1)?, row.try_get::<_, String>(2)?);
            let names: Option<Vec<String>> = row.try_get(4)?;
            let numbers: Vec<i16> = row.try_get(5)?;
            let expressions: Option<Vec<String>> = row.try_get(6)?;
            let columns = names.unwrap_or_default().into_iter().zip(numbers).collect();
            Ok((
                name,
                row.try_get(0)?,
                row.try_get(3)?,
                columns,
                expressions.unwrap_or_default(),
            ))
        };
        let (name, oid, table, columns, expressions) = read(row).map_err(failed())?;
        let table: u32 = table;
        if let Some(relation) = relations.get(&table) {
            let table = relation.qualified();
            found.insert(
                name,
                Object {
                    oid,
                    table,
                    columns,
                    expressions,
                },
            );
        }
    }
    Ok(found)
}

fn fill_object(
    client: &mut Client,
    object: &Object,
    known: &ExtendedStatistics,
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    let distinct = distinct(object, known);
    let dependencies = dependencies(object, known);
    let common = match known.most_common.is_empty() {
        true => None,
        false => common(client, object, &known.most_common)?,
    };
    // Kept under the object's own number until they are gathered.
    let mut columns = Vec::new();
    let (relation, name) = (relation_of(client, &object.table)?, object.columns.first());
    for (number, statistics) in known.expressions.iter().enumerate() {
        let Some(expression) = object.expressions.get(number) else {
            continue;
        };
        columns.push(Column {
            relation,
            name: None,
            number: i16::try_from(number + 1).ok(),
            key: Some(object.oid),
            kind: fill::type_of(client, expression, &object.table.quoted())?,
            inherited: false,
            statistics,
        });
    }
    let _ = name;
    fill::insert(client, &columns, notes)?;
    let inherit = inherit_column(client)?;
    let (names, values) = match inherit {
        true => ("stxdinherit, ", "$5, "),
        false => ("", ""),
    };
    let sql = format!(
        "INSERT INTO pg_statistic_ext_data (stxoid, {names}stxdndistinct, stxddependencies, stxdmcv, stxdexpr)
         SELECT $1, {values}$2::bytea::pg_ndistinct, $3::bytea::pg_dependencies, $4::bytea::pg_mcv_list,
                (SELECT array_agg(s ORDER BY s.staattnum) FROM pg_statistic s WHERE s.starelid = $1)"
    );
    let mut parameters: Vec<&(dyn postgres::types::ToSql + Sync)> =
        vec![&object.oid, &distinct, &dependencies, &common];
    if inherit {
        parameters.push(&known.with_children);
    }
    client
        .execute(sql.as_str(), &parameters)
        .map_err(failed())?;
    client
        .execute(
            "DELETE FROM pg_statistic WHERE starelid = $1",
            &[&object.oid],
        )
        .map_err(failed())?;
    Ok(())
}

fn relation_of(client: &mut Client, table: &QualifiedName) -> Result<u32, TwinError> {
    client
        .query_one("SELECT $1::text::regclass::oid", &[&table.quoted()])
        .and_then(|row| row.try_get(0))
        .map_err(failed())
}

/// Whether the server keeps statistics with children apart: from 15 on.
fn inherit_column(client: &mut Client) -> Result<bool, TwinError> {
    client
        .query_one(
            "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'pg_statistic_ext_data'::regclass \
             AND attname = 'stxdinherit')",
            &[],
        )
        .and_then(|row| row.try_get(0))
        .map_err(failed())
}

impl Object {
    /// The number by which the server knows a column or an expression.
    fn number(&self, name: &str) -> Option<i16> {
        let column = self.columns.iter().find(|(column, _)| column == name);
        match column {
            Some((_, number)) => Some(*number),
            None => name.parse().ok().filter(|n| *n < 0),
        }
    }

    fn numbers(&self, names: &[String]) -> Option<Vec<i16>> {
        names.iter().map(|name| self.number(name)).collect()
    }
}

fn header(magic: u32, items: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(magic.to_ne_bytes());
    bytes.extend(1u32.to_ne_bytes());
    bytes.extend((items as u32).to_ne_bytes());
    bytes
}

fn distinct(object: &Object, known: &ExtendedStatistics) -> Option<Vec<u8>> {
    let items: Vec<(f64, Vec<i16>)> = known
        .distinct
        .iter()
        .filter_map(|c| Some((c.distinct, object.numbers(&c.columns)?)))
        .collect();
    if items.is_empty() {
        return None;
    }
    let mut bytes = header(DISTINCT_MAGIC, items.len());
    for (distinct, columns) in items {
        bytes.extend(distinct.to_ne_bytes());
        bytes.extend((columns.len() as i32).to_ne_bytes());
        columns.iter().for_each(|c| bytes.extend(c.to_ne_bytes()));
    }
    Some(bytes)
}

fn dependencies(object: &Object, known: &ExtendedStatistics) -> Option<Vec<u8>> {
    let items: Vec<(f64, Vec<i16>)> = known
        .dependencies
        .iter()
        .filter_map(|d| {
            let mut columns = object.numbers(&d.from)?;
            columns.push(object.number(&d.to)?);
            Some((d.degree, columns))
        })
        .collect();
    if items.is_empty() {
        return None;
    }
    let mut bytes = header(DEPENDENCIES_MAGIC, items.len());
    for (degree, columns) in items {
        bytes.extend(degree.to_ne_bytes());
        bytes.extend((columns.len() as i16).to_ne_bytes());
        columns.iter().for_each(|c| bytes.extend(c.to_ne_bytes()));
    }
    Some(bytes)
}

/// A list of common combinations: made by ANALYZE of a table that holds each of them once.
fn common(
    client: &mut Client,
    object: &Object,
    combinations: &[MostCommonCombination],
) -> Result<Option<Vec<u8>>, TwinError> {
    let columns = object
        .columns
        .iter()
        .map(|(name, _)| pgwright_catalog::quote_identifier(name));
    let sources: Vec<String> = columns
        .chain(object.expressions.iter().map(|e| format!("({e})")))
        .collect();
    let selected: Vec<String> = sources
        .iter()
        .enumerate()
        .map(|(n, source)| format!("{source} AS v{n}"))
        .collect();
    let names: Vec<String> = (0..sources.len()).map(|n| format!("v{n}")).collect();
    client
        .batch_execute(&format!(
            "BEGIN; CREATE TEMPORARY TABLE pgwright_values ON COMMIT DROP AS SELECT {} FROM ONLY {} WITH NO DATA;
             CREATE STATISTICS pg_temp.pgwright_common (mcv) ON {} FROM pg_temp.pgwright_values;
             ALTER STATISTICS pg_temp.pgwright_common SET STATISTICS 10000",
            selected.join(", "),
            object.table.quoted(),
            names.join(", ")
        ))
        .map_err(failed())?;
    let statement = client
        .prepare("SELECT * FROM pg_temp.pgwright_values")
        .map_err(failed())?;
    let types: Vec<u32> = statement
        .columns()
        .iter()
        .map(|c| c.type_().oid())
        .collect();
    let casts: Vec<String> = types
        .iter()
        .enumerate()
        .map(|(n, oid)| -> Result<String, postgres::Error> {
            let row = client.query_one("SELECT format_type($1, -1)", &[oid])?;
            Ok(format!(
                "(v.value ->> {n})::{}",
                row.try_get::<_, String>(0)?
            ))
        })
        .collect::<Result<_, _>>()
        .map_err(failed())?;
    let rows: Vec<_> = combinations.iter().map(|c| json!(c.values)).collect();
    client
        .execute(
            &format!(
                "INSERT INTO pg_temp.pgwright_values SELECT {} FROM jsonb_array_elements($1::text::jsonb) AS v (value)",
                casts.join(", ")
            ),
            &[&serde_json::Value::from(rows).to_string()],
        )
        .map_err(failed())?;
    client
        .batch_execute("ANALYZE pg_temp.pgwright_values")
        .map_err(failed())?;
    let rows = client
        .query(
            "SELECT d.stxdmcv::bytea, m.index, array_to_json(m.values)::text
             FROM pg_statistic_ext s
             JOIN pg_statistic_ext_data d ON d.stxoid = s.oid
             CROSS JOIN LATERAL pg_mcv_list_items(d.stxdmcv) AS m
             WHERE s.stxname = 'pgwright_common' AND s.stxrelid = 'pg_temp.pgwright_values'::regclass
             ORDER BY m.index",
            &[],
        )
        .map_err(failed())?;
    client.batch_execute("COMMIT").map_err(failed())?;
    let Some(first) = rows.first() else {
        return Ok(None);
    };
    let mut bytes: Vec<u8> = first.try_get(0).map_err(failed())?;
    // Items stand at the end: a flag and a number for each column, and two frequencies.
    let dimensions = sources.len();
    let item = dimensions * 3 + 16;
    let start = bytes.len().saturating_sub(rows.len() * item);
    for (number, row) in rows.iter().enumerate() {
        let text: String = row.try_get(2).map_err(failed())?;
        let values: Vec<Option<String>> = serde_json::from_str(&text).unwrap_or_default();
        let Some(combination) = combinations.iter().find(|c| c.values == values) else {
            continue;
        };
        let at = start + number * item + dimensions;
        if let Some(place) = bytes.get_mut(at..at + 16) {
            place[..8].copy_from_slice(&combination.frequency.to_ne_bytes());
            place[8..].copy_from_slice(&combination.base_frequency.to_ne_bytes());
        }
    }
    Ok(Some(bytes))
}
