//! Schemas and tables that the application may have already: made only where they are missing, and
//! taken away only where the plan made them.

use pgwright_catalog::{ObjectId, quote_literal};

use crate::change::{Change, Statement};
use crate::context::Context;
use crate::step::Hazard;

/// What marks a schema that a plan has made as a stand-in. A table carries its own comment.
pub(super) const SCHEMA_MARK: &str = "Stands in for a schema that the application has already.";
const TABLE_MARK: &str = "Stands in for a table that the application has already.";

/// Turns a change that creates an object into one that does so only where it is missing, and whose
/// way back drops it only where it carries the mark.
pub(super) fn guard(context: &Context<'_>, change: &mut Change, mark: Option<&String>) {
    let object = change.object.clone();
    let (look_up, class, name, usual) = match &object {
        ObjectId::Schema(name) => (
            "to_regnamespace",
            "pg_namespace",
            name.quoted(),
            SCHEMA_MARK,
        ),
        ObjectId::Table(name) => ("to_regclass", "pg_class", name.quoted(), TABLE_MARK),
        _ => return,
    };
    let mark = mark.map_or(usual, String::as_str);
    if !change
        .up
        .iter()
        .any(|s| s.sql.contains(&quote_literal(mark)))
    {
        let address = context.writer.address(context.full, &object);
        let comment = context.writer.comment(&address, Some(mark));
        change.up.push(comment.into());
    }
    let place = format!("{look_up}({})", quote_literal(&name));
    let make: Vec<String> = change.up.iter().map(|s| indented(&s.sql)).collect();
    change.up = vec![block(&format!("{place} IS NULL"), &make.join("\n"))];
    let ours = format!(
        "obj_description({place}, '{class}') = {}",
        quote_literal(mark)
    );
    let drop = context.drop(&object);
    let mut back = block(&ours, &indented(&drop.sql));
    if class == "pg_class" {
        back = back.hazard(Hazard::LosesData);
    }
    change.down = vec![back];
}

fn block(condition: &str, statements: &str) -> Statement {
    format!(
        "DO $stand_in$\nBEGIN\n    IF {condition} THEN\n{statements}\n    END IF;\nEND\n$stand_in$;"
    )
    .into()
}

fn indented(sql: &str) -> String {
    sql.lines()
        .map(|line| format!("        {line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
