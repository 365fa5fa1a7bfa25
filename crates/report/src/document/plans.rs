//! What the access patterns cost, now and after growth, and which of them read big tables from end to end.

use pgwright_design::words::count;

use crate::facts::Facts;
use crate::markdown::{Markdown, code, prose};
use crate::plans::{AccessPlans, PatternPlans};

/// The chapter's part, when anything was priced or said of it.
pub(super) fn write(page: &mut Markdown, facts: &Facts<'_>) {
    let Some(plans) = &facts.subject.proof.plans else {
        return;
    };
    page.heading(3, "What they cost");
    if let Some(reason) = &plans.reason {
        page.paragraph(&format!("Nothing was priced: {}.", prose(reason)));
        return;
    }
    page.paragraph(&format!(
        "PostgreSQL {}'s planner was asked on a twin, a server that believes the volumes of the brief without their \
         data. Costs are in its own unit, the reading of one page; a lookup costs about ten. Of values the brief says \
         nothing, so plans are those for values that are not known. *Without* is the cost after {} were the indexes \
         not there that the plan uses.",
        plans.server.unwrap_or_default(),
        period(plans.months)
    ));
    let rows = plans.patterns.iter().map(row);
    let grown = format!("after {}", period(plans.months));
    page.table(
        &[
            "pattern",
            "cost now",
            &grown,
            "rows then",
            "uses",
            "without",
        ],
        rows,
    );
    page.items(findings(plans));
}

fn row(pattern: &PatternPlans) -> Vec<String> {
    let cost = |cost: Option<f64>| cost.map_or_else(|| "no plan".to_owned(), number);
    let last = pattern.grown.as_ref().or(pattern.now.as_ref());
    let mut uses: Vec<String> = last
        .map(|p| p.indexes.iter().map(|name| code(name)).collect())
        .unwrap_or_default();
    if uses.is_empty() {
        uses.push("no index".to_owned());
    }
    vec![
        prose(&pattern.name.replace('_', " ")),
        cost(pattern.now.as_ref().map(|p| p.cost)),
        cost(pattern.grown.as_ref().map(|p| p.cost)),
        last.map_or_else(String::new, |p| number(p.rows)),
        uses.join(", "),
        pattern.without_indexes.map_or_else(String::new, number),
    ]
}

/// Patterns without a plan, and those that read a big table from end to end.
pub(super) fn findings(plans: &AccessPlans) -> Vec<String> {
    let mut told = Vec::new();
    for pattern in &plans.patterns {
        let name = prose(&pattern.name.replace('_', " "));
        if let Some(error) = &pattern.error {
            told.push(format!("**{name}** has no plan: {}.", prose(error)));
        }
        for scan in &pattern.scans {
            told.push(format!(
                "**{name}** reads all {} rows of {} after {}: {}",
                count(scan.rows),
                code(&scan.table),
                period(plans.months),
                prose(&scan.mend)
            ));
        }
    }
    told
}

/// A cost or a number of rows: digits that say something.
fn number(value: f64) -> String {
    match value {
        v if v >= 100.0 || v.fract() == 0.0 => count(v),
        v => format!("{v:.2}"),
    }
}

fn period(months: f64) -> String {
    match months {
        m if m % 12.0 == 0.0 => format!("{:.0} years", m / 12.0),
        m => format!("{m:.0} months"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plans::BigScan;

    #[test]
    fn a_pattern_that_reads_a_big_table_is_a_finding() {
        let plans = AccessPlans {
            months: 36.0,
            patterns: vec![
                PatternPlans {
                    name: "orders_of_a_day".to_owned(),
                    scans: vec![BigScan {
                        table: "orders".to_owned(),
                        rows: 8e7,
                        mend: "an index on placed_at would bring its cost from 3 M to 12"
                            .to_owned(),
                    }],
                    ..PatternPlans::default()
                },
                PatternPlans {
                    name: "good".to_owned(),
                    ..PatternPlans::default()
                },
            ],
            ..AccessPlans::default()
        };
        assert_eq!(
            findings(&plans),
            [
                "**orders of a day** reads all 80 million rows of `orders` after 3 years: an index on placed_at \
              would bring its cost from 3 M to 12"
            ]
        );
    }
}
