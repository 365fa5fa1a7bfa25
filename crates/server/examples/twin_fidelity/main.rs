//! How near a twin comes to the server it stands for, on TPC-H: see `bench/twin-fidelity`.
//!
//! `twin_fidelity WORKLOAD SCALE MAJOR [GROWN_SCALE]`: loads the data, reads its statistics, builds the twin and
//! compares plans; tries indexes on the twin and then builds them; with a second scale, loads that too and
//! compares it with the first one's statistics grown to its size. Prints a line for each difference and the
//! counts, in a form for scripts.
#![allow(clippy::print_stdout, missing_docs)]

mod tpch;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::Instant;

use pgwright_catalog::QualifiedName;
use pgwright_planner::{Plan, Target, grow};
use pgwright_server::postgres::Client;
use pgwright_server::twin::{Parameters, Script, Session, Twin};
use pgwright_server::{
    Installation, ReadOptions, Sandbox, StatisticsOptions, read_catalog, read_statistics,
};
use serde_json::Value;
use tpch::{Outcome, load};

const INDEXES: &str = include_str!("indexes.sql");
const WHAT_IF: &str = include_str!("what_if.sql");

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [workload, scale, major, rest @ ..] = arguments.as_slice() else {
        return Err("twin_fidelity WORKLOAD SCALE MAJOR [GROWN_SCALE]".into());
    };
    let workload = Path::new(workload);
    let (scale, major): (f64, u32) = (scale.parse()?, major.parse()?);
    let (sandbox, server) = tpch::server(major)?;
    let server = &server;
    let mut schema = tpch::schema(workload)?;
    let keys_only = schema.clone();
    schema.push_str(INDEXES);
    let queries = queries(workload)?;

    let mut real = load(&sandbox, "real", &keys_only, scale)?;
    let statistics = read_statistics(&mut real, StatisticsOptions::default())?.statistics;
    if let [grown, ..] = rest {
        growth(
            &sandbox,
            server,
            &keys_only,
            grown.parse()?,
            &queries,
            &statistics,
        )?;
    }
    real.batch_execute(INDEXES)?;
    real.batch_execute("ANALYZE")?;
    real.batch_execute("CHECKPOINT")?;
    let started = Instant::now();
    let statistics = read_statistics(&mut real, StatisticsOptions::default())?.statistics;
    println!("seconds-to-read {:.2}", started.elapsed().as_secs_f64());
    let started = Instant::now();
    let twin = build(server, &schema, &statistics)?;
    println!("seconds-to-build {:.2}", started.elapsed().as_secs_f64());
    let mut session = twin.session()?;
    compare("same-data", &mut real, &mut session, &queries, 0.001)?;
    what_if(&mut real, &mut session)
}

fn queries(workload: &Path) -> Outcome<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(workload.join("queries"))? {
        let path = entry?.path();
        let name = path
            .file_stem()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        found.push((name, fs::read_to_string(&path)?));
    }
    found.sort();
    Ok(found)
}

fn build(
    server: &Installation,
    schema: &str,
    statistics: &pgwright_planner::Statistics,
) -> Outcome<Twin> {
    let lines: Vec<(&str, usize)> = schema
        .lines()
        .zip(1..)
        .filter(|(l, _)| !l.is_empty())
        .collect();
    let script = Script {
        name: "schema.sql",
        roles: &[],
        statements: &lines,
    };
    let twin = Twin::build(server, script, statistics)?;
    for note in twin.notes() {
        println!("# {note}");
    }
    Ok(twin)
}

fn plan(client: &mut Client, sql: &str) -> Outcome<Plan> {
    let sql = sql.trim().trim_end_matches(';');
    let row = client.query_one(&format!("EXPLAIN (FORMAT JSON, VERBOSE) {sql}"), &[])?;
    Ok(Plan::parse(row.try_get::<_, Value>(0)?)?)
}

