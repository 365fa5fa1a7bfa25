//! SQL that is put together from values.

use crate::rules::prelude::*;

use pgwright_catalog::write::{TokenKind, scan};

pub(crate) const RULE: Rule = Rule {
    id: "SEC-DYNAMIC-SQL",
    title: "Dynamic SQL that is put together from arguments",
    rationale: "EXECUTE of a text joined with || from an argument runs whatever the argument holds. format() with %I and %L, quote_ident(), quote_literal() and USING put values in as \
        values.",
    severity: Warning,
    weighing: "An error in a function that runs as its owner.",
    consequence: 75,
    bad: &[
        "CREATE FUNCTION rows_of(relation text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE 'SELECT count(*) FROM ' || relation INTO n; RETURN n; END $$;",
    ],
    good: &[
        "CREATE FUNCTION rows_of(relation text) RETURNS bigint LANGUAGE plpgsql AS $$ DECLARE n bigint; BEGIN EXECUTE format('SELECT count(*) FROM %I', relation) INTO n; EXECUTE 'SELECT ' || quote_literal(relation); RETURN n; END $$;",
        "CREATE FUNCTION f(t regclass) RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'ANALYZE ' || t; END $$;",
    ],
    references: &["PostgreSQL manual 41.5.4, Executing Dynamic Commands"],
    check: Check::Catalog(check),
    ..Rule::DEFAULT
};

fn check(context: &Context<'_>, report: &mut Report) {
    for (signature, routine) in &context.catalog.routines {
        let Some(body) =
            expression::body(routine).filter(|_| routine.language.as_str() == "plpgsql")
        else {
            continue;
        };
        // Names of relations and types are resolved before they are written into a text, and numbers hold no SQL.
        let arguments: BTreeSet<&str> = routine
            .arguments
            .iter()
            .filter(|a| {
                a.data_type == "text"
                    || a.data_type.starts_with("character")
                    || a.data_type == "name"
            })
            .filter_map(|a| a.name.as_ref().map(Name::as_str))
            .collect();
        let tokens = scan(body);
        let mut joined = None;
        for (at, _) in tokens.iter().enumerate().filter(|(_, t)| t.is("execute")) {
            let end = tokens[at..]
                .iter()
                .position(|t| t.is_symbol(";"))
                .map_or(tokens.len(), |n| at + n);
            for place in at + 1..end {
                let bars = tokens[place].is_symbol("|")
                    && tokens.get(place + 1).is_some_and(|t| t.is_symbol("|"));
                let name = tokens.get(place + 2).filter(|t| t.kind == TokenKind::Word);
                if let (true, Some(name)) = (bars, name)
                    && arguments.contains(name.text.to_lowercase().as_str())
                {
                    joined = Some(name.text.to_owned());
                }
            }
        }
        if let Some(argument) = joined {
            report
                .add(
                    ObjectId::Routine(signature.clone()),
                    format!("executes a text that {argument} is joined into"),
                )
                .severity(if routine.security_definer {
                    Error
                } else {
                    Warning
                });
        }
    }
}
