//! From a workload to the indexes that make it cheapest: candidates, what they could matter to, the search.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Catalog, ConstraintKind, Index, IndexKey, Name, QualifiedName};
use pgwright_planner::{Node, Plan, Statistics};

use crate::access::{Access, Key, Reader, Reading, search_path};
use crate::ask::{Asker, Form, Made, Planner, price};
use crate::candidate::{Candidate, Kind, candidates, columns_of_expressions};
use crate::drops::drops;
use crate::search::{Problem, Watch, search};
use crate::set::Set;
use crate::size::{Measure, hypopg};
use crate::upkeep::{Upkeep, Writes};
use crate::workload::{self, Statement, Workload};

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// Bytes that new indexes may take.
    pub budget: u64,
    /// Kinds of indexes that are considered.
    pub kinds: BTreeSet<Kind>,
    /// How often the planner may be asked.
    pub explains: usize,
    /// How sizes are counted.
    pub measure: Measure,
    /// Whether indexes that are there may be found dispensable.
    pub drops: bool,
}

impl Options {
    /// All kinds, within a budget.
    pub fn new(budget: u64) -> Self {
        Self {
            budget,
            kinds: Kind::ALL.into_iter().collect(),
            explains: 2000,
            measure: Measure::Honest,
            drops: true,
        }
    }
}

/// An index that can be hidden from the planner: one that is there, or a candidate.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its table.
    pub table: QualifiedName,
    /// Its name.
    pub name: Name,
    /// The index.
    pub index: Index,
    /// Its kind; none of one that is there.
    pub kind: Option<Kind>,
    /// Bytes, as the planner sees it.
    pub bytes: u64,
    /// Bytes, as the budget counts it.
    pub counted: u64,
    /// Entries.
    pub rows: f64,
}

/// A form of a statement with its plans.
#[derive(Debug, Clone)]
pub struct Priced {
    /// Number of the statement.
    pub statement: usize,
    /// Number of the form.
    pub form: usize,
    /// How often it runs in a day.
    pub weight: f64,
    /// The plan with what is there.
    pub before: Plan,
    /// The plan with what is recommended.
    pub after: Plan,
    /// What an execution costs by these plans.
    pub cost: (f64, f64),
}

/// What came out.
#[derive(Debug, Clone)]
pub struct Advice {
    /// All indexes that were considered, those that are there first.
    pub items: Vec<Item>,
    /// What is recommended of them.
    pub chosen: Set,
    /// Those that were there and are dispensable, with why.
    pub dropped: BTreeMap<usize, String>,
    /// Every form that could be planned.
    pub priced: Vec<Priced>,
    /// Statements that could not be planned, with why.
    pub unplanned: Vec<(usize, String)>,
    /// What statements ask.
    pub readings: Vec<Reading>,
    /// The cost of writes in a day that indexes add, before and after.
    pub upkeep: (f64, f64),
    /// The same of each item.
    pub upkeep_of: Vec<f64>,
    /// The cost of a day, writes among it, before and after.
    pub cost: (f64, f64),
    /// How often the planner was asked.
    pub asked: usize,
    /// Candidates that could not be made, with why.
    pub refused: Vec<(String, String)>,
}

