//! Constants as the grammar gives them.

use pg_query::protobuf::{AConst, a_const::Val};

use crate::analyze::error::Undecided;
use crate::analyze::literal;
use crate::analyze::tree::{Const, Expr, Type};

/// A literal: its type is that of its form, a string being unknown.
pub(super) fn constant(constant: &AConst) -> Result<Expr, Undecided> {
    let undecided = |what: &str| Undecided::at(constant.location, what);
    match &constant.val {
        None => Ok(Expr::null(Type::UNKNOWN)),
        Some(Val::Ival(i)) => Ok(Expr::constant(Type::INT4, &i.ival.to_string())),
        Some(Val::Fval(f)) => number(&f.fval).ok_or_else(|| undecided("a number")),
        Some(Val::Boolval(b)) => Ok(Expr::constant(
            Type::BOOL,
            if b.boolval { "t" } else { "f" },
        )),
        Some(Val::Sval(s)) => Ok(Expr::constant(Type::UNKNOWN, &s.sval)),
        Some(Val::Bsval(b)) => {
            let value = literal::bits(&b.bsval).ok_or_else(|| undecided("a bit string"))?;
            Ok(Expr::Const(Const {
                data_type: Type::BIT,
                typmod: -1,
                value: Some(value),
            }))
        }
    }
}

/// A number that the grammar gives as text: the smallest of integer, bigint and numeric that holds it.
fn number(text: &str) -> Option<Expr> {
    match literal::integer(text) {
        Some(value) if i32::try_from(value).is_ok() => {
            Some(Expr::constant(Type::INT4, &value.to_string()))
        }
        Some(value) if i64::try_from(value).is_ok() => {
            Some(Expr::constant(Type::INT8, &value.to_string()))
        }
        _ => Some(Expr::constant(Type::NUMERIC, &literal::numeric(text)?)),
    }
}
