//! What the metapages of B-trees and GIN indexes say, for who may read the server's files.

use pgwright_planner::GinPages;

use super::{Reader, get};
use crate::reader::ReadError;

const BTREE_MAGIC: u32 = 0x0005_3162;

/// The height of a B-tree (its fast root's level, which is what the planner takes).
///
/// A page that was not written yet since the index grew says less than there is; a height that its number
/// of pages rules out is none.
pub(super) fn btree_height(page: &[u8], pages: u64) -> Option<u32> {
    (word(page, 24)? == BTREE_MAGIC).then_some(())?;
    let height = word(page, 44)?;
    (height > 0 || pages <= 2).then_some(height)
}

pub(super) fn gin_pages(page: &[u8]) -> Option<GinPages> {
    let version = word(page, 72)?;
    let entries = u64::from(word(page, 64)?) | u64::from(word(page, 68)?) << 32;
    (1..=2).contains(&version).then_some(GinPages {
        pending_pages: word(page, 36)?,
        total_pages: word(page, 48)?,
        entry_pages: word(page, 52)?,
        data_pages: word(page, 56)?,
        entries,
    })
}

fn word(page: &[u8], at: usize) -> Option<u32> {
    let bytes = page.get(at..at + 4)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

impl Reader<'_> {
    pub(super) fn read_metapages(&mut self) -> Result<(), ReadError> {
        let may = self.may(
            "has_function_privilege('pg_catalog.pg_read_binary_file(text,bigint,bigint,boolean)', 'EXECUTE') \
             AND pg_has_role('pg_read_server_files', 'USAGE')",
        )?;
        if !may {
            return Ok(());
        }
        let sql = include_str!("../queries/planner_metapages.sql");
        for row in &self.query("the first pages of indexes", sql)? {
            let page: Option<Vec<u8>> = get(row, 2)?;
            let (Some(page), Some((table, index))) = (page, self.indexes.get(&get(row, 0)?)) else {
                continue;
            };
            let table = self.statistics.tables.get_mut(table);
            let index = table.and_then(|t| t.indexes.get_mut(index.as_str()));
            let Some(index) = index else { continue };
            match get::<String>(row, 1)?.as_str() {
                "btree" => index.height = btree_height(&page, index.file_pages.unwrap_or(0)),
                _ => index.gin = gin_pages(&page),
            }
        }
        Ok(())
    }
}
