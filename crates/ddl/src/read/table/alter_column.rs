//! ALTER TABLE … ADD, DROP and ALTER COLUMN.

use std::collections::BTreeMap;

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterTableCmd, AlterTableType as T, ColumnDef, Node};
use pgwright_catalog::{
    Column, ConstraintKind, Expression, Generated, IndexKey, Name, ObjectId, QualifiedName,
};

use super::alter::column_definition;
use super::column::{self, Pending, Value, type_of};
use super::inheritance::inherited_column;
use super::{options, part, partition, sequence};
use crate::analyze::ExprKind;
use crate::read::expression::{Context, columns_in_text};
use crate::read::failure::Failure;
use crate::read::state::{Origin, State, no_column};
use crate::read::type_name::integer;

/// ADD COLUMN, to the children too.
pub(super) fn add(
    state: &mut State,
    on: &QualifiedName,
    node: Option<&Node>,
    if_not_exists: bool,
    recurse: bool,
) -> Result<(), Failure> {
    let definition = column_definition(node)?;
    let table = state.table(on)?;
    if table.column(&definition.colname).is_some() {
        if if_not_exists {
            return Ok(());
        }
        return Err(Failure::new(format!(
            "column \"{}\" of relation \"{}\" already exists",
            definition.colname, on.name
        )));
    }
    if table.partition_of.is_some() {
        return Err(Failure::new("cannot add column to a partition"));
    }
    if table.of_type.is_some() {
        return Err(Failure::new("cannot add column to typed table"));
    }
    if !recurse && state.children.contains_key(on) {
        return Err(Failure::new("column must be added to child tables too"));
    }
    let mut pending = Pending::default();
    let column = column::define(state, on, definition, &mut pending, false)?;
    let name = column.name.clone();
    put(state, on, column, Origin::LOCAL)?;
    let children = state.children.get(on).cloned().unwrap_or_default();
    pending.values(state, on)?;
    let held = state.table(on)?.column(name.as_str()).cloned();
    if let Some(held) = held {
        for child in children {
            add_inherited(state, &child, &held)?;
        }
    }
    pending.constraints(state, on, recurse)
}

fn put(
    state: &mut State,
    on: &QualifiedName,
    column: Column,
    origin: Origin,
) -> Result<(), Failure> {
    let name = column.name.clone();
    let table = state.table_mut(on)?;
    if table.columns.len() >= 1600 {
        return Err(Failure::new("tables can have at most 1600 columns"));
    }
    table.columns.push(column);
    state.held_mut(on).columns.insert(name, origin);
    Ok(())
}

/// Gives a child, and its children, a new column of its parent.
fn add_inherited(state: &mut State, child: &QualifiedName, parent: &Column) -> Result<(), Failure> {
    if let Some(own) = state.table(child)?.column(parent.name.as_str()) {
        if own.data_type != parent.data_type {
            return Err(Failure::new(format!(
                "child table \"{}\" has different type for column \"{}\"",
                child.name, parent.name
            )));
        }
        let origin = state
            .held_mut(child)
            .columns
            .entry(parent.name.clone())
            .or_insert(Origin::LOCAL);
        origin.parents += 1;
        return Ok(());
    }
    put(state, child, inherited_column(parent), Origin::INHERITED)?;
    for grandchild in state.children.get(child).cloned().unwrap_or_default() {
        add_inherited(state, &grandchild, parent)?;
    }
    Ok(())
}

/// DROP COLUMN, of the children too, with what stands on it.
pub(super) fn drop(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    cascade: bool,
    missing_ok: bool,
    recurse: bool,
) -> Result<(), Failure> {
    let table = state.table(on)?;
    let Some(held) = table.column(column) else {
        if missing_ok {
            return Ok(());
        }
        return Err(no_column(column, on));
    };
    let name = held.name.clone();
    if partition::in_key(table.partition_by.as_ref(), &name) {
        return Err(Failure::new(format!(
            "cannot drop column \"{column}\" because it is part of the partition key of relation \"{}\"",
            on.name
        )));
    }
    if table.of_type.is_some() {
        return Err(Failure::new("cannot drop column from typed table"));
    }
    let inherited = state
        .held
        .get(on)
        .and_then(|held| held.columns.get(column))
        .is_some_and(|origin| origin.parents > 0);
    if inherited {
        return Err(Failure::new(format!(
            "cannot drop inherited column \"{column}\""
        )));
    }
    let partitioned = table.partition_by.is_some();
    let children = state.children.get(on).cloned().unwrap_or_default();
    if !recurse && partitioned && !children.is_empty() {
        return Err(Failure::new(
            "cannot drop column from only the partitioned table when partitions exist",
        )
        .hint("Do not specify the ONLY keyword."));
    }
    let mut targets = vec![(on.clone(), name.clone())];
    for child in children {
        disinherit(state, &child, &name, recurse, &mut targets);
    }
    drop_with_dependants(state, targets, cascade)
}

