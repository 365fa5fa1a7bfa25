//! Whether steps do to tables what their plan says: each step of a plan is run in a transaction of its own,
//! and its locks, the files that it writes anew and the tables that it reads in full are looked at there.

use std::collections::BTreeMap;

use pgwright_server::postgres::{Client, Error};
use serde_json::Value;

use crate::database::Databases;
use crate::judge::Report;
use crate::load;
use crate::planner::Plan;

/// Table lock modes, weakest first, as plans and `pg_locks` write them.
const LEVELS: [(&str, &str); 8] = [
    ("access_share", "AccessShareLock"),
    ("row_share", "RowShareLock"),
    ("row_exclusive", "RowExclusiveLock"),
    ("share_update_exclusive", "ShareUpdateExclusiveLock"),
    ("share", "ShareLock"),
    ("share_row_exclusive", "ShareRowExclusiveLock"),
    ("exclusive", "ExclusiveLock"),
    ("access_exclusive", "AccessExclusiveLock"),
];

/// From this mode on a lock makes somebody wait who only reads or writes rows, or other changes.
const NOTICED: usize = 3;

/// The tables that a plan finds there, with the number of scans in the running transaction.
const TABLES: &str = "
    SELECT c.oid, n.nspname || '.' || c.relname, c.relfilenode,
           pg_catalog.pg_stat_get_xact_numscans(c.oid),
           (SELECT max(array_position($2::text[], l.mode)) FROM pg_catalog.pg_locks l
             WHERE l.relation = c.oid AND l.pid = pg_catalog.pg_backend_pid() AND l.locktype = 'relation'
               AND l.database = (SELECT oid FROM pg_catalog.pg_database
                                  WHERE datname = pg_catalog.current_database()))
      FROM pg_catalog.pg_class c
      JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
     WHERE c.relkind IN ('r', 'p', 'm', 'f') AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
       AND ($1::oid[] IS NULL OR c.oid = ANY ($1))";

struct Table {
    name: String,
    file: u32,
    scans: i64,
    /// Place in [`LEVELS`].
    lock: Option<usize>,
}

type Tables = BTreeMap<u32, Table>;

/// Runs a plan, step by step, from the old database on.
pub fn judge(databases: &Databases, plan: &Plan, report: &mut Report) {
    for way in [["up", "contract"].as_slice(), &["up", "down"]] {
        databases.copy("locks", "a");
        for list in way {
            let steps = plan.json[list].as_array().map(Vec::as_slice);
            // The way up is the same both times, and measured once.
            let measured = *list != "up" || way[1] == "contract";
            let ran = run(databases, steps.unwrap_or_default(), measured, report);
            if report.ok(&format!("{list}: not measured"), ran).is_none() {
                return;
            }
        }
    }
}

fn run(
    databases: &Databases,
    steps: &[Value],
    measured: bool,
    report: &mut Report,
) -> Result<(), String> {
    let sandbox = databases.sandbox();
    let mut client = sandbox
        .connect(&databases.name("locks"))
        .map_err(|error| error.to_string())?;
    let settings = format!(
        "SET SESSION AUTHORIZATION {}; SET client_min_messages = error; SET statement_timeout = '60s'",
        load::LOADER
    );
    let said = |error: Error| match error.as_db_error() {
        Some(error) => error.message().to_owned(),
        None => error.to_string(),
    };
    client.batch_execute(&settings).map_err(said)?;
    let there: Vec<u32> = look(&mut client, None).map_err(said)?.into_keys().collect();
    for step in steps {
        let sql = step["sql"].as_str().ok_or("a step without sql")?;
        let failed = |error: Error| format!("{}\n{sql}", said(error));
        if !measured || step["transaction"] == "outside" {
            client.batch_execute(sql).map_err(failed)?;
            continue;
        }
        client.batch_execute("BEGIN").map_err(said)?;
        let before = look(&mut client, Some(&there)).map_err(said)?;
        client.batch_execute(sql).map_err(failed)?;
        // Deferred foreign keys are looked at here, and their locks are the step's as well.
        client
            .batch_execute("SET CONSTRAINTS ALL IMMEDIATE")
            .map_err(failed)?;
        let after = look(&mut client, Some(&there)).map_err(said)?;
        let dropped = dropped(&mut client, &before, &after).map_err(said)?;
        client.batch_execute("COMMIT").map_err(failed)?;
        for complaint in complaints(step, &before, &after, &dropped) {
            report.say(&complaint, sql);
        }
    }
    Ok(())
}

fn look(client: &mut Client, tables: Option<&[u32]>) -> Result<Tables, Error> {
    let modes: Vec<&str> = LEVELS.iter().map(|(_, mode)| *mode).collect();
    let rows = client.query(TABLES, &[&tables, &modes])?;
    let table = |row: &pgwright_server::postgres::Row| Table {
        name: row.get(1),
        file: row.get(2),
        scans: row.get(3),
        lock: row.get::<_, Option<i32>>(4).map(|place| place as usize - 1),
    };
    Ok(rows.iter().map(|row| (row.get(0), table(row))).collect())
}

