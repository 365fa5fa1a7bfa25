//! kill -9 at random points, of the command and of the server: the run comes to its end, no row is lost or
//! doubled, and the database is what the plan leads to.
//!
//! A few points by default. `scripts/kill-apply` runs fifty of each kind; `PGWRIGHT_KILL_POINTS`,
//! `PGWRIGHT_KILL_ROWS` and `PGWRIGHT_KILL_SEED` choose others.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use pgwright_server::Sandbox;
use serde_json::{Value, json};

use crate::common::{
    Case, Ended, backfill, build, eventually, locking, own, servers, shared, start,
};

const FROM: &str = "
    CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, old text);
    CREATE INDEX t_old_idx ON t (old);
    CREATE TABLE p (id int, at int) PARTITION BY RANGE (at);
    CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
    INSERT INTO p SELECT n, n % 20 FROM generate_series(1, 1000) AS n;";

const TO: &str = "
    CREATE TABLE t (id bigint PRIMARY KEY, a integer NOT NULL, b bigint NOT NULL, c text,
                    UNIQUE (b, id));
    CREATE INDEX t_b_idx ON t (b);
    COMMENT ON COLUMN t.b IS 'twice a';
    CREATE TABLE u (t_id bigint NOT NULL REFERENCES t (id), b bigint);
    CREATE INDEX u_t_id_idx ON u (t_id);
    CREATE VIEW v AS SELECT id, b FROM t;
    CREATE TABLE p (id int, at int) PARTITION BY RANGE (at);
    CREATE TABLE p1 (id int, at int);
    CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
    CREATE TABLE pgwright_probe ();
    DROP TABLE pgwright_probe;";

/// Twenty steps and more, of every kind.
fn steps(rows: u64) -> Value {
    let batch = (rows / 40).max(1);
    let exclusive = |step| locking(step, "public.t", "access_exclusive");
    let on_u = |mut step: Value| {
        step["locks"][0]["table"] = json!("public.u");
        step
    };
    json!([
        shared("SET check_function_bodies = off;"),
        exclusive(shared("ALTER TABLE public.t ADD COLUMN b bigint;")),
        exclusive(shared("ALTER TABLE public.t ADD COLUMN c text;")),
        shared("CREATE TABLE public.u (t_id bigint NOT NULL, b bigint);"),
        backfill(
            &format!(
                "UPDATE public.t SET b = a * 2 WHERE id IN (SELECT id FROM public.t \
                 WHERE b IS NULL ORDER BY id LIMIT {batch})"
            ),
            2,
            "SELECT count(*) FROM public.t WHERE b IS NULL",
        ),
        exclusive(own(shared(
            "ALTER TABLE public.t ADD CONSTRAINT t_b_check CHECK (b IS NOT NULL) NOT VALID;"
        ))),
        locking(own(shared("ALTER TABLE public.t VALIDATE CONSTRAINT t_b_check;")),
                "public.t", "share_update_exclusive"),
        exclusive(own(shared("ALTER TABLE public.t ALTER COLUMN b SET NOT NULL;"))),
        exclusive(shared("ALTER TABLE public.t DROP CONSTRAINT t_b_check;")),
        build("CREATE INDEX CONCURRENTLY t_b_idx ON public.t (b);", "t_b_idx"),
        build("CREATE UNIQUE INDEX CONCURRENTLY t_b_id_key ON public.t (b, id);", "t_b_id_key"),
        exclusive(own(shared(
            "ALTER TABLE public.t ADD CONSTRAINT t_b_id_key UNIQUE USING INDEX t_b_id_key;"
        ))),
        // Nothing but the batches themselves keeps a row from being inserted twice.
        backfill(
            &format!(
                "INSERT INTO public.u SELECT id, b FROM public.t WHERE id > \
                 (SELECT coalesce(max(t_id), 0) FROM public.u) ORDER BY id LIMIT {batch}"
            ),
            2,
            "SELECT count(*) FROM public.t",
        ),
        on_u(build("CREATE INDEX CONCURRENTLY u_t_id_idx ON public.u (t_id);", "u_t_id_idx")),
        locking(
            locking(
                own(shared(
                    "ALTER TABLE public.u ADD CONSTRAINT u_t_id_fkey FOREIGN KEY (t_id) \
                     REFERENCES public.t (id) NOT VALID;"
                )),
                "public.u", "share_row_exclusive"),
            "public.t", "share_row_exclusive"),
        own(shared("ALTER TABLE public.u VALIDATE CONSTRAINT u_t_id_fkey;")),
        shared("CREATE VIEW public.v AS SELECT id, b FROM public.t;"),
        shared("COMMENT ON COLUMN public.t.b IS 'twice a';"),
        {"sql": "DROP INDEX CONCURRENTLY public.t_old_idx;", "object": "index public.t_old_idx",
         "action": "drop", "transaction": "outside",
         "locks": [{"table": "public.t", "level": "share_update_exclusive"}],
         "resume": {"kind": "drop_index", "schema": "public", "name": "t_old_idx"}},
        {"sql": "ALTER TABLE public.p DETACH PARTITION public.p1 CONCURRENTLY;",
         "object": "table public.p1", "action": "alter", "transaction": "outside",
         "locks": [{"table": "public.p", "level": "share_update_exclusive"},
                   {"table": "public.p1", "level": "access_exclusive"}],
         "resume": {"kind": "detach_partition", "schema": "public", "name": "p1",
                    "parent_schema": "public", "parent": "p"}},
        shared("ALTER TABLE public.p1 DROP CONSTRAINT IF EXISTS p1_at_check;"),
        exclusive(shared("ALTER TABLE public.t DROP COLUMN old;")),
    ])
}

