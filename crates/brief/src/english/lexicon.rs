//! The words that the reader knows: function words here, verbs, adjectives and nouns in `words/`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

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

fn inflections(base: &str) -> Vec<(Form, String)> {
    let vowel = |c: char| matches!(c, 'a' | 'e' | 'i' | 'o' | 'u');
    let mut forms = vec![(Form::Base, base.to_owned())];
    let chars: Vec<char> = base.chars().collect();
    let last = chars.last().copied().unwrap_or('x');
    let before = chars.len().checked_sub(2).map_or('x', |i| chars[i]);
    let third = chars.len().checked_sub(3).map_or('x', |i| chars[i]);
    let sibilant =
        base.ends_with(['s', 'x', 'z', 'o']) || base.ends_with("ch") || base.ends_with("sh");
    if last == 'y' && !vowel(before) {
        let stem = &base[..base.len() - 1];
        forms.push((Form::Third, format!("{stem}ies")));
        forms.push((Form::Ed, format!("{stem}ied")));
        forms.push((Form::Ing, format!("{base}ing")));
    } else if last == 'e' {
        let stem = &base[..base.len() - 1];
        forms.push((Form::Third, format!("{base}s")));
        forms.push((Form::Ed, format!("{base}d")));
        let ing = if base.ends_with("ee") || base.ends_with("ie") {
            format!("{base}ing")
        } else {
            format!("{stem}ing")
        };
        forms.push((Form::Ing, ing));
    } else {
        forms.push((
            Form::Third,
            if sibilant {
                format!("{base}es")
            } else {
                format!("{base}s")
            },
        ));
        forms.push((Form::Ed, format!("{base}ed")));
        forms.push((Form::Ing, format!("{base}ing")));
        if !vowel(last) && vowel(before) && !vowel(third) && !matches!(last, 'w' | 'x' | 'y') {
            forms.push((Form::Ed, format!("{base}{last}ed")));
            forms.push((Form::Ing, format!("{base}{last}ing")));
        }
    }
    forms
}

const IRREGULAR: &[(&str, &str, Form)] = &[
    ("has", "have", Form::Third),
    ("had", "have", Form::Ed),
    ("kept", "keep", Form::Ed),
    ("held", "hold", Form::Ed),
    ("made", "make", Form::Ed),
    ("sold", "sell", Form::Ed),
    ("bought", "buy", Form::Ed),
    ("written", "write", Form::Participle),
    ("wrote", "write", Form::Past),
    ("given", "give", Form::Participle),
    ("gave", "give", Form::Past),
    ("taken", "take", Form::Participle),
    ("took", "take", Form::Past),
    ("taught", "teach", Form::Ed),
    ("sent", "send", Form::Ed),
    ("built", "build", Form::Ed),
    ("led", "lead", Form::Ed),
    ("driven", "drive", Form::Participle),
    ("drove", "drive", Form::Past),
    ("paid", "pay", Form::Ed),
    ("lent", "lend", Form::Ed),
    ("known", "know", Form::Participle),
    ("knew", "know", Form::Past),
    ("shown", "show", Form::Participle),
    ("run", "run", Form::Base),
    ("ran", "run", Form::Past),
    ("won", "win", Form::Ed),
    ("lost", "lose", Form::Ed),
    ("found", "find", Form::Ed),
    ("seen", "see", Form::Participle),
    ("saw", "see", Form::Past),
    ("begun", "begin", Form::Participle),
    ("began", "begin", Form::Past),
    ("chosen", "choose", Form::Participle),
    ("chose", "choose", Form::Past),
    ("overseen", "oversee", Form::Participle),
    ("bound", "bind", Form::Ed),
    ("hidden", "hide", Form::Participle),
    ("undergone", "undergo", Form::Participle),
    ("undergoes", "undergo", Form::Third),
    ("left", "leave", Form::Ed),
    ("meant", "mean", Form::Ed),
    ("understood", "understand", Form::Ed),
    ("told", "tell", Form::Ed),
    ("got", "get", Form::Ed),
    ("fallen", "fall", Form::Participle),
    ("overwritten", "overwrite", Form::Participle),
    ("frozen", "freeze", Form::Participle),
    ("withdrawn", "withdraw", Form::Participle),
    ("became", "become", Form::Past),
    ("bred", "breed", Form::Ed),
    ("fed", "feed", Form::Ed),
    ("grown", "grow", Form::Participle),
    ("flown", "fly", Form::Participle),
    ("born", "bear", Form::Participle),
    ("borne", "bear", Form::Participle),
    ("occurred", "occur", Form::Ed),
    ("referred", "refer", Form::Ed),
    ("referring", "refer", Form::Ing),
    ("transferred", "transfer", Form::Ed),
    ("submitted", "submit", Form::Ed),
    ("submitting", "submit", Form::Ing),
    ("admitted", "admit", Form::Ed),
    ("permitted", "permit", Form::Ed),
    ("enrolled", "enroll", Form::Ed),
    ("enrolling", "enroll", Form::Ing),
    ("enrols", "enroll", Form::Third),
    ("put", "put", Form::Base),
    ("set", "set", Form::Base),
    ("cost", "cost", Form::Base),
    ("read", "read", Form::Base),
    ("met", "meet", Form::Ed),
    ("thought", "think", Form::Ed),
    ("said", "say", Form::Ed),
    ("dealt", "deal", Form::Ed),
    ("spent", "spend", Form::Ed),
    ("quits", "quit", Form::Third),
    ("stood", "stand", Form::Ed),
    ("done", "do", Form::Participle),
    ("labelled", "label", Form::Ed),
    ("catalogued", "catalog", Form::Ed),
    ("travelled", "travel", Form::Ed),
    ("cancelled", "cancel", Form::Ed),
    ("scheduled", "schedule", Form::Ed),
    ("forgotten", "forget", Form::Participle),
];

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

