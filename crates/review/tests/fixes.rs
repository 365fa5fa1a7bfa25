//! Every fix, made by a server: the migration to the schema with the fix made applies, and the database then holds
//! that schema, in which the rule finds nothing.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

use std::collections::BTreeMap;

use pgwright_catalog::Catalog;
use pgwright_migrate::{PlanOptions, Transaction, difference, plan};
use pgwright_review::{Change, Finding, Input, Rule, Settings, apply, review, rules};
use pgwright_server::installation::PG_BIN_VARIABLE;
use pgwright_server::postgres::Client;
use pgwright_server::{Options, ReadOptions, RoleSelection, Sandbox, discover, read_catalog};

fn found(rule: &Rule, catalog: &Catalog, version: u32) -> Vec<Finding> {
    let settings = Settings {
        enable: vec![rule.id.to_owned()],
        ..Settings::default()
    };
    let input = Input {
        catalog,
        places: &BTreeMap::new(),
        migration: None,
        version,
        settings: &settings,
        suppressions: &[],
        baseline: None,
    };
    let findings = review(&input).findings.into_iter();
    findings.filter(|finding| finding.rule == rule.id).collect()
}

fn read(client: &mut Client) -> Catalog {
    let options = ReadOptions {
        roles: RoleSelection::Named(Default::default()),
        ..ReadOptions::default()
    };
    read_catalog(client, &options).unwrap().catalog
}

/// What is wrong with the fixes that a rule offers for a schema; `None` when it offers none.
fn made(rule: &Rule, client: &mut Client, version: u32) -> Option<Result<(), String>> {
    let before = read(client);
    let findings = found(rule, &before, version);
    if findings.is_empty() {
        return Some(Err("finds nothing in what a server holds".to_owned()));
    }
    let occurrences = findings.iter().flat_map(|f| &f.occurrences);
    let changes: Vec<&Change> = occurrences
        .filter_map(|o| o.fix.as_ref())
        .flat_map(|f| &f.changes)
        .collect();
    if changes.is_empty() {
        return None;
    }
    let after = apply(&before, changes);
    let mut options = PlanOptions::new(version);
    options.check_bodies = false;
    options.keep_aside = false;
    let migration = match plan(&before, &after, &options) {
        Ok(migration) => migration,
        Err(error) => return Some(Err(format!("no plan: {error}"))),
    };
    for step in &migration.up {
        let sql = match step.transaction {
            Transaction::Own => format!("BEGIN; {} COMMIT;", step.sql),
            Transaction::Shared | Transaction::Outside => step.sql.clone(),
        };
        if let Err(error) = client.batch_execute(&sql) {
            let why = error
                .as_db_error()
                .map_or_else(|| error.to_string(), |e| e.message().to_owned());
            return Some(Err(format!("{why}\n      {}", step.sql)));
        }
    }
    let result = read(client);
    let differences = difference(&after, &result, &str::to_owned);
    if let Some(first) = differences.first() {
        return Some(Err(format!("the database holds something else: {first}")));
    }
    Some(match found(rule, &result, version).is_empty() {
        true => Ok(()),
        false => Err("still finds something".to_owned()),
    })
}

#[test]
fn a_server_takes_every_fix() {
    let found = discover(std::env::var_os(PG_BIN_VARIABLE).as_deref()).unwrap_or_default();
    let Some(installation) = found
        .iter()
        .filter(|i| i.is_supported())
        .max_by_key(|i| i.major)
    else {
        eprintln!("skipped: no server found");
        return;
    };
    let sandbox = Sandbox::start(installation, &Options::default()).unwrap();
    let version = sandbox.major();
    let mut complaints = Vec::new();
    let mut proven = 0;
    for rule in rules()
        .iter()
        .filter(|rule| !rule.fix.is_empty() && rule.since <= version)
    {
        for (number, sql) in rule.bad.iter().enumerate() {
            let name = format!("{}_{number}", rule.id.to_lowercase().replace('-', "_"));
            sandbox.create_database(&name).unwrap();
            let mut client = sandbox.connect(&name).unwrap();
            // Roles belong to the cluster, and several examples make the same.
            let sql = sql.replace("CREATE ROLE anon;", "");
            let _ = client.batch_execute("CREATE ROLE anon");
            if let Err(error) = client.batch_execute(&sql) {
                let why = error
                    .as_db_error()
                    .map_or_else(|| error.to_string(), |e| e.message().to_owned());
                complaints.push(format!("{}: {why}\n      {sql}", rule.id));
                continue;
            }
            match made(rule, &mut client, version) {
                Some(Ok(())) => proven += 1,
                Some(Err(why)) => complaints.push(format!("{}: {why}\n      {sql}", rule.id)),
                None => {}
            }
        }
    }
    eprintln!("{proven} fixes made on PostgreSQL {}", installation.version);
    assert!(complaints.is_empty(), "\n{}", complaints.join("\n"));
    assert!(proven > 30, "{proven}");
}
