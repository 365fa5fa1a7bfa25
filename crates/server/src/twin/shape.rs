//! Sizes of the twin's relations: as the statistics tell them, and estimated where they do not.

use std::collections::BTreeMap;

use pgwright_planner::size::{
    Alignment, IndexContent, IndexShape, KeyShape, btree_height, combinations, heap_pages,
    index_size, numeric_widths, text_widths,
};
use pgwright_planner::{ColumnStatistics, GinPages, Statistics, TableStatistics};
use postgres::{GenericClient, Row};

use super::TwinError;
use super::relations::Relation;

/// What a relation is to seem to hold.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Size {
    /// `reltuples`; -1 where unknown.
    pub rows: f64,
    /// `relpages`.
    pub counted_pages: u64,
    /// `relallvisible`.
    pub all_visible: u64,
    /// Pages of its file.
    pub file_pages: u64,
    /// Pages of its table, of an index.
    pub table_pages: u64,
    /// Of a B-tree.
    pub height: u32,
    /// Of a GIN index.
    pub gin: Option<GinPages>,
}

fn failed() -> impl FnOnce(postgres::Error) -> TwinError {
    TwinError::asking("reading the shapes of relations")
}

/// Sizes of tables and materialized views, partitioned ones included.
pub(super) fn tables(
    client: &mut impl GenericClient,
    relations: &BTreeMap<u32, Relation>,
    statistics: &Statistics,
) -> Result<BTreeMap<u32, Size>, TwinError> {
    let sql = include_str!("../queries/twin_table_columns.sql");
    let rows = client.query(sql, &[]).map_err(failed())?;
    let mut shapes: BTreeMap<u32, (Vec<KeyShape>, Option<u32>)> = BTreeMap::new();
    for row in &rows {
        let oid: u32 = row.try_get(0).map_err(failed())?;
        let known = relations.get(&oid).and_then(|r| r.table_in(statistics));
        let name: String = row.try_get(1).map_err(failed())?;
        let column = known.and_then(|t| t.columns.get(name.as_str()));
        let shape = key_shape(
            row.try_get(2).map_err(failed())?,
            &row.try_get::<_, String>(3).map_err(failed())?,
            row.try_get(4).map_err(failed())?,
            &row.try_get::<_, String>(5).map_err(failed())?,
            column,
            known.and_then(|t| t.rows).unwrap_or(0.0),
        );
        let fill: Option<String> = row.try_get(6).map_err(failed())?;
        let entry = shapes.entry(oid).or_default();
        entry.0.push(shape);
        entry.1 = fill.and_then(|f| f.parse().ok());
    }
    let mut sizes = BTreeMap::new();
    for (oid, relation) in relations {
        let Some(table) = relation.table_in(statistics) else {
            continue;
        };
        let rows = table.rows.unwrap_or(-1.0);
        let estimated = match (table.file_pages, shapes.get(oid)) {
            (None, Some((columns, fill))) if rows > 0.0 => Some(heap_pages(rows, columns, *fill)),
            _ => None,
        };
        let size = match estimated {
            Some(pages) => Size {
                rows,
                counted_pages: pages,
                all_visible: pages,
                file_pages: pages,
                ..Size::default()
            },
            None => Size {
                rows,
                counted_pages: table.pages,
                all_visible: table.all_visible,
                file_pages: table.file_pages.unwrap_or(0),
                ..Size::default()
            },
        };
        sizes.insert(*oid, size);
    }
    Ok(sizes)
}

/// An index as the server describes it.
#[derive(Debug, Clone)]
pub(super) struct Described {
    pub oid: u32,
    pub table: u32,
    pub predicate: Option<String>,
    /// The keys as SQL, when one of them is an expression.
    pub keys: Option<Vec<String>>,
    unique: bool,
    key_count: usize,
    fill_factor: Option<u32>,
    pages_per_range: Option<u32>,
    deduplicates: bool,
    lengths: Vec<i16>,
    alignments: Vec<String>,
    modifiers: Vec<i32>,
    types: Vec<String>,
    pub columns: Vec<Option<String>>,
    pub class: String,
}

