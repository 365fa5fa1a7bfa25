//! Queries as users write them over entity names, and what they become.
#![allow(clippy::unwrap_used)]

use super::*;

struct Shop;

impl Resolver for Shop {
    fn relation(&self, path: &[String]) -> Option<Relation> {
        let relation = |name: &str, columns: &[&str]| Relation {
            schema: Some("shop".to_owned()),
            name: name.to_owned(),
            columns: columns
                .iter()
                .map(|column| {
                    let (old, new) = column.split_once('>').unwrap_or((column, column));
                    (old.to_owned(), new.to_owned())
                })
                .collect(),
        };
        Some(match path.last()?.as_str() {
            "customer" => relation("customers", &["id", "name", "email", "region>region_id"]),
            "order" => relation(
                "orders",
                &[
                    "id",
                    "number>order_number",
                    "customer>customer_id",
                    "status",
                    "placed>placed_at",
                    "total",
                ],
            ),
            "line" => relation(
                "order_lines",
                &["order>order_id", "product>product_id", "quantity"],
            ),
            "product" => relation("products", &["id", "name", "order>sort_order"]),
            _ => return None,
        })
    }

    fn relation_names(&self) -> Vec<String> {
        ["customer", "line", "order", "product"]
            .map(str::to_owned)
            .to_vec()
    }
}

fn rewrite(sql: &str) -> String {
    match parse_query(sql).unwrap().rewrite(&Shop) {
        Ok(text) => {
            parse_query(&text).unwrap();
            text
        }
        Err(errors) => errors
            .iter()
            .map(|e| {
                format!(
                    "{}:{}: {} ({})",
                    e.line,
                    e.column,
                    e.message,
                    e.hint.as_deref().unwrap_or("-")
                )
            })
            .collect::<Vec<_>>()
            .join("; "),
    }
}

