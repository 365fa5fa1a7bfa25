//! What a query's parameters stand for: with which column they are compared, into which they are written.

use pg_query::NodeEnum;
use pg_query::protobuf::{self, AExprKind, Node};

use super::walk::{Resolved, Walk};
use super::{Query, Resolver};
use crate::expr;
use crate::tree;

/// A place where a parameter stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterUse {
    /// Its number.
    pub number: u32,
    /// What it stands for there.
    pub role: ParameterRole,
}

/// What a parameter stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ParameterRole {
    /// It is compared with a column.
    Compared {
        /// Index into [`Query::relations`].
        relation: usize,
        /// The column, by the resolver's own name.
        column: String,
        /// `=`, `<`, `LIKE`, `@>` …, as if the column stood on its left; `<>` is no comparison that finds.
        operator: String,
        /// It is an array of values: `= ANY ($1)`.
        array: bool,
        /// It is a part of the text compared with: `LIKE '%' || $1 || '%'`.
        part: bool,
        /// Which of several it is: of `IN ($1, $2)`, counted from 0.
        position: usize,
    },
    /// It is written into a column.
    Assigned {
        /// Index into [`Query::relations`].
        relation: usize,
        /// The column, by the resolver's own name.
        column: String,
    },
    /// It is the number of rows after LIMIT.
    Limit,
    /// It is the number of rows after OFFSET.
    Offset,
    /// Something else.
    Other,
}

impl Query {
    /// Where its parameters stand, in the order of the tree; a parameter that stands nowhere that is known
    /// is [`ParameterRole::Other`].
    pub fn parameter_uses(&self, resolver: &dyn Resolver) -> Vec<ParameterUse> {
        let walk = Walk::over(self, Some(resolver));
        let mut finder = Finder {
            walk: &walk,
            resolver,
            uses: Vec::new(),
        };
        finder.visit(&self.node);
        let mut uses = finder.uses;
        for number in self.parameters() {
            if !uses.iter().any(|u| u.number == number) {
                uses.push(ParameterUse {
                    number,
                    role: ParameterRole::Other,
                });
            }
        }
        uses
    }
}

/// Operators by which a row is found, from its column's value to another.
const FINDING: [&str; 10] = ["=", "<", ">", "<=", ">=", "@>", "<@", "&&", "@@", "?"];

struct Finder<'a> {
    walk: &'a Walk<'a>,
    resolver: &'a dyn Resolver,
    uses: Vec<ParameterUse>,
}

