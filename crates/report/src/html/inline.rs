//! Markdown within a line, as this crate writes it, as HTML.

use std::collections::BTreeMap;

/// Names that code can be the name of, with the id of the place that tells of it.
pub type Places = BTreeMap<String, String>;

/// Text safe between tags and in quoted attributes.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() && c != '\n' && c != '\t' => {}
            c => out.push(c),
        }
    }
    out
}

/// The text without markup, for labels.
pub fn plain(markdown: &str) -> String {
    let mut out = String::new();
    let mut characters = markdown.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\\' => out.extend(characters.next()),
            '`' | '*' => {}
            c => out.push(c),
        }
    }
    out
}

/// A line of Markdown as HTML; code that names a place becomes a link to it.
pub fn html(markdown: &str, places: &Places) -> String {
    let characters: Vec<char> = markdown.chars().collect();
    let mut out = String::new();
    let mut at = 0;
    let (mut strong, mut emphasis) = (false, false);
    while at < characters.len() {
        let rest = &characters[at..];
        match rest {
            ['\\', next, ..] => {
                out.push_str(&escaped(&next.to_string()));
                at += 2;
            }
            ['`', ..] => at += code(rest, places, &mut out),
            ['*', '*', ..] => {
                out.push_str(if strong { "</strong>" } else { "<strong>" });
                strong = !strong;
                at += 2;
            }
            ['*', ..] => {
                out.push_str(if emphasis { "</em>" } else { "<em>" });
                emphasis = !emphasis;
                at += 1;
            }
            ['[', ..] => at += link(rest, places, &mut out),
            [character, ..] => {
                out.push_str(&escaped(&character.to_string()));
                at += 1;
            }
            [] => break,
        }
    }
    if emphasis {
        out.push_str("</em>");
    }
    if strong {
        out.push_str("</strong>");
    }
    out
}

/// A span of code at the beginning; how many characters it takes.
fn code(text: &[char], places: &Places, out: &mut String) -> usize {
    let fence = text.iter().take_while(|c| **c == '`').count();
    let mut at = fence;
    while at < text.len() {
        let run = text[at..].iter().take_while(|c| **c == '`').count();
        if run == fence {
            let inner: String = text[fence..at].iter().collect();
            let inner = if fence > 1 { inner.trim() } else { &inner };
            match places.get(inner) {
                Some(id) => {
                    out.push_str(&format!(
                        "<a href=\"#{}\"><code>{}</code></a>",
                        escaped(id),
                        escaped(inner)
                    ));
                }
                None => out.push_str(&format!("<code>{}</code>", escaped(inner))),
            }
            return at + fence;
        }
        at += run.max(1);
    }
    out.push_str(&"`".repeat(fence));
    fence
}

/// A link at the beginning. Links within the page stay links; files beside it are named, because
/// the page may have been sent without them.
fn link(text: &[char], places: &Places, out: &mut String) -> usize {
    let joined: String = text.iter().collect();
    let parts = joined[1..].split_once("](").and_then(|(label, rest)| {
        let (target, _) = rest.split_once(')')?;
        Some((label.to_owned(), target.to_owned()))
    });
    let Some((label, target)) = parts else {
        out.push('[');
        return 1;
    };
    let taken = label.chars().count() + target.chars().count() + 4;
    let shown = html(&label, places);
    if target.starts_with('#') {
        out.push_str(&format!("<a href=\"{}\">{shown}</a>", escaped(&target)));
    } else {
        out.push_str(&format!(
            "<span class=\"file\" title=\"{}\">{shown}</span>",
            escaped(&target)
        ));
    }
    taken
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown;

    #[test]
    fn what_people_write_cannot_become_markup() {
        let nasty = "<script>alert('x')</script> **no** `a<b` [x](javascript:y)";
        let shown = html(&markdown::prose(nasty), &Places::new());
        assert!(
            !shown.contains("<script") && !shown.contains("<strong>"),
            "{shown}"
        );
        assert!(!shown.contains("href"), "{shown}");
        assert!(shown.contains("<code>a&lt;b</code>"), "{shown}");
    }

    #[test]
    fn code_that_names_a_place_leads_there() {
        let places = Places::from([("users".to_owned(), "crm.users".to_owned())]);
        assert_eq!(
            html("in `users`, **now**", &places),
            "in <a href=\"#crm.users\"><code>users</code></a>, <strong>now</strong>"
        );
    }
}
