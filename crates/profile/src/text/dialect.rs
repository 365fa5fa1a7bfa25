//! How a file is cut into fields: its delimiter and whether its first line is a header.

use super::records::{Event, Splitter};

/// How a file is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// What stands between fields.
    pub delimiter: u8,
    /// Whether the first record holds the names.
    pub header: bool,
}

/// Delimiters that are tried, the likelier ones first.
const DELIMITERS: [u8; 5] = [b',', b';', b'\t', b'|', b'^'];

/// The dialect of a text that begins with `sample`. The delimiter is the one that cuts most records
/// into the same number of fields, at least two; with none such, the file has one column.
pub fn detect(sample: &[u8], whole: bool) -> Dialect {
    let mut best: Option<(f64, u8)> = None;
    for delimiter in DELIMITERS {
        let score = consistency(sample, delimiter, whole);
        if best.is_none_or(|(highest, _)| score > highest) {
            best = Some((score, delimiter));
        }
    }
    let delimiter = match best {
        Some((score, delimiter)) if score > 0.0 => delimiter,
        _ => b',',
    };
    Dialect {
        delimiter,
        header: has_header(&records(sample, delimiter, whole)),
    }
}

/// The share of records with the most frequent number of fields, weighted a little by that number;
/// 0 when most have one field.
fn consistency(sample: &[u8], delimiter: u8, whole: bool) -> f64 {
    let records = records(sample, delimiter, whole);
    let mut counts: Vec<(usize, usize)> = Vec::new();
    for record in &records {
        match counts
            .iter_mut()
            .find(|(fields, _)| *fields == record.len())
        {
            Some((_, count)) => *count += 1,
            None => counts.push((record.len(), 1)),
        }
    }
    let usual = counts
        .iter()
        .max_by_key(|(fields, count)| (*count, *fields));
    match usual {
        Some((fields, count)) if *fields > 1 => {
            let share = *count as f64 / records.len() as f64;
            share * share * (1.0 + (*fields as f64).ln() / 10.0)
        }
        _ => 0.0,
    }
}

/// The records of a sample, whatever their number of fields; its last line only if it is whole.
fn records(sample: &[u8], delimiter: u8, whole: bool) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut splitter = Splitter::new(delimiter, None);
    let mut note = |event: Event<'_>| {
        if let Event::Record(record) = event {
            let fields =
                (0..record.len()).map(|i| String::from_utf8_lossy(record.get(i)).into_owned());
            found.push(fields.collect());
        }
    };
    splitter.feed(sample, &mut note);
    if whole {
        splitter.finish(&mut note);
    }
    found
}

/// The first record is a header when its fields are distinct, none empty and none a number or a
/// date; with text alone, when they do not occur below in their own column.
fn has_header(records: &[Vec<String>]) -> bool {
    let Some((first, rest)) = records.split_first() else {
        return true;
    };
    let mut distinct: Vec<&String> = first.iter().collect();
    distinct.sort();
    distinct.dedup();
    let value = |text: &&String| {
        let digits = text.bytes().filter(u8::is_ascii_digit).count();
        digits * 2 > text.len()
    };
    let named = first.iter().filter(|text| !text.trim().is_empty()).count();
    let values = first.iter().filter(value).count();
    if distinct.len() < first.len().min(named + 1)
        || named * 2 < first.len()
        || values * 4 > first.len()
    {
        return false;
    }
    let repeated = first
        .iter()
        .enumerate()
        .filter(|(place, name)| rest.iter().any(|record| record.get(*place) == Some(name)));
    repeated.count() * 2 < first.len().max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, delimiter: u8, header: bool) {
        assert_eq!(
            detect(text.as_bytes(), true),
            Dialect { delimiter, header },
            "{text}"
        );
    }

    #[test]
    fn delimiters_and_headers() {
        check("a,b,c\n1,2,3\n4,5,6\n", b',', true);
        check("name;price\nx, y;3,50\nz;4,00\n", b';', true);
        check("a\tb\n1\t2,5\n", b'\t', true);
        check("a|b\n\"1|2\"|3\n", b'|', true);
        check("1,2\n3,4\n", b',', false);
        check("word\nother\n", b',', true);
        check("Bern,CH\nParis,FR\nBern,CH\n", b',', false);
    }
}
