//! Gathers what sources tell of statements: the same statement by fingerprint, with the constants that varied as
//! parameters.

use std::collections::BTreeMap;

use pgwright_ddl::statements::{
    Constants, Facts, StatementKind, constants, convert_placeholders, facts,
};

use super::{Form, Measured, Statement, Workload};

/// How many different values of a statement are kept.
const MOST_SAMPLES: usize = 4096;
/// How many of them it is planned with.
const MOST_SEEN: usize = 3;
/// A constant with no more values than this, each of them seen often, is one that the application has in its
/// text, and what a partial index could be made for.
const FEW_VALUES: usize = 4;
/// How often each of few values must be seen on average.
const OFTEN: f64 = 8.0;
/// How many statements one may be parted into by such constants.
const MOST_PARTS: usize = 8;

/// Who counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counted {
    /// Counters, in a day.
    Counters,
    /// A log's lines on statements.
    Log,
    /// A log's plans of auto_explain, which the same execution may have beside its line.
    Plan,
}

/// An execution, or several.
#[derive(Debug)]
pub(super) struct Occurrence<'a> {
    pub(super) origin: &'a str,
    pub(super) sql: &'a str,
    pub(super) calls: f64,
    pub(super) counted: Counted,
    /// Values of its parameters.
    pub(super) values: Option<Vec<Option<String>>>,
    pub(super) measured: Option<Measured>,
}

/// What was gathered so far.
#[derive(Debug, Default)]
pub(super) struct Collector {
    /// Statements as they are written in files.
    written: Vec<Statement>,
    /// Their texts without spacing, and which they are.
    by_text: BTreeMap<String, usize>,
    groups: Vec<Group>,
    /// Of what looks alike: which group it is, or why it is none.
    by_skeleton: BTreeMap<String, Option<usize>>,
    by_fingerprint: BTreeMap<String, usize>,
    passed_over: BTreeMap<String, f64>,
    /// Seconds that the logs tell of.
    pub(super) logged_seconds: f64,
    pub(super) notes: Vec<String>,
}

#[derive(Debug)]
struct Group {
    origin: String,
    facts: Facts,
    constants: Constants,
    by_counters: f64,
    by_log: f64,
    by_plans: f64,
    /// Milliseconds of all, and how many were measured; the same of rows.
    time: (f64, f64),
    rows: (f64, f64),
    /// Values of constants and parameters, with how often they were seen.
    samples: BTreeMap<Values, f64>,
}

/// Values of constants, and of parameters where they are known.
type Values = (Vec<String>, Option<Vec<Option<String>>>);

/// A statement that PostgreSQL's parser reads.
struct Read {
    text: String,
    facts: Facts,
}

/// Reads a statement, with clients' placeholders if it is none without.
fn recognise(sql: &str) -> Result<Read, String> {
    match facts(sql) {
        Ok(facts) => Ok(Read {
            text: sql.to_owned(),
            facts,
        }),
        Err(error) => {
            let converted = convert_placeholders(sql).text;
            if converted == sql {
                return Err(error.to_string());
            }
            match facts_of(&converted) {
                Some(facts) => Ok(Read {
                    text: converted,
                    facts,
                }),
                None => Err(error.to_string()),
            }
        }
    }
}

fn facts_of(sql: &str) -> Option<Facts> {
    facts(sql).ok()
}

/// Why a statement is passed over: it has no plan, or none that could be helped.
fn passed_over(facts: &Facts) -> Option<String> {
    if let StatementKind::Utility(word) = &facts.kind {
        return Some(word.clone());
    }
    if facts.relations.is_empty() {
        return Some("without a table".to_owned());
    }
    let of_system = |path: &Vec<String>| match path.as_slice() {
        [schema, _] => schema == "pg_catalog" || schema == "information_schema",
        [name] => name.starts_with("pg_"),
        _ => false,
    };
    let system = facts.relations.iter().all(of_system);
    system.then(|| "of the system's own tables".to_owned())
}

impl Collector {
    /// A statement as a file has it.
    pub(super) fn written(&mut self, name: String, origin: String, sql: &str, calls: f64) {
        let read = match recognise(sql) {
            Ok(read) => read,
            Err(reason) => return self.notes.push(format!("{origin}: {reason}")),
        };
        if let Some(reason) = passed_over(&read.facts) {
            *self.passed_over.entry(reason).or_default() += 1.0;
            return;
        }
        let plain: String = read.text.split_whitespace().collect::<Vec<_>>().join(" ");
        if let Some(known) = self.by_text.get(&plain) {
            self.written[*known].calls += calls;
            return;
        }
        self.by_text.insert(plain, self.written.len());
        let taken = |name: &str| self.written.iter().any(|s| s.name == name);
        self.written.push(Statement {
            name: free_name(&name, &taken),
            origin,
            text: read.text,
            calls,
            forms: Vec::new(),
            measured: None,
        });
    }

