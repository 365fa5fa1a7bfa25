//! Join tables that hold pairs twice.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-M2M-NO-KEY",
    title: "Join tables that may hold a pair twice",
    rationale: "Nothing keeps the same two things from being joined twice: counts are wrong, joins double rows, and taking a pair away leaves the other copy. The pair \
        is the key.",
    severity: Warning,
    consequence: 50,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY); CREATE TABLE a_b (id bigint PRIMARY KEY, a_id bigint NOT NULL REFERENCES a, b_id bigint NOT NULL REFERENCES b);",
    ],
    good: &[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY); CREATE TABLE a_b (a_id bigint NOT NULL REFERENCES a, b_id bigint NOT NULL REFERENCES b, PRIMARY KEY (a_id, b_id));",
    ],
    fix: "A unique key over the pair.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context
        .tables()
        .filter(|view| view.purpose == Purpose::Join)
    {
        let pair: Vec<Name> = view
            .table
            .foreign_keys()
            .flat_map(|(_, key)| key.columns.clone())
            .collect::<BTreeSet<_>>()
            .into_iter()
            .collect();
        let wanted: BTreeSet<&Name> = pair.iter().collect();
        // A key of a part of the pair says more, and one with a predicate or an expression was thought about.
        let kept = view.unique_sets().iter().any(|set| set.is_subset(&wanted))
            || view.table.indexes.values().any(|index| {
                index.unique
                    && index
                        .elements
                        .iter()
                        .filter_map(element_column)
                        .any(|c| wanted.contains(c))
            });
        if kept || view.table.partition_by.is_some() {
            continue;
        }
        let names: Vec<&str> = pair.iter().map(Name::as_str).collect();
        let name = pgwright_catalog::automatic_name(
            view.name.name.as_str(),
            Some(&names.join("_")),
            "key",
        );
        report
            .add(
                view.id(),
                format!("may hold the same ({}) twice", names.join(", ")),
            )
            .risky_fix(
                format!("UNIQUE ({})", names.join(", ")),
                "Pairs that stand there twice stop the change.",
                vec![Change::AddConstraint(
                    view.name.clone(),
                    name,
                    Box::new(Constraint::unique(pair.clone())),
                )],
            );
    }
}
