//! Foreign keys that stand twice.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-FK-DUPLICATE",
    title: "Foreign keys that stand twice",
    rationale: "Two foreign keys over the same columns to the same key check every row twice and lock what is referred to twice. Where \
        their actions differ, which of them acts depends on the order of their names.",
    severity: Warning,
    consequence: 35,
    bad: &[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a, FOREIGN KEY (a_id) REFERENCES a (id));",
    ],
    good: &[
        "CREATE TABLE a (id bigint PRIMARY KEY); CREATE TABLE b (id bigint PRIMARY KEY, a_id bigint REFERENCES a, c_id bigint REFERENCES a);",
    ],
    fix: "The one whose actions are the default, or the second by name, goes.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let keys: Vec<_> = view.table.foreign_keys().collect();
        for (at, (name, key)) in keys.iter().enumerate() {
            let twin = keys[..at].iter().find(|(_, other)| {
                let pairs = |k: &pgwright_catalog::ForeignKey| -> BTreeSet<(Name, Name)> {
                    k.columns
                        .iter()
                        .cloned()
                        .zip(k.referenced_columns.iter().cloned())
                        .collect()
                };
                other.references == key.references && pairs(other) == pairs(key)
            });
            let Some((other_name, other)) = twin else {
                continue;
            };
            let same = other.on_delete == key.on_delete
                && other.on_update == key.on_update
                && other.match_full == key.match_full;
            let validated = |n: &Name| view.table.constraints.get(n).is_some_and(|c| c.validated);
            let found = report.add(
                view.constraint_id(name),
                if same {
                    format!("says what {other_name} says")
                } else {
                    format!("is over the columns of {other_name}, with other actions")
                },
            );
            found.with(view.constraint_id(other_name));
            if same {
                let gone = if validated(other_name) {
                    *name
                } else {
                    *other_name
                };
                found.fix(
                    format!("drop {gone}"),
                    vec![Change::DropConstraint(view.name.clone(), gone.clone())],
                );
            }
        }
    }
}
