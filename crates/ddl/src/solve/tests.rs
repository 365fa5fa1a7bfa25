//! Rows accepted and rejected by rules as people write them.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::eval::evaluate;
use crate::expr::parse_expression;

fn domains() -> Domains {
    let text = || Domain::new(Kind::Text { max_length: None });
    [
        ("quantity", Domain::new(Kind::Integer)),
        ("ceiling", Domain::new(Kind::Integer).nullable()),
        ("price", Domain::new(Kind::Decimal { scale: 2 })),
        ("total", Domain::new(Kind::Decimal { scale: 2 })),
        ("status", text()),
        ("code", text()),
        ("note", text().nullable()),
        (
            "stage",
            Domain::new(Kind::OneOf(vec![
                "open".into(),
                "won".into(),
                "lost".into(),
            ])),
        ),
        ("starts", Domain::new(Kind::Date)),
        ("ends", Domain::new(Kind::Date).nullable()),
        ("born", Domain::new(Kind::Date)),
        ("at", Domain::new(Kind::Timestamp)),
        ("paid", Domain::new(Kind::Bool)),
        ("a", Domain::new(Kind::Integer).nullable()),
        ("b", Domain::new(Kind::Integer).nullable()),
        ("c", Domain::new(Kind::Integer).nullable()),
    ]
    .into_iter()
    .map(|(name, domain)| (name.to_owned(), domain))
    .collect()
}

/// For a rule: the accepted row's columns, and each rejected row's, as text.
fn solve(rule: &str, others: &[&str]) -> String {
    let rule = parse_expression(rule).unwrap();
    let others: Vec<_> = others
        .iter()
        .map(|other| parse_expression(other).unwrap())
        .collect();
    let none = Assignment::new();
    let all: Vec<_> = [&rule].into_iter().chain(&others).cloned().collect();
    let Some(base) = satisfy(&all, &domains(), &none, &none) else {
        return "none".to_owned();
    };
    let rejected = violate(&rule, &others, &domains(), &base);
    let now = Some(jiff::civil::date(2026, 7, 1).at(0, 0, 0, 0));
    for row in &rejected {
        assert_eq!(evaluate(&rule, row, now), Ok(Value::Bool(false)), "{rule}");
        for other in &others {
            assert_ne!(evaluate(other, row, now), Ok(Value::Bool(false)), "{other}");
        }
    }
    let columns: std::collections::BTreeSet<String> = all
        .iter()
        .flat_map(|expr| expr.columns())
        .map(|path| path.join("."))
        .collect();
    let show = |row: &Assignment| {
        let values: Vec<_> = columns.iter().map(|name| row[name].to_text()).collect();
        values.join(",")
    };
    let rejected: Vec<_> = rejected.iter().map(show).collect();
    format!("{} | {}", show(&base), rejected.join(" "))
}

#[test]
fn rules_as_people_write_them() {
    for (rule, expected) in [
        ("quantity > 0", "1 | 0"),
        ("quantity >= 5", "5 | 4"),
        ("quantity BETWEEN 1 AND 99", "1 | 0 100"),
        ("price >= 0", "1.00 | -0.01"),
        ("price > 0.5 AND price < 10", "1.00 | 0.50 10.00"),
        ("quantity = 3", "3 | 2 4"),
        ("status IN ('draft', 'sent')", "draft | draftx"),
        ("status NOT IN ('draft', 'sent')", "a | draft sent"),
        ("stage <> 'lost'", "open | lost"),
        (
            "ends IS NULL OR ends > starts",
            ",2024-01-01 | 2024-01-01,2024-01-01",
        ),
        (
            "ends >= starts",
            "2024-01-01,2024-01-01 | 2023-12-31,2024-01-01",
        ),
        (
            "ends <= starts + 30",
            "2024-01-01,2024-01-01 | 2024-02-01,2024-01-01",
        ),
        ("born <= CURRENT_DATE", "2024-01-01 | 2999-12-31"),
        (
            "at < now() - INTERVAL '1 year'",
            "2023-12-31 00:00:00 | 2999-12-31 00:00:00",
        ),
        ("stage <> 'won' OR paid", "true,open | false,won"),
        ("num_nonnulls(a, b, c) = 1", "1,, | ,, 1,1,"),
        ("(a IS NULL) <> (b IS NULL)", "1, | ,"),
        ("code ~ '^[A-Z]{2}[0-9]{4}$'", "AA1111 | aa1111"),
        ("code LIKE 'INV-%'", "INV- | inv-"),
        ("code LIKE '50!%%' ESCAPE '!'", "50% | a"),
        ("length(code) = 3", "aaa | aa aaaa"),
        ("char_length(btrim(code)) > 0", "a | "),
        ("code = upper(code)", "A | a"),
        ("total = quantity * price", "1.00,1,1.00 | 1.00,1,0.99"),
        ("quantity % 12 = 0", "12 | -1 11"),
        ("paid", "true | false"),
        ("NOT paid OR note IS NOT NULL", ",false | ,true"),
        (
            "CASE WHEN stage = 'won' THEN price > 0 ELSE price >= 0 END",
            "1.00,open | 0.00,won -0.01,open",
        ),
        ("quantity <= ceiling", "1,1 | 1,2"),
        ("quantity > 0 AND quantity < 0", "none"),
    ] {
        assert_eq!(solve(rule, &[]), expected, "{rule}");
    }
}

#[test]
fn other_rules_stay_kept() {
    // Violating one bound may need another column to move along.
    assert_eq!(
        solve(
            "ends > starts",
            &[
                "ends IS NULL OR ends >= '2024-01-01'",
                "starts <= '2024-06-30'"
            ]
        ),
        "2024-01-02,2024-01-01 | 2024-01-01,2024-01-01"
    );
    assert_eq!(
        solve("quantity <= 10", &["quantity = ceiling"]),
        "1,1 | ,11"
    );
    // No row can break the first without the second.
    assert_eq!(solve("quantity > 0", &["quantity > 5"]), "6 | ");
    // What cannot be evaluated holds its columns still.
    assert_eq!(
        solve("price > 0", &["quantity > 0", "TRUE OR frobnicate(price)"]),
        "1.00,1 | 0.00,1"
    );
}