/// Describes all indexes, or one.
pub(super) fn describe(
    client: &mut impl GenericClient,
    one: Option<u32>,
) -> Result<Vec<Described>, TwinError> {
    let mut sql = include_str!("../queries/twin_indexes.sql").to_owned();
    if let Some(oid) = one {
        sql = sql.replace(
            "ORDER BY i.indexrelid\n",
            &format!("AND i.indexrelid = {oid}\n"),
        );
    }
    let rows = client.query(sql.as_str(), &[]).map_err(failed())?;
    rows.iter()
        .map(|row| described(row).map_err(failed()))
        .collect()
}

fn described(row: &Row) -> Result<Described, postgres::Error> {
    let number = |text: Option<String>| text.and_then(|t| t.parse().ok());
    let keys: i16 = row.try_get(3)?;
    Ok(Described {
        oid: row.try_get(0)?,
        table: row.try_get(1)?,
        unique: row.try_get(2)?,
        key_count: usize::try_from(keys).unwrap_or(1),
        fill_factor: number(row.try_get(4)?),
        pages_per_range: number(row.try_get(5)?),
        deduplicates: row.try_get(6)?,
        predicate: row.try_get(7)?,
        lengths: row.try_get(8)?,
        alignments: row.try_get(9)?,
        modifiers: row.try_get(10)?,
        types: row.try_get(11)?,
        columns: row.try_get(12)?,
        class: row.try_get::<_, Option<String>>(13)?.unwrap_or_default(),
        keys: row.try_get(14)?,
    })
}

/// What is known of an index's entries beyond the statistics of columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Asked {
    /// Entries, when it is partial.
    pub rows: Option<f64>,
    /// Distinct combinations of its keys.
    pub combinations: Option<f64>,
    /// Elements of a row and different ones in all, of a GIN index.
    pub elements: Option<(f64, f64)>,
    /// Of its expressions, by position from 1.
    pub expressions: BTreeMap<u16, ColumnStatistics>,
}

impl Described {
    /// The shape, by the statistics of its table's columns and of its expressions.
    pub(super) fn shape(
        &self,
        method: &str,
        table: Option<&TableStatistics>,
        table_rows: f64,
        asked: &Asked,
    ) -> IndexShape {
        let columns: Vec<KeyShape> = (0..self.lengths.len())
            .map(|at| {
                let position = u16::try_from(at + 1).unwrap_or(u16::MAX);
                let known = match self.columns.get(at).and_then(Option::as_ref) {
                    Some(name) => table.and_then(|t| t.columns.get(name.as_str())),
                    None => asked.expressions.get(&position),
                };
                key_shape(
                    self.lengths[at],
                    self.alignments.get(at).map_or("i", String::as_str),
                    self.modifiers.get(at).copied().unwrap_or(-1),
                    self.types.get(at).map_or("", String::as_str),
                    known,
                    table_rows,
                )
            })
            .collect();
        let rows = asked.rows.unwrap_or(table_rows);
        let (keys, included) = columns.split_at(self.key_count.min(columns.len()));
        let product: f64 = keys
            .iter()
            .map(|k| k.distinct.unwrap_or(200.0).max(1.0))
            .product();
        let combinations = match self.unique {
            true => rows,
            false => asked
                .combinations
                .unwrap_or_else(|| combinations(rows, product)),
        };
        IndexShape {
            method: method.to_owned(),
            unique: self.unique,
            fill_factor: self.fill_factor,
            deduplicates: self.deduplicates && method == "btree",
            pages_per_range: self.pages_per_range.unwrap_or(128),
            keys: keys.to_vec(),
            included: included.to_vec(),
            combinations: Some(combinations),
        }
    }

    /// How much it holds.
    pub(super) fn content(
        &self,
        table: Option<&TableStatistics>,
        rows: f64,
        table_pages: f64,
    ) -> IndexContent {
        let first = self.columns.first().and_then(Option::as_ref);
        let column = first.and_then(|name| table?.columns.get(name.as_str()));
        let width = column.map_or(100.0, |c| f64::from(c.average_width));
        let counted = column.and_then(|c| c.element_count_histogram.last().copied());
        let elements = match self.class.as_str() {
            "jsonb_ops" => width / 9.0,
            "jsonb_path_ops" => width / 18.0,
            "tsvector_ops" => width / 11.0,
            "gin_trgm_ops" => width + 1.0,
            _ => counted.map_or(3.0, f64::from),
        }
        .max(1.0);
        let total = rows * elements;
        let listed = column.map_or(0, |c| c.most_common_elements.len());
        let distinct_elements = match self.class.as_str() {
            // Of letters and digits there are not more that words are made of.
            "gin_trgm_ops" => (total / 2.0).min(25_000.0),
            // New words and values come ever more rarely.
            _ if listed > 0 && listed < 900 => listed as f64,
            _ => (30.0 * total.sqrt()).min(total),
        };
        IndexContent {
            rows,
            table_pages,
            elements,
            distinct_elements: distinct_elements.max(1.0),
        }
    }
}