    /// An execution that was counted. Gives a handle for [`took`](Self::took).
    pub(super) fn counted(&mut self, seen: Occurrence<'_>) -> Option<usize> {
        let Ok(found) = constants(seen.sql) else {
            self.note_once(seen.origin, "it is no SQL");
            return None;
        };
        let values: Vec<String> = found.list.iter().map(|c| c.value.clone()).collect();
        let at = match self.by_skeleton.get(&found.skeleton) {
            Some(known) => (*known)?,
            None => {
                let skeleton = found.skeleton.clone();
                let at = self.group(&seen, found);
                self.by_skeleton.insert(skeleton, at);
                at?
            }
        };
        let group = &mut self.groups[at];
        match seen.counted {
            Counted::Counters => group.by_counters += seen.calls,
            Counted::Log => group.by_log += seen.calls,
            Counted::Plan => group.by_plans += seen.calls,
        }
        if let Some(measured) = seen.measured {
            group.time.0 += measured.milliseconds * seen.calls;
            group.time.1 += seen.calls;
            group.rows.0 += measured.rows * seen.calls;
            group.rows.1 += seen.calls;
        }
        let matches = values.len() == group.constants.list.len();
        let key = (values, seen.values);
        if matches && (group.samples.len() < MOST_SAMPLES || group.samples.contains_key(&key)) {
            *group.samples.entry(key).or_default() += seen.calls;
        }
        Some(at)
    }

    /// How long an execution took, where that is told later.
    pub(super) fn took(&mut self, group: usize, milliseconds: f64) {
        if let Some(group) = self.groups.get_mut(group) {
            group.time.0 += milliseconds;
            group.time.1 += 1.0;
        }
    }

    /// The group that a statement of a new look belongs to.
    fn group(&mut self, seen: &Occurrence<'_>, found: Constants) -> Option<usize> {
        let read = match recognise(seen.sql) {
            Ok(read) => read,
            Err(reason) => {
                self.note_once(seen.origin, &reason);
                return None;
            }
        };
        if let Some(reason) = passed_over(&read.facts) {
            *self.passed_over.entry(reason).or_default() += seen.calls;
            return None;
        }
        if let Some(known) = self.by_fingerprint.get(&read.facts.fingerprint) {
            return Some(*known);
        }
        // Placeholders that were converted moved the constants.
        let constants = match read.text == seen.sql {
            true => found,
            false => constants(&read.text).ok()?,
        };
        let at = self.groups.len();
        self.by_fingerprint
            .insert(read.facts.fingerprint.clone(), at);
        self.groups.push(Group {
            origin: seen.origin.to_owned(),
            facts: read.facts,
            constants,
            by_counters: 0.0,
            by_log: 0.0,
            by_plans: 0.0,
            time: (0.0, 0.0),
            rows: (0.0, 0.0),
            samples: BTreeMap::new(),
        });
        Some(at)
    }

    /// Counts what has no text worth reading.
    pub(super) fn pass_over(&mut self, reason: &str, calls: f64) {
        *self.passed_over.entry(reason.to_owned()).or_default() += calls;
    }

    fn note_once(&mut self, origin: &str, reason: &str) {
        let note = format!("{origin}: {reason}");
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Everything, the most frequent first within what was counted.
    pub(super) fn finish(self) -> Workload {
        let per_day = match self.logged_seconds {
            // Less is no period to go by.
            seconds if seconds >= 60.0 => 86_400.0 / seconds,
            _ => 1.0,
        };
        let mut workload = Workload {
            statements: self.written,
            notes: self.notes,
        };
        let mut counted: Vec<(Statement, String)> = self
            .groups
            .iter()
            .flat_map(|group| group.statements(per_day))
            .collect();
        counted.sort_by(|a, b| b.0.calls.total_cmp(&a.0.calls));
        for (mut statement, name) in counted {
            let taken = |name: &str| workload.statements.iter().any(|s| s.name == name);
            statement.name = free_name(&name, &taken);
            workload.statements.push(statement);
        }
        if !self.passed_over.is_empty() {
            let shown: Vec<String> = self
                .passed_over
                .iter()
                .map(|(reason, count)| format!("{count} {reason}"))
                .collect();
            workload
                .notes
                .push(format!("passed over: {}", shown.join(", ")));
        }
        workload
    }
}

impl Group {
    /// The statements it is, with what they are to be called.
    fn statements(&self, per_day: f64) -> Vec<(Statement, String)> {
        let calls = (self.by_log.max(self.by_plans) * per_day).max(self.by_counters);
        let executions: f64 = self.samples.values().sum();
        let parts = self.parts(executions);
        let mean = |(sum, count): (f64, f64)| if count > 0.0 { sum / count } else { 0.0 };
        let measured = (self.time.1 > 0.0).then(|| Measured {
            milliseconds: mean(self.time),
            rows: mean(self.rows),
        });
        let name = self.name();
        parts
            .into_iter()
            .map(|part| {
                let statement = Statement {
                    name: String::new(),
                    origin: self.origin.clone(),
                    calls: calls * part.share,
                    forms: part.forms,
                    text: part.text,
                    measured,
                };
                (statement, name.clone())
            })
            .collect()
    }

