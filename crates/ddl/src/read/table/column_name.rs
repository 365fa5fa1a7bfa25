//! The name that an expression gets where it needs one: of an output column, of an index's column.

use pg_query::NodeEnum;
use pg_query::protobuf::{AExprKind, MinMaxOp, Node, SqlValueFunctionOp, SubLinkType, XmlExprOp};

use crate::read::names::strings;

/// The name of an expression, when it suggests one.
pub(in crate::read) fn figure(node: &Node) -> Option<String> {
    let (name, _) = suggestion(node)?;
    Some(crate::read::names::truncate(&name).to_owned())
}

/// The name of an expression in text.
pub(super) fn figure_text(sql: &str) -> Option<String> {
    let parsed = pg_query::parse(&format!("SELECT {sql}"), 0).ok()?;
    let statement = parsed.protobuf.stmts.first()?.stmt.as_deref()?;
    let NodeEnum::SelectStmt(select) = statement.node.as_ref()? else {
        return None;
    };
    let NodeEnum::ResTarget(target) = select.target_list.first()?.node.as_ref()? else {
        return None;
    };
    figure(target.val.as_deref()?)
}

/// A name and how good it is: 2 for one that says what it is, 1 for a type's or a construct's.
fn suggestion(node: &Node) -> Option<(String, u8)> {
    let good = |name: &str| Some((name.to_owned(), 2));
    match node.node.as_ref()? {
        NodeEnum::ColumnRef(column) => good(strings(&column.fields).last()?),
        NodeEnum::AIndirection(indirection) => match strings(&indirection.indirection).last() {
            Some(field) => good(field),
            None => suggestion(indirection.arg.as_deref()?),
        },
        NodeEnum::FuncCall(call) => good(strings(&call.funcname).last()?),
        NodeEnum::AExpr(operation) if operation.kind() == AExprKind::AexprNullif => good("nullif"),
        NodeEnum::TypeCast(cast) => {
            let of_argument = cast.arg.as_deref().and_then(suggestion);
            match of_argument {
                Some((name, 2)) => Some((name, 2)),
                _ => {
                    let names = strings(&cast.type_name.as_ref()?.names);
                    Some(((*names.last()?).to_owned(), 1))
                }
            }
        }
        NodeEnum::CollateClause(collate) => suggestion(collate.arg.as_deref()?),
        NodeEnum::GroupingFunc(_) => good("grouping"),
        NodeEnum::MergeSupportFunc(_) => good("merge_action"),
        NodeEnum::SubLink(link) => match link.sub_link_type() {
            SubLinkType::ExistsSublink => good("exists"),
            SubLinkType::ArraySublink => good("array"),
            SubLinkType::ExprSublink => {
                let NodeEnum::SelectStmt(select) = link.subselect.as_deref()?.node.as_ref()? else {
                    return None;
                };
                let NodeEnum::ResTarget(target) = select.target_list.first()?.node.as_ref()? else {
                    return None;
                };
                if target.name.is_empty() {
                    suggestion(target.val.as_deref()?)
                } else {
                    good(&target.name)
                }
            }
            _ => None,
        },
        NodeEnum::CaseExpr(case) => match case.defresult.as_deref().and_then(suggestion) {
            Some((name, 2)) => Some((name, 2)),
            _ => Some(("case".to_owned(), 1)),
        },
        NodeEnum::AArrayExpr(_) => good("array"),
        NodeEnum::RowExpr(_) => good("row"),
        NodeEnum::CoalesceExpr(_) => good("coalesce"),
        NodeEnum::MinMaxExpr(minmax) => match minmax.op() {
            MinMaxOp::IsGreatest => good("greatest"),
            MinMaxOp::IsLeast => good("least"),
            MinMaxOp::Undefined => None,
        },
        NodeEnum::SqlvalueFunction(function) => good(match function.op() {
            SqlValueFunctionOp::SvfopCurrentDate => "current_date",
            SqlValueFunctionOp::SvfopCurrentTime | SqlValueFunctionOp::SvfopCurrentTimeN => {
                "current_time"
            }
            SqlValueFunctionOp::SvfopCurrentTimestamp
            | SqlValueFunctionOp::SvfopCurrentTimestampN => "current_timestamp",
            SqlValueFunctionOp::SvfopLocaltime | SqlValueFunctionOp::SvfopLocaltimeN => "localtime",
            SqlValueFunctionOp::SvfopLocaltimestamp | SqlValueFunctionOp::SvfopLocaltimestampN => {
                "localtimestamp"
            }
            SqlValueFunctionOp::SvfopCurrentRole => "current_role",
            SqlValueFunctionOp::SvfopCurrentUser => "current_user",
            SqlValueFunctionOp::SvfopUser => "user",
            SqlValueFunctionOp::SvfopSessionUser => "session_user",
            SqlValueFunctionOp::SvfopCurrentCatalog => "current_catalog",
            SqlValueFunctionOp::SvfopCurrentSchema => "current_schema",
            SqlValueFunctionOp::SqlvalueFunctionOpUndefined => return None,
        }),
        NodeEnum::XmlExpr(xml) => good(match xml.op() {
            XmlExprOp::IsXmlconcat => "xmlconcat",
            XmlExprOp::IsXmlelement => "xmlelement",
            XmlExprOp::IsXmlforest => "xmlforest",
            XmlExprOp::IsXmlparse => "xmlparse",
            XmlExprOp::IsXmlpi => "xmlpi",
            XmlExprOp::IsXmlroot => "xmlroot",
            _ => return None,
        }),
        NodeEnum::XmlSerialize(_) => good("xmlserialize"),
        NodeEnum::JsonParseExpr(_) => good("json"),
        NodeEnum::JsonScalarExpr(_) => good("json_scalar"),
        NodeEnum::JsonSerializeExpr(_) => good("json_serialize"),
        NodeEnum::JsonObjectConstructor(_) => good("json_object"),
        NodeEnum::JsonArrayConstructor(_) | NodeEnum::JsonArrayQueryConstructor(_) => {
            good("json_array")
        }
        NodeEnum::JsonObjectAgg(_) => good("json_objectagg"),
        NodeEnum::JsonArrayAgg(_) => good("json_arrayagg"),
        NodeEnum::JsonFuncExpr(function) => {
            use pg_query::protobuf::JsonExprOp;
            good(match function.op() {
                JsonExprOp::JsonExistsOp => "json_exists",
                JsonExprOp::JsonQueryOp => "json_query",
                JsonExprOp::JsonValueOp => "json_value",
                _ => return None,
            })
        }
        _ => None,
    }
}
