//! Numbers, lists and names as sentences need them.

/// A count as a person writes it: `40,000`, `168 million`.
pub fn count(number: f64) -> String {
    let number = number.round();
    if number >= 1e9 {
        return format!("{} billion", significant(number / 1e9));
    }
    if number >= 1e6 {
        return format!("{} million", significant(number / 1e6));
    }
    let digits = format!("{number:.0}");
    let mut grouped = String::new();
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// At most three significant digits, without closing zeros.
fn significant(number: f64) -> String {
    let decimals = if number >= 100.0 {
        0
    } else if number >= 10.0 {
        1
    } else {
        2
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// `a`, `a and b`, `a, b and c`.
pub fn list<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, "and")
}

/// `a`, `a or b`, `a, b or c`.
pub fn choice<T: AsRef<str>>(items: &[T]) -> String {
    joined(items, "or")
}

fn joined<T: AsRef<str>>(items: &[T], word: &str) -> String {
    match items {
        [] => String::new(),
        [one] => one.as_ref().to_owned(),
        [head @ .., last] => {
            let head: Vec<&str> = head.iter().map(AsRef::as_ref).collect();
            format!("{} {word} {}", head.join(", "), last.as_ref())
        }
    }
}

/// The same with at most `most` named and the rest counted: `a, b and 3 more`.
pub fn list_some<T: AsRef<str>>(items: &[T], most: usize) -> String {
    if items.len() <= most + 1 {
        return list(items);
    }
    let named: Vec<&str> = items[..most].iter().map(AsRef::as_ref).collect();
    format!("{} and {} more", named.join(", "), items.len() - most)
}

/// A name as words: `purchase_influence` is `purchase influence`.
pub fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

/// A name with its article: `an opportunity line`.
pub fn a(name: &str) -> String {
    let words = spoken(name);
    let vowel = words.chars().next().is_some_and(|c| "aeio".contains(c))
        || (words.starts_with('u')
            && !["user", "unit", "uni", "usage", "url", "uuid"]
                .iter()
                .any(|w| words.starts_with(w)));
    format!("{} {words}", if vowel { "an" } else { "a" })
}

/// The text with a capital first letter.
pub fn capital(text: &str) -> String {
    let mut characters = text.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => String::new(),
    }
}

/// The text as a sentence: a capital first letter and a full stop.
pub fn sentence(text: &str) -> String {
    let text = capital(text.trim());
    if text.is_empty() || text.ends_with(['.', '!', '?', ':']) {
        text
    } else {
        format!("{text}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_read_as_people_write_them() {
        for (number, text) in [
            (0.0, "0"),
            (400.0, "400"),
            (40_000.0, "40,000"),
            (168_000_000.0, "168 million"),
            (1_250_000.0, "1.25 million"),
            (2e9, "2 billion"),
        ] {
            assert_eq!(count(number), text);
        }
    }

    #[test]
    fn lists_end_in_a_word() {
        assert_eq!(list(&["a", "b", "c"]), "a, b and c");
        assert_eq!(choice(&["a", "b"]), "a or b");
        assert_eq!(list_some(&["a", "b", "c", "d", "e"], 2), "a, b and 3 more");
        assert_eq!(a("opportunity_line"), "an opportunity line");
        assert_eq!(a("user"), "a user");
    }
}
