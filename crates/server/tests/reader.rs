//! The reader reads everything a catalog holds, on every server, and warns of what it cannot hold.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod common;

use std::collections::{BTreeMap, BTreeSet};

use common::{sandboxes, servers};
use pgwright_catalog::*;
use pgwright_server::{
    Options, ReadOptions, Reading, RoleSelection, Sandbox, read_catalog, run_script,
};

fn load(sandbox: &Sandbox, sql: &str) -> Reading {
    sandbox.create_database("loaded").unwrap();
    let mut client = sandbox.connect("loaded").unwrap();
    client.batch_execute(sql).unwrap_or_else(|error| {
        panic!(
            "{}: {}",
            sandbox.installation(),
            pgwright_server::script::describe(&error)
        )
    });
    read_catalog(&mut client, &ReadOptions::default()).unwrap()
}

/// The parts of `rich.sql` that a server knows.
fn rich(major: u32) -> String {
    let mut wanted = true;
    let keep = |line: &&str| {
        if let Some(from) = line.strip_prefix("-- from ") {
            wanted = major >= from.parse::<u32>().unwrap();
        }
        wanted
    };
    include_str!("rich.sql")
        .lines()
        .filter(keep)
        .collect::<Vec<_>>()
        .join("\n")
}

fn name(text: &str) -> QualifiedName {
    QualifiedName::new("app", text)
}

fn names(list: &[&str]) -> Vec<Name> {
    list.iter().map(|text| Name::new(*text)).collect()
}

#[test]
fn everything_is_read_on_every_server() {
    for sandbox in sandboxes() {
        let major = sandbox.major();
        eprintln!("{}", sandbox.installation());
        let Reading { catalog, warnings } = load(&sandbox, &rich(major));
        clusterwide(&catalog, major);
        types_and_sequences(&catalog);
        routines(&catalog);
        columns(&catalog);
        constraints(&catalog);
        indexes(&catalog);
        triggers_and_policies(&catalog);
        partitions(&catalog);
        views(&catalog);
        privileges(&catalog);
        dependencies(&catalog);
        if major >= 15 {
            since_15(&catalog);
        }
        if major >= 18 {
            since_18(&catalog);
        }
        let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        assert_eq!(warnings, [] as [String; 0]);
    }
}

fn clusterwide(catalog: &Catalog, major: u32) {
    let extension = &catalog.extensions["btree_gist"];
    assert_eq!(extension.schema, Some("public".into()));
    assert_eq!((&extension.version, &extension.comment), (&None, &None));
    assert_eq!(catalog.extensions.len(), 1);

    let app = &catalog.schemas["app"];
    assert_eq!(app.owner, Some("rich_owner".into()));
    assert_eq!(app.comment.as_deref(), Some("the application"));
    assert_eq!(
        app.grants,
        BTreeSet::from([Grant::to("rich_reader", Privilege::Usage)])
    );
    // Up to 14, PUBLIC may create in a new database's public; afterwards the REVOKE changes nothing.
    assert_eq!(catalog.schemas.contains_key("public"), major < 15);

    let reader = &catalog.roles["rich_reader"];
    assert!(!reader.login);
    assert_eq!(reader.member_of, BTreeSet::from(["rich_group".into()]));
    assert_eq!(reader.comment.as_deref(), Some("reads"));
    assert!(catalog.roles.contains_key("rich_owner"));
    assert!(!catalog.roles.contains_key("postgres"));
}

