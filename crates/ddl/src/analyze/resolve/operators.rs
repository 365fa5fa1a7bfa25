//! Operators: which one a name with operands means, and the operators that order and compare a type.

use std::sync::Arc;

use super::candidates::{Candidate, match_arguments, select_candidate};
use super::coerce_arguments;
use crate::analyze::coerce::enforce_consistency;
use crate::analyze::environment::Environment;
use crate::analyze::error::Undecided;
use crate::analyze::system::catalog;
use crate::analyze::tree::{Expr, OpExpr, Operator, ScalarArrayOp, Type};
use crate::analyze::types::{
    array_type, base_element_type, base_type, element_type, format_type, is_composite, is_enum,
    is_polymorphic_family_1, is_polymorphic_family_2, range_of_multirange, range_subtype,
};

/// An operator as a candidate.
struct OperatorCandidate {
    operator: Arc<Operator>,
    arguments: Vec<Type>,
}

impl Candidate for OperatorCandidate {
    fn arguments(&self) -> &[Type] {
        &self.arguments
    }
}

/// All operators of a name, the system's first.
pub(crate) fn operator_named(env: &dyn Environment, name: &[&str]) -> Vec<Arc<Operator>> {
    let (schema, name) = match name {
        [name] => (None, *name),
        [schema, name] | [_, schema, name] => (Some(*schema), *name),
        _ => return Vec::new(),
    };
    match schema {
        Some("pg_catalog") => catalog().operators(name).to_vec(),
        Some(_) => env.operators(schema, name),
        None => {
            let mut all = catalog().operators(name).to_vec();
            all.extend(env.operators(None, name));
            all
        }
    }
}

/// The binary operator of a name for operands of two types (`oper`).
pub(crate) fn find_binary(
    env: &dyn Environment,
    name: &[&str],
    left: &Type,
    right: &Type,
) -> Result<Arc<Operator>, Undecided> {
    let all = operator_named(env, name);
    if let Some(exact) = exact_binary(env, &all, left, right) {
        return Ok(exact);
    }
    let candidates = all
        .into_iter()
        .filter_map(|operator| {
            let arguments = vec![operator.left.clone()?, operator.right.clone()];
            Some(OperatorCandidate {
                operator,
                arguments,
            })
        })
        .collect();
    choose(env, name, &[left.clone(), right.clone()], candidates)
}

fn exact_binary(
    env: &dyn Environment,
    all: &[Arc<Operator>],
    left: &Type,
    right: &Type,
) -> Option<Arc<Operator>> {
    let exact = |left: &Type, right: &Type| {
        all.iter()
            .find(|o| o.left.as_ref() == Some(left) && o.right == *right)
            .cloned()
    };
    // An unknown operand is assumed to have the type of the other.
    let (left, right, assumed) = match (left, right) {
        (&Type::UNKNOWN, other) => (other, other, true),
        (other, &Type::UNKNOWN) => (other, other, true),
        (left, right) => (left, right, false),
    };
    exact(left, right).or_else(|| {
        let base = base_type(env, left);
        (assumed && base != *left).then(|| exact(&base, &base))?
    })
}

fn choose(
    env: &dyn Environment,
    name: &[&str],
    operands: &[Type],
    candidates: Vec<OperatorCandidate>,
) -> Result<Arc<Operator>, Undecided> {
    let describe = |problem: &str| {
        let types: Vec<String> = operands.iter().map(|t| format_type(t, None)).collect();
        Undecided::new(format!(
            "operator {} over {} {problem}",
            name.join("."),
            types.join(", ")
        ))
    };
    let mut kept = match_arguments(env, operands, candidates)?;
    if kept.len() > 1 {
        return select_candidate(env, operands, kept)?
            .map(|c| c.operator)
            .ok_or_else(|| describe("is not unique"));
    }
    kept.pop()
        .map(|c| c.operator)
        .ok_or_else(|| describe("is not known"))
}

