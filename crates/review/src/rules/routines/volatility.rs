//! Functions that are called immutable and are not.

use crate::rules::prelude::*;

use pgwright_catalog::Volatility;

pub(crate) const RULE: Rule = Rule {
    id: "RTN-VOLATILITY",
    title: "Functions that are not as immutable as they say",
    rationale: "An IMMUTABLE function is evaluated once when a query is planned, and its results are kept in indexes and generated columns. One that reads tables, the clock or settings answers differently \
        later: the index does not find its rows, and cached plans return what was true once.",
    severity: Error,
    consequence: 75,
    bad: &[
        "CREATE TABLE rates (currency text PRIMARY KEY, rate numeric); CREATE FUNCTION rate_of(c text) RETURNS numeric LANGUAGE sql IMMUTABLE AS 'SELECT rate FROM rates WHERE currency = c';",
        "CREATE FUNCTION age_in_days(since timestamptz) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT extract(day FROM now() - since)::int';",
    ],
    good: &[
        "CREATE FUNCTION twice(n int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT n * 2'; CREATE FUNCTION later() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT now()';",
    ],
    fix: "The function becomes STABLE, or VOLATILE where it draws or counts.",
    references: &["PostgreSQL manual 36.7, Function Volatility Categories"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const STABLE: &[&str] = &[
    "now",
    "transaction_timestamp",
    "statement_timestamp",
    "current_setting",
];
const VOLATILE: &[&str] = &[
    "random",
    "clock_timestamp",
    "timeofday",
    "nextval",
    "currval",
    "gen_random_uuid",
    "uuid_generate_v4",
    "set_config",
    "pg_sleep",
];

fn check(context: &Context<'_>, report: &mut Report) {
    for (signature, routine) in &context.catalog.routines {
        let Some(body) =
            expression::body(routine).filter(|_| routine.volatility == Volatility::Immutable)
        else {
            continue;
        };
        let table = expression::relations_in(body, context.catalog)
            .into_iter()
            .next();
        let volatile = VOLATILE.iter().find(|f| expression::calls(body, f));
        let stable = STABLE.iter().find(|f| expression::calls(body, f));
        let (what, real) = match (volatile, &table, stable) {
            (Some(f), ..) => (format!("calls {f}()"), Volatility::Volatile),
            (_, Some(t), _) => (format!("reads {t}"), Volatility::Stable),
            (_, _, Some(f)) => (format!("calls {f}()"), Volatility::Stable),
            _ => continue,
        };
        report
            .add(
                ObjectId::Routine(signature.clone()),
                format!("is IMMUTABLE and {what}"),
            )
            .risky_fix(
                format!("make it {}", format!("{real:?}").to_uppercase()),
                "An index or a generated column that uses it has to go first.",
                vec![Change::RoutineVolatility(signature.clone(), real)],
            );
    }
}
