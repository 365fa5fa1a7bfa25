//! The access patterns of a brief as statements over what was designed.
#![allow(clippy::unwrap_used)]

use pgwright_design::design;

const BRIEF: &str = "
brief: shop
entities:
  customer:
    has:
      email: email, unique
      name: name
  order:
    has:
      customer: customer
      number: code, unique
      status: one of open | shipped
      placed_at: instant
    volume: 2 million
access:
  - find customer by email, 20 a second
  - find customer by part of name
  - latest 20 order of customer by placed_at
  - list order of customer between placed_at
  - list order where status = 'open'
  - name: unplaced
    says: Orders of a customer by name.
    sql: select o.number from order o join customer c on c.id = o.customer where c.name = $1
";

#[test]
fn every_access_pattern_is_a_statement() {
    let reading = pgwright_brief::read(BRIEF);
    assert_eq!(reading.errors, []);
    let designed = design(&reading.brief.unwrap());
    let statements: Vec<&str> = designed
        .access_queries
        .iter()
        .map(|query| query.sql.as_str())
        .collect();
    assert_eq!(
        statements,
        [
            "SELECT * FROM shop.customers WHERE lower(email) = lower($1)",
            "SELECT * FROM shop.customers WHERE name ILIKE '%' || $1 || '%'",
            "SELECT * FROM shop.orders WHERE customer_id = $1 ORDER BY placed_at DESC LIMIT 20",
            "SELECT * FROM shop.orders WHERE customer_id = $1 AND placed_at >= $2 AND placed_at < $3",
            "SELECT * FROM shop.orders WHERE (status = 'open')",
            "select o.number from shop.orders o join shop.customers c on c.customer_id = o.customer_id where c.name = $1",
        ]
    );
    assert_eq!(designed.access_queries[0].per_second, Some(20.0));
    assert_eq!(designed.access_queries[5].pattern, "unplaced");
}
