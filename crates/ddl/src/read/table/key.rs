//! Primary keys, unique and exclusion constraints.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, ConstrType};
use pgwright_catalog::{
    Constraint, ConstraintKind, Deferrability, ExclusionElement, Index, IndexKey, Key, Name,
    QualifiedName,
};

use super::index::{self, existing_column};
use super::index_build::{self, Built};
use super::{not_null, options};
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{strings, truncate};
use crate::read::state::{Origin, State};

/// When a constraint is checked.
pub(super) fn deferrability(definition: &protobuf::Constraint) -> Deferrability {
    match (definition.deferrable, definition.initdeferred) {
        (false, _) => Deferrability::NotDeferrable,
        (true, false) => Deferrability::InitiallyImmediate,
        (true, true) => Deferrability::InitiallyDeferred,
    }
}

/// Columns that a PRIMARY KEY or UNIQUE names: those of the list, or the column it stands at.
pub(super) fn key_columns(definition: &protobuf::Constraint, column: Option<&str>) -> Vec<String> {
    if definition.keys.is_empty() {
        return column.map(str::to_owned).into_iter().collect();
    }
    strings(&definition.keys)
        .into_iter()
        .map(str::to_owned)
        .collect()
}

/// Adds a PRIMARY KEY, UNIQUE or EXCLUDE constraint.
pub(super) fn add(
    state: &mut State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
    column: Option<&str>,
    recurse: bool,
) -> Result<Name, Failure> {
    if !definition.indexname.is_empty() {
        return add_using_index(state, on, definition);
    }
    let name = match definition.conname.as_str() {
        "" => None,
        name => Some(Name::new(truncate(name))),
    };
    let (kind, names) = match definition.contype() {
        ConstrType::ConstrExclusion => exclusion(state, on, definition)?,
        _ => {
            let mut columns = Vec::new();
            for column in key_columns(definition, column) {
                let column = existing_column(state, on, &column)?;
                if columns.contains(&column) {
                    let what = match definition.contype() {
                        ConstrType::ConstrPrimary => "primary key",
                        _ => "unique",
                    };
                    return Err(Failure::new(format!(
                        "column \"{column}\" appears twice in {what} constraint"
                    )));
                }
                columns.push(column);
            }
            let key = Key {
                include: index::columns_of(state, on, &definition.including)?,
                nulls_not_distinct: definition.nulls_not_distinct,
                without_overlaps: definition.without_overlaps,
                options: options::storage(&definition.options)?,
                tablespace: index::tablespace(state, &definition.indexspace, on),
                columns,
            };
            let columns = key.columns.iter().chain(&key.include);
            let names = columns.map(Name::to_string).collect();
            match definition.contype() {
                ConstrType::ConstrPrimary => {
                    for column in key.columns.clone() {
                        needs_not_null(state, on, &column, recurse)?;
                    }
                    (ConstraintKind::PrimaryKey(key), names)
                }
                _ => (ConstraintKind::Unique(key), names),
            }
        }
    };
    let constraint = Constraint {
        deferrability: deferrability(definition),
        ..Constraint::new(kind)
    };
    index_build::build(
        state,
        on,
        name,
        Built::Constraint(constraint),
        &names,
        recurse,
    )
}

/// The columns of a primary key are NOT NULL.
fn needs_not_null(
    state: &mut State,
    on: &QualifiedName,
    column: &Name,
    recurse: bool,
) -> Result<(), Failure> {
    let table = state.table(on)?;
    let Some(held) = table.column(column.as_str()) else {
        return Ok(());
    };
    if held.not_null {
        let not_null = &held.not_null_constraint;
        let name = not_null.name.clone().unwrap_or_default();
        if not_null.no_inherit || not_null.not_valid {
            let what = if not_null.no_inherit {
                "NO INHERIT"
            } else {
                "NOT VALID"
            };
            return Err(Failure::new(format!(
                "cannot create primary key on column \"{column}\""
            ))
            .hint(format!(
                "The constraint \"{name}\" on column \"{column}\" of table \"{}\", marked {what}, is incompatible with a primary key.",
                on.name
            )));
        }
        return Ok(());
    }
    let partitioned = table.partition_by.is_some();
    if !recurse && partitioned {
        // ONLY: the partitions must have it already.
        let missing = state.children.get(on).into_iter().flatten().find(|child| {
            state
                .catalog
                .tables
                .get(*child)
                .and_then(|table| table.column(column.as_str()))
                .is_some_and(|column| !column.not_null)
        });
        if let Some(child) = missing {
            return Err(Failure::new(format!(
                "column \"{column}\" of table \"{}\" is not marked NOT NULL",
                child.name
            )));
        }
    }
    not_null::add(
        state,
        on,
        column.as_str(),
        &not_null::Wanted::default(),
        true,
    )
}

