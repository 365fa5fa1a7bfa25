//! Names that are key words.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "NAM-RESERVED",
    title: "Names that are reserved words",
    rationale: "A reserved word has to be quoted wherever it is written, and where it is not, the statement fails or, as with user, means something else: SELECT user FROM … answers who is connected.",
    severity: Info,
    consequence: 20,
    bad: &[
        "CREATE TABLE \"order\" (id bigint PRIMARY KEY);",
        "CREATE TABLE logins (id bigint PRIMARY KEY, \"user\" text);",
    ],
    good: &[
        "CREATE TABLE orders (id bigint PRIMARY KEY, name text, value text, type text, position int);",
    ],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

/// Reserved in PostgreSQL 18 (appendix C), as names of tables and columns go.
const RESERVED: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "column",
    "constraint",
    "create",
    "current_catalog",
    "current_date",
    "current_role",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "desc",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "from",
    "grant",
    "group",
    "having",
    "in",
    "initially",
    "intersect",
    "into",
    "lateral",
    "leading",
    "limit",
    "localtime",
    "localtimestamp",
    "not",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "placing",
    "primary",
    "references",
    "returning",
    "select",
    "session_user",
    "some",
    "symmetric",
    "system_user",
    "table",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "user",
    "using",
    "variadic",
    "when",
    "where",
    "window",
    "with",
];

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        if RESERVED.contains(&view.name.name.as_str()) {
            report.add(view.id(), "is a reserved word");
        }
        for column in view
            .columns
            .iter()
            .filter(|c| !c.inherited && RESERVED.contains(&c.name.as_str()))
        {
            report.add(view.column_id(&column.name), "is a reserved word");
        }
    }
}
