//! Reading expressions from PostgreSQL's parse tree.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, AExprKind, BoolExprType, CoercionForm, SqlValueFunctionOp};

use super::type_name::type_name_text;
use super::{Expr, LikeKind, OtherKind, Quantifier, Truth, hint};
use crate::error::{Position, SyntaxError};
use crate::parse;
use crate::quote;
use crate::tree;

/// What is put before an expression to make a statement of it; offsets are shifted back by its length.
const PREFIX: &str = "SELECT ";

/// A place where an expression names a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPosition {
    /// The name as PostgreSQL reads it: lower case unless quoted.
    pub path: Vec<String>,
    /// Where it starts in the expression's text.
    pub position: Position,
    /// Its length in bytes.
    pub length: usize,
    /// Whether any part of it stands in double quotes.
    pub quoted: bool,
}

/// An expression with the places of its columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsedExpression {
    /// The expression.
    pub expr: Expr,
    /// Where it names columns, in the order of the text; those inside subqueries are left out.
    pub columns: Vec<ColumnPosition>,
}

/// Reads one scalar expression.
///
/// Offsets of errors count from the start of `sql`; the usual slips get a hint.
///
/// ```
/// use pgwright_ddl::expr::{Expr, parse_expression};
/// assert_eq!(parse_expression("not Paid")?, Expr::column("paid").negate());
/// let error = parse_expression("status == 'paid'").unwrap_err();
/// assert_eq!((error.offset, error.hint.as_deref()), (7, Some("equality is written with one =")));
/// # Ok::<(), pgwright_ddl::SyntaxError>(())
/// ```
pub fn parse_expression(sql: &str) -> Result<Expr, SyntaxError> {
    let node = expression_node(sql)?;
    from_node(&node).map_err(|message| SyntaxError::at(sql, 0, message))
}

/// Reads one scalar expression, and says where it names columns.
pub fn parse_expression_with_columns(sql: &str) -> Result<ParsedExpression, SyntaxError> {
    let node = expression_node(sql)?;
    let expr = from_node(&node).map_err(|message| SyntaxError::at(sql, 0, message))?;
    let tokens = parse::tokens(sql)?;
    let mut columns: Vec<_> = column_nodes(&node)
        .into_iter()
        .map(|column| column_position(sql, &tokens, column, PREFIX.len()))
        .collect();
    columns.sort_by_key(|column| column.position);
    Ok(ParsedExpression { expr, columns })
}

/// Where a column reference is, from the offset of its first token.
fn column_position(
    sql: &str,
    tokens: &[parse::Token],
    column: &protobuf::ColumnRef,
    shift: usize,
) -> ColumnPosition {
    let offset = (column.location.max(0) as usize).saturating_sub(shift);
    let names = tree::name_tokens(tokens, offset, column.fields.len());
    let end = names.last().map_or(offset, |token| token.end as usize);
    ColumnPosition {
        path: strings(&column.fields),
        position: Position::of(sql, offset),
        length: end - offset,
        quoted: names
            .iter()
            .any(|token| parse::text_of(sql, token).starts_with('"')),
    }
}

