//! Assignments: the columns of INSERT, and SET.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::{AIndices, MultiAssignRef, Node, ResTarget, SubLinkType};

use super::super::targets::transform_expression_list;
use super::super::tree::{
    Coercion, CoercionForm, Expr, FieldStore, Param, ParamKind, ReturningType, SubLink,
    SubLinkKind, TargetEntry, Type, Var,
};
use super::super::{ExprKind, ParseState, Undecided, coerce, query, raw, types};

/// A column that is assigned to.
#[derive(Debug, Clone)]
pub(super) struct InsertColumn {
    /// The name.
    pub name: Arc<str>,
    /// Its number, from 1.
    pub attno: i16,
    data_type: Type,
    typmod: i32,
    /// Fields and subscripts: what of the column is assigned to.
    indirection: Vec<Node>,
}

/// The columns that INSERT names, or all.
pub(super) fn insert_columns(
    state: &ParseState<'_>,
    nodes: &[Node],
) -> Result<Vec<InsertColumn>, Undecided> {
    if nodes.is_empty() {
        let count = state
            .target
            .as_ref()
            .map_or(0, |(_, relation)| relation.columns.len());
        return Ok((0..count)
            .filter_map(|place| column_at(state, place))
            .collect());
    }
    nodes
        .iter()
        .map(|node| match node.node.as_ref() {
            Some(NodeEnum::ResTarget(target)) => target_column(state, target),
            _ => Err(Undecided::new("a column of INSERT of an unknown form")),
        })
        .collect()
}

fn column_at(state: &ParseState<'_>, place: usize) -> Option<InsertColumn> {
    let (_, relation) = state.target.as_ref()?;
    let column = relation.columns.get(place)?;
    Some(InsertColumn {
        name: column.name.clone(),
        attno: i16::try_from(place + 1).ok()?,
        data_type: column.data_type.clone(),
        typmod: column.typmod,
        indirection: Vec::new(),
    })
}

/// The column that a target of INSERT or SET names.
fn target_column(state: &ParseState<'_>, target: &ResTarget) -> Result<InsertColumn, Undecided> {
    let place = state.target.as_ref().and_then(|(_, relation)| {
        relation
            .columns
            .iter()
            .position(|column| *column.name == *target.name)
    });
    place
        .and_then(|place| column_at(state, place))
        .map(|column| InsertColumn {
            indirection: target.indirection.clone(),
            ..column
        })
        .ok_or_else(|| {
            Undecided::at(
                target.location,
                format!("column \"{}\" of the target does not exist", target.name),
            )
        })
}

/// Coerces a value to the column that it is assigned to, or makes of it a change inside the column.
/// INSERT changes what is NULL, UPDATE what the column holds.
pub(super) fn assign(
    state: &mut ParseState<'_>,
    value: Expr,
    column: &InsertColumn,
    insert: bool,
) -> Result<Expr, Undecided> {
    if !column.indirection.is_empty() {
        let base = if insert {
            Expr::null(column.data_type.clone())
        } else {
            column_variable(state, column)
        };
        return assign_inside(
            state,
            base,
            (&column.data_type, column.typmod),
            &column.indirection,
            value,
        );
    }
    if matches!(value, Expr::SetToDefault(..)) {
        return Ok(Expr::SetToDefault(column.data_type.clone(), column.typmod));
    }
    coerce::assign(
        state.environment,
        value,
        &column.data_type,
        column.typmod,
        &format!("column \"{}\"", column.name),
    )
}

fn column_variable(state: &ParseState<'_>, column: &InsertColumn) -> Expr {
    let rtindex = state.target.as_ref().map_or(0, |(rtindex, _)| *rtindex);
    Expr::Var(Var {
        varno: rtindex,
        attno: column.attno,
        data_type: column.data_type.clone(),
        typmod: column.typmod,
        levels_up: 0,
        varnosyn: rtindex,
        attnosyn: column.attno,
        returning: ReturningType::Default,
    })
}

/// The change of a field or an element of `base`, or of what is inside that
/// (`transformAssignmentIndirection`).
fn assign_inside(
    state: &mut ParseState<'_>,
    base: Expr,
    (data_type, typmod): (&Type, i32),
    indirection: &[Node],
    value: Expr,
) -> Result<Expr, Undecided> {
    let environment = state.environment;
    let indices: Vec<&AIndices> = indirection
        .iter()
        .map_while(|step| match step.node.as_ref() {
            Some(NodeEnum::AIndices(indices)) => Some(&**indices),
            _ => None,
        })
        .collect();
    let changed = if !indices.is_empty() {
        let rest = indirection.get(indices.len()..).unwrap_or_default();
        let Expr::SubscriptingRef(mut reference) = state.subscripts(base, &indices)? else {
            return Err(Undecided::new("a subscript of what has none"));
        };
        let (part, part_typmod) = (reference.data_type.clone(), reference.typmod);
        let inner = Expr::CaseTest(part.clone(), part_typmod);
        let value = assign_inside(state, inner, (&part, part_typmod), rest, value)?;
        reference.data_type = reference.container_type.clone();
        reference.assignment = Some(value);
        Expr::SubscriptingRef(reference)
    } else if let Some((step, rest)) = indirection.split_first() {
        let name = raw::string(step).ok_or_else(|| Undecided::new("an assignment to \"*\""))?;
        let row = types::base_type(environment, data_type);
        let columns = types::composite_columns(environment, &row).unwrap_or_default();
        let column = columns
            .into_iter()
            .find(|column| *column.name == *name)
            .ok_or_else(|| Undecided::new(format!("a field \"{name}\" that is not known")))?;
        let inner = Expr::CaseTest(column.data_type.clone(), column.typmod);
        let wanted = (&column.data_type, column.typmod);
        let value = assign_inside(state, inner, wanted, rest, value)?;
        Expr::FieldStore(Box::new(FieldStore {
            argument: base,
            fields: vec![(column.name.clone(), value)],
            data_type: row,
        }))
    } else {
        return coerce::assign(environment, value, data_type, typmod, "a part of a column");
    };
    if changed.data_type() == *data_type {
        return Ok(changed);
    }
    // The column is of a domain over what has the parts.
    Ok(Expr::CoerceToDomain(Box::new(Coercion {
        argument: changed,
        data_type: data_type.clone(),
        typmod,
        form: CoercionForm::ImplicitCast,
    })))
}

