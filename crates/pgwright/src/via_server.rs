//! SQL text run in a sandbox, where reading it does not suffice.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use pgwright_catalog::{Name, quote_identifier};
use pgwright_ddl::read::Reading;
use pgwright_server::postgres::Client;
use pgwright_server::{
    Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog, run_script, select,
};

use crate::exit::Failure;
use crate::source::Read;
use crate::terminal::Terminal;

const DATABASE: &str = "source";

/// Runs the statements of a text that was read, on a server of the version asked for, the newest found
/// otherwise, and reads the database. A statement that the server refuses is shown, and the next is
/// run, as psql does.
pub fn read(
    text: &Reading,
    target: Option<u32>,
    pg_bin: Option<&OsStr>,
    terminal: &Terminal,
) -> Result<Read, Failure> {
    let no_server = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let found = discover(pg_bin).map_err(|e| no_server(&e))?;
    let wanted: Vec<u32> = target.into_iter().collect();
    let installations = select(&found, &wanted).map_err(|e| no_server(&e))?;
    let Some(installation) = installations.first() else {
        return Err(Failure::NoServer("no server was found".to_owned()));
    };
    let sandbox = terminal
        .phase("starting a server", || {
            Sandbox::start(installation, &Options::default())
        })
        .map_err(|e| no_server(&e))?;
    sandbox
        .create_database(DATABASE)
        .map_err(|e| no_server(&e))?;
    let mut client = sandbox.connect(DATABASE).map_err(|e| no_server(&e))?;
    let owner: String = client
        .query_one("SELECT current_user::text", &[])
        .and_then(|row| row.try_get(0))
        .map_err(|e| no_server(&e))?;
    let mut errors = 0;
    terminal.phase("running the SQL", || {
        // What a transaction fails for is too late to make.
        let named = text.catalog.roles.keys().map(Name::quoted);
        for role in named {
            // One that is there already is as good.
            let _ = client.batch_execute(&format!("CREATE ROLE {role}"));
        }
        for statement in &text.statements {
            let file = statement.file.as_deref().unwrap_or("");
            if let Err(error) = run(&mut client, file, &statement.text, statement.line) {
                errors += 1;
                terminal.error(error);
            }
        }
    });
    // The text may have left a transaction open, or become somebody else.
    let mut client = sandbox.connect(DATABASE).map_err(|e| no_server(&e))?;
    let options = ReadOptions {
        roles: RoleSelection::Referenced,
        implied_owner: Some(Name::from(owner)),
    };
    let read = terminal
        .phase("reading the catalog", || {
            read_catalog(&mut client, &options)
        })
        .map_err(|e| no_server(&e))?;
    for warning in &read.warnings {
        terminal.say(format_args!("warning: {warning}"));
    }
    Ok(Read {
        catalog: read.catalog,
        errors,
        ..Read::default()
    })
}

/// Runs a statement, making the roles that it names: a schema's text leaves them to the cluster.
fn run(client: &mut Client, file: &str, statement: &str, line: usize) -> Result<(), String> {
    let mut made = BTreeSet::new();
    loop {
        let Err(error) = run_script(client, file, &[(statement, line)]) else {
            return Ok(());
        };
        match missing_role(&error.message) {
            Some(role) if made.insert(role.clone()) => {
                let create = format!("CREATE ROLE {}", quote_identifier(&role));
                if client.batch_execute(&create).is_err() {
                    return Err(error.to_string());
                }
            }
            _ => return Err(error.to_string()),
        }
    }
}

/// The role of `role "x" does not exist`.
fn missing_role(message: &str) -> Option<String> {
    let rest = message.strip_prefix("role \"")?;
    rest.strip_suffix("\" does not exist").map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::missing_role;

    #[test]
    fn a_missing_role_is_told_from_other_errors() {
        let role = missing_role("role \"anon\" does not exist");
        assert_eq!(role.as_deref(), Some("anon"));
        assert_eq!(missing_role("relation \"t\" does not exist"), None);
    }
}