/// Finds the indexes. `workload` is prepared: every statement has a form.
pub fn advise(
    catalog: &Catalog,
    statistics: &Statistics,
    workload: &Workload,
    options: &Options,
    planner: &mut dyn Planner,
    watch: &mut Watch<'_>,
) -> Advice {
    let reader = Reader::new(catalog, &search_path(catalog));
    let statements = workload.statements.iter();
    let readings: Vec<Reading> = statements.map(|s| reader.read(&s.text)).collect();
    let mut items = there(catalog, statistics);
    let standing = items.len();
    planner.existing(&items);
    let mut thought: Vec<Candidate> = candidates(&readings, catalog, statistics, &options.kinds);
    let counted = |c: &Candidate| match options.measure {
        Measure::Hypopg => hypopg(&c.table, &c.index, statistics),
        Measure::Honest => None,
    };
    // What cannot fit need not be tried.
    thought.retain(|c| counted(c).is_none_or(|bytes| bytes <= options.budget));
    let made = planner.prepare(&thought);
    let mut refused = Vec::new();
    let mut thought_of_for = vec![BTreeSet::new(); standing];
    let mut heights = vec![2; standing];
    let mut possible = Set::from_iter(0..standing);
    for (candidate, made) in thought.iter().zip(&made) {
        let made = match made {
            Ok(made) => {
                possible.insert(items.len());
                *made
            }
            Err(why) => {
                let what = crate::candidate::described(&candidate.table, &candidate.index);
                refused.push((what, why.clone()));
                Made::default()
            }
        };
        thought_of_for.push(candidate.statements.clone());
        heights.push(made.height);
        items.push(Item {
            table: candidate.table.clone(),
            name: candidate.name.clone(),
            index: candidate.index.clone(),
            kind: Some(candidate.kind),
            bytes: made.bytes,
            counted: counted(candidate).unwrap_or(made.bytes),
            rows: made.rows,
        });
    }
    let columns_of = columns_of_expressions(&readings);
    let upkeep: Vec<Upkeep> = items
        .iter()
        .zip(&heights)
        .map(|(item, height)| upkeep_of(item, *height, statistics, &columns_of))
        .collect();
    let columns: Vec<&BTreeSet<Name>> = upkeep.iter().map(|u| &u.columns).collect();
    let mut forms = Vec::new();
    for (number, statement) in workload.statements.iter().enumerate() {
        let relevant = relevant(&readings[number], number, &items, &columns, &thought_of_for);
        for (form, planned) in statement.forms.iter().enumerate() {
            forms.push(Form {
                statement: number,
                form,
                weight: statement.calls * planned.share,
                open: is_open(statement, planned),
                relevant: relevant.and(&possible),
            });
        }
    }
    let names = (0..).zip(&items);
    let names =
        names.map(|(n, i): (usize, _)| ((i.table.schema.to_string(), i.name.to_string()), n));
    let mut asker = Asker::new(planner, forms, names.collect(), usize::MAX);
    let there = Set::from_iter(0..standing);
    let unplanned = asker.keep_planned(&there);
    let befores: Vec<Plan> = asker.first_plans().to_vec();
    let mut writes = Vec::new();
    for (form, plan) in asker.forms.iter().zip(&befores) {
        writes.extend(written(&readings[form.statement], plan, form.weight));
    }
    let problem = Problem {
        sizes: items
            .iter()
            .zip(0..)
            .map(|(item, n)| if n < standing { 0 } else { item.counted })
            .collect(),
        there: there.clone(),
        thought_of_for,
        budget: options.budget,
        upkeep,
        fixed: fixed(catalog),
        writes,
    };
    asker.allow(options.explains);
    let found = search(&mut asker, &problem, watch);
    asker.allow(usize::MAX);
    let mut chosen = found.set.clone();
    let dropped = match options.drops {
        true => drops(&mut asker, &problem, &items, catalog, &found, &mut chosen),
        false => BTreeMap::new(),
    };
    let afters = asker.plans(&chosen);
    let mut priced = Vec::new();
    for ((form, before), after) in asker.forms.iter().zip(befores).zip(afters) {
        if let Some(after) = after {
            priced.push(Priced {
                statement: form.statement,
                form: form.form,
                weight: form.weight,
                cost: (price(&before, form.open), price(&after, form.open)),
                before,
                after,
            });
        }
    }
    let upkeep = (problem.upkeep(&there), problem.upkeep(&chosen));
    let total = |of: fn(&Priced) -> f64| priced.iter().map(|p| p.weight * of(p)).sum::<f64>();
    let cost = (
        total(|p| p.cost.0) + upkeep.0,
        total(|p| p.cost.1) + upkeep.1,
    );
    let upkeep_of = (0..items.len()).map(|n| match chosen.contains(n) {
        true => problem.upkeep(&chosen) - problem.upkeep(&chosen.without(n)),
        false => problem.upkeep(&there) - problem.upkeep(&there.without(n)),
    });
    Advice {
        upkeep_of: upkeep_of.collect(),
        asked: asker.asked(),
        items,
        chosen,
        dropped,
        priced,
        unplanned,
        readings,
        upkeep,
        cost,
        refused,
    }
}

/// Whether a form is planned for parameters whose values are not known.
pub fn is_open(statement: &Statement, form: &workload::Form) -> bool {
    let tokens = pgwright_catalog::write::scan(&statement.text);
    form.values.is_none() && tokens.iter().any(|t| t.is_symbol("$"))
}

/// The indexes that are there and that no constraint needs.
fn there(catalog: &Catalog, statistics: &Statistics) -> Vec<Item> {
    let mut found = Vec::new();
    let views = catalog
        .materialized_views
        .iter()
        .map(|(n, v)| (n, &v.indexes));
    let tables = catalog.tables.iter().map(|(n, t)| (n, &t.indexes));
    for (table, indexes) in tables.chain(views) {
        for (name, index) in indexes {
            let known = statistics
                .tables
                .get(table)
                .and_then(|t| t.indexes.get(name));
            // A part of a partitioned index goes with the whole.
            if index.parent.is_some() {
                continue;
            }
            found.push(Item {
                table: table.clone(),
                name: name.clone(),
                index: index.clone(),
                kind: None,
                bytes: known.map_or(0, |i| i.file_pages.unwrap_or(i.pages) * 8192),
                counted: 0,
                rows: known.and_then(|i| i.rows).unwrap_or(0.0),
            });
        }
    }
    found
}