/// What is assigned in the end, changes inside a column taken away: a row of VALUES holds only that.
pub(super) fn assigned_value(expr: Expr) -> Expr {
    match expr {
        Expr::FieldStore(mut store) if store.fields.len() == 1 => match store.fields.pop() {
            Some((_, value)) => assigned_value(value),
            None => Expr::FieldStore(store),
        },
        Expr::SubscriptingRef(mut reference) => match reference.assignment.take() {
            Some(value) => assigned_value(value),
            None => Expr::SubscriptingRef(reference),
        },
        other => other,
    }
}

/// Analyses SET.
pub(super) fn update_targets(
    state: &mut ParseState<'_>,
    nodes: &[Node],
) -> Result<Vec<TargetEntry>, Undecided> {
    let mut targets = Vec::with_capacity(nodes.len());
    let mut groups = Groups::default();
    for node in nodes {
        let Some(NodeEnum::ResTarget(target)) = node.node.as_ref() else {
            return Err(Undecided::new("an assignment of an unknown form"));
        };
        let Some(value) = target.val.as_deref() else {
            return Err(Undecided::at(
                target.location,
                "an assignment without a value",
            ));
        };
        let column = target_column(state, target)?;
        let value = match value.node.as_ref() {
            Some(NodeEnum::MultiAssignRef(part)) => groups.part(state, part)?,
            _ => state.expression(value, ExprKind::UpdateSource)?,
        };
        targets.push(TargetEntry {
            expr: assign(state, value, &column, false)?,
            resno: column.attno,
            name: Some(column.name),
            sort_group_ref: 0,
            junk: false,
            origin: None,
        });
    }
    for expr in groups.sublinks {
        targets.push(TargetEntry {
            expr,
            resno: i16::try_from(targets.len() + 1).unwrap_or(i16::MAX),
            name: None,
            sort_group_ref: 0,
            junk: true,
            origin: None,
        });
    }
    Ok(targets)
}

/// Groups of columns that are set together: `(a, b) = (SELECT …)`, `(a, b) = ROW (…)`.
#[derive(Default)]
struct Groups {
    /// The sub-selects so far.
    sublinks: Vec<Expr>,
    /// The values of the row that is open.
    row: Vec<Expr>,
}

impl Groups {
    /// The value of one column of a group. All columns of a group share their source, which is
    /// analysed with the first.
    fn part(
        &mut self,
        state: &mut ParseState<'_>,
        part: &MultiAssignRef,
    ) -> Result<Expr, Undecided> {
        let source = part.source.as_deref().and_then(|node| node.node.as_ref());
        let mismatch = || Undecided::new("number of columns does not match number of values");
        let number = usize::try_from(part.colno).map_err(|_| mismatch())?;
        let count = usize::try_from(part.ncolumns).map_err(|_| mismatch())?;
        match source {
            Some(NodeEnum::SubLink(link)) if link.sub_link_type() == SubLinkType::ExprSublink => {
                if part.colno == 1 {
                    let Some(NodeEnum::SelectStmt(select)) = link
                        .subselect
                        .as_deref()
                        .and_then(|node| node.node.as_ref())
                    else {
                        return Err(Undecided::at(link.location, "a sub-select that is none"));
                    };
                    let query = query::analyze_select(select, state)?;
                    if query.targets.iter().filter(|target| !target.junk).count() != count {
                        return Err(mismatch());
                    }
                    state.has_sublinks.set(true);
                    let id = i32::try_from(self.sublinks.len() + 1).unwrap_or(i32::MAX);
                    self.sublinks.push(Expr::SubLink(Box::new(SubLink {
                        kind: SubLinkKind::MultiExpr(id),
                        test: None,
                        operator_name: Vec::new(),
                        query: Box::new(query),
                    })));
                }
                self.parameter(number).ok_or_else(mismatch)
            }
            Some(NodeEnum::RowExpr(row)) => {
                if part.colno == 1 {
                    self.row = transform_expression_list(state, &row.args, ExprKind::UpdateSource)?;
                    if self.row.len() != count {
                        return Err(mismatch());
                    }
                }
                let value = number.checked_sub(1).and_then(|place| self.row.get(place));
                value.cloned().ok_or_else(mismatch)
            }
            _ => Err(Undecided::new(
                "source for a multiple-column UPDATE item must be a sub-SELECT or ROW() expression",
            )),
        }
    }

    /// The parameter that stands for a column of the last sub-select.
    fn parameter(&self, number: usize) -> Option<Expr> {
        let Some(Expr::SubLink(link)) = self.sublinks.last() else {
            return None;
        };
        let mut outputs = link.query.targets.iter().filter(|target| !target.junk);
        let target = outputs.nth(number.checked_sub(1)?)?;
        let id = i32::try_from(self.sublinks.len()).ok()?;
        Some(Expr::Param(Param {
            kind: ParamKind::MultiExpr,
            number: (id << 16) | i32::try_from(number).ok()?,
            data_type: target.expr.data_type(),
            typmod: target.expr.typmod(),
        }))
    }
}
