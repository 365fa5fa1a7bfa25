//! Operator expressions: plain ones, ANY/ALL, IN, BETWEEN, LIKE, IS DISTINCT FROM, NULLIF, rows.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{AExpr, AExprKind, Node, SubLinkType};

use crate::analyze::coerce::{
    CoercionContext, can_coerce, coerce_to_boolean, coerce_to_common, select_common_type_of,
};
use crate::analyze::error::Undecided;
use crate::analyze::resolve::{
    binary_operator, ordering_strategy, scalar_array_operator, unary_operator,
};
use crate::analyze::state::ParseState;
use crate::analyze::tree::{
    ArrayExpr, BoolExpr, BoolKind, Expr, NullTest, OpExpr, RowCompare, Type,
};
use crate::analyze::types::{array_type, string_of};
use crate::analyze::walk::contains_local_variables;

impl ParseState<'_> {
    pub(super) fn operator_expression(&mut self, expr: &AExpr) -> Result<Expr, Undecided> {
        let name: Vec<&str> = expr.name.iter().filter_map(string_of).collect();
        let result = match expr.kind() {
            AExprKind::AexprOpAny => self.any_or_all(expr, &name, true),
            AExprKind::AexprOpAll => self.any_or_all(expr, &name, false),
            AExprKind::AexprDistinct => self.is_distinct(expr, &name, false),
            AExprKind::AexprNotDistinct => self.is_distinct(expr, &name, true),
            AExprKind::AexprNullif => self.nullif(expr, &name),
            AExprKind::AexprIn => self.in_list(expr, &name),
            AExprKind::AexprBetween => self.between(expr, true, false),
            AExprKind::AexprNotBetween => self.between(expr, false, false),
            AExprKind::AexprBetweenSym => self.between(expr, true, true),
            AExprKind::AexprNotBetweenSym => self.between(expr, false, true),
            _ => self.plain_operator(expr, &name),
        };
        result.map_err(|e| e.or_at(expr.location))
    }

    fn plain_operator(&mut self, expr: &AExpr, name: &[&str]) -> Result<Expr, Undecided> {
        let (left, right) = (expr.lexpr.as_deref(), expr.rexpr.as_deref());
        let Some(left) = left else {
            let operand = self.required(right)?;
            let call = unary_operator(self.environment, name, operand)?;
            return Ok(Expr::OpExpr(Box::new(call)));
        };
        // ROW(…) operator (SELECT …) compares with the columns of the one row.
        if let (Some(NodeEnum::RowExpr(_)), Some(NodeEnum::SubLink(sublink))) =
            (left.node.as_ref(), right.and_then(|r| r.node.as_ref()))
            && sublink.sub_link_type() == SubLinkType::ExprSublink
        {
            return self.row_sublink(left, name, sublink);
        }
        let both_rows = is_row_expression(left) && right.is_some_and(is_row_expression);
        let left = self.transform(left)?;
        let right = self.required(right)?;
        match (left, right) {
            (Expr::Row(left), Expr::Row(right)) if both_rows => {
                self.compare_rows(name, left.arguments, right.arguments)
            }
            (left, right) => self.operator(name, left, right),
        }
    }

    /// `left operator right` of analysed operands.
    pub(super) fn operator(
        &self,
        name: &[&str],
        left: Expr,
        right: Expr,
    ) -> Result<Expr, Undecided> {
        let call = binary_operator(self.environment, name, left, right)?;
        Ok(Expr::OpExpr(Box::new(call)))
    }

    fn any_or_all(&mut self, expr: &AExpr, name: &[&str], any: bool) -> Result<Expr, Undecided> {
        let operand = self.required(expr.lexpr.as_deref())?;
        let array = self.required(expr.rexpr.as_deref())?;
        let call = scalar_array_operator(self.environment, name, any, operand, array)?;
        Ok(Expr::ScalarArrayOp(Box::new(call)))
    }

    fn is_distinct(&mut self, expr: &AExpr, name: &[&str], not: bool) -> Result<Expr, Undecided> {
        let (left, right) = (expr.lexpr.as_deref(), expr.rexpr.as_deref());
        // A bare NULL on either side is a test of the other.
        for (side, other) in [(right, left), (left, right)] {
            if side.is_some_and(is_null_constant) {
                let argument = self.required(other)?;
                // Of a row this asks for the row itself, not for each of its fields.
                return Ok(Expr::NullTest(Box::new(NullTest {
                    argument,
                    is_null: not,
                    row: false,
                })));
            }
        }
        let left = self.required(left)?;
        let right = self.required(right)?;
        let result = match (left, right) {
            (Expr::Row(left), Expr::Row(right)) => {
                self.distinct_rows(name, left.arguments, right.arguments)?
            }
            (left, right) => self.distinct(name, left, right)?,
        };
        Ok(if not {
            Expr::Bool(BoolExpr {
                kind: BoolKind::Not,
                arguments: vec![result],
            })
        } else {
            result
        })
    }

    fn distinct(&self, name: &[&str], left: Expr, right: Expr) -> Result<Expr, Undecided> {
        let call = binary_operator(self.environment, name, left, right)?;
        if call.data_type != Type::BOOL {
            return Err(Undecided::new(
                "IS DISTINCT FROM requires = to yield boolean",
            ));
        }
        Ok(Expr::DistinctExpr(Box::new(call)))
    }

    fn distinct_rows(
        &self,
        name: &[&str],
        left: Vec<Expr>,
        right: Vec<Expr>,
    ) -> Result<Expr, Undecided> {
        if left.len() != right.len() {
            return Err(Undecided::new(
                "unequal number of entries in row expressions",
            ));
        }
        let mut result: Option<Expr> = None;
        for (left, right) in left.into_iter().zip(right) {
            let next = self.distinct(name, left, right)?;
            result = Some(match result {
                None => next,
                Some(before) => combine(BoolKind::Or, vec![before, next]),
            });
        }
        Ok(result.unwrap_or_else(|| Expr::constant(Type::BOOL, "f")))
    }

    fn nullif(&mut self, expr: &AExpr, name: &[&str]) -> Result<Expr, Undecided> {
        let left = self.required(expr.lexpr.as_deref())?;
        let right = self.required(expr.rexpr.as_deref())?;
        let mut call = binary_operator(self.environment, name, left, right)?;
        if call.data_type != Type::BOOL {
            return Err(Undecided::new("NULLIF requires = to yield boolean"));
        }
        call.data_type = call
            .arguments
            .first()
            .map_or(Type::UNKNOWN, Expr::data_type);
        Ok(Expr::NullIfExpr(Box::new(call)))
    }

    /// `IN (…)`: an array comparison of what are no columns, and single comparisons of the rest.
    fn in_list(&mut self, expr: &AExpr, name: &[&str]) -> Result<Expr, Undecided> {
        let any = name.last() != Some(&"<>");
        let left = self.required(expr.lexpr.as_deref())?;
        let Some(NodeEnum::List(list)) = expr.rexpr.as_ref().and_then(|r| r.node.as_ref()) else {
            return Err(Undecided::new("an IN list"));
        };
        let (mut all, mut variable, mut constant) = (Vec::new(), Vec::new(), Vec::new());
        for item in &list.items {
            let item = self.transform(item)?;
            if contains_local_variables(&item) {
                variable.push(item.clone());
            } else {
                constant.push(item.clone());
            }
            all.push(item);
        }
        let mut result = None;
        let mut rest = all;
        if constant.len() > 1
            && let Some(array) = self.in_array(&left, &constant)?
        {
            let call = scalar_array_operator(self.environment, name, any, left.clone(), array)?;
            result = Some(Expr::ScalarArrayOp(Box::new(call)));
            rest = variable;
        }
        let kind = if any { BoolKind::Or } else { BoolKind::And };
        for item in rest {
            let comparison = match (&left, item) {
                (Expr::Row(left), Expr::Row(right)) => {
                    self.compare_rows(name, left.arguments.clone(), right.arguments)?
                }
                (left, item) => self.operator(name, left.clone(), item)?,
            };
            let comparison = coerce_to_boolean(self.environment, comparison, "IN")?;
            result = Some(match result {
                None => comparison,
                Some(before) => combine(kind, vec![before, comparison]),
            });
        }
        result.ok_or_else(|| Undecided::new("an empty IN list"))
    }

    /// The array that the constants of an IN list make, when they have a type in common with the operand.
    fn in_array(&self, left: &Expr, constants: &[Expr]) -> Result<Option<Expr>, Undecided> {
        let env = self.environment;
        let types: Vec<Type> = std::iter::once(left.data_type())
            .chain(constants.iter().map(Expr::data_type))
            .collect();
        let Some(common) = select_common_type_of(env, &types)? else {
            return Ok(None);
        };
        if common == Type::RECORD {
            return Ok(None);
        }
        for source in &types {
            if !can_coerce(env, source, &common, CoercionContext::Implicit)? {
                return Ok(None);
            }
        }
        let Some(array) = array_type(&common) else {
            return Ok(None);
        };
        let elements = constants
            .iter()
            .map(|e| coerce_to_common(env, e.clone(), &common, "IN"))
            .collect::<Result<_, _>>()?;
        Ok(Some(Expr::Array(ArrayExpr {
            data_type: array,
            element_type: common,
            elements,
            multidimensional: false,
        })))
    }

    fn between(&mut self, expr: &AExpr, inside: bool, symmetric: bool) -> Result<Expr, Undecided> {
        let Some(NodeEnum::List(bounds)) = expr.rexpr.as_ref().and_then(|r| r.node.as_ref()) else {
            return Err(Undecided::new("the bounds of BETWEEN"));
        };
        let (Some(operand), [low, high]) = (expr.lexpr.as_deref(), bounds.items.as_slice()) else {
            return Err(Undecided::new("the bounds of BETWEEN"));
        };
        let first = self.outside_or_inside(operand, low, high, inside)?;
        if !symmetric {
            return Ok(first);
        }
        let second = self.outside_or_inside(operand, high, low, inside)?;
        let kind = if inside { BoolKind::Or } else { BoolKind::And };
        Ok(combine(kind, vec![first, second]))
    }

    fn outside_or_inside(
        &mut self,
        operand: &Node,
        low: &Node,
        high: &Node,
        inside: bool,
    ) -> Result<Expr, Undecided> {
        let (first, second, kind) = if inside {
            (">=", "<=", BoolKind::And)
        } else {
            ("<", ">", BoolKind::Or)
        };
        let mut parts = Vec::with_capacity(2);
        for (name, bound) in [(first, low), (second, high)] {
            let both_rows = is_row_expression(operand) && is_row_expression(bound);
            let left = self.transform(operand)?;
            let right = self.transform(bound)?;
            let part = match (left, right) {
                (Expr::Row(left), Expr::Row(right)) if both_rows => {
                    self.compare_rows(&[name], left.arguments, right.arguments)?
                }
                (left, right) => self.operator(&[name], left, right)?,
            };
            parts.push(coerce_to_boolean(self.environment, part, "BETWEEN")?);
        }
        Ok(combine(kind, parts))
    }

    /// `(a, b) operator (c, d)` (`make_row_comparison_op`).
    pub(super) fn compare_rows(
        &self,
        name: &[&str],
        left: Vec<Expr>,
        right: Vec<Expr>,
    ) -> Result<Expr, Undecided> {
        if left.len() != right.len() || left.is_empty() {
            return Err(Undecided::new(
                "unequal number of entries in row expressions",
            ));
        }
        let mut calls: Vec<OpExpr> = Vec::with_capacity(left.len());
        for (left, right) in left.into_iter().zip(right) {
            let call = binary_operator(self.environment, name, left, right)?;
            if call.data_type != Type::BOOL || call.operator.returns_set {
                return Err(Undecided::new("row comparison operator must yield boolean"));
            }
            calls.push(call);
        }
        if calls.len() == 1 {
            return calls
                .pop()
                .map(|call| Expr::OpExpr(Box::new(call)))
                .ok_or_else(|| Undecided::new("an empty row"));
        }
        match common_strategy(&calls) {
            Some(EQUAL) => Ok(combine(
                BoolKind::And,
                calls.into_iter().map(wrap).collect(),
            )),
            Some(NOT_EQUAL) => Ok(combine(BoolKind::Or, calls.into_iter().map(wrap).collect())),
            Some(_) => row_compare(calls),
            None => Err(Undecided::new(
                "could not determine interpretation of row comparison operator",
            )),
        }
    }
}

