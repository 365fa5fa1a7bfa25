//! Migrations: what their statements do to a schema that is in use.
//!
//! What a statement locks, writes anew and reads in full is taken from the table that `pgwright_migrate`
//! has measured on servers. A table that is made in the same file is new: nothing waits for it. One that
//! is not known is taken to be there and in use.

mod context;

use std::collections::{BTreeMap, BTreeSet};

use pgwright_catalog::QualifiedName;
use pgwright_ddl::read::{Action, Note, NoteKind, Observed, Observer, Place};

use crate::finding::Occurrence;
use crate::rule::{Check, Report};
use crate::rules::rules;

pub use context::{StatementContext, Target};

/// The name of the text that parts a schema from the migrations on top of it.
pub const SESSION: &str = "a new session";

/// Looks at the statements of migrations as they are read.
#[derive(Debug)]
pub struct Linter {
    version: u32,
    /// Files that hold the schema, not the migration.
    before: BTreeSet<String>,
    state: State,
    files: BTreeSet<String>,
    /// How many statements are about tables that are not there.
    unknown: usize,
    /// How many make tables, views or routines.
    makes: usize,
    found: BTreeMap<&'static str, Vec<(Occurrence, Option<Place>)>>,
}

/// What is known of the file at hand.
#[derive(Debug, Default)]
pub(crate) struct State {
    pub(crate) file: Option<String>,
    /// Relations that the file has made.
    pub(crate) made: BTreeSet<QualifiedName>,
    /// Where BEGIN stands, when it was not ended yet.
    pub(crate) begun: Option<Place>,
    /// Tables that the transaction holds in ACCESS EXCLUSIVE mode.
    pub(crate) held: BTreeSet<QualifiedName>,
    /// Constraints that the transaction has added as NOT VALID: table and name, empty when it has none.
    pub(crate) not_valid: BTreeSet<(QualifiedName, String)>,
    /// Labels that the transaction has added to enumerations.
    pub(crate) labels: BTreeSet<String>,
    /// `lock_timeout` in milliseconds, where the file sets it.
    pub(crate) lock_timeout: Option<u64>,
    /// The session's time zone is set to UTC.
    pub(crate) utc: bool,
}

/// What was found in the statements of migrations, by rule.
#[derive(Debug, Default)]
pub struct Migration {
    found: BTreeMap<&'static str, Vec<(Occurrence, Option<Place>)>>,
    /// The files of the migration.
    pub(crate) files: BTreeSet<String>,
    /// Only the statements and what they make are reviewed, as there is a schema below that is not.
    pub(crate) on_top: bool,
}

impl Migration {
    pub(crate) fn found(&self, rule: &str) -> Vec<(Occurrence, Option<Place>)> {
        self.found.get(rule).cloned().unwrap_or_default()
    }

    /// Whether something at a place is the migration's.
    pub(crate) fn made(&self, place: Option<&Place>) -> bool {
        let file = place.map(|place| place.file.clone().unwrap_or_default());
        file.is_some_and(|file| self.files.contains(&file))
    }
}

impl Linter {
    /// For a version, and after files that hold the schema.
    pub fn new(version: u32, before: impl IntoIterator<Item = String>) -> Self {
        let mut before: BTreeSet<String> = before.into_iter().collect();
        before.insert(SESSION.to_owned());
        Self {
            version,
            before,
            state: State::default(),
            files: BTreeSet::new(),
            unknown: 0,
            makes: 0,
            found: BTreeMap::new(),
        }
    }

    /// Gives what the reader noted to `show`, with whether it is an error, and counts the errors. What
    /// failed because a table is not known is none, when no schema was given.
    pub fn notes(&self, notes: &[Note], show: &mut dyn FnMut(&Note, bool)) -> usize {
        let mut errors = 0;
        for note in notes {
            let error = match note.kind {
                NoteKind::SyntaxError => true,
                NoteKind::Failed => !self.is_migration() || self.before.len() > 1,
                _ => false,
            };
            errors += usize::from(error);
            if error || note.kind == NoteKind::NotUnderstood {
                show(note, error);
            }
        }
        errors
    }

