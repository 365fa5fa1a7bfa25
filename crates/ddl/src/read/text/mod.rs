//! Texts: statements with their places, and the session that runs them.

pub(super) mod session;

use super::note::NoteKind;
use super::state::State;
use crate::error::Position;

/// Reads a text into the state.
pub(super) fn read(state: &mut State, file: Option<&str>, text: &str) {
    state.place.file = file.map(str::to_owned);
    match crate::split(text) {
        Ok(statements) => {
            for statement in statements {
                state.place.line = statement.line;
                state.place.column = statement.column;
                match pg_query::parse(&statement.text, 0) {
                    Ok(parsed) => {
                        for raw in &parsed.protobuf.stmts {
                            if let Some(node) = raw.stmt.as_deref() {
                                // What fails is noted already.
                                let _ = state.execute(node);
                            }
                        }
                    }
                    Err(error) => state.note(NoteKind::SyntaxError, error.to_string(), None),
                }
            }
        }
        Err(error) => {
            let place = Position::of(text, error.offset);
            state.place.line = place.line;
            state.place.column = place.column;
            state.note(NoteKind::SyntaxError, error.message, error.hint);
        }
    }
}
