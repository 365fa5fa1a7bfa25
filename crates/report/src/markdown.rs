//! Markdown text: what a person wrote stays as it was written, whatever characters it holds.

use std::fmt::Write as _;

/// Words as Markdown prose. Spans between back quotes stay code, all else is taken literally.
pub fn prose(text: &str) -> String {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let parts: Vec<&str> = words.split('`').collect();
    // An odd number of back quotes closes nothing: then they are characters like any other.
    if parts.len().is_multiple_of(2) {
        return escaped(&words);
    }
    let mut out = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number % 2 == 0 {
            out.push_str(&escaped(part));
        } else {
            out.push_str(&code(part));
        }
    }
    out
}

fn escaped(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    for (at, &character) in characters.iter().enumerate() {
        let beside = |at: Option<usize>| {
            at.and_then(|at| characters.get(at))
                .is_some_and(|c| c.is_alphanumeric())
        };
        let escape = match character {
            '\\' | '*' | '`' | '<' | '[' | ']' => true,
            // Inside a word an underscore is one.
            '_' => !(beside(at.checked_sub(1)) && beside(at.checked_add(1))),
            '&' => beside(at.checked_add(1)) || characters.get(at + 1) == Some(&'#'),
            _ => false,
        };
        if escape {
            out.push('\\');
        }
        out.push(character);
    }
    out
}

/// A name or a piece of SQL in fixed width, in a fence long enough for what it holds.
pub fn code(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut longest = 0;
    let mut run = 0;
    for character in text.chars() {
        run = if character == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    if longest == 0 {
        return format!("`{text}`");
    }
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

/// A part of a document. Texts are Markdown within a line: see [`prose`] and [`code`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading with its level, and what else it can be found under.
    Heading(usize, String, Vec<String>),
    /// A paragraph.
    Paragraph(String),
    /// Words of somebody else.
    Quote(String),
    /// Items of a list.
    Items(Vec<String>),
    /// Heads and rows of a table.
    Table(Vec<String>, Vec<Vec<String>>),
    /// Language and text of a block of code.
    Code(String, String),
    /// What only Markdown shows: a page for a browser has its own.
    MarkdownOnly(String),
}

/// A document while it is being written: one content, shown as Markdown and as HTML.
#[derive(Debug, Default)]
pub struct Markdown {
    /// What has been written.
    pub blocks: Vec<Block>,
}

impl Markdown {
    /// A heading; its text is Markdown already.
    pub fn heading(&mut self, level: usize, text: &str) {
        self.blocks
            .push(Block::Heading(level, text.to_owned(), Vec::new()));
    }

    /// A heading that links find under other names too.
    pub fn heading_known_as(&mut self, level: usize, text: &str, known_as: String) {
        self.blocks
            .push(Block::Heading(level, text.to_owned(), vec![known_as]));
    }

    /// A paragraph of Markdown.
    pub fn paragraph(&mut self, text: &str) {
        if !text.trim().is_empty() {
            self.blocks.push(Block::Paragraph(text.to_owned()));
        }
    }

    /// The words of somebody else.
    pub fn quote(&mut self, text: &str) {
        self.blocks.push(Block::Quote(text.to_owned()));
    }

    /// Items of a list.
    pub fn items<I: IntoIterator<Item = String>>(&mut self, items: I) {
        let items: Vec<String> = items.into_iter().collect();
        if !items.is_empty() {
            self.blocks.push(Block::Items(items));
        }
    }

    /// A table, one line for each row.
    pub fn table<R: IntoIterator<Item = Vec<String>>>(&mut self, heads: &[&str], rows: R) {
        let rows: Vec<Vec<String>> = rows.into_iter().collect();
        if !rows.is_empty() {
            let heads = heads.iter().map(|h| (*h).to_owned()).collect();
            self.blocks.push(Block::Table(heads, rows));
        }
    }

    /// A block of code.
    pub fn block(&mut self, language: &str, text: &str) {
        self.blocks
            .push(Block::Code(language.to_owned(), text.to_owned()));
    }

    /// A paragraph that a page for a browser leaves out.
    pub fn markdown_only(&mut self, text: &str) {
        self.blocks.push(Block::MarkdownOnly(text.to_owned()));
    }

    /// The document as Markdown: lines of at most a hundred characters, one line break at the end.
    pub fn finish(&self) -> String {
        let mut out = String::new();
        for block in &self.blocks {
            match block {
                Block::Heading(level, text, _) => {
                    let _ = writeln!(out, "{} {text}", "#".repeat(*level));
                }
                Block::Paragraph(text) | Block::MarkdownOnly(text) => wrap(&mut out, text, "", ""),
                Block::Quote(text) => wrap(&mut out, text, "> ", "> "),
                Block::Items(items) => items.iter().for_each(|i| wrap(&mut out, i, "- ", "  ")),
                Block::Table(heads, rows) => table(&mut out, heads, rows),
                Block::Code(language, text) => {
                    let fence = if text.contains("```") { "~~~~" } else { "```" };
                    let _ = writeln!(out, "{fence}{language}\n{}\n{fence}", text.trim_end());
                }
            }
            out.push('\n');
        }
        format!("{}\n", out.trim_end())
    }
}

fn table(out: &mut String, heads: &[String], rows: &[Vec<String>]) {
    let _ = writeln!(out, "| {} |", heads.join(" | "));
    let _ = writeln!(out, "|{}", "---|".repeat(heads.len()));
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .map(|c| c.replace('|', "\\|").replace('\n', " "))
            .collect();
        let _ = writeln!(out, "| {} |", cells.join(" | "));
    }
}

