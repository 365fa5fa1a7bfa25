//! Queries as the server stores them: those of views, materialized views and function bodies.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, SelectStmt};
use pgwright_catalog::{
    Name, ObjectId, OperatorSignature, QualifiedName, RoutineSignature, ViewColumn,
};

use super::{access, extension};
use crate::analyze::types::format_type;
use crate::analyze::{
    CatalogEnvironment, Qualified, References, Undecided, deparse, name_output_columns,
    output_columns, output_names, query_node, references_of_query,
};
use crate::read::expression;
use crate::read::failure::Failure;
use crate::read::note::NoteKind;
use crate::read::state::State;

/// A query as it is stored.
#[derive(Debug, Default)]
pub(super) struct Stored {
    /// Its text, without a semicolon at the end.
    pub text: String,
    /// Its output columns.
    pub columns: Vec<ViewColumn>,
    /// What it speaks of.
    pub needed: BTreeSet<ObjectId>,
}

impl State {
    /// What names mean at this point of the text, for an analysis.
    pub(in crate::read) fn environment(&self) -> CatalogEnvironment<'_> {
        let mut path = vec![Name::new(crate::read::state::TEMPORARY_SCHEMA)];
        path.extend(self.visible_schemas());
        let path: Vec<&str> = path.iter().map(Name::as_str).collect();
        CatalogEnvironment::new(&self.catalog, &path)
    }

    /// The query of a view, whose first columns may be given names.
    pub(super) fn stored_query(
        &self,
        node: &NodeEnum,
        names: &[String],
    ) -> Result<Stored, Failure> {
        let analysed = self.analysed_query(node, names);
        match analysed {
            Ok(stored) => Ok(stored),
            Err(undecided) => {
                if let Some(failure) = self.refused(&undecided) {
                    return Err(failure);
                }
                self.note(
                    NoteKind::Undecided,
                    format!("the query is kept as it is written: {undecided}"),
                    None,
                );
                Ok(Stored {
                    text: expression::written_statement(node.clone())?,
                    columns: written_columns(node, names),
                    needed: BTreeSet::new(),
                })
            }
        }
    }

    fn analysed_query(&self, node: &NodeEnum, names: &[String]) -> Result<Stored, Undecided> {
        let environment = self.environment();
        let mut query = query_node(node, &environment)?;
        name_output_columns(&mut query, names);
        let text = deparse::deparse_query(&query, Some(&output_names(&query)))?;
        let columns = output_columns(&query)
            .into_iter()
            .map(|column| ViewColumn {
                name: Name::new(column.name.to_string()),
                data_type: Some(format_type(&column.data_type, Some(column.typmod))),
                ..ViewColumn::default()
            })
            .collect();
        Ok(Stored {
            // The server begins with a blank; definitions are held without it.
            text: text.trim().to_owned(),
            columns,
            needed: self.referred(&references_of_query(&query)),
        })
    }

    /// The objects of the catalog that a tree refers to.
    pub(in crate::read) fn referred(&self, references: &References) -> BTreeSet<ObjectId> {
        let mut needed = BTreeSet::new();
        let name = |(schema, name): &Qualified| QualifiedName::new(&**schema, &**name);
        for relation in &references.relations {
            let name = name(relation);
            needed.extend(
                self.relation_kind(&name)
                    .and_then(|kind| self.relation_id(&name, kind)),
            );
        }
        for (relation, column) in &references.columns {
            let id = ObjectId::Column(name(relation), Name::new(&**column));
            if self.relation_kind(&name(relation)).is_some() {
                needed.insert(id);
            }
        }
        for (function, arguments) in &references.functions {
            let signature = RoutineSignature::new(
                name(function),
                arguments.iter().map(|argument| format_type(argument, None)),
            );
            let routine = ObjectId::Routine(signature.clone());
            let aggregate = ObjectId::Aggregate(signature);
            needed.extend(
                [routine, aggregate]
                    .into_iter()
                    .find(|id| access::exists(&self.catalog, id)),
            );
        }
        for (operator, left, right) in &references.operators {
            let signature = OperatorSignature {
                name: name(operator),
                left: left.as_ref().map(|left| format_type(left, None)),
                right: Some(format_type(right, None)),
            };
            if self.catalog.operators.contains_key(&signature) {
                needed.insert(ObjectId::Operator(signature));
            }
        }
        for data_type in &references.types {
            needed.extend(self.type_object(&name(data_type).quoted()));
        }
        for collation in &references.collations {
            let id = ObjectId::Collation(name(collation));
            if access::exists(&self.catalog, &id) {
                needed.insert(id);
            }
        }
        needed
    }

    /// What could not be decided may be what the server refuses: a name that nothing can bring.
    pub(in crate::read) fn refused(&self, undecided: &Undecided) -> Option<Failure> {
        let what = undecided.what.strip_suffix(" is not known")?;
        let (kind, name) = what.split_once(' ')?;
        if self.may_be_there(kind, name) {
            return None;
        }
        match kind {
            "relation" | "column" | "type" | "function" => {
                Some(Failure::new(format!("{kind} {name} does not exist")))
            }
            _ => None,
        }
    }

    /// Whether something that the text has not made may be there all the same: an extension brings it, or
    /// a statement was not understood.
    fn may_be_there(&self, kind: &str, name: &str) -> bool {
        let bare = name.trim_matches('"');
        let bare = bare.split('(').next().unwrap_or(bare);
        let uncertain = self
            .notes
            .borrow()
            .iter()
            .any(|note| note.kind == NoteKind::NotUnderstood);
        uncertain
            || kind == "column" && self.has_unknown_columns()
            || extension::is_member(self, kind, bare)
            || ["pg_catalog.", "information_schema."]
                .iter()
                .any(|own| bare.starts_with(own))
    }

    /// Whether there is a view whose columns could not be told.
    fn has_unknown_columns(&self) -> bool {
        self.notes
            .borrow()
            .iter()
            .any(|note| note.kind == NoteKind::Undecided)
    }
}

/// The names of the output columns as far as the text tells them, without types.
fn written_columns(node: &NodeEnum, names: &[String]) -> Vec<ViewColumn> {
    let mut columns = Vec::new();
    if let Some(select) = first_select(node) {
        for target in &select.target_list {
            let Some(NodeEnum::ResTarget(target)) = target.node.as_ref() else {
                continue;
            };
            let name = if target.name.is_empty() {
                match target.val.as_deref() {
                    Some(value) => written_name(value),
                    None => continue,
                }
            } else {
                target.name.clone()
            };
            columns.push(name);
        }
    }
    for (place, name) in names.iter().enumerate() {
        match columns.get_mut(place) {
            Some(column) => column.clone_from(name),
            None => columns.push(name.clone()),
        }
    }
    columns
        .into_iter()
        .map(|name| ViewColumn {
            name: Name::new(name),
            ..ViewColumn::default()
        })
        .collect()
}

/// The SELECT that names the columns: the first operand of UNION and its like.
fn first_select(node: &NodeEnum) -> Option<&SelectStmt> {
    let NodeEnum::SelectStmt(select) = node else {
        return None;
    };
    let mut select: &SelectStmt = select;
    while let Some(left) = select.larg.as_deref() {
        select = left;
    }
    Some(select)
}

/// The name that a column gets from its expression.
fn written_name(value: &Node) -> String {
    crate::analyze::column_name::column_name(value, None)
}
