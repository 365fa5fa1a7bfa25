//! Runs PL/pgSQL and SQL bodies over the catalog in progress.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::SelectStmt;
use pgwright_catalog::{Routine, RoutineBody, RoutineSignature};

use super::evaluate::{Evaluation, Scope};
use super::parse::{self, Block, LoopKind, Sql, Step, StepKind};
use super::perform;
use super::query;
use super::value::{Stop, Value, array_of};
use crate::parse as parser;
use crate::read::failure::Failure;
use crate::read::note::NoteKind;
use crate::read::state::State;
use crate::read::statement;

/// How many statements a body may run, loops counted through.
const MOST_STATEMENTS: usize = 20_000;
/// How deep routines may call routines.
const DEEPEST_CALL: usize = 8;

/// The variable that tells whether the last query had a row.
const FOUND: &str = "found";

/// A run of one body.
pub(super) struct Run<'a> {
    state: &'a mut State,
    body: &'a str,
    scope: Scope,
    depth: usize,
    statements: usize,
    /// Variables that hold whole rows.
    records: BTreeSet<String>,
    /// The last failure was raised by RAISE.
    raised: bool,
}

impl<'a> Run<'a> {
    /// Of a body with variables.
    pub(super) fn new(state: &'a mut State, body: &'a str, mut scope: Scope, depth: usize) -> Self {
        let found = Some(Value::Boolean(false));
        scope.variables.insert(FOUND.to_owned(), found);
        Self {
            state,
            body,
            scope,
            depth,
            statements: 0,
            records: BTreeSet::new(),
            raised: false,
        }
    }

    /// Runs a block; a failure that a handler takes is taken back first.
    pub(super) fn block(&mut self, block: &Block) -> Result<(), Stop> {
        let outer = self.scope.variables.clone();
        let result = self.inner_block(block);
        // Variables of the block are gone, those around it may have changed.
        let declared = block.variables.iter().map(|variable| &variable.name);
        for name in declared {
            match outer.get(name) {
                Some(before) => self.scope.variables.insert(name.clone(), before.clone()),
                None => self.scope.variables.remove(name),
            };
        }
        match result {
            Err(Stop::Exit(Some(label))) if Some(&label) == block.label.as_ref() => Ok(()),
            other => other,
        }
    }

    fn inner_block(&mut self, block: &Block) -> Result<(), Stop> {
        for variable in &block.variables {
            let value = match &variable.first {
                Some(sql) => self.known(sql)?,
                None => Some(Value::Null),
            };
            let name = variable.name.clone();
            if self.is_record(&variable.data_type) {
                self.records.insert(name.clone());
            } else {
                self.records.remove(&name);
            }
            self.scope.variables.insert(name, value);
        }
        if block.handlers.is_empty() {
            return self.steps(&block.steps);
        }
        let mark = self.state.journal.mark();
        self.raised = false;
        let failure = match self.steps(&block.steps) {
            Err(Stop::Failure(failure)) => failure,
            other => return other,
        };
        let raised = std::mem::take(&mut self.raised);
        let handler = block
            .handlers
            .iter()
            .find(|(conditions, _)| conditions.iter().any(|c| fits(c, &failure, raised)));
        let Some((_, steps)) = handler else {
            self.raised = raised;
            return Err(Stop::Failure(failure));
        };
        self.state.roll_back(mark);
        let message = Some(Value::Text(failure.message.clone()));
        self.scope.variables.insert("sqlerrm".to_owned(), message);
        self.scope.variables.insert("sqlstate".to_owned(), None);
        match self.steps(steps) {
            // RAISE without anything raises the same again.
            Err(Stop::Failure(again)) if again.message.is_empty() => Err(Stop::Failure(failure)),
            other => other,
        }
    }

