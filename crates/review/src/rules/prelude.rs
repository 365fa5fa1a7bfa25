//! What most rules need.

pub(crate) use std::collections::{BTreeMap, BTreeSet};

pub(crate) use pgwright_catalog::{
    Column, Constraint, ConstraintKind, Expression, Grant, Index, IndexElement, IndexKey, Name,
    ObjectId, Privilege, QualifiedName, ReferentialAction,
};
pub(crate) use pgwright_ddl::expr::Expr;

pub(crate) use crate::context::{Context, TableView, element_column};
pub(crate) use crate::expression::{self, is_text};
pub(crate) use crate::finding::Certainty;
pub(crate) use crate::finding::Severity::{Error, Info, Warning};
pub(crate) use crate::fix::Change;
pub(crate) use crate::purpose::Purpose;
pub(crate) use crate::rule::{Check, Report, Rule};
pub(crate) use crate::words::{count, last_word, list, referenced_thing, words};
