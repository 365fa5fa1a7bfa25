//! Secrets in the clear.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "PII-PLAIN-SECRET",
    title: "Secrets that are kept as they are",
    rationale: "Whoever reads the table, a backup or a replica can act as the owner of the key or token. What is only compared can be kept as a digest; what must be known can be encrypted with a key \
        that is not in the database.",
    severity: Warning,
    consequence: 55,
    bad: &[
        "CREATE TABLE accounts (id bigint PRIMARY KEY, api_key text NOT NULL);",
        "CREATE TABLE links (id bigint PRIMARY KEY, refresh_token text);",
    ],
    good: &[
        "CREATE TABLE accounts (id bigint PRIMARY KEY, api_key_hash bytea NOT NULL, encrypted_token text, token_expires_at timestamptz, public_key text, access_token_id bigint);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const SECRETS: &[&[&str]] = &[
    &["api", "key"],
    &["apikey"],
    &["secret", "key"],
    &["client", "secret"],
    &["private", "key"],
    &["access", "token"],
    &["refresh", "token"],
    &["api", "token"],
    &["auth", "token"],
    &["secret", "token"],
    &["api", "secret"],
    &["app", "secret"],
    &["webhook", "secret"],
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            let words = words(column.name.as_str());
            let secret = SECRETS.iter().any(|end| {
                words.len() >= end.len()
                    && words[words.len() - end.len()..]
                        .iter()
                        .zip(*end)
                        .all(|(a, b)| a == b)
            });
            let kept = words.iter().any(|w| {
                matches!(
                    w.as_str(),
                    "encrypted" | "hashed" | "hash" | "digest" | "public" | "masked" | "crypted"
                )
            });
            // A comment that says how it is kept is an answer.
            let said = column.comment.as_ref().is_some_and(|c| {
                ["encrypt", "hash", "digest"]
                    .iter()
                    .any(|w| c.to_lowercase().contains(w))
            });
            if text && secret && !kept && !said {
                report
                    .add(
                        view.column_id(&column.name),
                        "holds a secret, by its name, in the clear",
                    )
                    .sure(Certainty::Possible);
            }
        }
    }
}
