//! Random keys.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-UUID-V4-PK",
    title: "Random keys where ordered ones can be had",
    rationale: "Every new random UUID goes to another page of the key's index: with more rows than memory each INSERT reads and \
        writes a page, and after each checkpoint writes it whole into the log. uuidv7() of PostgreSQL 18 counts up with time, so \
        that new keys lie together.",
    severity: Info,
    weighing: "Surer for tables to which rows keep being added.",
    since: 18,
    consequence: 15,
    bad: &["CREATE TABLE page_events (id uuid PRIMARY KEY DEFAULT gen_random_uuid());"],
    good: &["CREATE TABLE page_events (id uuid PRIMARY KEY DEFAULT uuidv7());"],
    fix: "The default becomes uuidv7(); rows that are there keep their keys.",
    references: &["PostgreSQL manual 9.14, UUID Functions"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let [key] = view.primary_key() else {
            continue;
        };
        let random = view
            .column(key.as_str())
            .and_then(|c| c.default.as_ref())
            .is_some_and(|d| {
                matches!(d.sql(), "gen_random_uuid()" | "uuidv4()")
                    || d.sql().ends_with("uuid_generate_v4()")
            });
        if random {
            let default = Some(Expression::new("uuidv7()"));
            report
                .add(
                    view.column_id(key),
                    "is random, so that rows written together lie apart in its index",
                )
                .sure(if view.purpose == Purpose::AppendOnly {
                    Certainty::Likely
                } else {
                    Certainty::Possible
                })
                .risky_fix(
                    "take uuidv7() as default",
                    "A key then tells when its row was made.",
                    vec![Change::ColumnDefault(
                        view.name.clone(),
                        key.clone(),
                        default,
                    )],
                );
        }
    }
}
