//! Small briefs, and the policies, indexes, reports and privileges that become of them.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use pgwright_catalog::{
    Catalog, Grant, IndexKey, Name, PartitionBound, Privilege, QualifiedName, RoutineKind, Table,
};
use pgwright_design::Design;

/// The design of a brief's entities and policies, given as YAML.
fn design(yaml: &str) -> Design {
    design_for(15, yaml)
}

fn design_for(version: u32, yaml: &str) -> Design {
    let text = format!("brief: t\npostgresql: {version}\nas_of: 2026-11-22\n{yaml}");
    let reading = pgwright_brief::read(&text);
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    pgwright_design::design(&reading.brief.unwrap())
}

fn table<'c>(catalog: &'c Catalog, name: &str) -> &'c Table {
    let names: Vec<_> = catalog.tables.keys().map(ToString::to_string).collect();
    catalog
        .tables
        .get(&QualifiedName::new("t", name))
        .unwrap_or_else(|| panic!("no table {name} among {names:?}"))
}

fn columns(table: &Table) -> Vec<&str> {
    table.columns.iter().map(|c| c.name.as_str()).collect()
}

/// The indexes of a table as `method (columns) where`, without those of uniqueness.
fn indexes(table: &Table) -> BTreeSet<String> {
    table
        .indexes
        .values()
        .filter(|i| !i.unique)
        .map(|index| {
            let keys: Vec<String> = index
                .elements
                .iter()
                .map(|e| {
                    let key = match &e.key {
                        IndexKey::Column(name) => name.to_string(),
                        IndexKey::Expression(expression) => expression.sql().to_owned(),
                    };
                    if e.descending {
                        format!("{key} desc")
                    } else {
                        key
                    }
                })
                .collect();
            let condition = index
                .predicate
                .as_ref()
                .map(|p| format!(" where {}", p.sql()))
                .unwrap_or_default();
            format!("{} ({}){condition}", index.method, keys.join(", "))
        })
        .collect()
}

fn privileges(table: &Table, role: &str) -> BTreeSet<(Privilege, Option<String>)> {
    table
        .grants
        .iter()
        .filter(|g| g.grantee.as_ref().is_some_and(|r| r.as_str() == role))
        .map(|g| (g.privilege, g.column.as_ref().map(Name::to_string)))
        .collect()
}

fn body(design: &Design, function: &str) -> String {
    let found = design
        .catalog
        .routines
        .iter()
        .find(|(signature, _)| signature.name.name.as_str() == function)
        .unwrap_or_else(|| panic!("no function {function}"));
    format!("{:?}", found.1.body)
}

#[test]
fn rows_that_change_say_who_and_when_and_rows_that_do_not_say_when() {
    let design = design(
        "entities:
  user: {actor: true, has: {name: name}}
  order: {has: {note: text}}
  event: {append_only: true, has: {note: text}}",
    );
    let order = table(&design.catalog, "orders");
    for column in ["created_at", "updated_at", "created_by", "updated_by"] {
        assert!(columns(order).contains(&column), "{column}");
    }
    assert!(order.triggers.contains_key("stamp_change"));
    let event = table(&design.catalog, "events");
    assert!(columns(event).contains(&"created_at") && columns(event).contains(&"created_by"));
    assert!(!columns(event).contains(&"updated_at"));
    assert!(!event.triggers.contains_key("stamp_change"));
}

