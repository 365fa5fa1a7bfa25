//! Servers are installed once, into a directory of pgwright's own.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use pgwright_server::install::install_into;
use pgwright_server::{Source, discover, install};

#[test]
fn what_is_installed_is_found_and_left_alone() {
    let found = discover(None).unwrap();
    let installed: Vec<_> = found
        .iter()
        .filter(|i| i.source == Source::Installed)
        .collect();
    if installed.is_empty() {
        eprintln!("skipped: nothing is installed");
    }
    for installation in installed {
        let again = install(installation.major, &mut |text| panic!("{text}")).unwrap();
        assert_eq!(&again, installation);
    }
}

/// Fetches 60 MB: run with `--ignored`.
#[test]
#[ignore = "uses the network"]
fn a_server_is_brought_and_runs() {
    let directory = std::env::temp_dir().join(format!("pgwright-install-{}", std::process::id()));
    let installation = install_into(&directory, 17, &mut |text| eprintln!("{text}")).unwrap();
    assert_eq!(installation.major, 17);
    #[cfg(unix)]
    {
        use pgwright_server::{Options, Sandbox};
        let sandbox = Sandbox::start(&installation, &Options::default()).unwrap();
        // Contrib comes along.
        let sql = "CREATE EXTENSION pg_trgm; CREATE EXTENSION btree_gist";
        sandbox
            .connect("postgres")
            .unwrap()
            .batch_execute(sql)
            .unwrap();
    }
    std::fs::remove_dir_all(&directory).unwrap();
}
