//! Predicates that leave nothing out.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "IDX-USELESS-PREDICATE",
    title: "Partial indexes that leave nothing out",
    rationale: "The predicate says that a column is not null which never is: the index holds every row, and yet a query is only served by it, and ON CONFLICT only finds it, where \
        the condition is repeated or implied.",
    severity: Info,
    consequence: 20,
    bad: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL); CREATE INDEX ON t (a) WHERE a IS NOT NULL;",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, a int); CREATE INDEX ON t (a) WHERE a IS NOT NULL;",
    ],
    fix: "The predicate goes.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, index) in view
            .table
            .indexes
            .iter()
            .filter(|(_, i)| i.parent.is_none())
        {
            let Some(Expr::IsNull {
                operand,
                negated: true,
            }) = index
                .predicate
                .as_ref()
                .and_then(|p| expression::parse(p.sql()))
            else {
                continue;
            };
            if let Expr::Column(path) = &*operand
                && let Some(column) = path.last().and_then(|c| view.column(c))
                && (column.not_null || view.primary_key().contains(&column.name))
            {
                report
                    .add(
                        view.index_id(name),
                        format!("is where {} is not null, which it never is", column.name),
                    )
                    .fix(
                        "drop the predicate",
                        vec![Change::IndexPredicate(
                            view.name.clone(),
                            name.clone(),
                            None,
                        )],
                    );
            }
        }
    }
}
