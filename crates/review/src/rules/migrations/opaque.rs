//! Code that hides what it does.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-OPAQUE",
    title: "Code whose statements are not seen",
    rationale: "What a DO block or a procedure executes is looked at as far as it can be followed: statements in it that are put together when it runs lock and rewrite as others do, and nobody has looked at them.",
    severity: Warning,
    evidence: &[Evidence::Text],
    consequence: 25,
    bad: &["DO $$ BEGIN ALTER TABLE users DROP COLUMN email; END $$;"],
    good: &["ALTER TABLE users SET (fillfactor = 90);"],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    if matches!(context.action(), Action::Code) {
        let words: Vec<&str> = [
            "ALTER", "CREATE", "DROP", "TRUNCATE", "DELETE", "UPDATE", "EXECUTE",
        ]
        .into_iter()
        .filter(|w| expression::has_word_inside(context.statement.text, w))
        .collect();
        if !words.is_empty() {
            report.add(
                ObjectId::Schema("public".into()),
                format!(
                    "a DO block or call runs {}, which is not looked at",
                    words.join(", ")
                ),
            );
        }
    }
}