/// Counts plans of the same shape, and how far costs are apart.
fn compare(
    what: &str,
    real: &mut Client,
    session: &mut Session<'_>,
    queries: &[(String, String)],
    tolerance: f64,
) -> Outcome<()> {
    let (mut same, mut near) = (0, 0);
    for (name, sql) in queries {
        let (wanted, got) = (plan(real, sql)?, session.explain(sql, Parameters::Generic)?);
        let alike = wanted.root.shape() == got.root.shape();
        let ratio = got.cost() / wanted.cost();
        let within = (ratio - 1.0).abs() <= tolerance;
        same += usize::from(alike);
        near += usize::from(within);
        if !alike || !within {
            let word = if alike { "same plan" } else { "another plan" };
            println!("# {what} {name}: {word}, cost {ratio:.4} times the real one");
            for difference in pgwright_planner::differences(&wanted, &got) {
                println!("#   {difference}");
            }
        }
    }
    println!("{what}-plans {same} {}", queries.len());
    println!("{what}-costs {near} {}", queries.len());
    Ok(())
}

fn growth(
    sandbox: &Sandbox,
    server: &Installation,
    schema: &str,
    scale: f64,
    queries: &[(String, String)],
    statistics: &pgwright_planner::Statistics,
) -> Outcome<()> {
    let mut large = load(sandbox, "large", schema, scale)?;
    let catalog = read_catalog(&mut large, &ReadOptions::default())?.catalog;
    let sizes = read_statistics(&mut large, StatisticsOptions::default())?.statistics;
    let rows = sizes
        .tables
        .iter()
        .filter_map(|(name, t)| Some((name.clone(), Target::Rows(t.rows?))));
    let targets: BTreeMap<QualifiedName, Target> = rows.collect();
    let grown = grow(statistics, &catalog, &targets);
    let twin = build(server, schema, &grown.statistics)?;
    compare("grown", &mut large, &mut twin.session()?, queries, 0.05)
}

fn on_expression(statement: &str) -> bool {
    ["((", "(to_", "(daterange"]
        .iter()
        .any(|part| statement.contains(part))
}

/// Tries every index on the twin, then builds it.
fn what_if(real: &mut Client, session: &mut Session<'_>) -> Outcome<()> {
    let lines: Vec<&str> = WHAT_IF
        .lines()
        .filter(|l| !l.starts_with("--") && !l.is_empty())
        .collect();
    let (mut indexes, mut trees, mut near_trees, mut same, mut near, mut used) = (0, 0, 0, 0, 0, 0);
    // ANALYZE gives an expression its statistics, and draws another sample of the columns: those come last.
    let (last, first): (Vec<&[&str]>, Vec<&[&str]>) = lines
        .chunks_exact(2)
        .partition(|pair| on_expression(pair[0]));
    for pair in first.into_iter().chain(last) {
        let (statement, query) = (pair[0], pair[1]);
        let table = statement
            .split(" ON ")
            .nth(1)
            .and_then(|t| t.split(' ').next());
        let table = QualifiedName::new("public", table.unwrap_or_default());
        let made = session.create_index(&table, statement)?;
        let predicted = session.explain(query, Parameters::Generic)?;
        real.batch_execute(statement)?;
        if on_expression(statement) {
            real.batch_execute(&format!("ANALYZE {}", table.quoted()))?;
        }
        let actual = plan(real, query)?;
        let pages: i64 = real
            .query_one("SELECT pg_relation_size('try') / 8192", &[])?
            .try_get(0)?;
        real.batch_execute("DROP INDEX try")?;
        session.drop_index(&made.name)?;
        indexes += 1;
        let ratio = made.pages as f64 / pages as f64;
        let tree = !statement.contains(" USING ");
        let fits = (ratio - 1.0).abs() <= 0.15;
        trees += usize::from(tree);
        near_trees += usize::from(tree && fits);
        let alike = predicted.root.shape() == actual.root.shape();
        let cost = predicted.cost() / actual.cost();
        let uses =
            actual.root.indexes().contains("try") || predicted.root.indexes().contains("try");
        used += usize::from(uses);
        same += usize::from(uses && alike);
        near += usize::from(uses && alike && (cost - 1.0).abs() <= 0.05);
        let mark = match (fits, alike && (cost - 1.0).abs() <= 0.05) {
            (true, true) => ' ',
            (false, true) => 's',
            (true, false) => 'p',
            (false, false) => 'b',
        };
        println!(
            "#{mark} {statement}: {} pages of {pages} ({ratio:.2}), cost {cost:.3}{}{}",
            made.pages,
            if alike { "" } else { ", another plan" },
            if uses { "" } else { ", not used" },
        );
    }
    println!("what-if-indexes {indexes}");
    println!("what-if-sizes {near_trees} {trees}");
    println!("what-if-plans {same} {used}");
    println!("what-if-costs {near} {used}");
    Ok(())
}
