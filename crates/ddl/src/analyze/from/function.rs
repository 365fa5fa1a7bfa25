//! Functions in FROM: one, or ROWS FROM several, with or without ordinality.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, FuncCall, Node, RangeFunction as RawRangeFunction};

use super::super::column_name::column_name;
use super::super::resolve::{FunctionResult, result_columns};
use super::super::tree::{
    Alias, Expr, FunctionRte, RangeFunction, RangeTableEntry, RteColumn, RteKind, Type,
};
use super::super::walk::contains_local_variables;
use super::super::{ExprKind, ParseState, Undecided, names, raw, types};
use super::{Item, reference_alias};

/// A function as written: the call, its name, and its column definition list.
struct Written {
    call: Node,
    name: String,
    definitions: Vec<Node>,
}

/// Analyses a function in FROM.
pub(super) fn transform(
    state: &mut ParseState<'_>,
    range: &RawRangeFunction,
) -> Result<Item, Undecided> {
    let mut written = written_functions(range)?;
    if !range.coldeflist.is_empty() {
        match &mut written[..] {
            [one] if one.definitions.is_empty() => one.definitions = range.coldeflist.clone(),
            _ => {
                return Err(Undecided::new(
                    "a column definition list for several functions",
                ));
            }
        }
    }
    let alias = raw::alias(range.alias.as_ref());
    let mut functions = Vec::with_capacity(written.len());
    let mut columns = Vec::new();
    let mut lateral = range.lateral;
    // A function sees the items to its left, written LATERAL or not.
    let outer = std::mem::replace(&mut state.lateral_active, true);
    for one in &written {
        let analysed = range_function(state, one, alias.as_ref(), written.len());
        let (function, given) = match analysed {
            Ok(analysed) => analysed,
            Err(error) => {
                state.lateral_active = outer;
                return Err(error);
            }
        };
        lateral |= contains_local_variables(&function.expr);
        functions.push(function);
        columns.extend(given);
    }
    state.lateral_active = outer;
    if range.ordinality {
        columns.push(column("ordinality", Type::INT8, -1));
    }
    let name = written.first().map_or("", |first| &first.name);
    let entry = RangeTableEntry {
        eref: reference_alias(alias.as_ref(), name, &columns)?,
        kind: RteKind::Function(FunctionRte {
            functions,
            ordinality: range.ordinality,
        }),
        alias,
        columns,
        lateral,
        in_from: true,
    };
    Ok(Item::entry(state, entry))
}

fn column(name: &str, data_type: Type, typmod: i32) -> RteColumn {
    RteColumn {
        name: name.into(),
        data_type,
        typmod,
        collation: None,
    }
}

fn written_functions(range: &RawRangeFunction) -> Result<Vec<Written>, Undecided> {
    let mut written = Vec::new();
    for node in &range.functions {
        let Some(NodeEnum::List(pair)) = node.node.as_ref() else {
            return Err(Undecided::new("a function in FROM of an unknown form"));
        };
        let Some(call) = pair.items.first() else {
            return Err(Undecided::new("a function in FROM of an unknown form"));
        };
        let definitions = match pair.items.get(1).and_then(|node| node.node.as_ref()) {
            Some(NodeEnum::List(list)) => list.items.clone(),
            _ => Vec::new(),
        };
        match call.node.as_ref() {
            Some(NodeEnum::FuncCall(function))
                if definitions.is_empty()
                    && range.coldeflist.is_empty()
                    && is_plain_unnest(function) =>
            {
                written.extend(function.args.iter().map(unnest_of));
            }
            _ => written.push(Written {
                call: call.clone(),
                name: column_name(call, None),
                definitions,
            }),
        }
    }
    Ok(written)
}

/// `unnest(a, b)` is short for `ROWS FROM (unnest(a), unnest(b))`.
fn is_plain_unnest(call: &FuncCall) -> bool {
    call.args.len() > 1
        && matches!(&call.funcname[..], [name] if raw::string(name) == Some("unnest"))
        && call.agg_order.is_empty()
        && call.agg_filter.is_none()
        && call.over.is_none()
        && !call.agg_star
        && !call.agg_distinct
        && !call.func_variadic
}

