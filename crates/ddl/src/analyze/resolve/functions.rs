//! Function calls: candidates by name and number of arguments, variadic and with defaults.

use std::sync::Arc;

use super::candidates::{Candidate, match_arguments, select_candidate};
use crate::analyze::coerce::{CoercionContext, Pathway, find_pathway};
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::system::catalog;
use crate::analyze::tree::{Expr, Function, RteColumn, Type};
use crate::analyze::types::{
    base_type, category, composite_columns, is_composite, look_up_name, type_category,
};

/// A call to resolve.
pub(crate) struct Call<'c> {
    /// The name, qualified or not.
    pub name: &'c [&'c str],
    /// The types of the arguments.
    pub arguments: &'c [Type],
    /// The names of the last arguments, when in named notation.
    pub names: &'c [&'c str],
    /// Whether arguments may be gathered for VARIADIC: not when VARIADIC was written.
    pub expand_variadic: bool,
    /// Whether the only argument is a plain literal.
    pub literal: bool,
}

/// What a call means.
#[derive(Debug)]
pub(crate) enum Found {
    /// A function.
    Function(FunctionMatch),
    /// A cast written as a function.
    Coercion(Type),
    /// Nothing.
    None,
}

/// A function with how the arguments map to its own.
#[derive(Debug, Clone)]
pub(crate) struct FunctionMatch {
    /// The function.
    pub function: Arc<Function>,
    /// Declared types in the order of the actual arguments.
    pub declared: Vec<Type>,
    /// Places of the actual arguments among the function's own, in named notation.
    pub places: Vec<usize>,
    /// How many of the last actual arguments are gathered into the variadic array.
    pub gathered: usize,
    /// Position in the search path.
    path: usize,
    /// How many arguments are left to defaults.
    defaulted: usize,
}

impl Candidate for FunctionMatch {
    fn arguments(&self) -> &[Type] {
        &self.declared
    }
}

/// Finds what a call means.
pub(crate) fn find_function(env: &dyn Environment, call: &Call<'_>) -> Result<Found, Undecided> {
    let candidates = candidates(env, call)?;
    if let Some(exact) = candidates.iter().find(|c| c.declared == call.arguments) {
        return Ok(Found::Function(exact.clone()));
    }
    if let ([source], []) = (call.arguments, call.names)
        && let Some(target) = coercion(env, call, source)?
    {
        return Ok(Found::Coercion(target));
    }
    let mut kept = match_arguments(env, call.arguments, candidates)?;
    if kept.len() > 1 {
        return match select_candidate(env, call.arguments, kept)? {
            Some(chosen) => Ok(Found::Function(chosen)),
            None => Err(Undecided::new(format!(
                "function {} is not unique",
                call.name.join(".")
            ))),
        };
    }
    Ok(kept.pop().map_or(Found::None, Found::Function))
}

/// `f(x)` that means a cast, `f` being the name of a type.
fn coercion(
    env: &dyn Environment,
    call: &Call<'_>,
    source: &Type,
) -> Result<Option<Type>, Undecided> {
    let Some(target) = look_up_name(env, call.name) else {
        return Ok(None);
    };
    if is_composite(env, &target) {
        return Ok(None);
    }
    if *source == Type::UNKNOWN && call.literal {
        return Ok(Some(target));
    }
    let is_coercion = match find_pathway(env, source, &target, CoercionContext::Explicit)? {
        Some(Pathway::Relabel) => true,
        Some(Pathway::ViaIo) => {
            let row = *source == Type::RECORD || is_composite(env, &base_type(env, source));
            !(row && type_category(env, &target) == category::STRING)
        }
        _ => false,
    };
    Ok(is_coercion.then_some(target))
}

/// The functions of a name, with their position in the search path.
fn functions(env: &dyn Environment, name: &[&str]) -> Vec<(usize, Arc<Function>)> {
    match name {
        [name] => {
            let system = catalog()
                .functions(name)
                .iter()
                .filter(|f| &*f.schema == "pg_catalog")
                .map(|f| (0, f.clone()));
            let path = env.search_path();
            let users = env.functions(None, name).into_iter().map(|f| {
                let place = path.iter().position(|s| *s == f.schema);
                (place.map_or(usize::MAX, |p| p + 1), f)
            });
            system.chain(users).collect()
        }
        [schema, name] | [_, schema, name] => {
            let system = catalog()
                .functions(name)
                .iter()
                .filter(|f| &*f.schema == *schema)
                .map(|f| (0, f.clone()));
            let users = env.functions(Some(schema), name).into_iter();
            system.chain(users.map(|f| (0, f))).collect()
        }
        _ => Vec::new(),
    }
}

/// The candidates of a call, of those with the same arguments the first in the search path.
fn candidates(env: &dyn Environment, call: &Call<'_>) -> Result<Vec<FunctionMatch>, Undecided> {
    let mut kept: Vec<FunctionMatch> = Vec::new();
    for (path, function) in functions(env, call.name) {
        let Some(found) = match_call(&function, call, path) else {
            continue;
        };
        let same = kept
            .iter()
            .position(|other| other.declared == found.declared);
        match same.and_then(|place| kept.get_mut(place)) {
            None => kept.push(found),
            Some(other) if better(&found, other) => *other = found,
            Some(other) if better(other, &found) => {}
            Some(_) => {
                return Err(Undecided::new(format!(
                    "function {} is not unique",
                    call.name.join(".")
                )));
            }
        }
    }
    Ok(kept)
}

