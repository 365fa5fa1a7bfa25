//! Views that pass row-level security by.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-VIEW-DEFINER",
    title: "Views that read protected tables as their owner",
    rationale: "A view reads its tables with its owner's privileges, to whom policies mostly do not apply: whoever may read the view sees the rows that row-level security hides. With security_invoker (version 15) \
        the policies for the reader hold.",
    severity: Warning,
    weighing: "An error where roles of web clients may read the view.",
    since: 15,
    consequence: 85,
    bad: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = CURRENT_USER); CREATE VIEW titles AS SELECT id FROM notes;",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = CURRENT_USER); CREATE VIEW titles WITH (security_invoker = true) AS SELECT id FROM notes;",
    ],
    fix: "The view becomes security_invoker.",
    references: &["PostgreSQL manual, CREATE VIEW, Notes"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (name, view) in &context.catalog.views {
        if view
            .options
            .get("security_invoker")
            .is_some_and(|v| matches!(v.as_str(), "true" | "on" | "1" | "yes"))
        {
            continue;
        }
        let id = ObjectId::View(name.clone());
        let needed = context.catalog.dependencies.get(&id);
        let table = needed
            .into_iter()
            .flatten()
            .find_map(|needed| match needed {
                ObjectId::Table(table) | ObjectId::Column(table, _) => {
                    context.table(table).filter(|t| t.table.row_security)
                }
                _ => None,
            });
        let Some(table) = table else {
            continue;
        };
        let clients = view.grants.iter().any(|g| {
            g.grantee
                .as_ref()
                .is_none_or(|r| super::rls_off_beside_others::CLIENTS.contains(&r.as_str()))
        });
        report
            .add(
                id,
                format!("shows rows of {} past its row-level security", table.name),
            )
            .with(table.id())
            .severity(if clients { Error } else { Warning })
            .risky_fix(
                "security_invoker = true",
                "Readers then need privileges on the tables themselves.",
                vec![Change::ViewOption(
                    name.clone(),
                    "security_invoker".to_owned(),
                    "true".to_owned(),
                )],
            );
    }
}