    /// Whether the files read as a migration rather than as a schema of their own.
    pub fn is_migration(&self) -> bool {
        self.before.len() > 1
            || self.files.len() > 1
            || self.unknown > self.makes
            || self.makes == 0
    }

    /// What was found. Of a schema that makes its own tables there is nothing to say.
    pub fn end(mut self) -> Migration {
        self.end_of_file();
        let on_top = self.before.len() > 1;
        if !self.is_migration() {
            return Migration {
                on_top,
                ..Migration::default()
            };
        }
        Migration {
            found: self.found,
            files: self.files,
            on_top,
        }
    }

    fn add(&mut self, rule: &'static str, occurrence: Occurrence, place: Place) {
        self.found
            .entry(rule)
            .or_default()
            .push((occurrence, Some(place)));
    }

    /// A transaction that was begun and never committed is rolled back.
    fn end_of_file(&mut self) {
        if let Some(place) = self.state.begun.take() {
            let object = pgwright_catalog::ObjectId::Schema("public".into());
            let message =
                "BEGIN without COMMIT: what follows it is rolled back at the end of the file";
            self.add(
                "MIG-UNCOMMITTED-TX",
                Occurrence::new(object, message),
                place,
            );
        }
    }
}

impl Observer for Linter {
    fn observe(&mut self, statement: &Observed<'_>) {
        let file = statement.place.file.clone();
        if file.as_ref().is_some_and(|file| self.before.contains(file)) {
            return;
        }
        if self.state.file != file || self.files.is_empty() {
            self.end_of_file();
            self.state = State {
                file: file.clone(),
                ..State::default()
            };
            self.files.insert(file.unwrap_or_default());
        }
        let context = StatementContext::new(statement, &self.state, self.version);
        let unknown = context.touches_unknown();
        self.unknown += usize::from(unknown);
        let mut found = Vec::new();
        for rule in rules() {
            if let Check::Statement(check) = rule.check
                && rule.since <= self.version
            {
                let mut report = Report::default();
                check(&context, &mut report);
                found.extend(report.occurrences.into_iter().map(|o| (rule.id, o)));
            }
        }
        let after = context.after();
        for (rule, occurrence) in found {
            self.add(rule, occurrence, statement.place.clone());
        }
        let makes = matches!(
            statement.action,
            Action::CreateTable { .. } | Action::CreateView { .. } | Action::CreateRoutine { .. }
        );
        self.makes += usize::from(makes && !unknown);
        self.state.follow(statement, after);
    }
}

/// What a statement leaves behind for those that follow it.
#[derive(Debug, Default)]
pub(crate) struct After {
    pub(crate) made: Option<QualifiedName>,
    pub(crate) held: Vec<QualifiedName>,
    pub(crate) not_valid: Vec<(QualifiedName, String)>,
}

impl State {
    fn follow(&mut self, statement: &Observed<'_>, after: After) {
        self.made.extend(after.made);
        match statement.action {
            Action::Begin if self.begun.is_none() => {
                self.begun = Some(statement.place.clone());
                self.forget_transaction();
            }
            Action::Commit | Action::Rollback => {
                self.begun = None;
                self.forget_transaction();
            }
            Action::Set { name, value, .. } => match name.as_str() {
                "lock_timeout" => self.lock_timeout = value.as_deref().and_then(milliseconds),
                "timezone" => {
                    self.utc = value
                        .as_deref()
                        .is_some_and(|v| v.eq_ignore_ascii_case("utc"));
                }
                _ => {}
            },
            Action::AlterEnum {
                label,
                renamed: None,
                ..
            } if self.begun.is_some() => {
                self.labels.insert(label.clone());
            }
            _ => {}
        }
        if self.begun.is_some() {
            self.held.extend(after.held);
            self.not_valid.extend(after.not_valid);
        }
    }

    fn forget_transaction(&mut self) {
        self.held.clear();
        self.not_valid.clear();
        self.labels.clear();
    }
}

/// A time as settings have it: a number of milliseconds, or with a unit.
pub(crate) fn milliseconds(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let number: u64 = text[..end].parse().ok()?;
    let factor = match text[end..].trim() {
        "" | "ms" => 1,
        "s" => 1_000,
        "min" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        _ => return None,
    };
    number.checked_mul(factor)
}