/// The parse tree of an expression, made sure to be one expression and nothing else.
fn expression_node(sql: &str) -> Result<NodeEnum, SyntaxError> {
    let tokens = parse::tokens(sql)?;
    if tokens.is_empty() {
        return Err(SyntaxError::at(sql, 0, "an expression is missing"));
    }
    if let Some(error) = hint::slip(sql, &tokens) {
        return Err(error);
    }
    let statement = format!("{PREFIX}{sql}");
    let mut raw = parse::statements(&statement).map_err(|error| {
        let shifted = SyntaxError::at(
            sql,
            error.offset.saturating_sub(PREFIX.len()),
            error.message,
        );
        hint::with_hint(sql, &tokens, shifted)
    })?;
    let extra = |offset: usize, message: &str| Err(SyntaxError::at(sql, offset, message));
    if let Some(second) = raw.get(1) {
        let start = (second.stmt_location.max(0) as usize).saturating_sub(PREFIX.len());
        return extra(start, "one expression is expected, without a semicolon");
    }
    let Some(NodeEnum::SelectStmt(mut select)) = raw
        .pop()
        .and_then(|raw| raw.stmt)
        .and_then(|stmt| stmt.node)
    else {
        return extra(0, "one expression is expected");
    };
    let targets = std::mem::take(&mut select.target_list);
    let only_targets = protobuf::SelectStmt {
        limit_option: select.limit_option,
        op: select.op,
        ..Default::default()
    };
    let plain_limit = matches!(
        select.limit_option(),
        protobuf::LimitOption::Default | protobuf::LimitOption::Undefined
    );
    if *select != only_targets || !plain_limit || select.op() != protobuf::SetOperation::SetopNone {
        return extra(0, "one expression is expected, not a whole query")
            .map_err(|error| error.with_hint("put a subquery in parentheses"));
    }
    let mut targets = targets.into_iter();
    let Some(NodeEnum::ResTarget(target)) = targets.next().and_then(|node| node.node) else {
        return extra(0, "an expression is missing");
    };
    if let Some(NodeEnum::ResTarget(second)) = targets.next().and_then(|node| node.node) {
        let start = (second.location.max(0) as usize).saturating_sub(PREFIX.len());
        return extra(start, "one expression is expected, not a list").map_err(|error| {
            error.with_hint("join conditions with AND or OR; a number takes a point, not a comma")
        });
    }
    if !target.name.is_empty() {
        let last = tokens.last().map_or(0, |token| token.start as usize);
        let error = SyntaxError::at(sql, last, format!("unexpected name \"{}\"", target.name));
        return Err(hint::with_hint(sql, &tokens, error));
    }
    match target.val.and_then(|value| value.node) {
        Some(node) => match hint::foreign_operator(sql, &node) {
            Some(error) => Err(error),
            None => Ok(node),
        },
        None => extra(0, "an expression is missing"),
    }
}

/// The column references in a node, those in subqueries left out.
fn column_nodes(node: &NodeEnum) -> Vec<&protobuf::ColumnRef> {
    let mut found = Vec::new();
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        match node {
            NodeEnum::ColumnRef(column) => found.push(column),
            NodeEnum::SelectStmt(_) => {}
            other => pending.extend(tree::children(other)),
        }
    }
    found
}

/// The columns of an expression kept as text.
pub(super) fn columns_of(sql: &str) -> Vec<Vec<String>> {
    match expression_node(sql) {
        Ok(node) => column_nodes(&node)
            .into_iter()
            .map(|c| strings(&c.fields))
            .collect(),
        Err(_) => Vec::new(),
    }
}

/// An expression kept as text, with its columns renamed.
pub(super) fn rename_columns(
    sql: &str,
    rename: &mut dyn FnMut(&[String]) -> Option<Vec<String>>,
) -> String {
    let Ok(parsed) = parse_expression_with_columns(sql) else {
        return sql.to_owned();
    };
    let mut text = sql.to_owned();
    for column in parsed.columns.iter().rev() {
        if let Some(path) = rename(&column.path) {
            let start = column.position.offset;
            text.replace_range(start..start + column.length, &quote::path(&path));
        }
    }
    text
}

/// The names in a list of String nodes; a star is `*`.
pub(crate) fn strings(nodes: &[protobuf::Node]) -> Vec<String> {
    nodes
        .iter()
        .filter_map(|node| match node.node.as_ref()? {
            NodeEnum::String(string) => Some(string.sval.clone()),
            NodeEnum::AStar(_) => Some("*".to_owned()),
            _ => None,
        })
        .collect()
}

/// An operator's name: `+`, or `schema.+` where it was qualified by another schema than pg_catalog.
pub(crate) fn operator_name(nodes: &[protobuf::Node]) -> String {
    let names = strings(nodes);
    match names.as_slice() {
        [schema, name] if schema == "pg_catalog" => name.clone(),
        _ => names.join("."),
    }
}

pub(super) type Read<T> = Result<T, String>;

pub(super) fn required(node: Option<&protobuf::Node>) -> Read<Expr> {
    match node.and_then(|node| node.node.as_ref()) {
        Some(node) => from_node(node),
        None => Err("an operand is missing".to_owned()),
    }
}

fn boxed(node: Option<&protobuf::Node>) -> Read<Box<Expr>> {
    required(node).map(Box::new)
}

fn all(nodes: &[protobuf::Node]) -> Read<Vec<Expr>> {
    nodes.iter().map(|node| required(Some(node))).collect()
}