fn types_and_sequences(catalog: &Catalog) {
    let kind = |text| &catalog.types[&name(text)].kind;
    let labels = ["new", "open", "paused", "won", "lost"]
        .map(str::to_owned)
        .to_vec();
    assert_eq!(kind("stage"), &TypeKind::Enum(labels));
    assert_eq!(
        catalog.types[&name("stage")].comment.as_deref(),
        Some("where it stands")
    );
    assert_eq!(
        catalog.types[&name("stage")].grants,
        BTreeSet::from([Grant::to_public(Privilege::Usage)])
    );
    assert!(catalog.types[&name("email")].grants.is_empty());
    assert_eq!(
        kind("email"),
        &TypeKind::Domain {
            base: "text".to_owned(),
            collation: Some(QualifiedName::new("pg_catalog", "C")),
            default: Some(Expression::new("'a@b'::text")),
            not_null: true,
            not_null_name: None,
            checks: BTreeMap::from([
                ("email_form".into(), DomainCheck::new("VALUE ~ '@'::text")),
                ("email_long".into(), DomainCheck::new("length(VALUE) < 100")),
            ]),
        }
    );
    let TypeKind::Composite(attributes) = kind("address") else {
        panic!()
    };
    assert_eq!(attributes[0].comment.as_deref(), Some("with number"));
    assert_eq!(attributes[1].data_type, "character varying(40)");
    assert_eq!(
        attributes[1].collation,
        Some(QualifiedName::new("pg_catalog", "C"))
    );
    let TypeKind::Range {
        subtype,
        subtype_diff,
        multirange,
        ..
    } = kind("float_range")
    else {
        panic!()
    };
    assert_eq!(subtype, "double precision");
    assert_eq!(
        subtype_diff,
        &Some(QualifiedName::new("pg_catalog", "float8mi"))
    );
    assert_eq!(multirange, &Some("float_multirange".into()));
    assert_eq!(catalog.types.len(), 4);

    let numbers = &catalog.sequences[&name("numbers")];
    assert_eq!(numbers.data_type, "integer");
    assert_eq!(
        numbers.options,
        SequenceOptions {
            increment: Some(-2),
            maximum: Some(100),
            cache: Some(5),
            cycle: true,
            ..SequenceOptions::default()
        }
    );
    assert_eq!(numbers.comment.as_deref(), Some("downwards"));
    assert_eq!(
        numbers.grants,
        BTreeSet::from([Grant::to("rich_reader", Privilege::Usage)])
    );
    let serial = &catalog.sequences[&name("bookings_id_seq")];
    assert_eq!(serial.owned_by, Some((name("bookings"), "id".into())));
    assert_eq!(serial.options, SequenceOptions::default());
    assert_eq!(catalog.sequences.len(), 2);
}

fn routines(catalog: &Catalog) {
    let routine = |text, arguments: &[&str]| {
        &catalog.routines[&RoutineSignature::new(name(text), arguments.iter().copied())]
    };
    let good = routine("is_good", &["app.email"]);
    assert_eq!(good.volatility, Volatility::Immutable);
    assert!(good.strict && good.parallel == Parallel::Safe);
    assert_eq!(
        good.grants,
        BTreeSet::from([Grant::to_public(Privilege::Execute)])
    );
    assert_eq!((&good.cost, &good.rows), (&None, &None));

    let touch = routine("touch", &[]);
    assert!(touch.security_definer && touch.grants.is_empty());
    assert_eq!(touch.returns.as_deref(), Some("trigger"));
    assert_eq!(touch.cost.as_deref(), Some("7"));
    assert_eq!(touch.settings["search_path"], "'pg_catalog', 'My Schema'");
    assert_eq!(touch.settings["work_mem"], "'2MB'");
    assert_eq!(
        touch.body,
        RoutineBody::Text(" BEGIN RETURN new; END ".to_owned())
    );
    assert_eq!(routine("empty_path", &[]).settings["search_path"], "''");

    let many = routine("many", &["integer", "text[]"]);
    assert_eq!(many.returns, None);
    assert_eq!(many.rows.as_deref(), Some("5"));
    let modes: Vec<ArgumentMode> = many.arguments.iter().map(|a| a.mode).collect();
    use ArgumentMode::{In, InOut, Out, Table, Variadic};
    assert_eq!(modes, [In, Variadic, Table, Table]);
    assert_eq!(
        many.arguments[1].default,
        Some(Expression::new("'{x,y}'::text[]"))
    );
    assert_eq!(many.arguments[3].name, Some("T".into()));
    let RoutineBody::Sql(body) = &many.body else {
        panic!("{:?}", many.body)
    };
    assert!(
        body.starts_with("BEGIN ATOMIC") && body.ends_with("END"),
        "{body}"
    );

    let work = routine("work", &["numeric"]);
    assert_eq!(work.kind, RoutineKind::Procedure);
    assert_eq!(work.returns, None);
    assert_eq!(
        [work.arguments[0].mode, work.arguments[1].mode],
        [InOut, Out]
    );
}

