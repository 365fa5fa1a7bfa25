//! Rules of a brief as the catalog objects that keep them.

#![allow(clippy::unwrap_used)]

use pgwright_catalog::{Catalog, ConstraintKind, Deferrability, QualifiedName, RoutineBody, Table};
use pgwright_design::{Design, Expected, design};

fn designed(entities: &str, version: u32) -> Design {
    let brief =
        format!("brief: app\npostgresql: {version}\nas_of: 2026-01-01\nentities:\n{entities}");
    let reading = pgwright_brief::read(&brief);
    assert!(reading.errors.is_empty(), "{:?}", reading.errors);
    design(&reading.brief.unwrap())
}

fn table<'c>(catalog: &'c Catalog, name: &str) -> &'c Table {
    &catalog.tables[&QualifiedName::new("app", name)]
}

fn check<'c>(catalog: &'c Catalog, table_name: &str, constraint: &str) -> &'c str {
    match &table(catalog, table_name).constraints[constraint].kind {
        ConstraintKind::Check(expression) => expression.sql(),
        other => panic!("{constraint} is no check: {other:?}"),
    }
}

fn body(catalog: &Catalog, function: &str) -> String {
    let found = catalog
        .routines
        .iter()
        .find(|(signature, _)| signature.name.name.as_str() == function);
    match &found
        .unwrap_or_else(|| panic!("no function {function}"))
        .1
        .body
    {
        RoutineBody::Text(text) => text.clone(),
        other => panic!("{other:?}"),
    }
}

fn rejected(design: &Design, rule: &str) -> usize {
    design
        .tests
        .iter()
        .filter(|t| t.rule == rule)
        .flat_map(|t| &t.cases)
        .filter(|c| matches!(c.expected, Expected::Rejected { .. }))
        .count()
}

#[test]
fn conditions_hold_as_a_person_means_them() {
    let design = designed(
        "  task:\n    has:\n      state: one of open | done\n      note: text, optional\n      score: integer, optional, from 1 to 5\n    rules:\n      - rule: when state = 'done' then note is not null\n        name: done_note\n      - rule: when score > 3 then note = 'good'\n        name: score_note\n",
        15,
    );
    let catalog = &design.catalog;
    assert_eq!(
        check(catalog, "tasks", "tasks_done_note_check"),
        "state <> 'done' OR note IS NOT NULL"
    );
    assert_eq!(
        check(catalog, "tasks", "tasks_score_note_check"),
        "(score > 3) IS NOT TRUE OR (note = 'good') IS TRUE"
    );
    assert_eq!(
        check(catalog, "tasks", "tasks_score_check"),
        "score >= 1 AND score <= 5"
    );
    assert_eq!(rejected(&design, "task.score_range"), 2);
    assert!(rejected(&design, "done_note") >= 1);
}

#[test]
fn a_rule_about_the_current_time_is_no_check() {
    let design = designed(
        "  child:\n    has:\n      born_on: date\n    rules:\n      - rule: born_on <= current_date\n        name: born\n",
        15,
    );
    let children = table(&design.catalog, "children");
    assert!(!children.constraints.contains_key("children_born_check"));
    assert!(children.triggers.contains_key("verify_born"));
}

const BOOKINGS: &str = "  room:\n    has:\n      name: name\n  booking:\n    has:\n      room: room\n      slot: period of times\n      cancelled: yes/no, default no\n    rules:\n      - rule: no overlap of slot per room";

#[test]
fn periods_are_kept_apart_by_an_exclusion_constraint() {
    let design = designed(
        &format!("{BOOKINGS} where not cancelled\n        name: slots\n"),
        18,
    );
    let bookings = table(&design.catalog, "bookings");
    match &bookings.constraints["bookings_slots_excl"].kind {
        ConstraintKind::Exclusion {
            elements,
            predicate,
            ..
        } => {
            let operators: Vec<&str> = elements.iter().map(|e| e.operator.as_str()).collect();
            assert_eq!(operators, ["=", "&&"]);
            assert_eq!(predicate.as_ref().unwrap().sql(), "NOT cancelled");
        }
        other => panic!("{other:?}"),
    }
    assert!(design.catalog.extensions.contains_key("btree_gist"));
    assert_eq!(design.concurrent_tests.len(), 1);
}

#[test]
fn newer_servers_keep_plain_periods_apart_by_a_key() {
    let design = designed(&format!("{BOOKINGS}\n        name: slots\n"), 18);
    match &table(&design.catalog, "bookings").constraints["bookings_slots_key"].kind {
        ConstraintKind::Unique(key) => assert!(key.without_overlaps),
        other => panic!("{other:?}"),
    }
}

#[test]
fn states_move_along_a_list_that_programs_can_ask_for() {
    let design = designed(
        "  job:\n    has:\n      state:\n        flow:\n          - new -> running\n          - running -> new | done\n",
        15,
    );
    let next = body(&design.catalog, "jobs_next_state");
    assert!(
        next.contains("WHEN 'running' THEN ARRAY['new', 'done']")
            || next.contains("WHEN 'running' THEN ARRAY['done', 'new']"),
        "{next}"
    );
    let jobs = table(&design.catalog, "jobs");
    assert!(
        jobs.column("state")
            .unwrap()
            .default
            .as_ref()
            .unwrap()
            .sql()
            .starts_with("'new'")
    );
    assert!(jobs.triggers["verify_state_move"].when.is_some());
    assert!(rejected(&design, "job.state_moves") == 2);
}

