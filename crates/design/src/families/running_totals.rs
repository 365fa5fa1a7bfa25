//! Sums kept current as rows are written, correct under concurrent writers.

mod cases;
mod refresh;
mod upkeep;

use std::collections::BTreeSet;

use pgwright_brief::model::{Attribute, Entity, Rule, RuleForm, RunningTotal};
use pgwright_catalog::{
    Constraint, ConstraintKind, Expression, Key, Name, ObjectId, QualifiedName,
};

use super::Family;
use crate::decision::{Alternative, Decision, Enforcement, Monitor, Question, Source, Weight};
use crate::draft::{Columns, Draft};
use crate::fixtures::{Fixtures, Row};
use crate::names;
use crate::testing::{ConcurrentTest, RuleTest};
use crate::trigger_rules::{self, number_column};
use crate::words;

const FAMILY: &str = "running_totals";

/// From this rate on, a total that each row updates would hold its writers up.
const BUSY_PER_SECOND: f64 = 1_000.0;

/// How far such a total may lag when the brief does not say.
const DEFAULT_LAG_MINUTES: u64 = 15;

/// Sums kept current.
#[derive(Debug)]
pub struct RunningTotals;

impl Family for RunningTotals {
    fn name(&self) -> &'static str {
        FAMILY
    }

    fn build(&self, draft: &mut Draft<'_>) {
        for total in totals(draft) {
            build(draft, &total);
        }
    }

    fn tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<RuleTest> {
        cases::tests(draft, fixtures)
    }

    fn concurrent_tests(&self, draft: &Draft<'_>, fixtures: &Fixtures<'_>) -> Vec<ConcurrentTest> {
        cases::concurrent_tests(draft, fixtures)
    }
}

/// A running total with its columns on both sides.
#[derive(Debug)]
struct Total<'e> {
    entity: &'e Entity,
    attribute: &'e Attribute,
    running: &'e RunningTotal,
    source: &'e Entity,
    column: Name,
    amount: Name,
    /// Columns that say which rows belong together: here, and in the source.
    per: Vec<(Name, Name)>,
}

impl Total<'_> {
    fn rule(&self) -> String {
        format!("{}.{}_total", self.entity.name, self.attribute.name)
    }

    fn here(&self) -> Vec<Name> {
        self.per.iter().map(|(here, _)| here.clone()).collect()
    }

    fn there(&self) -> Vec<Name> {
        self.per.iter().map(|(_, there)| there.clone()).collect()
    }

    /// Written by triggers at once, as opposed to refreshed from time to time.
    fn is_live(&self) -> bool {
        self.running.stale_minutes.is_none() && !self.is_too_busy()
    }

    /// Rows come faster than writers could queue for their totals, and nothing depends on the
    /// totals being right at every moment.
    fn is_too_busy(&self) -> bool {
        let peak = self.source.volume.as_ref().and_then(|v| v.peak_per_second);
        let bounded = self.attribute.minimum.is_some()
            || self.attribute.maximum.is_some()
            || self.entity.rules.iter().any(|rule| {
                matches!(&rule.form, RuleForm::NeverBelow { attribute, .. }
                    if attribute == &self.attribute.name)
            });
        !bounded && peak.is_some_and(|p| p >= BUSY_PER_SECOND)
    }

    /// Minutes that a refreshed total may lag behind.
    fn lag(&self) -> u64 {
        self.running.stale_minutes.unwrap_or(DEFAULT_LAG_MINUTES)
    }
}

/// Every running total of a design.
fn totals<'e>(draft: &Draft<'e>) -> Vec<Total<'e>> {
    let brief = draft.brief;
    draft
        .created_entities()
        .flat_map(|entity| {
            Draft::stored_attributes(entity)
                .into_iter()
                .filter_map(move |(attribute, _)| {
                    Some((entity, attribute, attribute.running_total.as_ref()?))
                })
        })
        .filter_map(|(entity, attribute, running)| {
            Some(Total {
                entity,
                attribute,
                running,
                source: brief.entity(&running.entity)?,
                column: number_column(draft, &entity.name, &attribute.name)?,
                amount: number_column(draft, &running.entity, &running.attribute)?,
                per: shared(draft, &entity.name, running)?,
            })
        })
        .collect()
}

