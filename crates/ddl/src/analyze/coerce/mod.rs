//! Coercion: whether one type can become another, and the tree that does it.

mod common;
mod pathway;
mod polymorphic;

use std::sync::Arc;

pub(crate) use common::{
    coerce_to_common, select_common_type, select_common_type_of, select_common_typmod,
};
pub(crate) use pathway::{Pathway, can_coerce, can_coerce_all, find_pathway};
pub(crate) use polymorphic::enforce_consistency;

use super::environment::Environment;
use super::error::Undecided;
use super::literal;
use super::system::catalog;
use super::tree::{
    ArrayCoerce, Coercion, CoercionForm, Collate, Const, Expr, FuncExpr, Function, RowExpr, Type,
};
use super::types::{
    base_type, base_type_and_typmod, composite_columns, element_type, format_type, is_collatable,
    is_opaque,
};

/// How willing a coercion is, in ascending order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum CoercionContext {
    Implicit,
    Assignment,
    Explicit,
}

/// Coerces to a type and modifier; none when there is no way.
pub(crate) fn coerce_to_target(
    env: &dyn Environment,
    expr: Expr,
    target: &Type,
    typmod: i32,
    context: CoercionContext,
    form: CoercionForm,
) -> Result<Option<Expr>, Undecided> {
    let source = expr.data_type();
    if !can_coerce(env, &source, target, context)? {
        return Ok(None);
    }
    // COLLATE stays on the outside, so that it is not lost inside the cast.
    let mut inner = expr;
    let mut collation = None;
    while let Expr::Collate(collate) = inner {
        collation.get_or_insert(collate.collation);
        inner = collate.argument;
    }
    let result = coerce_type(env, inner, target, typmod, context, form)?;
    // A step that was added is hidden behind the length coercion.
    let hide = source != *target && !matches!(result, Expr::Const(_));
    let result = coerce_typmod(env, result, target, typmod, context, form, hide)?;
    Ok(Some(match collation {
        Some(collation) if is_collatable(env, target) => Expr::Collate(Box::new(Collate {
            argument: result,
            collation,
        })),
        _ => result,
    }))
}

/// Coerces for assignment to a column, argument or the like; an error when there is no way.
pub(crate) fn assign(
    env: &dyn Environment,
    expr: Expr,
    target: &Type,
    typmod: i32,
    what: &str,
) -> Result<Expr, Undecided> {
    let source = expr.data_type();
    coerce_to_target(
        env,
        expr,
        target,
        typmod,
        CoercionContext::Assignment,
        CoercionForm::ImplicitCast,
    )?
    .ok_or_else(|| {
        Undecided::new(format!(
            "{what} is of type {} but the expression is of type {}",
            format_type(target, None),
            format_type(&source, None)
        ))
    })
}

/// Coerces to boolean, as conditions are.
pub(crate) fn coerce_to_boolean(
    env: &dyn Environment,
    expr: Expr,
    what: &str,
) -> Result<Expr, Undecided> {
    coerce_to_specific(env, expr, &Type::BOOL, what)
}

/// Coerces to a type that a construct asks for.
pub(crate) fn coerce_to_specific(
    env: &dyn Environment,
    expr: Expr,
    target: &Type,
    what: &str,
) -> Result<Expr, Undecided> {
    if expr.data_type() == *target {
        return Ok(expr);
    }
    assign(env, expr, target, -1, what)
}

