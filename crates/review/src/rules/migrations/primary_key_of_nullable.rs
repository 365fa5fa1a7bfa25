//! Primary keys over columns that can be null.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-PK-USING-NULLABLE",
    title: "Primary keys over an index of columns that can be null",
    rationale: "ADD PRIMARY KEY USING INDEX makes the columns NOT NULL, and reads the table under ACCESS EXCLUSIVE to be sure, unless they are NOT NULL already.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 45,
    bad: &[
        "CREATE TABLE users (id bigint); CREATE UNIQUE INDEX i ON users (id);
-- migration
ALTER TABLE users ADD CONSTRAINT p PRIMARY KEY USING INDEX i;",
    ],
    good: &[
        "CREATE TABLE users (id bigint NOT NULL); CREATE UNIQUE INDEX i ON users (id);
-- migration
ALTER TABLE users ADD CONSTRAINT p PRIMARY KEY USING INDEX i;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, constraint) in context.added_constraints() {
        let (ConstraintForm::PrimaryKey(_), Some(index)) =
            (&constraint.form, &constraint.using_index)
        else {
            continue;
        };
        let nullable = target.table.and_then(|table| {
            let elements = &table.indexes.get(index.as_str())?.elements;
            elements.iter().find_map(|e| match &e.key {
                IndexKey::Column(name) => table.column(name.as_str()).filter(|c| !c.not_null),
                IndexKey::Expression(_) => None,
            })
        });
        if let Some(column) = nullable {
            report.add(
                target.column(column.name.as_str()),
                format!(
                    "can be null: ADD PRIMARY KEY USING INDEX {}",
                    context.costs("add_pk_using_index_nullable_col", &target.name)
                ),
            );
        }
    }
}