    fn name(&self) -> String {
        let what = match &self.facts.kind {
            StatementKind::Select => "select",
            StatementKind::Insert => "insert",
            StatementKind::Update => "update",
            StatementKind::Delete => "delete",
            StatementKind::Merge => "merge",
            StatementKind::Utility(word) => word,
        };
        let relation = self.facts.relations.first().and_then(|path| path.last());
        match relation {
            Some(relation) => format!("{what} {relation}"),
            None => what.to_owned(),
        }
    }

    /// Its parts: one for each combination of constants of which there are few, all other constants that
    /// varied being parameters.
    fn parts(&self, executions: f64) -> Vec<Part> {
        let count = self.constants.list.len();
        let as_it_is: Vec<Option<&str>> = self
            .constants
            .list
            .iter()
            .map(|c| Some(c.value.as_str()))
            .collect();
        let distinct: Vec<usize> = (0..count)
            .map(|at| {
                let mut values: Vec<&str> =
                    self.samples.keys().map(|(c, _)| c[at].as_str()).collect();
                values.sort_unstable();
                values.dedup();
                values.len()
            })
            .collect();
        let few =
            |at: &usize| distinct[*at] <= FEW_VALUES && executions >= OFTEN * distinct[*at] as f64;
        let mut kept: Vec<usize> = (0..count)
            .filter(|at| distinct[*at] > 1)
            .filter(few)
            .collect();
        let parts = self.by_constants(&kept);
        if parts.len() > MOST_PARTS {
            kept.clear();
        }
        let parts = self.by_constants(&kept);
        let of_part = |(key, samples): (Vec<&str>, Vec<Sample<'_>>)| {
            let mut values = as_it_is.clone();
            for at in 0..count {
                if distinct[at] > 1 {
                    values[at] = None;
                }
            }
            for (at, value) in kept.iter().zip(key) {
                values[*at] = Some(value);
            }
            let calls: f64 = samples.iter().map(|(_, calls)| calls).sum();
            let text = self.constants.written(&values);
            // What cannot be a parameter (the length of a type, say) stays as it was seen first.
            let sound = facts_of(&text).is_some();
            Part {
                text: match sound {
                    true => text,
                    false => self.constants.written(&as_it_is),
                },
                share: if executions > 0.0 {
                    calls / executions
                } else {
                    1.0
                },
                forms: match sound {
                    true => seen(&values, &samples, self.facts.parameters),
                    false => Vec::new(),
                },
            }
        };
        if parts.is_empty() {
            return vec![Part {
                text: self.constants.written(&as_it_is),
                share: 1.0,
                forms: Vec::new(),
            }];
        }
        parts.into_iter().map(of_part).collect()
    }

    fn by_constants(&self, kept: &[usize]) -> BTreeMap<Vec<&str>, Vec<Sample<'_>>> {
        let mut parts: BTreeMap<Vec<&str>, Vec<Sample<'_>>> = BTreeMap::new();
        for (key, calls) in &self.samples {
            let of: Vec<&str> = kept.iter().map(|at| key.0[*at].as_str()).collect();
            parts.entry(of).or_default().push((key, *calls));
        }
        parts
    }
}

type Sample<'a> = (&'a Values, f64);

struct Part {
    text: String,
    share: f64,
    forms: Vec<Form>,
}

/// The values that were seen most often, as forms.
fn seen(values: &[Option<&str>], samples: &[Sample<'_>], parameters: u32) -> Vec<Form> {
    let mut found: BTreeMap<Vec<Option<String>>, f64> = BTreeMap::new();
    for ((constants, given), calls) in samples {
        let mut all = given.clone().unwrap_or_default();
        if all.len() != parameters as usize {
            continue;
        }
        let varied = constants.iter().zip(values).filter(|(_, v)| v.is_none());
        all.extend(varied.map(|(constant, _)| Some(constant.clone())));
        if !all.is_empty() {
            *found.entry(all).or_default() += calls;
        }
    }
    let mut found: Vec<(Vec<Option<String>>, f64)> = found.into_iter().collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1));
    found.truncate(MOST_SEEN);
    let all: f64 = found.iter().map(|(_, calls)| calls).sum();
    let label = |at: usize| match found.len() {
        1 => "seen".to_owned(),
        _ => format!("seen {}", at + 1),
    };
    found
        .iter()
        .enumerate()
        .map(|(at, (values, calls))| Form {
            values: Some(values.clone()),
            label: label(at),
            share: calls / all,
        })
        .collect()
}

/// A name that is not taken: as it is, or with a number.
pub(super) fn free_name(wanted: &str, taken: &dyn Fn(&str) -> bool) -> String {
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (2..)
        .map(|number| format!("{wanted} {number}"))
        .find(|name| !taken(name))
        .unwrap_or_default()
}
