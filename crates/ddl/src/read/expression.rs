//! Expressions as the server stores them. Handlers know only this file: how an expression is analysed
//! is decided here.

use pg_query::NodeEnum;
use pg_query::protobuf::{Node, ParseResult, RawStmt, ResTarget, SelectStmt};
use pgwright_catalog::{Expression, QualifiedName};

use super::failure::Failure;
use super::state::State;
use crate::analyze::ExprKind;

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// What it is for.
    pub(super) kind: ExprKind,
    /// The relation whose columns it can name.
    pub(super) relation: Option<&'a QualifiedName>,
    /// The columns of a relation that is being made, by name and type, when it is not in the state yet.
    pub(super) columns: &'a [pgwright_catalog::Column],
    /// The type that its value is assigned to, as `format_type` prints it.
    pub(super) wanted: Option<&'a str>,
    /// The type of `VALUE`, in the check of a domain.
    pub(super) value: Option<&'a str>,
}

impl<'a> Context<'a> {
    /// An expression of that kind, with no columns to name.
    pub(super) fn new(kind: ExprKind) -> Self {
        Self {
            kind,
            relation: None,
            columns: &[],
            wanted: None,
            value: None,
        }
    }

    /// The same over the columns of a relation.
    pub(super) fn over(mut self, relation: &'a QualifiedName) -> Self {
        self.relation = Some(relation);
        self
    }

    /// The same over the columns of a relation that is not in the state yet.
    pub(super) fn columns(mut self, columns: &'a [pgwright_catalog::Column]) -> Self {
        self.columns = columns;
        self
    }

    /// The same, assigned to a type.
    pub(super) fn wanted(mut self, data_type: &'a str) -> Self {
        self.wanted = Some(data_type);
        self
    }

    /// The same, with `VALUE` of a type.
    pub(super) fn value(mut self, data_type: &'a str) -> Self {
        self.value = Some(data_type);
        self
    }
}

impl State {
    /// An expression as the server stores it and prints it, without outer parentheses.
    pub(super) fn expression(
        &self,
        node: &Node,
        context: &Context<'_>,
    ) -> Result<Expression, Failure> {
        let _ = context;
        Ok(Expression::new(written(node)?))
    }
}

/// The text of an expression as it is written, printed anew.
pub(super) fn written(node: &Node) -> Result<String, Failure> {
    let target = ResTarget {
        val: Some(Box::new(node.clone())),
        ..ResTarget::default()
    };
    let select = SelectStmt {
        target_list: vec![Node {
            node: Some(NodeEnum::ResTarget(Box::new(target))),
        }],
        ..SelectStmt::default()
    };
    let text = written_statement(NodeEnum::SelectStmt(Box::new(select)))?;
    Ok(text
        .strip_prefix("SELECT ")
        .unwrap_or(&text)
        .trim()
        .to_owned())
}

/// The text of a statement as it is written, printed anew.
pub(super) fn written_statement(node: NodeEnum) -> Result<String, Failure> {
    let raw = RawStmt {
        stmt: Some(Box::new(Node { node: Some(node) })),
        ..RawStmt::default()
    };
    ParseResult {
        version: 0,
        stmts: vec![raw],
    }
    .deparse(Default::default())
    .map_err(|error| Failure::new(error.to_string()))
}
