//! Stored generated columns.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-STORED-GENERATED",
    title: "Stored generated columns that are computed for every row",
    rationale: "GENERATED … STORED is computed for every row that is there: the table is written anew under ACCESS EXCLUSIVE. From version 18 on a VIRTUAL one is not; else a plain column with a trigger, filled in batches.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "ALTER TABLE users ADD COLUMN full_name text GENERATED ALWAYS AS (first || last) STORED;",
    ],
    good: &[
        "ALTER TABLE users ADD COLUMN full_name text GENERATED ALWAYS AS (first || last) VIRTUAL;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        if column.generated == Some(true) {
            report.add(
                target.column(&column.name),
                format!(
                    "is computed for every row: ADD COLUMN {}",
                    context.costs("add_column_stored_generated", &target.name)
                ),
            );
        }
    }
}
