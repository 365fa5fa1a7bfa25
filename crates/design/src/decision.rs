//! Decisions, questions and the enforcement of rules: what a design says about itself.

use pgwright_brief::model::Span;
use pgwright_catalog::ObjectId;
use serde::Serialize;

/// One choice of the design.
#[derive(Debug, Clone, Serialize)]
pub struct Decision {
    /// Decision family: the file that made it (`keys`, `partitioning`).
    pub family: &'static str,
    /// What it is about, in a few words: `Primary key of opportunities`.
    pub title: String,
    /// Objects it shaped.
    pub subjects: Vec<ObjectId>,
    /// What was chosen, one sentence.
    pub choice: String,
    /// Why, in full sentences, with the numbers of this brief.
    pub rationale: String,
    /// What was not chosen, and what it would have cost or given.
    pub alternatives: Vec<Alternative>,
    /// The part of the brief it comes from.
    pub source: Source,
    /// How much a reader should care: the design document leads with the weighty ones.
    pub weight: Weight,
}

/// An alternative not taken.
#[derive(Debug, Clone, Serialize)]
pub struct Alternative {
    /// What it is.
    pub choice: String,
    /// Why not, and when it would be right.
    pub trade_off: String,
}

impl Alternative {
    /// An alternative and its trade-off.
    pub fn new(choice: impl Into<String>, trade_off: impl Into<String>) -> Self {
        Self {
            choice: choice.into(),
            trade_off: trade_off.into(),
        }
    }
}

/// Where a decision comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Part of the brief, as a person would name it: `opportunity.stage`, `policies.history`.
    pub part: String,
    /// Its place, when it has one.
    pub span: Option<Span>,
}

impl Source {
    /// A part of the brief with its place.
    pub fn at(part: impl Into<String>, span: Span) -> Self {
        Self {
            part: part.into(),
            span: Some(span),
        }
    }

    /// A part that has no place of its own.
    pub fn of(part: impl Into<String>) -> Self {
        Self {
            part: part.into(),
            span: None,
        }
    }
}

/// How weighty a decision is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Shapes the whole schema, or is costly to change later.
    Major,
    /// Shapes a table.
    Notable,
    /// A routine choice, recorded for completeness.
    Routine,
}

/// A fact the brief leaves open that changes the design.
#[derive(Debug, Clone, Serialize)]
pub struct Question {
    /// Stable identifier: `opportunity_line.same_product_twice`.
    pub id: String,
    /// The question, to a person who knows the business and not PostgreSQL.
    pub ask: String,
    /// What was assumed.
    pub default: String,
    /// Why it matters.
    pub matters: String,
    /// What would change under another answer.
    pub otherwise: String,
    /// The part of the brief it is about.
    pub source: Source,
}

/// How a business rule of the brief is kept.
#[derive(Debug, Clone, Serialize)]
pub struct Enforcement {
    /// Name of the rule: of a written rule, or one that an attribute or policy implies
    /// (`contact.email_unique`).
    pub rule: String,
    /// The rule in words.
    pub says: String,
    /// The objects that keep it: constraints, indexes, triggers, policies, privileges.
    pub by: Vec<ObjectId>,
    /// How, in one or two sentences, including what concurrent writers see.
    pub how: String,
    /// Family that enforces it.
    pub family: &'static str,
    /// The part of the brief it is in.
    pub source: Source,
}

/// Advice for running the design: a query to watch and a threshold fitted to it.
#[derive(Debug, Clone, Serialize)]
pub struct Monitor {
    /// Name, snake_case; the file's name.
    pub name: String,
    /// What it watches and why.
    pub watches: String,
    /// The query; no parameters, runs with `pg_monitor`.
    pub sql: String,
    /// When to act, and how.
    pub threshold: String,
}
