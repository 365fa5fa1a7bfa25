//! Golden files: what the writer makes of a catalog with every kind of object, and of the changes of
//! a database in use. `UPDATE_GOLDEN=1 cargo test -p pgwright-migrate --test golden` rewrites them.

#![allow(clippy::unwrap_used)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use pgwright_catalog::Catalog;
use pgwright_migrate::{Layout, MigrationName, PlanOptions, migration_files, plan, schema_files};

fn folder(area: &str, case: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../testdata")
        .join(area)
        .join(case)
}

/// Compares files with those of a golden folder, or writes them when asked to.
fn check(area: &str, case: &str, files: &[(String, String)]) {
    let folder = folder(area, case);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let _ = fs::remove_dir_all(&folder);
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }
    let mut expected = BTreeMap::new();
    collect(&folder, &folder, &mut expected);
    let actual: BTreeMap<_, _> = files.iter().cloned().collect();
    assert_eq!(
        actual.keys().collect::<Vec<_>>(),
        expected.keys().collect::<Vec<_>>(),
        "files of {}",
        folder.display()
    );
    for (path, text) in &actual {
        assert_eq!(text, &expected[path], "{}", folder.join(path).display());
    }
}

fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else {
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            files.insert(name, fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn schema_files_of_every_object_kind() {
    for target in [14, 18] {
        let catalog = common::rich(target);
        let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(target)).unwrap();
        let mut files = schema_files(&plan);
        let down: Vec<_> = plan.down.iter().map(|s| s.sql.as_str()).collect();
        files.push(("down.sql".to_owned(), down.join("\n") + "\n"));
        check("write", &format!("every-object-kind-on-{target}"), &files);
    }
}

#[test]
fn migrations_of_a_table_in_use_in_every_layout() {
    let (from, to) = common::in_use();
    let plan = plan(&from, &to, &PlanOptions::new(18)).unwrap();
    for layout in Layout::ALL {
        let name = MigrationName::new(7, "add_invoices");
        let files = migration_files(&plan, layout, &name);
        check("migrate/add-to-a-database-in-use", layout.name(), &files);
    }
}
