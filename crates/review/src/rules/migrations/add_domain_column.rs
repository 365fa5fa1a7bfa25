//! Columns of a domain with a constraint.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ADD-DOMAIN-COL",
    title: "Columns of a domain with a constraint",
    rationale: "A column of a domain with a CHECK or NOT NULL makes the server write the table anew, under ACCESS EXCLUSIVE, even when it has no default. Take the base type with a CHECK that is NOT VALID, and validate it.",
    severity: Error,
    weighing: "A possible warning where the type is not known.",
    evidence: &[Evidence::Text],
    consequence: 50,
    bad: &[
        "CREATE TABLE t (id bigint); CREATE DOMAIN posint AS int CHECK (VALUE > 0);
-- migration
ALTER TABLE t ADD COLUMN n posint;",
        "ALTER TABLE users ADD COLUMN d mydomain;",
    ],
    good: &["CREATE TABLE t (id bigint); CREATE DOMAIN anyint AS int;
-- migration
ALTER TABLE t ADD COLUMN n anyint;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::AddColumn(column) = command else {
            continue;
        };

        let types = &context.statement.catalog().types;
        let found = types.iter().find(|(name, _)| {
            name.to_string() == column.data_type || name.quoted() == column.data_type
        });
        let constrained = match found.map(|(_, t)| &t.kind) {
            Some(TypeKind::Domain {
                checks, not_null, ..
            }) => !checks.is_empty() || *not_null,
            Some(_) => false,
            None => !column.known_type,
        };
        if constrained {
            let unknown = found.is_none();
            let what = if unknown {
                "is of a type that is not known: if that is a domain with a constraint, ADD COLUMN"
            } else {
                "is of a domain with a constraint: ADD COLUMN"
            };
            report
                .add(
                    target.column(&column.name),
                    format!(
                        "{what} {}",
                        context.costs("add_column_constrained_domain", &target.name)
                    ),
                )
                .severity(if unknown { Warning } else { Error })
                .sure(if unknown {
                    Certainty::Possible
                } else {
                    Certainty::Certain
                });
        }
    }
}
