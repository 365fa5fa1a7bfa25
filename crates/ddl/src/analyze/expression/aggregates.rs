//! Aggregates, window functions and GROUPING.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, FuncCall, WindowDef};

use super::calls::ResolvedCall;
use crate::analyze::coerce::{coerce_to_boolean, coerce_to_common, select_common_type};
use crate::analyze::error::Undecided;
use crate::analyze::grouping::transform_distinct;
use crate::analyze::sort::{Rules, add_to_sort_list, transform_sort_clause};
use crate::analyze::state::{ExprKind, ParseState};
use crate::analyze::tree::{
    Aggref, AggregateKind, Expr, FunctionKind, GroupingFunc, TargetEntry, Type, WindowFunc,
};
use crate::analyze::walk::{Part, expr_parts, query_parts};

impl ParseState<'_> {
    pub(super) fn aggregate(
        &mut self,
        call: &FuncCall,
        resolved: ResolvedCall,
    ) -> Result<Expr, Undecided> {
        let FunctionKind::Aggregate(kind) = resolved.function.kind else {
            return Err(Undecided::new("an aggregate"));
        };
        let ordered_set = kind != AggregateKind::Normal;
        if ordered_set != call.agg_within_group {
            return Err(Undecided::new("WITHIN GROUP of an aggregate"));
        }
        let filter = self.filter(call)?;
        let mut arguments = resolved.arguments;
        let mut direct_arguments = Vec::new();
        if ordered_set {
            let direct = arguments.len().saturating_sub(call.agg_order.len());
            let aggregated = arguments.split_off(direct);
            direct_arguments = std::mem::replace(&mut arguments, aggregated);
        }
        if matches!(kind, AggregateKind::HypotheticalSet(_))
            && resolved.function.variadic == Some(Type::ANY)
        {
            self.unify_hypothetical(&mut direct_arguments, &mut arguments)?;
        }
        let mut targets: Vec<TargetEntry> = arguments
            .into_iter()
            .zip(1i16..)
            .map(|(expr, resno)| TargetEntry {
                expr,
                resno,
                name: None,
                sort_group_ref: 0,
                junk: false,
                origin: None,
            })
            .collect();
        let mut order_by = Vec::new();
        let mut distinct = Vec::new();
        if ordered_set {
            for (place, node) in call.agg_order.iter().enumerate() {
                if let Some(NodeEnum::SortBy(sort)) = node.node.as_ref() {
                    add_to_sort_list(self, place, &mut order_by, &mut targets, sort)?;
                }
            }
        } else {
            order_by = transform_sort_clause(
                self,
                &call.agg_order,
                &mut targets,
                ExprKind::OrderBy,
                Rules::Sql99,
            )?;
            if call.agg_distinct {
                distinct = transform_distinct(self, &mut targets, &order_by)?;
            }
        }
        let parts = direct_arguments
            .iter()
            .chain(targets.iter().map(|t| &t.expr))
            .chain(&filter);
        let levels_up = self.aggregate_level(parts);
        Ok(Expr::Aggref(Box::new(Aggref {
            function: resolved.function,
            data_type: resolved.data_type,
            argument_types: resolved.actual,
            direct_arguments,
            arguments: targets,
            order_by,
            distinct,
            filter,
            star: call.agg_star,
            variadic: resolved.variadic,
            levels_up,
        })))
    }

    /// The hypothetical row has the types of the rows that it is compared with.
    fn unify_hypothetical(&self, row: &mut [Expr], rows: &mut [Expr]) -> Result<(), Undecided> {
        let env = self.environment;
        let first = row.len().saturating_sub(rows.len());
        for (hypothetical, actual) in row.iter_mut().skip(first).zip(rows) {
            let both = [&*actual, &*hypothetical];
            let common = select_common_type(env, &both, "WITHIN GROUP")?;
            for side in [hypothetical, actual] {
                let written = std::mem::replace(side, Expr::null(Type::UNKNOWN));
                *side = coerce_to_common(env, written, &common, "WITHIN GROUP")?;
            }
        }
        Ok(())
    }

    fn filter(&mut self, call: &FuncCall) -> Result<Option<Expr>, Undecided> {
        match call.agg_filter.as_deref() {
            Some(node) => {
                let filter = self.transform(node)?;
                coerce_to_boolean(self.environment, filter, "FILTER").map(Some)
            }
            None => Ok(None),
        }
    }

    /// The query that an aggregate belongs to: that of the innermost column in it, or else this one.
    fn aggregate_level<'e>(&self, parts: impl Iterator<Item = &'e Expr>) -> usize {
        let mut lowest = None;
        for part in parts {
            levels(part, 0, &mut lowest);
        }
        let levels_up = lowest.unwrap_or(0);
        let mut state = self as &ParseState<'_>;
        for _ in 0..levels_up {
            match state.parent {
                Some(parent) => state = parent,
                None => break,
            }
        }
        state.has_aggregates.set(true);
        levels_up
    }

    pub(super) fn window_function(
        &mut self,
        call: &FuncCall,
        resolved: ResolvedCall,
        over: &WindowDef,
    ) -> Result<Expr, Undecided> {
        if call.agg_distinct || !call.agg_order.is_empty() || call.agg_within_group {
            return Err(Undecided::new("DISTINCT or ORDER BY in a window function"));
        }
        let filter = self.filter(call)?;
        self.has_window_functions.set(true);
        let window = self.window_number(over)?;
        Ok(Expr::WindowFunc(Box::new(WindowFunc {
            function: resolved.function,
            data_type: resolved.data_type,
            arguments: resolved.arguments,
            filter,
            window,
            star: call.agg_star,
        })))
    }

    /// The number of the window that OVER means: a named one, an equal one, or a new one.
    pub(super) fn window_number(&mut self, over: &WindowDef) -> Result<usize, Undecided> {
        let found = if over.name.is_empty() {
            let wanted = written(over);
            self.window_definitions
                .iter()
                .position(|other| written(other) == wanted)
        } else {
            let found = self
                .window_definitions
                .iter()
                .position(|other| other.name == over.name);
            if found.is_none() {
                return Err(Undecided::at(
                    over.location,
                    format!("window \"{}\" does not exist", over.name),
                ));
            }
            found
        };
        Ok(match found {
            Some(place) => place + 1,
            None => {
                self.window_definitions.push(over.clone());
                self.window_definitions.len()
            }
        })
    }

    pub(super) fn grouping_function(
        &mut self,
        call: &protobuf::GroupingFunc,
    ) -> Result<Expr, Undecided> {
        let arguments = call
            .args
            .iter()
            .map(|node| self.transform(node))
            .collect::<Result<Vec<_>, _>>()?;
        let levels_up = self.aggregate_level(arguments.iter());
        Ok(Expr::GroupingFunc(GroupingFunc {
            arguments,
            levels_up,
        }))
    }
}

