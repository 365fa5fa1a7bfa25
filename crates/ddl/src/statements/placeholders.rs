//! Clients' placeholders (`:name`, `?`, `%s`, `%(name)s`, `:1`) as PostgreSQL's parameters.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::read::text::scan::Scanner;

/// A statement whose parameters are `$1` …
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Converted {
    /// Its text.
    pub text: String,
    /// What its placeholders were called, by their numbers; empty for those without a name.
    pub names: BTreeMap<u32, String>,
}

/// Words before an expression: a `?` behind one is a placeholder, never the operator of that name.
const BEFORE_AN_EXPRESSION: [&str; 36] = [
    "all",
    "and",
    "any",
    "array",
    "between",
    "by",
    "case",
    "date",
    "distinct",
    "else",
    "except",
    "first",
    "for",
    "from",
    "having",
    "ilike",
    "in",
    "interval",
    "like",
    "limit",
    "next",
    "not",
    "offset",
    "on",
    "or",
    "returning",
    "select",
    "set",
    "similar",
    "then",
    "time",
    "timestamp",
    "to",
    "values",
    "when",
    "where",
];

/// Words behind an expression: a `?` before one has no right side, so that it is a placeholder.
const BEHIND_AN_EXPRESSION: [&str; 33] = [
    "and",
    "as",
    "asc",
    "at",
    "between",
    "collate",
    "desc",
    "else",
    "end",
    "except",
    "fetch",
    "for",
    "from",
    "group",
    "having",
    "ilike",
    "in",
    "intersect",
    "is",
    "like",
    "limit",
    "not",
    "nulls",
    "offset",
    "on",
    "or",
    "order",
    "returning",
    "rows",
    "similar",
    "then",
    "union",
    "when",
];

/// Types that a constant may follow: counters of statements write `interval $1`, which is no SQL.
const TYPES: [&str; 15] = [
    "interval",
    "date",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "inet",
    "cidr",
    "json",
    "jsonb",
    "numeric",
    "bytea",
    "text",
    "zone",
];

/// Turns placeholders of clients into parameters, and `interval $1`, as counters of statements write it, into
/// `$1::interval`. What stands in quotes and comments stays, and so does what is an operator in PostgreSQL:
/// `tags ? 'new'`, `a % b`, `x::text`, `list[1:2]`. Ask only for statements that are no SQL as they are.
///
/// ```
/// use pgwright_ddl::statements::convert_placeholders;
/// let converted = convert_placeholders("UPDATE t SET a = :a, b = ? WHERE c = :a AND d ? 'x'");
/// assert_eq!(converted.text, "UPDATE t SET a = $1, b = $2 WHERE c = $1 AND d ? 'x'");
/// assert_eq!(converted.names[&1], "a");
/// ```
pub fn convert_placeholders(sql: &str) -> Converted {
    let mut scanner = Scanner::new(sql);
    let tokens: Vec<Range<usize>> = std::iter::from_fn(|| scanner.step()).collect();
    let taken = tokens
        .iter()
        .filter_map(|token| numbered(&sql[token.clone()]));
    let mut converter = Converter {
        sql,
        last: taken.max().unwrap_or(0),
        tokens,
        named: BTreeMap::new(),
        names: BTreeMap::new(),
        edits: Vec::new(),
        brackets: 0,
    };
    let mut at = 0;
    while at < converter.tokens.len() {
        at += converter.convert(at).max(1);
    }
    // `%%` is how clients that write `%s` write `%`.
    let percent = converter
        .edits
        .iter()
        .any(|(range, _)| sql[range.clone()].starts_with('%'));
    if percent {
        converter.unescape_percent();
    }
    converter.edits.sort_by_key(|(range, _)| range.start);
    let mut text = sql.to_owned();
    for (range, replacement) in converter.edits.iter().rev() {
        text.replace_range(range.clone(), replacement);
    }
    Converted {
        text: typed(&text),
        names: converter.names,
    }
}

fn numbered(token: &str) -> Option<u32> {
    token.strip_prefix('$')?.parse().ok()
}

struct Converter<'a> {
    sql: &'a str,
    tokens: Vec<Range<usize>>,
    /// The last number that was given.
    last: u32,
    named: BTreeMap<String, u32>,
    names: BTreeMap<u32, String>,
    edits: Vec<(Range<usize>, String)>,
    brackets: usize,
}

