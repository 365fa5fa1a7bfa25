//! Extensions in the schema public.

use crate::rules::prelude::*;

pub(crate) const RULE: Rule = Rule {
    id: "SEC-EXT-IN-PUBLIC",
    title: "Extensions in the schema public",
    rationale: "The functions of an extension in public stand on everybody's search path among the tables of the application, and an API over that schema offers them to its clients. A schema of their \
        own keeps them apart.",
    severity: Info,
    on: false,
    consequence: 15,
    bad: &["CREATE EXTENSION pg_trgm;"],
    good: &["CREATE SCHEMA extensions; CREATE EXTENSION pg_trgm SCHEMA extensions;"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (name, extension) in &context.catalog.extensions {
        if extension
            .schema
            .as_ref()
            .is_none_or(|s| s.as_str() == "public")
            && name.as_str() != "plpgsql"
        {
            report.add(ObjectId::Extension(name.clone()), "is in the schema public");
        }
    }
}
