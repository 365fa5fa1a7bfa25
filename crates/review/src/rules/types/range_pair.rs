//! Two ends of a period that nothing keeps in order.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-RANGE-PAIR",
    title: "Periods that may end before they begin",
    rationale: "Nothing keeps a row out whose end lies before its start: it is found by no query for a moment, has a negative \
        length, and counts in sums. A CHECK, or a range type, says it once.",
    severity: Info,
    consequence: 25,
    bad: &[
        "CREATE TABLE bookings (id bigint PRIMARY KEY, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL);",
        "CREATE TABLE prices (id bigint PRIMARY KEY, valid_from date NOT NULL, valid_to date);",
    ],
    good: &[
        "CREATE TABLE bookings (id bigint PRIMARY KEY, starts_at timestamptz NOT NULL, ends_at timestamptz NOT NULL, CHECK (starts_at < ends_at));",
        "CREATE TABLE jobs (id bigint PRIMARY KEY, started_at timestamptz, finished_at timestamptz);",
    ],
    fix: "A CHECK that the start is not after the end.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const PAIRS: &[(&str, &str)] = &[
    ("starts", "ends"),
    ("start", "end"),
    ("from", "to"),
    ("from", "until"),
    ("begin", "end"),
    ("begins", "ends"),
    ("min", "max"),
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        if matches!(view.purpose, Purpose::AppendOnly | Purpose::ReadModel) {
            continue;
        }
        let named: BTreeMap<Vec<String>, &Column> = view
            .columns
            .iter()
            .map(|c| (words(c.name.as_str()), *c))
            .collect();
        for (start_words, start) in &named {
            for (first, last) in PAIRS {
                let Some(at) = start_words.iter().position(|w| w == first) else {
                    continue;
                };
                let mut end_words = start_words.clone();
                end_words[at] = (*last).to_owned();
                let Some(end) = named.get(&end_words) else {
                    continue;
                };
                let temporal =
                    start.data_type == "date" || start.data_type.starts_with("timestamp");
                if !temporal || start.data_type != end.data_type || start.inherited {
                    continue;
                }
                let ordered = view.checks().iter().any(|(_, check)| {
                    let columns = expression::columns(check);
                    columns.contains(start.name.as_str()) && columns.contains(end.name.as_str())
                }) || view
                    .table
                    .constraints
                    .values()
                    .any(|c| matches!(&c.kind, ConstraintKind::Exclusion { .. }));
                if ordered {
                    continue;
                }
                let name = pgwright_catalog::automatic_name(view.name.name.as_str(), None, "check");
                let text = format!("{} <= {}", start.name.quoted(), end.name.quoted());
                let free = !view.table.constraints.contains_key(&name);
                let found = report.add(
                    view.column_id(&end.name),
                    format!("may lie before {}", start.name),
                );
                found
                    .with(view.column_id(&start.name))
                    .sure(Certainty::Likely);
                if free {
                    found.risky_fix(
                        format!("CHECK ({text})"),
                        "Rows that break it stop the change.",
                        vec![Change::AddConstraint(
                            view.name.clone(),
                            name,
                            Box::new(Constraint::check(text)),
                        )],
                    );
                }
            }
        }
    }
}
