//! Attributes: the short form `type, modifiers` and the full form.

use std::ops::Range;

use crate::keys::ATTRIBUTE;
use crate::model::Attribute;
use crate::read::Reader;
use crate::read::draft::{Draft, Later};
use crate::read::fields::{Entry, Fields, entries, name_of, scalar, yes_no};
use crate::read::kind::kind_of;
use crate::read::modifier::{is_modifier, modifiers};
use crate::text::Text;
use crate::yaml::{Node, Value};

/// Attributes as read, with what can only be settled once all entities are known.
pub(crate) type Attributes<'a> = Vec<(Attribute, Vec<Later<'a>>)>;

/// Reads the attributes under `has`.
pub(crate) fn attributes<'a>(
    reader: &mut Reader<'a>,
    node: &'a Node,
    entity: &str,
) -> Attributes<'a> {
    let mut found: Attributes<'a> = Vec::new();
    let mut add = |reader: &mut Reader<'a>, name: Text<'a>, read: (Attribute, Vec<Later<'a>>)| {
        if found.iter().any(|(other, _)| other.name == read.0.name) {
            reader.report.error_hint(
                name.range(),
                format!("`{}` is given twice in `{entity}`", read.0.name),
                "remove one of them",
            );
        } else {
            found.push(read);
        }
    };
    match &node.value {
        Value::List(items) => {
            for item in items {
                match &item.value {
                    // `has: [name, email, owner: user]`
                    Value::Scalar(scalar) => {
                        let text = Text::of(scalar);
                        let name = text.split(&[','])[0];
                        let name = name.until(name.as_str().trim_end_matches('?').len());
                        if let Some(read) = short(reader, name, text) {
                            add(reader, name, read);
                        }
                    }
                    _ => {
                        for entry in entries(&mut reader.report, item, "has") {
                            if let Some(read) = attribute(reader, &entry) {
                                add(reader, entry.text, read);
                            }
                        }
                    }
                }
            }
        }
        _ => {
            for entry in entries(&mut reader.report, node, "has") {
                if let Some(read) = attribute(reader, &entry) {
                    add(reader, entry.text, read);
                }
            }
        }
    }
    found
}

fn attribute<'a>(
    reader: &mut Reader<'a>,
    entry: &Entry<'a>,
) -> Option<(Attribute, Vec<Later<'a>>)> {
    match &entry.node.value {
        Value::Null => short(reader, entry.text, entry.text),
        Value::Scalar(scalar) => short(reader, entry.text, Text::of(scalar)),
        Value::Map(_) => full(reader, entry),
        Value::List(items) => {
            // `[low, high]` is tempting for fixed values.
            let values: Vec<&str> = items
                .iter()
                .filter_map(scalar)
                .map(|text| text.as_str())
                .collect();
            reader.report.error_hint(
                entry.node.range.clone(),
                format!("`{}` is a list, where a type is expected", entry.name),
                format!("for fixed values write `one of {}`", values.join(" | ")),
            );
            None
        }
    }
}

/// `type, modifiers`; without a type the name itself says it: `email:`.
fn short<'a>(
    reader: &mut Reader<'a>,
    name: Text<'a>,
    text: Text<'a>,
) -> Option<(Attribute, Vec<Later<'a>>)> {
    let mut draft = Draft::new(reader, name)?;
    typed(reader, &mut draft, text);
    draft.finish(reader)
}

/// Longer ones are lists of values that belong into a table.
const LONGEST_SHORT_FORM: usize = 4_000;

