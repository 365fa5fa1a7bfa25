//! Function calls (`ParseFuncOrColumn`).

use pg_query::NodeEnum;
use pg_query::protobuf::{self, FuncCall};

use crate::analyze::coerce::{CoercionContext, coerce_type, enforce_consistency};
use crate::analyze::error::Undecided;
use crate::analyze::resolve::{Call, Found, coerce_arguments, find_function};
use crate::analyze::state::{ExprKind, ParseState};
use crate::analyze::tree::{
    ArrayExpr, CoercionForm, Expr, FuncExpr, Function, FunctionKind, NamedArg, Type,
};
use crate::analyze::types::{array_type, format_type, string_of};
use std::sync::Arc;

/// A call with its function found and its arguments coerced.
pub(super) struct ResolvedCall {
    pub(super) function: Arc<Function>,
    pub(super) data_type: Type,
    pub(super) variadic: bool,
    pub(super) arguments: Vec<Expr>,
    /// The declared types of the arguments, after polymorphism is resolved.
    pub(super) actual: Vec<Type>,
}

impl ParseState<'_> {
    pub(super) fn function_call(&mut self, call: &FuncCall) -> Result<Expr, Undecided> {
        self.function_call_inner(call)
            .map_err(|e| e.or_at(call.location))
    }

    fn function_call_inner(&mut self, call: &FuncCall) -> Result<Expr, Undecided> {
        let name: Vec<&str> = call.funcname.iter().filter_map(string_of).collect();
        let mut arguments = Vec::with_capacity(call.args.len());
        let mut names: Vec<&str> = Vec::new();
        for node in &call.args {
            if let Some(NodeEnum::NamedArgExpr(named)) = node.node.as_ref() {
                names.push(&named.name);
                arguments.push(self.required(named.arg.as_deref())?);
            } else if names.is_empty() {
                arguments.push(self.transform(node)?);
            } else {
                return Err(Undecided::new(
                    "positional argument cannot follow named argument",
                ));
            }
        }
        if call.agg_within_group {
            // The aggregated arguments follow the direct ones.
            for node in &call.agg_order {
                let Some(NodeEnum::SortBy(sort)) = node.node.as_ref() else {
                    return Err(Undecided::new("WITHIN GROUP"));
                };
                arguments.push(self.required(sort.node.as_deref())?);
            }
        }
        let plain = call.agg_order.is_empty()
            && call.agg_filter.is_none()
            && !call.agg_star
            && !call.agg_distinct
            && call.over.is_none();
        // A function of a row may be a field in function notation.
        let could_be_field = plain && !call.func_variadic && names.is_empty() && name.len() == 1;
        let row = match arguments.as_slice() {
            [row] if could_be_field && self.is_row(&row.data_type()) => Some(row.clone()),
            _ => None,
        };
        let resolved = match self.resolve(&name, arguments, &names, call.func_variadic)? {
            Ok(resolved) => resolved,
            Err(Resolution::Cast(expr)) if plain => return Ok(expr),
            Err(_) => {
                if let (Some(row), Some(field)) = (row, name.first())
                    && let Some(field) = self.field(field, &row)
                {
                    return Ok(field);
                }
                return Err(Undecided::new(format!(
                    "function {} is not known",
                    name.join(".")
                )));
            }
        };
        match (resolved.function.kind, call.over.as_deref()) {
            (FunctionKind::Function, None) => {
                if !plain {
                    return Err(Undecided::new(format!(
                        "{} is not an aggregate",
                        name.join(".")
                    )));
                }
                if resolved.function.returns_set && self.kind == ExprKind::SelectTarget {
                    self.has_target_srfs.set(true);
                }
                Ok(function_expression(resolved, form_of(call)))
            }
            (FunctionKind::Aggregate(_), None) => self.aggregate(call, resolved),
            (FunctionKind::Aggregate(_) | FunctionKind::Window, Some(over)) => {
                self.window_function(call, resolved, over)
            }
            (FunctionKind::Procedure, _) => {
                Err(Undecided::new(format!("{} is a procedure", name.join("."))))
            }
            _ => Err(Undecided::new(format!("the use of {}", name.join(".")))),
        }
    }

    /// `value.name` where `name` is no field: a function of one argument.
    pub(super) fn call_in_column_notation(
        &mut self,
        name: &str,
        value: Expr,
    ) -> Result<Expr, Undecided> {
        match self.resolve(&[name], vec![value], &[], false)? {
            Ok(resolved) if resolved.function.kind == FunctionKind::Function => {
                Ok(function_expression(resolved, CoercionForm::ExplicitCall))
            }
            Err(Resolution::Cast(expr)) => Ok(expr),
            _ => Err(Undecided::new(format!("column \"{name}\" is not known"))),
        }
    }

    /// Finds the function of a call, and coerces the arguments to what it declares.
    pub(super) fn resolve(
        &self,
        name: &[&str],
        arguments: Vec<Expr>,
        names: &[&str],
        variadic: bool,
    ) -> Result<Result<ResolvedCall, Resolution>, Undecided> {
        let env = self.environment;
        let actual: Vec<Type> = arguments.iter().map(Expr::data_type).collect();
        let found = find_function(
            env,
            &Call {
                name,
                arguments: &actual,
                names,
                expand_variadic: !variadic,
                literal: matches!(arguments.as_slice(), [Expr::Const(_)]),
            },
        )?;
        let found = match found {
            Found::Function(found) => found,
            Found::None => return Ok(Err(Resolution::None)),
            Found::Coercion(target) => {
                let Some(argument) = arguments.into_iter().next() else {
                    return Ok(Err(Resolution::None));
                };
                let expr = coerce_type(
                    env,
                    argument,
                    &target,
                    -1,
                    CoercionContext::Explicit,
                    CoercionForm::ExplicitCall,
                )?;
                return Ok(Err(Resolution::Cast(expr)));
            }
        };
        let mut declared = found.declared.clone();
        let data_type = enforce_consistency(env, &actual, &mut declared, &found.function.returns)?;
        let positional = actual.len() - names.len();
        let arguments = arguments
            .into_iter()
            .enumerate()
            .map(
                |(i, argument)| match i.checked_sub(positional).and_then(|n| names.get(n)) {
                    Some(name) => Expr::NamedArg(Box::new(NamedArg {
                        name: (*name).to_owned(),
                        argument,
                        place: found.places.get(i).copied().unwrap_or(i),
                    })),
                    None => argument,
                },
            )
            .collect();
        let mut arguments = coerce_arguments(env, arguments, &actual, &declared)?;
        let mut variadic = variadic;
        // VARIADIC "any" takes its arguments as they are; any other gets an array of them.
        if found.gathered > 0 && found.function.variadic != Some(Type::ANY) {
            let elements = arguments.split_off(arguments.len().saturating_sub(found.gathered));
            let element_type = elements.first().map_or(Type::UNKNOWN, Expr::data_type);
            let array = array_type(&element_type).ok_or_else(|| {
                Undecided::new(format!("an array of {}", format_type(&element_type, None)))
            })?;
            arguments.push(Expr::Array(ArrayExpr {
                data_type: array,
                element_type,
                elements,
                multidimensional: false,
            }));
            variadic = true;
        }
        // What polymorphic arguments of the first family take as they are, they take with its type.
        let actual = declared
            .iter()
            .zip(&actual)
            .map(|(d, a)| {
                if crate::analyze::types::is_polymorphic(d) || *d == Type::ANY {
                    a.clone()
                } else {
                    d.clone()
                }
            })
            .collect();
        Ok(Ok(ResolvedCall {
            function: found.function,
            data_type,
            variadic,
            arguments,
            actual,
        }))
    }
}

/// What a call means that is no function.
pub(super) enum Resolution {
    /// A cast.
    Cast(Expr),
    /// Nothing known.
    None,
}

/// A plain call.
pub(super) fn function_expression(call: ResolvedCall, form: CoercionForm) -> Expr {
    Expr::FuncExpr(Box::new(FuncExpr {
        function: call.function,
        data_type: call.data_type,
        variadic: call.variadic,
        form,
        arguments: call.arguments,
    }))
}

fn form_of(call: &FuncCall) -> CoercionForm {
    match call.funcformat() {
        protobuf::CoercionForm::CoerceSqlSyntax => CoercionForm::SqlSyntax,
        _ => CoercionForm::ExplicitCall,
    }
}