#[test]
fn rules_over_references_lock_what_they_read() {
    let design = designed(
        "  doctor:\n    has:\n      licensed: yes/no\n  drug:\n    has:\n      controlled: yes/no\n  order:\n    has:\n      doctor: doctor\n      drug: drug\n    rules:\n      - rule: when drug.controlled then doctor.licensed\n        name: licence\n",
        15,
    );
    let text = body(&design.catalog, "orders_verify_licence");
    assert_eq!(text.matches("FOR SHARE").count(), 2);
    assert!(text.contains("(drug_row.controlled) IS TRUE AND (doctor_row.licensed) IS NOT TRUE"));
    assert_eq!(rejected(&design, "licence"), 1);
}

#[test]
fn totals_are_updated_before_they_are_inserted() {
    let design = designed(
        "  item:\n    has:\n      name: name\n  stock:\n    key: item\n    has:\n      item: item\n      on_hand: quantity, running total of move.change per item\n    rules:\n      - rule: on_hand never below 0\n        name: enough\n  move:\n    append_only: true\n    has:\n      item: item\n      change: quantity\n",
        15,
    );
    let text = body(&design.catalog, "stocks_keep_on_hand");
    let update = text.find("UPDATE app.stocks").unwrap();
    assert!(update < text.find("INSERT INTO app.stocks").unwrap());
    assert!(text.contains("ORDER BY r.item_id"));
    let moves = table(&design.catalog, "moves");
    let trigger = &moves.triggers["total_stocks_on_hand_insert"];
    assert!(!trigger.for_each_row && trigger.new_table.is_some());
    assert!(moves.triggers.contains_key("refuse_change"));
    assert!(design.concurrent_tests.iter().any(|t| t.rule == "enough"));
    assert_eq!(
        design
            .monitors
            .iter()
            .filter(|m| m.name.contains("differs"))
            .count(),
        1
    );
}

#[test]
fn busy_totals_without_bounds_are_added_up_from_time_to_time() {
    let design = designed(
        "  meter:\n    has:\n      name: name\n  reading:\n    append_only: true\n    has:\n      meter: meter\n      value: quantity\n      taken_at: instant\n    volume: 20,000 a second at peak, kept 90 days\n  sum:\n    key: meter\n    has:\n      meter: meter\n      value: quantity, running total of reading.value per meter\n",
        15,
    );
    assert!(
        body(&design.catalog, "refresh_sums_value").contains("ON CONFLICT (meter_id) DO UPDATE")
    );
    assert!(design.questions.iter().any(|q| q.id == "sum.value_total"));
}

#[test]
fn numbers_come_from_a_locked_counter() {
    let design = designed(
        "  shop:\n    has:\n      name: name\n  receipt:\n    has:\n      shop: shop\n      number: integer, gapless per shop\n",
        15,
    );
    assert!(
        body(&design.catalog, "receipts_give_number").contains("last_number = c.last_number + 1")
    );
    let counters = table(&design.catalog, "receipt_number_counters");
    assert_eq!(
        counters.primary_key().unwrap().1.columns[0].as_str(),
        "shop_id"
    );
    assert!(
        table(&design.catalog, "receipts")
            .constraints
            .contains_key("receipts_shop_id_number_key")
    );
    assert_eq!(design.concurrent_tests.len(), 2);
}

#[test]
fn parts_are_tested_under_a_lock_on_their_whole() {
    let design = designed(
        "  bill:\n    has:\n      total: money, at least 0, default 0\n      closed_at: instant, optional\n    rules:\n      - rule: total = sum of line.amount\n        name: sums\n      - rule: frozen when closed_at is not null, with line\n        name: closed\n  line:\n    part_of: bill\n    has:\n      amount: money\n",
        15,
    );
    let text = body(&design.catalog, "bills_verify_sums");
    let lock = text.find("FOR NO KEY UPDATE").unwrap();
    assert!(lock < text.find("sum(p.amount)").unwrap());
    let lines = table(&design.catalog, "lines");
    assert_eq!(
        lines.triggers["verify_sums"].constraint,
        Some(Deferrability::InitiallyDeferred)
    );
    assert!(lines.triggers.contains_key("refuse_closed"));
    let bills = table(&design.catalog, "bills");
    assert_eq!(
        bills.triggers["refuse_closed"].when.as_ref().unwrap().sql(),
        "old.closed_at IS NOT NULL"
    );
    assert!(rejected(&design, "sums") >= 1 && rejected(&design, "closed") >= 3);
}

#[test]
fn copies_are_filled_once() {
    let design = designed(
        "  item:\n    has:\n      price: money in EUR\n  sale:\n    has:\n      item: item\n      price: money in EUR, copied from item.price\n      code: code, fixed\n",
        15,
    );
    let sales = table(&design.catalog, "sales");
    assert_eq!(
        sales.triggers["fill_copies"].when.as_ref().unwrap().sql(),
        "NEW.price IS NULL"
    );
    assert!(sales.triggers.contains_key("refuse_fixed_change"));
    assert!(body(&design.catalog, "sales_fill_copies").contains("foreign_key_violation"));
}
