//! SQL text to a catalog, without any server: what a server that is given the text would hold.
//!
//! The reader behaves like a server that executes definitions: it keeps a catalog in progress and
//! applies one statement after the other, with PostgreSQL's names, defaults, inheritance, cascades and
//! errors. A statement that the server would refuse has no effect and is noted; reading goes on, as it
//! does with psql. What cannot be decided without a server is noted as well, never guessed.
//!
//! - `text` cuts the text into statements and keeps the session; `statement` gives each to its handler;
//! - `procedure` follows DO blocks and calls of functions that change the schema;
//! - `table` holds tables and what stands on them, `objects` everything else;
//! - `state` is the catalog in progress, `names` finds what a name means, `journal` takes back what a
//!   statement that fails has done, `dependency` says what falls with an object.

mod dependency;
mod expression;
mod failure;
mod finish;
mod journal;
mod names;
mod note;
mod objects;
mod procedure;
mod state;
mod statement;
mod table;
pub(crate) mod text;
mod type_name;

use pgwright_catalog::{Catalog, Name};

pub use note::{Note, NoteKind};

/// How a text is read.
#[derive(Debug, Clone)]
pub struct ReadOptions {
    /// The major version of the server that is imitated.
    pub target: u32,
    /// The search path that the text begins with.
    pub search_path: Vec<Name>,
    /// Name of the file that the text is from, for notes.
    pub file: Option<String>,
    /// The role that runs the text, when it is known: what it owns is held as having no owner.
    pub implied_owner: Option<Name>,
    /// Give the statements too, to run them elsewhere.
    pub keep_statements: bool,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            target: 18,
            search_path: vec![Name::new("$user"), Name::new("public")],
            file: None,
            implied_owner: None,
            keep_statements: false,
        }
    }
}

/// What was read.
#[derive(Debug, Clone, Default)]
pub struct Reading {
    /// The schema, as a server would show it.
    pub catalog: Catalog,
    /// What was refused, not understood or left undecided, in the order of the text.
    pub notes: Vec<Note>,
    /// With [`ReadOptions::keep_statements`], what psql would send to a server: without its own lines,
    /// variables replaced, and without COPY of data that follows in the text.
    pub statements: Vec<SentStatement>,
}

/// A statement as psql would send it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentStatement {
    /// File, when the text has a name.
    pub file: Option<String>,
    /// Line of its first word, from one.
    pub line: usize,
    /// Its text, without the semicolon.
    pub text: String,
}

/// Reads one text.
///
/// ```
/// use pgwright_ddl::read::{ReadOptions, read};
/// let reading = read("CREATE TABLE t (id serial PRIMARY KEY);", &ReadOptions::default());
/// assert!(reading.notes.is_empty());
/// assert_eq!(reading.catalog.sequences.len(), 1);
/// ```
pub fn read(text: &str, options: &ReadOptions) -> Reading {
    let name = options.file.clone();
    read_all([(name.as_deref(), text)], options, &mut unknown_file)
}

/// Reads several texts, one after the other, as one session would.
pub fn read_files(files: &[(String, String)], options: &ReadOptions) -> Reading {
    read_including(files, options, &mut unknown_file)
}

/// Reads several texts, and asks `load` for the files that `\i` and `\ir` name in them.
pub fn read_including(
    files: &[(String, String)],
    options: &ReadOptions,
    load: &mut dyn FnMut(&Include<'_>) -> Result<Included, String>,
) -> Reading {
    let files = files
        .iter()
        .map(|(name, text)| (Some(name.as_str()), text.as_str()));
    read_all(files, options, load)
}

/// A file that a text asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Include<'a> {
    /// Its path as written.
    pub path: &'a str,
    /// The file that the path is relative to; nothing when it is relative to the working directory.
    pub from: Option<&'a str>,
}

/// The text of a file that was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Included {
    /// Its name in notes, and what its own `\ir` are relative to.
    pub name: String,
    /// Its text.
    pub text: String,
}

fn unknown_file(_: &Include<'_>) -> Result<Included, String> {
    Err("the file is not read".to_owned())
}

fn read_all<'a>(
    files: impl IntoIterator<Item = (Option<&'a str>, &'a str)>,
    options: &ReadOptions,
    load: &mut dyn FnMut(&Include<'_>) -> Result<Included, String>,
) -> Reading {
    let mut state = state::State::new(options);
    let mut reader = text::Reader::new(&mut state, load, options.keep_statements);
    for (name, text) in files {
        reader.read(name, text);
    }
    let statements = reader.end();
    Reading {
        statements,
        ..finish::finish(state)
    }
}
