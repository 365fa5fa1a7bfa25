//! A real schema of more than a thousand tables, changed in some forty ways at once.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{case, planner, run_cases};

/// `testdata/large-change` over the largest schema of `../shared/corpus`: judged as the small cases are.
/// Takes minutes, so it runs only where `PGWRIGHT_CHANGE_LARGE` is set.
#[test]
fn a_large_schema_changes() {
    if std::env::var_os("PGWRIGHT_CHANGE_LARGE").is_none() || !planner::exists() {
        return eprintln!("skipped: PGWRIGHT_CHANGE_LARGE is not set");
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let dump = root.join("../shared/corpus/gitlab/dump.sql");
    let Ok(dump) = fs::read_to_string(&dump) else {
        return eprintln!("skipped: no {}", dump.display());
    };
    let changes = root.join("testdata/large-change");
    let folder = Folder::new();
    let before = dump + &fs::read_to_string(changes.join("before.sql")).unwrap();
    let after = fs::read_to_string(changes.join("changes.sql")).unwrap();
    fs::write(folder.0.join("b.sql"), format!("{before}\n{after}")).unwrap();
    fs::write(folder.0.join("a.sql"), before).unwrap();
    for file in ["arguments", "roles"] {
        fs::copy(changes.join(file), folder.0.join(file)).unwrap();
    }
    let case = case::read("large/change".to_owned(), folder.0.clone());
    run_cases("change", &[case], |databases, case, report| {
        crate::judge::judge(databases, case, &planner::Binary::new(databases), report);
    });
}

/// A folder that is removed in the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        let folder = format!("pgwright-large-change-{}", std::process::id());
        let folder = std::env::temp_dir().join(folder);
        fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