fn columns(catalog: &Catalog) {
    let accounts = &catalog.tables[&name("accounts")];
    let order: Vec<&str> = accounts
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    let expected = [
        "id",
        "tenant",
        "code",
        "email",
        "stage",
        "price",
        "doubled",
        "notes",
        "home",
        "Odd \"Name",
    ];
    assert_eq!(order, expected);
    let column = |text| accounts.column(text).unwrap();
    assert_eq!(
        column("id").identity,
        Some(Identity {
            always: true,
            sequence: SequenceOptions {
                start: Some(100),
                increment: Some(10),
                ..SequenceOptions::default()
            },
            ..Identity::default()
        })
    );
    assert!(column("code").not_null && !column("notes").not_null);
    assert_eq!(
        column("code").collation,
        Some(QualifiedName::new("pg_catalog", "C"))
    );
    assert_eq!(column("code").comment.as_deref(), Some("short"));
    assert_eq!(column("email").data_type, "app.email");
    assert_eq!(
        column("stage").default,
        Some(Expression::new("'new'::app.stage"))
    );
    assert_eq!(column("price").data_type, "numeric(12,2)");
    assert_eq!(column("price").default, Some(Expression::new("(1 + 2)")));
    assert_eq!(
        column("doubled").generated,
        Some(Generated {
            expression: Expression::new("price * (2)::numeric"),
            stored: true
        })
    );
    assert_eq!(column("doubled").default, None);
    assert_eq!(column("notes").storage.as_deref(), Some("EXTERNAL"));
    assert_eq!(column("notes").statistics, Some(500));
    assert_eq!(column("notes").compression.as_deref(), Some("pglz"));
    assert_eq!(column("Odd \"Name").data_type, "app.stage[]");
    assert_eq!(accounts.comment.as_deref(), Some("who pays"));
    assert_eq!(accounts.owner, Some("rich_owner".into()));
    assert_eq!(accounts.options["fillfactor"], "80");
    assert_eq!(accounts.options["toast.autovacuum_enabled"], "off");
    assert!(accounts.row_security && accounts.force_row_security);
    assert_eq!(
        catalog.tables[&name("events")].persistence,
        Persistence::Unlogged
    );
    let serial = catalog.tables[&name("bookings")].column("id").unwrap();
    assert_eq!(
        serial.default,
        Some(Expression::new("nextval('app.bookings_id_seq'::regclass)"))
    );
}

fn constraints(catalog: &Catalog) {
    let accounts = &catalog.tables[&name("accounts")].constraints;
    assert_eq!(accounts.len(), 4);
    assert_eq!(accounts["accounts_pkey"], Constraint::primary_key(["id"]));
    let key = Key {
        include: names(&["email"]),
        options: [("fillfactor".to_owned(), "70".to_owned())].into(),
        ..Key::new(["tenant", "code"])
    };
    let expected = Constraint::new(ConstraintKind::Unique(key));
    assert_eq!(accounts["accounts_code"], expected);
    let check = "(price > (0)::numeric) AND (price < (1000)::numeric)";
    let expected = Constraint {
        no_inherit: true,
        ..Constraint::check(check)
    };
    assert_eq!(accounts["price_positive"], expected);
    let good = "app.is_good(email)";
    // A domain's value may be wrapped for its base type; the call is what matters.
    let ConstraintKind::Check(expression) = &accounts["good"].kind else {
        panic!()
    };
    assert!(
        expression.sql().starts_with(&good[..11]),
        "{}",
        expression.sql()
    );
    assert_eq!(accounts["good"].comment.as_deref(), Some("is good"));

    let bookings = &catalog.tables[&name("bookings")].constraints;
    let foreign = ForeignKey {
        on_delete: ReferentialAction::Cascade,
        on_update: ReferentialAction::Restrict,
        ..ForeignKey::new(["account_id"], name("accounts"), ["id"])
    };
    let expected = Constraint {
        deferrability: Deferrability::InitiallyDeferred,
        ..Constraint::new(ConstraintKind::ForeignKey(foreign))
    };
    assert_eq!(bookings["bookings_account_id_fkey"], expected);
    let foreign = ForeignKey {
        match_full: true,
        on_delete: ReferentialAction::SetNull(Vec::new()),
        ..ForeignKey::new(["tenant", "code"], name("accounts"), ["tenant", "code"])
    };
    let expected = Constraint {
        deferrability: Deferrability::InitiallyImmediate,
        validated: false,
        ..Constraint::new(ConstraintKind::ForeignKey(foreign))
    };
    assert_eq!(bookings["bookings_account"], expected);
    let element = |column: &str, operator: &str| ExclusionElement {
        element: IndexElement::column(column),
        operator: operator.to_owned(),
    };
    let expected = Constraint::new(ConstraintKind::Exclusion {
        method: "gist".into(),
        elements: vec![element("room", "="), element("during", "&&")],
        predicate: Some(Expression::new("NOT cancelled")),
        include: Vec::new(),
        options: BTreeMap::new(),
        tablespace: None,
    });
    assert_eq!(bookings["no_overlap"], expected);
}

