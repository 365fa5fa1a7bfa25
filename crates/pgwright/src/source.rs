//! Sources: one syntax, on every command, for everything a schema can be read from.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use pgwright_catalog::Catalog;
use pgwright_catalog::ObjectId;
use pgwright_ddl::read::{Include, Included, Note, NoteKind, Place};
use pgwright_server::{ReadOptions, read_catalog};

use crate::commands::brief::read_requirements;
use crate::commands::design::{read_brief, read_text};
use crate::exit::Failure;
use crate::migrations;
use crate::terminal::Terminal;

/// What a schema is read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// An empty database.
    Empty,
    /// A brief, as YAML or in English.
    Brief(PathBuf),
    /// A live server: a URL or a libpq keyword string.
    Server(String),
    /// SQL text; `-` is standard input.
    Script(PathBuf),
    /// A directory of migrations, or of SQL files.
    Directory(PathBuf),
}

/// How a source is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading<'a> {
    /// SQL text is run in a sandbox, and the result read from there.
    pub via_server: bool,
    /// Major version that SQL text is read for, or run on.
    pub target: Option<u32>,
    /// Directories that hold server programs.
    pub pg_bin: Option<&'a OsStr>,
    /// Where objects stand in SQL text is kept, and the text.
    pub keep_places: bool,
}

/// A schema as read, and whether all of the source was understood.
#[derive(Debug, Clone, Default)]
pub struct Read {
    /// The schema.
    pub catalog: Catalog,
    /// How many statements a server would refuse, or are no SQL. They have been shown.
    pub errors: usize,
    /// Major version of the server that it was read from.
    pub major: Option<u32>,
    /// The oldest version that a brief allows.
    pub minimum: Option<u32>,
    /// With [`Reading::keep_places`], the texts that were read: name and text.
    pub texts: Vec<(String, String)>,
    /// With [`Reading::keep_places`], where objects stand in them.
    pub places: BTreeMap<ObjectId, Place>,
}

impl Source {
    /// Which kind of source a text names.
    pub fn parse(text: &str) -> Result<Self, Failure> {
        let path = Path::new(text);
        let has_extension = |wanted: &[&str]| {
            path.extension()
                .and_then(|e| e.to_str())
                .is_some_and(|e| wanted.iter().any(|w| e.eq_ignore_ascii_case(w)))
        };
        if text == "empty" {
            Ok(Self::Empty)
        } else if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            Ok(Self::Server(text.to_owned()))
        } else if text == "-" {
            Ok(Self::Script(path.to_owned()))
        } else if path.is_dir() {
            Ok(Self::Directory(path.to_owned()))
        } else if has_extension(&["yaml", "yml", "md", "markdown", "txt"]) {
            Ok(Self::Brief(path.to_owned()))
        } else if has_extension(&["sql", "ddl", "psql", "dump"]) || path.is_file() {
            Ok(Self::Script(path.to_owned()))
        } else if text.contains('=') {
            Ok(Self::Server(text.to_owned()))
        } else {
            Err(Failure::Usage(format!(
                "`{text}` is no source that can be read\nhint: an SQL file (`schema.sql`, `-` for \
                 standard input), a directory of migrations, a server (`postgres://…` or \
                 `host=… dbname=…`), a brief (`brief.yaml`, `brief.md`), or `empty`"
            )))
        }
    }

    /// Reads the schema.
    pub fn read(&self, reading: Reading<'_>, terminal: &Terminal) -> Result<Read, Failure> {
        match self {
            Self::Empty => Ok(whole(Catalog::empty())),
            Self::Brief(path) => {
                let text = read_requirements(path, terminal)?;
                let brief = read_brief(path, &text, terminal)?;
                Ok(Read {
                    minimum: Some(brief.minimum_version),
                    ..whole(pgwright_design::design(&brief).catalog)
                })
            }
            Self::Server(address) => read_server(address, terminal),
            Self::Script(_) | Self::Directory(_) => read_texts(&self.texts()?, reading, terminal),
        }
    }

    /// The SQL texts of a script or directory, in the order in which they run: name and text.
    pub fn texts(&self) -> Result<Vec<(String, String)>, Failure> {
        match self {
            Self::Script(path) => {
                let name = match path.to_str() {
                    Some("-") => "standard input".to_owned(),
                    _ => path.display().to_string(),
                };
                Ok(vec![(name, read_text(path)?)])
            }
            Self::Directory(path) => texts_of(path),
            Self::Empty | Self::Brief(_) | Self::Server(_) => Ok(Vec::new()),
        }
    }
}

fn whole(catalog: Catalog) -> Read {
    Read {
        catalog,
        ..Read::default()
    }
}

fn read_server(address: &str, terminal: &Terminal) -> Result<Read, Failure> {
    let mut client =
        pgwright_server::connect(address).map_err(|error| Failure::NoServer(error.to_string()))?;
    let reading = terminal
        .phase("reading the catalog", || {
            read_catalog(&mut client, &ReadOptions::default())
        })
        .map_err(|error| Failure::NoServer(error.to_string()))?;
    for warning in &reading.warnings {
        terminal.say(format_args!("warning: {warning}"));
    }
    let major = pgwright_server::major_version(&mut client)
        .map_err(|error| Failure::NoServer(error.to_string()))?;
    Ok(Read {
        catalog: reading.catalog,
        major: Some(major),
        ..Read::default()
    })
}

