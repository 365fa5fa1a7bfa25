//! Queries: from raw SELECT, VALUES, INSERT, UPDATE, DELETE and MERGE to the analysed tree.

use pg_query::NodeEnum;
use pg_query::protobuf::{LimitOption, Node, SelectStmt, SetOperation};

use super::from::{add_entry, transform_from_clause};
use super::grouping::{
    Grouping, simplify_grouping_sets, transform_distinct, transform_distinct_on,
    transform_group_clause,
};
use super::sort::{Rules, transform_sort_clause};
use super::targets::{
    plain_target, resolve_unknowns, transform_expression_list, transform_target_list,
};
use super::tree::{
    Alias, Command, Expr, FromItem, Query, RangeTableEntry, RteColumn, RteKind, Type,
};
use super::windows::transform_windows;
use super::{ExprKind, ParseState, Undecided, coerce, ctes, dml, locking, set_operations};

/// Analyses a sub-select of an expression or of FROM, whose names may refer to `parent`'s.
pub(crate) fn analyze_select(
    statement: &SelectStmt,
    parent: &ParseState<'_>,
) -> Result<Query, Undecided> {
    let mut state = ParseState::new(parent.environment, Some(parent));
    select_inside(&mut state, statement)
}

/// Analyses an operand of UNION, or the source of INSERT: what untyped literals become is for the
/// outer query to say.
pub(crate) fn analyze_operand(
    statement: &SelectStmt,
    parent: &ParseState<'_>,
) -> Result<Query, Undecided> {
    let mut state = ParseState::new(parent.environment, Some(parent));
    state.resolve_unknowns = false;
    select_inside(&mut state, statement)
}

/// Analyses a whole statement.
pub(crate) fn analyze_statement(
    state: &mut ParseState<'_>,
    node: &NodeEnum,
) -> Result<Query, Undecided> {
    match node {
        NodeEnum::SelectStmt(statement) => select_inside(state, statement),
        NodeEnum::InsertStmt(statement) => dml::insert(state, statement),
        NodeEnum::UpdateStmt(statement) => dml::update(state, statement),
        NodeEnum::DeleteStmt(statement) => dml::delete(state, statement),
        NodeEnum::MergeStmt(statement) => dml::merge(state, statement),
        _ => Err(Undecided::new("a statement that is no query")),
    }
}

/// Analyses SELECT in a state that has been made for it.
pub(crate) fn select_inside(
    state: &mut ParseState<'_>,
    statement: &SelectStmt,
) -> Result<Query, Undecided> {
    if statement.into_clause.is_some() {
        return Err(Undecided::new("SELECT … INTO"));
    }
    if !statement.values_lists.is_empty() {
        values(state, statement)
    } else if statement.op() == SetOperation::SetopNone {
        plain(state, statement)
    } else {
        set_operations::transform(state, statement)
    }
}

/// Analyses a SELECT without set operations. The order of the steps is the server's: it decides which
/// entries are added to the target list first.
fn plain(state: &mut ParseState<'_>, statement: &SelectStmt) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Select);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    for node in &statement.window_clause {
        let Some(NodeEnum::WindowDef(definition)) = node.node.as_ref() else {
            return Err(Undecided::new("a window of an unknown form"));
        };
        state.window_definitions.push((**definition).clone());
    }
    query.from = transform_from_clause(state, &statement.from_clause)?;
    let mut targets = transform_target_list(state, &statement.target_list, ExprKind::SelectTarget)?;
    query.where_ = condition(state, statement.where_clause.as_deref(), ExprKind::Where)?;
    query.having = condition(state, statement.having_clause.as_deref(), ExprKind::Having)?;
    query.order_by = transform_sort_clause(
        state,
        &statement.sort_clause,
        &mut targets,
        ExprKind::OrderBy,
        Rules::Sql92,
    )?;
    let grouped = transform_group_clause(
        state,
        &statement.group_clause,
        &mut targets,
        &Grouping {
            sort: &query.order_by,
            kind: ExprKind::GroupBy,
            rules: Rules::Sql92,
        },
    )?;
    query.group_by = grouped.clauses;
    query.grouping_sets = grouped.sets;
    query.group_distinct = statement.group_distinct;
    match &statement.distinct_clause[..] {
        [] => {}
        // DISTINCT alone is a list of one nothing.
        [nothing] if nothing.node.is_none() => {
            query.distinct = transform_distinct(state, &mut targets, &query.order_by)?;
        }
        items => {
            query.distinct = transform_distinct_on(state, items, &mut targets, &query.order_by)?;
            query.distinct_on = true;
        }
    }
    limits(state, statement, &mut query)?;
    query.windows = transform_windows(state, &mut targets)?;
    if state.resolve_unknowns {
        resolve_unknowns(state, &mut targets)?;
    }
    query.targets = targets;
    simplify_grouping_sets(&mut query)?;
    finish(state, &mut query);
    locking::transform_locking(&mut query, &statement.locking_clause)?;
    Ok(query)
}

/// Analyses a condition.
pub(crate) fn condition(
    state: &mut ParseState<'_>,
    node: Option<&Node>,
    kind: ExprKind,
) -> Result<Option<Expr>, Undecided> {
    let Some(node) = node else {
        return Ok(None);
    };
    let expr = state.expression(node, kind)?;
    coerce::coerce_to_boolean(state.environment, expr, "WHERE").map(Some)
}

