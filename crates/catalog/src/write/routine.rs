//! Functions and procedures.

use super::text::{dollar_quote, parenthesised, type_name};
use super::{WriteError, Writer};
use crate::{
    Argument, ArgumentMode, Name, ObjectId, Parallel, Routine, RoutineBody, RoutineKind,
    RoutineSignature, Volatility, quote_identifier, quote_literal,
};

impl Writer {
    /// A function that can be called but does nothing: what others can name before the routine itself
    /// can be made. OR REPLACE gives it its arguments' defaults and its body afterwards.
    pub fn create_routine_outline(
        &self,
        signature: &RoutineSignature,
        routine: &Routine,
        replace: bool,
    ) -> Result<String, WriteError> {
        let mut outline = routine.clone();
        // OR REPLACE can add defaults and not take them away.
        for argument in outline.arguments.iter_mut().filter(|_| !replace) {
            argument.default = None;
        }
        // Not SQL, which the server would put in the place of a call while the outline is there. No
        // body is looked at while check_function_bodies is off.
        outline.language = Name::new("plpgsql");
        outline.body = RoutineBody::Text("BEGIN RETURN NULL; END".to_owned());
        outline.transforms.clear();
        outline.support = None;
        self.create_routine(signature, &outline, replace)
    }

    /// `CREATE FUNCTION` or `CREATE PROCEDURE`; with `replace`, OR REPLACE.
    pub fn create_routine(
        &self,
        signature: &RoutineSignature,
        routine: &Routine,
        replace: bool,
    ) -> Result<String, WriteError> {
        let kind = match routine.kind {
            RoutineKind::Function | RoutineKind::Window => "FUNCTION",
            RoutineKind::Procedure => "PROCEDURE",
        };
        let replace = if replace { "OR REPLACE " } else { "" };
        let head = format!("CREATE {replace}{kind} {}", signature.name.quoted());
        let arguments: Vec<_> = routine
            .arguments
            .iter()
            .filter(|a| a.mode != ArgumentMode::Table)
            .map(argument)
            .collect();
        let mut sql = parenthesised(&head, &arguments, 0);
        if let Some(returns) = returns(signature, routine)? {
            sql.push_str(&format!("\n    {returns}"));
        }
        sql.push_str(&format!("\n    LANGUAGE {}", routine.language.quoted()));
        for attribute in attributes(routine) {
            sql.push_str(&format!("\n    {attribute}"));
        }
        for (parameter, value) in &routine.settings {
            // Parameters of extensions are two names.
            let parameter: Vec<_> = parameter.split('.').map(quote_identifier).collect();
            sql.push_str(&format!("\n    SET {} TO {value}", parameter.join(".")));
        }
        sql.push('\n');
        sql.push_str(&body(&routine.body));
        sql.push(';');
        Ok(sql)
    }
}

fn returns(signature: &RoutineSignature, routine: &Routine) -> Result<Option<String>, WriteError> {
    if routine.kind == RoutineKind::Procedure {
        return Ok(None);
    }
    let columns: Vec<_> = routine
        .arguments
        .iter()
        .filter(|a| a.mode == ArgumentMode::Table)
        .map(argument)
        .collect();
    if !columns.is_empty() {
        return Ok(Some(parenthesised("RETURNS TABLE ", &columns, 4)));
    }
    let has_output = routine
        .arguments
        .iter()
        .any(|a| matches!(a.mode, ArgumentMode::Out | ArgumentMode::InOut));
    match &routine.returns {
        Some(returns) => Ok(Some(format!("RETURNS {}", return_type(returns)))),
        None if has_output => Ok(None),
        None => Err(WriteError::Impossible {
            object: Box::new(ObjectId::Routine(signature.clone())),
            problem: "a function needs a return type or output arguments".to_owned(),
        }),
    }
}

fn return_type(returns: &str) -> String {
    match returns.split_once(' ') {
        Some((setof, element)) if setof.eq_ignore_ascii_case("setof") => {
            format!("SETOF {}", type_name(element.trim()))
        }
        _ => type_name(returns),
    }
}

pub(super) fn argument(argument: &Argument) -> String {
    let mode = match argument.mode {
        ArgumentMode::In | ArgumentMode::Table => None,
        ArgumentMode::Out => Some("OUT".to_owned()),
        ArgumentMode::InOut => Some("INOUT".to_owned()),
        ArgumentMode::Variadic => Some("VARIADIC".to_owned()),
    };
    let default = argument
        .default
        .as_ref()
        .map(|d| format!("DEFAULT {}", d.sql().trim()));
    [
        mode,
        argument.name.as_ref().map(|n| n.quoted()),
        Some(type_name(&argument.data_type)),
        default,
    ]
    .into_iter()
    .flatten()
    .collect::<Vec<_>>()
    .join(" ")
}

/// Attributes that differ from PostgreSQL's defaults. Volatility and the like go on one line.
fn attributes(routine: &Routine) -> Vec<String> {
    let mut behaviour = Vec::new();
    if routine.kind == RoutineKind::Window {
        behaviour.push("WINDOW");
    }
    match routine.volatility {
        Volatility::Immutable => behaviour.push("IMMUTABLE"),
        Volatility::Stable => behaviour.push("STABLE"),
        Volatility::Volatile => {}
    }
    if routine.leakproof {
        behaviour.push("LEAKPROOF");
    }
    if routine.strict {
        behaviour.push("STRICT");
    }
    match routine.parallel {
        Parallel::Safe => behaviour.push("PARALLEL SAFE"),
        Parallel::Restricted => behaviour.push("PARALLEL RESTRICTED"),
        Parallel::Unsafe => {}
    }
    let mut lines = Vec::new();
    if !behaviour.is_empty() {
        lines.push(behaviour.join(" "));
    }
    if routine.security_definer {
        lines.push("SECURITY DEFINER".to_owned());
    }
    if let Some(cost) = &routine.cost {
        lines.push(format!("COST {cost}"));
    }
    if let Some(rows) = &routine.rows {
        lines.push(format!("ROWS {rows}"));
    }
    if let Some(support) = &routine.support {
        lines.push(format!("SUPPORT {}", support.quoted()));
    }
    if !routine.transforms.is_empty() {
        let types: Vec<_> = routine
            .transforms
            .iter()
            .map(|t| format!("FOR TYPE {}", type_name(t)))
            .collect();
        lines.push(format!("TRANSFORM {}", types.join(", ")));
    }
    lines
}

fn body(body: &RoutineBody) -> String {
    match body {
        RoutineBody::Text(text) => format!("AS {}", dollar_quote(text)),
        RoutineBody::Sql(sql) => sql.trim().trim_end_matches(';').trim_end().to_owned(),
        RoutineBody::C(file, symbol) => {
            format!("AS {}, {}", quote_literal(file), quote_literal(symbol))
        }
    }
}
