//! A design in the server's own words, where the server rewrites what it is given: queries of
//! views, and policies that look into other tables.
//!
//! The server writes out stars, qualifies columns, adds casts and names result columns. Rather than
//! guess how, what was designed is given to the server once more, inside a transaction that is
//! rolled back, and read back as it prints it. What the server refuses stays as it is, and differs.

use pgwright_catalog::{Catalog, Expression, Name, Policy, QualifiedName};
use pgwright_server::postgres::{Client, Error, Transaction};

/// The same catalog as this server prints it. The database must hold the design already.
pub fn as_the_server_prints_it(client: &mut Client, catalog: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    let views = catalog.views.values_mut().map(|view| &mut view.query);
    let materialized = catalog
        .materialized_views
        .values_mut()
        .map(|view| &mut view.query);
    for query in views.chain(materialized) {
        if let Ok(Some(text)) = aside(client, |transaction| view(transaction, query)) {
            *query = text;
        }
    }
    for (table, held) in &mut catalog.tables {
        for (name, policy) in &mut held.policies {
            let has_query = |e: &Option<Expression>| {
                e.as_ref()
                    .is_some_and(|e| e.sql().to_ascii_uppercase().contains("SELECT"))
            };
            if !has_query(&policy.using) && !has_query(&policy.with_check) {
                continue;
            }
            let printed = aside(client, |transaction| {
                as_policy(transaction, table, name, policy)
            });
            if let Ok(Some((using, with_check))) = printed {
                policy.using = using.map(Expression::new);
                policy.with_check = with_check.map(Expression::new);
            }
        }
    }
    catalog
}

/// Does something in a transaction that is rolled back.
fn aside<T>(
    client: &mut Client,
    work: impl FnOnce(&mut Transaction<'_>) -> Result<Option<T>, Error>,
) -> Result<Option<T>, Error> {
    let mut transaction = client.transaction()?;
    transaction.batch_execute("SET LOCAL search_path = ''")?;
    // Dropping the transaction rolls it back.
    work(&mut transaction)
}

fn view(transaction: &mut Transaction<'_>, query: &str) -> Result<Option<String>, Error> {
    transaction.batch_execute(&format!("CREATE TEMPORARY VIEW compared AS {query}"))?;
    let row = transaction.query_one("SELECT pg_get_viewdef('pg_temp.compared'::regclass)", &[])?;
    row.try_get(0)
}

type Printed = (Option<String>, Option<String>);

fn as_policy(
    transaction: &mut Transaction<'_>,
    table: &QualifiedName,
    name: &Name,
    policy: &Policy,
) -> Result<Option<Printed>, Error> {
    let clause = |word: &str, expression: &Option<Expression>| {
        expression
            .as_ref()
            .map_or_else(String::new, |e| format!(" {word} ({})", e.sql()))
    };
    transaction.batch_execute(&format!(
        "ALTER POLICY {} ON {}{}{}",
        name.quoted(),
        table.quoted(),
        clause("USING", &policy.using),
        clause("WITH CHECK", &policy.with_check),
    ))?;
    let row = transaction.query_one(
        "SELECT pg_get_expr(polqual, polrelid), pg_get_expr(polwithcheck, polrelid) \
         FROM pg_policy WHERE polrelid = $1::text::regclass AND polname = $2::text",
        &[&table.quoted(), &name.as_str()],
    )?;
    Ok(Some((row.try_get(0)?, row.try_get(1)?)))
}
