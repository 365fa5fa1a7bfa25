//! Facts about what is referred to.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-3NF",
    title: "Names copied from what is referred to",
    rationale: "The row refers to another and also holds its name: the copy stays as it was when the other is renamed, and which of the two is right cannot be \
        told. Where the name of that time is meant, as on an invoice, a comment on the column should say so.",
    severity: Info,
    weighing: "Silent for logs, queues and read models, whose copies are meant, for documents that keep what was said on them, and where the column has a comment.",
    consequence: 25,
    bad: &[
        "CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, city text); CREATE TABLE visits_planned (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, customer_name text NOT NULL);",
    ],
    good: &[
        "CREATE TABLE customers (id bigint PRIMARY KEY, name text NOT NULL, city text); CREATE TABLE invoices (id bigint PRIMARY KEY, customer_id bigint NOT NULL REFERENCES customers, customer_name text NOT NULL);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let document = words(view.name.name.as_str()).iter().any(|w| {
            matches!(
                w.as_str(),
                "invoice"
                    | "invoices"
                    | "order"
                    | "orders"
                    | "receipt"
                    | "receipts"
                    | "quote"
                    | "quotes"
                    | "shipment"
                    | "shipments"
                    | "payment"
                    | "payments"
                    | "line"
                    | "lines"
                    | "item"
                    | "items"
            )
        });
        if document || !matches!(view.purpose, Purpose::Ordinary) {
            continue;
        }
        for (_, key) in view.table.foreign_keys() {
            let ([column], Some(target)) = (key.columns.as_slice(), context.table(&key.references))
            else {
                continue;
            };
            let Some(stem) = column.as_str().strip_suffix("_id") else {
                continue;
            };
            for end in ["name", "email", "title", "code"] {
                let copy = view.column(&format!("{stem}_{end}"));
                let original = target
                    .column(end)
                    .or_else(|| target.column(&format!("{stem}_{end}")));
                if let (Some(copy), Some(original)) = (copy, original)
                    && copy.data_type == original.data_type
                    && copy.comment.is_none()
                    && copy.generated.is_none()
                {
                    report
                        .add(
                            view.column_id(&copy.name),
                            format!(
                                "copies {}.{}, to which {column} refers",
                                target.name, original.name
                            ),
                        )
                        .with(target.column_id(&original.name))
                        .sure(Certainty::Likely);
                }
            }
        }
    }
}
