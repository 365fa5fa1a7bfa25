//! Measures a statement that cannot run in a transaction, while other sessions hold it up.
//!
//! Such a statement works in several transactions and waits in between. Sessions are put in its way, each with
//! something that it may have to wait for. Whenever it waits, its locks are read, those it waits for included,
//! and one session in its way gives way.

use std::collections::BTreeMap;
use std::thread;
use std::time::{Duration, Instant};

use pgwright_migrate::LockLevel;
use pgwright_migrate::locks::Facts;
use pgwright_server::postgres::{Client, Error};

use super::measure::{Counters, Lab, Measured, Relations, held};

/// What the sessions do. The first holds up whoever asks for more than a writer would, and gives way first.
const IN_THE_WAY: [&str; 5] = [
    "BEGIN; LOCK TABLE target, ONLY parent, partition_1 IN SHARE UPDATE EXCLUSIVE MODE",
    "BEGIN; LOCK TABLE target, ONLY parent, partition_1 IN ROW EXCLUSIVE MODE",
    "BEGIN; LOCK TABLE target, ONLY parent IN ACCESS SHARE MODE",
    "BEGIN; LOCK TABLE partition_1 IN ACCESS SHARE MODE",
    "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT pg_current_snapshot()",
];

const LONGEST: Duration = Duration::from_secs(60);

pub fn measure(lab: &Lab, form: &Facts) -> Result<Measured, Error> {
    lab.connect()
        .batch_execute(form.setup.unwrap_or_default())?;
    let mut monitor = lab.connect();
    let mut in_the_way = BTreeMap::new();
    for (order, sql) in IN_THE_WAY.into_iter().enumerate() {
        let mut client = lab.connect();
        client.batch_execute(sql)?;
        in_the_way.insert(order, (pid_of(&mut client)?, client));
    }
    let before = settled(&mut monitor, &in_the_way)?;

    let mut client = lab.connect();
    let pid = pid_of(&mut client)?;
    let locks = thread::scope(|scope| {
        let worker = scope.spawn(move || client.batch_execute(form.statement));
        let locks = watch(&mut monitor, pid, &mut in_the_way, || worker.is_finished());
        // Whatever happened, nobody may be left waiting.
        in_the_way.clear();
        worker.join().expect("the session does not panic")?;
        locks
    })?;
    let after = settled(&mut monitor, &in_the_way)?;
    Ok(before.compare(&after, &locks))
}

type InTheWay = BTreeMap<usize, (i32, Client)>;

/// The strongest lock on each relation that a session held or waited for, whenever it had to wait.
fn watch(
    monitor: &mut Client,
    pid: i32,
    in_the_way: &mut InTheWay,
    finished: impl Fn() -> bool,
) -> Result<BTreeMap<u32, LockLevel>, Error> {
    let mut strongest: BTreeMap<u32, LockLevel> = BTreeMap::new();
    let started = Instant::now();
    while !finished() {
        if started.elapsed() > LONGEST {
            // Or the end of the scope would wait for the statement, and the statement for these.
            in_the_way.clear();
            panic!("the statement waits for something else");
        }
        let blocking: Vec<i32> = monitor
            .query_one("SELECT pg_blocking_pids($1)", &[&pid])?
            .get(0);
        let first = in_the_way
            .iter()
            .find(|(_, (other, _))| blocking.contains(other));
        let Some(first) = first.map(|(order, _)| *order) else {
            thread::sleep(Duration::from_millis(2));
            continue;
        };
        for (oid, level) in held(monitor, &pid.to_string())? {
            strongest
                .entry(oid)
                .and_modify(|held| *held = level.max(*held))
                .or_insert(level);
        }
        if let Some((_, mut client)) = in_the_way.remove(&first) {
            client.batch_execute("ROLLBACK")?;
        }
    }
    Ok(strongest)
}

fn pid_of(client: &mut Client) -> Result<i32, Error> {
    Ok(client.query_one("SELECT pg_backend_pid()", &[])?.get(0))
}

/// The relations and their counters, once every session is gone whose work they may lack.
fn settled(monitor: &mut Client, in_the_way: &InTheWay) -> Result<Relations, Error> {
    let staying: Vec<i32> = in_the_way.values().map(|(pid, _)| *pid).collect();
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
               AND backend_type = 'client backend' AND pid <> pg_backend_pid() AND pid <> ALL ($1)";
    let started = Instant::now();
    while monitor.query_one(sql, &[&staying])?.get::<_, i64>(0) > 0 {
        assert!(started.elapsed() < LONGEST, "a session does not end");
        thread::sleep(Duration::from_millis(5));
    }
    let version: i32 = monitor
        .query_one("SELECT current_setting('server_version_num')::int", &[])?
        .get(0);
    if version < 150_000 {
        // Counters go through a process of their own, which writes them out twice a second.
        thread::sleep(Duration::from_millis(1500));
    }
    Relations::read(monitor, Counters::OfAll)
}
