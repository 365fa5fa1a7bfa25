//! Small briefs, and the tables, keys and constraints that become of them.
#![allow(clippy::unwrap_used)]

use pgwright_catalog::{
    Catalog, ConstraintKind, Deferrability, ForeignKey, QualifiedName, ReferentialAction, Table,
    TypeKind,
};
use pgwright_design::Design;

/// The design of a brief's entities and policies, given as YAML.
fn design(yaml: &str) -> Design {
    let text = format!("brief: t\npostgresql: 15\nas_of: 2026-01-01\n{yaml}");
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

fn key(table: &Table) -> Vec<&str> {
    let (_, key) = table.primary_key().unwrap();
    columns(&key.columns)
}

fn columns(names: &[pgwright_catalog::Name]) -> Vec<&str> {
    names.iter().map(|c| c.as_str()).collect()
}

fn first_columns(table: &Table, count: usize) -> Vec<&str> {
    let names = table.columns.iter().map(|c| c.name.as_str());
    names.take(count).collect()
}

fn foreign_key<'t>(table: &'t Table, name: &str) -> &'t ForeignKey {
    let names: Vec<_> = table.constraints.keys().map(ToString::to_string).collect();
    match table.constraints.get(name).map(|c| &c.kind) {
        Some(ConstraintKind::ForeignKey(key)) => key,
        _ => panic!("no foreign key {name} among {names:?}"),
    }
}

fn check(table: &Table, name: &str) -> String {
    let names: Vec<_> = table.constraints.keys().map(ToString::to_string).collect();
    match table.constraints.get(name).map(|c| &c.kind) {
        Some(ConstraintKind::Check(check)) => check.sql().to_owned(),
        _ => panic!("no check {name} among {names:?}"),
    }
}

fn data_type<'t>(table: &'t Table, column: &str) -> &'t str {
    &table.column(column).unwrap().data_type
}

const SHOP: &str = "
entities:
  tender:
    key: code
    has:
      code: currency
      name: name
  customer:
    has:
      name: name
      pays_in: tender
  order:
    has:
      customer: customer
      placed_at: instant
  item:
    has:
      name: name
  order_item:
    part_of: order
    key: order, item
    has:
      item: item
      amount: quantity in kg
";

#[test]
fn keys_are_numbers_codes_or_what_a_row_relates() {
    let design = design(SHOP);
    let catalog = &design.catalog;
    assert_eq!(key(table(catalog, "orders")), ["order_id"]);
    assert_eq!(data_type(table(catalog, "orders"), "order_id"), "bigint");
    assert_eq!(key(table(catalog, "tenders")), ["code"]);
    assert_eq!(key(table(catalog, "order_items")), ["order_id", "item_id"]);
    let pays = foreign_key(table(catalog, "customers"), "customers_pays_in_code_fkey");
    assert_eq!(pays.on_update, ReferentialAction::Cascade);
}

#[test]
fn a_part_goes_with_its_whole_and_nothing_else_does() {
    let design = design(SHOP);
    let lines = table(&design.catalog, "order_items");
    let whole = foreign_key(lines, "order_items_order_id_fkey");
    assert_eq!(whole.on_delete, ReferentialAction::Cascade);
    let item = foreign_key(lines, "order_items_item_id_fkey");
    assert_eq!(item.on_delete, ReferentialAction::NoAction);
    assert_eq!(first_columns(lines, 3), ["order_id", "item_id", "amount"]);
}

#[test]
fn tenants_share_tables_and_no_reference_crosses() {
    let design = design(
        "
entities:
  firm:
    has:
      name: name
  project:
    has:
      firm: firm
      code: code, unique
  task:
    has:
      project: project
      assignee: worker, optional
  worker:
    has:
      name: name
policies:
  tenancy:
    tenant: firm
",
    );
    let tasks = table(&design.catalog, "tasks");
    assert_eq!(key(tasks), ["firm_id", "task_id"]);
    let project = foreign_key(tasks, "tasks_project_id_fkey");
    assert_eq!(columns(&project.columns), ["firm_id", "project_id"]);
    assert_eq!(
        columns(&project.referenced_columns),
        ["firm_id", "project_id"]
    );
    // The tenant's column keeps its value when the reference is emptied.
    let assignee = foreign_key(tasks, "tasks_assignee_id_fkey");
    assert_eq!(
        assignee.on_delete,
        ReferentialAction::SetNull(vec!["assignee_id".into()])
    );
    let projects = table(&design.catalog, "projects");
    assert_eq!(
        first_columns(projects, 3),
        ["firm_id", "project_id", "code"]
    );
    let mut keys = projects.keys();
    let (_, unique) = keys
        .find(|(name, _)| name.as_str() == "projects_code_key")
        .unwrap();
    assert_eq!(columns(&unique.columns), ["firm_id", "code"]);
}

