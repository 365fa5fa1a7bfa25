//! Findings as workflow commands, which GitHub shows beside the lines of a pull request.

use std::fmt::Write as _;

use pgwright_review::Severity;

use super::Shown;

/// The findings, one command a line.
pub fn github(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    for finding in &shown.review.findings {
        let command = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        for occurrence in &finding.occurrences {
            let place = match &occurrence.place {
                Some(place) => format!(
                    "file={},line={},col={},",
                    property(place.file.as_deref().unwrap_or(shown.source)),
                    place.line,
                    place.column
                ),
                None => String::new(),
            };
            let fix = match &occurrence.fix {
                Some(fix) => format!("\nfix: {}", fix.summary),
                None => String::new(),
            };
            let message = format!("{} {}{fix}", occurrence.object, occurrence.message);
            let title = format!("{}: {}", finding.rule, finding.title);
            let _ = writeln!(
                out,
                "::{command} {place}title={}::{}",
                property(&title),
                data(&message)
            );
        }
    }
    out
}

/// What a message may not hold as it is.
fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// What the value of a property may not hold as it is.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
