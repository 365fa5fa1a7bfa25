//! English requirements to a brief: no model of language, no network, the same text gives the same brief.
//!
//! A text goes through blocks, sentences, parts of speech, phrases and clauses to facts; facts become a draft;
//! the draft becomes YAML that the reader of briefs accepts. What was not understood is listed with its place.

mod asides;
mod attributes;
mod being;
mod blocks;
mod check;
mod classes;
mod clause;
mod draft;
mod entities;
mod facts;
mod fold;
mod forms;
mod give;
mod happen;
mod having;
mod items;
mod lexicon;
mod listed;
mod measures;
mod noun;
mod phrase;
mod relate;
mod resolve;
mod speech;
mod statements;
mod storing;
mod tag;
mod token;
mod usual;
mod verbs;
mod write;

use std::ops::Range;

use serde::Serialize;

use crate::error::Lines;
use crate::model::Span;
use token::Sentence;

/// A brief made of English requirements.
#[derive(Debug, Clone, Serialize)]
pub struct Translation {
    /// The brief, as YAML that reads without error.
    pub yaml: String,
    /// Every part of it, in its order.
    pub elements: Vec<Element>,
    /// Sentences that nothing was made of, in the order of the text.
    pub not_understood: Vec<Passage>,
    /// The passage that speaks of a database which is there and is to be made better, if there is one.
    pub existing: Option<Passage>,
    /// How many entities were found.
    pub entities: usize,
}

/// A part of the brief and where it comes from.
#[derive(Debug, Clone, Serialize)]
pub struct Element {
    /// What it says: `order.total: money`.
    pub says: String,
    /// Its line in the YAML, from 1.
    pub line: usize,
    /// The passage it comes from; none when it was assumed.
    pub from: Option<Passage>,
    /// How sure it is, of 100.
    pub confidence: u8,
    /// The text does not say it.
    pub assumed: bool,
}

/// A passage of the text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Passage {
    /// Where it begins.
    pub at: Span,
    /// Its bytes in the text.
    pub range: Range<usize>,
    /// Its words, in one line.
    pub text: String,
}

/// More than a person writes, and enough to keep time and memory in bounds.
const MOST_BYTES: usize = 300_000;

/// Translates English requirements to a brief. `name` is what the system is called when the text does not say.
pub fn translate(text: &str, name: &str) -> Translation {
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let (text, beyond) = text.split_at(end);
    let blocks = blocks::blocks(text);
    let mut sentences: Vec<Sentence> = Vec::new();
    for (at, block) in blocks.iter().enumerate() {
        sentences.extend(token::sentences(text, block, at));
    }
    let shown: Vec<String> = sentences
        .iter()
        .map(|s| one_line(text, s.range()))
        .collect();
    let ranges: Vec<Range<usize>> = sentences.iter().map(Sentence::range).collect();
    for sentence in &mut sentences {
        measures::attach(&mut sentence.tokens);
    }
    // The first reading tells what the entities are, and the second what is said of them.
    let (facts, _) = read_facts(&sentences, &blocks, &entities::Entities::default());
    let known = entities::Entities::of(&facts);
    let (facts, mut understood) = read_facts(&sentences, &blocks, &known);
    let (mut draft, entities) = resolve::resolve(&facts);

    let sections: Vec<String> = sentences
        .iter()
        .map(|s| section_of(s, &sentences, &blocks))
        .collect();
    let stated = statements::apply(&mut draft, &entities, &sentences, &sections, &shown);
    for (understood, stated) in understood.iter_mut().zip(stated) {
        *understood |= stated;
    }
    usual::fill(&mut draft);
    title(&mut draft, &sentences, &blocks, &shown, name);
    let written = check::settle(&mut draft, &shown);
    let lines = Lines::of(text);
    let passage = |at: usize| {
        let range = ranges[at].clone();
        Passage {
            at: lines.span(range.start),
            text: shown[at].clone(),
            range,
        }
    };
    let elements = written
        .placed
        .iter()
        .map(|placed| Element {
            says: placed.text.clone(),
            line: placed.line,
            from: placed.source.sentence.map(passage),
            confidence: placed.source.confidence,
            assumed: placed.source.sentence.is_none(),
        })
        .collect();
    let mut not_understood: Vec<Passage> = understood
        .iter()
        .enumerate()
        .filter(|(_, understood)| !**understood)
        .map(|(at, _)| passage(at))
        .collect();
    if !beyond.is_empty() {
        not_understood.push(Passage {
            at: lines.span(text.len()),
            range: text.len()..text.len() + beyond.len(),
            text: "the text beyond its first 300,000 bytes was not read".to_owned(),
        });
    }
    let existing = sentences.iter().position(speaks_of_existing).map(passage);
    let entities = draft.entities.len();
    Translation {
        yaml: written.yaml,
        elements,
        not_understood,
        existing,
        entities,
    }
}

/// `My queries are running slowly on my orders table.`
fn speaks_of_existing(sentence: &Sentence) -> bool {
    let has = |words: &[&str]| {
        sentence
            .tokens
            .iter()
            .any(|t| words.contains(&t.lower.as_str()))
    };
    has(&[
        "query", "queries", "table", "tables", "database", "index", "indexes",
    ]) && has(&[
        "slow",
        "slowly",
        "optimize",
        "optimise",
        "performance",
        "tune",
        "speed",
    ])
}

