//! Names of what stands beside something else for a while.

use pgwright_catalog::Name;
use pgwright_catalog::write::{TokenKind, scan};

/// How names begin of what is built beside something, and shall have that one's name.
const NEW: &str = "pgwright_new_";
/// How names begin of what gave its name away, and is dropped.
const OLD: &str = "pgwright_old_";

/// The longest name that PostgreSQL keeps, in bytes.
const LONGEST: usize = 63;

/// What the new is called until it has its name.
pub(crate) fn new_name(name: &Name) -> Name {
    prefixed(NEW, name)
}

/// What the old is called until it is dropped.
pub(crate) fn old_name(name: &Name) -> Name {
    prefixed(OLD, name)
}

pub(crate) fn is_new(name: &Name) -> bool {
    name.as_str().starts_with(NEW)
}

pub(crate) fn is_old(name: &Name) -> bool {
    name.as_str().starts_with(OLD)
}

/// The name of what stands beside something else, but for those that were cut.
pub(crate) fn real_name(name: &Name) -> Option<Name> {
    let text = name.as_str();
    let real = text.strip_prefix(NEW).or_else(|| text.strip_prefix(OLD));
    real.map(Name::new)
}

/// Long names of one schema often differ at their ends only: what is cut off is told by a hash.
fn prefixed(prefix: &str, name: &Name) -> Name {
    let whole = format!("{prefix}{name}");
    if whole.len() <= LONGEST {
        return Name::new(whole);
    }
    let hash = format!("_{:08x}", fnv(name.as_str()));
    let mut cut = whole;
    while cut.len() + hash.len() > LONGEST {
        cut.pop();
    }
    Name::new(cut + &hash)
}

/// The 32-bit FNV-1a hash: the same on every machine.
fn fnv(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    })
}

/// An expression over columns of one table, with other names for some of them.
pub(super) fn with_columns(sql: &str, new: &dyn Fn(&Name) -> Option<Name>) -> String {
    let tokens = scan(sql);
    let mut text = String::with_capacity(sql.len());
    let mut done = 0;
    for (at, token) in tokens.iter().enumerate() {
        let is_name = matches!(token.kind, TokenKind::Word | TokenKind::QuotedName);
        let Some(name) = token.name().filter(|_| is_name) else {
            continue;
        };
        // Parts of qualified names, types of casts and functions are no columns.
        let before = at.checked_sub(1).map(|b| &tokens[b]);
        let cast = sql[..token.start].trim_end().ends_with("::");
        let other = cast
            || before.is_some_and(|b| b.is_symbol("."))
            || tokens
                .get(at + 1)
                .is_some_and(|t| t.is_symbol("(") || t.is_symbol("."));
        if other {
            continue;
        }
        if let Some(new) = new(&Name::new(name.to_string())) {
            text.push_str(&sql[done..token.start]);
            text.push_str(&new.quoted());
            done = token.start + token.text.len();
        }
    }
    text.push_str(&sql[done..]);
    text
}

#[cfg(test)]
mod tests {
    use super::{Name, new_name, with_columns};

    #[test]
    fn columns_get_other_names_but_what_is_called_like_them_does_not() {
        let new = |name: &Name| (name.as_str() == "date").then(|| Name::new("pgwright_new_date"));
        assert_eq!(
            with_columns("date > x.date(date)::date AND \"date\" <> 'date'", &new),
            "pgwright_new_date > x.date(pgwright_new_date)::date AND pgwright_new_date <> 'date'"
        );
    }

    #[test]
    fn long_names_stay_apart() {
        let long = |end: &str| {
            Name::new(format!(
                "{}{end}",
                "index_on_a_table_with_a_long_name".repeat(2)
            ))
        };
        let (a, b) = (new_name(&long("_a")), new_name(&long("_b")));
        assert_ne!(a, b);
        assert!(a.as_str().len() <= 63 && b.as_str().len() <= 63);
    }
}
