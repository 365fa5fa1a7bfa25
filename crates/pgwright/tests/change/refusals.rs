//! The judge is judged: it passes a plan that is right and refuses each that is wrong in one way.

use std::fs;

use pgwright_server::{Options, Sandbox};
use serde_json::{Value, json};

use crate::case::{self, Case};
use crate::database::Databases;
use crate::judge::{Report, judge};
use crate::load;
use crate::planner::{Plan, Planner, Source};

const A: &str = "
    CREATE TABLE public.users (id integer PRIMARY KEY, mail text);
    COMMENT ON COLUMN public.users.mail IS 'where to write to';
    INSERT INTO public.users VALUES (1, 'a@example.org'), (2, 'b@example.org');";
const B: &str = "
    CREATE TABLE public.users (id integer PRIMARY KEY, email text);
    COMMENT ON COLUMN public.users.email IS 'where to write to';
    CREATE INDEX users_email ON public.users (email);";
const ROWS: &str = "SELECT id, email FROM public.users ORDER BY id;";
const EXPECTED: &str = "1|a@example.org\n2|b@example.org\n";

const UP: &str = "
    ALTER TABLE public.users RENAME mail TO email;
    CREATE INDEX CONCURRENTLY users_email ON public.users (email);";
const DOWN: &str = "
    DROP INDEX CONCURRENTLY public.users_email;
    ALTER TABLE public.users RENAME email TO mail;";

const RENAME: &str = "ALTER TABLE public.users RENAME mail TO email";

/// A plan written by hand, and what a second plan would have to do.
struct Written {
    up: &'static str,
    down: &'static str,
    asked: Value,
    again: Value,
    locks: Value,
}

impl Planner for Written {
    fn plan(&self, case: &Case, _: Source, _: Source, name: &str) -> Result<Plan, String> {
        let folder = case.folder.join(name);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("up.sql"), self.up).unwrap();
        fs::write(folder.join("down.sql"), self.down).unwrap();
        let up = if name == "again" {
            self.again.clone()
        } else {
            let locks = self.locks.clone();
            json!([{ "sql": RENAME, "transaction": "shared", "locks": locks }])
        };
        let json = json!({ "up": up, "questions": self.asked });
        fs::write(folder.join("plan.json"), json.to_string()).unwrap();
        Plan::read(folder)
    }
}

fn right() -> Written {
    Written {
        up: UP,
        down: DOWN,
        asked: json!([{ "text": "is public.users.email the old public.users.mail?" }]),
        again: json!([]),
        locks: json!([{ "table": "public.users", "level": "access_exclusive" }]),
    }
}

#[test]
fn the_judge_refuses_what_is_wrong() {
    let Some(server) = crate::server() else {
        return eprintln!("skipped: no PostgreSQL {}", crate::major());
    };
    let sandbox = Sandbox::start(&server, &Options::default()).unwrap();
    load::prepare(&sandbox);
    let databases = Databases::new(&sandbox, "refusals");
    let folder = databases.folder.join("case");
    fs::create_dir_all(&folder).unwrap();
    for (file, text) in [
        ("a.sql", A),
        ("b.sql", B),
        ("rows.sql", ROWS),
        ("rows.expected", EXPECTED),
        ("forms", "has CREATE INDEX CONCURRENTLY\nlacks DROP\n"),
        ("asks", "users.email .*users.mail\n"),
    ] {
        fs::write(folder.join(file), text).unwrap();
    }
    let case = case::read("refusals/case".to_owned(), folder);
    let judged = |plan: Written| {
        let mut report = Report::default();
        judge(&databases, &case, &plan, &mut report);
        report.shown(9)
    };

    assert_eq!(judged(right()), "");

    let refused = |plan: Written, why: &[&str]| {
        let found = judged(plan);
        for why in why {
            assert!(found.contains(why), "{why} is not among\n{found}");
        }
    };
    let up = |up| Written { up, ..right() };
    let down = |down| Written { down, ..right() };

    let fails = "ALTER TABLE public.users RENAME post TO email";
    refused(up(fails), &["up.sql fails", "\"post\" does not exist"]);
    let without_index = "ALTER TABLE public.users RENAME mail TO email";
    refused(
        up(without_index),
        &[
            "not b.sql's",
            "> CREATE INDEX users_email",
            "up.sql lacks",
            "down.sql fails",
        ],
    );
    let blocks = "ALTER TABLE public.users RENAME mail TO email;
        CREATE INDEX users_email ON public.users (email);";
    refused(up(blocks), &["up.sql lacks CREATE INDEX CONCURRENTLY"]);
    let loses = "ALTER TABLE public.users DROP mail, ADD email text;
        COMMENT ON COLUMN public.users.email IS 'where to write to';
        CREATE INDEX CONCURRENTLY users_email ON public.users (email);";
    refused(
        up(loses),
        &[
            "up.sql has DROP",
            "the rows are not as expected",
            "after up and down the rows",
        ],
    );
    let leaves_index = "ALTER TABLE public.users RENAME email TO mail";
    refused(
        down(leaves_index),
        &[
            "after up, contract and down the schema",
            "after up and down the schema",
        ],
    );
    let silent = Written {
        asked: json!([]),
        ..right()
    };
    refused(silent, &["nothing is asked about"]);
    let restless = Written {
        again: json!([{ "sql": "ALTER" }]),
        ..right()
    };
    refused(restless, &["a second plan is not empty"]);
    let locks = |locks| Written { locks, ..right() };
    refused(locks(json!([])), &["access_exclusive is not told"]);
    let weaker = json!([{ "table": "public.users", "level": "share" }]);
    refused(locks(weaker), &["share is told, access_exclusive is taken"]);
}
