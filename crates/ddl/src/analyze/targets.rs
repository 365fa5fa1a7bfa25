//! Target lists: output columns, and `*` in them.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{AIndirection, ColumnRef, Node, ResTarget};

use super::from::expression_columns;
use super::sort::{named_target, next_number, unknown_to_text};
use super::tree::{Expr, FieldSelect, TargetEntry, Type, Var};
use super::{ExprKind, NamespaceItem, ParseState, Undecided, expression, raw};

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
    let expr = expression::transform(state, value, kind)?;
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
            None => list.push(expression::transform(state, node, kind)?),
        }
    }
    Ok(list)
}

/// The columns that `*`, `t.*` or `(row).*` stands for; none when the expression is no such.
fn star_columns(
    state: &mut ParseState<'_>,
    node: &Node,
    kind: ExprKind,
) -> Result<Option<Vec<(Arc<str>, Expr)>>, Undecided> {
    match node.node.as_ref() {
        Some(NodeEnum::ColumnRef(reference)) if raw::ends_in_star(&reference.fields) => {
            expand_reference(state, reference).map(Some)
        }
        Some(NodeEnum::AIndirection(indirection))
            if raw::ends_in_star(&indirection.indirection) =>
        {
            expand_indirection(state, indirection, kind).map(Some)
        }
        _ => Ok(None),
    }
}

/// Expands `*` and `t.*`.
fn expand_reference(
    state: &ParseState<'_>,
    reference: &ColumnRef,
) -> Result<Vec<(Arc<str>, Expr)>, Undecided> {
    let error = |what: String| Undecided::at(reference.location, what);
    let path: Vec<&str> = reference.fields.iter().filter_map(raw::string).collect();
    match path[..] {
        [] => {
            let items = state.namespace.iter().filter(|item| item.columns_visible);
            let mut columns = Vec::new();
            let mut found = false;
            for item in items {
                found = true;
                columns.extend(expand_item(item, 0));
            }
            if found {
                Ok(columns)
            } else {
                Err(error(
                    "SELECT * with no tables specified is not valid".to_owned(),
                ))
            }
        }
        [.., name] => {
            let schema = match path[..] {
                [_] => None,
                [schema, _] | [_, schema, _] => Some(schema),
                _ => return Err(error("too many dotted names".to_owned())),
            };
            let (item, levels_up) = find_item(state, schema, name)
                .map_err(|what| what.or_at(reference.location))?
                .ok_or_else(|| error(format!("missing FROM-clause entry for table \"{name}\"")))?;
            Ok(expand_item(item, levels_up))
        }
    }
}

/// The item of the namespace that a relation name means, and how many queries out it is.
fn find_item<'s>(
    state: &'s ParseState<'_>,
    schema: Option<&str>,
    name: &str,
) -> Result<Option<(&'s NamespaceItem, usize)>, Undecided> {
    let mut level = Some(state);
    let mut levels_up = 0;
    while let Some(scope) = level {
        let mut items = scope.namespace.iter().filter(|item| {
            item.relation_visible
                && (!item.lateral_only || scope.lateral_active)
                && *item.name == *name
                && (schema.is_none() || item.schema.as_deref() == schema)
        });
        if let Some(item) = items.next() {
            if items.next().is_some() {
                return Err(Undecided::new(format!(
                    "table reference \"{name}\" is ambiguous"
                )));
            }
            if item.lateral_only && !item.lateral_ok {
                return Err(Undecided::new(format!(
                    "invalid reference to FROM-clause entry for table \"{name}\""
                )));
            }
            return Ok(Some((item, levels_up)));
        }
        level = scope.parent;
        levels_up += 1;
    }
    Ok(None)
}

fn expand_item(item: &NamespaceItem, levels_up: usize) -> Vec<(Arc<str>, Expr)> {
    item.columns
        .iter()
        .filter(|column| !column.dont_expand && !column.name.is_empty())
        .map(|column| {
            let var = Var {
                levels_up,
                returning: item.returning,
                ..column.var.clone()
            };
            (column.name.clone(), Expr::Var(var))
        })
        .collect()
}

/// Expands `(row).*`.
fn expand_indirection(
    state: &mut ParseState<'_>,
    indirection: &AIndirection,
    kind: ExprKind,
) -> Result<Vec<(Arc<str>, Expr)>, Undecided> {
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
    let expr = expression::transform(state, &row, kind)?;
    expand_row(state, &expr)
}

/// The fields of a row-valued expression.
fn expand_row(state: &ParseState<'_>, expr: &Expr) -> Result<Vec<(Arc<str>, Expr)>, Undecided> {
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
            return Ok(expand_item(item, var.levels_up));
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
