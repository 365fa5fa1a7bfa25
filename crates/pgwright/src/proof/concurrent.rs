//! Tests with two sessions at once: the steps of a script, each run by its session, with what
//! must wait really seen waiting.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use pgwright_server::Sandbox;
use pgwright_server::postgres::Client;

use super::outcome::{self, Unmet};

/// Longest that a step which does not wait for the other session may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often the server is asked whether a session waits.
const POLL: Duration = Duration::from_millis(2);

/// A step as the script has it.
struct Step {
    session: usize,
    expected: Expected,
    statements: Vec<String>,
    line: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Expected {
    Done,
    WaitsThenDone,
    WaitsThenFails(String),
    Fails(String),
}

struct Script {
    given: Vec<String>,
    steps: Vec<Step>,
    finally: Vec<String>,
}

impl Script {
    /// What an error that must not be says: nothing about the rule, when it is another rule's and
    /// no step expects its like.
    fn unmet(&self, sqlstate: &str, text: String) -> Unmet {
        let expected = self.steps.iter().any(|step| match &step.expected {
            Expected::Fails(state) | Expected::WaitsThenFails(state) => state == sqlstate,
            Expected::Done | Expected::WaitsThenDone => false,
        });
        if outcome::is_of_a_rule(sqlstate) && !expected {
            Unmet::Inconclusive(text)
        } else {
            Unmet::Failed(text)
        }
    }
}

fn state_of(error: &pgwright_server::postgres::Error) -> &str {
    error.code().map_or("", |code| code.code())
}

/// Runs a two-session script on a copy of a database.
pub fn run(sandbox: &Sandbox, template: &str, path: &str, text: &str) -> Result<(), Unmet> {
    let script = parse(text).map_err(|error| Unmet::Failed(format!("{path}: {error}")))?;
    let database = "concurrent_test";
    let mut control = sandbox
        .connect("postgres")
        .map_err(|e| Unmet::Failed(e.to_string()))?;
    control
        .batch_execute(&format!("CREATE DATABASE {database} TEMPLATE {template}"))
        .map_err(|e| Unmet::Failed(pgwright_server::script::describe(&e)))?;
    let result = run_in(sandbox, database, &mut control, &script, path);
    let dropped = control.batch_execute(&format!("DROP DATABASE {database} WITH (FORCE)"));
    result.and_then(|()| dropped.map_err(|e| Unmet::Failed(pgwright_server::script::describe(&e))))
}

fn run_in(
    sandbox: &Sandbox,
    database: &str,
    control: &mut Client,
    script: &Script,
    path: &str,
) -> Result<(), Unmet> {
    let mut scene = sandbox.connect(database).map_err(|e| e.to_string())?;
    for statement in &script.given {
        scene.batch_execute(statement).map_err(|e| {
            let text = pgwright_server::script::describe(&e);
            script.unmet(state_of(&e), format!("{path}: given: {text}\n{statement}"))
        })?;
    }
    let mut sessions = [
        Session::open(sandbox, database)?,
        Session::open(sandbox, database)?,
    ];
    for step in &script.steps {
        let place = format!("{path}:{}: session {}", step.line, step.session + 1);
        // A session that still waits must be through before it takes its next step.
        sessions[step.session].settle(script)?;
        let other = 1 - step.session;
        sessions[step.session].begin(step)?;
        match &step.expected {
            Expected::Done | Expected::Fails(_) => {
                let waits = sessions[step.session].wait_or_block(control)?;
                if waits {
                    return Err(Unmet::Failed(format!(
                        "{place}: waits for the other session, and must not"
                    )));
                }
                sessions[step.session].settle(script)?;
            }
            Expected::WaitsThenDone | Expected::WaitsThenFails(_) => {
                let waits = sessions[step.session].wait_or_block(control)?;
                if !waits {
                    let (state, outcome) = sessions[step.session].outcome();
                    let text = format!("{place}: must wait for the other session, and {outcome}");
                    return Err(script.unmet(&state, text));
                }
            }
        }
        // What the other session waited for may be over now.
        if step.statements.iter().any(|s| ends_transaction(s)) {
            sessions[other].settle(script)?;
        }
    }
    for session in &mut sessions {
        session.settle(script)?;
    }
    drop(sessions);
    for query in &script.finally {
        let row = scene.query_one(query.as_str(), &[]).map_err(|e| {
            format!(
                "{path}: finally: {}\n{query}",
                pgwright_server::script::describe(&e)
            )
        })?;
        if row.try_get::<_, bool>(0).ok() != Some(true) {
            return Err(Unmet::Failed(format!(
                "{path}: at the end this must be true:\n{query}"
            )));
        }
    }
    Ok(())
}

fn ends_transaction(statement: &str) -> bool {
    let upper = statement.trim_start().to_ascii_uppercase();
    upper.starts_with("COMMIT") || upper.starts_with("ROLLBACK") || upper.starts_with("END")
}

/// A session with its own thread: it works while the other one is looked at.
struct Session {
    process: i32,
    send: Option<Sender<Vec<String>>>,
    receive: Receiver<Result<(), (String, String)>>,
    pending: Option<(Expected, usize, String)>,
    arrived: Option<Result<(), (String, String)>>,
    thread: Option<JoinHandle<()>>,
}

impl Session {
    fn open(sandbox: &Sandbox, database: &str) -> Result<Self, String> {
        let mut client = sandbox.connect(database).map_err(|e| e.to_string())?;
        let process: i32 = client
            .query_one("SELECT pg_backend_pid()", &[])
            .map_err(|e| pgwright_server::script::describe(&e))?
            .get(0);
        let (send, requests) = channel::<Vec<String>>();
        let (answers, receive) = channel();
        let thread = std::thread::spawn(move || {
            while let Ok(statements) = requests.recv() {
                let result = statements.iter().try_for_each(|statement| {
                    client.batch_execute(statement).map_err(|error| {
                        let state = error.code().map_or("", |c| c.code()).to_owned();
                        (state, pgwright_server::script::describe(&error))
                    })
                });
                if answers.send(result).is_err() {
                    break;
                }
            }
        });
        Ok(Self {
            process,
            send: Some(send),
            receive,
            pending: None,
            arrived: None,
            thread: Some(thread),
        })
    }