    fn steps(&mut self, steps: &[Step]) -> Result<(), Stop> {
        for step in steps {
            self.statements += 1;
            if self.statements > MOST_STATEMENTS {
                return Err(Stop::unknown("what so many statements do"));
            }
            match self.step(step) {
                Err(Stop::Unknown(what)) => {
                    forget(&step.kind, &mut self.scope);
                    self.set_found(None);
                    if !self.harmless(&step.kind) {
                        let message =
                            format!("line {} of the body: {what} cannot be told", step.line);
                        let hint = Some(super::HINT.to_owned());
                        self.state.note(NoteKind::NotUnderstood, message, hint);
                    }
                }
                other => other?,
            }
        }
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), Stop> {
        match &step.kind {
            StepKind::Block(block) => self.block(block),
            StepKind::If(branches, otherwise) => {
                for (condition, steps) in branches {
                    if self.value(condition)?.truth()? == Some(true) {
                        return self.steps(steps);
                    }
                }
                self.steps(otherwise)
            }
            StepKind::Case(subject, branches, otherwise) => {
                let subject = subject.as_ref().map(|sql| self.value(sql)).transpose()?;
                for (tested, steps) in branches {
                    let taken = match &subject {
                        None => self.value(tested)?.truth()? == Some(true),
                        Some(subject) => {
                            // Several values may stand between commas.
                            let list = format!("ARRAY[{}]", self.text(tested));
                            let values = match self.value_of(&list)? {
                                Value::Array(values) => values,
                                _ => Vec::new(),
                            };
                            let mut taken = false;
                            for value in values {
                                taken |= subject.compare(&value)? == Some(Ordering::Equal);
                            }
                            taken
                        }
                    };
                    if taken {
                        return self.steps(steps);
                    }
                }
                match otherwise {
                    Some(steps) => self.steps(steps),
                    None => Err(Failure::new("case not found").into()),
                }
            }
            StepKind::Loop { label, kind, body } => self.repeat(label.as_deref(), kind, body),
            StepKind::Assign(name, sql) => {
                let value = self.known(sql)?;
                self.scope.variables.insert(name.clone(), value);
                Ok(())
            }
            StepKind::Execute { text, into, using } => {
                let text = self.value(text)?;
                let Some(text) = text.text() else {
                    return Err(Failure::new("query string argument of EXECUTE is null").into());
                };
                // $1 in the text is the first value of USING.
                let before = self.scope.clone();
                for (at, sql) in using.iter().enumerate() {
                    let value = self.known(sql)?;
                    self.scope.variables.insert(format!("${}", at + 1), value);
                }
                let result = self.sql(&text, into);
                // EXECUTE leaves FOUND as it is.
                if let Some(found) = before.variables.get(FOUND) {
                    let found = found.clone();
                    self.scope.variables.insert(FOUND.to_owned(), found);
                }
                for at in 0..using.len() {
                    let name = format!("${}", at + 1);
                    match before.variables.get(&name) {
                        Some(value) => self.scope.variables.insert(name, value.clone()),
                        None => self.scope.variables.remove(&name),
                    };
                }
                result
            }
            StepKind::Perform(sql) => {
                let text = format!("SELECT {}", self.text(sql));
                self.sql(&text, &[])
            }
            StepKind::RaiseException(sql) => {
                self.raised = true;
                let text = self.text(sql);
                let message = text.trim_start_matches("exception").trim();
                Err(Failure::new(format!("the block raises {message}")).into())
            }
            StepKind::Return(sql) => {
                let value = sql.as_ref().map(|sql| self.known(sql)).transpose()?;
                Err(Stop::Return(value.flatten()))
            }
            StepKind::Exit(label, when) => {
                if self.when(when)? {
                    return Err(Stop::Exit(label.clone()));
                }
                Ok(())
            }
            StepKind::Continue(label, when) => {
                if self.when(when)? {
                    return Err(Stop::Continue(label.clone()));
                }
                Ok(())
            }
            StepKind::Statement { text, into } => self.sql(text, into),
            StepKind::Forget(names) => {
                for name in names {
                    if let Some(value) = self.scope.variables.get_mut(name) {
                        *value = None;
                    }
                }
                Ok(())
            }
            StepKind::Nothing => Ok(()),
        }
    }

    fn when(&self, when: &Option<Sql>) -> Result<bool, Stop> {
        match when {
            Some(sql) => Ok(self.value(sql)?.truth()? == Some(true)),
            None => Ok(true),
        }
    }