fn exclusion(
    state: &State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
) -> Result<(ConstraintKind, Vec<String>), Failure> {
    let method = index::method(&definition.access_method);
    let mut elements = Vec::new();
    let mut parameters = Vec::new();
    for pair in &definition.exclusions {
        let Some(NodeEnum::List(pair)) = pair.node.as_ref() else {
            continue;
        };
        let [element, operator] = pair.items.as_slice() else {
            continue;
        };
        let Some(NodeEnum::IndexElem(key)) = element.node.as_ref() else {
            continue;
        };
        let (key, _, _) = index::one_element(state, on, &method, key)?;
        let operator = match operator.node.as_ref() {
            Some(NodeEnum::List(names)) => operator_text(&strings(&names.items)),
            _ => String::new(),
        };
        parameters.push(element.clone());
        elements.push(ExclusionElement {
            element: key,
            operator,
        });
    }
    let (_, names, _) = index::elements(state, on, &method, &parameters)?;
    let predicate = match definition.where_clause.as_deref() {
        Some(node) => Some(
            state.expression(
                node,
                &Context::new(ExprKind::IndexPredicate)
                    .over(on)
                    .wanted("boolean"),
            )?,
        ),
        None => None,
    };
    let kind = ConstraintKind::Exclusion {
        method,
        elements,
        predicate,
        include: index::columns_of(state, on, &definition.including)?,
        options: options::storage(&definition.options)?,
        tablespace: index::tablespace(state, &definition.indexspace, on),
    };
    Ok((kind, names))
}

/// An operator as it is printed: without schema when it is the system's.
fn operator_text(names: &[&str]) -> String {
    match names {
        [.., schema, name] if *schema != "pg_catalog" => format!(
            "OPERATOR({}.{name})",
            pgwright_catalog::quote_identifier(schema)
        ),
        [.., name] => (*name).to_owned(),
        [] => String::new(),
    }
}

/// ADD CONSTRAINT … USING INDEX: the index becomes the constraint's, and takes its name.
fn add_using_index(
    state: &mut State,
    on: &QualifiedName,
    definition: &protobuf::Constraint,
) -> Result<Name, Failure> {
    let old = Name::new(definition.indexname.clone());
    let missing = || Failure::missing("index", old.as_str());
    let Some(index) = state.table(on)?.indexes.get(&old).cloned() else {
        return Err(missing());
    };
    let columns = plain_columns(&index)
        .ok_or_else(|| Failure::new(format!("index \"{old}\" contains expressions")))?;
    if !index.unique {
        return Err(Failure::new(format!("\"{old}\" is not a unique index")));
    }
    if index.predicate.is_some() {
        return Err(Failure::new(format!("\"{old}\" is a partial index")));
    }
    let primary = definition.contype() == ConstrType::ConstrPrimary;
    if primary && state.table(on)?.primary_key().is_some() {
        return Err(Failure::new(format!(
            "multiple primary keys for table \"{}\" are not allowed",
            on.name
        )));
    }
    let name = match definition.conname.as_str() {
        "" => old.clone(),
        name => Name::new(truncate(name)),
    };
    if state.constraint_of_table(on, name.as_str()) {
        return Err(not_null::taken(&name, on));
    }
    state.take_index(on, old.as_str())?;
    if primary {
        for column in &columns {
            needs_not_null(state, on, column, true)?;
        }
    }
    let key = Key {
        columns,
        include: index.include,
        nulls_not_distinct: index.nulls_not_distinct,
        without_overlaps: false,
        options: index.options,
        tablespace: index.tablespace,
    };
    let kind = if primary {
        ConstraintKind::PrimaryKey(key)
    } else {
        ConstraintKind::Unique(key)
    };
    let constraint = Constraint {
        deferrability: deferrability(definition),
        index_comment: index.comment,
        ..Constraint::new(kind)
    };
    state.put_constraint(on, name.clone(), constraint, Origin::LOCAL)?;
    let table = state.table_mut(on)?;
    if table.clustered_on.as_ref() == Some(&old) {
        table.clustered_on = Some(name.clone());
    }
    if table.replica_identity == pgwright_catalog::ReplicaIdentity::Index(old) {
        table.replica_identity = pgwright_catalog::ReplicaIdentity::Index(name.clone());
    }
    Ok(name)
}

/// The columns of an index that has no expressions.
fn plain_columns(index: &Index) -> Option<Vec<Name>> {
    index
        .elements
        .iter()
        .map(|element| match &element.key {
            IndexKey::Column(name) => Some(name.clone()),
            IndexKey::Expression(_) => None,
        })
        .collect()
}