#[test]
fn histories_hold_before_and_after_in_the_columns_own_types() {
    let design = design(
        "entities:
  user: {actor: true, has: {name: name}}
  deal: {has: {value: money in USD, note: text, customer: user}}
policies:
  history: deal.value, deal.customer",
    );
    let changes = table(&design.catalog, "deal_changes");
    let names = columns(changes);
    for column in ["deal_id", "changed_at", "changed_by", "database_role"] {
        assert!(names.contains(&column), "{column}");
    }
    let value = changes.column("value_before").unwrap();
    let own = table(&design.catalog, "deals").column("value").unwrap();
    assert_eq!(value.data_type, own.data_type);
    assert!(names.contains(&"customer_id_after") && !names.contains(&"note_after"));
    let trigger = &table(&design.catalog, "deals").triggers["record_change"];
    assert!(
        trigger
            .when
            .as_ref()
            .unwrap()
            .sql()
            .contains("IS DISTINCT FROM")
    );
    // Nobody but the owner's function writes it.
    assert_eq!(
        privileges(changes, "t_readwrite"),
        BTreeSet::from([(Privilege::Select, None)])
    );
}

#[test]
fn a_table_is_partitioned_where_its_rows_and_their_age_call_for_it() {
    let design = design(
        "entities:
  device: {has: {name: name}}
  reading:
    append_only: true
    has: {device: device, taken_at: instant, value: quantity}
    volume: 10 million a month, kept 2 years
  note:
    has: {device: device, text: text}
    volume: 1000 a month, kept 2 years",
    );
    let reading = table(&design.catalog, "readings");
    assert_eq!(
        reading.partition_by.as_ref().unwrap().elements,
        ["taken_at"]
    );
    let (_, key) = reading.primary_key().unwrap();
    assert_eq!(key.columns.last().unwrap().as_str(), "taken_at");
    let partition = table(&design.catalog, "readings_p2026_11");
    assert_eq!(
        partition.partition_of.as_ref().unwrap().bound,
        PartitionBound::Range {
            from: vec!["'2026-11-01 00:00:00+00'".to_owned()],
            to: vec!["'2026-12-01 00:00:00+00'".to_owned()],
        }
    );
    assert_eq!(
        table(&design.catalog, "readings_default")
            .partition_of
            .as_ref()
            .unwrap()
            .bound,
        PartitionBound::Default
    );
    assert!(table(&design.catalog, "notes").partition_by.is_none());
    let procedures: Vec<&str> = design
        .catalog
        .routines
        .iter()
        .filter(|(_, r)| r.kind == RoutineKind::Procedure)
        .map(|(s, _)| s.name.name.as_str())
        .collect();
    assert_eq!(procedures, ["maintain_partitions", "remove_expired_rows"]);
    assert!(body(&design, "remove_expired_rows").contains("t.notes"));
    assert!(
        design
            .monitors
            .iter()
            .any(|m| m.name == "default_partitions")
    );
}

#[test]
fn a_table_that_others_refer_to_stays_in_one_piece_and_says_why() {
    let design = design(
        "entities:
  order:
    append_only: true
    has: {placed_at: instant}
    volume: 10 million a month, kept 2 years
  complaint: {has: {order: order}}",
    );
    assert!(table(&design.catalog, "orders").partition_by.is_none());
    let decision = design
        .decisions
        .iter()
        .find(|d| d.family == "partitioning")
        .unwrap();
    assert!(decision.choice.contains("complaint"), "{}", decision.choice);
}

#[test]
fn hidden_rows_have_a_view_of_the_live_ones_and_nobody_deletes_them() {
    let design = design(
        "entities:
  customer: {has: {email: 'email, unique'}}
  address: {part_of: customer, has: {street: text}}
policies:
  restorable: customer",
    );
    let customer = table(&design.catalog, "customers");
    assert!(columns(customer).contains(&"deleted_at"));
    assert!(customer.triggers.contains_key("refuse_delete"));
    let rights = privileges(customer, "t_readwrite");
    assert!(rights.contains(&(Privilege::Update, None)));
    assert!(!rights.contains(&(Privilege::Delete, None)));
    let view = |name: &str| &design.catalog.views[&QualifiedName::new("t", name)];
    assert!(view("live_customers").query.contains("deleted_at IS NULL"));
    assert_eq!(view("live_customers").options["security_invoker"], "true");
    assert!(view("live_addresses").query.contains("t.customers"));
}

