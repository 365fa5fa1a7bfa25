//! The same dependencies as another implementation finds: desbordante 2.5.0 (HyFD), whose answers
//! `bench/find-dependencies --golden` wrote beside the data. It takes two missing values for equal.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};

use pgwright_normalize::discovery::{Options, discover};
use pgwright_profile::sheet::SheetReader;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/profile/dependencies")
}

/// Dependencies as the golden files write them, in the order of those.
fn found(path: &Path) -> Vec<String> {
    let bytes = fs::read(path).unwrap();
    let mut reader = SheetReader::new("t", &bytes, true, None);
    reader.feed(&bytes).unwrap();
    let sheet = reader.finish();
    assert!(sheet.set_aside.is_empty());
    let found = discover(&sheet.table, &Options::default()).unwrap();
    assert!(found.unsearched.is_nothing());
    let mut dependencies: Vec<(usize, Vec<usize>)> = found
        .functional
        .into_iter()
        .map(|d| (d.dependent, d.determinant.iter().collect()))
        .collect();
    dependencies.sort_by_key(|(dependent, left)| (*dependent, left.len(), left.clone()));
    dependencies
        .into_iter()
        .map(|(dependent, left)| {
            let left: Vec<String> = left.iter().map(ToString::to_string).collect();
            format!("{} > {dependent}", left.join(","))
        })
        .collect()
}

#[test]
fn the_same_dependencies_as_the_reference() {
    let mut compared = 0;
    let mut paths: Vec<PathBuf> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "csv"))
        .collect();
    paths.sort();
    for path in paths {
        let expected = fs::read_to_string(path.with_extension("txt")).unwrap();
        let expected: Vec<&str> = expected.lines().collect();
        assert_eq!(found(&path), expected, "{}", path.display());
        compared += 1;
    }
    assert!(compared >= 10, "only {compared} compared");
}