#[test]
fn meanings_become_types_with_checks_and_shared_forms_domains() {
    let design = design(
        "
entities:
  thing:
    has:
      name: name
      price: money in JPY
      cost: money in KWD
      share: percentage
      contact: email
      billing: email, optional
      home: address, optional
      open: period of times
      tags: tags
      total: decimal(10,2), computed as price + cost
",
    );
    let things = table(&design.catalog, "things");
    assert_eq!(data_type(things, "price"), "numeric(14,0)");
    assert_eq!(data_type(things, "cost"), "numeric(15,3)");
    assert_eq!(data_type(things, "contact"), "t.email_address");
    assert_eq!(data_type(things, "open"), "tstzrange");
    assert!(things.column("tags").unwrap().not_null);
    assert!(things.column("total").unwrap().generated.is_some());
    assert_eq!(
        check(things, "things_share_range_check"),
        "share BETWEEN 0 AND 100"
    );
    assert!(check(things, "things_open_bounds_check").contains("lower_inc(open)"));
    assert!(check(things, "things_home_complete_check").contains("IN (0, 3)"));
    assert!(things.indexes.contains_key("things_tags_idx"));
    let domain = &design.catalog.types[&QualifiedName::new("t", "email_address")];
    assert!(matches!(domain.kind, TypeKind::Domain { .. }));
}

#[test]
fn lists_are_enums_and_maintained_lists_are_tables() {
    let design = design(
        "
entities:
  ticket:
    has:
      severity: one of low | high, default low
      category: lookup
",
    );
    let tickets = table(&design.catalog, "tickets");
    assert_eq!(data_type(tickets, "severity"), "t.ticket_severity");
    let default = tickets.column("severity").unwrap().default.clone().unwrap();
    assert_eq!(default.sql(), "'low'::t.ticket_severity");
    let category = foreign_key(tickets, "tickets_category_id_fkey");
    assert_eq!(category.references.name.as_str(), "ticket_categories");
}

#[test]
fn roles_are_tables_that_references_ask_for() {
    let design = design(
        "
entities:
  company:
    roles:
      seller: Sells.
      buyer:
        has:
          credit: money in EUR
    has:
      name: name
  deal:
    has:
      seller: seller
      buyer: buyer
",
    );
    let deals = table(&design.catalog, "deals");
    let seller = foreign_key(deals, "deals_seller_id_fkey");
    assert_eq!(seller.references.name.as_str(), "sellers");
    assert_eq!(columns(&seller.referenced_columns), ["company_id"]);
    let buyers = table(&design.catalog, "buyers");
    assert!(buyers.column("credit").unwrap().not_null);
    let companies = table(&design.catalog, "companies");
    let trigger = &companies.triggers["company_plays_a_role"];
    assert_eq!(trigger.constraint, Some(Deferrability::InitiallyDeferred));
}

#[test]
fn kinds_have_their_facts_and_no_other() {
    let design = design(
        "
entities:
  device:
    kinds:
      sensor:
        has:
          span: decimal(6,2)
          note: text, optional
      camera:
    has:
      name: name
",
    );
    let devices = table(&design.catalog, "devices");
    assert_eq!(
        check(devices, "devices_span_kind_check"),
        "(kind = 'sensor') = (span IS NOT NULL)"
    );
    assert_eq!(
        check(devices, "devices_note_kind_check"),
        "kind = 'sensor' OR note IS NULL"
    );
}

#[test]
fn a_reference_to_one_of_several_fills_one_column() {
    let design = design(
        "
entities:
  person:
    has:
      name: name
  company:
    has:
      name: name
  note:
    has:
      about: either person | company
      text: long text
",
    );
    let notes = table(&design.catalog, "notes");
    assert_eq!(
        check(notes, "notes_about_exactly_one_check"),
        "num_nonnulls(person_id, company_id) = 1"
    );
    foreign_key(notes, "notes_person_id_fkey");
    foreign_key(notes, "notes_company_id_fkey");
}

