//! Asking a planner, as seldom as can be.
//!
//! A plan that a planner chose among many indexes and that uses few of them is its choice for every set between the
//! two: what was not wanted is not missed. So one answer tells the cost of many sets, and answers for smaller and
//! larger sets bound the rest.

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::QualifiedName;
use pgwright_planner::{Node, Plan};

use crate::advise::Item;
use crate::candidate::Candidate;
use crate::set::Set;

/// What answers what a statement costs when there are these indexes.
pub trait Planner {
    /// The indexes that are there and can be hidden, by number from 0. Candidates are numbered on from them.
    fn existing(&mut self, items: &[Item]);

    /// Makes candidates known, hidden at first: for each its size in bytes, or why it cannot be.
    fn prepare(&mut self, candidates: &[Candidate]) -> Vec<Result<Made, String>>;

    /// The plan of a form of a statement, when of the indexes that can be hidden exactly these are seen.
    ///
    /// # Errors
    /// When the statement cannot be planned.
    fn plan(&mut self, statement: usize, form: usize, seen: &Set) -> Result<Plan, String>;
}

/// An index as the planner made it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Made {
    /// Bytes, as the planner sees it.
    pub bytes: u64,
    /// Entries.
    pub rows: f64,
    /// Levels above the leaf pages, of a B-tree.
    pub height: u32,
}

/// A form of a statement, as the search sees it.
#[derive(Debug, Clone)]
pub struct Form {
    /// Number of the statement.
    pub statement: usize,
    /// Number of the form.
    pub form: usize,
    /// How often it runs in a day.
    pub weight: f64,
    /// Values of its parameters are not known.
    pub open: bool,
    /// The indexes that could matter to it.
    pub relevant: Set,
}

/// An answer: chosen among these indexes, using those, at that cost.
#[derive(Debug, Clone)]
struct Answer {
    among: Set,
    using: Set,
    cost: f64,
}

/// Of values that are not known, one in so many is met that has as many times the rows of an average one, or none.
const UNEVEN: f64 = 10.0;

/// What an execution costs by its plan.
///
/// The planner prices values that are not known (`open`) as average ones, and values are not spread evenly. Two
/// plans of a statement with a LIMIT suffer by it: one that sorts what it finds before it gives the first row, and
/// one that filters rows until it has enough, which goes on to the end where there are not enough. The price of
/// both is that of nine average calls and one of the other kind.
pub fn price(plan: &Plan, open: bool) -> f64 {
    let cost = plan.cost();
    let Some(child) = plan.root.children.first() else {
        return cost;
    };
    if !open || plan.root.node_type != "Limit" {
        return cost;
    }
    let filters = child.details.iter().any(|(label, _)| label == "Filter");
    match child.node_type.as_str() {
        "Sort" | "Incremental Sort" => cost + child.total_cost * (UNEVEN - 1.0) / UNEVEN,
        _ if filters => cost + (child.total_cost - cost).max(0.0) / UNEVEN,
        _ => cost,
    }
}

/// Asks, and remembers.
pub struct Asker<'p> {
    planner: &'p mut dyn Planner,
    /// The forms.
    pub forms: Vec<Form>,
    /// Indexes that can be hidden, by the name that a plan has them under.
    names: BTreeMap<(String, String), usize>,
    answers: Vec<Vec<Answer>>,
    /// Of each form, the plans that no other is better than with fewer indexes: what they use, and their cost, the
    /// cheapest first.
    plans: Vec<Vec<(Set, f64)>>,
    /// Of each form, sets that were seen and the least that any of their parts costs, the dearest first.
    floors: Vec<Vec<(Set, f64)>>,
    first: Vec<Plan>,
    asked: usize,
    most: usize,
}

impl<'p> Asker<'p> {
    /// Asks at most so many times.
    pub fn new(
        planner: &'p mut dyn Planner,
        forms: Vec<Form>,
        names: BTreeMap<(String, String), usize>,
        most: usize,
    ) -> Self {
        let answers = vec![Vec::new(); forms.len()];
        Self {
            planner,
            forms,
            names,
            plans: Vec::new(),
            floors: Vec::new(),
            answers,
            first: Vec::new(),
            asked: 0,
            most,
        }
    }

    /// How often it asked.
    pub fn asked(&self) -> usize {
        self.asked
    }

    /// Whether it may not ask any more.
    pub fn is_exhausted(&self) -> bool {
        self.asked >= self.most
    }

    /// How often it may ask in all.
    pub fn most(&self) -> usize {
        self.most
    }

    /// Lets it ask so many times in all.
    pub fn allow(&mut self, most: usize) {
        self.most = most;
    }

    /// The cost with these indexes, when it is known already.
    pub fn known(&self, form: usize, set: &Set) -> Option<f64> {
        self.answer(form, set).map(|a| a.cost)
    }

    fn answer(&self, form: usize, set: &Set) -> Option<&Answer> {
        let set = set.and(&self.forms.get(form)?.relevant);
        let mut answers = self.answers.get(form)?.iter();
        answers.find(|a| a.using.is_within(&set) && set.is_within(&a.among))
    }

    /// The indexes that the plan with these indexes uses, and its cost.
    pub fn using(&mut self, form: usize, set: &Set) -> Option<(Set, f64)> {
        self.cost(form, set)?;
        self.answer(form, set).map(|a| (a.using.clone(), a.cost))
    }

