//! VACUUM FULL and CLUSTER.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-CLUSTER",
    title: "Tables that are written anew for tidiness",
    rationale: "VACUUM FULL and CLUSTER write the table and its indexes anew under ACCESS EXCLUSIVE, and need room for a second copy. pg_repack and pg_squeeze do it while the table is used; a plain VACUUM is mostly enough.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["VACUUM FULL users;", "CLUSTER users USING users_pkey;"],
    good: &["VACUUM users;"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    let (what, form, tables) = match context.action() {
        Action::Vacuum { full: true, tables } => ("VACUUM FULL", "vacuum_full", tables.clone()),
        Action::Cluster(table) => ("CLUSTER", "cluster", table.iter().cloned().collect()),
        _ => return,
    };
    if tables.is_empty() {
        report.add(ObjectId::Schema("public".into()), format!("{what} of every table makes reads and writes wait for each while it is written anew"));
    }
    for target in tables.iter().filter_map(|t| context.existing(t)) {
        report.add(
            target.id(),
            format!("{what} {}", context.costs(form, &target.name)),
        );
    }
}
