//! psql's own lines: variables, conditions, files to be read, and those that say nothing about a schema.

use std::collections::BTreeMap;

use super::scan::Reference;

/// What psql has in mind besides the session of the server.
#[derive(Debug, Clone, Default)]
pub(super) struct Psql {
    /// Variables of `\set`.
    pub(super) variables: BTreeMap<String, String>,
    /// Open `\if`s, the innermost last.
    conditions: Vec<Condition>,
}

/// One `\if`.
#[derive(Debug, Clone, Copy)]
struct Condition {
    /// What stands around it is read.
    around: bool,
    /// One of its branches was read already.
    taken: bool,
    /// The branch at hand is read.
    active: bool,
}

/// What a psql line asks of the reader.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Action {
    /// Nothing that counts.
    Nothing,
    /// The statement before it is run.
    Run,
    /// The statement before it is run, and its result is put where only psql knows.
    RunForResult(String),
    /// The statement before it is forgotten.
    Forget,
    /// Another database or role from here on.
    Connect {
        database: Option<String>,
        user: Option<String>,
    },
    /// A file is read here; relative to the file at hand or to where psql was started.
    Include { path: String, relative: bool },
    /// The text is in this encoding from here on.
    Encoding(String),
    /// Nothing more is read of this file.
    Quit,
    /// Data lines follow, up to `\.`.
    CopyFromInput,
    /// It cannot be followed without psql.
    NotUnderstood(String),
    /// psql would refuse it.
    Failed(String),
}

/// Commands that run the statement before them, and do with its result what shows it.
const RUN: &[&str] = &["g", "gx", "gdesc", "crosstabview", "watch", "sendpipeline"];

/// Commands that print, set how psql prints, or look at the database.
const SHOWN: &[&str] = &[
    "a",
    "bind",
    "bind_named",
    "cd",
    "close_prepared",
    "C",
    "conninfo",
    "copyright",
    "e",
    "echo",
    "edit",
    "ef",
    "endpipeline",
    "errverbose",
    "ev",
    "f",
    "flush",
    "flushrequest",
    "getresults",
    "h",
    "H",
    "help",
    "html",
    "l",
    "list",
    "lo_list",
    "o",
    "out",
    "p",
    "parse",
    "password",
    "print",
    "pset",
    "qecho",
    "restrict",
    "s",
    "sf",
    "startpipeline",
    "sv",
    "syncpipeline",
    "t",
    "T",
    "timing",
    "unrestrict",
    "w",
    "warn",
    "write",
    "x",
    "z",
    "?",
];

impl Psql {
    /// Whether what stands here is read.
    pub(super) fn active(&self) -> bool {
        self.conditions
            .last()
            .is_none_or(|condition| condition.active)
    }

    /// Follows a line, given without its backslash.
    pub(super) fn follow(&mut self, line: &str) -> Vec<Action> {
        let mut actions = Vec::new();
        let mut rest = line;
        loop {
            let length = rest
                .find(|c: char| c.is_whitespace() || c == '\\')
                .unwrap_or(rest.len());
            let (command, after) = rest.split_at_checked(length).unwrap_or((rest, ""));
            let mut arguments = Arguments {
                rest: after,
                variables: &self.variables,
                unknown: false,
            };
            // Conditions count in branches that are not read as well.
            let asked = match command {
                "if" | "elif" | "else" | "endif" => Asked::Condition(arguments.all().join(" ")),
                _ if !self.active() => return actions,
                _ => asked(command, &mut arguments),
            };
            let left = arguments.rest;
            let action = match asked {
                Asked::Condition(text) => self.condition(command, &text),
                Asked::Set(name, value) => {
                    self.variables.insert(name, value);
                    Action::Nothing
                }
                Asked::Unset(name) => {
                    self.variables.remove(&name);
                    Action::Nothing
                }
                Asked::Action(action) => action,
            };
            actions.push(action);
            // Another command may follow on the same line; `\\` only separates.
            let Some(at) = left.find('\\') else {
                return actions;
            };
            rest = left.get(at + 1..).unwrap_or_default();
            if rest.starts_with('\\') {
                return actions;
            }
        }
    }