/// Drops columns with what stands on them; what else needs them stands in the way, or falls too.
pub(in crate::read) fn drop_with_dependants(
    state: &mut State,
    mut columns: Vec<(QualifiedName, Name)>,
    cascade: bool,
) -> Result<(), Failure> {
    let mut next = 0;
    while let Some((on, column)) = columns.get(next).cloned() {
        next += 1;
        let parts = part::of_column(state, &on, &column);
        let mut users = part::users_of_column(state, &on, &column);
        for part in &parts {
            if let ObjectId::Constraint(on, name) = part {
                users.extend(part::users_of_constraint(state, on, name));
            }
        }
        users.retain(|user| !parts.contains(user));
        if let (Some(user), false) = (users.first(), cascade) {
            return Err(Failure::new(format!(
                "cannot drop column {column} of table {} because other objects depend on it: {user}",
                on.name
            ))
            .hint("Use DROP ... CASCADE to drop the dependent objects too."));
        }
        let mut falling = Vec::new();
        for user in users.into_iter().chain(parts) {
            match user {
                ObjectId::Column(on, column)
                    if state.catalog.tables.get(&on).is_some_and(|table| {
                        let held = table.column(column.as_str());
                        held.is_some_and(|held| held.generated.is_some())
                    }) =>
                {
                    if !columns.contains(&(on.clone(), column.clone())) {
                        columns.push((on, column));
                    }
                }
                other => falling.push(other),
            }
        }
        for object in falling {
            // One may have fallen with another.
            if state.catalog.contains(&object) {
                state.drop_objects(std::slice::from_ref(&object), true)?;
            }
        }
        take(state, &on, &column)?;
    }
    Ok(())
}

/// What the loss of a parent's column does to a child: it falls, unless it stands for itself.
fn disinherit(
    state: &mut State,
    child: &QualifiedName,
    column: &Name,
    recurse: bool,
    targets: &mut Vec<(QualifiedName, Name)>,
) {
    let Some(origin) = state.held_mut(child).columns.get_mut(column) else {
        return;
    };
    origin.parents = origin.parents.saturating_sub(1);
    if !recurse {
        origin.local = true;
        return;
    }
    if origin.parents == 0 && !origin.local {
        targets.push((child.clone(), column.clone()));
        for grandchild in state.children.get(child).cloned().unwrap_or_default() {
            disinherit(state, &grandchild, column, recurse, targets);
        }
    }
}

/// Takes a column away, and nothing else.
pub(in crate::read) fn take(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
) -> Result<(), Failure> {
    if state.table(on)?.column(column.as_str()).is_none() {
        return Ok(());
    }
    state.take_not_null(on, column.as_str())?;
    let table = state.table_mut(on)?;
    if let Some(identity) = table
        .column(column.as_str())
        .and_then(|column| column.identity.as_ref())
        && let Some(sequence) = identity.name.clone()
    {
        state.identity_sequences.remove(&sequence);
    }
    let table = state.table_mut(on)?;
    table.columns.retain(|held| held.name != *column);
    table
        .grants
        .retain(|grant| grant.column.as_ref() != Some(column));
    let held = state.held_mut(on);
    held.columns.remove(column);
    held.not_nulls.remove(column);
    state.set_uses(
        ObjectId::Column(on.clone(), column.clone()),
        Default::default(),
    );
    Ok(())
}

/// SET DEFAULT and DROP DEFAULT, of the children too.
pub(super) fn set_default(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    node: Option<&Node>,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(held) = state.table(on)?.column(column) else {
        return Err(no_column(column, on));
    };
    if held.identity.is_some() {
        return Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" is an identity column",
            on.name
        )));
    }
    if held.generated.is_some() {
        return Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" is a generated column",
            on.name
        )));
    }
    let name = held.name.clone();
    match node {
        Some(node) => column::set_default(state, on, &name, node)?,
        None => drop_default(state, on, &name)?,
    }
    if recurse {
        for child in state.children.get(on).cloned().unwrap_or_default() {
            set_default(state, &child, column, node, recurse)?;
        }
    }
    Ok(())
}