#[test]
fn names_are_replaced_in_place() {
    for (sql, expected) in [
        (
            "SELECT name FROM customer",
            "SELECT name FROM shop.customers",
        ),
        (
            "select  customer -- who\n from \"order\" o where o.customer = $1",
            "select  customer_id AS customer -- who\n from shop.orders o where o.customer_id = $1",
        ),
        (
            "SELECT \"order\".total FROM \"order\" WHERE \"order\".number = 1",
            "SELECT orders.total FROM shop.orders WHERE orders.order_number = 1",
        ),
        (
            "SELECT c.name, count(*) AS orders FROM customer c JOIN \"order\" o ON o.customer = c.id \
             GROUP BY c.name ORDER BY orders DESC",
            "SELECT c.name, count(*) AS orders FROM shop.customers c JOIN shop.orders o ON o.customer_id = c.id \
             GROUP BY c.name ORDER BY orders DESC",
        ),
        // The result column keeps its name, and ORDER BY goes by it.
        (
            "SELECT placed FROM \"order\" ORDER BY placed",
            "SELECT placed_at AS placed FROM shop.orders ORDER BY placed",
        ),
        (
            "SELECT * FROM \"order\" ORDER BY placed",
            "SELECT * FROM shop.orders ORDER BY placed_at",
        ),
        (
            "SELECT date_trunc('day', placed) AS placed FROM \"order\" GROUP BY placed",
            "SELECT date_trunc('day', placed_at) AS placed FROM shop.orders GROUP BY placed_at",
        ),
        (
            "SELECT date_trunc('day', placed) AS day FROM \"order\" GROUP BY day ORDER BY day",
            "SELECT date_trunc('day', placed_at) AS day FROM shop.orders GROUP BY day ORDER BY day",
        ),
        // A star carries the new names outwards.
        (
            "SELECT customer FROM (SELECT * FROM \"order\") x",
            "SELECT customer_id AS customer FROM (SELECT * FROM shop.orders) x",
        ),
        (
            "WITH recent AS (SELECT customer, total FROM \"order\") SELECT customer FROM recent",
            "WITH recent AS (SELECT customer_id AS customer, total FROM shop.orders) SELECT customer FROM recent",
        ),
        (
            "SELECT name FROM customer c WHERE EXISTS (SELECT 1 FROM \"order\" WHERE customer = c.id)",
            "SELECT name FROM shop.customers c WHERE EXISTS (SELECT 1 FROM shop.orders WHERE customer_id = c.id)",
        ),
        (
            "SELECT c.id, last.placed FROM customer c, LATERAL (SELECT placed FROM \"order\" o \
             WHERE o.customer = c.id LIMIT 1) last",
            "SELECT c.id, last.placed FROM shop.customers c, LATERAL (SELECT placed_at AS placed FROM shop.orders o \
             WHERE o.customer_id = c.id LIMIT 1) last",
        ),
        // `order` of a line and `order` of a product: other columns.
        (
            "SELECT l.\"order\", p.\"order\" AS position FROM line l JOIN product p ON p.id = l.product",
            "SELECT l.order_id AS \"order\", p.sort_order AS position FROM shop.order_lines l JOIN shop.products p ON p.id = l.product_id",
        ),
        (
            "SELECT a.id FROM \"order\" a JOIN \"order\" b USING (customer)",
            "SELECT a.id FROM shop.orders a JOIN shop.orders b USING (customer_id)",
        ),
        (
            "INSERT INTO \"order\" (number, customer) VALUES ($1, $2) ON CONFLICT (number) \
             DO UPDATE SET customer = excluded.customer WHERE \"order\".total > 0 RETURNING number",
            "INSERT INTO shop.orders (order_number, customer_id) VALUES ($1, $2) ON CONFLICT (order_number) \
             DO UPDATE SET customer_id = excluded.customer_id WHERE orders.total > 0 RETURNING order_number AS number",
        ),
        (
            "UPDATE \"order\" SET (customer, placed) = (SELECT id, now() FROM customer WHERE email = $1), total = 0 \
             WHERE number = $2",
            "UPDATE shop.orders SET (customer_id, placed_at) = (SELECT id, now() FROM shop.customers WHERE email = $1), total = 0 \
             WHERE order_number = $2",
        ),
        (
            "DELETE FROM line USING \"order\" o WHERE o.id = line.\"order\" AND o.status = 'x'",
            "DELETE FROM shop.order_lines USING shop.orders o WHERE o.id = order_lines.order_id AND o.status = 'x'",
        ),
        // Two relations that would both be `orders`.
        (
            "SELECT \"order\".id FROM \"order\", customer orders",
            "SELECT \"order\".id FROM shop.orders AS \"order\", shop.customers orders",
        ),
        (
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n, total FROM t, \"order\"",
            "WITH RECURSIVE t(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM t) SELECT n, total FROM t, shop.orders",
        ),
        (
            "SELECT number FROM \"order\" UNION SELECT id FROM customer ORDER BY number",
            "SELECT order_number AS number FROM shop.orders UNION SELECT id FROM shop.customers ORDER BY number",
        ),
        (
            "SELECT count(o) FROM \"order\" o FOR UPDATE OF o",
            "SELECT count(o) FROM shop.orders o FOR UPDATE OF o",
        ),
        (
            "SELECT total FROM \"order\" FOR UPDATE OF \"order\"",
            "SELECT total FROM shop.orders FOR UPDATE OF orders",
        ),
        (
            "SELECT rank() OVER (PARTITION BY customer ORDER BY placed DESC) FROM \"order\"",
            "SELECT rank() OVER (PARTITION BY customer_id ORDER BY placed_at DESC) FROM shop.orders",
        ),
        (
            "SELECT s FROM generate_series(1, 3) s JOIN \"order\" ON number = s",
            "SELECT s FROM generate_series(1, 3) s JOIN shop.orders ON order_number = s",
        ),
        // The column's own name is understood, too.
        (
            "SELECT customer_id FROM \"order\"",
            "SELECT customer_id FROM shop.orders",
        ),
    ] {
        assert_eq!(rewrite(sql), expected);
    }
}

