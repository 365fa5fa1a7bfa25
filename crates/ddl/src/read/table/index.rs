//! Indexes: CREATE INDEX, what partitions get of an index of their parent, ALTER INDEX ATTACH
//! PARTITION, CLUSTER.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{ClusterStmt, IndexElem, IndexStmt, Node, SortByDir, SortByNulls};
use pgwright_catalog::{
    Column, Constraint, ConstraintKind, Index, IndexElement, IndexKey, Key, Name, ObjectId,
    QualifiedName,
};

use super::column_name::{figure, figure_text};
use super::options;
use crate::analyze::ExprKind;
use crate::read::expression::Context;
use crate::read::failure::Failure;
use crate::read::names::{MAXIMUM_NAME, object_name, truncate};
use crate::read::state::{Origin, RelationKind, State, has_index};

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

/// The keys of an index, and the names that its own columns get.
pub(super) fn elements(
    state: &State,
    on: &QualifiedName,
    method: &Name,
    parameters: &[Node],
) -> Result<(Vec<IndexElement>, Vec<String>, BTreeSet<ObjectId>), Failure> {
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
fn unique_names(names: Vec<String>) -> Vec<String> {
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
fn names_of(elements: &[IndexElement], include: &[Name]) -> Vec<String> {
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

/// What is built: an index, or a constraint with the index behind it.
#[derive(Debug, Clone)]
pub(super) enum Built {
    Index(Index),
    Constraint(Constraint),
}

impl Built {
    fn parent_mut(&mut self) -> &mut Option<Name> {
        match self {
            Self::Index(index) => &mut index.parent,
            Self::Constraint(constraint) => &mut constraint.parent,
        }
    }

    /// A copy for a partition, without what is not copied.
    fn for_partition(&self, parent: &Name) -> Self {
        let mut copy = self.clone();
        match &mut copy {
            Self::Index(index) => {
                index.comment = None;
                index.only = false;
                for element in &mut index.elements {
                    element.statistics = None;
                }
            }
            Self::Constraint(constraint) => {
                constraint.comment = None;
                constraint.index_comment = None;
            }
        }
        *copy.parent_mut() = Some(parent.clone());
        copy
    }

    pub(super) fn column_names(&self) -> Vec<String> {
        match self {
            Self::Index(index) => names_of(&index.elements, &index.include),
            Self::Constraint(constraint) => match &constraint.kind {
                ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                    let columns = key.columns.iter().chain(&key.include);
                    unique_names(columns.map(Name::to_string).collect())
                }
                ConstraintKind::Exclusion {
                    elements, include, ..
                } => {
                    let elements: Vec<_> =
                        elements.iter().map(|held| held.element.clone()).collect();
                    names_of(&elements, include)
                }
                _ => Vec::new(),
            },
        }
    }

    /// Whether another one could be its part of a partition: all but names, order and storage.
    fn matches(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Index(a), Self::Index(b)) => {
                a.method == b.method
                    && a.unique == b.unique
                    && a.nulls_not_distinct == b.nulls_not_distinct
                    && same_keys(&a.elements, &b.elements)
                    && a.include == b.include
                    && a.predicate == b.predicate
            }
            (Self::Constraint(a), Self::Constraint(b)) => {
                let same_key = |a: &Key, b: &Key| {
                    a.columns == b.columns
                        && a.include == b.include
                        && a.nulls_not_distinct == b.nulls_not_distinct
                        && a.without_overlaps == b.without_overlaps
                };
                a.deferrability == b.deferrability
                    && match (&a.kind, &b.kind) {
                        (ConstraintKind::PrimaryKey(a), ConstraintKind::PrimaryKey(b))
                        | (ConstraintKind::Unique(a), ConstraintKind::Unique(b)) => same_key(a, b),
                        (a, b) => a == b,
                    }
            }
            _ => false,
        }
    }
}

fn same_keys(a: &[IndexElement], b: &[IndexElement]) -> bool {
    a.len() == b.len()
        && a.iter().zip(b).all(|(a, b)| {
            a.key == b.key && a.operator_class == b.operator_class && a.collation == b.collation
        })
}

