//! Walking a statement, query by query: what each place is asked.

use std::collections::BTreeSet;

use pgwright_ddl::analyze::tree::{
    Expr, FromItem, JoinKind, Query, RteKind, SortGroupClause, SubLink, SubLinkKind,
};
use pgwright_ddl::analyze::{Part, expr_parts};

use super::scope::{Scope, table_of};
use super::{Access, Sorted, place};

/// What a statement asks of each of its places.
pub(super) fn accesses(query: &Query) -> Vec<Access> {
    let scope = Scope::of(query);
    let mut walk = Walk::default();
    walk.query(&scope, true);
    for access in &mut walk.accesses {
        access.spread();
    }
    walk.accesses.retain(|a| a.table.is_some());
    walk.accesses
}

/// What was found so far.
#[derive(Default)]
pub(super) struct Walk {
    accesses: Vec<Access>,
    /// Outputs of queries inside that were looked at, by address.
    seen: BTreeSet<usize>,
}

impl Access {
    /// What holds for all arms holds in each.
    fn spread(&mut self) {
        for arm in &mut self.arms {
            arm.table.clone_from(&self.table);
            arm.used.clone_from(&self.used);
            arm.equal.extend(self.equal.iter().cloned());
            arm.joined.extend(self.joined.iter().cloned());
            arm.ranges.extend(self.ranges.iter().cloned());
            arm.constants.extend(self.constants.iter().cloned());
        }
    }
}

impl Walk {
    /// What is asked of a place.
    pub(super) fn at(&mut self, place: usize) -> &mut Access {
        if self.accesses.len() <= place {
            self.accesses.resize_with(place + 1, Access::default);
        }
        &mut self.accesses[place]
    }

    fn query(&mut self, scope: &Scope<'_>, outputs: bool) {
        let Some(query) = scope.query() else { return };
        for entry in &query.range_table {
            if let Some(place) = scope.place(entry) {
                self.at(place).table = table_of(entry);
            }
        }
        for cte in &query.ctes {
            if let Some(inner) = cte.query.as_deref().and_then(|q| scope.inside(q)) {
                // What a recursive query or one that changes gives is needed whole.
                let whole = cte.recursive || cte.query.as_deref().is_some_and(whole);
                self.query(&inner, whole);
            }
        }
        for entry in &query.range_table {
            match &entry.kind {
                RteKind::Subquery(inner) => {
                    if let Some(inside) = scope.inside(inner) {
                        let united = query.set_operations.is_some();
                        self.query(&inside, united && outputs || whole(inner));
                    }
                }
                RteKind::Function(function) => {
                    for function in &function.functions {
                        self.reads(&function.expr, scope);
                    }
                }
                RteKind::Values(rows) => {
                    for value in rows.iter().flatten() {
                        self.reads(value, scope);
                    }
                }
                _ => {}
            }
        }
        for item in &query.from {
            self.from(item, scope);
        }
        if let Some(condition) = &query.where_ {
            self.condition(condition, scope);
        }
        let changed = query.on_conflict.iter();
        let conflict = changed.flat_map(|c| c.set.iter().map(|t| &t.expr).chain(&c.where_));
        let merged = query.merge_actions.iter();
        let merged = merged.flat_map(|a| a.targets.iter().map(|t| &t.expr).chain(&a.condition));
        let returned = query.returning.iter().map(|t| &t.expr);
        for expr in conflict.chain(merged).chain(returned).chain(&query.having) {
            self.reads(expr, scope);
        }
        if let Some(condition) = &query.merge_condition {
            self.condition(condition, scope);
        }
        self.lists(query, scope);
        for target in &query.targets {
            if outputs || target.sort_group_ref > 0 || query.result_relation.is_some() {
                self.reads(&target.expr, scope);
            } else {
                // Only queries inside are of interest until the column is asked for.
                self.queries(&target.expr, scope);
            }
        }
    }

