//! ALTER … SET SCHEMA of tables, sequences and statistics.

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterObjectSchemaStmt, ObjectType as O};
use pgwright_catalog::{Name, ObjectId, QualifiedName};

use super::rename::{move_sequence, move_table};
use super::statistics;
use crate::read::failure::Failure;
use crate::read::names::{no_relation, strings};
use crate::read::state::{RelationKind, State, has_index};

/// Whether the statement is about a table or what stands on one.
pub(in crate::read) fn handles(statement: &AlterObjectSchemaStmt) -> bool {
    matches!(
        statement.object_type(),
        O::ObjectTable | O::ObjectForeignTable | O::ObjectSequence | O::ObjectStatisticExt
    )
}

/// ALTER … SET SCHEMA.
pub(in crate::read) fn apply(
    state: &mut State,
    statement: &AlterObjectSchemaStmt,
) -> Result<(), Failure> {
    if statement.object_type() == O::ObjectStatisticExt {
        let parts = match statement
            .object
            .as_deref()
            .and_then(|node| node.node.as_ref())
        {
            Some(NodeEnum::List(list)) => strings(&list.items),
            _ => Vec::new(),
        };
        let Some(old) = statistics::find(state, &parts) else {
            return Err(Failure::missing("statistics object", &parts.join(".")));
        };
        let schema = state.existing_schema(&statement.newschema)?;
        let to = QualifiedName::new(schema, old.name.clone());
        return move_statistics(state, &old, &to);
    }
    let relation = statement
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("a relation is missing"))?;
    let Some((from, kind)) = state.relation_if_exists(relation) else {
        if statement.missing_ok {
            return Ok(());
        }
        return Err(no_relation(&relation.schemaname, &relation.relname));
    };
    let schema = state.existing_schema(&statement.newschema)?;
    let to = QualifiedName::new(schema, from.name.clone());
    if from == to {
        return Ok(());
    }
    match kind {
        RelationKind::Table | RelationKind::ForeignTable => {
            check_free(state, &from, &to.schema)?;
            move_table(state, &from, &to)
        }
        RelationKind::Sequence => {
            let owned = state
                .catalog
                .sequences
                .get(&from)
                .is_some_and(|held| held.owned_by.is_some());
            if owned || state.identity_sequences.contains_key(&from) {
                return Err(Failure::new(
                    "cannot move an owned sequence into another schema",
                ));
            }
            move_sequence(state, &from, &to)
        }
        RelationKind::View => state.move_object(&ObjectId::View(from), &ObjectId::View(to)),
        RelationKind::MaterializedView => {
            let (from, to) = (
                ObjectId::MaterializedView(from),
                ObjectId::MaterializedView(to),
            );
            state.move_object(&from, &to)
        }
        RelationKind::Index | RelationKind::CompositeType => Err(Failure::new(format!(
            "cannot change schema of relation \"{}\"",
            from.name
        ))),
    }
}

/// The indexes of a table move with it, and need their names there.
fn check_free(state: &State, from: &QualifiedName, schema: &Name) -> Result<(), Failure> {
    let table = state.table(from)?;
    let of_constraints = table
        .constraints
        .iter()
        .filter(|(_, held)| has_index(held))
        .map(|(name, _)| name);
    for index in table.indexes.keys().chain(of_constraints) {
        let moved = QualifiedName::new(schema.clone(), index.clone());
        if state.relation_kind(&moved).is_some() {
            return Err(Failure::new(format!(
                "relation \"{index}\" already exists in schema \"{schema}\""
            )));
        }
    }
    Ok(())
}

/// A statistics object under another name or in another schema.
pub(super) fn move_statistics(
    state: &mut State,
    from: &QualifiedName,
    to: &QualifiedName,
) -> Result<(), Failure> {
    if state.catalog.statistics.contains_key(to) {
        return Err(Failure::exists("statistics object", to.name.as_str()));
    }
    let (old, new) = (
        ObjectId::Statistics(from.clone()),
        ObjectId::Statistics(to.clone()),
    );
    state.touch(&old);
    state.touch(&new);
    if let Some(held) = state.catalog.statistics.remove(from) {
        state.catalog.statistics.insert(to.clone(), held);
    }
    state.move_sayings(&old, &new);
    Ok(())
}
