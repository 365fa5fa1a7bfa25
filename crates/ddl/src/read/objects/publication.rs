//! Publications.

use std::collections::{BTreeMap, BTreeSet};

use pg_query::NodeEnum;
use pg_query::protobuf::{
    AlterPublicationAction, AlterPublicationStmt, CreatePublicationStmt, Node,
    PublicationObjSpecType as Kind, PublicationTable,
};
use pgwright_catalog::{Name, ObjectId, Publication, PublishedTable, QualifiedName};

use super::{nodes, options};
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::state::{RelationKind, State};

/// What is published.
#[derive(Debug, Default)]
struct Objects {
    schemas: BTreeSet<Name>,
    tables: BTreeMap<QualifiedName, PublishedTable>,
}

/// CREATE PUBLICATION.
pub(super) fn create(state: &mut State, s: &CreatePublicationStmt) -> Result<(), Failure> {
    let name = Name::new(s.pubname.clone());
    if state.catalog.publications.contains_key(&name) {
        return Err(Failure::exists("publication", name.as_str()));
    }
    let objects = objects(state, &s.pubobjects)?;
    let mut held = Publication {
        all_tables: s.for_all_tables,
        schemas: objects.schemas,
        tables: objects.tables,
        owner: state.new_owner(),
        ..Publication::default()
    };
    set_options(&mut held, &s.options)?;
    put(state, name, held);
    Ok(())
}

fn put(state: &mut State, name: Name, held: Publication) {
    let id = ObjectId::Publication(name.clone());
    let needed = held
        .schemas
        .iter()
        .cloned()
        .map(ObjectId::Schema)
        .chain(held.tables.keys().cloned().map(ObjectId::Table))
        .collect();
    state.touch(&id);
    state.catalog.publications.insert(name, held);
    state.set_uses(id, needed);
}

/// The tables and schemas of a list. One that says nothing of its kind goes on with the kind before it.
fn objects(state: &State, list: &[Node]) -> Result<Objects, Failure> {
    let mut found = Objects::default();
    for node in list {
        let Some(NodeEnum::PublicationObjSpec(object)) = node.node.as_ref() else {
            continue;
        };
        match object.pubobjtype() {
            Kind::PublicationobjTablesInSchema => {
                found.schemas.insert(state.existing_schema(&object.name)?);
            }
            Kind::PublicationobjTablesInCurSchema => {
                found.schemas.insert(state.creation_schema(None)?);
            }
            _ => {
                if let Some(table) = object.pubtable.as_deref() {
                    let (name, published) = published(state, table)?;
                    found.tables.insert(name, published);
                }
            }
        }
    }
    Ok(found)
}

fn published(
    state: &State,
    s: &PublicationTable,
) -> Result<(QualifiedName, PublishedTable), Failure> {
    let Some(relation) = &s.relation else {
        return Err(Failure::new("a table name is missing"));
    };
    let (name, kind) = state.relation(relation)?;
    if kind != RelationKind::Table {
        return Err(Failure::new(format!(
            "cannot add relation \"{}\" to publication",
            name.name
        )));
    }
    let table = state.table(&name)?;
    let written = nodes::strings(&s.columns);
    if let Some(missing) = written.iter().find(|column| table.column(column).is_none()) {
        return Err(Failure::new(format!(
            "column \"{missing}\" of relation \"{}\" does not exist",
            name.name
        )));
    }
    // The server keeps the columns in the table's order.
    let columns = table
        .columns
        .iter()
        .map(|column| column.name.clone())
        .filter(|column| written.contains(&column.as_str()))
        .collect();
    let predicate = match s.where_clause.as_deref() {
        Some(node) => {
            let context = Context::new(ExprKind::IndexPredicate).over(&name);
            Some(state.expression(node, &context)?)
        }
        None => None,
    };
    let published = PublishedTable {
        columns: (!written.is_empty()).then_some(columns),
        predicate,
    };
    Ok((name, published))
}

/// The options, where they are not the default.
fn set_options(held: &mut Publication, list: &[Node]) -> Result<(), Failure> {
    for option in options::options(list) {
        let (value, usual) = match option.name() {
            "publish" => {
                let order = ["insert", "update", "delete", "truncate"];
                let text = option.text().to_ascii_lowercase();
                let said: Vec<&str> = text.split(',').map(str::trim).collect();
                let words: Vec<&str> = order
                    .into_iter()
                    .filter(|word| said.contains(word))
                    .collect();
                (words.join(", "), "insert, update, delete, truncate")
            }
            "publish_via_partition_root" => (option.truth().to_string(), "false"),
            "publish_generated_columns" => (option.text().to_ascii_lowercase(), "none"),
            other => {
                return Err(Failure::new(format!(
                    "unrecognized publication parameter: \"{other}\""
                )));
            }
        };
        let value = match (option.name(), option.node()) {
            ("publish_generated_columns", None) => "stored".to_owned(),
            _ => value,
        };
        if value == usual {
            held.options.remove(option.name());
        } else {
            held.options.insert(option.name().to_owned(), value);
        }
    }
    Ok(())
}

/// ALTER PUBLICATION.
pub(super) fn alter(state: &mut State, s: &AlterPublicationStmt) -> Result<(), Failure> {
    let name = Name::new(s.pubname.clone());
    let Some(mut held) = state.catalog.publications.get(&name).cloned() else {
        return Err(Failure::missing("publication", name.as_str()));
    };
    set_options(&mut held, &s.options)?;
    if !s.pubobjects.is_empty() {
        let changed = objects(state, &s.pubobjects)?;
        match s.action() {
            AlterPublicationAction::ApDropObjects => {
                for schema in &changed.schemas {
                    held.schemas.remove(schema);
                }
                for table in changed.tables.keys() {
                    if held.tables.remove(table).is_none() {
                        return Err(Failure::new(format!(
                            "relation \"{}\" is not part of the publication",
                            table.name
                        )));
                    }
                }
            }
            AlterPublicationAction::ApSetObjects => {
                held.schemas = changed.schemas;
                held.tables = changed.tables;
            }
            _ => {
                for (table, published) in changed.tables {
                    if held.tables.contains_key(&table) {
                        return Err(Failure::new(format!(
                            "relation \"{}\" is already member of publication \"{name}\"",
                            table.name
                        )));
                    }
                    held.tables.insert(table, published);
                }
                held.schemas.extend(changed.schemas);
            }
        }
    }
    put(state, name, held);
    Ok(())
}
