//! Files that memory cannot hold: types, keys and dependencies of single columns, from a sample that
//! fits and one pass over all rows.
//!
//! What holds in all rows holds in the sample, so the sample says what is worth watching. Watching a
//! determinant means keeping a hash of each of its values with those of its dependents; beyond a bound
//! these go to a [`Spill`], in partitions that memory can hold one at a time.

use pgwright_normalize::discovery::pairs;
use pgwright_normalize::table::hash;

use crate::evidence::{ERROR, is_strong};
use crate::shape::{Shapes, boolean, decimal, money, shapes};
use crate::sheet::{Sheet, is_null};
use crate::types::{DateOrder, Form, Type, Typed};

/// Where records go that memory has no room for.
pub trait Spill {
    /// Appends a record of one determinant to a partition.
    ///
    /// # Errors
    /// When it cannot be written.
    fn write(&mut self, determinant: usize, partition: usize, record: &[u8])
    -> std::io::Result<()>;
}

/// How many partitions there are of a determinant that was spilled.
pub const PARTITIONS: usize = 64;
/// How many values of a determinant are kept in memory.
const KEPT: usize = 200_000;
/// How many hashes of values that are known to fit are kept for each column.
const FITTING: usize = 1 << 14;

/// The state of a pass.
#[derive(Debug)]
pub struct Large {
    columns: Vec<Watched>,
    determinants: Vec<Determinant>,
    rows: u64,
}

/// What a column turned out to be.
#[derive(Debug, Clone)]
pub struct Watched {
    /// The type; wider than the sample's where later rows asked for it.
    pub of: Type,
    /// Rows without a value.
    pub nulls: u64,
    /// Rows whose value does not fit the type.
    pub misfits: u64,
    /// The line and text of the first of them.
    pub first_misfit: Option<(u64, String)>,
    fitting: Vec<u64>,
}

/// What a determinant turned out to determine.
#[derive(Debug, Clone)]
pub struct Determinant {
    /// The column.
    pub column: usize,
    /// No value came twice in the sample: it may be a key.
    pub key: bool,
    /// Rows that repeat a value, when it was watched as a key.
    pub repeated: u64,
    /// Rows with a value.
    pub rows: u64,
    /// For each dependent column, rows that differ from the first row with the same value: as many as
    /// the exceptions, or more.
    pub dependents: Vec<(usize, u64)>,
    /// Whether it was spilled, so that the partitions have to be settled.
    pub spilled: bool,
    kept: Kept,
}

impl Large {
    /// Watches what the sample suggests.
    pub fn new(sample: &Sheet, typed: &[Typed], threads: usize) -> Self {
        let table = &sample.table;
        let may: Vec<usize> = (0..typed.len())
            .filter(|c| typed[*c].of.identifies())
            .collect();
        let single: Vec<Vec<usize>> = may.iter().map(|c| vec![*c]).collect();
        let all: Vec<usize> = (0..typed.len()).collect();
        let found = pairs(table, &single, &all, ERROR, threads);
        let mut determinants = Vec::new();
        for (place, column) in may.iter().enumerate() {
            let data = &table.columns[*column];
            let key = data.nulls == 0 && data.dictionary.len() == table.rows() && table.rows() > 1;
            let dependents: Vec<(usize, u64)> = found
                .iter()
                .filter(|pair| pair.determinant == place && is_strong(pair))
                .map(|pair| (pair.dependent, 0))
                .collect();
            if key || !dependents.is_empty() {
                determinants.push(Determinant {
                    column: *column,
                    key,
                    repeated: 0,
                    rows: 0,
                    kept: Kept::new(if key { 0 } else { dependents.len() }),
                    dependents: if key { Vec::new() } else { dependents },
                    spilled: false,
                });
            }
        }
        let columns = typed.iter().map(|typed| Watched {
            of: typed.of.clone(),
            nulls: 0,
            misfits: 0,
            first_misfit: None,
            fitting: vec![0; FITTING],
        });
        Self {
            columns: columns.collect(),
            determinants,
            rows: 0,
        }
    }

    /// Takes a row.
    ///
    /// # Errors
    /// When the spill fails.
    pub fn row(
        &mut self,
        line: u64,
        cells: &[&[u8]],
        spill: &mut dyn Spill,
    ) -> std::io::Result<()> {
        self.rows += 1;
        for (column, cell) in self.columns.iter_mut().zip(cells) {
            column.take(line, cell);
        }
        let mut record = Vec::new();
        for (place, determinant) in self.determinants.iter_mut().enumerate() {
            let cell = cells[determinant.column];
            if is_null(cell) {
                continue;
            }
            determinant.rows += 1;
            record.clear();
            let key = hash(cell);
            record.extend(key.to_le_bytes());
            for (dependent, _) in &determinant.dependents {
                let cell = cells[*dependent];
                let value = if is_null(cell) {
                    0
                } else {
                    (hash(cell) >> 32) as u32 | 1
                };
                record.extend(value.to_le_bytes());
            }
            if determinant.spilled {
                spill.write(place, partition(key), &record)?;
            } else if !determinant.take(&record) {
                // Full: what is kept goes first, so that the first row of each value stays the first.
                determinant.spilled = true;
                let kept = std::mem::take(&mut determinant.kept);
                for earlier in kept.records() {
                    let key = u64::from_le_bytes(earlier[..8].try_into().expect("eight bytes"));
                    spill.write(place, partition(key), earlier)?;
                }
                spill.write(place, partition(key), &record)?;
            }
        }
        Ok(())
    }

