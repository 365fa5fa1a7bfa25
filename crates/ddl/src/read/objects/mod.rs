//! Everything that is neither a table nor stands on one.

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterTableStmt, RenameStmt};
use pgwright_catalog::{ObjectId, QualifiedName};

use super::failure::Failure;
use super::note::NoteKind;
use super::state::State;

/// Applies a statement about one of these objects.
pub(super) fn apply(state: &mut State, node: &NodeEnum) -> Result<(), Failure> {
    let _ = node;
    state.note(NoteKind::NotUnderstood, "this statement is not read", None);
    Ok(())
}

/// Applies ALTER VIEW, ALTER MATERIALIZED VIEW, and ALTER TABLE of either.
pub(super) fn alter_view(
    state: &mut State,
    view: &ObjectId,
    statement: &AlterTableStmt,
) -> Result<(), Failure> {
    let _ = statement;
    state.note(
        NoteKind::NotUnderstood,
        format!("ALTER of {view} is not read"),
        None,
    );
    Ok(())
}

/// Renames a view or materialized view, or one of its columns, that ALTER TABLE names.
pub(super) fn rename_view(
    state: &mut State,
    view: &QualifiedName,
    statement: &RenameStmt,
) -> Result<(), Failure> {
    let _ = statement;
    state.note(
        NoteKind::NotUnderstood,
        format!("ALTER of {view} is not read"),
        None,
    );
    Ok(())
}