/// A window definition as text, without its name and without places, to see whether two are equal.
fn written(definition: &WindowDef) -> String {
    let mut definition = definition.clone();
    definition.name.clear();
    let text = format!("{definition:?}");
    let mut result = String::with_capacity(text.len());
    let mut rest = text.as_str();
    while let Some((before, after)) = rest.split_once("location: ") {
        result.push_str(before);
        rest = after.trim_start_matches(|c: char| c == '-' || c.is_ascii_digit());
    }
    result.push_str(rest);
    result
}

/// The lowest level that columns and aggregates of an expression belong to, seen from `depth`
/// queries further in.
fn levels(expr: &Expr, depth: usize, lowest: &mut Option<usize>) {
    let own = match expr {
        Expr::Var(var) => Some(var.levels_up),
        Expr::Aggref(aggregate) => Some(aggregate.levels_up),
        Expr::GroupingFunc(grouping) => Some(grouping.levels_up),
        _ => None,
    };
    if let Some(level) = own.and_then(|levels_up| levels_up.checked_sub(depth)) {
        *lowest = Some(lowest.map_or(level, |l| l.min(level)));
    }
    expr_parts(expr, &mut |part| match part {
        Part::Expr(expr) => levels(expr, depth, lowest),
        Part::Query(query) => query_levels(query, depth + 1, lowest),
    });
}

fn query_levels(query: &crate::analyze::tree::Query, depth: usize, lowest: &mut Option<usize>) {
    query_parts(query, &mut |part| match part {
        Part::Expr(expr) => levels(expr, depth, lowest),
        Part::Query(query) => query_levels(query, depth + 1, lowest),
    });
}
