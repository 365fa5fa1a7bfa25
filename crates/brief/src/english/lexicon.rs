//! The words that the reader knows: function words here, verbs, adjectives and nouns in `words/`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

pub(super) use super::classes::{
    is_organisation_word, is_shared, is_system_word, is_transaction, is_vague_word,
};
use super::forms::{IRREGULAR, inflections};
pub(super) use super::forms::{is_plural, singular};

/// What a verb says about its subject and objects.
#[derive(Debug, Clone, Default)]
pub(super) struct Verb {
    /// As often a noun.
    pub(super) noun: bool,
    /// The subject has what the objects say.
    pub(super) has: bool,
    /// A system keeps what the objects say.
    pub(super) stores: bool,
    /// The subject makes or owns the object.
    pub(super) makes: bool,
    /// Ties many to many unless the text says otherwise.
    pub(super) associates: bool,
    /// The subject refers to the object.
    pub(super) refers: bool,
    /// Nouns for what happens, the likeliest first.
    pub(super) nouns: Vec<&'static str>,
}

/// Verbs by their base form.
pub(super) static VERBS: LazyLock<BTreeMap<&'static str, Verb>> = LazyLock::new(|| {
    let mut verbs: BTreeMap<&'static str, Verb> = BTreeMap::new();
    for line in entries(include_str!("words/verbs.txt")) {
        let mut parts = line.split_whitespace();
        let (Some(base), Some(flags)) = (parts.next(), parts.next()) else {
            continue;
        };
        let verb = verbs.entry(base).or_default();
        verb.noun |= flags.contains('n');
        verb.has |= flags.contains('h');
        verb.stores |= flags.contains('s');
        verb.makes |= flags.contains('c');
        verb.associates |= flags.contains('a');
        verb.refers |= flags.contains('r');
        if let Some(nouns) = parts.next() {
            verb.nouns.extend(nouns.split(','));
        }
    }
    // What is a noun as well names what happens: a request, a visit.
    for (base, verb) in &mut verbs {
        if verb.noun && verb.nouns.is_empty() && (verb.makes || verb.associates) {
            verb.nouns.push(base);
        }
    }
    verbs
});

/// Inflected forms to base form and form.
static FORMS: LazyLock<BTreeMap<String, (&'static str, Form)>> = LazyLock::new(|| {
    let mut forms = BTreeMap::new();
    for base in VERBS.keys().copied() {
        for (form, text) in inflections(base) {
            forms.entry(text).or_insert((base, form));
        }
    }
    for (text, base, form) in IRREGULAR {
        forms.insert((*text).to_owned(), (*base, *form));
    }
    forms
});

/// Adjectives that belong to names.
pub(super) static ADJECTIVES: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| entries(include_str!("words/adjectives.txt")).collect());

/// Words that name facts, with their usual type.
static ATTRIBUTES: LazyLock<BTreeMap<&'static str, &'static str>> = LazyLock::new(|| {
    const TYPES: &[&str] = &[
        "long text",
        "time zone",
        "ip address",
        "decimal",
        "name",
        "text",
        "code",
        "email",
        "phone",
        "url",
        "address",
        "integer",
        "quantity",
        "money",
        "currency",
        "percentage",
        "date",
        "instant",
        "country",
        "language",
        "secret",
        "uuid",
        "json",
        "coordinates",
        "duration",
    ];
    let mut words = BTreeMap::new();
    for line in entries(include_str!("words/attributes.txt")) {
        // The type is the longest known one that the line ends with.
        let kind = TYPES
            .iter()
            .filter(|t| {
                let at = line.rfind(*t);
                at.is_some_and(|at| {
                    at > 0
                        && line[..at].ends_with(' ')
                        && (line[at + t.len()..].is_empty() || **t == "decimal")
                })
            })
            .max_by_key(|t| t.len());
        if let Some(kind) = kind
            && let Some(at) = line.rfind(kind)
        {
            words.entry(line[..at].trim()).or_insert(&line[at..]);
        }
    }
    words
});

static THINGS: LazyLock<BTreeSet<&'static str>> =
    LazyLock::new(|| entries(include_str!("words/things.txt")).collect());

fn entries(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Forms of a verb.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    Base,
    Third,
    Past,
    Participle,
    /// Past or participle.
    Ed,
    Ing,
}

/// The base form of a verb's form.
pub(super) fn verb_form(word: &str) -> Option<(&'static str, Form)> {
    if let Some(found) = FORMS.get(word) {
        return Some(*found);
    }
    // `reassigned`, `re-opened`: as the verb itself.
    let rest = word
        .strip_prefix("re-")
        .or_else(|| word.strip_prefix("pre-"))?;
    FORMS.get(rest).copied()
}

/// The verb of that base form.
pub(super) fn verb(base: &str) -> Option<&'static Verb> {
    VERBS.get(base)
}

/// The usual type of what these words name, when they name a fact; the longest ending counts.
pub(super) fn attribute_type(words: &[&str]) -> Option<&'static str> {
    for start in 0..words.len() {
        let ending = words[start..].join(" ");
        if let Some(kind) = ATTRIBUTES.get(ending.as_str()) {
            return Some(kind);
        }
        let mut last: Vec<String> = words[start..].iter().map(|w| (*w).to_owned()).collect();
        if let Some(word) = last.last_mut() {
            *word = singular(word);
        }
        if let Some(kind) = ATTRIBUTES.get(last.join(" ").as_str()) {
            return Some(kind);
        }
    }
    None
}

/// Whether these words name a thing, a person or an event.
pub(super) fn is_thing(words: &[&str]) -> bool {
    (0..words.len()).any(|start| THINGS.contains(words[start..].join(" ").as_str()))
}

/// Whether exactly these words are a known thing.
pub(super) fn is_known_thing(name: &str) -> bool {
    THINGS.contains(name)
}
