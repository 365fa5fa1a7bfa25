//! What a plan says of its steps, and what it refuses.

#![allow(clippy::unwrap_used)]

mod common;

use common::q;
use pgwright_catalog::write::WriteError;
use pgwright_catalog::*;
use pgwright_migrate::{Hazard, LockLevel, PlanError, PlanOptions, Transaction, difference, plan};

fn options() -> PlanOptions {
    PlanOptions::new(18)
}

#[test]
fn what_is_created_in_an_empty_database_has_neither_locks_nor_hazards() {
    let plan = plan(&Catalog::empty(), &common::rich(18), &options()).unwrap();
    for step in &plan.up {
        assert!(
            step.locks.is_empty() && step.hazards.is_empty(),
            "{}",
            step.sql
        );
        assert_eq!(step.transaction, Transaction::Shared, "{}", step.sql);
    }
}

#[test]
fn tables_in_use_are_changed_with_short_locks() {
    let (from, to) = common::in_use();
    let plan = plan(&from, &to, &options()).unwrap();
    let step = |text: &str| plan.up.iter().find(|s| s.sql.contains(text)).unwrap();

    let index = step("CREATE INDEX CONCURRENTLY accounts_parent");
    assert_eq!(index.transaction, Transaction::Outside);
    assert_eq!(index.locks[0].level, LockLevel::ShareUpdateExclusive);

    let key = step("ADD CONSTRAINT accounts_parent_fkey");
    assert!(key.sql.contains("NOT VALID"));
    let validate = step("VALIDATE CONSTRAINT accounts_parent_fkey");
    assert_eq!(validate.transaction, Transaction::Own);

    assert!(
        step("ADD COLUMN plan").hazards.is_empty(),
        "a constant default rewrites nothing"
    );
    assert!(
        step("ADD COLUMN token").hazards.is_empty(),
        "a computed default is not said with the column, so that nothing is written anew"
    );
    let fill = step("SET token =");
    assert_eq!(fill.transaction, Transaction::Outside);
    assert_eq!(fill.locks[0].level, LockLevel::RowExclusive);
    assert_eq!(step("REVOKE INSERT").hazards, [Hazard::RevokesPrivileges]);
    let drop = plan
        .down
        .iter()
        .find(|s| s.sql.contains("DROP COLUMN plan"))
        .unwrap();
    assert_eq!(drop.hazards, [Hazard::LosesData]);
}

#[test]
fn a_change_of_type_is_planned_with_its_dangers() {
    let (from, mut to) = common::in_use();
    let table = to.tables.get_mut(&q("app.accounts")).unwrap();
    table.column_mut("name").unwrap().data_type = "integer".to_owned();
    let plan = plan(&from, &to, &options()).unwrap();
    let step = plan
        .up
        .iter()
        .find(|s| s.sql.contains("TYPE integer USING name::integer"))
        .unwrap();
    assert_eq!(step.hazards, [Hazard::RewritesTable, Hazard::DependsOnRows]);
    assert_eq!(step.rewrites, [q("app.accounts")]);
    assert_eq!(step.locks[0].level, LockLevel::AccessExclusive);
}

#[test]
fn a_column_between_others_is_appended_and_told() {
    let (from, mut to) = common::in_use();
    let table = to.tables.get_mut(&q("app.accounts")).unwrap();
    table.columns.insert(0, Column::new("first", "integer"));
    let plan = plan(&from, &to, &options()).unwrap();
    let told = plan.notes.iter().find(|n| n.starts_with("app.accounts: "));
    assert!(told.unwrap().contains("id, name, first, plan"), "{told:?}");
}

#[test]
fn what_the_target_cannot_hold_is_named_with_the_version_it_needs() {
    let error = plan(&Catalog::empty(), &common::rich(18), &PlanOptions::new(16)).unwrap_err();
    let PlanError::Write(WriteError::TooNew { since, target, .. }) = &error else {
        panic!("{error}");
    };
    assert!(*since > 16 && *target == 16, "{error}");
}

