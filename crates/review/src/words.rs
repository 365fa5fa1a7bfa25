//! What names say: their words, and the things that they name.

/// The words of a name in lower case: `line_items`, `lineItems` and `LineItems` have the same.
pub(crate) fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut previous_lower = false;
    for part in name.split(|c: char| !c.is_alphanumeric()) {
        let mut word = String::new();
        for c in part.chars() {
            if c.is_uppercase() && previous_lower && !word.is_empty() {
                words.push(std::mem::take(&mut word));
            }
            previous_lower = c.is_lowercase() || c.is_ascii_digit();
            word.extend(c.to_lowercase());
        }
        previous_lower = false;
        if !word.is_empty() {
            words.push(word);
        }
    }
    words
}

/// The last word of a name.
pub(crate) fn last_word(name: &str) -> String {
    words(name).pop().unwrap_or_default()
}

/// The words of a name as a comparable text, the last in the singular.
pub(crate) fn singular_key(name: &str) -> String {
    let mut words = words(name);
    if let Some(last) = words.pop() {
        words.push(pluralizer::pluralize(&last, 1, false));
    }
    words.join("_")
}

/// The thing whose key a column holds: `customer` for `customer_id` and `customerId`. `None` for a name
/// that says no more than that it is an id.
pub(crate) fn referenced_thing(column: &str) -> Option<String> {
    let mut words = words(column);
    let last = words.pop()?;
    let is_key = matches!(last.as_str(), "id" | "uuid" | "guid");
    (is_key && !words.is_empty()).then(|| words.join("_"))
}

/// A count with its noun: `1 table`, `3 tables`.
pub(crate) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        n => format!("{n} {noun}s"),
    }
}

/// Names in one line, the first few of them.
pub(crate) fn list<T: AsRef<str>>(names: &[T], most: usize) -> String {
    let shown: Vec<&str> = names.iter().take(most).map(AsRef::as_ref).collect();
    match names.len().saturating_sub(most) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_fall_into_words() {
        assert_eq!(words("lineItems"), ["line", "items"]);
        assert_eq!(words("IP_Address"), ["ip", "address"]);
        assert_eq!(words("sha256_hash"), ["sha256", "hash"]);
        assert_eq!(singular_key("OrderLines"), "order_line");
        assert_eq!(referenced_thing("customer_id").as_deref(), Some("customer"));
        assert_eq!(
            referenced_thing("parentOrderId").as_deref(),
            Some("parent_order")
        );
        assert_eq!(referenced_thing("id"), None);
        assert_eq!(referenced_thing("paid"), None);
        assert_eq!(list(&["a", "b", "c"], 2), "a, b and 1 more");
    }
}
