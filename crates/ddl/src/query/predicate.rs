//! Which conditions of a query an index could serve.

use std::collections::BTreeSet;

use pg_query::NodeEnum;
use pg_query::protobuf::{self, AExprKind, Node, SortByDir, SortByNulls, SubLinkType};

use super::walk::{Resolved, Walk};
use crate::expr::{self, Expr, LikeKind, OtherKind};
use crate::tree;

/// The conditions of a query, by relation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Predicates {
    /// One for each place where the query names a relation, in the order of
    /// [`Query::relations`](super::Query::relations).
    pub relations: Vec<RelationPredicates>,
    /// The count after LIMIT of the outermost query, as SQL.
    pub limit: Option<String>,
}

/// The conditions on one relation. Names are the column names that the resolver gives.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RelationPredicates {
    /// The name that the query knows the relation by.
    pub alias: String,
    /// The relation's name as written.
    pub relation: Vec<String>,
    /// Columns compared by `=`, IN or `= ANY` with something that does not depend on this row; columns
    /// of joins among them.
    pub equality: Vec<String>,
    /// Columns compared by `=` with a column of another relation.
    pub joins: Vec<JoinPredicate>,
    /// Columns compared by `<`, `<=`, `>`, `>=` or BETWEEN.
    pub ranges: Vec<String>,
    /// Columns matched with a pattern.
    pub patterns: Vec<PatternPredicate>,
    /// Columns tested for null.
    pub null_tests: Vec<NullTest>,
    /// Conditions on constants alone, as SQL over unqualified columns: what the condition of a partial
    /// index could be.
    pub constants: Vec<String>,
    /// Other expressions of this relation's columns that are compared with something else, such as
    /// `lower(email)`.
    pub expressions: Vec<ExpressionPredicate>,
    /// ORDER BY of the query level the relation stands in, if all of it is columns of this relation.
    pub order_by: Vec<OrderColumn>,
    /// GROUP BY of the query level the relation stands in, if all of it is columns of this relation.
    pub group_by: Vec<String>,
}

/// A column equal to a column of another relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JoinPredicate {
    /// The column.
    pub column: String,
    /// The other relation, by the name that the query knows it by.
    pub other_alias: String,
    /// Its column.
    pub other_column: String,
}

/// A column matched with a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternPredicate {
    /// The column.
    pub column: String,
    /// `LIKE`, `ILIKE`, `SIMILAR TO`, `~` or `~*`.
    pub operator: String,
    /// The pattern, where it is a constant.
    pub pattern: Option<String>,
}

/// A column tested for null.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NullTest {
    /// The column.
    pub column: String,
    /// `IS NOT NULL`
    pub negated: bool,
}

/// An expression compared with something that does not depend on the row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExpressionPredicate {
    /// The expression as SQL over unqualified columns.
    pub sql: String,
    /// The operator.
    pub operator: String,
}

/// A column of ORDER BY.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderColumn {
    /// The column.
    pub column: String,
    /// `DESC`
    pub descending: bool,
    /// Whether nulls come first, as written or by default (they count as greatest).
    pub nulls_first: bool,
}

/// The conditions of a walked query.
pub(super) fn predicates(node: &NodeEnum, walk: &Walk<'_>) -> Predicates {
    let relations = walk
        .relations
        .iter()
        .map(|reference| RelationPredicates {
            alias: reference.visible_name().to_owned(),
            relation: reference.path.clone(),
            ..Default::default()
        })
        .collect();
    let mut collector = Collector { walk, relations };
    collector.statement(node);
    for (left, right) in &walk.joins {
        collector.join(left, right);
    }
    let limit = match node {
        NodeEnum::SelectStmt(select) => limit_text(select.limit_count.as_deref()),
        _ => None,
    };
    Predicates {
        relations: collector.relations,
        limit,
    }
}

/// The operator that says the same with its sides exchanged.
pub(super) fn mirrored(operator: &str) -> &str {
    match operator {
        "<" => ">",
        ">" => "<",
        "<=" => ">=",
        ">=" => "<=",
        "@>" => "<@",
        "<@" => "@>",
        other => other,
    }
}

fn limit_text(node: Option<&Node>) -> Option<String> {
    let expr = expr::from_node(node?.node.as_ref()?).ok()?;
    (expr != Expr::Null).then(|| expr.to_sql())
}

struct Collector<'a> {
    walk: &'a Walk<'a>,
    relations: Vec<RelationPredicates>,
}

