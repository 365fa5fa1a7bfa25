//! Names that PostgreSQL gives when a statement gives none: `orders_pkey`, `orders_id_seq`.

use crate::{Name, QualifiedName};

/// Longest name in bytes (`NAMEDATALEN` less the closing zero).
const LONGEST: usize = 63;

/// The name that PostgreSQL makes of a table, a column (or several joined by `_`) and a label such as
/// `seq`, `not_null` or `idx`: joined by underscores, the longer of the first two cut until the whole
/// fits into 63 bytes. What a name that is taken gets in addition, a number, is not part of it.
pub fn automatic_name(table: &str, column: Option<&str>, label: &str) -> Name {
    let overhead = label.len() + 1 + usize::from(column.is_some());
    let room = LONGEST.saturating_sub(overhead);
    let (mut first, mut second) = (table.len(), column.map_or(0, str::len));
    while first + second > room {
        if first > second {
            first -= 1;
        } else {
            second -= 1;
        }
    }
    let mut name = clipped(table, first).to_owned();
    if let Some(column) = column {
        name.push('_');
        name.push_str(clipped(column, second));
    }
    name.push('_');
    name.push_str(label);
    Name::new(name)
}

/// The sequence behind an identity column that names none.
pub fn identity_sequence_name(table: &QualifiedName, column: &Name) -> QualifiedName {
    let name = automatic_name(table.name.as_str(), Some(column.as_str()), "seq");
    QualifiedName::new(table.schema.clone(), name)
}

/// The first bytes of a text, no character cut in two.
fn clipped(text: &str, bytes: usize) -> &str {
    let mut end = bytes.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_lose_the_end_of_their_longer_part() {
        assert_eq!(
            automatic_name("orders", Some("id"), "seq").as_str(),
            "orders_id_seq"
        );
        assert_eq!(
            automatic_name("orders", None, "pkey").as_str(),
            "orders_pkey"
        );
        let long = automatic_name(&"t".repeat(60), Some(&"c".repeat(20)), "not_null");
        assert_eq!(long.as_str().len(), LONGEST);
        assert_eq!(
            long.as_str(),
            format!("{}_{}_not_null", "t".repeat(33), "c".repeat(20))
        );
        let cut = automatic_name(&"ä".repeat(40), None, "pkey");
        assert_eq!(cut.as_str(), format!("{}_pkey", "ä".repeat(29)));
    }
}