#[test]
fn a_shared_parent_is_compared_by_foreign_keys() {
    let design = design(
        "
entities:
  maker:
    has:
      name: name
  product:
    has:
      maker: maker
  deal:
    has:
      maker: maker
  deal_line:
    part_of: deal
    has:
      product: product
    rules:
      - deal.maker = product.maker
  review:
    has:
      deal: deal
      author: maker
    rules:
      - author = deal.maker
",
    );
    let lines = table(&design.catalog, "deal_lines");
    let deal = foreign_key(lines, "deal_lines_deal_id_fkey");
    assert_eq!(columns(&deal.columns), ["deal_id", "maker_id"]);
    assert_eq!(deal.on_delete, ReferentialAction::Cascade);
    assert_eq!(deal.on_update, ReferentialAction::Cascade);
    let product = foreign_key(lines, "deal_lines_product_id_fkey");
    assert_eq!(columns(&product.columns), ["product_id", "maker_id"]);
    assert!(lines.column("maker_id").unwrap().not_null);
    // A reference of the row itself is compared, and does not follow by itself.
    let review = foreign_key(table(&design.catalog, "reviews"), "reviews_deal_id_fkey");
    assert_eq!(columns(&review.columns), ["deal_id", "author_id"]);
    assert_eq!(review.on_update, ReferentialAction::NoAction);
    // One more key than the primary one, which both rules point at.
    assert_eq!(table(&design.catalog, "deals").keys().count(), 2);
}

#[test]
fn trees_refuse_circles() {
    let design = design(
        "
entities:
  place:
    has:
      name: name
      parent: place, optional, hierarchy
",
    );
    let places = table(&design.catalog, "places");
    assert_eq!(
        check(places, "places_parent_not_self_check"),
        "parent_id <> place_id"
    );
    assert!(places.triggers.contains_key("parent_stays_a_tree"));
    let mut routines = design.catalog.routines.keys();
    assert!(routines.any(|r| r.name.name.as_str() == "place_below"));
}

#[test]
fn uniqueness_is_among_rows_that_count() {
    let design = design(
        "
entities:
  person:
    has:
      email: email, unique
      team: team, optional
      nick: name, unique per team
      is_head: yes/no, default no
    rules:
      - at most one per team where is_head
  team:
    has:
      name: name, unique
policies:
  restorable: person
",
    );
    let people = table(&design.catalog, "people");
    let email = &people.indexes["people_email_key"];
    assert!(email.unique);
    assert_eq!(
        email.predicate.as_ref().unwrap().sql(),
        "deleted_at IS NULL"
    );
    // People without a team are one group.
    assert!(people.indexes["people_team_id_nick_key"].nulls_not_distinct);
    let mut indexes = people.indexes.values();
    let head = indexes
        .find(|i| {
            let predicate = i.predicate.as_ref();
            i.unique && predicate.is_some_and(|p| p.sql().contains("is_head"))
        })
        .unwrap();
    assert_eq!(head.elements.len(), 1);
    let teams = table(&design.catalog, "teams");
    assert!(teams.constraints.contains_key("teams_name_key"));
}

#[test]
fn what_is_unique_across_partitions_has_a_registry() {
    let design = design(
        "
entities:
  reading:
    append_only: true
    has:
      taken_at: instant
      number: code, unique
    volume: 50 million a month, kept 12 months
",
    );
    let registry = table(&design.catalog, "reading_numbers");
    assert_eq!(key(registry), ["number"]);
    assert!(registry.partition_by.is_some(), "it is split by hash");
    let readings = table(&design.catalog, "readings");
    assert!(readings.triggers.contains_key("reading_numbers_insert"));
}

#[test]
fn rows_that_need_each_other_are_checked_at_the_end() {
    let design = design(
        "
entities:
  team:
    has:
      leader: member
  member:
    has:
      team: team
",
    );
    for (name, constraint) in [
        ("teams", "teams_leader_id_fkey"),
        ("members", "members_team_id_fkey"),
    ] {
        let made = &table(&design.catalog, name).constraints[constraint];
        assert_eq!(made.deferrability, Deferrability::InitiallyDeferred);
    }
}

#[test]
fn every_object_has_a_comment() {
    let design = design(
        "
entities:
  place:
    has:
      name: name, unique
      parent: place, optional, hierarchy
      home: address, optional
      neighbours: many place, at least one
      sort: one of a | b
",
    );
    for (name, made) in &design.catalog.tables {
        assert!(made.comment.is_some(), "table {name}");
        for column in &made.columns {
            assert!(column.comment.is_some(), "column {name}.{}", column.name);
        }
        for (constraint, made) in &made.constraints {
            assert!(made.comment.is_some(), "constraint {name}.{constraint}");
        }
        for (trigger, made) in &made.triggers {
            assert!(made.comment.is_some(), "trigger {name}.{trigger}");
        }
    }
    for (name, made) in &design.catalog.types {
        assert!(made.comment.is_some(), "type {name}");
    }
}

#[test]
fn the_same_brief_gives_the_same_design() {
    let (one, other) = (design(SHOP), design(SHOP));
    assert_eq!(one.catalog, other.catalog);
    assert_eq!(format!("{:?}", one.tests), format!("{:?}", other.tests));
}
