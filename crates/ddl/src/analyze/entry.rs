//! Expressions that stand in definitions: checks, defaults, indexes, policies, triggers, domains, bounds.

use std::sync::Arc;

use pg_query::NodeEnum;
use pg_query::protobuf::Node;

use super::coerce::{assign, coerce_to_boolean};
use super::environment::{Environment, Relation};
use super::error::Undecided;
use super::state::{ExprKind, NamespaceItem, ParseState};
use super::tree::{Alias, CoercionForm, Const, Expr, RangeTableEntry, RelationRte, RteKind, Type};
use super::types::is_polymorphic;

/// Where an expression of a definition stands: what it can refer to, and what it is coerced to.
#[derive(Debug, Clone)]
pub enum Place {
    /// A CHECK constraint of a table.
    Check(Arc<Relation>),
    /// USING or WITH CHECK of a policy.
    Policy(Arc<Relation>),
    /// WHERE of an index, an exclusion constraint or a publication.
    Predicate(Arc<Relation>),
    /// WHEN of a trigger, over `old` and `new`.
    TriggerWhen(Arc<Relation>),
    /// An element of an index, a partition key or a statistics object.
    Element(Arc<Relation>),
    /// GENERATED ALWAYS AS of a column with a type and modifier.
    Generated(Arc<Relation>, Type, i32),
    /// DEFAULT of a column, domain or composite attribute with a type and modifier.
    Default(Type, i32),
    /// DEFAULT of a function's argument of a type.
    ArgumentDefault(Type),
    /// CHECK of a domain over a type and modifier.
    DomainCheck(Type, i32),
}

/// An analysed expression, with the relations that its columns belong to.
#[derive(Debug, Clone, PartialEq)]
pub struct Analyzed {
    /// The expression.
    pub expr: Expr,
    /// What its Vars number.
    pub relations: Vec<RangeTableEntry>,
}

/// Analyses the text of an expression.
///
/// # Errors
/// When the text is no expression, or something in it cannot be decided.
pub fn expression(env: &dyn Environment, sql: &str, place: &Place) -> Result<Analyzed, Undecided> {
    let node = parse_expression(sql)?;
    expression_node(env, &node, place)
}

/// The raw tree of an expression.
pub(crate) fn parse_expression(sql: &str) -> Result<Node, Undecided> {
    let unreadable = || Undecided::new(format!("\"{sql}\" is no expression"));
    // A line break ends a comment that the text may end in.
    let statements =
        crate::parse::statements(&format!("SELECT ({sql}\n)")).map_err(|_| unreadable())?;
    let mut statements = statements.into_iter();
    let (Some(statement), None) = (statements.next(), statements.next()) else {
        return Err(unreadable());
    };
    let Some(NodeEnum::SelectStmt(select)) = statement.stmt.and_then(|n| n.node) else {
        return Err(unreadable());
    };
    let mut targets = select.target_list.into_iter();
    match (targets.next().and_then(|n| n.node), targets.next()) {
        (Some(NodeEnum::ResTarget(target)), None) => target.val.map(|n| *n).ok_or_else(unreadable),
        _ => Err(unreadable()),
    }
}

/// Analyses the raw tree of an expression.
pub(crate) fn expression_node(
    env: &dyn Environment,
    node: &Node,
    place: &Place,
) -> Result<Analyzed, Undecided> {
    let mut state = ParseState::new(env, None);
    let expr = match place {
        Place::Check(relation) => {
            add_relation(&mut state, relation, None);
            state.condition(node, ExprKind::CheckConstraint, "CHECK")?
        }
        Place::Policy(relation) => {
            add_relation(&mut state, relation, None);
            state.condition(node, ExprKind::Policy, "POLICY")?
        }
        Place::Predicate(relation) => {
            add_relation(&mut state, relation, None);
            state.condition(node, ExprKind::IndexPredicate, "WHERE")?
        }
        Place::TriggerWhen(relation) => {
            add_relation(&mut state, relation, Some("old"));
            add_relation(&mut state, relation, Some("new"));
            state.condition(node, ExprKind::TriggerWhen, "WHEN")?
        }
        Place::Element(relation) => {
            add_relation(&mut state, relation, None);
            let mut expr = state.expression(node, ExprKind::IndexExpression)?;
            // COLLATE around the whole is a property of the element.
            while let Expr::Collate(collate) = expr {
                expr = collate.argument;
            }
            expr
        }
        Place::Generated(relation, data_type, typmod) => {
            add_relation(&mut state, relation, None);
            let expr = state.expression(node, ExprKind::GeneratedColumn)?;
            assign(env, expr, data_type, *typmod, "column")?
        }
        Place::Default(data_type, typmod) => {
            let expr = state.expression(node, ExprKind::ColumnDefault)?;
            assign(env, expr, data_type, *typmod, "column")?
        }
        Place::ArgumentDefault(data_type) => {
            let expr = state.expression(node, ExprKind::FunctionDefault)?;
            if is_polymorphic(data_type) {
                expr
            } else {
                assign(env, expr, data_type, -1, "argument")?
            }
        }
        Place::DomainCheck(data_type, typmod) => {
            state.domain_value = Some((data_type.clone(), *typmod));
            let expr = state.expression(node, ExprKind::DomainCheck)?;
            coerce_to_boolean(env, expr, "CHECK")?
        }
    };
    Ok(Analyzed {
        expr,
        relations: state.range_table,
    })
}