impl Collector<'_> {
    fn statement(&mut self, node: &NodeEnum) {
        match node {
            NodeEnum::SelectStmt(select) => self.select(select),
            NodeEnum::InsertStmt(insert) => {
                self.with(insert.with_clause.as_ref());
                if let Some(source) = node_of(insert.select_stmt.as_deref()) {
                    self.statement(source);
                }
            }
            NodeEnum::UpdateStmt(update) => {
                self.with(update.with_clause.as_ref());
                update.from_clause.iter().for_each(|item| self.source(item));
                self.condition(update.where_clause.as_deref());
                self.subqueries(update.target_list.iter());
            }
            NodeEnum::DeleteStmt(delete) => {
                self.with(delete.with_clause.as_ref());
                delete
                    .using_clause
                    .iter()
                    .for_each(|item| self.source(item));
                self.condition(delete.where_clause.as_deref());
            }
            _ => {}
        }
    }

    fn with(&mut self, with: Option<&protobuf::WithClause>) {
        for cte in with.iter().flat_map(|with| &with.ctes) {
            if let Some(NodeEnum::CommonTableExpr(cte)) = &cte.node
                && let Some(query) = node_of(cte.ctequery.as_deref())
            {
                self.statement(query);
            }
        }
    }

    fn select(&mut self, select: &protobuf::SelectStmt) {
        self.with(select.with_clause.as_ref());
        for arm in [select.larg.as_deref(), select.rarg.as_deref()]
            .into_iter()
            .flatten()
        {
            self.select(arm);
        }
        select.from_clause.iter().for_each(|item| self.source(item));
        self.condition(select.where_clause.as_deref());
        self.subqueries(select.target_list.iter());
        self.subqueries(select.having_clause.as_deref());
        self.ordering(select);
        self.grouping(select);
    }

    fn source(&mut self, item: &Node) {
        match item.node.as_ref() {
            Some(NodeEnum::JoinExpr(join)) => {
                for side in [join.larg.as_deref(), join.rarg.as_deref()]
                    .into_iter()
                    .flatten()
                {
                    self.source(side);
                }
                self.condition(join.quals.as_deref());
            }
            Some(NodeEnum::RangeSubselect(subselect)) => {
                if let Some(query) = node_of(subselect.subquery.as_deref()) {
                    self.statement(query);
                }
            }
            _ => {}
        }
    }

    /// Looks for subqueries in expressions that say nothing themselves.
    fn subqueries<'n>(&mut self, nodes: impl IntoIterator<Item = &'n Node>) {
        let mut pending: Vec<&NodeEnum> = nodes
            .into_iter()
            .filter_map(|node| node.node.as_ref())
            .collect();
        while let Some(node) = pending.pop() {
            match node {
                NodeEnum::SelectStmt(select) => self.select(select),
                other => pending.extend(tree::children(other)),
            }
        }
    }

    /// A condition that holds for every row wanted.
    fn condition(&mut self, node: Option<&Node>) {
        let Some(node) = node_of(node) else { return };
        if let NodeEnum::BoolExpr(expr) = node
            && expr.boolop() == protobuf::BoolExprType::AndExpr
        {
            expr.args.iter().for_each(|arg| self.condition(Some(arg)));
            return;
        }
        self.constant(node);
        self.conjunct(node);
        let mut pending = vec![node];
        while let Some(node) = pending.pop() {
            match node {
                NodeEnum::SelectStmt(select) => self.select(select),
                other => pending.extend(tree::children(other)),
            }
        }
    }

    fn conjunct(&mut self, node: &NodeEnum) {
        match node {
            NodeEnum::AExpr(expr) => self.comparison(expr),
            NodeEnum::NullTest(test) => {
                if let Some(column) = self.column(node_of(test.arg.as_deref())) {
                    let negated = test.nulltesttype() == protobuf::NullTestType::IsNotNull;
                    let found = NullTest {
                        column: column.column.clone(),
                        negated,
                    };
                    push(&mut self.relations[column.relation].null_tests, found);
                }
            }
            NodeEnum::SubLink(link) if link.sub_link_type() == SubLinkType::AnySublink => {
                let equal =
                    link.oper_name.is_empty() || expr::operator_name(&link.oper_name) == "=";
                if let Some(column) = self
                    .column(node_of(link.testexpr.as_deref()))
                    .filter(|_| equal)
                {
                    push(&mut self.relations[column.relation].equality, column.column);
                }
            }
            _ => {}
        }
    }

    fn comparison(&mut self, expr: &protobuf::AExpr) {
        let operator = expr::operator_name(&expr.name);
        let left = node_of(expr.lexpr.as_deref());
        let right = node_of(expr.rexpr.as_deref());
        match expr.kind() {
            AExprKind::AexprOp => {
                let mirrored = mirrored(&operator);
                if operator == "="
                    && let (Some(left), Some(right)) = (self.column(left), self.column(right))
                {
                    if left.relation != right.relation {
                        self.join(&left, &right);
                    }
                    return;
                }
                self.side(left, &operator, right);
                self.side(right, mirrored, left);
            }
            AExprKind::AexprIn if operator == "=" => self.side(left, "=", right),
            AExprKind::AexprOpAny if operator == "=" => self.side(left, "=", right),
            AExprKind::AexprBetween | AExprKind::AexprBetweenSym => self.side(left, "<", right),
            AExprKind::AexprLike if operator == "~~" => self.side(left, "LIKE", right),
            AExprKind::AexprIlike if operator == "~~*" => self.side(left, "ILIKE", right),
            AExprKind::AexprSimilar if operator == "~" => self.side(left, "SIMILAR TO", right),
            AExprKind::AexprNotDistinct => self.side(left, "=", right),
            _ => {}
        }
    }

    /// One side of a comparison: a column or an expression of one relation, if the other side does
    /// not depend on that relation's row.
    fn side(&mut self, side: Option<&NodeEnum>, operator: &str, other: Option<&NodeEnum>) {
        let (Some(side), Some(other)) = (side, other) else {
            return;
        };
        let own = self.resolved_in(side);
        let Some(relation) = own.first().map(|column| column.relation) else {
            return;
        };
        if own.iter().any(|column| column.relation != relation) || holds_query(side) {
            return;
        }
        if self
            .resolved_in(other)
            .iter()
            .any(|column| column.relation == relation)
        {
            return;
        }
        let column = self.column(Some(side));
        let pattern = || match other {
            NodeEnum::AConst(_) => match expr::from_node(other) {
                Ok(Expr::Text(text)) => Some(text),
                _ => None,
            },
            _ => None,
        };
        match (column, operator) {
            (Some(column), "=") => push(&mut self.relations[relation].equality, column.column),
            (Some(column), "<" | "<=" | ">" | ">=") => {
                push(&mut self.relations[relation].ranges, column.column);
            }
            (Some(column), "LIKE" | "ILIKE" | "SIMILAR TO" | "~" | "~*" | "~~" | "~~*") => {
                let operator = match operator {
                    "~~" => "LIKE",
                    "~~*" => "ILIKE",
                    other => other,
                };
                let found = PatternPredicate {
                    column: column.column,
                    operator: operator.to_owned(),
                    pattern: pattern(),
                };
                push(&mut self.relations[relation].patterns, found);
            }
            (_, "<>" | "!~" | "!~*" | "!~~" | "!~~*") => {}
            _ => {
                if let Some(sql) = self.sql(side) {
                    let found = ExpressionPredicate {
                        sql,
                        operator: operator.to_owned(),
                    };
                    push(&mut self.relations[relation].expressions, found);
                }
            }
        }
    }

    fn join(&mut self, left: &Resolved, right: &Resolved) {
        for (own, other) in [(left, right), (right, left)] {
            let other_alias = self.relations[other.relation].alias.clone();
            let found = JoinPredicate {
                column: own.column.clone(),
                other_alias,
                other_column: other.column.clone(),
            };
            let relation = &mut self.relations[own.relation];
            push(&mut relation.joins, found);
            push(&mut relation.equality, own.column.clone());
        }
    }

    /// A condition of one relation's columns and constants alone.
    fn constant(&mut self, node: &NodeEnum) {
        let columns = self.resolved_in(node);
        let Some(relation) = columns.first().map(|column| column.relation) else {
            return;
        };
        if columns.iter().any(|column| column.relation != relation)
            || columns.len() != column_count(node)
        {
            return;
        }
        let Ok(expr) = expr::from_node(node) else {
            return;
        };
        let mut plain = true;
        expr.visit(&mut |part| {
            plain &= match part {
                Expr::Parameter(_) | Expr::SqlValue(_) | Expr::Function { .. } => false,
                Expr::Other { kind, .. } => {
                    *kind == OtherKind::Anything && part.columns().is_empty()
                }
                Expr::Like { kind, .. } => *kind != LikeKind::SimilarTo,
                _ => true,
            };
        });
        if plain && let Some(sql) = self.sql(node) {
            push(&mut self.relations[relation].constants, sql);
        }
    }

    fn ordering(&mut self, select: &protobuf::SelectStmt) {
        let mut found: Vec<(usize, OrderColumn)> = Vec::new();
        for item in &select.sort_clause {
            let Some(NodeEnum::SortBy(sort)) = &item.node else {
                return;
            };
            let Some(node) = node_of(sort.node.as_deref()) else {
                return;
            };
            let Some(column) = self.sorted_column(node, select) else {
                return;
            };
            let descending = sort.sortby_dir() == SortByDir::SortbyDesc;
            if sort.sortby_dir() == SortByDir::SortbyUsing {
                return;
            }
            let nulls_first = match sort.sortby_nulls() {
                SortByNulls::SortbyNullsFirst => true,
                SortByNulls::SortbyNullsLast => false,
                _ => descending,
            };
            let order = OrderColumn {
                column: column.column,
                descending,
                nulls_first,
            };
            found.push((column.relation, order));
        }
        let Some((relation, _)) = found.first() else {
            return;
        };
        let relation = *relation;
        if found.iter().all(|(other, _)| *other == relation) {
            self.relations[relation].order_by = found.into_iter().map(|(_, order)| order).collect();
        }
    }

    fn grouping(&mut self, select: &protobuf::SelectStmt) {
        let mut found: Vec<Resolved> = Vec::new();
        for item in &select.group_clause {
            let Some(node) = item.node.as_ref() else {
                return;
            };
            let Some(column) = self.sorted_column(node, select) else {
                return;
            };
            found.push(column);
        }
        let Some(relation) = found.first().map(|column| column.relation) else {
            return;
        };
        if found.iter().all(|column| column.relation == relation) {
            self.relations[relation].group_by =
                found.into_iter().map(|column| column.column).collect();
        }
    }

    /// The column that an item of ORDER BY or GROUP BY stands for: written there, or by the alias or
    /// the number of a result column.
    fn sorted_column(&self, node: &NodeEnum, select: &protobuf::SelectStmt) -> Option<Resolved> {
        let target = |index: usize| match select.target_list.get(index)?.node.as_ref()? {
            NodeEnum::ResTarget(target) => node_of(target.val.as_deref()),
            _ => None,
        };
        if let NodeEnum::AConst(_) = node {
            return match expr::from_node(node) {
                Ok(Expr::Integer(number)) => {
                    self.column(target(usize::try_from(number).ok()?.checked_sub(1)?))
                }
                _ => None,
            };
        }
        if let NodeEnum::ColumnRef(reference) = node
            && let [name] = expr::strings(&reference.fields).as_slice()
        {
            let named = select.target_list.iter().position(|target| {
                matches!(&target.node, Some(NodeEnum::ResTarget(target)) if target.name == *name)
            });
            if let Some(index) = named {
                return self.column(target(index));
            }
        }
        self.column(Some(node))
    }

    /// The column that a node is, a cast of text aside.
    fn column(&self, node: Option<&NodeEnum>) -> Option<Resolved> {
        match node? {
            NodeEnum::ColumnRef(reference) => self
                .walk
                .resolved
                .get(&(reference.location.max(0) as usize))
                .cloned(),
            _ => None,
        }
    }

    /// The columns in a node that stand for relations' columns, those of subqueries included.
    fn resolved_in(&self, node: &NodeEnum) -> Vec<Resolved> {
        column_offsets(node)
            .into_iter()
            .filter_map(|offset| self.walk.resolved.get(&offset).cloned())
            .collect()
    }

    /// A node as SQL over unqualified columns.
    fn sql(&self, node: &NodeEnum) -> Option<String> {
        let expr = expr::from_node(node).ok()?;
        let mut names = std::collections::BTreeMap::new();
        let mut pending = vec![node];
        while let Some(node) = pending.pop() {
            if let NodeEnum::ColumnRef(reference) = node {
                let resolved = self
                    .walk
                    .resolved
                    .get(&(reference.location.max(0) as usize))?
                    .clone();
                names.insert(expr::strings(&reference.fields), resolved.column);
            }
            pending.extend(tree::children(node));
        }
        let mapped = expr.map_columns(&mut |path| names.get(path).map(|name| vec![name.clone()]));
        Some(mapped.to_sql())
    }
}

