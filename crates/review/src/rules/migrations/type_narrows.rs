//! Types that old values may not fit.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-DATA-LOSS-CAST",
    title: "Changes of type that old values may not fit",
    rationale: "A value that does not fit the new type makes the migration fail, or is rounded. Look for such values first, and write with USING what is to become of them.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &[
        "CREATE TABLE t (a bigint);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE int;",
        "CREATE TABLE t (a numeric(10,4));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE numeric(10,2);",
    ],
    good: &["CREATE TABLE t (a int);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE bigint;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::ColumnType {
            column,
            data_type,
            using: false,
            ..
        } = command
        else {
            continue;
        };
        let old = target
            .table
            .and_then(|t| t.column(column))
            .map(|c| c.data_type.as_str());
        let narrows = old
            .and_then(|old| pgwright_migrate::type_change(old, data_type))
            .is_some_and(|c| c.narrows);
        if let (Some(old), true) = (old, narrows) {
            report.add(
                target.column(column),
                format!("goes from {old} to {data_type}: values may not fit, or are rounded"),
            );
        }
    }
}
