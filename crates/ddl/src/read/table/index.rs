//! Indexes: CREATE INDEX, their keys and columns, CLUSTER, their options.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{ClusterStmt, IndexElem, IndexStmt, Node, SortByDir, SortByNulls};
use pgwright_catalog::{
    Column, ConstraintKind, Index, IndexElement, IndexKey, Name, ObjectId, QualifiedName,
};

use super::column_name::{figure, figure_text};
use super::index_build::{Built, build};
use super::options;
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{MAXIMUM_NAME, object_name, truncate};
use crate::read::state::{RelationKind, State};

/// CREATE INDEX.
pub(in crate::read) fn create(state: &mut State, statement: &IndexStmt) -> Result<(), Failure> {
    let relation = statement
        .relation
        .as_ref()
        .ok_or_else(|| Failure::new("an index needs a table"))?;
    let (on, kind) = state.relation(relation)?;
    if !matches!(kind, RelationKind::Table | RelationKind::MaterializedView) {
        return Err(Failure::new(format!(
            "cannot create index on relation \"{}\"",
            on.name
        )));
    }
    let name = match statement.idxname.as_str() {
        "" => None,
        name => {
            let name = Name::new(truncate(name));
            let full = QualifiedName::new(on.schema.clone(), name.clone());
            if state.relation_kind(&full).is_some() {
                if statement.if_not_exists {
                    return Ok(());
                }
                return Err(Failure::exists("relation", name.as_str()));
            }
            Some(name)
        }
    };
    let method = method(&statement.access_method);
    let (elements, names, mut uses) = elements(state, &on, &method, &statement.index_params)?;
    let include = columns_of(state, &on, &statement.index_including_params)?;
    let included = include.iter().map(Name::to_string);
    let names = unique_names(names.into_iter().chain(included).collect());
    let predicate = match statement.where_clause.as_deref() {
        Some(node) => {
            let context = Context::new(ExprKind::IndexPredicate).over(&on);
            let (expression, used) = state.expression_and_uses(node, &context)?;
            uses.extend(used);
            Some(expression)
        }
        None => None,
    };
    let index = Index {
        method,
        unique: statement.unique,
        nulls_not_distinct: statement.nulls_not_distinct,
        elements,
        include,
        predicate,
        options: options::storage(&statement.options)?,
        tablespace: tablespace(state, &statement.table_space, &on),
        only: false,
        parent: None,
        comment: None,
    };
    let name = build(state, &on, name, Built::Index(index), &names, relation.inh)?;
    super::check::uses_of_part(state, ObjectId::Index(on.clone(), name), &on, uses);
    Ok(())
}

/// The access method as it is kept: `rtree` is a word of old versions.
pub(super) fn method(name: &str) -> Name {
    Name::new(match name {
        "" => "btree",
        "rtree" => "gist",
        name => name,
    })
}

/// The tablespace of a new index.
pub(super) fn tablespace(state: &State, written: &str, _on: &QualifiedName) -> Option<Name> {
    match written {
        "" => state.session.default_tablespace.clone(),
        "pg_default" => None,
        name => Some(Name::new(name)),
    }
}

/// The columns of a table or materialized view.
pub(in crate::read) fn columns_of_relation(state: &State, on: &QualifiedName) -> Vec<Column> {
    if let Some(table) = state.catalog.tables.get(on) {
        return table.columns.clone();
    }
    let views = state.catalog.views.get(on).map(|view| &view.columns);
    let columns = views.or_else(|| {
        let view = state.catalog.materialized_views.get(on)?;
        Some(&view.columns)
    });
    columns
        .into_iter()
        .flatten()
        .map(|column| {
            Column::new(
                column.name.clone(),
                column.data_type.clone().unwrap_or_default(),
            )
        })
        .collect()
}

/// The column of a relation, when it is there.
fn column_of(state: &State, on: &QualifiedName, name: &str) -> Option<Column> {
    if let Some(table) = state.catalog.tables.get(on) {
        return table.column(name).cloned();
    }
    columns_of_relation(state, on)
        .into_iter()
        .find(|column| column.name.as_str() == name)
}

/// Column names among the parameters of an index, as in INCLUDE.
pub(super) fn columns_of(
    state: &State,
    on: &QualifiedName,
    parameters: &[Node],
) -> Result<Vec<Name>, Failure> {
    let mut columns = Vec::new();
    for parameter in parameters {
        let name = match parameter.node.as_ref() {
            Some(NodeEnum::IndexElem(element)) if element.expr.is_none() => &element.name,
            Some(NodeEnum::String(name)) => &name.sval,
            _ => {
                return Err(Failure::new(
                    "expressions are not supported in included columns",
                ));
            }
        };
        columns.push(existing_column(state, on, name)?);
    }
    Ok(columns)
}

