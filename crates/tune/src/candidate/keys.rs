//! Lists of keys that a B-tree could have.

use std::collections::BTreeSet;

use pgwright_catalog::{IndexElement, IndexKey, Name};

use crate::access::{Access, Key, Sorted};

/// As many keys of each role as are combined with others.
const COMBINED: usize = 3;
/// Keys past this many are not worth their place.
const LONGEST: usize = 5;

/// Lists of keys in which an access could use them.
///
/// What is compared by `=` comes first, then what is sorted or compared by `<`: so a search begins at one place
/// of the index and ends at another. `distinct` tells how many values a key has; the more, the earlier.
pub(super) fn lists(access: &Access, distinct: impl Fn(&Key) -> f64) -> Vec<Vec<IndexElement>> {
    let by_distinct = |keys: &BTreeSet<Key>| {
        let mut keys: Vec<Key> = keys.iter().cloned().collect();
        keys.sort_by(|a, b| distinct(b).total_cmp(&distinct(a)).then_with(|| a.cmp(b)));
        keys
    };
    let equal: BTreeSet<Key> = access.equal.union(&access.nulls).cloned().collect();
    let equal = by_distinct(&equal);
    let joined = by_distinct(&access.joined);
    let ranges = by_distinct(&access.ranges);
    let mut lists = Lists::default();
    for key in equal.iter().chain(&joined).chain(&ranges) {
        lists.keys(&[key]);
    }
    let all: Vec<&Key> = equal.iter().take(COMBINED).collect();
    lists.keys(&all);
    let reversed: Vec<&Key> = all.iter().rev().copied().collect();
    lists.keys(&reversed);
    for range in ranges.iter().take(COMBINED) {
        lists.keys(&[&all[..], &[range]].concat());
        for key in &all {
            lists.keys(&[key, range]);
        }
        for other in ranges.iter().take(COMBINED).filter(|o| *o != range) {
            lists.keys(&[&all[..], &[range, other]].concat());
        }
    }
    for order in &access.orders {
        lists.order(&[], order);
        lists.order(&all, order);
        for key in &all {
            lists.order(&[key], order);
        }
        for key in joined.iter().take(COMBINED) {
            lists.order(&[key], order);
        }
    }
    for key in joined.iter().take(COMBINED) {
        lists.keys(&[&[key], &all[..]].concat());
        lists.keys(&[&all[..], &[key]].concat());
        for range in ranges.iter().take(COMBINED) {
            lists.keys(&[key, range]);
            lists.keys(&[range, key]);
            lists.keys(&[&all[..], &[key, range]].concat());
        }
        for other in joined.iter().take(COMBINED).filter(|o| *o != key) {
            lists.keys(&[key, other]);
        }
    }
    for group in &access.groups {
        let group: Vec<&Key> = group.iter().collect();
        lists.keys(&group);
        lists.keys(&[&all[..], &group[..]].concat());
        for key in joined.iter().take(COMBINED) {
            lists.keys(&[&[key], &group[..]].concat());
        }
    }
    lists.found
}

#[derive(Default)]
struct Lists {
    found: Vec<Vec<IndexElement>>,
}

impl Lists {
    fn keys(&mut self, keys: &[&Key]) {
        self.push(keys.iter().map(|key| element(key)));
    }

    /// An order behind keys that are compared by `=`, which sort nothing.
    fn order(&mut self, before: &[&Key], order: &[Sorted]) {
        let mut order: Vec<IndexElement> = order
            .iter()
            .filter(|s| !before.contains(&&s.key))
            .map(|s| {
                let mut element = element(&s.key);
                element.descending = s.descending;
                element.nulls_first = s.nulls_first;
                element
            })
            .collect();
        // Read backwards, an ascending index gives what is wholly descending; it is written the plain way.
        let backwards = order.iter().all(|e| e.descending && e.nulls_first);
        if backwards && before.is_empty() {
            for element in &mut order {
                element.descending = false;
                element.nulls_first = false;
            }
        }
        self.push(before.iter().map(|key| element(key)).chain(order));
    }

    fn push(&mut self, elements: impl Iterator<Item = IndexElement>) {
        let mut list: Vec<IndexElement> = Vec::new();
        for element in elements {
            if !list.iter().any(|e| e.key == element.key) && list.len() < LONGEST {
                list.push(element);
            }
        }
        if !list.is_empty() && !self.found.contains(&list) {
            self.found.push(list);
        }
    }
}

/// An ascending key.
pub(super) fn element(key: &Key) -> IndexElement {
    match key {
        Key::Column(name) => IndexElement::column(name.clone()),
        Key::Expression(sql, _) => IndexElement::expression(sql.clone()),
    }
}

/// The columns that elements are, expressions left out.
pub(super) fn columns(elements: &[IndexElement]) -> BTreeSet<&Name> {
    let column = |e: &'_ IndexElement| matches!(e.key, IndexKey::Column(_));
    elements
        .iter()
        .filter(|e| column(e))
        .filter_map(|e| match &e.key {
            IndexKey::Column(name) => Some(name),
            IndexKey::Expression(_) => None,
        })
        .collect()
}

/// A word for an expression, for the name of its index: `lower_email`, `payload_external_ref`.
pub(super) fn word_of(sql: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut cast = false;
    for token in pgwright_catalog::write::scan(sql) {
        // What is cast to is of no interest.
        if token.text.starts_with(':') {
            cast = true;
            continue;
        }
        if let Some(word) = token.literal().or_else(|| token.name()) {
            if !cast {
                words.push(word);
            }
            cast = false;
        }
    }
    let text = words.join("_").to_lowercase();
    let plain = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            c
        } else {
            '_'
        }
    };
    match text.is_empty() {
        true => "expr".to_owned(),
        false => text.chars().map(plain).take(40).collect(),
    }
}