    fn repeat(&mut self, label: Option<&str>, kind: &LoopKind, body: &[Step]) -> Result<(), Stop> {
        match kind {
            LoopKind::Endless => loop {
                if self.once(label, body)? {
                    return Ok(());
                }
                self.count()?;
            },
            LoopKind::While(condition) => {
                while self.value(condition)?.truth()? == Some(true) {
                    if self.once(label, body)? {
                        return Ok(());
                    }
                    self.count()?;
                }
                Ok(())
            }
            LoopKind::Numbers {
                variable,
                from,
                to,
                by,
                reverse,
            } => {
                let number = |run: &Self, sql: &Sql| {
                    let number = run.value(sql)?.number();
                    number.ok_or_else(|| Stop::unknown("the range of a loop"))
                };
                let (mut at, to) = (number(self, from)?, number(self, to)?);
                let any = if *reverse { at >= to } else { at <= to };
                let by = match by {
                    Some(by) => number(self, by)?.max(1),
                    None => 1,
                };
                while if *reverse { at >= to } else { at <= to } {
                    let value = Some(Value::Integer(at));
                    self.scope.variables.insert(variable.clone(), value);
                    if self.once(label, body)? {
                        break;
                    }
                    self.count()?;
                    at = if *reverse {
                        at.saturating_sub(by)
                    } else {
                        at.saturating_add(by)
                    };
                }
                self.set_found(Some(any));
                Ok(())
            }
            LoopKind::Elements(variable, array) => {
                let elements = match self.value(array)? {
                    Value::Array(elements) => elements,
                    Value::Text(text) => {
                        array_of(&text).ok_or_else(|| Stop::unknown("an array"))?
                    }
                    _ => return Err(Stop::unknown("an array")),
                };
                self.each(
                    label,
                    std::slice::from_ref(variable),
                    single(elements),
                    body,
                )
            }
            LoopKind::Query(variables, sql) => {
                let rows = self.rows(self.text(sql))?;
                self.each(label, variables, rows, body)
            }
            LoopKind::Dynamic(variables, sql, using) => {
                let Some(text) = self.value(sql)?.text() else {
                    return Err(Failure::new("query string argument of EXECUTE is null").into());
                };
                if !using.is_empty() {
                    return Err(Stop::unknown("the rows of a query with parameters"));
                }
                let rows = self.rows(&text)?;
                self.each(label, variables, rows, body)
            }
        }
    }

    fn count(&mut self) -> Result<(), Stop> {
        self.statements += 1;
        if self.statements > MOST_STATEMENTS {
            return Err(Stop::unknown("what so many statements do"));
        }
        Ok(())
    }

    fn each(
        &mut self,
        label: Option<&str>,
        variables: &[String],
        rows: Vec<query::Row>,
        body: &[Step],
    ) -> Result<(), Stop> {
        let any = !rows.is_empty();
        for row in rows {
            self.count()?;
            self.assign(variables, Some(row));
            if self.once(label, body)? {
                break;
            }
        }
        self.set_found(Some(any));
        Ok(())
    }

    /// Runs the body of a loop; true when the loop is left.
    fn once(&mut self, label: Option<&str>, body: &[Step]) -> Result<bool, Stop> {
        let ours = |of: &Option<String>| of.is_none() || of.as_deref() == label;
        match self.steps(body) {
            Ok(()) => Ok(false),
            Err(Stop::Exit(of)) if ours(&of) => Ok(true),
            Err(Stop::Continue(of)) if ours(&of) => Ok(false),
            Err(stop) => Err(stop),
        }
    }

    /// Puts a row into variables: a record takes it whole.
    fn assign(&mut self, variables: &[String], row: Option<query::Row>) {
        if let [variable] = variables {
            let value = match row {
                None => Value::Null,
                Some(row) if self.records.contains(variable) => Value::Row(row),
                Some(row) => row
                    .into_iter()
                    .next()
                    .map_or(Value::Null, |(_, value)| value),
            };
            self.scope.variables.insert(variable.clone(), Some(value));
            return;
        }
        let row = row.unwrap_or_default();
        for (at, variable) in variables.iter().enumerate() {
            let value = row.get(at).map_or(Value::Null, |(_, value)| value.clone());
            self.scope.variables.insert(variable.clone(), Some(value));
        }
    }

    /// Whether a type holds rows: a record, or what a table or composite type has.
    fn is_record(&self, data_type: &Sql) -> bool {
        let text = self.text(data_type).to_ascii_lowercase();
        if text.contains("record") || text.contains("rowtype") {
            return true;
        }
        let parts = super::evaluate::name_parts(&text);
        let found = match parts.as_slice() {
            [name] => self.state.find_relation(None, name),
            [schema, name] => self.state.find_relation(Some(schema), name),
            _ => None,
        };
        found.is_some()
    }