#[test]
fn a_schema_that_nobody_creates_is_missing() {
    let mut catalog = Catalog::empty();
    catalog.tables.insert(q("nowhere.t"), Table::default());
    let error = plan(&Catalog::empty(), &catalog, &options()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "table nowhere.t needs schema nowhere, which the catalog does not hold"
    );
}

#[test]
fn functions_that_need_each_other_are_made_without_a_look_at_their_bodies() {
    let mut catalog = Catalog::empty();
    catalog.schemas.insert("s".into(), Schema::default());
    for (name, other) in [("a", "b"), ("b", "a")] {
        let body = format!("SELECT s.{other}()");
        let function = Routine::function("sql", "bigint", body);
        catalog
            .routines
            .insert(function.signature(QualifiedName::new("s", name)), function);
    }
    let plan = plan(&Catalog::empty(), &catalog, &options()).unwrap();
    let first = plan.up.iter().position(|s| s.sql.contains("FUNCTION"));
    let before = &plan.up[first.unwrap() - 1].sql;
    assert_eq!(before, "SET check_function_bodies = off;");
}

#[test]
fn functions_whose_bodies_are_parsed_get_an_outline_first() {
    let mut catalog = Catalog::empty();
    catalog.schemas.insert("s".into(), Schema::default());
    for (name, other) in [("a", "b"), ("b", "a")] {
        let mut function = Routine::function("sql", "bigint", "");
        function.body = RoutineBody::Sql(format!("RETURN s.{other}()"));
        catalog
            .routines
            .insert(function.signature(QualifiedName::new("s", name)), function);
    }
    let plan = plan(&Catalog::empty(), &catalog, &options()).unwrap();
    let replaced = plan.up.iter().filter(|s| s.sql.contains("OR REPLACE"));
    assert!(replaced.count() >= 1);
}

#[test]
fn new_objects_do_not_keep_the_default_privileges_of_a_database() {
    let (mut from, mut to) = common::in_use();
    for catalog in [&mut from, &mut to] {
        catalog.roles.insert("app_write".into(), Role::default());
        catalog.default_privileges.insert(DefaultPrivileges {
            owner: "somebody".into(),
            schema: Some("app".into()),
            target: PrivilegeTarget::Tables,
            grant: Grant::to("app_write", Privilege::Delete),
            revoked: false,
        });
    }
    let plan = plan(&from, &to, &options()).unwrap();
    let revoke = "REVOKE DELETE ON TABLE app.invoices FROM app_write;";
    assert!(plan.up.iter().any(|s| s.sql == revoke));
}

#[test]
fn a_difference_says_what_is_where() {
    let (left, mut right) = common::in_use();
    let table = right.tables.get_mut(&q("app.accounts")).unwrap();
    table.column_mut("name").unwrap().not_null = false;
    let lines: Vec<_> = difference(&left, &right, &str::to_owned)
        .iter()
        .map(ToString::to_string)
        .collect();
    for line in [
        "column app.accounts.name: NOT NULL is true on the left and false on the right",
        "table app.invoices: presence is nothing on the left and there on the right",
        "table app.accounts: comment is Accounts. on the left and \
         Accounts, and the accounts under them. on the right",
        "table app.accounts: privileges is INSERT to app_read on the left and nothing on the right",
    ] {
        assert!(
            lines.iter().any(|l| l == line),
            "{line} is not in\n{}",
            lines.join("\n")
        );
    }
}

#[test]
fn a_difference_leaves_open_what_the_left_leaves_open() {
    let (left, _) = common::in_use();
    let mut right = left.clone();
    let table = right.tables.get_mut(&q("app.accounts")).unwrap();
    table.owner = Some("somebody".into());
    table.column_mut("id").unwrap().storage = Some("PLAIN".to_owned());
    right.roles.insert("postgres".into(), Role::default());
    right
        .extensions
        .insert("plpgsql".into(), Extension::default());
    assert!(difference(&left, &right, &str::to_owned).is_empty());
    assert!(!difference(&right, &left, &str::to_owned).is_empty());
}
