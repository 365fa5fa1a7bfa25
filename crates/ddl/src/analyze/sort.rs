//! ORDER BY, and finding or adding the entries of the target list that clauses mean.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, SortBy, SortByDir, SortByNulls, a_const};

use super::column_name::column_name;
use super::resolve::{comparison_operators, find_binary, ordering_strategy};
use super::tree::{CoercionForm, Expr, Operator, SortGroupClause, TargetEntry, Type};
use super::walk::equal;
use super::{ExprKind, ParseState, Undecided, coerce, raw};

/// Which rules tell what an item of ORDER BY or GROUP BY means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rules {
    /// A name may be an output column's, a number its place.
    Sql92,
    /// All are expressions.
    Sql99,
}

/// The name of a clause in messages.
fn clause_name(kind: ExprKind) -> &'static str {
    match kind {
        ExprKind::GroupBy => "GROUP BY",
        ExprKind::DistinctOn => "DISTINCT ON",
        ExprKind::WindowPartition => "window PARTITION BY",
        ExprKind::WindowOrder => "window ORDER BY",
        _ => "ORDER BY",
    }
}

/// The place in `targets` of the entry that an item means; it is added, as junk, when missing.
pub(crate) fn find_target(
    state: &mut ParseState<'_>,
    node: &Node,
    targets: &mut Vec<TargetEntry>,
    kind: ExprKind,
    rules: Rules,
) -> Result<usize, Undecided> {
    if rules == Rules::Sql92
        && let Some(place) = output_column(state, node, targets, kind)?
    {
        return Ok(place);
    }
    let expr = state.expression(node, kind)?;
    let same = targets
        .iter()
        .position(|target| equal(&expr, strip_implicit_coercions(&target.expr)));
    if let Some(place) = same {
        return Ok(place);
    }
    targets.push(TargetEntry {
        expr,
        resno: next_number(targets),
        name: None,
        sort_group_ref: 0,
        junk: true,
        origin: None,
    });
    Ok(targets.len() - 1)
}

/// The number of the entry that is added to a target list next.
pub(crate) fn next_number(targets: &[TargetEntry]) -> i16 {
    i16::try_from(targets.len() + 1).unwrap_or(i16::MAX)
}

/// The output column that a plain name or a number means (`findTargetlistEntrySQL92`).
fn output_column(
    state: &ParseState<'_>,
    node: &Node,
    targets: &[TargetEntry],
    kind: ExprKind,
) -> Result<Option<usize>, Undecided> {
    match node.node.as_ref() {
        Some(NodeEnum::ColumnRef(reference)) => {
            let [field] = &reference.fields[..] else {
                return Ok(None);
            };
            let Some(name) = raw::string(field) else {
                return Ok(None);
            };
            // GROUP BY prefers a column of FROM.
            if kind == ExprKind::GroupBy && is_input_column(state, name) {
                return Ok(None);
            }
            let mut found: Option<usize> = None;
            for (place, target) in targets.iter().enumerate() {
                if target.junk || target.name.as_deref() != Some(name) {
                    continue;
                }
                match found.and_then(|first| targets.get(first)) {
                    Some(first) if !equal(&first.expr, &target.expr) => {
                        return Err(Undecided::at(
                            reference.location,
                            format!("{} \"{name}\" is ambiguous", clause_name(kind)),
                        ));
                    }
                    Some(_) => {}
                    None => found = Some(place),
                }
            }
            Ok(found)
        }
        Some(NodeEnum::AConst(constant)) => {
            let number = match &constant.val {
                Some(a_const::Val::Ival(integer)) if !constant.isnull => integer.ival,
                _ => {
                    return Err(Undecided::at(
                        constant.location,
                        format!("non-integer constant in {}", clause_name(kind)),
                    ));
                }
            };
            let place = targets
                .iter()
                .enumerate()
                .filter(|(_, target)| !target.junk)
                .map(|(place, _)| place)
                .zip(1i32..)
                .find(|(_, ordinal)| *ordinal == number)
                .map(|(place, _)| place);
            match place {
                Some(place) => Ok(Some(place)),
                None => Err(Undecided::at(
                    constant.location,
                    format!(
                        "{} position {number} is not in select list",
                        clause_name(kind)
                    ),
                )),
            }
        }
        _ => Ok(None),
    }
}

/// Whether a name alone means a column of this query's FROM.
fn is_input_column(state: &ParseState<'_>, name: &str) -> bool {
    state
        .namespace
        .iter()
        .filter(|item| item.columns_visible && (!item.lateral_only || state.lateral_active))
        .any(|item| item.columns.iter().any(|column| *column.name == *name))
}

/// What stands under casts that were not written.
pub(crate) fn strip_implicit_coercions(expr: &Expr) -> &Expr {
    let inner = match expr {
        Expr::FuncExpr(e) if e.form == CoercionForm::ImplicitCast => e.arguments.first(),
        Expr::RelabelType(e)
        | Expr::CoerceViaIo(e)
        | Expr::ConvertRowtype(e)
        | Expr::CoerceToDomain(e)
            if e.form == CoercionForm::ImplicitCast =>
        {
            Some(&e.argument)
        }
        Expr::ArrayCoerce(e) if e.form == CoercionForm::ImplicitCast => Some(&e.argument),
        _ => None,
    };
    inner.map_or(expr, strip_implicit_coercions)
}

/// Gives an entry a number to be referred to by, unless it has one.
pub(crate) fn assign_sort_group_ref(targets: &mut [TargetEntry], place: usize) -> u32 {
    let next = targets
        .iter()
        .map(|target| target.sort_group_ref)
        .max()
        .unwrap_or_default()
        + 1;
    match targets.get_mut(place) {
        Some(target) => {
            if target.sort_group_ref == 0 {
                target.sort_group_ref = next;
            }
            target.sort_group_ref
        }
        None => 0,
    }
}

