//! Hash, BRIN and GiST indexes.

use super::layout::tuple_width;
use super::{IndexContent, IndexShape, IndexSize, PAGE, whole};

fn of(pages: f64) -> IndexSize {
    IndexSize {
        pages: whole(pages),
        height: None,
        gin: None,
    }
}

/// One summary to a range of pages, and a map of four or five bytes to find it by.
pub(super) fn brin_size(shape: &IndexShape, content: IndexContent) -> IndexSize {
    let ranges = (content.table_pages / f64::from(shape.pages_per_range.max(1)))
        .ceil()
        .max(1.0);
    // Least and greatest of every column.
    let values: f64 = shape.keys.iter().map(|k| 2.0 * k.width.max(1.0)).sum();
    let summary = (8.0 + values + 3.5).max(16.0) + 4.0;
    let map = (ranges / 1360.0).ceil();
    of(1.0 + map + (ranges * summary / (PAGE - 32.0)).ceil())
}

/// Buckets in a power of two or a quarter on the way to it, each with as many pages as its share of keys
/// needs.
pub(super) fn hash_size(shape: &IndexShape, content: IndexContent) -> IndexSize {
    let fill = f64::from(shape.fill_factor.unwrap_or(75).clamp(10, 100)) / 100.0;
    // A hash of four bytes in a tuple of 16, and its slot.
    let per_bucket = (PAGE * fill / 20.0).floor();
    let wanted = (content.rows / per_bucket).max(2.0);
    let power = 2f64.powf(wanted.log2().ceil());
    let buckets = match wanted {
        w if w <= 512.0 => power,
        w => {
            let quarter = power / 8.0;
            power / 2.0 + ((w - power / 2.0) / quarter).ceil() * quarter
        }
    };
    let fits = ((PAGE - 40.0) / 20.0).floor();
    let mut overflow = 0.0;
    let mut rest = content.rows;
    if let [key] = shape.keys.as_slice() {
        // Equal keys share a bucket, however many they are.
        for fraction in &key.most_common {
            let rows = fraction * content.rows;
            if rows > fits {
                overflow += ((rows - fits) / fits).ceil();
                rest -= rows;
            }
        }
        // Few distinct values fill few buckets.
        if let Some(distinct) = key.distinct {
            let groups = (distinct - key.most_common.len() as f64).max(1.0);
            let each = rest / groups;
            if each > fits {
                overflow += groups * ((each - fits) / fits).ceil();
            }
        }
    }
    let load = rest / buckets;
    if load > fits * 0.85 {
        // Chance puts more than a page's worth into some.
        overflow += buckets * ((load - fits * 0.85) / (fits * 0.3)).clamp(0.0, 1.0);
    }
    of(buckets + overflow + 1.0 + (overflow / 32_000.0).ceil().max(1.0))
}

/// A tree whose pages are split about in the middle.
pub(super) fn gist_size(shape: &IndexShape, content: IndexContent) -> IndexSize {
    let columns = shape.keys.iter().chain(&shape.included);
    let tuple = tuple_width(8.0, columns) + 4.0;
    let sorted = shape.method == "gist" && shape.fill_factor.is_some_and(|f| f >= 90);
    let fill = if sorted { 0.9 } else { 0.66 };
    let per_page = ((PAGE - 40.0) * fill / tuple).floor().max(2.0);
    let leaves = (content.rows / per_page).ceil().max(1.0);
    let mut pages = leaves;
    let mut level = leaves;
    while level > 1.0 {
        level = (level / per_page).ceil();
        pages += level;
    }
    of(pages)
}
