//! Baselines: what is accepted as it is, so that only what is new is reported.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::finding::{Occurrence, Review};
use crate::rule::Rule;

/// Version of the file's form.
const FORMAT: u32 = 1;

/// What is accepted: rule and object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Baseline {
    accepted: BTreeSet<(String, String)>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaselineError(String);

impl std::fmt::Display for BaselineError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BaselineError {}

#[derive(Serialize, Deserialize)]
struct File {
    format: u32,
    accepted: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
struct Entry {
    rule: String,
    object: String,
}

impl Baseline {
    /// Reads a file that [`Baseline::of`] made.
    pub fn parse(text: &str) -> Result<Self, BaselineError> {
        let file: File =
            serde_json::from_str(text).map_err(|error| BaselineError(error.to_string()))?;
        if file.format != FORMAT {
            let message = format!("its format is {}, and {FORMAT} is known", file.format);
            return Err(BaselineError(message));
        }
        let entries = file.accepted.into_iter();
        Ok(Self {
            accepted: entries.map(|entry| (entry.rule, entry.object)).collect(),
        })
    }

    /// A file that accepts everything of a review.
    pub fn of(review: &Review) -> String {
        let pairs: BTreeSet<(String, String)> = review
            .findings
            .iter()
            .flat_map(|finding| {
                let occurrences = finding.occurrences.iter();
                occurrences.map(|o| (finding.rule.to_owned(), o.object.to_string()))
            })
            .collect();
        let accepted = pairs.into_iter();
        let file = File {
            format: FORMAT,
            accepted: accepted
                .map(|(rule, object)| Entry { rule, object })
                .collect(),
        };
        serde_json::to_string_pretty(&file).unwrap_or_default() + "\n"
    }

    pub(crate) fn accepts(&self, rule: &Rule, occurrence: &Occurrence) -> bool {
        let pair = (rule.id.to_owned(), occurrence.object.to_string());
        self.accepted.contains(&pair)
    }
}