/// Analyses ORDER BY.
pub(crate) fn transform_sort_clause(
    state: &mut ParseState<'_>,
    items: &[Node],
    targets: &mut Vec<TargetEntry>,
    kind: ExprKind,
    rules: Rules,
) -> Result<Vec<SortGroupClause>, Undecided> {
    let mut result = Vec::with_capacity(items.len());
    for node in items {
        let Some(NodeEnum::SortBy(sort)) = node.node.as_ref() else {
            return Err(Undecided::new("an item of ORDER BY of an unknown form"));
        };
        let Some(expr) = sort.node.as_deref() else {
            return Err(Undecided::at(sort.location, "an empty item of ORDER BY"));
        };
        let place = find_target(state, expr, targets, kind, rules)?;
        add_to_sort_list(state, place, &mut result, targets, sort)?;
    }
    Ok(result)
}

/// Adds an entry of the target list to ORDER BY, unless it is there.
pub(crate) fn add_to_sort_list(
    state: &ParseState<'_>,
    place: usize,
    list: &mut Vec<SortGroupClause>,
    targets: &mut [TargetEntry],
    sort: &SortBy,
) -> Result<(), Undecided> {
    let data_type = resolve_unknown(state, targets, place)?;
    let (equality, ordering, descending) = match sort.sortby_dir() {
        SortByDir::SortbyUsing => {
            let name = raw::strings(&sort.use_op);
            let path: Vec<&str> = name.iter().map(String::as_str).collect();
            let operator = find_binary(state.environment, &path, &data_type, &data_type)?;
            let strategies = ordering_strategy(&operator);
            let descending = match strategies.iter().find(|(_, s)| matches!(s, 1 | 5)) {
                Some((_, strategy)) => *strategy == 5,
                None => {
                    return Err(Undecided::at(
                        sort.location,
                        format!(
                            "operator {} is not a valid ordering operator",
                            name.join(".")
                        ),
                    ));
                }
            };
            let equality = comparison_operators(state.environment, &data_type).equal;
            (equality, Some(operator), descending)
        }
        direction => {
            let descending = direction == SortByDir::SortbyDesc;
            let found = comparison_operators(state.environment, &data_type);
            let ordering = if descending {
                found.greater
            } else {
                found.less
            };
            (found.equal, ordering, descending)
        }
    };
    if is_listed(targets, place, ordering.as_ref(), list) {
        return Ok(());
    }
    list.push(SortGroupClause {
        target: assign_sort_group_ref(targets, place),
        equality,
        ordering,
        descending,
        nulls_first: match sort.sortby_nulls() {
            SortByNulls::SortbyNullsFirst => true,
            SortByNulls::SortbyNullsLast => false,
            _ => descending,
        },
    });
    Ok(())
}

/// Makes an untyped literal text, and tells the type of an entry.
fn resolve_unknown(
    state: &ParseState<'_>,
    targets: &mut [TargetEntry],
    place: usize,
) -> Result<Type, Undecided> {
    let Some(target) = targets.get_mut(place) else {
        return Err(Undecided::new("an item of ORDER BY that is gone"));
    };
    if target.expr.data_type() == Type::UNKNOWN {
        unknown_to_text(state, &mut target.expr)?;
    }
    Ok(target.expr.data_type())
}

/// Coerces an untyped literal to text.
pub(crate) fn unknown_to_text(state: &ParseState<'_>, expr: &mut Expr) -> Result<(), Undecided> {
    let literal = std::mem::replace(expr, Expr::null(Type::UNKNOWN));
    *expr = coerce::coerce_type(
        state.environment,
        literal,
        &Type::TEXT,
        -1,
        coerce::CoercionContext::Implicit,
        CoercionForm::ImplicitCast,
    )?;
    Ok(())
}

/// Whether an entry is in a list; with an operator, sorted by it or by its reverse.
pub(crate) fn is_listed(
    targets: &[TargetEntry],
    place: usize,
    ordering: Option<&Arc<Operator>>,
    list: &[SortGroupClause],
) -> bool {
    let Some(target) = targets.get(place) else {
        return false;
    };
    if target.sort_group_ref == 0 {
        return false;
    }
    list.iter().any(|item| {
        item.target == target.sort_group_ref
            && match (ordering, &item.ordering) {
                (None, _) => true,
                (Some(ordering), Some(listed)) => {
                    ordering == listed || ordering.commutator.as_deref() == Some(&*listed.name)
                }
                (Some(_), None) => false,
            }
    })
}

/// Adds an entry of the target list to GROUP BY, DISTINCT or PARTITION BY, unless it is there.
pub(crate) fn add_to_group_list(
    state: &ParseState<'_>,
    place: usize,
    list: &mut Vec<SortGroupClause>,
    targets: &mut [TargetEntry],
) -> Result<(), Undecided> {
    let data_type = resolve_unknown(state, targets, place)?;
    if is_listed(targets, place, None, list) {
        return Ok(());
    }
    let found = comparison_operators(state.environment, &data_type);
    list.push(SortGroupClause {
        target: assign_sort_group_ref(targets, place),
        equality: found.equal,
        ordering: found.less,
        descending: false,
        nulls_first: false,
    });
    Ok(())
}

/// An entry of the target list for an expression as written.
pub(crate) fn named_target(
    node: &Node,
    expr: Expr,
    name: &str,
    targets: &[TargetEntry],
) -> TargetEntry {
    let name = if name.is_empty() {
        column_name(node, Some(&expr))
    } else {
        name.to_owned()
    };
    TargetEntry {
        expr,
        resno: next_number(targets),
        name: Some(name.into()),
        sort_group_ref: 0,
        junk: false,
        origin: None,
    }
}
