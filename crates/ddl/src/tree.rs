//! Walking PostgreSQL's parse tree.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, Node, Token as T};

use crate::parse::Token;

/// The direct parts of an expression node, in the order of the text. A subquery's own statement is one
/// part (a `SelectStmt`), which this function does not look into: its scope is its own.
pub(crate) fn children(node: &NodeEnum) -> Vec<&NodeEnum> {
    let mut parts: Vec<&Node> = Vec::new();
    match node {
        NodeEnum::AExpr(e) => {
            parts.extend(e.lexpr.as_deref());
            parts.extend(e.rexpr.as_deref());
        }
        NodeEnum::BoolExpr(e) => parts.extend(&e.args),
        NodeEnum::SubLink(e) => {
            parts.extend(e.testexpr.as_deref());
            parts.extend(e.subselect.as_deref());
        }
        NodeEnum::NullTest(e) => parts.extend(e.arg.as_deref()),
        NodeEnum::BooleanTest(e) => parts.extend(e.arg.as_deref()),
        NodeEnum::FuncCall(e) => {
            parts.extend(&e.args);
            parts.extend(&e.agg_order);
            parts.extend(e.agg_filter.as_deref());
            if let Some(window) = e.over.as_deref() {
                window_parts(window, &mut parts);
            }
        }
        NodeEnum::WindowDef(window) => window_parts(window, &mut parts),
        NodeEnum::CaseExpr(e) => {
            parts.extend(e.arg.as_deref());
            parts.extend(&e.args);
            parts.extend(e.defresult.as_deref());
        }
        NodeEnum::CaseWhen(e) => {
            parts.extend(e.expr.as_deref());
            parts.extend(e.result.as_deref());
        }
        NodeEnum::CoalesceExpr(e) => parts.extend(&e.args),
        NodeEnum::MinMaxExpr(e) => parts.extend(&e.args),
        NodeEnum::TypeCast(e) => parts.extend(e.arg.as_deref()),
        NodeEnum::CollateClause(e) => parts.extend(e.arg.as_deref()),
        NodeEnum::RowExpr(e) => parts.extend(&e.args),
        NodeEnum::AArrayExpr(e) => parts.extend(&e.elements),
        NodeEnum::AIndirection(e) => {
            parts.extend(e.arg.as_deref());
            parts.extend(&e.indirection);
        }
        NodeEnum::AIndices(e) => {
            parts.extend(e.lidx.as_deref());
            parts.extend(e.uidx.as_deref());
        }
        NodeEnum::NamedArgExpr(e) => parts.extend(e.arg.as_deref()),
        NodeEnum::List(e) => parts.extend(&e.items),
        NodeEnum::GroupingFunc(e) => parts.extend(&e.args),
        NodeEnum::GroupingSet(e) => parts.extend(&e.content),
        NodeEnum::SortBy(e) => parts.extend(e.node.as_deref()),
        NodeEnum::ResTarget(e) => parts.extend(e.val.as_deref()),
        NodeEnum::MultiAssignRef(e) => parts.extend(e.source.as_deref()),
        NodeEnum::XmlExpr(e) => {
            parts.extend(&e.named_args);
            parts.extend(&e.args);
        }
        NodeEnum::XmlSerialize(e) => parts.extend(e.expr.as_deref()),
        NodeEnum::JsonIsPredicate(e) => parts.extend(e.expr.as_deref()),
        NodeEnum::JsonValueExpr(e) => parts.extend(e.raw_expr.as_deref()),
        NodeEnum::JsonFuncExpr(e) => {
            json_value(e.context_item.as_deref(), &mut parts);
            parts.extend(e.pathspec.as_deref());
            parts.extend(&e.passing);
            for behavior in [e.on_empty.as_deref(), e.on_error.as_deref()]
                .into_iter()
                .flatten()
            {
                parts.extend(behavior.expr.as_deref());
            }
        }
        NodeEnum::JsonArgument(e) => json_value(e.val.as_deref(), &mut parts),
        NodeEnum::JsonKeyValue(e) => {
            parts.extend(e.key.as_deref());
            json_value(e.value.as_deref(), &mut parts);
        }
        NodeEnum::JsonParseExpr(e) => json_value(e.expr.as_deref(), &mut parts),
        NodeEnum::JsonScalarExpr(e) => parts.extend(e.expr.as_deref()),
        NodeEnum::JsonSerializeExpr(e) => json_value(e.expr.as_deref(), &mut parts),
        NodeEnum::JsonObjectConstructor(e) => parts.extend(&e.exprs),
        NodeEnum::JsonArrayConstructor(e) => parts.extend(&e.exprs),
        NodeEnum::JsonArrayQueryConstructor(e) => parts.extend(e.query.as_deref()),
        NodeEnum::JsonObjectAgg(e) => {
            if let Some(pair) = e.arg.as_deref() {
                parts.extend(pair.key.as_deref());
                json_value(pair.value.as_deref(), &mut parts);
            }
            aggregate_parts(e.constructor.as_deref(), &mut parts);
        }
        NodeEnum::JsonArrayAgg(e) => {
            json_value(e.arg.as_deref(), &mut parts);
            aggregate_parts(e.constructor.as_deref(), &mut parts);
        }
        _ => {}
    }
    parts
        .into_iter()
        .filter_map(|part| part.node.as_ref())
        .collect()
}

fn window_parts<'a>(window: &'a protobuf::WindowDef, parts: &mut Vec<&'a Node>) {
    parts.extend(&window.partition_clause);
    parts.extend(&window.order_clause);
    parts.extend(window.start_offset.as_deref());
    parts.extend(window.end_offset.as_deref());
}

fn json_value<'a>(value: Option<&'a protobuf::JsonValueExpr>, parts: &mut Vec<&'a Node>) {
    if let Some(value) = value {
        parts.extend(value.raw_expr.as_deref());
    }
}

fn aggregate_parts<'a>(
    constructor: Option<&'a protobuf::JsonAggConstructor>,
    parts: &mut Vec<&'a Node>,
) {
    if let Some(constructor) = constructor {
        parts.extend(&constructor.agg_order);
        parts.extend(constructor.agg_filter.as_deref());
        if let Some(window) = constructor.over.as_deref() {
            window_parts(window, parts);
        }
    }
}

/// The tokens of a dotted name of `count` parts that starts at `offset`: `a . b . *`.
pub(crate) fn name_tokens(tokens: &[Token], offset: usize, count: usize) -> Vec<&Token> {
    let start = tokens.partition_point(|token| (token.start.max(0) as usize) < offset);
    let mut names = Vec::with_capacity(count);
    let mut rest = tokens[start..].iter();
    while let Some(token) = rest.next() {
        names.push(token);
        if names.len() == count || rest.next().map(|dot| dot.token()) != Some(T::Ascii46) {
            break;
        }
    }
    names
}
