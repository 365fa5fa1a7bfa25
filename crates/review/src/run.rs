//! One review: every rule, and what is left of what they say.

use std::collections::BTreeMap;

use pgwright_catalog::{Catalog, ObjectId};
use pgwright_ddl::read::Place as Source;

use crate::baseline::Baseline;
use crate::context::Context;
use crate::finding::{Occurrence, Place, Review, group, rank};
use crate::migration::Migration;
use crate::rule::{Check, Report};
use crate::rules::rules;
use crate::settings::{Filters, Settings};
use crate::suppress::Suppression;

/// What is reviewed.
#[derive(Debug)]
pub struct Input<'a> {
    /// The schema.
    pub catalog: &'a Catalog,
    /// Where its objects stand in the source.
    pub places: &'a BTreeMap<ObjectId, Source>,
    /// What was found in the statements of migrations.
    pub migration: Option<&'a Migration>,
    /// The major version that it is for.
    pub version: u32,
    /// What the user has set.
    pub settings: &'a Settings,
    /// Comments of the source that accept findings.
    pub suppressions: &'a [Suppression],
    /// What was accepted before.
    pub baseline: Option<&'a Baseline>,
}

/// Runs every rule that is on.
pub fn review(input: &Input<'_>) -> Review {
    let context = Context::new(input.catalog, input.version, input.settings);
    let filters = Filters::new(input.settings);
    let mut review = Review::default();
    for rule in rules() {
        if !input.settings.runs(rule) || rule.since > input.version {
            continue;
        }
        let mut occurrences: Vec<(Occurrence, Option<Source>)> = match rule.check {
            Check::Catalog(check) => {
                let mut report = Report::default();
                check(&context, &mut report);
                let found = report.occurrences.into_iter();
                found
                    .map(|occurrence| {
                        let place = place_of(&occurrence.object, input.places);
                        (occurrence, place.cloned())
                    })
                    .collect()
            }
            Check::Statement(_) => {
                let migration = input.migration.into_iter();
                migration.flat_map(|m| m.found(rule.id)).collect()
            }
        };
        occurrences.retain(|(occurrence, place)| {
            // On top of a schema only what the migration makes is looked at.
            let below = input
                .migration
                .is_some_and(|m| m.on_top && !m.made(place.as_ref()));
            if below || filters.silence(rule, &occurrence.object) {
                return false;
            }
            let ignored = place
                .as_ref()
                .is_some_and(|place| input.suppressions.iter().any(|s| s.accepts(rule, place)));
            let known = input.baseline.is_some_and(|b| b.accepts(rule, occurrence));
            review.ignored += usize::from(ignored);
            review.in_baseline += usize::from(known && !ignored);
            !ignored && !known
        });
        let severity = input.settings.severity_of(rule);
        let occurrences = occurrences
            .into_iter()
            .map(|(mut occurrence, place)| {
                occurrence.place = place.map(|place| Place {
                    file: place.file,
                    line: place.line,
                    column: place.column,
                });
                if severity.is_some() {
                    occurrence.severity = severity;
                }
                occurrence
            })
            .collect();
        review.findings.extend(group(rule, occurrences));
    }
    rank(&mut review.findings);
    review
}

/// Where an object stands, or what it is part of.
fn place_of<'a>(object: &ObjectId, places: &'a BTreeMap<ObjectId, Source>) -> Option<&'a Source> {
    places.get(object).or_else(|| match object {
        ObjectId::Column(on, _)
        | ObjectId::Constraint(on, _)
        | ObjectId::Index(on, _)
        | ObjectId::Trigger(on, _)
        | ObjectId::Policy(on, _)
        | ObjectId::Rule(on, _) => {
            let table = ObjectId::Table(on.clone());
            let view = ObjectId::View(on.clone());
            let other = ObjectId::MaterializedView(on.clone());
            [table, view, other].iter().find_map(|id| places.get(id))
        }
        _ => None,
    })
}
