//! Policies that ask who it is for every row.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-POLICY-INITPLAN",
    title: "Policies that ask who it is for every row",
    rationale: "auth.uid() and its relatives are called for each row that the policy looks at. In a subquery, (SELECT auth.uid()), it is called once for the statement, which is many \
        times faster on a table of any size.",
    severity: Info,
    consequence: 40,
    bad: &[
        "CREATE SCHEMA auth; CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'; CREATE TABLE notes (id bigint PRIMARY KEY, owner uuid); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes FOR SELECT USING (owner = auth.uid());",
    ],
    good: &[
        "CREATE SCHEMA auth; CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE AS 'SELECT NULL::uuid'; CREATE TABLE notes (id bigint PRIMARY KEY, owner uuid); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes FOR SELECT USING (owner = (SELECT auth.uid()));",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        for (name, policy) in &view.table.policies {
            let parts = [&policy.using, &policy.with_check];
            let called: BTreeSet<String> = parts
                .into_iter()
                .flatten()
                .filter_map(|e| expression::parse(e.sql()))
                .flat_map(|e| expression::functions(&e))
                .filter(|path| path.first().map(String::as_str) == Some("auth") && path.len() == 2)
                .map(|path| path.join("."))
                .collect();
            if let Some(function) = called.first() {
                report.add(
                    ObjectId::Policy(view.name.clone(), name.clone()),
                    format!("calls {function}() for every row"),
                );
            }
        }
    }
}