/// The scripts of a directory in the order in which they run: name and text.
fn texts_of(directory: &Path) -> Result<Vec<(String, String)>, Failure> {
    // A package or an application keeps its migrations in a folder of that name.
    let inner = directory.join("migrations");
    let directory = if inner.is_dir() { &inner } else { directory };
    let files = sql_files(directory)?;
    let scripts = migrations::read_any(&files).ok_or_else(|| {
        Failure::Usage(format!(
            "{}: no SQL file that could be a migration\nhint: known are the layouts of sqlx, \
             diesel, flyway, dbmate, goose, golang-migrate, sqitch and Prisma, and files whose \
             names begin with a number",
            directory.display()
        ))
    })?;
    let named = scripts.up.into_iter();
    Ok(named
        .map(|script| {
            let path = directory.join(&script.path).display().to_string();
            (path, script.text)
        })
        .collect())
}

/// Every file of a directory that may tell of migrations, by its path in it.
fn sql_files(directory: &Path) -> Result<BTreeMap<String, String>, Failure> {
    let mut files = BTreeMap::new();
    let mut pending = vec![directory.to_owned()];
    while let Some(folder) = pending.pop() {
        let failed = |error: std::io::Error| {
            Failure::Usage(format!("reading {}: {error}", folder.display()))
        };
        for entry in fs::read_dir(&folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let sql = path.extension().is_some_and(|e| e == "sql");
            if path.is_dir() {
                pending.push(path);
            } else if (sql || path.file_name().is_some_and(|n| n == "sqitch.plan"))
                && let Ok(relative) = path.strip_prefix(directory)
            {
                let name = relative.to_string_lossy().replace('\\', "/");
                files.insert(name, read_text(&path)?);
            }
        }
    }
    Ok(files)
}

/// Reads SQL texts that run one after the other.
pub fn read_texts(
    texts: &[(String, String)],
    reading: Reading<'_>,
    terminal: &Terminal,
) -> Result<Read, Failure> {
    let options = pgwright_ddl::read::ReadOptions {
        target: reading.target.unwrap_or(NEWEST),
        keep_statements: reading.via_server,
        keep_places: reading.keep_places,
        ..Default::default()
    };
    let read = terminal.phase("reading the SQL", || {
        pgwright_ddl::read::read_including(texts, &options, &mut load)
    });
    if reading.via_server {
        return crate::via_server::read(&read, reading.target, reading.pg_bin, terminal);
    }
    let errors = show(&read.notes, terminal);
    Ok(Read {
        catalog: read.catalog,
        errors,
        major: None,
        minimum: None,
        texts: if reading.keep_places {
            texts.to_vec()
        } else {
            Vec::new()
        },
        places: read.places,
    })
}

/// The file that `\i` or `\ir` names.
pub fn load(include: &Include<'_>) -> Result<Included, String> {
    let path = match include.from.and_then(|from| Path::new(from).parent()) {
        Some(folder) => folder.join(include.path),
        None => PathBuf::from(include.path),
    };
    let text = fs::read_to_string(&path).map_err(|error| error.to_string())?;
    Ok(Included {
        name: path.display().to_string(),
        text,
    })
}

/// Newest version: SQL is read and written for it when nothing else is asked for.
pub const NEWEST: u32 = 18;

/// Shows what was noted, and says how many of it are errors.
fn show(notes: &[Note], terminal: &Terminal) -> usize {
    let mut errors = 0;
    let mut undecided = false;
    for note in notes {
        match note.kind {
            NoteKind::SyntaxError | NoteKind::Failed => {
                errors += 1;
                terminal.error(note);
            }
            NoteKind::NotUnderstood => {
                undecided = true;
                terminal.say(format_args!("warning: {note}"));
            }
            NoteKind::Undecided => terminal.say(format_args!("note: {note}")),
            NoteKind::Ignored => {}
        }
    }
    if undecided {
        terminal
            .say("hint: `--via-server` runs the text in a throwaway server and reads the result");
    }
    errors
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_source_is_told_by_its_form() {
        let script = |path: &str| Source::Script(path.into());
        let server = |text: &str| Source::Server(text.to_owned());
        for (text, source) in [
            ("empty", Source::Empty),
            ("-", script("-")),
            ("a/schema.sql", script("a/schema.sql")),
            ("brief.yaml", Source::Brief("brief.yaml".into())),
            ("brief.md", Source::Brief("brief.md".into())),
            ("postgres://h/db", server("postgres://h/db")),
            (
                "postgresql:///db?host=/tmp",
                server("postgresql:///db?host=/tmp"),
            ),
            ("host=/tmp dbname=shop", server("host=/tmp dbname=shop")),
            ("src", Source::Directory("src".into())),
        ] {
            assert_eq!(Source::parse(text).unwrap(), source);
        }
        assert!(Source::parse("nothing like it").is_err());
    }
}
