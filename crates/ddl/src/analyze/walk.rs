//! Walking analysed trees: the direct parts of expressions and queries, to read or to change.

use super::tree::{
    Expr, FromItem, JsonBehavior, JsonExpr, Query, RangeTableEntry, RteKind, TableFunction, Var,
};

/// A direct part of an expression or a query.
pub enum Part<'a> {
    /// An expression of the same query.
    Expr(&'a Expr),
    /// A query inside: a sub-select, or a WITH query.
    Query(&'a Query),
}

/// A direct part of an expression or a query, to be changed.
pub enum PartMut<'a> {
    /// An expression of the same query.
    Expr(&'a mut Expr),
    /// A query inside: a sub-select, or a WITH query.
    Query(&'a mut Query),
}

/// Makes the walk over parts, shared or mutable: both must visit the same things.
macro_rules! walker {
    ($part:ident, $expr_parts:ident, $query_parts:ident, $json:ident, $behavior:ident, $entry:ident,
     $table:ident, $from:ident, $as_ref:ident $(, $m:tt)?) => {
        /// Gives the direct parts of an expression to `f`, in the order of the text.
        pub fn $expr_parts<'a>(expr: &'a $($m)? Expr, f: &mut dyn FnMut($part<'a>)) {
            macro_rules! one {
                ($e:expr) => {
                    f($part::Expr(&$($m)? $e))
                };
            }
            macro_rules! all {
                ($e:expr) => {
                    for part in &$($m)? $e {
                        f($part::Expr(part));
                    }
                };
            }
            macro_rules! maybe {
                ($e:expr) => {
                    if let Some(part) = &$($m)? $e {
                        f($part::Expr(part));
                    }
                };
            }
            match expr {
                Expr::Var(_)
                | Expr::Const(_)
                | Expr::Param(_)
                | Expr::MergeSupportFunc
                | Expr::CaseTest(..)
                | Expr::SqlValueFunction(_)
                | Expr::CoerceToDomainValue(..)
                | Expr::SetToDefault(..)
                | Expr::CurrentOf(_) => {}
                Expr::Aggref(e) => {
                    all!(e.direct_arguments);
                    for target in &$($m)? e.arguments {
                        f($part::Expr(&$($m)? target.expr));
                    }
                    maybe!(e.filter);
                }
                Expr::GroupingFunc(e) => all!(e.arguments),
                Expr::WindowFunc(e) => {
                    all!(e.arguments);
                    maybe!(e.filter);
                }
                Expr::SubscriptingRef(e) => {
                    one!(e.container);
                    for bound in &$($m)? e.upper {
                        maybe!(*bound);
                    }
                    for bound in &$($m)? e.lower {
                        maybe!(*bound);
                    }
                    maybe!(e.assignment);
                }
                Expr::FuncExpr(e) => all!(e.arguments),
                Expr::NamedArg(e) => one!(e.argument),
                Expr::OpExpr(e) | Expr::DistinctExpr(e) | Expr::NullIfExpr(e) => all!(e.arguments),
                Expr::ScalarArrayOp(e) => {
                    one!(e.operand);
                    one!(e.array);
                }
                Expr::Bool(e) => all!(e.arguments),
                Expr::SubLink(e) => {
                    maybe!(e.test);
                    f($part::Query(&$($m)? e.query));
                }
                Expr::FieldSelect(e) => one!(e.argument),
                Expr::FieldStore(e) => {
                    one!(e.argument);
                    for (_, value) in &$($m)? e.fields {
                        f($part::Expr(value));
                    }
                }
                Expr::RelabelType(e)
                | Expr::CoerceViaIo(e)
                | Expr::ConvertRowtype(e)
                | Expr::CoerceToDomain(e) => one!(e.argument),
                Expr::ArrayCoerce(e) => {
                    one!(e.argument);
                    one!(e.element);
                }
                Expr::Collate(e) => one!(e.argument),
                Expr::Case(e) => {
                    maybe!(e.operand);
                    for (condition, result) in &$($m)? e.branches {
                        f($part::Expr(condition));
                        f($part::Expr(result));
                    }
                    one!(e.otherwise);
                }
                Expr::Array(e) => all!(e.elements),
                Expr::Row(e) => all!(e.arguments),
                Expr::RowCompare(e) => {
                    all!(e.left);
                    all!(e.right);
                }
                Expr::Coalesce(e) => all!(e.arguments),
                Expr::MinMax(e) => all!(e.arguments),
                Expr::Xml(e) => {
                    for (_, value) in &$($m)? e.named_arguments {
                        f($part::Expr(value));
                    }
                    all!(e.arguments);
                }
                Expr::JsonValue(e) => {
                    one!(e.raw);
                    one!(e.formatted);
                }
                Expr::JsonConstructor(e) => {
                    all!(e.arguments);
                    maybe!(e.function);
                }
                Expr::JsonIsPredicate(e) => one!(e.argument),
                Expr::JsonExpr(e) => $json(e, f),
                Expr::NullTest(e) => one!(e.argument),
                Expr::BooleanTest(e) => one!(e.argument),
            }
        }

        fn $json<'a>(json: &'a $($m)? JsonExpr, f: &mut dyn FnMut($part<'a>)) {
            f($part::Expr(&$($m)? json.formatted));
            f($part::Expr(&$($m)? json.path));
            for (_, value) in &$($m)? json.passing {
                f($part::Expr(value));
            }
            $behavior(&$($m)? json.on_empty, f);
            $behavior(&$($m)? json.on_error, f);
        }

        fn $behavior<'a>(behavior: &'a $($m)? Option<JsonBehavior>, f: &mut dyn FnMut($part<'a>)) {
            if let Some(JsonBehavior { expression: Some(expression), .. }) = behavior {
                f($part::Expr(expression));
            }
        }

        /// Gives the direct parts of a query to `f`.
        pub fn $query_parts<'a>(query: &'a $($m)? Query, f: &mut dyn FnMut($part<'a>)) {
            macro_rules! maybe {
                ($e:expr) => {
                    if let Some(part) = &$($m)? $e {
                        f($part::Expr(part));
                    }
                };
            }
            macro_rules! targets {
                ($e:expr) => {
                    for target in &$($m)? $e {
                        f($part::Expr(&$($m)? target.expr));
                    }
                };
            }
            for cte in &$($m)? query.ctes {
                if let Some(query) = cte.query.$as_ref() {
                    f($part::Query(query));
                }
                if let Some(cycle) = cte.cycle.$as_ref() {
                    f($part::Expr(&$($m)? cycle.mark_value));
                    f($part::Expr(&$($m)? cycle.mark_default));
                }
            }
            for entry in &$($m)? query.range_table {
                $entry(entry, f);
            }
            for item in &$($m)? query.from {
                $from(item, f);
            }
            targets!(query.targets);
            maybe!(query.where_);
            maybe!(query.having);
            for window in &$($m)? query.windows {
                maybe!(window.start_offset);
                maybe!(window.end_offset);
            }
            maybe!(query.limit);
            maybe!(query.offset);
            if let Some(conflict) = query.on_conflict.$as_ref() {
                for element in &$($m)? conflict.arbiter {
                    f($part::Expr(&$($m)? element.expr));
                }
                maybe!(conflict.arbiter_where);
                targets!(conflict.set);
                maybe!(conflict.where_);
            }
            for action in &$($m)? query.merge_actions {
                maybe!(action.condition);
                targets!(action.targets);
            }
            maybe!(query.merge_condition);
            targets!(query.returning);
        }

        fn $entry<'a>(entry: &'a $($m)? RangeTableEntry, f: &mut dyn FnMut($part<'a>)) {
            match &$($m)? entry.kind {
                RteKind::Relation(relation) => {
                    if let Some(sample) = relation.sample.$as_ref() {
                        for argument in &$($m)? sample.arguments {
                            f($part::Expr(argument));
                        }
                        if let Some(repeatable) = sample.repeatable.$as_ref() {
                            f($part::Expr(repeatable));
                        }
                    }
                }
                RteKind::Subquery(query) => f($part::Query(query)),
                RteKind::Function(function) => {
                    for function in &$($m)? function.functions {
                        f($part::Expr(&$($m)? function.expr));
                    }
                }
                RteKind::TableFunction(function) => $table(function, f),
                RteKind::Values(rows) => {
                    for row in rows {
                        for value in row {
                            f($part::Expr(value));
                        }
                    }
                }
                // The columns of a join are those of its inputs over again.
                RteKind::Join(_)
                | RteKind::Cte(_)
                | RteKind::NamedTuplestore(_)
                | RteKind::Result => {}
            }
        }

        fn $table<'a>(function: &'a $($m)? TableFunction, f: &mut dyn FnMut($part<'a>)) {
            for (_, uri) in &$($m)? function.namespaces {
                f($part::Expr(uri));
            }
            f($part::Expr(&$($m)? function.document));
            if let Some(path) = function.row_path.$as_ref() {
                f($part::Expr(path));
            }
            for column in &$($m)? function.columns {
                if let Some(path) = column.path.$as_ref() {
                    f($part::Expr(path));
                }
                if let Some(default) = column.default.$as_ref() {
                    f($part::Expr(default));
                }
                if let Some(value) = column.value.$as_ref() {
                    $json(value, f);
                }
                $behavior(&$($m)? column.on_empty, f);
                $behavior(&$($m)? column.on_error, f);
            }
        }

        fn $from<'a>(item: &'a $($m)? FromItem, f: &mut dyn FnMut($part<'a>)) {
            if let FromItem::Join(join) = item {
                $from(&$($m)? join.left, f);
                $from(&$($m)? join.right, f);
                if let Some(on) = join.on.$as_ref() {
                    f($part::Expr(on));
                }
            }
        }
    };
}

walker!(
    Part,
    expr_parts,
    query_parts,
    json_parts,
    behavior_parts,
    entry_parts,
    table_parts,
    from_parts,
    as_ref
);
walker!(
    PartMut,
    expr_parts_mut,
    query_parts_mut,
    json_parts_mut,
    behavior_parts_mut,
    entry_parts_mut,
    table_parts_mut,
    from_parts_mut,
    as_mut,
    mut
);

/// Gives every Var in an expression to `f`, with the number of queries between: `levels_up` equal to
/// it means an entry of the query that the expression belongs to.
pub(crate) fn variables(expr: &Expr, depth: usize, f: &mut dyn FnMut(&Var, usize)) {
    if let Expr::Var(var) = expr {
        f(var, depth);
    }
    expr_parts(expr, &mut |part| match part {
        Part::Expr(expr) => variables(expr, depth, f),
        Part::Query(query) => query_variables(query, depth + 1, f),
    });
}

/// Gives every Var in a query to `f`; see [`variables`].
pub(crate) fn query_variables(query: &Query, depth: usize, f: &mut dyn FnMut(&Var, usize)) {
    query_parts(query, &mut |part| match part {
        Part::Expr(expr) => variables(expr, depth, f),
        Part::Query(query) => query_variables(query, depth + 1, f),
    });
}

/// Whether an expression refers to an entry of the query that it belongs to.
pub(crate) fn contains_local_variables(expr: &Expr) -> bool {
    let mut found = false;
    variables(expr, 0, &mut |var, depth| found |= var.levels_up == depth);
    found
}

/// Whether two expressions mean the same: what only tells how they were written is not compared.
pub(crate) fn equal(left: &Expr, right: &Expr) -> bool {
    // Most comparisons end here, without the copies.
    if left == right {
        return true;
    }
    std::mem::discriminant(left) == std::mem::discriminant(right)
        && without_form(left) == without_form(right)
}

fn without_form(expr: &Expr) -> Expr {
    let mut expr = expr.clone();
    strip_form(&mut expr);
    expr
}

fn strip_form(expr: &mut Expr) {
    match expr {
        Expr::Var(var) => {
            var.varnosyn = var.varno;
            var.attnosyn = var.attno;
        }
        Expr::FuncExpr(e) => e.form = Default::default(),
        Expr::RelabelType(e)
        | Expr::CoerceViaIo(e)
        | Expr::ConvertRowtype(e)
        | Expr::CoerceToDomain(e) => e.form = Default::default(),
        Expr::ArrayCoerce(e) => e.form = Default::default(),
        Expr::Row(e) => e.form = Default::default(),
        _ => {}
    }
    expr_parts_mut(expr, &mut |part| match part {
        PartMut::Expr(expr) => strip_form(expr),
        PartMut::Query(query) => strip_query_form(query),
    });
}

fn strip_query_form(query: &mut Query) {
    query_parts_mut(query, &mut |part| match part {
        PartMut::Expr(expr) => strip_form(expr),
        PartMut::Query(query) => strip_query_form(query),
    });
}
