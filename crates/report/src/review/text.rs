//! Findings for a terminal, with the lines of the source that they are about.

use std::fmt::Write as _;

use pgwright_review::{Certainty, Finding, Occurrence, Severity};

use super::{Shown, summary};

const BOLD: &str = "\x1b[1m";
const DIM: &str = "\x1b[2m";
const RED: &str = "\x1b[1;31m";
const YELLOW: &str = "\x1b[1;33m";
const BLUE: &str = "\x1b[1;34m";
const RESET: &str = "\x1b[0m";

/// How many objects of a finding are shown with their lines, and how many more are named.
const WITH_LINES: usize = 3;
const NAMED: usize = 12;

/// The findings with escape sequences for colours.
pub fn text(shown: &Shown<'_>) -> String {
    let mut out = String::new();
    for finding in &shown.review.findings {
        self::finding(&mut out, finding, shown);
    }
    let review = shown.review;
    let _ = writeln!(out, "{BOLD}{}{RESET} in {}", summary(review), shown.source);
    let mut left_out = Vec::new();
    if review.ignored > 0 {
        left_out.push(format!("{} ignored by comments", review.ignored));
    }
    if review.in_baseline > 0 {
        left_out.push(format!("{} in the baseline", review.in_baseline));
    }
    if !left_out.is_empty() {
        let _ = writeln!(out, "{DIM}not shown: {}{RESET}", left_out.join(", "));
    }
    out
}

fn finding(out: &mut String, finding: &Finding, shown: &Shown<'_>) {
    let colour = match finding.severity {
        Severity::Error => RED,
        Severity::Warning => YELLOW,
        Severity::Info => BLUE,
    };
    let number = match finding.occurrences.len() {
        1 => String::new(),
        n => format!(" ({n})"),
    };
    let severity = finding.severity.as_str();
    let _ = writeln!(
        out,
        "{colour}{severity}[{}]{RESET}: {BOLD}{}{number}{RESET}",
        finding.rule, finding.title
    );
    let with_lines = if shown.all { usize::MAX } else { WITH_LINES };
    for occurrence in finding.occurrences.iter().take(with_lines) {
        self::occurrence(out, occurrence, shown);
    }
    let rest = finding.occurrences.iter().skip(with_lines);
    for occurrence in rest.clone().take(NAMED) {
        let _ = writeln!(
            out,
            "  {DIM}and{RESET} {} {}{}",
            occurrence.object,
            occurrence.message,
            unsure(occurrence)
        );
    }
    let more = rest.skip(NAMED).count();
    if more > 0 {
        let _ = writeln!(out, "  {DIM}and {more} more: --all shows them{RESET}");
    }
    let _ = writeln!(out, "  {DIM}why: pgwright rules {}{RESET}\n", finding.rule);
}

fn unsure(occurrence: &Occurrence) -> String {
    match occurrence.certainty {
        Certainty::Certain => String::new(),
        other => format!(" ({})", other.as_str()),
    }
}

fn occurrence(out: &mut String, occurrence: &Occurrence, shown: &Shown<'_>) {
    let mut margin = " ".to_owned();
    if let Some(place) = &occurrence.place {
        let file = place.file.as_deref().unwrap_or(shown.source);
        let _ = writeln!(
            out,
            "  {BLUE}-->{RESET} {file}:{}:{}",
            place.line, place.column
        );
        let line = shown
            .texts
            .get(file)
            .and_then(|text| text.lines().nth(place.line.saturating_sub(1)));
        if let Some(line) = line {
            let number = place.line.to_string();
            margin = " ".repeat(number.len());
            // A tab stays a tab, so that the mark stands under what it marks.
            let indent: String = line
                .chars()
                .take(place.column.saturating_sub(1))
                .map(|c| if c == '\t' { '\t' } else { ' ' })
                .collect();
            let short: String = line.chars().take(160).collect();
            let _ = writeln!(
                out,
                "{margin} {BLUE}|{RESET}\n{BLUE}{number} |{RESET} {short}"
            );
            let _ = writeln!(out, "{margin} {BLUE}|{RESET} {indent}{BLUE}^{RESET}");
        }
    }
    let _ = writeln!(
        out,
        "{margin} {BLUE}={RESET} {BOLD}{}{RESET} {}{}",
        occurrence.object,
        occurrence.message,
        unsure(occurrence)
    );
    for evidence in &occurrence.evidence {
        let _ = writeln!(out, "{margin} {BLUE}={RESET} evidence: {evidence}");
    }
    if let Some(fix) = &occurrence.fix {
        let risk = match &fix.risk {
            Some(risk) => format!("\n{margin}        look first: {risk}"),
            None => String::new(),
        };
        let _ = writeln!(out, "{margin} {BLUE}={RESET} fix: {}{risk}", fix.summary);
    }
}
