//! RETURNING, with OLD and NEW.

use pg_query::NodeEnum;
use pg_query::protobuf::{ReturningClause, ReturningOptionKind};

use super::super::targets::{resolve_unknowns, transform_target_list};
use super::super::tree::{Query, ReturningType};
use super::super::{ExprKind, NamespaceItem, ParseState, Undecided};

/// Analyses RETURNING.
pub(super) fn transform_returning(
    state: &mut ParseState<'_>,
    clause: Option<&ReturningClause>,
    target: &NamespaceItem,
    query: &mut Query,
) -> Result<(), Undecided> {
    let Some(clause) = clause else {
        return Ok(());
    };
    for node in &clause.options {
        let Some(NodeEnum::ReturningOption(option)) = node.node.as_ref() else {
            return Err(Undecided::new("an option of RETURNING of an unknown form"));
        };
        let alias = match option.option() {
            ReturningOptionKind::ReturningOptionOld => &mut query.returning_old_alias,
            ReturningOptionKind::ReturningOptionNew => &mut query.returning_new_alias,
            ReturningOptionKind::Undefined => {
                return Err(Undecided::at(
                    option.location,
                    "an unknown option of RETURNING",
                ));
            }
        };
        *alias = Some(option.value.clone());
    }
    let length = state.namespace.len();
    for (alias, usual, returning) in [
        (&mut query.returning_old_alias, "old", ReturningType::Old),
        (&mut query.returning_new_alias, "new", ReturningType::New),
    ] {
        // A relation of that name hides the row, unless the row has been given a name.
        if alias.is_none() && state.named_item(None, usual)?.is_none() {
            *alias = Some(usual.to_owned());
        }
        if let Some(alias) = alias {
            state.namespace.push(NamespaceItem {
                name: alias.as_str().into(),
                schema: None,
                relation_visible: true,
                columns_visible: false,
                returning,
                ..target.clone()
            });
        }
    }
    let targets = transform_target_list(state, &clause.exprs, ExprKind::Returning);
    state.namespace.truncate(length);
    query.returning = targets?;
    resolve_unknowns(state, &mut query.returning)
}