/// Takes the default of a column away.
pub(in crate::read) fn drop_default(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
) -> Result<(), Failure> {
    if let Some(held) = state.table_mut(on)?.column_mut(column.as_str()) {
        held.default = None;
    }
    state.set_uses(
        ObjectId::Column(on.clone(), column.clone()),
        Default::default(),
    );
    Ok(())
}

/// SET EXPRESSION.
pub(super) fn set_expression(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    node: Option<&Node>,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(held) = state.table(on)?.column(column) else {
        return Err(no_column(column, on));
    };
    let name = held.name.clone();
    let Some(Generated { stored, .. }) = held.generated else {
        return Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" is not a generated column",
            on.name
        )));
    };
    let Some(node) = node else { return Ok(()) };
    column::set_value(state, on, &name, Value::Generated(node.clone(), stored))?;
    if recurse {
        for child in state.children.get(on).cloned().unwrap_or_default() {
            set_expression(state, &child, column, Some(node), recurse)?;
        }
    }
    Ok(())
}

/// DROP EXPRESSION.
pub(super) fn drop_expression(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    missing_ok: bool,
    recurse: bool,
) -> Result<(), Failure> {
    let Some(held) = state.table(on)?.column(column) else {
        return Err(no_column(column, on));
    };
    let name = held.name.clone();
    match &held.generated {
        None if missing_ok => return Ok(()),
        None => {
            return Err(Failure::new(format!(
                "column \"{column}\" of relation \"{}\" is not a generated column",
                on.name
            )));
        }
        Some(generated) if !generated.stored => {
            return Err(Failure::new(
                "ALTER TABLE / DROP EXPRESSION is not supported for virtual generated columns",
            ));
        }
        Some(_) => {}
    }
    let children = state.children.get(on).cloned().unwrap_or_default();
    if !recurse && !children.is_empty() {
        return Err(Failure::new(
            "ALTER TABLE / DROP EXPRESSION must be applied to child tables too",
        ));
    }
    if let Some(held) = state.table_mut(on)?.column_mut(column) {
        held.generated = None;
    }
    state.set_uses(ObjectId::Column(on.clone(), name), Default::default());
    for child in children {
        drop_expression(state, &child, column, true, recurse)?;
    }
    Ok(())
}

/// ADD GENERATED … AS IDENTITY.
pub(super) fn add_identity(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    node: Option<&Node>,
) -> Result<(), Failure> {
    let Some(held) = state.table(on)?.column(column) else {
        return Err(no_column(column, on));
    };
    let refuse = |what: &str| {
        Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" {what}",
            on.name
        )))
    };
    if held.identity.is_some() {
        return refuse("is already an identity column");
    }
    if held.default.is_some() {
        return refuse("already has a default value");
    }
    if !held.not_null {
        return refuse("must be declared NOT NULL before identity can be added");
    }
    let name = held.name.clone();
    let (always, options) = match node.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::Constraint(constraint)) => {
            (constraint.generated_when == "a", constraint.options.clone())
        }
        _ => (false, Vec::new()),
    };
    column::add_identity(state, on, &name, always, &options)
}

/// SET GENERATED, SET sequence option, RESTART.
pub(super) fn set_identity(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    nodes: &[Node],
) -> Result<(), Failure> {
    let mut data_type = type_of(state, on, column)?;
    let mut values = sequence::Values::default();
    let mut always = None;
    for option in options::elements(nodes) {
        match option.defname.as_str() {
            "generated" => {
                always = option
                    .arg
                    .as_deref()
                    .and_then(integer)
                    .map(|code| code == i64::from(b'a'));
            }
            _ => values.option(state, option)?,
        }
    }
    let missing = Failure::new(format!(
        "column \"{column}\" of relation \"{}\" is not an identity column",
        on.name
    ));
    let identity = state
        .table_mut(on)?
        .column_mut(column)
        .and_then(|column| column.identity.as_mut());
    let Some(identity) = identity else {
        return Err(missing);
    };
    if let Some(always) = always {
        identity.always = always;
    }
    values.apply(&mut data_type, &mut identity.sequence, false)
}

