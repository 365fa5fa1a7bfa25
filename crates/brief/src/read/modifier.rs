//! Modifiers of the short form: `optional`, `unique per tenant`, `from 0 to 100` …

use crate::names::nearest;
use crate::read::Reader;
use crate::read::draft::Draft;
use crate::read::fields::shortened;
use crate::text::Text;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Modifier {
    Optional,
    Required,
    Unique,
    UniquePer,
    Default,
    From,
    AtLeast,
    AtLeastOne,
    Above,
    AtMost,
    Below,
    Personal,
    Sensitive,
    Fixed,
    Hierarchy,
    Single,
    Copied,
    Gapless,
    GaplessPer,
    RunningTotal,
    Computed,
    OpenEnded,
}

/// Longer phrases stand before those they begin with.
const MODIFIERS: &[(&str, Modifier)] = &[
    ("optional", Modifier::Optional),
    ("required", Modifier::Required),
    ("unique per", Modifier::UniquePer),
    ("unique within", Modifier::UniquePer),
    ("unique", Modifier::Unique),
    ("default", Modifier::Default),
    ("from", Modifier::From),
    ("between", Modifier::From),
    ("at least one", Modifier::AtLeastOne),
    ("at least", Modifier::AtLeast),
    ("above", Modifier::Above),
    ("greater than", Modifier::Above),
    ("more than", Modifier::Above),
    ("at most", Modifier::AtMost),
    ("below", Modifier::Below),
    ("less than", Modifier::Below),
    ("personal", Modifier::Personal),
    ("sensitive", Modifier::Sensitive),
    ("fixed", Modifier::Fixed),
    ("hierarchy", Modifier::Hierarchy),
    ("single", Modifier::Single),
    ("copied from", Modifier::Copied),
    ("gapless per", Modifier::GaplessPer),
    ("gapless", Modifier::Gapless),
    ("running total of", Modifier::RunningTotal),
    ("computed as", Modifier::Computed),
    ("open-ended", Modifier::OpenEnded),
    ("open ended", Modifier::OpenEnded),
];

/// Whether a modifier begins here.
pub(crate) fn is_modifier(text: Text<'_>) -> bool {
    begins(text).is_some()
}

fn begins<'a>(text: Text<'a>) -> Option<(Modifier, Text<'a>, Text<'a>)> {
    MODIFIERS.iter().find_map(|(phrase, modifier)| {
        let rest = text.after(phrase)?;
        // `default` alone is no modifier, and `from` in `date from` neither.
        let word = text.until(phrase.len().min(text.as_str().len()));
        Some((*modifier, word, rest))
    })
}

/// Reads the parts after the type. A part that begins with no modifier continues a list of names.
pub(crate) fn modifiers<'a>(reader: &mut Reader<'a>, draft: &mut Draft<'a>, segments: &[Text<'a>]) {
    let mut listing: Option<Modifier> = None;
    for segment in segments {
        let mut rest = *segment;
        if rest.is_empty() {
            continue;
        }
        if begins(rest).is_none() && continues(draft, listing, rest) {
            continue;
        }
        listing = None;
        while !rest.is_empty() {
            let Some((modifier, word, after)) = begins(rest) else {
                unknown(reader, draft, rest);
                break;
            };
            rest = one(reader, draft, modifier, word, after);
            listing = matches!(
                modifier,
                Modifier::UniquePer | Modifier::GaplessPer | Modifier::RunningTotal
            )
            .then_some(modifier);
        }
    }
}

/// Adds a further name to `unique per a, b`, `gapless per a, b` and `running total of x per a, b`.
fn continues<'a>(draft: &mut Draft<'a>, listing: Option<Modifier>, text: Text<'a>) -> bool {
    let list = match listing {
        Some(Modifier::UniquePer) => draft.unique.as_mut().map(|(_, per)| per),
        Some(Modifier::GaplessPer) => draft.gapless.as_mut().map(|(_, per)| per),
        Some(Modifier::RunningTotal) => {
            if let Some(lag) = text.after("fresh").or_else(|| text.after("up to")) {
                draft.lag = Some(lag);
                return true;
            }
            draft.running.as_mut().map(|(_, per)| per)
        }
        _ => None,
    };
    if let Some(list) = list {
        list.extend(names(text));
        return true;
    }
    false
}

fn names<'a>(text: Text<'a>) -> Vec<Text<'a>> {
    let mut found = Vec::new();
    for part in text.split(&['+', ',']) {
        let mut part = part;
        while let Some((before, after)) = part.around("and") {
            found.push(before);
            part = after;
        }
        found.push(part);
    }
    found.retain(|name| !name.is_empty());
    found
}