/// The rows of totals that a row of a source is added to, where the trigger cannot make them by
/// itself because they need values that it cannot know.
pub(crate) fn total_row(draft: &Draft<'_>, fixtures: &Fixtures<'_>, row: &Row) -> Vec<Row> {
    totals(draft)
        .iter()
        .filter(|total| total.source.name == row.entity && total.is_live())
        .filter(|total| !upkeep::missing_columns(draft, total).is_empty())
        .map(|total| {
            let mut base = fixtures.row(&total.entity.name, row.number);
            for (here, there) in &total.per {
                if let Some(value) = fixtures.value(row, there.as_str()) {
                    base.values.insert(here.to_string(), value);
                }
            }
            for attribute in &total.running.per {
                if let Some(Columns::Reference { .. }) = draft.columns(&row.entity, attribute) {
                    let target = fixtures.referenced(row, attribute);
                    base = fixtures.with_reference(base, attribute, &target);
                }
            }
            base
        })
        .collect()
}

/// Tables that a refresh of totals reads and writes, over all tenants.
pub(crate) fn refreshed_tables(draft: &Draft<'_>) -> BTreeSet<QualifiedName> {
    totals(draft)
        .iter()
        .filter(|total| !total.is_live())
        .flat_map(|total| [&total.entity.name, &total.source.name])
        .map(|entity| draft.plan(entity).table.clone())
        .collect()
}

/// Columns that say what the totals of an entity are of, where they are its key: such rows are made
/// and kept by triggers, and their key never moves.
pub(crate) fn key_of_totals(draft: &Draft<'_>, entity: &str) -> Option<BTreeSet<Name>> {
    totals(draft)
        .iter()
        .filter(|total| total.entity.name == entity)
        .map(|total| total.here().into_iter().collect::<BTreeSet<Name>>())
        .find(|here| {
            let key = &draft.plan(entity).key;
            key.iter().all(|(column, _)| here.contains(column))
        })
}

/// The pairs of columns that must agree, the tenant's first.
fn shared(draft: &Draft<'_>, entity: &str, running: &RunningTotal) -> Option<Vec<(Name, Name)>> {
    let mut pairs: Vec<(Name, Name)> = Vec::new();
    let tenants = (
        draft.plan(entity).tenant_column.clone(),
        draft.plan(&running.entity).tenant_column.clone(),
    );
    if let (Some(here), Some(there)) = tenants {
        pairs.push((here, there));
    }
    for attribute in &running.per {
        let here = draft.columns(entity, attribute)?;
        let there = draft.columns(&running.entity, attribute)?;
        let columns = |columns: &Columns| match columns {
            Columns::Reference { columns, .. } => columns.clone(),
            other => other.all(),
        };
        for pair in columns(here).into_iter().zip(columns(there)) {
            // The tenant's column is shared by every reference.
            if pairs.iter().all(|(here, _)| *here != pair.0) {
                pairs.push(pair);
            }
        }
    }
    (!pairs.is_empty()).then_some(pairs)
}

fn build(draft: &mut Draft<'_>, total: &Total<'_>) {
    start_at_zero(draft, total);
    let unique = ensure_unique(draft, total);
    let by = if total.is_live() {
        let mut by = upkeep::build(draft, total);
        by.extend(unique);
        by
    } else {
        let mut by = vec![refresh::build(draft, total)];
        by.extend(upkeep::add_guard(draft, total));
        by.extend(unique);
        by
    };
    let place = format!("{}.{}", total.entity.name, total.attribute.name);
    let source = Source::at(place, total.attribute.span);
    let what = format!(
        "The {} of {} is the sum of {} over its {}",
        total.attribute.name.replace('_', " "),
        words::a(&total.entity.name),
        total.running.attribute.replace('_', " "),
        names::plural(&total.source.name).replace('_', " ")
    );
    draft.enforce(Enforcement {
        rule: total.rule(),
        says: total
            .attribute
            .says
            .clone()
            .unwrap_or_else(|| format!("{what}.")),
        by: by.clone(),
        how: how(total),
        family: FAMILY,
        source: source.clone(),
    });
    enforce_bounds(draft, total, &by);
    monitor(draft, total, &what);
    if total.is_live() {
        decide_live(draft, total, by, source);
    } else {
        if total.running.stale_minutes.is_none() {
            ask_for_lag(draft, total, source.clone());
        }
        decide_refreshed(draft, total, by, source);
    }
}