/// `left operator right` (`make_op`).
pub(crate) fn binary_operator(
    env: &dyn Environment,
    name: &[&str],
    left: Expr,
    right: Expr,
) -> Result<OpExpr, Undecided> {
    let actual = [left.data_type(), right.data_type()];
    let [left_type, right_type] = &actual;
    let operator = find_binary(env, name, left_type, right_type)?;
    let declared = vec![
        operator.left.clone().unwrap_or(Type::UNKNOWN),
        operator.right.clone(),
    ];
    finish(env, operator, vec![left, right], &actual, declared)
}

/// `operator operand`.
pub(crate) fn unary_operator(
    env: &dyn Environment,
    name: &[&str],
    operand: Expr,
) -> Result<OpExpr, Undecided> {
    let actual = [operand.data_type()];
    let [operand_type] = &actual;
    let all: Vec<Arc<Operator>> = operator_named(env, name)
        .into_iter()
        .filter(|o| o.left.is_none())
        .collect();
    let operator = match all.iter().find(|o| o.right == *operand_type) {
        Some(exact) => exact.clone(),
        None => {
            let candidates = all
                .into_iter()
                .map(|operator| OperatorCandidate {
                    arguments: vec![operator.right.clone()],
                    operator,
                })
                .collect();
            choose(env, name, &actual, candidates)?
        }
    };
    let declared = vec![operator.right.clone()];
    finish(env, operator, vec![operand], &actual, declared)
}

fn finish(
    env: &dyn Environment,
    operator: Arc<Operator>,
    operands: Vec<Expr>,
    actual: &[Type],
    mut declared: Vec<Type>,
) -> Result<OpExpr, Undecided> {
    let data_type = enforce_consistency(env, actual, &mut declared, &operator.result)?;
    let arguments = coerce_arguments(env, operands, actual, &declared)?;
    Ok(OpExpr {
        operator,
        data_type,
        arguments,
    })
}

/// `operand operator ANY/ALL (array)` (`make_scalar_array_op`).
pub(crate) fn scalar_array_operator(
    env: &dyn Environment,
    name: &[&str],
    any: bool,
    operand: Expr,
    array: Expr,
) -> Result<ScalarArrayOp, Undecided> {
    let operand_type = operand.data_type();
    let whole = array.data_type();
    let element = if whole == Type::UNKNOWN {
        Type::UNKNOWN
    } else {
        base_element_type(env, &whole)
            .ok_or_else(|| Undecided::new("ANY/ALL needs an array on the right side"))?
    };
    let operator = find_binary(env, name, &operand_type, &element)?;
    if operator.result != Type::BOOL {
        return Err(Undecided::new(
            "ANY/ALL needs an operator that yields boolean",
        ));
    }
    let mut declared = vec![
        operator.left.clone().unwrap_or(Type::UNKNOWN),
        operator.right.clone(),
    ];
    enforce_consistency(
        env,
        &[operand_type.clone(), element],
        &mut declared,
        &operator.result,
    )?;
    let declared_array = match &operator.right {
        t if is_polymorphic_family_1(t) && *t != Type::ANYARRAY => Some(Type::ANYARRAY),
        t if is_polymorphic_family_2(t) => Some(Type::ANYCOMPATIBLEARRAY),
        _ => declared.get(1).and_then(array_type),
    };
    let declared_array =
        declared_array.ok_or_else(|| Undecided::new("the array type of ANY/ALL"))?;
    if let Some(second) = declared.get_mut(1) {
        *second = declared_array;
    }
    let mut arguments =
        coerce_arguments(env, vec![operand, array], &[operand_type, whole], &declared)?;
    match (arguments.pop(), arguments.pop()) {
        (Some(array), Some(operand)) => Ok(ScalarArrayOp {
            operator,
            any,
            operand,
            array,
        }),
        _ => Err(Undecided::new("the operands of ANY/ALL")),
    }
}

