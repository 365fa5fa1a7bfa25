//! The name that an output column gets when none is written (`FigureColname`).

use pg_query::NodeEnum;
use pg_query::protobuf::{
    JsonExprOp, MinMaxOp, Node, SelectStmt, SqlValueFunctionOp, SubLinkType, XmlExprOp,
};

use super::raw;
use super::tree::{Expr, SubLinkKind};
use super::walk::{Part, expr_parts};

/// How sure a name is: a cast or CASE gives way to a better name from inside.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Strength {
    Weak,
    Strong,
}

/// The name of the column that a raw expression makes. `analysed` is what became of it: a sub-select
/// with a `*` is named by its first column, which only analysis can tell.
pub(crate) fn column_name(node: &Node, analysed: Option<&Expr>) -> String {
    figure(node, analysed).map_or_else(|| "?column?".to_owned(), |(name, _)| name)
}

fn figure(node: &Node, analysed: Option<&Expr>) -> Option<(String, Strength)> {
    let strong = |name: &str| Some((name.to_owned(), Strength::Strong));
    match node.node.as_ref()? {
        NodeEnum::ColumnRef(e) => strong(e.fields.iter().rev().find_map(raw::string)?),
        NodeEnum::AIndirection(e) => match e.indirection.iter().rev().find_map(raw::string) {
            Some(name) => strong(name),
            None => figure(e.arg.as_deref()?, analysed),
        },
        NodeEnum::FuncCall(e) => strong(e.funcname.last().and_then(raw::string)?),
        NodeEnum::AExpr(e) => (e.kind() == pg_query::protobuf::AExprKind::AexprNullif)
            .then(|| ("nullif".to_owned(), Strength::Strong)),
        NodeEnum::TypeCast(e) => {
            let inner = figure(e.arg.as_deref()?, analysed);
            if let Some((_, Strength::Strong)) = inner {
                return inner;
            }
            match e.type_name.as_ref().and_then(|t| t.names.last()) {
                Some(name) => Some((raw::string(name)?.to_owned(), Strength::Weak)),
                None => inner,
            }
        }
        NodeEnum::CollateClause(e) => figure(e.arg.as_deref()?, analysed),
        NodeEnum::GroupingFunc(_) => strong("grouping"),
        NodeEnum::MergeSupportFunc(_) => strong("merge_action"),
        NodeEnum::SubLink(e) => match e.sub_link_type() {
            SubLinkType::ExistsSublink => strong("exists"),
            SubLinkType::ArraySublink => strong("array"),
            SubLinkType::ExprSublink => {
                if let Some(name) = analysed.and_then(sub_select_name) {
                    return strong(&name);
                }
                match e.subselect.as_deref()?.node.as_ref()? {
                    NodeEnum::SelectStmt(select) => strong(&first_column_name(select)?),
                    _ => None,
                }
            }
            _ => None,
        },
        NodeEnum::CaseExpr(e) => match e.defresult.as_deref().and_then(|d| figure(d, None)) {
            Some((name, Strength::Strong)) => Some((name, Strength::Strong)),
            _ => Some(("case".to_owned(), Strength::Weak)),
        },
        NodeEnum::AArrayExpr(_) => strong("array"),
        NodeEnum::RowExpr(_) => strong("row"),
        NodeEnum::CoalesceExpr(_) => strong("coalesce"),
        NodeEnum::MinMaxExpr(e) => match e.op() {
            MinMaxOp::IsGreatest => strong("greatest"),
            MinMaxOp::IsLeast => strong("least"),
            MinMaxOp::Undefined => None,
        },
        NodeEnum::SqlvalueFunction(e) => strong(value_function_name(e.op())?),
        NodeEnum::XmlExpr(e) => strong(match e.op() {
            XmlExprOp::IsXmlconcat => "xmlconcat",
            XmlExprOp::IsXmlelement => "xmlelement",
            XmlExprOp::IsXmlforest => "xmlforest",
            XmlExprOp::IsXmlparse => "xmlparse",
            XmlExprOp::IsXmlpi => "xmlpi",
            XmlExprOp::IsXmlroot => "xmlroot",
            XmlExprOp::IsXmlserialize => "xmlserialize",
            XmlExprOp::IsDocument | XmlExprOp::Undefined => return None,
        }),
        NodeEnum::XmlSerialize(_) => strong("xmlserialize"),
        NodeEnum::JsonParseExpr(_) => strong("json"),
        NodeEnum::JsonScalarExpr(_) => strong("json_scalar"),
        NodeEnum::JsonSerializeExpr(_) => strong("json_serialize"),
        NodeEnum::JsonObjectConstructor(_) => strong("json_object"),
        NodeEnum::JsonArrayConstructor(_) | NodeEnum::JsonArrayQueryConstructor(_) => {
            strong("json_array")
        }
        NodeEnum::JsonObjectAgg(_) => strong("json_objectagg"),
        NodeEnum::JsonArrayAgg(_) => strong("json_arrayagg"),
        NodeEnum::JsonFuncExpr(e) => match e.op() {
            JsonExprOp::JsonExistsOp => strong("json_exists"),
            JsonExprOp::JsonQueryOp => strong("json_query"),
            JsonExprOp::JsonValueOp => strong("json_value"),
            _ => None,
        },
        _ => None,
    }
}

fn value_function_name(op: SqlValueFunctionOp) -> Option<&'static str> {
    use SqlValueFunctionOp as Op;
    Some(match op {
        Op::SvfopCurrentDate => "current_date",
        Op::SvfopCurrentTime | Op::SvfopCurrentTimeN => "current_time",
        Op::SvfopCurrentTimestamp | Op::SvfopCurrentTimestampN => "current_timestamp",
        Op::SvfopLocaltime | Op::SvfopLocaltimeN => "localtime",
        Op::SvfopLocaltimestamp | Op::SvfopLocaltimestampN => "localtimestamp",
        Op::SvfopCurrentRole => "current_role",
        Op::SvfopCurrentUser => "current_user",
        Op::SvfopUser => "user",
        Op::SvfopSessionUser => "session_user",
        Op::SvfopCurrentCatalog => "current_catalog",
        Op::SvfopCurrentSchema => "current_schema",
        Op::SqlvalueFunctionOpUndefined => return None,
    })
}

/// The name of the first column of the sub-select that an expression is, casts looked through.
fn sub_select_name(expr: &Expr) -> Option<String> {
    if let Expr::SubLink(link) = expr {
        return (link.kind == SubLinkKind::Expr)
            .then(|| {
                link.query
                    .targets
                    .first()?
                    .name
                    .as_deref()
                    .map(str::to_owned)
            })
            .flatten();
    }
    let (mut parts, mut name) = (0, None);
    expr_parts(expr, &mut |part| {
        parts += 1;
        if let (1, Part::Expr(part)) = (parts, part) {
            name = sub_select_name(part);
        }
    });
    name
}

/// The name of the first output column, as far as the raw tree tells it.
fn first_column_name(select: &SelectStmt) -> Option<String> {
    if let Some(left) = select.larg.as_deref() {
        return first_column_name(left);
    }
    if !select.values_lists.is_empty() {
        return Some("column1".to_owned());
    }
    match select.target_list.first()?.node.as_ref()? {
        NodeEnum::ResTarget(target) if !target.name.is_empty() => Some(target.name.clone()),
        NodeEnum::ResTarget(target) => Some(column_name(target.val.as_deref()?, None)),
        _ => None,
    }
}
