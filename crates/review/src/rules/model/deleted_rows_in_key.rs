//! Deleted rows that keep their values taken.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MOD-SOFT-DELETE-UNIQUE",
    title: "Deleted rows that keep their values taken",
    rationale: "Rows of this table are marked as deleted and stay. A unique key that counts them refuses the value of a deleted row for ever: the user who \
        deleted an account cannot sign up again with the same address. A unique index over the rows that are left does what is meant.",
    severity: Warning,
    weighing: "Silent for keys over ids that are never given twice anyway.",
    consequence: 50,
    bad: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL UNIQUE, deleted_at timestamptz);",
    ],
    good: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, email text NOT NULL, deleted_at timestamptz); CREATE UNIQUE INDEX ON users (email) WHERE deleted_at IS NULL;",
        "CREATE TABLE users (id bigint PRIMARY KEY, uuid uuid UNIQUE, email text, deleted_at timestamptz, UNIQUE (email, deleted_at));",
    ],
    fix: "The key becomes a unique index over the rows that are not deleted.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let mark = view.columns.iter().find(|c| {
            let time = c.data_type.starts_with("timestamp") && !c.not_null;
            time && matches!(
                c.name.as_str(),
                "deleted_at" | "deletedAt" | "deleted_on" | "removed_at"
            ) || c.data_type == "boolean"
                && matches!(c.name.as_str(), "deleted" | "is_deleted" | "isDeleted")
        });
        let Some(mark) = mark else {
            continue;
        };
        let left = match mark.data_type.as_str() {
            "boolean" => format!("NOT {}", mark.name.quoted()),
            _ => format!("{} IS NULL", mark.name.quoted()),
        };
        // What is random or counted is not given twice, and what points elsewhere says which row it belongs to.
        let named = |columns: &[Name]| {
            !columns.contains(&mark.name)
                && columns.iter().any(|name| {
                    view.column(name.as_str()).is_some_and(|c| {
                        c.data_type == "text"
                            || c.data_type.starts_with("character")
                            || c.data_type.ends_with("citext")
                    }) && !matches!(
                        last_word(name.as_str()).as_str(),
                        "uuid"
                            | "guid"
                            | "token"
                            | "secret"
                            | "hash"
                            | "digest"
                            | "id"
                            | "sha"
                            | "key"
                    )
                })
        };
        for (name, constraint) in &view.table.constraints {
            let ConstraintKind::Unique(key) = &constraint.kind else {
                continue;
            };
            if !named(&key.columns) {
                continue;
            }
            let found = report.add(
                view.constraint_id(name),
                format!("counts rows with {} set", mark.name),
            );
            found
                .with(view.column_id(&mark.name))
                .sure(Certainty::Likely);
            let referred = context
                .references_to(view.name)
                .iter()
                .any(|r| r.key.referenced_columns == key.columns);
            let plain = constraint.deferrability == pgwright_catalog::Deferrability::NotDeferrable
                && view.table.partition_by.is_none();
            if !referred && plain && key.include.is_empty() && !key.nulls_not_distinct {
                let index = Index {
                    unique: true,
                    predicate: Some(Expression::new(left.clone())),
                    ..Index::btree(key.columns.clone())
                };
                found.risky_fix(
                    format!("a unique index where {left}"),
                    "ON CONFLICT that names the constraint or the columns alone does not find the index.",
                    vec![Change::DropConstraint(view.name.clone(), name.clone()), Change::AddIndex(view.name.clone(), name.clone(), Box::new(index))],
                );
            }
        }
        for (name, index) in &view.table.indexes {
            let columns: Option<Vec<Name>> = index
                .elements
                .iter()
                .map(|e| element_column(e).cloned())
                .collect();
            if index.unique
                && index.predicate.is_none()
                && columns.as_deref().is_some_and(named)
                && index.parent.is_none()
            {
                report
                    .add(view.index_id(name), format!("counts rows with {} set", mark.name))
                    .with(view.column_id(&mark.name))
                    .sure(Certainty::Likely)
                    .risky_fix(
                        format!("where {left}"),
                        "ON CONFLICT that names the columns alone does not find the index any more.",
                        vec![Change::IndexPredicate(view.name.clone(), name.clone(), Some(Expression::new(left.clone())))],
                    );
            }
        }
    }
}