/// Coerces to a type, without its modifier; the caller has made sure that there is a way.
pub(crate) fn coerce_type(
    env: &dyn Environment,
    expr: Expr,
    target: &Type,
    typmod: i32,
    context: CoercionContext,
    form: CoercionForm,
) -> Result<Expr, Undecided> {
    let source = expr.data_type();
    if source == *target {
        return Ok(expr);
    }
    match *target {
        Type::ANY
        | Type::ANYELEMENT
        | Type::ANYNONARRAY
        | Type::ANYCOMPATIBLE
        | Type::ANYCOMPATIBLENONARRAY => return Ok(expr),
        Type::ANYARRAY
        | Type::ANYENUM
        | Type::ANYRANGE
        | Type::ANYMULTIRANGE
        | Type::ANYCOMPATIBLEARRAY
        | Type::ANYCOMPATIBLERANGE
        | Type::ANYCOMPATIBLEMULTIRANGE
            if source != Type::UNKNOWN =>
        {
            // A domain is passed as its base type.
            let base = base_type(env, &source);
            return Ok(if base == source {
                expr
            } else {
                relabel(expr, base, -1, CoercionForm::ImplicitCast)
            });
        }
        _ => {}
    }
    let expr = match expr {
        Expr::Const(constant) if source == Type::UNKNOWN => {
            return coerce_literal(env, &constant, target, typmod, context, form);
        }
        Expr::Collate(collate) => {
            let Collate {
                argument,
                collation,
            } = *collate;
            let result = coerce_type(env, argument, target, typmod, context, form)?;
            return Ok(if is_collatable(env, target) {
                Expr::Collate(Box::new(Collate {
                    argument: result,
                    collation,
                }))
            } else {
                result
            });
        }
        Expr::Param(mut param) if source == Type::UNKNOWN => {
            param.data_type = target.clone();
            return Ok(Expr::Param(param));
        }
        expr => expr,
    };
    if let Some(pathway) = find_pathway(env, &source, target, context)? {
        let (base, base_typmod) = base_type_and_typmod(env, target, typmod);
        return match pathway {
            Pathway::Relabel => {
                let is_domain = base != *target;
                if is_domain {
                    coerce_to_domain(env, expr, &base, base_typmod, target, context, form, false)
                } else {
                    Ok(relabel(expr, target.clone(), -1, form))
                }
            }
            pathway => {
                let result =
                    build_coercion(env, expr, &pathway, &base, base_typmod, context, form)?;
                if base == *target {
                    Ok(result)
                } else {
                    coerce_to_domain(env, result, &base, base_typmod, target, context, form, true)
                }
            }
        };
    }
    if source == Type::RECORD {
        return coerce_record(env, expr, target, context, form);
    }
    if *target == Type::RECORD || *target == Type::RECORD_ARRAY {
        return Ok(expr);
    }
    if pathway::inherits_from(env, &source, target) {
        return Ok(Expr::ConvertRowtype(Box::new(Coercion {
            argument: expr,
            data_type: target.clone(),
            typmod: -1,
            form,
        })));
    }
    Err(Undecided::new(format!(
        "no coercion from {} to {}",
        format_type(&source, None),
        format_type(target, None)
    )))
}

/// A literal becomes a constant of the type when the text is read.
fn coerce_literal(
    env: &dyn Environment,
    constant: &Const,
    target: &Type,
    typmod: i32,
    context: CoercionContext,
    form: CoercionForm,
) -> Result<Expr, Undecided> {
    let (base, base_typmod) = base_type_and_typmod(env, target, typmod);
    // Only interval needs its modifier to read the text right; others are cut to length afterwards.
    let input_typmod = if base == Type::INTERVAL {
        base_typmod
    } else {
        -1
    };
    let value = match &constant.value {
        None => None,
        Some(text) => Some(literal::input(env, &base, input_typmod, text)?),
    };
    let result = Expr::Const(Const {
        data_type: base.clone(),
        typmod: input_typmod,
        value,
    });
    if base == *target {
        return Ok(result);
    }
    coerce_to_domain(
        env,
        result,
        &base,
        base_typmod,
        target,
        context,
        form,
        false,
    )
}

/// Checks a value against a domain.
#[allow(clippy::too_many_arguments)]
fn coerce_to_domain(
    env: &dyn Environment,
    mut expr: Expr,
    base: &Type,
    base_typmod: i32,
    domain: &Type,
    context: CoercionContext,
    form: CoercionForm,
    hide: bool,
) -> Result<Expr, Undecided> {
    if hide {
        hide_coercion(&mut expr);
    }
    let expr = coerce_typmod(
        env,
        expr,
        base,
        base_typmod,
        context,
        CoercionForm::ImplicitCast,
        false,
    )?;
    Ok(Expr::CoerceToDomain(Box::new(Coercion {
        argument: expr,
        data_type: domain.clone(),
        typmod: -1,
        form,
    })))
}

/// Applies a type modifier to a value that has the type.
fn coerce_typmod(
    env: &dyn Environment,
    mut expr: Expr,
    target: &Type,
    typmod: i32,
    context: CoercionContext,
    form: CoercionForm,
    hide: bool,
) -> Result<Expr, Undecided> {
    if typmod == expr.typmod() {
        return Ok(expr);
    }
    if hide {
        hide_coercion(&mut expr);
    }
    let pathway = if typmod < 0 {
        None
    } else {
        length_coercion(target)
    };
    match pathway {
        Some(pathway) => build_coercion(env, expr, &pathway, target, typmod, context, form),
        None => Ok(apply_relabel(expr, target, typmod, form)),
    }
}

/// The function that cuts values of a type to its modifier; for arrays, that of the elements.
fn length_coercion(target: &Type) -> Option<Pathway> {
    let element = element_type(target);
    let of = element.as_ref().unwrap_or(target);
    let Type::System(oid) = of else { return None };
    let function = catalog().cast(*oid, *oid)?.function;
    let function = catalog().function_by_oid(function)?.clone();
    Some(match element {
        Some(_) => Pathway::Array,
        None => Pathway::Function(function),
    })
}

