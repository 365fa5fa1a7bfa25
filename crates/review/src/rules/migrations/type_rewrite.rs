//! Types whose change writes the table anew.

use super::super::migration_prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "MIG-TYPE-REWRITE",
    title: "Changes of type that write the table anew",
    rationale: "The table and all its indexes are written anew under ACCESS EXCLUSIVE. What changes no stored value does not: a longer varchar, varchar to text, a greater precision of numeric, timestamp to timestamptz in a session whose TimeZone is UTC. For the rest, a new column that is filled in batches and takes the old one's place.",
    severity: Error,
    weighing: "A possible warning where the old type is not known.",
    evidence: &[Evidence::Text],
    consequence: 65,
    bad: &[
        "CREATE TABLE t (a int);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE bigint;",
        "CREATE TABLE t (a timestamp);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE timestamptz;",
        "CREATE TABLE t (a text);
-- migration
ALTER TABLE t ALTER COLUMN a TYPE varchar(20);",
        "CREATE TABLE t (a numeric(8,2));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE numeric(8,3);",
    ],
    good: &[
        "CREATE TABLE t (a varchar(20));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE varchar(40);",
        "CREATE TABLE t (a varchar(20));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE text;",
        "CREATE TABLE t (a timestamp);
-- migration
SET TimeZone = 'UTC'; ALTER TABLE t ALTER COLUMN a TYPE timestamptz;",
        "CREATE TABLE t (a numeric(8,2));
-- migration
ALTER TABLE t ALTER COLUMN a TYPE numeric(10,2);",
    ],
    check: Check::Statement(check),
    ..Rule::DEFAULT
};

fn check(context: &StatementContext<'_>, report: &mut Report) {
    for (target, command) in context.altered() {
        let Command::ColumnType {
            column,
            data_type,
            using,
            collate,
        } = command
        else {
            continue;
        };
        let old = target.table.and_then(|t| t.column(column));
        let Some(old) = old else {
            // What most often only lets more in.
            let widens = matches!(data_type.as_str(), "text" | "character varying" | "numeric");
            if !widens || *using {
                let costs = context.costs("type_int_to_bigint", &target.name);
                report
                    .add(
                        target.column(column),
                        format!("goes to {data_type} from a type that is not known: it {costs}"),
                    )
                    .sure(Certainty::Possible)
                    .severity(Warning);
            }
            continue;
        };
        let (from, _) = base(context, &old.data_type);
        let (to, constrained) = base(context, data_type);
        let change = pgwright_migrate::type_change(&from, &to);
        let in_utc = change.is_some_and(|c| c.not_in_utc);
        let rewrites = *using
            || constrained
            || change.is_none_or(|c| c.rewrites && !(c.not_in_utc && context.state.utc));
        let between = format!("goes from {} to {data_type}", old.data_type);
        if rewrites {
            let when = if in_utc && !using {
                " in a session whose TimeZone is not set to UTC"
            } else {
                ""
            };
            let costs = context.costs("type_int_to_bigint", &target.name);
            report
                .add(
                    target.column(column),
                    format!("{between}{when}: it {costs}"),
                )
                .sure(if change.is_some() || *using {
                    Certainty::Certain
                } else {
                    Certainty::Likely
                });
        } else if let Some(what) = read_again(&target, column, *collate) {
            report
                .add(
                    target.column(column),
                    format!("{between}: {what} while reads and writes wait"),
                )
                .severity(Warning);
        }
    }
}

/// The base type of a domain, and whether the domain has a constraint; another type as it is.
fn base(context: &StatementContext<'_>, data_type: &str) -> (String, bool) {
    let types = &context.statement.catalog().types;
    let found = types
        .iter()
        .find(|(name, _)| name.to_string() == data_type || name.quoted() == data_type);
    match found.map(|(_, t)| &t.kind) {
        Some(TypeKind::Domain {
            base,
            checks,
            not_null,
            ..
        }) => (base.clone(), !checks.is_empty() || *not_null),
        _ => (data_type.to_owned(), false),
    }
}

/// What is done for every row though none is written anew: checks that name the column are tested again, and with
/// another collation its indexes are built again.
fn read_again(target: &Target<'_>, column: &str, collate: bool) -> Option<&'static str> {
    let table = target.table?;
    let named = |sql: &str| {
        expression::parse(sql).is_some_and(|e| expression::columns(&e).contains(column))
    };
    let checked = table
        .constraints
        .values()
        .any(|c| matches!(&c.kind, ConstraintKind::Check(e) if named(e.sql())));
    if checked {
        return Some("a check of it is tested for every row");
    }
    let is = |name: &pgwright_catalog::Name| name.as_str() == column;
    let indexed = table.keys().any(|(_, key)| key.columns.iter().any(is))
        || table.indexes.values().any(|index| {
            index.elements.iter().any(|e| match &e.key {
                IndexKey::Column(name) => is(name),
                IndexKey::Expression(e) => named(e.sql()),
            })
        });
    (collate && indexed).then_some("its indexes are built again")
}
