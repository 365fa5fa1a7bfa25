//! What an expression is to one table: its column, its expression, something else.

use std::collections::BTreeSet;

use pgwright_catalog::Name;
use pgwright_ddl::analyze::deparse::deparse_expression;
use pgwright_ddl::analyze::tree::{BoolKind, Expr, ParamKind, RangeTableEntry, SqlValueKind, Var};
use pgwright_ddl::analyze::{Part, PartMut, expr_parts, expr_parts_mut};

use super::Key;
use super::scope::Scope;

/// The key that an expression is, of the one place whose columns it reads; with the place.
pub(super) fn key(expr: &Expr, scope: &Scope<'_>) -> Option<(usize, Key)> {
    let expr = without_relabel(expr);
    if let Expr::Var(var) = expr {
        let (place, entry, attno) = scope.resolve(var)?;
        return Some((place, Key::Column(column(entry, attno)?)));
    }
    let (place, entry) = only_place(expr, scope)?;
    if !steady(expr) {
        return None;
    }
    let (sql, columns) = over_table(expr, scope, place, entry)?;
    Some((place, Key::Expression(sql, columns)))
}

/// The place all of whose columns the expression reads, when there is one and it reads no other.
pub(super) fn only_place<'q>(
    expr: &Expr,
    scope: &Scope<'q>,
) -> Option<(usize, &'q RangeTableEntry)> {
    let places = places(expr, scope)?;
    let mut places = places.into_iter();
    match (places.next(), places.next()) {
        (Some(place), None) => Some((place, scope.entry(place)?)),
        _ => None,
    }
}

/// The places whose columns an expression reads; none when some columns are of no place, or it holds a query.
pub(super) fn places(expr: &Expr, scope: &Scope<'_>) -> Option<BTreeSet<usize>> {
    let mut found = BTreeSet::new();
    let mut sure = true;
    visit(expr, &mut |part| match part {
        Expr::Var(var) => match scope.resolve(var) {
            Some((place, _, _)) => {
                found.insert(place);
            }
            None => sure = false,
        },
        Expr::SubLink(_) => sure = false,
        _ => {}
    });
    sure.then_some(found)
}

/// Whether any column of a place is read, in subqueries as well. Where it cannot be told, it may be.
pub(super) fn reads(expr: &Expr, scope: &Scope<'_>, place: usize) -> bool {
    match places(expr, scope) {
        Some(places) => places.contains(&place),
        None => {
            let mut found = false;
            visit(expr, &mut |part| {
                if let Expr::Var(var) = part
                    && let Some((other, _, _)) = scope.resolve(var)
                {
                    found |= other == place;
                }
            });
            found
        }
    }
}

/// The operands of AND, of one within the other.
pub(super) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    operands(expr, BoolKind::And)
}

/// The operands of AND or OR, of one within the other.
pub(super) fn operands(expr: &Expr, kind: BoolKind) -> Vec<&Expr> {
    match expr {
        Expr::Bool(e) if e.kind == kind => {
            let operands = e.arguments.iter();
            operands.flat_map(|a| self::operands(a, kind)).collect()
        }
        other => vec![other],
    }
}

/// Gives an expression and all its parts to `f`; queries inside are not entered.
pub(super) fn visit(expr: &Expr, f: &mut dyn FnMut(&Expr)) {
    f(expr);
    expr_parts(expr, &mut |part| {
        if let Part::Expr(expr) = part {
            visit(expr, f);
        }
    });
}

pub(super) fn column(entry: &RangeTableEntry, attno: i16) -> Option<Name> {
    let place = usize::try_from(attno).ok()?.checked_sub(1)?;
    Some(Name::new(&*entry.columns.get(place)?.name))
}

/// A cast that leaves the value as it is does not keep an index from being used.
pub(super) fn without_relabel(expr: &Expr) -> &Expr {
    match expr {
        Expr::RelabelType(cast) => without_relabel(&cast.argument),
        Expr::Collate(collate) => &collate.argument,
        other => other,
    }
}

/// The expression as SQL over the columns of a place's table, and which of them it reads.
pub(super) fn over_table(
    expr: &Expr,
    scope: &Scope<'_>,
    place: usize,
    entry: &RangeTableEntry,
) -> Option<(String, BTreeSet<Name>)> {
    let mut own = expr.clone();
    let mut columns = BTreeSet::new();
    let mut sure = true;
    turn(&mut own, &mut |var| match scope.resolve(var) {
        Some((at, _, attno)) if at == place => {
            var.varno = 1;
            var.varnosyn = 1;
            var.attno = attno;
            var.attnosyn = attno;
            var.levels_up = 0;
            match column(entry, attno) {
                Some(name) => {
                    columns.insert(name);
                }
                None => sure = false,
            }
        }
        _ => sure = false,
    });
    if !sure {
        return None;
    }
    let mut table = entry.clone();
    table.alias = None;
    table.eref.columns = table.columns.iter().map(|c| c.name.to_string()).collect();
    let sql = deparse_expression(&own, &[table]).ok()?;
    Some((sql, columns))
}

fn turn(expr: &mut Expr, f: &mut dyn FnMut(&mut Var)) {
    if let Expr::Var(var) = expr {
        f(var);
    }
    expr_parts_mut(expr, &mut |part| {
        if let PartMut::Expr(expr) = part {
            turn(expr, f);
        }
    });
}

/// Whether an index could hold it: no parameter, no function whose result may change. Operators are left to the
/// server to judge.
pub(super) fn steady(expr: &Expr) -> bool {
    let mut steady = true;
    visit(expr, &mut |part| {
        steady &= match part {
            Expr::FuncExpr(call) => call.function.volatility == b'i',
            Expr::Param(_)
            | Expr::SqlValueFunction(_)
            | Expr::SubLink(_)
            | Expr::Aggref(_)
            | Expr::WindowFunc(_) => false,
            _ => true,
        };
    });
    steady
}

/// Whether an expression is the present, or a step from it.
pub(super) fn is_now(expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| {
        found |= match part {
            Expr::FuncExpr(call) => matches!(
                &*call.function.name,
                "now"
                    | "clock_timestamp"
                    | "statement_timestamp"
                    | "transaction_timestamp"
                    | "nextval"
            ),
            Expr::SqlValueFunction(value) => matches!(
                value.kind,
                SqlValueKind::CurrentDate
                    | SqlValueKind::CurrentTimestamp
                    | SqlValueKind::Localtimestamp
            ),
            _ => false,
        };
    });
    found
}

/// Whether it is a parameter that a caller fills, or made of one.
pub(super) fn is_open(expr: &Expr) -> bool {
    let mut found = false;
    visit(expr, &mut |part| {
        found |= matches!(part, Expr::Param(p) if p.kind == ParamKind::Extern);
    });
    found
}
