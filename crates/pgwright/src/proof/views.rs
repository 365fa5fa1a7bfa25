//! Queries of views in the server's own words, so that a design and a database can be compared to
//! the letter.

use pgwright_catalog::Catalog;
use pgwright_server::postgres::Client;

/// The same catalog with every view's query as this server prints it. The server rewrites queries:
/// it writes out stars, qualifies columns, adds casts. Rather than guess how, the query is made a
/// temporary view, read back, and forgotten. A query that the server refuses stays as it is, and
/// then differs.
pub fn as_the_server_writes_them(client: &mut Client, catalog: &Catalog) -> Catalog {
    let mut catalog = catalog.clone();
    let views = catalog.views.values_mut().map(|view| &mut view.query);
    let materialized = catalog
        .materialized_views
        .values_mut()
        .map(|view| &mut view.query);
    for query in views.chain(materialized) {
        if let Some(text) = printed(client, query) {
            *query = text;
        }
    }
    catalog
}

fn printed(client: &mut Client, query: &str) -> Option<String> {
    let mut transaction = client.transaction().ok()?;
    transaction
        .batch_execute(&format!(
            "SET LOCAL search_path = ''; CREATE TEMPORARY VIEW compared AS {query}"
        ))
        .ok()?;
    let row = transaction
        .query_one("SELECT pg_get_viewdef('pg_temp.compared'::regclass)", &[])
        .ok()?;
    // Dropping the transaction rolls it back.
    row.try_get(0).ok()
}
