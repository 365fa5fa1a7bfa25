//! Mappings and lists of the tree, with their shapes checked.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::error::Report;
use crate::keys::Section;
use crate::names::{is_name, nearest, snake_case, suggestion};
use crate::text::Text;
use crate::yaml::{Node, Value};

/// The entries of a mapping with fixed keys.
pub(crate) struct Fields<'a> {
    entries: Vec<(&'static str, Range<usize>, &'a Node)>,
}

impl<'a> Fields<'a> {
    /// Reads a mapping; unknown and repeated keys and missing ones are reported. `keyed` is where the
    /// mapping's own key stands, for what is missing.
    pub(crate) fn read(
        report: &mut Report<'_>,
        node: &'a Node,
        keyed: &Range<usize>,
        section: &'static Section,
    ) -> Option<Self> {
        let entries = match &node.value {
            Value::Map(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => {
                let names: Vec<&str> = section.keys.iter().map(|k| k.name).collect();
                report.error_hint(
                    node.range.clone(),
                    format!("{} is a mapping", section.what),
                    format!("its keys are {}", crate::names::listing(names)),
                );
                return None;
            }
        };
        let mut found: Vec<(&'static str, Range<usize>, &'a Node)> = Vec::new();
        for (key, value) in entries {
            let Some(text) = scalar(key) else {
                report.error(key.range.clone(), "a key is a text");
                continue;
            };
            let name = snake_case(text.as_str());
            let Some(known) = section.keys.iter().find(|k| k.name == name) else {
                let names: Vec<&str> = section.keys.iter().map(|k| k.name).collect();
                let hint = suggestion(&name, &names, "its keys are");
                let message = format!("{} has no key `{}`", section.what, text.as_str());
                report.push(text.range(), message, hint);
                continue;
            };
            if let Some((_, first, _)) = found.iter().find(|(k, ..)| *k == known.name) {
                let line = report.span(first).line;
                report.error_hint(
                    text.range(),
                    format!("`{}` is given twice", known.name),
                    format!("the first is on line {line}"),
                );
                continue;
            }
            found.push((known.name, text.range(), value));
        }
        for key in section.keys.iter().filter(|k| k.required) {
            if !found.iter().any(|(name, ..)| *name == key.name) {
                report.error_hint(
                    keyed.clone(),
                    format!("{} needs `{}:`", section.what, key.name),
                    key.about,
                );
            }
        }
        Some(Fields { entries: found })
    }

    /// The value of a key and where the key stands, unless it is absent or empty.
    pub(crate) fn get(&self, name: &str) -> Option<(&'a Node, Range<usize>)> {
        self.entries
            .iter()
            .find(|(key, _, node)| *key == name && !matches!(node.value, Value::Null))
            .map(|(_, range, node)| (*node, range.clone()))
    }

    /// Whether the key is there, even with nothing after its colon.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|(key, ..)| *key == name)
    }

    /// The keys in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &Range<usize>, &'a Node)> {
        self.entries
            .iter()
            .map(|(name, range, node)| (*name, range, *node))
    }

    /// The text of a key.
    pub(crate) fn text(&self, report: &mut Report<'_>, name: &str) -> Option<Text<'a>> {
        let (node, _) = self.get(name)?;
        text_of(report, node, name)
    }

    /// The text of a key as it is meant for people.
    pub(crate) fn words(&self, report: &mut Report<'_>, name: &str) -> Option<String> {
        self.text(report, name).map(|text| text.as_str().to_owned())
    }

    /// `yes` or `no`; absent is `no`.
    pub(crate) fn yes(&self, report: &mut Report<'_>, name: &str) -> bool {
        self.text(report, name)
            .is_some_and(|text| yes_no(report, text))
    }

    /// A list of texts: a YAML list, or one text with commas.
    pub(crate) fn names(&self, report: &mut Report<'_>, name: &str) -> Vec<Text<'a>> {
        self.get(name)
            .map_or_else(Vec::new, |(node, _)| names_of(report, node, name))
    }
}

/// The text of a scalar node.
pub(crate) fn scalar(node: &Node) -> Option<Text<'_>> {
    match &node.value {
        Value::Scalar(scalar) => Some(Text::of(scalar)),
        _ => None,
    }
}

