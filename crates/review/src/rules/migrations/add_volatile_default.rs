//! Defaults that are drawn for every row.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-VOLATILE-DEFAULT",
    title: "Columns whose default is computed for every row",
    rationale: "A volatile default has to be computed for every row that is there: the table and its indexes are written anew under ACCESS EXCLUSIVE. Add the column without it, set the default for new rows, and fill the old ones in batches.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "ALTER TABLE users ADD COLUMN uid uuid DEFAULT gen_random_uuid();",
        "ALTER TABLE users ADD COLUMN seen timestamptz DEFAULT clock_timestamp();",
    ],
    good: &[
        "ALTER TABLE users ADD COLUMN made timestamptz DEFAULT now(), ADD COLUMN n int NOT NULL DEFAULT 7;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

const VOLATILE: &[&str] = &[
    "gen_random_uuid",
    "uuid_generate_v1",
    "uuid_generate_v1mc",
    "uuid_generate_v4",
    "uuidv4",
    "uuidv7",
    "random",
    "random_normal",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "setval",
    "currval",
    "lastval",
    "gen_random_bytes",
    "gen_salt",
];

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        let volatile = column
            .default
            .as_deref()
            .and_then(expression::parse)
            .is_some_and(|default| {
                expression::functions(&default).iter().any(|path| {
                    let last = path.last().map_or("", String::as_str);
                    VOLATILE.contains(&last)
                        || expression::routines_named(context.statement.catalog(), path)
                            .any(|(_, r)| r.volatility == pgwright_catalog::Volatility::Volatile)
                })
            });
        if volatile {
            report.add(
                target.column(&column.name),
                format!(
                    "has a volatile default: ADD COLUMN {}",
                    context.costs("add_column_volatile_default", &target.name)
                ),
            );
        }
    }
}
