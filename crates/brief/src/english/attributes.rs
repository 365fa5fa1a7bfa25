//! Attributes: their names and types from the words that name them.

use super::clause::Item;
use super::draft::{Attribute, Kind, Source};
use super::lexicon;
use super::phrase::Phrase;

/// The name of an attribute from its phrase: `date of birth`, `number of rooms`.
pub(super) fn name_of(phrase: &Phrase) -> String {
    let mut name = snake(&phrase.words);
    if let Some(of) = &phrase.of {
        let of_words: Vec<String> = of.words.clone();
        let head = phrase.head();
        let keeps = of.of.is_none()
            && (matches!(
                head,
                "date"
                    | "place"
                    | "unit"
                    | "number"
                    | "country"
                    | "year"
                    | "point"
                    | "mode"
                    | "method"
                    | "type"
                    | "state"
                    | "city"
                    | "cause"
                    | "level"
                    | "name"
                    | "proof"
                    | "term"
                    | "time"
                    | "length"
                    | "rate"
                    | "amount"
                    | "hour"
                    | "degree"
                    | "field"
                    | "reason"
                    | "means"
                    | "code"
                    | "quantity"
                    | "duration"
                    | "start"
                    | "end"
                    | "status"
                    | "cost"
                    | "total"
                    | "percentage"
                    | "line"
                    | "area"
                    | "size"
                    | "number of hour"
                    | "count"
                    | "year's"
                    | "title"
                    | "description"
                    | "price"
                    | "source"
                    | "position"
                    | "result"
                    | "volume"
                    | "day"
                    | "month"
                    | "language"
                    | "color"
            ) || phrase.words.len() == 1);
        if keeps && !of_words.is_empty() {
            // `number of rooms` keeps its plural.
            let mut words = of_words;
            if of.plural
                && let Some(last) = words.last_mut()
            {
                *last = pluralizer::pluralize(last, 2, false);
            }
            name = format!("{name}_of_{}", snake(&words));
        }
    }
    // What grammar calls one of many keeps its plural, such as `instructions`.
    name
}

/// Words joined and cleaned for a name.
pub(super) fn snake(words: &[String]) -> String {
    let mut name = String::new();
    for c in words.join("_").chars() {
        if c.is_alphanumeric() {
            name.extend(c.to_lowercase());
        } else if c != '\'' && !name.ends_with('_') {
            name.push('_');
        }
    }
    let name = name.trim_matches('_').to_owned();
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        format!("n_{name}")
    } else {
        name
    }
}

/// The attribute that an item names; `owner` is the entity's name in words.
pub(super) fn attribute_of(item: &Item, owner: &str, source: Source) -> Attribute {
    let phrase = &item.phrase;
    let mut name = name_of(phrase);
    if phrase
        .of
        .as_ref()
        .is_some_and(|of| of.name() == owner || owner.ends_with(&of.name()))
    {
        name = snake(&phrase.words);
    }
    // `driver's license number`, of a customer.
    if let Some(other) = &phrase.owner
        && !other.pronoun
        && !owner.ends_with(&other.name())
    {
        name = format!("{}_{name}", snake(&other.words));
    }
    for (word, items) in &item.with {
        if word == "per"
            && let Some(unit) = items.first()
        {
            name = format!("{name}_per_{}", snake(&unit.phrase.words));
        }
    }
    if phrase.number_of {
        name = format!("number_of_{}", pluralizer::pluralize(&name, 2, false));
    }
    let mut kind = kind_of(item, &name);
    let mut modifiers = Vec::new();
    if phrase.unique {
        modifiers.push("unique".to_owned());
    }
    bounds(phrase, &mut kind, &mut modifiers);
    Attribute {
        name,
        kind,
        optional: phrase.optional,
        modifiers,
        source,
    }
}

