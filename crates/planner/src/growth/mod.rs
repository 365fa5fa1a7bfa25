//! Statistics of a database that has grown: what scales with the rows, and what does not.
//!
//! - Pages, index pages, and what is visible to all scale with the table's rows.
//! - A key scales with its table: as many distinct values as rows, and its values reach further, at the same
//!   density.
//! - A column that refers to a key scales with the table it refers to: distinct values and range. That it
//!   refers is declared by a foreign key, or told by its name together with values that are keys of that table.
//! - A column that follows the order in which rows came (correlation above 0.95) and is not a reference reaches
//!   further: times go on, numbers are counted on.
//! - Where equal values lie together, what ANALYZE would say of their number is told, which is far less than there
//!   are (see `analyze`).
//! - Every other column draws its values from a domain that stays as it is: the number of distinct values
//!   grows only as far as the domain is not used up. Fractions of nulls, common values and the shape of
//!   the histogram stay.

mod analyze;
mod distinct;
mod references;
mod value;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, PartitionBound, QualifiedName, Table};

use crate::statistics::{ColumnStatistics, IndexStatistics, Statistics, TableStatistics};
pub use analyze::distinct_together;
use analyze::{Sampling, estimate_after};
pub use distinct::drawn;
pub use references::named_for;
use references::{ColumnName, range_of, references, unique_columns};
pub(crate) use value::Line;

/// How many rows a table is to have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// So many.
    Rows(f64),
    /// So many times what it has.
    Times(f64),
}

/// Statistics after growth.
#[derive(Debug, Clone, PartialEq)]
pub struct Grown {
    /// The statistics.
    pub statistics: Statistics,
    /// What was taken for granted, in a fixed order.
    pub notes: Vec<String>,
}

/// What becomes of a column.
#[derive(Debug, Clone, PartialEq)]
enum Course {
    /// It is unique.
    Key,
    /// Refers to rows of a table that has so many times its rows now.
    Reference(f64),
    /// Follows the order of rows.
    Follows,
    /// Draws from a domain that stays.
    Domain,
}