/// The singular of a noun; the word itself when it is none.
pub(super) fn singular(word: &str) -> String {
    const SAME: &[&str] = &[
        "status",
        "address",
        "series",
        "species",
        "news",
        "gps",
        "gas",
        "bus",
        "campus",
        "bonus",
        "virus",
        "process",
        "access",
        "business",
        "class",
        "course",
        "basis",
        "analysis",
        "diagnosis",
        "tennis",
        "sms",
        "hours",
        "mathematics",
        "physics",
        "is",
        "always",
        "previous",
        "various",
        "goods",
        "premises",
        "us",
        "census",
        "lens",
        "chassis",
        "progress",
        "success",
        "loss",
        "mass",
        "gross",
        "express",
        "plus",
        "dimensions",
        "coordinates",
        "contents",
        "terms",
        "earnings",
        "savings",
        "details",
        "data",
        "media",
        "staff",
        "notes",
        "remarks",
        "instructions",
        "ingredients",
        "lyrics",
        "specifications",
        "requirements",
        "pos",
    ];
    if SAME.contains(&word) {
        return word.to_owned();
    }
    match word {
        "people" => return "person".to_owned(),
        "criteria" => return "criterion".to_owned(),
        "movies" => return "movie".to_owned(),
        "halves" => return "half".to_owned(),
        "statuses" => return "status".to_owned(),
        "diagnoses" => return "diagnosis".to_owned(),
        "analyses" => return "analysis".to_owned(),
        _ => {}
    }
    if let Some(stem) = word.strip_suffix("people") {
        return format!("{stem}person");
    }
    if !word.ends_with('s')
        && !matches!(
            word,
            "children" | "men" | "women" | "mice" | "feet" | "teeth"
        )
    {
        return word.to_owned();
    }
    if word.len() < 4 || !word.is_ascii() {
        return match word.strip_suffix('s') {
            Some(stem) if stem.len() >= 2 && !stem.ends_with(['s', 'u', 'i', 'a']) => {
                stem.to_owned()
            }
            _ => word.to_owned(),
        };
    }
    pluralizer::pluralize(word, 1, false)
}

