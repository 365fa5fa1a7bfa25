//! UUIDs as text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-VARCHAR-UUID",
    title: "UUIDs that are kept as text",
    rationale: "A UUID takes 16 bytes as uuid and 37 as text, in the table, in every index and in every table that refers to \
        it; comparisons go through the collation, and nothing keeps two spellings of one value, or no UUID at all, out.",
    severity: Warning,
    consequence: 45,
    bad: &[
        "CREATE TABLE sessions (id varchar(36) PRIMARY KEY);",
        "CREATE TABLE sessions (id bigint PRIMARY KEY, user_uuid text NOT NULL);",
        "CREATE TABLE a (id text PRIMARY KEY DEFAULT gen_random_uuid()::text);",
    ],
    good: &["CREATE TABLE sessions (id uuid PRIMARY KEY, external_id text);"],
    fix: "The column becomes uuid.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let referenced = |view: &TableView<'_>, column: &Name| {
        let to = context.references_to(view.name).iter();
        to.clone()
            .any(|r| r.key.referenced_columns.contains(column))
            || view
                .table
                .foreign_keys()
                .any(|(_, key)| key.columns.contains(column))
    };
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            if !text {
                continue;
            }
            let sized = matches!(
                column.data_type.as_str(),
                "character varying(36)" | "character(36)"
            );
            let last = last_word(column.name.as_str());
            let named = matches!(last.as_str(), "uuid" | "guid");
            let identifies = matches!(last.as_str(), "id" | "key" | "ref");
            let generated = column.default.as_ref().is_some_and(|d| {
                d.sql().contains("gen_random_uuid()") || d.sql().contains("uuid_generate_v4()")
            });
            if !(generated || named || (sized && identifies)) {
                continue;
            }
            let found = report.add(
                view.column_id(&column.name),
                format!("holds UUIDs in {}", column.data_type),
            );
            found.sure(if generated {
                Certainty::Certain
            } else {
                Certainty::Likely
            });
            if !referenced(view, &column.name) && column.default.is_none() {
                found.risky_fix(
                    "make it uuid",
                    "A value that is no UUID stops the change; the table is rewritten.",
                    vec![Change::ColumnType(
                        view.name.clone(),
                        column.name.clone(),
                        "uuid".to_owned(),
                    )],
                );
            }
        }
    }
}
