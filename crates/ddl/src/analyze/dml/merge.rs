//! MERGE.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, CmdType, MergeStmt, MergeWhenClause};

use super::super::from::transform_from_clause;
use super::super::query::{condition, finish};
use super::super::targets::transform_expression_list;
use super::super::tree::{Command, MergeAction, MergeMatchKind, Query};
use super::super::{ExprKind, NamespaceItem, ParseState, Undecided, ctes};
use super::assignment::{insert_columns, update_targets};
use super::{assign_row, overriding, set_target, transform_returning};

/// Analyses MERGE.
pub(crate) fn merge(state: &mut ParseState<'_>, statement: &MergeStmt) -> Result<Query, Undecided> {
    let mut query = Query::new(Command::Merge);
    query.recursive = ctes::transform_with(state, statement.with_clause.as_ref())?;
    let relation = statement.relation.as_ref();
    let inherited = relation.is_some_and(|relation| relation.inh);
    let target = set_target(state, relation, inherited)?;
    query.result_relation = Some(target.rtindex);
    let outer = state.namespace.len();
    let source = statement.source_relation.as_deref();
    query.from = transform_from_clause(state, source.map_or(&[], std::slice::from_ref))?;
    let source = state.namespace.split_off(outer);
    // The condition sees the target first, then the source.
    state.namespace.push(target.clone());
    state.namespace.extend(source.iter().cloned());
    query.merge_condition =
        condition(state, statement.join_condition.as_deref(), ExprKind::JoinOn)?;
    for node in &statement.merge_when_clauses {
        let Some(NodeEnum::MergeWhenClause(clause)) = node.node.as_ref() else {
            return Err(Undecided::new("an action of MERGE of an unknown form"));
        };
        let action = transform_action(state, clause, outer, &target, &source)?;
        query.merge_actions.push(action);
    }
    state.namespace.truncate(outer);
    state.namespace.push(target.clone());
    state.namespace.extend(source);
    transform_returning(
        state,
        statement.returning_clause.as_ref(),
        &target,
        &mut query,
    )?;
    finish(state, &mut query);
    Ok(query)
}

fn transform_action(
    state: &mut ParseState<'_>,
    clause: &MergeWhenClause,
    outer: usize,
    target: &NamespaceItem,
    source: &[NamespaceItem],
) -> Result<MergeAction, Undecided> {
    use protobuf::MergeMatchKind as Raw;
    let match_kind = match clause.match_kind() {
        Raw::MergeWhenMatched => MergeMatchKind::Matched,
        Raw::MergeWhenNotMatchedBySource => MergeMatchKind::NotMatchedBySource,
        Raw::MergeWhenNotMatchedByTarget => MergeMatchKind::NotMatchedByTarget,
        Raw::Undefined => return Err(Undecided::new("an action of MERGE for no rows")),
    };
    // Only the sides that have a row can be referred to.
    state.namespace.truncate(outer);
    if match_kind != MergeMatchKind::NotMatchedByTarget {
        state.namespace.push(target.clone());
    }
    if match_kind != MergeMatchKind::NotMatchedBySource {
        state.namespace.extend(source.iter().cloned());
    }
    let condition = condition(state, clause.condition.as_deref(), ExprKind::MergeWhen)?;
    let (command, targets) = match clause.command_type() {
        CmdType::CmdInsert => {
            let columns = insert_columns(state, &clause.target_list)?;
            let values = transform_expression_list(state, &clause.values, ExprKind::ValuesSingle)?;
            let explicit = !clause.target_list.is_empty();
            // Without values it is DEFAULT VALUES.
            let targets = if values.is_empty() {
                Vec::new()
            } else {
                assign_row(state, values, &columns, explicit)?
            };
            (Command::Insert, targets)
        }
        CmdType::CmdUpdate => (Command::Update, update_targets(state, &clause.target_list)?),
        CmdType::CmdDelete => (Command::Delete, Vec::new()),
        CmdType::CmdNothing => (Command::Nothing, Vec::new()),
        _ => return Err(Undecided::new("an action of MERGE of an unknown kind")),
    };
    Ok(MergeAction {
        match_kind,
        condition,
        command,
        overriding: overriding(clause.r#override()),
        targets,
    })
}