fn how(total: &Total<'_>) -> String {
    match total.is_live() {
        true => format!(
            "A trigger on {} adds what a statement wrote to the total's row, in the same \
             transaction. The UPDATE locks that row, so writers of the same total queue and each \
             starts from what the one before committed; nobody else may write the column.",
            total.source.name.replace('_', " ")
        ),
        false => format!(
            "A function adds up the rows again and corrects the totals that changed; run it at \
             least every {} minutes.",
            total.lag()
        ),
    }
}

/// Least values that a total must keep: rule, words, constraint and source.
fn bounds(draft: &Draft<'_>, total: &Total<'_>) -> Vec<(String, String, Name, Source)> {
    let table = &draft.plan(&total.entity.name).table;
    let is_about = |rule: &&Rule| {
        matches!(&rule.form, RuleForm::NeverBelow { attribute, .. }
            if attribute == &total.attribute.name)
    };
    let written = total.entity.rules.iter().filter(is_about).map(|rule| {
        (
            rule.name.clone(),
            rule.says.clone(),
            names::derived(table, &[names::rule_part(table, &rule.name)], "check"),
            Source::at(
                format!("{}.rules.{}", total.entity.name, rule.name),
                rule.span,
            ),
        )
    });
    let range = total.attribute.minimum.as_ref().map(|minimum| {
        (
            super::value_rules::range_rule(&total.entity.name, &total.attribute.name),
            format!(
                "The {} of {} is never below {}.",
                total.attribute.name.replace('_', " "),
                words::a(&total.entity.name),
                minimum.value
            ),
            names::derived(table, &[total.column.as_str()], "check"),
            Source::at(
                format!("{}.{}", total.entity.name, total.attribute.name),
                total.attribute.span,
            ),
        )
    });
    written.chain(range).collect()
}

/// A bound of the total holds because the total is a stored column with a CHECK.
fn enforce_bounds(draft: &mut Draft<'_>, total: &Total<'_>, by: &[ObjectId]) {
    let table = draft.plan(&total.entity.name).table.clone();
    for (rule, says, constraint, source) in bounds(draft, total) {
        let check = ObjectId::Constraint(table.clone(), constraint);
        draft.enforce(Enforcement {
            rule,
            says,
            by: [check].into_iter().chain(by.iter().cloned()).collect(),
            how: format!(
                "CHECK on the total, which a trigger on {} keeps: what would take it below fails \
                 with check_violation and writes nothing. Of two sessions that take the last at \
                 once, the second waits for the first and then fails.",
                total.source.name.replace('_', " ")
            ),
            family: FAMILY,
            source,
        });
    }
}

/// The column starts at zero and always has a value.
fn start_at_zero(draft: &mut Draft<'_>, total: &Total<'_>) {
    let table = draft.table_mut(&total.entity.name);
    if let Some(column) = table.column_mut(total.column.as_str()) {
        column.not_null = true;
        column.default.get_or_insert_with(|| Expression::new("0"));
    }
}

/// One row for each total: a key over the columns that say which rows belong together.
fn ensure_unique(draft: &mut Draft<'_>, total: &Total<'_>) -> Option<ObjectId> {
    let table_name = draft.plan(&total.entity.name).table.clone();
    let here = total.here();
    let nullable = has_nullable(draft, total);
    let table = draft.table_mut(&total.entity.name);
    let covers =
        |key: &Key| key.columns.len() == here.len() && key.columns.iter().all(|c| here.contains(c));
    let existing = table.keys().find(|(_, key)| covers(key));
    if let Some((name, _)) = existing {
        let name = name.clone();
        // Two totals for the same missing value would both be wrong.
        if nullable
            && let Some(constraint) = table.constraints.get_mut(&name)
            && let ConstraintKind::Unique(key) = &mut constraint.kind
        {
            key.nulls_not_distinct = true;
        }
        return Some(ObjectId::Constraint(table_name, name));
    }
    let mut key = Key::new(here.iter().cloned());
    key.nulls_not_distinct = nullable;
    let middle: Vec<&str> = here.iter().map(Name::as_str).collect();
    let name = names::derived(&table_name, &middle, "key");
    table.constraints.insert(
        name.clone(),
        Constraint::new(ConstraintKind::Unique(key))
            .comment("One total for each combination; the trigger that keeps it finds it by this."),
    );
    Some(ObjectId::Constraint(table_name, name))
}

