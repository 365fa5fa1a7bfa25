//! Large objects.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "TYP-BLOB-LO",
    title: "References to large objects",
    rationale: "A column of type oid or lo holds the number of a large object. Nothing deletes the object with the row, so orphans \
        pile up in pg_largeobject until vacuumlo finds them, and logical replication does not carry them. bytea lives and dies with its row.",
    severity: Warning,
    consequence: 35,
    bad: &["CREATE TABLE documents (id bigint PRIMARY KEY, content oid);"],
    good: &["CREATE TABLE documents (id bigint PRIMARY KEY, content bytea, relation regclass);"],
    references: &["PostgreSQL manual 33, Large Objects"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for view in context.tables() {
        for column in view.columns.iter().filter(|c| !c.inherited) {
            let lo = column.data_type == "lo" || column.data_type.ends_with(".lo");
            // Tools that watch a server keep oids of tables and roles.
            let of_catalog = words(column.name.as_str()).iter().any(|w| {
                matches!(
                    w.as_str(),
                    "relid"
                        | "oid"
                        | "table"
                        | "role"
                        | "rel"
                        | "database"
                        | "db"
                        | "type"
                        | "index"
                        | "schema"
                        | "namespace"
                        | "userid"
                        | "dbid"
                )
            });
            if lo || (column.data_type == "oid" && !of_catalog) {
                report
                    .add(
                        view.column_id(&column.name),
                        format!(
                            "is of type {}: the large object outlives its row",
                            column.data_type
                        ),
                    )
                    .sure(if lo {
                        Certainty::Certain
                    } else {
                        Certainty::Likely
                    });
            }
        }
    }
}