/// Grows tables to their targets, those of partitioned tables and parents with all their children.
pub fn grow(
    statistics: &Statistics,
    catalog: &Catalog,
    targets: &BTreeMap<QualifiedName, Target>,
) -> Grown {
    let mut notes = BTreeSet::new();
    let factors = factors(statistics, catalog, targets);
    let references = references(catalog, statistics);
    let mut grown = statistics.clone();
    for (name, target) in targets {
        if let Target::Rows(rows) = target {
            start(&mut grown, catalog, name, *rows);
        }
    }
    for ((child, column), ((parent, key), declared)) in &references {
        let factor = factors.get(parent).copied().unwrap_or(1.0);
        if !declared && factor != 1.0 {
            notes.insert(format!(
                "{child}.{column} holds keys of {parent}.{key}: their names and values agree"
            ));
        }
    }
    let one = 1.0;
    for (name, table) in &mut grown.tables {
        let factor = factors.get(name).unwrap_or(&one);
        let described = catalog.tables.get(name);
        let unique: BTreeSet<_> = described
            .map(unique_columns)
            .unwrap_or_default()
            .into_iter()
            .collect();
        let before = table.clone();
        let rows = before.rows.unwrap_or(0.0);
        let mut extended = BTreeMap::new();
        for inherited in [false, true] {
            let columns = match inherited {
                false => &mut table.columns,
                true => &mut table.columns_with_children,
            };
            for (column, known) in columns {
                let (owner, data_type) = declared(catalog, name, column.as_str());
                let reference = references.get(&(owner.clone(), column.clone()));
                let course = match reference {
                    Some(((parent, _), _)) => {
                        Course::Reference(factors.get(parent).copied().unwrap_or(1.0))
                    }
                    None if unique.contains(column) || known.distinct == -1.0 => Course::Key,
                    None if follows(known, data_type) => Course::Follows,
                    None => Course::Domain,
                };
                let from = match (&course, reference) {
                    // The keys that it refers to begin there.
                    (Course::Reference(_), Some((target, _))) => {
                        least_of(statistics, catalog, target)
                    }
                    _ => range_of(&before, column.as_str(), data_type).map(|(least, _)| least),
                };
                let stretch = match course {
                    Course::Key | Course::Follows => *factor,
                    Course::Reference(factor) => factor,
                    Course::Domain => 1.0,
                };
                let together = known.correlation.is_some_and(|c| c.abs() > 0.9);
                let said = match (&course, together, inherited) {
                    (Course::Reference(_) | Course::Follows, true, false) => {
                        let each = match course {
                            Course::Reference(parent) => factor / parent.max(1e-9),
                            _ => 1.0,
                        };
                        let sampling = |times: f64| Sampling {
                            rows: rows * times,
                            pages: before.pages as f64 * times,
                            sample: 300.0 * target_of(statistics, described),
                        };
                        known.distinct_among(rows).and_then(|distinct| {
                            estimate_after(sampling(1.0), distinct, sampling(*factor), each)
                        })
                    }
                    _ => None,
                };
                grow_column(known, &course, rows, rows * factor);
                if let Some(said) = said {
                    set_distinct(known, said, rows * factor);
                }
                if stretch != 1.0
                    && let (Some(from), Some(line)) = (from, Line::of(data_type))
                {
                    let further = |text: &String| {
                        let number = line.read(text)?;
                        line.write(from + (number - from) * stretch, text, data_type)
                    };
                    stretch_values(&mut known.histogram, further);
                    stretch_values(&mut known.most_common_values, further);
                    extended.insert(column.clone(), (from, stretch, line, data_type));
                }
            }
        }
        if *factor != 1.0 {
            grow_counts(table, *factor);
        }
        for (index, known) in &mut table.indexes {
            let leading = described.and_then(|t| leading_column(t, index.as_str()));
            if let (Some(extremes), Some((from, stretch, line, data_type))) = (
                known.extremes.as_mut(),
                leading.and_then(|column| extended.get(column.as_str())),
            ) {
                for end in [&mut extremes.least, &mut extremes.greatest] {
                    if let Some(number) = line.read(end)
                        && let Some(text) =
                            line.write(from + (number - from) * stretch, end, data_type)
                    {
                        *end = text;
                    }
                }
            }
        }
        if *factor != 1.0 {
            for object in table.extended.values_mut() {
                for combination in &mut object.distinct {
                    let domain = distinct::domain(rows, combination.distinct);
                    combination.distinct = distinct::drawn(rows * factor, domain);
                }
            }
        }
    }
    Grown {
        statistics: grown,
        notes: notes.into_iter().collect(),
    }
}

/// Gives rows to a table that none are known of: what has no statistics is as large as is said. Those of a
/// partitioned table are spread over its partitions.
pub(crate) fn start(
    statistics: &mut Statistics,
    catalog: &Catalog,
    name: &QualifiedName,
    rows: f64,
) {
    let counted = |member: &QualifiedName| {
        let known = statistics.tables.get(member);
        known.and_then(|t| t.rows).is_some_and(|rows| rows > 0.0)
    };
    let family = family(catalog, name);
    if family.iter().any(counted) {
        return;
    }
    let partitioned = |member: &QualifiedName| {
        let table = catalog.tables.get(member);
        table.is_some_and(|t| t.partition_by.is_some())
    };
    let default = |member: &QualifiedName| {
        let part = catalog
            .tables
            .get(member)
            .and_then(|t| t.partition_of.as_ref());
        part.is_some_and(|p| p.bound == PartitionBound::Default)
    };
    let mut leaves: Vec<&QualifiedName> = match partitioned(name) {
        true => family.iter().filter(|m| !partitioned(m)).collect(),
        false => vec![name],
    };
    if leaves.iter().any(|leaf| !default(leaf)) {
        leaves.retain(|leaf| !default(leaf));
    }
    let share = rows / leaves.len().max(1) as f64;
    let mut give = |member: &QualifiedName, rows: f64| {
        let table = statistics.tables.entry(member.clone()).or_default();
        *table = TableStatistics {
            rows: Some(rows),
            columns: std::mem::take(&mut table.columns),
            columns_with_children: std::mem::take(&mut table.columns_with_children),
            ..TableStatistics::default()
        };
    };
    if partitioned(name) {
        give(name, rows);
    }
    for leaf in leaves {
        give(leaf, share.round());
    }
}

