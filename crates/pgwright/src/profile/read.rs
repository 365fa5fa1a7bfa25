//! Reads delimited files, a megabyte at a time.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use pgwright_profile::sheet::{Sheet, SheetReader};

use crate::exit::Failure;

/// What is looked at to find encoding and delimiter.
const SAMPLE: usize = 256 << 10;
const PIECE: usize = 1 << 20;

/// Reads a file; `-` is standard input.
pub fn sheet(path: &Path, delimiter: Option<u8>) -> Result<Sheet, Failure> {
    let failed =
        |error: std::io::Error| Failure::Usage(format!("reading {}: {error}", path.display()));
    let (mut file, name): (Box<dyn Read>, String) = if path == Path::new("-") {
        (Box::new(std::io::stdin().lock()), "stdin".to_owned())
    } else {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        (
            Box::new(File::open(path).map_err(failed)?),
            name.into_owned(),
        )
    };
    let mut sample = Vec::new();
    file.by_ref()
        .take(SAMPLE as u64)
        .read_to_end(&mut sample)
        .map_err(failed)?;
    let whole = sample.len() < SAMPLE;
    let mut reader = SheetReader::new(&name, &sample, whole, delimiter);
    let full = |_| Failure::Usage(format!("{}: more than 4 billion rows", path.display()));
    reader.feed(&sample).map_err(full)?;
    drop(sample);
    let mut piece = vec![0; PIECE];
    loop {
        match file.read(&mut piece).map_err(failed)? {
            0 => break,
            read => reader.feed(&piece[..read]).map_err(full)?,
        }
    }
    let sheet = reader.finish();
    if sheet.columns.is_empty() {
        return Err(Failure::Usage(format!(
            "{}: no row could be read\n  hint: --delimiter says what stands between fields",
            path.display()
        )));
    }
    Ok(sheet)
}