impl Finder<'_> {
    fn visit(&mut self, node: &NodeEnum) {
        match node {
            NodeEnum::AExpr(expression) => self.comparison(expression),
            NodeEnum::SelectStmt(select) => {
                self.number_of_rows(select.limit_count.as_deref(), &ParameterRole::Limit);
                self.number_of_rows(select.limit_offset.as_deref(), &ParameterRole::Offset);
            }
            NodeEnum::InsertStmt(insert) => self.insert(insert),
            NodeEnum::UpdateStmt(update) => {
                self.assignments(update.relation.as_ref(), &update.target_list);
            }
            _ => {}
        }
        for part in parts(node) {
            self.visit(part);
        }
    }

    fn push(&mut self, number: u32, role: ParameterRole) {
        self.uses.push(ParameterUse { number, role });
    }

    fn number_of_rows(&mut self, node: Option<&Node>, role: &ParameterRole) {
        if let Some((number, _)) = parameter(node_of(node)) {
            self.push(number, role.clone());
        }
    }

    fn comparison(&mut self, expression: &protobuf::AExpr) {
        let operator = expr::operator_name(&expression.name);
        let left = node_of(expression.lexpr.as_deref());
        let right = node_of(expression.rexpr.as_deref());
        let mirrored = super::predicate::mirrored(&operator);
        match expression.kind() {
            AExprKind::AexprOp | AExprKind::AexprNotDistinct
                if FINDING.contains(&operator.as_str()) =>
            {
                self.pair(left, &operator, right, false);
                self.pair(right, mirrored, left, false);
            }
            AExprKind::AexprOpAny => self.pair(left, &operator, right, true),
            AExprKind::AexprIn if operator == "=" => self.pair(left, "=", right, false),
            AExprKind::AexprBetween | AExprKind::AexprBetweenSym => {
                let Some(NodeEnum::List(bounds)) = right else {
                    return;
                };
                for (bound, operator) in bounds.items.iter().zip([">=", "<="]) {
                    self.pair(left, operator, bound.node.as_ref(), false);
                }
            }
            AExprKind::AexprLike if operator == "~~" => self.pair(left, "LIKE", right, false),
            AExprKind::AexprIlike if operator == "~~*" => self.pair(left, "ILIKE", right, false),
            _ => {}
        }
    }

    /// A column on one side, parameters on the other.
    fn pair(
        &mut self,
        side: Option<&NodeEnum>,
        operator: &str,
        other: Option<&NodeEnum>,
        array: bool,
    ) {
        let Some(found) = self.column(side) else {
            return;
        };
        let others: Vec<&NodeEnum> = match other {
            Some(NodeEnum::List(list)) => {
                list.items.iter().filter_map(|i| i.node.as_ref()).collect()
            }
            Some(NodeEnum::AArrayExpr(list)) if array => list
                .elements
                .iter()
                .filter_map(|i| i.node.as_ref())
                .collect(),
            other => other.into_iter().collect(),
        };
        let elements = matches!(other, Some(NodeEnum::AArrayExpr(_)));
        for (position, other) in others.into_iter().enumerate() {
            if let Some((number, part)) = parameter(Some(other)) {
                let role = ParameterRole::Compared {
                    relation: found.relation,
                    column: found.column.clone(),
                    operator: operator.to_owned(),
                    array: array && !elements,
                    part,
                    position,
                };
                self.push(number, role);
            }
        }
    }

    /// The column that a side is, but for casts and the case of letters.
    fn column(&self, node: Option<&NodeEnum>) -> Option<Resolved> {
        let mut node = node?;
        loop {
            match node {
                NodeEnum::ColumnRef(reference) => {
                    let offset = reference.location.max(0) as usize;
                    return self.walk.resolved.get(&offset).cloned();
                }
                _ => node = inside(node)?,
            }
        }
    }

    fn insert(&mut self, insert: &protobuf::InsertStmt) {
        let Some(relation) = self.relation(insert.relation.as_ref()) else {
            return;
        };
        let known = self
            .resolver
            .relation(&self.walk.relations[relation].path)
            .unwrap_or_default();
        let own = |name: &str| {
            let found = known.columns.iter().find(|(old, _)| old == name);
            found.map_or_else(|| name.to_owned(), |(_, new)| new.clone())
        };
        let columns: Vec<String> = match insert.cols.is_empty() {
            true => known.columns.iter().map(|(_, new)| new.clone()).collect(),
            false => insert
                .cols
                .iter()
                .filter_map(|column| match column.node.as_ref()? {
                    NodeEnum::ResTarget(target) => Some(own(&target.name)),
                    _ => None,
                })
                .collect(),
        };
        if let Some(NodeEnum::SelectStmt(select)) = node_of(insert.select_stmt.as_deref()) {
            for row in &select.values_lists {
                let Some(NodeEnum::List(row)) = row.node.as_ref() else {
                    continue;
                };
                for (value, column) in row.items.iter().zip(&columns) {
                    self.assigned(relation, column, value.node.as_ref());
                }
            }
            for (target, column) in select.target_list.iter().zip(&columns) {
                if let Some(NodeEnum::ResTarget(target)) = &target.node {
                    self.assigned(relation, column, node_of(target.val.as_deref()));
                }
            }
        }
        if let Some(conflict) = insert.on_conflict_clause.as_deref() {
            self.assignments(insert.relation.as_ref(), &conflict.target_list);
        }
    }

    fn assignments(&mut self, relation: Option<&protobuf::RangeVar>, targets: &[Node]) {
        let Some(relation) = self.relation(relation) else {
            return;
        };
        let known = self
            .resolver
            .relation(&self.walk.relations[relation].path)
            .unwrap_or_default();
        for target in targets {
            if let Some(NodeEnum::ResTarget(target)) = &target.node {
                let found = known.columns.iter().find(|(old, _)| *old == target.name);
                let column = found.map_or(&target.name, |(_, new)| new);
                self.assigned(relation, column, node_of(target.val.as_deref()));
            }
        }
    }

    fn assigned(&mut self, relation: usize, column: &str, value: Option<&NodeEnum>) {
        if let Some((number, false)) = parameter(value) {
            let column = column.to_owned();
            self.push(number, ParameterRole::Assigned { relation, column });
        }
    }

    fn relation(&self, range: Option<&protobuf::RangeVar>) -> Option<usize> {
        let offset = range?.location.max(0) as usize;
        let at = |r: &super::RelationReference| r.position.offset == offset;
        self.walk.relations.iter().position(at)
    }
}

fn node_of(node: Option<&Node>) -> Option<&NodeEnum> {
    node.and_then(|node| node.node.as_ref())
}

