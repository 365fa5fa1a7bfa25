//! Queries of the system's catalogs: the rows of a SELECT over the catalog in progress.

use std::cmp::Ordering;

use pg_query::NodeEnum;
use pg_query::protobuf::{FuncCall, JoinType, Node, SelectStmt, SetOperation, SortByDir};

use super::evaluate::{Evaluation, Scope};
use super::system_tables;
use super::value::{Stop, Value};
use crate::read::names::strings;

/// A row: names and values of its columns.
pub(super) type Row = Vec<(String, Value)>;
/// The rows of a table in FROM: alias and row, for each table that is joined.
type Joined = Vec<(String, Row)>;

/// The most rows that a query may go through.
const MOST_ROWS: usize = 200_000;

/// The rows of a query.
pub(super) fn rows(
    evaluation: &Evaluation<'_>,
    select: &SelectStmt,
    scope: &Scope,
) -> Result<Vec<Row>, Stop> {
    evaluation.step()?;
    let simple = select.with_clause.is_none()
        && select.window_clause.is_empty()
        && select.locking_clause.is_empty()
        && select.into_clause.is_none();
    if !simple {
        return Err(Stop::unknown("a query of this kind"));
    }
    let mut found = match select.op() {
        SetOperation::SetopNone | SetOperation::Undefined => plain(evaluation, select, scope)?,
        SetOperation::SetopUnion => {
            let side = |side: &Option<Box<SelectStmt>>| match side {
                Some(select) => rows(evaluation, select, scope),
                None => Ok(Vec::new()),
            };
            let mut found = side(&select.larg)?;
            found.extend(side(&select.rarg)?);
            if !select.all {
                distinct(&mut found)?;
            }
            found
        }
        _ => return Err(Stop::unknown("a query of this kind")),
    };
    let count = |node: &Option<Box<Node>>| -> Result<Option<usize>, Stop> {
        match node {
            None => Ok(None),
            Some(node) => {
                let number = evaluation.value(node, scope)?.number();
                Ok(number.and_then(|number| usize::try_from(number).ok()))
            }
        }
    };
    if let Some(offset) = count(&select.limit_offset)? {
        found.drain(..offset.min(found.len()));
    }
    if let Some(limit) = count(&select.limit_count)? {
        found.truncate(limit);
    }
    Ok(found)
}

/// A query without set operations.
fn plain(
    evaluation: &Evaluation<'_>,
    select: &SelectStmt,
    scope: &Scope,
) -> Result<Vec<Row>, Stop> {
    if !select.values_lists.is_empty() {
        return select
            .values_lists
            .iter()
            .map(|list| match &list.node {
                Some(NodeEnum::List(list)) => {
                    let values = evaluation.values(&list.items, scope)?;
                    let named = values.into_iter().enumerate();
                    Ok(named
                        .map(|(at, v)| (format!("column{}", at + 1), v))
                        .collect())
                }
                _ => Err(Stop::unknown("VALUES")),
            })
            .collect();
    }
    let mut joined: Vec<Joined> = vec![Vec::new()];
    for item in &select.from_clause {
        joined = product(joined, |before| {
            from(evaluation, item, &within(scope, before))
        })?;
    }
    if let Some(condition) = &select.where_clause {
        let mut kept = Vec::new();
        for row in joined {
            if evaluation.holds(condition, &within(scope, &row))? {
                kept.push(row);
            }
        }
        joined = kept;
    }
    let aggregates = select.target_list.iter().any(is_aggregate);
    if !select.group_clause.is_empty() || select.having_clause.is_some() {
        return Err(Stop::unknown("a query with groups"));
    }
    let mut found: Vec<(Vec<Value>, Row)> = Vec::new();
    if aggregates {
        let mut row = Row::new();
        for target in targets(select) {
            let (name, node) = target?;
            let Some(NodeEnum::FuncCall(call)) = &node.node else {
                return Err(Stop::unknown("a query with groups"));
            };
            row.push((name, aggregate(evaluation, call, &joined, scope)?));
        }
        return Ok(vec![row]);
    }
    for tables in &joined {
        let scope = within(scope, tables);
        let row = target_row(evaluation, select, tables, &scope)?;
        let mut keys = Vec::new();
        for sort in &select.sort_clause {
            keys.push(sort_key(evaluation, sort, &row, &scope)?);
        }
        found.push((keys, row));
    }
    let descending: Vec<bool> = select
        .sort_clause
        .iter()
        .map(|sort| matches!(&sort.node, Some(NodeEnum::SortBy(by)) if by.sortby_dir() == SortByDir::SortbyDesc))
        .collect();
    let mut failed = None;
    found.sort_by(|(a, _), (b, _)| {
        for ((a, b), descending) in a.iter().zip(b).zip(&descending) {
            match a.compare(b) {
                Ok(Some(Ordering::Equal) | None) => {}
                Ok(Some(ordering)) => {
                    return if *descending {
                        ordering.reverse()
                    } else {
                        ordering
                    };
                }
                Err(stop) => failed = Some(stop),
            }
        }
        Ordering::Equal
    });
    if let Some(stop) = failed {
        return Err(stop);
    }
    let mut found: Vec<Row> = found.into_iter().map(|(_, row)| row).collect();
    if !select.distinct_clause.is_empty() {
        distinct(&mut found)?;
    }
    Ok(found)
}

