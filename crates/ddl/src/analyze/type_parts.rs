//! The types that a node of an analysed tree carries itself.

use super::tree::{Expr, JsonExpr, JsonReturning, Type};

/// Gives the types of a node to `f`, those of its parts left out.
pub(crate) fn types_mut(expr: &mut Expr, f: &mut dyn FnMut(&mut Type)) {
    match expr {
        Expr::Var(e) => f(&mut e.data_type),
        Expr::Const(e) => f(&mut e.data_type),
        Expr::Param(e) => f(&mut e.data_type),
        Expr::Aggref(e) => {
            f(&mut e.data_type);
            e.argument_types.iter_mut().for_each(f);
        }
        Expr::WindowFunc(e) => f(&mut e.data_type),
        Expr::SubscriptingRef(e) => {
            f(&mut e.container_type);
            f(&mut e.element_type);
            f(&mut e.data_type);
        }
        Expr::FuncExpr(e) => f(&mut e.data_type),
        Expr::OpExpr(e) | Expr::DistinctExpr(e) | Expr::NullIfExpr(e) => f(&mut e.data_type),
        Expr::FieldSelect(e) => f(&mut e.data_type),
        Expr::FieldStore(e) => f(&mut e.data_type),
        Expr::RelabelType(e)
        | Expr::CoerceViaIo(e)
        | Expr::ConvertRowtype(e)
        | Expr::CoerceToDomain(e) => f(&mut e.data_type),
        Expr::ArrayCoerce(e) => f(&mut e.data_type),
        Expr::CaseTest(data_type, _)
        | Expr::CoerceToDomainValue(data_type, _)
        | Expr::SetToDefault(data_type, _) => f(data_type),
        Expr::Case(e) => f(&mut e.data_type),
        Expr::Array(e) => {
            f(&mut e.data_type);
            f(&mut e.element_type);
        }
        Expr::Row(e) => f(&mut e.data_type),
        Expr::Coalesce(e) => f(&mut e.data_type),
        Expr::MinMax(e) => f(&mut e.data_type),
        Expr::SqlValueFunction(e) => f(&mut e.data_type),
        Expr::Xml(e) => f(&mut e.data_type),
        Expr::JsonConstructor(e) => returning(&mut e.returning, f),
        Expr::JsonExpr(e) => json(e, f),
        Expr::GroupingFunc(_)
        | Expr::MergeSupportFunc
        | Expr::NamedArg(_)
        | Expr::ScalarArrayOp(_)
        | Expr::Bool(_)
        | Expr::SubLink(_)
        | Expr::Collate(_)
        | Expr::RowCompare(_)
        | Expr::JsonValue(_)
        | Expr::JsonIsPredicate(_)
        | Expr::NullTest(_)
        | Expr::BooleanTest(_)
        | Expr::CurrentOf(_) => {}
    }
}

fn returning(returning: &mut JsonReturning, f: &mut dyn FnMut(&mut Type)) {
    f(&mut returning.data_type);
}

fn json(json: &mut JsonExpr, f: &mut dyn FnMut(&mut Type)) {
    returning(&mut json.returning, f);
}