impl<'a> Converter<'a> {
    fn text(&self, at: usize) -> &'a str {
        let token = self.tokens.get(at).cloned();
        token.and_then(|t| self.sql.get(t)).unwrap_or_default()
    }

    /// The token, when it directly follows the one before.
    fn adjacent(&self, at: usize) -> &'a str {
        match (
            at.checked_sub(1).and_then(|b| self.tokens.get(b)),
            self.tokens.get(at),
        ) {
            (Some(before), Some(token)) if before.end == token.start => self.text(at),
            _ => "",
        }
    }

    /// Puts a parameter in the place of what stands there.
    fn put(&mut self, range: Range<usize>, name: Option<&str>) {
        let number = match name {
            Some(name) => match self.named.get(name) {
                Some(number) => *number,
                None => {
                    self.last += 1;
                    self.named.insert(name.to_owned(), self.last);
                    self.last
                }
            },
            None => {
                self.last += 1;
                self.last
            }
        };
        self.names
            .entry(number)
            .or_insert_with(|| name.unwrap_or_default().to_owned());
        self.edits.push((range, format!("${number}")));
    }

    /// Looks at the token there. Gives the number of tokens that were taken.
    fn convert(&mut self, at: usize) -> usize {
        let (token, range) = (self.text(at), self.tokens[at].clone());
        match token {
            "[" => self.brackets += 1,
            "]" => self.brackets = self.brackets.saturating_sub(1),
            ":" if self.brackets == 0 => {
                let next = self.adjacent(at + 1);
                let name = next.trim_matches(['\'', '"']);
                let plain = |c: char| c.is_alphanumeric() || c == '_';
                if !name.is_empty() && name.chars().all(plain) {
                    let end = self.tokens[at + 1].end;
                    self.put(range.start..end, Some(name));
                    return 2;
                }
            }
            _ if token.ends_with('%') => return self.percent(at),
            _ if token.contains('?') => return self.question(at),
            _ => {}
        }
        1
    }

    /// `%s` and `%(name)s`, of Python's clients.
    fn percent(&mut self, at: usize) -> usize {
        let start = self.tokens[at].end - 1;
        match self.adjacent(at + 1) {
            "s" | "t" | "b" => {
                self.put(start..self.tokens[at + 1].end, None);
                2
            }
            "(" if self.adjacent(at + 3) == ")" && self.adjacent(at + 4).starts_with('s') => {
                let name = self.text(at + 2);
                let end = self.tokens[at + 4].start + 1;
                self.put(start..end, Some(name));
                5
            }
            _ => 1,
        }
    }

    /// `?`, `?1` and the question mark at the end or beginning of other operators (`=?`, `?||'%'`).
    fn question(&mut self, at: usize) -> usize {
        let (token, range) = (self.text(at), self.tokens[at].clone());
        let place = if token == "?" {
            if self.is_operator(at) {
                return 1;
            }
            range.start
        } else if token.starts_with("?||") || matches!(token, "?+" | "?-" | "?*" | "?/" | "?=") {
            range.start
        } else if token.ends_with('?') && !token.ends_with("@?") && !token.ends_with("??") {
            range.end - 1
        } else if token == "??" {
            // JDBC's way to write the operator.
            self.edits.push((range, "?".to_owned()));
            return 1;
        } else {
            return 1;
        };
        let number = self.adjacent(at + 1);
        if place + 1 == range.end
            && !number.is_empty()
            && number.bytes().all(|b| b.is_ascii_digit())
        {
            self.put(place..self.tokens[at + 1].end, Some(number));
            return 2;
        }
        self.put(place..place + 1, None);
        1
    }

    /// Whether a lone `?` has something on both sides: then it asks whether a document holds a key.
    fn is_operator(&self, at: usize) -> bool {
        let before = at.checked_sub(1).map_or("", |before| self.text(before));
        let after = self.text(at + 1);
        let word = |text: &str| text.starts_with(|c: char| c.is_alphanumeric() || c == '_');
        let quoted = |text: &str| text.ends_with(['\'', '"']);
        let left = (word(before)
            && !BEFORE_AN_EXPRESSION.contains(&before.to_ascii_lowercase().as_str()))
            || quoted(before)
            || before.starts_with('$')
            || matches!(before, ")" | "]");
        let right = (word(after)
            && !BEHIND_AN_EXPRESSION.contains(&after.to_ascii_lowercase().as_str()))
            || quoted(after)
            || after.starts_with(['$', '?', ':'])
            || after == "(";
        left && right
    }

    fn unescape_percent(&mut self) {
        let doubled: Vec<Range<usize>> = self
            .sql
            .match_indices("%%")
            .map(|(at, text)| at..at + text.len())
            .collect();
        for range in doubled {
            self.edits.push((range, "%".to_owned()));
        }
    }
}