/// The locks on tables that are gone by now.
fn dropped(
    client: &mut Client,
    before: &Tables,
    after: &Tables,
) -> Result<BTreeMap<u32, usize>, Error> {
    let gone: Vec<u32> = before
        .keys()
        .filter(|oid| !after.contains_key(oid))
        .copied()
        .collect();
    let modes: Vec<&str> = LEVELS.iter().map(|(_, mode)| *mode).collect();
    let sql = "SELECT relation, max(array_position($2::text[], mode)) FROM pg_catalog.pg_locks
                WHERE relation = ANY ($1) AND pid = pg_catalog.pg_backend_pid() GROUP BY relation";
    let rows = client.query(sql, &[&gone, &modes])?;
    let lock = |row: &pgwright_server::postgres::Row| row.get::<_, i32>(1) as usize - 1;
    Ok(rows.iter().map(|row| (row.get(0), lock(row))).collect())
}

/// What a step did and did not say, or says and did not do.
fn complaints(
    step: &Value,
    before: &Tables,
    after: &Tables,
    dropped: &BTreeMap<u32, usize>,
) -> Vec<String> {
    let told = Told::of(step);
    // A block does one thing or another, and is told to do the worse.
    let is_block = step["sql"]
        .as_str()
        .is_some_and(|sql| sql.starts_with("DO "));
    let mut found = Vec::new();
    for (oid, table) in before {
        let now = after.get(oid);
        let lock = now.and_then(|now| now.lock).or(dropped.get(oid).copied());
        let names = [Some(&table.name), now.map(|now| &now.name)];
        let names: Vec<&String> = names.into_iter().flatten().collect();
        let name = |place: usize| LEVELS[place].0;
        let exactly = told.lock(&names);
        match (lock, exactly) {
            // What is below a table that is kept aside may have been moved by then, or not.
            (Some(lock), None) if lock >= NOTICED && told.lock_aside(&names) < Some(lock) => {
                found.push(format!("{}: {} is not told", table.name, name(lock)));
            }
            // Where there is none, the foreign key that would ask for it went in an earlier step.
            (Some(lock), Some(said))
                if lock.max(said) >= NOTICED && (lock > said || lock < said && !is_block) =>
            {
                let (said, taken) = (name(said), name(lock));
                found.push(format!("{}: {said} is told, {taken} is taken", table.name));
            }
            _ => {}
        }
        let Some(now) = now else { continue };
        let holds = |list: &[String]| list.iter().any(|other| names.contains(&other));
        let rewritten = now.file != table.file && table.file != 0;
        if rewritten != holds(&told.rewrites) {
            let what = match rewritten {
                true => "written anew, which is not told",
                false => "not written anew as told",
            };
            found.push(format!("{}: {what}", table.name));
        }
        if now.scans > table.scans && !rewritten && !holds(&told.scans) {
            found.push(format!("{}: read in full, which is not told", table.name));
        }
    }
    found
}

/// What a step says of tables, by their names.
struct Told {
    /// Each with its place in [`LEVELS`].
    locks: BTreeMap<String, usize>,
    rewrites: Vec<String>,
    scans: Vec<String>,
}

impl Told {
    fn of(step: &Value) -> Told {
        let list = |key: &str| step[key].as_array().cloned().unwrap_or_default();
        let names = |key: &str| -> Vec<String> {
            let names = list(key).into_iter();
            names
                .filter_map(|name| Some(name.as_str()?.to_owned()))
                .collect()
        };
        let mut locks = BTreeMap::new();
        for lock in list("locks") {
            let place = LEVELS.iter().position(|(name, _)| lock["level"] == *name);
            let (Some(place), Some(table)) = (place, lock["table"].as_str()) else {
                continue;
            };
            let entry = locks.entry(table.to_owned()).or_insert(place);
            *entry = place.max(*entry);
        }
        Told {
            locks,
            rewrites: names("rewrites"),
            scans: names("scans"),
        }
    }

    fn lock(&self, names: &[&String]) -> Option<usize> {
        let of = |name: &&String| self.locks.get(*name).copied();
        names.iter().filter_map(of).max()
    }

    /// The same by the names without the prefix of what is kept aside.
    fn lock_aside(&self, names: &[&String]) -> Option<usize> {
        let plain = |name: &String| name.replacen("pgwright_aside_", "", 1);
        let is = |told: &String| names.iter().any(|name| plain(name) == plain(told));
        let locks = self.locks.iter().filter(|(told, _)| is(told));
        locks.map(|(_, place)| *place).max()
    }
}
