//! Joins: their conditions, merged columns, and output.

use std::collections::BTreeSet;
use std::sync::Arc;

use pg_query::protobuf::{JoinExpr, JoinType};

use super::super::tree::{
    Alias, Coalesce, Coercion, CoercionForm, Expr, FromItem, JoinItem, JoinKind, JoinRte,
    RangeTableEntry, ReturningType, RteColumn, RteKind, Var,
};
use super::super::{ExprKind, NamespaceColumn, NamespaceItem, ParseState, Undecided, coerce, raw};
use super::{Item, check_conflicts, reference_alias, set_lateral_state, transform_item};

/// The output of a join while it is put together.
#[derive(Default)]
struct Output {
    columns: Vec<NamespaceColumn>,
    alias_vars: Vec<Expr>,
    left_columns: Vec<i16>,
    right_columns: Vec<i16>,
}

/// Analyses a join.
pub(super) fn transform(state: &mut ParseState<'_>, join: &JoinExpr) -> Result<Item, Undecided> {
    let kind = match join.jointype() {
        JoinType::JoinInner => JoinKind::Inner,
        JoinType::JoinLeft => JoinKind::Left,
        JoinType::JoinFull => JoinKind::Full,
        JoinType::JoinRight => JoinKind::Right,
        other => return Err(Undecided::new(format!("a join of kind {other:?}"))),
    };
    let (Some(left), Some(right)) = (join.larg.as_deref(), join.rarg.as_deref()) else {
        return Err(Undecided::new("a join that lacks an operand"));
    };
    let mut left = transform_item(state, left)?;
    // The right operand may see the left one through LATERAL, but not what it makes nullable.
    let lateral_ok = matches!(kind, JoinKind::Inner | JoinKind::Left);
    set_lateral_state(&mut left.namespace, true, lateral_ok);
    let length = state.namespace.len();
    state.namespace.extend(left.namespace.iter().cloned());
    let right = transform_item(state, right);
    state.namespace.truncate(length);
    let right = right?;
    check_conflicts(&left.namespace, &right.namespace)?;
    let mut namespace = left.namespace;
    namespace.extend(right.namespace);

    let using = if join.is_natural {
        natural_columns(&left.visible, &right.visible)
    } else {
        raw::strings(&join.using_clause)
    };
    let mut output = Output::default();
    let rtindex = state.range_table.len() + 1;
    for name in &using {
        merge_column(
            state,
            kind,
            name,
            &left.visible,
            &right.visible,
            rtindex,
            &mut output,
        )?;
    }
    let on = match join.quals.as_deref() {
        Some(condition) => Some(join_condition(state, condition, &mut namespace)?),
        None => None,
    };
    let merged = using.len();
    remaining_columns(&left.visible, true, &mut output);
    remaining_columns(&right.visible, false, &mut output);

    let alias = raw::alias(join.alias.as_ref());
    let using_alias = raw::alias(join.join_using_alias.as_ref()).map(|alias| Alias {
        columns: using.clone(),
        ..alias
    });
    let mut visible = add_join(
        state,
        kind,
        merged,
        output,
        alias.as_ref(),
        using_alias.as_ref(),
    )?;
    if let Some(alias) = &using_alias {
        let mut item = visible.clone();
        item.name = alias.name.as_str().into();
        item.columns.truncate(merged);
        for (column, name) in item.columns.iter_mut().zip(&alias.columns) {
            column.name = name.as_str().into();
        }
        item.relation_visible = true;
        item.columns_visible = true;
        check_conflicts(&namespace, std::slice::from_ref(&item))?;
        namespace.push(item);
    }
    if alias.is_some() {
        // An alias hides the operands.
        namespace.clear();
    } else {
        for item in &mut namespace {
            item.columns_visible = false;
        }
    }
    visible.relation_visible = alias.is_some();
    namespace.push(visible.clone());
    Ok(Item {
        from: FromItem::Join(Box::new(JoinItem {
            kind,
            natural: join.is_natural,
            left: left.from,
            right: right.from,
            using,
            using_alias,
            on,
            alias,
            rtindex,
        })),
        visible,
        namespace,
    })
}

