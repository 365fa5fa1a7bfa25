//! Plans as text: trees, side by side where two are compared, and what a workload costs in all.

use pgwright_planner::{
    Drawing, ExplainDocument, ExplainedQuery, Plan, draw, draw_beside, shown_number,
};

/// The width of a terminal that two plans stand beside each other on.
const WIDTH: usize = 160;

pub(super) fn write(document: &ExplainDocument, columns: &[Vec<Result<Plan, String>>]) -> String {
    let mut text = String::new();
    for (number, query) in document.queries.iter().enumerate() {
        if document.queries.len() > 1 || query.workload.is_some() {
            text.push_str(&format!("── {}\n", query.name));
        }
        if let (Some(_), Some(error)) = (&query.workload, &query.error) {
            text.push_str(&format!("not planned: {error}\n"));
        }
        let plans: Vec<(&str, &Plan)> = columns
            .iter()
            .filter_map(|column| column[number].as_ref().ok())
            .zip(&query.plans)
            .map(|(plan, explained)| (explained.scenario.as_str(), plan))
            .collect();
        match plans.as_slice() {
            [(_, only)] => text.push_str(&draw(only, Drawing::default())),
            [left, right] => text.push_str(&draw_beside(*left, *right, WIDTH)),
            many => {
                for (name, plan) in many {
                    text.push_str(&format!("{name}\n{}\n", draw(plan, Drawing::default())));
                }
            }
        }
        if plans.len() > 1 && query.flips.is_empty() {
            text.push_str("the plan is the same\n");
        }
        for flip in &query.flips {
            let at = match &flip.at {
                Some(at) => format!(", at about {at}"),
                None => String::new(),
            };
            text.push_str(&format!(
                "the plan flips between {} and {}{at}\n",
                flip.from, flip.to
            ));
            for difference in &flip.differences {
                text.push_str(&format!("  {difference}\n"));
            }
        }
        if number + 1 < document.queries.len() {
            text.push('\n');
        }
    }
    text.push_str(&workload(document));
    text
}

/// What the statements of a workload cost, and how much of the whole that is.
fn workload(document: &ExplainDocument) -> String {
    let parts: Vec<(&ExplainedQuery, f64)> = document
        .queries
        .iter()
        .filter_map(|query| Some((query, query.workload.as_ref()?.calls_per_day)))
        .collect();
    let Some((first, _)) = parts.iter().find(|(query, _)| !query.plans.is_empty()) else {
        return String::new();
    };
    let scenarios: Vec<&str> = first.plans.iter().map(|p| p.scenario.as_str()).collect();
    let cost = |query: &ExplainedQuery, at: usize| query.plans.get(at).map(|plan| plan.cost);
    let all: Vec<f64> = (0..scenarios.len())
        .map(|at| {
            let costs = parts
                .iter()
                .filter_map(|(q, calls)| Some(cost(q, at)? * calls));
            costs.sum()
        })
        .collect();
    let mut header = vec!["calls a day".to_owned()];
    for scenario in &scenarios {
        let of = match scenarios.len() {
            1 => String::new(),
            _ => format!(", {scenario}"),
        };
        header.push(format!("cost{of}"));
        header.push(format!("share{of}"));
    }
    header.push("statement".to_owned());
    let mut rows = vec![header];
    for (query, calls) in &parts {
        let mut row = vec![shown_number(*calls)];
        for (at, all) in all.iter().enumerate() {
            match cost(query, at) {
                Some(cost) => {
                    row.push(shown_number(cost));
                    let share = if *all > 0.0 { cost * calls / all } else { 0.0 };
                    row.push(format!("{:.1} %", share * 100.0));
                }
                None => row.extend(["not planned".to_owned(), String::new()]),
            }
        }
        row.push(query.name.clone());
        rows.push(row);
    }
    let mut sum = vec![String::new()];
    for all in &all {
        sum.push(shown_number(*all));
        sum.push("a day".to_owned());
    }
    sum.push("the workload".to_owned());
    rows.push(sum);
    let width = |at: usize| {
        rows.iter()
            .map(|row| row[at].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..rows[0].len()).map(width).collect();
    let mut text = String::from("\n");
    for row in &rows {
        let (name, numbers) = row
            .split_last()
            .map_or(("", &[][..]), |(n, r)| (n.as_str(), r));
        for (cell, width) in numbers.iter().zip(&widths) {
            text.push_str(&format!("{cell:>width$}  "));
        }
        text.push_str(name);
        text.push('\n');
    }
    text
}