fn node_of(node: Option<&Node>) -> Option<&NodeEnum> {
    node.and_then(|node| node.node.as_ref())
}

fn push<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

fn column_offsets(node: &NodeEnum) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        if let NodeEnum::ColumnRef(reference) = node {
            found.insert(reference.location.max(0) as usize);
        }
        match node {
            // What a subquery takes from outside makes the whole depend on it.
            NodeEnum::SelectStmt(select) => {
                for list in [
                    &select.target_list,
                    &select.from_clause,
                    &select.group_clause,
                ] {
                    pending.extend(list.iter().filter_map(|node| node.node.as_ref()));
                }
                pending.extend(node_of(select.where_clause.as_deref()));
                pending.extend(node_of(select.having_clause.as_deref()));
            }
            NodeEnum::JoinExpr(join) => {
                pending.extend(node_of(join.larg.as_deref()));
                pending.extend(node_of(join.rarg.as_deref()));
                pending.extend(node_of(join.quals.as_deref()));
            }
            NodeEnum::RangeSubselect(subselect) => {
                pending.extend(node_of(subselect.subquery.as_deref()));
            }
            other => pending.extend(tree::children(other)),
        }
    }
    found
}

fn column_count(node: &NodeEnum) -> usize {
    column_offsets(node).len()
}

fn holds_query(node: &NodeEnum) -> bool {
    let mut pending = vec![node];
    while let Some(node) = pending.pop() {
        if matches!(node, NodeEnum::SubLink(_)) {
            return true;
        }
        pending.extend(tree::children(node));
    }
    false
}
