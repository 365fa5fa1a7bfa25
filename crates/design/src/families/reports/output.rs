//! Which output columns of a grouped query tell its rows apart.

use pgwright_catalog::Name;
use pgwright_catalog::write::{Token, TokenKind, scan};

/// Key words that end GROUP BY.
const AFTER_GROUP: [&str; 7] = [
    "having", "window", "order", "limit", "offset", "fetch", "for",
];

/// Key words that put several queries together, after which a group is not the whole.
const SET_OPERATIONS: [&str; 3] = ["union", "intersect", "except"];

/// The output columns that a query groups by: one row for each combination of their values. `None`
/// when it does not group, or groups by something that it does not put out.
pub fn unique_columns(sql: &str) -> Option<Vec<Name>> {
    let tokens = scan(sql);
    let outer = outer_tokens(&tokens);
    if outer
        .iter()
        .any(|(_, t)| SET_OPERATIONS.iter().any(|word| t.is(word)))
    {
        return None;
    }
    let select = outer.iter().position(|(_, t)| t.is("select"))?;
    let from = (select + 1..outer.len()).find(|&i| {
        // IS DISTINCT FROM is an operator.
        outer[i].1.is("from") && !outer[i - 1].1.is("distinct")
    })?;
    let group = (from..outer.len().saturating_sub(1))
        .find(|&i| outer[i].1.is("group") && outer[i + 1].1.is("by"))?;
    let end = (group + 2..outer.len())
        .find(|&i| AFTER_GROUP.iter().any(|word| outer[i].1.is(word)))
        .map_or(tokens.len(), |i| outer[i].0);

    let items: Vec<Item> = split(&tokens, outer[select].0 + 1, outer[from].0)
        .into_iter()
        .map(Item::new)
        .collect();
    let mut columns = Vec::new();
    for by in split(&tokens, outer[group + 1].0 + 1, end) {
        let text = normal(by);
        let position = match by {
            [one] if one.kind == TokenKind::Number => {
                one.text.parse::<usize>().ok()?.checked_sub(1)?
            }
            _ => items.iter().position(|item| {
                item.expression == text || item.name.as_ref().is_some_and(|n| n.as_str() == text)
            })?,
        };
        let name = items.get(position)?.name.clone()?;
        if !columns.contains(&name) {
            columns.push(name);
        }
    }
    (!columns.is_empty()).then_some(columns)
}

/// Tokens outside all parentheses, with their positions.
fn outer_tokens<'a>(tokens: &'a [Token<'a>]) -> Vec<(usize, &'a Token<'a>)> {
    let mut depth = 0usize;
    let mut outer = Vec::new();
    for (position, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") || token.is_symbol("[") {
            depth += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 {
            outer.push((position, token));
        }
    }
    outer
}

/// Parts between commas that stand outside parentheses.
fn split<'a>(tokens: &'a [Token<'a>], start: usize, end: usize) -> Vec<&'a [Token<'a>]> {
    let mut parts = Vec::new();
    let mut depth = 0usize;
    let mut begin = start;
    for position in start..end {
        let token = &tokens[position];
        if token.is_symbol("(") || token.is_symbol("[") {
            depth += 1;
        } else if token.is_symbol(")") || token.is_symbol("]") {
            depth = depth.saturating_sub(1);
        } else if depth == 0 && token.is_symbol(",") {
            parts.push(&tokens[begin..position]);
            begin = position + 1;
        }
    }
    parts.push(&tokens[begin..end]);
    parts
}

/// An item of a select list.
struct Item {
    expression: String,
    name: Option<Name>,
}

impl Item {
    fn new(tokens: &[Token<'_>]) -> Self {
        let named = |t: &Token<'_>| match t.kind {
            TokenKind::Word => Some(Name::new(t.text.to_ascii_lowercase())),
            TokenKind::QuotedName => {
                Some(Name::new(t.text.trim_matches('"').replace("\"\"", "\"")))
            }
            _ => None,
        };
        let is_name = |t: &Token<'_>| matches!(t.kind, TokenKind::Word | TokenKind::QuotedName);
        match tokens {
            [head @ .., word, last] if word.is("as") => Self {
                expression: normal(head),
                name: named(last),
            },
            [.., dot, last] if dot.is_symbol(".") => Self {
                expression: normal(tokens),
                name: named(last),
            },
            [one] => Self {
                expression: normal(tokens),
                name: named(one),
            },
            // An alias without AS follows a name, a literal or a parenthesis, and no key word does.
            [head @ .., before, last]
                if is_name(last)
                    && !last.is("end")
                    && (is_name(before) || before.is_symbol(")")) =>
            {
                let mut expression = normal(head);
                if !expression.is_empty() {
                    expression.push(' ');
                }
                expression.push_str(&normal(std::slice::from_ref(before)));
                Self {
                    expression,
                    name: named(last),
                }
            }
            _ => Self {
                expression: normal(tokens),
                name: None,
            },
        }
    }
}

/// One spelling for texts that mean the same: words in lower case, one space between.
fn normal(tokens: &[Token<'_>]) -> String {
    tokens
        .iter()
        .map(|t| match t.kind {
            TokenKind::Word => t.text.to_ascii_lowercase(),
            TokenKind::QuotedName => {
                let name = t.text.trim_matches('"').replace("\"\"", "\"");
                // A quoted name that needs no quotes is the same name.
                if name
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
                {
                    name
                } else {
                    t.text.to_owned()
                }
            }
            _ => t.text.to_owned(),
        })
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns(sql: &str) -> Option<Vec<String>> {
        unique_columns(sql).map(|names| names.iter().map(Name::to_string).collect())
    }

    #[test]
    fn grouped_queries_are_told_apart_by_what_they_group_by() {
        for (sql, expected) in [
            ("SELECT a, count(*) FROM t GROUP BY a", Some(vec!["a"])),
            (
                "SELECT s.plan_id AS plan, p.name AS plan_name, count(*) FROM s JOIN p ON true GROUP BY s.plan_id, p.name",
                Some(vec!["plan", "plan_name"]),
            ),
            (
                "SELECT date_trunc('week', i.at) AS week, sum(x) FROM i GROUP BY date_trunc('week', i.at) ORDER BY 1",
                Some(vec!["week"]),
            ),
            (
                "SELECT a, b, sum(c) FROM t GROUP BY 1, 2 HAVING sum(c) > 0",
                Some(vec!["a", "b"]),
            ),
            ("WITH x AS (SELECT 1 AS a GROUP BY a) SELECT a FROM x", None),
            ("SELECT count(*) FROM t GROUP BY a", None),
            ("SELECT a FROM t GROUP BY a UNION SELECT 1", None),
            (
                "SELECT a IS DISTINCT FROM b AS changed, count(*) FROM t GROUP BY a IS DISTINCT FROM b",
                Some(vec!["changed"]),
            ),
            ("SELECT a FROM t", None),
        ] {
            let expected =
                expected.map(|names| names.into_iter().map(str::to_owned).collect::<Vec<_>>());
            assert_eq!(columns(sql), expected, "{sql}");
        }
    }
}
