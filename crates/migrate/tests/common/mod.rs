//! Hand-made catalogs: one with every kind of object, and a database in use.

#![allow(dead_code, clippy::unwrap_used)]

mod in_use;

use std::collections::{BTreeMap, BTreeSet};

#[allow(unused_imports)]
pub use in_use::in_use;
use pgwright_catalog::*;

pub fn q(name: &str) -> QualifiedName {
    let (schema, name) = name.split_once('.').unwrap();
    QualifiedName::new(schema, name)
}

fn names<const N: usize>(names: [&str; N]) -> Vec<Name> {
    names.into_iter().map(Name::from).collect()
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn grants<const N: usize>(role: &str, privileges: [Privilege; N]) -> BTreeSet<Grant> {
    privileges.into_iter().map(|p| Grant::to(role, p)).collect()
}

/// Every kind of object that the catalog holds, with names that need quoting, circular foreign keys,
/// functions that tables need and functions that need tables.
pub fn rich(target: u32) -> Catalog {
    let mut c = Catalog::empty();
    roles_and_schemas(&mut c);
    types(&mut c);
    tables(&mut c, target);
    partitions(&mut c);
    routines(&mut c);
    views(&mut c, target);
    privileges(&mut c, target);
    c
}

fn roles_and_schemas(c: &mut Catalog) {
    for (name, comment) in [
        ("rich_owner", "Owns the schema."),
        ("rich_app", "It's the application."),
    ] {
        c.roles.insert(
            name.into(),
            Role {
                comment: some(comment),
                ..Role::default()
            },
        );
    }
    c.roles.insert(
        "rich_read".into(),
        Role {
            member_of: BTreeSet::from(["rich_app".into()]),
            ..Role::default()
        },
    );
    c.schemas.insert(
        "shop".into(),
        Schema {
            owner: Some("rich_owner".into()),
            comment: some("Orders and what they need."),
            grants: grants("rich_app", [Privilege::Usage]),
        },
    );
    c.schemas.insert("Odd Schema".into(), Schema::default());
    c.schemas.insert(
        "public".into(),
        Schema {
            comment: some("Nothing of ours."),
            ..Schema::default()
        },
    );
    c.extensions.insert(
        "btree_gist".into(),
        Extension {
            schema: Some("shop".into()),
            ..Extension::default()
        },
    );
    c.extensions.insert("pg_trgm".into(), Extension::default());
}

fn types(c: &mut Catalog) {
    let mut state = Type::new(TypeKind::Enum(vec![
        "draft".into(),
        "it's".into(),
        "done".into(),
    ]));
    state.comment = some("States of an order. They never change.");
    state.owner = Some("rich_owner".into());
    c.types.insert(q("shop.state"), state);
    let mut email = Type::new(TypeKind::Domain {
        base: "text".into(),
        collation: None,
        default: Some(Expression::new("'nobody@example.com'::text")),
        not_null: true,
        not_null_name: None,
        checks: BTreeMap::from([
            ("email_at".into(), DomainCheck::new("VALUE LIKE '%@%'")),
            (
                "email_plausible".into(),
                DomainCheck::new("shop.plausible(VALUE)"),
            ),
            (
                "email_short".into(),
                DomainCheck {
                    validated: false,
                    ..DomainCheck::new("length(VALUE) < 300")
                },
            ),
        ]),
    });
    email.comment = some("An address.");
    email.grants = grants("rich_app", [Privilege::Usage]);
    c.types.insert(q("shop.email"), email);
    c.types.insert(
        q("shop.money_of"),
        Type::new(TypeKind::Composite(vec![
            CompositeAttribute {
                name: "amount".into(),
                data_type: "numeric(12,2)".into(),
                collation: None,
                comment: some("How much."),
            },
            CompositeAttribute {
                name: "currency code".into(),
                data_type: "character(3)".into(),
                collation: Some(QualifiedName::new("pg_catalog", "C")),
                comment: None,
            },
        ])),
    );
    c.types.insert(
        q("shop.time_range"),
        Type::new(TypeKind::Range {
            subtype: "time without time zone".into(),
            subtype_operator_class: None,
            collation: None,
            canonical: None,
            subtype_diff: Some(q("shop.time_difference")),
            multirange: Some("time_ranges".into()),
        }),
    );
    c.sequences.insert(
        q("shop.number"),
        Sequence {
            data_type: "integer".into(),
            options: SequenceOptions {
                start: Some(1000),
                increment: Some(10),
                minimum: Some(10),
                cycle: true,
                cache: Some(5),
                maximum: None,
            },
            owned_by: Some((q("shop.order"), "number".into())),
            unlogged: false,
            owner: None,
            comment: some("Numbers."),
            grants: grants("rich_app", [Privilege::Usage, Privilege::Select]),
        },
    );
}

fn tables(c: &mut Catalog, target: u32) {
    let customers = Table {
        columns: vec![
            Column {
                identity: Some(Identity {
                    always: true,
                    sequence: SequenceOptions {
                        start: Some(100),
                        ..SequenceOptions::default()
                    },
                    ..Identity::default()
                }),
                ..Column::new("id", "bigint").not_null()
            },
            Column::new("email", "shop.email").comment("Where to write to; it's unique."),
            Column {
                statistics: Some(500),
                storage: some("EXTERNAL"),
                collation: Some(QualifiedName::new("pg_catalog", "C")),
                ..Column::new("name", "text").not_null()
            },
            Column {
                generated: Some(Generated {
                    expression: Expression::new("lower(name)"),
                    stored: target < 18,
                }),
                ..Column::new("name_lower", "text")
            },
            Column::new("favourite", "bigint"),
            Column::new("deleted_at", "timestamp with time zone"),
            Column::new("created_at", "timestamp(3) with time zone")
                .not_null()
                .default("now()"),
        ],
        constraints: BTreeMap::from([
            (
                "customers_pkey".into(),
                Constraint::primary_key(["id"]).comment("The key."),
            ),
            ("customers_email_key".into(), {
                Constraint::new(ConstraintKind::Unique(Key {
                    nulls_not_distinct: target >= 15,
                    include: names(["name"]),
                    options: BTreeMap::from([("fillfactor".into(), "90".into())]),
                    ..Key::new(["email"])
                }))
            }),
            ("customers_name_check".into(), {
                Constraint::check(
                    "name <> '' AND char_length(name) BETWEEN 1 AND 200 AND name = btrim(name) AND name !~ '[[:cntrl:]]'",
                )
            }),
            (
                "customers_orders_check".into(),
                Constraint::check("shop.open_orders(id) < 1000"),
            ),
            ("customers_favourite_fkey".into(), {
                Constraint {
                    deferrability: Deferrability::InitiallyDeferred,
                    ..Constraint::new(ConstraintKind::ForeignKey(ForeignKey {
                        on_delete: ReferentialAction::SetNull(if target >= 15 {
                            names(["favourite"])
                        } else {
                            vec![]
                        }),
                        ..ForeignKey::new(["favourite"], q("shop.order"), ["id"])
                    }))
                }
            }),
        ]),
        indexes: BTreeMap::from([
            (
                "customers_name_search".into(),
                Index {
                    method: "gin".into(),
                    elements: vec![
                        IndexElement::column("name").operator_class("public.gin_trgm_ops"),
                    ],
                    comment: some("Search by a part of the name."),
                    ..Index::btree(["name"])
                },
            ),
            (
                "customers_active".into(),
                Index {
                    unique: true,
                    elements: vec![
                        IndexElement::expression("lower(name)"),
                        IndexElement::expression("name || 'x'"),
                        IndexElement::column("created_at").descending(),
                    ],
                    include: names(["deleted_at"]),
                    predicate: Some(Expression::new("deleted_at IS NULL")),
                    options: BTreeMap::from([("fillfactor".into(), "80".into())]),
                    ..Index::btree(["id"])
                },
            ),
            ("customers_clustered".into(), Index::btree(["created_at"])),
        ]),
        triggers: BTreeMap::from([
            (
                "customers_touch".into(),
                Trigger {
                    update_columns: names(["name", "email"]),
                    when: Some(Expression::new("OLD.name IS DISTINCT FROM NEW.name")),
                    arguments: vec!["a'b".into()],
                    comment: some("Keeps it fresh."),
                    ..Trigger::row(
                        TriggerTiming::Before,
                        [TriggerEvent::Update],
                        q("shop.touch"),
                    )
                },
            ),
            (
                "customers_audit".into(),
                Trigger {
                    for_each_row: false,
                    new_table: Some("new_rows".into()),
                    enabled: TriggerEnabled::Always,
                    ..Trigger::row(
                        TriggerTiming::After,
                        [TriggerEvent::Insert],
                        q("shop.touch"),
                    )
                },
            ),
            (
                "customers_check".into(),
                Trigger {
                    constraint: Some(Deferrability::InitiallyDeferred),
                    ..Trigger::row(
                        TriggerTiming::After,
                        [TriggerEvent::Insert, TriggerEvent::Delete],
                        q("shop.touch"),
                    )
                },
            ),
        ]),
        policies: BTreeMap::from([
            (
                "customers_own".into(),
                Policy {
                    command: PolicyCommand::All,
                    permissive: true,
                    roles: BTreeSet::from(["rich_app".into()]),
                    using: Some(Expression::new("shop.visible(id)")),
                    with_check: Some(Expression::new(
                        "id IN (SELECT v.id FROM shop.customer_orders AS v)",
                    )),
                    comment: some("Only their own."),
                },
            ),
            (
                "customers_never".into(),
                Policy {
                    command: PolicyCommand::Delete,
                    permissive: false,
                    roles: BTreeSet::new(),
                    using: Some(Expression::new("false")),
                    with_check: None,
                    comment: None,
                },
            ),
        ]),
        row_security: true,
        force_row_security: true,
        options: BTreeMap::from([
            ("fillfactor".into(), "80".into()),
            ("toast.autovacuum_enabled".into(), "false".into()),
        ]),
        owner: Some("rich_owner".into()),
        comment: some("People who buy. They are never deleted,\nonly marked."),
        ..Table::default()
    };
    c.tables.insert(q("shop.customers"), customers);
    c.tables.insert(
        q("shop.order"),
        Table {
            columns: vec![
                Column::new("id", "bigint").not_null(),
                Column::new("number", "integer")
                    .not_null()
                    .default("nextval('shop.number'::regclass)"),
                Column::new("customer_id", "bigint").not_null(),
                Column::new("state", "shop.state")
                    .not_null()
                    .default("'draft'::shop.state"),
                Column::new("total", "shop.money_of"),
                Column::new("states", "shop.state[]"),
                Column::new("user", "text").default("shop.default_user()"),
                Column::new("rank", "bigint").default("shop.next_rank()"),
            ],
            constraints: BTreeMap::from([
                ("order_pkey".into(), Constraint::primary_key(["id"])),
                (
                    "order_customer_fkey".into(),
                    Constraint {
                        comment: some("Whose it is."),
                        ..Constraint::new(ConstraintKind::ForeignKey(ForeignKey {
                            on_delete: ReferentialAction::Cascade,
                            on_update: ReferentialAction::Restrict,
                            match_full: true,
                            ..ForeignKey::new(["customer_id"], q("shop.customers"), ["id"])
                        }))
                    },
                ),
                (
                    "order_number_check".into(),
                    Constraint {
                        validated: false,
                        no_inherit: true,
                        enforced: target < 18,
                        ..Constraint::check("number > 0")
                    },
                ),
            ]),
            comment: some("An order."),
            ..Table::default()
        },
    );
    let mut bookings = Table {
        columns: vec![
            Column::new("room", "integer").not_null(),
            Column::new("during", "tstzrange").not_null(),
            Column::new("price", "numeric(10,2)"),
        ],
        constraints: BTreeMap::from([(
            "bookings_no_overlap".into(),
            Constraint::new(ConstraintKind::Exclusion {
                method: "gist".into(),
                elements: vec![
                    ExclusionElement {
                        element: IndexElement::column("room"),
                        operator: "=".into(),
                    },
                    ExclusionElement {
                        element: IndexElement::column("during"),
                        operator: "&&".into(),
                    },
                ],
                predicate: Some(Expression::new("price IS NOT NULL")),
                include: vec![],
                options: BTreeMap::new(),
                tablespace: None,
            }),
        )]),
        persistence: Persistence::Unlogged,
        ..Table::default()
    };
    if target >= 18 {
        bookings.constraints.insert(
            "bookings_pkey".into(),
            Constraint::new(ConstraintKind::PrimaryKey(Key {
                without_overlaps: true,
                ..Key::new(["room", "during"])
            })),
        );
        bookings.constraints.insert(
            "bookings_fkey".into(),
            Constraint::new(ConstraintKind::ForeignKey(ForeignKey {
                period: true,
                ..ForeignKey::new(["room", "during"], q("shop.bookings"), ["room", "during"])
            })),
        );
    }
    c.tables.insert(q("shop.bookings"), bookings);
    c.tables.insert(
        q("Odd Schema.Order"),
        Table {
            columns: vec![
                Column::new("a b", "integer"),
                Column::new("primary", "text"),
            ],
            inherits: vec![q("shop.parent")],
            ..Table::default()
        },
    );
    c.tables.insert(
        q("shop.parent"),
        Table {
            columns: vec![Column::new("x", "integer")],
            ..Table::default()
        },
    );
}

fn partitions(c: &mut Catalog) {
    c.tables.insert(
        q("shop.events"),
        Table {
            columns: vec![
                Column::new("at", "timestamp with time zone").not_null(),
                Column::new("customer_id", "bigint").not_null(),
                Column::new("body", "jsonb")
                    .not_null()
                    .default("'{}'::jsonb"),
            ],
            constraints: BTreeMap::from([
                (
                    "events_pkey".into(),
                    Constraint::primary_key(["customer_id", "at"]),
                ),
                (
                    "events_customer_fkey".into(),
                    Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
                        ["customer_id"],
                        q("shop.customers"),
                        ["id"],
                    ))),
                ),
            ]),
            indexes: BTreeMap::from([(
                "events_at".into(),
                Index {
                    method: "brin".into(),
                    ..Index::btree(["at"])
                },
            )]),
            partition_by: Some(PartitionKey {
                strategy: "RANGE".into(),
                elements: vec!["at".into()],
            }),
            ..Table::default()
        },
    );
    let partition = |bound| Table {
        partition_of: Some(PartitionOf {
            parent: q("shop.events"),
            bound,
            attached: false,
        }),
        ..Table::default()
    };
    let mut january = partition(PartitionBound::Range {
        from: vec!["'2025-01-01 00:00:00+00'".into()],
        to: vec!["'2025-02-01 00:00:00+00'".into()],
    });
    january.columns.push(
        Column::new("body", "jsonb")
            .not_null()
            .default("'{\"month\": 1}'::jsonb"),
    );
    january.partition_by = Some(PartitionKey {
        strategy: "HASH".into(),
        elements: vec!["customer_id".into()],
    });
    c.tables.insert(q("shop.events_2025_01"), january);
    c.tables.insert(
        q("shop.events_2025_01_0"),
        Table {
            partition_of: Some(PartitionOf {
                parent: q("shop.events_2025_01"),
                bound: PartitionBound::Hash {
                    modulus: 1,
                    remainder: 0,
                },
                attached: false,
            }),
            ..Table::default()
        },
    );
    c.tables
        .insert(q("shop.events_default"), partition(PartitionBound::Default));
    // A foreign key to a partitioned table, whose partitions are dropped first.
    c.tables.insert(
        q("shop.event_notes"),
        Table {
            columns: vec![
                Column::new("customer_id", "bigint"),
                Column::new("at", "timestamp with time zone"),
            ],
            constraints: BTreeMap::from([(
                "event_notes_fkey".into(),
                Constraint::new(ConstraintKind::ForeignKey(ForeignKey::new(
                    ["customer_id", "at"],
                    q("shop.events"),
                    ["customer_id", "at"],
                ))),
            )]),
            ..Table::default()
        },
    );
}

