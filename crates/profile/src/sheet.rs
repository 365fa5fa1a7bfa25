//! A file as it was read: named columns of text, the line of each row, and what was set aside.

use pgwright_normalize::table::{Table, TableBuilder, TooManyRows};

use crate::text::{Decoder, Dialect, Encoding, Event, Splitter, detect};

/// A line that is no row, or a row that does not fit the others.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SetAside {
    /// Its line in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The line as it stands in the file.
    pub text: String,
}

/// A file that was read.
#[derive(Debug, Clone)]
pub struct Sheet {
    /// The name of the file, without folder and ending.
    pub name: String,
    /// The names of the columns: those of the header, in snake case and distinct.
    pub columns: Vec<String>,
    /// The values.
    pub table: Table,
    /// For each row, the line it begins on, from 1.
    pub lines: Vec<u64>,
    /// Lines that are no row.
    pub set_aside: Vec<SetAside>,
    /// The encoding of the file.
    pub encoding: Encoding,
    /// How it is cut.
    pub dialect: Dialect,
}

/// Texts that stand for a missing value, besides the empty cell and one of spaces.
const NULL_WORDS: [&[u8]; 3] = [b"NULL", b"\\N", b"null"];

/// Whether a cell has no value.
pub fn is_null(cell: &[u8]) -> bool {
    cell.iter().all(u8::is_ascii_whitespace) || NULL_WORDS.contains(&cell)
}

/// Takes a file piece by piece.
#[derive(Debug)]
pub struct SheetReader {
    name: String,
    encoding: Encoding,
    dialect: Dialect,
    decoder: Decoder,
    splitter: Splitter,
    text: Vec<u8>,
    rows: Rows,
}

#[derive(Debug, Default)]
struct Rows {
    header: bool,
    columns: Vec<String>,
    builder: Option<TableBuilder>,
    lines: Vec<u64>,
    set_aside: Vec<SetAside>,
    full: bool,
}

impl SheetReader {
    /// For a file that begins with `sample`; `whole` says that this is all of it. The sample is not
    /// taken as a piece. A delimiter that is given is not looked for.
    pub fn new(name: &str, sample: &[u8], whole: bool, delimiter: Option<u8>) -> Self {
        let encoding = Encoding::detect(sample);
        let mut text = Vec::new();
        Decoder::new(encoding).decode(sample, &mut text);
        let mut dialect = detect(&text, whole);
        if let Some(delimiter) = delimiter {
            dialect.delimiter = delimiter;
        }
        Self {
            name: name.to_owned(),
            encoding,
            dialect,
            decoder: Decoder::new(encoding),
            splitter: Splitter::new(dialect.delimiter, None),
            text: Vec::new(),
            rows: Rows {
                header: dialect.header,
                ..Rows::default()
            },
        }
    }

    /// Takes the next piece.
    ///
    /// # Errors
    /// When there are more rows than a table can hold.
    pub fn feed(&mut self, piece: &[u8]) -> Result<(), TooManyRows> {
        self.text.clear();
        self.decoder.decode(piece, &mut self.text);
        let mut rest = &self.text[..];
        // The first record decides the number of fields of all others, so it is read by itself.
        while self.rows.builder.is_none() && !rest.is_empty() {
            let end = rest
                .iter()
                .position(|b| *b == b'\n')
                .map_or(rest.len(), |end| end + 1);
            let rows = &mut self.rows;
            self.splitter
                .feed(&rest[..end], &mut |event| rows.take(event));
            rest = &rest[end..];
            if self.rows.builder.is_some() {
                self.splitter.expect(self.rows.columns.len());
            }
        }
        let rows = &mut self.rows;
        self.splitter.feed(rest, &mut |event| rows.take(event));
        if self.rows.full {
            Err(TooManyRows)
        } else {
            Ok(())
        }
    }

    /// The sheet.
    pub fn finish(mut self) -> Sheet {
        let rows = &mut self.rows;
        self.splitter.finish(&mut |event| rows.take(event));
        Sheet {
            name: self.name,
            columns: self.rows.columns,
            table: self.rows.builder.unwrap_or_default().finish(),
            lines: self.rows.lines,
            set_aside: self.rows.set_aside,
            encoding: self.encoding,
            dialect: self.dialect,
        }
    }
}

impl Rows {
    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Broken(broken) => self.set_aside.push(SetAside {
                line: broken.line,
                reason: broken.reason.to_string(),
                text: String::from_utf8_lossy(broken.text).into_owned(),
            }),
            Event::Record(record) => {
                let first = self.builder.is_none();
                let builder = self
                    .builder
                    .get_or_insert_with(|| TableBuilder::new(record.len()));
                if first {
                    let names =
                        (0..record.len()).map(|place| String::from_utf8_lossy(record.get(place)));
                    self.columns = column_names(names.map(|name| {
                        if self.header {
                            name.into_owned()
                        } else {
                            String::new()
                        }
                    }));
                    if self.header {
                        return;
                    }
                }
                let cells = record.iter().map(|cell| (!is_null(cell)).then_some(cell));
                if builder.push(cells).is_err() {
                    self.full = true;
                } else {
                    self.lines.push(record.line);
                }
            }
        }
    }
}

/// Names in snake case, each one once; a column without a name gets its number.
fn column_names(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut taken: Vec<String> = Vec::new();
    for (place, name) in names.enumerate() {
        let mut snake = snake_case(&name);
        if snake.is_empty() {
            snake = format!("column_{}", place + 1);
        } else if !snake.starts_with(char::is_alphabetic) {
            snake.insert_str(0, "n_");
        }
        let mut unique = snake.clone();
        let mut number = 2;
        while taken.contains(&unique) {
            unique = format!("{snake}_{number}");
            number += 1;
        }
        taken.push(unique);
    }
    taken
}

/// `Customer Name`, `customer-name` and `CustomerName` are `customer_name`.
pub fn snake_case(name: &str) -> String {
    let mut snake = String::new();
    let mut lower = false;
    for c in name.trim().chars() {
        if c.is_alphanumeric() {
            if c.is_uppercase() && lower {
                snake.push('_');
            }
            lower = c.is_lowercase() || c.is_numeric();
            snake.extend(c.to_lowercase());
        } else {
            lower = false;
            if !snake.is_empty() && !snake.ends_with('_') {
                snake.push('_');
            }
        }
    }
    snake.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &[u8], piece: usize) -> Sheet {
        let mut reader = SheetReader::new("t", text, true, None);
        for piece in text.chunks(piece) {
            reader.feed(piece).expect("few rows");
        }
        reader.finish()
    }

    #[test]
    fn a_file_becomes_a_sheet() {
        for piece in [1, 5, 1000] {
            let sheet = read(
                b"Id;Customer Name;\n1;\"A; B\";x\n2;;y\n3\n4;NULL;z\n",
                piece,
            );
            assert_eq!(sheet.columns, ["id", "customer_name", "column_3"]);
            assert_eq!(sheet.table.rows(), 3);
            assert_eq!(sheet.lines, [2, 3, 5]);
            assert_eq!(sheet.table.columns[1].nulls, 2);
            assert_eq!(sheet.table.columns[1].text(0), Some(&b"A; B"[..]));
            assert_eq!(sheet.set_aside[0].line, 4);
            assert_eq!(sheet.set_aside[0].reason, "1 fields instead of 3");
        }
    }

    #[test]
    fn without_a_header_columns_are_numbered() {
        let sheet = read(b"1,2\n3,4\n", 3);
        assert_eq!(sheet.columns, ["column_1", "column_2"]);
        assert_eq!(sheet.table.rows(), 2);
    }
}
