//! Truth values as numbers or letters.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-BOOL-AS-INT",
    title: "Truth values as numbers or letters",
    rationale: "A flag in an integer or a letter takes values that mean nothing, 2 or 'x', needs a comparison wherever a condition \
        stands, and tells neither people nor tools what it is. boolean takes one byte.",
    severity: Info,
    consequence: 15,
    bad: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, is_admin smallint NOT NULL DEFAULT 0);",
        "CREATE TABLE users (id bigint PRIMARY KEY, active integer NOT NULL CHECK (active IN (0, 1)));",
        "CREATE TABLE users (id bigint PRIMARY KEY, enabled char(1) CHECK (enabled IN ('Y', 'N')));",
    ],
    good: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, is_admin boolean NOT NULL DEFAULT false, has_children_count integer);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let number = matches!(column.data_type.as_str(), "smallint" | "integer");
            let letter = matches!(
                column.data_type.as_str(),
                "character(1)" | "character varying(1)"
            );
            if !number && !letter {
                continue;
            }
            let checked = view
                .checks()
                .iter()
                .any(|(_, check)| two_values(check, column.name.as_str()));
            let words = words(column.name.as_str());
            let named = words.len() > 1
                && words
                    .first()
                    .is_some_and(|w| matches!(w.as_str(), "is" | "has"))
                && !words
                    .last()
                    .is_some_and(|w| matches!(w.as_str(), "count" | "id" | "type" | "level"));
            if checked || named {
                report
                    .add(
                        view.column_id(&column.name),
                        format!("is a truth value in {}", column.data_type),
                    )
                    .sure(if checked {
                        Certainty::Certain
                    } else {
                        Certainty::Likely
                    });
            }
        }
    }
}

/// `c IN (0, 1)`, `c IN ('Y', 'N')`.
fn two_values(check: &Expr, column: &str) -> bool {
    expression::any(check, &mut |part| {
        let (operand, list) = match part {
            Expr::In {
                operand,
                list,
                negated: false,
            } => (operand, list.as_slice()),
            Expr::Quantified { operand, array, .. } => match &**array {
                Expr::Array(list) => (operand, list.as_slice()),
                _ => return false,
            },
            _ => return false,
        };
        let about = expression::columns(operand).contains(column);
        let values: BTreeSet<String> = list
            .iter()
            .map(|value| text(value).to_lowercase())
            .collect();
        let pairs = [["0", "1"], ["n", "y"], ["f", "t"], ["no", "yes"]];
        about
            && pairs
                .iter()
                .any(|pair| values.len() == 2 && pair.iter().all(|v| values.contains(*v)))
    })
}

fn text(value: &Expr) -> String {
    match value {
        Expr::Cast { operand, .. } => text(operand),
        Expr::Text(text) => text.clone(),
        Expr::Integer(number) => number.to_string(),
        _ => String::new(),
    }
}