/// Whether a column of the combination may be NULL, on a server that can treat NULLs as equal.
fn has_nullable(draft: &Draft<'_>, total: &Total<'_>) -> bool {
    draft.brief.minimum_version >= 15
        && total.here().iter().any(|column| {
            draft
                .table(&total.entity.name)
                .column(column.as_str())
                .is_some_and(|c| !c.not_null)
        })
}

fn monitor(draft: &mut Draft<'_>, total: &Total<'_>, what: &str) {
    let plan = draft.plan(&total.entity.name);
    let kept_for_ever = draft.plan(&total.source.name).partition.as_ref();
    // Totals outlive rows that are dropped after a while: they cannot be compared any more.
    if kept_for_ever.is_some_and(|p| p.keep_months.is_some()) {
        return;
    }
    let source = draft.plan(&total.source.name).table.quoted();
    let live = upkeep::live_condition(draft, total, "s");
    let condition = live.map_or_else(String::new, |c| format!("\n         WHERE {c}"));
    let same: Vec<String> = total
        .per
        .iter()
        .map(|(here, there)| {
            format!(
                "t.{} IS NOT DISTINCT FROM s.{}",
                here.quoted(),
                there.quoted()
            )
        })
        .collect();
    let there = trigger_rules::list("s", &total.there());
    let sql = format!(
        "SELECT {here},\n       t.{column} AS kept,\n       coalesce(s.added_up, 0) AS added_up\n  \
         FROM {table} AS t\n  \
         LEFT JOIN (\n        SELECT {there}, sum(s.{amount}) AS added_up\n          \
         FROM {source} AS s{condition}\n         GROUP BY {there}\n       ) AS s\n    ON {same}\n \
         WHERE t.{column} <> coalesce(s.added_up, 0)",
        here = trigger_rules::list("t", &total.here()),
        column = total.column.quoted(),
        table = plan.table.quoted(),
        amount = total.amount.quoted(),
        same = same.join("\n   AND "),
    );
    let name = names::derived(&plan.table, &[total.column.as_str()], "differs");
    draft.monitors.push(Monitor {
        name: name.to_string(),
        watches: format!(
            "{what}; this compares the totals with the rows themselves. It reads every row, so run \
             it when little else happens."
        ),
        sql,
        threshold: "Any row is a defect: find out what wrote around the trigger (a load into a \
                    single partition, triggers switched off), then correct the total."
            .to_owned(),
    });
}