/// The expression of a parse tree node.
pub(crate) fn from_node(node: &NodeEnum) -> Read<Expr> {
    let expr = match node {
        NodeEnum::AConst(constant) => constant_expr(constant),
        NodeEnum::ColumnRef(column) => Expr::Column(strings(&column.fields)),
        NodeEnum::ParamRef(parameter) => Expr::Parameter(parameter.number.max(0) as u32),
        NodeEnum::BoolExpr(bool_expr) => {
            let args = all(&bool_expr.args)?;
            match bool_expr.boolop() {
                BoolExprType::AndExpr => Expr::and(args),
                BoolExprType::OrExpr => Expr::or(args),
                _ => Expr::and(args).negate(),
            }
        }
        NodeEnum::AExpr(expr) => return operator_expr(expr, node),
        NodeEnum::NullTest(test) => Expr::IsNull {
            operand: boxed(test.arg.as_deref())?,
            negated: test.nulltesttype() == protobuf::NullTestType::IsNotNull,
        },
        NodeEnum::BooleanTest(test) => {
            use protobuf::BoolTestType as T;
            let (truth, negated) = match test.booltesttype() {
                T::IsTrue | T::Undefined => (Truth::True, false),
                T::IsNotTrue => (Truth::True, true),
                T::IsFalse => (Truth::False, false),
                T::IsNotFalse => (Truth::False, true),
                T::IsUnknown => (Truth::Unknown, false),
                T::IsNotUnknown => (Truth::Unknown, true),
            };
            Expr::IsTruth {
                operand: boxed(test.arg.as_deref())?,
                truth,
                negated,
            }
        }
        NodeEnum::FuncCall(call) => return function_expr(call, node),
        NodeEnum::CaseExpr(case) => {
            let operand = case
                .arg
                .as_deref()
                .map(|arg| boxed(Some(arg)))
                .transpose()?;
            let mut branches = Vec::with_capacity(case.args.len());
            for arg in &case.args {
                if let Some(NodeEnum::CaseWhen(when)) = &arg.node {
                    branches.push((
                        required(when.expr.as_deref())?,
                        required(when.result.as_deref())?,
                    ));
                }
            }
            let otherwise = case
                .defresult
                .as_deref()
                .map(|arg| boxed(Some(arg)))
                .transpose()?;
            Expr::Case {
                operand,
                branches,
                otherwise,
            }
        }
        NodeEnum::CoalesceExpr(call) => Expr::Coalesce(all(&call.args)?),
        NodeEnum::MinMaxExpr(call) if call.op() == protobuf::MinMaxOp::IsLeast => {
            Expr::Least(all(&call.args)?)
        }
        NodeEnum::MinMaxExpr(call) => Expr::Greatest(all(&call.args)?),
        NodeEnum::TypeCast(cast) => {
            let Some(type_name) = &cast.type_name else {
                return Err("a type is missing".into());
            };
            Expr::Cast {
                operand: boxed(cast.arg.as_deref())?,
                type_name: type_name_text(type_name)?,
            }
        }
        NodeEnum::CollateClause(collate) => Expr::Collate {
            operand: boxed(collate.arg.as_deref())?,
            collation: strings(&collate.collname),
        },
        NodeEnum::AArrayExpr(array) => Expr::Array(all(&array.elements)?),
        NodeEnum::RowExpr(row) => Expr::Row(all(&row.args)?),
        NodeEnum::SqlvalueFunction(value) => Expr::SqlValue(sql_value(value)),
        NodeEnum::SubLink(_) => other(OtherKind::Subquery, node)?,
        NodeEnum::AIndirection(_) => other(OtherKind::Subscript, node)?,
        _ => other(OtherKind::Anything, node)?,
    };
    Ok(expr)
}