fn indexes(catalog: &Catalog) {
    let accounts = &catalog.tables[&name("accounts")].indexes;
    assert_eq!(accounts.len(), 2);
    let stage = &accounts["accounts_stage"];
    let expected = Index {
        elements: vec![
            IndexElement {
                descending: true,
                ..IndexElement::column("stage")
            },
            IndexElement {
                collation: Some("\"POSIX\"".to_owned()),
                ..IndexElement::column("code")
            },
            IndexElement::expression("lower(notes)").operator_class("text_pattern_ops"),
        ],
        include: names(&["price"]),
        predicate: Some(Expression::new(
            "(notes IS NOT NULL) AND (price > (3)::numeric)",
        )),
        options: [("fillfactor".to_owned(), "90".to_owned())].into(),
        comment: Some("for the board".to_owned()),
        ..Index::btree(Vec::<Name>::new())
    };
    assert_eq!(stage, &expected);
    let lower = &accounts["accounts_lower"];
    assert!(lower.unique);
    assert_eq!(
        lower.elements,
        [IndexElement::expression("lower(code) || ', '::text")]
    );
    let during = &catalog.tables[&name("bookings")].indexes["bookings_during"];
    assert_eq!(during.method, Name::new("gist"));
    let bookings = &catalog.tables[&name("bookings")];
    assert_eq!(bookings.clustered_on, Some("bookings_during".into()));
}

fn triggers_and_policies(catalog: &Catalog) {
    let accounts = &catalog.tables[&name("accounts")];
    assert_eq!(accounts.triggers.len(), 2);
    let touch = &accounts.triggers["touch"];
    let events = [TriggerEvent::Insert, TriggerEvent::Update];
    let expected = Trigger {
        update_columns: names(&["code", "notes"]),
        when: Some(Expression::new("new.code IS NOT NULL")),
        arguments: ["a", "", "it's"].map(str::to_owned).to_vec(),
        comment: Some("keeps it fresh".to_owned()),
        ..Trigger::row(TriggerTiming::Before, events, name("touch"))
    };
    assert_eq!(touch, &expected);
    let changed = &accounts.triggers["changed"];
    assert_eq!(
        (&changed.old_table, &changed.new_table),
        (&Some("before".into()), &Some("after".into()))
    );
    assert!(!changed.for_each_row);
    assert_eq!(changed.enabled, TriggerEnabled::Always);
    let late = &catalog.tables[&name("bookings")].triggers["late"];
    assert_eq!(late.constraint, Some(Deferrability::InitiallyDeferred));
    assert_eq!(late.enabled, TriggerEnabled::Disabled);

    let own = &accounts.policies["own"];
    assert_eq!(own.command, PolicyCommand::Update);
    assert!(!own.permissive);
    assert_eq!(own.roles, BTreeSet::from(["rich_reader".into()]));
    let using = "tenant = (current_setting('app.tenant'::text))::integer";
    assert_eq!(own.using, Some(Expression::new(using)));
    assert_eq!(own.with_check, Some(Expression::new("tenant > 0")));
    assert_eq!(own.comment.as_deref(), Some("their own"));
    let everyone = &accounts.policies["everyone"];
    assert!(everyone.permissive && everyone.roles.is_empty());
}