fn routines(c: &mut Catalog) {
    let mut put = |name: &str, routine: Routine| {
        c.routines.insert(routine.signature(q(name)), routine);
    };
    put(
        "shop.plausible",
        Routine {
            arguments: vec![Argument::input("address", "text")],
            volatility: Volatility::Immutable,
            strict: true,
            parallel: Parallel::Safe,
            ..Routine::function("sql", "boolean", "SELECT position('@' IN address) > 1")
        },
    );
    put(
        "shop.time_difference",
        Routine {
            arguments: vec![
                Argument::input("a", "time without time zone"),
                Argument::input("b", "time without time zone"),
            ],
            volatility: Volatility::Immutable,
            strict: true,
            ..Routine::function(
                "sql",
                "double precision",
                "SELECT extract(epoch FROM (a - b))::double precision",
            )
        },
    );
    put(
        "shop.touch",
        Routine {
            comment: some("Touches a row. Called by triggers."),
            grants: BTreeSet::new(),
            ..Routine::trigger_function(
                "DECLARE\n    text_with_dollars text := $x$ $$ $x$;\nBEGIN\n    IF TG_LEVEL = 'ROW' AND TG_OP <> 'DELETE' THEN\n        RETURN NEW;\n    END IF;\n    RETURN NULL;\nEND",
            )
        },
    );
    // Needed by a check of the table that it reads.
    put(
        "shop.open_orders",
        Routine {
            arguments: vec![Argument::input("customer", "bigint")],
            volatility: Volatility::Stable,
            security_definer: true,
            ..Routine::function(
                "sql",
                "bigint",
                "\nSELECT count(*)\nFROM shop.customers AS c\nJOIN shop.\"order\" AS o ON o.customer_id = c.id\nWHERE c.id = customer\n",
            )
        },
    );
    put(
        "shop.next_rank",
        Routine {
            volatility: Volatility::Stable,
            ..Routine::function(
                "sql",
                "bigint",
                "SELECT coalesce(max(rank), 0) + 1 FROM shop.\"order\"",
            )
        },
    );
    put(
        "shop.default_user",
        Routine {
            volatility: Volatility::Stable,
            cost: some("7"),
            body: RoutineBody::Sql("RETURN CURRENT_USER::text".into()),
            settings: BTreeMap::new(),
            ..Routine::function("sql", "text", "")
        },
    );
    put(
        "shop.visible",
        Routine {
            arguments: vec![Argument::input("customer", "bigint")],
            volatility: Volatility::Stable,
            ..Routine::function(
                "sql",
                "boolean",
                "SELECT EXISTS (SELECT FROM shop.customer_orders AS v WHERE v.id = customer)",
            )
        },
    );
    put(
        "shop.top",
        Routine {
            arguments: vec![
                Argument::input("how_many", "integer").default("10"),
                Argument::table_column("customer", "bigint"),
                Argument::table_column("order", "shop.\"order\""),
            ],
            returns: None,
            rows: some("10"),
            volatility: Volatility::Stable,
            ..Routine::function(
                "sql",
                "",
                "SELECT o.customer_id, o FROM shop.\"order\" AS o LIMIT how_many",
            )
        },
    );
    put(
        "shop.rebuild",
        Routine {
            kind: RoutineKind::Procedure,
            returns: None,
            arguments: vec![
                Argument::input("since", "timestamp with time zone"),
                Argument {
                    mode: ArgumentMode::InOut,
                    ..Argument::input("done", "integer").default("0")
                },
                Argument {
                    mode: ArgumentMode::Variadic,
                    ..Argument::input("which", "text[]").default("ARRAY[]::text[]")
                },
            ],
            comment: some("Rebuilds things."),
            grants: grants("rich_app", [Privilege::Execute]),
            ..Routine::function(
                "plpgsql",
                "",
                "DECLARE\n    one shop.\"order\"%ROWTYPE;\nBEGIN\n    SELECT * INTO one FROM shop.\"order\" LIMIT 1;\n    done := done + 1;\nEND",
            )
        },
    );
}

