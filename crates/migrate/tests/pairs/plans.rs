//! Plans between the two catalogs of a pair, run there and back on a server.

use pgwright_catalog::write::not_null_name;
use pgwright_catalog::{Catalog, ConstraintKind, ObjectId, QualifiedName, Table};
use pgwright_migrate::{Plan, PlanOptions, Rewrites, Step, Transaction, difference, plan};
use pgwright_server::Sandbox;
use pgwright_server::postgres::Client;

use crate::content::{self, Content};
use crate::mutate::Pair;
use crate::server;

/// What no server does, so that to say so is right: a base type is not defined anew while columns have it, and
/// columns and attributes have no other place than the last, or the one where they are kept aside.
const RIGHTLY_REFUSED: &[&str] = &[
    "a base type that columns have",
    "it lists the columns of",
    "its default lists the attributes of",
];

/// What went wrong, and where.
#[derive(Debug)]
pub struct Failure {
    pub stage: &'static str,
    pub what: String,
}

impl Failure {
    /// What it says without the names in it, so that two of the same cause are alike.
    pub fn shape(&self) -> String {
        let named = |w: &&str| !w.contains(|c: char| c.is_ascii_digit() || "\"'.".contains(c));
        let words = |line: &str| line.split(' ').filter(named).collect::<Vec<_>>().join(" ");
        let first = self.what.lines().next().map(words).unwrap_or_default();
        // What the server says of a statement that failed stands in a line of its own.
        let said = self.what.lines().rev().find(|l| l.starts_with("    "));
        let said = said.map(words).unwrap_or_default();
        format!("{}: {first} {said}", self.stage)
    }
}

fn at(stage: &'static str) -> impl Fn(String) -> Failure {
    move |what| Failure { stage, what }
}

/// Plans from A to B and runs the plan: there, back, there again, through the contract, and back.
pub fn attempt(sandbox: &Sandbox, pair: &Pair, seed: u64, show: bool) -> Vec<Failure> {
    let mut attempt = Attempt {
        sandbox,
        pair,
        seed,
        show,
        failures: vec![],
    };
    if let Err(failure) = attempt.all() {
        attempt.failures.push(failure);
    }
    attempt.failures
}

struct Attempt<'a> {
    sandbox: &'a Sandbox,
    pair: &'a Pair,
    seed: u64,
    /// Whether to print the plan.
    show: bool,
    failures: Vec<Failure>,
}

impl Attempt<'_> {
    fn all(&mut self) -> Result<(), Failure> {
        let b = self.with_database("b", |attempt, client| {
            server::load(client, &attempt.pair.b_sql).map_err(at("load"))?;
            Ok(server::read(client))
        })?;
        let done = self.with_database("a", |attempt, client| attempt.there_and_back(client, &b));
        // What is broken is no place to go on from.
        let failed = match done {
            Ok(failed) => failed,
            Err(failure) => {
                self.failures.push(failure);
                true
            }
        };
        if failed {
            self.with_database("c", |attempt, client| attempt.contract(client, &b, true))?;
        }
        Ok(())
    }

    fn with_database<T>(
        &mut self,
        name: &str,
        run: impl FnOnce(&mut Self, &mut Client) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let database = format!("{name}_{}", self.seed);
        self.sandbox.create_database(&database).unwrap();
        let mut client = self.sandbox.connect(&database).unwrap();
        let quiet = "SET client_min_messages = error";
        client.batch_execute(quiet).unwrap();
        let result = run(self, &mut client);
        drop(client);
        server::drop_database(self.sandbox, &database);
        result
    }

    fn load_a(&self, client: &mut Client) -> Result<(Content, Catalog), Failure> {
        for script in [&self.pair.a_sql, &self.pair.rows_sql] {
            server::load(client, script).map_err(at("load"))?;
        }
        let content = content::read(client).map_err(at("rows of A"))?;
        Ok((content, server::read(client)))
    }

    fn plan(&self, from: &Catalog, to: &Catalog) -> Result<Plan, String> {
        let mut options = PlanOptions::new(self.sandbox.major());
        if std::env::var_os("PGWRIGHT_PAIRS_ONLINE").is_some() {
            options.rewrites = Rewrites::Online;
        }
        plan(from, to, &options).map_err(|e| e.to_string())
    }

    /// There and back, and then through the contract. True when something went wrong before it.
    fn there_and_back(&mut self, client: &mut Client, b: &Catalog) -> Result<bool, Failure> {
        let (before, a) = self.load_a(client)?;
        let there = match self.plan(&a, b) {
            Ok(there) => there,
            Err(error) if RIGHTLY_REFUSED.iter().any(|why| error.contains(why)) => {
                return Ok(false);
            }
            Err(error) => {
                self.failures.push(at("plan")(error));
                return Ok(false);
            }
        };
        if self.show {
            print(&there);
        }
        run(client, &there.up).map_err(at("up"))?;
        let result = pgwright_migrate::without_aside(server::read(client));
        self.collect("up differs", differences(&result, b));
        self.second_plan("second plan", &result, b);
        let then = content::read(client).map_err(at("rows of B"))?;
        self.collect("up loses", before.losses(&then));

        run(client, &there.down).map_err(at("down"))?;
        self.collect("down differs", differences(&server::read(client), &a));
        let back = content::read(client).map_err(at("rows of A again"))?;
        self.collect("down loses", before.differences(&back));
        if !self.failures.is_empty() {
            return Ok(true);
        }
        self.contract(client, b, false)?;
        Ok(false)
    }

    /// There, through the contract, and back.
    fn contract(&mut self, client: &mut Client, b: &Catalog, load: bool) -> Result<(), Failure> {
        if load {
            for script in [&self.pair.a_sql, &self.pair.rows_sql] {
                server::load(client, script).map_err(at("load"))?;
            }
        }
        let before = content::read(client).map_err(at("rows of A"))?;
        let a = server::read(client);
        let there = self.plan(&a, b).map_err(at("plan"))?;
        let again = if load { "up" } else { "up again" };
        if let Err(why) = run(client, &there.up) {
            // Said already, when it was the first time.
            return if load { Ok(()) } else { Err(at(again)(why)) };
        }
        run(client, &there.contract).map_err(at("contract"))?;
        let result = server::read(client);
        self.collect("contract differs", differences(&result, b));
        self.second_plan("second plan after the contract", &result, b);
        let then = content::read(client).map_err(at("rows of B"))?;
        self.collect("contract loses", before.losses(&then));
        run(client, &there.down).map_err(at("down after the contract"))?;
        let mut found = server::read(client);
        forget_what_cannot_hold(&mut found, &a, b);
        self.collect("down after the contract differs", differences(&found, &a));
        Ok(())
    }

    fn second_plan(&mut self, stage: &'static str, result: &Catalog, b: &Catalog) {
        match self.plan(result, b) {
            Ok(second) => {
                let steps = second.up.iter().map(|s| s.sql.clone());
                self.collect(stage, steps.collect());
            }
            Err(error) => self.failures.push(at(stage)(error)),
        }
    }

    fn collect(&mut self, stage: &'static str, found: Vec<String>) {
        if !found.is_empty() {
            self.failures.push(at(stage)(found.join("\n    ")));
        }
    }
}