fn chosen(name: &str, default: u64) -> u64 {
    let text = std::env::var(name);
    text.map_or(default, |text| text.parse().expect("a number"))
}

/// SplitMix64, as a number below one.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        #[allow(clippy::cast_precision_loss)]
        let share = ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64;
        share
    }
}

/// A plan, a database to copy for every point, and how long the plan takes undisturbed.
struct Range<'a> {
    case: Case<'a>,
    rows: u64,
    takes: Duration,
    random: Random,
}

impl<'a> Range<'a> {
    fn new(sandbox: &'a Sandbox, salt: u64) -> Self {
        let rows = chosen("PGWRIGHT_KILL_ROWS", 20_000);
        let from = format!(
            "{FROM} INSERT INTO t SELECT n, n % 1000, 'old ' || n FROM generate_series(1, {rows}) AS n"
        );
        let mut case = Case::new(sandbox, &from, TO, json!({"up": steps(rows)}));
        sandbox
            .connect("postgres")
            .unwrap()
            .batch_execute(&format!(
                "ALTER DATABASE {} RENAME TO base; CHECKPOINT",
                case.database
            ))
            .unwrap();
        case.database = "base".to_owned();
        let mut range = Self {
            case,
            rows,
            takes: Duration::ZERO,
            random: Random(chosen("PGWRIGHT_KILL_SEED", 1).wrapping_add(salt)),
        };
        range.copy("undisturbed");
        let begun = Instant::now();
        range.case.apply(&[]).expect(0, &[]);
        range.takes = begun.elapsed();
        range.check();
        range
    }

    /// The plan's next database, as the plan begins.
    fn copy(&mut self, name: &str) {
        let mut client = self.case.sandbox.connect("postgres").unwrap();
        if self.case.database != "base" {
            let drop = format!("DROP DATABASE {} WITH (FORCE)", self.case.database);
            client.batch_execute(&drop).unwrap();
        }
        client
            .batch_execute(&format!("CREATE DATABASE {name} TEMPLATE base"))
            .unwrap();
        client.batch_execute("CHECKPOINT").unwrap();
        name.clone_into(&mut self.case.database);
    }

    /// Starts the command and waits until a random point of it.
    fn run_until_a_point(&mut self) -> (Child, Duration) {
        let point = self.takes.mul_f64(self.random.next());
        let child = self.case.command(&["--reconnect", "30s"]).spawn().unwrap();
        std::thread::sleep(point);
        (child, point)
    }