/// Sizes of all indexes.
pub(super) fn indexes(
    client: &mut impl GenericClient,
    relations: &BTreeMap<u32, Relation>,
    tables: &BTreeMap<u32, Size>,
    statistics: &Statistics,
) -> Result<BTreeMap<u32, Size>, TwinError> {
    let mut sizes = BTreeMap::new();
    for described in describe(client, None)? {
        let Some(relation) = relations.get(&described.oid) else {
            continue;
        };
        let (Some(of_table), Some((_, name))) = (tables.get(&described.table), &relation.table)
        else {
            continue;
        };
        let table = statistics.tables.get(name);
        let known = relation.index_in(statistics);
        let mut asked = Asked {
            expressions: known.map(|k| k.expressions.clone()).unwrap_or_default(),
            ..Asked::default()
        };
        let counted = known.filter(|k| k.file_pages.is_some());
        if let Some(known) = counted {
            asked.rows = known.rows;
        } else if let Some(predicate) = &described.predicate {
            asked.rows = Some(super::session::rows_of(
                client,
                &format!("SELECT 1 FROM ONLY {} WHERE {predicate}", name.quoted()),
            )?);
        }
        let table_rows = of_table.rows.max(0.0);
        let shape = described.shape(&relation.method, table, table_rows, &asked);
        let mut size = match counted {
            Some(known) => {
                let pages = known.file_pages.unwrap_or(0);
                let height = match relation.method.as_str() {
                    "btree" => known.height.unwrap_or_else(|| btree_height(&shape, pages)),
                    _ => 0,
                };
                Size {
                    rows: known.rows.unwrap_or(-1.0),
                    counted_pages: known.pages,
                    file_pages: pages,
                    height,
                    gin: known.gin,
                    ..Size::default()
                }
            }
            None => {
                let rows = asked.rows.unwrap_or(table_rows);
                let content = described.content(table, rows, of_table.file_pages as f64);
                estimated(&shape, content)
            }
        };
        size.table_pages = of_table.file_pages;
        sizes.insert(described.oid, size);
    }
    Ok(sizes)
}

/// The size of an index that is not there yet.
pub(super) fn estimated(shape: &IndexShape, content: IndexContent) -> Size {
    let size = index_size(shape, content);
    Size {
        rows: content.rows,
        counted_pages: size.pages,
        file_pages: size.pages,
        height: size.height.unwrap_or(0),
        gin: size.gin,
        ..Size::default()
    }
}

fn key_shape(
    length: i16,
    alignment: &str,
    modifier: i32,
    kind: &str,
    known: Option<&ColumnStatistics>,
    rows: f64,
) -> KeyShape {
    let length = u32::try_from(length).ok();
    let limit = u32::try_from(modifier.saturating_sub(4)).ok();
    let assumed = match (length, kind, limit) {
        (Some(length), _, _) => f64::from(length),
        (None, "character", Some(limit)) => f64::from(limit) + 1.0,
        (None, "character varying", Some(limit)) => f64::from(limit.min(31)) + 1.0,
        (None, "numeric", _) => 8.0,
        (None, "jsonb" | "json" | "xml" | "bytea", _) => 120.0,
        (None, "tsvector", _) => 200.0,
        _ => 32.0,
    };
    KeyShape {
        length,
        alignment: Alignment::of(alignment),
        width: known.map_or(assumed, |k| f64::from(k.average_width)),
        widths: match kind {
            "text" | "character varying" | "character" => {
                known.map(text_widths).unwrap_or_default()
            }
            "numeric" => known.map(numeric_widths).unwrap_or_default(),
            _ => Vec::new(),
        },
        null_fraction: known.map_or(0.0, |k| f64::from(k.null_fraction)),
        distinct: known.and_then(|k| k.distinct_among(rows)),
        most_common: known
            .map(|k| {
                k.most_common_frequencies
                    .iter()
                    .map(|f| f64::from(*f))
                    .collect()
            })
            .unwrap_or_default(),
    }
}
