//! `README.md`: the design document, written for the people who will build on the design.

mod access;
mod decisions;
mod entities;
mod operation;
mod overview;
mod plans;
mod rules;

use pgwright_catalog::ObjectId;

use crate::facts::Facts;
use crate::markdown::{Markdown, code};
use crate::{Document, Subject};

/// The document.
#[derive(Debug)]
pub struct DesignDocument;

impl Document for DesignDocument {
    fn render(&self, subject: &Subject<'_>) -> Vec<(String, String)> {
        vec![(
            "README.md".to_owned(),
            content(&Facts::new(subject)).finish(),
        )]
    }
}

/// What the document says, for whichever form it is shown in.
pub(crate) fn content(facts: &Facts<'_>) -> Markdown {
    let mut page = Markdown::default();
    overview::write(&mut page, facts);
    entities::write(&mut page, facts);
    rules::write(&mut page, facts);
    decisions::weighty(&mut page, facts);
    access::write(&mut page, facts);
    operation::write(&mut page, facts);
    decisions::questions(&mut page, facts);
    decisions::routine(&mut page, facts);
    page
}

/// An object as running text names it: `` constraint `contacts_email_key` ``.
fn named(facts: &Facts<'_>, object: &ObjectId) -> String {
    let (kind, name) = facts.object(object);
    format!("{kind} {}", code(&name))
}

/// Objects of one kind that running text names before it counts the rest.
const MOST_NAMED: usize = 6;

/// Objects by kind: `` constraints `a` and `b`, trigger `c` ``.
fn named_all<'o>(facts: &Facts<'_>, objects: impl IntoIterator<Item = &'o ObjectId>) -> String {
    let mut kinds: Vec<(&'static str, Vec<String>)> = Vec::new();
    for object in objects {
        let (kind, name) = facts.object(object);
        let name = code(&name);
        match kinds.iter_mut().find(|(known, _)| *known == kind) {
            Some((_, names)) if !names.contains(&name) => names.push(name),
            Some(_) => {}
            None => kinds.push((kind, vec![name])),
        }
    }
    let parts: Vec<String> = kinds
        .iter()
        .map(|(kind, names)| {
            let kind = match (names.len(), *kind) {
                (1, kind) => kind.to_owned(),
                (_, "index") => "indexes".to_owned(),
                (_, "policy") => "policies".to_owned(),
                (_, kind) => format!("{kind}s"),
            };
            let shown = names.len().min(MOST_NAMED);
            let more = names.len() - shown;
            let rest = if more > 0 {
                format!(" and {more} more")
            } else {
                String::new()
            };
            format!("{kind} {}{rest}", names[..shown].join(", "))
        })
        .collect();
    parts.join("; ")
}

/// Where in the brief something comes from: `opportunity.stage, line 87`.
fn from_brief(source: &pgwright_design::Source) -> String {
    match source.span {
        Some(span) if span.line > 0 => {
            format!("Brief: {}, line {}", code(&source.part), span.line)
        }
        _ => format!("Brief: {}", code(&source.part)),
    }
}
