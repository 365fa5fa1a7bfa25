//! Data as discovery reads it: columns of numbers, and dictionaries of what the numbers stand for.

/// The number that stands for a null.
pub const NULL: u32 = 0;

/// The distinct values of a column, in the order of their first appearance. Value `n` has the code
/// `n + 1`, as 0 is the null.
///
/// An open-addressing hash table over blocks of text: a value costs its bytes and some 20 more, and
/// growing copies no text.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    /// Blocks that are filled one after the other; none is ever enlarged.
    blocks: Vec<Vec<u8>>,
    /// Where each value stands: its block, its start there, its length.
    places: Vec<(u32, u32, u32)>,
    /// Codes by hash, 0 where free; the length is a power of two. The upper bits of the hash stand
    /// beside the code, so that most mismatches are seen without a look at the text.
    slots: Vec<(u32, u32)>,
}

/// The size of a dictionary's first block, and that of its large ones.
const BLOCK: std::ops::RangeInclusive<usize> = 1 << 10..=1 << 20;

impl Dictionary {
    /// The number of distinct values.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there is no value.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// The value of a code, `None` for the null and for codes that were not given.
    pub fn get(&self, code: u32) -> Option<&[u8]> {
        let place = (code as usize).checked_sub(1)?;
        self.places.get(place).map(|place| self.text(*place))
    }

    fn text(&self, (block, start, length): (u32, u32, u32)) -> &[u8] {
        &self.blocks[block as usize][start as usize..][..length as usize]
    }

    /// The code of a value that is there.
    pub fn code(&self, value: &[u8]) -> Option<u32> {
        if self.slots.is_empty() {
            return None;
        }
        self.find(value, hash(value)).ok()
    }