/// What a cast, or a function that keeps a text but for the case of its letters, is applied to.
fn inside(node: &NodeEnum) -> Option<&NodeEnum> {
    match node {
        NodeEnum::TypeCast(cast) => node_of(cast.arg.as_deref()),
        NodeEnum::CollateClause(clause) => node_of(clause.arg.as_deref()),
        NodeEnum::FuncCall(call) => match (
            expr::strings(&call.funcname).last().map(String::as_str),
            call.args.as_slice(),
        ) {
            (Some("lower" | "upper" | "btrim"), [only]) => only.node.as_ref(),
            _ => None,
        },
        _ => None,
    }
}

/// The parameter that a side is, but for casts and the case of letters, or that it holds between constant texts.
fn parameter(node: Option<&NodeEnum>) -> Option<(u32, bool)> {
    match node? {
        NodeEnum::ParamRef(parameter) => Some((u32::try_from(parameter.number).ok()?, false)),
        NodeEnum::AExpr(expression)
            if expression.kind() == AExprKind::AexprOp
                && expr::operator_name(&expression.name) == "||" =>
        {
            let left = node_of(expression.lexpr.as_deref());
            let right = node_of(expression.rexpr.as_deref());
            match (left, right) {
                (Some(NodeEnum::AConst(_)), other) | (other, Some(NodeEnum::AConst(_))) => {
                    parameter(other).map(|(number, _)| (number, true))
                }
                _ => None,
            }
        }
        other => parameter(Some(inside(other)?)),
    }
}

/// Everything a node holds, subqueries and clauses included.
fn parts(node: &NodeEnum) -> Vec<&NodeEnum> {
    let mut lists: Vec<&[Node]> = Vec::new();
    let mut single: Vec<Option<&Node>> = Vec::new();
    let mut with = None;
    let mut found: Vec<&NodeEnum> = Vec::new();
    match node {
        NodeEnum::SelectStmt(select) => {
            with = select.with_clause.as_ref();
            lists.extend([
                select.target_list.as_slice(),
                &select.from_clause,
                &select.group_clause,
                &select.sort_clause,
                &select.distinct_clause,
                &select.values_lists,
                &select.window_clause,
            ]);
            single.extend([
                select.where_clause.as_deref(),
                select.having_clause.as_deref(),
            ]);
            for arm in [select.larg.as_deref(), select.rarg.as_deref()] {
                found.extend(arm.into_iter().flat_map(arm_parts));
            }
        }
        NodeEnum::InsertStmt(insert) => {
            with = insert.with_clause.as_ref();
            single.push(insert.select_stmt.as_deref());
            if let Some(conflict) = insert.on_conflict_clause.as_deref() {
                lists.push(&conflict.target_list);
                single.push(conflict.where_clause.as_deref());
            }
        }
        NodeEnum::UpdateStmt(update) => {
            with = update.with_clause.as_ref();
            lists.extend([update.target_list.as_slice(), &update.from_clause]);
            single.push(update.where_clause.as_deref());
        }
        NodeEnum::DeleteStmt(delete) => {
            with = delete.with_clause.as_ref();
            lists.push(&delete.using_clause);
            single.push(delete.where_clause.as_deref());
        }
        NodeEnum::CommonTableExpr(cte) => single.push(cte.ctequery.as_deref()),
        NodeEnum::JoinExpr(join) => single.extend([
            join.larg.as_deref(),
            join.rarg.as_deref(),
            join.quals.as_deref(),
        ]),
        NodeEnum::RangeSubselect(subselect) => single.push(subselect.subquery.as_deref()),
        NodeEnum::RangeFunction(function) => lists.push(&function.functions),
        other => return tree::children(other),
    }
    if let Some(with) = with {
        lists.push(&with.ctes);
    }
    found.extend(lists.into_iter().flatten().filter_map(|n| n.node.as_ref()));
    found.extend(single.into_iter().filter_map(node_of));
    found
}

/// The parts of an arm of UNION, whose node is not one of the tree's.
fn arm_parts(select: &protobuf::SelectStmt) -> Vec<&NodeEnum> {
    let mut found: Vec<&NodeEnum> = Vec::new();
    for arm in [select.larg.as_deref(), select.rarg.as_deref()] {
        found.extend(arm.into_iter().flat_map(arm_parts));
    }
    let lists = [
        select.target_list.as_slice(),
        &select.from_clause,
        &select.group_clause,
        &select.values_lists,
    ];
    found.extend(lists.into_iter().flatten().filter_map(|n| n.node.as_ref()));
    found.extend(node_of(select.where_clause.as_deref()));
    found.extend(node_of(select.having_clause.as_deref()));
    found
}