#[test]
fn errors_have_a_place_and_a_hint() {
    for (sql, expected) in [
        (
            "SELECT a FROM custmer",
            "1:15: no relation \"custmer\" (did you mean customer?)",
        ),
        (
            "SELECT nme FROM customer",
            "1:8: no column \"nme\" in customer (did you mean name?)",
        ),
        (
            "SELECT name FROM customer,\n product",
            "1:8: column \"name\" is ambiguous: customer and product have it (write customer.name)",
        ),
        (
            "SELECT x.name FROM customer c",
            "1:8: no relation or alias \"x\" in this part of the query (did you mean c?)",
        ),
        (
            "INSERT INTO customer VALUES (1)",
            "1:13: values without column names go by the order of the table's columns (name the columns in parentheses after the relation)",
        ),
        (
            "SELECT 1 FROM line JOIN product USING (\"order\")",
            "1:40: \"order\" becomes columns of different names: order_id, sort_order (write the condition after ON)",
        ),
        (
            "UPDATE customer SET nam = 1",
            "1:21: no column \"nam\" in customer (did you mean name?)",
        ),
    ] {
        assert_eq!(rewrite(sql), expected, "{sql}");
    }
    for (sql, message) in [
        ("SELECT 1; SELECT 2", "one query is expected, not several"),
        (
            "CREATE TABLE a ()",
            "a SELECT, INSERT, UPDATE or DELETE is expected",
        ),
        ("-- nothing", "a query is missing"),
    ] {
        assert_eq!(parse_query(sql).unwrap_err().message, message);
    }
    let error = parse_query("SELECT 1 FROM a WHERE b = :name").unwrap_err();
    assert_eq!(
        error.hint.as_deref(),
        Some("parameters are written $1, $2, …")
    );
}

#[test]
fn references_are_listed_with_their_places() {
    let query = parse_query("SELECT o.total, n FROM \"order\" o WHERE EXISTS (SELECT 1 FROM line WHERE q = $2) LIMIT $1").unwrap();
    let relations: Vec<_> = query
        .relations()
        .iter()
        .map(|r| (r.visible_name(), r.position.offset))
        .collect();
    assert_eq!(relations, [("o", 23), ("line", 61)]);
    let columns: Vec<_> = query
        .column_references()
        .iter()
        .map(|c| (c.name.as_str(), c.scope))
        .collect();
    assert_eq!(columns, [("total", 0), ("n", 0), ("q", 1)]);
    assert_eq!(query.parameters(), [1, 2]);
}

#[test]
fn predicates_by_relation() {
    let query = parse_query(
        "SELECT o.number FROM \"order\" o JOIN customer c ON c.id = o.customer \
         WHERE o.status = 'open' AND o.placed >= $1 AND lower(c.email) = $2 AND c.name LIKE 'A%' \
         AND o.total IS NOT NULL AND (o.status = 'a' OR o.number = $3) AND o.customer IN (1, 2) \
         ORDER BY o.placed DESC, number LIMIT 20",
    )
    .unwrap();
    let predicates = query.predicates(&Shop);
    assert_eq!(predicates.limit.as_deref(), Some("20"));
    let [order, customer] = predicates.relations.as_slice() else {
        panic!("two relations")
    };
    assert_eq!(order.equality, ["customer_id", "status"]);
    assert_eq!(order.ranges, ["placed_at"]);
    assert_eq!(
        order.constants,
        [
            "status = 'open'",
            "total IS NOT NULL",
            "customer_id IN (1, 2)"
        ]
    );
    assert_eq!(
        order.null_tests,
        [NullTest {
            column: "total".into(),
            negated: true
        }]
    );
    assert_eq!(order.joins[0].other_column, "id");
    let order_by: Vec<_> = order
        .order_by
        .iter()
        .map(|o| (o.column.as_str(), o.descending))
        .collect();
    assert_eq!(order_by, [("placed_at", true), ("order_number", false)]);
    assert_eq!(customer.equality, ["id"]);
    assert_eq!(customer.expressions[0].sql, "lower(email)");
    assert_eq!(customer.patterns[0].pattern.as_deref(), Some("A%"));
    assert!(customer.order_by.is_empty());
}

