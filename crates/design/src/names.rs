//! Names of tables, columns, constraints and indexes: predictable, within 63 bytes, never equal.

use pgwright_catalog::{Name, QualifiedName};

/// PostgreSQL keeps 63 bytes of a name (NAMEDATALEN - 1).
pub const MAXIMUM_LENGTH: usize = 63;

/// A name for something of a table: `<table>_<columns>_<suffix>`, as PostgreSQL itself would call
/// it. A name that is too long is cut and given six hexadecimal digits of the whole, so that two
/// long names never become one and the same input always gives the same name.
pub fn derived(table: &QualifiedName, middle: &[&str], suffix: &str) -> Name {
    let mut parts = vec![table.name.as_str()];
    parts.extend(middle.iter().copied().filter(|m| !m.is_empty()));
    let stem = parts.join("_");
    shortened(&stem, suffix)
}

/// A rule's name as part of a name that begins with its table already: the rule
/// `contact_one_per_company` is `one_per_company` in `contacts_one_per_company_check`.
pub fn rule_part<'r>(table: &QualifiedName, rule: &'r str) -> &'r str {
    let entity = singular(table.name.as_str());
    rule.strip_prefix(entity.as_str())
        .and_then(|rest| rest.strip_prefix('_'))
        .filter(|rest| !rest.is_empty())
        .unwrap_or(rule)
}

/// `stem_suffix`, shortened in the stem when it is too long. An empty suffix adds nothing.
pub fn shortened(stem: &str, suffix: &str) -> Name {
    let tail = if suffix.is_empty() {
        String::new()
    } else {
        format!("_{suffix}")
    };
    let whole = format!("{stem}{tail}");
    if whole.len() <= MAXIMUM_LENGTH {
        return Name::new(whole);
    }
    let mark = format!("_{:06x}", fingerprint(&whole) & 0x00ff_ffff);
    let mut room = MAXIMUM_LENGTH - tail.len().min(20) - mark.len();
    while !stem.is_char_boundary(room.min(stem.len())) {
        room -= 1;
    }
    let head = stem[..room.min(stem.len())].trim_end_matches('_');
    let mut name = format!("{head}{mark}{tail}");
    if name.len() > MAXIMUM_LENGTH {
        let mut end = MAXIMUM_LENGTH;
        while !name.is_char_boundary(end) {
            end -= 1;
        }
        name.truncate(end);
    }
    Name::new(name)
}

/// FNV-1a, 64 bits: stable across versions and machines, which the standard hasher does not
/// promise.
fn fingerprint(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

/// The plural of an entity's name: the last word of `opportunity_line` becomes `lines`.
pub fn plural(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((head, last)) => format!("{head}_{}", pluralizer::pluralize(last, 2, false)),
        None => pluralizer::pluralize(name, 2, false),
    }
}

/// The singular of a word.
pub fn singular(name: &str) -> String {
    match name.rsplit_once('_') {
        Some((head, last)) => format!("{head}_{}", pluralizer::pluralize(last, 1, false)),
        None => pluralizer::pluralize(name, 1, false),
    }
}

/// A value written as data, such as `feedback given`, as an identifier: `feedback_given`.
pub fn identifier(text: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if !name.is_empty() && !name.ends_with('_') {
            name.push('_');
        }
    }
    name.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> QualifiedName {
        QualifiedName::new("app", name)
    }

    #[test]
    fn short_names_read_as_postgresql_would_call_them() {
        assert_eq!(
            derived(&table("contacts"), &["email"], "key").as_str(),
            "contacts_email_key"
        );
        assert_eq!(
            derived(&table("contacts"), &[], "pkey").as_str(),
            "contacts_pkey"
        );
    }

    #[test]
    fn long_names_fit_and_stay_apart() {
        let long = "a_very_long_name_of_a_table_that_somebody_thought_of";
        let one = derived(&table(long), &["first_very_long_column_name"], "fkey");
        let two = derived(&table(long), &["first_very_long_column_nam"], "fkey");
        assert!(one.as_str().len() <= MAXIMUM_LENGTH && two.as_str().len() <= MAXIMUM_LENGTH);
        assert_ne!(one, two);
        assert!(one.as_str().ends_with("_fkey"));
    }

    #[test]
    fn plurals_are_of_the_last_word() {
        assert_eq!(plural("opportunity_line"), "opportunity_lines");
        assert_eq!(plural("category"), "categories");
        assert_eq!(plural("person"), "people");
    }
}
