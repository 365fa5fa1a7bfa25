//! Texts: statements with their places, psql lines, data, and the session that runs them.

mod encoding;
mod meta;
pub(crate) mod scan;
pub(super) mod session;
pub(super) mod transaction;

use pg_query::NodeEnum;
use pg_query::protobuf::Node;

use self::meta::{Action, Psql};
use self::scan::{Piece, Scanner, StatementText};
use self::transaction::Outcome;
use super::failure::Failure;
use super::note::NoteKind;
use super::state::State;
use super::{Include, Included, SentStatement};
use crate::error::Position;
use crate::parse;

/// How deep files may read files.
const DEEPEST_INCLUDE: usize = 16;
/// How many bytes all files that others read may have together.
const LONGEST_INCLUDES: usize = parse::MAXIMUM_TEXT;

/// Reads texts one after the other into a state, as one run of psql.
pub(super) struct Reader<'a> {
    state: &'a mut State,
    psql: Psql,
    load: &'a mut dyn FnMut(&Include<'_>) -> Result<Included, String>,
    depth: usize,
    included: usize,
    /// What a server would get, when that is asked for.
    sent: Option<Vec<SentStatement>>,
}

/// What follows in a file after a psql line.
enum Next {
    GoOn,
    EndOfFile,
}

impl<'a> Reader<'a> {
    /// A reader that asks `load` for the files that a text names.
    pub(super) fn new(
        state: &'a mut State,
        load: &'a mut dyn FnMut(&Include<'_>) -> Result<Included, String>,
        keep_statements: bool,
    ) -> Self {
        Self {
            state,
            psql: Psql::default(),
            load,
            depth: 0,
            included: 0,
            sent: keep_statements.then(Vec::new),
        }
    }

    /// Reads a text.
    pub(super) fn read(&mut self, file: Option<&str>, text: &str) {
        let before = self.state.place.clone();
        self.state.place.file = file.map(str::to_owned);
        self.state.place.line = 1;
        self.state.place.column = 1;
        if text.len() > parse::MAXIMUM_TEXT {
            let message = format!(
                "the text has {} bytes; at most {} are read",
                text.len(),
                parse::MAXIMUM_TEXT
            );
            self.state.note(NoteKind::SyntaxError, message, None);
        } else {
            self.pieces(file, text);
        }
        self.state.place = before;
    }

    /// Ends the run: what was begun and never committed is lost. Gives the statements that were kept.
    pub(super) fn end(self) -> Vec<SentStatement> {
        transaction::end(self.state);
        self.sent.unwrap_or_default()
    }

    fn pieces(&mut self, file: Option<&str>, text: &str) {
        let mut scanner = Scanner::new(text);
        while let Some(piece) = scanner.next(&self.psql.variables) {
            match piece {
                Piece::Statement(statement) => {
                    if self.psql.active() {
                        self.statement(text, &mut scanner, &statement);
                    }
                }
                Piece::Meta {
                    start,
                    text: line,
                    within,
                } => {
                    self.place(scanner.position(start));
                    for action in self.psql.follow(line) {
                        let next = self.act(file, text, &mut scanner, action, within.as_ref());
                        if let Next::EndOfFile = next {
                            return;
                        }
                    }
                }
            }
        }
    }

    fn place(&mut self, position: Position) {
        self.state.place.line = position.line;
        self.state.place.column = position.column;
    }

    fn act(
        &mut self,
        file: Option<&str>,
        text: &str,
        scanner: &mut Scanner<'_>,
        action: Action,
        within: Option<&StatementText<'_>>,
    ) -> Next {
        match action {
            Action::Nothing => {}
            Action::Run | Action::RunForResult(_) => {
                if let Some(statement) = within {
                    scanner.forget_open();
                    self.statement(text, scanner, statement);
                }
            }
            Action::Forget => scanner.forget_open(),
            Action::CopyFromInput => scanner.skip_data(),
            Action::Quit => return Next::EndOfFile,
            Action::NotUnderstood(message) => {
                // What \gexec runs is not known, and the query before it is no more than a query.
                scanner.forget_open();
                let hint = "read the schema from a server that ran the text";
                self.state
                    .note(NoteKind::NotUnderstood, message, Some(hint.to_owned()));
            }
            Action::Failed(message) => self.state.note(NoteKind::Failed, message, None),
            Action::Encoding(encoding) => {
                let settings = &mut self.state.session.settings;
                settings.insert("client_encoding".to_owned(), encoding);
            }
            Action::Connect { database, user } => self.connect(database, user),
            Action::Include { path, relative } => self.include(file, &path, relative),
        }
        Next::GoOn
    }

    /// `\connect`: a new session, which a transaction does not outlive.
    fn connect(&mut self, database: Option<String>, user: Option<String>) {
        transaction::end(self.state);
        session::reconnect(self.state, user);
        if let Some(database) = database
            && self.state.catalog != pgwright_catalog::Catalog::empty()
        {
            self.state.note(
                NoteKind::NotUnderstood,
                format!("what follows goes into the database \"{database}\"; all is read as one"),
                Some("read each database from a file of its own".to_owned()),
            );
        }
    }

    /// `\i` and `\ir`: the statements of another file.
    fn include(&mut self, file: Option<&str>, path: &str, relative: bool) {
        if self.depth >= DEEPEST_INCLUDE {
            let message = format!("{path}: files read each other more than {DEEPEST_INCLUDE} deep");
            return self.state.note(NoteKind::Failed, message, None);
        }
        let from = file.filter(|_| relative);
        match (self.load)(&Include { path, from }) {
            Ok(included) => {
                self.included = self.included.saturating_add(included.text.len());
                if self.included > LONGEST_INCLUDES {
                    let message = format!("{path}: more than {LONGEST_INCLUDES} bytes in all");
                    return self.state.note(NoteKind::Failed, message, None);
                }
                self.depth += 1;
                self.read(Some(&included.name), &included.text);
                self.depth -= 1;
            }
            Err(reason) => {
                let message = format!("\\i {path}: {reason}");
                let hint = "give the file as a source too, or run pgwright where it can be read";
                self.state
                    .note(NoteKind::NotUnderstood, message, Some(hint.to_owned()));
            }
        }
    }

    fn statement(&mut self, text: &str, scanner: &mut Scanner<'_>, statement: &StatementText<'_>) {
        let position = scanner.position(statement.start);
        self.place(position);
        if let Some(variable) = &statement.unknown_variable {
            let message = format!("the value of psql's variable :{variable} is not known");
            return self.state.note(NoteKind::NotUnderstood, message, None);
        }
        if let Some(sent) = &mut self.sent {
            sent.push(SentStatement {
                file: self.state.place.file.clone(),
                line: position.line,
                text: statement.text.to_string(),
            });
        }
        if let Some((offset, message)) = &statement.refused {
            self.place(Position::of(text, *offset));
            self.state
                .note(NoteKind::SyntaxError, message.clone(), None);
            return transaction::abort(self.state, None);
        }
        // The scanner has bounded what the parser gets.
        let encoding = self.state.session.settings.get("client_encoding");
        match pg_query::parse(&encoding::decoded(&statement.text, encoding), 0) {
            Ok(parsed) => {
                for raw in &parsed.protobuf.stmts {
                    if let Some(node) = raw.stmt.as_deref() {
                        run(self.state, node);
                        let copies = matches!(&node.node, Some(NodeEnum::CopyStmt(copy))
                            if copy.is_from && !copy.is_program && copy.filename.is_empty());
                        if copies {
                            // Its data stays behind, and a server would wait for it.
                            self.sent.as_mut().and_then(Vec::pop);
                            scanner.skip_data();
                        }
                    }
                }
            }
            Err(_) => self.syntax_error(text, statement),
        }
    }

    /// A statement that is not SQL: parses it again to find the place.
    fn syntax_error(&mut self, text: &str, statement: &StatementText<'_>) {
        let (message, hint) = match parse::statements(&statement.text) {
            Err(error) => {
                let exact = matches!(statement.text, std::borrow::Cow::Borrowed(_));
                if exact {
                    self.place(Position::of(text, statement.start + error.offset));
                }
                (error.message, error.hint)
            }
            Ok(_) => ("the statement cannot be read".to_owned(), None),
        };
        self.state.note(NoteKind::SyntaxError, message, hint);
        transaction::abort(self.state, None);
    }
}

/// Runs one statement as the server would at this point of the session.
fn run(state: &mut State, statement: &Node) {
    let Some(node) = statement.node.as_ref() else {
        return;
    };
    match transaction::before(state, node) {
        Outcome::Run => {
            // What fails is noted already.
            if let Err(failure) = state.execute(statement) {
                transaction::abort(state, Some(&failure));
            }
        }
        Outcome::Done => {}
        Outcome::Refused(message) => {
            let failure = Failure::new(message);
            state.note(failure.kind, failure.message.clone(), None);
            transaction::abort(state, Some(&failure));
        }
    }
}
