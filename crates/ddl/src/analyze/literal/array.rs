//! Array literals.

use std::sync::Arc;

/// How deep arrays may nest (`MAXDIM`).
const MAXIMUM_DIMENSIONS: usize = 6;

/// Reads `{a,"b",NULL,{…}}` and writes it as the server does, the elements through `element`.
pub(super) fn array(text: &str, element: &dyn Fn(&str) -> Option<Arc<str>>) -> Option<Arc<str>> {
    let mut reader = Reader {
        rest: text.trim(),
        element,
    };
    let mut result = String::new();
    let empty = reader.braces(&mut result, 0)?;
    if !reader.rest.is_empty() {
        return None;
    }
    // However deep, nothing is the empty array.
    Some(if empty { "{}".into() } else { result.into() })
}

struct Reader<'t> {
    rest: &'t str,
    element: &'t dyn Fn(&str) -> Option<Arc<str>>,
}

impl Reader<'_> {
    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn take(&mut self, c: char) -> bool {
        match self.rest.strip_prefix(c) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// One level; says whether it holds nothing.
    fn braces(&mut self, result: &mut String, depth: usize) -> Option<bool> {
        if depth >= MAXIMUM_DIMENSIONS || !self.take('{') {
            return None;
        }
        result.push('{');
        self.skip_space();
        if self.take('}') {
            result.push('}');
            return Some(true);
        }
        let mut nested = None;
        let mut empty = true;
        loop {
            self.skip_space();
            let is_nested = self.rest.starts_with('{');
            if *nested.get_or_insert(is_nested) != is_nested {
                return None;
            }
            if is_nested {
                empty &= self.braces(result, depth + 1)?;
            } else {
                empty = false;
                self.item(result)?;
            }
            self.skip_space();
            if self.take(',') {
                result.push(',');
            } else if self.take('}') {
                result.push('}');
                return Some(empty);
            } else {
                return None;
            }
        }
    }

    fn item(&mut self, result: &mut String) -> Option<()> {
        let mut text = String::new();
        if self.take('"') {
            loop {
                let c = self.next()?;
                match c {
                    '"' => break,
                    '\\' => text.push(self.next()?),
                    c => text.push(c),
                }
            }
        } else {
            let mut escaped = false;
            while let Some(c) = self.rest.chars().next() {
                match c {
                    ',' | '}' => break,
                    '{' | '"' => return None,
                    '\\' => {
                        self.next()?;
                        text.push(self.next()?);
                        escaped = true;
                    }
                    c => {
                        text.push(c);
                        self.next()?;
                    }
                }
            }
            // Space at the end does not count, unless it was escaped.
            if !escaped {
                text.truncate(text.trim_end().len());
                if text.eq_ignore_ascii_case("null") {
                    result.push_str("NULL");
                    return Some(());
                }
            }
            if text.is_empty() {
                return None;
            }
        }
        write_element(result, &(self.element)(&text)?);
        Some(())
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = self.rest.get(c.len_utf8()..)?;
        Some(c)
    }
}

/// Quotes what would be read differently.
fn write_element(result: &mut String, text: &str) {
    let special = |c: char| matches!(c, '"' | '\\' | '{' | '}' | ',') || super::number::is_space(c);
    if !text.is_empty() && !text.eq_ignore_ascii_case("null") && !text.contains(special) {
        result.push_str(text);
        return;
    }
    result.push('"');
    for c in text.chars() {
        if matches!(c, '"' | '\\') {
            result.push('\\');
        }
        result.push(c);
    }
    result.push('"');
}
