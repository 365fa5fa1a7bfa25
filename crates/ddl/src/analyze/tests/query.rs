//! Queries are analysed, followed to what they need, and renamed in.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::sync::Arc;

use pgwright_catalog::{Catalog, Column, QualifiedName, Table, Type as UserType, TypeKind};

use crate::analyze::tree::Type;
use crate::analyze::{
    CatalogEnvironment, Qualified, Rename, deparse, output_columns, query, references_of_query,
    rename_in_query,
};

fn catalog() -> Catalog {
    let mut catalog = Catalog::empty();
    let mut table = |schema: &str, name: &str, columns: &[(&str, &str)]| {
        let columns = columns.iter();
        let table = Table {
            columns: columns
                .map(|(name, data_type)| Column::new(*name, (*data_type).to_owned()))
                .collect(),
            ..Table::default()
        };
        catalog
            .tables
            .insert(QualifiedName::new(schema, name), table);
    };
    table(
        "public",
        "customer",
        &[("id", "integer"), ("name", "text"), ("stage", "crm.stage")],
    );
    table(
        "crm",
        "sale",
        &[
            ("id", "bigint"),
            ("customer_id", "integer"),
            ("total", "numeric(12,2)"),
        ],
    );
    catalog.types.insert(
        QualifiedName::new("crm", "stage"),
        UserType::new(TypeKind::Enum(vec!["lead".to_owned(), "won".to_owned()])),
    );
    catalog
}

fn pair(schema: &str, name: &str) -> Qualified {
    (Arc::from(schema), Arc::from(name))
}

/// What is printed of a query after a renaming.
fn renamed(sql: &str, rename: &Rename) -> String {
    let catalog = catalog();
    let environment = CatalogEnvironment::new(&catalog, &["public"]);
    let mut query = query(sql, &environment).unwrap();
    rename_in_query(&mut query, rename);
    deparse::deparse_query(&query, None)
        .unwrap()
        .trim()
        .to_owned()
}

const REPORT: &str = "SELECT c.name, sum(s.total) AS total FROM customer c JOIN crm.sale s \
     ON s.customer_id = c.id WHERE c.stage = 'won' GROUP BY c.name";

#[test]
fn output_columns_have_names_types_and_modifiers() {
    let catalog = catalog();
    let environment = CatalogEnvironment::new(&catalog, &["public"]);
    let query = query(
        "SELECT total, id + 1, 'x', coalesce(total, 0), EXISTS (SELECT 1) FROM crm.sale",
        &environment,
    )
    .unwrap();
    let columns: Vec<_> = output_columns(&query)
        .into_iter()
        .map(|column| (column.name.to_string(), column.data_type, column.typmod))
        .collect();
    let precision = (12 << 16 | 2) + 4;
    assert_eq!(
        columns,
        [
            ("total".to_owned(), Type::NUMERIC, precision),
            ("?column?".to_owned(), Type::INT8, -1),
            ("?column?".to_owned(), Type::TEXT, -1),
            ("coalesce".to_owned(), Type::NUMERIC, -1),
            ("exists".to_owned(), Type::BOOL, -1),
        ]
    );
}

#[test]
fn what_a_server_refuses_is_undecided() {
    let catalog = catalog();
    let environment = CatalogEnvironment::new(&catalog, &["public"]);
    for sql in [
        "SELECT id FROM customer, crm.sale",
        "SELECT * FROM nowhere",
        "SELECT c.id FROM customer c, customer c",
        "SELECT 1 UNION SELECT 1, 2",
        "SELECT name FROM customer ORDER BY 2",
        "SELECT * FROM customer a, (SELECT a.id) b",
        "WITH RECURSIVE t AS (SELECT id FROM t) SELECT * FROM t",
        "SELECT sum(id) OVER missing FROM customer",
        "SELECT 1; SELECT 2",
    ] {
        let found = query(sql, &environment);
        assert!(found.is_err(), "{sql}");
    }
}

#[test]
fn references_are_those_of_the_tree_and_not_of_all_that_is_joined() {
    let catalog = catalog();
    let environment = CatalogEnvironment::new(&catalog, &["public"]);
    let found = references_of_query(&query(REPORT, &environment).unwrap());
    let customer = pair("public", "customer");
    let sale = pair("crm", "sale");
    assert_eq!(
        found.relations,
        BTreeSet::from([customer.clone(), sale.clone()])
    );
    let column = |owner: &Qualified, name: &str| (owner.clone(), Arc::from(name));
    assert_eq!(
        found.columns,
        BTreeSet::from([
            column(&customer, "id"),
            column(&customer, "name"),
            column(&customer, "stage"),
            column(&sale, "customer_id"),
            column(&sale, "total"),
        ])
    );
    assert_eq!(found.types, BTreeSet::from([pair("crm", "stage")]));
    assert!(found.functions.is_empty() && found.operators.is_empty());
}

#[test]
fn merged_columns_refer_to_both_sides() {
    let catalog = catalog();
    let environment = CatalogEnvironment::new(&catalog, &["public"]);
    let sql = "SELECT 1 AS one FROM customer FULL JOIN crm.sale USING (id)";
    let found = references_of_query(&query(sql, &environment).unwrap());
    let names: Vec<_> = found.columns.iter().map(|(_, name)| &**name).collect();
    assert_eq!(names, ["id", "id"]);
}

#[test]
fn names_of_constants_of_regclass_are_references() {
    let catalog = catalog();
    let environment = CatalogEnvironment::new(&catalog, &["public"]);
    let sql = "SELECT 'crm.sale'::regclass AS r";
    let found = references_of_query(&query(sql, &environment).unwrap());
    assert_eq!(found.relations, BTreeSet::from([pair("crm", "sale")]));
    let rename = Rename::Schema {
        from: Arc::from("crm"),
        to: Arc::from("Sales"),
    };
    assert_eq!(
        renamed(sql, &rename),
        "SELECT '\"Sales\".sale'::regclass AS r"
    );
}

#[test]
fn a_renamed_column_keeps_the_name_of_the_output() {
    let rename = Rename::Column {
        relation: pair("public", "customer"),
        from: Arc::from("name"),
        to: Arc::from("title"),
    };
    let text = renamed(REPORT, &rename);
    assert!(text.starts_with("SELECT c.title AS name,"), "{text}");
    assert!(text.ends_with("GROUP BY c.title"), "{text}");
}

#[test]
fn a_renamed_relation_is_printed_with_its_new_name() {
    let rename = Rename::Relation {
        from: pair("public", "customer"),
        to: pair("crm", "client"),
    };
    let text = renamed("SELECT customer.id FROM customer", &rename);
    assert_eq!(text, "SELECT id\n   FROM crm.client");
    let text = renamed(
        "SELECT customer::text AS t, customer.id FROM customer, crm.sale",
        &rename,
    );
    assert!(text.contains("(client.*)::text AS t"), "{text}");
}

#[test]
fn a_renamed_type_and_label_are_printed_with_their_new_names() {
    let rename = Rename::Type {
        from: pair("crm", "stage"),
        to: pair("crm", "phase"),
    };
    assert!(renamed(REPORT, &rename).contains("'won'::crm.phase"));
    let rename = Rename::Label {
        data_type: pair("crm", "stage"),
        from: Arc::from("won"),
        to: Arc::from("closed"),
    };
    assert!(renamed(REPORT, &rename).contains("'closed'::crm.stage"));
}
