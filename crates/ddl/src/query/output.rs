//! The names of result columns.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node};

use crate::expr::strings;

/// Whether a name is an alias that the SELECT list gives to something else than a column of that name.
pub(super) fn is_alias(name: &str, targets: &[Node]) -> bool {
    targets.iter().any(|target| match &target.node {
        Some(NodeEnum::ResTarget(target)) if target.name.is_empty() => {
            let value = target.val.as_deref().and_then(|value| value.node.as_ref());
            value.is_some_and(|value| {
                !matches!(value, NodeEnum::ColumnRef(_)) && result_name(value) == name
            })
        }
        Some(NodeEnum::ResTarget(target)) => target.name == name,
        _ => false,
    })
}

/// The name that PostgreSQL gives to a result column without an alias (FigureColname).
pub(super) fn result_name(node: &NodeEnum) -> String {
    let inner = |node: Option<&Node>| {
        node.and_then(|node| node.node.as_ref())
            .map_or_else(|| "?column?".to_owned(), result_name)
    };
    let name = match node {
        NodeEnum::ColumnRef(column) => strings(&column.fields).pop(),
        NodeEnum::FuncCall(call) => strings(&call.funcname).pop(),
        NodeEnum::TypeCast(cast) => {
            let name = inner(cast.arg.as_deref());
            if name != "?column?" {
                return name;
            }
            cast.type_name
                .as_ref()
                .and_then(|type_name| strings(&type_name.names).pop())
        }
        NodeEnum::CollateClause(collate) => return inner(collate.arg.as_deref()),
        NodeEnum::AIndirection(indirection) => match strings(&indirection.indirection).pop() {
            Some(field) => Some(field),
            None => return inner(indirection.arg.as_deref()),
        },
        NodeEnum::CaseExpr(case) => {
            let name = inner(case.defresult.as_deref());
            return if name == "?column?" {
                "case".to_owned()
            } else {
                name
            };
        }
        NodeEnum::CoalesceExpr(_) => Some("coalesce".to_owned()),
        NodeEnum::MinMaxExpr(call) if call.op() == protobuf::MinMaxOp::IsLeast => {
            Some("least".to_owned())
        }
        NodeEnum::MinMaxExpr(_) => Some("greatest".to_owned()),
        NodeEnum::AArrayExpr(_) => Some("array".to_owned()),
        NodeEnum::RowExpr(_) => Some("row".to_owned()),
        NodeEnum::SubLink(link) => match link.sub_link_type() {
            protobuf::SubLinkType::ExistsSublink => Some("exists".to_owned()),
            protobuf::SubLinkType::ArraySublink => Some("array".to_owned()),
            protobuf::SubLinkType::ExprSublink => {
                let query = link
                    .subselect
                    .as_deref()
                    .and_then(|query| query.node.as_ref());
                let Some(NodeEnum::SelectStmt(select)) = query else {
                    return "?column?".to_owned();
                };
                match select
                    .target_list
                    .first()
                    .and_then(|target| target.node.as_ref())
                {
                    Some(NodeEnum::ResTarget(target)) if target.name.is_empty() => {
                        return inner(target.val.as_deref());
                    }
                    Some(NodeEnum::ResTarget(target)) => Some(target.name.clone()),
                    _ => None,
                }
            }
            _ => None,
        },
        NodeEnum::AExpr(expr) if expr.kind() == protobuf::AExprKind::AexprNullif => {
            Some("nullif".to_owned())
        }
        _ => None,
    };
    name.unwrap_or_else(|| "?column?".to_owned())
}
