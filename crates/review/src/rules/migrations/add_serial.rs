//! Numbers that are given to every row.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-SERIAL",
    title: "Columns that number every row",
    rationale: "A serial or identity column gives a number to every row that is there: the table is written anew under ACCESS EXCLUSIVE. Add a bigint column, a sequence for new rows, fill the old ones in batches, then make it an identity.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "ALTER TABLE users ADD COLUMN seq bigserial;",
        "ALTER TABLE users ADD COLUMN seq bigint GENERATED ALWAYS AS IDENTITY;",
    ],
    good: &["ALTER TABLE users ADD COLUMN seq bigint;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        let serial = column.data_type.contains("serial");
        if serial || column.identity {
            let form = if serial {
                "add_column_serial"
            } else {
                "add_column_identity"
            };
            report.add(
                target.column(&column.name),
                format!(
                    "numbers every row: ADD COLUMN {}",
                    context.costs(form, &target.name)
                ),
            );
        }
    }
}
