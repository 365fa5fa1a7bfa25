//! What rules about statements need.

pub(crate) use pgwright_catalog::{ConstraintKind, IndexKey, ObjectId, QualifiedName, TypeKind};
pub(crate) use pgwright_ddl::expr::Expr;
pub(crate) use pgwright_ddl::read::{Action, Command, ConstraintForm, ObjectForm, WrittenName};

pub(crate) use crate::expression;
pub(crate) use crate::finding::Certainty;
pub(crate) use crate::finding::Severity::{Error, Info, Warning};
pub(crate) use crate::migration::{StatementContext, Target};
pub(crate) use crate::rule::{Check, Evidence, Report, Rule};
pub(crate) use crate::words::list;

/// A name from its parts.
pub(crate) fn written(path: &[String]) -> WrittenName {
    match path {
        [.., schema, name] => WrittenName {
            schema: Some(schema.clone()),
            name: name.clone(),
        },
        [name] => WrittenName {
            schema: None,
            name: name.clone(),
        },
        [] => WrittenName::default(),
    }
}
