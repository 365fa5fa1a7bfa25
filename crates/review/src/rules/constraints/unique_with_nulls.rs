//! Unique keys that nulls open.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-UNIQUE-NULLS",
    title: "Unique keys that a null opens",
    rationale: "Two nulls are not equal to a unique key: rows that agree in all other columns of it come in any number as long as one column is null. NULLS NOT \
        DISTINCT (version 15), NOT NULL, or a second unique index over the rest for the rows with a null closes it.",
    severity: Warning,
    weighing: "Found where a name is to be unique within what another column refers to, and that column can be null. An optional value that is unique where \
        it is there is meant so; so is a key beside which a unique index WHERE … IS NULL stands.",
    consequence: 40,
    bad: &[
        "CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL, UNIQUE (parent_id, name));",
    ],
    good: &[
        "CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL, UNIQUE NULLS NOT DISTINCT (parent_id, name));",
        "CREATE TABLE folders (id bigint PRIMARY KEY, parent_id bigint REFERENCES folders, name text NOT NULL, UNIQUE (parent_id, name)); CREATE UNIQUE INDEX ON folders (name) WHERE parent_id IS NULL;",
        "CREATE TABLE tenants (id bigint PRIMARY KEY); CREATE TABLE users (id bigint PRIMARY KEY, tenant_id bigint NOT NULL REFERENCES tenants, external_id text, UNIQUE (tenant_id, external_id));",
        "CREATE TABLE users (id bigint PRIMARY KEY, email text UNIQUE);",
    ],
    fix: "NULLS NOT DISTINCT, from version 15 on.",
    references: &["PostgreSQL manual 5.5.3, Unique Constraints"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        let keys = view
            .table
            .constraints
            .iter()
            .filter_map(|(name, c)| match &c.kind {
                ConstraintKind::Unique(key) if !key.nulls_not_distinct => {
                    Some((name, true, key.columns.iter().collect::<Vec<_>>()))
                }
                _ => None,
            });
        let indexes = view.table.indexes.iter().filter_map(|(name, index)| {
            let plain = index.unique
                && !index.nulls_not_distinct
                && index.predicate.is_none()
                && index.parent.is_none();
            let columns = index
                .elements
                .iter()
                .map(element_column)
                .collect::<Option<Vec<_>>>()?;
            plain.then_some((name, false, columns))
        });
        for (name, constraint, columns) in keys.chain(indexes).collect::<Vec<_>>() {
            let nullable: Vec<&Name> = columns
                .iter()
                .copied()
                .filter(|c| view.nullable(c))
                .collect();
            if columns.len() < 2
                || nullable.is_empty()
                || nullable.len() == columns.len()
                || closed(view, &columns, &nullable)
            {
                continue;
            }
            // An optional value that is unique where it is there is meant so. What is not is a name that is to be
            // unique within something, of rows that are in nothing.
            let scope = nullable.iter().all(|c| {
                view.table
                    .foreign_keys()
                    .any(|(_, key)| key.columns.contains(c))
            });
            let name_like = columns.iter().any(|c| {
                !nullable.contains(c)
                    && view
                        .column(c.as_str())
                        .is_some_and(|c| is_text(&c.data_type))
                    && matches!(
                        last_word(c.as_str()).as_str(),
                        "name"
                            | "title"
                            | "slug"
                            | "key"
                            | "label"
                            | "code"
                            | "path"
                            | "email"
                            | "number"
                    )
            });
            if !scope || !name_like {
                continue;
            }
            let names: Vec<&str> = nullable.iter().map(|n| n.as_str()).collect();
            let id = if constraint {
                view.constraint_id(name)
            } else {
                view.index_id(name)
            };
            let found = report.add(
                id,
                format!(
                    "lets the same row in again and again while {} is null",
                    list(&names, 3)
                ),
            );
            found.sure(Certainty::Likely);
            let referred = context
                .references_to(view.name)
                .iter()
                .any(|r| r.key.referenced_columns.iter().collect::<Vec<_>>() == columns);
            if context.version >= 15 && !referred && view.table.partition_by.is_none() {
                found.risky_fix(
                    "NULLS NOT DISTINCT",
                    "Rows that agree, nulls included, stop the change, and are refused from then on.",
                    vec![Change::NullsNotDistinct(view.name.clone(), name.clone())],
                );
            }
        }
    }
}

/// A unique key of the other columns, or a unique index with a predicate, takes care of the nulls; or a
/// check says when they may be there.
fn closed(view: &TableView<'_>, columns: &[&Name], nullable: &[&Name]) -> bool {
    let rest: BTreeSet<&Name> = columns
        .iter()
        .copied()
        .filter(|c| !nullable.contains(c))
        .collect();
    view.unique_sets().iter().any(|set| set.is_subset(&rest))
        || view.table.indexes.values().any(|index| {
            let about = |e: &IndexElement| {
                element_column(e).is_none_or(|c| rest.contains(c) || nullable.contains(&c))
            };
            index.unique
                && (index.predicate.is_some() && index.elements.iter().any(about)
                    || index.elements.iter().any(|e| match &e.key {
                        IndexKey::Expression(e) => e.sql().to_uppercase().contains("COALESCE"),
                        IndexKey::Column(_) => false,
                    }))
        })
        || view.checks().iter().any(|(_, check)| {
            let said = expression::columns(check);
            nullable.iter().all(|c| said.contains(c.as_str()))
                && expression::any(check, &mut |part| matches!(part, Expr::IsNull { .. }))
        })
}
