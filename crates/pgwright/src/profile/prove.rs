//! Runs the schema and the load script of a proposal in a sandbox.

use std::io::Write as _;

use pgwright_server::{Installation, Options, Sandbox};

use super::load::Part;
use crate::exit::Failure;
use crate::proof::script;
use crate::terminal::Terminal;

const DATABASE: &str = "profiled";

/// Applies the schema, loads the rows and lets the script check them; what went wrong otherwise.
pub fn prove(
    schema: &str,
    parts: &[Part],
    rows: &[Vec<u8>],
    installation: &Installation,
    terminal: &Terminal,
) -> Result<Result<(), String>, Failure> {
    let server = |error: &dyn std::fmt::Display| Failure::NoServer(error.to_string());
    let sandbox = terminal
        .phase("starting a server", || {
            Sandbox::start(installation, &Options::default())
        })
        .map_err(|e| server(&e))?;
    sandbox.create_database(DATABASE).map_err(|e| server(&e))?;
    let mut client = sandbox.connect(DATABASE).map_err(|e| server(&e))?;
    if let Err(error) = script(&mut client, "schema.sql", schema) {
        return Ok(Err(error));
    }
    client.batch_execute("BEGIN").map_err(|e| server(&e))?;
    for part in parts {
        let outcome = match part {
            Part::Sql(sql) => terminal.phase("loading", || script(&mut client, "load.sql", sql)),
            Part::Copy { sheet, table } => terminal.phase("copying", || {
                let statement = format!("COPY {table} FROM STDIN WITH (FORMAT csv)");
                let mut copy = client.copy_in(&statement).map_err(|e| e.to_string())?;
                copy.write_all(&rows[*sheet]).map_err(|e| e.to_string())?;
                copy.finish().map(|_| ()).map_err(|e| e.to_string())
            }),
        };
        if let Err(error) = outcome {
            return Ok(Err(error));
        }
    }
    Ok(client.batch_execute("COMMIT").map_err(|e| e.to_string()))
}
