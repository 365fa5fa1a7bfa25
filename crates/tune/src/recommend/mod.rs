//! Recommendations: what came out of the search, each with its evidence, in a form that is kept.

mod risk;
pub mod text;
mod to_be;
pub(crate) mod words;

use std::collections::BTreeMap;

use pgwright_catalog::Catalog;
use pgwright_planner::{Drawing, Plan, Statistics, draw};
use serde::Serialize;

use crate::advise::{Advice, Item, Options, Priced};
use crate::candidate::{Kind, described};
use crate::family::Proposal;
use crate::size::Measure;
use crate::workload::Workload;

pub use to_be::to_be;

/// Version of the document's form; raised when a field changes its meaning.
pub const FORMAT: u32 = 1;

/// What `pgwright tune --format json` prints, and `tune.json` holds. Costs are in the planner's unit, a page read in
/// sequence; what has to do with time is of a day.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct TuneDocument {
    /// Version of this form.
    pub format: u32,
    /// Major version of the server whose planner was asked.
    pub server: u32,
    /// Bytes that new indexes might take.
    pub budget_bytes: u64,
    /// Whether the budget counted sizes as hypopg does.
    pub counted_as_hypopg: bool,
    /// How often the planner was asked.
    pub explains: usize,
    /// Indexes that were tried.
    pub candidates: usize,
    /// The workload in a day, upkeep included.
    pub total: Change,
    /// What indexes cost when rows are written, of that.
    pub upkeep: Change,
    /// What is recommended, the most gaining first.
    pub recommendations: Vec<Recommendation>,
    /// The statements, in the order of the workload.
    pub statements: Vec<StatementCost>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// A number before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Change {
    /// As things are.
    pub before: f64,
    /// With everything that is recommended.
    pub after: f64,
}

/// What is to be done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// An index more.
    CreateIndex,
    /// An index less.
    DropIndex,
    /// A table divided into partitions.
    Partition,
    /// Statistics on combinations of columns.
    CreateStatistics,
    /// A constraint more.
    AddConstraint,
    /// A column of another type.
    ChangeType,
    /// A materialized view that the application would have to ask: no part of the migration.
    ConsiderView,
    /// Something else that people have to decide: no part of the migration.
    Consider,
}

/// One recommendation.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Recommendation {
    /// What is to be done.
    pub action: Action,
    /// The table, as SQL names it.
    pub table: String,
    /// The object's name.
    pub name: String,
    /// What it is, as a person reads it: `orders (customer_id, placed_at DESC)`.
    pub definition: String,
    /// Kind of an index.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
    /// Bytes that it takes, or gives back.
    pub bytes: u64,
    /// Bytes as the budget counts them.
    pub counted_bytes: u64,
    /// What it adds to the writes of a day; negative where it takes away.
    pub upkeep: f64,
    /// Seconds that building takes, about, on an idle machine with the table in memory or on a fast disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub build_seconds: Option<f64>,
    /// Why, in words.
    pub rationale: String,
    /// What may go otherwise than the planner thinks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk: Option<String>,
    /// The statements that it helps or hurts, the most gaining first. What several recommendations do together
    /// is told at each.
    pub statements: Vec<Effect>,
    /// What the migration does for it.
    pub ddl: Vec<String>,
}

/// What a statement's execution costs before and after.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Effect {
    /// The statement's name.
    pub statement: String,
    /// How often it runs in a day.
    pub calls: f64,
    /// Of an execution.
    pub cost: Change,
}

/// A statement with its plans.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StatementCost {
    /// Its name.
    pub name: String,
    /// Where it comes from.
    pub origin: String,
    /// Its text.
    pub sql: String,
    /// How often it runs in a day.
    pub calls: f64,
    /// Of an execution, on average over its forms; none when it could not be planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Change>,
    /// Its forms, where there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub forms: Vec<FormCost>,
    /// The plan of its first form as things are, drawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_before: Option<String>,
    /// The plan with everything that is recommended, where it is another.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan_after: Option<String>,
    /// Why it could not be planned.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// A form of a statement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FormCost {
    /// What its values stand for.
    pub label: String,
    /// Its share of the calls.
    pub share: f64,
    /// Of an execution.
    pub cost: Change,
}