/// The names that both sides of NATURAL JOIN have, in the order of the left side.
fn natural_columns(left: &NamespaceItem, right: &NamespaceItem) -> Vec<String> {
    let right: BTreeSet<&str> = right.columns.iter().map(|c| &*c.name).collect();
    left.columns
        .iter()
        .filter(|column| !column.name.is_empty() && right.contains(&*column.name))
        .map(|column| column.name.to_string())
        .collect()
}

/// Analyses ON, which sees the operands of the join and nothing else of this query.
fn join_condition(
    state: &mut ParseState<'_>,
    condition: &pg_query::protobuf::Node,
    namespace: &mut [NamespaceItem],
) -> Result<Expr, Undecided> {
    set_lateral_state(namespace, false, true);
    let outer = std::mem::replace(&mut state.namespace, namespace.to_vec());
    let on = state
        .expression(condition, ExprKind::JoinOn)
        .and_then(|on| coerce::coerce_to_boolean(state.environment, on, "JOIN/ON"));
    state.namespace = outer;
    on
}

/// The place and the column of a name.
fn find_column<'i>(
    item: &'i NamespaceItem,
    name: &str,
    side: &str,
) -> Result<(usize, &'i NamespaceColumn), Undecided> {
    let mut found = None;
    for (place, column) in item.columns.iter().enumerate() {
        if *column.name == *name && found.replace((place, column)).is_some() {
            return Err(Undecided::new(format!(
                "common column name \"{name}\" appears more than once in {side} table"
            )));
        }
    }
    found.ok_or_else(|| {
        Undecided::new(format!(
            "column \"{name}\" specified in USING clause does not exist in {side} table"
        ))
    })
}

/// Adds the column that USING makes of one of each side.
fn merge_column(
    state: &ParseState<'_>,
    kind: JoinKind,
    name: &str,
    left: &NamespaceItem,
    right: &NamespaceItem,
    rtindex: usize,
    output: &mut Output,
) -> Result<(), Undecided> {
    if output.columns.iter().any(|column| *column.name == *name) {
        return Err(Undecided::new(format!(
            "column name \"{name}\" appears more than once in USING clause"
        )));
    }
    let (left_place, left_column) = find_column(left, name, "left")?;
    let (right_place, right_column) = find_column(right, name, "right")?;
    let merged = merged_variable(state, kind, &left_column.var, &right_column.var)?;
    let number = column_number(output.columns.len());
    let var = match &merged {
        Expr::Var(var) => var.clone(),
        // Equal to neither side, so it can only be had from the join.
        other => Var {
            varno: rtindex,
            attno: number,
            data_type: other.data_type(),
            typmod: other.typmod(),
            levels_up: 0,
            varnosyn: rtindex,
            attnosyn: number,
            returning: ReturningType::Default,
        },
    };
    output.columns.push(NamespaceColumn {
        name: name.into(),
        var,
        dont_expand: false,
    });
    output.alias_vars.push(merged);
    output.left_columns.push(column_number(left_place));
    output.right_columns.push(column_number(right_place));
    Ok(())
}

/// The number of the column at a place.
fn column_number(place: usize) -> i16 {
    i16::try_from(place + 1).unwrap_or(i16::MAX)
}

