//! The twin's database: with the collation by which production compares texts, and its settings.

use pgwright_catalog::{quote_identifier, quote_literal};
use pgwright_planner::{Database, Statistics};
use postgres::Client;

use super::{DATABASE, TwinError, WORKSHOP};
use crate::sandbox::Sandbox;

/// Creates the database, and the tablespace that indexes are built in.
pub(super) fn create(
    sandbox: &Sandbox,
    statistics: &Statistics,
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    let mut client = sandbox.connect("postgres")?;
    let workshop = sandbox.make_directory("workshop")?;
    client
        .batch_execute(&format!(
            "CREATE TABLESPACE {WORKSHOP} LOCATION {}",
            quote_literal(&workshop.to_string_lossy())
        ))
        .map_err(TwinError::asking("creating a tablespace"))?;
    let wanted = clauses(&statistics.database, sandbox.major());
    if wanted.is_empty() {
        return Ok(sandbox.create_database(DATABASE)?);
    }
    // Another collation than the template's is only taken for a template of this name.
    let _ = client.batch_execute("CREATE DATABASE template0");
    let mut refused = None;
    for clause in &wanted {
        let sql = format!("CREATE DATABASE {DATABASE} TEMPLATE template0 {clause}");
        match client.batch_execute(&sql) {
            Ok(()) => {
                let _ = client.batch_execute("DROP DATABASE template0");
                return Ok(());
            }
            Err(error) => {
                refused = refused.or_else(|| error.as_db_error().map(|e| e.message().to_owned()));
            }
        }
    }
    let _ = client.batch_execute("DROP DATABASE template0");
    notes.push(format!(
        "texts compare by bytes, not by the collation {}: {}",
        collation(&statistics.database),
        refused.unwrap_or_default()
    ));
    Ok(sandbox.create_database(DATABASE)?)
}

fn collation(database: &Database) -> &str {
    let locale = database.locale.as_deref().or(database.collate.as_deref());
    locale.unwrap_or("of the source")
}

/// The ways to say which collation, best first; none when the sandbox's own will do.
fn clauses(database: &Database, major: u32) -> Vec<String> {
    let Some(collate) = &database.collate else {
        return Vec::new();
    };
    let ctype = database.ctype.as_ref().unwrap_or(collate);
    let encoding = database.encoding.as_deref().unwrap_or("UTF8");
    let bytewise = |locale: &str| matches!(locale, "C" | "POSIX" | "C.UTF-8" | "C.utf8" | "C.UTF8");
    let provider = database.provider.as_deref().unwrap_or("libc");
    let by_bytes = match provider {
        "builtin" => database.locale.as_deref().is_none_or(bytewise),
        "icu" => false,
        _ => bytewise(collate),
    };
    if by_bytes && encoding == "UTF8" {
        return Vec::new();
    }
    let encoding = format!("ENCODING {}", quote_literal(encoding));
    let mut found = Vec::new();
    let icu = |locale: &str| {
        format!(
            "ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE {} LC_COLLATE 'C' LC_CTYPE 'C'",
            quote_literal(locale)
        )
    };
    match (provider, &database.locale) {
        ("icu", Some(locale)) if major >= 15 => found.push(icu(locale)),
        ("builtin", Some(locale)) if major >= 17 => found.push(format!(
            "{encoding} LOCALE_PROVIDER builtin BUILTIN_LOCALE {} LC_COLLATE 'C' LC_CTYPE 'C'",
            quote_literal(locale)
        )),
        _ => {
            let provider = if major >= 15 {
                "LOCALE_PROVIDER libc "
            } else {
                ""
            };
            found.push(format!(
                "{encoding} {provider}LC_COLLATE {} LC_CTYPE {}",
                quote_literal(collate),
                quote_literal(ctype)
            ));
        }
    }
    if major >= 15 && !bytewise(collate) {
        // The system may lack the locale; ICU orders the language nearly alike.
        let language = collate.split(['.', '@']).next().unwrap_or(collate);
        found.push(icu(&language.replace('_', "-")));
    }
    found
}

/// Gives every later session the settings that plans depend on.
pub(super) fn settings(
    client: &mut Client,
    statistics: &Statistics,
    notes: &mut Vec<String>,
) -> Result<(), TwinError> {
    for (name, value) in &statistics.settings {
        // A list is one value to the server only when its parts are written as such.
        let value = match name.as_str() {
            "search_path" => value.clone(),
            _ => quote_literal(value),
        };
        let sql = format!(
            "ALTER DATABASE {DATABASE} SET {} TO {value}",
            quote_identifier(name)
        );
        if let Err(error) = client.batch_execute(&sql) {
            if client.is_closed() {
                return Err(TwinError::asking("setting")(error));
            }
            notes.push(format!(
                "setting {name}: {}",
                crate::script::describe(&error)
            ));
        }
    }
    Ok(())
}
