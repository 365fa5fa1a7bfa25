//! Digests as text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-HASH-AS-TEXT",
    title: "Digests as hexadecimal text",
    rationale: "Hexadecimal text takes twice the bytes of the digest, in the table and in every index, and the same digest has two \
        spellings. bytea holds it as it is.",
    severity: Info,
    consequence: 10,
    bad: &[
        "CREATE TABLE files (id bigint PRIMARY KEY, sha256 text NOT NULL);",
        "CREATE TABLE files (id bigint PRIMARY KEY, content_md5 varchar(32));",
    ],
    good: &[
        "CREATE TABLE files (id bigint PRIMARY KEY, sha256 bytea NOT NULL, password_hash text);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            let digest = matches!(
                last_word(column.name.as_str()).as_str(),
                "sha" | "sha1" | "sha256" | "sha512" | "md5"
            );
            if text && digest {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("holds a digest in {}", column.data_type),
                    )
                    .sure(Certainty::Likely);
            }
        }
    }
}