/// Words in lines; no line begins with what Markdown would take for a list or a heading.
fn wrap(out: &mut String, text: &str, first: &str, rest: &str) {
    let mut line = first.to_owned();
    let mut empty = true;
    for word in unbreakable(text) {
        let word = word.as_str();
        let begins_a_block = word.starts_with(['-', '+', '#', '>', '=', '|', '~', '*'])
            || word
                .trim_end_matches(['.', ')'])
                .chars()
                .all(|c| c.is_ascii_digit());
        let full = line.chars().count() + 1 + word.chars().count() > 100;
        if !empty && full && !begins_a_block {
            out.push_str(&line);
            out.push('\n');
            line = rest.to_owned();
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(word);
        empty = false;
    }
    out.push_str(&line);
    out.push('\n');
}

/// Words, of which a span of code or the text of a link is one.
fn unbreakable(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut open = false;
    for word in text.split_whitespace() {
        match words.last_mut() {
            Some(last) if open => {
                last.push(' ');
                last.push_str(word);
            }
            _ => words.push(word.to_owned()),
        }
        let whole = words.last().map_or("", String::as_str);
        let opened = whole
            .rfind('[')
            .is_some_and(|at| !whole[..at].ends_with('\\') && !whole[at..].contains(']'));
        open = !whole.matches('`').count().is_multiple_of(2) || opened;
        // A stray back quote or bracket must not make one line of everything.
        if open && whole.len() > 90 {
            open = false;
        }
    }
    words
}

/// The anchor that renderers give a heading.
pub fn anchor(heading: &str) -> String {
    heading
        .chars()
        .filter_map(|c| match c {
            ' ' | '-' => Some('-'),
            '_' => Some('_'),
            c if c.is_alphanumeric() => c.to_lowercase().next(),
            _ => None,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_taken_literally() {
        assert_eq!(prose("a*b <c> [d]"), "a\\*b \\<c> \\[d\\]");
        assert_eq!(prose("close_reason _x_"), "close_reason \\_x\\_");
        assert_eq!(prose("use `a | b`"), "use `a | b`");
        assert_eq!(prose("an odd ` quote"), "an odd \\` quote");
        assert_eq!(code("a`b"), "`` a`b ``");
    }

    #[test]
    fn wrapping_begins_no_list() {
        let mut page = Markdown::default();
        page.paragraph(&format!("{} - and 7. more", "x".repeat(98)));
        assert!(!page.finish().contains("\n-"));
    }

    #[test]
    fn anchors_are_what_renderers_make() {
        assert_eq!(anchor("Who may do what?"), "who-may-do-what");
        assert_eq!(anchor("opportunity line"), "opportunity-line");
    }
}
