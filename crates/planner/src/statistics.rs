//! Statistics: what a planner knows of a database beside its schema. The form of the file that
//! `pgwright stats` writes.

use std::collections::BTreeMap;

use pgwright_catalog::{Name, QualifiedName};
use serde::{Deserialize, Serialize};

/// Version of the file's form; raised when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// Everything a planner decides by that a schema does not tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Statistics {
    /// Version of this form: [`FORMAT`].
    pub format: u32,
    /// Version of the server they were read from, as in `18.4`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
    /// Values are stand-ins: they compare as the real ones do, and tell nothing of them.
    #[serde(default)]
    pub redacted: bool,
    /// The database's encoding and collation, by which texts are compared.
    #[serde(default)]
    pub database: Database,
    /// Settings that plans depend on, in PostgreSQL's words, where they are not the default.
    #[serde(default)]
    pub settings: BTreeMap<String, String>,
    /// Tables, partitioned tables, materialized views and foreign tables, by `schema.name`.
    #[serde(with = "crate::name")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "BTreeMap<String, TableStatistics>")
    )]
    pub tables: BTreeMap<QualifiedName, TableStatistics>,
}

impl Default for Statistics {
    fn default() -> Self {
        Self {
            format: FORMAT,
            server_version: None,
            redacted: false,
            database: Database::default(),
            settings: BTreeMap::new(),
            tables: BTreeMap::new(),
        }
    }
}

/// What texts are compared by. Empty where it is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct Database {
    /// Encoding, as in `UTF8`.
    pub encoding: Option<String>,
    /// Locale provider: `libc`, `icu` or `builtin`.
    pub provider: Option<String>,
    /// Locale of the ICU or built-in provider.
    pub locale: Option<String>,
    /// `LC_COLLATE`.
    pub collate: Option<String>,
    /// `LC_CTYPE`.
    pub ctype: Option<String>,
}

/// Of a table, partitioned table, materialized view or foreign table.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct TableStatistics {
    /// Rows when it was last vacuumed or analyzed (`reltuples`); none when it never was.
    pub rows: Option<f64>,
    /// Pages of 8 kB at that time (`relpages`).
    pub pages: u64,
    /// Pages of those that are all visible (`relallvisible`).
    pub all_visible: u64,
    /// Pages that its file has; the planner scales the rows to it. None for what has no file.
    pub file_pages: Option<u64>,
    /// Rows that come in a month, where someone said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rows_per_month: Option<f64>,
    /// How many months back its rows are read, where someone said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months_read: Option<f64>,
    /// How many months its rows are kept, where someone said so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub months_kept: Option<f64>,
    /// Of its own rows, by column.
    #[serde(with = "names", skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "BTreeMap<String, ColumnStatistics>")
    )]
    pub columns: BTreeMap<Name, ColumnStatistics>,
    /// Of its rows and those of its partitions or children, by column.
    #[serde(with = "names", skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "BTreeMap<String, ColumnStatistics>")
    )]
    pub columns_with_children: BTreeMap<Name, ColumnStatistics>,
    /// Its indexes, those of constraints included, by name.
    #[serde(with = "names", skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "BTreeMap<String, IndexStatistics>")
    )]
    pub indexes: BTreeMap<Name, IndexStatistics>,
    /// Extended statistics objects on it, by `schema.name`.
    #[serde(with = "crate::name", skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(
        feature = "schema",
        schemars(with = "BTreeMap<String, ExtendedStatistics>")
    )]
    pub extended: BTreeMap<QualifiedName, ExtendedStatistics>,
}

/// Of a column or an expression: the fields of the view `pg_stats`. Values are PostgreSQL's text form of
/// them, read with `DateStyle` ISO and time zone UTC.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ColumnStatistics {
    /// Fraction of rows in which it is null.
    pub null_fraction: f32,
    /// Average width in bytes, where not null.
    pub average_width: i32,
    /// Number of distinct values; where negative, minus their number over that of rows; 0 if unknown.
    pub distinct: f32,
    /// Most common values, the most common first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub most_common_values: Vec<String>,
    /// Their fractions of all rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub most_common_frequencies: Vec<f32>,
    /// Bounds that divide the other values into parts of equal numbers of rows.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub histogram: Vec<String>,
    /// Correlation of the physical order of rows with that of values, from -1 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub correlation: Option<f32>,
    /// Most common elements of arrays or lexemes, in their own order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub most_common_elements: Vec<String>,
    /// Their frequencies, followed by the least and greatest of these and, for arrays, that of null.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub most_common_element_frequencies: Vec<f32>,
    /// Histogram of the number of distinct elements, followed by its average.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub element_count_histogram: Vec<f32>,
    /// Histogram of the lengths of ranges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub range_length_histogram: Vec<String>,
    /// Fraction of empty ranges.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub range_empty_fraction: Option<f32>,
    /// Histograms of lower and of upper bounds of ranges, as ranges.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub range_bounds_histogram: Vec<String>,
}