/// Whether the word is a plural.
pub(super) fn is_plural(word: &str) -> bool {
    singular(word) != word || matches!(word, "staff" | "data" | "goods")
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

/// Words for the system itself and for those who speak, which are no entities.
pub(super) fn is_system_word(word: &str) -> bool {
    matches!(
        word,
        "system"
            | "application"
            | "app"
            | "database"
            | "platform"
            | "software"
            | "schema"
            | "data"
            | "information"
            | "info"
            | "details"
            | "website"
            | "site"
            | "tool"
            | "solution"
            | "interface"
            | "requirement"
            | "requirements"
            | "relationship"
            | "fact"
            | "way"
            | "example"
            | "need"
            | "purpose"
            | "functionality"
            | "dashboard"
            | "combination"
            | "pair"
            | "each"
            | "other"
            | "addition"
            | "following"
            | "variety"
            | "management"
            | "tracking"
            | "world"
            | "them"
            | "it"
            | "they"
            | "we"
            | "us"
            | "i"
            | "you"
            | "he"
            | "she"
            | "me"
            | "both"
            | "all"
            | "some"
            | "any"
            | "these"
            | "those"
            | "this"
            | "that"
            | "which"
            | "who"
            | "what"
            | "there"
            | "ones"
            | "everything"
            | "something"
            | "nothing"
            | "anything"
            | "else"
            | "ability"
            | "basis"
            | "more"
            | "one"
            | "same"
            | "use"
            | "table"
            | "column"
            | "attribute"
            | "entity"
            | "field"
    )
}

/// Words too vague to be an entity unless the text says much about them.
pub(super) fn is_vague_word(word: &str) -> bool {
    is_system_word(word)
        || matches!(
            word,
            "record"
                | "detail"
                | "model"
                | "thing"
                | "function"
                | "feature"
                | "list"
                | "set"
                | "number"
                | "case"
                | "kind"
                | "type"
                | "time"
                | "point"
                | "day"
                | "week"
                | "month"
                | "year"
                | "hour"
                | "minute"
                | "range"
                | "design"
                | "process"
                | "processing"
                | "analysis"
                | "part"
                | "scenario"
                | "result"
                | "change"
                | "access"
                | "support"
                | "operation"
                | "person"
                | "people"
                | "end"
                | "start"
                | "history"
                | "area"
                | "level"
                | "value"
                | "name"
                | "option"
                | "name"
                | "rule"
                | "step"
                | "activity"
                | "side"
        )
}

/// Things that many share: several of them mean many to many.
pub(super) fn is_shared(word: &str) -> bool {
    matches!(
        word,
        "tag"
            | "skill"
            | "genre"
            | "author"
            | "language"
            | "ingredient"
            | "topic"
            | "keyword"
            | "amenity"
            | "role"
            | "permission"
            | "specialty"
            | "speciality"
            | "subject"
            | "interest"
            | "actor"
            | "category"
            | "hobby"
            | "label"
            | "allergy"
            | "feature"
            | "prerequisite"
            | "color"
            | "material"
            | "service plan"
            | "disease"
            | "symptom"
            | "director"
            | "producer"
            | "writer"
            | "editor"
            | "composer"
            | "instructor"
            | "speaker"
            | "sponsor"
            | "attendee"
            | "participant"
            | "course"
    )
}

/// Things that one person or side makes at a time: each belongs to whoever takes or buys it.
pub(super) fn is_transaction(word: &str) -> bool {
    matches!(
        word,
        "ticket"
            | "loan"
            | "order"
            | "booking"
            | "reservation"
            | "appointment"
            | "payment"
            | "review"
            | "comment"
            | "post"
            | "message"
            | "claim"
            | "subscription"
            | "invoice"
            | "contract"
            | "account"
            | "card"
            | "application"
            | "request"
            | "donation"
            | "rental"
            | "enrollment"
            | "registration"
            | "visit"
            | "transaction"
            | "shipment"
            | "prescription"
            | "bid"
            | "rating"
            | "complaint"
            | "report"
            | "purchase"
            | "like"
            | "vote"
            | "response"
            | "answer"
            | "submission"
            | "note"
            | "bill"
            | "receipt"
            | "log"
            | "photo"
            | "policy"
            | "membership"
            | "consultation"
            | "mortgage"
            | "grade"
            | "exam result"
            | "score"
            | "goal"
    )
}

/// Words for an organisation that has a system made for itself.
pub(super) fn is_organisation_word(word: &str) -> bool {
    matches!(
        word,
        "company"
            | "hospital"
            | "university"
            | "college"
            | "school"
            | "library"
            | "store"
            | "shop"
            | "bank"
            | "airline"
            | "hotel"
            | "agency"
            | "clinic"
            | "firm"
            | "museum"
            | "gym"
            | "organization"
            | "organisation"
            | "business"
            | "institution"
            | "institute"
            | "restaurant"
            | "factory"
            | "club"
            | "enterprise"
            | "provider"
            | "operator"
            | "center"
            | "centre"
            | "chain"
            | "office"
            | "zoo"
            | "farm"
            | "association"
            | "federation"
            | "league"
            | "government"
            | "city"
            | "manufacturer"
            | "publisher"
            | "retailer"
            | "corporation"
            | "startup"
            | "service"
            | "academy"
            | "bookstore"
            | "supermarket"
            | "pharmacy"
            | "airport"
            | "cinema"
            | "theater"
            | "theatre"
            | "market"
            | "marketplace"
            | "park"
            | "team"
            | "studio"
            | "laboratory"
            | "salon"
            | "mall"
            | "church"
            | "charity"
            | "foundation"
            | "council"
            | "authority"
            | "police"
            | "court"
            | "department"
            | "warehouse"
            | "garage"
            | "workshop"
            | "dealership"
            | "community"
            | "industry"
            | "e-commerce"
            | "group"
    )
}
