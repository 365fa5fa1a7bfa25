//! Findings as Markdown, for a comment or a page.

use std::fmt::Write as _;

use super::{Shown, summary};

/// How many objects of a finding are listed.
const LISTED: usize = 20;

/// The findings, a section each.
pub fn markdown(shown: &Shown<'_>) -> String {
    let mut out = format!(
        "# Review of {}\n\n{}.\n",
        shown.source,
        summary(shown.review)
    );
    for finding in &shown.review.findings {
        let _ = write!(
            out,
            "\n## {}: {}\n\n**{}**\n\n",
            finding.rule,
            finding.title,
            finding.severity.as_str()
        );
        let most = if shown.all { usize::MAX } else { LISTED };
        for occurrence in finding.occurrences.iter().take(most) {
            let place = match &occurrence.place {
                Some(place) => format!(
                    " ({}:{})",
                    place.file.as_deref().unwrap_or(shown.source),
                    place.line
                ),
                None => String::new(),
            };
            let fix = match &occurrence.fix {
                Some(fix) => format!(" Fix: {}.", escaped(&fix.summary)),
                None => String::new(),
            };
            let _ = writeln!(
                out,
                "- `{}` {}{place}.{fix}",
                occurrence.object,
                escaped(&occurrence.message)
            );
        }
        let more = finding.occurrences.len().saturating_sub(most);
        if more > 0 {
            let _ = writeln!(out, "- and {more} more");
        }
        if let Some(rule) = pgwright_review::find(finding.rule) {
            let _ = write!(out, "\n{}\n", rule.rationale);
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('*', "\\*")
        .replace('_', "\\_")
        .replace('<', "&lt;")
        .replace('|', "\\|")
}
