//! Findings: what a review reports.

use std::cmp::Reverse;

use pgwright_catalog::ObjectId;
use serde::Serialize;

use crate::fix::Fix;
use crate::rule::Rule;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Will hurt.
    Warning,
    /// Hurts, or loses or exposes data.
    Error,
}

impl Severity {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }

    /// The severity of that word.
    pub fn parse(word: &str) -> Option<Self> {
        let all = [Self::Info, Self::Warning, Self::Error];
        all.into_iter().find(|severity| severity.as_str() == word)
    }
}

/// How sure it is that a finding is true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// What names suggest.
    Possible,
    /// What names and structure suggest together.
    Likely,
    /// What the schema says.
    Certain,
}

impl Certainty {
    /// In percent, to weigh consequences with.
    pub fn percent(self) -> u32 {
        match self {
            Self::Possible => 50,
            Self::Likely => 80,
            Self::Certain => 100,
        }
    }

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// One object with a fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Occurrence {
    /// The object.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub object: ObjectId,
    /// Other objects that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(with = "Vec<String>"))]
    pub related: Vec<ObjectId>,
    /// The concrete fact.
    pub message: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// What speaks for it, where the message does not say.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// Where it stands in the source.
    pub place: Option<Place>,
    /// What to do about it, where that is known.
    pub fix: Option<Fix>,
    /// How grave it is, where that differs from the rule's usual.
    #[serde(skip)]
    pub(crate) severity: Option<Severity>,
}

impl Occurrence {
    pub(crate) fn new(object: ObjectId, message: impl Into<String>) -> Self {
        Self {
            object,
            related: Vec::new(),
            message: message.into(),
            certainty: Certainty::Certain,
            evidence: Vec::new(),
            place: None,
            fix: None,
            severity: None,
        }
    }
}

/// Where something stands in the source.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Place {
    /// The file, when the source has one.
    pub file: Option<String>,
    /// Line, from one.
    pub line: usize,
    /// Column in characters, from one.
    pub column: usize,
}

/// What a rule has found: all objects that have the same fault.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Finding {
    /// The rule's id.
    pub rule: &'static str,
    /// What is wrong.
    pub title: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// Consequence times certainty, from 1 to 100: findings of one severity are ranked by it.
    pub score: u32,
    /// The objects, the surest first.
    pub occurrences: Vec<Occurrence>,
}

/// All findings, the gravest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Review {
    /// The findings.
    pub findings: Vec<Finding>,
    /// How many objects were left out because a comment says to ignore them.
    pub ignored: usize,
    /// How many were left out because the baseline has them.
    pub in_baseline: usize,
}

impl Review {
    /// How many objects have a fault of that severity.
    pub fn count(&self, severity: Severity) -> usize {
        let findings = self.findings.iter().filter(|f| f.severity == severity);
        findings.map(|finding| finding.occurrences.len()).sum()
    }

    /// The gravest severity there is.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().map(|finding| finding.severity).max()
    }
}

/// Makes findings of what one rule has said.
pub(crate) fn group(rule: &Rule, occurrences: Vec<Occurrence>) -> Vec<Finding> {
    let mut findings: Vec<Finding> = Vec::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Info] {
        let mut same: Vec<Occurrence> = occurrences
            .iter()
            .filter(|o| o.severity.unwrap_or(rule.severity) == severity)
            .cloned()
            .collect();
        same.sort_by(|a, b| {
            (Reverse(a.certainty), &a.place, &a.object, &a.message).cmp(&(
                Reverse(b.certainty),
                &b.place,
                &b.object,
                &b.message,
            ))
        });
        same.dedup_by(|a, b| a.object == b.object && a.message == b.message);
        let Some(surest) = same.first() else {
            continue;
        };
        findings.push(Finding {
            rule: rule.id,
            title: rule.title,
            severity,
            score: u32::from(rule.consequence) * surest.certainty.percent() / 100,
            occurrences: same,
        });
    }
    findings
}

/// The gravest first, then what follows most from, then by id.
pub(crate) fn rank(findings: &mut [Finding]) {
    findings.sort_by(|a, b| {
        (Reverse(a.severity), Reverse(a.score), a.rule).cmp(&(
            Reverse(b.severity),
            Reverse(b.score),
            b.rule,
        ))
    });
}