/// The type that name and context suggest.
fn kind_of(item: &Item, name: &str) -> Kind {
    let phrase = &item.phrase;
    let values: Vec<String> = if item.listed.len() >= 2 {
        item.listed
            .iter()
            .map(|v| v.replace(['|', ':', '#', '"', '\''], " "))
            .collect()
    } else {
        item.inside
            .iter()
            .chain(&item.examples)
            .map(|i| value_of(&i.phrase))
            .collect()
    };
    let type_like = matches!(
        phrase.head(),
        "type"
            | "status"
            | "state"
            | "stage"
            | "kind"
            | "category"
            | "priority"
            | "level"
            | "gender"
            | "sex"
            | "method"
            | "role"
            | "mode"
            | "condition"
            | "size"
            | "segment"
            | "influence"
            | "severity"
            | "rating"
            | "class"
            | "grade"
            | "phase"
            | "reason"
            | "format"
            | "availability"
            | "frequency"
    );
    let listed = item.listed.len() >= 2 || (type_like && values.len() >= 2);
    if listed
        && (type_like || values.len() >= 3 || item.inside.iter().any(|i| i.or))
        && values.iter().all(|v| !v.is_empty() && v.len() < 40)
    {
        let mut unique = Vec::new();
        for value in values {
            if !unique.contains(&value) {
                unique.push(value);
            }
        }
        if unique.len() >= 2 {
            return Kind::OneOf(unique);
        }
    }
    Kind::Value(type_of(phrase, name))
}

/// A value as the text writes it.
pub(super) fn value_of(phrase: &Phrase) -> String {
    phrase
        .words
        .join(" ")
        .replace(['|', ',', ':', '#', '"', '\''], " ")
        .trim()
        .to_owned()
}

/// The brief's type for an attribute of that name.
pub(super) fn type_of(phrase: &Phrase, name: &str) -> String {
    let words: Vec<&str> = name.split('_').filter(|w| !w.is_empty()).collect();
    let head = words.last().copied().unwrap_or("");
    if name.starts_with("is_")
        || name.starts_with("has_")
        || matches!(
            head,
            "active"
                | "enabled"
                | "verified"
                | "flag"
                | "available"
                | "deleted"
                | "approved"
                | "completed"
        )
    {
        return "yes/no".to_owned();
    }
    if words.len() > 1 && (head == "at" || name.ends_with("_timestamp")) {
        return "instant".to_owned();
    }
    if words.len() > 1 && head == "on" {
        return "date".to_owned();
    }
    if name.contains("number_of_") || name.starts_with("total_number") || name.ends_with("_count") {
        return "integer".to_owned();
    }
    if words.len() > 1 && head == "id" {
        return "code".to_owned();
    }
    if name.ends_with("_key") {
        return "code".to_owned();
    }
    if let Some(per) = words.iter().position(|w| *w == "per")
        && per > 0
    {
        return lexicon::attribute_type(&words[..per])
            .unwrap_or("text")
            .to_owned();
    }
    if words.len() > 1 && words.contains(&"of") {
        let whole: Vec<&str> = words.clone();
        let of = words.iter().position(|w| *w == "of").unwrap_or(0);
        return lexicon::attribute_type(&[whole.join(" ").as_str()])
            .or_else(|| lexicon::attribute_type(&words[..of]))
            .map_or_else(|| "text".to_owned(), str::to_owned);
    }
    // One line, unless the text names its parts.
    if matches!(head, "address" | "addresse") && lexicon::attribute_type(&words) == Some("address")
    {
        return "text".to_owned();
    }
    if words.len() > 1 && head == "value" {
        return "money".to_owned();
    }
    if let Some(kind) = lexicon::attribute_type(&words) {
        return kind.to_owned();
    }
    if phrase.plural {
        return "long text".to_owned();
    }
    if lexicon::is_thing(&words) {
        return "name".to_owned();
    }
    "text".to_owned()
}

/// Bounds and units that were said of it.
fn bounds(phrase: &Phrase, kind: &mut Kind, modifiers: &mut Vec<String>) {
    for bound in &phrase.bounds {
        let unit = bound.starts_with("number of")
            || bound.starts_with("quantity in")
            || bound == "percentage";
        if unit {
            *kind = Kind::Value(bound.clone());
        } else {
            modifiers.push(bound.clone());
        }
    }
    let bounded = !phrase.bounds.is_empty();
    let numeric = matches!(kind, Kind::Value(t) if t.starts_with("integer") || t.starts_with("decimal") || t.starts_with("money") || t.starts_with("number of") || t.starts_with("quantity") || t == "percentage" || t == "date");
    if bounded && !numeric {
        *kind = Kind::Value("integer".to_owned());
    }
    // `a percentage` is from 0 to 100 as it is.
    if matches!(kind, Kind::Value(t) if t == "percentage") {
        modifiers.retain(|m| m != "from 0 to 100");
    }
}
