//! INSERT, UPDATE and DELETE, as they stand in rules, in WITH and in function bodies.

mod assignment;
mod conflict;
mod merge;
mod returning;

use pg_query::NodeEnum;
use pg_query::protobuf::{
    DeleteStmt, InsertStmt, Node, OverridingKind, RangeVar, SelectStmt, UpdateStmt,
};

use super::from::{
    add_entry, entry_of_relation, find_relation, subquery_entry, transform_from_clause,
};
use super::query::{condition, finish, select_inside, values_entry, values_rows};
use super::targets::transform_expression_list;
use super::tree::{
    Command, Expr, FromItem, Overriding, Query, RangeTableEntry, RteColumn, TargetEntry, Type,
};
use super::{ExprKind, NamespaceItem, ParseState, Undecided, ctes, raw};

use assignment::{InsertColumn, assign, assigned_value, insert_columns, update_targets};
pub(crate) use merge::merge;
use returning::transform_returning;

/// Makes a relation the target of a statement: adds its entry, and tells what names it gives.
fn set_target(
    state: &mut ParseState<'_>,
    range: Option<&RangeVar>,
    inherited: bool,
) -> Result<NamespaceItem, Undecided> {
    let range = range.ok_or_else(|| Undecided::new("a statement without a target"))?;
    let relation = find_relation(state, range)?;
    let entry = entry_of_relation(&relation, raw::alias(range.alias.as_ref()), inherited)?;
    let item = add_entry(
        state,
        RangeTableEntry {
            in_from: false,
            ..entry
        },
    );
    state.target = Some((item.rtindex, relation));
    Ok(item)
}

fn overriding(kind: OverridingKind) -> Overriding {
    match kind {
        OverridingKind::OverridingUserValue => Overriding::User,
        OverridingKind::OverridingSystemValue => Overriding::System,
        _ => Overriding::None,
    }
}

/// Analyses INSERT.
pub(crate) fn insert(
    state: &mut ParseState<'_>,
    statement: &InsertStmt,
) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Insert);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    query.overriding = overriding(statement.r#override());
    let source = match statement
        .select_stmt
        .as_deref()
        .and_then(|node| node.node.as_ref())
    {
        Some(NodeEnum::SelectStmt(select)) => Some(&**select),
        Some(_) => return Err(Undecided::new("INSERT from what is no query")),
        None => None,
    };
    let general = source.is_some_and(is_general);
    // OLD and NEW of a rule are for the SELECT to refer to, not for INSERT itself.
    let outer = if general {
        (
            std::mem::take(&mut state.range_table),
            std::mem::take(&mut state.namespace),
        )
    } else {
        Default::default()
    };
    let target = set_target(state, statement.relation.as_ref(), false)?;
    query.result_relation = Some(target.rtindex);
    let columns = insert_columns(state, &statement.cols)?;
    let explicit = !statement.cols.is_empty();
    query.targets = match source {
        None => Vec::new(),
        Some(select) if general => {
            let values = insert_select(state, select, outer, &mut query)?;
            assign_row(state, values, &columns, explicit)?
        }
        Some(select) if select.values_lists.len() > 1 => {
            insert_rows(state, select, &columns, explicit, &mut query)?
        }
        Some(select) => {
            let row = match select
                .values_lists
                .first()
                .and_then(|node| node.node.as_ref())
            {
                Some(NodeEnum::List(list)) => &list.items[..],
                _ => return Err(Undecided::new("a row of VALUES of an unknown form")),
            };
            let values = transform_expression_list(state, row, ExprKind::ValuesSingle)?;
            assign_row(state, values, &columns, explicit)?
        }
    };
    if statement.on_conflict_clause.is_some() || statement.returning_clause.is_some() {
        state.namespace = vec![target.clone()];
    }
    if let Some(clause) = statement.on_conflict_clause.as_deref() {
        query.on_conflict = Some(conflict::transform(state, clause, &target)?);
    }
    transform_returning(
        state,
        statement.returning_clause.as_ref(),
        &target,
        &mut query,
    )?;
    finish(state, &mut query);
    Ok(query)
}

/// Whether the source of INSERT is more than plain rows.
fn is_general(select: &SelectStmt) -> bool {
    select.values_lists.is_empty()
        || !select.sort_clause.is_empty()
        || select.limit_offset.is_some()
        || select.limit_count.is_some()
        || !select.locking_clause.is_empty()
        || select.with_clause.is_some()
}