/// The name of a column that must be there.
pub(super) fn existing_column(
    state: &State,
    on: &QualifiedName,
    name: &str,
) -> Result<Name, Failure> {
    let known = match state.catalog.tables.get(on) {
        Some(table) => table.column(name).is_some(),
        // The columns of a view may not be known.
        None => {
            let columns = columns_of_relation(state, on);
            columns.is_empty() || columns.iter().any(|column| column.name.as_str() == name)
        }
    };
    if known {
        Ok(Name::new(name))
    } else {
        Err(Failure::new(format!(
            "column \"{name}\" named in key does not exist"
        )))
    }
}

/// The keys of an index, the names that its own columns get, and what the keys need.
type Elements = (Vec<IndexElement>, Vec<String>, BTreeSet<ObjectId>);

/// The keys of an index, and the names that its own columns get.
pub(super) fn elements(
    state: &State,
    on: &QualifiedName,
    method: &Name,
    parameters: &[Node],
) -> Result<Elements, Failure> {
    let mut elements = Vec::new();
    let mut names = Vec::new();
    let mut uses = BTreeSet::new();
    for parameter in parameters {
        let Some(NodeEnum::IndexElem(element)) = parameter.node.as_ref() else {
            continue;
        };
        let (element, name, used) = one_element(state, on, method, element)?;
        elements.push(element);
        names.push(name);
        uses.extend(used);
    }
    Ok((elements, unique_names(names), uses))
}

/// One key of an index, and the name its column gets.
pub(super) fn one_element(
    state: &State,
    on: &QualifiedName,
    method: &Name,
    element: &IndexElem,
) -> Result<(IndexElement, String, BTreeSet<ObjectId>), Failure> {
    let mut uses = BTreeSet::new();
    // `(column)` is the column, not an expression.
    let plain = match element.expr.as_deref().and_then(|node| node.node.as_ref()) {
        Some(NodeEnum::ColumnRef(column)) => {
            match crate::read::names::strings(&column.fields)[..] {
                [.., name] => Some(name),
                [] => None,
            }
        }
        None => Some(element.name.as_str()),
        _ => None,
    };
    let (key, column, data_type, name) = match plain {
        Some(name) => {
            let column = column_of(state, on, name);
            if column.is_none() && state.catalog.tables.contains_key(on) {
                return Err(Failure::missing("column", name));
            }
            let data_type = column.as_ref().map(|column| column.data_type.clone());
            let key = IndexKey::Column(Name::new(name));
            (key, column, data_type, name.to_owned())
        }
        None => {
            let node = element
                .expr
                .as_deref()
                .ok_or_else(|| Failure::new("an index key is missing"))?;
            let (expression, data_type, used) = state
                .expression_and_type(node, &Context::new(ExprKind::IndexExpression).over(on))?;
            uses.extend(used);
            let name = figure(node).unwrap_or_else(|| "expr".to_owned());
            (IndexKey::Expression(expression), None, data_type, name)
        }
    };
    let descending = element.ordering() == SortByDir::SortbyDesc;
    let element = IndexElement {
        key,
        operator_class: state.operator_class(
            method.as_str(),
            data_type.as_deref(),
            &element.opclass,
            &element.opclassopts,
        )?,
        collation: state.key_collation(&element.collation, column.as_ref())?,
        descending,
        nulls_first: match element.nulls_ordering() {
            SortByNulls::SortbyNullsFirst => true,
            SortByNulls::SortbyNullsLast => false,
            _ => descending,
        },
        statistics: None,
    };
    Ok((element, name, uses))
}

/// The names of an index's own columns: a name that is taken gets a number.
pub(super) fn unique_names(names: Vec<String>) -> Vec<String> {
    let mut unique: Vec<String> = Vec::with_capacity(names.len());
    for name in names {
        let mut candidate = name.clone();
        let mut number = 0;
        while unique.contains(&candidate) {
            number += 1;
            let digits = number.to_string();
            let mut end = name.len().min(MAXIMUM_NAME - digits.len());
            while !name.is_char_boundary(end) {
                end -= 1;
            }
            candidate = format!("{}{digits}", &name[..end]);
        }
        unique.push(candidate);
    }
    unique
}

/// The names of the columns of an index that is there, for the names of its partitions' indexes.
pub(super) fn names_of(elements: &[IndexElement], include: &[Name]) -> Vec<String> {
    let keys = elements.iter().map(|element| match &element.key {
        IndexKey::Column(name) => name.to_string(),
        IndexKey::Expression(sql) => figure_text(sql.sql()).unwrap_or_else(|| "expr".to_owned()),
    });
    unique_names(keys.chain(include.iter().map(Name::to_string)).collect())
}

