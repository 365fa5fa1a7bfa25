//! How much: `40,000 organizations`, `2 million interactions a month, kept for seven years`.

use super::super::phrase::number_of;
use super::{Context, Words};

const UNITS: &[&str] = &["second", "minute", "hour", "day", "week", "month", "year"];

/// Whether the sentence tells how much there is: numbers before plurals, and no other matter.
pub(super) fn is_volume(words: &Words) -> bool {
    let counted = (0..words.0.len())
        .filter(|at| count(words, *at).is_some_and(|(n, _)| n >= 10.0))
        .count();
    let rate = (0..words.0.len()).any(|at| {
        matches!(words.get(at), "a" | "per" | "each") && UNITS.contains(&words.get(at + 1))
    });
    let starts = words.is_number(0)
        || matches!(
            words.get(0),
            "about" | "around" | "approximately" | "roughly" | "currently"
        );
    let kept = words.any(&["kept", "retained"])
        && words
            .0
            .iter()
            .any(|w| UNITS.contains(&w.trim_end_matches('s')));
    let describes = words.any(&[
        "has", "have", "consists", "contains", "belongs", "between", "unique", "record", "store",
    ]);
    (starts && counted >= 1 && !describes)
        || (counted >= 2 && (rate || !describes) && !words.any(&["from", "least", "most"]))
        || (kept && !describes && words.0.len() < 18)
}

/// A number with `million`, and where what it counts begins.
fn count(words: &Words, at: usize) -> Option<(f64, usize)> {
    let digits = words.get(at);
    let (mut value, mut next) = if words.is_number(at) {
        let scale = match digits.chars().last()? {
            'k' => 1e3,
            'm' => 1e6,
            _ => 1.0,
        };
        let number: f64 = digits
            .trim_end_matches(|c: char| c.is_alphabetic())
            .replace(',', "")
            .parse()
            .ok()?;
        (number * scale, at + 1)
    } else {
        (f64::from(number_of(digits).filter(|n| *n > 1)?), at + 1)
    };
    match words.get(next) {
        "million" => {
            value *= 1e6;
            next += 1;
        }
        "thousand" => {
            value *= 1e3;
            next += 1;
        }
        "billion" => {
            value *= 1e9;
            next += 1;
        }
        _ => {}
    }
    Some((value, next))
}

fn shown(value: f64) -> String {
    if value >= 1e6 && (value / 1e5).fract() == 0.0 {
        return format!("{} million", value / 1e6);
    }
    let digits = format!("{value:.0}");
    let mut text = String::new();
    for (at, c) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(c);
    }
    text
}

pub(super) fn apply(context: &mut Context<'_>, words: &Words) -> bool {
    let mut any = false;
    let mut last: Option<String> = None;
    let mut at = 0;
    while at < words.0.len() {
        if matches!(words.get(at), "kept" | "retained" | "keep") {
            if let Some((entity, text)) =
                retention(words, at).zip(last.clone()).map(|(t, e)| (e, t))
            {
                any |= add(context, &entity, &text);
            }
            at += 1;
            continue;
        }
        let Some((value, next)) = count(words, at) else {
            at += 1;
            continue;
        };
        let end = (next..words.0.len())
            .find(|i| {
                matches!(
                    words.get(*i),
                    "," | "and"
                        | ";"
                        | "with"
                        | "a"
                        | "an"
                        | "per"
                        | "each"
                        | "("
                        | "at"
                        | "kept"
                        | "for"
                )
            })
            .unwrap_or(words.0.len());
        let counted = words.slice(next, end);
        let named = context.named(&counted);
        if let Some(entity) = named.last().or(named.first()) {
            let name = entity.name.clone();
            let per = match words.get(end) {
                "a" | "an" | "per" => {
                    let unit = words.get(end + 1);
                    UNITS.contains(&unit).then(|| unit.to_owned())
                }
                _ => None,
            };
            let per = per.or_else(|| {
                // `50 changes and 200 reads a second`
                let busy = counted.any(&["changes", "writes", "updates", "inserts"]);
                let at = (end..words.0.len()).find(|i| {
                    matches!(words.get(*i), "a" | "per") && UNITS.contains(&words.get(i + 1))
                })?;
                busy.then(|| words.get(at + 1).to_owned())
            });
            let changes = counted.any(&["changes", "writes", "updates", "inserts"]);
            let text = match (&per, words.get(end)) {
                (Some(unit), _) if changes => format!("{} changes a {unit}", shown(value)),
                (Some(unit), _) => format!("{} a {unit}", shown(value)),
                (None, "each") => {
                    // `500,000 opportunities with four products each`
                    any |= last
                        .clone()
                        .is_some_and(|whole| per_whole(context, &whole, &name, value));
                    at = end + 1;
                    continue;
                }
                _ => shown(value),
            };
            any |= add(context, &name, &text);
            last = Some(name);
        }
        at = end.max(at + 1);
    }
    any
}

/// `kept for seven years`
fn retention(words: &Words, kept: usize) -> Option<String> {
    let at = (kept + 1..(kept + 8).min(words.0.len()))
        .find(|i| count(words, *i).is_some() || words.get(*i) == "ever")?;
    if words.get(at) == "ever" {
        return Some("kept for ever".to_owned());
    }
    let (value, next) = count(words, at)?;
    let unit = words.get(next);
    UNITS
        .contains(&unit.trim_end_matches('s'))
        .then(|| format!("kept {value} {unit}"))
}

fn per_whole(context: &mut Context<'_>, whole: &str, counted: &str, value: f64) -> bool {
    // What stands between the two is what is counted.
    let between = context
        .draft
        .entities
        .iter()
        .find(|e| {
            e.name != whole && e.name != counted && e.refers_to(whole) && e.refers_to(counted)
        })
        .map(|e| e.name.clone());
    let target = between.unwrap_or_else(|| counted.to_owned());
    add(context, &target, &format!("{} per {whole}", shown(value)))
}

fn add(context: &mut Context<'_>, entity: &str, text: &str) -> bool {
    // Roles are counted with their entity.
    let Some(entity) = context.draft.entity_mut(entity) else {
        return false;
    };
    if !entity.volume.iter().any(|v| v == text) {
        entity.volume.push(text.to_owned());
    }
    true
}