/// The table that declares a column, the parent of a partition or child it may be, and the column's type.
pub(crate) fn declared<'a>(
    catalog: &'a Catalog,
    table: &'a QualifiedName,
    column: &str,
) -> (&'a QualifiedName, &'a str) {
    let mut at = table;
    // A parent that is its own is no catalog, but must not hang us.
    for _ in 0..100 {
        let Some(described) = catalog.tables.get(at) else {
            break;
        };
        let parent = described.partition_of.as_ref().map(|p| &p.parent);
        let parent = parent.or_else(|| described.inherits.first());
        match (described.column(column), parent) {
            (Some(column), None) => return (at, &column.data_type),
            (Some(column), Some(_)) if !column.inherited && described.partition_of.is_none() => {
                return (at, &column.data_type);
            }
            (_, Some(parent)) => at = parent,
            (None, None) => break,
        }
    }
    (table, "")
}

/// How many times the rows each table is to have, children with their parents.
fn factors(
    statistics: &Statistics,
    catalog: &Catalog,
    targets: &BTreeMap<QualifiedName, Target>,
) -> BTreeMap<QualifiedName, f64> {
    let mut factors = BTreeMap::new();
    for (name, target) in targets {
        let family = family(catalog, name);
        let now: f64 = family
            .iter()
            .filter(|member| {
                // A partitioned table counts the rows of its partitions.
                catalog
                    .tables
                    .get(*member)
                    .is_none_or(|t| t.partition_by.is_none())
            })
            .filter_map(|member| statistics.tables.get(member)?.rows)
            .sum();
        let factor = match target {
            Target::Times(times) => *times,
            Target::Rows(rows) if now > 0.0 => rows / now,
            Target::Rows(_) => continue,
        };
        for member in family {
            // A target of its own goes before that of a parent.
            if member == *name || !targets.contains_key(&member) {
                factors.insert(member, factor);
            }
        }
    }
    factors
}

/// What tables come to have after so many months, when they go on growing at the pace that their own times
/// tell: a column of times or days that follows the order of rows, from its least to its greatest value.
pub fn pace(
    statistics: &Statistics,
    catalog: &Catalog,
    months: f64,
) -> BTreeMap<QualifiedName, Target> {
    let mut targets = BTreeMap::new();
    for (name, table) in &statistics.tables {
        if let (Some(rate), Some(rows)) = (table.rows_per_month, table.rows.filter(|r| *r > 0.0)) {
            // More than is kept is there only where it was from the beginning.
            let kept = table.months_kept.map_or(f64::INFINITY, |kept| rate * kept);
            let grown = (rows + rate * months).min(kept.max(rows));
            targets.insert(name.clone(), Target::Times(grown / rows));
            continue;
        }
        let longest = table
            .columns
            .iter()
            .filter_map(|(column, known)| {
                let (_, data_type) = declared(catalog, name, column.as_str());
                let days = match Line::of(data_type)? {
                    Line::Date => 1.0,
                    Line::Time => 86_400.0 * 1e6,
                    Line::Integer | Line::Decimal => return None,
                };
                if !follows(known, data_type) {
                    return None;
                }
                let (least, greatest) = range_of(table, column.as_str(), data_type)?;
                Some((greatest - least) / days / DAYS_OF_A_MONTH)
            })
            .fold(0.0, f64::max);
        // Less than that tells no pace.
        if longest >= 1.0 {
            targets.insert(name.clone(), Target::Times(1.0 + months / longest));
        }
    }
    targets
}

const DAYS_OF_A_MONTH: f64 = 365.25 / 12.0;

/// A table with all its partitions or children.
fn family(catalog: &Catalog, name: &QualifiedName) -> Vec<QualifiedName> {
    let mut members = vec![name.clone()];
    let mut at = 0;
    while let Some(parent) = members.get(at).cloned() {
        let children = catalog.tables.iter().filter(|(_, table)| {
            table
                .partition_of
                .as_ref()
                .is_some_and(|p| p.parent == parent)
                || table.inherits.contains(&parent)
        });
        for (child, _) in children {
            if !members.contains(child) {
                members.push(child.clone());
            }
        }
        at += 1;
    }
    members
}