fn constant_expr(constant: &protobuf::AConst) -> Expr {
    use protobuf::a_const::Val;
    match &constant.val {
        Some(Val::Ival(integer)) => Expr::Integer(i64::from(integer.ival)),
        Some(Val::Fval(float)) => {
            // The scanner leaves digit separators in what it does not turn into a number itself.
            let digits = float.fval.replace('_', "");
            match digits.parse::<i64>() {
                Ok(number) => Expr::Integer(number),
                Err(_) => Expr::Numeric(digits),
            }
        }
        Some(Val::Boolval(boolean)) => Expr::Bool(boolean.boolval),
        Some(Val::Sval(string)) => Expr::Text(string.sval.clone()),
        // `B'01'`, `X'1F'`: the first letter of the value tells which.
        Some(Val::Bsval(bits)) => {
            let (base, digits) = bits.bsval.split_at_checked(1).unwrap_or(("b", ""));
            Expr::Other {
                kind: OtherKind::Anything,
                sql: format!("{}{}", base.to_uppercase(), quote::literal(digits)),
            }
        }
        None => Expr::Null,
    }
}

fn operator_expr(expr: &protobuf::AExpr, node: &NodeEnum) -> Read<Expr> {
    let name = operator_name(&expr.name);
    let left = || boxed(expr.lexpr.as_deref());
    let right = || boxed(expr.rexpr.as_deref());
    let right_list = || match expr.rexpr.as_deref().and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::List(list)) => all(&list.items),
        _ => Err("a list is missing".to_owned()),
    };
    Ok(match expr.kind() {
        AExprKind::AexprOp if expr.lexpr.is_none() => Expr::Unary {
            operator: name,
            operand: right()?,
        },
        AExprKind::AexprOp => Expr::Binary {
            operator: name,
            left: left()?,
            right: right()?,
        },
        kind @ (AExprKind::AexprOpAny | AExprKind::AexprOpAll) => Expr::Quantified {
            operand: left()?,
            operator: name,
            quantifier: if kind == AExprKind::AexprOpAny {
                Quantifier::Any
            } else {
                Quantifier::All
            },
            array: right()?,
        },
        kind @ (AExprKind::AexprDistinct | AExprKind::AexprNotDistinct) => Expr::IsDistinctFrom {
            left: left()?,
            right: right()?,
            negated: kind == AExprKind::AexprNotDistinct,
        },
        AExprKind::AexprNullif => Expr::Nullif(left()?, right()?),
        AExprKind::AexprIn => Expr::In {
            operand: left()?,
            list: right_list()?,
            negated: name == "<>",
        },
        kind @ (AExprKind::AexprLike | AExprKind::AexprIlike | AExprKind::AexprSimilar) => {
            let (pattern, escape) = pattern_and_escape(expr.rexpr.as_deref())?;
            Expr::Like {
                operand: left()?,
                pattern,
                escape,
                kind: match kind {
                    AExprKind::AexprIlike => LikeKind::Ilike,
                    AExprKind::AexprSimilar => LikeKind::SimilarTo,
                    _ => LikeKind::Like,
                },
                negated: name.starts_with('!'),
            }
        }
        kind @ (AExprKind::AexprBetween
        | AExprKind::AexprNotBetween
        | AExprKind::AexprBetweenSym
        | AExprKind::AexprNotBetweenSym) => {
            let Ok([low, high]) = <[Expr; 2]>::try_from(right_list()?) else {
                return Err("BETWEEN takes two bounds".to_owned());
            };
            Expr::Between {
                operand: left()?,
                low: low.into(),
                high: high.into(),
                symmetric: matches!(
                    kind,
                    AExprKind::AexprBetweenSym | AExprKind::AexprNotBetweenSym
                ),
                negated: matches!(
                    kind,
                    AExprKind::AexprNotBetween | AExprKind::AexprNotBetweenSym
                ),
            }
        }
        _ => other(OtherKind::Anything, node)?,
    })
}

/// The parser wraps a pattern that has an ESCAPE clause, and every SIMILAR TO, in a call.
fn pattern_and_escape(node: Option<&protobuf::Node>) -> Read<(Box<Expr>, Option<Box<Expr>>)> {
    if let Some(NodeEnum::FuncCall(call)) = node.and_then(|node| node.node.as_ref()) {
        let name = strings(&call.funcname);
        let wrapper = name.len() == 2
            && name[0] == "pg_catalog"
            && (name[1] == "like_escape" || name[1] == "similar_to_escape");
        if wrapper {
            let escape = call
                .args
                .get(1)
                .map(|escape| boxed(Some(escape)))
                .transpose()?;
            return Ok((boxed(call.args.first())?, escape));
        }
    }
    Ok((boxed(node)?, None))
}

