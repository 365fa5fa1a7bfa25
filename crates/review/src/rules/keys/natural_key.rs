//! Keys that change.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-NATURAL-PK",
    title: "Keys that change and do not carry their references along",
    rationale: "People change names, addresses and phone numbers. Where such a value is the key and others refer to it without ON UPDATE \
        CASCADE, a change is refused as long as a reference exists.",
    severity: Warning,
    consequence: 40,
    bad: &[
        "CREATE TABLE users (email text PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, author text REFERENCES users);",
    ],
    good: &[
        "CREATE TABLE users (email text PRIMARY KEY); CREATE TABLE posts (id bigint PRIMARY KEY, author text REFERENCES users ON UPDATE CASCADE);",
        "CREATE TABLE countries (code text PRIMARY KEY); CREATE TABLE cities (id bigint PRIMARY KEY, country text REFERENCES countries);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const CHANGES: &[&str] = &[
    "email", "mail", "phone", "username", "login", "nickname", "title", "address", "url",
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let [key] = view.primary_key() else {
            continue;
        };
        if !CHANGES.contains(&last_word(key.as_str()).as_str()) {
            continue;
        }
        for reference in context.references_to(view.name) {
            if reference.key.on_update != ReferentialAction::Cascade
                && reference.key.referenced_columns.contains(key)
            {
                report
                    .add(
                        ObjectId::Constraint(reference.from.clone(), reference.name.clone()),
                        format!(
                            "refuses a change of {}.{key} while it is referred to",
                            view.name
                        ),
                    )
                    .with(view.column_id(key))
                    .sure(Certainty::Likely);
            }
        }
    }
}
