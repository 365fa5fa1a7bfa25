//! Keys that the tables of the workload lack.

use pgwright_catalog::{
    Catalog, Constraint, ConstraintKind, Key as Unique, Name, QualifiedName, Table, automatic_name,
};

use pgwright_planner::growth::named_for;

use super::{Facts, Proposal, partitions, said, touched};
use crate::recommend::Action;

/// Proposes primary keys, and points at references that nothing holds.
pub(super) fn propose(facts: &Facts<'_>) -> Vec<Proposal> {
    let mut found = Vec::new();
    for table in touched(facts) {
        let Some(held) = facts.catalog.tables.get(&table) else {
            continue;
        };
        if held.partition_of.is_some() {
            continue;
        }
        let by = match facts.keep.contains_key(&table) {
            true => partitions::key(&table, facts),
            false => None,
        };
        found.extend(primary_key(&table, held, by.as_ref()));
        found.extend(references(&table, held, facts.catalog));
    }
    found
}

/// A table without a primary key, of which a column is numbered by a sequence.
fn primary_key(table: &QualifiedName, held: &Table, by: Option<&Name>) -> Option<Proposal> {
    if held.keys().next().is_some() {
        return None;
    }
    let numbered = |c: &&pgwright_catalog::Column| {
        let by_default = c
            .default
            .as_ref()
            .is_some_and(|d| d.sql().starts_with("nextval("));
        c.identity.is_some() || by_default
    };
    let column = held.columns.iter().find(numbered)?.name.clone();
    let columns = match by {
        Some(by) => format!("{column}, {by}"),
        None => column.to_string(),
    };
    let recommendation = said(
        Action::AddConstraint,
        table,
        automatic_name(table.name.as_str(), None, "pkey").to_string(),
        format!("{}: PRIMARY KEY ({columns})", table.name),
        format!(
            "{} has no primary key: a row cannot be named, logical replication cannot follow updates, and duplicates \
             of {column} go unseen.",
            table.name
        ),
        Some(format!(
            "Rows whose {column} is null or not unique have to be mended first; the migration asks."
        )),
    );
    let table = table.clone();
    Some(Proposal {
        recommendation,
        change: Some(Box::new(move |catalog| add_key(catalog, &table, &column))),
    })
}

fn add_key(catalog: &mut Catalog, table: &QualifiedName, column: &Name) {
    let Some(held) = catalog.tables.get_mut(table) else {
        return;
    };
    let mut columns = vec![column.clone()];
    // That of a partitioned table holds what it is partitioned by.
    let partitioned = held.partition_by.iter().flat_map(|p| &p.elements);
    let by: Vec<Name> = partitioned
        .filter_map(|e| held.columns.iter().find(|c| c.name.quoted() == *e))
        .map(|c| c.name.clone())
        .collect();
    columns.extend(by.into_iter().filter(|b| b != column));
    for name in &columns {
        if let Some(column) = held.column_mut(name.as_str()) {
            column.not_null = true;
        }
    }
    let name = automatic_name(table.name.as_str(), None, "pkey");
    let key = Unique {
        columns,
        include: Vec::new(),
        nulls_not_distinct: false,
        without_overlaps: false,
        options: Default::default(),
        tablespace: None,
    };
    let constraint = Constraint::new(ConstraintKind::PrimaryKey(key));
    held.constraints.insert(name, constraint);
}

/// Columns named for a table whose key they hold, by type as well, without a foreign key.
fn references(table: &QualifiedName, held: &Table, catalog: &Catalog) -> Vec<Proposal> {
    let mut found = Vec::new();
    for column in &held.columns {
        let constrained = held
            .foreign_keys()
            .any(|(_, k)| k.columns.contains(&column.name));
        let own = held.keys().any(|(_, k)| k.columns == [column.name.clone()]);
        let (Some((target, _)), false) = (named_for(catalog, table, column), constrained || own)
        else {
            continue;
        };
        found.push(Proposal {
            recommendation: said(
                Action::Consider,
                table,
                automatic_name(table.name.as_str(), Some(column.name.as_str()), "fkey").to_string(),
                format!("{}.{}: a foreign key to {}", table.name, column.name, target.name),
                format!(
                    "{} is named for {} and has the type of its key, and no foreign key holds it: rows may refer to \
                     nothing.",
                    column.name, target.name
                ),
                Some(
                    "Every insert looks the referred row up. Add it NOT VALID and validate it after; rows that refer to \
                     nothing have to be mended first."
                        .to_owned(),
                ),
            ),
            change: None,
        });
    }
    found
}
