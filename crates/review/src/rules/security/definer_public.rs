//! Functions that anybody may run as their owner.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-SECDEF-EXEC-PUBLIC",
    title: "SECURITY DEFINER functions that everybody may call",
    rationale: "PostgreSQL lets PUBLIC execute a new function. One that runs as its owner is a door to the owner's privileges: whoever may connect may go through it, unless the right to \
        execute it is revoked from PUBLIC and granted to whom it is for.",
    severity: Info,
    weighing: "A warning where its body writes.",
    consequence: 45,
    bad: &[
        "CREATE TABLE logs (id bigint PRIMARY KEY); CREATE FUNCTION purge() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'DELETE FROM public.logs';",
    ],
    good: &[
        "CREATE FUNCTION purge() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = '' AS 'DELETE FROM public.logs'; REVOKE EXECUTE ON FUNCTION purge() FROM PUBLIC;",
        "CREATE FUNCTION log() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = '' AS 'BEGIN RETURN NEW; END';",
    ],
    fix: "EXECUTE is revoked from PUBLIC.",
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (signature, routine) in &context.catalog.routines {
        let callable = !matches!(
            routine.returns.as_deref(),
            Some("trigger" | "event_trigger")
        );
        let grant = routine
            .grants
            .iter()
            .find(|g| g.grantee.is_none() && g.privilege == Privilege::Execute);
        if let (true, true, Some(grant)) = (routine.security_definer, callable, grant) {
            let writes = expression::body(routine).is_some_and(|body| {
                ["insert", "update", "delete", "truncate"]
                    .iter()
                    .any(|w| expression::has_word(body, w))
            });
            report
                .add(
                    ObjectId::Routine(signature.clone()),
                    "runs as its owner, and everybody may call it",
                )
                .severity(if writes { Warning } else { Info })
                .risky_fix(
                    "revoke EXECUTE from PUBLIC",
                    "Whoever is to call it needs the privilege granted.",
                    vec![Change::Revoke(
                        ObjectId::Routine(signature.clone()),
                        grant.clone(),
                    )],
                );
        }
    }
}
