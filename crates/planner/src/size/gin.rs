//! GIN indexes: a tree of keys, with short lists of row addresses beside them and trees for long ones.

use super::layout::tuple_width;
use super::{IndexContent, IndexShape, IndexSize, PAGE, whole};
use crate::statistics::GinPages;

/// The longest compressed list that is kept beside its key.
const LONGEST_INLINE: f64 = 2700.0;

/// The size of a GIN index as built.
pub fn gin_size(shape: &IndexShape, content: IndexContent) -> IndexSize {
    let keys = content.distinct_elements.max(1.0);
    let postings = content.rows * content.elements.max(1.0);
    let per_key = (postings / keys).max(1.0);
    // Row addresses ascend; what is kept is the distance to the last, seven bits to a byte. An address is
    // page * 2048 + number on the page.
    let distance = (content.table_pages.max(1.0) * 2048.0 / per_key).max(1.0);
    let bytes = (distance.log2() / 7.0).ceil().clamp(1.0, 6.0);
    let list = per_key * bytes;
    let key = tuple_width(8.0, shape.keys.iter()).clamp(16.0, 200.0) + 4.0;
    let (inline, trees) = if list <= LONGEST_INLINE {
        (list + 8.0, 0.0)
    } else {
        // Leaves of a posting tree are filled to the brim when it is built.
        (0.0, (list / (PAGE - 50.0)).ceil().max(1.0))
    };
    let entry_leaves = (keys * (key + inline) / ((PAGE - 40.0) * 0.75))
        .ceil()
        .max(1.0);
    let entry_pages = entry_leaves + (entry_leaves / 200.0).ceil();
    let data_pages = keys * trees * 1.003;
    let pages = whole(entry_pages + data_pages + 1.0);
    let small = |n: f64| u32::try_from(whole(n)).unwrap_or(u32::MAX);
    IndexSize {
        pages,
        height: None,
        gin: Some(GinPages {
            pending_pages: 0,
            total_pages: u32::try_from(pages).unwrap_or(u32::MAX),
            entry_pages: small(entry_pages),
            data_pages: small(data_pages),
            entries: whole(keys),
        }),
    }
}
