//! The server that pairs are tried on.

use std::collections::BTreeSet;

use pgwright_catalog::{Catalog, Name};
use pgwright_server::installation::PG_BIN_VARIABLE;
use pgwright_server::postgres::Client;
use pgwright_server::{Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog};

use crate::model::ROLES;

/// A server of the version asked for, or the newest found, with the roles that all pairs share.
pub fn start() -> Option<Sandbox> {
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    let asked = number("PGWRIGHT_PAIRS_ON");
    let newest = found
        .iter()
        .filter(|i| i.is_supported() && asked.is_none_or(|a| u64::from(i.major) == a))
        .max_by_key(|i| i.major);
    let Some(newest) = newest else {
        eprintln!("skipped: no PostgreSQL server found");
        return None;
    };
    eprintln!("on PostgreSQL {}", newest.version);
    let sandbox = Sandbox::start(newest, &Options::default()).unwrap();
    let mut client = sandbox.connect("postgres").unwrap();
    for role in ROLES {
        client
            .batch_execute(&format!("CREATE ROLE {role}"))
            .unwrap();
    }
    Some(sandbox)
}

pub fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// What the server says of an error, with the statement that it is in.
pub fn explain(error: &pgwright_server::postgres::Error, script: &str) -> String {
    use pgwright_server::postgres::error::ErrorPosition;
    let Some(said) = error.as_db_error() else {
        return error.to_string();
    };
    let mut text = format!("{}: {}", said.code().code(), said.message());
    if let Some(detail) = said.detail() {
        text += &format!(" ({detail})");
    }
    if let Some(place) = said.where_() {
        text += &format!(" [{place}]");
    }
    if let Some(ErrorPosition::Original(at)) = said.position() {
        let at = (*at as usize).saturating_sub(1);
        let before: String = script.chars().take(at).collect();
        let start = before.rfind(";\n").map_or(0, |at| at + 2);
        let statement = &script[start..];
        text += &format!("\n  {}", statement.split(";\n").next().unwrap_or_default());
    }
    text
}

/// Runs a script; when it fails, once more statement by statement, to say which it was.
pub fn load(client: &mut Client, script: &str) -> Result<(), String> {
    let Err(error) = client.batch_execute(script) else {
        return Ok(());
    };
    let whole = explain(&error, script);
    let _ = client.batch_execute("ROLLBACK");
    for statement in script.split(";\n").filter(|s| !s.trim().is_empty()) {
        if let Err(error) = client.batch_execute(statement) {
            return Err(format!("{}\n  {statement}", explain(&error, statement)));
        }
    }
    Err(format!("in one transaction only: {whole}"))
}

/// The catalog of a database, in which every object has its owner said.
pub fn read(client: &mut Client) -> Catalog {
    let roles: BTreeSet<Name> = ROLES.iter().map(|r| Name::from(*r)).collect();
    let options = ReadOptions {
        roles: RoleSelection::Named(roles),
        implied_owner: None,
    };
    let reading = read_catalog(client, &options).unwrap();
    assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
    reading.catalog
}

/// Drops a database, and first its subscriptions, which hold it.
pub fn drop_database(sandbox: &Sandbox, database: &str) {
    let mut client = sandbox.connect(database).unwrap();
    let subscriptions = "SELECT format('DROP SUBSCRIPTION %I', subname) FROM pg_subscription
        WHERE subdbid = (SELECT oid FROM pg_database WHERE datname = current_database())";
    for row in client.query(subscriptions, &[]).unwrap() {
        let statement: String = row.get(0);
        client.batch_execute(&statement).unwrap();
    }
    drop(client);
    sandbox.drop_database(database).unwrap();
}
