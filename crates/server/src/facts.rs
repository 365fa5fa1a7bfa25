//! What a planner wants to know of a database beside its schema: the server's version and the sizes of
//! tables.

use pgwright_catalog::QualifiedName;
use postgres::Client;

/// The server's major version, as in 18.
///
/// # Errors
///
/// What the server or the connection says.
pub fn major_version(client: &mut Client) -> Result<u32, postgres::Error> {
    let row = client.query_one("SELECT current_setting('server_version_num')::int", &[])?;
    let version: i32 = row.try_get(0)?;
    Ok(u32::try_from(version / 10_000).unwrap_or(0))
}

/// Every table with its rows, as the planner counts them, and its bytes on disk.
///
/// # Errors
///
/// What the server or the connection says.
pub fn table_sizes(client: &mut Client) -> Result<Vec<(QualifiedName, u64, u64)>, postgres::Error> {
    let rows = client.query(include_str!("queries/sizes.sql"), &[])?;
    let mut sizes = Vec::new();
    for row in rows {
        let (schema, name): (String, String) = (row.try_get(0)?, row.try_get(1)?);
        let (count, bytes): (i64, i64) = (row.try_get(2)?, row.try_get(3)?);
        let number = |n: i64| u64::try_from(n).unwrap_or(0);
        let name = QualifiedName::new(schema, name);
        sizes.push((name, number(count), number(bytes)));
    }
    Ok(sizes)
}
