//! Target lists: output columns, and `*` in them.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{AIndirection, Node, ResTarget};

use super::from::expression_columns;
use super::sort::{named_target, next_number, unknown_to_text};
use super::tree::{Expr, FieldSelect, TargetEntry, Type};
use super::{ExprKind, ParseState, Undecided, raw};

/// What `*` stands for: names and expressions.
type Columns = Vec<(Arc<str>, Expr)>;

/// Analyses the target list of SELECT or RETURNING.
pub(crate) fn transform_target_list(
    state: &mut ParseState<'_>,
    nodes: &[Node],
    kind: ExprKind,
) -> Result<Vec<TargetEntry>, Undecided> {
    let mut targets = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(NodeEnum::ResTarget(target)) = node.node.as_ref() else {
            return Err(Undecided::new("an output column of an unknown form"));
        };
        let Some(value) = target.val.as_deref() else {
            return Err(Undecided::at(
                target.location,
                "an output column without a value",
            ));
        };
        match star_columns(state, value, kind)? {
            Some(columns) => {
                for (name, expr) in columns {
                    let resno = next_number(&targets);
                    targets.push(plain_target(resno, name, expr));
                }
            }
            None => {
                let entry = transform_target(state, target, value, kind, &targets)?;
                targets.push(entry);
            }
        }
    }
    Ok(targets)
}

fn transform_target(
    state: &mut ParseState<'_>,
    target: &ResTarget,
    value: &Node,
    kind: ExprKind,
    targets: &[TargetEntry],
) -> Result<TargetEntry, Undecided> {
    let expr = state.expression(value, kind)?;
    Ok(named_target(value, expr, &target.name, targets))
}

/// An entry that is selected.
pub(crate) fn plain_target(resno: i16, name: Arc<str>, expr: Expr) -> TargetEntry {
    TargetEntry {
        expr,
        resno,
        name: Some(name),
        sort_group_ref: 0,
        junk: false,
        origin: None,
    }
}

/// Analyses a list of expressions in which `*` may stand: ROW (…), VALUES (…).
pub(crate) fn transform_expression_list(
    state: &mut ParseState<'_>,
    nodes: &[Node],
    kind: ExprKind,
) -> Result<Vec<Expr>, Undecided> {
    let mut list = Vec::with_capacity(nodes.len());
    for node in nodes {
        match star_columns(state, node, kind)? {
            Some(columns) => list.extend(columns.into_iter().map(|(_, expr)| expr)),
            None => list.push(state.expression(node, kind)?),
        }
    }
    Ok(list)
}

/// The columns that `*`, `t.*` or `(row).*` stands for; none when the expression is no such.
fn star_columns(
    state: &mut ParseState<'_>,
    node: &Node,
    kind: ExprKind,
) -> Result<Option<Columns>, Undecided> {
    match node.node.as_ref() {
        Some(NodeEnum::ColumnRef(reference)) if raw::ends_in_star(&reference.fields) => {
            state.expand_star(reference).map(Some)
        }
        Some(NodeEnum::AIndirection(indirection))
            if raw::ends_in_star(&indirection.indirection) =>
        {
            expand_indirection(state, indirection, kind).map(Some)
        }
        _ => Ok(None),
    }
}

/// Expands `(row).*`.
fn expand_indirection(
    state: &mut ParseState<'_>,
    indirection: &AIndirection,
    kind: ExprKind,
) -> Result<Columns, Undecided> {
    let Some((_, path)) = indirection.indirection.split_last() else {
        return Err(Undecided::new("an empty indirection"));
    };
    let row = if path.is_empty() {
        indirection.arg.as_deref().cloned().unwrap_or_default()
    } else {
        Node {
            node: Some(NodeEnum::AIndirection(Box::new(AIndirection {
                arg: indirection.arg.clone(),
                indirection: path.to_vec(),
            }))),
        }
    };
    let expr = state.expression(&row, kind)?;
    expand_row(state, &expr)
}

/// The fields of a row-valued expression.
fn expand_row(state: &ParseState<'_>, expr: &Expr) -> Result<Columns, Undecided> {
    // The fields of a whole row are its columns.
    if let Expr::Var(var) = expr
        && var.attno == 0
    {
        let mut level = state;
        for _ in 0..var.levels_up {
            level = level
                .parent
                .ok_or_else(|| Undecided::new("a row of no query"))?;
        }
        if let Some(item) = level
            .namespace
            .iter()
            .find(|item| item.rtindex == var.varno)
        {
            return Ok(level.star_columns(item, var.levels_up));
        }
    }
    let columns = expression_columns(state, expr)?
        .ok_or_else(|| Undecided::new("`.*` after a value that is no known row"))?;
    Ok(columns
        .into_iter()
        .zip(1i16..)
        .map(|(column, field)| {
            let select = FieldSelect {
                argument: expr.clone(),
                field,
                name: column.name.clone(),
                data_type: column.data_type,
                typmod: column.typmod,
            };
            (column.name, Expr::FieldSelect(Box::new(select)))
        })
        .collect())
}

/// Makes text of output columns that nothing has given a type.
pub(crate) fn resolve_unknowns(
    state: &ParseState<'_>,
    targets: &mut [TargetEntry],
) -> Result<(), Undecided> {
    for target in targets {
        if target.expr.data_type() == Type::UNKNOWN {
            unknown_to_text(state, &mut target.expr)?;
        }
    }
    Ok(())
}
