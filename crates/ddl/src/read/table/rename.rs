//! ALTER … RENAME of tables, their columns and what stands on them.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{ObjectType as O, RenameStmt};
use pgwright_catalog::{ConstraintKind, Name, ObjectId, QualifiedName, ReplicaIdentity};

use super::alter_constraint::not_null_column;
use super::rename_column::rename_column;
use super::statistics;
use crate::read::failure::Failure;
use crate::read::names::{no_relation, strings, truncate};
use crate::read::objects;
use crate::read::objects::follow::Change;
use crate::read::state::{RelationKind, State, has_index};

/// Whether the statement is about a table or what stands on one.
pub(in crate::read) fn handles(statement: &RenameStmt) -> bool {
    match statement.rename_type() {
        O::ObjectTable
        | O::ObjectForeignTable
        | O::ObjectIndex
        | O::ObjectSequence
        | O::ObjectTabconstraint
        | O::ObjectTrigger
        | O::ObjectPolicy
        | O::ObjectRule
        | O::ObjectStatisticExt => true,
        O::ObjectColumn => matches!(
            statement.relation_type(),
            O::ObjectTable | O::ObjectForeignTable | O::ObjectIndex
        ),
        _ => false,
    }
}

/// ALTER … RENAME.
pub(in crate::read) fn apply(state: &mut State, statement: &RenameStmt) -> Result<(), Failure> {
    let new = Name::new(truncate(&statement.newname));
    if statement.rename_type() == O::ObjectStatisticExt {
        return rename_statistics(state, statement, new);
    }
    let relation = statement
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("a relation is missing"))?;
    let Some((on, kind)) = state.relation_if_exists(relation) else {
        if statement.missing_ok {
            return Ok(());
        }
        return Err(no_relation(&relation.schemaname, &relation.relname));
    };
    match statement.rename_type() {
        O::ObjectTable | O::ObjectForeignTable | O::ObjectIndex | O::ObjectSequence => match kind {
            RelationKind::Table | RelationKind::ForeignTable => {
                let to = QualifiedName::new(on.schema.clone(), new);
                move_table(state, &on, &to)
            }
            RelationKind::Index => rename_index(state, &on, new),
            RelationKind::Sequence => {
                let to = QualifiedName::new(on.schema.clone(), new);
                move_sequence(state, &on, &to)
            }
            RelationKind::View | RelationKind::MaterializedView => {
                objects::rename_view(state, &on, statement)
            }
            RelationKind::CompositeType => {
                Err(Failure::new(format!("\"{}\" is a composite type", on.name)))
            }
        },
        O::ObjectColumn => match kind {
            RelationKind::Table | RelationKind::ForeignTable => {
                rename_column(state, &on, &statement.subname, &new, relation.inh, false)
            }
            RelationKind::View | RelationKind::MaterializedView => {
                objects::rename_view(state, &on, statement)
            }
            _ => Err(Failure::new(format!(
                "cannot rename columns of relation \"{}\"",
                on.name
            ))),
        },
        O::ObjectTabconstraint => rename_constraint(state, &on, &statement.subname, &new),
        O::ObjectTrigger => rename_trigger(state, &on, &statement.subname, &new),
        O::ObjectPolicy => {
            let missing = Failure::new(format!(
                "policy \"{}\" for table \"{}\" does not exist",
                statement.subname, on.name
            ));
            let policies = &mut state.table_mut(&on)?.policies;
            if policies.contains_key(&new) {
                return Err(Failure::new(format!(
                    "policy \"{new}\" for table \"{}\" already exists",
                    on.name
                )));
            }
            let (old, held) = policies
                .remove_entry(statement.subname.as_str())
                .ok_or(missing)?;
            policies.insert(new.clone(), held);
            state.move_sayings(
                &ObjectId::Policy(on.clone(), old),
                &ObjectId::Policy(on, new),
            );
            Ok(())
        }
        O::ObjectRule => {
            let missing = Failure::new(format!(
                "rule \"{}\" for relation \"{}\" does not exist",
                statement.subname, on.name
            ));
            let rules = super::rule::rules_mut(state, &on);
            let (old, held) = rules
                .and_then(|rules| rules.remove_entry(statement.subname.as_str()))
                .ok_or(missing)?;
            if let Some(rules) = super::rule::rules_mut(state, &on) {
                rules.insert(new.clone(), held);
            }
            state.move_sayings(&ObjectId::Rule(on.clone(), old), &ObjectId::Rule(on, new));
            Ok(())
        }
        _ => Ok(()),
    }
}