    fn condition(&mut self, command: &str, text: &str) -> Action {
        let around = self.active();
        let truth = truth(text);
        let refused = |action: &str| Action::Failed(format!("\\{action}: no matching \\if"));
        match command {
            "if" => {
                let value = truth.unwrap_or(false);
                self.conditions.push(Condition {
                    around,
                    taken: value,
                    active: around && value,
                });
                if around && truth.is_none() {
                    return Action::NotUnderstood(format!(
                        "\\if {text}: its value is known to psql only; taken as false"
                    ));
                }
            }
            "endif" => {
                if self.conditions.pop().is_none() {
                    return refused(command);
                }
            }
            _ => {
                let Some(condition) = self.conditions.last_mut() else {
                    return refused(command);
                };
                let value = command == "else" || truth.unwrap_or(false);
                condition.active = condition.around && !condition.taken && value;
                condition.taken |= value;
            }
        }
        Action::Nothing
    }
}

/// What a command is about.
enum Asked {
    Condition(String),
    Set(String, String),
    Unset(String),
    Action(Action),
}

/// What a command asks for.
fn asked(command: &str, arguments: &mut Arguments<'_, '_>) -> Asked {
    Asked::Action(match command {
        "set" => match arguments.all().as_slice() {
            [] => Action::Nothing,
            [name, values @ ..] => return Asked::Set(name.clone(), values.concat()),
        },
        "encoding" => match arguments.all().into_iter().next() {
            Some(encoding) => Action::Encoding(encoding),
            None => Action::Nothing,
        },
        "unset" => match arguments.all().into_iter().next() {
            Some(name) => return Asked::Unset(name),
            None => Action::Nothing,
        },
        "connect" | "c" => connect(&arguments.all()),
        "i" | "include" | "ir" | "include_relative" => match arguments.all().into_iter().next() {
            Some(path) => Action::Include {
                path,
                relative: command.starts_with("ir") || command == "include_relative",
            },
            None => Action::Failed(format!("\\{command}: missing required argument")),
        },
        "q" | "quit" => Action::Quit,
        "r" | "reset" => Action::Forget,
        "gexec" => Action::NotUnderstood(
            "\\gexec runs what the query before it answers, which only a server knows".to_owned(),
        ),
        "gset" => Action::RunForResult("\\gset".to_owned()),
        "!" => {
            arguments.rest = "";
            Action::NotUnderstood("\\! runs a program".to_owned())
        }
        "prompt" | "getenv" => Action::NotUnderstood(format!(
            "\\{command} sets a variable to what only psql knows"
        )),
        "copy" => {
            let text = std::mem::take(&mut arguments.rest).to_ascii_lowercase();
            let words: Vec<&str> = text.split_whitespace().collect();
            let from_input = words
                .windows(2)
                .any(|pair| matches!(pair, ["from", "stdin"]));
            if from_input {
                Action::CopyFromInput
            } else {
                Action::Nothing
            }
        }
        "lo_import" | "lo_export" | "lo_unlink" => Action::Nothing,
        _ if RUN.contains(&command) || command.starts_with("g(") => Action::Run,
        _ if SHOWN.contains(&command) || command.starts_with('d') => {
            arguments.rest = "";
            Action::Nothing
        }
        // The end of data that no COPY asked for.
        "." | "" => Action::Nothing,
        _ => {
            arguments.rest = "";
            Action::Failed(format!("invalid command \\{command}"))
        }
    })
}

fn connect(arguments: &[String]) -> Action {
    let mut database = None;
    let mut user = None;
    let given = |text: &String| (text != "-").then(|| text.clone());
    match arguments {
        [one] if one.contains('=') || one.contains("://") => {
            for part in one.split_whitespace() {
                match part.split_once('=') {
                    Some(("dbname", value)) => database = Some(value.to_owned()),
                    Some(("user", value)) => user = Some(value.to_owned()),
                    _ => {}
                }
            }
            if one.contains("://") {
                database = one.rsplit('/').next().map(str::to_owned);
            }
        }
        _ => {
            let mut arguments = arguments.iter().filter(|text| !text.starts_with("-reuse"));
            database = arguments.next().and_then(given);
            user = arguments.next().and_then(given);
        }
    }
    Action::Connect { database, user }
}

/// A value as psql reads booleans: unambiguous beginnings of the words, on, off, 1 and 0.
fn truth(text: &str) -> Option<bool> {
    let text = text.trim().to_ascii_lowercase();
    let begins = |word: &str| !text.is_empty() && word.starts_with(&text);
    if text == "1" || text == "on" || begins("true") || begins("yes") {
        Some(true)
    } else if text == "0" || text == "of" || text == "off" || begins("false") || begins("no") {
        Some(false)
    } else {
        None
    }
}

