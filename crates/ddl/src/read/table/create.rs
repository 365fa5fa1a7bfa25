//! CREATE TABLE and CREATE FOREIGN TABLE.

use std::collections::BTreeMap;

use pg_query::NodeEnum;
use pg_query::protobuf::{ConstrType, CreateForeignTableStmt, CreateStmt};
use pgwright_catalog::{
    Column, ForeignTable, Name, ObjectId, PartitionOf, Persistence, QualifiedName, Table, TypeKind,
};

use super::column::{self, Pending, Value};
use super::inheritance::{self, Columns};
use super::not_null::Wanted;
use super::{like, options, partition};
use crate::read::failure::Failure;
use crate::read::state::{RelationKind, State};

/// CREATE TABLE.
pub(in crate::read) fn apply(state: &mut State, statement: &CreateStmt) -> Result<(), Failure> {
    create(state, statement, None)
}

/// CREATE FOREIGN TABLE.
pub(in crate::read) fn foreign(
    state: &mut State,
    statement: &CreateForeignTableStmt,
) -> Result<(), Failure> {
    let base = statement
        .base_stmt
        .as_ref()
        .ok_or_else(|| Failure::new("a table is missing"))?;
    let server = Name::new(statement.servername.clone());
    if !state.catalog.foreign_servers.contains_key(&server) {
        return Err(Failure::missing("server", server.as_str()));
    }
    let mut foreign = ForeignTable {
        server,
        options: BTreeMap::new(),
    };
    options::foreign(&mut foreign.options, &statement.options)?;
    create(state, base, Some(foreign))
}

fn create(
    state: &mut State,
    statement: &CreateStmt,
    foreign: Option<ForeignTable>,
) -> Result<(), Failure> {
    let relation = statement
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("a name is missing"))?;
    let name = state.new_relation_name(relation)?;
    if state.relation_kind(&name).is_some() {
        if statement.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("relation", name.name.as_str()));
    }
    if state.catalog.types.contains_key(&name) {
        return Err(Failure::exists("type", name.name.as_str()).hint(
            "A relation has an associated type of the same name, so you must use a name that doesn't conflict with any existing type.",
        ));
    }
    let parents = parents(state, statement)?;
    let is_partition = statement.partbound.is_some();
    let mut columns = Columns::default();
    for parent in &parents {
        let inherited = state.table(parent)?.columns.clone();
        columns.parent(&inherited)?;
    }
    let mut table = Table {
        foreign,
        persistence: match relation.relpersistence.as_str() {
            "u" => Persistence::Unlogged,
            _ => Persistence::Permanent,
        },
        options: options::storage(&statement.options)?,
        owner: state.new_owner(),
        ..Table::default()
    };
    storage_place(state, statement, &parents, &mut table);
    match (&statement.partbound, parents.first()) {
        (Some(bound), Some(parent)) => {
            table.partition_of = Some(PartitionOf {
                parent: parent.clone(),
                bound: partition::bound(state, parent, bound)?,
                attached: false,
            });
        }
        _ => table.inherits.clone_from(&parents),
    }
    let mut pending = Pending::default();
    if let Some(of) = &statement.of_typename {
        let of = of_type(state, of)?;
        for column in typed_columns(state, &of)? {
            columns.own(column)?;
        }
        table.of_type = Some(of);
    }
    let mut likes = Vec::new();
    for element in &statement.table_elts {
        match element.node.as_ref() {
            Some(NodeEnum::ColumnDef(definition)) => {
                let defined = column::define(state, &name, definition, &mut pending, true)?;
                if is_partition || table.of_type.is_some() {
                    with_options(&mut columns, &defined)?;
                } else {
                    columns.own(defined)?;
                }
            }
            Some(NodeEnum::Constraint(constraint)) => pending.constraint(constraint, None, true),
            Some(NodeEnum::TableLikeClause(clause)) => {
                likes.push(like::columns(state, clause, &mut columns, &mut pending)?);
            }
            _ => {}
        }
    }
    for constraint in statement.constraints.iter().chain(&statement.nnconstraints) {
        if let Some(NodeEnum::Constraint(constraint)) = constraint.node.as_ref() {
            pending.constraint(constraint, None, true);
        }
    }
    columns.settle(&|name| {
        pending
            .values
            .iter()
            .any(|(column, value)| column == name && matches!(value, Value::Default(_)))
    })?;
    if columns.columns.len() > 1600 {
        return Err(Failure::new("tables can have at most 1600 columns"));
    }
    let partition_spec = statement.partspec.as_ref();
    table.columns = columns.columns;
    options::leave_out_toast(&mut table);
    state.insert_table(name.clone(), table, columns.held);
    state.set_initial_privileges(&ObjectId::Table(name.clone()));

    pending.values(state, &name)?;
    if let Some(spec) = partition_spec {
        let key = partition::key(state, &name, spec)?;
        state.table_mut(&name)?.partition_by = Some(key);
    }
    for parent in &parents {
        inheritance::inherit_checks(state, &name, parent)?;
    }
    // A primary key says NOT NULL of its columns, even of those that have it from a parent.
    let keys: Vec<Name> = pending
        .keys
        .iter()
        .filter(|(definition, _)| definition.contype() == ConstrType::ConstrPrimary)
        .flat_map(|(definition, column)| {
            super::key::key_columns(definition, column.as_ref().map(Name::as_str))
        })
        .map(Name::new)
        .collect();
    for column in keys {
        if state.table(&name)?.column(column.as_str()).is_some() {
            pending.not_null(column, Wanted::default());
        }
    }
    // What is said on the table itself comes before what is inherited, and gives the name.
    for (column, wanted) in std::mem::take(&mut pending.not_nulls) {
        super::not_null::add(state, &name, column.as_str(), &wanted, true)?;
    }
    inheritance::inherit_not_nulls(state, &name, &parents)?;
    if is_partition && let Some(parent) = parents.first() {
        partition::complete(state, parent, &name)?;
    }
    pending.constraints(state, &name, true)?;
    for like in likes {
        like.complete(state, &name)?;
    }
    Ok(())
}

