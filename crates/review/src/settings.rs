//! What a user has set about rules; the part `[review]` of `pgwright.toml`.

use std::collections::BTreeMap;

use pgwright_catalog::{ObjectId, Pattern, QualifiedName};
use serde::Deserialize;

use crate::finding::Severity;
use crate::rule::Rule;

/// What a user has set.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Rules to run besides those that run anyway, by id or group prefix (`NAM`).
    pub enable: Vec<String>,
    /// Rules not to run, by id or group prefix.
    pub disable: Vec<String>,
    /// Patterns of tables (and views, routines, …) that are not looked at, as `legacy.*`.
    pub exclude: Vec<String>,
    /// Severities by rule: `IDX-BOOLEAN = "warning"`.
    pub severity: BTreeMap<String, String>,
    /// Settings for objects that match a pattern.
    #[serde(rename = "override")]
    pub overrides: Vec<Override>,
    /// Columns that every table must have.
    pub mandatory_columns: Vec<String>,
    /// Types that no column may have, such as `money` or `json`.
    pub forbidden_types: Vec<String>,
    /// The most indexes that a table may have before it is mentioned.
    pub most_indexes: Option<usize>,
    /// The most columns that a table may have before it is mentioned.
    pub most_columns: Option<usize>,
}

/// Settings for objects that match a pattern.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Override {
    /// Pattern of tables, as `pg_dump` reads it: `archive.*`, `*_log`.
    pub objects: String,
    /// Rules that say nothing of them, by id or group prefix.
    #[serde(default)]
    pub disable: Vec<String>,
}

impl Settings {
    /// What is wrong with them: ids that no rule has, words that are no severity, patterns.
    pub fn problems(&self, rules: &[&Rule]) -> Vec<String> {
        let mut problems = Vec::new();
        let known = |id: &str| rules.iter().any(|rule| names(id, rule));
        let lists = self.enable.iter().chain(&self.disable);
        let ids = lists
            .chain(self.severity.keys())
            .chain(self.overrides.iter().flat_map(|o| &o.disable));
        for id in ids.filter(|id| !known(id)) {
            problems.push(format!("there is no rule `{id}`"));
        }
        for (id, word) in &self.severity {
            if Severity::parse(word).is_none() {
                problems.push(format!(
                    "severity of {id}: `{word}` is not error, warning or info"
                ));
            }
        }
        let patterns = self.exclude.iter();
        for pattern in patterns.chain(self.overrides.iter().map(|o| &o.objects)) {
            if let Err(error) = pattern.parse::<Pattern>() {
                problems.push(format!("pattern `{pattern}`: {error}"));
            }
        }
        problems
    }

    /// Whether a rule runs.
    pub(crate) fn runs(&self, rule: &Rule) -> bool {
        let said = |ids: &[String]| ids.iter().any(|id| names(id, rule));
        !said(&self.disable) && (rule.on || said(&self.enable))
    }

    /// The severity that is set for a rule.
    pub(crate) fn severity_of(&self, rule: &Rule) -> Option<Severity> {
        let exact = self.severity.get(rule.id);
        let group = || self.severity.get(rule.group().prefix());
        exact.or_else(group).and_then(|word| Severity::parse(word))
    }
}

/// Whether an id or group prefix means a rule.
pub(crate) fn names(id: &str, rule: &Rule) -> bool {
    id.eq_ignore_ascii_case(rule.id) || id.eq_ignore_ascii_case(rule.group().prefix())
}

/// The settings' patterns, ready to be asked.
#[derive(Debug)]
pub(crate) struct Filters<'a> {
    exclude: Vec<Pattern>,
    overrides: Vec<(Pattern, &'a [String])>,
}

impl<'a> Filters<'a> {
    pub(crate) fn new(settings: &'a Settings) -> Self {
        let patterns = settings.exclude.iter();
        let overrides = settings.overrides.iter();
        Self {
            exclude: patterns.filter_map(|p| p.parse().ok()).collect(),
            overrides: overrides
                .filter_map(|o| Some((o.objects.parse().ok()?, o.disable.as_slice())))
                .collect(),
        }
    }

    /// Whether nothing is to be said of an object by a rule.
    pub(crate) fn silence(&self, rule: &Rule, object: &ObjectId) -> bool {
        let Some(name) = relation(object) else {
            return false;
        };
        self.exclude.iter().any(|pattern| pattern.matches(&name))
            || self.overrides.iter().any(|(pattern, ids)| {
                pattern.matches(&name) && ids.iter().any(|id| names(id, rule))
            })
    }
}

/// The relation, routine or type that patterns are about.
fn relation(object: &ObjectId) -> Option<QualifiedName> {
    Some(match object {
        ObjectId::Table(name)
        | ObjectId::View(name)
        | ObjectId::MaterializedView(name)
        | ObjectId::Sequence(name)
        | ObjectId::Type(name)
        | ObjectId::Column(name, _)
        | ObjectId::Constraint(name, _)
        | ObjectId::Index(name, _)
        | ObjectId::Trigger(name, _)
        | ObjectId::Policy(name, _)
        | ObjectId::Rule(name, _) => name.clone(),
        ObjectId::Routine(signature) => signature.name.clone(),
        _ => return None,
    })
}
