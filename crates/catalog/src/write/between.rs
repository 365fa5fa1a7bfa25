//! Conditions that only BETWEEN brings about.
//!
//! `a BETWEEN 1 AND 2 AND b` is kept as `((a >= 1) AND (a <= 2)) AND b`. Written like that, the server
//! takes the three conditions for one list and keeps another expression than it had. Said as BETWEEN
//! again it keeps the same.

use super::scan::{Token, scan};

/// The text with such conditions said as BETWEEN.
pub(super) fn restored(sql: &str) -> String {
    if !sql.contains("((") || !sql.contains("AND") {
        return sql.to_owned();
    }
    let tokens = scan(sql);
    let closing = closing(&tokens);
    let mut replacements: Vec<(usize, usize, String)> = Vec::new();
    let groups = (0..tokens.len()).filter_map(|open| Some((open + 1, closing[open]?)));
    // The whole may be such a list without parentheses around it.
    for (from, to) in groups.chain([(0, tokens.len())]) {
        let operands = operands(&tokens, &closing, from, to);
        if operands.len() < 2 {
            continue;
        }
        let (first, end) = operands[0];
        if closing.get(first).copied().flatten() != Some(end - 1) {
            continue;
        }
        if let Some(text) = between(sql, &tokens, &closing, first + 1, end - 1) {
            let from = tokens[first].start + 1;
            replacements.push((from, tokens[end - 1].start, text));
        }
    }
    let mut text = sql.to_owned();
    replacements.sort_by_key(|(from, _, _)| std::cmp::Reverse(*from));
    for (from, to, with) in replacements {
        text.replace_range(from..to, &with);
    }
    text
}

/// For each opening parenthesis the one that closes it.
fn closing(tokens: &[Token<'_>]) -> Vec<Option<usize>> {
    let mut closing = vec![None; tokens.len()];
    let mut open = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if token.is_symbol("(") {
            open.push(at);
        } else if token.is_symbol(")")
            && let Some(start) = open.pop()
        {
            closing[start] = Some(at);
        }
    }
    closing
}

/// The operands of a list of ANDs, each as a range of tokens; one range where it is none.
fn operands(
    tokens: &[Token<'_>],
    closing: &[Option<usize>],
    from: usize,
    to: usize,
) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let (mut start, mut at) = (from, from);
    while at < to {
        if let Some(close) = closing[at] {
            at = close + 1;
            continue;
        }
        if tokens[at].is("OR") || tokens[at].is("NOT") || tokens[at].is("BETWEEN") {
            return vec![(from, to)];
        }
        if tokens[at].is("AND") {
            found.push((start, at));
            start = at + 1;
        }
        at += 1;
    }
    found.push((start, to));
    found
}

/// `(x >= a) AND (x <= b)` as `x BETWEEN a AND b`.
fn between(
    sql: &str,
    tokens: &[Token<'_>],
    closing: &[Option<usize>],
    from: usize,
    to: usize,
) -> Option<String> {
    let [low, high] = operands(tokens, closing, from, to)[..] else {
        return None;
    };
    let side = |(start, end): (usize, usize), operator: &str| -> Option<(String, String)> {
        if closing.get(start).copied().flatten() != Some(end - 1) {
            return None;
        }
        let (start, end) = (start + 1, end - 1);
        let mut at = start;
        while at < end {
            if let Some(close) = closing[at] {
                at = close + 1;
                continue;
            }
            let next = tokens.get(at + 1);
            let whole = tokens[at].text == operator
                || (tokens[at].text == &operator[..1]
                    && next.is_some_and(|n| {
                        n.text == &operator[1..] && n.start == tokens[at].start + 1
                    }));
            if whole {
                let value = tokens[at].start + operator.len();
                let left = sql.get(tokens[start].start..tokens[at].start)?;
                let right = sql.get(value..tokens[end].start)?;
                return Some((left.trim().to_owned(), right.trim().to_owned()));
            }
            at += 1;
        }
        None
    };
    let (x, a) = side(low, ">=")?;
    let (y, b) = side(high, "<=")?;
    (x == y).then(|| format!("{x} BETWEEN {a} AND {b}"))
}

#[cfg(test)]
mod tests {
    use super::restored;

    #[test]
    fn only_a_group_at_the_head_of_a_list_is_restored() {
        for (kept, written) in [
            (
                "(((c >= 0) AND (c <= 5000)) AND (f(c) > 1))",
                "((c BETWEEN 0 AND 5000) AND (f(c) > 1))",
            ),
            (
                "((c >= 0) AND (c <= 5000)) AND (b = 1)",
                "(c BETWEEN 0 AND 5000) AND (b = 1)",
            ),
            ("((c >= 0) AND (c <= 5000))", "((c >= 0) AND (c <= 5000))"),
            (
                "((b > 1) AND ((c >= 0) AND (c <= 5000)))",
                "((b > 1) AND ((c >= 0) AND (c <= 5000)))",
            ),
            (
                "(((a.c >= lower(x)) AND (a.c <= 'AND ('::text)) AND (b = 1))",
                "((a.c BETWEEN lower(x) AND 'AND ('::text) AND (b = 1))",
            ),
            (
                "(((c >= 0) AND (d <= 5000)) AND (b = 1))",
                "(((c >= 0) AND (d <= 5000)) AND (b = 1))",
            ),
        ] {
            assert_eq!(restored(kept), written);
        }
    }
}