    fn from<'q>(&mut self, item: &'q FromItem, scope: &Scope<'q>) {
        let FromItem::Join(join) = item else { return };
        self.from(&join.left, scope);
        self.from(&join.right, scope);
        if let Some(on) = &join.on {
            match join.kind {
                JoinKind::Full => self.reads(on, scope),
                JoinKind::Inner | JoinKind::Left | JoinKind::Right => self.condition(on, scope),
            }
        }
    }

    /// ORDER BY, GROUP BY, DISTINCT, windows.
    fn lists<'q>(&mut self, query: &'q Query, scope: &Scope<'q>) {
        let of = |clause: &SortGroupClause| {
            let target = query
                .targets
                .iter()
                .find(|t| t.sort_group_ref == clause.target)?;
            let (place, key) = place::key(&target.expr, scope)?;
            let sorted = Sorted {
                key,
                descending: clause.descending,
                nulls_first: clause.nulls_first,
            };
            Some((place, sorted))
        };
        // As far as the keys are of one place; what follows is sorted among equal ones.
        let leading = |clauses: &mut dyn Iterator<Item = &SortGroupClause>| {
            let mut found: Vec<Sorted> = Vec::new();
            let mut at = None;
            for (place, sorted) in clauses.map_while(of) {
                if *at.get_or_insert(place) != place {
                    break;
                }
                found.push(sorted);
            }
            at.map(|place| (place, found))
        };
        if query.group_by.is_empty()
            && query.set_operations.is_none()
            && let Some((place, order)) = leading(&mut query.order_by.iter())
        {
            let access = self.at(place);
            access.limited |= query.limit.is_some() && order.len() == query.order_by.len();
            access.orders.insert(order);
        }
        for window in &query.windows {
            let mut clauses = window.partition_by.iter().chain(&window.order_by);
            if let Some((place, order)) = leading(&mut clauses) {
                self.at(place).orders.insert(order);
            }
        }
        for clauses in [&query.group_by, &query.distinct] {
            if let Some((place, keys)) = leading(&mut clauses.iter()) {
                let keys = keys.into_iter().map(|s| s.key).collect();
                self.at(place).groups.insert(keys);
            }
        }
        if query.group_by.is_empty() {
            for target in &query.targets {
                place::visit(&target.expr, &mut |part| self.extreme(part, scope));
            }
        }
    }

    /// `min` and `max` are the first of an order.
    fn extreme(&mut self, expr: &Expr, scope: &Scope<'_>) {
        if let Expr::Aggref(call) = expr
            && matches!(&*call.function.name, "min" | "max")
            && let [argument] = call.arguments.as_slice()
            && let Some((place, key)) = place::key(&argument.expr, scope)
        {
            let sorted = Sorted {
                key,
                descending: false,
                nulls_first: false,
            };
            self.at(place).orders.insert(vec![sorted]);
        }
    }

    /// Notes the columns that an expression reads.
    pub(super) fn reads<'q>(&mut self, expr: &'q Expr, scope: &Scope<'q>) {
        if let Expr::Var(var) = expr {
            let Some((entry, around)) = scope.entry_of(var) else {
                return;
            };
            if let Some(place) = around.place(entry) {
                let used = &mut self.at(place).used;
                match var.attno {
                    0 => used.extend(
                        entry
                            .columns
                            .iter()
                            .map(|c| pgwright_catalog::Name::new(&*c.name)),
                    ),
                    attno => used.extend(place::column(entry, attno)),
                }
            } else if let Some(output) = scope.output(var)
                && self.seen.insert(std::ptr::from_ref(output.expr) as usize)
            {
                self.reads(output.expr, &output.scope);
            }
            return;
        }
        if let Expr::SubLink(link) = expr {
            self.sublink(link, scope);
            return;
        }
        for part in parts(expr) {
            self.reads(part, scope);
        }
    }

    /// The queries inside an expression.
    fn queries<'q>(&mut self, expr: &'q Expr, scope: &Scope<'q>) {
        match expr {
            Expr::SubLink(link) => self.sublink(link, scope),
            other => {
                for part in parts(other) {
                    self.queries(part, scope);
                }
            }
        }
    }

    /// A query inside an expression. What `IN (SELECT …)` compares is a join on both sides.
    pub(super) fn sublink<'q>(&mut self, link: &'q SubLink, scope: &Scope<'q>) {
        let Some(inner) = scope.inside(&link.query) else {
            return;
        };
        self.query(&inner, link.kind != SubLinkKind::Exists);
        let Some(test) = &link.test else { return };
        for part in parts(test) {
            self.reads(part, scope);
        }
        if link.kind != SubLinkKind::Any {
            return;
        }
        for comparison in place::conjuncts(test) {
            let Expr::OpExpr(comparison) = comparison else {
                continue;
            };
            if &*comparison.operator.name != "=" {
                continue;
            }
            for operand in &comparison.arguments {
                let found = match place::without_relabel(operand) {
                    Expr::Param(param) => {
                        let number = usize::try_from(param.number).unwrap_or(0).checked_sub(1);
                        let mut outputs = link.query.targets.iter().filter(|t| !t.junk);
                        let output = number.and_then(|n| outputs.nth(n));
                        output.and_then(|o| place::key(&o.expr, &inner))
                    }
                    _ => place::key(operand, scope),
                };
                if let Some((place, key)) = found {
                    self.at(place).joined.insert(key);
                }
            }
        }
    }
}

fn whole(query: &Query) -> bool {
    query.result_relation.is_some() || query.set_operations.is_some() || !query.distinct.is_empty()
}

fn parts(expr: &Expr) -> Vec<&Expr> {
    let mut found = Vec::new();
    expr_parts(expr, &mut |part| {
        if let Part::Expr(part) = part {
            found.push(part);
        }
    });
    found
}
