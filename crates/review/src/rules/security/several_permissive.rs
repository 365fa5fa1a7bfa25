//! Several permissive policies for the same.

use crate::rules::prelude::*;

use pgwright_catalog::PolicyCommand;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-POLICY-MULTI-PERMISSIVE",
    title: "Several permissive policies for one command and role",
    rationale: "Permissive policies are joined by OR: each is evaluated until one lets the row pass, and what one forbids another may allow. One policy with the whole condition says \
        plainly what holds.",
    severity: Info,
    consequence: 25,
    bad: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text, public boolean); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes FOR SELECT USING (owner = CURRENT_USER); CREATE POLICY open ON notes FOR SELECT USING (public);",
    ],
    good: &[
        "CREATE TABLE notes (id bigint PRIMARY KEY, owner text, public boolean); ALTER TABLE notes ENABLE ROW LEVEL SECURITY; CREATE POLICY own ON notes FOR SELECT USING (owner = CURRENT_USER OR public); CREATE POLICY change ON notes FOR UPDATE USING (owner = CURRENT_USER);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.every_table() {
        let policies: Vec<_> = view
            .table
            .policies
            .iter()
            .filter(|(_, p)| p.permissive)
            .collect();
        for command in [
            PolicyCommand::Select,
            PolicyCommand::Insert,
            PolicyCommand::Update,
            PolicyCommand::Delete,
        ] {
            let mut by_role: BTreeMap<Option<&Name>, Vec<&str>> = BTreeMap::new();
            for (name, policy) in policies.iter().filter(|(_, p)| p.command == command) {
                if policy.roles.is_empty() {
                    by_role.entry(None).or_default().push(name.as_str());
                }
                for role in &policy.roles {
                    by_role.entry(Some(role)).or_default().push(name.as_str());
                }
            }
            for (role, names) in by_role.into_iter().filter(|(_, names)| names.len() > 1) {
                let who = role.map_or("everybody", Name::as_str);
                report.add(
                    view.id(),
                    format!(
                        "has {} permissive policies for {command:?} and {who}: {}",
                        names.len(),
                        list(&names, 4)
                    ),
                );
            }
        }
    }
}