    /// How many rows came.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The determinants, by whose position partitions are known.
    pub fn determinants(&self) -> &[Determinant] {
        &self.determinants
    }

    /// Takes one partition of a determinant that was spilled, as it was written.
    pub fn settle(&mut self, determinant: usize, partition: &[u8]) {
        let determinant = &mut self.determinants[determinant];
        let width = 8 + 4 * determinant.dependents.len();
        let mut records: Vec<&[u8]> = partition.chunks_exact(width).collect();
        // Stable: the first row of a value stays the first.
        records.sort_by_key(|record| &record[..8]);
        for same in records.chunk_by(|a, b| a[..8] == b[..8]) {
            for other in &same[1..] {
                determinant.compare(same[0], other);
            }
        }
    }

    /// The columns, once every row has come. One with more misfits than one row in a hundred is text.
    pub fn columns(&self) -> Vec<Watched> {
        let mut columns = self.columns.clone();
        for column in &mut columns {
            let values = self.rows - column.nulls;
            if column.misfits * 100 > values {
                column.of = Type::Text { form: Form::Any };
                column.misfits = 0;
                column.first_misfit = None;
            }
        }
        columns
    }
}

fn partition(key: u64) -> usize {
    (key >> 58) as usize % PARTITIONS
}

impl Watched {
    fn take(&mut self, line: u64, cell: &[u8]) {
        if is_null(cell) {
            self.nulls += 1;
            return;
        }
        if matches!(
            self.of,
            Type::Text {
                form: Form::Any | Form::Prose
            }
        ) {
            return;
        }
        let hash = hash(cell) | 1;
        let slot = &mut self.fitting[hash as usize >> 1 & (FITTING - 1)];
        if *slot == hash {
            return;
        }
        let text = String::from_utf8_lossy(cell);
        if admit(&mut self.of, text.trim()) {
            *slot = hash;
        } else {
            self.misfits += 1;
            if self.first_misfit.is_none() {
                self.first_misfit = Some((line, text.into_owned()));
            }
        }
    }
}

/// Whether a value fits the type, which becomes as wide as need be; a text is never a misfit, but may
/// not be of the kind that all others were.
fn admit(of: &mut Type, value: &str) -> bool {
    let is = |shape: Shapes| shapes(value).has(shape);
    let widen = |precision: &mut usize, scale: &mut usize, text: &str, point: char| {
        let Some(number) = decimal(text, point) else {
            return false;
        };
        let whole = (*precision - *scale).max(number.whole);
        *scale = number.scale.max(*scale);
        *precision = (whole + *scale).max(1);
        true
    };
    let point = |comma: bool| if comma { ',' } else { '.' };
    let shape = match of {
        Type::Empty => {
            *of = Type::Text { form: Form::Any };
            return true;
        }
        Type::Integer { wide } => match value.parse::<i64>() {
            Ok(number) => {
                *wide |= i32::try_from(number).is_err();
                return is(Shapes::INTEGER);
            }
            Err(_) => return false,
        },
        Type::Decimal {
            precision,
            scale,
            comma,
        } => return widen(precision, scale, value, point(*comma)),
        Type::Money {
            precision,
            scale,
            comma,
            currency,
        } => {
            return money(value).is_some_and(|(sign, amount)| {
                sign == currency && widen(precision, scale, amount, point(*comma))
            });
        }
        Type::Boolean => return boolean(value).is_some(),
        Type::Date {
            order: DateOrder::Ymd,
        } => Shapes::DATE_YMD,
        Type::Date {
            order: DateOrder::Dmy,
        } => Shapes::DATE_DMY,
        Type::Date {
            order: DateOrder::Mdy,
        } => Shapes::DATE_MDY,
        Type::Date {
            order: DateOrder::Named,
        } => Shapes::DATE_NAMED,
        Type::Timestamp => Shapes::TIMESTAMP,
        Type::TimestampZone => Shapes::TIMESTAMP_ZONE,
        Type::Time => Shapes::TIME,
        Type::Uuid => Shapes::UUID,
        Type::Json => Shapes::JSON_OBJECT,
        Type::Inet => Shapes::IP,
        Type::Text { form } => {
            let kind = match form {
                Form::Digits => Shapes::DIGITS,
                Form::Email => Shapes::EMAIL,
                Form::Phone => Shapes::PHONE,
                Form::Url => Shapes::URL,
                Form::Percent => Shapes::PERCENT,
                Form::JsonArray => Shapes::JSON_ARRAY,
                _ => return true,
            };
            if !is(kind) {
                *form = Form::Any;
            }
            return true;
        }
    };
    is(shape)
}

