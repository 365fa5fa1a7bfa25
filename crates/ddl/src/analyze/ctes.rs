//! WITH: common table expressions, and the order in which recursive ones are analysed.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{self, CteMaterialize, Node, WithClause};

use super::from::query_columns;
use super::tree::{CommonTableExpr, CteCycle, CteSearch, RteColumn, Type};
use super::{ExprKind, ParseState, Undecided, coerce, query, raw};

/// Analyses WITH; tells whether it is RECURSIVE.
pub(crate) fn transform_with(
    state: &mut ParseState<'_>,
    clause: Option<&WithClause>,
) -> Result<bool, Undecided> {
    let Some(clause) = clause else {
        return Ok(false);
    };
    let mut written = Vec::with_capacity(clause.ctes.len());
    for node in &clause.ctes {
        let Some(NodeEnum::CommonTableExpr(cte)) = node.node.as_ref() else {
            return Err(Undecided::at(
                clause.location,
                "a WITH query of an unknown form",
            ));
        };
        written.push(&**cte);
    }
    let names: BTreeSet<&str> = written.iter().map(|cte| cte.ctename.as_str()).collect();
    if names.len() < written.len() {
        return Err(Undecided::at(
            clause.location,
            "WITH query name specified more than once",
        ));
    }
    if !clause.recursive {
        // Each sees those before it.
        for cte in written {
            let analysed = analyze(state, cte, unanalysed(cte, false), None)?;
            state.ctes.push(analysed);
        }
        return Ok(false);
    }
    let order = dependency_order(&written)?;
    for (cte, recursive) in &order {
        state.ctes.push(unanalysed(cte, *recursive));
    }
    for (place, (cte, recursive)) in order.iter().enumerate() {
        let analysed = analyze(state, cte, unanalysed(cte, *recursive), Some(place))?;
        if let Some(entry) = state.ctes.get_mut(place) {
            *entry = analysed;
        }
    }
    Ok(true)
}

fn unanalysed(cte: &protobuf::CommonTableExpr, recursive: bool) -> CommonTableExpr {
    CommonTableExpr {
        name: cte.ctename.as_str().into(),
        alias_columns: raw::strings(&cte.aliascolnames),
        materialized: match cte.ctematerialized() {
            CteMaterialize::Always => Some(true),
            CteMaterialize::Never => Some(false),
            _ => None,
        },
        query: None,
        search: None,
        cycle: None,
        recursive,
        columns: Vec::new(),
    }
}

/// Analyses one WITH query. `place` is its place among recursive ones.
fn analyze(
    state: &mut ParseState<'_>,
    cte: &protobuf::CommonTableExpr,
    mut entry: CommonTableExpr,
    place: Option<usize>,
) -> Result<CommonTableExpr, Undecided> {
    let error = |what: String| Undecided::at(cte.location, what);
    let Some(body) = cte.ctequery.as_deref().and_then(|node| node.node.as_ref()) else {
        return Err(error("a WITH query without a body".to_owned()));
    };
    let body = {
        let mut child = ParseState::new(state.environment, Some(&*state));
        child.parent_cte = place.filter(|_| entry.recursive);
        query::analyze_statement(&mut child, body)?
    };
    let mut columns = query_columns(&body);
    if entry.alias_columns.len() > columns.len() {
        return Err(error(format!(
            "WITH query \"{}\" has {} columns available but {} columns specified",
            entry.name,
            columns.len(),
            entry.alias_columns.len()
        )));
    }
    for (column, alias) in columns.iter_mut().zip(&entry.alias_columns) {
        column.name = alias.as_str().into();
    }
    if entry.recursive {
        check_recursive_types(state, place, &entry, &columns).map_err(|e| e.or_at(cte.location))?;
    }
    entry.query = Some(Box::new(body));
    entry.columns = columns;
    if let Some(search) = &cte.search_clause {
        entry.search = Some(CteSearch {
            breadth_first: search.search_breadth_first,
            columns: raw::strings(&search.search_col_list),
            sequence_column: search.search_seq_column.clone(),
        });
    }
    if let Some(cycle) = cte.cycle_clause.as_deref() {
        entry.cycle = Some(Box::new(transform_cycle(state, cycle)?));
    }
    Ok(entry)
}

