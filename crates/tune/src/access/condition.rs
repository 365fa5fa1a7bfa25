//! What a condition asks: which of its parts an index could serve, and how.

use std::collections::BTreeSet;

use pgwright_ddl::analyze::element_type;
use pgwright_ddl::analyze::tree::{BoolKind, BooleanTestKind, Expr, OpExpr, ScalarArrayOp, Type};

use super::place::{self, key};
use super::scope::Scope;
use super::walk::Walk;
use super::{Access, Constant, Key, Special};

/// Arms of an OR past this many are not told apart.
const MOST_ARMS: usize = 8;

impl Walk {
    /// A condition that holds for every row wanted.
    pub(super) fn condition<'q>(&mut self, expr: &'q Expr, scope: &Scope<'q>) {
        for conjunct in place::conjuncts(expr) {
            self.reads(conjunct, scope);
            self.constant(conjunct, scope);
            if let Expr::Bool(e) = conjunct
                && e.kind == BoolKind::Or
            {
                self.arms(conjunct, scope);
                continue;
            }
            let mut found = Vec::new();
            asks(conjunct, scope, &mut found);
            for (place, asked) in found {
                asked.put(self.at(place));
            }
        }
    }

    /// A condition of one table's columns and constants: what a partial index could be limited to.
    fn constant(&mut self, expr: &Expr, scope: &Scope<'_>) {
        if !place::steady(expr) {
            return;
        }
        let Some((place, entry)) = place::only_place(expr, scope) else {
            return;
        };
        let mut found = Vec::new();
        asks(expr, scope, &mut found);
        let of_values = |asked: &Asked| matches!(asked, Asked::Equal(_) | Asked::Null(_));
        let values = found.iter().any(|(_, asked)| of_values(asked)) || is_inequality(expr);
        if let Some((predicate, columns)) = place::over_table(expr, scope, place, entry) {
            self.at(place).constants.insert(Constant {
                predicate,
                columns,
                values,
            });
        }
    }

    /// An OR. What all arms have in common holds for every row, as the planner finds as well; each arm may have
    /// an index of its own.
    fn arms<'q>(&mut self, expr: &'q Expr, scope: &Scope<'q>) {
        let arms = place::operands(expr, BoolKind::Or);
        let mut asked: Vec<Vec<(usize, Asked)>> = Vec::new();
        for arm in &arms {
            let mut found = Vec::new();
            for conjunct in place::conjuncts(arm) {
                asks(conjunct, scope, &mut found);
            }
            asked.push(found);
        }
        let Some((first, rest)) = asked.split_first() else {
            return;
        };
        let common: Vec<(usize, Asked)> = first
            .iter()
            .filter(|a| rest.iter().all(|arm| arm.contains(a)))
            .cloned()
            .collect();
        for (place, asked) in &common {
            asked.clone().put(self.at(*place));
        }
        for arm in asked.into_iter().take(MOST_ARMS) {
            let places: BTreeSet<usize> = arm.iter().map(|(place, _)| *place).collect();
            for place in places {
                let mut access = Access::default();
                for (at, asked) in &arm {
                    if *at == place && !common.contains(&(*at, asked.clone())) {
                        asked.clone().put(&mut access);
                    }
                }
                if access != Access::default() {
                    self.at(place).arms.push(access);
                }
            }
        }
    }
}

fn is_inequality(expr: &Expr) -> bool {
    match expr {
        Expr::OpExpr(e) => &*e.operator.name == "<>",
        Expr::ScalarArrayOp(e) => &*e.operator.name == "<>",
        _ => false,
    }
}

/// One thing asked of a place.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    Equal(Key),
    Joined(Key),
    Range(Key),
    Prefix(Key),
    Null(Key),
    Special(Special),
}

impl Asked {
    fn put(self, access: &mut Access) {
        match self {
            Self::Equal(key) => {
                access.equal.insert(key);
            }
            Self::Joined(key) => {
                access.joined.insert(key);
            }
            Self::Range(key) => {
                access.ranges.insert(key);
            }
            Self::Prefix(key) => {
                access.prefixes.insert(key);
            }
            Self::Null(key) => {
                access.nulls.insert(key);
            }
            Self::Special(special) => {
                access.special.insert(special);
            }
        }
    }
}