fn rename_statistics(state: &mut State, statement: &RenameStmt, new: Name) -> Result<(), Failure> {
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
    let to = QualifiedName::new(old.schema.clone(), new);
    super::schema::move_statistics(state, &old, &to)
}

fn rename_trigger(
    state: &mut State,
    on: &QualifiedName,
    old: &str,
    new: &Name,
) -> Result<(), Failure> {
    let old = Name::new(old);
    if super::trigger::trigger(state, on, &old).is_none() {
        return Err(Failure::new(format!(
            "trigger \"{old}\" for table \"{}\" does not exist",
            on.name
        )));
    }
    if super::trigger::trigger(state, on, new).is_some() {
        return Err(Failure::new(format!(
            "trigger \"{new}\" for relation \"{}\" already exists",
            on.name
        )));
    }
    if state.catalog.views.contains_key(on) {
        state.touch(&ObjectId::View(on.clone()));
        if let Some(view) = state.catalog.views.get_mut(on)
            && let Some(held) = view.triggers.remove(&old)
        {
            view.triggers.insert(new.clone(), held);
        }
    } else {
        let table = state.table_mut(on)?;
        if let Some(held) = table.triggers.remove(&old) {
            table.triggers.insert(new.clone(), held);
        }
        let held = state.held_mut(on);
        if held.inherited_triggers.remove(&old) {
            held.inherited_triggers.insert(new.clone());
        }
        for child in state.children.get(on).cloned().unwrap_or_default() {
            let inherited = state
                .held
                .get(&child)
                .is_some_and(|held| held.inherited_triggers.contains(&old));
            if inherited {
                rename_trigger(state, &child, old.as_str(), new)?;
            }
        }
    }
    state.move_sayings(
        &ObjectId::Trigger(on.clone(), old),
        &ObjectId::Trigger(on.clone(), new.clone()),
    );
    Ok(())
}

/// RENAME CONSTRAINT, of the children too where they have it from their parent.
fn rename_constraint(
    state: &mut State,
    on: &QualifiedName,
    old: &str,
    new: &Name,
) -> Result<(), Failure> {
    if state.constraint_of_table(on, new.as_str()) {
        return Err(super::not_null::taken(new, on));
    }
    if let Some(column) = not_null_column(state, on, old) {
        let Some((mut not_null, origin)) = state.take_not_null(on, column.as_str())? else {
            return Ok(());
        };
        not_null.name = Some(new.clone());
        state.put_not_null(on, column.as_str(), not_null, origin)?;
        for child in state.children.get(on).cloned().unwrap_or_default() {
            if not_null_column(state, &child, old).is_some() {
                rename_constraint(state, &child, old, new)?;
            }
        }
        return Ok(());
    }
    let old = Name::new(old);
    let Some(constraint) = state.table(on)?.constraints.get(&old) else {
        return Err(Failure::new(format!(
            "constraint \"{old}\" for table \"{}\" does not exist",
            on.name
        )));
    };
    if has_index(constraint) {
        let full = QualifiedName::new(on.schema.clone(), new.clone());
        if state.relation_kind(&full).is_some() {
            return Err(Failure::exists("relation", new.as_str()));
        }
    }
    let is_check = matches!(constraint.kind, ConstraintKind::Check(_)) && !constraint.no_inherit;
    let Some((constraint, origin)) = state.take_constraint(on, old.as_str())? else {
        return Ok(());
    };
    let of_index = has_index(&constraint);
    state.put_constraint(on, new.clone(), constraint, origin)?;
    if of_index {
        index_renamed(state, on, &old, new)?;
    }
    state.move_sayings(
        &ObjectId::Constraint(on.clone(), old.clone()),
        &ObjectId::Constraint(on.clone(), new.clone()),
    );
    if is_check {
        for child in state.children.get(on).cloned().unwrap_or_default() {
            if state.table(&child)?.constraints.contains_key(&old) {
                rename_constraint(state, &child, old.as_str(), new)?;
            }
        }
    }
    Ok(())
}