    fn begin(&mut self, step: &Step) -> Result<(), String> {
        self.pending = Some((
            step.expected.clone(),
            step.line,
            step.statements.join(";\n"),
        ));
        match &self.send {
            Some(send) => send
                .send(step.statements.clone())
                .map_err(|_| "the session has ended".to_owned()),
            None => Err("the session has ended".to_owned()),
        }
    }

    /// Waits until the step is over (false) or the server says the session waits for a lock
    /// (true).
    fn wait_or_block(&mut self, control: &mut Client) -> Result<bool, String> {
        let started = Instant::now();
        loop {
            if let Ok(result) = self.receive.recv_timeout(POLL) {
                self.arrived = Some(result);
                return Ok(false);
            }
            let blocked: bool = control
                .query_one(
                    "SELECT cardinality(pg_blocking_pids($1)) > 0",
                    &[&self.process],
                )
                .map_err(|e| pgwright_server::script::describe(&e))?
                .get(0);
            if blocked {
                return Ok(true);
            }
            if started.elapsed() > PATIENCE {
                return Err(format!("a step took longer than {} s", PATIENCE.as_secs()));
            }
        }
    }

    /// What came of the step at once: SQLSTATE and words.
    fn outcome(&self) -> (String, String) {
        match &self.arrived {
            Some(Err((state, text))) => (state.clone(), format!("failed at once: {text}")),
            _ => (String::new(), "went through at once".to_owned()),
        }
    }