/// The text of a node that must be one.
pub(crate) fn text_of<'a>(report: &mut Report<'_>, node: &'a Node, what: &str) -> Option<Text<'a>> {
    let text = scalar(node);
    if text.is_none() {
        report.error_hint(
            node.range.clone(),
            format!("`{what}` is a text"),
            "a text that holds `: ` or begins with a bracket needs quotes",
        );
    }
    text
}

/// Texts of a list, or of one text with commas.
pub(crate) fn names_of<'a>(report: &mut Report<'_>, node: &'a Node, what: &str) -> Vec<Text<'a>> {
    let texts: Vec<Text<'a>> = match &node.value {
        Value::Null => Vec::new(),
        Value::Scalar(scalar) => Text::of(scalar).split(&[',']),
        Value::List(items) => items
            .iter()
            .filter_map(|item| text_of(report, item, what))
            .collect(),
        Value::Map(_) => {
            report.error_hint(
                node.range.clone(),
                format!("`{what}` is a list of names"),
                "write them with commas between",
            );
            Vec::new()
        }
    };
    texts.into_iter().filter(|text| !text.is_empty()).collect()
}

/// `yes` or `no`.
pub(crate) fn yes_no(report: &mut Report<'_>, text: Text<'_>) -> bool {
    match text.plain().as_str() {
        "yes" | "true" | "on" => true,
        "no" | "false" | "off" => false,
        _ => {
            report.error_hint(text.range(), "this is `yes` or `no`", "write yes or no");
            false
        }
    }
}

/// A named entry of a mapping.
pub(crate) struct Entry<'a> {
    /// In snake_case.
    pub(crate) name: String,
    /// As written.
    pub(crate) text: Text<'a>,
    pub(crate) node: &'a Node,
}

/// The entries of a mapping from names; names that are none or that collide are reported.
pub(crate) fn entries<'a>(report: &mut Report<'_>, node: &'a Node, what: &str) -> Vec<Entry<'a>> {
    let entries = match &node.value {
        Value::Map(entries) => entries,
        Value::Null => return Vec::new(),
        _ => {
            report.error_hint(
                node.range.clone(),
                format!("`{what}` is a mapping from names"),
                "write each as `name:` on a line of its own",
            );
            return Vec::new();
        }
    };
    let mut found: Vec<Entry<'a>> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (key, node) in entries {
        let Some(text) = scalar(key) else {
            report.error(key.range.clone(), "a name is a text");
            continue;
        };
        let Some(name) = name_of(
            report,
            text.until(text.as_str().trim_end_matches('?').len()),
        ) else {
            continue;
        };
        if let Some(first) = places
            .get(&name)
            .and_then(|index: &usize| found.get(*index))
        {
            let line = report.span(&first.text.range()).line;
            let message = if first.text.as_str() == text.as_str() {
                format!("`{}` is given twice in `{what}`", text.as_str())
            } else {
                format!(
                    "`{}` and `{}` are the same name, `{name}`",
                    first.text.as_str(),
                    text.as_str()
                )
            };
            report.error_hint(
                text.range(),
                message,
                format!("the first is on line {line}"),
            );
            continue;
        }
        places.insert(name.clone(), found.len());
        found.push(Entry { name, text, node });
    }
    found
}

/// A text as a name in snake_case, or an error.
pub(crate) fn name_of(report: &mut Report<'_>, text: Text<'_>) -> Option<String> {
    if !is_name(text.as_str()) || text.as_str().len() > 200 {
        report.error_hint(
            text.range(),
            format!("`{}` cannot be a name", shortened(text.as_str())),
            "a name begins with a letter and holds letters, digits, spaces, hyphens and underscores",
        );
        return None;
    }
    Some(snake_case(text.as_str()))
}

/// The beginning of a long text, for messages.
pub(crate) fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    if text.chars().count() <= MOST {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(MOST).collect();
    short.push('…');
    short
}

/// One of a few fixed words.
pub(crate) fn choice<'w>(
    report: &mut Report<'_>,
    text: Text<'_>,
    words: &[&'w str],
) -> Option<&'w str> {
    let plain = text.plain();
    if let Some(word) = words.iter().find(|word| **word == plain) {
        return Some(word);
    }
    let hint = match nearest(&plain, words.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!(
            "it is one of {}",
            crate::names::listing(words.iter().copied())
        ),
    };
    report.error_hint(
        text.range(),
        format!("`{}` is not known here", shortened(&plain)),
        hint,
    );
    None
}