#[test]
fn tenants_are_kept_apart_on_every_table_and_for_the_owner_too() {
    let design = design(
        "entities:
  company: {has: {name: name}}
  order: {has: {number: 'integer, gapless per company', company: company, tags: many tag}}
  tag: {has: {name: name}}
policies:
  tenancy: {tenant: company}
  history: order.*
reports:
  orders_by_company:
    fresh: 1 hour
    sql: select o.company, count(*) as orders from order o group by o.company",
    );
    for (name, found) in &design.catalog.tables {
        if name.name.as_str() == "report_refreshes" {
            continue;
        }
        assert!(found.row_security && found.force_row_security, "{name}");
        let policy = &found.policies["tenant_isolation"];
        let using = policy.using.as_ref().unwrap().sql();
        assert!(
            using.contains("(SELECT t.current_company_id()")
                || using.contains("current_tenant_id()"),
            "{using}"
        );
        assert!(policy.roles.is_empty(), "{name}");
    }
    // A materialized view knows no policies.
    let view = &design.catalog.materialized_views[&QualifiedName::new("t", "orders_by_company")];
    assert_eq!(
        view.grants,
        BTreeSet::from([Grant::to("t_reporter", Privilege::Select)])
    );
}

#[test]
fn who_sees_only_some_rows_has_a_role_that_reads_nothing_else() {
    let design = design(
        "entities:
  supplier: {has: {name: name}}
  offer: {has: {supplier: supplier, price: money in EUR}}
  line: {part_of: offer, has: {text: text}}
  secret_plan: {has: {text: text}}
policies:
  visibility:
    - rule: supplier sees offer where supplier = me
      says: A supplier sees its own offers.",
    );
    let offer = table(&design.catalog, "offers");
    assert_eq!(
        offer.policies["supplier_sees"]
            .using
            .as_ref()
            .unwrap()
            .sql(),
        "supplier_id = (SELECT t.current_supplier_id() AS current_supplier_id)"
    );
    assert!(offer.policies.contains_key("everyone_else"));
    let seen: Vec<&str> = design
        .catalog
        .tables
        .iter()
        .filter(|(_, t)| !privileges(t, "t_supplier").is_empty())
        .map(|(name, _)| name.name.as_str())
        .collect();
    assert_eq!(seen, ["lines", "offers"]);
}

#[test]
fn contents_that_are_traced_are_read_through_a_function_alone() {
    let design = design(
        "entities:
  doctor: {actor: true, has: {name: name}}
  note: {has: {doctor: doctor, text: 'long text, sensitive'}}
policies:
  traced_reads: note",
    );
    let note = table(&design.catalog, "notes");
    let readable: BTreeSet<Option<String>> = privileges(note, "t_readwrite")
        .into_iter()
        .filter(|(p, _)| *p == Privilege::Select)
        .map(|(_, c)| c)
        .collect();
    assert!(readable.contains(&Some("doctor_id".to_owned())));
    assert!(!readable.contains(&None) && !readable.contains(&Some("text".to_owned())));
    let log = table(&design.catalog, "note_reads");
    assert!(privileges(log, "t_readwrite").is_empty());
    assert!(!privileges(log, "t_auditor").is_empty());
    assert!(body(&design, "read_note").contains("note_reads"));
}

#[test]
fn erasure_keeps_the_row_and_the_form_of_its_values() {
    let design = design(
        "entities:
  person:
    has:
      name: name, personal
      email: email, unique, personal
      phone: phone, optional, personal
      born: date, personal
policies:
  erasable: person
  history: person.email",
    );
    let erase = body(&design, "erase_person");
    assert!(erase.contains("phone = NULL"));
    assert!(erase.contains("@erased.invalid"));
    assert!(erase.contains("email_before = NULL"));
    let comment = table(&design.catalog, "people").column("email").unwrap();
    assert!(comment.comment.as_ref().unwrap().contains("ersonal data"));
}