/// The recursive term must not change the types that it has been analysed with.
fn check_recursive_types(
    state: &ParseState<'_>,
    place: Option<usize>,
    entry: &CommonTableExpr,
    columns: &[RteColumn],
) -> Result<(), Undecided> {
    let assumed = state.recursive_columns.borrow();
    let Some(assumed) = place.and_then(|place| assumed.get(&place)) else {
        return Err(Undecided::new(format!(
            "recursive query \"{}\" does not have the form non-recursive-term UNION [ALL] recursive-term",
            entry.name
        )));
    };
    for (assumed, found) in assumed.iter().zip(columns) {
        if assumed.data_type != found.data_type || assumed.typmod != found.typmod {
            return Err(Undecided::new(format!(
                "recursive query \"{}\" column \"{}\" has one type in its non-recursive term but another overall",
                entry.name, assumed.name
            )));
        }
    }
    Ok(())
}

fn transform_cycle(
    state: &mut ParseState<'_>,
    cycle: &protobuf::CteCycleClause,
) -> Result<CteCycle, Undecided> {
    let (Some(value), Some(default)) = (
        cycle.cycle_mark_value.as_deref(),
        cycle.cycle_mark_default.as_deref(),
    ) else {
        return Err(Undecided::at(
            cycle.location,
            "CYCLE without its mark values",
        ));
    };
    let value = state.expression(value, ExprKind::CycleMark)?;
    let default = state.expression(default, ExprKind::CycleMark)?;
    let environment = state.environment;
    let common: Type = coerce::select_common_type(environment, &[&value, &default], "CYCLE")?;
    Ok(CteCycle {
        columns: raw::strings(&cycle.cycle_col_list),
        mark_column: cycle.cycle_mark_column.clone(),
        mark_value: coerce::coerce_to_common(environment, value, &common, "CYCLE")?,
        mark_default: coerce::coerce_to_common(environment, default, &common, "CYCLE")?,
        path_column: cycle.cycle_path_column.clone(),
    })
}

/// WITH RECURSIVE queries in the order in which the server keeps them, so that each comes after what
/// it refers to; and whether each refers to itself.
fn dependency_order<'a>(
    written: &[&'a protobuf::CommonTableExpr],
) -> Result<Vec<(&'a protobuf::CommonTableExpr, bool)>, Undecided> {
    struct Item<'a> {
        cte: &'a protobuf::CommonTableExpr,
        place: usize,
        recursive: bool,
        needs: BTreeSet<usize>,
    }
    let mut items: Vec<Item<'a>> = Vec::with_capacity(written.len());
    for (place, cte) in written.iter().enumerate() {
        let mut needs = BTreeSet::new();
        if let Some(query) = cte.ctequery.as_deref() {
            let mut shadowed = Vec::new();
            references(query, &mut shadowed, &mut |name| {
                needs.extend(written.iter().position(|other| other.ctename == name));
            });
        }
        let recursive = needs.remove(&place);
        items.push(Item {
            cte,
            place,
            recursive,
            needs,
        });
    }
    for start in 0..items.len() {
        let free = (start..items.len())
            .find(|&place| items.get(place).is_some_and(|item| item.needs.is_empty()))
            .ok_or_else(|| {
                Undecided::new("mutual recursion between WITH items is not implemented")
            })?;
        items.swap(start, free);
        let Some(done) = items.get(start).map(|item| item.place) else {
            continue;
        };
        for item in items.iter_mut().skip(start + 1) {
            item.needs.remove(&done);
        }
    }
    Ok(items
        .into_iter()
        .map(|item| (item.cte, item.recursive))
        .collect())
}

/// Gives the unqualified relation names in a statement or expression to `f`, without those that a WITH
/// inside defines.
fn references(node: &Node, shadowed: &mut Vec<String>, f: &mut dyn FnMut(&str)) {
    if let Some(node) = node.node.as_ref() {
        node_references(node, shadowed, f);
    }
}

fn all_references(nodes: &[Node], shadowed: &mut Vec<String>, f: &mut dyn FnMut(&str)) {
    for node in nodes {
        references(node, shadowed, f);
    }
}