/// The tree of a coercion by a function, by text, or element by element.
fn build_coercion(
    env: &dyn Environment,
    expr: Expr,
    pathway: &Pathway,
    target: &Type,
    typmod: i32,
    context: CoercionContext,
    form: CoercionForm,
) -> Result<Expr, Undecided> {
    match pathway {
        Pathway::Function(function) => Ok(cast_call(expr, function, target, typmod, context, form)),
        Pathway::ViaIo => Ok(Expr::CoerceViaIo(Box::new(Coercion {
            argument: expr,
            data_type: target.clone(),
            typmod: -1,
            form,
        }))),
        Pathway::Relabel => Ok(relabel(expr, target.clone(), -1, form)),
        Pathway::Array => {
            let (source, source_typmod) =
                base_type_and_typmod(env, &expr.data_type(), expr.typmod());
            let unknown = || Undecided::new("elements of an array coercion");
            let source_element = element_type(&source).ok_or_else(unknown)?;
            let target_element = element_type(target).ok_or_else(unknown)?;
            let element = coerce_to_target(
                env,
                Expr::CaseTest(source_element, source_typmod),
                &target_element,
                typmod,
                context,
                form,
            )?
            .ok_or_else(unknown)?;
            let typmod = element.typmod();
            Ok(Expr::ArrayCoerce(Box::new(ArrayCoerce {
                argument: expr,
                element,
                data_type: target.clone(),
                typmod,
                form,
            })))
        }
    }
}

/// A call of a cast function: the value, and as many of modifier and is-explicit as it takes.
fn cast_call(
    expr: Expr,
    function: &Arc<Function>,
    target: &Type,
    typmod: i32,
    context: CoercionContext,
    form: CoercionForm,
) -> Expr {
    let mut arguments = vec![expr];
    if function.arguments.len() >= 2 {
        arguments.push(Expr::constant(Type::INT4, &typmod.to_string()));
    }
    if function.arguments.len() >= 3 {
        let explicit = if context == CoercionContext::Explicit {
            "t"
        } else {
            "f"
        };
        arguments.push(Expr::constant(Type::BOOL, explicit));
    }
    Expr::FuncExpr(Box::new(FuncExpr {
        function: function.clone(),
        data_type: target.clone(),
        variadic: false,
        form,
        arguments,
    }))
}

pub(crate) fn relabel(expr: Expr, data_type: Type, typmod: i32, form: CoercionForm) -> Expr {
    Expr::RelabelType(Box::new(Coercion {
        argument: expr,
        data_type,
        typmod,
        form,
    }))
}

/// Gives an expression another type or modifier: relabels do not pile up, constants just change.
fn apply_relabel(mut expr: Expr, data_type: &Type, typmod: i32, form: CoercionForm) -> Expr {
    while let Expr::RelabelType(inner) = expr {
        expr = inner.argument;
    }
    match expr {
        Expr::Const(mut constant) => {
            constant.data_type = data_type.clone();
            constant.typmod = typmod;
            Expr::Const(constant)
        }
        expr if expr.data_type() == *data_type && expr.typmod() == typmod => expr,
        expr => relabel(expr, data_type.clone(), typmod, form),
    }
}

/// Marks the coercion at the top of an expression as one that is not printed.
fn hide_coercion(expr: &mut Expr) {
    let form = match expr {
        Expr::FuncExpr(e) => &mut e.form,
        Expr::RelabelType(e)
        | Expr::CoerceViaIo(e)
        | Expr::ConvertRowtype(e)
        | Expr::CoerceToDomain(e) => &mut e.form,
        Expr::ArrayCoerce(e) => &mut e.form,
        Expr::Row(e) => &mut e.form,
        _ => return,
    };
    *form = CoercionForm::ImplicitCast;
}

/// A row becomes a composite type field by field.
fn coerce_record(
    env: &dyn Environment,
    expr: Expr,
    target: &Type,
    context: CoercionContext,
    form: CoercionForm,
) -> Result<Expr, Undecided> {
    let undecided = || {
        Undecided::new(format!(
            "a record as value of type {}",
            format_type(target, None)
        ))
    };
    let Expr::Row(row) = expr else {
        return Err(undecided());
    };
    let (base, base_typmod) = base_type_and_typmod(env, target, -1);
    let columns = composite_columns(env, &base).ok_or_else(undecided)?;
    if columns.len() != row.arguments.len() {
        return Err(undecided());
    }
    let mut arguments = Vec::with_capacity(columns.len());
    for (argument, column) in row.arguments.into_iter().zip(&columns) {
        let argument = coerce_to_target(
            env,
            argument,
            &column.data_type,
            column.typmod,
            context,
            CoercionForm::ImplicitCast,
        )?;
        arguments.push(argument.ok_or_else(undecided)?);
    }
    let result = Expr::Row(RowExpr {
        data_type: base.clone(),
        arguments,
        form,
    });
    if base == *target {
        return Ok(result);
    }
    coerce_to_domain(env, result, &base, base_typmod, target, context, form, true)
}

/// Whether a cast to or from a type cannot be known.
pub(crate) fn opaque_pair(env: &dyn Environment, source: &Type, target: &Type) -> bool {
    is_opaque(env, source) || is_opaque(env, target)
}