    /// Fails when a row is lost, doubled or not changed, or the database is not what it should be.
    fn check(&self) {
        self.case.assert_is("to.json");
        let row = self
            .case
            .connect()
            .query_one(
                "SELECT (SELECT count(*) FROM t), (SELECT count(DISTINCT id) FROM t),
                        (SELECT count(*) FROM t WHERE b <> a * 2),
                        (SELECT count(*) FROM u), (SELECT count(DISTINCT t_id) FROM u),
                        (SELECT count(*) FROM p), (SELECT count(*) FROM p1)",
                &[],
            )
            .unwrap();
        let found: Vec<i64> = (0..7).map(|n| row.get(n)).collect();
        let rows = i64::try_from(self.rows).unwrap();
        assert_eq!(found, [rows, rows, 0, rows, rows, 500, 500]);
    }
}

#[test]
fn the_command_is_killed_and_the_next_one_goes_on() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let sandbox = start(&server, &[("wal_level", "replica")]);
    let mut range = Range::new(&sandbox, 0);
    let (mut resumed, points) = (0, chosen("PGWRIGHT_KILL_POINTS", 3));
    for number in 0..points {
        range.copy(&format!("killed_{number}"));
        let (mut child, point) = range.run_until_a_point();
        child.kill().unwrap();
        let killed = Ended::of(child.wait_with_output().unwrap());
        let ended = range.case.apply(&[]);
        let context = format!(
            "killed after {point:?}\n{}\nthen\n{}",
            killed.stderr, ended.stderr
        );
        assert_eq!(ended.status, Some(0), "{context}");
        resumed += u32::from(ended.stderr.contains("going on"));
        eprintln!(
            "{number}: killed after {point:?}, {} lines",
            killed.stderr.lines().count()
        );
        range.check();
    }
    eprintln!(
        "the command, killed at {points} points of {:?}: {resumed} went on with a run, all ended as \
         they should",
        range.takes
    );
    assert!(resumed > 0);
}

#[test]
fn the_server_is_killed_and_the_command_goes_on() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    // What a server acknowledges without synchronous commits may be lost, the journal's marks too.
    let (mut lost, points) = (0, chosen("PGWRIGHT_KILL_POINTS", 4));
    for (half, synchronous) in ["on", "off"].into_iter().enumerate() {
        let settings = [
            ("wal_level", "replica"),
            ("synchronous_commit", synchronous),
        ];
        let sandbox = start(&server, &settings);
        let mut cluster = Cluster::of(&sandbox);
        let mut range = Range::new(&sandbox, 100 + half as u64);
        for number in 0..points / 2 {
            range.copy(&format!("crashed_{number}"));
            let (child, point) = range.run_until_a_point();
            cluster.kill();
            std::thread::sleep(Duration::from_millis(300));
            cluster.start_again();
            let ended = Ended::of(child.wait_with_output().unwrap());
            let was_lost = ended.stderr.contains("the connection was lost");
            lost += u32::from(was_lost);
            eprintln!("{number}: server killed after {point:?}, lost: {was_lost}");
            if ended.status == Some(3) {
                // It had not begun, or was just checking the result: the same command again.
                let again = range.case.apply(&[]);
                assert_eq!(
                    again.status,
                    Some(0),
                    "{}\nthen\n{}",
                    ended.stderr,
                    again.stderr
                );
            } else {
                let context = format!("killed after {point:?}\n{}", ended.stderr);
                assert_eq!(ended.status, Some(0), "{context}");
            }
            range.check();
        }
    }
    eprintln!(
        "the server, killed at {points} points: {lost} runs went on, all ended as they should"
    );
    assert!(lost > 0);
}

#[test]
fn a_server_that_restarts_is_waited_for() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let sandbox = start(&server, &[]);
    let mut range = Range::new(&sandbox, 0);
    range.copy("restarted");
    let child = range.case.command(&[]).spawn().unwrap();
    let mut cluster = Cluster::of(&sandbox);
    {
        let mut client = range.case.connect();
        eventually("the backfill runs", || {
            let filled = "SELECT count(*) FROM pg_attribute
                          WHERE attrelid = 't'::regclass AND attname = 'b'";
            client.query_one(filled, &[]).unwrap().get::<_, i64>(0) > 0
        });
    }
    cluster.stop();
    cluster.start_again();
    Ended::of(child.wait_with_output().unwrap())
        .expect(0, &["the connection was lost", "connected again"]);
    range.check();
}