fn print(plan: &Plan) {
    for (name, steps) in [
        ("up", &plan.up),
        ("contract", &plan.contract),
        ("down", &plan.down),
    ] {
        eprintln!("-- {name}");
        for step in steps {
            eprintln!("{} -- {:?}", step.sql, step.transaction);
        }
    }
    for question in &plan.questions {
        eprintln!("-- question: {}: {}", question.subject, question.question);
    }
}

/// Rows that the contract dropped do not come back: a foreign key to a table or column that B lacks is left
/// NOT VALID where rows reference them.
fn forget_what_cannot_hold(found: &mut Catalog, a: &Catalog, b: &Catalog) {
    for (name, table) in &mut found.tables {
        for (key, constraint) in &mut table.constraints {
            let before = a.tables.get(name).and_then(|t| t.constraints.get(key));
            let (Some(before), ConstraintKind::ForeignKey(key)) = (before, &constraint.kind) else {
                continue;
            };
            let referenced = b.tables.get(&key.references);
            let columns = key.referenced_columns.iter();
            let stays = |t: &Table| columns.clone().all(|c| t.column(c.as_str()).is_some());
            let partitions = a.partitions_of(&key.references);
            let gone = !referenced.is_some_and(stays)
                || partitions
                    .into_iter()
                    .any(|(p, _)| !b.tables.contains_key(p));
            if gone && before.validated {
                constraint.validated = true;
            }
        }
    }
}

/// In what a catalog differs from what it is to be, apart from the order of columns.
///
/// What a child has had of its own before it came to inherit stays its own, and what it had from a
/// parent becomes its own when it is parted from it: of tables with parents by plain inheritance, what
/// only one side lists is left to the server.
fn differences(found: &Catalog, wanted: &Catalog) -> Vec<String> {
    let mut all = difference(found, wanted, &str::to_owned);
    all.retain(|d| match &d.object {
        ObjectId::Column(table, _) | ObjectId::Constraint(table, _) => {
            let heir = |c: &Catalog| c.tables.get(table).is_some_and(|t| !t.inherits.is_empty());
            // So does the name that it had from there.
            let of_origin = matches!(
                d.property.as_str(),
                "presence" | "inheritance" | "NOT NULL" | "name of NOT NULL"
            );
            // The server names that of a partition by its parent's when it makes it anew, and renames none
            // that is inherited.
            let by_parent = d.property == "name of NOT NULL" && named_by_parent(found, &d.object);
            !(by_parent || of_origin && heir(found) && heir(wanted))
        }
        _ => true,
    });
    let all = all.iter().filter(|d| d.property != "order of columns");
    all.map(ToString::to_string).collect()
}

/// True for a column of a partition whose NOT NULL has the name of the parent's.
fn named_by_parent(catalog: &Catalog, column: &ObjectId) -> bool {
    let ObjectId::Column(table, column) = column else {
        return false;
    };
    let name = |table: &QualifiedName| {
        let definition = catalog.tables.get(table)?;
        let column = definition.column(column.as_str())?;
        Some(not_null_name(table, column))
    };
    let parent = catalog
        .tables
        .get(table)
        .and_then(|t| t.partition_of.as_ref());
    parent.is_some_and(|of| name(&of.parent) == name(table))
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