/// Facts of all sentences, and which sentences something was made of.
fn read_facts(
    sentences: &[Sentence],
    blocks: &[blocks::Block],
    known: &entities::Entities,
) -> (Vec<facts::Fact>, Vec<bool>) {
    let mut reader = facts::Facts::default();
    let mut understood = Vec::with_capacity(sentences.len());
    let things = information_things(sentences);
    // What a block speaks of, for what stands under it.
    let mut spoken: Vec<Option<String>> = vec![None; blocks.len()];
    for (at, sentence) in sentences.iter().enumerate() {
        let block = &blocks[sentence.block];
        reader.sentence = at;
        let first = at == 0 || sentences[at - 1].block != sentence.block;
        let under = block.under.and_then(|b| spoken.get(b).cloned().flatten());
        if first {
            reader.topic.clone_from(&under);
            if under.is_some() && !matches!(block.kind, blocks::BlockKind::Paragraph) {
                reader.last.clone_from(&under);
            }
        }
        if statements::form(sentence, &section_of(sentence, sentences, blocks))
            == statements::Form::Statement
        {
            understood.push(false);
            continue;
        }
        let tags = tag::tags(&sentence.tokens);
        let mut pieces = phrase::pieces(&sentence.tokens, &tags);
        for placed in &mut pieces {
            if let phrase::Piece::Phrase(phrase) = &mut placed.piece {
                mark(phrase, &things, known);
            }
        }
        let clauses = clause::clauses(&pieces, &sentence.tokens);
        let heading = matches!(block.kind, blocks::BlockKind::Heading(_));
        if heading {
            spoken[sentence.block] = reader.heading(&clauses);
            understood.push(true);
            continue;
        }
        let item_under = matches!(block.kind, blocks::BlockKind::Item(_))
            && block
                .under
                .is_some_and(|b| !matches!(blocks[b].kind, blocks::BlockKind::Heading(_)));
        let made = if item_under {
            reader.item(&clauses, under.as_deref())
        } else {
            reader.read(&clauses)
        };
        if spoken[sentence.block].is_none() {
            spoken[sentence.block] = reader.spoken(&clauses);
        }
        understood.push(made);
    }
    (reader.facts, understood)
}

/// Marks phrases, and those within them, that are entities.
fn mark(
    phrase: &mut phrase::Phrase,
    things: &std::collections::BTreeSet<String>,
    known: &entities::Entities,
) {
    phrase.a_thing = things.contains(&phrase.name());
    phrase.entity = known.contains(&phrase.name());
    for inner in [&mut phrase.owner, &mut phrase.of].into_iter().flatten() {
        mark(inner, things, known);
    }
}

/// The words of the heading that a sentence stands under, in lower case.
fn section_of(sentence: &Sentence, sentences: &[Sentence], blocks: &[blocks::Block]) -> String {
    let mut under = blocks[sentence.block].under;
    while let Some(at) = under {
        if matches!(blocks[at].kind, blocks::BlockKind::Heading(_)) {
            let first = sentences.partition_point(|s| s.block < at);
            let tokens = sentences.get(first).filter(|s| s.block == at).map(|s| {
                s.tokens
                    .iter()
                    .map(|t| t.lower.as_str())
                    .collect::<Vec<_>>()
            });
            return tokens.unwrap_or_default().join(" ");
        }
        under = blocks[at].under;
    }
    String::new()
}

/// Names such as `order detail` that the text counts (`each order detail`), so that they are things and no words
/// for information.
fn information_things(sentences: &[Sentence]) -> std::collections::BTreeSet<String> {
    let mut things = std::collections::BTreeSet::new();
    for sentence in sentences {
        for window in sentence.tokens.windows(3) {
            let counted = matches!(
                window[0].lower.as_str(),
                "each" | "every" | "a" | "an" | "one"
            );
            if counted
                && matches!(
                    window[2].lower.as_str(),
                    "detail" | "record" | "field" | "data"
                )
            {
                things.insert(format!("{} {}", window[1].lower, window[2].lower));
            }
        }
    }
    things
}

/// The name and title of the brief.
fn title(
    draft: &mut draft::Draft,
    sentences: &[Sentence],
    blocks: &[blocks::Block],
    shown: &[String],
    name: &str,
) {
    let heading = sentences
        .iter()
        .position(|s| matches!(blocks[s.block].kind, blocks::BlockKind::Heading(1 | 2)))
        .map(|at| shown[at].trim_matches(['*', '#', ' ', ':']).to_owned());
    draft.title = heading.unwrap_or_else(|| {
        let mut title = name.replace(['_', '-'], " ");
        if let Some(first) = title.get(..1) {
            title = first.to_uppercase() + &title[1..];
        }
        title
    });
    let snake = attributes::snake(&[crate::names::snake_case(name)]);
    draft.name = if snake.is_empty() {
        "system".to_owned()
    } else {
        snake
    };
}

fn one_line(text: &str, range: Range<usize>) -> String {
    let words: Vec<&str> = text.get(range).unwrap_or("").split_whitespace().collect();
    words.join(" ").replace("**", "")
}