#[test]
fn a_server_that_does_not_come_back_is_told() {
    let Some(server) = servers().into_iter().next() else {
        return;
    };
    let sandbox = start(&server, &[]);
    let mut range = Range::new(&sandbox, 0);
    range.copy("gone");
    let child = range
        .case
        .command(&["--reconnect", "500ms"])
        .spawn()
        .unwrap();
    let mut cluster = Cluster::of(&sandbox);
    {
        let mut client = range.case.connect();
        eventually("it runs", || {
            let begun = "SELECT to_regclass('pgwright.journal') IS NOT NULL";
            client.query_one(begun, &[]).unwrap().get(0)
        });
    }
    cluster.kill();
    Ended::of(child.wait_with_output().unwrap()).expect(
        3,
        &["the server does not come back", "the same command goes on"],
    );
    cluster.start_again();
    range.case.apply(&[]).expect(0, &[]);
    range.check();
}

/// A sandbox's server, to be killed and started again. What it starts it ends.
struct Cluster<'a> {
    sandbox: &'a Sandbox,
    started: Option<Child>,
}

impl<'a> Cluster<'a> {
    fn of(sandbox: &'a Sandbox) -> Self {
        Self {
            sandbox,
            started: None,
        }
    }

    fn postmaster(&self) -> String {
        let file = self.sandbox.data_dir().join("postmaster.pid");
        let text = fs::read_to_string(file).unwrap();
        text.lines().next().unwrap().to_owned()
    }

    /// kill -9 of the server and all of its processes.
    fn kill(&mut self) {
        let postmaster = self.postmaster();
        let children = Command::new("pgrep").args(["-P", &postmaster]).output();
        let children = String::from_utf8(children.unwrap().stdout).unwrap();
        let mut kill = Command::new("kill");
        kill.arg("-9").arg(&postmaster).args(children.lines());
        // One of them may have ended by itself.
        let _ = kill.stderr(Stdio::null()).status().unwrap();
        self.gone(&postmaster);
    }

    /// A fast shutdown.
    fn stop(&mut self) {
        let postmaster = self.postmaster();
        let stopped = Command::new("kill").args(["-INT", &postmaster]).status();
        assert!(stopped.unwrap().success());
        self.gone(&postmaster);
    }

    fn gone(&mut self, postmaster: &str) {
        if let Some(mut child) = self.started.take() {
            child.wait().unwrap();
        }
        eventually("the server is gone", || {
            // The sandbox, whose child it may be, does not wait for it: it stays as a zombie.
            fs::read_to_string(format!("/proc/{postmaster}/stat"))
                .map_or(true, |stat| stat.contains(") Z "))
        });
    }

    fn start_again(&mut self) {
        let data = self.sandbox.data_dir();
        // The killed one is a zombie until the sandbox is dropped, which to the next looks alive.
        let _ = fs::remove_file(data.join("postmaster.pid"));
        let _ = fs::remove_file(self.sandbox.socket_dir().join(".s.PGSQL.5432.lock"));
        let owner = fs::metadata(&data).unwrap();
        let mut server = Command::new(self.sandbox.installation().program("postgres"));
        server
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(self.sandbox.socket_dir())
            .current_dir(&data)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0);
        if owner.uid() != fs::metadata("/proc/self").unwrap().uid() {
            server.uid(owner.uid()).gid(owner.gid());
        }
        self.started = Some(server.spawn().unwrap());
        eventually("the server is back", || {
            self.sandbox.connect("postgres").is_ok()
        });
    }
}

impl Drop for Cluster<'_> {
    fn drop(&mut self) {
        if let Some(child) = &self.started {
            let quit = Command::new("kill")
                .args(["-QUIT", &child.id().to_string()])
                .status();
            let _ = quit;
        }
        if let Some(mut child) = self.started.take() {
            let _ = child.wait();
        }
    }
}
