//! Ranges with a gap between.

use crate::rules::prelude::*;

use pgwright_catalog::PartitionBound;

pub(crate) const RULE: Rule = Rule {
    id: "PRT-NO-DEFAULT",
    title: "Partitioned tables with a gap in their ranges",
    rationale: "A row whose key falls between two partitions is refused. A gap in the middle is mostly a partition that was forgotten, or a bound that was taken to be inclusive: \
        the upper one is not.",
    severity: Warning,
    weighing: "Silent where there is a DEFAULT partition.",
    consequence: 50,
    bad: &[
        "CREATE TABLE m (at date) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2025-01-31'); CREATE TABLE m2 PARTITION OF m FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');",
    ],
    good: &[
        "CREATE TABLE m (at date) PARTITION BY RANGE (at); CREATE TABLE m1 PARTITION OF m FOR VALUES FROM ('2025-01-01') TO ('2025-02-01'); CREATE TABLE m2 PARTITION OF m FOR VALUES FROM ('2025-02-01') TO ('2025-03-01');",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context
        .every_table()
        .filter(|v| v.table.partition_by.is_some())
    {
        let mut ranges: Vec<(Bound, Bound, &QualifiedName)> = Vec::new();
        let mut whole = true;
        for (name, partition) in context.catalog.partitions_of(view.name) {
            match partition.partition_of.as_ref().map(|of| &of.bound) {
                Some(PartitionBound::Range { from, to }) => match (bound(from), bound(to)) {
                    (Some(from), Some(to)) => ranges.push((from, to, name)),
                    _ => whole = false,
                },
                _ => whole = false,
            }
        }
        // What cannot be compared, and a default partition, leave nothing to say.
        if !whole {
            continue;
        }
        ranges.sort();
        for pair in ranges.windows(2) {
            let ((_, end, before), (start, _, after)) = (&pair[0], &pair[1]);
            if end < start {
                report
                    .add(
                        view.id(),
                        format!(
                            "takes no row from {} (the end of {}) to {} (the start of {})",
                            end.1, before.name, start.1, after.name
                        ),
                    )
                    .with(ObjectId::Table((*before).clone()))
                    .with(ObjectId::Table((*after).clone()));
            }
        }
    }
}

/// A bound that compares as the server would: a number, or a date or time in ISO form.
type Bound = (BoundOrder, String);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum BoundOrder {
    Number(i128),
    Text(String),
}

fn bound(values: &[String]) -> Option<Bound> {
    let [value] = values else {
        return None;
    };
    let bare = value
        .split("::")
        .next()
        .unwrap_or_default()
        .trim_matches(['\'', '(', ')']);
    if let Ok(number) = bare.parse::<i128>() {
        return Some((BoundOrder::Number(number), bare.to_owned()));
    }
    let iso = bare.len() >= 10
        && bare.is_ascii()
        && bare.as_bytes()[4] == b'-'
        && bare.as_bytes()[7] == b'-';
    let padded = if bare.len() == 10 {
        format!("{bare} 00:00:00")
    } else {
        bare.to_owned()
    };
    iso.then(|| (BoundOrder::Text(padded), bare.to_owned()))
}
