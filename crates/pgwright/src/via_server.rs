//! SQL text run in a sandbox, where reading it does not suffice.

use std::collections::BTreeSet;
use std::ffi::OsStr;

use pgwright_catalog::{Name, quote_identifier};
use pgwright_server::postgres::Client;
use pgwright_server::{
    Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog, run_script, select,
};

use crate::exit::Failure;
use crate::source::Read;
use crate::terminal::Terminal;

const DATABASE: &str = "source";

/// Runs the texts one after the other on a server of the version asked for, the newest found
/// otherwise, and reads the database. A statement that the server refuses is shown, and the next is
/// run, as psql does.
pub fn read(
    texts: &[(String, String)],
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
        for (file, text) in texts {
            errors += run(&mut client, file, text, terminal);
        }
    });
    // The text may have left a transaction open, or become somebody else.
    let mut client = sandbox.connect(DATABASE).map_err(|e| no_server(&e))?;
    let options = ReadOptions {
        roles: RoleSelection::Referenced,
        implied_owner: Some(Name::from(owner)),
    };
    let reading = terminal
        .phase("reading the catalog", || {
            read_catalog(&mut client, &options)
        })
        .map_err(|e| no_server(&e))?;
    for warning in &reading.warnings {
        terminal.say(format_args!("warning: {warning}"));
    }
    Ok(Read {
        catalog: reading.catalog,
        errors,
    })
}

/// Runs one text; how many of its statements failed.
fn run(client: &mut Client, file: &str, text: &str, terminal: &Terminal) -> usize {
    let statements = match pgwright_ddl::split(text) {
        Ok(statements) => statements,
        Err(error) => {
            terminal.error(format_args!("{file}:{error}"));
            return 1;
        }
    };
    let mut errors = 0;
    for statement in statements {
        if let Err(error) = run_with_roles(client, file, &statement.text, statement.line) {
            errors += 1;
            terminal.error(error);
        }
    }
    errors
}

/// Runs a statement, making the roles that it names: a schema's text leaves them to the cluster.
fn run_with_roles(
    client: &mut Client,
    file: &str,
    statement: &str,
    line: usize,
) -> Result<(), String> {
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
