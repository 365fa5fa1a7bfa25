//! Policies that trust what users write about themselves.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-POLICY-USERMETA",
    title: "Policies that trust what users write about themselves",
    rationale: "user_metadata of a token can be changed by the user whom it describes: a policy that goes by it lets everybody be whatever he says.",
    severity: Error,
    consequence: 95,
    bad: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY staff ON notes USING (current_setting('request.jwt.claims')::jsonb -> 'user_metadata' ->> 'role' = 'staff');",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY staff ON notes USING (current_setting('request.jwt.claims')::jsonb -> 'app_metadata' ->> 'role' = 'staff');",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        for (name, policy) in &view.table.policies {
            let parts = [&policy.using, &policy.with_check];
            let trusts = parts.into_iter().flatten().any(|e| {
                e.sql().contains("'user_metadata'") || e.sql().contains("raw_user_meta_data")
            });
            if trusts {
                report.add(
                    ObjectId::Policy(view.name.clone(), name.clone()),
                    "goes by user_metadata, which the user can change",
                );
            }
        }
    }
}