/// DROP IDENTITY.
pub(super) fn drop_identity(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    missing_ok: bool,
) -> Result<(), Failure> {
    let Some(held) = state.table_mut(on)?.column_mut(column) else {
        return Err(no_column(column, on));
    };
    match held.identity.take() {
        Some(identity) => {
            if let Some(name) = identity.name {
                state.identity_sequences.remove(&name);
            }
            Ok(())
        }
        None if missing_ok => Ok(()),
        None => Err(Failure::new(format!(
            "column \"{column}\" of relation \"{}\" is not an identity column",
            on.name
        ))),
    }
}

/// A statistics target; what is negative, and DEFAULT, is none.
pub(super) fn statistics_target(node: Option<&Node>) -> Option<i32> {
    let target = node.and_then(integer)?;
    (target >= 0).then(|| i32::try_from(target.min(10_000)).unwrap_or(10_000))
}

/// STATISTICS, STORAGE, COMPRESSION and options of a column.
pub(super) fn property(
    state: &mut State,
    on: &QualifiedName,
    command: &AlterTableCmd,
    recurse: bool,
) -> Result<(), Failure> {
    let node = command.def.as_deref();
    let word = match node.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::String(word)) => word.sval.clone(),
        _ => String::new(),
    };
    let list = match node.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::List(list)) => list.items.as_slice(),
        _ => &[],
    };
    let Some(held) = state.table_mut(on)?.column_mut(&command.name) else {
        return Err(no_column(&command.name, on));
    };
    match command.subtype() {
        T::AtSetStatistics => held.statistics = statistics_target(node),
        T::AtSetStorage => held.storage = column::storage(&word, &held.data_type),
        T::AtSetCompression => {
            held.compression = (word != "default").then_some(word);
        }
        T::AtSetOptions => options::set(&mut held.options, list)?,
        T::AtResetOptions => options::reset(&mut held.options, list),
        T::AtAlterColumnGenericOptions => options::foreign(&mut held.foreign_options, list)?,
        _ => {}
    }
    let inherited = matches!(command.subtype(), T::AtSetStatistics | T::AtSetStorage);
    if recurse && inherited {
        for child in state.children.get(on).cloned().unwrap_or_default() {
            property(state, &child, command, recurse)?;
        }
    }
    Ok(())
}

/// ALTER COLUMN … TYPE, of the children too.
pub(super) fn set_type(
    state: &mut State,
    on: &QualifiedName,
    column: &str,
    node: Option<&Node>,
    recurse: bool,
) -> Result<(), Failure> {
    let definition: &ColumnDef = column_definition(node)?;
    let table = state.table(on)?;
    let Some(held) = table.column(column) else {
        return Err(no_column(column, on));
    };
    let name = held.name.clone();
    let inherited = state
        .held
        .get(on)
        .and_then(|held| held.columns.get(column))
        .is_some_and(|origin| origin.parents > 0);
    if inherited {
        return Err(Failure::new(format!(
            "cannot alter inherited column \"{column}\""
        )));
    }
    if partition::in_key(table.partition_by.as_ref(), &name) {
        return Err(Failure::new(format!(
            "cannot alter column \"{column}\" because it is part of the partition key of relation \"{}\"",
            on.name
        )));
    }
    if !recurse && state.children.contains_key(on) {
        return Err(Failure::new(format!(
            "type of inherited column \"{column}\" must be changed in child tables too"
        )));
    }
    let Some(type_name) = &definition.type_name else {
        return Ok(());
    };
    let data_type = state.type_text(type_name)?;
    let collation = match &definition.coll_clause {
        Some(collate) => state.column_collation(&collate.collname, &data_type)?,
        None => None,
    };
    change_type(state, on, &name, &data_type, collation)
}