    /// Takes the result of the step under way and compares it with what must happen.
    fn settle(&mut self, script: &Script) -> Result<(), Unmet> {
        let Some((expected, line, statement)) = self.pending.take() else {
            return Ok(());
        };
        let result = match self.arrived.take() {
            Some(result) => result,
            None => self
                .receive
                .recv_timeout(PATIENCE)
                .map_err(|_| format!("line {line}: still waiting\n{statement}"))?,
        };
        match (expected, result) {
            (Expected::Done | Expected::WaitsThenDone, Ok(())) => Ok(()),
            (Expected::Fails(state) | Expected::WaitsThenFails(state), Err((got, _)))
                if got == state =>
            {
                Ok(())
            }
            (Expected::Fails(state) | Expected::WaitsThenFails(state), Ok(())) => {
                Err(Unmet::Failed(format!(
                    "line {line}: must fail with {state}, and succeeds\n{statement}"
                )))
            }
            (Expected::Fails(state) | Expected::WaitsThenFails(state), Err((got, text))) => {
                Err(script.unmet(
                    &got,
                    format!("line {line}: must fail with {state}: {text}\n{statement}"),
                ))
            }
            (_, Err((got, text))) => {
                Err(script.unmet(&got, format!("line {line}: {text}\n{statement}")))
            }
        }
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Closing the channel ends the thread, unless it still waits for a lock: then the database
        // is dropped with force, which ends it too.
        self.send.take();
        if self.pending.is_none()
            && let Some(thread) = self.thread.take()
        {
            let _ = thread.join();
        }
    }
}

/// Reads a script: `-- @given`, `-- @session N: expectation`, `-- @finally` head its parts.
fn parse(text: &str) -> Result<Script, String> {
    enum Part {
        Nothing,
        Given,
        Step,
        Finally,
    }
    let mut script = Script {
        given: Vec::new(),
        steps: Vec::new(),
        finally: Vec::new(),
    };
    let mut part = Part::Nothing;
    let mut body = String::new();
    let close = |part: &Part, body: &mut String, script: &mut Script| -> Result<(), String> {
        let statements: Vec<String> = pgwright_ddl::split(body)
            .map_err(|e| e.message.clone())?
            .iter()
            .map(|s| s.text.clone())
            .collect();
        body.clear();
        match part {
            Part::Nothing => {}
            Part::Given => script.given = statements,
            Part::Step => {
                if let Some(step) = script.steps.last_mut() {
                    step.statements = statements;
                }
            }
            Part::Finally => script.finally = statements,
        }
        Ok(())
    };
    for (index, line) in text.lines().enumerate() {
        let Some(mark) = line.strip_prefix("-- @") else {
            body.push_str(line);
            body.push('\n');
            continue;
        };
        close(&part, &mut body, &mut script)?;
        part = match mark.trim() {
            "given" => Part::Given,
            "finally" => Part::Finally,
            step => {
                script.steps.push(parse_step(step, index + 1)?);
                Part::Step
            }
        };
    }
    close(&part, &mut body, &mut script)?;
    if script.steps.is_empty() || script.finally.is_empty() {
        return Err("the script has no steps, or nothing that must hold at the end".to_owned());
    }
    Ok(script)
}

fn parse_step(text: &str, line: usize) -> Result<Step, String> {
    let unclear = || format!("line {line}: expected `session 1: done`, got `{text}`");
    let (session, expected) = text
        .strip_prefix("session ")
        .and_then(|rest| rest.split_once(':'))
        .ok_or_else(unclear)?;
    let session = match session.trim() {
        "1" => 0,
        "2" => 1,
        _ => return Err(unclear()),
    };
    let expected = expected.trim();
    let expected = match expected {
        "done" => Expected::Done,
        "waits, then done" => Expected::WaitsThenDone,
        _ => match (
            expected.strip_prefix("waits, then fails "),
            expected.strip_prefix("fails "),
        ) {
            (Some(state), _) => Expected::WaitsThenFails(state.to_owned()),
            (None, Some(state)) => Expected::Fails(state.to_owned()),
            (None, None) => return Err(unclear()),
        },
    };
    Ok(Step {
        session,
        expected,
        statements: Vec::new(),
        line,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_script_is_read_as_it_is_written() {
        let script = parse(
            "-- Rule x\n\n-- @given\nINSERT INTO a VALUES (1);\n\n-- @session 1: done\nBEGIN;\n\n\
             -- @session 2: waits, then fails 23514\nUPDATE a SET b = 1;\n\n-- @finally\nSELECT true;\n",
        )
        .unwrap();
        assert_eq!(script.given, ["INSERT INTO a VALUES (1)"]);
        assert_eq!(script.steps[1].session, 1);
        assert_eq!(
            script.steps[1].expected,
            Expected::WaitsThenFails("23514".to_owned())
        );
        assert_eq!(script.finally, ["SELECT true"]);
    }

    #[test]
    fn an_unclear_step_is_refused_with_its_line() {
        let error = parse("-- @session 3: done\nBEGIN;\n-- @finally\nSELECT true;\n")
            .err()
            .unwrap();
        assert!(error.contains("line 1"), "{error}");
    }
}