/// Puts an index or constraint on a table, and its parts on the partitions.
pub(super) fn build(
    state: &mut State,
    on: &QualifiedName,
    name: Option<Name>,
    mut built: Built,
    names: &[String],
    recurse: bool,
) -> Result<Name, Failure> {
    let (partitioned, has_primary) = match state.catalog.tables.get(on) {
        Some(table) => {
            check_partition_key(table.partition_by.as_ref(), &built)?;
            (table.partition_by.is_some(), table.primary_key().is_some())
        }
        None => (false, false),
    };
    if let Built::Constraint(constraint) = &built
        && matches!(constraint.kind, ConstraintKind::PrimaryKey(_))
        && has_primary
    {
        return Err(Failure::new(format!(
            "multiple primary keys for table \"{}\" are not allowed",
            on.name
        )));
    }
    let name = match name {
        Some(name) => {
            let full = QualifiedName::new(on.schema.clone(), name.clone());
            if state.relation_kind(&full).is_some() {
                return Err(Failure::exists("relation", name.as_str()));
            }
            if matches!(built, Built::Constraint(_)) && state.constraint_of_table(on, name.as_str())
            {
                return Err(super::not_null::taken(&name, on));
            }
            name
        }
        None => automatic_name(state, on, &built, names),
    };
    let partitions = if partitioned {
        state.children.get(on).cloned().unwrap_or_default()
    } else {
        Vec::new()
    };
    if let Built::Index(index) = &mut built {
        index.only = !recurse && !partitions.is_empty();
    }
    put(state, on, &name, &built)?;
    if partitioned {
        // The columns of an index keep their names when those of the table are renamed.
        let held = state.held_mut(on);
        held.index_columns.insert(name.clone(), names.to_vec());
    }
    if recurse {
        for partition in partitions {
            build_part(state, &partition, &name, &built, names)?;
        }
    }
    Ok(name)
}

fn put(state: &mut State, on: &QualifiedName, name: &Name, built: &Built) -> Result<(), Failure> {
    match built.clone() {
        Built::Index(index) => state.put_index(on, name.clone(), index),
        Built::Constraint(constraint) => {
            let origin = match constraint.parent {
                Some(_) => Origin::INHERITED,
                None => Origin::LOCAL,
            };
            state.put_constraint(on, name.clone(), constraint, origin)
        }
    }
}

/// Makes an index or constraint of a partition part of its parent's, or makes that part.
pub(super) fn build_part(
    state: &mut State,
    partition: &QualifiedName,
    parent: &Name,
    built: &Built,
    names: &[String],
) -> Result<(), Failure> {
    let table = state.table(partition)?;
    if table.foreign.is_some() {
        return match built {
            Built::Index(index) if !index.unique => Ok(()),
            _ => Err(Failure::new(format!(
                "cannot create unique index on partitioned table with foreign partition \"{}\"",
                partition.name
            ))),
        };
    }
    let found = match built {
        Built::Index(_) => table
            .indexes
            .iter()
            .find(|(_, index)| {
                index.parent.is_none() && built.matches(&Built::Index((*index).clone()))
            })
            .map(|(name, _)| name.clone()),
        Built::Constraint(_) => table
            .constraints
            .iter()
            .find(|(_, held)| {
                held.parent.is_none()
                    && has_index(held)
                    && built.matches(&Built::Constraint((*held).clone()))
            })
            .map(|(name, _)| name.clone()),
    };
    match found {
        Some(name) => attach(state, partition, &name, parent),
        None => {
            let copy = built.for_partition(parent);
            build(state, partition, None, copy, names, true)?;
            Ok(())
        }
    }
}

/// Marks an index or constraint of a partition as part of its parent's.
fn attach(
    state: &mut State,
    partition: &QualifiedName,
    name: &Name,
    parent: &Name,
) -> Result<(), Failure> {
    if let Some(index) = state.table_mut(partition)?.indexes.get_mut(name) {
        index.parent = Some(parent.clone());
        return Ok(());
    }
    if let Some(constraint) = state.table_mut(partition)?.constraints.get_mut(name) {
        constraint.parent = Some(parent.clone());
        let held = state.held_mut(partition);
        held.constraints.insert(name.clone(), Origin::INHERITED);
    }
    Ok(())
}

/// Makes all indexes and key constraints of a partitioned table for a new partition.
pub(super) fn build_all_parts(
    state: &mut State,
    parent: &QualifiedName,
    partition: &QualifiedName,
) -> Result<(), Failure> {
    let table = state.table(parent)?;
    let constraints = table
        .constraints
        .iter()
        .filter(|(_, held)| has_index(held))
        .map(|(name, held)| (name.clone(), Built::Constraint(held.clone())));
    let indexes = table
        .indexes
        .iter()
        .map(|(name, index)| (name.clone(), Built::Index(index.clone())));
    let all: Vec<_> = constraints.chain(indexes).collect();
    for (name, built) in all {
        let names = state
            .held
            .get(parent)
            .and_then(|held| held.index_columns.get(&name).cloned())
            .unwrap_or_else(|| built.column_names());
        build_part(state, partition, &name, &built, &names)?;
    }
    Ok(())
}

