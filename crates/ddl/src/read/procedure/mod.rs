//! Blocks, functions and queries that change the schema while a text is read: DO, CALL, SELECT f().
//!
//! PL/pgSQL is followed as far as its conditions and texts can be told from the catalog in progress.
//! What cannot be told is noted, and has no effect.

mod evaluate;
mod functions;
mod parse;
mod query;
mod run;
mod system_tables;
#[cfg(test)]
mod tests;
mod value;

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{CallStmt, DoStmt, FuncCall, Node, SelectStmt};
use pgwright_catalog::{QualifiedName, Routine, RoutineBody, RoutineSignature, Volatility};

use self::evaluate::{Evaluation, Scope};
use self::run::Run;
use self::value::{Stop, Value};
use super::failure::Failure;
use super::names::strings;
use super::state::State;
use super::text::session;
use crate::analyze::system;

/// What a note about something undecided advises.
const HINT: &str = "read the schema from a server that ran the text";

/// DO.
pub(super) fn anonymous(state: &mut State, statement: &DoStmt) -> Result<(), Failure> {
    let mut body = None;
    let mut language = "plpgsql".to_owned();
    for argument in &statement.args {
        if let Some(NodeEnum::DefElem(element)) = &argument.node
            && let Some(Some(NodeEnum::String(text))) = element.arg.as_ref().map(|arg| &arg.node)
        {
            match element.defname.as_str() {
                "as" => body = Some(text.sval.clone()),
                _ => language = text.sval.to_ascii_lowercase(),
            }
        }
    }
    let body = body.ok_or_else(|| Failure::new("no inline code specified"))?;
    if language != "plpgsql" {
        let message = format!("a block in the language {language}");
        return Err(Failure::not_understood(message).hint(HINT));
    }
    let block = parse::parse(&body).map_err(|what| {
        Failure::not_understood(format!("the DO block is not read: {what}")).hint(HINT)
    })?;
    let mut run = Run::new(state, &body, Scope::default(), 0);
    match run.block(&block) {
        Ok(()) | Err(Stop::Return(_) | Stop::Exit(_) | Stop::Continue(_)) => Ok(()),
        Err(stop) => Err(failure(stop, "the DO block")),
    }
}

/// CALL.
pub(super) fn procedure(state: &mut State, statement: &CallStmt) -> Result<(), Failure> {
    match statement.funccall.as_ref() {
        Some(call) => perform_call(state, call, &Scope::default(), 0).map_err(|stop| {
            let name = strings(&call.funcname).join(".");
            failure(stop, &format!("CALL {name}"))
        }),
        None => Ok(()),
    }
}

/// A query that is run for its effects: functions that set, create or change something.
pub(super) fn select(state: &mut State, select: &SelectStmt) -> Result<(), Failure> {
    perform(state, select, &Scope::default(), 0).map_err(|stop| failure(stop, "the query"))
}

fn failure(stop: Stop, what: &str) -> Failure {
    match stop {
        Stop::Failure(failure) => failure,
        Stop::Unknown(reason) => {
            Failure::not_understood(format!("{what}: {reason} cannot be told")).hint(HINT)
        }
        Stop::Return(_) | Stop::Exit(_) | Stop::Continue(_) => Failure::not_understood(what),
    }
}

/// The routines of a name.
pub(super) fn routines<'a>(
    state: &'a State,
    name: &'a QualifiedName,
) -> impl Iterator<Item = (&'a RoutineSignature, &'a Routine)> {
    let first = RoutineSignature {
        name: name.clone(),
        arguments: Vec::new(),
    };
    let routines = state.catalog.routines.range(first..);
    routines.take_while(move |(signature, _)| signature.name == *name)
}

