//! Checks that depend on other rows.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "CON-CHECK-SUBROW",
    title: "Checks that read other rows",
    rationale: "A CHECK is evaluated when its row is written, and never again: when the rows that its function reads change, the table holds rows that break it. A dump of \
        such a table may not restore, as rows come back in another order. A foreign key, an exclusion constraint or a trigger holds such a rule.",
    severity: Error,
    consequence: 70,
    bad: &[
        "CREATE TABLE rooms (id bigint PRIMARY KEY, seats int NOT NULL); \
         CREATE FUNCTION seats(room bigint) RETURNS int LANGUAGE sql STABLE AS 'SELECT seats FROM rooms WHERE id = room'; \
         CREATE TABLE bookings (id bigint PRIMARY KEY, room_id bigint NOT NULL, people int NOT NULL, CHECK (people <= seats(room_id)));",
    ],
    good: &[
        "CREATE FUNCTION even(n int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT n % 2 = 0'; CREATE TABLE t (id bigint PRIMARY KEY, n int CHECK (even(n)));",
    ],
    references: &["PostgreSQL manual 5.5.1, Check Constraints"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for (name, check) in view.checks() {
            for path in expression::functions(check) {
                for (signature, routine) in expression::routines_named(context.catalog, &path) {
                    let read = expression::body(routine)
                        .map(|body| expression::relations_in(body, context.catalog));
                    if let Some(table) = read.and_then(|tables| tables.into_iter().next()) {
                        report
                            .add(
                                view.constraint_id(name),
                                format!("calls {}, which reads {table}", signature.name),
                            )
                            .with(ObjectId::Routine(signature.clone()))
                            .with(ObjectId::Table(table));
                    }
                }
            }
        }
    }
}
