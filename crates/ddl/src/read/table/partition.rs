//! Partitioning: keys, bounds, new partitions, ATTACH and DETACH.

use pg_query::NodeEnum;
use pg_query::protobuf::{
    Node, PartitionBoundSpec, PartitionCmd, PartitionRangeDatumKind, PartitionSpec,
    PartitionStrategy,
};
use pgwright_catalog::{
    Constraint, ConstraintKind, Name, PartitionBound, PartitionKey, PartitionOf, QualifiedName,
};

use super::{foreign_key, index_build, inheritance, trigger};
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::strings;
use crate::read::state::{Origin, State, has_index};

/// PARTITION BY.
pub(super) fn key(
    state: &State,
    on: &QualifiedName,
    spec: &PartitionSpec,
) -> Result<PartitionKey, Failure> {
    let (strategy, method) = match spec.strategy() {
        PartitionStrategy::List => ("LIST", "btree"),
        PartitionStrategy::Hash => ("HASH", "hash"),
        _ => ("RANGE", "btree"),
    };
    let mut elements = Vec::new();
    for parameter in &spec.part_params {
        let Some(NodeEnum::PartitionElem(element)) = parameter.node.as_ref() else {
            continue;
        };
        let plain = match element.expr.as_deref().and_then(|node| node.node.as_ref()) {
            Some(NodeEnum::ColumnRef(column)) => strings(&column.fields).last().copied(),
            None => Some(element.name.as_str()),
            _ => None,
        };
        let (mut text, data_type, column) = match (plain, element.expr.as_deref()) {
            (Some(name), _) => {
                let column = state.table(on)?.column(name).cloned().ok_or_else(|| {
                    Failure::new(format!(
                        "column \"{name}\" named in partition key does not exist"
                    ))
                })?;
                let text = column.name.quoted();
                (text, Some(column.data_type.clone()), Some(column))
            }
            (None, Some(node)) => {
                let context = Context::new(ExprKind::PartitionExpression).over(on);
                let (text, data_type) = state.element_text(node, &context)?;
                (text, data_type, None)
            }
            (None, None) => continue,
        };
        if let Some(collation) = state.key_collation(&element.collation, column.as_ref())? {
            text.push_str(" COLLATE ");
            text.push_str(&collation);
        }
        let class = state.operator_class(method, data_type.as_deref(), &element.opclass, &[])?;
        if let Some(class) = class {
            text.push(' ');
            text.push_str(&class);
        }
        elements.push(text);
    }
    if strategy == "LIST" && elements.len() > 1 {
        return Err(Failure::new(
            "cannot use \"list\" partition strategy with more than one column",
        ));
    }
    Ok(PartitionKey {
        strategy: strategy.to_owned(),
        elements,
    })
}

/// The types of the elements of a partition key, where they are known.
fn key_types(state: &State, parent: &QualifiedName) -> Result<Vec<Option<String>>, Failure> {
    let table = state.table(parent)?;
    let Some(key) = &table.partition_by else {
        return Err(Failure::new(format!(
            "\"{}\" is not partitioned",
            parent.name
        )));
    };
    let types = key.elements.iter().map(|element| {
        let column = table.columns.iter().find(|column| {
            let quoted = column.name.quoted();
            *element == quoted || element.starts_with(&format!("{quoted} "))
        });
        match column {
            Some(column) => Some(column.data_type.clone()),
            None => state.type_of_text(element, parent),
        }
    });
    Ok(types.collect())
}