fn automatic_name(state: &State, on: &QualifiedName, built: &Built, names: &[String]) -> Name {
    let table = on.name.as_str();
    let taken = |name: &str| {
        matches!(built, Built::Constraint(_)) && state.constraint_name_taken(&on.schema, name)
    };
    let label = match built {
        Built::Index(_) => "idx",
        Built::Constraint(constraint) => match constraint.kind {
            ConstraintKind::PrimaryKey(_) => "pkey",
            ConstraintKind::Exclusion { .. } => "excl",
            _ => "key",
        },
    };
    let second = (label != "pkey").then(|| addition(names.iter().map(String::as_str)));
    state.choose_relation_name(table, second.as_deref(), label, &on.schema, &taken)
}

/// A unique index of a partitioned table must have the columns of the partition key.
fn check_partition_key(
    key: Option<&pgwright_catalog::PartitionKey>,
    built: &Built,
) -> Result<(), Failure> {
    let Some(key) = key else { return Ok(()) };
    let columns: BTreeSet<String> = match built {
        Built::Index(index) if index.unique => index
            .elements
            .iter()
            .filter_map(|element| match &element.key {
                IndexKey::Column(name) => Some(name.quoted()),
                IndexKey::Expression(_) => None,
            })
            .collect(),
        Built::Constraint(constraint) => match &constraint.kind {
            ConstraintKind::PrimaryKey(key) | ConstraintKind::Unique(key) => {
                key.columns.iter().map(Name::quoted).collect()
            }
            _ => return Ok(()),
        },
        Built::Index(_) => return Ok(()),
    };
    let missing = key.elements.iter().any(|element| {
        // A column may be followed by its collation or operator class.
        !columns
            .iter()
            .any(|column| element == column || element.starts_with(&format!("{column} ")))
    });
    if missing {
        return Err(Failure::new(
            "unique constraint on partitioned table must include all partitioning columns",
        ));
    }
    Ok(())
}

/// ALTER INDEX … ATTACH PARTITION.
pub(super) fn attach_partition(
    state: &mut State,
    parent: &QualifiedName,
    part: &QualifiedName,
) -> Result<(), Failure> {
    let table_of = |state: &State, index: &QualifiedName| {
        state
            .index_tables
            .get(index)
            .cloned()
            .ok_or_else(|| Failure::missing("relation", index.name.as_str()))
    };
    let on = table_of(state, parent)?;
    let partition = table_of(state, part)?;
    let is_partition = state
        .table(&partition)?
        .partition_of
        .as_ref()
        .is_some_and(|of| of.parent == on);
    let cannot = || {
        Failure::new(format!(
            "cannot attach index \"{}\" as a partition of index \"{}\"",
            part.name, parent.name
        ))
    };
    if !is_partition {
        return Err(cannot());
    }
    let table = state.table(&on)?;
    let of_constraint = table.constraints.contains_key(&parent.name);
    let taken = state.table(&partition)?;
    let already = if of_constraint {
        let same = |(name, held): (&Name, &Constraint)| {
            held.parent.as_ref() == Some(&parent.name) && *name != part.name
        };
        if !taken.constraints.contains_key(&part.name) {
            return Err(cannot());
        }
        taken.constraints.iter().any(same)
    } else {
        let same = |(name, held): (&Name, &Index)| {
            held.parent.as_ref() == Some(&parent.name) && *name != part.name
        };
        taken.indexes.iter().any(same)
    };
    if already {
        return Err(cannot());
    }
    attach(state, &partition, &part.name, &parent.name)?;
    // The parent's index is complete when every partition has its part.
    let partitions = state.children.get(&on).cloned().unwrap_or_default();
    let complete = partitions.iter().all(|partition| {
        state.catalog.tables.get(partition).is_some_and(|table| {
            table
                .indexes
                .values()
                .any(|index| index.parent.as_ref() == Some(&parent.name) && !index.only)
        })
    });
    if complete && let Some(index) = state.table_mut(&on)?.indexes.get_mut(&parent.name) {
        index.only = false;
    }
    Ok(())
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