/// The arguments of a line, one after the other.
struct Arguments<'t, 'v> {
    rest: &'t str,
    variables: &'v BTreeMap<String, String>,
    /// One of them is the output of a program.
    unknown: bool,
}

impl Arguments<'_, '_> {
    fn all(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        while let Some(argument) = self.next() {
            found.push(argument);
        }
        found
    }

    /// The next argument: its quotes taken off, its variables replaced.
    fn next(&mut self) -> Option<String> {
        self.rest = self.rest.trim_start();
        if self.rest.is_empty() || self.rest.starts_with('\\') {
            return None;
        }
        let mut argument = String::new();
        while let Some(character) = self.rest.chars().next() {
            match character {
                _ if character.is_whitespace() || character == '\\' => break,
                '\'' => self.quoted(&mut argument),
                '`' => {
                    self.unknown = true;
                    let inner = self.rest.get(1..).unwrap_or_default();
                    let length = inner.find('`').map_or(inner.len(), |end| end + 1);
                    self.rest = inner.get(length..).unwrap_or_default();
                }
                '"' => {
                    let inner = self.rest.get(1..).unwrap_or_default();
                    let length = inner.find('"').unwrap_or(inner.len());
                    argument.push_str(inner.get(..length).unwrap_or_default());
                    self.rest = inner
                        .get((length + 1).min(inner.len())..)
                        .unwrap_or_default();
                }
                ':' => {
                    let after = self.rest.get(1..).unwrap_or_default();
                    let value = Reference::at(after).and_then(|found| found.value(self.variables));
                    match value {
                        Some((value, length)) => {
                            argument.push_str(&value);
                            self.rest = after.get(length..).unwrap_or_default();
                        }
                        None => {
                            argument.push(':');
                            self.rest = after;
                        }
                    }
                }
                _ => {
                    argument.push(character);
                    self.rest = self.rest.get(character.len_utf8()..).unwrap_or_default();
                }
            }
        }
        Some(argument)
    }

    /// A part in single quotes: doubled quotes, and escapes as in C.
    fn quoted(&mut self, argument: &mut String) {
        let mut characters = self.rest.char_indices().skip(1).peekable();
        while let Some((at, character)) = characters.next() {
            match character {
                '\'' => {
                    if characters.next_if(|(_, next)| *next == '\'').is_none() {
                        self.rest = self.rest.get(at + 1..).unwrap_or_default();
                        return;
                    }
                    argument.push('\'');
                }
                '\\' => match characters.next() {
                    Some((_, 'n')) => argument.push('\n'),
                    Some((_, 't')) => argument.push('\t'),
                    Some((_, 'r')) => argument.push('\r'),
                    Some((_, other)) => argument.push(other),
                    None => {}
                },
                other => argument.push(other),
            }
        }
        self.rest = "";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_set_and_conditions_decide() {
        let mut psql = Psql::default();
        psql.follow("set schema 'my ' app");
        assert_eq!(
            psql.variables.get("schema").map(String::as_str),
            Some("my app")
        );
        psql.follow("if :{?schema}");
        assert!(psql.active());
        psql.follow("if off");
        assert!(!psql.active());
        psql.follow("else");
        assert!(psql.active());
        psql.follow("endif");
        psql.follow("else");
        assert!(!psql.active());
        psql.follow("endif");
        assert!(psql.active());
    }

    #[test]
    fn lines_ask_for_what_they_say() {
        let mut psql = Psql::default();
        let include = |path: &str, relative| Action::Include {
            path: path.to_owned(),
            relative,
        };
        assert_eq!(psql.follow("i 'a b.sql'"), [include("a b.sql", false)]);
        assert_eq!(psql.follow("ir c.sql"), [include("c.sql", true)]);
        assert_eq!(psql.follow("dt+ *.*"), [Action::Nothing]);
        assert_eq!(
            psql.follow("copy t from stdin csv"),
            [Action::CopyFromInput]
        );
        assert!(matches!(
            psql.follow("frobnicate").as_slice(),
            [Action::Failed(_)]
        ));
        assert!(matches!(
            psql.follow("gexec").as_slice(),
            [Action::NotUnderstood(_)]
        ));
        let connect = Action::Connect {
            database: Some("shop".to_owned()),
            user: Some("app".to_owned()),
        };
        assert_eq!(psql.follow("connect shop app"), [connect]);
    }
}
