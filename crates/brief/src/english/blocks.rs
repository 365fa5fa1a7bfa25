//! A text into its blocks: headings, list items and paragraphs, each with the words under which it stands.

use std::ops::Range;

/// What a block is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BlockKind {
    /// A heading and its level.
    Heading(usize),
    /// An item of a list, and how far it is indented.
    Item(usize),
    /// Anything else.
    Paragraph,
}

/// A block of the text.
#[derive(Debug, Clone)]
pub(super) struct Block {
    pub(super) kind: BlockKind,
    /// The bytes of its lines, without the marks of lists and headings.
    pub(super) lines: Vec<Range<usize>>,
    /// The block it stands under: a heading, an item that holds it, or the line that ends in a colon.
    pub(super) under: Option<usize>,
}

/// The blocks of a text in their order.
pub(super) fn blocks(text: &str) -> Vec<Block> {
    let mut blocks: Vec<Block> = Vec::new();
    let mut offset = 0;
    let mut open = false; // whether the next plain line continues the last block
    for line in text.split_inclusive('\n') {
        let start = offset;
        offset += line.len();
        let bare = line.trim_end();
        let indent = bare.len() - bare.trim_start().len();
        let content = bare.trim_start();
        if content.is_empty() || is_rule(content) {
            open = false;
            continue;
        }
        if content.starts_with("```") || is_table_rule(content) {
            open = false;
            continue;
        }
        let (kind, skip) = mark(content, indent);
        let begin = start + indent + skip;
        let range = begin..start + bare.len();
        if range.is_empty() {
            continue;
        }
        match kind {
            BlockKind::Paragraph if open && blocks.last().is_some() => {
                if let Some(last) = blocks.last_mut() {
                    last.lines.push(range);
                }
            }
            _ => {
                blocks.push(Block {
                    kind,
                    lines: vec![range],
                    under: None,
                });
            }
        }
        open = !matches!(kind, BlockKind::Heading(_)) && !content.starts_with('|');
        // What a list follows is complete with its colon.
        if content.ends_with(':') && kind == BlockKind::Paragraph {
            open = false;
        }
    }
    nest(text, &mut blocks);
    blocks
}

fn is_rule(content: &str) -> bool {
    content.len() >= 3
        && ['-', '*', '_', '=']
            .iter()
            .any(|c| content.chars().all(|x| x == *c))
}

fn is_table_rule(content: &str) -> bool {
    content.starts_with('|') && content.chars().all(|c| matches!(c, '|' | '-' | ':' | ' '))
}

/// The kind of a line, and the bytes that its mark takes.
fn mark(content: &str, indent: usize) -> (BlockKind, usize) {
    let hashes = content.chars().take_while(|c| *c == '#').count();
    if (1..=6).contains(&hashes) && content[hashes..].starts_with([' ', '\t']) {
        let rest = &content[hashes..];
        let spaces = rest.len() - rest.trim_start().len();
        // `### 1. Organization`: the number is no part of it.
        let numbered = numbering(rest.trim_start()).unwrap_or(0);
        return (BlockKind::Heading(hashes), hashes + spaces + numbered);
    }
    for bullet in ["- ", "* ", "+ ", "• ", "– ", "— ", "o ", "· "] {
        if let Some(rest) = content.strip_prefix(bullet) {
            let spaces = rest.len() - rest.trim_start().len();
            return (BlockKind::Item(indent), bullet.len() + spaces);
        }
    }
    if let Some(length) = numbering(content) {
        return (BlockKind::Item(indent), length);
    }
    // A line that is bold as a whole heads what follows.
    let bold = content
        .strip_prefix("**")
        .and_then(|c| c.strip_suffix("**").or_else(|| c.strip_suffix("**:")));
    if bold.is_some_and(|inside| !inside.contains("**") && inside.split_whitespace().count() <= 8) {
        return (BlockKind::Heading(6), 0);
    }
    if content.starts_with('>') {
        return (BlockKind::Paragraph, 1);
    }
    (BlockKind::Paragraph, 0)
}

/// The length of `1. `, `2) `, `(3) `, `a) ` at the start.
fn numbering(content: &str) -> Option<usize> {
    let inner = content.strip_prefix('(').unwrap_or(content);
    let opened = content.len() - inner.len();
    let digits = inner
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == '.')
        .count();
    let letters = usize::from(inner.starts_with(|c: char| c.is_ascii_lowercase()));
    let (length, by_letter) = if digits > 0 {
        (digits, false)
    } else {
        (letters, true)
    };
    if length == 0 || length > 6 {
        return None;
    }
    let rest = &inner[length..];
    let ended = inner[..length].ends_with('.') && !by_letter;
    let closed = rest.starts_with(')') || (rest.starts_with('.') && !by_letter);
    let after = if closed { &rest[1..] } else { rest };
    if !(closed || ended) || !after.starts_with([' ', '\t']) {
        return None;
    }
    let spaces = after.len() - after.trim_start().len();
    Some(opened + length + usize::from(closed) + spaces)
}

/// Tells each block what it stands under.
fn nest(text: &str, blocks: &mut [Block]) {
    let mut headings: Vec<(usize, usize)> = Vec::new(); // level, block
    let mut items: Vec<(usize, usize)> = Vec::new(); // indent, block
    let mut intro: Option<usize> = None;
    for (at, block) in blocks.iter_mut().enumerate() {
        let ends_in_colon = block.lines.last().is_some_and(|line| {
            text[line.clone()]
                .trim_end_matches(['*', ' '])
                .ends_with(':')
        });
        match block.kind {
            BlockKind::Heading(level) => {
                headings.retain(|(l, _)| *l < level);
                block.under = headings.last().map(|(_, b)| *b);
                headings.push((level, at));
                items.clear();
                intro = None;
            }
            BlockKind::Item(indent) => {
                items.retain(|(i, _)| *i < indent);
                block.under = items
                    .last()
                    .map(|(_, b)| *b)
                    .or(intro)
                    .or(headings.last().map(|(_, b)| *b));
                items.push((indent, at));
            }
            BlockKind::Paragraph => {
                items.clear();
                block.under = headings.last().map(|(_, b)| *b);
                intro = ends_in_colon.then_some(at);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_under_what_introduces_them() {
        let text = "# Shop\nIt keeps:\n- orders\n  with lines\n  - of products\n\n1. Each line\n";
        let found: Vec<(BlockKind, Option<usize>)> =
            blocks(text).iter().map(|b| (b.kind, b.under)).collect();
        assert_eq!(
            found,
            [
                (BlockKind::Heading(1), None),
                (BlockKind::Paragraph, Some(0)),
                (BlockKind::Item(0), Some(1)),
                (BlockKind::Item(2), Some(2)),
                (BlockKind::Item(0), Some(1)),
            ]
        );
    }
}
