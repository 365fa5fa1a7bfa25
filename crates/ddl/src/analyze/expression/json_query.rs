//! `JSON_EXISTS`, `JSON_QUERY`, `JSON_VALUE`.

use pg_query::NodeEnum;
use pg_query::protobuf;

use super::json::format_of;
use crate::analyze::coerce::{CoercionContext, coerce_to_target};
use crate::analyze::error::Undecided;
use crate::analyze::state::ParseState;
use crate::analyze::tree::{
    CoercionForm, Expr, JsonBehavior, JsonBehaviorKind, JsonExpr, JsonExprKind, JsonFormat,
    JsonFormatKind, JsonReturning, JsonWrapper, Type,
};
use crate::analyze::types::format_type;

impl ParseState<'_> {
    pub(super) fn json_function(&mut self, e: &protobuf::JsonFuncExpr) -> Result<Expr, Undecided> {
        self.json_query_expression(e)
            .map(|json| Expr::JsonExpr(Box::new(json)))
            .map_err(|error| error.or_at(e.location))
    }

    /// One of the query functions, also as what computes a column of JSON_TABLE.
    pub(crate) fn json_query_expression(
        &mut self,
        e: &protobuf::JsonFuncExpr,
    ) -> Result<JsonExpr, Undecided> {
        use protobuf::JsonExprOp as Op;
        use protobuf::JsonWrapper as W;
        let kind = match e.op() {
            Op::JsonExistsOp => JsonExprKind::Exists,
            Op::JsonQueryOp => JsonExprKind::Query,
            Op::JsonValueOp => JsonExprKind::Value,
            Op::JsonTableOp => JsonExprKind::Table,
            Op::Undefined => return Err(Undecided::new("an SQL/JSON function")),
        };
        let item = e.context_item.as_deref();
        let formatted = self.json_value(item, JsonFormatKind::Json, Some(&Type::JSONB), false)?;
        let format = format_of(item.and_then(|i| i.format.as_ref()));
        let path = self.required(e.pathspec.as_deref())?;
        let path = self.coerce_json(path, &Type::JSONPATH, -1, CoercionForm::ImplicitCast)?;
        let mut passing = Vec::with_capacity(e.passing.len());
        for node in &e.passing {
            let Some(NodeEnum::JsonArgument(argument)) = node.node.as_ref() else {
                return Err(Undecided::new("an argument of PASSING"));
            };
            let value = self.json_value(argument.val.as_deref(), format.kind, None, true)?;
            passing.push((argument.name.clone(), value));
        }
        let given = self.json_output(e.output.as_ref())?;
        let default_type = match kind {
            JsonExprKind::Exists => Type::BOOL,
            JsonExprKind::Query => Type::JSONB,
            JsonExprKind::Value => Type::TEXT,
            // JSON_TABLE itself gives rows.
            JsonExprKind::Table => Type::RECORD,
        };
        let mut returning = given.unwrap_or(JsonReturning {
            format: JsonFormat::default(),
            data_type: default_type,
            typmod: -1,
        });
        if kind == JsonExprKind::Value {
            returning.format = JsonFormat::default();
        }
        let default_behavior = match kind {
            JsonExprKind::Exists => JsonBehaviorKind::False,
            JsonExprKind::Query | JsonExprKind::Value => JsonBehaviorKind::Null,
            JsonExprKind::Table => JsonBehaviorKind::EmptyArray,
        };
        let on_empty = match kind {
            JsonExprKind::Query | JsonExprKind::Value => {
                Some(self.json_behavior(e.on_empty.as_deref(), default_behavior, &returning)?)
            }
            _ => None,
        };
        let on_error =
            Some(self.json_behavior(e.on_error.as_deref(), default_behavior, &returning)?);
        Ok(JsonExpr {
            kind,
            column_name: (!e.column_name.is_empty()).then(|| e.column_name.clone()),
            formatted,
            format,
            path,
            returning,
            passing,
            on_empty,
            on_error,
            wrapper: match e.wrapper() {
                W::JswNone => JsonWrapper::Without,
                W::JswConditional => JsonWrapper::Conditional,
                W::JswUnconditional => JsonWrapper::Unconditional,
                _ => JsonWrapper::Unspecified,
            },
            omit_quotes: kind == JsonExprKind::Value
                || e.quotes() == protobuf::JsonQuotes::JsQuotesOmit,
        })
    }

    fn coerce_json(
        &self,
        expr: Expr,
        target: &Type,
        typmod: i32,
        form: CoercionForm,
    ) -> Result<Expr, Undecided> {
        let source = expr.data_type();
        coerce_to_target(
            self.environment,
            expr,
            target,
            typmod,
            CoercionContext::Explicit,
            form,
        )?
        .ok_or_else(|| {
            Undecided::new(format!(
                "{} as {} in SQL/JSON",
                format_type(&source, None),
                format_type(target, None)
            ))
        })
    }

    /// ON EMPTY or ON ERROR, with the function's default where it is left out.
    pub(crate) fn json_behavior(
        &mut self,
        behavior: Option<&protobuf::JsonBehavior>,
        default: JsonBehaviorKind,
        returning: &JsonReturning,
    ) -> Result<JsonBehavior, Undecided> {
        use JsonBehaviorKind as K;
        use protobuf::JsonBehaviorType as B;
        let Some(behavior) = behavior else {
            return Ok(JsonBehavior {
                kind: default,
                expression: None,
            });
        };
        let kind = match behavior.btype() {
            B::JsonBehaviorNull => K::Null,
            B::JsonBehaviorError => K::Error,
            B::JsonBehaviorEmpty => K::Empty,
            B::JsonBehaviorTrue => K::True,
            B::JsonBehaviorFalse => K::False,
            B::JsonBehaviorUnknown => K::Unknown,
            B::JsonBehaviorEmptyArray => K::EmptyArray,
            B::JsonBehaviorEmptyObject => K::EmptyObject,
            B::JsonBehaviorDefault => K::Default,
            B::Undefined => default,
        };
        let expression = match kind {
            K::Default => {
                let expr = self.required(behavior.expr.as_deref())?;
                Some(self.coerce_json(
                    expr,
                    &returning.data_type,
                    returning.typmod,
                    CoercionForm::ExplicitCast,
                )?)
            }
            _ => None,
        };
        Ok(JsonBehavior { kind, expression })
    }
}