fn views(c: &mut Catalog, target: u32) {
    let mut view = View {
        query: "SELECT c.id, c.name, o.id AS order_id\nFROM shop.customers AS c\nJOIN shop.\"order\" AS o ON o.customer_id = c.id".into(),
        comment: some("Customers with their orders."),
        options: BTreeMap::from([("security_barrier".into(), "true".into())]),
        columns: vec![
            ViewColumn { name: "id".into(), comment: some("The customer."), ..ViewColumn::default() },
            ViewColumn { name: "name".into(), comment: None, ..ViewColumn::default() },
            ViewColumn { name: "order_id".into(), comment: None, ..ViewColumn::default() },
        ],
        owner: Some("rich_owner".into()),
        ..View::default()
    };
    if target >= 15 {
        view.options
            .insert("security_invoker".into(), "true".into());
    }
    c.views.insert(q("shop.customer_orders"), view);
    // Sorts before the view it reads.
    c.views.insert(
        q("shop.a_summary"),
        View {
            query: "SELECT v.id, count(*) AS orders FROM shop.customer_orders AS v GROUP BY v.id"
                .into(),
            triggers: BTreeMap::from([(
                "instead".into(),
                Trigger::row(
                    TriggerTiming::InsteadOf,
                    [TriggerEvent::Insert],
                    q("shop.touch"),
                ),
            )]),
            ..View::default()
        },
    );
    c.materialized_views.insert(
        q("shop.daily"),
        MaterializedView {
            query: "SELECT s.id, s.orders FROM shop.a_summary AS s".into(),
            indexes: BTreeMap::from([(
                "daily_id".into(),
                Index {
                    unique: true,
                    ..Index::btree(["id"])
                },
            )]),
            options: BTreeMap::from([("fillfactor".into(), "100".into())]),
            comment: some("Refreshed every night."),
            ..MaterializedView::default()
        },
    );
}