/// What a conjunct asks, and of which place.
fn asks(expr: &Expr, scope: &Scope<'_>, found: &mut Vec<(usize, Asked)>) {
    match expr {
        Expr::OpExpr(e) => comparison(e, scope, found),
        Expr::ScalarArrayOp(e) => member(e, scope, found),
        Expr::NullTest(e) if !e.row => {
            if let Some((place, key)) = key(&e.argument, scope) {
                found.push((place, Asked::Null(key)));
            }
        }
        Expr::BooleanTest(e)
            if matches!(e.kind, BooleanTestKind::IsTrue | BooleanTestKind::IsFalse) =>
        {
            found.extend(key(&e.argument, scope).map(|(place, key)| (place, Asked::Equal(key))));
        }
        Expr::Var(_) => {
            found.extend(key(expr, scope).map(|(place, key)| (place, Asked::Equal(key))));
        }
        Expr::Bool(e) if e.kind == BoolKind::Not => {
            if let [inner @ Expr::Var(_)] = e.arguments.as_slice() {
                found.extend(key(inner, scope).map(|(place, key)| (place, Asked::Equal(key))));
            }
        }
        // A = 1 OR A = 2 within an arm is as good as a list.
        Expr::Bool(e) if e.kind == BoolKind::Or => {
            let mut arms = e.arguments.iter().map(|arm| {
                let mut found = Vec::new();
                asks(arm, scope, &mut found);
                found
            });
            let Some(first) = arms.next() else { return };
            if let [one] = first.as_slice()
                && arms.all(|arm| arm == first)
            {
                found.push(one.clone());
            }
        }
        _ => {}
    }
}

fn comparison(e: &OpExpr, scope: &Scope<'_>, found: &mut Vec<(usize, Asked)>) {
    let [left, right] = e.arguments.as_slice() else {
        return;
    };
    let operator = &*e.operator.name;
    let commuted = match operator {
        "@>" => "<@",
        "<@" => "@>",
        other => e.operator.commutator.as_deref().unwrap_or(other),
    };
    for (side, operator, other) in [(left, operator, right), (right, commuted, left)] {
        let Some((place, key)) = key(side, scope) else {
            continue;
        };
        if place::reads(other, scope, place) {
            continue;
        }
        let asked = ask(key, side, operator, other, scope);
        found.extend(asked.into_iter().map(|asked| (place, asked)));
    }
}

fn ask(key: Key, side: &Expr, operator: &str, other: &Expr, scope: &Scope<'_>) -> Vec<Asked> {
    let kind = place::without_relabel(side).data_type();
    let special = |method, class| {
        vec![Asked::Special(Special {
            key: key.clone(),
            method,
            class,
            operator: operator.to_owned(),
        })]
    };
    match operator {
        "=" => match place::places(other, scope) {
            Some(places) if places.is_empty() => vec![Asked::Equal(key)],
            // A query inside gives one value, or is a join with the queries around.
            None if matches!(other, Expr::SubLink(_)) => vec![Asked::Equal(key)],
            _ => vec![Asked::Joined(key)],
        },
        "<" | "<=" | ">" | ">=" => vec![Asked::Range(key)],
        "~~" => match beginning(other) {
            Beginning::Fixed | Beginning::Open => vec![Asked::Prefix(key)],
            Beginning::None => special("gin", Some("gin_trgm_ops")),
        },
        "^@" => vec![Asked::Prefix(key)],
        "~~*" | "~" | "~*" => special("gin", Some("gin_trgm_ops")),
        "@>" | "@?" if kind == Type::JSONB => special("gin", Some("jsonb_path_ops")),
        "@@" if kind == Type::JSONB => special("gin", Some("jsonb_path_ops")),
        "?" | "?|" | "?&" if kind == Type::JSONB => special("gin", None),
        "@@" if kind == Type::TSVECTOR => special("gin", None),
        "@>" | "<@" | "&&" if element_type(&kind).is_some() => special("gin", None),
        "@>" | "<@" | "&&" | "<<" | ">>" | "-|-" | "~=" | "&<" | "&>" => special("gist", None),
        _ => Vec::new(),
    }
}

/// `= ANY`: a list of values.
fn member(e: &ScalarArrayOp, scope: &Scope<'_>, found: &mut Vec<(usize, Asked)>) {
    if !e.any {
        return;
    }
    let Some((place, key)) = key(&e.operand, scope) else {
        return;
    };
    if place::reads(&e.array, scope, place) {
        return;
    }
    match &*e.operator.name {
        "=" => found.push((place, Asked::Equal(key))),
        "~~" | "~~*" => found.push((
            place,
            Asked::Special(Special {
                key,
                method: "gin",
                class: Some("gin_trgm_ops"),
                operator: e.operator.name.to_string(),
            }),
        )),
        _ => {}
    }
}

enum Beginning {
    /// Letters before the first wildcard.
    Fixed,
    /// A parameter: whoever calls says.
    Open,
    /// It begins with a wildcard.
    None,
}

/// How a pattern of LIKE begins.
fn beginning(pattern: &Expr) -> Beginning {
    match place::without_relabel(pattern) {
        Expr::Const(constant) => match constant.value.as_deref() {
            Some(text) if !text.starts_with(['%', '_']) => Beginning::Fixed,
            _ => Beginning::None,
        },
        Expr::OpExpr(e) if &*e.operator.name == "||" => match e.arguments.first() {
            Some(first) => beginning(first),
            None => Beginning::Open,
        },
        Expr::FuncExpr(e) if &*e.function.name == "concat" => match e.arguments.first() {
            Some(first) => beginning(first),
            None => Beginning::Open,
        },
        other if place::is_open(other) => Beginning::Open,
        _ => Beginning::None,
    }
}
