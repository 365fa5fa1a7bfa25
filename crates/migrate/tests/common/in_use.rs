//! A database in use, and the same with a feature added.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::*;

use super::{grants, q, some};

/// A small database in use, and the same with a feature: a new table, a new column, a key, a check,
/// a foreign key, an index, comments and privileges on what was there.
pub fn in_use() -> (Catalog, Catalog) {
    let mut from = Catalog::empty();
    from.schemas.insert("app".into(), Schema::default());
    from.roles.insert("app_read".into(), Role::default());
    let accounts = Table {
        columns: vec![
            Column::new("id", "bigint").not_null(),
            Column::new("name", "text").not_null(),
        ],
        constraints: BTreeMap::from([("accounts_pkey".into(), Constraint::primary_key(["id"]))]),
        comment: some("Accounts."),
        grants: grants("app_read", [Privilege::Select, Privilege::Insert]),
        ..Table::default()
    };
    from.tables.insert(q("app.accounts"), accounts);

    let mut to = from.clone();
    let accounts = to.tables.get_mut(&q("app.accounts")).unwrap();
    accounts
        .columns
        .push(Column::new("plan", "text").not_null().default("'free'"));
    accounts
        .columns
        .push(Column::new("token", "uuid").default("gen_random_uuid()"));
    accounts.columns.push(Column::new("parent_id", "bigint"));
    accounts
        .constraints
        .insert("accounts_name_key".into(), Constraint::unique(["name"]));
    accounts.constraints.insert(
        "accounts_plan_check".into(),
        Constraint::check("plan <> ''"),
    );
    accounts.constraints.insert(
        "accounts_parent_fkey".into(),
        Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
            ["parent_id"],
            q("app.accounts"),
            ["id"],
        ))),
    );
    accounts.indexes.insert(
        "accounts_parent".into(),
        Index {
            comment: some("Children of an account."),
            ..Index::btree(["parent_id"])
        },
    );
    accounts.comment = some("Accounts, and the accounts under them.");
    accounts.grants = grants("app_read", [Privilege::Select]);
    accounts.row_security = true;
    accounts.policies.insert(
        "accounts_all".into(),
        Policy {
            command: PolicyCommand::Select,
            permissive: true,
            roles: BTreeSet::new(),
            using: Some(Expression::new("true")),
            with_check: None,
            comment: None,
        },
    );
    let mut invoices = Table {
        columns: vec![
            Column::new("id", "bigint").not_null(),
            Column::new("account_id", "bigint").not_null(),
        ],
        constraints: BTreeMap::from([
            ("invoices_pkey".into(), Constraint::primary_key(["id"])),
            (
                "invoices_account_fkey".into(),
                Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
                    ["account_id"],
                    q("app.accounts"),
                    ["id"],
                ))),
            ),
        ]),
        indexes: BTreeMap::from([("invoices_account".into(), Index::btree(["account_id"]))]),
        ..Table::default()
    };
    invoices.grants = grants("app_read", [Privilege::Select]);
    to.tables.insert(q("app.invoices"), invoices);
    to.routines.insert(
        RoutineSignature::new(q("app.touch"), Vec::<String>::new()),
        Routine::trigger_function("BEGIN\n    RETURN NEW;\nEND"),
    );
    let touch = Trigger::row(
        TriggerTiming::Before,
        [TriggerEvent::Update],
        q("app.touch"),
    );
    to.tables
        .get_mut(&q("app.accounts"))
        .unwrap()
        .triggers
        .insert("touch".into(), touch);
    (from, to)
}