fn distinct(rows: &mut Vec<Row>) -> Result<(), Stop> {
    let mut kept: Vec<Row> = Vec::new();
    if rows.len() > 5_000 {
        return Err(Stop::unknown("a query of many rows"));
    }
    for row in rows.drain(..) {
        if !kept.contains(&row) {
            kept.push(row);
        }
    }
    *rows = kept;
    Ok(())
}

/// The scope with the rows of tables at hand.
fn within(scope: &Scope, tables: &Joined) -> Scope {
    let mut scope = scope.clone();
    scope.rows.extend(tables.iter().cloned());
    scope
}

/// Every row before with every row of what follows.
fn product(
    before: Vec<Joined>,
    following: impl Fn(&Joined) -> Result<Vec<Joined>, Stop>,
) -> Result<Vec<Joined>, Stop> {
    let mut found = Vec::new();
    for row in before {
        for next in following(&row)? {
            found.push(row.iter().cloned().chain(next).collect());
        }
        if found.len() > MOST_ROWS {
            return Err(Stop::unknown("a query of many rows"));
        }
    }
    Ok(found)
}

/// The rows of one item of FROM.
fn from(evaluation: &Evaluation<'_>, item: &Node, scope: &Scope) -> Result<Vec<Joined>, Stop> {
    evaluation.step()?;
    match &item.node {
        Some(NodeEnum::RangeVar(table)) => {
            let rows = system_tables::rows(evaluation.state, &table.schemaname, &table.relname)?;
            let alias = table
                .alias
                .as_ref()
                .map_or(&table.relname, |alias| &alias.aliasname);
            Ok(rows
                .into_iter()
                .map(|row| vec![(alias.clone(), row)])
                .collect())
        }
        Some(NodeEnum::RangeSubselect(subselect)) => {
            let Some(NodeEnum::SelectStmt(select)) = subselect
                .subquery
                .as_ref()
                .and_then(|node| node.node.as_ref())
            else {
                return Err(Stop::unknown("a subquery"));
            };
            let alias = subselect.alias.as_ref();
            let columns = alias
                .map(|alias| strings(&alias.colnames))
                .unwrap_or_default();
            let alias = alias
                .map(|alias| alias.aliasname.clone())
                .unwrap_or_default();
            let rows = rows(evaluation, select, scope)?;
            Ok(rows
                .into_iter()
                .map(|row| vec![(alias.clone(), renamed(row, &columns))])
                .collect())
        }
        Some(NodeEnum::RangeFunction(function)) => {
            let call = function
                .functions
                .first()
                .and_then(|node| match &node.node {
                    Some(NodeEnum::List(list)) => list.items.first()?.node.as_ref(),
                    _ => None,
                });
            let Some(NodeEnum::FuncCall(call)) = call else {
                return Err(Stop::unknown("a function in FROM"));
            };
            let name = strings(&call.funcname)
                .last()
                .copied()
                .unwrap_or_default()
                .to_owned();
            let values = set(evaluation, call, scope)?;
            let alias = function.alias.as_ref();
            let columns = alias
                .map(|alias| strings(&alias.colnames))
                .unwrap_or_default();
            let alias = alias.map_or(name, |alias| alias.aliasname.clone());
            Ok(values
                .into_iter()
                .map(|value| {
                    let row = vec![(alias.clone(), value)];
                    vec![(alias.clone(), renamed(row, &columns))]
                })
                .collect())
        }
        Some(NodeEnum::JoinExpr(join)) => {
            let (Some(left), Some(right)) = (&join.larg, &join.rarg) else {
                return Err(Stop::unknown("a join"));
            };
            let outer = match join.jointype() {
                JoinType::JoinInner => false,
                JoinType::JoinLeft => true,
                _ => return Err(Stop::unknown("a join")),
            };
            if join.is_natural || join.alias.is_some() {
                return Err(Stop::unknown("a join"));
            }
            let using = strings(&join.using_clause);
            let mut found = Vec::new();
            for before in from(evaluation, left, scope)? {
                let mut matched = false;
                for after in from(evaluation, right, &within(scope, &before))? {
                    let row: Joined = before.iter().cloned().chain(after.clone()).collect();
                    let holds = match &join.quals {
                        Some(condition) => evaluation.holds(condition, &within(scope, &row))?,
                        None => equal_columns(&before, &after, &using)?,
                    };
                    if holds {
                        matched = true;
                        found.push(row);
                    }
                }
                if outer && !matched {
                    // Whose columns are null; those asked for by name are not known.
                    found.push(before);
                }
                if found.len() > MOST_ROWS {
                    return Err(Stop::unknown("a query of many rows"));
                }
            }
            Ok(found)
        }
        _ => Err(Stop::unknown("a query of this kind")),
    }
}

