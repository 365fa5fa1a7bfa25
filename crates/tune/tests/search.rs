//! The search against a planner that is a table of plans: what it finds, how often it asks, that it finds it again.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::{Name, QualifiedName};
use pgwright_planner::{Node, Plan};
use pgwright_tune::advise::Item;
use pgwright_tune::ask::{Asker, Form, Made, Planner, price};
use pgwright_tune::candidate::Candidate;
use pgwright_tune::search::{Answer, Problem, search};
use pgwright_tune::set::Set;
use pgwright_tune::upkeep::{Upkeep, Writes};

/// Of each statement, what plans use and cost.
struct Table(Vec<Vec<(Vec<usize>, f64)>>);

fn node(kind: &str, cost: f64) -> Node {
    Node {
        node_type: kind.to_owned(),
        total_cost: cost,
        ..Node::default()
    }
}

fn plan(using: &[usize], cost: f64) -> Plan {
    let mut root = node("Append", cost);
    for number in using {
        let mut scan = node("Index Scan", 1.0);
        scan.schema = Some("public".to_owned());
        scan.index = Some(format!("i{number}"));
        root.children.push(scan);
    }
    Plan {
        root,
        raw: serde_json::Value::Null,
    }
}

impl Planner for Table {
    fn existing(&mut self, _: &[Item]) {}

    fn prepare(&mut self, _: &[Candidate]) -> Vec<Result<Made, String>> {
        Vec::new()
    }

    fn plan(&mut self, statement: usize, _: usize, seen: &Set) -> Result<Plan, String> {
        let plans = self.0[statement].iter();
        let possible = plans.filter(|(using, _)| using.iter().all(|n| seen.contains(*n)));
        let best = possible.min_by(|a, b| a.1.total_cmp(&b.1));
        let (using, cost) = best.ok_or("no plan")?;
        Ok(plan(using, *cost))
    }
}

fn upkeep() -> Upkeep {
    Upkeep {
        table: QualifiedName::new("public", "t"),
        columns: BTreeSet::from([Name::new("c")]),
        leading: None,
        method: "btree".to_owned(),
        height: 2,
        share: 1.0,
    }
}

fn solve(
    plans: &[Vec<(Vec<usize>, f64)>],
    sizes: &[u64],
    budget: u64,
    writes: f64,
) -> (Answer, usize) {
    let mut table = Table(plans.to_vec());
    let all = Set::from_iter(0..sizes.len());
    let forms = (0..plans.len())
        .map(|statement| Form {
            statement,
            form: 0,
            weight: 1.0,
            open: false,
            relevant: all.clone(),
        })
        .collect();
    let names: BTreeMap<(String, String), usize> = (0..sizes.len())
        .map(|n| (("public".to_owned(), format!("i{n}")), n))
        .collect();
    let mut asker = Asker::new(&mut table, forms, names, 2000);
    assert_eq!(asker.keep_planned(&Set::default()), []);
    let problem = Problem {
        sizes: sizes.to_vec(),
        there: Set::default(),
        thought_of_for: vec![(0..plans.len()).collect(); sizes.len()],
        budget,
        upkeep: vec![upkeep(); sizes.len()],
        fixed: Vec::new(),
        writes: vec![Writes {
            table: QualifiedName::new("public", "t"),
            inserted: writes,
            updated: 0.0,
            deleted: 0.0,
            columns: BTreeSet::new(),
            latest: BTreeSet::new(),
        }],
    };
    let mut watch = |_: &pgwright_tune::search::Progress| true;
    let found = search(&mut asker, &problem, &mut watch);
    (found, asker.asked())
}

/// The best of all sets, by trying each.
fn exhaustive(plans: &[Vec<(Vec<usize>, f64)>], sizes: &[u64], budget: u64) -> f64 {
    let mut best = f64::INFINITY;
    for bits in 0..1u32 << sizes.len() {
        let set = Set::from_iter((0..sizes.len()).filter(|n| bits >> n & 1 == 1));
        if set.iter().map(|n| sizes[n]).sum::<u64>() > budget {
            continue;
        }
        let cost = |plans: &Vec<(Vec<usize>, f64)>| {
            let possible = plans
                .iter()
                .filter(|(using, _)| using.iter().all(|n| set.contains(*n)));
            possible
                .map(|(_, cost)| *cost)
                .fold(f64::INFINITY, f64::min)
        };
        best = best.min(plans.iter().map(cost).sum());
    }
    best
}

/// Numbers without a pattern, the same at every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

#[test]
fn what_belongs_together_is_found_where_neither_alone_gains() {
    let plans = [vec![(vec![], 1000.0), (vec![0, 1], 10.0), (vec![2], 900.0)]];
    let (found, _) = solve(&plans, &[8192 * 10; 3], 8192 * 20, 0.0);
    assert_eq!(found.set, Set::from_iter([0, 1]));
    assert_eq!(found.cost, 10.0);
}

#[test]
fn a_budget_is_kept_and_well_spent() {
    let mut numbers = Numbers(7);
    let (mut sum, mut least) = (0.0, 0.0);
    for _ in 0..30 {
        let count = 9;
        let sizes: Vec<u64> = (0..count).map(|_| 8192 * (5 + numbers.below(60))).collect();
        let plans: Vec<Vec<(Vec<usize>, f64)>> = (0..6)
            .map(|_| {
                let mut plans = vec![(Vec::new(), 1000.0)];
                for _ in 0..6 {
                    let using: BTreeSet<usize> = (0..1 + numbers.below(3))
                        .map(|_| numbers.below(count) as usize)
                        .collect();
                    plans.push((
                        using.into_iter().collect(),
                        10.0 + numbers.below(980) as f64,
                    ));
                }
                plans
            })
            .collect();
        let budget = sizes.iter().sum::<u64>() / 3;
        let (found, asked) = solve(&plans, &sizes, budget, 0.0);
        assert!(found.set.iter().map(|n| sizes[n]).sum::<u64>() <= budget);
        assert!(asked <= 2000);
        let again = solve(&plans, &sizes, budget, 0.0);
        assert_eq!((&found, asked), (&again.0, again.1));
        sum += found.cost;
        least += exhaustive(&plans, &sizes, budget);
    }
    assert!(sum <= least * 1.02, "{sum} where {least} was to be had");
}

#[test]
fn an_index_that_costs_writes_more_than_it_gains_is_not_made() {
    let plans = [vec![(vec![], 1000.0), (vec![0], 10.0)]];
    assert_eq!(solve(&plans, &[8192], 1 << 30, 100.0).0.set.len(), 1);
    assert_eq!(solve(&plans, &[8192], 1 << 30, 10_000.0).0.set.len(), 0);
}

#[test]
fn a_limit_that_values_may_not_reach_is_not_taken_for_granted() {
    let mut filter = node("Seq Scan", 1000.0);
    filter
        .details
        .push(("Filter".to_owned(), "(name = $1)".to_owned()));
    let mut limited = plan(&[], 10.0);
    limited.root.node_type = "Limit".to_owned();
    limited.root.children.push(filter);
    assert_eq!(price(&limited, false), 10.0);
    assert!(price(&limited, true) > 100.0);
    // What is found by an index ends the sooner.
    limited.root.children[0].details.clear();
    assert_eq!(price(&limited, true), 10.0);
}
