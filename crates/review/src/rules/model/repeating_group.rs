//! Columns that are numbered.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-1NF-REPEAT",
    title: "Columns that repeat with a number",
    rationale: "phone1, phone2, phone3: the next one needs a new column, a search has to name them all, nothing keeps the same value out of two \
        of them, and most are empty. A table with a row for each has no such limit.",
    severity: Warning,
    weighing: "Two such columns count only for things of which people have any number; the lines of an address never do.",
    consequence: 40,
    bad: &[
        "CREATE TABLE contacts (id bigint PRIMARY KEY, phone1 text, phone2 text);",
        "CREATE TABLE t (id bigint PRIMARY KEY, answer_1 text, answer_2 text, answer_3 text);",
    ],
    good: &[
        "CREATE TABLE places (id bigint PRIMARY KEY, address_line1 text, address_line2 text, address_line3 text, sha1 bytea, md5 bytea, utf8 text);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        if matches!(view.purpose, Purpose::Staging | Purpose::ReadModel) {
            continue;
        }
        let mut series: BTreeMap<(&str, &str), BTreeMap<u32, &Name>> = BTreeMap::new();
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let name = column.name.as_str();
            let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
            let (Ok(number), false) = (name[stem.len()..].parse::<u32>(), stem.is_empty()) else {
                continue;
            };
            let base = stem.trim_end_matches('_');
            // The parts of a whole, and the names of things that end with a number.
            let part = words(base).iter().any(|w| {
                matches!(
                    w.as_str(),
                    "line"
                        | "tier"
                        | "address"
                        | "addr"
                        | "street"
                        | "sha"
                        | "md"
                        | "utf"
                        | "ipv"
                        | "v"
                        | "version"
                        | "x"
                        | "y"
                        | "oauth"
                        | "int"
                        | "p"
                        | "q"
                        | "level"
                        | "base"
                        | "iso"
                        | "alpha"
                        | "s"
                        | "http"
                        | "h"
                        | "street_address"
                )
            });
            if !part && number <= 30 {
                series
                    .entry((base, column.data_type.as_str()))
                    .or_default()
                    .insert(number, &column.name);
            }
        }
        for ((base, _), columns) in series {
            let numbers: Vec<u32> = columns.keys().copied().collect();
            let consecutive = numbers.windows(2).all(|pair| pair[1] == pair[0] + 1)
                && numbers.first().is_some_and(|n| *n <= 1);
            let many = numbers.len() >= 3
                || (numbers.len() == 2
                    && matches!(
                        last_word(base).as_str(),
                        "phone"
                            | "email"
                            | "mail"
                            | "tel"
                            | "contact"
                            | "image"
                            | "photo"
                            | "tag"
                            | "fax"
                            | "mobile"
                    ));
            if consecutive && many {
                let names: Vec<&str> = columns.values().map(|n| n.as_str()).collect();
                let found = report.add(
                    view.column_id(columns.values().next().copied().unwrap_or(&view.name.name)),
                    format!("repeats: {}", list(&names, 6)),
                );
                found.sure(Certainty::Likely);
                for column in columns.values().skip(1) {
                    found.with(view.column_id(column));
                }
            }
        }
    }
}
