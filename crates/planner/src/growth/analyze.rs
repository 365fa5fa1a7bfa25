//! What ANALYZE says of the number of distinct values where equal ones lie together.
//!
//! ANALYZE draws a sample of rows from a sample of pages. Of a large table it reads about a row from each
//! page it reads, so that rows of one value, which lie on one page, are seldom both drawn, and its estimate of
//! the number of values depends on how the sample meets a page rather than on how many there are: it is too
//! low, and hardly grows with the table. A planner of the grown database would go by that estimate, so the
//! twin's must too.
//!
//! Source: `src/backend/commands/analyze.c`, `acquire_sample_rows` and `compute_scalar_stats`, which estimates by
//! Haas and Stokes: n d / (n - f1 + f1 n / N) with d values in a sample of n rows, f1 of them once.

use crate::statistics::ColumnStatistics;

/// How ANALYZE saw a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sampling {
    /// Rows of the table.
    pub rows: f64,
    /// Pages of the table.
    pub pages: f64,
    /// Rows of the sample: 300 times the statistics target.
    pub sample: f64,
}

impl Sampling {
    /// The sample, which is no larger than the table.
    fn drawn(&self) -> f64 {
        self.sample.min(self.rows)
    }

    /// Pairs of equal values in the sample, when each value has `each` rows that lie together.
    fn pairs(&self, each: f64) -> f64 {
        let n = self.drawn();
        // The rows of the pages that are read.
        let read = self.rows * (self.sample.min(self.pages) / self.pages.max(1.0));
        n * n / 2.0 * (each - 1.0) / read.max(1.0)
    }

    /// Rows of each value, of so many pairs.
    fn each(&self, pairs: f64) -> f64 {
        let n = self.drawn();
        let read = self.rows * (self.sample.min(self.pages) / self.pages.max(1.0));
        1.0 + pairs * 2.0 * read / (n * n).max(1.0)
    }

    /// The estimate, when the values that are not alone in the sample are there twice.
    fn estimate(&self, pairs: f64) -> f64 {
        let n = self.drawn();
        let once = n - 2.0 * pairs;
        n * (n - pairs) / (2.0 * pairs + once * n / self.rows.max(1.0))
    }
}

/// How many rows each value has that lie together, told by ANALYZE's estimate of the number of values; none where
/// its sample does not tell.
fn each_of(before: Sampling, distinct: f64) -> Option<f64> {
    if before.rows <= before.sample {
        return None;
    }
    let most = before.sample / 4.0;
    if distinct >= before.estimate(0.0) || distinct <= before.estimate(most) {
        return None;
    }
    // The estimate falls with the pairs.
    let (mut low, mut high) = (0.0, most);
    for _ in 0..100 {
        let middle = (low + high) / 2.0;
        if before.estimate(middle) > distinct {
            low = middle;
        } else {
            high = middle;
        }
    }
    Some(before.each(low))
}

/// How many distinct values there are, where equal ones lie together, so that ANALYZE says far fewer: of a table of
/// `rows` rows on `pages` pages, with the default statistics target.
pub fn distinct_together(column: &ColumnStatistics, rows: f64, pages: f64) -> Option<f64> {
    if column.correlation.is_none_or(|c| c.abs() <= 0.9) {
        return None;
    }
    let sampling = Sampling {
        rows,
        pages,
        sample: 30_000.0,
    };
    let each = each_of(sampling, column.distinct_among(rows)?)?;
    Some(rows / each.max(1.0))
}

/// What ANALYZE would say after growth; none where its sample is not of that kind: values that have so many
/// rows that the sample holds many of each, or a table that it reads as a whole.
pub(super) fn estimate_after(
    before: Sampling,
    distinct: f64,
    after: Sampling,
    more_of_each: f64,
) -> Option<f64> {
    if after.rows <= after.sample {
        return None;
    }
    let each = each_of(before, distinct)? * more_of_each;
    let pairs = after.pairs(each.max(1.0));
    (pairs < after.sample / 4.0).then(|| after.estimate(pairs))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn sampling(rows: f64, pages: f64) -> Sampling {
        Sampling {
            rows,
            pages,
            sample: 30_000.0,
        }
    }

    /// What PostgreSQL 18 said of TPC-H at 1 and at 10 GB, of keys of which four rows each lie together.
    #[test]
    fn estimates_of_values_that_lie_together_are_those_of_the_server() {
        let near = |got: f64, real: f64| (got / real - 1.0).abs() < 0.1;
        let small = sampling(6_001_215.0, 112_560.0);
        let large = sampling(59_989_288.0, 1_125_143.0);
        // 394286 of the 15 million orders.
        assert!(near(
            estimate_after(small, 392_933.0, large, 1.0).unwrap(),
            394_286.0
        ));
        let small = sampling(800_000.0, 17_534.0);
        let large = sampling(7_998_861.0, 175_222.0);
        // 434690 of the 2 million parts.
        assert!(near(
            estimate_after(small, 194_556.0, large, 1.0).unwrap(),
            434_690.0
        ));
        // Few values, each in the sample many times: nothing to be told.
        assert_eq!(estimate_after(small, 25.0, large, 1.0), None);
    }
}
