//! Policies that read their own table.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-POLICY-RECURSION",
    title: "Policies that read their own table",
    rationale: "The policy holds for its own subquery as well, so the server refuses every query with \"infinite recursion detected in policy\". A SECURITY DEFINER function that reads the table \
        breaks the circle.",
    severity: Error,
    consequence: 90,
    bad: &[
        "CREATE TABLE members (id bigint PRIMARY KEY, team bigint, name text); ALTER TABLE members ENABLE ROW LEVEL SECURITY; CREATE POLICY same_team ON members FOR SELECT USING (team IN (SELECT m.team FROM members m WHERE m.name = CURRENT_USER));",
    ],
    good: &[
        "CREATE TABLE teams (id bigint PRIMARY KEY, name text); CREATE TABLE members (id bigint PRIMARY KEY, team bigint); ALTER TABLE members ENABLE ROW LEVEL SECURITY; CREATE POLICY same_team ON members FOR SELECT USING (team IN (SELECT t.id FROM teams t WHERE t.name = CURRENT_USER));",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table().filter(|v| v.table.row_security) {
        for (name, policy) in &view.table.policies {
            let parts = [&policy.using, &policy.with_check];
            // A policy for INSERT reads with the policies for SELECT, which need not be this one.
            let reads = matches!(
                policy.command,
                pgwright_catalog::PolicyCommand::All | pgwright_catalog::PolicyCommand::Select
            ) && parts
                .into_iter()
                .flatten()
                .any(|e| expression::relations_in(e.sql(), context.catalog).contains(view.name));
            if reads {
                report.add(
                    ObjectId::Policy(view.name.clone(), name.clone()),
                    format!(
                        "reads {}, to which it applies: every query fails",
                        view.name
                    ),
                );
            }
        }
    }
}
