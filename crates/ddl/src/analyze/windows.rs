//! Windows: the WINDOW clause, and what OVER (…) adds to it.

use pg_query::protobuf::{Node, WindowDef};

use super::grouping::{Grouping, transform_group_clause};
use super::sort::{Rules, transform_sort_clause};
use super::tree::{Expr, SortGroupClause, TargetEntry, Type, WindowClause};
use super::{ExprKind, ParseState, Undecided, coerce, types};

// The bits of a frame (`FRAMEOPTION_*`), as they stand in the raw tree.
const FRAME_RANGE: i32 = 0x2;
const FRAME_ROWS: i32 = 0x4;
const FRAME_GROUPS: i32 = 0x8;

/// Analyses the windows of a query, those of WINDOW first.
pub(crate) fn transform_windows(
    state: &mut ParseState<'_>,
    targets: &mut Vec<TargetEntry>,
) -> Result<Vec<WindowClause>, Undecided> {
    let definitions = std::mem::take(&mut state.window_definitions);
    let mut windows: Vec<WindowClause> = Vec::with_capacity(definitions.len());
    for definition in &definitions {
        let window = transform_window(state, definition, &windows, targets)?;
        windows.push(window);
    }
    Ok(windows)
}

fn transform_window(
    state: &mut ParseState<'_>,
    definition: &WindowDef,
    earlier: &[WindowClause],
    targets: &mut Vec<TargetEntry>,
) -> Result<WindowClause, Undecided> {
    let error = |what: String| Undecided::at(definition.location, what);
    let named = |name: &str| {
        earlier
            .iter()
            .find(|window| window.name.as_deref() == Some(name))
    };
    if !definition.name.is_empty() && named(&definition.name).is_some() {
        return Err(error(format!(
            "window \"{}\" is already defined",
            definition.name
        )));
    }
    let refined = match definition.refname.as_str() {
        "" => None,
        name => {
            Some(named(name).ok_or_else(|| error(format!("window \"{name}\" does not exist")))?)
        }
    };
    let order_by = transform_sort_clause(
        state,
        &definition.order_clause,
        targets,
        ExprKind::WindowOrder,
        Rules::Sql99,
    )?;
    let partition_by = transform_group_clause(
        state,
        &definition.partition_clause,
        targets,
        &Grouping {
            sort: &order_by,
            kind: ExprKind::WindowPartition,
            rules: Rules::Sql99,
        },
    )?
    .clauses;
    let (partition_by, order_by, copied_order) = match refined {
        None => (partition_by, order_by, false),
        Some(_) if !partition_by.is_empty() => {
            return Err(error("cannot override PARTITION BY clause".to_owned()));
        }
        Some(refined) if order_by.is_empty() => {
            (refined.partition_by.clone(), refined.order_by.clone(), true)
        }
        Some(refined) if refined.order_by.is_empty() => {
            (refined.partition_by.clone(), order_by, false)
        }
        Some(_) => return Err(error("cannot override ORDER BY clause".to_owned())),
    };
    let mut offset = |node: Option<&Node>| match node {
        Some(node) => {
            frame_offset(state, definition.frame_options, node, &order_by, targets).map(Some)
        }
        None => Ok(None),
    };
    let start_offset = offset(definition.start_offset.as_deref())?;
    let end_offset = offset(definition.end_offset.as_deref())?;
    let text = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    Ok(WindowClause {
        name: text(&definition.name),
        refname: text(&definition.refname),
        partition_by,
        order_by,
        frame_options: definition.frame_options,
        start_offset,
        end_offset,
        copied_order,
    })
}

/// Analyses the offset of a frame: a count of rows or groups, or a distance of the ordered type.
fn frame_offset(
    state: &mut ParseState<'_>,
    options: i32,
    node: &Node,
    order_by: &[SortGroupClause],
    targets: &[TargetEntry],
) -> Result<Expr, Undecided> {
    let offset = state.expression(node, ExprKind::WindowFrame)?;
    if options & (FRAME_ROWS | FRAME_GROUPS) != 0 {
        return coerce::coerce_to_specific(state.environment, offset, &Type::INT8, "ROWS");
    }
    if options & FRAME_RANGE == 0 {
        return Err(Undecided::new("a window frame of an unknown kind"));
    }
    let [item] = order_by else {
        return Err(Undecided::new(
            "RANGE with offset PRECEDING/FOLLOWING requires exactly one ORDER BY column",
        ));
    };
    let ordered = targets
        .iter()
        .find(|target| target.sort_group_ref == item.target)
        .map(|target| types::base_type(state.environment, &target.expr.data_type()))
        .ok_or_else(|| Undecided::new("the ORDER BY of a window"))?;
    let distance = distance_type(&ordered, &offset.data_type()).ok_or_else(|| {
        Undecided::new("RANGE with offset PRECEDING/FOLLOWING is not supported for the column type")
    })?;
    coerce::coerce_to_specific(state.environment, offset, &distance, "RANGE")
}

/// The type of a distance between values of a type (`in_range` of its default operator class).
fn distance_type(ordered: &Type, given: &Type) -> Option<Type> {
    const INTEGERS: [Type; 3] = [Type::INT2, Type::INT4, Type::INT8];
    match *ordered {
        Type::DATE
        | Type::TIMESTAMP
        | Type::TIMESTAMPTZ
        | Type::TIME
        | Type::TIMETZ
        | Type::INTERVAL => Some(Type::INTERVAL),
        Type::NUMERIC => Some(Type::NUMERIC),
        Type::FLOAT4 | Type::FLOAT8 => Some(Type::FLOAT8),
        // A bigint can only be a bigint away; the smaller ones take any integer.
        Type::INT8 => Some(Type::INT8),
        Type::INT2 | Type::INT4 if INTEGERS.contains(given) => Some(given.clone()),
        Type::INT2 | Type::INT4 if *given == Type::UNKNOWN => Some(ordered.clone()),
        _ => None,
    }
}