/// The indexes behind constraints, as writes see them.
fn fixed(catalog: &Catalog) -> Vec<Upkeep> {
    let mut found = Vec::new();
    for (table, held) in &catalog.tables {
        for constraint in held.constraints.values() {
            let columns: Vec<Name> = match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    key.columns.clone()
                }
                _ => continue,
            };
            found.push(Upkeep {
                table: table.clone(),
                leading: columns.first().cloned(),
                columns: columns.into_iter().collect(),
                method: "btree".to_owned(),
                height: 2,
                share: 1.0,
            });
        }
    }
    found
}

fn upkeep_of(
    item: &Item,
    height: u32,
    statistics: &Statistics,
    columns_of: &BTreeMap<String, BTreeSet<Name>>,
) -> Upkeep {
    let index = &item.index;
    let mut columns: BTreeSet<Name> = index.include.iter().cloned().collect();
    let mut of_sql = |sql: &str| match columns_of.get(sql) {
        Some(found) => columns.extend(found.iter().cloned()),
        // An expression that no statement asks for: every name in it may be a column.
        None => {
            let tokens = pgwright_catalog::write::scan(sql);
            columns.extend(tokens.iter().filter_map(|t| t.name()).map(Name::new));
        }
    };
    for element in &index.elements {
        if let IndexKey::Expression(sql) = &element.key {
            of_sql(sql.sql());
        }
    }
    if let Some(predicate) = &index.predicate {
        of_sql(predicate.sql());
    }
    let names = index.elements.iter().filter_map(|e| match &e.key {
        IndexKey::Column(name) => Some(name.clone()),
        IndexKey::Expression(_) => None,
    });
    columns.extend(names);
    let leading = index.elements.first().and_then(|e| match &e.key {
        IndexKey::Column(name) => Some(name.clone()),
        IndexKey::Expression(_) => None,
    });
    let rows = statistics
        .tables
        .get(&item.table)
        .and_then(|t| t.rows)
        .unwrap_or(0.0);
    let share = match index.predicate.is_some() && rows > 0.0 {
        true => item.rows / rows,
        false => 1.0,
    };
    Upkeep {
        table: item.table.clone(),
        columns,
        leading,
        method: index.method.to_string(),
        height,
        share,
    }
}

/// The indexes that could matter to a statement.
fn relevant(
    reading: &Reading,
    statement: usize,
    items: &[Item],
    columns: &[&BTreeSet<Name>],
    thought_of_for: &[BTreeSet<usize>],
) -> Set {
    let mut found = Set::default();
    for (number, item) in items.iter().enumerate() {
        let at: Vec<&Access> = reading
            .accesses
            .iter()
            .filter(|a| a.table.as_ref() == Some(&item.table))
            .collect();
        let matters = match item.kind {
            // What is there is seen by all that read its table, or by all when that is not known.
            None => reading.problem.is_some() || !at.is_empty(),
            Some(_) if thought_of_for[number].contains(&statement) => true,
            Some(Kind::Btree | Kind::Expression) => at
                .iter()
                .any(|a| serves(item, a) || a.used.is_subset(columns[number])),
            Some(_) => false,
        };
        if matters {
            found.insert(number);
        }
    }
    found
}

/// Whether the first key of an index is something that an access asks for.
fn serves(item: &Item, access: &Access) -> bool {
    let Some(first) = item.index.elements.first() else {
        return false;
    };
    let is = |key: &Key| match (key, &first.key) {
        (Key::Column(a), IndexKey::Column(b)) => a == b,
        (Key::Expression(a, _), IndexKey::Expression(b)) => a == b.sql(),
        _ => false,
    };
    let sets = [
        &access.equal,
        &access.joined,
        &access.ranges,
        &access.prefixes,
        &access.nulls,
    ];
    let orders = access
        .orders
        .iter()
        .filter_map(|o| o.first())
        .map(|s| &s.key);
    let groups = access.groups.iter().filter_map(|g| g.first());
    sets.into_iter()
        .flatten()
        .chain(orders)
        .chain(groups)
        .any(is)
        || access.arms.iter().any(|arm| serves(item, arm))
}

/// What a statement writes in a day.
fn written(reading: &Reading, plan: &Plan, weight: f64) -> Vec<Writes> {
    let mut found = Vec::new();
    for change in &reading.changes {
        let of_table = |n: &&Node| {
            n.node_type == "ModifyTable"
                && n.relation
                    .as_deref()
                    .is_none_or(|r| r == change.table.name.as_str())
        };
        let nodes = plan.root.walk();
        let Some(node) = nodes.into_iter().find(of_table) else {
            continue;
        };
        let rows: f64 = node
            .children
            .iter()
            .map(|c| c.rows)
            .fold(0.0, f64::max)
            .max(1.0)
            * weight;
        let updates = !change.updates.is_empty();
        found.push(Writes {
            table: change.table.clone(),
            inserted: if change.inserts { rows } else { 0.0 },
            updated: if updates { rows } else { 0.0 },
            deleted: if change.deletes { rows } else { 0.0 },
            columns: change.updates.clone(),
            latest: change.latest.clone(),
        });
    }
    found
}
