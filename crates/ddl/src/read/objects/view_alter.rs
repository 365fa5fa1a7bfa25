//! ALTER VIEW and ALTER MATERIALIZED VIEW, and ALTER TABLE of either.

use pg_query::NodeEnum;
use pg_query::protobuf::{AlterTableCmd, AlterTableStmt, AlterTableType as T, Node};
use pgwright_catalog::{Name, ObjectId, QualifiedName, TriggerEnabled};

use super::view::{storage_option_name, view_options};
use super::{nodes, options};
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::state::State;
use crate::read::type_name::integer;

/// Applies the commands to a view or materialized view.
pub(super) fn alter(state: &mut State, id: &ObjectId, s: &AlterTableStmt) -> Result<(), Failure> {
    let (ObjectId::View(name) | ObjectId::MaterializedView(name)) = id else {
        return Err(Failure::not_understood("this ALTER statement is not read"));
    };
    state.touch(id);
    for node in &s.cmds {
        if let Some(NodeEnum::AlterTableCmd(command)) = node.node.as_ref() {
            apply(state, id, name, command)?;
        }
    }
    Ok(())
}

fn apply(
    state: &mut State,
    id: &ObjectId,
    name: &QualifiedName,
    command: &AlterTableCmd,
) -> Result<(), Failure> {
    match command.subtype() {
        T::AtChangeOwner => {
            let owner = command
                .newowner
                .as_ref()
                .and_then(|role| state.role_name(role));
            state.set_owner(id, owner);
            Ok(())
        }
        T::AtColumnDefault => column_default(state, name, command),
        T::AtSetStatistics | T::AtSetStorage | T::AtSetCompression => {
            column_property(state, name, command)
        }
        T::AtSetRelOptions | T::AtResetRelOptions => relation_options(state, id, command),
        T::AtEnableTrig
        | T::AtEnableAlwaysTrig
        | T::AtEnableReplicaTrig
        | T::AtDisableTrig
        | T::AtEnableRule
        | T::AtEnableAlwaysRule
        | T::AtEnableReplicaRule
        | T::AtDisableRule => enable(state, id, command),
        subtype => {
            let ObjectId::MaterializedView(name) = id else {
                return Err(Failure::new(format!(
                    "ALTER action cannot be performed on relation \"{}\"",
                    name.name
                )));
            };
            let said = |text: &str| (!text.is_empty()).then(|| Name::new(text));
            let Some(view) = state.catalog.materialized_views.get_mut(name) else {
                return Ok(());
            };
            match subtype {
                T::AtClusterOn => view.clustered_on = said(&command.name),
                T::AtDropCluster => view.clustered_on = None,
                T::AtSetTableSpace => {
                    view.tablespace = said(&command.name).filter(|n| n.as_str() != "pg_default");
                }
                T::AtSetAccessMethod => {
                    view.access_method = said(&command.name).filter(|n| n.as_str() != "heap");
                }
                _ => return Err(Failure::not_understood("this ALTER of a view is not read")),
            }
            Ok(())
        }
    }
}

fn no_column(name: &QualifiedName, column: &str) -> Failure {
    Failure::new(format!(
        "column \"{column}\" of relation \"{}\" does not exist",
        name.name
    ))
}

/// ALTER COLUMN … SET and DROP DEFAULT.
fn column_default(
    state: &mut State,
    name: &QualifiedName,
    command: &AlterTableCmd,
) -> Result<(), Failure> {
    let data_type = state
        .view_columns_mut(name)
        .and_then(|columns| {
            let column = columns.iter().find(|c| c.name.as_str() == command.name)?;
            Some(column.data_type.clone())
        })
        .ok_or_else(|| no_column(name, &command.name))?;
    let default = match command.def.as_deref() {
        Some(node) => {
            let mut context = Context::new(ExprKind::ColumnDefault);
            if let Some(data_type) = &data_type {
                context = context.wanted(data_type);
            }
            Some(state.expression(node, &context)?)
        }
        None => None,
    };
    let columns = state.view_columns_mut(name).into_iter().flatten();
    for column in columns.filter(|column| column.name.as_str() == command.name) {
        column.default.clone_from(&default);
    }
    Ok(())
}

/// ALTER COLUMN … SET STATISTICS, STORAGE, COMPRESSION.
fn column_property(
    state: &mut State,
    name: &QualifiedName,
    command: &AlterTableCmd,
) -> Result<(), Failure> {
    let value = command.def.as_deref();
    let number = value.and_then(integer).and_then(|n| i32::try_from(n).ok());
    let word = value.and_then(nodes::constant_text);
    let column = state
        .view_columns_mut(name)
        .and_then(|columns| columns.iter_mut().find(|c| c.name.as_str() == command.name))
        .ok_or_else(|| no_column(name, &command.name))?;
    match command.subtype() {
        T::AtSetStatistics => column.statistics = number.filter(|number| *number >= 0),
        T::AtSetStorage => {
            column.storage = word.map(|w| w.to_uppercase()).filter(|w| w != "DEFAULT");
        }
        _ => column.compression = word.map(|w| w.to_lowercase()).filter(|w| w != "default"),
    }
    Ok(())
}

/// SET (…) and RESET (…).
fn relation_options(
    state: &mut State,
    id: &ObjectId,
    command: &AlterTableCmd,
) -> Result<(), Failure> {
    let list: &[Node] = command.def.as_deref().map(nodes::items).unwrap_or_default();
    let held = match id {
        ObjectId::View(name) => state.catalog.views.get_mut(name).map(|v| &mut v.options),
        ObjectId::MaterializedView(name) => {
            let view = state.catalog.materialized_views.get_mut(name);
            view.map(|v| &mut v.options)
        }
        _ => None,
    };
    let Some(held) = held else {
        return Ok(());
    };
    if command.subtype() == T::AtResetRelOptions {
        for option in options::options(list) {
            held.remove(&storage_option_name(option));
        }
        return Ok(());
    }
    if matches!(id, ObjectId::View(_)) {
        held.extend(view_options(list)?);
    } else {
        held.extend(options::options(list).map(|o| (storage_option_name(o), o.text())));
    }
    Ok(())
}

/// ENABLE and DISABLE of triggers and rules.
fn enable(state: &mut State, id: &ObjectId, command: &AlterTableCmd) -> Result<(), Failure> {
    let new = match command.subtype() {
        T::AtEnableTrig | T::AtEnableRule => TriggerEnabled::Origin,
        T::AtEnableAlwaysTrig | T::AtEnableAlwaysRule => TriggerEnabled::Always,
        T::AtEnableReplicaTrig | T::AtEnableReplicaRule => TriggerEnabled::Replica,
        _ => TriggerEnabled::Disabled,
    };
    let rule = matches!(
        command.subtype(),
        T::AtEnableRule | T::AtEnableAlwaysRule | T::AtEnableReplicaRule | T::AtDisableRule
    );
    let ObjectId::View(name) = id else {
        return Ok(());
    };
    let enabled = state.catalog.views.get_mut(name).and_then(|view| {
        if rule {
            view.rules
                .get_mut(command.name.as_str())
                .map(|rule| &mut rule.enabled)
        } else {
            let trigger = view.triggers.get_mut(command.name.as_str());
            trigger.map(|trigger| &mut trigger.enabled)
        }
    });
    match enabled {
        Some(enabled) => {
            *enabled = new;
            Ok(())
        }
        None => Err(Failure::new(format!(
            "{} \"{}\" for {} \"{}\" does not exist",
            if rule { "rule" } else { "trigger" },
            command.name,
            if rule { "relation" } else { "table" },
            name.name
        ))),
    }
}
