//! ON CONFLICT.

use pg_query::NodeEnum;
use pg_query::protobuf::{InferClause, OnConflictAction, OnConflictClause};

use super::super::from::{add_entry, entry_of_relation};
use super::super::query::condition;
use super::super::tree::{
    Alias, InferenceElement, OnConflict, RangeTableEntry, RelationKind, RteKind,
};
use super::super::{ExprKind, NamespaceItem, ParseState, Undecided, names, raw};
use super::assignment::update_targets;

/// Analyses ON CONFLICT.
pub(super) fn transform(
    state: &mut ParseState<'_>,
    clause: &OnConflictClause,
    target: &NamespaceItem,
) -> Result<OnConflict, Undecided> {
    let mut conflict = OnConflict {
        update: clause.action() == OnConflictAction::OnconflictUpdate,
        arbiter: Vec::new(),
        arbiter_where: None,
        constraint: None,
        set: Vec::new(),
        where_: None,
        excluded: None,
    };
    if let Some(infer) = clause.infer.as_deref() {
        // The conflict target sees the columns, and no names of tables.
        let columns_only = NamespaceItem {
            relation_visible: false,
            ..target.clone()
        };
        let outer = std::mem::replace(&mut state.namespace, vec![columns_only]);
        let result = arbiter(state, infer, &mut conflict);
        state.namespace = outer;
        result?;
    }
    if conflict.update {
        let Some((_, relation)) = state.target.clone() else {
            return Err(Undecided::new("ON CONFLICT without a target"));
        };
        let alias = Alias {
            name: "excluded".to_owned(),
            columns: Vec::new(),
        };
        let mut entry = entry_of_relation(&relation, Some(alias), false)?;
        if let RteKind::Relation(relation) = &mut entry.kind {
            relation.kind = RelationKind::CompositeType;
        }
        let excluded = add_entry(
            state,
            RangeTableEntry {
                in_from: false,
                ..entry
            },
        );
        conflict.excluded = Some(excluded.rtindex);
        state.namespace.push(excluded);
        conflict.set = update_targets(state, &clause.target_list)?;
        conflict.where_ = condition(state, clause.where_clause.as_deref(), ExprKind::Where)?;
        state.namespace.pop();
    }
    Ok(conflict)
}

/// Analyses the conflict target.
fn arbiter(
    state: &mut ParseState<'_>,
    infer: &InferClause,
    conflict: &mut OnConflict,
) -> Result<(), Undecided> {
    if !infer.conname.is_empty() {
        conflict.constraint = Some(infer.conname.clone());
    }
    for node in &infer.index_elems {
        let Some(NodeEnum::IndexElem(element)) = node.node.as_ref() else {
            return Err(Undecided::at(
                infer.location,
                "a conflict target of an unknown form",
            ));
        };
        let column;
        let node = match element.expr.as_deref() {
            Some(expr) => expr,
            None => {
                column = raw::column_reference(&element.name);
                &column
            }
        };
        let expr = state.expression(node, ExprKind::IndexExpression)?;
        let collation = match raw::strings(&element.collation) {
            path if path.is_empty() => None,
            path => {
                let parts: Vec<&str> = path.iter().map(String::as_str).collect();
                Some(names::collation(state.environment, &parts).ok_or_else(|| {
                    Undecided::at(infer.location, "a collation that is not known")
                })?)
            }
        };
        let operator_class = match &raw::strings(&element.opclass)[..] {
            [] => None,
            [name] => Some(("pg_catalog".to_owned(), name.clone())),
            [.., schema, name] => Some((schema.clone(), name.clone())),
        };
        conflict.arbiter.push(InferenceElement {
            expr,
            collation,
            operator_class,
        });
    }
    conflict.arbiter_where = condition(
        state,
        infer.where_clause.as_deref(),
        ExprKind::IndexPredicate,
    )?;
    Ok(())
}
