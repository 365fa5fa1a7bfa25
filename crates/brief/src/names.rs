//! Names: one spelling for all, plurals, and the nearest name to a wrong one.

/// The name in snake_case: `Visit note`, `visit-note` and `VisitNote` are `visit_note`.
pub(crate) fn snake_case(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    let mut previous: Option<char> = None;
    let mut chars = name.trim().chars().peekable();
    while let Some(c) = chars.next() {
        if c.is_alphanumeric() {
            let starts_word = c.is_uppercase()
                && previous.is_some_and(|p| {
                    p.is_lowercase()
                        || p.is_numeric()
                        || (p.is_uppercase() && chars.peek().is_some_and(|n| n.is_lowercase()))
                });
            if starts_word && !snake.ends_with('_') {
                snake.push('_');
            }
            snake.extend(c.to_lowercase());
        } else if !snake.ends_with('_') && !snake.is_empty() {
            snake.push('_');
        }
        previous = Some(c);
    }
    while snake.ends_with('_') {
        snake.pop();
    }
    snake
}

/// Whether the text can be a name: letters, digits, spaces, hyphens and underscores, a letter first.
pub(crate) fn is_name(name: &str) -> bool {
    let name = name.trim();
    name.chars().next().is_some_and(char::is_alphabetic)
        && name
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, ' ' | '_' | '-'))
}

/// The English plural by rule; only used to recognise a name, never to make one up for the reader.
pub(crate) fn plural(name: &str) -> String {
    let consonant_y =
        name.ends_with('y') && !name[..name.len() - 1].ends_with(['a', 'e', 'i', 'o', 'u']);
    if consonant_y {
        format!("{}ies", &name[..name.len() - 1])
    } else if name.ends_with(['s', 'x', 'z']) || name.ends_with("ch") || name.ends_with("sh") {
        format!("{name}es")
    } else if let Some(stem) = name.strip_suffix("person") {
        format!("{stem}people")
    } else {
        format!("{name}s")
    }
}

/// The candidate nearest to a wrong name, when one is near enough to have been meant.
pub(crate) fn nearest<'a>(
    wrong: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    // Nobody misspells a name of that length, and the comparison would take long.
    if wrong.len() > 100 {
        return None;
    }
    let wrong = wrong.to_lowercase();
    candidates
        .into_iter()
        .map(|candidate| {
            let known = candidate.to_lowercase();
            // A name that only lacks or adds words is near too: `price` for `unit_price`.
            let distance = strsim::osa_distance(&wrong, &known);
            let part = wrong.len() >= 4
                && known.len() >= 4
                && (known.split('_').any(|w| w == wrong) || wrong.split('_').any(|w| w == known));
            (if part { distance.min(2) } else { distance }, candidate)
        })
        .filter(|(distance, candidate)| {
            *distance <= 1.max(candidate.chars().count().min(wrong.chars().count()) / 3)
                || (*distance == 2 && candidate.len() > 4)
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `a, b and c`, shortened when there are many.
pub(crate) fn listing<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let names: Vec<&str> = names.into_iter().collect();
    const MOST: usize = 14;
    match names.as_slice() {
        [] => String::new(),
        [one] => (*one).to_owned(),
        many if many.len() > MOST => format!("{}, …", many[..MOST].join(", ")),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// "did you mean" when something is near, else what there is.
pub(crate) fn suggestion(wrong: &str, candidates: &[&str], what: &str) -> Option<String> {
    match nearest(wrong, candidates.iter().copied()) {
        Some(near) => Some(format!("did you mean `{near}`?")),
        None if candidates.is_empty() => None,
        None => Some(format!("{what}: {}", listing(candidates.iter().copied()))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_all() {
        for name in [
            "Visit note",
            "visit-note",
            "VisitNote",
            "visit_note",
            " visit  note ",
        ] {
            assert_eq!(snake_case(name), "visit_note");
        }
        assert_eq!(snake_case("SKU"), "sku");
        assert_eq!(snake_case("HTTPServer"), "http_server");
    }

    #[test]
    fn near_names_are_found() {
        let known = ["opportunity", "organization", "unit_price"];
        assert_eq!(nearest("oportunity", known), Some("opportunity"));
        assert_eq!(nearest("price", known), Some("unit_price"));
        assert_eq!(nearest("warehouse", known), None);
    }

    #[test]
    fn plurals_are_recognised() {
        assert_eq!(plural("opportunity"), "opportunities");
        assert_eq!(plural("address"), "addresses");
        assert_eq!(plural("day"), "days");
        assert_eq!(plural("sales_person"), "sales_people");
    }
}