#[test]
fn one_index_serves_what_it_can_and_none_stands_twice() {
    let design = design(
        "entities:
  customer: {has: {name: name, email: 'email, unique'}}
  order: {has: {customer: customer, placed_at: instant, state: one of open | done}}
access:
  - latest 20 order of customer by placed_at
  - find order by customer
  - find customer by email
  - find customer by part of name",
    );
    assert_eq!(
        indexes(table(&design.catalog, "orders")),
        BTreeSet::from(["btree (customer_id, placed_at desc)".to_owned()])
    );
    assert_eq!(
        indexes(table(&design.catalog, "customers")),
        BTreeSet::from(["gin (name)".to_owned()])
    );
}

#[test]
fn text_search_under_row_security_gets_no_index_that_could_not_be_used() {
    let design = design(
        "entities:
  company: {has: {name: name}}
  contact: {has: {name: name}}
access:
  - find contact by part of name
policies:
  tenancy: {tenant: company}",
    );
    assert!(
        indexes(table(&design.catalog, "contacts"))
            .iter()
            .all(|i| !i.starts_with("gin"))
    );
    let told = design
        .decisions
        .iter()
        .any(|d| d.rationale.contains("leakproof"));
    assert!(told);
}

#[test]
fn reports_are_views_when_live_and_stored_when_they_may_lag() {
    let design = design(
        "entities:
  sale: {has: {sold_at: instant, amount: money in EUR}}
reports:
  today: {fresh: live, sql: select count(*) as sales from sale where sold_at >= current_date}
  by_day: {fresh: daily, sql: 'select sold_at::date as day, sum(amount) as total from sale group by sold_at::date'}
  newest: {fresh: daily, sql: 'select amount from sale order by sold_at desc limit 10'}",
    );
    assert!(
        design
            .catalog
            .views
            .contains_key(&QualifiedName::new("t", "today"))
    );
    let stored = |name: &str| &design.catalog.materialized_views[&QualifiedName::new("t", name)];
    let unique = |name: &str| -> Vec<String> {
        let index = stored(name).indexes.values().find(|i| i.unique).unwrap();
        assert!(index.predicate.is_none());
        index
            .elements
            .iter()
            .map(|e| match &e.key {
                IndexKey::Column(name) => name.to_string(),
                IndexKey::Expression(e) => panic!("{}", e.sql()),
            })
            .collect()
    };
    assert_eq!(unique("by_day"), ["day"]);
    assert_eq!(unique("newest"), ["row_number"]);
    assert!(design.monitors.iter().any(|m| m.name == "report_freshness"));
}

#[test]
fn nothing_is_left_to_public_and_everything_has_an_owner() {
    let design = design("entities:\n  thing: {has: {name: name, pin: secret}}");
    let owner = Some(Name::new("t_owner"));
    for (signature, routine) in &design.catalog.routines {
        assert!(
            routine.grants.iter().all(|g| g.grantee.is_some()),
            "{signature}"
        );
        assert_eq!(routine.owner, owner);
    }
    for found in design.catalog.tables.values() {
        assert_eq!(found.owner, owner);
    }
    let readable = privileges(table(&design.catalog, "things"), "t_readonly");
    assert!(!readable.contains(&(Privilege::Select, Some("pin".to_owned()))));
    assert!(!readable.contains(&(Privilege::Select, None)));
}

#[test]
fn before_15_views_are_kept_from_those_who_see_only_some_rows() {
    let yaml = "entities:
  supplier: {has: {name: name}}
  offer: {has: {supplier: supplier}}
policies:
  restorable: offer
  visibility:
    - rule: supplier sees offer where supplier = me";
    let view =
        |design: &Design| design.catalog.views[&QualifiedName::new("t", "live_offers")].clone();
    let supplier = Grant::to("t_supplier", Privilege::Select);
    assert!(view(&design_for(15, yaml)).grants.contains(&supplier));
    let old = view(&design_for(14, yaml));
    assert!(!old.options.contains_key("security_invoker"));
    assert!(!old.grants.contains(&supplier));
}
