//! Amounts of money in floating point.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-FLOAT-MONEY",
    title: "Amounts of money in floating point",
    rationale: "real and double precision hold most decimal fractions only nearly: 0.1 + 0.2 is not 0.3. Sums drift by \
        cents, depend on the order of the rows, and do not reconcile. numeric is exact.",
    severity: Error,
    weighing: "A warning where the name may mean another quantity, such as amount or total.",
    consequence: 80,
    bad: &[
        "CREATE TABLE products (id bigint PRIMARY KEY, price double precision NOT NULL);",
        "CREATE TABLE employees (id bigint PRIMARY KEY, \"baseSalary\" real);",
        "CREATE TABLE payments (id bigint PRIMARY KEY, amount float8);",
    ],
    good: &[
        "CREATE TABLE products (id bigint PRIMARY KEY, price numeric(12,2) NOT NULL, weight double precision);",
        "CREATE TABLE runs (id bigint PRIMARY KEY, cost_seconds double precision, total_time real);",
    ],
    fix: "The column becomes numeric.",
    references: &["PostgreSQL manual 8.1.3, Floating-Point Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const SURE: &[&str] = &[
    "price", "salary", "wage", "revenue", "fee", "fees", "vat", "subtotal", "invoice", "payout",
    "refund", "debit", "turnover",
];
const MAYBE: &[&str] = &[
    "amount", "cost", "balance", "tax", "budget", "payment", "deposit",
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            if !matches!(column.data_type.as_str(), "real" | "double precision") {
                continue;
            }
            let last = last_word(column.name.as_str());
            let (severity, certainty) = if SURE.contains(&last.as_str()) {
                (Error, Certainty::Likely)
            } else if MAYBE.contains(&last.as_str()) {
                (Warning, Certainty::Likely)
            } else {
                continue;
            };
            report
                .add(
                    view.column_id(&column.name),
                    format!("holds money, by its name, in {}", column.data_type),
                )
                .severity(severity)
                .sure(certainty)
                .risky_fix(
                    "make it numeric",
                    "The table is rewritten; existing values keep the error that they have.",
                    vec![Change::ColumnType(
                        view.name.clone(),
                        column.name.clone(),
                        "numeric".to_owned(),
                    )],
                );
        }
    }
}
