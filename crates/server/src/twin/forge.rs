//! Files that look like production's: long without taking space, and with the pages that the planner reads
//! written as they would be there.
//!
//! Sources: `src/include/storage/bufpage.h`, `access/nbtree.h`, `access/ginblock.h`, `access/brin_page.h`,
//! `access/visibilitymap.h`.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use postgres::GenericClient;

use super::TwinError;
use super::relations::Relation;
use super::shape::Size;
use super::{WORKSHOP, donor::Keys};
use crate::sandbox::Sandbox;

const BLOCK: u64 = 8192;
/// Pages of a segment file: 1 GB.
const SEGMENT: u64 = 131_072;
const HEADER: usize = 24;

/// Moves GIN and BRIN indexes into files that the server has not read into memory: all of them, or one.
/// They were built in memory, in the tablespace of that purpose if one only.
pub(super) fn move_out_of_memory(
    client: &mut impl GenericClient,
    only: Option<u32>,
) -> Result<(), TwinError> {
    let failed = || TwinError::asking("moving an index");
    let rows = client
        .query(
            "SELECT c.oid::regclass::text, c.reltablespace = (SELECT oid FROM pg_tablespace WHERE spcname = $1) \
             FROM pg_class c JOIN pg_am a ON a.oid = c.relam \
             WHERE a.amname IN ('gin', 'brin') AND c.relkind = 'i' AND c.oid >= 16384 \
               AND c.relpersistence <> 't' AND ($2::oid IS NULL OR c.oid = $2::oid)",
            &[&WORKSHOP, &only],
        )
        .map_err(failed())?;
    let mut sql = String::new();
    for row in &rows {
        let name: String = row.try_get(0).map_err(failed())?;
        let there: Option<bool> = row.try_get(1).map_err(failed())?;
        let target = match there {
            Some(true) => "pg_default",
            _ => WORKSHOP,
        };
        sql.push_str(&format!("ALTER INDEX {name} SET TABLESPACE {target};"));
    }
    client.batch_execute(&sql).map_err(failed())
}

/// Makes a relation's files what its size says.
pub(super) fn relation(
    sandbox: &Sandbox,
    relation: &Relation,
    size: Option<&Size>,
    keys: Option<&Keys>,
) -> Result<(), TwinError> {
    let Some(size) = size.filter(|_| relation.has_file()) else {
        return Ok(());
    };
    match (relation.is_index(), relation.method.as_str()) {
        (true, "btree") => btree(relation, size, keys)?,
        (true, "gin") => gin(relation, size)?,
        (true, "brin") => brin(relation, size)?,
        _ => {}
    }
    lengthen(sandbox, &relation.path, size.file_pages)
}

/// Pages that a file seems to have; none when there is no file.
pub(super) fn pages(path: &Path) -> Option<u64> {
    let mut bytes = std::fs::metadata(path).ok()?.len();
    let mut number = 1;
    while let Ok(next) = std::fs::metadata(segment(path, number)) {
        bytes += next.len();
        number += 1;
    }
    Some(bytes / BLOCK)
}

fn segment(path: &Path, number: u64) -> PathBuf {
    if number == 0 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number}"));
    name.into()
}

/// Makes files that long, at least: sparse, so they take no space.
///
/// All segments but the first and the last are alike, so they are one file under many names: a billion rows in each
/// of a thousand tables are hundreds of thousands of segments, and a name is made in a fraction of the time and
/// space that a file takes. Names of one relation only share a file, because a server cuts the segments of a relation
/// to nothing when it is dropped.
pub(super) fn lengthen(sandbox: &Sandbox, path: &Path, pages: u64) -> Result<(), TwinError> {
    lengthen_file(sandbox, path, pages.min(SEGMENT))?;
    let last = pages.saturating_sub(1) / SEGMENT;
    let mut shared: Option<(PathBuf, u64)> = None;
    for number in 1..=last {
        let file = segment(path, number);
        if number == last {
            lengthen_file(sandbox, &file, pages - number * SEGMENT)?;
        } else if let Some((like, names)) = &mut shared
            && *names < MOST_NAMES
            && std::fs::hard_link(like, &file).is_ok()
        {
            *names += 1;
        } else {
            // The first of them; or the file system has no more names for it, or none at all.
            lengthen_file(sandbox, &file, SEGMENT)?;
            shared = Some((file, 1));
        }
    }
    Ok(())
}

/// Names that any file system gives a file.
const MOST_NAMES: u64 = 1000;

fn lengthen_file(sandbox: &Sandbox, file: &Path, pages: u64) -> Result<(), TwinError> {
    let new = !file.exists();
    let opened = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(file)
        .map_err(TwinError::io("opening", file))?;
    let length = pages * BLOCK;
    let has = opened
        .metadata()
        .map_err(TwinError::io("reading", file))?
        .len();
    if has < length {
        opened
            .set_len(length)
            .map_err(TwinError::io("lengthening", file))?;
    }
    if new {
        sandbox
            .give_file(&opened)
            .map_err(TwinError::io("giving away", file))?;
    }
    Ok(())
}

/// Marks the first pages of a table as visible to all, so that whoever looks up a key in an index need not
/// look into the table.
pub(super) fn mark_visible(sandbox: &Sandbox, table: &Relation) -> Result<(), TwinError> {
    let mut name = table.path.as_os_str().to_owned();
    name.push("_vm");
    let path = PathBuf::from(name);
    let mut page = vec![0u8; 8192];
    put16(&mut page, 12, 24);
    put16(&mut page, 14, 8192);
    put16(&mut page, 16, 8192);
    put16(&mut page, 18, 8192 | 4);
    // All visible, all frozen: of the first page.
    page[HEADER] = 0b11;
    std::fs::write(&path, page).map_err(TwinError::io("writing", &path))?;
    sandbox
        .give(&path)
        .map_err(TwinError::io("giving away", &path))
}

