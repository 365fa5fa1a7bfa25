//! Discovery against its definition, tried on every combination of columns of random tables.

use std::sync::atomic::{AtomicUsize, Ordering};

use pgwright_normalize::ColumnSet;
use pgwright_normalize::discovery::{Budget, Dependencies, Nulls, Options, discover};
use pgwright_normalize::table::{Table, TableBuilder};
use proptest::prelude::*;

const WIDTH: usize = 6;

/// Random rows; a cell is null, or one of so many values that near-keys and constants both occur.
fn rows() -> impl Strategy<Value = Vec<Vec<Option<u8>>>> {
    let widths = proptest::collection::vec(1_u8..9, WIDTH);
    let nulls = prop_oneof![Just(0_u32), Just(10), Just(40)];
    (widths, nulls, 0_usize..30).prop_flat_map(|(widths, nulls, count)| {
        let row: Vec<_> = widths
            .into_iter()
            .map(|values| {
                prop_oneof![nulls => Just(None), 100 - nulls => (0..values).prop_map(Some)]
            })
            .collect();
        proptest::collection::vec(row, count)
    })
}

fn table(rows: &[Vec<Option<u8>>]) -> Table {
    let mut builder = TableBuilder::new(WIDTH);
    for row in rows {
        let cells: Vec<Option<[u8; 1]>> = row.iter().map(|c| c.map(|v| [b'a' + v])).collect();
        let pushed = builder.push(cells.iter().map(|c| c.as_ref().map(|v| &v[..])));
        pushed.expect("a small table");
    }
    builder.finish()
}

type Differ<'a> = &'a dyn Fn(&[Option<u8>], &[Option<u8>]) -> bool;

fn equal(a: Option<u8>, b: Option<u8>, nulls: Nulls) -> bool {
    a == b && (a.is_some() || nulls == Nulls::Equal)
}

fn subsets() -> Vec<ColumnSet> {
    (0..1_u32 << WIDTH)
        .map(|bits| (0..WIDTH).filter(|c| bits >> c & 1 == 1).collect())
        .collect()
}

/// The minimal sets among those that satisfy a condition which larger sets inherit.
fn minimal(holds: impl Fn(&ColumnSet) -> bool) -> Vec<ColumnSet> {
    let mut found: Vec<ColumnSet> = subsets()
        .into_iter()
        .filter(|set| holds(set) && set.iter().all(|c| !holds(&set.without(c))))
        .collect();
    found.sort();
    found
}

fn by_definition(
    rows: &[Vec<Option<u8>>],
    nulls: Nulls,
) -> (Vec<(ColumnSet, usize)>, Vec<ColumnSet>) {
    let pairs = |set: &ColumnSet, differ: Differ<'_>| {
        !rows.iter().enumerate().any(|(index, a)| {
            rows[index + 1..]
                .iter()
                .any(|b| set.iter().all(|c| equal(a[c], b[c], nulls)) && differ(a, b))
        })
    };
    let mut functional = Vec::new();
    for dependent in 0..WIDTH {
        let differ = |a: &[Option<u8>], b: &[Option<u8>]| !equal(a[dependent], b[dependent], nulls);
        let found = minimal(|set| !set.contains(dependent) && pairs(set, &differ));
        functional.extend(found.into_iter().map(|set| (set, dependent)));
    }
    functional.sort();
    (functional, minimal(|set| pairs(set, &|_, _| true)))
}

fn pairs(found: &Dependencies) -> Vec<(ColumnSet, usize)> {
    let functional = found.functional.iter();
    functional
        .map(|d| (d.determinant.clone(), d.dependent))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn exactly_what_holds_is_found(rows in rows(), threads in 1_usize..3) {
        let table = table(&rows);
        for nulls in [Nulls::Equal, Nulls::Different] {
            let options = Options { nulls, threads, ..Options::default() };
            let found = discover(&table, &options).expect("few columns");
            let (functional, unique) = by_definition(&rows, nulls);
            prop_assert_eq!(pairs(&found), functional);
            prop_assert_eq!(&found.unique, &unique);
            prop_assert!(found.unsearched.is_nothing());
        }
    }

    #[test]
    fn a_bound_on_size_leaves_out_the_larger_only(rows in rows(), largest in 0..WIDTH) {
        let table = table(&rows);
        let all = discover(&table, &Options::default()).expect("few columns");
        let options = Options { largest: Some(largest), ..Options::default() };
        let found = discover(&table, &options).expect("few columns");
        let mut expected = pairs(&all);
        expected.retain(|(set, _)| set.len() <= largest);
        prop_assert_eq!(pairs(&found), expected);
        prop_assert_eq!(found.unsearched.beyond, Some(largest));
        prop_assert!(found.unsearched.finished());
    }

    /// Stopped anywhere, what was found is right, and what was not is named.
    #[test]
    fn stopped_early_it_says_what_is_open(rows in rows(), after in 0_usize..60) {
        let table = table(&rows);
        let all = discover(&table, &Options::default()).expect("few columns");
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= after;
        let options = Options { threads: 1, budget: Budget::until(&stop), ..Options::default() };
        let found = discover(&table, &options).expect("few columns");
        let open = &found.unsearched;
        for (set, dependent) in pairs(&found) {
            prop_assert!(pairs(&all).contains(&(set, dependent)));
        }
        for (set, dependent) in pairs(&all) {
            let named = open.dependents.iter().any(|(d, _)| *d == dependent);
            prop_assert!(named || pairs(&found).contains(&(set, dependent)));
        }
        for set in &all.unique {
            prop_assert!(open.unique.is_some() || found.unique.contains(set));
        }
        prop_assert!(found.unique.iter().all(|set| all.unique.contains(set)));
    }
}

#[test]
fn wide_tables_are_searched_too() {
    // Column n is the row number divided by n + 1: 130 columns, more than two words.
    let mut builder = TableBuilder::new(130);
    for row in 0..200_usize {
        let cells: Vec<String> = (0..130).map(|c| (row / (c + 1)).to_string()).collect();
        builder
            .push(cells.iter().map(|c| Some(c.as_bytes())))
            .expect("a small table");
    }
    let options = Options {
        largest: Some(1),
        ..Options::default()
    };
    let found = discover(&builder.finish(), &options).expect("few columns");
    assert!(found.unique.contains(&ColumnSet::single(0)));
    // A column determines those whose divisor is a multiple of its own.
    for d in found.functional {
        let from = d.determinant.iter().next().expect("no constant column") + 1;
        let to = d.dependent + 1;
        assert!(to % from == 0, "{from} -> {to}");
    }
}
