//! Real schemas load into a sandbox and are read, object for object.
//!
//! They lie outside the project; without them the test is skipped with a message.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::collections::BTreeMap;
use std::path::PathBuf;

use pgwright_catalog::{Catalog, ConstraintKind, TypeKind};
use pgwright_server::{Options, ReadOptions, Sandbox, read_catalog};

/// Too large for every run; `PGWRIGHT_TEST_CORPUS=gitlab` asks for it.
const LARGE: &str = "gitlab";

fn corpus() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus");
    root.is_dir().then_some(root)
}

/// What a dump needs and does not create: roles are the cluster's.
fn roles_of(sql: &str) -> Vec<String> {
    let mut roles: Vec<String> = Vec::new();
    for line in sql.lines() {
        let named = line
            .strip_prefix("GRANT ")
            .or_else(|| line.strip_prefix("CREATE POLICY "))
            .or_else(|| line.strip_prefix("ALTER "))
            .filter(|line| !line.contains('$'));
        for part in named.into_iter().flat_map(|line| {
            let owner = line.split(" OWNER TO ").skip(1);
            let policy = line.split(" TO ").skip(1);
            owner
                .chain(policy)
                .flat_map(|rest| rest.split(['(', ';', ' ']))
                .take(1)
                .collect::<Vec<_>>()
        }) {
            let role = part.trim_matches(',').to_owned();
            if !role.is_empty() && role != "PUBLIC" && !roles.contains(&role) {
                roles.push(role);
            }
        }
    }
    roles
}

fn count(catalog: &Catalog) -> BTreeMap<&'static str, usize> {
    let tables = catalog.tables.values();
    let constraints = || {
        catalog
            .tables
            .values()
            .flat_map(|table| table.constraints.values())
    };
    let kind =
        |wanted: fn(&ConstraintKind) -> bool| constraints().filter(|c| wanted(&c.kind)).count();
    let types =
        |wanted: fn(&TypeKind) -> bool| catalog.types.values().filter(|t| wanted(&t.kind)).count();
    BTreeMap::from([
        ("tables", tables.len()),
        ("views", catalog.views.len()),
        ("matv", catalog.materialized_views.len()),
        ("enums", types(|kind| matches!(kind, TypeKind::Enum(_)))),
        (
            "domains",
            types(|kind| matches!(kind, TypeKind::Domain { .. })),
        ),
        (
            "policies",
            catalog
                .tables
                .values()
                .map(|table| table.policies.len())
                .sum(),
        ),
        (
            "excl",
            kind(|kind| matches!(kind, ConstraintKind::Exclusion { .. })),
        ),
        (
            "parts",
            catalog
                .tables
                .values()
                .filter(|table| table.partition_of.is_some())
                .count(),
        ),
        (
            "parted",
            catalog
                .tables
                .values()
                .filter(|table| table.partition_by.is_some())
                .count(),
        ),
        (
            "inherits",
            catalog
                .tables
                .values()
                .map(|table| table.inherits.len())
                .sum(),
        ),
        // The functions that make ranges and multiranges come with the type.
        (
            "funcs",
            catalog.routines.len()
                + catalog.aggregates.len()
                + 5 * types(|kind| matches!(kind, TypeKind::Range { .. })),
        ),
        (
            "seqs",
            catalog.sequences.len()
                + catalog
                    .tables
                    .values()
                    .flat_map(|table| &table.columns)
                    .filter(|column| column.identity.is_some())
                    .count(),
        ),
        (
            "trigs",
            catalog
                .tables
                .values()
                .map(|table| table.triggers.len())
                .chain(catalog.views.values().map(|view| view.triggers.len()))
                .sum(),
        ),
        (
            "gencols",
            catalog
                .tables
                .values()
                .flat_map(|table| &table.columns)
                .filter(|column| column.generated.is_some())
                .count(),
        ),
    ])
}

#[test]
fn real_schemas_are_read_object_for_object() {
    let Some(root) = corpus() else {
        return eprintln!("skipped: no corpus beside the project");
    };
    let counts = std::fs::read_to_string(root.join("COUNTS.tsv")).unwrap();
    let mut lines = counts
        .lines()
        .map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap();
    // The dumps are of 18.
    let Some(server) = common::servers()
        .into_iter()
        .find(|server| server.major >= 18)
    else {
        return eprintln!("skipped: no PostgreSQL 18");
    };
    let asked = std::env::var("PGWRIGHT_TEST_CORPUS").ok();
    for expected in lines {
        let schema = expected[0];
        let wanted = asked
            .as_deref()
            .map_or(schema != LARGE, |asked| asked == schema);
        let Ok(sql) = std::fs::read_to_string(root.join(schema).join("dump.sql")) else {
            continue;
        };
        if !wanted {
            continue;
        }
        let sandbox = Sandbox::start(&server, &Options::default()).unwrap();
        let mut client = sandbox.connect("postgres").unwrap();
        for role in roles_of(&sql) {
            let _ = client.batch_execute(&format!("CREATE ROLE {role}"));
        }
        if let Err(error) = client.batch_execute(&sql) {
            let text = pgwright_server::script::describe(&error);
            assert!(text.contains("is not available"), "{schema}: {text}");
            eprintln!("{schema} skipped: {text}");
            continue;
        }
        let reading = read_catalog(&mut client, &ReadOptions::default()).unwrap();
        // Whatever these databases have, a catalog has a place for, but for privileges within extensions.
        let warnings: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
        let known = |text: &String| text.starts_with("extension ");
        assert!(warnings.iter().all(known), "{schema}: {warnings:#?}");
        eprintln!("{schema}");
        for (kind, found) in count(&reading.catalog) {
            let place = header.iter().position(|column| *column == kind).unwrap();
            assert_eq!(found.to_string(), expected[place], "{schema}: {kind}");
        }
    }
}
