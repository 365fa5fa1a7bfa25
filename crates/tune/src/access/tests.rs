//! What statements of a small shop ask of its tables.

#![allow(clippy::unwrap_used)]
use super::*;

const SCHEMA: &str = "
CREATE TABLE customers (id int PRIMARY KEY, name text, email text, tags text[], at timestamptz);
CREATE TABLE orders (id int PRIMARY KEY, customer_id int, status text, total numeric, at timestamptz, payload jsonb,
    during tstzrange);
CREATE VIEW open_orders AS SELECT o.id, o.customer_id, o.at FROM orders o WHERE o.status = 'open';";

fn read(sql: &str) -> Reading {
    let read = pgwright_ddl::read::read(SCHEMA, &Default::default());
    Reader::new(&read.catalog, &["public"]).read(sql)
}

fn access<'a>(reading: &'a Reading, table: &str) -> &'a Access {
    assert_eq!(reading.problem, None);
    let named = |a: &&Access| a.table.as_ref().is_some_and(|t| t.name.as_str() == table);
    reading.accesses.iter().find(named).unwrap()
}

fn names(keys: &BTreeSet<Key>) -> Vec<String> {
    let name = |key: &Key| match key {
        Key::Column(name) => name.to_string(),
        Key::Expression(sql, _) => sql.clone(),
    };
    keys.iter().map(name).collect()
}

#[test]
fn conditions_orders_and_columns_are_found() {
    let reading = read(
        "SELECT id, total FROM orders WHERE customer_id = $1 AND at >= now() - interval '1 day' AND status = 'open' \
         ORDER BY at DESC LIMIT 20",
    );
    let orders = access(&reading, "orders");
    assert_eq!(names(&orders.equal), ["customer_id", "status"]);
    assert_eq!(names(&orders.ranges), ["at"]);
    let order = orders.orders.first().unwrap();
    assert!(order[0].descending && order[0].nulls_first && orders.limited);
    let constants: Vec<&str> = orders
        .constants
        .iter()
        .map(|c| c.predicate.as_str())
        .collect();
    assert_eq!(constants, ["(status = 'open'::text)"]);
    let used: Vec<&str> = orders.used.iter().map(Name::as_str).collect();
    assert_eq!(used, ["at", "customer_id", "id", "status", "total"]);
}

#[test]
fn expressions_and_searches_of_other_kinds_are_found() {
    for (condition, table, wanted) in [
        ("lower(email) = lower($1)", "customers", "= lower(email)"),
        (
            "payload ->> 'ref' = $1",
            "orders",
            "= (payload ->> 'ref'::text)",
        ),
        ("name LIKE 'ab%'", "customers", "prefix name"),
        (
            "name ILIKE '%' || $1 || '%'",
            "customers",
            "gin gin_trgm_ops name",
        ),
        ("name LIKE '%x'", "customers", "gin gin_trgm_ops name"),
        ("tags @> ARRAY['a']", "customers", "gin - tags"),
        ("payload @> '{}'", "orders", "gin jsonb_path_ops payload"),
        (
            "during && tstzrange(now(), NULL)",
            "orders",
            "gist - during",
        ),
        (
            "to_tsvector('english', name) @@ plainto_tsquery($1)",
            "customers",
            "gin - to_tsvector('english'::regconfig, name)",
        ),
        ("id IN (1, 2)", "orders", "= id"),
        ("id = ANY ($1)", "orders", "= id"),
        ("at IS NULL", "orders", "null at"),
    ] {
        let reading = read(&format!("SELECT 1 FROM {table} WHERE {condition}"));
        let access = access(&reading, table);
        let mut found: Vec<String> = names(&access.equal)
            .iter()
            .map(|n| format!("= {n}"))
            .collect();
        found.extend(
            names(&access.prefixes)
                .iter()
                .map(|n| format!("prefix {n}")),
        );
        found.extend(names(&access.nulls).iter().map(|n| format!("null {n}")));
        for special in &access.special {
            let name = names(&BTreeSet::from([special.key.clone()]));
            found.push(format!(
                "{} {} {}",
                special.method,
                special.class.unwrap_or("-"),
                name[0]
            ));
        }
        assert_eq!(found, [wanted], "{condition}");
    }
}

#[test]
fn joins_are_followed_through_subqueries_views_and_in() {
    for sql in [
        "SELECT 1 FROM customers c JOIN orders o ON o.customer_id = c.id",
        "SELECT 1 FROM customers c, (SELECT customer_id AS x FROM orders) s WHERE s.x = c.id",
        "WITH s AS (SELECT customer_id AS x FROM orders) SELECT 1 FROM customers c, s WHERE s.x = c.id",
        "SELECT 1 FROM customers c JOIN open_orders v ON v.customer_id = c.id",
        "SELECT 1 FROM customers c WHERE c.id IN (SELECT customer_id FROM orders)",
        "SELECT 1 FROM customers c WHERE EXISTS (SELECT FROM orders o WHERE o.customer_id = c.id)",
    ] {
        let reading = read(sql);
        assert_eq!(
            names(&access(&reading, "orders").joined),
            ["customer_id"],
            "{sql}"
        );
        assert_eq!(
            names(&access(&reading, "customers").joined),
            ["id"],
            "{sql}"
        );
        let used = &access(&reading, "orders").used;
        assert!(
            used.len() <= 2 && used.contains("customer_id"),
            "{sql}: {used:?}"
        );
    }
}

#[test]
fn what_all_arms_of_an_or_have_in_common_holds_for_every_row() {
    let reading = read(
        "SELECT 1 FROM orders o, customers c WHERE (o.customer_id = c.id AND o.status = 'a' AND o.total > 1) \
         OR (o.customer_id = c.id AND o.at > now())",
    );
    let orders = access(&reading, "orders");
    assert_eq!(names(&orders.joined), ["customer_id"]);
    assert_eq!(orders.arms.len(), 2);
    assert_eq!(names(&orders.arms[0].equal), ["status"]);
    assert_eq!(names(&orders.arms[1].ranges), ["at"]);
}

#[test]
fn changes_are_found() {
    let reading = read("UPDATE orders SET status = $2, at = now() WHERE id = $1");
    let change = &reading.changes[0];
    let updated: Vec<&str> = change.updates.iter().map(Name::as_str).collect();
    assert_eq!(updated, ["at", "status"]);
    assert_eq!(change.latest.len(), 1);
    assert_eq!(names(&access(&reading, "orders").equal), ["id"]);
}

#[test]
fn what_is_not_understood_says_why() {
    assert!(read("SELECT nothing FROM orders").problem.is_some());
    assert!(read("SELEC").problem.is_some());
}