impl Determinant {
    /// Takes a record while there is room; whether there was.
    fn take(&mut self, record: &[u8]) -> bool {
        match self.kept.find_or_keep(record) {
            Found::New => true,
            Found::Full => false,
            Found::There(first) => {
                let first = self.kept.record(first).to_vec();
                self.compare(&first, record);
                true
            }
        }
    }

    fn compare(&mut self, first: &[u8], other: &[u8]) {
        self.repeated += 1;
        for (place, (_, differing)) in self.dependents.iter_mut().enumerate() {
            let at = 8 + 4 * place;
            *differing += u64::from(first[at..at + 4] != other[at..at + 4]);
        }
    }
}

/// The first record of each value, by the hash of the value.
#[derive(Debug, Clone, Default)]
struct Kept {
    width: usize,
    records: Vec<u8>,
    slots: Vec<u32>,
}

enum Found {
    There(usize),
    New,
    Full,
}

impl Kept {
    fn new(dependents: usize) -> Self {
        Self {
            width: 8 + 4 * dependents,
            records: Vec::new(),
            slots: vec![0; (KEPT * 2).next_power_of_two()],
        }
    }

    fn record(&self, place: usize) -> &[u8] {
        &self.records[place * self.width..][..self.width]
    }

    fn records(&self) -> impl Iterator<Item = &[u8]> {
        self.records.chunks_exact(self.width.max(1))
    }

    fn find_or_keep(&mut self, record: &[u8]) -> Found {
        let key = u64::from_le_bytes(record[..8].try_into().expect("eight bytes"));
        let mask = self.slots.len() - 1;
        let mut slot = key as usize & mask;
        while self.slots[slot] != 0 {
            let place = self.slots[slot] as usize - 1;
            if self.record(place)[..8] == record[..8] {
                return Found::There(place);
            }
            slot = (slot + 1) & mask;
        }
        let count = self.records.len() / self.width;
        if count >= KEPT {
            return Found::Full;
        }
        self.records.extend_from_slice(record);
        self.slots[slot] = count as u32 + 1;
        Found::New
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::SheetReader;
    use crate::types::infer;

    /// Keeps what is spilled in memory.
    #[derive(Default)]
    struct Memory(std::collections::BTreeMap<(usize, usize), Vec<u8>>);

    impl Spill for Memory {
        fn write(
            &mut self,
            determinant: usize,
            partition: usize,
            record: &[u8],
        ) -> std::io::Result<()> {
            self.0
                .entry((determinant, partition))
                .or_default()
                .extend_from_slice(record);
            Ok(())
        }
    }

    fn watched(rows: &[[String; 4]], sample: usize) -> (Large, usize) {
        let text: String = rows[..sample]
            .iter()
            .map(|r| format!("{}\n", r.join(",")))
            .collect();
        let text = format!("id,city,country,amount\n{text}");
        let mut reader = SheetReader::new("t", text.as_bytes(), true, None);
        reader.feed(text.as_bytes()).expect("few rows");
        let sheet = reader.finish();
        let typed: Vec<Typed> = sheet.table.columns.iter().map(infer).collect();
        let mut large = Large::new(&sheet, &typed, 1);
        let mut spill = Memory::default();
        for (row, cells) in rows.iter().enumerate() {
            let cells: Vec<&[u8]> = cells.iter().map(String::as_bytes).collect();
            large
                .row(row as u64 + 2, &cells, &mut spill)
                .expect("memory");
        }
        let spilled = spill.0.len();
        for ((determinant, _), bytes) in spill.0 {
            large.settle(determinant, &bytes);
        }
        (large, spilled)
    }

    #[test]
    fn what_the_sample_suggests_is_held_to_every_row() {
        let mut rows: Vec<[String; 4]> = (0..300_000)
            .map(|n: usize| {
                let city = n % 1000;
                [
                    n.to_string(),
                    format!("city {city}"),
                    format!("country {}", city % 7),
                    "1.5".into(),
                ]
            })
            .collect();
        rows[250_000][2] = "elsewhere".into();
        rows[260_000][0] = "17".into();
        rows[270_000][3] = "12345.678".into();
        rows[280_000][3] = "much".into();
        let (large, spilled) = watched(&rows, 5000);
        let columns = large.columns();
        assert_eq!(columns[0].of.sql(), "integer");
        assert_eq!(columns[3].of.sql(), "numeric(8,3)");
        assert_eq!(columns[3].misfits, 1);
        assert_eq!(columns[3].first_misfit, Some((280_002, "much".into())));
        let of = |column: usize| large.determinants().iter().find(|d| d.column == column);
        let id = of(0).expect("a candidate key");
        assert!(id.key && id.spilled && spilled == PARTITIONS);
        assert_eq!(id.repeated, 1);
        let city = of(1).expect("a determinant");
        assert!(!city.spilled);
        assert_eq!(city.dependents, [(2, 1)]);
    }
}