/// Analyses the SELECT of INSERT, and gives a reference to each of its columns.
fn insert_select(
    state: &mut ParseState<'_>,
    select: &SelectStmt,
    outer: (Vec<RangeTableEntry>, Vec<NamespaceItem>),
    query: &mut Query,
) -> Result<Vec<Expr>, Undecided> {
    let inner = {
        let mut child = ParseState::new(state.environment, Some(&*state));
        (child.range_table, child.namespace) = outer;
        child.resolve_unknowns = false;
        select_inside(&mut child, select)?
    };
    let literals: Vec<Option<Expr>> = inner
        .targets
        .iter()
        .filter(|target| !target.junk)
        .map(|target| {
            // An untyped literal is coerced to the column, as it would be in VALUES.
            let untyped = target.expr.data_type() == Type::UNKNOWN
                && matches!(target.expr, Expr::Const(_) | Expr::Param(_));
            untyped.then(|| target.expr.clone())
        })
        .collect();
    let entry = subquery_entry(inner, None, false)?;
    let item = add_entry(
        state,
        RangeTableEntry {
            in_from: false,
            ..entry
        },
    );
    query.from.push(FromItem::Entry(item.rtindex));
    Ok(item
        .columns
        .into_iter()
        .zip(literals)
        .map(|(column, literal)| literal.unwrap_or(Expr::Var(column.var)))
        .collect())
}

/// Analyses several rows of VALUES, each value coerced to its column.
fn insert_rows(
    state: &mut ParseState<'_>,
    select: &SelectStmt,
    columns: &[InsertColumn],
    explicit: bool,
    query: &mut Query,
) -> Result<Vec<TargetEntry>, Undecided> {
    let mut rows = Vec::with_capacity(select.values_lists.len());
    for row in values_rows(state, select, ExprKind::Values)? {
        let assigned = assign_row(state, row, columns, explicit)?;
        rows.push(
            assigned
                .into_iter()
                .map(|target| assigned_value(target.expr))
                .collect::<Vec<_>>(),
        );
    }
    let described = rows.first().map_or_else(Vec::new, |row| {
        row.iter()
            .zip(1..)
            .map(|(value, number)| RteColumn {
                name: format!("column{number}").into(),
                data_type: value.data_type(),
                typmod: value.typmod(),
                collation: None,
            })
            .collect()
    });
    let item = values_entry(state, rows, described);
    query.from.push(FromItem::Entry(item.rtindex));
    let values = item
        .columns
        .into_iter()
        .map(|column| Expr::Var(column.var))
        .collect();
    assign_row(state, values, columns, explicit)
}

/// Assigns a row of values to the columns of INSERT.
fn assign_row(
    state: &mut ParseState<'_>,
    values: Vec<Expr>,
    columns: &[InsertColumn],
    explicit: bool,
) -> Result<Vec<TargetEntry>, Undecided> {
    if values.len() > columns.len() {
        return Err(Undecided::new(
            "INSERT has more expressions than target columns",
        ));
    }
    if explicit && values.len() < columns.len() {
        return Err(Undecided::new(
            "INSERT has more target columns than expressions",
        ));
    }
    values
        .into_iter()
        .zip(columns)
        .map(|(value, column)| {
            Ok(TargetEntry {
                expr: assign(state, value, column, true)?,
                resno: column.attno,
                name: Some(column.name.clone()),
                sort_group_ref: 0,
                junk: false,
                origin: None,
            })
        })
        .collect()
}

/// Analyses UPDATE.
pub(crate) fn update(
    state: &mut ParseState<'_>,
    statement: &UpdateStmt,
) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Update);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    let target = modified(
        state,
        statement.relation.as_ref(),
        &statement.from_clause,
        &mut query,
    )?;
    query.where_ = condition(state, statement.where_clause.as_deref(), ExprKind::Where)?;
    transform_returning(
        state,
        statement.returning_clause.as_ref(),
        &target,
        &mut query,
    )?;
    query.targets = update_targets(state, &statement.target_list)?;
    finish(state, &mut query);
    Ok(query)
}

/// Analyses DELETE.
pub(crate) fn delete(
    state: &mut ParseState<'_>,
    statement: &DeleteStmt,
) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Delete);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    let target = modified(
        state,
        statement.relation.as_ref(),
        &statement.using_clause,
        &mut query,
    )?;
    query.where_ = condition(state, statement.where_clause.as_deref(), ExprKind::Where)?;
    transform_returning(
        state,
        statement.returning_clause.as_ref(),
        &target,
        &mut query,
    )?;
    finish(state, &mut query);
    Ok(query)
}

/// The target and FROM (or USING) of UPDATE and DELETE.
fn modified(
    state: &mut ParseState<'_>,
    relation: Option<&RangeVar>,
    from: &[Node],
    query: &mut Query,
) -> Result<NamespaceItem, Undecided> {
    let inherited = relation.is_some_and(|relation| relation.inh);
    let mut target = set_target(state, relation, inherited)?;
    query.result_relation = Some(target.rtindex);
    query.from.push(FromItem::Entry(target.rtindex));
    // What stands in FROM cannot see the target, LATERAL or not.
    target.lateral_only = true;
    target.lateral_ok = false;
    state.namespace.push(target.clone());
    query.from.extend(transform_from_clause(state, from)?);
    target.lateral_only = false;
    target.lateral_ok = true;
    Ok(target)
}