/// The tables of INHERITS or PARTITION OF.
fn parents(state: &State, statement: &CreateStmt) -> Result<Vec<QualifiedName>, Failure> {
    let mut parents: Vec<QualifiedName> = Vec::new();
    for node in &statement.inh_relations {
        let Some(NodeEnum::RangeVar(relation)) = node.node.as_ref() else {
            continue;
        };
        let (parent, kind) = state.relation(relation)?;
        if !matches!(kind, RelationKind::Table | RelationKind::ForeignTable) {
            return Err(Failure::new(format!(
                "inherited relation \"{}\" is not a table or foreign table",
                parent.name
            )));
        }
        let table = state.table(&parent)?;
        match (statement.partbound.is_some(), table.partition_by.is_some()) {
            (true, false) => {
                return Err(Failure::new(format!(
                    "\"{}\" is not partitioned",
                    parent.name
                )));
            }
            (false, true) => {
                return Err(Failure::new(format!(
                    "cannot inherit from partitioned table \"{}\"",
                    parent.name
                )));
            }
            _ => {}
        }
        if parents.contains(&parent) {
            return Err(Failure::new(format!(
                "relation \"{}\" would be inherited from more than once",
                parent.name
            )));
        }
        parents.push(parent);
    }
    Ok(parents)
}

/// Tablespace and access method: as said, else the parent's, else the session's.
fn storage_place(
    state: &State,
    statement: &CreateStmt,
    parents: &[QualifiedName],
    table: &mut Table,
) {
    if table.foreign.is_some() {
        return;
    }
    let parent = match statement.partbound {
        Some(_) => parents
            .first()
            .and_then(|name| state.catalog.tables.get(name)),
        None => None,
    };
    table.tablespace = match statement.tablespacename.as_str() {
        "" => match parent {
            Some(parent) if parent.tablespace.is_some() => parent.tablespace.clone(),
            _ => state.session.default_tablespace.clone(),
        },
        "pg_default" => None,
        name => Some(Name::new(name)),
    };
    table.access_method = match statement.access_method.as_str() {
        "" => match parent {
            Some(parent) if parent.access_method.is_some() => parent.access_method.clone(),
            _ if statement.partspec.is_some() => None,
            _ => state.session.default_table_access_method.clone(),
        },
        name => Some(Name::new(name)),
    };
    if table
        .access_method
        .as_ref()
        .is_some_and(|method| method.as_str() == "heap")
    {
        table.access_method = None;
    }
}

/// `column WITH OPTIONS …` of a partition or typed table: only of a column that is there.
fn with_options(columns: &mut Columns, defined: &Column) -> Result<(), Failure> {
    let Some(known) = columns.columns.iter_mut().find(|c| c.name == defined.name) else {
        return Err(Failure::missing("column", defined.name.as_str()));
    };
    if defined.storage.is_some() {
        known.storage.clone_from(&defined.storage);
    }
    if defined.compression.is_some() {
        known.compression.clone_from(&defined.compression);
    }
    if !defined.data_type.is_empty() && defined.data_type != known.data_type {
        return Err(Failure::new(format!(
            "column \"{}\" has a type conflict",
            defined.name
        )));
    }
    Ok(())
}

/// The composite type of a typed table.
pub(super) fn of_type(
    state: &State,
    name: &pg_query::protobuf::TypeName,
) -> Result<QualifiedName, Failure> {
    let resolved = state.resolve_type(name)?;
    match state
        .catalog
        .types
        .get(&resolved.name)
        .map(|held| &held.kind)
    {
        Some(TypeKind::Composite(_)) => Ok(resolved.name),
        Some(_) => Err(Failure::new(format!(
            "type {} is not a composite type",
            resolved.text
        ))),
        None => Err(Failure::missing("type", &resolved.text)),
    }
}

/// The columns of a composite type.
pub(super) fn typed_columns(state: &State, of: &QualifiedName) -> Result<Vec<Column>, Failure> {
    match state.catalog.types.get(of).map(|held| &held.kind) {
        Some(TypeKind::Composite(attributes)) => Ok(attributes
            .iter()
            .map(|attribute| Column {
                collation: attribute.collation.clone(),
                ..Column::new(attribute.name.clone(), attribute.data_type.clone())
            })
            .collect()),
        _ => Err(Failure::missing("type", &of.to_string())),
    }
}
