//! UNION, INTERSECT and EXCEPT: a tree of sub-selects with common column types.

use std::sync::Arc;

use pg_query::protobuf::{SelectStmt, SetOperation as RawSetOperation};

use super::from::output_item;
use super::query::{self, limits};
use super::sort::{Rules, transform_sort_clause};
use super::targets::plain_target;
use super::tree::{
    Alias, Command, Expr, Query, RangeTableEntry, ReturningType, RteColumn, RteKind, SetOperation,
    SetOperationKind, SetOperationNode, TargetEntry, Type, Var,
};
use super::{ExprKind, ParseState, Undecided, coerce, ctes, locking};

/// A column of an operand.
struct Column {
    /// The expression; of an operation, a place holder with the type.
    expr: Expr,
    /// Of a leaf's column: its entry of the range table, and its place in the target list.
    source: Option<(usize, usize)>,
}

/// Analyses a set operation.
pub(crate) fn transform(
    state: &mut ParseState<'_>,
    statement: &SelectStmt,
) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Select);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    let (operations, columns) = transform_tree(state, statement, true)?;
    let leftmost = leftmost_entry(&operations);
    let names = leaf_query(state, leftmost)?
        .targets
        .iter()
        .filter(|target| !target.junk)
        .map(|target| target.name.clone().unwrap_or_else(|| "?column?".into()));
    let outputs: Vec<(Arc<str>, Var)> = names
        .zip(&columns)
        .zip(1i16..)
        .map(|((name, column), attno)| {
            let var = Var {
                varno: leftmost,
                attno,
                data_type: column.expr.data_type(),
                typmod: column.expr.typmod(),
                levels_up: 0,
                varnosyn: leftmost,
                attnosyn: attno,
                returning: ReturningType::Default,
            };
            (name, var)
        })
        .collect();
    let mut targets: Vec<TargetEntry> = outputs
        .iter()
        .zip(1i16..)
        .map(|((name, var), resno)| plain_target(resno, name.clone(), Expr::Var(var.clone())))
        .collect();
    let count = targets.len();
    // ORDER BY can refer to output columns, and to nothing else.
    let item = output_item(outputs, leftmost);
    let outer = std::mem::replace(&mut state.namespace, vec![item]);
    let order_by = transform_sort_clause(
        state,
        &statement.sort_clause,
        &mut targets,
        ExprKind::OrderBy,
        Rules::Sql92,
    );
    state.namespace = outer;
    query.order_by = order_by?;
    if targets.len() > count {
        return Err(Undecided::new(
            "invalid UNION/INTERSECT/EXCEPT ORDER BY clause",
        ));
    }
    query.targets = targets;
    query.set_operations = Some(operations);
    limits(state, statement, &mut query)?;
    query::finish(state, &mut query);
    locking::transform_locking(&mut query, &statement.locking_clause)?;
    Ok(query)
}

fn leftmost_entry(operation: &SetOperation) -> usize {
    match operation {
        SetOperation::Leaf(rtindex) => *rtindex,
        SetOperation::Node(node) => leftmost_entry(&node.left),
    }
}

fn leaf_query<'s>(state: &'s ParseState<'_>, rtindex: usize) -> Result<&'s Query, Undecided> {
    match rtindex
        .checked_sub(1)
        .and_then(|place| state.range_table.get(place))
        .map(|entry| &entry.kind)
    {
        Some(RteKind::Subquery(query)) => Ok(query),
        _ => Err(Undecided::new("an operand of UNION that is no sub-select")),
    }
}

fn transform_tree(
    state: &mut ParseState<'_>,
    statement: &SelectStmt,
    top: bool,
) -> Result<(SetOperation, Vec<Column>), Undecided> {
    // Clauses of its own make an operand a sub-select; those of the outermost are the statement's.
    let own_clauses = !statement.sort_clause.is_empty()
        || statement.limit_offset.is_some()
        || statement.limit_count.is_some()
        || !statement.locking_clause.is_empty()
        || statement.with_clause.is_some();
    let (left, right) = match (statement.larg.as_deref(), statement.rarg.as_deref()) {
        (Some(left), Some(right)) if top || !own_clauses => (left, right),
        _ => return transform_leaf(state, statement),
    };
    let kind = match statement.op() {
        RawSetOperation::SetopUnion => SetOperationKind::Union,
        RawSetOperation::SetopIntersect => SetOperationKind::Intersect,
        RawSetOperation::SetopExcept => SetOperationKind::Except,
        _ => return transform_leaf(state, statement),
    };
    let (left, left_columns) = transform_tree(state, left, false)?;
    if top {
        note_recursive_columns(state, &left, &left_columns)?;
    }
    let (right, right_columns) = transform_tree(state, right, false)?;
    if left_columns.len() != right_columns.len() {
        return Err(Undecided::new(
            "each UNION/INTERSECT/EXCEPT query must have the same number of columns",
        ));
    }
    let mut columns = Vec::with_capacity(left_columns.len());
    for (left, right) in left_columns.into_iter().zip(right_columns) {
        columns.push(common_column(state, left, right)?);
    }
    let types = columns
        .iter()
        .map(|column| (column.expr.data_type(), column.expr.typmod()))
        .collect();
    let node = SetOperationNode {
        kind,
        all: statement.all,
        left,
        right,
        columns: types,
    };
    Ok((SetOperation::Node(Box::new(node)), columns))
}

