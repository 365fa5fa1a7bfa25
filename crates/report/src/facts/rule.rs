//! Business rules with what keeps them and the tests that show it.

use std::collections::BTreeMap;

use pgwright_brief::model::Rule;
use pgwright_catalog::ObjectId;
use pgwright_design::Enforcement;

use crate::{Subject, rule_tests};

/// A rule of the brief, written or implied.
#[derive(Debug)]
pub struct RuleFacts<'a> {
    /// Identifier.
    pub id: &'a str,
    /// The author's words.
    pub says: &'a str,
    /// The formal text, for a written rule.
    pub text: Option<&'a str>,
    /// The entity that it is about, when one is named.
    pub entity: Option<&'a str>,
    /// How it is kept; empty when the schema does not keep it.
    pub kept: Vec<&'a Enforcement>,
    /// Test files in the package.
    pub tests: Vec<String>,
}

impl<'a> RuleFacts<'a> {
    /// Objects that keep it.
    pub fn objects(&self) -> impl Iterator<Item = &'a ObjectId> {
        self.kept.iter().flat_map(|e| &e.by)
    }

    /// The author wrote it down as a rule.
    pub fn written(&self) -> bool {
        self.text.is_some()
    }
}

/// Written rules in the brief's order, then those that attributes and policies imply.
pub fn rules<'a>(subject: &Subject<'a>) -> Vec<RuleFacts<'a>> {
    let design = subject.design;
    let mut tests: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (number, test) in design.tests.iter().enumerate() {
        let file = format!("tests/{}", rule_tests::file_name(number + 1, &test.rule));
        tests.entry(&test.rule).or_default().push(file);
    }
    for (number, test) in design.concurrent_tests.iter().enumerate() {
        let name = rule_tests::file_name(number + 1, &test.rule);
        tests
            .entry(&test.rule)
            .or_default()
            .push(format!("tests/concurrent/{name}"));
    }
    let mut found: Vec<RuleFacts<'a>> = Vec::new();
    for entity in &subject.brief.entities {
        for rule in &entity.rules {
            found.push(written(rule, &entity.name));
        }
    }
    for visibility in &subject.brief.policies.visibility {
        let kept = design
            .enforcements
            .iter()
            .any(|e| e.says == visibility.says);
        if !kept {
            found.push(RuleFacts {
                id: &visibility.who,
                says: &visibility.says,
                text: Some(&visibility.condition),
                entity: None,
                kept: Vec::new(),
                tests: Vec::new(),
            });
        }
    }
    for enforcement in &design.enforcements {
        // The same words under the same name are one rule, however many families keep it.
        let known = found
            .iter_mut()
            .find(|r| r.id == enforcement.rule && (r.written() || r.says == enforcement.says));
        match known {
            Some(rule) => rule.kept.push(enforcement),
            None => found.push(RuleFacts {
                id: &enforcement.rule,
                says: &enforcement.says,
                text: subject
                    .brief
                    .policies
                    .visibility
                    .iter()
                    .find(|v| v.says == enforcement.says)
                    .map(|v| v.condition.as_str()),
                entity: entity_of(subject, enforcement),
                kept: vec![enforcement],
                tests: Vec::new(),
            }),
        }
    }
    // What the author said comes first, whichever family keeps it.
    found.sort_by_key(|rule| !rule.written());
    for rule in &mut found {
        rule.tests = tests.get(rule.id).cloned().unwrap_or_default();
    }
    found
}

fn written<'a>(rule: &'a Rule, entity: &'a str) -> RuleFacts<'a> {
    RuleFacts {
        id: &rule.name,
        says: &rule.says,
        text: Some(&rule.text),
        entity: Some(entity),
        kept: Vec::new(),
        tests: Vec::new(),
    }
}

/// `user.email_format` is about the entity `user`.
fn entity_of<'a>(subject: &Subject<'a>, enforcement: &Enforcement) -> Option<&'a str> {
    [&enforcement.rule, &enforcement.source.part]
        .into_iter()
        .find_map(|text| {
            let first = text.split('.').next()?;
            subject.brief.entity(first).map(|e| e.name.as_str())
        })
}