/// The document of what was found. The migration's statements are filled in where it is planned.
pub fn document(
    advice: &Advice,
    catalog: &Catalog,
    statistics: &Statistics,
    workload: &Workload,
    options: &Options,
    server: u32,
) -> TuneDocument {
    let mut recommendations: Vec<(f64, Recommendation)> = Vec::new();
    for (number, item) in advice.items.iter().enumerate() {
        if item.kind.is_some() && advice.chosen.contains(number) {
            recommendations.push(created(number, item, advice, catalog, statistics, workload));
        } else if let Some(why) = advice.dropped.get(&number) {
            recommendations.push(dropped(number, item, why, advice, workload));
        }
    }
    recommendations.sort_by(|(a, left), (b, right)| {
        b.total_cmp(a)
            .then_with(|| left.definition.cmp(&right.definition))
    });
    let mut notes = workload.notes.clone();
    for (number, reading) in advice.readings.iter().enumerate() {
        if let (Some(problem), Some(statement)) =
            (&reading.problem, workload.statements.get(number))
        {
            let name = &statement.name;
            notes.push(format!(
                "{name}: no indexes were thought of for it, because it is not understood: {problem}"
            ));
        }
    }
    for (what, why) in &advice.refused {
        let why = why.lines().next().unwrap_or_default();
        notes.push(format!("not tried: {what}: {why}"));
    }
    TuneDocument {
        format: FORMAT,
        server,
        budget_bytes: options.budget,
        counted_as_hypopg: options.measure == Measure::Hypopg,
        explains: advice.asked,
        candidates: advice.items.iter().filter(|i| i.kind.is_some()).count(),
        total: Change {
            before: advice.cost.0,
            after: advice.cost.1,
        },
        upkeep: Change {
            before: advice.upkeep.0,
            after: advice.upkeep.1,
        },
        recommendations: recommendations.into_iter().map(|(_, r)| r).collect(),
        statements: statements(advice, workload),
        notes,
    }
}

impl TuneDocument {
    /// Adds what families propose.
    pub fn add(&mut self, proposals: &[Proposal]) {
        let new = proposals.iter().map(|p| p.recommendation.clone());
        self.recommendations.extend(new);
    }

    /// Takes costs in that were asked for on a twin of everything that is recommended, by the number of a
    /// statement. What tables that are divided do to a statement is told at their recommendation.
    pub fn reprice(&mut self, costs: &BTreeMap<usize, f64>) {
        for (number, after) in costs {
            let Some(statement) = self.statements.get_mut(*number) else {
                continue;
            };
            let Some(cost) = &mut statement.cost else {
                continue;
            };
            let before = cost.after;
            cost.after = *after;
            self.total.after += statement.calls * (after - before);
            let all = self.recommendations.iter_mut();
            let partitions = all.filter(|r| r.action == Action::Partition);
            for effect in partitions.flat_map(|r| &mut r.statements) {
                if effect.statement == statement.name {
                    effect.cost = Change {
                        before,
                        after: *after,
                    };
                }
            }
        }
        // What stays as it was is no effect.
        let other = |c: &Change| (c.after - c.before).abs() > c.before * 0.005 + 0.05;
        for recommendation in &mut self.recommendations {
            if recommendation.action == Action::Partition {
                recommendation.statements.retain(|e| other(&e.cost));
            }
        }
    }
}

fn uses(plan: &Plan, item: &Item) -> bool {
    plan.root.indexes().contains(item.name.as_str())
}

/// The statements whose plans use an index, before or after, or that get dearer by it.
fn effects(number: usize, advice: &Advice, workload: &Workload) -> (f64, Vec<Effect>) {
    let item = &advice.items[number];
    let mut of: BTreeMap<usize, (f64, Change)> = BTreeMap::new();
    for priced in &advice.priced {
        let touched = match item.kind {
            Some(_) => uses(&priced.after, item),
            None => uses(&priced.before, item),
        };
        let entry = of.entry(priced.statement).or_default();
        if touched {
            entry.0 += priced.weight;
        }
        let calls = workload.statements[priced.statement]
            .calls
            .max(f64::MIN_POSITIVE);
        entry.1.before += priced.cost.0 * priced.weight / calls;
        entry.1.after += priced.cost.1 * priced.weight / calls;
    }
    let mut gain = 0.0;
    let mut found: Vec<Effect> = Vec::new();
    for (statement, (weight, cost)) in of {
        if weight == 0.0 {
            continue;
        }
        let statement = &workload.statements[statement];
        gain += statement.calls * (cost.before - cost.after);
        found.push(Effect {
            statement: statement.name.clone(),
            calls: statement.calls,
            cost,
        });
    }
    let of_day = |e: &Effect| e.calls * (e.cost.before - e.cost.after);
    found.sort_by(|a, b| {
        of_day(b)
            .total_cmp(&of_day(a))
            .then_with(|| a.statement.cmp(&b.statement))
    });
    (gain, found)
}