/// `first_second_third`, not longer than a name.
pub(super) fn addition<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut text = String::new();
    for name in names {
        if !text.is_empty() {
            text.push('_');
        }
        text.push_str(truncate(name));
        if text.len() > MAXIMUM_NAME {
            break;
        }
    }
    text
}

/// CLUSTER table USING index marks the index; CLUSTER alone changes data only.
pub(in crate::read) fn cluster(state: &mut State, statement: &ClusterStmt) -> Result<(), Failure> {
    let Some(relation) = &statement.relation else {
        return Ok(());
    };
    let (on, _) = state.relation(relation)?;
    if statement.indexname.is_empty() {
        return Ok(());
    }
    set_clustered(state, &on, Some(&statement.indexname))
}

/// CLUSTER ON, or SET WITHOUT CLUSTER.
pub(super) fn set_clustered(
    state: &mut State,
    on: &QualifiedName,
    index: Option<&str>,
) -> Result<(), Failure> {
    if let Some(index) = index {
        let full = QualifiedName::new(on.schema.clone(), index);
        if state.index_tables.get(&full) != Some(on) {
            return Err(Failure::new(format!(
                "index \"{index}\" for table \"{}\" does not exist",
                on.name
            )));
        }
    }
    let index = index.map(Name::new);
    if state.catalog.materialized_views.contains_key(on) {
        state.touch(&ObjectId::MaterializedView(on.clone()));
        if let Some(view) = state.catalog.materialized_views.get_mut(on) {
            view.clustered_on = index;
        }
        return Ok(());
    }
    state.table_mut(on)?.clustered_on = index;
    Ok(())
}

/// The automatic name of a sequence of a column.
pub(super) fn sequence_name(state: &State, on: &QualifiedName, column: &str) -> QualifiedName {
    let name =
        state.choose_relation_name(on.name.as_str(), Some(column), "seq", &on.schema, &|_| {
            false
        });
    QualifiedName::new(on.schema.clone(), name)
}

/// What a sequence is called when nothing is in the way.
pub(in crate::read) fn usual_sequence_name(on: &QualifiedName, column: &str) -> QualifiedName {
    QualifiedName::new(
        on.schema.clone(),
        object_name(on.name.as_str(), Some(column), "seq"),
    )
}

/// The storage parameters of an index, that of a constraint included.
pub(super) fn options_mut<'a>(
    state: &'a mut State,
    on: &QualifiedName,
    name: &Name,
) -> Result<Option<&'a mut std::collections::BTreeMap<String, String>>, Failure> {
    if state.indexes_mut(on)?.contains_key(name) {
        return Ok(state
            .indexes_mut(on)?
            .get_mut(name)
            .map(|index| &mut index.options));
    }
    let constraint = state.table_mut(on)?.constraints.get_mut(name);
    Ok(
        constraint.and_then(|constraint| match &mut constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => Some(&mut key.options),
            ConstraintKind::Exclusion { options, .. } => Some(options),
            _ => None,
        }),
    )
}

/// The tablespace of an index, that of a constraint included.
pub(super) fn tablespace_mut<'a>(
    state: &'a mut State,
    on: &QualifiedName,
    name: &Name,
) -> Result<Option<&'a mut Option<Name>>, Failure> {
    if state.indexes_mut(on)?.contains_key(name) {
        return Ok(state
            .indexes_mut(on)?
            .get_mut(name)
            .map(|index| &mut index.tablespace));
    }
    let constraint = state.table_mut(on)?.constraints.get_mut(name);
    Ok(
        constraint.and_then(|constraint| match &mut constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                Some(&mut key.tablespace)
            }
            ConstraintKind::Exclusion { tablespace, .. } => Some(tablespace),
            _ => None,
        }),
    )
}

/// Takes an index away that backs no constraint, and its parts of the partitions.
pub(in crate::read) fn take(
    state: &mut State,
    on: &QualifiedName,
    name: &Name,
) -> Result<(), Failure> {
    if state.take_index(on, name.as_str())?.is_none() {
        return Ok(());
    }
    super::alter_constraint::forget_index(state, on, name)?;
    for child in state.children.get(on).cloned().unwrap_or_default() {
        let part = state
            .table(&child)?
            .indexes
            .iter()
            .find(|(_, index)| index.parent.as_ref() == Some(name));
        if let Some((part, _)) = part {
            let part = part.clone();
            take(state, &child, &part)?;
        }
    }
    Ok(())
}