/// Runs a query for its effects.
fn perform(
    state: &mut State,
    select: &SelectStmt,
    scope: &Scope,
    depth: usize,
) -> Result<(), Stop> {
    let mut calls = Vec::new();
    calls_of(select, &mut calls);
    let effective: Vec<&FuncCall> = calls
        .into_iter()
        .map(|call| effect(state, call).map(|effect| (call, effect)))
        .filter_map(|result| match result {
            Ok((_, Effect::None)) => None,
            Ok((call, Effect::Some)) => Some(Ok(call)),
            Err(stop) => Some(Err(stop)),
        })
        .collect::<Result<_, _>>()?;
    if effective.is_empty() {
        return Ok(());
    }
    // Only calls that are targets themselves, once for each row of what is known.
    let targets: Vec<&FuncCall> = select
        .target_list
        .iter()
        .filter_map(|target| match &target.node {
            Some(NodeEnum::ResTarget(target)) => match &target.val.as_ref()?.node {
                Some(NodeEnum::FuncCall(call)) => Some(call.as_ref()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    let alone = |call: &FuncCall| targets.iter().any(|target| std::ptr::eq(*target, call));
    let in_from = |call: &FuncCall| match select.from_clause.as_slice() {
        [
            Node {
                node: Some(NodeEnum::RangeFunction(function)),
            },
        ] => matches!(function.functions.first().map(|node| &node.node),
            Some(Some(NodeEnum::List(list)))
                if matches!(list.items.first().map(|node| &node.node), Some(Some(NodeEnum::FuncCall(only)))
                    if std::ptr::eq(only.as_ref(), call))),
        _ => false,
    };
    if let [call] = effective.as_slice()
        && in_from(call)
        && select.where_clause.is_none()
    {
        return perform_call(state, call, scope, depth);
    }
    if !effective.iter().all(|call| alone(call)) {
        let names = effective
            .first()
            .map(|call| strings(&call.funcname).join("."));
        return Err(Stop::unknown(format!(
            "what {}() does",
            names.unwrap_or_default()
        )));
    }
    if select.from_clause.is_empty() && select.where_clause.is_none() {
        for call in effective {
            perform_call(state, call, scope, depth)?;
        }
        return Ok(());
    }
    // The arguments for each row are told before the first call changes anything.
    let mut wanted = Vec::new();
    for call in effective {
        let mut arguments = select.clone();
        arguments.target_list = call
            .args
            .iter()
            .map(|argument| Node {
                node: Some(NodeEnum::ResTarget(Box::new(
                    pg_query::protobuf::ResTarget {
                        val: Some(Box::new(argument.clone())),
                        ..Default::default()
                    },
                ))),
            })
            .collect();
        let rows = query::rows(&Evaluation::new(state), &arguments, scope)?;
        let rows = rows
            .into_iter()
            .map(|row| row.into_iter().map(|(_, value)| value).collect());
        wanted.push((call, rows.collect::<Vec<Vec<Value>>>()));
    }
    for (call, rows) in wanted {
        for values in rows {
            run_call(state, call, values, depth)?;
        }
    }
    Ok(())
}

/// Whether a call may change the schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    None,
    Some,
}

/// Words in a body that say it may change the schema, or run what it puts together.
const CHANGING: &[&str] = &[
    "create",
    "alter",
    "drop",
    "grant",
    "revoke",
    "comment",
    "execute",
    "security",
    "reassign",
    "import",
    "set_config",
    "refresh",
    "cluster",
];

/// Functions of known extensions and of the system that change a schema.
const CHANGES: &[&str] = &[
    "set_config",
    "addgeometrycolumn",
    "dropgeometrycolumn",
    "dropgeometrytable",
    "updategeometrysrid",
    "create_hypertable",
    "create_distributed_table",
    "create_reference_table",
    "create_parent",
    "add_dimension",
    "create_graph",
    "dblink_exec",
    "query_to_xml",
];

fn effect(state: &State, call: &FuncCall) -> Result<Effect, Stop> {
    let names = strings(&call.funcname);
    let (schema, name) = match names.as_slice() {
        [.., schema, name] => (Some(*schema), *name),
        [name] => (None, *name),
        [] => return Ok(Effect::None),
    };
    if CHANGES.contains(&name.to_ascii_lowercase().as_str()) {
        return Ok(Effect::Some);
    }
    if let Some((_, routine)) = find(state, call) {
        return Ok(routine_effect(state, routine, 0));
    }
    let of_the_system = schema.is_none_or(|schema| schema == "pg_catalog")
        && (!system::catalog().functions(name).is_empty()
            || aggregate_of_the_user(state, schema, name));
    if of_the_system || aggregate_of_the_user(state, schema, name) {
        return Ok(Effect::None);
    }
    if state.catalog.extensions.is_empty() {
        let text = names.join(".");
        return Err(Failure::new(format!("function {text}() does not exist")).into());
    }
    // An extension has it: what it does depends on the extension. Those that only answer are many.
    Ok(if pure_by_name(name) {
        Effect::None
    } else {
        Effect::Some
    })
}

/// Functions of extensions that people call in queries, and that change nothing.
fn pure_by_name(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    [
        "uuid_",
        "gen_",
        "st_",
        "postgis_",
        "similarity",
        "word_similarity",
        "show_",
        "unaccent",
        "crypt",
        "digest",
        "hmac",
        "encrypt",
        "decrypt",
        "pgp_",
        "armor",
        "dearmor",
        "ltree",
        "text2ltree",
        "subpath",
        "nlevel",
        "hstore",
        "akeys",
        "avals",
        "each",
        "earth",
        "ll_to_earth",
        "cube",
        "levenshtein",
        "soundex",
        "metaphone",
        "dmetaphone",
        "normal_rand",
        "crosstab",
        "connectby",
        "time_bucket",
        "pg_stat_statements",
    ]
    .iter()
    .any(|beginning| name.starts_with(beginning))
}

fn aggregate_of_the_user(state: &State, schema: Option<&str>, name: &str) -> bool {
    state.catalog.aggregates.keys().any(|signature| {
        signature.name.name.as_str() == name
            && schema.is_none_or(|schema| signature.name.schema.as_str() == schema)
    })
}

/// Whether a routine may change the schema: one that promises not to, or whose body has no word for it, or
/// calls no routine that may, does not.
fn routine_effect(state: &State, routine: &Routine, depth: usize) -> Effect {
    let body = match &routine.body {
        RoutineBody::Text(body) | RoutineBody::Sql(body) => body,
        RoutineBody::C(..) => return Effect::None,
    };
    if routine.volatility != Volatility::Volatile {
        return Effect::None;
    }
    if !matches!(routine.language.as_str(), "sql" | "plpgsql") || depth > 8 {
        return Effect::Some;
    }
    let Ok(tokens) = crate::parse::tokens(body) else {
        return Effect::Some;
    };
    let words: BTreeSet<String> = tokens
        .iter()
        .map(|token| crate::parse::text_of(body, token).to_ascii_lowercase())
        .collect();
    if CHANGING.iter().any(|word| words.contains(*word)) {
        return Effect::Some;
    }
    // Routines of the text that this one may call.
    let called = state.catalog.routines.iter().any(|(signature, other)| {
        words.contains(signature.name.name.as_str())
            && !std::ptr::eq(other, routine)
            && routine_effect(state, other, depth + 4) == Effect::Some
    });
    if called {
        return Effect::Some;
    }
    Effect::None
}

/// The routine that a call means: by name and number of arguments.
fn find<'a>(state: &'a State, call: &FuncCall) -> Option<(&'a RoutineSignature, &'a Routine)> {
    let names = strings(&call.funcname);
    let (schemas, name): (Vec<String>, &str) = match names.as_slice() {
        [.., schema, name] => (vec![(*schema).to_owned()], name),
        [name] => {
            let path = state.visible_schemas();
            (path.iter().map(ToString::to_string).collect(), name)
        }
        [] => return None,
    };
    let count = call.args.len();
    for schema in schemas {
        let name = QualifiedName::new(schema, name);
        let fitting = state
            .catalog
            .routines
            .range(
                RoutineSignature {
                    name: name.clone(),
                    arguments: Vec::new(),
                }..,
            )
            .take_while(|(signature, _)| signature.name == name)
            .filter(|(signature, routine)| {
                let optional = routine
                    .arguments
                    .iter()
                    .filter(|a| a.default.is_some())
                    .count();
                let most = signature.arguments.len();
                (most.saturating_sub(optional)..=most).contains(&count)
            });
        if let Some(found) = fitting.min_by_key(|(signature, _)| signature.arguments.len()) {
            return Some(found);
        }
    }
    None
}

/// Runs a call for its effects.
fn perform_call(
    state: &mut State,
    call: &FuncCall,
    scope: &Scope,
    depth: usize,
) -> Result<(), Stop> {
    let values = Evaluation::new(state).values(&call.args, scope)?;
    run_call(state, call, values, depth)
}

fn run_call(
    state: &mut State,
    call: &FuncCall,
    values: Vec<Value>,
    depth: usize,
) -> Result<(), Stop> {
    let names = strings(&call.funcname);
    if let ["set_config"] | ["pg_catalog", "set_config"] = names.as_slice() {
        let text = |at: usize| values.get(at).and_then(Value::text);
        let (Some(name), Some(value)) = (text(0), text(1)) else {
            return Ok(());
        };
        let local = values.get(2).map_or(Ok(None), Value::truth)? == Some(true);
        let name = name.to_ascii_lowercase();
        let values = if name == "search_path" {
            session::path_of(&value)
        } else {
            vec![value]
        };
        return Ok(session::change(state, &name, Some(values), local)?);
    }
    let found = find(state, call).map(|(signature, routine)| (signature.clone(), routine.clone()));
    match found {
        Some((_, routine)) if routine_effect(state, &routine, 0) == Effect::None => Ok(()),
        Some((signature, routine)) => run::routine(state, &signature, &routine, values, depth + 1),
        None => Err(Stop::unknown(format!("what {}() does", names.join(".")))),
    }
}

/// The function calls of a query, those of its subqueries included.
fn calls_of<'a>(select: &'a SelectStmt, found: &mut Vec<&'a FuncCall>) {
    for list in [
        &select.target_list,
        &select.from_clause,
        &select.group_clause,
        &select.sort_clause,
        &select.values_lists,
    ] {
        list.iter().for_each(|node| calls_in(node, found));
    }
    for node in [
        &select.where_clause,
        &select.having_clause,
        &select.limit_count,
        &select.limit_offset,
    ] {
        node.iter().for_each(|node| calls_in(node, found));
    }
    if let Some(with) = &select.with_clause {
        for cte in &with.ctes {
            if let Some(NodeEnum::CommonTableExpr(cte)) = &cte.node {
                cte.ctequery.iter().for_each(|node| calls_in(node, found));
            }
        }
    }
    for side in [&select.larg, &select.rarg].into_iter().flatten() {
        calls_of(side, found);
    }
}

fn calls_in<'a>(node: &'a Node, found: &mut Vec<&'a FuncCall>) {
    if let Some(node) = &node.node {
        calls_in_enum(node, found);
    }
}

fn calls_in_enum<'a>(node: &'a NodeEnum, found: &mut Vec<&'a FuncCall>) {
    match node {
        NodeEnum::SelectStmt(select) => calls_of(select, found),
        NodeEnum::ResTarget(target) => target.val.iter().for_each(|node| calls_in(node, found)),
        NodeEnum::RangeSubselect(subselect) => {
            subselect
                .subquery
                .iter()
                .for_each(|node| calls_in(node, found));
        }
        NodeEnum::RangeFunction(function) => {
            function
                .functions
                .iter()
                .for_each(|node| calls_in(node, found));
        }
        NodeEnum::JoinExpr(join) => {
            for part in [&join.larg, &join.rarg, &join.quals].into_iter().flatten() {
                calls_in(part, found);
            }
        }
        _ => {
            if let NodeEnum::FuncCall(call) = node {
                found.push(call);
            }
            for child in crate::tree::children(node) {
                calls_in_enum(child, found);
            }
        }
    }
}
