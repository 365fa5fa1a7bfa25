//! Things that only a number tells apart.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "KEY-SURROGATE-ONLY",
    title: "Identifying values that nothing keeps unique",
    rationale: "A generated number tells rows apart for the database, not for people: where a code, slug or user name is what people look a thing up \
        by, nothing here keeps two rows from having the same.",
    severity: Info,
    consequence: 30,
    bad: &["CREATE TABLE articles (id bigint PRIMARY KEY, slug text NOT NULL, body text);"],
    good: &[
        "CREATE TABLE articles (id bigint PRIMARY KEY, slug text NOT NULL UNIQUE, body text);",
        "CREATE TABLE articles (id bigint PRIMARY KEY, slug text NOT NULL, body text); CREATE UNIQUE INDEX ON articles (lower(slug));",
        "CREATE TABLE order_lines (id bigint PRIMARY KEY, order_id bigint, product_id bigint, sku text NOT NULL);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const IDENTIFYING: &[&str] = &[
    "slug", "username", "isbn", "iban", "vin", "hostname", "handle",
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        if view.purpose != Purpose::Ordinary || view.primary_key().len() != 1 {
            continue;
        }
        for column in view.columns.iter().filter(|c| !c.inherited && c.not_null) {
            if !IDENTIFYING.contains(&column.name.as_str()) {
                continue;
            }
            let in_key = view
                .table
                .keys()
                .any(|(_, key)| key.columns.contains(&column.name))
                || view
                    .table
                    .indexes
                    .values()
                    .filter(|i| i.unique)
                    .any(|index| {
                        index.elements.iter().any(|element| match &element.key {
                            IndexKey::Column(name) => name == &column.name,
                            IndexKey::Expression(e) => {
                                expression::parse(e.sql()).is_some_and(|e| {
                                    expression::columns(&e).contains(column.name.as_str())
                                })
                            }
                        })
                    });
            if !in_key {
                report
                    .add(
                        view.column_id(&column.name),
                        "identifies a row for people, and two rows may have the same",
                    )
                    .sure(Certainty::Possible);
            }
        }
    }
}