fn partitions(catalog: &Catalog) {
    let table = |text| &catalog.tables[&name(text)];
    let measures = table("measures");
    let key = measures.partition_by.as_ref().unwrap();
    assert_eq!((key.strategy.as_str(), key.elements.len()), ("RANGE", 2));
    assert_eq!(key.elements[1], "lower(kind)");
    let year = table("measures_2024");
    let of = year.partition_of.as_ref().unwrap();
    assert_eq!(of.parent, name("measures"));
    let list = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>();
    assert_eq!(
        of.bound,
        PartitionBound::Range {
            from: list(&["'2024-01-01'", "MINVALUE"]),
            to: list(&["'2025-01-01'", "MINVALUE"]),
        }
    );
    // Only what the partition has of its own.
    let own: Vec<&str> = year
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(own, ["value"]);
    assert!(year.constraints.is_empty());
    assert_eq!(
        year.indexes.keys().map(Name::as_str).collect::<Vec<_>>(),
        ["measures_2024_kind_idx", "measures_2024_value"]
    );
    let part = &year.indexes["measures_2024_kind_idx"];
    assert_eq!(part.parent, Some(Name::new("measures_kind")));
    assert_eq!(year.indexes["measures_2024_value"].parent, None);
    assert!(!of.attached && !measures.indexes["measures_kind"].only);
    let rest = table("measures_rest");
    assert_eq!(
        rest.partition_of.as_ref().unwrap().bound,
        PartitionBound::Default
    );
    assert_eq!(rest.partition_by.as_ref().unwrap().strategy, "HASH");
    assert!(rest.columns.is_empty());
    assert_eq!(
        table("measures_rest_0")
            .partition_of
            .as_ref()
            .unwrap()
            .bound,
        PartitionBound::Hash {
            modulus: 2,
            remainder: 0
        }
    );
    assert!(table("measures_rest_0").columns.is_empty());
    assert_eq!(
        table("kinds_some").partition_of.as_ref().unwrap().bound,
        PartitionBound::List(list(&["'a'", "'b, c'", "NULL"]))
    );
    let special = table("special");
    assert_eq!(special.inherits, [name("events")]);
    let own: Vec<&str> = special
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(own, ["extra"]);
}

fn views(catalog: &Catalog) {
    let open = &catalog.views[&name("open_accounts")];
    let columns: Vec<&str> = open
        .columns
        .iter()
        .map(|column| column.name.as_str())
        .collect();
    assert_eq!(columns, ["account", "Code"]);
    assert_eq!(open.columns[0].data_type.as_deref(), Some("bigint"));
    assert_eq!(open.columns[0].comment.as_deref(), Some("which"));
    assert!(open.query.starts_with("SELECT") && open.query.contains("app.accounts"));
    assert!(!open.query.ends_with(';'));
    assert_eq!(open.options["security_barrier"], "true");
    assert_eq!(open.options["check_option"], "cascaded");
    assert_eq!(open.triggers["instead"].timing, TriggerTiming::InsteadOf);
    let totals = &catalog.materialized_views[&name("totals")];
    assert!(totals.indexes["totals_tenant"].unique);
    assert_eq!(totals.options["fillfactor"], "75");
    assert_eq!(totals.comment.as_deref(), Some("by night"));
}

fn privileges(catalog: &Catalog) {
    let expected = BTreeSet::from([
        Grant::to_public(Privilege::Select),
        Grant::to("rich_reader", Privilege::Select),
        Grant {
            grantable: true,
            ..Grant::to("rich_reader", Privilege::Insert)
        },
        Grant::to("rich_reader", Privilege::Update).on_column("code"),
        Grant::to("rich_reader", Privilege::Update).on_column("notes"),
    ]);
    assert_eq!(catalog.tables[&name("accounts")].grants, expected);
    let expected = BTreeSet::from([
        DefaultPrivileges {
            owner: "rich_owner".into(),
            schema: Some("app".into()),
            target: PrivilegeTarget::Tables,
            grant: Grant::to("rich_reader", Privilege::Select),
            revoked: false,
        },
        DefaultPrivileges {
            owner: "rich_owner".into(),
            schema: None,
            target: PrivilegeTarget::Routines,
            grant: Grant::to_public(Privilege::Execute),
            revoked: true,
        },
    ]);
    assert_eq!(catalog.default_privileges, expected);
}

