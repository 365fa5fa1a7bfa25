//! Scalar expressions: from the raw tree to the analysed one (`transformExpr`).

mod aggregates;
mod arrays;
mod calls;
mod columns;
mod constants;
mod constructs;
mod fields;
mod json;
mod json_query;
mod operators;
mod sublinks;
mod xml;

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node};

use super::coerce::{CoercionContext, coerce_to_boolean, coerce_to_target};
use super::error::Undecided;
use super::state::{ExprKind, ParseState};
use super::tree::{
    BoolExpr, BoolKind, BooleanTest, BooleanTestKind, CoercionForm, Collate, Expr, NullTest, Type,
};
use super::types::{
    base_type_and_typmod, composite_columns, element_type, format_type, is_collatable, is_opaque,
    string_of, type_name,
};

/// How deep expressions may nest, so that no text overruns the stack.
const MAXIMUM_DEPTH: usize = 400;

impl ParseState<'_> {
    /// Analyses an expression that stands at `kind`.
    pub(crate) fn expression(&mut self, node: &Node, kind: ExprKind) -> Result<Expr, Undecided> {
        let outer = std::mem::replace(&mut self.kind, kind);
        let result = self.transform(node);
        self.kind = outer;
        result
    }

    /// Analyses a condition, which is coerced to boolean.
    pub(crate) fn condition(
        &mut self,
        node: &Node,
        kind: ExprKind,
        what: &str,
    ) -> Result<Expr, Undecided> {
        let expr = self.expression(node, kind)?;
        coerce_to_boolean(self.environment, expr, what)
    }

    /// Analyses a part of the expression at hand.
    pub(super) fn transform(&mut self, node: &Node) -> Result<Expr, Undecided> {
        self.depth += 1;
        let result = if self.depth > MAXIMUM_DEPTH {
            Err(Undecided::new("an expression nested too deep"))
        } else {
            self.transform_node(node)
        };
        self.depth -= 1;
        result
    }

    fn transform_node(&mut self, node: &Node) -> Result<Expr, Undecided> {
        let Some(node) = node.node.as_ref() else {
            return Err(Undecided::new("an empty node"));
        };
        match node {
            NodeEnum::ColumnRef(e) => self.column_reference(e),
            NodeEnum::ParamRef(e) => self.parameter(e),
            NodeEnum::AConst(e) => constants::constant(e),
            NodeEnum::AIndirection(e) => self.indirection(e),
            NodeEnum::AArrayExpr(e) => self.array(e, None),
            NodeEnum::TypeCast(e) => self.type_cast(e),
            NodeEnum::CollateClause(e) => self.collate(e),
            NodeEnum::AExpr(e) => self.operator_expression(e),
            NodeEnum::BoolExpr(e) => self.bool_expression(e),
            NodeEnum::FuncCall(e) => self.function_call(e),
            NodeEnum::GroupingFunc(e) => self.grouping_function(e),
            NodeEnum::SubLink(e) => self.sublink(e),
            NodeEnum::CaseExpr(e) => self.case(e),
            NodeEnum::RowExpr(e) => self.row(e),
            NodeEnum::CoalesceExpr(e) => self.coalesce(e),
            NodeEnum::MinMaxExpr(e) => self.min_max(e),
            NodeEnum::SqlvalueFunction(e) => constructs::sql_value_function(e),
            NodeEnum::XmlExpr(e) => self.xml(e),
            NodeEnum::XmlSerialize(e) => self.xml_serialize(e),
            NodeEnum::NullTest(e) => self.null_test(e),
            NodeEnum::BooleanTest(e) => self.boolean_test(e),
            NodeEnum::SetToDefault(_) => Ok(Expr::SetToDefault(Type::UNKNOWN, -1)),
            NodeEnum::MergeSupportFunc(_) => Ok(Expr::MergeSupportFunc),
            NodeEnum::JsonObjectConstructor(e) => self.json_object(e),
            NodeEnum::JsonArrayConstructor(e) => self.json_array(e),
            NodeEnum::JsonArrayQueryConstructor(e) => self.json_array_query(e),
            NodeEnum::JsonObjectAgg(e) => self.json_object_agg(e),
            NodeEnum::JsonArrayAgg(e) => self.json_array_agg(e),
            NodeEnum::JsonIsPredicate(e) => self.json_is_predicate(e),
            NodeEnum::JsonParseExpr(e) => self.json_parse(e),
            NodeEnum::JsonScalarExpr(e) => self.json_scalar(e),
            NodeEnum::JsonSerializeExpr(e) => self.json_serialize(e),
            NodeEnum::JsonFuncExpr(e) => self.json_function(e),
            NodeEnum::NamedArgExpr(e) => Err(Undecided::at(
                e.location,
                "an argument name outside of a call",
            )),
            _ => Err(Undecided::new(
                "an expression of a kind that is not covered",
            )),
        }
    }

    /// A child that the grammar requires.
    pub(super) fn required(&mut self, node: Option<&Node>) -> Result<Expr, Undecided> {
        match node {
            Some(node) => self.transform(node),
            None => Err(Undecided::new("an expression that lacks a part")),
        }
    }

    fn parameter(&self, param: &protobuf::ParamRef) -> Result<Expr, Undecided> {
        let number = usize::try_from(param.number)
            .ok()
            .and_then(|n| n.checked_sub(1));
        if self.open_parameters {
            return Ok(Expr::Param(super::tree::Param {
                kind: super::tree::ParamKind::Extern,
                number: param.number,
                data_type: Type::UNKNOWN,
                typmod: -1,
            }));
        }
        let found = number.and_then(|n| self.parameters.get(n));
        let Some((_, data_type, typmod)) = found else {
            return Err(Undecided::at(
                param.location,
                format!("there is no parameter ${}", param.number),
            ));
        };
        Ok(Expr::Param(super::tree::Param {
            kind: super::tree::ParamKind::Extern,
            number: param.number,
            data_type: data_type.clone(),
            typmod: *typmod,
        }))
    }

    fn type_cast(&mut self, cast: &protobuf::TypeCast) -> Result<Expr, Undecided> {
        let name = cast
            .type_name
            .as_ref()
            .ok_or_else(|| Undecided::at(cast.location, "a cast without type"))?;
        let (target, typmod) = type_name(self.environment, name)?;
        let argument = cast.arg.as_deref();
        let expr = match argument.and_then(|a| a.node.as_ref()) {
            Some(NodeEnum::AArrayExpr(array)) => {
                // The elements are coerced one by one, so that ARRAY[]::type[] has a type.
                let (base, base_typmod) = base_type_and_typmod(self.environment, &target, typmod);
                match element_type(&base) {
                    Some(element) => self.array(array, Some((base, element, base_typmod)))?,
                    None => self.required(argument)?,
                }
            }
            _ => self.required(argument)?,
        };
        let source = expr.data_type();
        coerce_to_target(
            self.environment,
            expr,
            &target,
            typmod,
            CoercionContext::Explicit,
            CoercionForm::ExplicitCast,
        )
        .map_err(|e| e.or_at(cast.location))?
        .ok_or_else(|| {
            Undecided::at(
                cast.location,
                format!(
                    "cannot cast {} to {}",
                    format_type(&source, None),
                    format_type(&target, None)
                ),
            )
        })
    }

    fn collate(&mut self, clause: &protobuf::CollateClause) -> Result<Expr, Undecided> {
        let argument = self.required(clause.arg.as_deref())?;
        let data_type = argument.data_type();
        if data_type != Type::UNKNOWN
            && !is_collatable(self.environment, &data_type)
            && !is_opaque(self.environment, &data_type)
        {
            return Err(Undecided::at(
                clause.location,
                format!(
                    "collations are not supported by type {}",
                    format_type(&data_type, None)
                ),
            ));
        }
        let collation = collation(self, clause)?;
        Ok(Expr::Collate(Box::new(Collate {
            argument,
            collation,
        })))
    }

    fn bool_expression(&mut self, expr: &protobuf::BoolExpr) -> Result<Expr, Undecided> {
        use protobuf::BoolExprType as T;
        let (kind, word) = match expr.boolop() {
            T::AndExpr => (BoolKind::And, "AND"),
            T::OrExpr => (BoolKind::Or, "OR"),
            _ => (BoolKind::Not, "NOT"),
        };
        let mut arguments = Vec::with_capacity(expr.args.len());
        for argument in &expr.args {
            let argument = self.transform(argument)?;
            arguments.push(coerce_to_boolean(self.environment, argument, word)?);
        }
        Ok(Expr::Bool(BoolExpr { kind, arguments }))
    }

    fn null_test(&mut self, test: &protobuf::NullTest) -> Result<Expr, Undecided> {
        let argument = self.required(test.arg.as_deref())?;
        let row = self.is_row(&argument.data_type());
        Ok(Expr::NullTest(Box::new(NullTest {
            argument,
            is_null: test.nulltesttype() == protobuf::NullTestType::IsNull,
            row,
        })))
    }

    /// Whether a type is a row: composite, a domain over it, or `record`.
    pub(super) fn is_row(&self, data_type: &Type) -> bool {
        *data_type == Type::RECORD || composite_columns(self.environment, data_type).is_some()
    }

    fn boolean_test(&mut self, test: &protobuf::BooleanTest) -> Result<Expr, Undecided> {
        use protobuf::BoolTestType as T;
        let kind = match test.booltesttype() {
            T::IsTrue => BooleanTestKind::IsTrue,
            T::IsNotTrue => BooleanTestKind::IsNotTrue,
            T::IsFalse => BooleanTestKind::IsFalse,
            T::IsNotFalse => BooleanTestKind::IsNotFalse,
            T::IsUnknown => BooleanTestKind::IsUnknown,
            T::IsNotUnknown | T::Undefined => BooleanTestKind::IsNotUnknown,
        };
        let argument = self.required(test.arg.as_deref())?;
        let argument = coerce_to_boolean(self.environment, argument, "IS")?;
        Ok(Expr::BooleanTest(Box::new(BooleanTest { argument, kind })))
    }
}

/// The elements' type of an array type, or of a domain over one, that an expression may subscript.
pub(super) fn container(
    state: &ParseState<'_>,
    data_type: &Type,
    typmod: i32,
) -> (Type, i32, Option<Type>) {
    let (base, typmod) = base_type_and_typmod(state.environment, data_type, typmod);
    let element = element_type(&base);
    (base, typmod, element)
}

/// Whether a type is an array, not counting the system's vectors of numbers.
pub(super) fn is_plain_array(data_type: &Type) -> bool {
    !matches!(*data_type, Type::INT2VECTOR | Type::OIDVECTOR) && element_type(data_type).is_some()
}

/// The collation that a COLLATE clause names.
pub(crate) fn collation(
    state: &ParseState<'_>,
    clause: &protobuf::CollateClause,
) -> Result<super::tree::Collation, Undecided> {
    let path: Vec<&str> = clause.collname.iter().filter_map(string_of).collect();
    super::names::collation(state.environment, &path).ok_or_else(|| {
        Undecided::at(
            clause.location,
            format!("collation \"{}\" is not known", path.join(".")),
        )
    })
}