/// What names an index by its name follows.
fn index_renamed(
    state: &mut State,
    on: &QualifiedName,
    old: &Name,
    new: &Name,
) -> Result<(), Failure> {
    if let Some(view) = state.catalog.materialized_views.get_mut(on) {
        if view.clustered_on.as_ref() == Some(old) {
            view.clustered_on = Some(new.clone());
        }
        return Ok(());
    }
    let held = state.held_mut(on);
    if let Some(columns) = held.index_columns.remove(old) {
        held.index_columns.insert(new.clone(), columns);
    }
    let table = state.table_mut(on)?;
    if table.clustered_on.as_ref() == Some(old) {
        table.clustered_on = Some(new.clone());
    }
    if table.replica_identity == ReplicaIdentity::Index(old.clone()) {
        table.replica_identity = ReplicaIdentity::Index(new.clone());
    }
    for child in state.children.get(on).cloned().unwrap_or_default() {
        let table = state.table_mut(&child)?;
        for index in table.indexes.values_mut() {
            if index.parent.as_ref() == Some(old) {
                index.parent = Some(new.clone());
            }
        }
        for constraint in table.constraints.values_mut() {
            if constraint.parent.as_ref() == Some(old) {
                constraint.parent = Some(new.clone());
            }
        }
    }
    Ok(())
}

/// ALTER INDEX … RENAME: that of a constraint renames the constraint.
fn rename_index(state: &mut State, index: &QualifiedName, new: Name) -> Result<(), Failure> {
    let full = QualifiedName::new(index.schema.clone(), new.clone());
    if state.relation_kind(&full).is_some() {
        return Err(Failure::exists("relation", new.as_str()));
    }
    let on = state
        .index_tables
        .get(index)
        .cloned()
        .ok_or_else(|| Failure::missing("relation", index.name.as_str()))?;
    match state.take_index(&on, index.name.as_str())? {
        Some(held) => {
            state.put_index(&on, new.clone(), held)?;
            index_renamed(state, &on, &index.name, &new)?;
            state.move_sayings(
                &ObjectId::Index(on.clone(), index.name.clone()),
                &ObjectId::Index(on, new),
            );
            Ok(())
        }
        None => rename_constraint(state, &on, index.name.as_str(), &new),
    }
}

/// A sequence under another name or in another schema, with the defaults that take values from it.
pub(super) fn move_sequence(
    state: &mut State,
    from: &QualifiedName,
    to: &QualifiedName,
) -> Result<(), Failure> {
    if from == to {
        return Err(Failure::exists("relation", to.name.as_str()));
    }
    if state.relation_kind(to).is_some() {
        return Err(Failure::exists("relation", to.name.as_str()));
    }
    if let Some((table, column)) = state.identity_sequences.get(from).cloned() {
        let identity = state
            .table_mut(&table)?
            .column_mut(column.as_str())
            .and_then(|column| column.identity.as_mut());
        if let Some(identity) = identity {
            identity.name = Some(to.clone());
        }
        state.identity_sequences.remove(from);
        state.identity_sequences.insert(to.clone(), (table, column));
        return Ok(());
    }
    state.rename_in_texts(&Change::Relation(from.clone(), to.clone()));
    let (old, new) = (
        ObjectId::Sequence(from.clone()),
        ObjectId::Sequence(to.clone()),
    );
    state.touch(&old);
    state.touch(&new);
    if let Some(held) = state.catalog.sequences.remove(from) {
        state.catalog.sequences.insert(to.clone(), held);
    }
    state.move_sayings(&old, &new);
    Ok(())
}

/// A table under another name or in another schema, with all that names it.
pub(super) fn move_table(
    state: &mut State,
    from: &QualifiedName,
    to: &QualifiedName,
) -> Result<(), Failure> {
    if state.relation_kind(to).is_some() {
        return Err(Failure::exists("relation", to.name.as_str()));
    }
    if state.catalog.types.contains_key(to) {
        return Err(Failure::exists("type", to.name.as_str()));
    }
    state.rename_in_texts(&Change::Relation(from.clone(), to.clone()));
    state.touch(&ObjectId::Table(from.clone()));
    let Some(mut table) = state.catalog.tables.get(from).cloned() else {
        return Err(Failure::missing("relation", from.name.as_str()));
    };
    let held = state.held.get(from).cloned().unwrap_or_default();
    let children = state.children.remove(from).unwrap_or_default();
    for column in &mut table.columns {
        if let Some(name) = column.identity.as_mut().and_then(|i| i.name.as_mut()) {
            name.schema.clone_from(&to.schema);
        }
    }
    for constraint in table.constraints.values_mut() {
        // A table may refer to itself.
        if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
            && key.references == *from
        {
            key.references.clone_from(to);
        }
    }
    state.remove_table(from);
    state.insert_table(to.clone(), table, held);
    for child in &children {
        let table = state.table_mut(child)?;
        if let Some(partition) = &mut table.partition_of
            && partition.parent == *from
        {
            partition.parent.clone_from(to);
        }
        for parent in &mut table.inherits {
            if parent == from {
                parent.clone_from(to);
            }
        }
    }
    if !children.is_empty() {
        state.children.insert(to.clone(), children);
    }
    follow_table(state, from, to)
}