fn transform_leaf(
    state: &mut ParseState<'_>,
    statement: &SelectStmt,
) -> Result<(SetOperation, Vec<Column>), Undecided> {
    let query = query::analyze_operand(statement, state)?;
    let rtindex = state.range_table.len() + 1;
    let columns = query
        .targets
        .iter()
        .enumerate()
        .filter(|(_, target)| !target.junk)
        .map(|(place, target)| Column {
            expr: target.expr.clone(),
            source: Some((rtindex, place)),
        })
        .collect();
    let name = format!("*SELECT* {rtindex}");
    let alias = Alias {
        name,
        columns: Vec::new(),
    };
    let entry = super::from::subquery_entry(query, Some(alias), false)?;
    state.range_table.push(RangeTableEntry {
        in_from: false,
        ..entry
    });
    Ok((SetOperation::Leaf(rtindex), columns))
}

/// Finds the type of an output column, and gives it to untyped literals in the operands.
fn common_column(
    state: &mut ParseState<'_>,
    left: Column,
    right: Column,
) -> Result<Column, Undecided> {
    const WHAT: &str = "UNION";
    let common = coerce::select_common_type(state.environment, &[&left.expr, &right.expr], WHAT)?;
    let mut sides = Vec::with_capacity(2);
    for side in [left, right] {
        let unknown = side.expr.data_type() == Type::UNKNOWN;
        if unknown && !matches!(side.expr, Expr::Const(_) | Expr::Param(_)) {
            sides.push(side.expr);
            continue;
        }
        let coerced = coerce::coerce_to_common(state.environment, side.expr, &common, WHAT)?;
        if unknown {
            // Nothing in the operand depended on the type: it can be settled there.
            settle(state, side.source, &coerced);
        }
        sides.push(coerced);
    }
    let typmod = coerce::select_common_typmod(&sides.iter().collect::<Vec<_>>(), &common);
    Ok(Column {
        expr: Expr::SetToDefault(common, typmod),
        source: None,
    })
}

fn settle(state: &mut ParseState<'_>, source: Option<(usize, usize)>, coerced: &Expr) {
    let Some((rtindex, place)) = source else {
        return;
    };
    let Some(entry) = rtindex
        .checked_sub(1)
        .and_then(|index| state.range_table.get_mut(index))
    else {
        return;
    };
    let RteKind::Subquery(query) = &mut entry.kind else {
        return;
    };
    if let Some(target) = query.targets.get_mut(place) {
        target.expr = coerced.clone();
    }
    entry.columns = super::from::query_columns(query);
}

/// Tells the WITH query that this is the body of what its non-recursive term gives, which is what its
/// recursive term sees.
fn note_recursive_columns(
    state: &ParseState<'_>,
    left: &SetOperation,
    columns: &[Column],
) -> Result<(), Undecided> {
    let (Some(parent), Some(place)) = (state.parent, state.parent_cte) else {
        return Ok(());
    };
    let Some(cte) = parent.ctes.get(place) else {
        return Ok(());
    };
    let names: Vec<Option<Arc<str>>> = leaf_query(state, leftmost_entry(left))?
        .targets
        .iter()
        .filter(|target| !target.junk)
        .map(|target| target.name.clone())
        .collect();
    let known = columns
        .iter()
        .enumerate()
        .map(|(number, column)| {
            let (data_type, typmod) = match column.expr.data_type() {
                Type::UNKNOWN => (Type::TEXT, -1),
                known => (known, column.expr.typmod()),
            };
            let name = match cte.alias_columns.get(number) {
                Some(alias) => alias.as_str().into(),
                None => names
                    .get(number)
                    .cloned()
                    .flatten()
                    .unwrap_or_else(|| "?column?".into()),
            };
            RteColumn {
                name,
                data_type,
                typmod,
                collation: None,
            }
        })
        .collect();
    parent.recursive_columns.borrow_mut().insert(place, known);
    Ok(())
}
