//! Transactions: what is rolled back, or was done in one that fails, leaves nothing behind.

use std::collections::BTreeMap;

use pg_query::NodeEnum;
use pg_query::protobuf::{TransactionStmt, TransactionStmtKind};

use crate::read::failure::Failure;
use crate::read::journal::Mark;
use crate::read::note::NoteKind;
use crate::read::state::{Session, State};

/// A transaction that BEGIN has opened.
#[derive(Debug, Clone)]
pub(in crate::read) struct Transaction {
    mark: Mark,
    /// Line of its BEGIN.
    line: usize,
    savepoints: Vec<(String, Mark)>,
    /// The line of the statement that failed, and how many were passed over since.
    aborted: Option<(usize, usize)>,
    /// Sessions from before SET LOCAL, by the setting to take from them at the end.
    local: BTreeMap<String, Session>,
}

/// What is to be done with a statement.
pub(super) enum Outcome {
    /// It is run.
    Run,
    /// Nothing more: it was about the transaction, or is passed over.
    Done,
    /// The server refuses it here.
    Refused(String),
}

/// Follows transaction statements, and passes over what stands in a transaction that has failed.
pub(super) fn before(state: &mut State, node: &NodeEnum) -> Outcome {
    if let NodeEnum::TransactionStmt(statement) = node {
        return control(state, statement);
    }
    let Some(transaction) = &mut state.transaction else {
        return Outcome::Run;
    };
    if let Some((_, passed)) = &mut transaction.aborted {
        *passed += 1;
        return Outcome::Done;
    }
    match alone(node) {
        Some(what) => Outcome::Refused(format!("{what} cannot run inside a transaction block")),
        None => Outcome::Run,
    }
}

/// What the server runs outside of transaction blocks only.
fn alone(node: &NodeEnum) -> Option<&'static str> {
    Some(match node {
        NodeEnum::IndexStmt(s) if s.concurrent => "CREATE INDEX CONCURRENTLY",
        NodeEnum::DropStmt(s) if s.concurrent => "DROP INDEX CONCURRENTLY",
        NodeEnum::VacuumStmt(s) if s.is_vacuumcmd => "VACUUM",
        NodeEnum::CreatedbStmt(_) => "CREATE DATABASE",
        NodeEnum::DropdbStmt(_) => "DROP DATABASE",
        NodeEnum::CreateTableSpaceStmt(_) => "CREATE TABLESPACE",
        NodeEnum::DropTableSpaceStmt(_) => "DROP TABLESPACE",
        NodeEnum::AlterSystemStmt(_) => "ALTER SYSTEM",
        _ => return None,
    })
}

fn control(state: &mut State, statement: &TransactionStmt) -> Outcome {
    use TransactionStmtKind as K;
    match statement.kind() {
        K::TransStmtBegin | K::TransStmtStart => begin(state),
        K::TransStmtCommit | K::TransStmtPrepare => {
            commit(state);
            if statement.chain {
                begin(state);
            }
        }
        K::TransStmtRollback => {
            roll_back(state);
            if statement.chain {
                begin(state);
            }
        }
        K::TransStmtSavepoint => {
            let mark = state.journal.mark();
            let Some(transaction) = &mut state.transaction else {
                return Outcome::Refused("SAVEPOINT can only be used in transaction blocks".into());
            };
            if let Some((_, passed)) = &mut transaction.aborted {
                *passed += 1;
            } else {
                let name = statement.savepoint_name.clone();
                transaction.savepoints.push((name, mark));
            }
        }
        K::TransStmtRelease | K::TransStmtRollbackTo => {
            return savepoint(state, statement);
        }
        // The data of a prepared transaction is in the database already.
        K::TransStmtCommitPrepared | K::TransStmtRollbackPrepared | K::Undefined => {}
    }
    Outcome::Done
}

fn begin(state: &mut State) {
    if state.transaction.is_some() {
        // The server warns, and goes on in the same transaction.
        return;
    }
    state.transaction = Some(Transaction {
        mark: state.journal.mark(),
        line: state.place.line,
        savepoints: Vec::new(),
        aborted: None,
        local: BTreeMap::new(),
    });
    state.journal.in_transaction = true;
}

fn commit(state: &mut State) {
    let Some(transaction) = state.transaction.take() else {
        return;
    };
    state.journal.in_transaction = false;
    match transaction.aborted {
        None => {
            state.journal.keep();
            for (name, before) in &transaction.local {
                super::session::copy_setting(before, &mut state.session, name);
            }
        }
        Some((line, passed)) => {
            state.roll_back(transaction.mark);
            let begun = transaction.line;
            state.note(
                NoteKind::Failed,
                format!(
                    "the transaction that begins in line {begun} is rolled back: \
                     line {line} fails, and {passed} statements after it have no effect"
                ),
                None,
            );
        }
    }
}

fn roll_back(state: &mut State) {
    if let Some(transaction) = state.transaction.take() {
        state.journal.in_transaction = false;
        state.roll_back(transaction.mark);
    }
}

/// RELEASE and ROLLBACK TO: the newest savepoint of the name, with those made after it.
fn savepoint(state: &mut State, statement: &TransactionStmt) -> Outcome {
    let name = &statement.savepoint_name;
    let back = statement.kind() == TransactionStmtKind::TransStmtRollbackTo;
    let word = if back {
        "ROLLBACK TO SAVEPOINT"
    } else {
        "RELEASE SAVEPOINT"
    };
    let Some(transaction) = &mut state.transaction else {
        return Outcome::Refused(format!("{word} can only be used in transaction blocks"));
    };
    let found = transaction.savepoints.iter().rposition(|(n, _)| n == name);
    let Some(at) = found else {
        return Outcome::Refused(format!("savepoint \"{name}\" does not exist"));
    };
    let mark = transaction.savepoints.get(at).map(|(_, mark)| *mark);
    if back {
        transaction.savepoints.truncate(at + 1);
        transaction.aborted = None;
        if let Some(mark) = mark {
            state.roll_back(mark);
        }
    } else if let Some((_, passed)) = &mut transaction.aborted {
        *passed += 1;
    } else {
        transaction.savepoints.truncate(at);
    }
    Outcome::Done
}

/// A statement has failed: nothing more of the transaction counts, if one is open. What is not understood
/// is no failure.
pub(super) fn abort(state: &mut State, failure: Option<&Failure>) {
    let failed = failure.is_none_or(|f| matches!(f.kind, NoteKind::Failed | NoteKind::SyntaxError));
    let line = state.place.line;
    if let Some(transaction) = &mut state.transaction
        && failed
    {
        transaction.aborted.get_or_insert((line, 0));
    }
}

/// Ends the session: a transaction that is still open was never committed.
pub(super) fn end(state: &mut State) {
    if let Some(transaction) = &state.transaction {
        let line = transaction.line;
        let message = format!("the transaction that begins in line {line} is never committed");
        roll_back(state);
        state.place.line = line;
        state.place.column = 1;
        state.note(
            NoteKind::Failed,
            message,
            Some("end it with COMMIT".to_owned()),
        );
    }
}

/// SET LOCAL, about to change a setting: it returns at the end of the transaction. False outside of one,
/// where it has no effect.
pub(super) fn set_local(state: &mut State, name: &str) -> bool {
    let session = state.session.clone();
    match &mut state.transaction {
        Some(transaction) => {
            transaction.local.entry(name.to_owned()).or_insert(session);
            true
        }
        None => false,
    }
}

/// A setting that is set for good does not return.
pub(super) fn set_for_good(state: &mut State, name: &str) {
    if let Some(transaction) = &mut state.transaction {
        transaction.local.remove(name);
    }
}
