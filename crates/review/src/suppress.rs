//! Comments in SQL that accept a finding: `-- pgwright: ignore IDX-DUPLICATE because it is being replaced`.

use std::collections::BTreeSet;

use pgwright_ddl::read::Place;

use crate::rule::Rule;
use crate::settings::names;

/// A comment that accepts findings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suppression {
    /// The file, as places name it.
    pub file: Option<String>,
    /// The line of the comment, from one.
    pub line: usize,
    /// The line that it is about: its own, or the next that holds SQL.
    pub about: usize,
    /// Ids of rules, or prefixes of groups.
    pub rules: BTreeSet<String>,
    /// Why; empty when nothing is said, and then it counts for nothing.
    pub reason: String,
}

/// The comments of a text that accept findings.
pub fn suppressions(file: Option<&str>, text: &str) -> Vec<Suppression> {
    if !text.contains("pgwright:") {
        return Vec::new();
    }
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let Some((before, said)) = line.split_once("-- pgwright:") else {
            continue;
        };
        let Some(said) = said.trim_start().strip_prefix("ignore ") else {
            continue;
        };
        let (ids, reason) = match said.split_once("because") {
            Some((ids, reason)) => (ids, reason.trim()),
            None => (said, ""),
        };
        let about = if before.trim().is_empty() {
            let comment = |line: &&str| {
                let line = line.trim();
                line.is_empty() || line.starts_with("--")
            };
            at + 1
                + lines[at + 1..]
                    .iter()
                    .take_while(|line| comment(line))
                    .count()
        } else {
            at
        };
        found.push(Suppression {
            file: file.map(str::to_owned),
            line: at + 1,
            about: about + 1,
            rules: ids
                .split([',', ' '])
                .map(str::trim)
                .filter(|id| !id.is_empty())
                .map(str::to_owned)
                .collect(),
            reason: reason.to_owned(),
        });
    }
    found
}

impl Suppression {
    /// Whether it accepts what a rule says of something at a place.
    pub(crate) fn accepts(&self, rule: &Rule, place: &Place) -> bool {
        let inside = (place.first_line..=place.last_line).contains(&self.line);
        // A comment above a statement is about all of it; one inside is about its line, and where
        // nothing is known to stand there, as in a body, about the statement.
        let here = self.about == place.line
            || self.about == place.first_line
            || (inside && place.line == place.first_line);
        !self.reason.is_empty()
            && self.file == place.file
            && here
            && self.rules.iter().any(|id| names(id, rule))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_is_about_its_line_or_the_next() {
        let text = "-- pgwright: ignore KEY-NO-PK, IDX because rows are only counted\n\n-- t\nCREATE TABLE t (\n  a json, -- pgwright: ignore TYP-JSON because the order of keys counts\n  b int\n);\n";
        let found = suppressions(None, text);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].line, found[0].about), (1, 4));
        assert_eq!(found[0].rules.len(), 2);
        assert_eq!(found[0].reason, "rows are only counted");
        assert_eq!((found[1].line, found[1].about), (5, 5));
        assert!(
            suppressions(None, "-- pgwright: ignore X")
                .iter()
                .all(|s| s.reason.is_empty())
        );
    }
}