    /// The values in order of first appearance, with code 1 first.
    pub fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.places.iter().map(|place| self.text(*place))
    }

    /// The code of a value, a new one when it was not there.
    ///
    /// # Panics
    /// After 2³² - 2 distinct values; [`TableBuilder`] takes no more rows than that.
    pub fn insert(&mut self, value: &[u8]) -> u32 {
        if (self.places.len() + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        let hash = hash(value);
        match self.find(value, hash) {
            Ok(code) => code,
            Err(slot) => {
                self.keep(value);
                let code = u32::try_from(self.places.len()).expect("fewer values than rows");
                self.slots[slot] = (code, (hash >> 32) as u32);
                code
            }
        }
    }

    fn keep(&mut self, value: &[u8]) {
        let fits = |block: &Vec<u8>| block.capacity() - block.len() >= value.len();
        if !self.blocks.last().is_some_and(fits) {
            let last = self.blocks.last().map_or(0, Vec::capacity);
            let size = (last * 2).clamp(*BLOCK.start(), *BLOCK.end());
            self.blocks.push(Vec::with_capacity(size.max(value.len())));
        }
        let number = self.blocks.len() - 1;
        let block = &mut self.blocks[number];
        self.places
            .push((number as u32, block.len() as u32, value.len() as u32));
        block.extend_from_slice(value);
    }

    /// The code, or the free slot where it belongs.
    fn find(&self, value: &[u8], hash: u64) -> Result<u32, usize> {
        let mask = self.slots.len() - 1;
        let tag = (hash >> 32) as u32;
        let mut slot = hash as usize & mask;
        loop {
            match self.slots[slot] {
                (0, _) => return Err(slot),
                (code, known) if known == tag && self.get(code) == Some(value) => return Ok(code),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 2).max(16);
        let mut slots = vec![(0, 0); size];
        for (place, value) in self.values().enumerate() {
            let hash = hash(value);
            let mut slot = hash as usize & (size - 1);
            while slots[slot].0 != 0 {
                slot = (slot + 1) & (size - 1);
            }
            slots[slot] = (place as u32 + 1, (hash >> 32) as u32);
        }
        self.slots = slots;
    }
}

/// A hash of bytes: eight at a time, folded by a multiplication (the scheme of wyhash). The same on
/// every machine and in every run.
pub fn hash(bytes: &[u8]) -> u64 {
    const A: u64 = 0xa076_1d64_78bd_642f;
    const B: u64 = 0xe703_7ed1_a0b4_28db;
    let fold = |x: u64, y: u64| {
        let product = u128::from(x) * u128::from(y);
        product as u64 ^ (product >> 64) as u64
    };
    let mut state = A ^ bytes.len() as u64;
    let mut chunks = bytes.chunks_exact(8);
    for chunk in &mut chunks {
        let word = u64::from_le_bytes(chunk.try_into().expect("eight bytes"));
        state = fold(state ^ word, B);
    }
    let mut last = [0; 8];
    let rest = chunks.remainder();
    last[..rest.len()].copy_from_slice(rest);
    fold(state ^ u64::from_le_bytes(last), B ^ A)
}

/// A column of a [`Table`].
#[derive(Debug, Clone, Default)]
pub struct Column {
    /// A code for each row.
    pub codes: Vec<u32>,
    /// What the codes stand for.
    pub dictionary: Dictionary,
    /// How many rows are null.
    pub nulls: usize,
}

impl Column {
    /// The text of a row, `None` where it is null.
    pub fn text(&self, row: usize) -> Option<&[u8]> {
        self.dictionary.get(self.codes[row])
    }

    /// How often each code occurs, code 0 (null) first.
    pub fn frequencies(&self) -> Vec<u32> {
        let mut count = vec![0; self.dictionary.len() + 1];
        for code in &self.codes {
            count[*code as usize] += 1;
        }
        count
    }
}

/// Data of one relation.
#[derive(Debug, Clone, Default)]
pub struct Table {
    /// The columns, all of the same length.
    pub columns: Vec<Column>,
    rows: usize,
}

impl Table {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// A table of these columns, which all have so many rows.
    pub fn from_columns(columns: Vec<Column>, rows: usize) -> Self {
        debug_assert!(columns.iter().all(|c| c.codes.len() == rows));
        Self { columns, rows }
    }

    /// A table of text, for tests and examples; an empty text is a null.
    ///
    /// ```
    /// use pgwright_normalize::table::Table;
    /// let table = Table::of(&[&["1", "a"], &["2", ""]]);
    /// assert_eq!(table.columns[1].nulls, 1);
    /// ```
    pub fn of<const N: usize>(rows: &[&[&str; N]]) -> Self {
        let mut builder = TableBuilder::new(N);
        for row in rows {
            let cells = row
                .iter()
                .map(|text| (!text.is_empty()).then_some(text.as_bytes()));
            let _ = builder.push(cells);
        }
        builder.finish()
    }
}

/// Takes rows and makes a [`Table`] of them.
#[derive(Debug, Default)]
pub struct TableBuilder {
    table: Table,
}

/// A table has more than 2³² - 2 rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TooManyRows;

impl TableBuilder {
    /// A table of so many columns and no rows.
    pub fn new(columns: usize) -> Self {
        Self {
            table: Table {
                columns: vec![Column::default(); columns],
                rows: 0,
            },
        }
    }

    /// Adds a row; cells beyond the number of columns are not looked at, missing ones are null.
    ///
    /// # Errors
    /// When the table is full.
    pub fn push<'a>(
        &mut self,
        cells: impl IntoIterator<Item = Option<&'a [u8]>>,
    ) -> Result<(), TooManyRows> {
        if self.table.rows >= u32::MAX as usize - 1 {
            return Err(TooManyRows);
        }
        let mut cells = cells.into_iter();
        for column in &mut self.table.columns {
            match cells.next().flatten() {
                Some(value) => {
                    let code = column.dictionary.insert(value);
                    column.codes.push(code);
                }
                None => {
                    column.codes.push(NULL);
                    column.nulls += 1;
                }
            }
        }
        self.table.rows += 1;
        Ok(())
    }

    /// The table.
    pub fn finish(self) -> Table {
        self.table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_gives_the_same_code_again() {
        let mut dictionary = Dictionary::default();
        assert_eq!(dictionary.code(b"1"), None);
        let codes: Vec<u32> = (0..5000)
            .map(|n| dictionary.insert(n.to_string().as_bytes()))
            .collect();
        assert!(codes.iter().copied().eq(1..=5000));
        assert_eq!(dictionary.insert(b"4999"), 5000);
        assert_eq!(dictionary.code(b"17"), Some(18));
        assert_eq!(dictionary.get(18), Some(&b"17"[..]));
        assert_eq!(dictionary.code(b"x"), None);
        assert_eq!(dictionary.insert(b""), 5001);
        assert_eq!(dictionary.get(5001), Some(&b""[..]));
    }
}
