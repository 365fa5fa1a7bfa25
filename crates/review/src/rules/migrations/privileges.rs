//! Privileges that grow.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-PRIV-ESCALATE",
    title: "Privileges and owners that change",
    rationale: "A grant to PUBLIC reaches every role there is and will be; SUPERUSER, CREATEROLE, BYPASSRLS and REPLICATION stand above all privileges; a new owner may do anything with what it owns, and DROP OWNED drops it.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 70,
    bad: &[
        "GRANT ALL ON ALL TABLES IN SCHEMA public TO PUBLIC;",
        "ALTER ROLE app SUPERUSER;",
        "ALTER TABLE users OWNER TO evil;",
        "DROP OWNED BY old_app;",
        "REASSIGN OWNED BY a TO b;",
    ],
    good: &[
        "GRANT SELECT ON users TO reader;",
        "REVOKE ALL ON users FROM PUBLIC;",
        "CREATE ROLE reader;",
        "CREATE TABLE n (id bigint); ALTER TABLE n OWNER TO app;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    match context.action() {
        Action::Grant {
            revoke: false,
            grantees,
            privileges,
        } if grantees.iter().any(String::is_empty) => {
            let what = if privileges.is_empty() {
                "ALL".to_owned()
            } else {
                privileges.join(", ")
            };
            report.add(
                ObjectId::Role("public".into()),
                format!("GRANT {what} TO PUBLIC: every role has it"),
            );
        }
        Action::Role { name, powers, .. } if !powers.is_empty() => {
            report.add(
                ObjectId::Role(name.as_str().into()),
                format!("gets {}", powers.join(", ")),
            );
        }
        Action::DropOwned(roles) => {
            for role in roles {
                report.add(
                    ObjectId::Role(role.as_str().into()),
                    "DROP OWNED: everything that it owns is dropped",
                );
            }
        }
        Action::ReassignOwned => {
            report
                .add(
                    ObjectId::Schema("public".into()),
                    "REASSIGN OWNED: everything of a role gets another owner",
                )
                .severity(Warning);
        }
        _ => {}
    }
    for (target, command) in context.altered() {
        if let Command::Owner(role) = command {
            report
                .add(
                    target.id(),
                    format!("gets the owner {role}, who may do anything with it"),
                )
                .severity(Warning);
        }
    }
}
