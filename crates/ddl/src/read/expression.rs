//! Expressions as the server stores them. Handlers know only this file: how an expression is analysed
//! is decided here.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{
    LimitOption, Node, ParseResult, RawStmt, ResTarget, SelectStmt, SetOperation,
};
use pgwright_catalog::{Expression, Name, ObjectId, QualifiedName};

use super::failure::Failure;
use super::names::strings;
use super::note::NoteKind;
use super::state::State;
use super::table::index::columns_of_relation;
use crate::analyze::deparse::{
    deparse_bound_value, deparse_element, deparse_expression, deparse_expression_flat,
    deparse_trigger_condition,
};
use crate::analyze::tree::Expr;
use crate::analyze::types::format_type;
use crate::analyze::walk::{Part, expr_parts};
use crate::analyze::{
    self, CatalogEnvironment, Environment, ExprKind, Place, Rename, Undecided, bound_node,
    expression_node, parse_expression, parse_type, references_of_expression, rename_in_expression,
};

/// Where an expression stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct Context<'a> {
    /// What it is for.
    pub(super) kind: ExprKind,
    /// The relation whose columns it can name.
    pub(super) relation: Option<&'a QualifiedName>,
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
            wanted: None,
            value: None,
        }
    }

    /// The same over the columns of a relation.
    pub(super) fn over(mut self, relation: &'a QualifiedName) -> Self {
        self.relation = Some(relation);
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

/// An expression as the server stores it, with what is known of it besides.
#[derive(Debug, Clone)]
pub(super) struct Stored {
    /// Its text, printed by the server's rules.
    pub(super) text: String,
    /// Its text as an element of an index or partition key: in parentheses unless it is a call.
    pub(super) element: String,
    /// Its type, as `format_type` prints it, when known.
    pub(super) data_type: Option<String>,
    /// What it refers to.
    pub(super) uses: BTreeSet<ObjectId>,
    /// It is a NULL, and nothing else.
    pub(super) is_null: bool,
}

impl State {
    /// An expression as the server stores it and prints it, without outer parentheses.
    pub(super) fn expression(
        &self,
        node: &Node,
        context: &Context<'_>,
    ) -> Result<Expression, Failure> {
        Ok(self.expression_and_uses(node, context)?.0)
    }

    /// The same, with what it refers to.
    pub(super) fn expression_and_uses(
        &self,
        node: &Node,
        context: &Context<'_>,
    ) -> Result<(Expression, BTreeSet<ObjectId>), Failure> {
        let stored = self.stored(node, context)?;
        // A default stands as it is printed, all others without the parentheses around them.
        let text = match context.kind {
            ExprKind::ColumnDefault | ExprKind::FunctionDefault => stored.text,
            _ => strip_parentheses(&stored.text).to_owned(),
        };
        Ok((Expression::new(text), stored.uses))
    }

    /// The same, with the columns of the relation that it names.
    pub(super) fn expression_with_columns(
        &self,
        node: &Node,
        context: &Context<'_>,
    ) -> Result<(Expression, BTreeSet<Name>, BTreeSet<ObjectId>), Failure> {
        let (expression, uses) = self.expression_and_uses(node, context)?;
        let mut columns = BTreeSet::new();
        if let (Some(node), Some(relation)) = (node.node.as_ref(), context.relation) {
            let known = columns_of_relation(self, relation);
            column_names(node, &mut |name| {
                if let Some(column) = known.iter().find(|column| column.name.as_str() == name) {
                    columns.insert(column.name.clone());
                }
            });
        }
        Ok((expression, columns, uses))
    }

    /// The same, with its type.
    pub(super) fn expression_and_type(
        &self,
        node: &Node,
        context: &Context<'_>,
    ) -> Result<(Expression, Option<String>, BTreeSet<ObjectId>), Failure> {
        let stored = self.stored(node, context)?;
        let text = strip_parentheses(&stored.text).to_owned();
        Ok((Expression::new(text), stored.data_type, stored.uses))
    }

    /// An element of a partition key, and its type.
    pub(super) fn element_text(
        &self,
        node: &Node,
        context: &Context<'_>,
    ) -> Result<(String, Option<String>), Failure> {
        let stored = self.stored(node, context)?;
        Ok((stored.element, stored.data_type))
    }

    /// The type of an expression in text, over the columns of a relation, when it is known.
    pub(super) fn type_of_text(&self, sql: &str, relation: &QualifiedName) -> Option<String> {
        let path = self.visible_schemas();
        let environment = CatalogEnvironment::new(&self.catalog, &texts(&path));
        let place = place(
            &environment,
            &Context::new(ExprKind::IndexExpression).over(relation),
        )
        .ok()?;
        let analyzed = analyze::expression(&environment, sql, &place).ok()?;
        Some(format_type(&analyzed.expr.data_type(), None))
    }

    /// A value of a partition's bound, as the server prints it.
    pub(super) fn bound_value(
        &self,
        node: &Node,
        data_type: Option<&str>,
    ) -> Result<String, Failure> {
        if let Some(data_type) = data_type {
            let path = self.visible_schemas();
            let environment = CatalogEnvironment::new(&self.catalog, &texts(&path));
            let constant = parse_type(&environment, data_type)
                .and_then(|(wanted, typmod)| bound_node(&environment, node, &wanted, typmod));
            match constant {
                Ok(constant) => return Ok(deparse_bound_value(&constant)),
                Err(undecided) => self.note(
                    NoteKind::Undecided,
                    undecided.what,
                    Some("the bound is kept as it is written".to_owned()),
                ),
            }
        }
        written(node)
    }

    /// An expression that is held in the catalog, read anew: after a type or a name has changed.
    pub(super) fn read_again(
        &self,
        text: &Expression,
        context: &Context<'_>,
    ) -> Result<Expression, Failure> {
        match parse_expression(text.sql()) {
            Ok(node) => self.expression(&node, context),
            Err(_) => Ok(text.clone()),
        }
    }

    /// An expression that is held in the catalog, after something it names has another name; `None` when
    /// it does not change, or cannot be understood.
    pub(super) fn renamed(
        &self,
        text: &Expression,
        context: &Context<'_>,
        rename: &Rename,
    ) -> Option<Expression> {
        let none: [&str; 0] = [];
        let environment = CatalogEnvironment::new(&self.catalog, &none);
        let place = place(&environment, context).ok()?;
        let mut analyzed = analyze::expression(&environment, text.sql(), &place).ok()?;
        rename_in_expression(&mut analyzed.expr, &mut analyzed.relations, rename);
        let printed = match context.kind {
            ExprKind::TriggerWhen => deparse_trigger_condition(&analyzed.expr, &analyzed.relations),
            _ => deparse_expression(&analyzed.expr, &analyzed.relations),
        };
        let printed = Expression::new(strip_parentheses(&printed.ok()?));
        (printed != *text).then_some(printed)
    }

    /// An expression as the server stores it, or, where something in it is not known, as it is written.
    pub(super) fn stored(&self, node: &Node, context: &Context<'_>) -> Result<Stored, Failure> {
        let path = self.visible_schemas();
        let environment = CatalogEnvironment::new(&self.catalog, &texts(&path));
        let stored = place(&environment, context).and_then(|place| {
            let analyzed = expression_node(&environment, node, &place)?;
            let text = match context.kind {
                ExprKind::TriggerWhen => {
                    deparse_trigger_condition(&analyzed.expr, &analyzed.relations)?
                }
                ExprKind::FunctionDefault => {
                    deparse_expression_flat(&analyzed.expr, &analyzed.relations)?
                }
                _ => deparse_expression(&analyzed.expr, &analyzed.relations)?,
            };
            let element = match context.kind {
                ExprKind::PartitionExpression => {
                    deparse_element(&analyzed.expr, &analyzed.relations)?
                }
                _ => String::new(),
            };
            let uses =
                self.referred(&references_of_expression(&analyzed.expr, &analyzed.relations));
            let stored = Stored {
                text,
                element,
                data_type: Some(format_type(&analyzed.expr.data_type(), None)),
                uses,
                is_null: matches!(&analyzed.expr, Expr::Const(constant) if constant.value.is_none()),
            };
            Ok((stored, analyzed.expr))
        });
        match stored {
            Ok((stored, expr)) => {
                refuse_mutable(context.kind, &expr)?;
                Ok(stored)
            }
            Err(undecided) => {
                if let Some(failure) = self.refused(&undecided) {
                    return Err(failure);
                }
                let text = written(node)?;
                self.note(
                    NoteKind::Undecided,
                    format!("{}: {text}", undecided.what),
                    Some("the expression is kept as it is written".to_owned()),
                );
                let call = matches!(node.node, Some(NodeEnum::FuncCall(_)));
                let element = if call {
                    text.clone()
                } else {
                    format!("({text})")
                };
                Ok(Stored {
                    text,
                    element,
                    data_type: None,
                    uses: BTreeSet::new(),
                    is_null: false,
                })
            }
        }
    }
}

fn texts(path: &[Name]) -> Vec<&str> {
    path.iter().map(Name::as_str).collect()
}

/// Where the analysis is told that an expression stands.
fn place(environment: &CatalogEnvironment<'_>, context: &Context<'_>) -> Result<Place, Undecided> {
    let relation = || {
        context
            .relation
            .and_then(|name| environment.relation(Some(name.schema.as_str()), name.name.as_str()))
            .ok_or_else(|| Undecided::new("the columns of the relation are not known"))
    };
    let wanted = |text: Option<&str>| match text {
        Some(text) => parse_type(environment, text),
        None => Err(Undecided::new("the type is not known")),
    };
    Ok(match context.kind {
        ExprKind::CheckConstraint => Place::Check(relation()?),
        ExprKind::Policy => Place::Policy(relation()?),
        ExprKind::IndexPredicate => Place::Predicate(relation()?),
        ExprKind::TriggerWhen => Place::TriggerWhen(relation()?),
        ExprKind::GeneratedColumn => {
            let (data_type, typmod) = wanted(context.wanted)?;
            Place::Generated(relation()?, data_type, typmod)
        }
        ExprKind::ColumnDefault => {
            let (data_type, typmod) = wanted(context.wanted)?;
            Place::Default(data_type, typmod)
        }
        ExprKind::FunctionDefault => Place::ArgumentDefault(wanted(context.wanted)?.0),
        ExprKind::DomainCheck => {
            let (data_type, typmod) = wanted(context.value)?;
            Place::DomainCheck(data_type, typmod)
        }
        _ => Place::Element(relation()?),
    })
}

/// Whether an expression calls what may give another value tomorrow. A function of the user's is
/// trusted: the server looks into the body of one that is a single SELECT.
fn is_mutable(expr: &Expr) -> bool {
    let own = match expr {
        Expr::FuncExpr(call) => call.function.oid != 0 && call.function.volatility != b'i',
        Expr::SqlValueFunction(_) => true,
        _ => false,
    };
    let mut found = own;
    expr_parts(expr, &mut |part| {
        if let Part::Expr(expr) = part {
            found |= is_mutable(expr);
        }
    });
    found
}

/// Refuses what an index, a partition key or a generated column cannot be made of.
fn refuse_mutable(kind: ExprKind, expr: &Expr) -> Result<(), Failure> {
    let what = match kind {
        ExprKind::IndexExpression => "functions in index expression must be marked IMMUTABLE",
        ExprKind::IndexPredicate => "functions in index predicate must be marked IMMUTABLE",
        ExprKind::PartitionExpression => {
            "functions in partition key expression must be marked IMMUTABLE"
        }
        ExprKind::GeneratedColumn => "generation expression is not immutable",
        _ => return Ok(()),
    };
    if is_mutable(expr) {
        return Err(Failure::new(what));
    }
    Ok(())
}

/// Gives the last part of every column reference of a raw tree to `f`; sub-selects are not entered.
fn column_names(node: &NodeEnum, f: &mut dyn FnMut(&str)) {
    if let NodeEnum::ColumnRef(column) = node
        && let Some(name) = strings(&column.fields).last()
    {
        f(name);
    }
    for child in crate::tree::children(node) {
        if !matches!(child, NodeEnum::SelectStmt(_)) {
            column_names(child, f);
        }
    }
}

/// The last parts of the column references of an expression in text; those of sub-selects left out.
pub(super) fn columns_in_text(sql: &str) -> BTreeSet<Name> {
    let mut columns = BTreeSet::new();
    if let Ok(node) = parse_expression(sql)
        && let Some(node) = node.node.as_ref()
    {
        column_names(node, &mut |name| {
            columns.insert(Name::new(name));
        });
    }
    columns
}

/// `((a > 0))` → `a > 0`, and `(a) + (b)` stays: parentheses go only where they enclose everything.
pub(super) fn strip_parentheses(text: &str) -> &str {
    let mut text = text.trim();
    while let Some(inside) = enclosed(text) {
        text = inside.trim();
    }
    text
}

/// The inside of parentheses that enclose all of a text.
fn enclosed(text: &str) -> Option<&str> {
    let inside = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 1_i32;
    let mut characters = text.char_indices().skip(1).peekable();
    let mut before = '(';
    while let Some((at, character)) = characters.next() {
        match character {
            '(' => depth += 1,
            ')' => {
                depth -= 1;
                if depth == 0 {
                    return (at + 1 == text.len()).then_some(inside);
                }
            }
            '\'' | '"' => {
                let escapes = character == '\'' && before == 'E';
                let mut escaped = false;
                for (_, other) in characters.by_ref() {
                    match other {
                        _ if escaped => escaped = false,
                        '\\' if escapes => escaped = true,
                        _ if other == character => break,
                        _ => {}
                    }
                }
            }
            _ => {}
        }
        before = character;
    }
    None
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
        // The printer refuses values that no parser gives.
        limit_option: LimitOption::Default.into(),
        op: SetOperation::SetopNone.into(),
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
