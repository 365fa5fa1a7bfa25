//! JSON literals: `json` keeps its text, `jsonb` is written anew.

use std::fmt::Write as _;
use std::sync::Arc;

use super::number::numeric;

/// How deep values may nest here.
const MAXIMUM_DEPTH: usize = 200;

enum Json {
    Null,
    Bool(bool),
    Number(Arc<str>),
    String(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// Whether a text is JSON.
pub(super) fn valid(text: &str) -> bool {
    read(text).is_some()
}

/// What `jsonb` prints: keys in its order and once, one space after `:` and `,`.
pub(super) fn jsonb(text: &str) -> Option<Arc<str>> {
    let mut result = String::with_capacity(text.len());
    write_value(&mut result, &read(text)?);
    Some(result.into())
}

fn read(text: &str) -> Option<Json> {
    let mut reader = Reader { rest: text };
    let value = reader.value(0)?;
    reader.space();
    reader.rest.is_empty().then_some(value)
}

struct Reader<'t> {
    rest: &'t str,
}

impl Reader<'_> {
    fn space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\n', '\r']);
    }

    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn value(&mut self, depth: usize) -> Option<Json> {
        if depth > MAXIMUM_DEPTH {
            return None;
        }
        self.space();
        match self.rest.bytes().next()? {
            b'{' => self.object(depth),
            b'[' => self.array(depth),
            b'"' => self.string().map(Json::String),
            b't' => self.take("true").then_some(Json::Bool(true)),
            b'f' => self.take("false").then_some(Json::Bool(false)),
            b'n' => self.take("null").then_some(Json::Null),
            _ => self.number(),
        }
    }

    fn object(&mut self, depth: usize) -> Option<Json> {
        self.take("{");
        let mut members: Vec<(String, Json)> = Vec::new();
        self.space();
        if self.take("}") {
            return Some(Json::Object(members));
        }
        loop {
            self.space();
            let key = self.string()?;
            self.space();
            if !self.take(":") {
                return None;
            }
            let value = self.value(depth + 1)?;
            // The last value of a key counts.
            match members.iter_mut().find(|(k, _)| *k == key) {
                Some(member) => member.1 = value,
                None => members.push((key, value)),
            }
            self.space();
            if self.take("}") {
                return Some(Json::Object(members));
            }
            if !self.take(",") {
                return None;
            }
        }
    }

    fn array(&mut self, depth: usize) -> Option<Json> {
        self.take("[");
        let mut elements = Vec::new();
        self.space();
        if self.take("]") {
            return Some(Json::Array(elements));
        }
        loop {
            elements.push(self.value(depth + 1)?);
            self.space();
            if self.take("]") {
                return Some(Json::Array(elements));
            }
            if !self.take(",") {
                return None;
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        if !self.take("\"") {
            return None;
        }
        let mut result = String::new();
        loop {
            let c = self.next()?;
            match c {
                '"' => return Some(result),
                '\\' => match self.next()? {
                    'b' => result.push('\u{8}'),
                    'f' => result.push('\u{c}'),
                    'n' => result.push('\n'),
                    'r' => result.push('\r'),
                    't' => result.push('\t'),
                    'u' => {
                        let unit = self.unit()?;
                        let code = if (0xd800..0xdc00).contains(&unit) {
                            if !self.take("\\u") {
                                return None;
                            }
                            let low = self.unit()?;
                            if !(0xdc00..0xe000).contains(&low) {
                                return None;
                            }
                            0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00)
                        } else {
                            unit
                        };
                        result.push(char::from_u32(code).filter(|c| *c != '\0')?);
                    }
                    c @ ('"' | '\\' | '/') => result.push(c),
                    _ => return None,
                },
                c if u32::from(c) < 0x20 => return None,
                c => result.push(c),
            }
        }
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        self.rest = self.rest.get(4..)?;
        u32::from_str_radix(digits, 16).ok()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }

    fn number(&mut self) -> Option<Json> {
        let end = self
            .rest
            .find(|c: char| !matches!(c, '0'..='9' | '-' | '+' | '.' | 'e' | 'E'))
            .unwrap_or(self.rest.len());
        let (text, rest) = self.rest.split_at(end);
        self.rest = rest;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let whole = digits.split(['.', 'e', 'E']).next()?;
        let starts_right = !whole.is_empty() && (whole == "0" || !whole.starts_with('0'));
        if !starts_right || digits.ends_with('.') {
            return None;
        }
        numeric(text).map(Json::Number)
    }
}

