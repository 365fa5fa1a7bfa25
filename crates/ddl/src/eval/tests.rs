//! What PostgreSQL answers, as a table.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::expr::parse_expression;

fn row() -> Assignment {
    [
        ("n", Value::Null),
        ("one", Value::Integer(1)),
        ("half", value::parse_number("0.50").unwrap()),
        ("name", Value::text("Ada Lovelace")),
        ("day", Value::Date(value::parse_date("2024-02-29").unwrap())),
        (
            "moment",
            Value::Timestamp(value::parse_timestamp("2024-02-29 08:30").unwrap()),
        ),
        ("opens", Value::Time("08:30".parse().unwrap())),
        ("yes", Value::Bool(true)),
        (
            "tags",
            Value::List(vec![Value::text("a"), Value::text("b")]),
        ),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
    .collect()
}

fn answer(sql: &str) -> String {
    let now = value::parse_timestamp("2024-03-01 12:00");
    match evaluate(&parse_expression(sql).unwrap(), &row(), now) {
        Ok(value) => value.to_sql_literal(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn three_valued_logic() {
    for (sql, expected) in [
        ("n = 1", "NULL"),
        ("n = 1 AND FALSE", "FALSE"),
        ("n = 1 OR TRUE", "TRUE"),
        ("NOT (n = 1)", "NULL"),
        ("(n = 1) IS UNKNOWN", "TRUE"),
        ("(n = 1) IS NOT TRUE", "TRUE"),
        ("yes IS NOT FALSE", "TRUE"),
        ("n IS DISTINCT FROM 1", "TRUE"),
        ("n IS NOT DISTINCT FROM NULL", "TRUE"),
        ("one IN (2, n)", "NULL"),
        ("one IN (1, n)", "TRUE"),
        ("one NOT IN (2, n)", "NULL"),
        ("one NOT IN (2, 3)", "TRUE"),
        ("one BETWEEN 0 AND n", "NULL"),
        ("one BETWEEN 2 AND n", "FALSE"),
        ("one BETWEEN SYMMETRIC 2 AND 0", "TRUE"),
        ("one = ANY (ARRAY[1, n])", "TRUE"),
        ("one <> ALL (ARRAY[2, n])", "NULL"),
        ("name = ANY ('{x,y}'::text[])", "FALSE"),
        ("CASE WHEN n = 1 THEN 'a' ELSE 'b' END", "'b'"),
        ("CASE one WHEN 1 THEN 'a' END", "'a'"),
        ("COALESCE(n, one, 2)", "1"),
        ("NULLIF(one, 1)", "NULL"),
        ("GREATEST(n, one, half)", "1"),
        ("LEAST(n, one, half)", "0.50"),
        ("num_nonnulls(n, one, yes) = 2", "TRUE"),
        ("unknown_function(n) OR yes", "TRUE"),
    ] {
        assert_eq!(answer(sql), expected, "{sql}");
    }
}

#[test]
fn numbers_texts_and_dates() {
    for (sql, expected) in [
        ("one + 1", "2"),
        ("7 / 2", "3"),
        ("-7 % 3", "-1"),
        ("half * 2 = one", "TRUE"),
        ("one / 0", "cannot evaluate 1 / 0"),
        ("round(half, 1)", "0.5"),
        ("round(2.5)", "3"),
        ("abs(-1)", "1"),
        ("lower(name)", "'ada lovelace'"),
        ("length(name)", "12"),
        ("name LIKE 'Ada%'", "TRUE"),
        ("name LIKE 'ada%'", "FALSE"),
        ("name ILIKE '%LOVE_ACE'", "TRUE"),
        ("'50%' LIKE '50!%' ESCAPE '!'", "TRUE"),
        ("name ~ '^[A-Z][a-z]+ '", "TRUE"),
        ("name ~* '^ADA'", "TRUE"),
        ("name !~ '[0-9]'", "TRUE"),
        (
            "name ~ '\\mLove'",
            "cannot evaluate the regular expression \\mLove",
        ),
        ("btrim('  a ') || 'b'", "'ab'"),
        ("substring(name, 5, 4)", "'Love'"),
        ("substring(name from 5 for 4)", "'Love'"),
        ("left(name, 3)", "'Ada'"),
        ("left(name, -9)", "'Ada'"),
        ("right(name, 3)", "'ace'"),
        ("name || n", "NULL"),
        ("day + 1", "DATE '2024-03-01'"),
        ("day - 1", "DATE '2024-02-28'"),
        ("day - DATE '2024-01-01'", "59"),
        ("day < '2024-03-01'", "TRUE"),
        (
            "day + INTERVAL '1 month'",
            "TIMESTAMP '2024-03-29 00:00:00'",
        ),
        ("moment > day", "TRUE"),
        ("moment - day", "INTERVAL '08:30:00'"),
        ("moment <= now()", "TRUE"),
        ("day < CURRENT_DATE", "TRUE"),
        ("EXTRACT(year FROM day) = 2024", "TRUE"),
        ("EXTRACT(isodow FROM day)", "4"),
        (
            "date_trunc('month', moment)",
            "TIMESTAMP '2024-02-01 00:00:00'",
        ),
        ("opens < '12:00'", "TRUE"),
        ("opens BETWEEN TIME '08:00' AND TIME '18:00'", "TRUE"),
        ("(one::text) || 'x'", "'1x'"),
        ("1.005::numeric(10,2)", "1.01"),
        ("'draft'::order_status = 'draft'", "TRUE"),
        ("cardinality(tags) = 2", "TRUE"),
        ("tags @> ARRAY['a']", "TRUE"),
        ("tags && ARRAY['c']", "FALSE"),
        ("EXISTS (SELECT 1)", "cannot evaluate EXISTS (SELECT 1)"),
    ] {
        assert_eq!(answer(sql), expected, "{sql}");
    }
}
