//! How many pages tables and indexes take: by the layout of PostgreSQL's pages, from the numbers of rows,
//! widths, nulls and distinct values.
//!
//! Sources: `src/include/access/{itup,nbtree,ginblock,brin_page,hash}.h` and the manual's chapters on the
//! access methods' implementation. The estimates are of an index as `CREATE INDEX` leaves it.

mod btree;
mod gin;
mod layout;
mod other;

use crate::statistics::GinPages;

pub use btree::{btree_height, btree_size};
pub use layout::{Alignment, KeyShape, heap_pages, numeric_widths, text_widths};

/// Bytes of a page.
pub const PAGE: f64 = 8192.0;

/// What an index is made of, as far as its size depends on it.
#[derive(Debug, Clone, PartialEq)]
pub struct IndexShape {
    /// Access method.
    pub method: String,
    /// UNIQUE.
    pub unique: bool,
    /// Its fill factor in per cent, where it is not the access method's own.
    pub fill_factor: Option<u32>,
    /// A B-tree keeps equal keys once: every key's operator class allows it, and no column is included.
    pub deduplicates: bool,
    /// Pages of the table to a range of a BRIN index.
    pub pages_per_range: u32,
    /// The key columns.
    pub keys: Vec<KeyShape>,
    /// Columns of INCLUDE.
    pub included: Vec<KeyShape>,
    /// Distinct combinations of all keys among the entries, where known.
    pub combinations: Option<f64>,
}

/// How much an index holds.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct IndexContent {
    /// Rows that it has entries for.
    pub rows: f64,
    /// Pages of its table.
    pub table_pages: f64,
    /// Keys of a row, on average, of an index on elements (GIN); 1 otherwise.
    pub elements: f64,
    /// Distinct elements in all rows, of an index on elements.
    pub distinct_elements: f64,
}

/// The size of an index.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct IndexSize {
    /// Pages of 8 kB.
    pub pages: u64,
    /// Levels above the leaf pages, of a B-tree.
    pub height: Option<u32>,
    /// What its metapage would say, of a GIN index.
    pub gin: Option<GinPages>,
}

/// Estimates the size of an index. A method that is not PostgreSQL's own is taken for a GiST index.
pub fn index_size(shape: &IndexShape, content: IndexContent) -> IndexSize {
    match shape.method.as_str() {
        "btree" => btree_size(shape, content),
        "gin" => gin::gin_size(shape, content),
        "brin" => other::brin_size(shape, content),
        "hash" => other::hash_size(shape, content),
        _ => other::gist_size(shape, content),
    }
}

/// How many combinations of values rows show, whose columns have so many values to combine.
///
/// Where there are more of them than rows, columns are mostly not independent, as a day of shipping and one
/// of receipt are not: between the tenth of the rows that the planner takes and what chance would give.
pub fn combinations(rows: f64, product: f64) -> f64 {
    let by_chance = crate::growth::drawn(rows, product);
    match product > rows {
        true => (by_chance * rows * 0.1).sqrt(),
        false => by_chance,
    }
    .clamp(1.0, rows.max(1.0))
}

/// Pages as a count.
fn whole(pages: f64) -> u64 {
    // Saturates; a relation has no more than 2^32 - 2.
    pages.ceil().clamp(0.0, 4_294_967_294.0) as u64
}
