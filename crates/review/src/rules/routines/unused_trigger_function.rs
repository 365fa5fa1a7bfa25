//! Trigger functions that no trigger calls.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "RTN-TRIGGER-UNUSED",
    title: "Trigger functions that no trigger calls",
    rationale: "The function can only be called by a trigger, and there is none: a rule that somebody wrote does not hold, or the function was left behind.",
    severity: Info,
    consequence: 25,
    bad: &[
        "CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at = now(); RETURN NEW; END';",
    ],
    good: &[
        "CREATE TABLE t (id bigint PRIMARY KEY, updated_at timestamptz); CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at = now(); RETURN NEW; END'; CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    let of_tables = context
        .catalog
        .tables
        .values()
        .flat_map(|t| t.triggers.values());
    let of_views = context
        .catalog
        .views
        .values()
        .flat_map(|v| v.triggers.values());
    let used: BTreeSet<&QualifiedName> = of_tables.chain(of_views).map(|t| &t.function).collect();
    for (signature, routine) in &context.catalog.routines {
        // A function that makes triggers names the one that they call.
        let named = context
            .catalog
            .routines
            .values()
            .filter_map(expression::body)
            .any(|body| {
                body.to_lowercase().contains("trigger")
                    && body.contains(signature.name.name.as_str())
            });
        if routine.returns.as_deref() == Some("trigger")
            && !used.contains(&signature.name)
            && !named
        {
            report
                .add(
                    ObjectId::Routine(signature.clone()),
                    "is called by no trigger",
                )
                .sure(Certainty::Likely);
        }
    }
}
