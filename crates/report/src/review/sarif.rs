//! Findings as SARIF 2.1.0, which code hosts and editors read.

use pgwright_review::{Severity, find};
use serde_json::{Value, json};

use super::Shown;

/// The findings as a SARIF log with one run.
pub fn sarif(shown: &Shown<'_>) -> String {
    let findings = &shown.review.findings;
    let mut ids: Vec<&str> = findings.iter().map(|f| f.rule).collect();
    ids.sort_unstable();
    ids.dedup();
    let rules: Vec<Value> = ids
        .iter()
        .filter_map(|id| find(id))
        .map(|rule| {
            json!({
                "id": rule.id,
                "name": rule.title,
                "shortDescription": { "text": rule.title },
                "fullDescription": { "text": rule.rationale },
                "defaultConfiguration": { "level": level(rule.severity) },
            })
        })
        .collect();
    let mut results = Vec::new();
    for finding in findings {
        for occurrence in &finding.occurrences {
            let text = format!("{} {}", occurrence.object, occurrence.message);
            let mut result = json!({
                "ruleId": finding.rule,
                "ruleIndex": ids.binary_search(&finding.rule).unwrap_or_default(),
                "level": level(finding.severity),
                "message": { "text": text },
                "partialFingerprints": { "ruleAndObject/v1": format!("{} {}", finding.rule, occurrence.object) },
                "properties": { "certainty": occurrence.certainty.as_str() },
            });
            let logical = json!([{ "fullyQualifiedName": occurrence.object.name(), "kind": occurrence.object.kind() }]);
            let location = match &occurrence.place {
                Some(place) => json!([{
                    "physicalLocation": {
                        "artifactLocation": { "uri": place.file.as_deref().unwrap_or(shown.source) },
                        "region": { "startLine": place.line, "startColumn": place.column },
                    },
                    "logicalLocations": logical,
                }]),
                None => json!([{ "logicalLocations": logical }]),
            };
            result["locations"] = location;
            results.push(result);
        }
    }
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "pgwright", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default() + "\n"
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}