fn privileges(c: &mut Catalog, target: u32) {
    let mut write = grants(
        "rich_app",
        [
            Privilege::Select,
            Privilege::Insert,
            Privilege::Update,
            Privilege::Delete,
        ],
    );
    if target >= 17 {
        write.insert(Grant::to("rich_app", Privilege::Maintain));
    }
    for table in ["shop.order", "shop.bookings", "shop.events", "shop.parent"] {
        c.tables.get_mut(&q(table)).unwrap().grants = write.clone();
    }
    let customers = c.tables.get_mut(&q("shop.customers")).unwrap();
    customers.clustered_on = Some("customers_clustered".into());
    customers.grants = BTreeSet::from([
        Grant::to("rich_app", Privilege::Select),
        Grant {
            grantable: true,
            ..Grant::to("rich_app", Privilege::Insert)
        },
        Grant::to("rich_read", Privilege::Select).on_column("id"),
        Grant::to("rich_read", Privilege::Select).on_column("name"),
        Grant::to_public(Privilege::References).on_column("id"),
    ]);
    c.views.get_mut(&q("shop.customer_orders")).unwrap().grants =
        grants("rich_read", [Privilege::Select]);
    let mut defaults = |schema: Option<&str>, target, grant, revoked| {
        c.default_privileges.insert(DefaultPrivileges {
            owner: "rich_owner".into(),
            schema: schema.map(Name::from),
            target,
            grant,
            revoked,
        });
    };
    defaults(
        Some("shop"),
        PrivilegeTarget::Tables,
        Grant::to("rich_app", Privilege::Select),
        false,
    );
    defaults(
        None,
        PrivilegeTarget::Routines,
        Grant::to_public(Privilege::Execute),
        true,
    );
}
