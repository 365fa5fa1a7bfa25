//! Network addresses as text.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-IP-AS-TEXT",
    title: "Network addresses as text",
    rationale: "inet takes 7 or 19 bytes, refuses what is no address, knows that two spellings of an IPv6 address are one, and \
        finds the addresses of a network with an index. Text does none of it.",
    severity: Info,
    consequence: 12,
    bad: &[
        "CREATE TABLE logins (id bigint PRIMARY KEY, ip_address text NOT NULL);",
        "CREATE TABLE logins (id bigint PRIMARY KEY, \"remoteIp\" varchar(45));",
    ],
    good: &["CREATE TABLE logins (id bigint PRIMARY KEY, ip_address inet NOT NULL, zip text);"],
    fix: "The column becomes inet.",
    references: &["PostgreSQL manual 8.9, Network Address Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let text = is_text(&column.data_type);
            let words = words(column.name.as_str());
            let last: Vec<&str> = words.iter().rev().take(2).map(String::as_str).collect();
            let named = matches!(
                last.as_slice(),
                ["ip" | "ipv4" | "ipv6", ..] | ["address" | "addr", "ip"]
            );
            if !text || !named {
                continue;
            }
            let found = report.add(
                view.column_id(&column.name),
                format!("holds addresses in {}", column.data_type),
            );
            found.sure(Certainty::Likely);
            if column.default.is_none() && !view.is_checked(column.name.as_str()) {
                found.risky_fix(
                    "make it inet",
                    "A value that is no address stops the change; the table is rewritten.",
                    vec![Change::ColumnType(
                        view.name.clone(),
                        column.name.clone(),
                        "inet".to_owned(),
                    )],
                );
            }
        }
    }
}
