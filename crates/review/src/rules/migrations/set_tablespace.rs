//! Tables that move to another tablespace.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-SET-TABLESPACE",
    title: "Tables that move to another tablespace",
    rationale: "SET TABLESPACE copies the whole table under ACCESS EXCLUSIVE.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 55,
    bad: &["ALTER TABLE users SET TABLESPACE fast;"],
    good: &["ALTER TABLE users SET (fillfactor = 80);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        // A partitioned table has no rows of its own.
        let empty = target.table.is_some_and(|t| t.partition_by.is_some());
        if matches!(command, Command::SetTablespace) && !empty {
            report.add(target.id(), context.costs("set_tablespace", &target.name));
        }
    }
    if let Action::Alter {
        form: ObjectForm::Index,
        name,
        commands,
        ..
    } = context.action()
        && commands.iter().any(|c| matches!(c, Command::SetTablespace))
    {
        let (table, index) = (context.statement.index(name))
            .unwrap_or_else(|| (context.statement.presumed(name), name.name.as_str().into()));
        let costs = context.costs("alter_index_set_tablespace", &table);
        report.add(ObjectId::Index(table, index), costs);
    }
}
