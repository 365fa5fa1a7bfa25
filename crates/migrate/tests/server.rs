//! Plans run on real servers: up, down until nothing is left, up again.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, Step, difference, plan, schema_files};
use pgwright_server::installation::PG_BIN_VARIABLE;
use pgwright_server::postgres::Client;
use pgwright_server::{Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog};

/// Runs a test on every server version found.
fn on_every_server(test: impl Fn(u32, &Sandbox)) {
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    if found.is_empty() {
        eprintln!("skipped: no PostgreSQL server found");
    }
    for installation in found.iter().filter(|i| i.is_supported()) {
        eprintln!("on PostgreSQL {}", installation.version);
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
    let at_once = PlanOptions {
        keep_aside: false,
        ..options.clone()
    };
    let back = plan(&catalog, &Catalog::empty(), &at_once).unwrap();
    // What goes last of all may stand in another order.
    let sql = |steps: &[Step]| {
        let mut sql: Vec<_> = steps.iter().map(|s| s.sql.clone()).collect();
        sql.sort();
        sql
    };
    assert_eq!(sql(&there.down), sql(&back.up));
    assert_eq!(sql(&there.up), sql(&back.down));
    assert!(plan(&catalog, &catalog, &options).unwrap().is_empty());
}

fn read(client: &mut Client) -> Catalog {
    let roles = client
        .query("SELECT rolname FROM pg_roles WHERE oid >= 16384", &[])
        .unwrap();
    let roles = roles.iter().map(|r| r.get::<_, String>(0).into()).collect();
    let user: String = client
        .query_one("SELECT current_user::text", &[])
        .unwrap()
        .get(0);
    let options = ReadOptions {
        roles: RoleSelection::Named(roles),
        implied_owner: Some(user.into()),
    };
    let reading = read_catalog(client, &options).unwrap();
    assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
    reading.catalog
}

fn assert_same(left: &Catalog, right: &Catalog, normalise: &dyn Fn(&str) -> String) {
    let found = difference(left, right, normalise);
    let lines: Vec<_> = found.iter().map(ToString::to_string).collect();
    assert!(lines.is_empty(), "{}", lines.join("\n"));
}

#[test]
fn what_is_written_is_read_back_and_written_again() {
    on_every_server(|major, sandbox| {
        let catalog = common::rich(major);
        let options = PlanOptions::new(major);
        sandbox.create_database("first").unwrap();
        let mut client = sandbox.connect("first").unwrap();
        run(
            &mut client,
            &plan(&Catalog::empty(), &catalog, &options).unwrap().up,
        );
        let first = read(&mut client);
        // The server spells expressions its own way, so only what is not SQL is compared here.
        assert_same(&catalog, &first, &|_| String::new());

        // Read, written and read again, even the spelling is the same.
        let again = plan(&Catalog::empty(), &first, &options).unwrap();
        sandbox.create_database("second").unwrap();
        let mut client = sandbox.connect("second").unwrap();
        run(&mut client, &again.up);
        let second = read(&mut client);
        assert_same(&first, &second, &str::to_owned);
        assert!(plan(&first, &second, &options).unwrap().is_empty());
    });
}

#[test]
fn a_feature_is_added_to_a_database_in_use_and_taken_away() {
    on_every_server(|major, sandbox| {
        let (from, to) = common::in_use();
        let options = PlanOptions::new(major);
        sandbox.create_database("in_use").unwrap();
        let mut client = sandbox.connect("in_use").unwrap();
        run(
            &mut client,
            &plan(&Catalog::empty(), &from, &options).unwrap().up,
        );
        let before = read(&mut client);
        let feature = plan(&from, &to, &options).unwrap();
        for _ in 0..2 {
            run(&mut client, &feature.up);
            assert_same(&to, &read(&mut client), &|_| String::new());
            run(&mut client, &feature.down);
            assert_same(&before, &read(&mut client), &str::to_owned);
        }
    });
}