/// The range table entry of a relation outside of FROM.
pub(crate) fn relation_entry(relation: &Relation, alias: Option<&str>) -> RangeTableEntry {
    let name = alias.unwrap_or(&relation.name);
    RangeTableEntry {
        kind: RteKind::Relation(RelationRte {
            schema: relation.schema.clone(),
            name: relation.name.clone(),
            kind: relation.kind,
            inherited: false,
            sample: None,
        }),
        alias: alias.map(|alias| Alias {
            name: alias.to_owned(),
            columns: Vec::new(),
        }),
        eref: Alias {
            name: name.to_owned(),
            columns: relation
                .columns
                .iter()
                .map(|c| c.name.as_ref().to_owned())
                .collect(),
        },
        columns: relation.columns.clone(),
        lateral: false,
        in_from: false,
    }
}

fn add_relation(state: &mut ParseState<'_>, relation: &Relation, alias: Option<&str>) {
    let entry = relation_entry(relation, alias);
    let rtindex = state.range_table.len() + 1;
    state
        .namespace
        .push(NamespaceItem::of_entry(rtindex, &entry));
    state.range_table.push(entry);
}

/// The value of a partition's bound for a key of a type: a constant, which is printed without a cast.
///
/// # Errors
/// When the value would have to be computed.
pub fn bound(
    env: &dyn Environment,
    sql: &str,
    data_type: &Type,
    typmod: i32,
) -> Result<Const, Undecided> {
    bound_node(env, &parse_expression(sql)?, data_type, typmod)
}

/// The same of a raw tree.
pub(crate) fn bound_node(
    env: &dyn Environment,
    node: &Node,
    data_type: &Type,
    typmod: i32,
) -> Result<Const, Undecided> {
    let mut state = ParseState::new(env, None);
    let expr = state.expression(node, ExprKind::PartitionBound)?;
    let expr = assign(env, expr, data_type, typmod, "partition bound")?;
    let mut constant =
        evaluate(&expr).ok_or_else(|| Undecided::new("a partition bound that is computed"))?;
    constant.data_type = data_type.clone();
    constant.typmod = typmod;
    Ok(constant)
}

/// The constant that casts around a constant make, where they do not change its text.
fn evaluate(expr: &Expr) -> Option<Const> {
    match expr {
        Expr::Const(constant) => Some(constant.clone()),
        Expr::RelabelType(cast) | Expr::CoerceToDomain(cast) => evaluate(&cast.argument),
        Expr::Collate(collate) => evaluate(&collate.argument),
        Expr::FuncExpr(call) if call.form != CoercionForm::ExplicitCall => {
            let constant = evaluate(call.arguments.first()?)?;
            same_text(&constant, &call.data_type, call.length_coercion()).then_some(constant)
        }
        _ => None,
    }
}

/// Whether a cast leaves the text of a constant as it is.
fn same_text(constant: &Const, target: &Type, typmod: Option<i32>) -> bool {
    let Some(value) = constant.value.as_deref() else {
        return true;
    };
    let integer = |t: &Type| matches!(*t, Type::INT2 | Type::INT4 | Type::INT8);
    let from = &constant.data_type;
    if integer(from) {
        return integer(target) || *target == Type::NUMERIC;
    }
    match *target {
        // Not longer than what it would be cut to.
        Type::VARCHAR => typmod.is_none_or(|m| value.chars().count() as i64 <= i64::from(m) - 4),
        Type::BPCHAR => typmod.is_none_or(|m| value.chars().count() as i64 == i64::from(m) - 4),
        Type::TEXT => matches!(*from, Type::TEXT | Type::VARCHAR | Type::NAME),
        Type::TIMESTAMP | Type::TIMESTAMPTZ | Type::TIME | Type::TIMETZ => {
            from == target && !value.contains('.')
        }
        _ => false,
    }
}
