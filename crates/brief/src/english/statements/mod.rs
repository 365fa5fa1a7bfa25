//! Statements that are not about what there is but about how much of it, how it is asked for, and what must
//! hold. Each kind looks at every sentence once the entities are known.

mod access;
mod policies;
mod rules;
mod volumes;

use super::attributes::snake;
use super::draft::{Draft, Line, Source};
use super::entities::Entities;
use super::lexicon;
use super::token::{Sentence, TokenKind};

/// What a sentence is, by its form alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// About what there is: read by its clauses.
    Description,
    /// About how much, how it is asked for, what must hold: only read here.
    Statement,
}

/// The form of a sentence; `section` are the words of the heading that it stands under.
pub(super) fn form(sentence: &Sentence, section: &str) -> Form {
    let words = Words::of(sentence);
    if volumes::is_volume(&words)
        || access::is_access(&words, section)
        || policies::is_policy(&words)
        || rules::is_rule(&words)
    {
        return Form::Statement;
    }
    Form::Description
}

/// Adds what the sentences state to the draft; which of them were understood that way.
pub(super) fn apply(
    draft: &mut Draft,
    entities: &Entities,
    sentences: &[Sentence],
    sections: &[String],
    shown: &[String],
) -> Vec<bool> {
    let mut understood = vec![false; sentences.len()];
    for (at, sentence) in sentences.iter().enumerate() {
        let words = Words::of(sentence);
        let mut context = Context {
            draft,
            entities,
            at,
            shown: shown.get(at).map_or("", String::as_str),
        };
        let section = sections.get(at).map_or("", String::as_str);
        let mut any = false;
        any |= rules::apply(&mut context, &words);
        any |= policies::apply(&mut context, &words);
        any |= volumes::is_volume(&words) && volumes::apply(&mut context, &words);
        any |= access::is_access(&words, section) && access::apply(&mut context, &words, section);
        understood[at] = any;
    }
    understood
}

/// What a statement is applied to.
pub(super) struct Context<'d> {
    pub(super) draft: &'d mut Draft,
    pub(super) entities: &'d Entities,
    /// The sentence.
    pub(super) at: usize,
    pub(super) shown: &'d str,
}

/// An entity that a sentence names.
#[derive(Debug, Clone)]
pub(super) struct Named {
    pub(super) name: String,
    /// The word where it begins, and how many it takes.
    pub(super) from: usize,
    pub(super) length: usize,
    pub(super) plural: bool,
    /// `principal` of an organization: the role that was named.
    pub(super) role: bool,
}

impl Context<'_> {
    pub(super) fn source(&self, confidence: u8) -> Source {
        Source::of(self.at, confidence)
    }

    pub(super) fn line(&self, text: impl Into<String>, confidence: u8) -> Line {
        Line {
            text: text.into(),
            source: self.source(confidence),
        }
    }

    /// The entities and roles that the words name, in their order.
    pub(super) fn named(&self, words: &Words) -> Vec<Named> {
        let mut found = Vec::new();
        let mut at = 0;
        'words: while at < words.0.len() {
            for length in (1..=3usize.min(words.0.len() - at)).rev() {
                let mut parts: Vec<String> = words.0[at..at + length].to_vec();
                let last = parts[length - 1].clone();
                parts[length - 1] = lexicon::singular(&last);
                let plural = parts[length - 1] != last;
                let joined = parts.join(" ");
                let name = snake(std::slice::from_ref(&joined));
                let role = self
                    .draft
                    .entities
                    .iter()
                    .any(|e| e.roles.iter().any(|r| r.name == name));
                let entity = if self.draft.entity(&name).is_some() || role {
                    Some(name)
                } else if self.entities.contains(&joined) || length == 1 {
                    self.entities
                        .find(&joined)
                        .filter(|(_, r)| r.is_empty())
                        .map(|(e, _)| snake(&[e]))
                        .filter(|e| self.draft.entity(e).is_some())
                } else {
                    None
                };
                if let Some(name) = entity {
                    found.push(Named {
                        name,
                        from: at,
                        length,
                        plural,
                        role,
                    });
                    at += length;
                    continue 'words;
                }
            }
            at += 1;
        }
        found
    }

    /// The attribute of an entity that some words mean: `name` may be `full_name`.
    pub(super) fn attribute(&self, entity: &str, words: &[String]) -> Option<String> {
        let mut words: Vec<String> = words.to_vec();
        if let Some(last) = words.last_mut() {
            *last = lexicon::singular(last);
        }
        let name = snake(&words);
        let entity = self.draft.entity(entity)?;
        let exact = entity.attributes.iter().find(|a| a.name == name);
        let ending = || {
            entity
                .attributes
                .iter()
                .find(|a| a.name.ends_with(&format!("_{name}")))
        };
        let beginning = || {
            entity.attributes.iter().find(|a| {
                a.name.starts_with(&format!("{name}_")) || name.ends_with(&format!("_{}", a.name))
            })
        };
        exact
            .or_else(ending)
            .or_else(beginning)
            .map(|a| a.name.clone())
    }

    /// Whether one refers to the other, by which attribute.
    pub(super) fn reference(&self, from: &str, to: &str) -> Option<String> {
        use super::draft::Kind;
        let entity = self.draft.entity(from)?;
        if entity
            .part_of
            .as_deref()
            .is_some_and(|p| p == to || p.ends_with(&format!(" {to}")))
        {
            return Some(to.to_owned());
        }
        let roles: Vec<&str> = self
            .draft
            .entity(to)
            .map(|e| e.roles.iter().map(|r| r.name.as_str()).collect())
            .unwrap_or_default();
        entity
            .attributes
            .iter()
            .find(|a| match &a.kind {
                Kind::Reference(target) => target == to || roles.contains(&target.as_str()),
                Kind::Either(targets) => targets.iter().any(|t| t == to),
                _ => false,
            })
            .map(|a| {
                if matches!(a.kind, Kind::Either(_)) {
                    to.to_owned()
                } else {
                    a.name.clone()
                }
            })
    }
}

/// The words of a sentence in lower case, marks among them.
pub(super) struct Words(pub(super) Vec<String>, Vec<bool>);

impl Words {
    pub(super) fn of(sentence: &Sentence) -> Self {
        Words(
            sentence.tokens.iter().map(|t| t.lower.clone()).collect(),
            sentence
                .tokens
                .iter()
                .map(|t| t.kind == TokenKind::Number)
                .collect(),
        )
    }

    pub(super) fn get(&self, at: usize) -> &str {
        self.0.get(at).map_or("", String::as_str)
    }

    pub(super) fn is_number(&self, at: usize) -> bool {
        self.1.get(at).copied().unwrap_or(false)
    }

    pub(super) fn has(&self, word: &str) -> bool {
        self.0.iter().any(|w| w == word)
    }

    pub(super) fn any(&self, words: &[&str]) -> bool {
        self.0.iter().any(|w| words.contains(&w.as_str()))
    }

    pub(super) fn position(&self, word: &str) -> Option<usize> {
        self.0.iter().position(|w| w == word)
    }

    /// Whether these words stand one after the other.
    pub(super) fn phrase(&self, phrase: &[&str]) -> Option<usize> {
        self.0
            .windows(phrase.len())
            .position(|w| w.iter().zip(phrase).all(|(a, b)| a == b))
    }

    pub(super) fn slice(&self, from: usize, to: usize) -> Words {
        let to = to.min(self.0.len());
        let from = from.min(to);
        Words(self.0[from..to].to_vec(), self.1[from..to].to_vec())
    }
}
