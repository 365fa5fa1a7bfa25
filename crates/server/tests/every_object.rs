//! Every kind of object and property of `testdata/every-object` is read, on every server, with the
//! privileges of an ordinary user as with a superuser's.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::print_stderr, clippy::indexing_slicing)]

mod common;

use std::collections::BTreeSet;

use common::sandboxes;
use pgwright_catalog::*;
use pgwright_server::{ReadOptions, Reading, Sandbox, read_catalog};

/// The files that a server knows, in their order.
fn files(major: u32) -> String {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/every-object/");
    let read = |name: &str| std::fs::read_to_string(format!("{root}{name}.sql")).unwrap();
    let newer = (15..=major).filter(|version| *version <= 18);
    let names = ["roles".to_owned(), "schema".to_owned()].into_iter();
    names
        .chain(newer.map(|version| format!("from-{version}")))
        .map(|name| read(&name))
        .collect()
}

fn loaded(sandbox: &Sandbox) -> postgres::Client {
    sandbox.create_database("every").unwrap();
    let mut client = sandbox.connect("every").unwrap();
    client
        .batch_execute(&files(sandbox.major()))
        .unwrap_or_else(|error| panic!("{}", pgwright_server::script::describe(&error)));
    client
}

use pgwright_server::postgres;

fn read(client: &mut postgres::Client) -> Reading {
    read_catalog(client, &ReadOptions::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn q(name: &str) -> QualifiedName {
    QualifiedName::new("every", name)
}

fn signature(name: &str, arguments: &[&str]) -> RoutineSignature {
    RoutineSignature::new(q(name), arguments.iter().copied())
}

fn names<T>(map: &std::collections::BTreeMap<Name, T>) -> Vec<&str> {
    map.keys().map(Name::as_str).collect()
}

fn columns(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

#[test]
fn every_kind_of_object_is_read() {
    for sandbox in sandboxes() {
        let major = sandbox.major();
        eprintln!("{}", sandbox.installation());
        let mut client = loaded(&sandbox);
        client.batch_execute(LABELS).unwrap();
        let Reading { catalog, warnings } = read(&mut client);
        nothing_is_missing(&catalog, major);
        code(&catalog);
        types(&catalog);
        tables(&catalog, major);
        indexes(&catalog);
        partitions(&catalog, major);
        children(&catalog);
        views(&catalog);
        privileges(&catalog, major);
        comments(&catalog);
        let label = &catalog.security_labels[&ObjectId::Table(q("accounts"))];
        assert_eq!(label["labels"], "secret");
        let column = ObjectId::Column(q("accounts"), "code".into());
        assert_eq!(catalog.security_labels[&column]["labels"], "open");
        if major >= 18 {
            since_18(&catalog);
        }
        let warnings: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        let expected: &[&str] = match major {
            17.. => &[
                "constraint every.counted_number.counted_required: the comment of a domain's NOT NULL is not held",
            ],
            _ => &[],
        };
        assert_eq!(warnings, expected);
    }
}

/// No server has a provider of labels without a module of its own, so labels are put where it would.
const LABELS: &str = "SET allow_system_table_mods = on;
    INSERT INTO pg_seclabel (objoid, classoid, objsubid, provider, label)
    VALUES ('every.accounts'::regclass, 'pg_class'::regclass, 0, 'labels', 'secret'),
           ('every.accounts'::regclass, 'pg_class'::regclass, 4, 'labels', 'open');
    RESET allow_system_table_mods";

fn nothing_is_missing(catalog: &Catalog, major: u32) {
    let newer = |since: u32, count: usize| if major >= since { count } else { 0 };
    for (kind, found, expected) in [
        ("languages", catalog.languages.len(), 2),
        ("access methods", catalog.access_methods.len(), 2),
        ("types", catalog.types.len(), 10 + newer(17, 1)),
        ("sequences", catalog.sequences.len(), 3),
        ("views", catalog.views.len(), 3 + newer(15, 1)),
        ("materialized views", catalog.materialized_views.len(), 2),
        ("aggregates", catalog.aggregates.len(), 6),
        ("operators", catalog.operators.len(), 6),
        ("operator classes", catalog.operator_classes.len(), 4),
        ("operator families", catalog.operator_families.len(), 5),
        ("casts", catalog.casts.len(), 3),
        ("transforms", catalog.transforms.len(), 2),
        ("collations", catalog.collations.len(), 2 + newer(17, 1)),
        ("conversions", catalog.conversions.len(), 2),
        ("parsers", catalog.text_search_parsers.len(), 1),
        ("templates", catalog.text_search_templates.len(), 1),
        ("dictionaries", catalog.text_search_dictionaries.len(), 2),
        (
            "configurations",
            catalog.text_search_configurations.len(),
            1,
        ),
        ("statistics", catalog.statistics.len(), 3),
        ("wrappers", catalog.foreign_data_wrappers.len(), 3),
        ("servers", catalog.foreign_servers.len(), 2),
        ("mappings", catalog.user_mappings.len(), 2),
        (
            "event triggers",
            catalog.event_triggers.len(),
            2 + newer(17, 1),
        ),
        (
            "publications",
            catalog.publications.len(),
            3 + newer(15, 2) + newer(18, 1),
        ),
        ("subscriptions", catalog.subscriptions.len(), 1),
    ] {
        assert_eq!(found, expected, "{kind}");
    }
}

fn code(catalog: &Catalog) {
    let handler = Some(q("handler"));
    let language = &catalog.languages["plevery"];
    assert!(language.trusted && language.handler == handler);
    assert_eq!(language.owner, Some("every_owner".into()));
    assert_eq!(
        language.grants,
        BTreeSet::from([Grant::to("every_writer", Privilege::Usage)])
    );
    let total = &catalog.aggregates[&signature("total", &["integer"])];
    let parameters: Vec<(&str, &str)> = (total.parameters.iter())
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let expected = [
        ("combinefunc", "int4pl"),
        ("initcond", "'0'"),
        ("parallel", "safe"),
        ("sfunc", "int4pl"),
        ("stype", "integer"),
    ];
    assert_eq!(parameters, expected);
    assert!(total.grants.is_empty());
    let place = &catalog.aggregates[&signature("place", &["\"any\""])];
    assert_eq!(place.direct_arguments, Some(1));
    assert_eq!(place.parameters["hypothetical"], "true");
    let half = &catalog.aggregates[&signature("half", &["double precision", "double precision"])];
    assert_eq!(half.parameters["finalfunc_modify"], "shareable");

    let window = &catalog.routines[&signature("numbering", &[])];
    assert_eq!(window.kind, RoutineKind::Window);
    let supported = &catalog.routines[&signature("supported", &["text", "text"])];
    let support = QualifiedName::new("pg_catalog", "textlike_support");
    assert_eq!(supported.support, Some(support));
    let transformed = &catalog.routines[&signature("transformed", &["integer"])];
    assert_eq!(transformed.transforms, ["integer"]);

    let equal = catalog.operators.keys().find(|key| key.name == q("="));
    let equal = &catalog.operators[equal.unwrap()];
    assert_eq!(equal.negator.as_deref(), Some("OPERATOR(every.<>)"));
    assert!(equal.hashes && equal.merges);
    let families = &catalog.operator_families;
    let loose = families.values().map(|family| family.members.len());
    assert_eq!(loose.collect::<Vec<_>>(), [0, 0, 4, 0, 1]);
    let classes = catalog.operator_classes.values();
    let members = classes.map(|class| class.members.len()).collect::<Vec<_>>();
    assert_eq!(members, [6, 5, 2, 4]);
    let subscription = &catalog.subscriptions["every_subscription"];
    assert_eq!(
        subscription.connection.as_deref(),
        Some("host=nowhere dbname=x")
    );
    assert_eq!(subscription.options["slot_name"], "NONE");
    let mapping = catalog.user_mappings.values().last().unwrap();
    assert_eq!(mapping.secrets, BTreeSet::from(["password".to_owned()]));
    assert_eq!(mapping.options["user"], "reader");
}

fn types(catalog: &Catalog) {
    let kind = |name: &str| &catalog.types[&q(name)].kind;
    assert_eq!(kind("declared"), &TypeKind::Shell);
    let TypeKind::Base(whole) = kind("whole") else {
        panic!("not a base type")
    };
    let parameters: Vec<&str> = whole.iter().flat_map(|(k, v)| [k.as_str(), v]).collect();
    let expected = "category 'N' default '7' delimiter ';' input every.whole_in internallength 4 \
                    output every.whole_out passedbyvalue true receive every.whole_recv send every.whole_send";
    assert_eq!(parameters.join(" "), expected);
    let TypeKind::Domain { checks, .. } = kind("email") else {
        panic!("not a domain")
    };
    assert!(!checks["email_later"].validated);
    assert_eq!(
        checks["email_form"].comment.as_deref(),
        Some("has an at sign")
    );
    let TypeKind::Range {
        subtype_operator_class,
        multirange,
        ..
    } = kind("name_range")
    else {
        panic!("not a range")
    };
    assert_eq!(subtype_operator_class.as_deref(), Some("text_pattern_ops"));
    assert_eq!(multirange, &Some("names".into()));
}

fn tables(catalog: &Catalog, major: u32) {
    let table = |name: &str| &catalog.tables[&q(name)];
    let accounts = table("accounts");
    assert_eq!(accounts.replica_identity, ReplicaIdentity::Full);
    assert_eq!(table("silent").replica_identity, ReplicaIdentity::Nothing);
    let events = table("events");
    let index = ReplicaIdentity::Index("events_at".into());
    assert_eq!(events.replica_identity, index);
    assert_eq!(events.access_method, Some("heap_like".into()));
    assert_eq!(events.persistence, Persistence::Unlogged);
    assert_eq!(table("bookings").clustered_on, Some("bookings_pkey".into()));
    let tenant = accounts.column("tenant").unwrap();
    assert_eq!(tenant.options["n_distinct_inherited"], "-0.5");
    let by_default = accounts.column("by_default").unwrap();
    let identity = by_default.identity.as_ref().unwrap();
    assert_eq!(identity.name, Some(q("chosen")));
    assert_eq!(identity.comment.as_deref(), Some("behind an identity"));
    let usage = Grant::to("every_writer", Privilege::Usage);
    assert!(identity.grants.contains(&usage), "{:?}", identity.grants);
    let id = accounts.column("id").unwrap().identity.as_ref().unwrap();
    assert_eq!((&id.name, id.sequence.start), (&None, Some(100)));

    let homes = table("homes");
    assert_eq!(homes.of_type, Some(q("address")));
    assert_eq!(columns(homes), ["street", "town"]);
    let remote = table("remote");
    assert_eq!(
        remote.foreign.as_ref().unwrap().options["schema_name"],
        "it's"
    );
    let column = remote.column("id").unwrap();
    assert_eq!(column.foreign_options["column_name"], "the id");
    assert!(remote.triggers.contains_key("touch"));

    let rules = &events.rules;
    assert_eq!(names(rules), ["copied", "nothing", "told"]);
    assert_eq!(rules["copied"].actions.len(), 2);
    assert_eq!(rules["copied"].enabled, TriggerEnabled::Disabled);
    let condition = rules["copied"].condition.as_ref().map(Expression::sql);
    assert_eq!(condition, Some("new.id > 3"));
    assert!(rules["nothing"].instead && rules["nothing"].actions.is_empty());
    assert_eq!(rules["told"].actions, ["NOTIFY events"]);
    let late = &table("bookings").triggers["late"];
    assert_eq!(late.from, Some(q("accounts")));
    let excluded = &table("bookings").constraints["no_same"].kind;
    let ConstraintKind::Exclusion { elements, .. } = excluded else {
        panic!("not an exclusion")
    };
    let element = &elements[0].element;
    assert_eq!(element.operator_class.as_deref(), Some("text_pattern_ops"));
    assert_eq!(
        (elements[0].operator.as_str(), element.descending),
        ("=", true)
    );
    let named = (accounts.columns.iter()).filter(|c| c.not_null_constraint.name.is_some());
    assert_eq!(named.count(), 0, "automatic names on {major}");
}

fn indexes(catalog: &Catalog) {
    let accounts = &catalog.tables[&q("accounts")];
    let elements = |name: &str| {
        let element = |element: &IndexElement| {
            let mut text = match &element.key {
                IndexKey::Column(name) => name.to_string(),
                IndexKey::Expression(sql) => format!("({})", sql.sql()),
            };
            for part in [&element.collation, &element.operator_class]
                .into_iter()
                .flatten()
            {
                text += &format!(" {part}");
            }
            match (element.descending, element.nulls_first) {
                (false, false) => text,
                (descending, first) => format!("{text} {descending} {first}"),
            }
        };
        let elements = &accounts.indexes[name].elements;
        elements.iter().map(element).collect::<Vec<_>>().join(", ")
    };
    for (index, expected) in [
        (
            "accounts_stage",
            "stage true false, code \"POSIX\", (lower(notes)) text_pattern_ops, tenant false true",
        ),
        (
            "accounts_lower",
            "(lower(code) || ', '::text), (price + (1)::numeric)",
        ),
        ("accounts_email", "email, (tenant + 1) true true"),
        ("accounts_odd", "Odd \"Name"),
        (
            "accounts_notes",
            "(to_tsvector('english'::regconfig, notes))",
        ),
        (
            "accounts_tsv",
            "(to_tsvector('english'::regconfig, notes)) tsvector_ops (siglen='100')",
        ),
        (
            "accounts_at",
            "at timestamptz_minmax_multi_ops (values_per_range='16'), id",
        ),
        ("accounts_hash", "code"),
        (
            "accounts_pattern",
            "code text_pattern_ops, code varchar_ops",
        ),
    ] {
        assert_eq!(elements(index), expected, "{index}");
    }
    let stage = &accounts.indexes["accounts_stage"];
    assert_eq!(stage.elements[2].statistics, Some(77));
    assert_eq!(stage.include, [Name::new("price")]);
    let during = &catalog.tables[&q("bookings")].indexes["bookings_during"];
    let class = during.elements[1].operator_class.as_deref();
    assert_eq!(class, Some("every.points"));
    let key = &accounts.constraints["accounts_code"];
    assert_eq!(key.index_comment.as_deref(), Some("for the code"));
}

fn partitions(catalog: &Catalog, major: u32) {
    let table = |name: &str| &catalog.tables[&q(name)];
    let of = |name: &str| table(name).partition_of.as_ref().unwrap();
    let year = table("measures_2024");
    assert!(!of("measures_2024").attached);
    assert_eq!(columns(year), ["kind", "value"]);
    let state = year.inherited_trigger_states.get("touch");
    assert_eq!(state, Some(&TriggerEnabled::Disabled));
    assert_eq!(names(&year.triggers), ["own"]);
    assert_eq!(names(&year.constraints), ["measures_2024_pkey", "small"]);
    let key = &year.constraints["measures_2024_pkey"];
    assert_eq!(key.parent, Some("measures_key".into()));
    // Another order of columns, and a default that was taken away.
    assert!(of("measures_2025").attached && of("measures_2026").attached);
    assert_eq!(
        columns(table("measures_2025")),
        ["value", "at", "id", "kind"]
    );
    let own = &table("measures_2025").indexes["own_kind"];
    assert_eq!(own.parent, Some("measures_kind".into()));
    assert_eq!(own.comment.as_deref(), Some("a part of another"));
    let measures = table("measures");
    assert!(measures.indexes["measures_some"].only && !measures.indexes["measures_kind"].only);
    assert!(table("kinds_remote").foreign.is_some());
    if major >= 17 {
        let ranged = table("ranged_1");
        assert!(ranged.columns.is_empty() && !of("ranged_1").attached);
        assert!(of("ranged_2").attached);
        assert!(
            table("ranged_2")
                .columns
                .iter()
                .all(|c| c.identity.is_none())
        );
    }
}

fn children(catalog: &Catalog) {
    let table = |name: &str| &catalog.tables[&q(name)];
    assert_eq!(columns(table("cities")), ["area", "mayor"]);
    let capitals = table("capitals");
    assert_eq!(capitals.inherits, [q("cities"), q("named")]);
    let held = ["id", "name", "area", "mayor", "alias", "state"];
    assert_eq!(columns(capitals), held);
    assert!(capitals.columns[..5].iter().all(|column| column.inherited));
    assert!(!capitals.columns[5].inherited);
    assert_eq!(columns(table("joined")), ["extra", "alias", "name"]);
    assert!(table("capitals").constraints.is_empty());
}

fn views(catalog: &Catalog) {
    let view = &catalog.views[&q("open_accounts")];
    let stage = view.columns[2].default.as_ref().map(Expression::sql);
    assert_eq!(stage, Some("'open'::every.stage"));
    assert!(catalog.views[&q("above")].rules.contains_key("written"));
    let totals = &catalog.materialized_views[&q("totals")];
    assert_eq!(totals.access_method, Some("heap_like".into()));
    assert_eq!(totals.clustered_on, Some("totals_tenant".into()));
    assert_eq!(totals.columns[1].statistics, Some(50));
    assert_eq!(totals.columns[1].storage.as_deref(), Some("EXTERNAL"));
    assert!(!totals.unpopulated);
    assert!(catalog.materialized_views[&q("unfilled")].unpopulated);
}

fn privileges(catalog: &Catalog, major: u32) {
    let accounts = &catalog.tables[&q("accounts")].grants;
    let granted = Grant {
        grantor: Some("every_writer".into()),
        ..Grant::to("every_reader", Privilege::Insert)
    };
    assert!(accounts.contains(&granted));
    let column = Grant::to("every_reader", Privilege::Update).on_column("notes");
    assert!(accounts.contains(&column));
    let kept = &catalog.owner_privileges[&ObjectId::Table(q("accounts"))];
    assert!(!kept.contains(&Privilege::Truncate) && kept.contains(&Privilege::Select));
    let silent = &catalog.owner_privileges[&ObjectId::Table(q("silent"))];
    assert!(silent.is_empty());
    let large = (catalog.default_privileges.iter())
        .filter(|entry| entry.target == PrivilegeTarget::LargeObjects);
    assert_eq!(large.count(), usize::from(major >= 18));
    let roles = ["every_owner", "every_reader", "every_writer"];
    assert_eq!(names(&catalog.roles), roles);
}

fn comments(catalog: &Catalog) {
    let json = serde_json::to_string(catalog).unwrap();
    for text in include_str!("../../../testdata/every-object/schema.sql")
        .lines()
        .filter(|line| line.starts_with("COMMENT ON"))
        .filter_map(|line| line.rsplit_once(" IS '")?.1.strip_suffix("';"))
    {
        assert!(json.contains(&format!("\"{text}\"")), "comment `{text}`");
    }
}

fn since_18(catalog: &Catalog) {
    let rates = &catalog.tables[&q("rates")];
    let not_null = |column: &str| &rates.column(column).unwrap().not_null_constraint;
    assert_eq!(not_null("price").name, Some("named".into()));
    assert_eq!(not_null("price").comment.as_deref(), Some("has a price"));
    assert!(not_null("later").not_valid && not_null("alone").no_inherit);
    assert!(!rates.constraints["lax"].enforced);
    let stays = &catalog.tables[&q("stays")].constraints;
    assert!(!stays["stays_account"].enforced);
    let options = &catalog.publications["every_generated"].options;
    assert_eq!(options["publish_generated_columns"], "stored");
}

/// What an ordinary user may not see is a warning, and all else is read as a superuser reads it.
#[test]
fn an_ordinary_user_reads_the_same() {
    for sandbox in sandboxes() {
        let mut client = loaded(&sandbox);
        let all = read(&mut client).catalog;
        client.batch_execute("SET ROLE every_group").unwrap();
        let Reading {
            mut catalog,
            warnings,
        } = read(&mut client);
        let hidden: Vec<String> = warnings.iter().map(ToString::to_string).collect();
        let hidden = hidden.iter().filter(|text| text.contains("superuser"));
        // The subscription's connection and the options of two user mappings.
        assert_eq!(hidden.count(), 3, "{warnings:#?}");
        catalog.subscriptions.clone_from(&all.subscriptions);
        catalog.user_mappings.clone_from(&all.user_mappings);
        assert!(catalog == all, "{}", sandbox.installation());
    }
}
