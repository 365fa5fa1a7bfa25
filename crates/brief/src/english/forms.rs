//! Forms of words: inflections of verbs, plurals of nouns.

use super::lexicon::Form;

pub(super) fn inflections(base: &str) -> Vec<(Form, String)> {
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

pub(super) const IRREGULAR: &[(&str, &str, Form)] = &[
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