fn function_expr(call: &protobuf::FuncCall, node: &NodeEnum) -> Read<Expr> {
    let aggregate = call.agg_star
        || call.agg_distinct
        || call.agg_within_group
        || !call.agg_order.is_empty()
        || call.agg_filter.is_some()
        || call.over.is_some();
    if aggregate {
        return other(OtherKind::Aggregate, node);
    }
    let named = call
        .args
        .iter()
        .any(|arg| matches!(arg.node, Some(NodeEnum::NamedArgExpr(_))));
    if named || call.func_variadic {
        return other(OtherKind::FunctionCall, node);
    }
    let mut name = strings(&call.funcname);
    let mut args = all(&call.args)?;
    if call.funcformat() == CoercionForm::CoerceSqlSyntax && name.len() == 2 {
        match (name[1].as_str(), args.len()) {
            ("extract", 2) => {
                let source = Box::new(args.remove(1));
                if let Expr::Text(field) = &args[0] {
                    return Ok(Expr::Extract {
                        field: field.to_lowercase(),
                        source,
                    });
                }
                return other(OtherKind::Anything, node);
            }
            ("timezone", 2) => {
                let operand = Box::new(args.remove(1));
                return Ok(Expr::AtTimeZone {
                    operand,
                    zone: Box::new(args.remove(0)),
                });
            }
            // The same functions by their plain names.
            ("substring" | "overlay" | "btrim" | "ltrim" | "rtrim", _) => {
                name.remove(0);
            }
            ("overlaps", 4) | ("position", 2) => {}
            _ => return other(OtherKind::Anything, node),
        }
    }
    Ok(Expr::Function { name, args })
}

fn sql_value(value: &protobuf::SqlValueFunction) -> String {
    use SqlValueFunctionOp as Op;
    let name = match value.op() {
        Op::SvfopCurrentDate | Op::SqlvalueFunctionOpUndefined => "CURRENT_DATE",
        Op::SvfopCurrentTime | Op::SvfopCurrentTimeN => "CURRENT_TIME",
        Op::SvfopCurrentTimestamp | Op::SvfopCurrentTimestampN => "CURRENT_TIMESTAMP",
        Op::SvfopLocaltime | Op::SvfopLocaltimeN => "LOCALTIME",
        Op::SvfopLocaltimestamp | Op::SvfopLocaltimestampN => "LOCALTIMESTAMP",
        Op::SvfopCurrentRole => "CURRENT_ROLE",
        Op::SvfopCurrentUser => "CURRENT_USER",
        Op::SvfopUser => "USER",
        Op::SvfopSessionUser => "SESSION_USER",
        Op::SvfopCurrentCatalog => "CURRENT_CATALOG",
        Op::SvfopCurrentSchema => "CURRENT_SCHEMA",
    };
    let has_precision = matches!(
        value.op(),
        Op::SvfopCurrentTimeN
            | Op::SvfopCurrentTimestampN
            | Op::SvfopLocaltimeN
            | Op::SvfopLocaltimestampN
    );
    if has_precision {
        format!("{name}({})", value.typmod)
    } else {
        name.to_owned()
    }
}

/// An expression that has no shape of its own here, in PostgreSQL's own spelling.
fn other(kind: OtherKind, node: &NodeEnum) -> Read<Expr> {
    Ok(Expr::Other {
        kind,
        sql: deparse(node)?,
    })
}

pub(super) fn deparse(node: &NodeEnum) -> Read<String> {
    let wrap = |node: NodeEnum| protobuf::Node { node: Some(node) };
    let target = protobuf::ResTarget {
        val: Some(Box::new(wrap(node.clone()))),
        ..Default::default()
    };
    let select = protobuf::SelectStmt {
        target_list: vec![wrap(NodeEnum::ResTarget(Box::new(target)))],
        limit_option: protobuf::LimitOption::Default.into(),
        op: protobuf::SetOperation::SetopNone.into(),
        ..Default::default()
    };
    let text = wrap(NodeEnum::SelectStmt(Box::new(select)))
        .deparse(pg_query::DeparseOptions::default())
        .map_err(|error| format!("an expression that cannot be written back: {error}"))?;
    Ok(text.strip_prefix(PREFIX).unwrap_or(&text).to_owned())
}