const EQUAL: u8 = 3;
const NOT_EQUAL: u8 = 6;

fn wrap(call: OpExpr) -> Expr {
    Expr::OpExpr(Box::new(call))
}

/// The lowest btree strategy that all operators have.
fn common_strategy(calls: &[OpExpr]) -> Option<u8> {
    (1..=NOT_EQUAL).find(|strategy| {
        calls.iter().all(|call| {
            ordering_strategy(&call.operator)
                .iter()
                .any(|(_, s)| s == strategy)
        })
    })
}

fn row_compare(calls: Vec<OpExpr>) -> Result<Expr, Undecided> {
    let operator_name: Arc<str> = calls
        .first()
        .map(|c| c.operator.name.clone())
        .ok_or_else(|| Undecided::new("an empty row"))?;
    let mut compare = RowCompare {
        operator_name,
        operators: Vec::new(),
        left: Vec::new(),
        right: Vec::new(),
    };
    for call in calls {
        compare.operators.push(call.operator);
        let mut operands = call.arguments.into_iter();
        if let (Some(left), Some(right)) = (operands.next(), operands.next()) {
            compare.left.push(left);
            compare.right.push(right);
        }
    }
    Ok(Expr::RowCompare(Box::new(compare)))
}

pub(super) fn combine(kind: BoolKind, arguments: Vec<Expr>) -> Expr {
    Expr::Bool(BoolExpr { kind, arguments })
}

fn is_row_expression(node: &Node) -> bool {
    matches!(node.node, Some(NodeEnum::RowExpr(_)))
}

fn is_null_constant(node: &Node) -> bool {
    matches!(&node.node, Some(NodeEnum::AConst(c)) if c.isnull)
}
