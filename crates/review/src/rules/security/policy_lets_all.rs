//! Policies that let everybody write.

use crate::rules::prelude::*;

use pgwright_catalog::PolicyCommand;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-POLICY-TRUE",
    title: "Policies that let every row be written",
    rationale: "A permissive policy whose condition is true takes away what the other policies say for its command: any row may be written. For reading, that is how a table is made public.",
    severity: Warning,
    weighing: "Silent where the policy names roles that are not those of web clients: what they may do is a decision.",
    consequence: 65,
    bad: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY all_of_it ON notes USING (true);",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY readable ON notes FOR SELECT USING (true);",
        "CREATE ROLE service_role; CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY service ON notes TO service_role USING (true);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        for (name, policy) in &view.table.policies {
            let all = |e: &Option<Expression>| {
                e.as_ref()
                    .is_some_and(|e| e.sql().eq_ignore_ascii_case("true"))
            };
            let writes = match policy.command {
                PolicyCommand::Select => false,
                PolicyCommand::Insert => all(&policy.with_check),
                PolicyCommand::Delete => all(&policy.using),
                PolicyCommand::All | PolicyCommand::Update => {
                    all(&policy.using) && (policy.with_check.is_none() || all(&policy.with_check))
                }
            };
            // Roles of the application's own that are named are a decision: others have policies of theirs.
            let trusted = !policy.roles.is_empty()
                && !policy
                    .roles
                    .iter()
                    .any(|r| super::rls_off_beside_others::CLIENTS.contains(&r.as_str()));
            if policy.permissive && writes && !trusted {
                let who: Vec<&str> = policy.roles.iter().map(Name::as_str).collect();
                let who = if who.is_empty() {
                    "everybody".to_owned()
                } else {
                    list(&who, 3)
                };
                report.add(
                    ObjectId::Policy(view.name.clone(), name.clone()),
                    format!("lets {who} write any row ({:?})", policy.command).to_lowercase(),
                );
            }
        }
    }
}