/// Reads `type, modifiers` into the draft.
fn typed<'a>(reader: &mut Reader<'a>, draft: &mut Draft<'a>, text: Text<'a>) {
    if text.as_str().len() > LONGEST_SHORT_FORM {
        reader.report.error_hint(
            text.until(0).range(),
            "this is too long for an attribute",
            "values that are so many are a `lookup`, or an entity of their own",
        );
        draft.broken = true;
        return;
    }
    let segments = text.split(&[',']);
    let Some((first, rest)) = segments.split_first() else {
        return;
    };
    if has_arrow(first.as_str()) {
        let flow: Vec<Text<'a>> = segments
            .iter()
            .copied()
            .filter(|segment| has_arrow(segment.as_str()))
            .collect();
        draft.flow = flow;
        draft.type_text = Some(*first);
        let others: Vec<Text<'a>> = segments
            .into_iter()
            .filter(|segment| !has_arrow(segment.as_str()))
            .collect();
        modifiers(reader, draft, &others);
        return;
    }
    let (head, tail) = head_and_tail(reader, *first);
    let (head, optional) = without_question_mark(head);
    if optional {
        draft.optional = Some(head.range());
    }
    draft.type_text = Some(head);
    if head.is_empty() {
        reader.report.error_hint(
            first.range(),
            "the type is missing",
            "begin with what it is: `date, optional`",
        );
        draft.broken = true;
    } else {
        draft.kind = kind_of(reader, draft, head);
    }
    let mut segments = Vec::with_capacity(rest.len() + 1);
    if !tail.is_empty() {
        segments.push(tail);
    }
    segments.extend_from_slice(rest);
    modifiers(reader, draft, &segments);
}

fn has_arrow(text: &str) -> bool {
    text.contains("->") || text.contains("=>")
}

fn without_question_mark(text: Text<'_>) -> (Text<'_>, bool) {
    match text.as_str().strip_suffix('?') {
        Some(head) => (text.until(head.len()).trim(), true),
        None => (text, false),
    }
}

/// Where the type ends and modifiers begin within the first part: `integer from 0 to 100`.
fn head_and_tail<'a>(reader: &Reader<'a>, first: Text<'a>) -> (Text<'a>, Text<'a>) {
    let fixed_values = first.after("one of").is_some();
    let words = first.words();
    // Names of entities and types are a few words; what is longer is a list of values.
    const MOST_WORDS: usize = 12;
    for (index, word) in words.iter().enumerate().skip(1) {
        let rest = first.from(word.start_in(&first));
        let begins = if fixed_values {
            ["default", "optional"]
                .iter()
                .any(|m| rest.after(m).is_some_and(|r| !r.is_empty()))
                && first.until(word.start_in(&first)).as_str().contains('|')
                && !first
                    .until(word.start_in(&first))
                    .trim()
                    .as_str()
                    .ends_with('|')
        } else {
            is_modifier(rest)
        };
        // An entity's name may hold a modifier's word.
        let longer = index + 1 < words.len() || !fixed_values;
        let named = || {
            words[index..].iter().take(MOST_WORDS).any(|last| {
                let phrase = first.until(last.end_in(&first));
                reader.symbols.reference(phrase.as_str()).is_some()
            })
        };
        if begins && longer && !named() {
            return (first.until(word.start_in(&first)).trim(), rest);
        }
    }
    (first, first.from(first.as_str().len()))
}

/// The full form: a mapping with `type:` and the modifiers as keys.
fn full<'a>(reader: &mut Reader<'a>, entry: &Entry<'a>) -> Option<(Attribute, Vec<Later<'a>>)> {
    let mut draft = Draft::new(reader, entry.text)?;
    let keyed = entry.text.range();
    let fields = Fields::read(&mut reader.report, entry.node, &keyed, &ATTRIBUTE)?;
    draft.about = fields.words(&mut reader.report, "about");
    draft.says = fields.words(&mut reader.report, "says");
    draft.flow = fields
        .get("flow")
        .map(|(node, _)| lines(reader, node, "flow"))
        .unwrap_or_default();
    draft.groups = fields.get("groups").map(|(node, _)| node);
    draft.values = fields
        .get("values")
        .map(|(node, _)| lines(reader, node, "values"))
        .unwrap_or_default();
    draft.initial = fields.text(&mut reader.report, "initial");
    match fields.text(&mut reader.report, "type") {
        Some(text) if draft.flow.is_empty() => typed(reader, &mut draft, text),
        Some(text) => {
            reader.report.error_hint(
                text.range(),
                format!("`{}` has both a type and a flow", entry.name),
                "states are a type of their own: remove `type:`",
            );
            draft.broken = true;
        }
        None if draft.flow.is_empty() && !fields.has("type") => {
            typed(reader, &mut draft, entry.text)
        }
        None => {}
    }
    let mut given: Vec<(&'static str, Range<usize>, &'a Node)> = fields
        .iter()
        .map(|(key, range, node)| (key, range.clone(), node))
        .collect();
    given.retain(|(_, _, node)| !matches!(node.value, Value::Null));
    for (key, range, node) in given {
        full_modifier(reader, &mut draft, key, range, node);
    }
    draft.finish(reader)
}

