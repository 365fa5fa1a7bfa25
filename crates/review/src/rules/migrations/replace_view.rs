//! Views that lose their options.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-REPLACE-VIEW",
    title: "Views that lose their options when they are replaced",
    rationale: "CREATE OR REPLACE VIEW without WITH takes away the options that the view had: with security_invoker or security_barrier gone, it shows rows that it kept back.",
    severity: Error,
    evidence: &[Evidence::Text],
    consequence: 60,
    bad: &[
        "CREATE TABLE t (id bigint); CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t;
-- migration
CREATE OR REPLACE VIEW v AS SELECT id FROM t;",
    ],
    good: &[
        "CREATE TABLE t (id bigint); CREATE VIEW v AS SELECT id FROM t;
-- migration
CREATE OR REPLACE VIEW v AS SELECT id FROM t;",
        "CREATE TABLE t (id bigint); CREATE VIEW v WITH (security_invoker = true) AS SELECT id FROM t;
-- migration
CREATE OR REPLACE VIEW v WITH (security_invoker = true) AS SELECT id FROM t;",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if let Action::CreateView {
        view,
        replace: true,
        options,
    } = context.action()
        && let Some(name) = context.statement.relation(view)
        && let Some(old) = context.statement.catalog().views.get(&name)
    {
        let lost: Vec<&str> = old
            .options
            .keys()
            .map(String::as_str)
            .filter(|o| o.starts_with("security_") && !options.iter().any(|n| n == o))
            .collect();
        if !lost.is_empty() {
            report.add(
                ObjectId::View(name),
                format!("is replaced without {}", lost.join(", ")),
            );
        }
    }
}
