//! Sizes as people note them, and what is read of them.
#![allow(clippy::unwrap_used)]

use pgwright_brief::read_sizes;
use pgwright_catalog::{Catalog, Column, QualifiedName, Table};
use pgwright_planner::TableDescription;

fn name(name: &str) -> QualifiedName {
    QualifiedName::new("public", name)
}

fn shop() -> Catalog {
    let mut catalog = Catalog::empty();
    for (table, columns) in [
        ("customers", &["id", "email"][..]),
        (
            "orders",
            &[
                "id",
                "customer_id",
                "status",
                "placed_at",
                "shipped_at",
                "total",
            ],
        ),
        ("order_events", &["id", "order_id", "event", "at"]),
        ("order_items", &["id", "order_id", "sku"]),
    ] {
        let columns = columns.iter().map(|c| Column::new(*c, "text")).collect();
        let table_of = Table {
            columns,
            ..Table::default()
        };
        catalog.tables.insert(name(table), table_of);
    }
    catalog
}

fn said(text: &str) -> (Vec<(String, TableDescription)>, Vec<String>) {
    let sizes = read_sizes(text, &shop(), "2026-01-31");
    let tables = sizes.tables.into_iter();
    let tables = tables.map(|(n, t)| (n.name.to_string(), t)).collect();
    let not = sizes.not_understood.iter();
    let not = not
        .map(|e| match &e.hint {
            Some(hint) if hint.starts_with("did you mean") => format!("{e} ({hint})"),
            _ => e.to_string(),
        })
        .collect();
    (tables, not)
}

#[test]
fn a_note_on_a_database_is_understood() {
    let (tables, not) = said(
        "orders 80,000,000 rows (status: shipped 96 %, open 2 %, cancelled 2 %; 6,000,000 customers; placed_at\n\
         2019-01-01 to today, in insertion order) · order_items 240,000,000 · order_events 700,000,000\n\
         (growing 15,000,000 a month, only the last 13 months are ever read) · customers 6,000,000.\n",
    );
    assert_eq!(not, Vec::<String>::new());
    let rows: Vec<(&str, Option<f64>)> = tables.iter().map(|(n, t)| (n.as_str(), t.rows)).collect();
    assert_eq!(
        rows,
        [
            ("customers", Some(6e6)),
            ("order_events", Some(7e8)),
            ("order_items", Some(2.4e8)),
            ("orders", Some(8e7))
        ]
    );
    let orders = &tables[3].1.columns;
    let common: Vec<(&str, f64)> = orders["status"]
        .common
        .iter()
        .map(|(v, s)| (v.as_str(), *s))
        .collect();
    assert_eq!(
        common,
        [("shipped", 0.96), ("open", 0.02), ("cancelled", 0.02)]
    );
    assert_eq!(orders["customer_id"].distinct, Some(6e6));
    assert_eq!(orders["customer_id"].refers_to, Some(name("customers")));
    assert_eq!(
        orders["placed_at"].range,
        Some(("2019-01-01".to_owned(), "2026-01-31".to_owned()))
    );
    assert_eq!(orders["placed_at"].correlation, Some(1.0));
    let events = &tables[1].1;
    assert_eq!(events.rows_per_month.map(f64::round), Some(15e6));
    assert_eq!(events.months_read.map(f64::round), Some(13.0));
}

#[test]
fn lists_tables_and_sentences_of_markdown_are_understood() {
    let (tables, not) = said(
        "# Sizes of the shop\n\nMeasured by hand.\n\n\
         | table | rows | notes |\n|---|---:|---|\n\
         | `orders` | 80 million | shipped_at null 4 % |\n\n\
         - **order_items**: 240M rows, sku: 20,000 values\n\
         - The order_events table has about 1.5 billion rows; kept for 7 years\n\n\
         customers 6_000_000 (email unique, email 30 bytes)\n\
         order_items (total of 3 per order)\n",
    );
    assert_eq!(not, ["13:14: `total of 3 per order` is not understood"]);
    let table = |wanted: &str| &tables.iter().find(|(n, _)| n == wanted).unwrap().1;
    assert_eq!(table("orders").rows, Some(8e7));
    assert_eq!(table("orders").columns["shipped_at"].null_share, Some(0.04));
    assert_eq!(table("order_items").columns["sku"].distinct, Some(20_000.0));
    let events = table("order_events");
    assert_eq!((events.rows, events.months_kept), (Some(1.5e9), Some(84.0)));
    let email = &table("customers").columns["email"];
    assert_eq!((email.distinct, email.bytes), (Some(6e6), Some(30.0)));
}

#[test]
fn wrong_names_are_told_with_their_place() {
    let (tables, not) =
        said("orderz 5\norders 7 rows (statsu: open 2 %, prices 1 to 5; 9 vendors)");
    assert_eq!(tables.len(), 1);
    assert_eq!(
        not,
        [
            "1:1: there is no table `orderz` (did you mean `orders`?)",
            "2:16: public.orders has no column `statsu` (did you mean `status`?)",
            "2:34: `prices 1 to 5` is not understood",
            "2:49: `9 vendors` is not understood"
        ]
        .map(str::to_owned)
    );
}

#[test]
fn no_text_makes_it_panic() {
    let pieces = [
        "orders",
        " 5",
        "(",
        ")",
        "%",
        ":",
        ";",
        "·",
        "\n",
        "é",
        "a to b",
        "1,000",
        "status",
        "null",
        "last",
        "months",
        "|",
        "-",
        "\"",
        "'",
        ".",
        " 99999999999999999999999999999999 ",
        "9 %",
    ];
    let mut state = 11u64;
    for _ in 0..5000 {
        let mut text = String::new();
        for _ in 0..10 {
            state = state
                .wrapping_mul(6364136223846793005)
                .wrapping_add(1442695040888963407);
            text.push_str(pieces[(state >> 33) as usize % pieces.len()]);
        }
        said(&text);
    }
}
