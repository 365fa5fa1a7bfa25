//! Plans run on real servers: up, down until nothing is left, up again.

#![allow(clippy::unwrap_used)]

mod common;

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, Step, plan, schema_files};
use pgwright_server::postgres::Client;
use pgwright_server::{Options, Sandbox, discover};

/// Runs a test on every server version found.
fn on_every_server(test: impl Fn(u32, &Sandbox)) {
    let found = discover(None).unwrap_or_default();
    if found.is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
    }
    for installation in found.iter().filter(|i| i.is_supported()) {
        let sandbox = Sandbox::start(installation, &Options::default()).unwrap();
        test(installation.major, &sandbox);
    }
}

fn run(client: &mut Client, steps: &[Step]) {
    for step in steps {
        if let Err(error) = client.batch_execute(&step.sql) {
            panic!("{}\n{error:?}", step.sql);
        }
    }
}

/// Everything in the database and in the cluster's roles that a new cluster does not have.
fn left_over(client: &mut Client) -> Vec<String> {
    let sql = "
        SELECT 'relation ' || oid::regclass::text FROM pg_class WHERE oid >= 16384 AND relkind <> 't' AND relkind <> 'i'
        UNION ALL SELECT 'type ' || oid::regtype::text FROM pg_type WHERE oid >= 16384
        UNION ALL SELECT 'routine ' || oid::regprocedure::text FROM pg_proc WHERE oid >= 16384
        UNION ALL SELECT 'schema ' || nspname FROM pg_namespace WHERE oid >= 16384
        UNION ALL SELECT 'extension ' || extname FROM pg_extension WHERE extname <> 'plpgsql'
        UNION ALL SELECT 'role ' || rolname FROM pg_roles WHERE oid >= 16384
        UNION ALL SELECT 'default privileges of ' || defaclrole::regrole::text FROM pg_default_acl
        UNION ALL SELECT 'comment on public' FROM pg_namespace
            WHERE nspname = 'public' AND obj_description(oid) <> 'standard public schema'
        UNION ALL SELECT 'privileges on public' FROM pg_namespace
            WHERE nspname = 'public' AND NOT has_schema_privilege('public', 'public', 'USAGE')";
    client
        .query(sql, &[])
        .unwrap()
        .iter()
        .map(|row| row.get(0))
        .collect()
}

#[test]
fn up_and_down_and_up_again_leave_nothing_behind() {
    on_every_server(|major, sandbox| {
        let catalog = common::rich(major);
        let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(major)).unwrap();
        sandbox.create_database("there_and_back").unwrap();
        let mut client = sandbox.connect("there_and_back").unwrap();
        for _ in 0..2 {
            run(&mut client, &plan.up);
            assert!(!left_over(&mut client).is_empty());
            run(&mut client, &plan.down);
            assert_eq!(
                left_over(&mut client),
                Vec::<String>::new(),
                "PostgreSQL {major}"
            );
        }
    });
}

#[test]
fn schema_files_run_in_the_order_of_their_names() {
    on_every_server(|major, sandbox| {
        let catalog = common::rich(major);
        let plan = plan(&Catalog::empty(), &catalog, &PlanOptions::new(major)).unwrap();
        sandbox.create_database("files").unwrap();
        let mut client = sandbox.connect("files").unwrap();
        let mut files = schema_files(&plan);
        files.sort();
        for (name, text) in files {
            if let Err(error) = client.batch_execute(&text) {
                panic!("{name}: {error:?}");
            }
        }
    });
}

#[test]
fn a_plan_back_to_nothing_is_the_inverse() {
    let catalog = common::rich(18);
    let options = PlanOptions::new(18);
    let there = plan(&Catalog::empty(), &catalog, &options).unwrap();
    let back = plan(&catalog, &Catalog::empty(), &options).unwrap();
    let sql = |steps: &[Step]| steps.iter().map(|s| s.sql.clone()).collect::<Vec<_>>();
    assert_eq!(sql(&there.down), sql(&back.up));
    assert_eq!(sql(&there.up), sql(&back.down));
    assert!(plan(&catalog, &catalog, &options).unwrap().is_empty());
}