impl ColumnStatistics {
    /// The number of distinct values among `rows` rows; none if unknown.
    pub fn distinct_among(&self, rows: f64) -> Option<f64> {
        let distinct = f64::from(self.distinct);
        match distinct {
            d if d > 0.0 => Some(d),
            d if d < 0.0 => Some((-d * rows).max(1.0)),
            _ => None,
        }
    }
}

/// Of an index.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct IndexStatistics {
    /// Entries when it was last vacuumed or its table analyzed (`reltuples`); none when never.
    pub rows: Option<f64>,
    /// Pages of 8 kB at that time (`relpages`).
    pub pages: u64,
    /// Pages that its file has. None for that of a partitioned table.
    pub file_pages: Option<u64>,
    /// Levels above the leaf pages of a B-tree, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// What a GIN index says of itself, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gin: Option<GinPages>,
    /// Least and greatest value of the leading key, which the planner looks up in a B-tree.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub extremes: Option<Extremes>,
    /// It has expressions, and whoever read this may not see their statistics: a twin makes them up from those
    /// of the columns.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unseen_expressions: bool,
    /// Of its expressions, by their position among the keys, counted from 1.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub expressions: BTreeMap<u16, ColumnStatistics>,
}

/// Least and greatest value of a column, in PostgreSQL's text form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Extremes {
    /// The least.
    pub least: String,
    /// The greatest.
    pub greatest: String,
}

/// The counts in a GIN index's metapage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct GinPages {
    /// Pages of the list of entries that wait for being put into the tree.
    pub pending_pages: u32,
    /// All pages.
    pub total_pages: u32,
    /// Pages of the tree of keys.
    pub entry_pages: u32,
    /// Pages of the trees of row addresses.
    pub data_pages: u32,
    /// Keys.
    pub entries: u64,
}

/// Of an extended statistics object. What it is about is named by column, or, for an expression, by
/// `-1`, `-2` … in their order.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(default)]
pub struct ExtendedStatistics {
    /// Of the rows of the table with those of its partitions or children.
    pub with_children: bool,
    /// Numbers of distinct combinations.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub distinct: Vec<CombinationStatistics>,
    /// Functional dependencies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<Dependency>,
    /// Most common combinations of values, the most common first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub most_common: Vec<MostCommonCombination>,
    /// Of its expressions, in their order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub expressions: Vec<ColumnStatistics>,
}

/// How many distinct combinations of values columns have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct CombinationStatistics {
    /// The columns.
    pub columns: Vec<String>,
    /// Their number.
    pub distinct: f64,
}

/// How far columns determine another.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Dependency {
    /// The columns that determine.
    pub from: Vec<String>,
    /// The one that is determined.
    pub to: String,
    /// Fraction of rows that agree with it.
    pub degree: f64,
}

/// A common combination of values.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MostCommonCombination {
    /// The values, in the order of the object's columns and then expressions.
    pub values: Vec<Option<String>>,
    /// Fraction of rows.
    pub frequency: f64,
    /// Fraction of rows, were the columns independent.
    pub base_frequency: f64,
}

/// A text that is no statistics file of ours.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// Not the form.
    #[error("line {}, column {}: {source}\nhint: `pgwright stats` writes such files; their form is schemas/statistics.schema.json", .source.line(), .source.column())]
    Form {
        /// What the JSON reader said.
        source: serde_json::Error,
    },
    /// A later form.
    #[error(
        "the statistics have format {found}, and this pgwright knows {FORMAT}\nhint: use the pgwright that wrote them, or a newer one"
    )]
    TooNew {
        /// Its version.
        found: u32,
    },
}

impl Statistics {
    /// Reads a statistics file.
    ///
    /// # Errors
    /// When it has another form, with the place.
    pub fn from_json(text: &str) -> Result<Self, StatisticsError> {
        let form = |source| StatisticsError::Form { source };
        let read: Self = serde_json::from_str(text).map_err(form)?;
        match read.format {
            FORMAT => Ok(read),
            found => Err(StatisticsError::TooNew { found }),
        }
    }

    /// Writes a statistics file. The same statistics give the same bytes.
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The statistics of an index, and of which table.
    pub fn index(&self, schema: &str, name: &str) -> Option<(&QualifiedName, &IndexStatistics)> {
        self.tables
            .iter()
            .filter(|(table, _)| table.schema.as_str() == schema)
            .find_map(|(table, statistics)| Some((table, statistics.indexes.get(name)?)))
    }
}

/// Maps by [`Name`], which the catalog only writes.
mod names {
    use std::collections::BTreeMap;

    use pgwright_catalog::Name;
    use serde::de::{Deserialize, Deserializer};
    use serde::ser::{Serialize, Serializer};

    pub fn serialize<S: Serializer, V: Serialize>(
        map: &BTreeMap<Name, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_map(map)
    }

    pub fn deserialize<'de, D: Deserializer<'de>, V: Deserialize<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<Name, V>, D::Error> {
        let map = BTreeMap::<String, V>::deserialize(deserializer)?;
        Ok(map.into_iter().map(|(k, v)| (Name::new(k), v)).collect())
    }
}