fn write_value(result: &mut String, value: &Json) {
    match value {
        Json::Null => result.push_str("null"),
        Json::Bool(b) => result.push_str(if *b { "true" } else { "false" }),
        Json::Number(n) => result.push_str(n),
        Json::String(s) => write_string(result, s),
        Json::Array(elements) => {
            result.push('[');
            for (place, element) in elements.iter().enumerate() {
                if place > 0 {
                    result.push_str(", ");
                }
                write_value(result, element);
            }
            result.push(']');
        }
        Json::Object(members) => {
            // Shorter keys come first.
            let mut sorted: Vec<&(String, Json)> = members.iter().collect();
            sorted.sort_by(|(a, _), (b, _)| (a.len(), a.as_bytes()).cmp(&(b.len(), b.as_bytes())));
            result.push('{');
            for (place, (key, value)) in sorted.into_iter().enumerate() {
                if place > 0 {
                    result.push_str(", ");
                }
                write_string(result, key);
                result.push_str(": ");
                write_value(result, value);
            }
            result.push('}');
        }
    }
}

fn write_string(result: &mut String, text: &str) {
    result.push('"');
    for c in text.chars() {
        match c {
            '"' => result.push_str("\\\""),
            '\\' => result.push_str("\\\\"),
            '\u{8}' => result.push_str("\\b"),
            '\u{c}' => result.push_str("\\f"),
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            c if u32::from(c) < 0x20 => {
                let _ = write!(result, "\\u{:04x}", u32::from(c));
            }
            c => result.push(c),
        }
    }
    result.push('"');
}

/// What `jsonpath` prints of a path of plain steps: `$.a.b[*]` is `$."a"."b"[*]`.
pub(super) fn path(text: &str) -> Option<Arc<str>> {
    let text = text.trim();
    let (mode, mut rest) = match text.strip_prefix("strict ") {
        Some(rest) => ("strict ", rest.trim_start()),
        None => ("", text.strip_prefix("lax ").unwrap_or(text).trim_start()),
    };
    rest = rest.strip_prefix('$')?;
    let mut result = format!("{mode}$");
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("[*]") {
            result.push_str("[*]");
            rest = after;
        } else if let Some(after) = rest.strip_prefix(".*") {
            if after.starts_with('*') {
                return None;
            }
            result.push_str(".*");
            rest = after;
        } else if let Some(after) = rest.strip_prefix('[') {
            let (index, after) = after.split_once(']')?;
            if index.is_empty() || !index.bytes().all(|b| b.is_ascii_digit()) || index.len() > 9 {
                return None;
            }
            let _ = write!(result, "[{}]", index.parse::<u32>().ok()?);
            rest = after;
        } else {
            let after = rest.strip_prefix('.')?;
            if after.starts_with('"') {
                let mut reader = Reader { rest: after };
                let key = reader.string()?;
                result.push('.');
                write_string(&mut result, &key);
                rest = reader.rest;
            } else {
                let end = after
                    .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                    .unwrap_or(after.len());
                let (key, after) = after.split_at(end);
                // A name before a parenthesis is a method.
                if key.is_empty()
                    || key.starts_with(|c: char| c.is_ascii_digit())
                    || after.trim_start().starts_with('(')
                {
                    return None;
                }
                let _ = write!(result, ".\"{key}\"");
                rest = after;
            }
        }
    }
    Some(result.into())
}
