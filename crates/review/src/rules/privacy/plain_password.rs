//! Passwords in a column that does not say how.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "PII-PLAIN-PASSWORD",
    title: "Passwords in columns that do not say that they are hashed",
    rationale: "A column named password may hold one, and then everybody who reads it has it. Where it is a hash, the name or a comment should say so, so that nobody ever writes anything else into it.",
    severity: Info,
    weighing: "A warning where its type cannot hold a hash.",
    consequence: 50,
    bad: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, password text NOT NULL);",
        "CREATE TABLE users (id bigint PRIMARY KEY, password varchar(16) NOT NULL);",
    ],
    good: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, password_hash text NOT NULL, encrypted_password text); COMMENT ON COLUMN users.encrypted_password IS 'bcrypt';",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let named = matches!(
                column.name.as_str(),
                "password"
                    | "passwd"
                    | "pwd"
                    | "user_password"
                    | "plain_password"
                    | "password_plain"
            );
            let length = column
                .data_type
                .strip_prefix("character varying(")
                .and_then(|r| r.trim_end_matches(')').parse::<u32>().ok());
            let text = is_text(&column.data_type);
            let said = column.comment.as_ref().is_some_and(|c| {
                ["hash", "bcrypt", "argon", "scrypt", "crypt"]
                    .iter()
                    .any(|w| c.to_lowercase().contains(w))
            });
            if named && text && !said {
                let short = length.is_some_and(|n| n < 60);
                report
                    .add(
                        view.column_id(&column.name),
                        if short { format!("holds passwords, by its name, and is too short for a hash of bcrypt or argon2: {}", column.data_type) } else { "does not say that it holds a hash".to_owned() },
                    )
                    .severity(if short { Warning } else { Info })
                    .sure(Certainty::Possible);
            }
        }
    }
}