/// The parts of a text, or the texts of a list.
fn lines<'a>(reader: &mut Reader<'a>, node: &'a Node, what: &str) -> Vec<Text<'a>> {
    match &node.value {
        Value::Scalar(scalar) => Text::of(scalar).split(&[',', '\n']),
        _ => crate::read::fields::names_of(&mut reader.report, node, what),
    }
    .into_iter()
    .filter(|line| !line.is_empty())
    .collect()
}

fn full_modifier<'a>(
    reader: &mut Reader<'a>,
    draft: &mut Draft<'a>,
    key: &'static str,
    range: Range<usize>,
    node: &'a Node,
) {
    if matches!(
        key,
        "type" | "about" | "says" | "flow" | "groups" | "initial" | "values"
    ) {
        return;
    }
    let Some(text) = crate::read::fields::text_of(&mut reader.report, node, key) else {
        return;
    };
    let flag = |reader: &mut Reader<'a>, slot: &mut Option<Range<usize>>| {
        *slot = yes_no(&mut reader.report, text).then(|| range.clone());
    };
    match key {
        "optional" => flag(reader, &mut draft.optional),
        "personal" => flag(reader, &mut draft.personal),
        "sensitive" => flag(reader, &mut draft.sensitive),
        "fixed" => flag(reader, &mut draft.fixed),
        "hierarchy" => flag(reader, &mut draft.hierarchy),
        "single" => flag(reader, &mut draft.single),
        "open_ended" => flag(reader, &mut draft.open_ended),
        "unique" => {
            let per = text.after("per").or_else(|| text.after("within"));
            if let Some(per) = per {
                draft.unique = Some((range, per.split(&[',', '+'])));
            } else if yes_no(&mut reader.report, text) {
                draft.unique = Some((range, Vec::new()));
            }
        }
        "gapless" => {
            if let Some(per) = text.after("per") {
                draft.gapless = Some((range, per.split(&[',', '+'])));
            } else if yes_no(&mut reader.report, text) {
                draft.gapless = Some((range, Vec::new()));
            }
        }
        "default" => draft.default = Some(text),
        "from" | "at_least" => draft.bound(reader, text, true, true),
        "above" => draft.bound(reader, text, true, false),
        "to" | "at_most" => draft.bound(reader, text, false, true),
        "below" => draft.bound(reader, text, false, false),
        "copied_from" => draft.copied_from = Some(text),
        "running_total_of" => draft.running_total(text),
        "computed_as" => draft.computed = Some(text),
        _ => {}
    }
}

/// The name of an attribute: one that a key column cannot bear is refused.
pub(crate) fn attribute_name(reader: &mut Reader<'_>, text: Text<'_>) -> Option<String> {
    let name = name_of(&mut reader.report, text)?;
    if name == "id" {
        reader.report.error_hint(
            text.range(),
            "`id` is the name of every entity's key",
            "leave it out: the key is made; an identifier given from outside needs another name, such \
             as `code`",
        );
        return None;
    }
    Some(name)
}