    /// The least that the cost with these indexes can be: that with more of them.
    pub fn least(&self, form: usize, set: &Set) -> f64 {
        let Some(known) = self.forms.get(form) else {
            return 0.0;
        };
        let set = set.and(&known.relevant);
        let floors = self.floors.get(form).into_iter().flatten();
        let dearest = floors.into_iter().find(|(among, _)| set.is_within(among));
        dearest.map_or(0.0, |(_, cost)| *cost)
    }

    /// The most that the cost with these indexes can be: that of the cheapest known plan that they allow.
    pub fn at_most(&self, form: usize, set: &Set) -> f64 {
        let plans = self.plans.get(form).into_iter().flatten();
        let cheapest = plans.into_iter().find(|(using, _)| using.is_within(set));
        cheapest.map_or(f64::INFINITY, |(_, cost)| *cost)
    }

    fn keep(&mut self, form: usize, answer: Answer) {
        let lists = (
            self.answers.get_mut(form),
            self.plans.get_mut(form),
            self.floors.get_mut(form),
        );
        let (Some(answers), Some(plans), Some(floors)) = lists else {
            return;
        };
        let lower =
            |(among, cost): &(Set, f64)| *cost <= answer.cost && among.is_within(&answer.among);
        if !floors
            .iter()
            .any(|(among, cost)| *cost >= answer.cost && answer.among.is_within(among))
        {
            floors.retain(|floor| !lower(floor));
            let place = floors.partition_point(|(_, cost)| *cost >= answer.cost);
            floors.insert(place, (answer.among.clone(), answer.cost));
        }
        let worse = plans
            .iter()
            .any(|(using, cost)| using.is_within(&answer.using) && *cost <= answer.cost);
        if !worse {
            plans.retain(|(using, cost)| *cost < answer.cost || !answer.using.is_within(using));
            let place = plans.partition_point(|(_, cost)| *cost <= answer.cost);
            plans.insert(place, (answer.using.clone(), answer.cost));
        }
        answers.push(answer);
    }

    /// The cost with these indexes; none when it may not ask any more, or the statement is not planned.
    pub fn cost(&mut self, form: usize, set: &Set) -> Option<f64> {
        if let Some(cost) = self.known(form, set) {
            return Some(cost);
        }
        if self.is_exhausted() {
            return None;
        }
        let asked = self.forms.get(form)?.clone();
        let among = set.and(&asked.relevant);
        let plan = self.plan(form, &among)?;
        let using = self.indexes_of(&plan).and(&asked.relevant);
        let cost = price(&plan, asked.open);
        self.keep(form, Answer { among, using, cost });
        Some(cost)
    }

    /// Leaves out the forms that cannot be planned: their statements, with why.
    pub fn keep_planned(&mut self, there: &Set) -> Vec<(usize, String)> {
        let mut kept = Vec::new();
        let mut failed: BTreeMap<usize, String> = BTreeMap::new();
        for form in std::mem::take(&mut self.forms) {
            self.asked += 1;
            let seen = there.and(&form.relevant);
            match self.planner.plan(form.statement, form.form, &seen) {
                Ok(plan) => {
                    let using = self.indexes_of(&plan).and(&form.relevant);
                    let cost = price(&plan, form.open);
                    kept.push((
                        form,
                        Answer {
                            among: seen,
                            using,
                            cost,
                        },
                        plan,
                    ));
                }
                Err(why) => {
                    failed.entry(form.statement).or_insert(why);
                }
            }
        }
        self.answers = vec![Vec::new(); kept.len()];
        self.plans = vec![Vec::new(); kept.len()];
        self.floors = vec![Vec::new(); kept.len()];
        for (form, (_, answer, _)) in kept.iter().enumerate() {
            self.keep(form, answer.clone());
        }
        self.first = kept.iter().map(|(_, _, plan)| plan.clone()).collect();
        self.forms = kept.into_iter().map(|(form, _, _)| form).collect();
        failed.into_iter().collect()
    }

    /// The plans that [`Self::keep_planned`] found.
    pub fn first_plans(&self) -> &[Plan] {
        &self.first
    }

    /// The plan of every form with these indexes.
    pub fn plans(&mut self, set: &Set) -> Vec<Option<Plan>> {
        (0..self.forms.len())
            .map(|form| self.plan(form, set))
            .collect()
    }

    /// The plan with these indexes, asked for anew.
    pub fn plan(&mut self, form: usize, set: &Set) -> Option<Plan> {
        let asked = self.forms.get(form)?;
        let seen = set.and(&asked.relevant);
        self.asked += 1;
        self.planner.plan(asked.statement, asked.form, &seen).ok()
    }

    /// The indexes that can be hidden among those that a plan uses.
    pub fn indexes_of(&self, plan: &Plan) -> Set {
        let mut found = Set::default();
        for node in plan.root.walk() {
            let Some(index) = &node.index else { continue };
            // A bitmap's node names no schema; names of indexes that can be hidden are unique enough then.
            let schema = node.schema.clone();
            for ((of, name), number) in &self.names {
                if name == index && schema.as_ref().is_none_or(|s| s == of) {
                    found.insert(*number);
                }
            }
        }
        found
    }
}

/// Tables that a plan reads.
pub fn tables_of(plan: &Plan) -> BTreeSet<QualifiedName> {
    let nodes = plan.root.walk();
    let table = |n: &&Node| Some(QualifiedName::new(n.schema.clone()?, n.relation.clone()?));
    nodes.iter().filter_map(table).collect()
}