fn dependencies(catalog: &Catalog) {
    let needs = |object: ObjectId, needed: ObjectId| {
        let found = catalog
            .dependencies
            .get(&object)
            .is_some_and(|needs| needs.contains(&needed));
        assert!(
            found,
            "{object} does not need {needed}: {:?}",
            catalog.dependencies.get(&object)
        );
    };
    let table = |text| ObjectId::Table(name(text));
    let view = |text| ObjectId::View(name(text));
    needs(view("open_accounts"), table("accounts"));
    needs(view("above"), view("open_accounts"));
    needs(
        ObjectId::MaterializedView(name("totals")),
        table("accounts"),
    );
    needs(table("accounts"), ObjectId::Type(name("stage")));
    needs(
        table("bookings"),
        ObjectId::Sequence(name("bookings_id_seq")),
    );
    let good = RoutineSignature::new(name("is_good"), ["app.email"]);
    needs(
        ObjectId::Constraint(name("accounts"), "good".into()),
        ObjectId::Routine(good.clone()),
    );
    needs(ObjectId::Routine(good), ObjectId::Type(name("email")));
    needs(
        ObjectId::Constraint(name("bookings"), "bookings_account".into()),
        ObjectId::Constraint(name("accounts"), "accounts_code".into()),
    );
    needs(
        ObjectId::Constraint(name("bookings"), "no_overlap".into()),
        ObjectId::Extension("btree_gist".into()),
    );
}

fn since_15(catalog: &Catalog) {
    let newer = &catalog.tables[&name("newer")];
    let ConstraintKind::Unique(key) = &newer.constraints["newer_key"].kind else {
        panic!()
    };
    assert!(key.nulls_not_distinct);
    assert!(newer.indexes["newer_b"].nulls_not_distinct);
    let (_, foreign) = newer.foreign_keys().next().unwrap();
    assert_eq!(foreign.on_delete, ReferentialAction::SetNull(names(&["c"])));
    assert_eq!(
        catalog.views[&name("invoker")].options["security_invoker"],
        "true"
    );
}

fn since_18(catalog: &Catalog) {
    let rates = &catalog.tables[&name("rates")];
    let (_, key) = rates.primary_key().unwrap();
    assert!(key.without_overlaps);
    assert_eq!(key.columns, names(&["room", "during"]));
    assert!(!rates.constraints["lax"].enforced);
    let twice = rates.column("twice").unwrap().generated.as_ref().unwrap();
    assert!(!twice.stored);
    let (_, foreign) = catalog.tables[&name("stays")]
        .foreign_keys()
        .next()
        .unwrap();
    assert!(foreign.period);
}

#[test]
fn an_empty_database_is_an_empty_catalog() {
    for sandbox in sandboxes() {
        let Reading { catalog, warnings } = load(&sandbox, "");
        assert_eq!(catalog, Catalog::empty(), "{}", sandbox.installation());
        assert_eq!(warnings, []);
    }
}

#[test]
fn owners_nobody_chose_and_roles_by_name() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let sandbox = Sandbox::start(&server, &Options::default()).unwrap();
    let mut client = sandbox.connect("postgres").unwrap();
    client
        .batch_execute("CREATE ROLE one LOGIN BYPASSRLS; CREATE TABLE t ()")
        .unwrap();
    let roles = RoleSelection::Named(["one".into(), "none".into()].into());
    let options = ReadOptions {
        roles,
        implied_owner: Some("postgres".into()),
    };
    let Reading { catalog, warnings } = read_catalog(&mut client, &options).unwrap();
    assert_eq!(
        catalog.tables[&QualifiedName::new("public", "t")].owner,
        None
    );
    assert!(catalog.roles["one"].login);
    assert_eq!(catalog.roles.len(), 1);
    assert_eq!(warnings[0].to_string(), "role one: BYPASSRLS is not held");
    // The connection is as it was.
    client.batch_execute("CREATE TABLE u ()").unwrap();
}

#[test]
fn a_failing_statement_is_named_with_its_line() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let sandbox = Sandbox::start(&server, &Options::default()).unwrap();
    let mut client = sandbox.connect("postgres").unwrap();
    let statements = [
        ("CREATE TABLE t (a integer CHECK (a > 0))", 1),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", 3),
        ("SELECT 'ä',\n  b\nFROM t", 5),
        ("SELECT 1", 9),
    ];
    let error = run_script(&mut client, "up.sql", &statements).unwrap_err();
    assert_eq!(
        (error.file.as_str(), error.line, error.sqlstate.as_str()),
        ("up.sql", 6, "42703")
    );
    assert_eq!(error.statement, statements[2].0);
    let error = run_script(&mut client, "x.sql", &[("INSERT INTO t VALUES (0)", 2)]).unwrap_err();
    assert_eq!(error.line, 2);
    assert!(
        error.detail.as_deref().unwrap().contains("Failing row"),
        "{error}"
    );
    assert!(error.to_string().starts_with("x.sql:2: new row"), "{error}");
}
