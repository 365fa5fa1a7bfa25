//! The columns of row-valued expressions.

use super::super::resolve::{FunctionResult, result_columns};
use super::super::tree::{Expr, RangeTableEntry, RteColumn, RteKind, Type, Var};
use super::super::{ParseState, Undecided};

/// The columns of a row-valued expression: of a composite type, or of `record` when it can be told.
/// None for what is no row.
pub(crate) fn expression_columns(
    state: &ParseState<'_>,
    expr: &Expr,
) -> Result<Option<Vec<RteColumn>>, Undecided> {
    if let Expr::Var(var) = expr
        && var.data_type == Type::RECORD
    {
        return record_variable(state, var).map(Some);
    }
    match result_columns(state.environment, expr) {
        FunctionResult::Composite(columns) => Ok(Some(columns)),
        FunctionResult::Scalar(_) => Ok(None),
        FunctionResult::Record => Err(unknown_record()),
    }
}

fn unknown_record() -> Undecided {
    Undecided::new("record type has not been registered")
}

/// The columns of a Var of type `record`: looked up where the value comes from (`expandRecordVariable`).
fn record_variable(state: &ParseState<'_>, var: &Var) -> Result<Vec<RteColumn>, Undecided> {
    let mut level = state;
    for _ in 0..var.levels_up {
        level = level.parent.ok_or_else(unknown_record)?;
    }
    let entry = var
        .varno
        .checked_sub(1)
        .and_then(|place| level.range_table.get(place))
        .ok_or_else(unknown_record)?;
    if var.attno == 0 {
        return Ok(entry_columns(entry));
    }
    let place = usize::try_from(var.attno - 1).map_err(|_| unknown_record())?;
    let (query, scope) = match &entry.kind {
        RteKind::Subquery(query) => (&**query, level),
        RteKind::Join(join) => {
            let source = join.alias_vars.get(place).ok_or_else(unknown_record)?;
            return expression_columns(level, source)?.ok_or_else(unknown_record);
        }
        RteKind::Cte(reference) if !reference.self_reference => {
            let mut scope = level;
            for _ in 0..reference.levels_up {
                scope = scope.parent.ok_or_else(unknown_record)?;
            }
            let cte = scope.ctes.iter().find(|cte| cte.name == reference.name);
            let query = cte.and_then(|cte| cte.query.as_deref());
            (query.ok_or_else(unknown_record)?, scope)
        }
        _ => return Err(unknown_record()),
    };
    let target = query
        .targets
        .iter()
        .filter(|target| !target.junk)
        .nth(place)
        .ok_or_else(unknown_record)?;
    // The value's own Vars count from inside the sub-select.
    let mut inside = ParseState::new(state.environment, Some(scope));
    inside.range_table = query.range_table.clone();
    inside.ctes = query.ctes.clone();
    expression_columns(&inside, &target.expr)?.ok_or_else(unknown_record)
}

/// The columns of a whole entry, under the names that the text sees.
fn entry_columns(entry: &RangeTableEntry) -> Vec<RteColumn> {
    entry
        .columns
        .iter()
        .zip(&entry.eref.columns)
        .map(|(column, name)| RteColumn {
            name: name.as_str().into(),
            ..column.clone()
        })
        .collect()
}
