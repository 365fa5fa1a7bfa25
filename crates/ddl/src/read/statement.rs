//! Gives each statement to the handler of its kind.

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, ObjectType};

use super::failure::Failure;
use super::state::State;
use super::{dependency, objects, table, text};

impl State {
    /// Applies one statement. One that fails leaves nothing behind but a note.
    pub(super) fn execute(&mut self, statement: &Node) -> Result<(), Failure> {
        let mark = self.journal.mark();
        let Some(node) = statement.node.as_ref() else {
            return Ok(());
        };
        let result = apply(self, node);
        match &result {
            Ok(()) => {
                if self.keep_places {
                    let made = self.made_since(mark);
                    self.place_made(made, node);
                }
                self.journal.keep();
            }
            Err(failure) => {
                self.roll_back(mark);
                self.note(failure.kind, failure.message.clone(), failure.hint.clone());
            }
        }
        result
    }
}

/// Applies one statement, or part of it. What fails in the middle is taken back by the caller.
pub(super) fn apply(state: &mut State, node: &NodeEnum) -> Result<(), Failure> {
    use ObjectType as O;
    match node {
        NodeEnum::CreateStmt(s) => table::create::apply(state, s),
        NodeEnum::CreateForeignTableStmt(s) => table::create::foreign(state, s),
        NodeEnum::CreateTableAsStmt(s) if s.objtype() == O::ObjectTable => {
            table::create_as::apply(state, s)
        }
        NodeEnum::SelectStmt(s) if s.into_clause.is_some() => {
            table::create_as::select_into(state, s)
        }
        NodeEnum::AlterTableStmt(s) if s.objtype() != O::ObjectType => {
            table::alter::apply(state, s)
        }
        NodeEnum::AlterTableMoveAllStmt(s) => table::alter::move_all(state, s),
        NodeEnum::IndexStmt(s) => table::index::create(state, s),
        NodeEnum::ClusterStmt(s) => table::index::cluster(state, s),
        NodeEnum::CreateSeqStmt(s) => table::sequence::create(state, s),
        NodeEnum::AlterSeqStmt(s) => table::sequence::alter(state, s),
        NodeEnum::CreateStatsStmt(s) => table::statistics::create(state, s),
        NodeEnum::AlterStatsStmt(s) => table::statistics::alter(state, s),
        NodeEnum::CreateTrigStmt(s) => table::trigger::create(state, s),
        NodeEnum::RuleStmt(s) => table::rule::create(state, s),
        NodeEnum::CreatePolicyStmt(s) => table::policy::create(state, s),
        NodeEnum::AlterPolicyStmt(s) => table::policy::alter(state, s),
        NodeEnum::RenameStmt(s) if table::rename::handles(s) => table::rename::apply(state, s),
        NodeEnum::AlterObjectSchemaStmt(s) if table::schema::handles(s) => {
            table::schema::apply(state, s)
        }
        NodeEnum::DropStmt(s) => dependency::apply(state, s),
        _ => match text::session::apply(state, node) {
            Some(result) => result,
            None => objects::apply(state, node),
        },
    }
}
