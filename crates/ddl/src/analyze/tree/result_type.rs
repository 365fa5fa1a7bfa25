//! The type and type modifier of an analysed expression (`exprType`, `exprTypmod`).

use super::*;
use crate::analyze::types::promoted_array_type;

impl Expr {
    /// A constant of a type, by what the type's output function prints.
    pub fn constant(data_type: Type, value: &str) -> Self {
        Self::Const(Const {
            data_type,
            typmod: -1,
            value: Some(value.into()),
        })
    }

    /// NULL of a type.
    pub fn null(data_type: Type) -> Self {
        Self::Const(Const {
            data_type,
            typmod: -1,
            value: None,
        })
    }

    /// The type of the result.
    pub fn data_type(&self) -> Type {
        match self {
            Self::Var(e) => e.data_type.clone(),
            Self::Const(e) => e.data_type.clone(),
            Self::Param(e) => e.data_type.clone(),
            Self::Aggref(e) => e.data_type.clone(),
            Self::GroupingFunc(_) => Type::INT4,
            Self::WindowFunc(e) => e.data_type.clone(),
            Self::MergeSupportFunc => Type::TEXT,
            Self::SubscriptingRef(e) => e.data_type.clone(),
            Self::FuncExpr(e) => e.data_type.clone(),
            Self::NamedArg(e) => e.argument.data_type(),
            Self::OpExpr(e) => e.data_type.clone(),
            Self::NullIfExpr(e) => e.arguments.first().map_or(Type::UNKNOWN, Self::data_type),
            Self::DistinctExpr(_)
            | Self::ScalarArrayOp(_)
            | Self::Bool(_)
            | Self::RowCompare(_)
            | Self::JsonIsPredicate(_)
            | Self::NullTest(_)
            | Self::BooleanTest(_)
            | Self::CurrentOf(_) => Type::BOOL,
            Self::SubLink(e) => e.data_type(),
            Self::FieldSelect(e) => e.data_type.clone(),
            Self::FieldStore(e) => e.data_type.clone(),
            Self::RelabelType(e)
            | Self::CoerceViaIo(e)
            | Self::ConvertRowtype(e)
            | Self::CoerceToDomain(e) => e.data_type.clone(),
            Self::ArrayCoerce(e) => e.data_type.clone(),
            Self::Collate(e) => e.argument.data_type(),
            Self::Case(e) => e.data_type.clone(),
            Self::CaseTest(t, _) | Self::CoerceToDomainValue(t, _) | Self::SetToDefault(t, _) => {
                t.clone()
            }
            Self::Array(e) => e.data_type.clone(),
            Self::Row(e) => e.data_type.clone(),
            Self::Coalesce(e) => e.data_type.clone(),
            Self::MinMax(e) => e.data_type.clone(),
            Self::SqlValueFunction(e) => e.data_type.clone(),
            // XMLSERIALIZE gives text, which is then coerced to the type that it keeps.
            Self::Xml(e) if e.kind == XmlKind::Serialize => Type::TEXT,
            Self::Xml(e) => e.data_type.clone(),
            Self::JsonValue(e) => e.formatted.data_type(),
            Self::JsonConstructor(e) => e.returning.data_type.clone(),
            Self::JsonExpr(e) => e.returning.data_type.clone(),
        }
    }

    /// The type modifier of the result, -1 for none.
    pub fn typmod(&self) -> i32 {
        match self {
            Self::Var(e) => e.typmod,
            Self::Const(e) => e.typmod,
            Self::Param(e) => e.typmod,
            Self::SubscriptingRef(e) => e.typmod,
            Self::FuncExpr(e) => e.length_coercion().unwrap_or(-1),
            Self::NamedArg(e) => e.argument.typmod(),
            Self::NullIfExpr(e) => e.arguments.first().map_or(-1, Self::typmod),
            Self::SubLink(e) => e.typmod(),
            Self::FieldSelect(e) => e.typmod,
            Self::RelabelType(e) | Self::CoerceToDomain(e) => e.typmod,
            Self::ArrayCoerce(e) => e.typmod,
            Self::Collate(e) => e.argument.typmod(),
            Self::Case(e) => common_typmod(
                &e.data_type,
                e.branches
                    .iter()
                    .map(|(_, result)| result)
                    .chain([&e.otherwise]),
            ),
            Self::CaseTest(_, m) | Self::CoerceToDomainValue(_, m) | Self::SetToDefault(_, m) => *m,
            Self::Array(e) if e.multidimensional => common_typmod(&e.data_type, e.elements.iter()),
            Self::Array(e) => common_typmod(&e.element_type, e.elements.iter()),
            Self::Coalesce(e) => common_typmod(&e.data_type, e.arguments.iter()),
            Self::MinMax(e) => common_typmod(&e.data_type, e.arguments.iter()),
            Self::SqlValueFunction(e) => e.typmod,
            Self::JsonValue(e) => e.formatted.typmod(),
            Self::JsonConstructor(e) => e.returning.typmod,
            Self::JsonExpr(e) => e.returning.typmod,
            _ => -1,
        }
    }
}

/// The modifier that all expressions share, when they are all of the type; -1 otherwise.
fn common_typmod<'a>(data_type: &Type, mut all: impl Iterator<Item = &'a Expr>) -> i32 {
    let Some(first) = all.next() else { return -1 };
    if first.data_type() != *data_type {
        return -1;
    }
    let typmod = first.typmod();
    if typmod < 0 {
        return -1;
    }
    if all.all(|e| e.data_type() == *data_type && e.typmod() == typmod) {
        typmod
    } else {
        -1
    }
}

impl FuncExpr {
    /// The modifier that this call applies, when it is a cast whose second argument says it.
    pub fn length_coercion(&self) -> Option<i32> {
        if !matches!(
            self.form,
            CoercionForm::ExplicitCast | CoercionForm::ImplicitCast
        ) {
            return None;
        }
        match self.arguments.as_slice() {
            [_, Expr::Const(c)] | [_, Expr::Const(c), _] if c.data_type == Type::INT4 => {
                c.value.as_ref()?.parse().ok()
            }
            _ => None,
        }
    }
}

impl SubLink {
    fn first_target(&self) -> Option<&Expr> {
        self.query.targets.first().map(|t| &t.expr)
    }

    fn data_type(&self) -> Type {
        match self.kind {
            SubLinkKind::Expr => self.first_target().map_or(Type::VOID, Expr::data_type),
            SubLinkKind::Array => self
                .first_target()
                .and_then(|e| promoted_array_type(&e.data_type()))
                .unwrap_or(Type::VOID),
            SubLinkKind::MultiExpr(_) => Type::RECORD,
            _ => Type::BOOL,
        }
    }

    fn typmod(&self) -> i32 {
        match self.kind {
            SubLinkKind::Expr | SubLinkKind::Array => self.first_target().map_or(-1, Expr::typmod),
            _ => -1,
        }
    }
}