/// The names after `per` up to the next modifier of the same part.
fn names_until_modifier<'a>(text: Text<'a>) -> (Vec<Text<'a>>, Text<'a>) {
    for word in text.words().into_iter().skip(1) {
        let at = word.start_in(&text);
        if is_modifier(text.from(at)) && !text.until(at).trim().as_str().ends_with('+') {
            return (names(text.until(at).trim()), text.from(at));
        }
    }
    (names(text), text.from(text.as_str().len()))
}

/// Applies one modifier and gives back what follows it.
fn one<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    modifier: Modifier,
    word: Text<'a>,
    after: Text<'a>,
) -> Text<'a> {
    let nothing = after.from(after.as_str().len());
    let range = word.range();
    match modifier {
        Modifier::Optional => draft.optional = Some(range),
        Modifier::Required => draft.required = Some(range),
        Modifier::Unique => draft.unique = Some((range, Vec::new())),
        Modifier::Personal => draft.personal = Some(range),
        Modifier::Sensitive => draft.sensitive = Some(range),
        Modifier::Fixed => draft.fixed = Some(range),
        Modifier::Hierarchy => draft.hierarchy = Some(range),
        Modifier::Single => draft.single = Some(range),
        Modifier::OpenEnded => draft.open_ended = Some(range),
        Modifier::Gapless => draft.gapless = Some((range, Vec::new())),
        Modifier::UniquePer | Modifier::GaplessPer => {
            let (per, rest) = names_until_modifier(after);
            if per.is_empty() {
                reader.report.error_hint(
                    range,
                    format!("`{}` names nothing", word.plain()),
                    "write `unique per tenant`",
                );
            } else if modifier == Modifier::UniquePer {
                draft.unique = Some((range, per));
            } else {
                draft.gapless = Some((range, per));
            }
            return rest;
        }
        Modifier::AtLeastOne if draft.is_many() => draft.at_least_one = Some(range),
        Modifier::AtLeastOne => {
            draft.bound_value(
                reader,
                word.from("at least".len()).trim(),
                "1".to_owned(),
                true,
            );
        }
        Modifier::AtLeast | Modifier::Above | Modifier::AtMost | Modifier::Below => {
            let lower = matches!(modifier, Modifier::AtLeast | Modifier::Above);
            let inclusive = matches!(modifier, Modifier::AtLeast | Modifier::AtMost);
            return draft.leading_bound(reader, word, after, lower, inclusive);
        }
        Modifier::From => {
            let rest = draft.leading_bound(reader, word, after, true, true);
            let upper = rest.after("to").or_else(|| rest.after("and"));
            return match upper {
                Some(to) => draft.leading_bound(reader, word, to, false, true),
                None => rest,
            };
        }
        Modifier::Default => {
            if after.is_empty() {
                reader
                    .report
                    .error_hint(range, "the default is missing", "write `default 0`");
            } else {
                draft.default = Some(after);
            }
            return nothing;
        }
        Modifier::Computed => {
            if after.is_empty() {
                reader.report.error_hint(
                    range,
                    "the expression is missing",
                    "write `computed as quantity * unit_price`",
                );
            } else {
                draft.computed = Some(after);
            }
            return nothing;
        }
        Modifier::Copied => {
            let (path, rest) = after.first_word();
            if path.is_empty() {
                reader.report.error_hint(
                    range,
                    "what it is copied from is missing",
                    "write `copied from product.list_price`",
                );
            } else {
                draft.copied_from = Some(path);
            }
            return rest;
        }
        Modifier::RunningTotal => draft.running_total(after),
    }
    if modifier == Modifier::RunningTotal {
        nothing
    } else {
        after
    }
}

/// Reports words that are no modifier.
pub(crate) fn unknown<'a>(reader: &mut Reader<'a>, draft: &mut Draft<'a>, text: Text<'a>) {
    let words: Vec<&str> = text.as_str().split_whitespace().take(2).collect();
    let phrases = || MODIFIERS.iter().map(|(phrase, _)| *phrase);
    let message = format!("`{}` is not understood here", shortened(text.as_str()));
    let near = nearest(
        &words.join(" "),
        phrases().filter(|phrase| phrase.contains(' ')),
    )
    .or_else(|| nearest(words.first()?, phrases()));
    let hint = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if draft.has_values() => {
            "put a bar between fixed values: `one of low | medium | high`".to_owned()
        }
        None => "after the type come modifiers such as `optional`, `unique`, `unique per tenant`, \
                 `default 0`, `from 0 to 100`, `above 0`, `personal`, `fixed`"
            .to_owned(),
    };
    reader.report.error_hint(text.range(), message, hint);
    draft.broken = true;
}
