//! Arrays as PostgreSQL prints them, one dimension deep: the form of most common values and histograms.

/// A text that is no one-dimensional array.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no array as PostgreSQL prints it")]
pub struct ArrayError {
    /// The text, or its beginning.
    pub text: String,
}

/// Reads `{a,"b c",NULL}`. An element that is an array itself is an element's text.
///
/// # Errors
/// When the text has another form.
pub fn parse_array(text: &str) -> Result<Vec<Option<String>>, ArrayError> {
    let wrong = || ArrayError {
        text: text.chars().take(80).collect(),
    };
    let inner = text
        .trim()
        .strip_prefix('{')
        .and_then(|t| t.strip_suffix('}'))
        .ok_or_else(wrong)?;
    if inner.is_empty() {
        return Ok(Vec::new());
    }
    let mut elements = Vec::new();
    let mut rest = inner.chars().peekable();
    loop {
        let mut element = String::new();
        let quoted = rest.next_if_eq(&'"').is_some();
        loop {
            match rest.next() {
                Some('\\') => element.push(rest.next().ok_or_else(wrong)?),
                Some('"') if quoted => break,
                None if quoted => return Err(wrong()),
                Some(c @ ('{' | '}' | '"')) if !quoted => {
                    let _ = c;
                    return Err(wrong());
                }
                Some(c) => element.push(c),
                None => break,
            }
            if !quoted && matches!(rest.peek(), None | Some(',')) {
                break;
            }
        }
        let null = !quoted && element == "NULL";
        elements.push((!null).then_some(element));
        match rest.next() {
            Some(',') => {}
            None => return Ok(elements),
            Some(_) => return Err(wrong()),
        }
    }
}

/// Writes elements as an array that PostgreSQL reads, every element quoted.
pub fn write_array<T: AsRef<str>>(elements: &[T]) -> String {
    let mut text = String::from("{");
    for (number, element) in elements.iter().enumerate() {
        if number > 0 {
            text.push(',');
        }
        text.push('"');
        for c in element.as_ref().chars() {
            if matches!(c, '"' | '\\') {
                text.push('\\');
            }
            text.push(c);
        }
        text.push('"');
    }
    text.push('}');
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn arrays_are_read_as_they_are_written() {
        let values = ["", "a", "NULL", "a,b", "{1,2}", "\"q\" \\ x", " s "];
        let read = parse_array(&write_array(&values)).unwrap();
        let expected: Vec<_> = values.iter().map(|v| Some((*v).to_owned())).collect();
        assert_eq!(read, expected);
    }

    #[test]
    fn arrays_as_the_server_prints_them() {
        let read = parse_array("{1,NULL,\"a \\\"b\\\"\",2020-01-01}").unwrap();
        let some = |t: &str| Some(t.to_owned());
        assert_eq!(read, [some("1"), None, some("a \"b\""), some("2020-01-01")]);
        assert_eq!(parse_array("{}").unwrap(), []);
        for wrong in ["", "1", "{\"a}", "{{1},{2}}", "{\"a\"b}"] {
            assert!(parse_array(wrong).is_err(), "{wrong}");
        }
    }
}