fn unnest_of(argument: &Node) -> Written {
    let name = |text: &str| Node {
        node: Some(NodeEnum::String(protobuf::String {
            sval: text.to_owned(),
        })),
    };
    Written {
        call: Node {
            node: Some(NodeEnum::FuncCall(Box::new(FuncCall {
                funcname: vec![name("pg_catalog"), name("unnest")],
                args: vec![argument.clone()],
                funcformat: protobuf::CoercionForm::CoerceExplicitCall as i32,
                location: -1,
                ..FuncCall::default()
            }))),
        },
        name: "unnest".to_owned(),
        definitions: Vec::new(),
    }
}

/// Analyses one function, and tells the columns that it gives.
fn range_function(
    state: &mut ParseState<'_>,
    written: &Written,
    alias: Option<&Alias>,
    count: usize,
) -> Result<(RangeFunction, Vec<RteColumn>), Undecided> {
    let expr = state.expression(&written.call, ExprKind::FromFunction)?;
    let mut column_definitions = Vec::new();
    let columns = match result_columns(state.environment, &expr) {
        FunctionResult::Composite(columns) => {
            refuse_definitions(written)?;
            columns
        }
        FunctionResult::Record if written.definitions.is_empty() => {
            return Err(Undecided::new(
                "a column definition list is required for functions returning \"record\"",
            ));
        }
        FunctionResult::Record => {
            column_definitions = definitions(state, &written.definitions)?;
            column_definitions.clone()
        }
        FunctionResult::Scalar(data_type) => {
            refuse_definitions(written)?;
            let name = scalar_name(&expr, &written.name, alias, count);
            vec![column(&name, data_type, expr.typmod())]
        }
    };
    let function = RangeFunction {
        expr,
        column_count: columns.len(),
        column_definitions,
    };
    Ok((function, columns))
}

fn refuse_definitions(written: &Written) -> Result<(), Undecided> {
    if written.definitions.is_empty() {
        return Ok(());
    }
    Err(Undecided::new(
        "a column definition list is only allowed for functions returning \"record\"",
    ))
}

/// The name of the one column of a function that gives no row (`chooseScalarFunctionAlias`).
fn scalar_name(expr: &Expr, name: &str, alias: Option<&Alias>, count: usize) -> String {
    if let Expr::FuncExpr(call) = expr {
        let function = &call.function;
        let mut outputs = function
            .argument_modes
            .iter()
            .zip(&function.argument_names)
            .filter(|(mode, _)| matches!(mode, b'o' | b'b' | b't'))
            .map(|(_, name)| name.as_deref().unwrap_or_default());
        if let (Some(output), None) = (outputs.next(), outputs.next())
            && !output.is_empty()
        {
            return output.to_owned();
        }
    }
    match alias {
        Some(alias) if count == 1 => alias.name.clone(),
        _ => name.to_owned(),
    }
}

/// The columns of a column definition list.
fn definitions(state: &ParseState<'_>, nodes: &[Node]) -> Result<Vec<RteColumn>, Undecided> {
    nodes
        .iter()
        .map(|node| {
            let Some(NodeEnum::ColumnDef(definition)) = node.node.as_ref() else {
                return Err(Undecided::new("a column definition of an unknown form"));
            };
            let Some(type_name) = definition.type_name.as_ref() else {
                return Err(Undecided::at(
                    definition.location,
                    "a column without a type",
                ));
            };
            let (data_type, typmod) = types::type_name(state.environment, type_name)?;
            let collation = match definition.coll_clause.as_deref() {
                Some(clause) => {
                    let path: Vec<&str> = clause.collname.iter().filter_map(raw::string).collect();
                    Some(names::collation(state.environment, &path).ok_or_else(|| {
                        Undecided::at(clause.location, "a collation that is not known")
                    })?)
                }
                None => None,
            };
            Ok(RteColumn {
                name: definition.colname.as_str().into(),
                data_type,
                typmod,
                collation,
            })
        })
        .collect()
}