#[test]
fn predicates_of_other_statements_and_subqueries() {
    let query = parse_query(
        "UPDATE \"order\" SET status = 'x' WHERE number = $1 AND NOT EXISTS \
         (SELECT 1 FROM line l WHERE l.\"order\" = \"order\".id AND l.quantity > 0 GROUP BY product)",
    )
    .unwrap();
    let predicates = query.predicates(&Shop);
    assert_eq!(predicates.relations[0].equality, ["order_number", "id"]);
    assert_eq!(predicates.relations[1].equality, ["order_id"]);
    assert_eq!(predicates.relations[1].ranges, ["quantity"]);
    assert_eq!(predicates.relations[1].group_by, ["product_id"]);
    let query = parse_query("SELECT 1 FROM \"order\" a JOIN \"order\" b USING (customer)").unwrap();
    let predicates = query.predicates(&Shop);
    assert_eq!(predicates.relations[0].equality, ["customer_id"]);
    assert_eq!(predicates.relations[1].joins[0].other_alias, "a");
}

#[test]
fn parameters_are_told_what_they_stand_for() {
    let uses = |sql: &str| -> Vec<String> {
        let query = parse_query(sql).unwrap();
        let shown = |u: &ParameterUse| match &u.role {
            ParameterRole::Compared {
                relation,
                column,
                operator,
                array,
                part,
                position,
            } => {
                let of = &query.relations()[*relation];
                let marks = [(*array, " array"), (*part, " part")];
                let marks: String = marks.iter().filter(|m| m.0).map(|m| m.1).collect();
                format!(
                    "{} {}.{column} {operator} {position}{marks}",
                    u.number,
                    of.visible_name()
                )
            }
            ParameterRole::Assigned { column, .. } => format!("{} -> {column}", u.number),
            other => format!("{} {other:?}", u.number),
        };
        query.parameter_uses(&Shop).iter().map(shown).collect()
    };
    assert_eq!(
        uses(
            "SELECT * FROM \"order\" o JOIN customer c ON c.id = o.customer \
             WHERE o.placed >= $1 AND $2 > o.placed AND lower(c.email) = lower($3) AND o.status IN ('a', $4) \
               AND EXISTS (SELECT FROM line WHERE line.order = o.id AND product = ANY ($5::int[])) \
               AND c.name ILIKE '%' || $6 || '%' AND o.total BETWEEN $7 AND $8 AND abs(o.total) = $9 \
             LIMIT $10 OFFSET $11"
        ),
        [
            "10 Limit",
            "11 Offset",
            "1 o.placed_at >= 0",
            "2 o.placed_at < 0",
            "3 c.email = 0",
            "4 o.status = 1",
            "5 line.product_id = 0 array",
            "6 c.name ILIKE 0 part",
            "7 o.total >= 0",
            "8 o.total <= 0",
            "9 Other",
        ]
    );
    assert_eq!(
        uses("INSERT INTO customer (email, name) VALUES ($2, $1), ($3, lower($4))"),
        ["2 -> email", "1 -> name", "3 -> email", "4 -> name"]
    );
    assert_eq!(
        uses("UPDATE \"order\" SET status = $2, total = total + $3 WHERE id = $1"),
        ["2 -> status", "1 order.id = 0", "3 Other"]
    );
    assert_eq!(
        uses("SELECT id FROM product WHERE id = $1 UNION SELECT id FROM customer WHERE id = $2"),
        ["1 product.id = 0", "2 customer.id = 0"]
    );
}
