//! Defaults that their own check refuses.

use crate::rules::prelude::*;

use pgwright_ddl::eval::evaluate;
use pgwright_ddl::value::{Assignment, Value};

pub(crate) const RULE: Rule = Rule {
    id: "CON-DEFAULT-REFUSED",
    title: "Defaults that a check refuses",
    rationale: "An INSERT that leaves the column out takes the default, and the CHECK refuses it: the row can only be added by naming a value, and the error speaks of \
        one that nobody gave.",
    severity: Warning,
    consequence: 55,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'new' CHECK (state IN ('open', 'closed')));",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'closed')), n int DEFAULT 0 CHECK (n >= 0));",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in &view.columns {
            let Some(default) = column
                .default
                .as_ref()
                .and_then(|d| expression::parse(d.sql()))
            else {
                continue;
            };
            let Some(value) = constant(&default) else {
                continue;
            };
            for (name, check) in view.checks() {
                let columns = expression::columns(check);
                if columns.len() != 1 || !columns.contains(column.name.as_str()) {
                    continue;
                }
                let row = Assignment::from([(column.name.to_string(), value.clone())]);
                if evaluate(check, &row, None) == Ok(Value::Bool(false)) {
                    report
                        .add(
                            view.column_id(&column.name),
                            format!("defaults to {}, which {name} refuses", default.to_sql()),
                        )
                        .with(view.constraint_id(name));
                }
            }
        }
    }
}

/// A plain constant; what depends on the moment or on a sequence is none.
fn constant(expr: &Expr) -> Option<Value> {
    let plain = |e: &Expr| {
        matches!(
            e,
            Expr::Text(_) | Expr::Integer(_) | Expr::Numeric(_) | Expr::Bool(_)
        )
    };
    let inner = match expr {
        Expr::Cast { operand, type_name }
            if plain(operand)
                && (type_name == "text" || type_name.starts_with("character varying")) =>
        {
            operand
        }
        e if plain(e) => e,
        _ => return None,
    };
    evaluate(inner, &Assignment::new(), None).ok()
}