/// `interval $1` as `$1::interval`.
pub(super) fn typed(sql: &str) -> String {
    if !sql.contains('$') {
        return sql.to_owned();
    }
    let mut scanner = Scanner::new(sql);
    let tokens: Vec<Range<usize>> = std::iter::from_fn(|| scanner.step()).collect();
    let mut text = sql.to_owned();
    for at in (1..tokens.len()).rev() {
        let (before, token) = (&sql[tokens[at - 1].clone()], &sql[tokens[at].clone()]);
        if numbered(token).is_none() || !TYPES.contains(&before.to_ascii_lowercase().as_str()) {
            continue;
        }
        // `timestamp with time zone $1`
        let long = |n: usize| at.checked_sub(n).map(|from| tokens[from].clone());
        let start = match (before.eq_ignore_ascii_case("zone"), long(4)) {
            (true, Some(first)) => first.start,
            (true, None) => continue,
            (false, _) => tokens[at - 1].start,
        };
        let name = sql[start..tokens[at - 1].end].to_owned();
        // `AT TIME ZONE $1` is one already.
        let is_type = name.to_ascii_lowercase();
        if before.eq_ignore_ascii_case("zone") && !is_type.starts_with("time") {
            continue;
        }
        text.replace_range(start..tokens[at].end, &format!("{token}::{name}"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(sql: &str) -> String {
        convert_placeholders(sql).text
    }

    #[test]
    fn placeholders_of_clients_become_parameters() {
        for (sql, expected) in [
            ("a = :a AND b = :b_2 OR c=:a", "a = $1 AND b = $2 OR c=$1"),
            ("a = ? AND b=? LIMIT ?", "a = $1 AND b=$2 LIMIT $3"),
            ("a IN (?, ?, ?)", "a IN ($1, $2, $3)"),
            ("a = ?1 OR b = ?2 OR c = ?1", "a = $1 OR b = $2 OR c = $1"),
            ("a = :1 AND b = :2", "a = $1 AND b = $2"),
            (
                "a = %s AND b LIKE 'x%%' AND c %% 2 = %s",
                "a = $1 AND b LIKE 'x%' AND c % 2 = $2",
            ),
            (
                "a = %(x)s AND b = %(y)s AND c = %(x)s",
                "a = $1 AND b = $2 AND c = $1",
            ),
            ("a LIKE '%' || ? || '%'", "a LIKE '%' || $1 || '%'"),
            ("a LIKE ?||'%'", "a LIKE $1||'%'"),
            ("a = $2 AND b = ?", "a = $2 AND b = $3"),
            (
                "CASE WHEN ? THEN ? ELSE ? END",
                "CASE WHEN $1 THEN $2 ELSE $3 END",
            ),
            ("a BETWEEN ? AND ?", "a BETWEEN $1 AND $2"),
            ("a = :'x'", "a = $1"),
            ("a > now() - interval $1", "a > now() - $1::interval"),
            (
                "a > timestamp with time zone $1",
                "a > $1::timestamp with time zone",
            ),
            ("a AT TIME ZONE $1", "a AT TIME ZONE $1"),
        ] {
            assert_eq!(converted(sql), expected);
        }
    }

    #[test]
    fn operators_quotes_and_comments_stay() {
        for sql in [
            "tags ? 'a' AND tags ?| array['a'] AND x @? '$.a' AND a::text = ':b'",
            "list[1:n] -- is it :so? %s",
            "\"a?\" = $x$ :a ? %s $x$ AND a % b > 2 /* ? */",
            "f(a := 1)",
        ] {
            assert_eq!(converted(sql), sql);
        }
        assert_eq!(converted("tags ? ? AND a = ?"), "tags ? $1 AND a = $2");
        assert_eq!(converted("tags ?? ?"), "tags ? $1");
    }
}