    fn text(&self, sql: &Sql) -> &'a str {
        self.body.get(sql.clone()).unwrap_or_default()
    }

    /// The value of an expression, or nothing when it cannot be told.
    fn known(&self, sql: &Sql) -> Result<Option<Value>, Stop> {
        match self.value(sql) {
            Ok(value) => Ok(Some(value)),
            Err(Stop::Unknown(_)) => Ok(None),
            Err(stop) => Err(stop),
        }
    }

    fn value(&self, sql: &Sql) -> Result<Value, Stop> {
        self.value_of(self.text(sql))
    }

    fn value_of(&self, text: &str) -> Result<Value, Stop> {
        let select = parse_select(&format!("SELECT {text}"))?;
        let evaluation = Evaluation::new(self.state);
        let value = match (select.target_list.as_slice(), select.from_clause.as_slice()) {
            ([target], []) if select.where_clause.is_none() => match &target.node {
                Some(NodeEnum::ResTarget(target)) => match &target.val {
                    Some(node) => evaluation.value(node, &self.scope)?,
                    None => Value::Null,
                },
                _ => return Err(Stop::unknown("an expression")),
            },
            _ => {
                let rows = query::rows(&evaluation, &select, &self.scope)?;
                let first = rows
                    .into_iter()
                    .next()
                    .and_then(|row| row.into_iter().next());
                first.map_or(Value::Null, |(_, value)| value)
            }
        };
        Ok(match value {
            Value::Row(mut row) if row.len() == 1 => row.swap_remove(0).1,
            value => value,
        })
    }

    fn rows(&self, text: &str) -> Result<Vec<query::Row>, Stop> {
        let select = parse_select(text)?;
        query::rows(&Evaluation::new(self.state), &select, &self.scope)
    }

    /// Runs an SQL text, and puts the first row of its result into variables.
    fn sql(&mut self, text: &str, into: &[String]) -> Result<(), Stop> {
        let statements =
            parser::statements(text).map_err(|error| Stop::Failure(Failure::new(error.message)))?;
        for raw in statements {
            let Some(node) = raw.stmt.and_then(|node| node.node) else {
                continue;
            };
            self.node(&node, into)?;
        }
        Ok(())
    }

    fn node(&mut self, node: &NodeEnum, into: &[String]) -> Result<(), Stop> {
        match node {
            NodeEnum::SelectStmt(statement) if statement.into_clause.is_none() => {
                self.set_found(None);
                if !into.is_empty() {
                    self.scope_without(into);
                    let evaluation = Evaluation::new(self.state);
                    let rows = query::rows(&evaluation, statement, &self.scope)?;
                    self.set_found(Some(!rows.is_empty()));
                    self.assign(into, rows.into_iter().next());
                    return Ok(());
                }
                if !statement.from_clause.is_empty() {
                    let rows = query::rows(&Evaluation::new(self.state), statement, &self.scope);
                    self.set_found(rows.ok().map(|rows| !rows.is_empty()));
                }
                perform(self.state, statement, &self.scope, self.depth)
            }
            NodeEnum::VariableShowStmt(statement) if !into.is_empty() => {
                self.scope_without(into);
                let name = statement.name.replace('\'', "''");
                let value = self.value_of(&format!("current_setting('{name}')"))?;
                self.assign(into, Some(vec![(name, value)]));
                Ok(())
            }
            NodeEnum::TransactionStmt(_) => Err(Stop::unknown("what a transaction in a body does")),
            _ => {
                let changes_rows = matches!(
                    node,
                    NodeEnum::InsertStmt(_)
                        | NodeEnum::UpdateStmt(_)
                        | NodeEnum::DeleteStmt(_)
                        | NodeEnum::MergeStmt(_)
                );
                if changes_rows {
                    self.set_found(None);
                }
                let mark = self.state.journal.mark();
                let result = statement::apply(self.state, node);
                if result.is_err() {
                    self.state.roll_back(mark);
                }
                self.scope_without(into);
                match result {
                    Ok(()) => Ok(()),
                    Err(failure) if failure.kind == NoteKind::Failed => Err(failure.into()),
                    Err(failure) => {
                        let (kind, message, hint) = (failure.kind, failure.message, failure.hint);
                        self.state.note(kind, message, hint);
                        Ok(())
                    }
                }
            }
        }
    }

    /// Says whether the last query had a row, where that can be told.
    fn set_found(&mut self, found: Option<bool>) {
        let found = found.map(Value::Boolean);
        self.scope.variables.insert(FOUND.to_owned(), found);
    }

    /// What a result would put into these variables is not known.
    fn scope_without(&mut self, variables: &[String]) {
        for name in variables {
            self.scope.variables.insert(name.clone(), None);
        }
    }

    /// Whether a statement changes nothing that counts, whatever its conditions are.
    fn harmless(&self, kind: &StepKind) -> bool {
        let all = |steps: &[Step]| steps.iter().all(|step| self.harmless(&step.kind));
        match kind {
            StepKind::Nothing | StepKind::Forget(_) | StepKind::Assign(..) => true,
            StepKind::Block(block) => {
                all(&block.steps) && block.handlers.iter().all(|(_, steps)| all(steps))
            }
            StepKind::If(branches, otherwise) => {
                branches.iter().all(|(_, steps)| all(steps)) && all(otherwise)
            }
            StepKind::Case(_, branches, otherwise) => {
                branches.iter().all(|(_, steps)| all(steps))
                    && otherwise.as_ref().is_none_or(|steps| all(steps))
            }
            StepKind::Loop { body, .. } => all(body),
            StepKind::Exit(..) | StepKind::Continue(..) => true,
            StepKind::Return(_) | StepKind::RaiseException(_) => false,
            StepKind::Execute { text, .. } => {
                // The beginning of the text often says that it is about data.
                let text = self.text(text).trim_start();
                let text = text.strip_prefix("format").unwrap_or(text);
                only_data(text.trim_start_matches(['(', '\'', '$', ' ', '\n', '\t', '\r']))
            }
            StepKind::Perform(_) => true,
            StepKind::Statement { text, .. } => only_data(text),
        }
    }
}

