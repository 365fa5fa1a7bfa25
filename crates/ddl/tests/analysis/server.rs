//! A server with schemas loaded, and the texts that it prints of them.

use std::path::Path;

use pgwright_server::postgres::{Client, NoTls};
use pgwright_server::{Options, ReadOptions, Reading, Sandbox, discover, read_catalog, select};

/// A text that the server prints from an analysed tree.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Text {
    pub kind: String,
    pub schema: String,
    pub relation: String,
    pub name: String,
    /// The type that the expression must have; of a body its arguments.
    pub wanted: String,
    pub text: String,
}

/// A PostgreSQL 18 of our own, or one that `PGWRIGHT_TEST_SERVER` names (a libpq string without a
/// database) and that has the schemas loaded already: for working on the analysis.
pub enum Server {
    Own(Box<Sandbox>),
    Given(String),
}

impl Server {
    /// A server, or none with a message.
    pub fn start() -> Option<Self> {
        if let Ok(given) = std::env::var("PGWRIGHT_TEST_SERVER") {
            return Some(Self::Given(given));
        }
        let found = discover(None).ok()?;
        let Ok(installed) = select(&found, &[18]) else {
            eprintln!("skipped: no PostgreSQL 18");
            return None;
        };
        let sandbox = Sandbox::start(installed.first()?, &Options::default()).unwrap();
        Some(Self::Own(Box::new(sandbox)))
    }

    /// Whether schemas must be loaded.
    pub fn is_own(&self) -> bool {
        matches!(self, Self::Own(_))
    }

    /// A connection.
    pub fn connect(&self, database: &str) -> Client {
        match self {
            Self::Own(sandbox) => sandbox.connect(database).unwrap(),
            Self::Given(settings) => {
                Client::connect(&format!("{settings} dbname='{database}'"), NoTls).unwrap()
            }
        }
    }

    /// A new database with a script run in it, statement by statement; gives the errors.
    pub fn load(&self, database: &str, scripts: &[String]) -> Vec<String> {
        let mut client = self.connect("postgres");
        client
            .batch_execute(&format!("CREATE DATABASE {database}"))
            .unwrap();
        for role in ["anon", "authenticated", "service_role"] {
            let _ = client.batch_execute(&format!("CREATE ROLE {role}"));
        }
        let mut client = self.connect(database);
        let mut errors = Vec::new();
        for script in scripts {
            // One message is much faster than thousands; a script with errors is run again in parts.
            if client.batch_execute(script).is_ok() {
                continue;
            }
            let _ = client.batch_execute("ROLLBACK; RESET ALL; SET SESSION AUTHORIZATION DEFAULT");
            for statement in pgwright_ddl::split(script).unwrap() {
                if let Err(error) = client.batch_execute(&statement.text) {
                    let error = pgwright_server::script::describe(&error);
                    errors.push(format!("line {}: {error}", statement.line));
                }
            }
        }
        errors
    }

    /// The catalog and all printed texts of a database.
    pub fn read(&self, database: &str) -> (Reading, Vec<Text>) {
        let mut client = self.connect(database);
        let reading = read_catalog(&mut client, &ReadOptions::default()).unwrap();
        client.batch_execute("SET search_path = ''").unwrap();
        let rows = client.query(include_str!("texts.sql"), &[]).unwrap();
        let texts = rows.iter().map(|row| Text {
            kind: row.get(0),
            schema: row.get(1),
            relation: row.get(2),
            name: row.get(3),
            wanted: row.get(4),
            text: row.get(5),
        });
        (reading, texts.collect())
    }
}

/// The views of `pg_catalog` and `information_schema`.
pub fn system_views(client: &mut Client) -> Vec<Text> {
    let views = "SELECT nspname::text, relname::text, pg_get_viewdef(c.oid) FROM pg_class c \
                 JOIN pg_namespace n ON n.oid = relnamespace WHERE relkind = 'v' \
                 AND nspname IN ('pg_catalog', 'information_schema') ORDER BY 1, 2";
    client.batch_execute("SET search_path = ''").unwrap();
    let rows = client.query(views, &[]).unwrap();
    let texts = rows.iter().map(|row| Text {
        kind: "view".to_owned(),
        schema: row.get(0),
        relation: row.get(1),
        name: String::new(),
        wanted: String::new(),
        text: row.get(2),
    });
    texts.collect()
}

/// A script without the lines that only psql understands.
fn without_psql(script: &str) -> String {
    let lines = script
        .lines()
        .map(|line| if line.starts_with('\\') { "" } else { line });
    lines.collect::<Vec<_>>().join("\n")
}

/// A script of the project or beside it.
pub fn file(path: &Path) -> String {
    let text = std::fs::read_to_string(path);
    without_psql(&text.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
}