fn least_of(
    statistics: &Statistics,
    catalog: &Catalog,
    (table, column): &ColumnName,
) -> Option<f64> {
    let data_type = &catalog
        .tables
        .get(table)?
        .column(column.as_str())?
        .data_type;
    let known = statistics.tables.get(table)?;
    range_of(known, column.as_str(), data_type).map(|(least, _)| least)
}

/// Whether values follow the order of rows, and go on with them.
fn follows(column: &ColumnStatistics, data_type: &str) -> bool {
    let many = column.distinct < 0.0 || column.distinct > 100.0;
    many && Line::of(data_type).is_some() && column.correlation.is_some_and(|c| c > 0.95)
}

fn stretch_values(values: &mut Vec<String>, further: impl Fn(&String) -> Option<String>) {
    let stretched: Option<Vec<String>> = values.iter().map(further).collect();
    if let Some(stretched) = stretched {
        *values = stretched;
    }
}

fn grow_column(column: &mut ColumnStatistics, course: &Course, before: f64, after: f64) {
    let Some(distinct) = column.distinct_among(before).filter(|_| before > 0.0) else {
        return;
    };
    let present = f64::from(1.0 - column.null_fraction);
    let grown = match course {
        Course::Key => return,
        Course::Reference(factor) => {
            // Each key is as common among the rows as it was, divided by how many more there are.
            for frequency in &mut column.most_common_frequencies {
                *frequency /= (*factor).max(1e-9) as f32;
            }
            distinct * factor
        }
        Course::Follows => distinct * after / before,
        Course::Domain => {
            let domain = distinct::domain(before * present, distinct);
            distinct::drawn(after * present, domain)
        }
    };
    set_distinct(column, grown.clamp(1.0, (after * present).max(1.0)), after);
}

/// As ANALYZE has it: a fraction of the rows where there are many.
fn set_distinct(column: &mut ColumnStatistics, distinct: f64, rows: f64) {
    column.distinct = match distinct > rows * 0.1 {
        true => -(distinct / rows) as f32,
        false => distinct.round() as f32,
    };
}

/// The largest statistics target of a table's columns, which its sample is drawn for.
fn target_of(statistics: &Statistics, table: Option<&Table>) -> f64 {
    let default = statistics.settings.get("default_statistics_target");
    let default = default.and_then(|text| text.parse().ok()).unwrap_or(100.0);
    let own = table
        .into_iter()
        .flat_map(|t| &t.columns)
        .filter_map(|c| c.statistics);
    own.map(f64::from).fold(default, f64::max)
}

fn grow_counts(table: &mut TableStatistics, factor: f64) {
    let times = |count: u64| (count as f64 * factor).round() as u64;
    table.rows = table.rows.map(|rows| (rows * factor).round());
    table.pages = times(table.pages);
    table.all_visible = times(table.all_visible);
    table.file_pages = table.file_pages.map(times);
    for index in table.indexes.values_mut() {
        let metapage = |count: u64| match count {
            // A page of it is no entry's.
            0 => 0,
            n => 1 + times(n - 1),
        };
        *index = IndexStatistics {
            rows: index.rows.map(|rows| (rows * factor).round()),
            pages: metapage(index.pages),
            file_pages: index.file_pages.map(metapage),
            // Told by the size.
            height: None,
            gin: None,
            ..std::mem::take(index)
        };
    }
}

/// The first column of an index or of a constraint's.
fn leading_column<'a>(
    table: &'a pgwright_catalog::Table,
    index: &str,
) -> Option<&'a pgwright_catalog::Name> {
    use pgwright_catalog::{ConstraintKind, IndexKey};
    if let Some(index) = table.indexes.get(index) {
        return match &index.elements.first()?.key {
            IndexKey::Column(column) => Some(column),
            IndexKey::Expression(_) => None,
        };
    }
    match &table.constraints.get(index)?.kind {
        ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => key.columns.first(),
        _ => None,
    }
}