fn change_type(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
    data_type: &str,
    collation: Option<QualifiedName>,
) -> Result<(), Failure> {
    refuse_if_used(state, on, column)?;
    let table = state.table_mut(on)?;
    let Some(held) = table.column_mut(column.as_str()) else {
        return Err(no_column(column.as_str(), on));
    };
    if held.identity.is_some() && !matches!(data_type, "smallint" | "integer" | "bigint") {
        return Err(Failure::new(
            "identity column type must be smallint, integer, or bigint",
        ));
    }
    held.data_type = data_type.to_owned();
    held.collation.clone_from(&collation);
    held.storage = None;
    let default = held.default.clone();
    let generated = held.generated.clone();
    if let Some(default) = default {
        let context = Context::new(ExprKind::ColumnDefault)
            .over(on)
            .wanted(data_type);
        let default = state.read_again(&default, &context)?;
        if let Some(held) = state.table_mut(on)?.column_mut(column.as_str()) {
            held.default = Some(default);
        }
    }
    if let Some(generated) = generated {
        let context = Context::new(ExprKind::GeneratedColumn)
            .over(on)
            .wanted(data_type);
        let expression = state.read_again(&generated.expression, &context)?;
        if let Some(held) = state.table_mut(on)?.column_mut(column.as_str()) {
            held.generated = Some(Generated {
                expression,
                ..generated
            });
        }
    }
    read_expressions_again(state, on, column)?;
    for child in state.children.get(on).cloned().unwrap_or_default() {
        change_type(state, &child, column, data_type, collation.clone())?;
    }
    Ok(())
}

/// What must not stand on a column whose type is to change.
fn refuse_if_used(state: &State, on: &QualifiedName, column: &Name) -> Result<(), Failure> {
    let object = ObjectId::Column(on.clone(), column.clone());
    let user = state
        .used_by
        .get(&object)
        .into_iter()
        .flatten()
        .find(|user| matches!(user, ObjectId::View(_) | ObjectId::MaterializedView(_)));
    if let Some(user) = user {
        return Err(
            Failure::new("cannot alter type of a column used by a view or rule")
                .hint(format!("{user} depends on column \"{column}\"")),
        );
    }
    let table = state.table(on)?;
    let uses = |expression: &Expression| columns_in_text(expression.sql()).contains(column);
    if table.columns.iter().any(|other| {
        other
            .generated
            .as_ref()
            .is_some_and(|generated| uses(&generated.expression))
    }) {
        return Err(Failure::new(
            "cannot alter type of a column used by a generated column",
        ));
    }
    let in_policy = table.policies.values().any(|policy| {
        policy.using.as_ref().is_some_and(uses) || policy.with_check.as_ref().is_some_and(uses)
    });
    if in_policy {
        return Err(Failure::new(
            "cannot alter type of a column used in a policy definition",
        ));
    }
    let in_trigger = table.triggers.values().any(|trigger| {
        trigger.update_columns.contains(column) || trigger.when.as_ref().is_some_and(uses)
    });
    if in_trigger {
        return Err(Failure::new(
            "cannot alter type of a column used in a trigger definition",
        ));
    }
    Ok(())
}

/// Checks, index keys and predicates that name a column, as the server makes them anew when its type
/// has changed.
fn read_expressions_again(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
) -> Result<(), Failure> {
    let uses = |expression: &Expression| columns_in_text(expression.sql()).contains(column);
    let table = state.table(on)?;
    let mut checks = BTreeMap::new();
    for (name, constraint) in &table.constraints {
        if let ConstraintKind::Check(expression) = &constraint.kind
            && uses(expression)
        {
            let context = Context::new(ExprKind::CheckConstraint).over(on);
            checks.insert(name.clone(), state.read_again(expression, &context)?);
        }
    }
    let mut keys = Vec::new();
    let mut predicates = BTreeMap::new();
    for (name, index) in &table.indexes {
        for (number, element) in index.elements.iter().enumerate() {
            if let IndexKey::Expression(expression) = &element.key
                && uses(expression)
            {
                let context = Context::new(ExprKind::IndexExpression).over(on);
                let read = state.read_again(expression, &context)?;
                keys.push((name.clone(), number, read));
            }
        }
        if let Some(predicate) = index.predicate.as_ref().filter(|p| uses(p)) {
            let context = Context::new(ExprKind::IndexPredicate).over(on);
            predicates.insert(name.clone(), state.read_again(predicate, &context)?);
        }
    }
    let table = state.table_mut(on)?;
    for (name, expression) in checks {
        if let Some(constraint) = table.constraints.get_mut(&name) {
            constraint.kind = ConstraintKind::Check(expression);
        }
    }
    for (name, number, expression) in keys {
        let element = table
            .indexes
            .get_mut(&name)
            .and_then(|index| index.elements.get_mut(number));
        if let Some(element) = element {
            element.key = IndexKey::Expression(expression);
        }
    }
    for (name, predicate) in predicates {
        if let Some(index) = table.indexes.get_mut(&name) {
            index.predicate = Some(predicate);
        }
    }
    Ok(())
}