fn put16(page: &mut [u8], at: usize, value: u16) {
    page[at..at + 2].copy_from_slice(&value.to_ne_bytes());
}

fn put32(page: &mut [u8], at: usize, value: u32) {
    page[at..at + 4].copy_from_slice(&value.to_ne_bytes());
}

fn open(path: &Path) -> Result<File, TwinError> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .open(path)
        .map_err(TwinError::io("opening", path))
}

fn write_at(file: &mut File, path: &Path, at: u64, bytes: &[u8]) -> Result<(), TwinError> {
    file.seek(SeekFrom::Start(at))
        .and_then(|_| file.write_all(bytes))
        .map_err(TwinError::io("writing", path))
}

fn metapage(file: &mut File, path: &Path) -> Result<Vec<u8>, TwinError> {
    let mut page = vec![0u8; 8192];
    file.seek(SeekFrom::Start(0))
        .and_then(|_| file.read_exact(&mut page))
        .map_err(TwinError::io("reading", path))?;
    Ok(page)
}

const LEAF: u16 = 1;
const ROOT: u16 = 2;
/// Flag of a tuple above the leaves, in its length: other fields have another meaning.
const ALTERNATIVE: u16 = 0x2000;

/// A B-tree page with these tuples.
fn btree_page(level: u32, flags: u16, tuples: &[Vec<u8>]) -> Vec<u8> {
    let special = 8192 - 16;
    let mut page = vec![0u8; 8192];
    let mut upper = special;
    for (number, tuple) in tuples.iter().enumerate() {
        upper -= tuple.len().next_multiple_of(8);
        page[upper..upper + tuple.len()].copy_from_slice(tuple);
        // Offset, "normal", length. Neither can be over 2^15 on a page.
        let slot = (upper as u32) | (1 << 15) | ((tuple.len() as u32) << 17);
        put32(&mut page, HEADER + 4 * number, slot);
    }
    put16(&mut page, 12, (HEADER + 4 * tuples.len()) as u16);
    put16(&mut page, 14, upper as u16);
    put16(&mut page, 16, special as u16);
    put16(&mut page, 18, 8192 | 4);
    put32(&mut page, special + 8, level);
    put16(&mut page, special + 12, flags);
    page
}

/// A B-tree: a leaf with the least and greatest key, if known, and a root as high above it as the tree is.
///
/// Whoever looks for an end of the index descends from the root until a page says it is a leaf; that levels are
/// left out between them is not noticed, and saves most of the space that a twin of many indexes takes.
fn btree(relation: &Relation, size: &Size, keys: Option<&Keys>) -> Result<(), TwinError> {
    let path = &relation.path;
    let mut file = open(path)?;
    let mut meta = metapage(&mut file, path)?;
    let tuples = keys.map(|k| k.tuples(relation)).unwrap_or_default();
    if size.height == 0 && tuples.is_empty() {
        // As it was built: without any page but this.
        return Ok(());
    }
    let top = if size.height == 0 { 1 } else { 2 };
    // The root's page and level, twice: the fast root is the same.
    put32(&mut meta, HEADER + 8, top);
    put32(&mut meta, HEADER + 12, size.height);
    put32(&mut meta, HEADER + 16, top);
    put32(&mut meta, HEADER + 20, size.height);
    write_at(&mut file, path, 0, &meta)?;
    let flags = if size.height == 0 { LEAF | ROOT } else { LEAF };
    write_at(&mut file, path, BLOCK, &btree_page(0, flags, &tuples))?;
    if size.height > 0 {
        // It points to the leaf, which is page 1; the tuple has no key, which is less than any.
        let mut pointer = vec![0u8; 8];
        put16(&mut pointer, 2, 1);
        put16(&mut pointer, 6, 8 | ALTERNATIVE);
        let page = btree_page(size.height, ROOT, &[pointer]);
        write_at(&mut file, path, BLOCK * 2, &page)?;
    }
    Ok(())
}

fn gin(relation: &Relation, size: &Size) -> Result<(), TwinError> {
    let Some(gin) = size.gin else {
        return Ok(());
    };
    let path = &relation.path;
    let mut file = open(path)?;
    let mut meta = metapage(&mut file, path)?;
    put32(&mut meta, HEADER + 12, gin.pending_pages);
    put32(&mut meta, HEADER + 24, gin.total_pages);
    put32(&mut meta, HEADER + 28, gin.entry_pages);
    put32(&mut meta, HEADER + 32, gin.data_pages);
    meta[HEADER + 40..HEADER + 48].copy_from_slice(&gin.entries.to_ne_bytes());
    write_at(&mut file, path, 0, &meta)
}

/// Ranges that one page of the map of a BRIN index holds.
const RANGES_PER_MAP_PAGE: u64 = 1360;

fn brin(relation: &Relation, size: &Size) -> Result<(), TwinError> {
    let path = &relation.path;
    let mut file = open(path)?;
    let mut meta = metapage(&mut file, path)?;
    let per_range = u32::from_ne_bytes([
        meta[HEADER + 8],
        meta[HEADER + 9],
        meta[HEADER + 10],
        meta[HEADER + 11],
    ]);
    let ranges = size.table_pages.div_ceil(u64::from(per_range.max(1)));
    let map = ranges.div_ceil(RANGES_PER_MAP_PAGE).max(1);
    put32(
        &mut meta,
        HEADER + 12,
        u32::try_from(map).unwrap_or(u32::MAX),
    );
    write_at(&mut file, path, 0, &meta)
}
