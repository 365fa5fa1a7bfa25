//! ALTER TABLE, ALTER INDEX, ALTER SEQUENCE and ALTER FOREIGN TABLE: the passes of one statement, and
//! the subcommands about the table as a whole.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterTableCmd, AlterTableMoveAllStmt, AlterTableStmt, AlterTableType as T, ConstrType,
    DropBehavior, Node,
};
use pgwright_catalog::{
    Name, ObjectId, Persistence, QualifiedName, ReplicaIdentity, TriggerEnabled,
};

use super::{
    alter_column, alter_constraint, create, index, index_build, inheritance, not_null, options,
    partition, rule, trigger,
};
use crate::read::failure::Failure;
use crate::read::names::no_relation;
use crate::read::objects;
use crate::read::state::{RelationKind, State};

/// ALTER TABLE and its like.
pub(in crate::read) fn apply(state: &mut State, statement: &AlterTableStmt) -> Result<(), Failure> {
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
    match kind {
        RelationKind::View => {
            return objects::alter_view(state, &ObjectId::View(on), statement);
        }
        RelationKind::MaterializedView => {
            return objects::alter_view(state, &ObjectId::MaterializedView(on), statement);
        }
        RelationKind::CompositeType => {
            return Err(Failure::new(format!("\"{}\" is a composite type", on.name))
                .hint("Use ALTER TYPE instead."));
        }
        _ => {}
    }
    let mut commands: Vec<&AlterTableCmd> = statement
        .cmds
        .iter()
        .filter_map(|node| match node.node.as_ref()? {
            NodeEnum::AlterTableCmd(command) => Some(command.as_ref()),
            _ => None,
        })
        .collect();
    // The server's passes: what is dropped makes room, new columns come before their constraints.
    commands.sort_by_key(|command| pass(command));
    let recurse = relation.inh;
    for command in commands {
        match kind {
            RelationKind::Index => of_index(state, &on, command)?,
            RelationKind::Sequence => of_sequence(state, &on, command)?,
            _ => of_table(state, &on, command, recurse)?,
        }
    }
    Ok(())
}

fn pass(command: &AlterTableCmd) -> u8 {
    match command.subtype() {
        T::AtDropColumn | T::AtDropConstraint | T::AtDropNotNull | T::AtDropExpression => 0,
        T::AtAlterColumnType => 1,
        T::AtAddColumn => 2,
        T::AtSetExpression => 3,
        T::AtColumnDefault if command.def.is_none() => 0,
        T::AtAddConstraint => match constraint(command.def.as_deref()) {
            Some(constraint) => match constraint.contype() {
                ConstrType::ConstrForeign => 8,
                ConstrType::ConstrPrimary
                | ConstrType::ConstrUnique
                | ConstrType::ConstrExclusion
                    if !constraint.indexname.is_empty() =>
                {
                    6
                }
                ConstrType::ConstrPrimary
                | ConstrType::ConstrUnique
                | ConstrType::ConstrExclusion => 7,
                _ => 4,
            },
            None => 4,
        },
        T::AtSetNotNull
        | T::AtColumnDefault
        | T::AtAddIdentity
        | T::AtSetIdentity
        | T::AtDropIdentity
        | T::AtSetStatistics
        | T::AtSetOptions
        | T::AtResetOptions
        | T::AtSetStorage
        | T::AtSetCompression => 5,
        _ => 9,
    }
}

/// The constraint that a node of ALTER TABLE holds.
pub(super) fn constraint(node: Option<&Node>) -> Option<&pg_query::protobuf::Constraint> {
    match node?.node.as_ref()? {
        NodeEnum::Constraint(constraint) => Some(constraint),
        _ => None,
    }
}

/// The items of a list node.
fn items(node: Option<&Node>) -> &[Node] {
    match node.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::List(list)) => &list.items,
        _ => &[],
    }
}

