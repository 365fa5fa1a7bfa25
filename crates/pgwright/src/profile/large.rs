//! Profiles a file that memory cannot hold.

use std::fs::{self, File};
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use pgwright_profile::large::{Large, PARTITIONS, Spill};
use pgwright_profile::sheet::{SetAside, Sheet, SheetReader};
use pgwright_profile::text::{Decoder, Event, Splitter};
use pgwright_profile::types::{Typed, infer};

use crate::exit::Failure;
use crate::terminal::Terminal;

/// The beginning of the file that serves as the sample.
const SAMPLE: u64 = 24 << 20;
const PIECE: usize = 1 << 20;
/// Lines that are no rows are counted; so many are kept.
const KEPT_ASIDE: usize = 1000;

/// What a pass over a file found.
pub struct Profiled {
    pub sample: Sheet,
    pub large: Large,
    pub set_aside: Vec<SetAside>,
    pub broken: u64,
}

/// Reads the file twice: its beginning, and all of it.
pub fn profile(
    path: &Path,
    delimiter: Option<u8>,
    threads: usize,
    terminal: &Terminal,
) -> Result<Profiled, Failure> {
    let failed =
        |error: std::io::Error| Failure::Usage(format!("profiling {}: {error}", path.display()));
    let sample = terminal
        .phase("reading a sample", || sample(path, delimiter))
        .map_err(failed)?;
    if sample.columns.is_empty() {
        return Err(Failure::Usage(format!(
            "{}: no row could be read",
            path.display()
        )));
    }
    let typed: Vec<Typed> = terminal.phase("finding types", || {
        sample.table.columns.iter().map(infer).collect()
    });
    let large = terminal.phase("choosing what to watch", || {
        Large::new(&sample, &typed, threads)
    });
    let mut pass = Pass {
        large,
        spill: Files::new().map_err(failed)?,
        set_aside: Vec::new(),
        broken: 0,
        header: sample.dialect.header,
        error: None,
    };
    terminal
        .phase("reading all rows", || pass.read(path, &sample))
        .map_err(failed)?;
    terminal
        .phase("comparing what was spilled", || pass.settle())
        .map_err(failed)?;
    Ok(Profiled {
        sample,
        large: pass.large,
        set_aside: pass.set_aside,
        broken: pass.broken,
    })
}

fn sample(path: &Path, delimiter: Option<u8>) -> std::io::Result<Sheet> {
    let mut bytes = Vec::new();
    File::open(path)?.take(SAMPLE).read_to_end(&mut bytes)?;
    // A line that the sample cuts off would be taken for a broken one.
    if bytes.len() as u64 == SAMPLE {
        let end = bytes
            .iter()
            .rposition(|b| *b == b'\n')
            .unwrap_or(bytes.len());
        bytes.truncate(end);
    }
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let head = &bytes[..bytes.len().min(256 << 10)];
    let mut reader = SheetReader::new(&name, head, head.len() == bytes.len(), delimiter);
    // The sample cannot have more rows than a table holds.
    let _ = reader.feed(&bytes);
    Ok(reader.finish())
}

struct Pass {
    large: Large,
    spill: Files,
    set_aside: Vec<SetAside>,
    broken: u64,
    header: bool,
    error: Option<std::io::Error>,
}

impl Pass {
    fn read(&mut self, path: &Path, sample: &Sheet) -> std::io::Result<()> {
        let mut file = File::open(path)?;
        let mut decoder = Decoder::new(sample.encoding);
        let mut splitter = Splitter::new(sample.dialect.delimiter, Some(sample.columns.len()));
        let mut piece = vec![0; PIECE];
        let mut text = Vec::new();
        loop {
            let read = file.read(&mut piece)?;
            text.clear();
            decoder.decode(&piece[..read], &mut text);
            if read == 0 {
                splitter.finish(&mut |event| self.take(event));
            } else {
                splitter.feed(&text, &mut |event| self.take(event));
            }
            if let Some(error) = self.error.take() {
                return Err(error);
            }
            if read == 0 {
                return Ok(());
            }
        }
    }

    fn take(&mut self, event: Event<'_>) {
        match event {
            Event::Record(_) if self.header => self.header = false,
            Event::Record(record) => {
                let cells: Vec<&[u8]> = record.iter().collect();
                if let Err(error) = self.large.row(record.line, &cells, &mut self.spill) {
                    self.error.get_or_insert(error);
                }
            }
            Event::Broken(broken) => {
                self.broken += 1;
                if self.set_aside.len() < KEPT_ASIDE {
                    self.set_aside.push(SetAside {
                        line: broken.line,
                        reason: broken.reason.to_string(),
                        text: String::from_utf8_lossy(broken.text).into_owned(),
                    });
                }
            }
        }
    }

    fn settle(&mut self) -> std::io::Result<()> {
        for determinant in 0..self.large.determinants().len() {
            if !self.large.determinants()[determinant].spilled {
                continue;
            }
            for partition in 0..PARTITIONS {
                let bytes = self.spill.take(determinant, partition)?;
                self.large.settle(determinant, &bytes);
            }
        }
        Ok(())
    }
}

/// Partitions as files of a folder that goes when this does.
struct Files {
    folder: PathBuf,
    open: Vec<Vec<BufWriter<File>>>,
}

impl Files {
    fn new() -> std::io::Result<Self> {
        let folder = std::env::temp_dir().join(format!("pgwright-profile-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        Ok(Self {
            folder,
            open: Vec::new(),
        })
    }

    fn path(&self, determinant: usize, partition: usize) -> PathBuf {
        self.folder.join(format!("{determinant}-{partition}"))
    }

    /// What was written to a partition, which is gone then.
    fn take(&mut self, determinant: usize, partition: usize) -> std::io::Result<Vec<u8>> {
        let path = self.path(determinant, partition);
        if let Some(writer) = self
            .open
            .get_mut(determinant)
            .and_then(|open| open.get_mut(partition))
        {
            writer.flush()?;
        }
        let bytes = fs::read(&path)?;
        fs::remove_file(&path)?;
        Ok(bytes)
    }
}

impl Spill for Files {
    fn write(
        &mut self,
        determinant: usize,
        partition: usize,
        record: &[u8],
    ) -> std::io::Result<()> {
        while self.open.len() <= determinant {
            self.open.push(Vec::new());
        }
        if self.open[determinant].is_empty() {
            for partition in 0..PARTITIONS {
                let file = File::create(self.path(determinant, partition))?;
                self.open[determinant].push(BufWriter::with_capacity(32 << 10, file));
            }
        }
        self.open[determinant][partition].write_all(record)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // Nothing can be done when the folder cannot be removed.
        let _ = fs::remove_dir_all(&self.folder);
    }
}
