//! CREATE TABLE … AS and SELECT … INTO.

use pg_query::NodeEnum;
use pg_query::protobuf::{CreateTableAsStmt, Node, SelectStmt};
use pgwright_catalog::{Column, Name, ObjectId, Persistence, Table};

use super::options;
use crate::analyze::types::format_type;
use crate::analyze::{CatalogEnvironment, name_output_columns, output_columns, query_node};
use crate::read::failure::Failure;
use crate::read::names::{strings, truncate};
use crate::read::note::NoteKind;
use crate::read::state::{Held, Origin, State};

/// SELECT … INTO.
pub(in crate::read) fn select_into(
    state: &mut State,
    statement: &SelectStmt,
) -> Result<(), Failure> {
    let mut query = statement.clone();
    let into = query.into_clause.take();
    let statement = CreateTableAsStmt {
        query: Some(Box::new(Node {
            node: Some(NodeEnum::SelectStmt(Box::new(query))),
        })),
        into,
        is_select_into: true,
        ..CreateTableAsStmt::default()
    };
    apply(state, &statement)
}

/// CREATE TABLE … AS: the columns are those of the query, without anything else.
pub(in crate::read) fn apply(
    state: &mut State,
    statement: &CreateTableAsStmt,
) -> Result<(), Failure> {
    let into = statement
        .into
        .as_deref()
        .ok_or_else(|| Failure::new("a table is missing"))?;
    let relation = into
        .rel
        .as_ref()
        .ok_or_else(|| Failure::new("a table is missing"))?;
    let name = state.new_relation_name(relation)?;
    if state.relation_kind(&name).is_some() {
        if statement.if_not_exists {
            return Ok(());
        }
        return Err(Failure::exists("relation", name.name.as_str()));
    }
    let query = statement
        .query
        .as_deref()
        .and_then(|node| node.node.as_ref())
        .ok_or_else(|| Failure::new("a query is missing"))?;
    if matches!(query, NodeEnum::ExecuteStmt(_)) {
        return Err(Failure::not_understood(
            "the columns of a prepared statement are not known",
        ));
    }
    let names: Vec<String> = strings(&into.col_names)
        .into_iter()
        .map(|name| truncate(name).to_owned())
        .collect();
    let path = state.visible_schemas();
    let path: Vec<&str> = path.iter().map(Name::as_str).collect();
    let environment = CatalogEnvironment::new(&state.catalog, &path);
    let columns = match query_node(query, &environment) {
        Ok(mut analysed) => {
            name_output_columns(&mut analysed, &names);
            output_columns(&analysed)
        }
        Err(undecided) => {
            state.note(
                NoteKind::NotUnderstood,
                format!(
                    "{undecided}: the columns of table \"{}\" are not known",
                    name.name
                ),
                None,
            );
            Vec::new()
        }
    };
    let mut held = Held::default();
    let columns: Vec<Column> = columns
        .into_iter()
        .map(|column| {
            let name = Name::new(truncate(&column.name));
            held.columns.insert(name.clone(), Origin::LOCAL);
            let collation = column.collation.as_ref().map(|collation| {
                pgwright_catalog::QualifiedName::new(&*collation.schema, &*collation.name)
            });
            Column {
                collation: collation.filter(|collation| {
                    !(collation.schema.as_str() == "pg_catalog"
                        && collation.name.as_str() == "default")
                }),
                ..Column::new(name, format_type(&column.data_type, Some(column.typmod)))
            }
        })
        .collect();
    let table = Table {
        columns,
        persistence: match relation.relpersistence.as_str() {
            "u" => Persistence::Unlogged,
            _ => Persistence::Permanent,
        },
        options: options::storage(&into.options)?,
        tablespace: match into.table_space_name.as_str() {
            "" => state.session.default_tablespace.clone(),
            "pg_default" => None,
            name => Some(Name::new(name)),
        },
        access_method: match into.access_method.as_str() {
            "" => state.session.default_table_access_method.clone(),
            "heap" => None,
            name => Some(Name::new(name)),
        },
        owner: state.new_owner(),
        ..Table::default()
    };
    let object = ObjectId::Table(name.clone());
    state.insert_table(name, table, held);
    state.set_initial_privileges(&object);
    Ok(())
}
