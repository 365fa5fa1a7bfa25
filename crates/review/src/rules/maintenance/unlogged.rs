//! Tables that a crash empties.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MNT-UNLOGGED",
    title: "Unlogged tables that others refer to or that hold the only copy",
    rationale: "After a crash an unlogged table is empty, and it is not on any replica. That is right for what can be made again.",
    severity: Warning,
    weighing: "Silent for staging tables, queues and read models; a note where nothing refers to it.",
    consequence: 50,
    bad: &[
        "CREATE UNLOGGED TABLE orders (id bigint PRIMARY KEY);",
        "CREATE UNLOGGED TABLE orders (id bigint PRIMARY KEY); CREATE UNLOGGED TABLE lines (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);",
    ],
    good: &[
        "CREATE UNLOGGED TABLE import_orders (id bigint PRIMARY KEY); CREATE UNLOGGED TABLE page_cache (id bigint PRIMARY KEY);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let may = words(view.name.name.as_str()).iter().any(|w| {
            matches!(
                w.as_str(),
                "cache" | "session" | "sessions" | "lock" | "locks" | "temp" | "tmp"
            )
        });
        let unlogged = view.table.persistence == pgwright_catalog::Persistence::Unlogged;
        if unlogged
            && !may
            && !matches!(
                view.purpose,
                Purpose::Staging | Purpose::Queue | Purpose::ReadModel
            )
        {
            let referred = !context.references_to(view.name).is_empty();
            report
                .add(view.id(), "is unlogged: a crash empties it")
                .sure(if referred {
                    Certainty::Certain
                } else {
                    Certainty::Possible
                })
                .severity(if referred { Error } else { Info });
        }
    }
}
