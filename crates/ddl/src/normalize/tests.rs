//! Pairs of what is written and what servers print of it, recorded from real ones; see
//! `testdata/printed/README.md`.
#![allow(clippy::unwrap_used)]

use super::*;

const PRINTED: &str = include_str!("../../testdata/printed/expressions.tsv");

#[test]
fn what_servers_print_has_the_same_normal_form() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for line in PRINTED.lines().filter(|line| !line.starts_with('#')) {
        let fields: Vec<_> = line.split('\t').collect();
        let [written, printed] = fields.as_slice() else {
            panic!("{line}")
        };
        let (left, right) = (
            normal_expression(written, &["public"]),
            normal_expression(printed, &["public"]),
        );
        count += 1;
        if left != right {
            wrong.push(format!("{written}\n    {printed}\n    {left}\n    {right}"));
        }
    }
    assert!(count > 240, "only {count} pairs");
    assert!(
        wrong.is_empty(),
        "{} of {count}:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn no_two_of_the_expressions_are_taken_for_one() {
    let mut seen: std::collections::BTreeMap<String, &str> = Default::default();
    // Written in two ways on purpose.
    let alike = |a: &str, b: &str| normal_expression(a, &[]) == normal_expression(b, &[]);
    assert!(alike("i IN (1, 2)", "i = ANY (ARRAY[1, 2])"));
    let mut same = 0;
    for line in PRINTED.lines().filter(|line| !line.starts_with('#')) {
        let written = line.split('\t').next().unwrap();
        if seen
            .insert(normal_expression(written, &["public"]), written)
            .is_some()
        {
            same += 1;
        }
    }
    assert!(
        same < 20,
        "{same} expressions share their normal form with another"
    );
    for (a, b) in [
        ("i::numeric / 2 > 1", "i / 2 > 1"),
        ("a AND b OR c", "a AND (b OR c)"),
        ("a - (b - c) > 0", "a - b - c > 0"),
        ("x = 'a'", "x = 'A'"),
        ("i IN (1, 2)", "i NOT IN (1, 2)"),
        ("x::varchar(5) = y", "x::varchar(6) = y"),
        ("a.f(x) > 0", "b.f(x) > 0"),
        ("d < '2024-01-01'", "d < '2024-01-02'"),
        ("iv > '1 day'", "iv > '24 hours'"),
        ("code = '007'", "code = '7'"),
    ] {
        assert!(!alike(a, b), "{a} | {b}");
    }
}

#[test]
fn what_is_no_expression_comes_back() {
    assert_eq!(
        normal_expression("  not an ( expression ", &[]),
        "not an ( expression"
    );
    assert_eq!(normal_expression("CHECK ((a > 0)) NOT VALID", &[]), "a > 0");
    assert_eq!(
        normal_expression("nextval('public.s'::regclass)", &["public"]),
        "nextval('s')"
    );
}

#[test]
fn types_by_one_name() {
    for (written, expected) in [
        ("INT4", "integer"),
        ("varchar(20)", "character varying(20)"),
        ("timestamptz(3)", "timestamp(3) with time zone"),
        ("decimal(10, 2)", "numeric(10,2)"),
        ("text[]", "text[]"),
        ("pg_catalog.int8", "bigint"),
        ("double precision", "double precision"),
        ("interval day to second", "interval day to second"),
        ("char", "character(1)"),
        ("public.\"Status\"", "public.\"Status\""),
        ("bit varying(8)", "bit varying(8)"),
        ("not a type!", "not a type!"),
    ] {
        assert_eq!(normal_type(written), expected);
    }
}

#[test]
fn view_bodies() {
    let same = |a: &str, b: &str| {
        let (a, b) = (normal_query(a, &["public"]), normal_query(b, &["public"]));
        assert!(a.is_some(), "{b:?}");
        assert_eq!(a, b);
    };
    same(
        "SELECT o.id, sum(l.n) AS total FROM o JOIN l ON l.o = o.id WHERE o.s IN ('a', 'b') \
         GROUP BY o.id HAVING sum(l.n) > 0 ORDER BY o.id DESC LIMIT 10",
        "SELECT o.id,\n sum(l.n) AS total\n FROM (o\n JOIN l ON ((l.o = o.id)))\n \
         WHERE (o.s = ANY (ARRAY['a'::text, 'b'::text]))\n GROUP BY o.id\n \
         HAVING (sum(l.n) > (0)::numeric)\n ORDER BY o.id DESC\n LIMIT 10;",
    );
    same(
        "SELECT a FROM t UNION ALL SELECT b FROM u",
        "SELECT t.a FROM public.t UNION ALL SELECT u.b AS b FROM u",
    );
    // As PostgreSQL 15 prints it.
    same(
        "SELECT c.id, lower(c.email) AS email, count(*) AS n FROM cust c LEFT JOIN ord o ON \
         o.customer_id = c.id WHERE c.active AND c.email LIKE '%x' GROUP BY c.id, c.email \
         HAVING count(*) > 1 ORDER BY n DESC NULLS LAST LIMIT 5",
        " SELECT c.id,\n    lower((c.email)::text) AS email,\n    count(*) AS n\n   FROM (cust c\n     \
         LEFT JOIN ord o ON ((o.customer_id = c.id)))\n  WHERE (c.active AND ((c.email)::text ~~ \
         '%x'::text))\n  GROUP BY c.id, c.email\n HAVING (count(*) > 1)\n  ORDER BY (count(*)) DESC \
         NULLS LAST\n LIMIT 5;",
    );
    assert_eq!(normal_query("DELETE FROM a", &[]), None);
}