/// What a merged column is in terms of its two sides.
fn merged_variable(
    state: &ParseState<'_>,
    kind: JoinKind,
    left: &Var,
    right: &Var,
) -> Result<Expr, Undecided> {
    let (left, right) = (Expr::Var(left.clone()), Expr::Var(right.clone()));
    let (data_type, typmod) = if left.data_type() == right.data_type() {
        let typmod = if left.typmod() == right.typmod() {
            left.typmod()
        } else {
            -1
        };
        (left.data_type(), typmod)
    } else {
        let common = coerce::select_common_type(state.environment, &[&left, &right], "JOIN/USING")?;
        let typmod = coerce::select_common_typmod(&[&left, &right], &common);
        (common, typmod)
    };
    let mut sides = Vec::with_capacity(2);
    for side in [left, right] {
        sides.push(if side.data_type() != data_type {
            coerce::coerce_type(
                state.environment,
                side,
                &data_type,
                typmod,
                coerce::CoercionContext::Implicit,
                CoercionForm::ImplicitCast,
            )?
        } else if side.typmod() != typmod {
            Expr::RelabelType(Box::new(Coercion {
                argument: side,
                data_type: data_type.clone(),
                typmod,
                form: CoercionForm::ImplicitCast,
            }))
        } else {
            side
        });
    }
    let plain_right = matches!(sides.get(1), Some(Expr::Var(_)));
    let plain_left = matches!(sides.first(), Some(Expr::Var(_)));
    let chosen = match kind {
        JoinKind::Inner => usize::from(!plain_left && plain_right),
        JoinKind::Left => 0,
        JoinKind::Right => 1,
        JoinKind::Full => {
            return Ok(Expr::Coalesce(Coalesce {
                data_type,
                arguments: sides,
            }));
        }
    };
    Ok(sides.swap_remove(chosen))
}

/// Adds the columns of one side that are not merged.
fn remaining_columns(item: &NamespaceItem, left: bool, output: &mut Output) {
    let numbers = if left {
        &mut output.left_columns
    } else {
        &mut output.right_columns
    };
    let merged: BTreeSet<i16> = numbers.iter().copied().collect();
    for (place, column) in item.columns.iter().enumerate() {
        let number = column_number(place);
        if merged.contains(&number) {
            continue;
        }
        numbers.push(number);
        output.alias_vars.push(Expr::Var(column.var.clone()));
        output.columns.push(column.clone());
    }
}

/// Adds the entry of a join, and says what it makes visible.
fn add_join(
    state: &mut ParseState<'_>,
    kind: JoinKind,
    merged: usize,
    output: Output,
    alias: Option<&Alias>,
    using_alias: Option<&Alias>,
) -> Result<NamespaceItem, Undecided> {
    let rtindex = state.range_table.len() + 1;
    let columns: Vec<RteColumn> = output
        .columns
        .iter()
        .map(|column| RteColumn {
            name: column.name.clone(),
            data_type: column.var.data_type.clone(),
            typmod: column.var.typmod,
            collation: None,
        })
        .collect();
    let eref = reference_alias(alias, "unnamed_join", &columns)?;
    let mut visible = output.columns;
    for ((column, name), number) in visible.iter_mut().zip(&eref.columns).zip(1i16..) {
        column.name = Arc::from(name.as_str());
        if alias.is_some() {
            // The alias is how the text refers to it; printing follows that.
            column.var.varnosyn = rtindex;
            column.var.attnosyn = number;
        }
    }
    state.range_table.push(RangeTableEntry {
        kind: RteKind::Join(JoinRte {
            kind,
            merged,
            alias_vars: output.alias_vars,
            left_columns: output.left_columns,
            right_columns: output.right_columns,
            using_alias: using_alias.cloned(),
        }),
        alias: alias.cloned(),
        eref: eref.clone(),
        columns,
        lateral: false,
        in_from: true,
    });
    Ok(NamespaceItem {
        name: eref.name.as_str().into(),
        schema: None,
        rtindex,
        columns: visible,
        relation_visible: alias.is_some(),
        columns_visible: true,
        lateral_only: false,
        lateral_ok: true,
        returning: ReturningType::Default,
    })
}

/// The output of a set operation as something that names can refer to: ORDER BY sees it.
pub(crate) fn output_item(columns: Vec<(Arc<str>, Var)>, rtindex: usize) -> NamespaceItem {
    NamespaceItem {
        name: "unnamed_join".into(),
        schema: None,
        rtindex,
        columns: columns
            .into_iter()
            .map(|(name, var)| NamespaceColumn {
                name,
                var,
                dont_expand: false,
            })
            .collect(),
        relation_visible: false,
        columns_visible: true,
        lateral_only: false,
        lateral_ok: true,
        returning: ReturningType::Default,
    }
}