/// Of two candidates with the same effective arguments, whether the first hides the second.
fn better(one: &FunctionMatch, other: &FunctionMatch) -> bool {
    if one.path != other.path {
        return one.path < other.path;
    }
    if (one.gathered > 0) != (other.gathered > 0) {
        return one.gathered == 0;
    }
    if one.gathered > 0 {
        // More arguments that are declared singly.
        return one.function.arguments.len() > other.function.arguments.len();
    }
    one.defaulted < other.defaulted
}

/// How a function takes the arguments of a call; none when their number or names do not fit.
fn match_call(function: &Arc<Function>, call: &Call<'_>, path: usize) -> Option<FunctionMatch> {
    let actual = call.arguments.len();
    let declared = function.arguments.len();
    let result = |declared: Vec<Type>, places, gathered, defaulted| FunctionMatch {
        function: function.clone(),
        declared,
        places,
        gathered,
        path,
        defaulted,
    };
    if !call.names.is_empty() {
        return match_names(function, call)
            .map(|(types, places)| result(types, places, 0, declared.saturating_sub(actual)));
    }
    if let (true, Some(element)) = (call.expand_variadic, &function.variadic) {
        let fixed = declared.saturating_sub(1);
        // At least one argument must be there to be gathered, unless it has a default.
        if actual >= declared {
            let mut types: Vec<Type> = function.arguments.iter().take(fixed).cloned().collect();
            types.resize(actual, element.clone());
            return Some(result(types, Vec::new(), actual - fixed, 0));
        }
    }
    if actual > declared || actual + function.defaults < declared {
        return None;
    }
    let types = function.arguments.iter().take(actual).cloned().collect();
    Some(result(types, Vec::new(), 0, declared - actual))
}

/// Named notation: the places of the arguments, positional ones first.
fn match_names(function: &Function, call: &Call<'_>) -> Option<(Vec<Type>, Vec<usize>)> {
    let actual = call.arguments.len();
    let declared = function.arguments.len();
    if function.variadic.is_some() && call.expand_variadic || actual > declared {
        return None;
    }
    let inputs = input_names(function);
    let positional = actual - call.names.len();
    let mut places: Vec<usize> = (0..positional).collect();
    for name in call.names {
        let place = inputs.iter().position(|n| n.as_deref() == Some(name))?;
        if places.contains(&place) {
            return None;
        }
        places.push(place);
    }
    // What is not given must have a default.
    let first_default = declared - function.defaults.min(declared);
    if (0..first_default).any(|place| !places.contains(&place)) {
        return None;
    }
    let types = places
        .iter()
        .map(|place| function.arguments.get(*place).cloned())
        .collect::<Option<Vec<_>>>()?;
    Some((types, places))
}

/// The names of the input arguments.
fn input_names(function: &Function) -> Vec<Option<Arc<str>>> {
    if function.argument_modes.is_empty() {
        return function.argument_names.clone();
    }
    function
        .argument_names
        .iter()
        .zip(&function.argument_modes)
        .filter(|(_, mode)| matches!(mode, b'i' | b'b' | b'v'))
        .map(|(name, _)| name.clone())
        .collect()
}

/// What a function in FROM gives.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum FunctionResult {
    /// A value.
    Scalar(Type),
    /// Rows of known columns.
    Composite(Vec<RteColumn>),
    /// Rows whose columns a column definition list must say.
    Record,
}

/// The columns of a call in FROM (`get_expr_result_type`).
pub(crate) fn result_columns(env: &dyn Environment, expr: &Expr) -> FunctionResult {
    let data_type = expr.data_type();
    if let Expr::FuncExpr(call) = expr
        && let Some(columns) = output_columns(env, &call.function, &call.arguments)
    {
        return FunctionResult::Composite(columns);
    }
    if data_type == Type::RECORD {
        if let Expr::Row(row) = expr {
            let columns = row.arguments.iter().enumerate();
            return FunctionResult::Composite(
                columns
                    .map(|(i, e)| RteColumn {
                        name: format!("f{}", i + 1).into(),
                        data_type: e.data_type(),
                        typmod: e.typmod(),
                        collation: None,
                    })
                    .collect(),
            );
        }
        return FunctionResult::Record;
    }
    match composite_columns(env, &data_type) {
        Some(columns) => FunctionResult::Composite(columns),
        None => FunctionResult::Scalar(data_type),
    }
}

/// The columns that two or more output arguments (or one of a function returning `record`) make.
fn output_columns(
    env: &dyn Environment,
    function: &Function,
    arguments: &[Expr],
) -> Option<Vec<RteColumn>> {
    if function.returns != Type::RECORD || function.argument_modes.is_empty() {
        return None;
    }
    let actual: Vec<Type> = arguments.iter().map(Expr::data_type).collect();
    let columns: Vec<RteColumn> = function
        .all_arguments
        .iter()
        .zip(&function.argument_modes)
        .enumerate()
        .filter(|(_, (_, mode))| matches!(mode, b'o' | b'b' | b't'))
        .enumerate()
        .map(|(number, (place, (declared, _)))| {
            let name = function.argument_names.get(place).cloned().flatten();
            let mut inputs = function.arguments.clone();
            let resolved =
                crate::analyze::coerce::enforce_consistency(env, &actual, &mut inputs, declared);
            RteColumn {
                name: name
                    .filter(|n| !n.is_empty())
                    .unwrap_or_else(|| format!("column{}", number + 1).into()),
                data_type: resolved.unwrap_or(Type::UNKNOWN),
                typmod: -1,
                collation: None,
            }
        })
        .collect();
    (!columns.is_empty()).then_some(columns)
}