/// FOR VALUES …, or DEFAULT.
pub(super) fn bound(
    state: &State,
    parent: &QualifiedName,
    spec: &PartitionBoundSpec,
) -> Result<PartitionBound, Failure> {
    let types = key_types(state, parent)?;
    let strategy = state
        .table(parent)?
        .partition_by
        .as_ref()
        .map(|key| key.strategy.clone())
        .unwrap_or_default();
    if spec.is_default {
        if strategy == "HASH" {
            return Err(Failure::new(
                "a hash-partitioned table may not have a default partition",
            ));
        }
        return Ok(PartitionBound::Default);
    }
    match (spec.strategy.as_str(), strategy.as_str()) {
        ("h", "HASH") => {
            if spec.modulus <= 0 {
                return Err(Failure::new(
                    "modulus for hash partition must be an integer value greater than zero",
                ));
            }
            if spec.remainder < 0 || spec.remainder >= spec.modulus {
                return Err(Failure::new(
                    "remainder for hash partition must be less than modulus",
                ));
            }
            Ok(PartitionBound::Hash {
                modulus: spec.modulus,
                remainder: spec.remainder,
            })
        }
        ("l", "LIST") => {
            let data_type = types.first().cloned().flatten();
            let mut values: Vec<String> = Vec::new();
            for node in &spec.listdatums {
                let value = state.bound_value(node, data_type.as_deref())?;
                // The server leaves out what is said twice.
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            Ok(PartitionBound::List(values))
        }
        ("r", "RANGE") => Ok(PartitionBound::Range {
            from: range_values(state, &spec.lowerdatums, &types)?,
            to: range_values(state, &spec.upperdatums, &types)?,
        }),
        (_, strategy) => Err(Failure::new(format!(
            "invalid bound specification for a {} partition",
            strategy.to_lowercase()
        ))),
    }
}

fn range_values(
    state: &State,
    nodes: &[Node],
    types: &[Option<String>],
) -> Result<Vec<String>, Failure> {
    if nodes.len() != types.len() {
        return Err(Failure::new(
            "FROM and TO must specify exactly one value per partitioning column",
        ));
    }
    let mut values = Vec::new();
    for (node, data_type) in nodes.iter().zip(types) {
        let value = match node.node.as_ref() {
            Some(NodeEnum::PartitionRangeDatum(datum)) => match datum.kind() {
                PartitionRangeDatumKind::PartitionRangeDatumMinvalue => "MINVALUE".to_owned(),
                PartitionRangeDatumKind::PartitionRangeDatumMaxvalue => "MAXVALUE".to_owned(),
                _ => match datum.value.as_deref() {
                    Some(value) => state.bound_value(value, data_type.as_deref())?,
                    None => continue,
                },
            },
            Some(NodeEnum::ColumnRef(column)) => match strings(&column.fields).as_slice() {
                ["minvalue"] => "MINVALUE".to_owned(),
                ["maxvalue"] => "MAXVALUE".to_owned(),
                _ => {
                    return Err(Failure::new(
                        "cannot use column reference in partition bound expression",
                    ));
                }
            },
            _ => state.bound_value(node, data_type.as_deref())?,
        };
        values.push(value);
    }
    Ok(values)
}

/// What a new partition gets of its parent beyond columns and checks: indexes, keys, foreign keys,
/// row triggers.
pub(super) fn complete(
    state: &mut State,
    parent: &QualifiedName,
    partition: &QualifiedName,
) -> Result<(), Failure> {
    index_build::build_all_parts(state, parent, partition)?;
    trigger::copy_all(state, parent, partition)?;
    let foreign_keys: Vec<(Name, Constraint)> = state
        .table(parent)?
        .constraints
        .iter()
        .filter(|(_, held)| matches!(held.kind, ConstraintKind::ForeignKey(_)))
        .map(|(name, held)| (name.clone(), held.clone()))
        .collect();
    for (name, constraint) in foreign_keys {
        foreign_key::inherit(state, partition, &name, &constraint)?;
    }
    Ok(())
}

/// ATTACH PARTITION.
pub(super) fn attach(
    state: &mut State,
    parent: &QualifiedName,
    command: &PartitionCmd,
) -> Result<(), Failure> {
    let name = command
        .name
        .as_ref()
        .ok_or_else(|| Failure::new("a partition is missing"))?;
    let (partition, _) = state.relation(name)?;
    if state.table(parent)?.partition_by.is_none() {
        return Err(Failure::new(format!(
            "ALTER action ATTACH PARTITION cannot be performed on relation \"{}\"",
            parent.name
        )));
    }
    let table = state.table(&partition)?;
    if table.partition_of.is_some() {
        return Err(Failure::new(format!(
            "\"{}\" is already a partition",
            partition.name
        )));
    }
    if !table.inherits.is_empty() {
        return Err(Failure::new("cannot attach inheritance child as partition"));
    }
    if state.children.contains_key(&partition) && table.partition_by.is_none() {
        return Err(Failure::new(
            "cannot attach inheritance parent as partition",
        ));
    }
    let bound = match &command.bound {
        Some(spec) => bound(state, parent, spec)?,
        None => PartitionBound::Default,
    };
    inheritance::adopt(state, &partition, parent, true)?;
    state.table_mut(&partition)?.partition_of = Some(PartitionOf {
        parent: parent.clone(),
        bound,
        attached: true,
    });
    state.remember_table(&partition);
    complete(state, parent, &partition)
}

/// DETACH PARTITION: what the partition has of its parent stays, as its own.
pub(super) fn detach(
    state: &mut State,
    parent: &QualifiedName,
    command: &PartitionCmd,
) -> Result<(), Failure> {
    let name = command
        .name
        .as_ref()
        .ok_or_else(|| Failure::new("a partition is missing"))?;
    let (partition, _) = state.relation(name)?;
    let is_partition = state
        .table(&partition)?
        .partition_of
        .as_ref()
        .is_some_and(|of| of.parent == *parent);
    if !is_partition {
        return Err(Failure::new(format!(
            "relation \"{}\" is not a partition of relation \"{}\"",
            partition.name, parent.name
        )));
    }
    inheritance::release(state, &partition, parent)?;
    let table = state.table_mut(&partition)?;
    table.partition_of = None;
    let mut own = Vec::new();
    for (name, constraint) in &mut table.constraints {
        constraint.parent = None;
        let is_foreign_key = matches!(constraint.kind, ConstraintKind::ForeignKey(_));
        if has_index(constraint) || is_foreign_key {
            own.push(name.clone());
        }
    }
    for index in table.indexes.values_mut() {
        index.parent = None;
    }
    let held = state.held_mut(&partition);
    for name in own {
        held.constraints.insert(name, Origin::LOCAL);
    }
    // Triggers that it had from its parent are gone.
    let inherited = std::mem::take(&mut held.inherited_triggers);
    let table = state.table_mut(&partition)?;
    for name in inherited {
        table.triggers.remove(&name);
    }
    Ok(())
}

/// Whether a column is part of a partition key.
pub(super) fn in_key(key: Option<&PartitionKey>, column: &Name) -> bool {
    let quoted = column.quoted();
    key.is_some_and(|key| {
        key.elements
            .iter()
            .any(|element| *element == quoted || element.starts_with(&format!("{quoted} ")))
    })
}

/// The commands that a node of ALTER TABLE holds.
pub(super) fn command(definition: Option<&Node>) -> Result<&PartitionCmd, Failure> {
    match definition.and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::PartitionCmd(command)) => Ok(command),
        _ => Err(Failure::new("a partition is missing")),
    }
}
