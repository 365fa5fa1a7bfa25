//! Materialized views that clients read.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-MATVIEW-API",
    title: "Materialized views of protected tables",
    rationale: "A materialized view is a copy, and no policy can be put on it: whoever may read it reads all rows that its owner saw when it was refreshed.",
    severity: Warning,
    consequence: 60,
    bad: &[
        "CREATE ROLE anon; CREATE TABLE notes (id bigint PRIMARY KEY, owner text); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes USING (owner = CURRENT_USER); CREATE MATERIALIZED VIEW copies AS SELECT * FROM notes; GRANT SELECT ON copies TO anon;",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text); CREATE MATERIALIZED VIEW copies AS SELECT * FROM notes;",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (name, view) in &context.catalog.materialized_views {
        let id = ObjectId::MaterializedView(name.clone());
        let readers: Vec<&str> = view
            .grants
            .iter()
            .filter(|g| g.privilege == Privilege::Select)
            .map(|g| g.grantee.as_ref().map_or("everybody", Name::as_str))
            .filter(|r| *r == "everybody" || super::rls_off_beside_others::CLIENTS.contains(r))
            .collect();
        let protected = context
            .catalog
            .dependencies
            .get(&id)
            .into_iter()
            .flatten()
            .find_map(|needed| match needed {
                ObjectId::Table(table) | ObjectId::Column(table, _) => {
                    context.table(table).filter(|t| t.table.row_security)
                }
                _ => None,
            });
        if let (Some(table), false) = (protected, readers.is_empty()) {
            report
                .add(
                    id,
                    format!(
                        "copies rows of {}, and {} may read all of them",
                        table.name,
                        list(&readers, 3)
                    ),
                )
                .with(table.id());
        }
    }
}