fn of_table(
    state: &mut State,
    on: &QualifiedName,
    command: &AlterTableCmd,
    recurse: bool,
) -> Result<(), Failure> {
    let name = command.name.as_str();
    let node = command.def.as_deref();
    let cascade = command.behavior() == DropBehavior::DropCascade;
    match command.subtype() {
        T::AtAddColumn => alter_column::add(state, on, node, command.missing_ok, recurse),
        T::AtDropColumn => {
            alter_column::drop(state, on, name, cascade, command.missing_ok, recurse)
        }
        T::AtAlterColumnType => alter_column::set_type(state, on, name, node, recurse),
        T::AtColumnDefault => alter_column::set_default(state, on, name, node, recurse),
        T::AtSetNotNull => {
            let wanted = not_null::Wanted::default();
            not_null::add(state, on, name, &wanted, recurse)
        }
        T::AtDropNotNull => not_null::drop(state, on, name, recurse),
        T::AtSetExpression => alter_column::set_expression(state, on, name, node, recurse),
        T::AtDropExpression => {
            alter_column::drop_expression(state, on, name, command.missing_ok, recurse)
        }
        T::AtAddIdentity => alter_column::add_identity(state, on, name, node),
        T::AtSetIdentity => alter_column::set_identity(state, on, name, items(node)),
        T::AtDropIdentity => alter_column::drop_identity(state, on, name, command.missing_ok),
        T::AtSetStatistics
        | T::AtSetOptions
        | T::AtResetOptions
        | T::AtSetStorage
        | T::AtSetCompression
        | T::AtAlterColumnGenericOptions => alter_column::property(state, on, command, recurse),
        T::AtAddConstraint => match constraint(node) {
            Some(constraint) => alter_constraint::add(state, on, constraint, recurse),
            None => Ok(()),
        },
        T::AtAlterConstraint => alter_constraint::alter(state, on, node, recurse),
        T::AtValidateConstraint => alter_constraint::validate(state, on, name),
        T::AtDropConstraint => {
            alter_constraint::drop(state, on, name, cascade, command.missing_ok, recurse)
        }
        T::AtChangeOwner => {
            let owner = command
                .newowner
                .as_ref()
                .and_then(|role| state.role_name(role));
            set_owner(state, on, owner)
        }
        T::AtClusterOn => index::set_clustered(state, on, Some(name)),
        T::AtDropCluster => index::set_clustered(state, on, None),
        T::AtSetLogged => set_persistence(state, on, Persistence::Permanent),
        T::AtSetUnLogged => set_persistence(state, on, Persistence::Unlogged),
        T::AtDropOids => Ok(()),
        T::AtSetAccessMethod => {
            let method = match name {
                "" => state.session.default_table_access_method.clone(),
                "heap" => None,
                name => Some(Name::new(name)),
            };
            state.table_mut(on)?.access_method = method;
            Ok(())
        }
        T::AtSetTableSpace => {
            state.table_mut(on)?.tablespace = tablespace(name);
            Ok(())
        }
        T::AtSetRelOptions => {
            let table = state.table_mut(on)?;
            options::set(&mut table.options, items(node))?;
            options::leave_out_toast(table);
            Ok(())
        }
        T::AtResetRelOptions => {
            options::reset(&mut state.table_mut(on)?.options, items(node));
            Ok(())
        }
        T::AtGenericOptions => match &mut state.table_mut(on)?.foreign {
            Some(foreign) => options::foreign(&mut foreign.options, items(node)),
            None => Err(Failure::new(format!(
                "\"{}\" is not a foreign table",
                on.name
            ))),
        },
        T::AtEnableTrig => enable_trigger(state, on, Some(name), TriggerEnabled::Origin, recurse),
        T::AtEnableAlwaysTrig => {
            enable_trigger(state, on, Some(name), TriggerEnabled::Always, recurse)
        }
        T::AtEnableReplicaTrig => {
            enable_trigger(state, on, Some(name), TriggerEnabled::Replica, recurse)
        }
        T::AtDisableTrig => {
            enable_trigger(state, on, Some(name), TriggerEnabled::Disabled, recurse)
        }
        T::AtEnableTrigAll | T::AtEnableTrigUser => {
            enable_trigger(state, on, None, TriggerEnabled::Origin, recurse)
        }
        T::AtDisableTrigAll | T::AtDisableTrigUser => {
            enable_trigger(state, on, None, TriggerEnabled::Disabled, recurse)
        }
        T::AtEnableRule => rule::set_enabled(state, on, name, TriggerEnabled::Origin),
        T::AtEnableAlwaysRule => rule::set_enabled(state, on, name, TriggerEnabled::Always),
        T::AtEnableReplicaRule => rule::set_enabled(state, on, name, TriggerEnabled::Replica),
        T::AtDisableRule => rule::set_enabled(state, on, name, TriggerEnabled::Disabled),
        T::AtAddInherit => inherit(state, on, node),
        T::AtDropInherit => no_inherit(state, on, node),
        T::AtAddOf => match node.and_then(|node| node.node.as_ref()) {
            Some(NodeEnum::TypeName(of)) => {
                let of = create::of_type(state, of)?;
                state.table_mut(on)?.of_type = Some(of);
                Ok(())
            }
            _ => Ok(()),
        },
        T::AtDropOf => {
            state.table_mut(on)?.of_type = None;
            Ok(())
        }
        T::AtReplicaIdentity => replica_identity(state, on, node),
        T::AtEnableRowSecurity => row_security(state, on, true),
        T::AtDisableRowSecurity => row_security(state, on, false),
        T::AtForceRowSecurity => {
            state.table_mut(on)?.force_row_security = true;
            Ok(())
        }
        T::AtNoForceRowSecurity => {
            state.table_mut(on)?.force_row_security = false;
            Ok(())
        }
        T::AtAttachPartition => partition::attach(state, on, partition::command(node)?),
        T::AtDetachPartition | T::AtDetachPartitionFinalize => {
            partition::detach(state, on, partition::command(node)?)
        }
        other => Err(Failure::not_understood(format!(
            "ALTER TABLE … {} is not read",
            other.as_str_name()
        ))),
    }
}

