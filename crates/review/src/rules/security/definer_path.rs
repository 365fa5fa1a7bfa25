//! Functions that run as their owner on whatever path the caller sets.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-SECDEF-PATH",
    title: "SECURITY DEFINER functions on the caller's search path",
    rationale: "The function runs with its owner's privileges and looks names up on the caller's search path. A caller who makes a table, function or operator of a name that it uses, \
        in a schema of his own or in pg_temp, has it run with the owner's privileges.",
    severity: Error,
    consequence: 95,
    bad: &[
        "CREATE TABLE users (id bigint PRIMARY KEY, admin boolean); CREATE FUNCTION promote(who bigint) RETURNS void LANGUAGE sql SECURITY DEFINER AS 'UPDATE users SET admin = true WHERE id = who';",
    ],
    good: &[
        "CREATE FUNCTION promote(who bigint) RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = app, pg_temp AS 'UPDATE users SET admin = true WHERE id = who';",
        "CREATE FUNCTION two() RETURNS int LANGUAGE sql AS 'SELECT 2';",
    ],
    fix: "A search_path of the function's own schema with pg_temp last.",
    references: &["PostgreSQL manual, CREATE FUNCTION, Writing SECURITY DEFINER Functions Safely"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (signature, routine) in &context.catalog.routines {
        let text = expression::body(routine).is_some()
            || !matches!(routine.body, pgwright_catalog::RoutineBody::C(..));
        // A body in standard SQL is bound when it is defined.
        let bound = matches!(routine.body, pgwright_catalog::RoutineBody::Sql(_));
        if routine.security_definer
            && text
            && !bound
            && !routine.settings.contains_key("search_path")
        {
            let schema = &signature.name.schema;
            report
                .add(
                    ObjectId::Routine(signature.clone()),
                    "runs as its owner with the caller's search_path",
                )
                .risky_fix(
                    format!("SET search_path = {schema}, pg_temp"),
                    "Names in the body that live in other schemas have to be qualified.",
                    vec![Change::RoutineSetting(
                        signature.clone(),
                        "search_path".to_owned(),
                        format!("'{}', 'pg_temp'", schema.as_str().replace('\'', "''")),
                    )],
                );
        }
    }
}
