//! Extensions that reach outside the database.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-EXT-UNTRUSTED",
    title: "Extensions and languages that reach outside the database",
    rationale: "Functions in an untrusted language, and these extensions, read files, open connections or run programs as the server's operating system user. A superuser of the database, or who finds \
        a way to call such a function, has the machine.",
    severity: Warning,
    consequence: 55,
    bad: &["CREATE EXTENSION plpython3u;", "CREATE EXTENSION dblink;"],
    good: &["CREATE EXTENSION pgcrypto; CREATE EXTENSION pg_trgm;"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

const REACHING: &[(&str, &str)] = &[
    ("plpython3u", "runs any Python code on the server"),
    ("plpython2u", "runs any Python code on the server"),
    ("plperlu", "runs any Perl code on the server"),
    ("pltclu", "runs any Tcl code on the server"),
    ("plsh", "runs shell commands on the server"),
    ("dblink", "opens connections from the server"),
    ("file_fdw", "reads files of the server"),
    ("adminpack", "writes files of the server"),
    ("http", "sends requests from the server"),
];

fn check(context: &Context<'_>, report: &mut Report) {
    for name in context.catalog.extensions.keys() {
        if let Some((_, what)) = REACHING.iter().find(|(n, _)| *n == name.as_str()) {
            report.add(ObjectId::Extension(name.clone()), *what);
        }
    }
}
