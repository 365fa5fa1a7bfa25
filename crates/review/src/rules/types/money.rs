//! The type money.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-MONEY",
    title: "Amounts in the type money",
    rationale: "money keeps no currency, and how many decimals it has and how it is read and written depends on the \
        server's lc_monetary: a dump restored under another locale means other amounts.",
    severity: Warning,
    consequence: 60,
    bad: &["CREATE TABLE invoices (id bigint PRIMARY KEY, total money NOT NULL);"],
    good: &[
        "CREATE TABLE invoices (id bigint PRIMARY KEY, total numeric(12,2) NOT NULL, currency text NOT NULL);",
    ],
    fix: "The column becomes numeric.",
    references: &["PostgreSQL manual 8.2, Monetary Types"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view
            .columns
            .iter()
            .filter(|c| c.data_type == "money" && !c.inherited)
        {
            report
                .add(
                    view.column_id(&column.name),
                    "is of type money, whose meaning depends on lc_monetary",
                )
                .risky_fix(
                    "make it numeric, with the currency in a column of its own",
                    "The table is rewritten, and clients get numbers without a currency sign.",
                    vec![Change::ColumnType(
                        view.name.clone(),
                        column.name.clone(),
                        "numeric".to_owned(),
                    )],
                );
        }
    }
}