/// Whether a statement is about data by its first word.
fn only_data(text: &str) -> bool {
    let first = text
        .split(|c: char| !c.is_ascii_alphabetic())
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    [
        "insert", "update", "delete", "merge", "select", "with", "values", "truncate", "analyze",
        "vacuum", "copy", "lock", "notify", "refresh", "reindex", "set", "reset", "show",
    ]
    .contains(&first.as_str())
}

/// Variables that a statement that was not followed would have changed are not known.
fn forget(kind: &StepKind, scope: &mut Scope) {
    let mut unknown = |name: &String| {
        if let Some(value) = scope.variables.get_mut(name) {
            *value = None;
        }
    };
    match kind {
        StepKind::Assign(name, _) => unknown(name),
        StepKind::Statement { into, .. } | StepKind::Execute { into, .. } => {
            into.iter().for_each(unknown);
        }
        StepKind::Forget(names) => names.iter().for_each(unknown),
        StepKind::Block(block) => {
            let handlers = block.handlers.iter().flat_map(|(_, steps)| steps);
            for step in block.steps.iter().chain(handlers) {
                forget(&step.kind, scope);
            }
        }
        StepKind::If(branches, otherwise) => {
            let steps = branches
                .iter()
                .flat_map(|(_, steps)| steps)
                .chain(otherwise);
            steps.for_each(|step| forget(&step.kind, scope));
        }
        StepKind::Case(_, branches, otherwise) => {
            let steps = branches.iter().flat_map(|(_, steps)| steps);
            let steps = steps.chain(otherwise.iter().flatten());
            steps.for_each(|step| forget(&step.kind, scope));
        }
        StepKind::Loop { body, .. } => body.iter().for_each(|step| forget(&step.kind, scope)),
        _ => {}
    }
}

fn single(elements: Vec<Value>) -> Vec<query::Row> {
    elements
        .into_iter()
        .map(|value| vec![(String::new(), value)])
        .collect()
}

fn parse_select(text: &str) -> Result<SelectStmt, Stop> {
    let statements = parser::statements(text).map_err(|_| Stop::unknown("an expression"))?;
    match statements.into_iter().next().and_then(|raw| raw.stmt?.node) {
        Some(NodeEnum::SelectStmt(select)) => Ok(*select),
        _ => Err(Stop::unknown("a query")),
    }
}