fn node_references(node: &NodeEnum, shadowed: &mut Vec<String>, f: &mut dyn FnMut(&str)) {
    match node {
        NodeEnum::RangeVar(range) => {
            if range.schemaname.is_empty() && !shadowed.contains(&range.relname) {
                f(&range.relname);
            }
        }
        NodeEnum::SelectStmt(select) => {
            let length = shadowed.len();
            with_references(select.with_clause.as_ref(), shadowed, f);
            select_references(select, shadowed, f);
            shadowed.truncate(length);
        }
        NodeEnum::InsertStmt(statement) => {
            let length = shadowed.len();
            with_references(statement.with_clause.as_ref(), shadowed, f);
            if let Some(source) = statement.select_stmt.as_deref() {
                references(source, shadowed, f);
            }
            shadowed.truncate(length);
        }
        NodeEnum::UpdateStmt(statement) => {
            let length = shadowed.len();
            with_references(statement.with_clause.as_ref(), shadowed, f);
            all_references(&statement.target_list, shadowed, f);
            all_references(&statement.from_clause, shadowed, f);
            if let Some(condition) = statement.where_clause.as_deref() {
                references(condition, shadowed, f);
            }
            shadowed.truncate(length);
        }
        NodeEnum::DeleteStmt(statement) => {
            let length = shadowed.len();
            with_references(statement.with_clause.as_ref(), shadowed, f);
            all_references(&statement.using_clause, shadowed, f);
            if let Some(condition) = statement.where_clause.as_deref() {
                references(condition, shadowed, f);
            }
            shadowed.truncate(length);
        }
        NodeEnum::MergeStmt(statement) => {
            let length = shadowed.len();
            with_references(statement.with_clause.as_ref(), shadowed, f);
            if let Some(source) = statement.source_relation.as_deref() {
                references(source, shadowed, f);
            }
            shadowed.truncate(length);
        }
        NodeEnum::JoinExpr(join) => {
            for part in [&join.larg, &join.rarg, &join.quals].into_iter().flatten() {
                references(part, shadowed, f);
            }
        }
        NodeEnum::RangeSubselect(range) => {
            if let Some(query) = range.subquery.as_deref() {
                references(query, shadowed, f);
            }
        }
        NodeEnum::RangeFunction(range) => all_references(&range.functions, shadowed, f),
        NodeEnum::RangeTableSample(range) => {
            if let Some(relation) = range.relation.as_deref() {
                references(relation, shadowed, f);
            }
            all_references(&range.args, shadowed, f);
        }
        NodeEnum::RangeTableFunc(range) => {
            for part in [&range.docexpr, &range.rowexpr].into_iter().flatten() {
                references(part, shadowed, f);
            }
        }
        NodeEnum::JsonTable(range) => {
            let context = range.context_item.as_deref();
            if let Some(value) = context.and_then(|item| item.raw_expr.as_deref()) {
                references(value, shadowed, f);
            }
            all_references(&range.passing, shadowed, f);
        }
        other => {
            for part in crate::tree::children(other) {
                node_references(part, shadowed, f);
            }
        }
    }
}

fn with_references(
    clause: Option<&WithClause>,
    shadowed: &mut Vec<String>,
    f: &mut dyn FnMut(&str),
) {
    let Some(clause) = clause else {
        return;
    };
    let ctes = || {
        clause
            .ctes
            .iter()
            .filter_map(|node| match node.node.as_ref() {
                Some(NodeEnum::CommonTableExpr(cte)) => Some(&**cte),
                _ => None,
            })
    };
    if clause.recursive {
        shadowed.extend(ctes().map(|cte| cte.ctename.clone()));
    }
    for cte in ctes() {
        if let Some(query) = cte.ctequery.as_deref() {
            references(query, shadowed, f);
        }
        if !clause.recursive {
            shadowed.push(cte.ctename.clone());
        }
    }
}

fn select_references(
    select: &protobuf::SelectStmt,
    shadowed: &mut Vec<String>,
    f: &mut dyn FnMut(&str),
) {
    for operand in [&select.larg, &select.rarg].into_iter().flatten() {
        let length = shadowed.len();
        with_references(operand.with_clause.as_ref(), shadowed, f);
        select_references(operand, shadowed, f);
        shadowed.truncate(length);
    }
    for nodes in [
        &select.distinct_clause,
        &select.target_list,
        &select.from_clause,
        &select.group_clause,
        &select.window_clause,
        &select.values_lists,
        &select.sort_clause,
    ] {
        all_references(nodes, shadowed, f);
    }
    for node in [
        &select.where_clause,
        &select.having_clause,
        &select.limit_offset,
        &select.limit_count,
    ]
    .into_iter()
    .flatten()
    {
        references(node, shadowed, f);
    }
}