/// The tablespace of a name: that of the database is none.
fn tablespace(name: &str) -> Option<Name> {
    (name != "pg_default").then(|| Name::new(name))
}

fn row_security(state: &mut State, on: &QualifiedName, enabled: bool) -> Result<(), Failure> {
    state.table_mut(on)?.row_security = enabled;
    Ok(())
}

fn enable_trigger(
    state: &mut State,
    on: &QualifiedName,
    name: Option<&str>,
    enabled: TriggerEnabled,
    recurse: bool,
) -> Result<(), Failure> {
    trigger::set_enabled(state, on, name, enabled, recurse)
}

/// The owner of a table, and of the sequences that belong to it.
pub(super) fn set_owner(
    state: &mut State,
    on: &QualifiedName,
    owner: Option<Name>,
) -> Result<(), Failure> {
    state.set_owner(&ObjectId::Table(on.clone()), owner.clone());
    let owned: Vec<QualifiedName> = state
        .catalog
        .sequences
        .iter()
        .filter(|(_, held)| held.owned_by.as_ref().is_some_and(|(table, _)| table == on))
        .map(|(name, _)| name.clone())
        .collect();
    for name in owned {
        state.set_owner(&ObjectId::Sequence(name), owner.clone());
    }
    Ok(())
}

/// SET LOGGED and SET UNLOGGED, with the sequences that belong to the table.
fn set_persistence(
    state: &mut State,
    on: &QualifiedName,
    persistence: Persistence,
) -> Result<(), Failure> {
    let of = |table: &QualifiedName| state.catalog.tables.get(table).map(|t| t.persistence);
    // No table that is kept may refer to one that is not.
    let other = match persistence {
        Persistence::Permanent => state
            .table(on)?
            .foreign_keys()
            .map(|(_, key)| &key.references)
            .find(|other| *other != on && of(other) == Some(Persistence::Unlogged)),
        Persistence::Unlogged => state
            .catalog
            .references_to(on)
            .map(|(holder, _, _)| holder)
            .find(|other| *other != on && of(other) == Some(Persistence::Permanent)),
    };
    if let Some(other) = other {
        let (to, theirs) = match persistence {
            Persistence::Permanent => ("logged", "unlogged"),
            Persistence::Unlogged => ("unlogged", "logged"),
        };
        return Err(Failure::new(format!(
            "could not change table \"{}\" to {to} because it references {theirs} table \"{}\"",
            on.name, other.name
        )));
    }
    let table = state.table_mut(on)?;
    table.persistence = persistence;
    for column in &mut table.columns {
        if let Some(identity) = &mut column.identity {
            identity.persistence = None;
        }
    }
    let owned: Vec<QualifiedName> = state
        .catalog
        .sequences
        .iter()
        .filter(|(_, held)| held.owned_by.as_ref().is_some_and(|(table, _)| table == on))
        .map(|(name, _)| name.clone())
        .collect();
    for name in owned {
        state.touch(&ObjectId::Sequence(name.clone()));
        if let Some(sequence) = state.catalog.sequences.get_mut(&name) {
            sequence.unlogged = persistence == Persistence::Unlogged;
        }
    }
    Ok(())
}

