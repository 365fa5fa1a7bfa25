//! Approximate dependencies and inclusions against their definitions on random tables.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_normalize::ColumnSet;
use pgwright_normalize::discovery::{
    Inclusion, InclusionOptions, Options, discover_approximate, discover_inclusions, support,
};
use pgwright_normalize::table::{Table, TableBuilder};
use proptest::prelude::*;

const WIDTH: usize = 5;

type Rows = Vec<Vec<Option<u8>>>;

fn rows() -> impl Strategy<Value = Rows> {
    let widths = proptest::collection::vec(1_u8..7, WIDTH);
    (widths, 0_usize..25).prop_flat_map(|(widths, count)| {
        let row: Vec<_> = widths
            .into_iter()
            .map(|values| prop_oneof![1 => Just(None), 12 => (0..values).prop_map(Some)])
            .collect();
        proptest::collection::vec(row, count)
    })
}

fn table(rows: &Rows) -> Table {
    let mut builder = TableBuilder::new(WIDTH);
    for row in rows {
        let cells: Vec<Option<[u8; 1]>> = row.iter().map(|c| c.map(|v| [b'a' + v])).collect();
        let pushed = builder.push(cells.iter().map(|c| c.as_ref().map(|v| &v[..])));
        pushed.expect("a small table");
    }
    builder.finish()
}

fn subsets() -> Vec<ColumnSet> {
    (0..1_u32 << WIDTH)
        .map(|bits| (0..WIDTH).filter(|c| bits >> c & 1 == 1).collect())
        .collect()
}

/// Rows that have to go: in each group all but the most frequent value; of the row itself, when there
/// is no dependent column, all but one.
fn exceptions(rows: &Rows, set: &ColumnSet, dependent: Option<usize>) -> usize {
    let mut groups: BTreeMap<Vec<Option<u8>>, BTreeMap<usize, usize>> = BTreeMap::new();
    for (index, row) in rows.iter().enumerate() {
        let key = set.iter().map(|c| row[c]).collect();
        let value = match dependent {
            Some(column) => row[column].map_or(0, |v| usize::from(v) + 1),
            None => index,
        };
        *groups.entry(key).or_default().entry(value).or_default() += 1;
    }
    groups
        .values()
        .map(|values| values.values().sum::<usize>() - values.values().max().copied().unwrap_or(0))
        .sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn exactly_what_holds_within_the_error_is_found(rows in rows(), percent in 0_usize..40) {
        let error = percent as f64 / 100.0;
        let allowed = (error * rows.len() as f64).floor() as usize;
        let found = discover_approximate(&table(&rows), error, &Options::default()).expect("few columns");
        let mut expected = Vec::new();
        let mut unique = Vec::new();
        for dependent in (0..WIDTH).map(Some).chain([None]) {
            let holds = |set: &ColumnSet| exceptions(&rows, set, dependent) <= allowed;
            for set in subsets() {
                let outside = dependent.is_none_or(|d| !set.contains(d));
                if outside && holds(&set) && set.iter().all(|c| !holds(&set.without(c))) {
                    let count = exceptions(&rows, &set, dependent);
                    match dependent {
                        Some(d) => expected.push((set, d, count)),
                        None => unique.push((set, count)),
                    }
                }
            }
        }
        expected.sort();
        unique.sort();
        let functional: Vec<_> = found.functional.into_iter()
            .map(|a| (a.dependency.determinant, a.dependency.dependent, a.exceptions)).collect();
        prop_assert_eq!(functional, expected);
        let found: Vec<_> = found.unique.into_iter().map(|u| (u.columns, u.exceptions)).collect();
        prop_assert_eq!(found, unique);
    }

    /// Without the exceptions that are listed the dependency holds, and fewer would not do.
    #[test]
    fn exceptions_are_the_fewest(rows in rows(), left in 0_u32..1 << WIDTH, dependent in 0..WIDTH) {
        let set: ColumnSet = (0..WIDTH).filter(|c| left >> c & 1 == 1 && *c != dependent).collect();
        let found = support(&table(&rows), &set, &ColumnSet::single(dependent));
        let known: Rows = rows.iter().filter(|row| set.iter().all(|c| row[c].is_some())).cloned().collect();
        prop_assert_eq!(found.rows, known.len());
        prop_assert_eq!(found.exceptions.len(), exceptions(&known, &set, Some(dependent)));
        let bad: BTreeSet<usize> = found.exceptions.iter().map(|e| e.row).collect();
        let kept: Rows = rows.iter().enumerate()
            .filter(|(index, row)| !bad.contains(index) && set.iter().all(|c| row[c].is_some()))
            .map(|(_, row)| row.clone()).collect();
        prop_assert_eq!(exceptions(&kept, &set, Some(dependent)), 0);
        for e in &found.exceptions {
            prop_assert!(set.iter().all(|c| rows[e.row][c] == rows[e.usual][c]));
            prop_assert!(rows[e.row][dependent] != rows[e.usual][dependent]);
        }
    }

    #[test]
    fn inclusions_are_those_of_the_values(one in rows(), two in rows(), percent in 0_usize..40) {
        let error = percent as f64 / 100.0;
        let all = [&one, &two];
        let (a, b) = (table(&one), table(&two));
        let options = InclusionOptions { error, largest: 2, ..InclusionOptions::default() };
        let found = discover_inclusions(&[&a, &b], &options).found;
        let values = |table: usize, columns: &[usize]| -> BTreeSet<Vec<u8>> {
            all[table].iter().filter_map(|row| columns.iter().map(|c| row[*c]).collect()).collect()
        };
        let holds = |from: (usize, &[usize]), to: (usize, &[usize])| {
            let (wanted, there) = (values(from.0, from.1), values(to.0, to.1));
            let missing = wanted.difference(&there).count();
            let allowed = (wanted.len() as f64 * error).floor() as usize;
            (missing <= allowed && missing < wanted.len()).then_some(missing)
        };
        let mut expected = Vec::new();
        for from in 0..2 {
            for to in 0..2 {
                for a in 0..WIDTH {
                    for x in 0..WIDTH {
                        let same = (from, a) == (to, x);
                        if !same && let Some(missing) = holds((from, &[a]), (to, &[x])) {
                            expected.push((from, vec![a], to, vec![x], missing));
                        }
                        for b in a + 1..WIDTH {
                            for y in (0..WIDTH).filter(|y| *y != x) {
                                let parts = !same && (from, b) != (to, y)
                                    && holds((from, &[a]), (to, &[x])).is_some()
                                    && holds((from, &[b]), (to, &[y])).is_some();
                                if parts && let Some(missing) = holds((from, &[a, b]), (to, &[x, y])) {
                                    expected.push((from, vec![a, b], to, vec![x, y], missing));
                                }
                            }
                        }
                    }
                }
            }
        }
        expected.sort();
        let mut found: Vec<_> = found.into_iter()
            .map(|Inclusion { dependent: d, referenced: r, missing, .. }| (d.table, d.columns, r.table, r.columns, missing))
            .collect();
        found.sort();
        prop_assert_eq!(found, expected);
    }
}