/// The operators by which a type is sorted and grouped.
#[derive(Debug, Clone, Default)]
pub(crate) struct SortOperators {
    pub less: Option<Arc<Operator>>,
    pub equal: Option<Arc<Operator>>,
    pub greater: Option<Arc<Operator>>,
}

const LESS: u8 = 1;
const EQUAL: u8 = 3;
const GREATER: u8 = 5;

/// The operators of the default operator class of a type (`get_sort_group_operators`); all are none
/// of a type that cannot be compared, or of which nothing is known.
pub(crate) fn comparison_operators(env: &dyn Environment, data_type: &Type) -> SortOperators {
    let base = base_type(env, data_type);
    let Some(class_type) = class_input(env, "btree", &base) else {
        // xid and a few more can be hashed only.
        let hashed = class_input(env, "hash", &base);
        return SortOperators {
            equal: hashed.and_then(|(family, input)| {
                catalog().family_operator(family, 1, input, input).cloned()
            }),
            ..SortOperators::default()
        };
    };
    let (family, input) = class_type;
    // Arrays, rows, enumerations and ranges can be compared only as far as their parts can.
    if let Some(element) = element_type(&base)
        && input == 2277
        && comparison_operators(env, &element).less.is_none()
    {
        return SortOperators::default();
    }
    let member = |strategy| {
        catalog()
            .family_operator(family, strategy, input, input)
            .cloned()
    };
    SortOperators {
        less: member(LESS),
        equal: member(EQUAL),
        greater: member(GREATER),
    }
}

/// The family and input type of the default operator class that serves a type.
fn class_input(env: &dyn Environment, method: &str, base: &Type) -> Option<(u32, u32)> {
    let classes = || catalog().operator_classes(method).filter(|c| c.default);
    let of = |wanted: &Type| {
        classes()
            .find(|c| Type::System(c.input) == *wanted)
            .map(|c| (c.family, c.input))
    };
    if let Some(found) = of(base) {
        return Some(found);
    }
    // Binary-coercible types use the class of what they are.
    let stand_in = match *base {
        Type::VARCHAR => Type::TEXT,
        Type::CIDR => Type::INET,
        Type::REGPROC
        | Type::REGPROCEDURE
        | Type::REGOPER
        | Type::REGOPERATOR
        | Type::REGCLASS
        | Type::REGTYPE
        | Type::REGCONFIG
        | Type::REGDICTIONARY
        | Type::REGNAMESPACE
        | Type::REGROLE
        | Type::REGCOLLATION => Type::OID,
        _ if element_type(base).is_some() => Type::ANYARRAY,
        _ if is_enum(env, base) => Type::ANYENUM,
        _ if range_subtype(env, base).is_some() => Type::ANYRANGE,
        _ if range_of_multirange(env, base).is_some() => Type::ANYMULTIRANGE,
        _ if *base == Type::RECORD || is_composite(env, base) => Type::RECORD,
        _ => return None,
    };
    of(&stand_in)
}

/// The btree strategies that an operator has, with families (`get_op_btree_interpretation`), `<>`
/// being strategy 6.
pub(crate) fn ordering_strategy(operator: &Operator) -> Vec<(u32, u8)> {
    let mut found: Vec<(u32, u8)> = catalog()
        .families_of(operator.oid)
        .filter(|m| m.method == "btree")
        .map(|m| (m.family, m.strategy))
        .collect();
    if found.is_empty()
        && &*operator.name == "<>"
        && let Some(left) = &operator.left
    {
        let equal = catalog()
            .operators("=")
            .iter()
            .find(|o| o.left.as_ref() == Some(left) && o.right == operator.right);
        if let Some(equal) = equal {
            found = catalog()
                .families_of(equal.oid)
                .filter(|m| m.method == "btree" && m.strategy == EQUAL)
                .map(|m| (m.family, 6))
                .collect();
        }
    }
    found
}