fn inherit(state: &mut State, child: &QualifiedName, node: Option<&Node>) -> Result<(), Failure> {
    let Some(NodeEnum::RangeVar(relation)) = node.and_then(|node| node.node.as_ref()) else {
        return Ok(());
    };
    let (parent, _) = state.relation(relation)?;
    let table = state.table(&parent)?;
    if table.partition_by.is_some() {
        return Err(Failure::new(format!(
            "cannot inherit from partitioned table \"{}\"",
            parent.name
        )));
    }
    if table.partition_of.is_some() {
        return Err(Failure::new(format!(
            "cannot inherit from partition \"{}\"",
            parent.name
        )));
    }
    let own = state.table(child)?;
    if own.partition_of.is_some() {
        return Err(Failure::new("cannot change inheritance of a partition"));
    }
    if own.inherits.contains(&parent) {
        return Err(Failure::new(format!(
            "relation \"{}\" would be inherited from more than once",
            parent.name
        )));
    }
    if *child == parent || is_below(state, &parent, child) {
        return Err(Failure::new("circular inheritance not allowed"));
    }
    inheritance::adopt(state, child, &parent, false)?;
    state.table_mut(child)?.inherits.push(parent);
    state.remember_table(child);
    Ok(())
}

/// Whether a table is a child of another one, at any distance.
fn is_below(state: &State, table: &QualifiedName, above: &QualifiedName) -> bool {
    state
        .children
        .get(above)
        .into_iter()
        .flatten()
        .any(|child| child == table || is_below(state, table, child))
}

fn no_inherit(
    state: &mut State,
    child: &QualifiedName,
    node: Option<&Node>,
) -> Result<(), Failure> {
    let Some(NodeEnum::RangeVar(relation)) = node.and_then(|node| node.node.as_ref()) else {
        return Ok(());
    };
    let (parent, _) = state.relation(relation)?;
    if !state.table(child)?.inherits.contains(&parent) {
        return Err(Failure::new(format!(
            "relation \"{}\" is not a parent of relation \"{}\"",
            parent.name, child.name
        )));
    }
    inheritance::release(state, child, &parent)?;
    state
        .table_mut(child)?
        .inherits
        .retain(|other| *other != parent);
    Ok(())
}

fn replica_identity(
    state: &mut State,
    on: &QualifiedName,
    node: Option<&Node>,
) -> Result<(), Failure> {
    let Some(NodeEnum::ReplicaIdentityStmt(identity)) = node.and_then(|node| node.node.as_ref())
    else {
        return Ok(());
    };
    let identity = match identity.identity_type.as_str() {
        "f" => ReplicaIdentity::Full,
        "n" => ReplicaIdentity::Nothing,
        "i" => {
            let full = QualifiedName::new(on.schema.clone(), identity.name.as_str());
            if state.index_tables.get(&full) != Some(on) {
                return Err(Failure::new(format!(
                    "index \"{}\" for table \"{}\" does not exist",
                    identity.name, on.name
                )));
            }
            ReplicaIdentity::Index(full.name)
        }
        _ => ReplicaIdentity::Default,
    };
    state.table_mut(on)?.replica_identity = identity;
    Ok(())
}

