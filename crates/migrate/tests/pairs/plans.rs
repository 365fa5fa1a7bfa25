//! Plans between the two catalogs of a pair, run there and back on a server.

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, Step, Transaction, difference, plan};
use pgwright_server::Sandbox;
use pgwright_server::postgres::Client;

use crate::mutate::Pair;
use crate::{content, server};

/// What went wrong, and where.
#[derive(Debug)]
pub struct Failure {
    pub stage: &'static str,
    pub what: String,
}

fn at(stage: &'static str) -> impl Fn(String) -> Failure {
    move |what| Failure { stage, what }
}

/// Plans from A to B, runs the plan and its way back, and looks at everything in between.
pub fn attempt(sandbox: &Sandbox, pair: &Pair, seed: u64) -> Vec<Failure> {
    let databases = [format!("a_{seed}"), format!("b_{seed}")];
    for database in &databases {
        sandbox.create_database(database).unwrap();
    }
    let mut failures = vec![];
    if let Err(failure) = there_and_back(sandbox, pair, &databases, &mut failures) {
        failures.push(failure);
    }
    for database in &databases {
        server::drop_database(sandbox, database);
    }
    failures
}

fn connect(sandbox: &Sandbox, database: &str) -> Client {
    let mut client = sandbox.connect(database).unwrap();
    let quiet = "SET client_min_messages = error";
    client.batch_execute(quiet).unwrap();
    client
}

fn there_and_back(
    sandbox: &Sandbox,
    pair: &Pair,
    databases: &[String; 2],
    failures: &mut Vec<Failure>,
) -> Result<(), Failure> {
    let load = |database: &str, scripts: &[&String]| {
        let mut client = connect(sandbox, database);
        for script in scripts {
            server::load(&mut client, script).map_err(at("load"))?;
        }
        Ok(client)
    };
    let mut client = load(&databases[0], &[&pair.a_sql, &pair.rows_sql])?;
    let before = content::read(&mut client).map_err(at("rows of A"))?;
    let a = server::read(&mut client);
    let b = server::read(&mut load(&databases[1], &[&pair.b_sql])?);

    let options = PlanOptions::new(sandbox.major());
    let planned =
        |from: &Catalog, to: &Catalog| plan(from, to, &options).map_err(|e| e.to_string());
    let there = planned(&a, &b).map_err(at("plan"))?;
    if std::env::var_os("PGWRIGHT_PAIR_SEED").is_some() {
        for (name, steps) in [("up", &there.up), ("down", &there.down)] {
            eprintln!("-- {name}");
            for step in steps {
                eprintln!("{} -- {:?}", step.sql, step.transaction);
            }
        }
    }

    run(&mut client, &there.up).map_err(at("up"))?;
    let result = server::read(&mut client);
    collect(failures, "up differs", differences(&result, &b));
    match planned(&result, &b) {
        Ok(second) => {
            let steps: Vec<String> = second.up.iter().map(|s| s.sql.clone()).collect();
            collect(failures, "second plan", steps);
        }
        Err(error) => failures.push(at("second plan")(error)),
    }
    let then = content::read(&mut client).map_err(at("rows of B"))?;
    collect(failures, "up loses", before.losses(&then));

    run(&mut client, &there.down).map_err(at("down"))?;
    collect(
        failures,
        "down differs",
        differences(&server::read(&mut client), &a),
    );
    let back = content::read(&mut client).map_err(at("rows of A again"))?;
    collect(failures, "down loses", before.differences(&back));
    Ok(())
}

fn collect(failures: &mut Vec<Failure>, stage: &'static str, found: Vec<String>) {
    if !found.is_empty() {
        failures.push(Failure {
            stage,
            what: found.join("\n    "),
        });
    }
}

/// In what a catalog differs from what it is to be, apart from the order of columns.
fn differences(found: &Catalog, wanted: &Catalog) -> Vec<String> {
    let all = difference(found, wanted, &str::to_owned);
    let all = all.iter().filter(|d| d.property != "order of columns");
    all.map(ToString::to_string).collect()
}

/// Runs steps as they say: those that share a transaction in one.
fn run(client: &mut Client, steps: &[Step]) -> Result<(), String> {
    for shared in steps.chunk_by(|a, b| {
        a.transaction == Transaction::Shared && b.transaction == Transaction::Shared
    }) {
        let outside = shared[0].transaction == Transaction::Outside;
        let mut execute = |sql: &str| {
            client.batch_execute(sql).map_err(|e| {
                let why = server::explain(&e, "");
                format!("{sql}\n    {why}")
            })
        };
        if !outside {
            execute("BEGIN")?;
        }
        for step in shared {
            execute(&step.sql)?;
        }
        if !outside {
            execute("COMMIT")?;
        }
    }
    Ok(())
}