fn equal_columns(left: &Joined, right: &Joined, columns: &[&str]) -> Result<bool, Stop> {
    let value = |side: &Joined, column: &str| {
        let found = side
            .iter()
            .flat_map(|(_, row)| row)
            .find(|(name, _)| name == column);
        found.map(|(_, value)| value.clone())
    };
    for column in columns {
        let (Some(a), Some(b)) = (value(left, column), value(right, column)) else {
            return Err(Stop::unknown("a join"));
        };
        if a.compare(&b)? != Some(Ordering::Equal) {
            return Ok(false);
        }
    }
    Ok(true)
}

fn renamed(row: Row, columns: &[&str]) -> Row {
    row.into_iter()
        .enumerate()
        .map(|(at, (name, value))| match columns.get(at) {
            Some(column) => ((*column).to_owned(), value),
            None => (name, value),
        })
        .collect()
}

/// The values of a function that answers several.
pub(super) fn set(
    evaluation: &Evaluation<'_>,
    call: &FuncCall,
    scope: &Scope,
) -> Result<Vec<Value>, Stop> {
    let name = strings(&call.funcname)
        .last()
        .copied()
        .unwrap_or_default()
        .to_owned();
    let values = evaluation.values(&call.args, scope)?;
    match (name.as_str(), values.as_slice()) {
        ("unnest", [Value::Array(elements)]) => Ok(elements.clone()),
        ("unnest", [Value::Text(text)]) => {
            super::value::array_of(text).ok_or_else(|| Stop::unknown("an array"))
        }
        ("generate_series", [from, to, ..]) => {
            let step = values.get(2).map_or(Some(1), Value::number);
            let (Some(from), Some(to), Some(step)) = (from.number(), to.number(), step) else {
                return Err(Stop::unknown("generate_series()"));
            };
            let count = (i128::from(to) - i128::from(from)) / i128::from(step.max(1));
            if step < 1 || count > 10_000 {
                return Err(Stop::unknown("generate_series()"));
            }
            let step = usize::try_from(step).unwrap_or(1);
            Ok((from..=to).step_by(step).map(Value::Integer).collect())
        }
        _ => Err(Stop::unknown(format!("the rows of {name}()"))),
    }
}

/// The targets of a query: name and expression. `*` has none.
fn targets(select: &SelectStmt) -> impl Iterator<Item = Result<(String, &Node), Stop>> {
    select.target_list.iter().map(|target| match &target.node {
        Some(NodeEnum::ResTarget(target)) => {
            let node = target
                .val
                .as_deref()
                .ok_or_else(|| Stop::unknown("a target"))?;
            let name = if target.name.is_empty() {
                implied_name(node)
            } else {
                target.name.clone()
            };
            Ok((name, node))
        }
        _ => Err(Stop::unknown("a target")),
    })
}

fn implied_name(node: &Node) -> String {
    let last = |nodes: &[Node]| {
        strings(nodes)
            .last()
            .copied()
            .unwrap_or("?column?")
            .to_owned()
    };
    match &node.node {
        Some(NodeEnum::ColumnRef(column)) => last(&column.fields),
        Some(NodeEnum::FuncCall(call)) => last(&call.funcname),
        Some(NodeEnum::TypeCast(cast)) => match &cast.arg {
            Some(argument) => implied_name(argument),
            None => "?column?".to_owned(),
        },
        _ => "?column?".to_owned(),
    }
}

fn target_row(
    evaluation: &Evaluation<'_>,
    select: &SelectStmt,
    tables: &Joined,
    scope: &Scope,
) -> Result<Row, Stop> {
    let mut row = Row::new();
    for target in targets(select) {
        let (name, node) = target?;
        if let Some(NodeEnum::ColumnRef(column)) = &node.node
            && matches!(
                column.fields.last().map(|f| &f.node),
                Some(Some(NodeEnum::AStar(_)))
            )
        {
            let owner = strings(&column.fields);
            for (alias, columns) in tables {
                if owner.last().is_none_or(|owner| owner == alias) {
                    row.extend(columns.iter().cloned());
                }
            }
            continue;
        }
        row.push((name, evaluation.value(node, scope)?));
    }
    Ok(row)
}