/// What names a table in a field of its own.
fn follow_table(
    state: &mut State,
    from: &QualifiedName,
    to: &QualifiedName,
) -> Result<(), Failure> {
    let referencing: BTreeSet<QualifiedName> = state
        .catalog
        .references_to(from)
        .map(|(holder, _, _)| holder.clone())
        .collect();
    for holder in referencing {
        for constraint in state.table_mut(&holder)?.constraints.values_mut() {
            if let ConstraintKind::ForeignKey(key) = &mut constraint.kind
                && key.references == *from
            {
                key.references.clone_from(to);
            }
        }
    }
    let sequences: Vec<QualifiedName> = state
        .catalog
        .sequences
        .iter()
        .filter(|(_, held)| {
            held.owned_by
                .as_ref()
                .is_some_and(|(table, _)| table == from)
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in sequences {
        state.touch(&ObjectId::Sequence(name.clone()));
        if let Some((table, _)) = state
            .catalog
            .sequences
            .get_mut(&name)
            .and_then(|held| held.owned_by.as_mut())
        {
            table.clone_from(to);
        }
        // One that belongs to a table stands in the table's schema.
        if from.schema != to.schema {
            let moved = QualifiedName::new(to.schema.clone(), name.name.clone());
            move_sequence(state, &name, &moved)?;
        }
    }
    let statistics: Vec<QualifiedName> = state
        .catalog
        .statistics
        .iter()
        .filter(|(_, held)| held.table == *from)
        .map(|(name, _)| name.clone())
        .collect();
    for name in statistics {
        state.touch(&ObjectId::Statistics(name.clone()));
        if let Some(held) = state.catalog.statistics.get_mut(&name) {
            held.table.clone_from(to);
        }
    }
    let triggers: Vec<QualifiedName> = state
        .catalog
        .tables
        .iter()
        .filter(|(_, held)| {
            held.triggers
                .values()
                .any(|t| t.from.as_ref() == Some(from))
        })
        .map(|(name, _)| name.clone())
        .collect();
    for name in triggers {
        for trigger in state.table_mut(&name)?.triggers.values_mut() {
            if trigger.from.as_ref() == Some(from) {
                trigger.from = Some(to.clone());
            }
        }
    }
    let publications: Vec<Name> = state
        .catalog
        .publications
        .iter()
        .filter(|(_, held)| held.tables.contains_key(from))
        .map(|(name, _)| name.clone())
        .collect();
    for name in publications {
        state.touch(&ObjectId::Publication(name.clone()));
        if let Some(held) = state.catalog.publications.get_mut(&name)
            && let Some(published) = held.tables.remove(from)
        {
            held.tables.insert(to.clone(), published);
        }
    }
    state.retype(from, to);
    let mut parts: Vec<(ObjectId, ObjectId)> = Vec::new();
    let known = state
        .catalog
        .dependencies
        .keys()
        .chain(state.used_by.keys())
        .chain(state.catalog.owner_privileges.keys())
        .chain(state.catalog.security_labels.keys());
    for id in known {
        if let Some(moved) = on_other_table(id, from, to) {
            parts.push((id.clone(), moved));
        }
    }
    parts.sort();
    parts.dedup();
    for (old, new) in parts {
        state.move_sayings(&old, &new);
    }
    Ok(())
}

/// The same object of a table under its new name.
fn on_other_table(id: &ObjectId, from: &QualifiedName, to: &QualifiedName) -> Option<ObjectId> {
    Some(match id {
        ObjectId::Table(on) if on == from => ObjectId::Table(to.clone()),
        ObjectId::Column(on, name) if on == from => ObjectId::Column(to.clone(), name.clone()),
        ObjectId::Constraint(on, name) if on == from => {
            ObjectId::Constraint(to.clone(), name.clone())
        }
        ObjectId::Index(on, name) if on == from => ObjectId::Index(to.clone(), name.clone()),
        ObjectId::Trigger(on, name) if on == from => ObjectId::Trigger(to.clone(), name.clone()),
        ObjectId::Policy(on, name) if on == from => ObjectId::Policy(to.clone(), name.clone()),
        ObjectId::Rule(on, name) if on == from => ObjectId::Rule(to.clone(), name.clone()),
        _ => return None,
    })
}
