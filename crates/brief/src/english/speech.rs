//! What a phrase speaks of: the system, facts about something, or a thing.

use super::lexicon;
use super::phrase::Phrase;

/// Words that stand for facts about something: `customer information`.
pub(super) fn is_information(phrase: &Phrase) -> bool {
    (phrase.words.len() < 2 || !phrase.a_thing)
        && matches!(
            phrase.head(),
            "information"
                | "info"
                | "detail"
                | "details"
                | "data"
                | "record"
                | "fact"
                | "attribute"
                | "field"
                | "column"
                | "particulars"
                | "profile information"
        )
}

/// `customer personal information`: the customer.
pub(super) fn subject_of_information(phrase: &Phrase) -> Option<String> {
    let words: Vec<&String> = phrase.words[..phrase.words.len().saturating_sub(1)]
        .iter()
        .filter(|w| {
            !lexicon::ADJECTIVES.contains(w.as_str())
                && !matches!(w.as_str(), "contact" | "background" | "key")
        })
        .collect();
    let last = words.last()?;
    let mut name: Vec<String> = words.iter().map(|w| (*w).clone()).collect();
    if let Some(word) = name.last_mut() {
        *word = lexicon::singular(last);
    }
    Some(name.join(" "))
}

pub(super) fn table_name(phrase: &Phrase) -> String {
    let mut words: Vec<String> = phrase.words[..phrase.words.len() - 1].to_vec();
    if let Some(last) = words.last_mut() {
        *last = lexicon::singular(last);
    }
    words.join(" ")
}

/// Whether the phrase names a fact rather than a thing.
pub(super) fn looks_like_fact(phrase: &Phrase) -> bool {
    if phrase.entity {
        return false;
    }
    lexicon::attribute_type(&phrase.refs()).is_some()
        && !(lexicon::is_known_thing(&phrase.name()) && phrase.plural)
        || phrase.identifier
}

/// Whether the phrase speaks of the system, or of those who write.
pub(super) fn speaks_of_system(phrase: &Phrase) -> bool {
    if phrase.entity {
        return false;
    }
    let head = phrase.head();
    if phrase.pronoun {
        return matches!(head, "we" | "you" | "i" | "us" | "me" | "there");
    }
    if phrase.words.len() > 1
        && matches!(
            head,
            "system"
                | "application"
                | "app"
                | "database"
                | "platform"
                | "software"
                | "website"
                | "site"
                | "management"
        )
    {
        return true;
    }
    lexicon::is_system_word(head) && phrase.words.len() == 1
        || !phrase.plural
            && phrase.count.definite
            && !phrase.count.each
            && phrase.count.most.is_none()
            && lexicon::is_organisation_word(head)
}
