//! What the server prints of a text that is given to it now.
//!
//! A printed text that is read again may be printed otherwise: `(ARRAY['a'::varchar])::text[]` becomes
//! `ARRAY[('a'::varchar)::text]`. So where ours differs from the text, the server is asked.

use pgwright_catalog::{quote_identifier, quote_literal};
use pgwright_server::postgres::Client;

use crate::server::Text;

/// Makes an object of the text in a transaction, and gives what the server prints of it; none where the
/// server refuses it.
pub fn reprint(client: &mut Client, path: &[String], text: &Text) -> Result<String, String> {
    let path: Vec<_> = path.iter().map(|schema| quote_identifier(schema)).collect();
    let path = if path.is_empty() {
        "''".to_owned()
    } else {
        path.join(", ")
    };
    let (make, read) = statements(text).ok_or("no way to make one")?;
    let script =
        format!("BEGIN; SET LOCAL search_path = {path}; {make}; SET LOCAL search_path = ''");
    let result = client
        .batch_execute(&script)
        .and_then(|()| client.query_one(&read, &[]))
        .and_then(|row| row.try_get::<_, String>(0))
        .map_err(|error| pgwright_server::script::describe(&error));
    client.batch_execute("ROLLBACK").unwrap();
    result
}

fn statements(text: &Text) -> Option<(String, String)> {
    let relation = match text.schema.as_str() {
        "" => quote_identifier(&text.relation),
        schema => format!(
            "{}.{}",
            quote_identifier(schema),
            quote_identifier(&text.relation)
        ),
    };
    let regclass = quote_literal(&relation);
    let sql = text.text.trim().trim_end_matches(';');
    let name = quote_identifier(&text.name);
    Some(match text.kind.as_str() {
        "view" | "materialized view" => (
            format!("CREATE VIEW pg_temp.zz{} AS {sql}", view_columns(text)),
            "SELECT pg_get_viewdef('pg_temp.zz'::regclass)".to_owned(),
        ),
        "check" => (
            format!("ALTER TABLE {relation} ADD CONSTRAINT zz CHECK ({sql}) NOT VALID"),
            "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'zz'".into(),
        ),
        "default" => (
            format!("ALTER TABLE {relation} ALTER COLUMN {name} SET DEFAULT {sql}"),
            format!(
                "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid \
                 AND attnum = adnum JOIN pg_class c ON c.oid = adrelid WHERE attname = {} AND relname = {} \
                 ORDER BY pg_attrdef.oid DESC LIMIT 1",
                quote_literal(&text.name),
                quote_literal(&text.relation)
            ),
        ),
        "generated" => (
            format!("ALTER TABLE {relation} ADD COLUMN zz {} GENERATED ALWAYS AS ({sql}) STORED", text.wanted),
            "SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef JOIN pg_attribute ON attrelid = adrelid \
             AND attnum = adnum WHERE attname = 'zz'"
                .into(),
        ),
        "index expression" => (
            format!("CREATE INDEX zz ON {relation} (({sql}))"),
            "SELECT pg_get_indexdef(oid, 1, false) FROM pg_class WHERE relname = 'zz'".into(),
        ),
        "index predicate" => (
            format!("CREATE INDEX zz ON {relation} ((1)) WHERE {sql}"),
            "SELECT pg_get_expr(indpred, indrelid) FROM pg_index JOIN pg_class c ON c.oid = indexrelid \
             WHERE relname = 'zz'"
                .into(),
        ),
        "policy using" | "policy check" => (
            format!("CREATE POLICY zz ON {relation} USING ({sql})"),
            "SELECT pg_get_expr(polqual, polrelid) FROM pg_policy WHERE polname = 'zz'".into(),
        ),
        "trigger when" => {
            let event = match (sql.to_lowercase().contains("old."), sql.to_lowercase().contains("new.")) {
                (true, true) => "UPDATE",
                (true, false) => "DELETE",
                _ => "INSERT",
            };
            (
                format!(
                    "CREATE TRIGGER zz BEFORE {event} ON {relation} FOR EACH ROW WHEN ({sql}) \
                     EXECUTE FUNCTION suppress_redundant_updates_trigger()"
                ),
                "SELECT substring(pg_get_triggerdef(oid) FROM ' WHEN \\((.*)\\) EXECUTE FUNCTION ') \
                 FROM pg_trigger WHERE tgname = 'zz' AND tgparentid = 0"
                    .into(),
            )
        }
        "domain check" => (
            format!("ALTER DOMAIN {relation} ADD CONSTRAINT zz CHECK ({sql}) NOT VALID"),
            "SELECT pg_get_expr(conbin, 0) FROM pg_constraint WHERE conname = 'zz'".into(),
        ),
        "domain default" => (
            format!("ALTER DOMAIN {relation} SET DEFAULT {sql}"),
            format!("SELECT pg_get_expr(typdefaultbin, 0) FROM pg_type WHERE typname = {}", quote_literal(&text.relation)),
        ),
        "argument default" => (
            format!("CREATE FUNCTION pg_temp.zz(a {} DEFAULT {sql}) RETURNS integer LANGUAGE sql AS 'SELECT 1'", text.wanted),
            "SELECT pg_get_function_arg_default(oid, 1) FROM pg_proc WHERE proname = 'zz'".into(),
        ),
        "statistics expression" => (
            format!("CREATE STATISTICS zz ON ({sql}) FROM {relation}"),
            "SELECT (pg_get_statisticsobjdef_expressions(oid))[1] FROM pg_statistic_ext WHERE stxname = 'zz'".into(),
        ),
        "rule" => (
            sql.replacen("CREATE RULE", "CREATE OR REPLACE RULE", 1),
            format!(
                "SELECT pg_get_ruledef(oid) FROM pg_rewrite WHERE rulename = {} AND ev_class = {regclass}::regclass",
                quote_literal(&text.name)
            ),
        ),
        "body" => {
            let this = format!(
                "proname = {} AND pronamespace::regnamespace = {}::regnamespace \
                 AND pg_get_function_identity_arguments(oid) = {}",
                quote_literal(&text.relation),
                quote_literal(&quote_identifier(&text.schema)),
                quote_literal(&text.name)
            );
            (
                format!(
                    "SET LOCAL search_path = ''; SET LOCAL check_function_bodies = off; DO $do$ BEGIN EXECUTE \
                     (SELECT pg_get_functiondef(oid) FROM pg_proc WHERE {this}); END $do$"
                ),
                format!("SELECT pg_get_function_sqlbody(oid) FROM pg_proc WHERE {this}"),
            )
        }
        _ => return None,
    })
}

/// The names that the view gives its columns.
fn view_columns(text: &Text) -> String {
    if text.wanted.is_empty() {
        String::new()
    } else {
        format!(" ({})", text.wanted)
    }
}