/// Runs a routine with the values of its arguments.
pub(super) fn routine(
    state: &mut State,
    signature: &RoutineSignature,
    routine: &Routine,
    values: Vec<Value>,
    depth: usize,
) -> Result<(), Stop> {
    let name = signature.name.name.as_str();
    let unknown = || Stop::unknown(format!("what {name}() does"));
    if depth > DEEPEST_CALL {
        return Err(unknown());
    }
    let RoutineBody::Text(body) = &routine.body else {
        return Err(unknown());
    };
    let mut scope = Scope::default();
    let inputs = routine.arguments.iter().filter(|argument| {
        use pgwright_catalog::ArgumentMode as M;
        !matches!(argument.mode, M::Out | M::Table)
    });
    for (at, argument) in inputs.enumerate() {
        let value = match (values.get(at), &argument.default) {
            (Some(value), _) => Some(typed(state, value.clone(), &argument.data_type)?),
            (None, Some(default)) => {
                let select = parse_select(&format!("SELECT {}", default.sql()))?;
                let rows = query::rows(&Evaluation::new(state), &select, &Scope::default());
                rows.ok()
                    .and_then(|rows| Some(rows.into_iter().next()?.into_iter().next()?.1))
            }
            (None, None) => return Err(unknown()),
        };
        scope
            .variables
            .insert(format!("${}", at + 1), value.clone());
        if let Some(name) = &argument.name {
            scope.variables.insert(name.to_string(), value);
        }
    }
    let session = state.session.clone();
    state.touch_session();
    for (setting, value) in &routine.settings {
        if setting == "search_path" {
            let path = super::session::path_of(value);
            // Within a routine only names are found another way.
            state.session.search_path = path
                .into_iter()
                .filter(|name| !matches!(name.as_str(), "" | "''"))
                .map(pgwright_catalog::Name::new)
                .collect();
        }
    }
    let result = match routine.language.as_str() {
        "plpgsql" => match parse::parse(body) {
            Ok(block) => Run::new(state, body, scope, depth).block(&block),
            Err(_) => Err(unknown()),
        },
        "sql" => Run::new(state, body, scope, depth).sql(body, &[]),
        _ => Err(unknown()),
    };
    for setting in routine.settings.keys() {
        super::session::copy_setting(&session, &mut state.session, setting);
    }
    match result {
        Err(Stop::Return(_) | Stop::Exit(_) | Stop::Continue(_)) => Ok(()),
        other => other,
    }
}

/// A value as the type of an argument makes it.
fn typed(state: &State, value: Value, data_type: &str) -> Result<Value, Stop> {
    use super::value::Class;
    let class = match data_type {
        "regclass" => Class::Relation,
        "regtype" => Class::Type,
        "regnamespace" => Class::Schema,
        "regproc" | "regprocedure" => Class::Routine,
        "regrole" => Class::Role,
        "text[]" | "character varying[]" | "name[]" => {
            return Ok(match value {
                Value::Text(text) => array_of(&text).map_or(Value::Text(text), Value::Array),
                other => other,
            });
        }
        _ => return Ok(value),
    };
    Evaluation::new(state).object(value, class, true)
}

/// Whether a handler's condition takes a failure.
fn fits(condition: &str, failure: &Failure, raised: bool) -> bool {
    if condition == "others" {
        return true;
    }
    if raised {
        return matches!(condition, "raise_exception" | "P0001" | "p0001");
    }
    let wanted = match condition.to_ascii_uppercase().as_str() {
        "42P07" => "duplicate_table",
        "42710" => "duplicate_object",
        "42701" => "duplicate_column",
        "42P06" => "duplicate_schema",
        "42723" => "duplicate_function",
        "42P01" => "undefined_table",
        "42703" => "undefined_column",
        "42704" => "undefined_object",
        "42883" => "undefined_function",
        "3F000" => "invalid_schema_name",
        "2BP01" => "dependent_objects_still_exist",
        "42P16" => "invalid_table_definition",
        _ => condition,
    };
    condition_of(&failure.message) == wanted
}

/// PostgreSQL's name of the condition that a message reports.
fn condition_of(message: &str) -> &'static str {
    let kind = message.split([' ', '"']).next().unwrap_or_default();
    let of_a_relation = message.contains(" for relation ") || message.contains(" for table ");
    if message.ends_with("already exists") || message.contains("already exists in") {
        return match kind {
            "column" => "duplicate_column",
            "schema" => "duplicate_schema",
            "function" | "procedure" | "operator" => "duplicate_function",
            "relation" | "table" if !of_a_relation => "duplicate_table",
            _ => "duplicate_object",
        };
    }
    if message.starts_with("multiple primary keys") {
        return "invalid_table_definition";
    }
    if message.contains("other objects depend on it") {
        return "dependent_objects_still_exist";
    }
    if message.contains("does not exist") {
        return match kind {
            "column" => "undefined_column",
            "schema" => "invalid_schema_name",
            "function" | "procedure" | "aggregate" | "operator" => "undefined_function",
            "relation" | "table" | "view" | "sequence" if !of_a_relation => "undefined_table",
            _ => "undefined_object",
        };
    }
    ""
}