fn decide_live(draft: &mut Draft<'_>, total: &Total<'_>, subjects: Vec<ObjectId>, source: Source) {
    let of = total.source.name.replace('_', " ");
    let reads = draft
        .brief
        .access_patterns
        .iter()
        .filter(|p| mentions(&p.form, &total.entity.name))
        .filter_map(|p| p.per_second)
        .fold(0.0, f64::max);
    let writes = crate::companion::rows_per_month(total.source);
    let mut numbers = String::new();
    if let Some(writes) = writes {
        numbers.push_str(&format!(
            " {} new rows a month are added up once, as they are written",
            words::count(writes)
        ));
        numbers.push_str(&if reads > 0.0 {
            format!("; the total is read up to {reads} times a second, from one row.")
        } else {
            ".".to_owned()
        });
    }
    draft.decide(Decision {
        family: FAMILY,
        title: format!(
            "{} of {} is kept, not added up",
            words::capital(&total.attribute.name.replace('_', " ")),
            words::a(&total.entity.name)
        ),
        subjects,
        choice: format!(
            "A stored total per {}, written by a trigger on {of} in the same transaction.",
            total.running.per.join(", ").replace('_', " ")
        ),
        rationale: format!(
            "Only a stored total can carry a CHECK, and only one row that every writer must lock \
             makes two of them see each other.{numbers} The trigger runs once per statement, adds \
             up what it wrote and goes through the totals in key order: a transfer written as one \
             INSERT of two rows cannot deadlock with another one the other way round. Transfers \
             written as two statements should go in the same order everywhere. Rows must be \
             written through the table itself, never into one of its partitions. A busy total is a \
             queue: each writer holds it until its transaction ends, so keep those short."
        ),
        alternatives: vec![
            Alternative::new(
                "Add up the rows when they are read",
                "Always right and nothing to keep, but each read costs all the rows there ever \
                 were, and no constraint can hold the sum above a bound.",
            ),
            Alternative::new(
                "A materialized view",
                "Cheap to read, but as old as its last refresh, and it cannot refuse anything.",
            ),
            Alternative::new(
                "Add up under SERIALIZABLE",
                "Correct without a stored total; every writer must use it and be ready to retry, \
                 and each write adds up the past.",
            ),
            Alternative::new(
                "INSERT … ON CONFLICT DO UPDATE in one statement",
                "Shorter, but a CHECK is tested on the row proposed for insertion before the \
                 conflict is seen: taking 5 from 100 would be refused as -5.",
            ),
        ],
        source,
        weight: Weight::Major,
    });
}

fn ask_for_lag(draft: &mut Draft<'_>, total: &Total<'_>, source: Source) {
    let words = words::spoken(&total.attribute.name);
    let of = words::spoken(&names::plural(&total.source.name));
    draft.ask(Question {
        id: total.rule(),
        ask: format!(
            "May the {words} of {} lag behind its {of} by {DEFAULT_LAG_MINUTES} minutes?",
            words::a(&total.entity.name)
        ),
        default: "Yes: it is brought up to date every so often.".to_owned(),
        matters: format!(
            "So many {of} a second, each correcting the same few totals, would wait for one another."
        ),
        otherwise: "A trigger corrects the total with every statement; write many rows with each."
            .to_owned(),
        source,
    });
}

fn mentions(form: &pgwright_brief::model::AccessForm, wanted: &str) -> bool {
    use pgwright_brief::model::AccessForm;
    match form {
        AccessForm::FindBy { entity, .. }
        | AccessForm::FindByPart { entity, .. }
        | AccessForm::FindByWords { entity, .. }
        | AccessForm::List { entity, .. } => entity == wanted,
        AccessForm::Sql(_) => false,
    }
}

fn decide_refreshed(
    draft: &mut Draft<'_>,
    total: &Total<'_>,
    subjects: Vec<ObjectId>,
    source: Source,
) {
    let minutes = total.lag();
    let of = total.source.name.replace('_', " ");
    let allowed = if total.running.stale_minutes.is_some() {
        "The brief lets the totals lag behind."
    } else {
        "Nothing in the brief depends on the totals at every moment."
    };
    let rate = total
        .source
        .volume
        .as_ref()
        .and_then(|v| v.peak_per_second)
        .map_or_else(String::new, |peak| {
            format!(
                " At {} rows a second a trigger would make writers queue for the same few totals.",
                words::count(peak)
            )
        });
    draft.decide(Decision {
        family: FAMILY,
        title: format!(
            "{} of {} is added up from time to time",
            words::capital(&total.attribute.name.replace('_', " ")),
            words::a(&total.entity.name)
        ),
        subjects,
        choice: format!(
            "A table of totals that a function brings up to date; it may lag {minutes} minutes."
        ),
        rationale: format!(
            "{allowed}{rate} The function adds up the recent rows again \
             and writes the totals that differ, so running it twice, or again after a failure, does \
             no harm, and rows that arrive late are counted as long as their day is still within \
             its reach. The totals stay when the rows of {of} have been dropped."
        ),
        alternatives: vec![
            Alternative::new(
                "A trigger that adds each row at once",
                "Never behind, at the price of one contended row per total and a second write for \
                 each row.",
            ),
            Alternative::new(
                "A materialized view",
                "Adds up everything at each refresh, and loses what has been dropped.",
            ),
        ],
        source,
        weight: Weight::Notable,
    });
}