/// Analyses OFFSET and LIMIT.
pub(crate) fn limits(
    state: &mut ParseState<'_>,
    statement: &SelectStmt,
    query: &mut Query,
) -> Result<(), Undecided> {
    let mut count = |node: Option<&Node>, kind, what| match node {
        Some(node) => {
            let expr = state.expression(node, kind)?;
            coerce::coerce_to_specific(state.environment, expr, &Type::INT8, what).map(Some)
        }
        None => Ok(None),
    };
    query.offset = count(
        statement.limit_offset.as_deref(),
        ExprKind::Offset,
        "OFFSET",
    )?;
    query.limit = count(statement.limit_count.as_deref(), ExprKind::Limit, "LIMIT")?;
    query.with_ties = statement.limit_option() == LimitOption::WithTies;
    Ok(())
}

/// Moves what an analysis has gathered into its query.
pub(crate) fn finish(state: &mut ParseState<'_>, query: &mut Query) {
    query.range_table = std::mem::take(&mut state.range_table);
    query.ctes = std::mem::take(&mut state.ctes);
    query.has_aggregates = state.has_aggregates.get();
    query.has_window_functions = state.has_window_functions.get();
    query.has_target_srfs = state.has_target_srfs.get();
    query.has_sublinks = state.has_sublinks.get();
}

/// Analyses VALUES as a query of its own.
fn values(state: &mut ParseState<'_>, statement: &SelectStmt) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Select);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    let rows = values_rows(state, statement, ExprKind::Values)?;
    let width = rows.first().map_or(0, Vec::len);
    let mut columns: Vec<Vec<Expr>> = (0..width).map(|_| Vec::with_capacity(rows.len())).collect();
    for row in rows {
        for (column, value) in columns.iter_mut().zip(row) {
            column.push(value);
        }
    }
    let mut described = Vec::with_capacity(width);
    for (column, number) in columns.iter_mut().zip(1..) {
        let (data_type, typmod) = unify(state, column)?;
        described.push(RteColumn {
            name: format!("column{number}").into(),
            data_type,
            typmod,
            collation: None,
        });
    }
    let count = columns.first().map_or(0, Vec::len);
    let mut rows: Vec<Vec<Expr>> = (0..count).map(|_| Vec::with_capacity(width)).collect();
    for column in columns {
        for (row, value) in rows.iter_mut().zip(column) {
            row.push(value);
        }
    }
    let item = values_entry(state, rows, described);
    query.from.push(FromItem::Entry(item.rtindex));
    let mut targets = item
        .columns
        .iter()
        .zip(1i16..)
        .map(|(column, resno)| {
            plain_target(resno, column.name.clone(), Expr::Var(column.var.clone()))
        })
        .collect();
    state.namespace.push(item);
    query.order_by = transform_sort_clause(
        state,
        &statement.sort_clause,
        &mut targets,
        ExprKind::OrderBy,
        Rules::Sql92,
    )?;
    limits(state, statement, &mut query)?;
    if !statement.locking_clause.is_empty() {
        return Err(Undecided::new("FOR UPDATE cannot be applied to VALUES"));
    }
    query.targets = targets;
    finish(state, &mut query);
    Ok(query)
}

/// The rows of VALUES, all of one width.
pub(crate) fn values_rows(
    state: &mut ParseState<'_>,
    statement: &SelectStmt,
    kind: ExprKind,
) -> Result<Vec<Vec<Expr>>, Undecided> {
    let mut rows: Vec<Vec<Expr>> = Vec::with_capacity(statement.values_lists.len());
    for node in &statement.values_lists {
        let Some(NodeEnum::List(list)) = node.node.as_ref() else {
            return Err(Undecided::new("a row of VALUES of an unknown form"));
        };
        let row = transform_expression_list(state, &list.items, kind)?;
        if rows.first().is_some_and(|first| first.len() != row.len()) {
            return Err(Undecided::new("VALUES lists must all be the same length"));
        }
        rows.push(row);
    }
    Ok(rows)
}

/// Brings the values of a column of VALUES to one type.
fn unify(state: &ParseState<'_>, column: &mut [Expr]) -> Result<(Type, i32), Undecided> {
    let environment = state.environment;
    let all: Vec<&Expr> = column.iter().collect();
    let common = coerce::select_common_type(environment, &all, "VALUES")?;
    for value in column.iter_mut() {
        let written = std::mem::replace(value, Expr::null(Type::UNKNOWN));
        *value = coerce::coerce_to_common(environment, written, &common, "VALUES")?;
    }
    let all: Vec<&Expr> = column.iter().collect();
    let typmod = coerce::select_common_typmod(&all, &common);
    Ok((common, typmod))
}

/// Adds the entry of VALUES.
pub(crate) fn values_entry(
    state: &mut ParseState<'_>,
    rows: Vec<Vec<Expr>>,
    columns: Vec<RteColumn>,
) -> super::NamespaceItem {
    let entry = RangeTableEntry {
        kind: RteKind::Values(rows),
        alias: None,
        eref: Alias {
            name: "*VALUES*".to_owned(),
            columns: columns
                .iter()
                .map(|column| column.name.to_string())
                .collect(),
        },
        columns,
        lateral: false,
        in_from: true,
    };
    add_entry(state, entry)
}
