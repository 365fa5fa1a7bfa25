//! Types whose change writes the table anew.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-TYPE-REWRITE",
    title: "Changes of type that write the table anew",
    rationale: "The table and all its indexes are written anew under ACCESS EXCLUSIVE. What changes no stored value does not: a longer varchar, varchar to text, a greater precision of numeric, timestamp to timestamptz in a session whose TimeZone is UTC. For the rest, a new column that is filled in batches and takes the old one's place.",
    severity: Error,
    weighing: "A possible warning where the old type is not known.",
    evidence: &[Evidence::Text],
    consequence: 65,
    bad: &[
        "CREATE TABLE t (a int);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE bigint;",
        "CREATE TABLE t (a timestamp);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE timestamptz;",
        "CREATE TABLE t (a text);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE varchar(20);",
        "CREATE TABLE t (a numeric(8,2));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE numeric(8,3);",
    ],
    good: &[
        "CREATE TABLE t (a varchar(20));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE varchar(40);",
        "CREATE TABLE t (a varchar(20));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE text;",
        "CREATE TABLE t (a timestamp);
-- migration
SET TimeZone = 'UTC'; ALTER TABLE t ALTER COLUMN a TYPE timestamptz;",
        "CREATE TABLE t (a numeric(8,2));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE numeric(10,2);",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::ColumnType {
            column,
            data_type,
            using,
            ..
        } = command
        else {
            continue;
        };
        let old = target
            .table
            .and_then(|t| t.column(column))
            .map(|c| c.data_type.as_str());
        let (rewrites, certainty, message) = match old {
            Some(old) => match pgwright_migrate::type_change(old, data_type) {
                Some(change) if change.not_in_utc && !using => (
                    !context.state.utc,
                    Certainty::Certain,
                    format!(
                        "goes from {old} to {data_type} in a session whose TimeZone is not set to UTC"
                    ),
                ),
                Some(change) => (
                    change.rewrites,
                    Certainty::Certain,
                    format!("goes from {old} to {data_type}"),
                ),
                None => (
                    true,
                    Certainty::Likely,
                    format!("goes from {old} to {data_type}"),
                ),
            },
            // What most often only lets more in.
            None => (
                !matches!(data_type.as_str(), "text" | "character varying" | "numeric"),
                Certainty::Possible,
                format!("goes to {data_type} from a type that is not known"),
            ),
        };
        if rewrites {
            report
                .add(
                    target.column(column),
                    format!(
                        "{message}: it {}",
                        context.costs("type_int_to_bigint", &target.name)
                    ),
                )
                .sure(certainty)
                .severity(if certainty == Certainty::Possible {
                    Warning
                } else {
                    Error
                });
        }
    }
}