/// ALTER SEQUENCE and ALTER TABLE of a sequence.
fn of_sequence(
    state: &mut State,
    on: &QualifiedName,
    command: &AlterTableCmd,
) -> Result<(), Failure> {
    let unlogged = match command.subtype() {
        T::AtChangeOwner => {
            let owner = command
                .newowner
                .as_ref()
                .and_then(|role| state.role_name(role));
            if let Some(sequence) = state.catalog.sequences.get(on) {
                if let Some((table, _)) = &sequence.owned_by {
                    // The owner of one that belongs to a table is the table's.
                    let same = state
                        .catalog
                        .tables
                        .get(table)
                        .map(|held| held.owner.clone());
                    if same.is_some_and(|same| same != owner) {
                        return Err(Failure::new(format!(
                            "cannot change owner of sequence \"{}\"",
                            on.name
                        )));
                    }
                }
                state.set_owner(&ObjectId::Sequence(on.clone()), owner);
            }
            return Ok(());
        }
        T::AtSetLogged => false,
        T::AtSetUnLogged => true,
        other => {
            return Err(Failure::new(format!(
                "ALTER action {} cannot be performed on relation \"{}\"",
                other.as_str_name(),
                on.name
            )));
        }
    };
    if state.catalog.sequences.contains_key(on) {
        state.touch(&ObjectId::Sequence(on.clone()));
        if let Some(sequence) = state.catalog.sequences.get_mut(on) {
            sequence.unlogged = unlogged;
        }
    } else if let Some((table, column)) = state.identity_sequences.get(on).cloned() {
        let table = state.table_mut(&table)?;
        let persistence = if unlogged {
            Persistence::Unlogged
        } else {
            Persistence::Permanent
        };
        let differs = (persistence != table.persistence).then_some(persistence);
        if let Some(identity) = table
            .column_mut(column.as_str())
            .and_then(|column| column.identity.as_mut())
        {
            identity.persistence = differs;
        }
    }
    Ok(())
}

/// ALTER INDEX, and ALTER TABLE of an index.
fn of_index(state: &mut State, on: &QualifiedName, command: &AlterTableCmd) -> Result<(), Failure> {
    let table = state
        .index_tables
        .get(on)
        .cloned()
        .ok_or_else(|| Failure::missing("relation", on.name.as_str()))?;
    let node = command.def.as_deref();
    match command.subtype() {
        T::AtAttachPartition => {
            let part = partition::command(node)?;
            let part = part
                .name
                .as_ref()
                .ok_or_else(|| Failure::new("an index is missing"))?;
            let (part, _) = state.relation(part)?;
            index_build::attach_partition(state, on, &part)
        }
        T::AtSetRelOptions | T::AtResetRelOptions => {
            let set = command.subtype() == T::AtSetRelOptions;
            let Some(options) = index::options_mut(state, &table, &on.name)? else {
                return Ok(());
            };
            if set {
                return options::set(options, items(node));
            }
            options::reset(options, items(node));
            Ok(())
        }
        T::AtSetTableSpace => {
            if let Some(place) = index::tablespace_mut(state, &table, &on.name)? {
                *place = tablespace(&command.name);
            }
            Ok(())
        }
        T::AtSetStatistics => {
            let target = alter_column::statistics_target(node);
            let number = usize::try_from(command.num).unwrap_or_default();
            let indexes = state.indexes_mut(&table)?;
            let element = indexes
                .get_mut(&on.name)
                .and_then(|index| index.elements.get_mut(number.saturating_sub(1)));
            match element {
                Some(element) => {
                    element.statistics = target;
                    Ok(())
                }
                None => Err(Failure::new(format!(
                    "column number {number} of relation \"{}\" does not exist",
                    on.name
                ))),
            }
        }
        // The owner of an index is its table's.
        T::AtChangeOwner => Ok(()),
        other => Err(Failure::new(format!(
            "ALTER action {} cannot be performed on relation \"{}\"",
            other.as_str_name(),
            on.name
        ))),
    }
}

/// ALTER TABLE ALL IN TABLESPACE.
pub(in crate::read) fn move_all(
    state: &mut State,
    statement: &AlterTableMoveAllStmt,
) -> Result<(), Failure> {
    use pg_query::protobuf::ObjectType as O;
    let from = tablespace(&statement.orig_tablespacename);
    let to = tablespace(&statement.new_tablespacename);
    let names: Vec<QualifiedName> = state.catalog.tables.keys().cloned().collect();
    for name in names {
        match statement.objtype() {
            O::ObjectTable if state.table(&name)?.tablespace == from => {
                state.table_mut(&name)?.tablespace.clone_from(&to);
            }
            O::ObjectIndex => {
                for index in state.table_mut(&name)?.indexes.values_mut() {
                    if index.tablespace == from {
                        index.tablespace.clone_from(&to);
                    }
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// What the definition of a new column says.
pub(super) fn column_definition(
    node: Option<&Node>,
) -> Result<&pg_query::protobuf::ColumnDef, Failure> {
    match node.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::ColumnDef(definition)) => Ok(definition),
        _ => Err(Failure::new("a column definition is missing")),
    }
}
