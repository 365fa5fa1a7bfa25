//! What names of columns give away.

/// The words of a name in snake case.
pub fn words(name: &str) -> Vec<&str> {
    name.split('_').filter(|word| !word.is_empty()).collect()
}

/// Last words of columns that identify something by a code.
const CODES: [&str; 18] = [
    "id", "key", "code", "no", "nr", "number", "num", "sku", "isbn", "ean", "iban", "uuid", "guid",
    "email", "mail", "vat", "ref", "domain",
];
/// Last words of columns that identify something by its name, or that are the thing.
const NAMES: [&str; 22] = [
    "name",
    "title",
    "company",
    "organization",
    "organisation",
    "customer",
    "client",
    "supplier",
    "vendor",
    "product",
    "item",
    "principal",
    "account",
    "contact",
    "employee",
    "person",
    "patient",
    "project",
    "department",
    "store",
    "school",
    "user",
];
/// Words in names of columns that hold facts about a person.
const PERSONAL: [&str; 16] = [
    "email",
    "mail",
    "phone",
    "mobile",
    "fax",
    "firstname",
    "lastname",
    "surname",
    "birth",
    "birthday",
    "birthdate",
    "dob",
    "ssn",
    "passport",
    "salary",
    "iban",
];

/// How much a column's name speaks for its identifying something; less is more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hint {
    /// By a code.
    Code,
    /// By a name.
    Name,
    /// Not at all.
    None,
}

/// What the name of a column says about it. `orderkey` ends with `key` without a sign between.
pub fn hint(name: &str) -> Hint {
    let Some(last) = words(name).pop() else {
        return Hint::None;
    };
    let glued = ["id", "key", "code"].iter().any(|suffix| {
        last.len() > suffix.len() + 2 && last.ends_with(suffix) && !last.ends_with("paid")
    });
    if CODES.contains(&last) || glued {
        Hint::Code
    } else if NAMES.contains(&last) {
        Hint::Name
    } else {
        Hint::None
    }
}

/// Whether two names begin with the same word and both say more than it.
pub fn same_prefix(a: &str, b: &str) -> bool {
    let (a, b) = (words(a), words(b));
    !a.is_empty() && a.first() == b.first() && a.len() + b.len() > 2
}

/// Whether a column seems to hold facts about a person.
pub fn is_personal(name: &str) -> bool {
    let words = words(name);
    words.iter().any(|word| PERSONAL.contains(word))
        || words.windows(2).any(|pair| {
            matches!(
                pair,
                ["first" | "last" | "full" | "contact" | "person", "name"]
            )
        })
}

/// The thing that a key column names: `organization_id` is of an `organization`, `o_orderkey` of an
/// `order`. `None` when the name says no more than that it is a key.
pub fn thing(key: &str) -> Option<String> {
    let mut words: Vec<&str> = words(key);
    let last = *words.last()?;
    if CODES.contains(&last) || matches!(last, "name" | "title") {
        words.pop();
        if words.last().is_some_and(|word| word.len() <= 2) && words.len() == 1 {
            return None;
        }
    } else if let Some(stem) = ["key", "code", "id"]
        .iter()
        .find_map(|s| last.strip_suffix(s))
        && stem.len() > 2
    {
        return Some(singular(stem));
    }
    // A short first word is the prefix that some schemas put before all columns of a table.
    if words.len() > 1 && words[0].len() <= 2 {
        words.remove(0);
    }
    (!words.is_empty()).then(|| singular(&words.join("_")))
}

/// The English singular of what may be a plural.
pub fn singular(name: &str) -> String {
    if let Some(stem) = name.strip_suffix("ies").filter(|stem| stem.len() > 2) {
        format!("{stem}y")
    } else if ["sses", "shes", "ches", "xes"]
        .iter()
        .any(|end| name.ends_with(end))
    {
        name[..name.len() - 2].to_owned()
    } else if name.ends_with('s')
        && !name.ends_with("ss")
        && !name.ends_with("us")
        && !name.ends_with("is")
        && name.len() > 3
    {
        name[..name.len() - 1].to_owned()
    } else {
        name.to_owned()
    }
}

/// A number with commas between thousands.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_what_they_identify() {
        assert_eq!(hint("o_orderkey"), Hint::Code);
        assert_eq!(hint("contact_email"), Hint::Code);
        assert_eq!(hint("company"), Hint::Name);
        assert_eq!(hint("paid"), Hint::None);
        assert_eq!(thing("organization_id").as_deref(), Some("organization"));
        assert_eq!(thing("o_orderkey").as_deref(), Some("order"));
        assert_eq!(thing("n_name"), None);
        assert_eq!(thing("Companies"), Some("Company".into()));
        assert_eq!(thing("id"), None);
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert!(is_personal("contact_name") && !is_personal("product_name"));
    }
}