fn sort_key(
    evaluation: &Evaluation<'_>,
    sort: &Node,
    row: &Row,
    scope: &Scope,
) -> Result<Value, Stop> {
    let Some(NodeEnum::SortBy(sort)) = &sort.node else {
        return Err(Stop::unknown("ORDER BY"));
    };
    let Some(node) = sort.node.as_deref() else {
        return Ok(Value::Null);
    };
    if let Some(NodeEnum::ColumnRef(column)) = &node.node
        && let [name] = strings(&column.fields).as_slice()
        && let Some((_, value)) = row.iter().find(|(column, _)| column == name)
    {
        return Ok(value.clone());
    }
    let value = evaluation.value(node, scope)?;
    if let (Some(NodeEnum::AConst(_)), Value::Integer(at)) = (&node.node, &value) {
        let at = usize::try_from(*at).ok().and_then(|at| at.checked_sub(1));
        let column = at
            .and_then(|at| row.get(at))
            .map(|(_, value)| value.clone());
        return column.ok_or_else(|| Stop::unknown("ORDER BY"));
    }
    Ok(value)
}

const AGGREGATES: &[&str] = &[
    "count",
    "string_agg",
    "array_agg",
    "max",
    "min",
    "bool_or",
    "bool_and",
    "sum",
];

fn is_aggregate(target: &Node) -> bool {
    match &target.node {
        Some(NodeEnum::ResTarget(target)) => match target.val.as_ref().map(|node| &node.node) {
            Some(Some(NodeEnum::FuncCall(call))) => strings(&call.funcname)
                .last()
                .is_some_and(|name| AGGREGATES.contains(name)),
            _ => false,
        },
        _ => false,
    }
}

fn aggregate(
    evaluation: &Evaluation<'_>,
    call: &FuncCall,
    rows: &[Joined],
    scope: &Scope,
) -> Result<Value, Stop> {
    let name = strings(&call.funcname)
        .last()
        .copied()
        .unwrap_or_default()
        .to_owned();
    let number = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(0));
    if call.agg_star {
        return Ok(number(rows.len()));
    }
    if call.agg_distinct || call.agg_filter.is_some() || call.over.is_some() {
        return Err(Stop::unknown(format!("the value of {name}()")));
    }
    let mut values: Vec<(Vec<Value>, Vec<Value>)> = Vec::new();
    for row in rows {
        let scope = within(scope, row);
        let mut keys = Vec::new();
        for sort in &call.agg_order {
            keys.push(sort_key(evaluation, sort, &Row::new(), &scope)?);
        }
        values.push((keys, evaluation.values(&call.args, &scope)?));
    }
    values.sort_by(|(a, _), (b, _)| {
        a.iter()
            .zip(b)
            .map(|(a, b)| a.compare(b).ok().flatten().unwrap_or(Ordering::Equal))
            .find(|ordering| *ordering != Ordering::Equal)
            .unwrap_or(Ordering::Equal)
    });
    let separator = values.first().and_then(|(_, values)| values.get(1)?.text());
    let first: Vec<Value> = values
        .into_iter()
        .filter_map(|(_, v)| v.into_iter().next())
        .collect();
    let present = || first.iter().filter(|value| **value != Value::Null);
    Ok(match name.as_str() {
        "count" => number(present().count()),
        "array_agg" if first.is_empty() => Value::Null,
        "array_agg" => Value::Array(first),
        "string_agg" => {
            let texts: Vec<String> = present().filter_map(Value::text).collect();
            if texts.is_empty() {
                Value::Null
            } else {
                Value::Text(texts.join(&separator.unwrap_or_default()))
            }
        }
        "max" | "min" => {
            let wanted = if name == "max" {
                Ordering::Greater
            } else {
                Ordering::Less
            };
            let mut best = Value::Null;
            for value in present() {
                if best == Value::Null || value.compare(&best)? == Some(wanted) {
                    best = value.clone();
                }
            }
            best
        }
        "bool_or" | "bool_and" => {
            let mut result = None;
            for value in present() {
                let value = value.truth()? == Some(true);
                result = Some(match result {
                    None => value,
                    Some(before) if name == "bool_or" => before || value,
                    Some(before) => before && value,
                });
            }
            result.map_or(Value::Null, Value::Boolean)
        }
        _ => return Err(Stop::unknown(format!("the value of {name}()"))),
    })
}
