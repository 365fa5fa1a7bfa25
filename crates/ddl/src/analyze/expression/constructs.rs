//! CASE, ROW, COALESCE, GREATEST, LEAST, and the SQL value functions.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node};

use crate::analyze::coerce::{coerce_to_boolean, coerce_to_common, select_common_type};
use crate::analyze::error::Undecided;
use crate::analyze::state::ParseState;
use crate::analyze::tree::{
    Case, Coalesce, CoercionForm, Expr, MinMax, RowExpr, SqlValueFunction, SqlValueKind, Type,
};

impl ParseState<'_> {
    pub(super) fn case(&mut self, case: &protobuf::CaseExpr) -> Result<Expr, Undecided> {
        let env = self.environment;
        let operand = match case.arg.as_deref() {
            None => None,
            Some(operand) => {
                let operand = self.transform(operand)?;
                // An unknown literal must be decided before the comparisons are.
                Some(if operand.data_type() == Type::UNKNOWN {
                    coerce_to_common(env, operand, &Type::TEXT, "CASE")?
                } else {
                    operand
                })
            }
        };
        let placeholder = operand
            .as_ref()
            .map(|o| Expr::CaseTest(o.data_type(), o.typmod()));
        let mut branches = Vec::with_capacity(case.args.len());
        for node in &case.args {
            let Some(NodeEnum::CaseWhen(when)) = node.node.as_ref() else {
                return Err(Undecided::at(case.location, "a branch of CASE"));
            };
            let condition = self.required(when.expr.as_deref())?;
            let condition = match &placeholder {
                Some(placeholder) => self
                    .operator(&["="], placeholder.clone(), condition)
                    .map_err(|e| e.or_at(when.location))?,
                None => condition,
            };
            let condition = coerce_to_boolean(env, condition, "CASE/WHEN")?;
            branches.push((condition, self.required(when.result.as_deref())?));
        }
        let otherwise = match case.defresult.as_deref() {
            Some(node) => self.transform(node)?,
            None => Expr::null(Type::UNKNOWN),
        };
        // ELSE is looked at first.
        let results: Vec<&Expr> = std::iter::once(&otherwise)
            .chain(branches.iter().map(|(_, result)| result))
            .collect();
        let data_type =
            select_common_type(env, &results, "CASE").map_err(|e| e.or_at(case.location))?;
        let otherwise = coerce_to_common(env, otherwise, &data_type, "CASE/ELSE")?;
        let branches = branches
            .into_iter()
            .map(|(condition, result)| {
                Ok((
                    condition,
                    coerce_to_common(env, result, &data_type, "CASE/WHEN")?,
                ))
            })
            .collect::<Result<_, Undecided>>()?;
        Ok(Expr::Case(Box::new(Case {
            data_type,
            operand,
            branches,
            otherwise,
        })))
    }

    pub(super) fn row(&mut self, row: &protobuf::RowExpr) -> Result<Expr, Undecided> {
        let arguments = self.expression_list(&row.args)?;
        let form = match row.row_format() {
            protobuf::CoercionForm::CoerceImplicitCast => CoercionForm::ImplicitCast,
            _ => CoercionForm::ExplicitCall,
        };
        Ok(Expr::Row(RowExpr {
            data_type: Type::RECORD,
            arguments,
            form,
        }))
    }

    pub(super) fn coalesce(&mut self, e: &protobuf::CoalesceExpr) -> Result<Expr, Undecided> {
        let (data_type, arguments) = self
            .common_arguments(&e.args, "COALESCE")
            .map_err(|error| error.or_at(e.location))?;
        Ok(Expr::Coalesce(Coalesce {
            data_type,
            arguments,
        }))
    }

    pub(super) fn min_max(&mut self, e: &protobuf::MinMaxExpr) -> Result<Expr, Undecided> {
        let greatest = e.op() == protobuf::MinMaxOp::IsGreatest;
        let what = if greatest { "GREATEST" } else { "LEAST" };
        let (data_type, arguments) = self
            .common_arguments(&e.args, what)
            .map_err(|error| error.or_at(e.location))?;
        Ok(Expr::MinMax(MinMax {
            greatest,
            data_type,
            arguments,
        }))
    }

    fn common_arguments(
        &mut self,
        nodes: &[Node],
        what: &str,
    ) -> Result<(Type, Vec<Expr>), Undecided> {
        let arguments = nodes
            .iter()
            .map(|node| self.transform(node))
            .collect::<Result<Vec<_>, _>>()?;
        let env = self.environment;
        let data_type = select_common_type(env, &arguments.iter().collect::<Vec<_>>(), what)?;
        let arguments = arguments
            .into_iter()
            .map(|argument| coerce_to_common(env, argument, &data_type, what))
            .collect::<Result<_, _>>()?;
        Ok((data_type, arguments))
    }
}

/// `CURRENT_DATE` and its like: types are given by the standard.
pub(super) fn sql_value_function(e: &protobuf::SqlValueFunction) -> Result<Expr, Undecided> {
    use SqlValueKind as K;
    use protobuf::SqlValueFunctionOp as Op;
    let (kind, data_type) = match e.op() {
        Op::SvfopCurrentDate => (K::CurrentDate, Type::DATE),
        Op::SvfopCurrentTime | Op::SvfopCurrentTimeN => (K::CurrentTime, Type::TIMETZ),
        Op::SvfopCurrentTimestamp | Op::SvfopCurrentTimestampN => {
            (K::CurrentTimestamp, Type::TIMESTAMPTZ)
        }
        Op::SvfopLocaltime | Op::SvfopLocaltimeN => (K::Localtime, Type::TIME),
        Op::SvfopLocaltimestamp | Op::SvfopLocaltimestampN => (K::Localtimestamp, Type::TIMESTAMP),
        Op::SvfopCurrentRole => (K::CurrentRole, Type::NAME),
        Op::SvfopCurrentUser => (K::CurrentUser, Type::NAME),
        Op::SvfopUser => (K::User, Type::NAME),
        Op::SvfopSessionUser => (K::SessionUser, Type::NAME),
        Op::SvfopCurrentCatalog => (K::CurrentCatalog, Type::NAME),
        Op::SvfopCurrentSchema => (K::CurrentSchema, Type::NAME),
        Op::SqlvalueFunctionOpUndefined => {
            return Err(Undecided::at(e.location, "an SQL value function"));
        }
    };
    let with_precision = matches!(
        e.op(),
        Op::SvfopCurrentTimeN
            | Op::SvfopCurrentTimestampN
            | Op::SvfopLocaltimeN
            | Op::SvfopLocaltimestampN
    );
    Ok(Expr::SqlValueFunction(SqlValueFunction {
        kind,
        data_type,
        typmod: if with_precision { e.typmod.min(6) } else { -1 },
    }))
}