fn created(
    number: usize,
    item: &Item,
    advice: &Advice,
    catalog: &Catalog,
    statistics: &Statistics,
    workload: &Workload,
) -> (f64, Recommendation) {
    let (gain, statements) = effects(number, advice, workload);
    let upkeep = advice.upkeep_of[number];
    let table = statistics.tables.get(&item.table);
    let bytes = table.map_or(0, |t| t.file_pages.unwrap_or(t.pages) * 8192);
    let recommendation = Recommendation {
        action: Action::CreateIndex,
        table: item.table.quoted(),
        name: item.name.to_string(),
        definition: described(&item.table, &item.index),
        kind: item.kind,
        bytes: item.bytes,
        counted_bytes: item.counted,
        upkeep,
        build_seconds: Some(build_seconds(item, bytes)),
        rationale: words::of_index(item, advice, catalog, statistics),
        risk: risk::of_index(item, advice, statistics, workload),
        statements,
        ddl: Vec::new(),
    };
    (gain - upkeep, recommendation)
}

fn dropped(
    number: usize,
    item: &Item,
    why: &str,
    advice: &Advice,
    workload: &Workload,
) -> (f64, Recommendation) {
    let (_, statements) = effects(number, advice, workload);
    let upkeep = -advice.upkeep_of[number];
    let mut rationale = format!("{}.", words::sentence(why));
    if upkeep < 0.0 {
        rationale.push_str(" Every write to the table keeps it up to date for nothing.");
    }
    let recommendation = Recommendation {
        action: Action::DropIndex,
        table: item.table.quoted(),
        name: item.name.to_string(),
        definition: described(&item.table, &item.index),
        kind: None,
        bytes: item.bytes,
        counted_bytes: 0,
        upkeep,
        build_seconds: None,
        rationale,
        risk: Some(
            "A statement that the workload does not hold may use it: look at pg_stat_user_indexes.idx_scan, on \
             replicas as well, before it is dropped."
                .to_owned(),
        ),
        statements,
        ddl: Vec::new(),
    };
    (-upkeep, recommendation)
}

/// Reading the table at 400 MB/s, and half a microsecond for each key of a row that is sorted; for elements, each.
fn build_seconds(item: &Item, table_bytes: u64) -> f64 {
    let read = table_bytes as f64 / 4e8;
    let each = match item.kind {
        Some(Kind::Brin) => 0.02e-6,
        Some(Kind::Gin) => 8e-6,
        Some(Kind::Gist) => 5e-6,
        _ => 0.5e-6 * item.index.elements.len().max(1) as f64,
    };
    read + item.rows * each
}

fn statements(advice: &Advice, workload: &Workload) -> Vec<StatementCost> {
    let mut found = Vec::new();
    for (number, statement) in workload.statements.iter().enumerate() {
        let forms: Vec<&Priced> = advice
            .priced
            .iter()
            .filter(|p| p.statement == number)
            .collect();
        let shares: f64 = forms.iter().map(|p| p.weight).sum();
        let average =
            |of: fn(&Priced) -> f64| forms.iter().map(|p| p.weight * of(p)).sum::<f64>() / shares;
        let cost = (shares > 0.0).then(|| Change {
            before: average(|p| p.cost.0),
            after: average(|p| p.cost.1),
        });
        let first = forms.first();
        let drawn = |plan: &Plan| draw(plan, Drawing::default());
        let other = first.filter(|p| p.before.root.shape() != p.after.root.shape());
        let problem = advice.unplanned.iter().find(|(n, _)| *n == number);
        found.push(StatementCost {
            name: statement.name.clone(),
            origin: statement.origin.clone(),
            sql: statement.text.clone(),
            calls: statement.calls,
            cost,
            forms: match forms.len() {
                0 | 1 => Vec::new(),
                _ => forms.iter().map(|p| form_cost(p, statement)).collect(),
            },
            plan_before: first.map(|p| drawn(&p.before)),
            plan_after: other.map(|p| drawn(&p.after)),
            problem: problem.map(|(_, why)| why.clone()),
        });
    }
    found
}

fn form_cost(priced: &Priced, statement: &crate::workload::Statement) -> FormCost {
    let form = statement.forms.get(priced.form);
    FormCost {
        label: form.map(|f| f.label.clone()).unwrap_or_default(),
        share: form.map_or(0.0, |f| f.share),
        cost: Change {
            before: priced.cost.0,
            after: priced.cost.1,
        },
    }
}
