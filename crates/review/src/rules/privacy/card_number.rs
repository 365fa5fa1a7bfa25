//! Card numbers.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "PII-PAN",
    title: "Numbers of payment cards",
    rationale: "Who stores card numbers falls under PCI DSS with the whole system around the database, and the security code must not be stored at all, not even encrypted. A payment provider's token does \
        what is needed.",
    severity: Warning,
    weighing: "An error for the security code.",
    consequence: 75,
    bad: &["CREATE TABLE cards (id bigint PRIMARY KEY, card_number text NOT NULL, cvv text);"],
    good: &[
        "CREATE TABLE members (id bigint PRIMARY KEY, card_number text); CREATE TABLE cards (id bigint PRIMARY KEY, token text NOT NULL, last_four text, card_number_masked text);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let name = words(column.name.as_str()).join("_");
            let code = matches!(
                name.as_str(),
                "cvv" | "cvc" | "cvv2" | "card_cvv" | "card_cvc" | "card_security_code"
            );
            let number = matches!(
                name.as_str(),
                "card_number"
                    | "credit_card_number"
                    | "cardnumber"
                    | "creditcardnumber"
                    | "cc_number"
                    | "credit_card"
                    | "pan_number"
            );
            // Libraries and clubs give cards as well.
            let payment = words(view.name.name.as_str()).iter().any(|w| {
                matches!(
                    w.as_str(),
                    "card"
                        | "cards"
                        | "creditcard"
                        | "payment"
                        | "payments"
                        | "billing"
                        | "checkout"
                )
            }) || name.contains("credit")
                || view.columns.iter().any(|c| {
                    let n = c.name.as_str().to_lowercase();
                    n.contains("expir")
                        || n.contains("exp_month")
                        || n.contains("expmonth")
                        || n.starts_with("cv")
                        || n.contains("cardholder")
                });
            if code || (number && payment) {
                report
                    .add(
                        view.column_id(&column.name),
                        if code {
                            "holds the security code of a card, by its name"
                        } else {
                            "holds a card number, by its name"
                        },
                    )
                    .severity(if code { Error } else { Warning })
                    .sure(Certainty::Likely);
            }
        }
    }
}
